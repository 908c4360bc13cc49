//! Statements that people agree with who otherwise disagree: the matrix factorisation of Community Notes on votes.
//! Source: twitter/communitynotes, scoring/matrix_factorization; Wojcik et al., "Birdwatch", 2022. A vote is taken for
//! 1 (agree), ½ (pass) or 0; it is explained as mean + person + statement + person's side · statement's side, and what
//! a statement keeps for itself is its score. Promises: no chance and no learning rate: alternating exact solves,
//! accelerated, to a change below 1e-12, from fixed starts, so the same votes give the same scores. Never calls something
//! bridging on few people of one side: then it says so, and the plain share stands beside it.

use crate::chance::Chance;
use crate::mixing::Mixing;
use crate::vote::{Standing, Tally};
use crate::votes::Votes;

/// Penalties on means of squares: sides, then intercepts and the overall mean.
const SIDE_PENALTY: f64 = 0.03;
const INTERCEPT_PENALTY: f64 = 0.15;
const RATINGS_PER_STATEMENT: usize = 5;
const RATINGS_PER_PERSON: usize = 10;
const PEOPLE_PER_SIDE: usize = 20;
const ROUNDS_MAX: usize = 2_000;
/// Starts beside the regular one: as many as are settled within so many ratings, at most so many. Few ratings, or people
/// without sides, leave several places to come to rest; many ratings leave one.
const MORE_STARTS_RATINGS: usize = 200_000;
const MORE_STARTS_MAX: usize = 24;
const CHANGE_MAX: f64 = 1e-12;
const BRIDGES_FROM: f64 = 0.4;
const SIDE_BELOW: f64 = 0.5;

/// Scores of all statements and people with enough votes.
#[derive(Clone, Debug, PartialEq)]
pub struct Bridging {
    /// Overall mean, on the scale 0 (disagree) to 1 (agree).
    pub mean: f64,
    /// Every live statement with at least 5 votes, in the order of statements.
    pub statements: Vec<BridgingScore>,
    /// Everybody with at least 10 votes on those, in the order of people.
    pub people: Vec<PersonScore>,
    /// What was minimised: mean squared error plus penalties.
    pub loss: f64,
    /// Votes the scores rest on.
    pub ratings: usize,
    /// Whether at least 20 people stand on either side. Without them every verdict is [`Verdict::NotEnough`].
    pub is_enough: bool,
}

/// One statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BridgingScore {
    /// Its number in [`Votes`].
    pub statement: usize,
    /// Its own part of the agreement it meets, whatever side people are on: about −1 to 1, 0.4 and more bridges.
    pub intercept: f64,
    /// Which side it appeals to, and how strongly.
    pub side: f64,
    /// The lowest its intercept would be without any single person (everybody else's scores held).
    pub least_without_one: f64,
    /// Plain share of agreement among all who saw it, and its 95 % interval (Wilson).
    pub share: f64,
    /// Lower end of that interval, 0 to 1.
    pub low: f64,
    /// Upper end of it, 0 to 1.
    pub high: f64,
    /// What its intercept and side come to.
    pub verdict: Verdict,
}

/// One person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PersonScore {
    /// Their number in [`Votes`].
    pub person: usize,
    /// How readily they agree.
    pub intercept: f64,
    /// Which side they are on; most people are on the negative one.
    pub side: f64,
}

/// Community Notes' thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Intercept at least 0.4, side within ±0.5.
    Bridges,
    /// Intercept at most −0.05 − 0.8 |side|.
    Rejected,
    /// Neither: more votes may decide.
    NeedsMore,
    /// Too few people on one side to say anything.
    NotEnough,
}

/// The intercept and side of one person or statement.
type Pair = [f64; 2];

/// Votes with enough company, listed both ways: (other's number, rating).
struct Ratings {
    by_person: Vec<Vec<(usize, f64)>>,
    by_statement: Vec<Vec<(usize, f64)>>,
    people: Vec<usize>,
    statements: Vec<usize>,
    count: usize,
}

/// Scores every live statement with at least 5 votes, by people with at least 10.
#[must_use]
pub fn bridging(votes: &Votes) -> Bridging {
    let ratings = Ratings::of(votes);
    let mut solution = Solution::best(&ratings);
    solution.turn();
    let on_side = |positive: bool| {
        solution.people.iter().filter(|pair| if positive { pair[1] > 0.0 } else { pair[1] < 0.0 }).count()
    };
    let is_enough = on_side(true).min(on_side(false)) >= PEOPLE_PER_SIDE;
    let statements = ratings.statements.iter().enumerate().map(|(at, statement)| {
        let [intercept, side] = solution.statements[at];
        let (share, low, high) = share(votes.tallies()[*statement]);
        let least_without_one = solution.least_without_one(&ratings, at);
        BridgingScore {
            statement: *statement,
            intercept,
            side,
            least_without_one,
            share,
            low,
            high,
            verdict: verdict(intercept, side, is_enough),
        }
    });
    let people = ratings.people.iter().zip(&solution.people).map(|(person, pair)| PersonScore {
        person: *person,
        intercept: pair[0],
        side: pair[1],
    });
    Bridging {
        mean: solution.mean,
        statements: statements.collect(),
        people: people.collect(),
        loss: solution.loss(&ratings),
        ratings: ratings.count,
        is_enough,
    }
}

fn verdict(intercept: f64, side: f64, is_enough: bool) -> Verdict {
    if !is_enough {
        Verdict::NotEnough
    } else if intercept >= BRIDGES_FROM && side.abs() < SIDE_BELOW {
        Verdict::Bridges
    } else if intercept <= 0.8_f64.mul_add(-side.abs(), -0.05) {
        Verdict::Rejected
    } else {
        Verdict::NeedsMore
    }
}

/// Share of agreement and its Wilson interval.
fn share(tally: Tally) -> (f64, f64, f64) {
    let (people, z) = (f64::from(tally.seen()), 1.959_963_984_540_054_f64);
    let share = f64::from(tally.agree) / people.max(1.0);
    let middle = (share + z * z / (2.0 * people)) / (1.0 + z * z / people);
    let reach = z / (1.0 + z * z / people) * (share * (1.0 - share) / people + z * z / (4.0 * people * people)).sqrt();
    (share, middle - reach, middle + reach)
}

impl Ratings {
    fn of(votes: &Votes) -> Self {
        let is_rated = |(standing, tally): (&Standing, &Tally)| {
            standing.is_live() && tally.seen() as usize >= RATINGS_PER_STATEMENT
        };
        let mut may: Vec<bool> = votes.standings().iter().zip(votes.tallies()).map(is_rated).collect();
        let on =
            |may: &[bool], person: usize| votes.row(person).iter().filter(|cell| may[cell.statement as usize]).count();
        let people: Vec<usize> = (0..votes.people()).filter(|person| on(&may, *person) >= RATINGS_PER_PERSON).collect();
        let mut heard = vec![false; votes.statements()];
        people.iter().flat_map(|person| votes.row(*person)).for_each(|cell| heard[cell.statement as usize] = true);
        may.iter_mut().zip(heard).for_each(|(may, heard)| *may &= heard);
        let statements: Vec<usize> = (0..votes.statements()).filter(|statement| may[*statement]).collect();
        let (mut by_person, mut by_statement) = (Vec::with_capacity(people.len()), vec![Vec::new(); statements.len()]);
        for (at, person) in people.iter().enumerate() {
            let rated = votes
                .row(*person)
                .iter()
                .filter_map(|cell| Some((statements.binary_search(&(cell.statement as usize)).ok()?, cell.vote)));
            let own: Vec<(usize, f64)> =
                rated.map(|(statement, vote)| (statement, f64::from(vote.value() + 1) / 2.0)).collect();
            own.iter().for_each(|(statement, rating)| by_statement[*statement].push((at, *rating)));
            by_person.push(own);
        }
        let count = by_person.iter().map(Vec::len).sum();
        Self { by_person, by_statement, people, statements, count }
    }

    /// Penalty per person and per statement, intercept and side, once errors are summed rather than averaged.
    fn penalties(&self, many: usize) -> Pair {
        [INTERCEPT_PENALTY, SIDE_PENALTY].map(|penalty| penalty * self.count as f64 / many.max(1) as f64)
    }
}

/// Where the alternating solves have come to.
struct Solution {
    mean: f64,
    people: Vec<Pair>,
    statements: Vec<Pair>,
}

impl Solution {
    /// The lowest of where the starts come to rest; the first of those as low to rounding.
    fn best(ratings: &Ratings) -> Self {
        let more = (MORE_STARTS_RATINGS / ratings.count.max(1)).min(MORE_STARTS_MAX);
        let settled = (0..=more).map(|start| {
            let mut solution = if start == 0 { Self::start(ratings) } else { Self::scattered(ratings, start as u64) };
            solution.settle(ratings);
            (solution.loss(ratings), solution)
        });
        let lowest = settled.reduce(|best, next| if next.0 < best.0 - 1e-11 { next } else { best });
        lowest.expect("there is at least the regular start").1
    }

    /// Statements start on sides by lot.
    fn scattered(ratings: &Ratings, seed: u64) -> Self {
        let mut chance = Chance::from_seed(seed);
        Self {
            mean: 0.0,
            people: vec![[0.0; 2]; ratings.people.len()],
            statements: ratings.statements.iter().map(|_| [0.0, 2.0 * chance.share() - 1.0]).collect(),
        }
    }

    /// Statements start on the sides along which their ratings, each less its statement's mean, vary most.
    fn start(ratings: &Ratings) -> Self {
        let mean =
            |own: &Vec<(usize, f64)>| own.iter().map(|(_, rating)| rating).sum::<f64>() / own.len().max(1) as f64;
        let means: Vec<f64> = ratings.by_statement.iter().map(mean).collect();
        let mut sides: Vec<f64> = (0..means.len()).map(|at| 1.0 + (at % 7) as f64 / 7.0 - (at % 3) as f64).collect();
        for _ in 0..8 {
            let along: Vec<f64> = ratings
                .by_person
                .iter()
                .map(|own| own.iter().map(|(at, rating)| (rating - means[*at]) * sides[*at]).sum())
                .collect();
            sides = ratings
                .by_statement
                .iter()
                .zip(&means)
                .map(|(own, mean)| own.iter().map(|(at, rating)| (rating - mean) * along[*at]).sum())
                .collect();
            let length = sides.iter().map(|side| side * side).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
            sides.iter_mut().for_each(|side| *side *= (means.len() as f64).sqrt() / length);
        }
        Self {
            mean: 0.0,
            people: vec![[0.0; 2]; ratings.people.len()],
            statements: sides.into_iter().map(|side| [0.0, side * 0.5]).collect(),
        }
    }

    /// Solves for people and for statements in turn until nothing moves.
    fn settle(&mut self, ratings: &Ratings) {
        let mut mixing = Mixing::default();
        for _ in 0..ROUNDS_MAX {
            let before: Vec<f64> = self.state();
            self.round(ratings);
            let after = self.state();
            let change = before.iter().zip(&after).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            if change <= CHANGE_MAX {
                return;
            }
            self.set_state(&mixing.next(&before, &after));
        }
    }

    fn round(&mut self, ratings: &Ratings) {
        let penalties = ratings.penalties(ratings.people.len());
        for (pair, own) in self.people.iter_mut().zip(&ratings.by_person) {
            *pair = ridge(
                own.iter().map(|(at, rating)| (self.statements[*at][1], rating - self.mean - self.statements[*at][0])),
                penalties,
            );
        }
        let penalties = ratings.penalties(ratings.statements.len());
        let (mut left, mut known) = (0.0, 0.0);
        for (pair, own) in self.statements.iter_mut().zip(&ratings.by_statement) {
            *pair = ridge(
                own.iter().map(|(at, rating)| (self.people[*at][1], rating - self.mean - self.people[*at][0])),
                penalties,
            );
            left += own
                .iter()
                .map(|(at, rating)| rating - self.people[*at][0] - self.people[*at][1] * pair[1] - pair[0])
                .sum::<f64>();
            known += own.len() as f64;
        }
        self.mean = left / known.mul_add(1.0 + INTERCEPT_PENALTY, f64::MIN_POSITIVE);
    }

    /// What a round depends on: the mean and the statements.
    fn state(&self) -> Vec<f64> {
        std::iter::once(self.mean).chain(self.statements.iter().flatten().copied()).collect()
    }

    fn set_state(&mut self, state: &[f64]) {
        self.mean = state[0];
        self.statements
            .iter_mut()
            .zip(state[1..].chunks_exact(2))
            .for_each(|(pair, state)| *pair = [state[0], state[1]]);
    }

    /// Most people stand on the negative side.
    fn turn(&mut self) {
        let positive = self.people.iter().filter(|pair| pair[1] > 0.0).count();
        if positive * 2 > self.people.len() {
            self.people.iter_mut().chain(&mut self.statements).for_each(|pair| pair[1] = -pair[1]);
        }
    }

    fn least_without_one(&self, ratings: &Ratings, at: usize) -> f64 {
        let (penalties, own) = (ratings.penalties(ratings.statements.len()), &ratings.by_statement[at]);
        let mut sums = Normal::default();
        let known =
            |(person, rating): &(usize, f64)| (self.people[*person][1], rating - self.mean - self.people[*person][0]);
        own.iter().for_each(|one| sums.add(known(one), 1.0));
        let without = own.iter().map(|one| {
            let mut rest = sums;
            rest.add(known(one), -1.0);
            rest.solve(penalties)[0]
        });
        without.fold(f64::INFINITY, f64::min)
    }

    fn loss(&self, ratings: &Ratings) -> f64 {
        let errors = ratings
            .by_person
            .iter()
            .zip(&self.people)
            .flat_map(|(own, person)| own.iter().map(move |one| (person, one)));
        let squared = errors.map(|(person, (at, rating))| {
            let statement = self.statements[*at];
            (rating - self.mean - person[0] - statement[0] - person[1] * statement[1]).powi(2)
        });
        let of_pair = |pair: &Pair| INTERCEPT_PENALTY * pair[0].powi(2) + SIDE_PENALTY * pair[1].powi(2);
        let penalty = |pairs: &[Pair]| pairs.iter().map(of_pair).sum::<f64>() / pairs.len().max(1) as f64;
        squared.sum::<f64>() / ratings.count.max(1) as f64
            + penalty(&self.people)
            + penalty(&self.statements)
            + INTERCEPT_PENALTY * self.mean.powi(2)
    }
}

/// Sums for one ridge regression of y on 1 and x.
#[derive(Clone, Copy, Debug, Default)]
struct Normal {
    count: f64,
    x: f64,
    xx: f64,
    y: f64,
    xy: f64,
}

impl Normal {
    fn add(&mut self, (x, y): (f64, f64), times: f64) {
        self.count += times;
        self.x += times * x;
        self.xx += times * x * x;
        self.y += times * y;
        self.xy += times * x * y;
    }

    fn solve(&self, penalties: Pair) -> Pair {
        let (a, b, c) = (self.count + penalties[0], self.x, self.xx + penalties[1]);
        let determinant = a * c - b * b;
        [(c * self.y - b * self.xy) / determinant, (a * self.xy - b * self.y) / determinant]
    }
}

fn ridge(known: impl Iterator<Item = (f64, f64)>, penalties: Pair) -> Pair {
    let mut sums = Normal::default();
    known.for_each(|one| sums.add(one, 1.0));
    sums.solve(penalties)
}
