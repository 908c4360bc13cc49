//! Crowds without groups, to compare a crowd with: the same people answering the same statements, as many on one side
//! of each, but which side is drawn by lot, and opinions lie evenly from one end to the other along both components, as
//! far as the crowd's own. So what is left to stand out is a gap between opinions, or a minority against most of what
//! most people say. Promises: the draws follow from a seed. Never leaves a gap: where answers part such a crowd, that
//! is the doing of the statements, of who saw which, or of luck.

use crate::chance::Chance;
use crate::crowd::Crowd;
use crate::plane::{Plane, Point, pull, stretched};
use crate::votes::{Cell, Votes};

/// People in a comparison crowd, drawn from all where there are more.
const PEOPLE_MAX: usize = 250;
/// Rounds in which the spread of opinions is fitted, and crowds looked at in each.
const ROUNDS: usize = 6;
const CROWDS_A_ROUND: usize = 3;
/// Times the components are turned towards those of a comparison crowd.
const ROUNDS_TO_TURN: usize = 12;
/// The most an answer hangs on the opinion, as a correlation: nobody is without whims.
const TIE_MAX: f64 = 0.95;

/// What the comparison crowds keep of the votes.
#[derive(Clone, Debug)]
pub(crate) struct Continuum<'a> {
    /// Per person who is grouped: the live statements they voted on, and what a sum over these is multiplied by.
    people: Vec<(Vec<u32>, f64)>,
    plane: &'a Plane,
    /// Per statement: share that agrees, share that disagrees.
    shares: Vec<[f64; 2]>,
    /// Standard deviation of opinions along each component, in votes per loading.
    spread: Point,
}

impl<'a> Continuum<'a> {
    /// Fitted to the crowd of those people for whom `clustered` is true.
    pub(crate) fn of(votes: &Votes, plane: &'a Plane, clustered: &[bool], crowd: &Crowd, seed: u64) -> Self {
        let is_live = |statement: &u32| votes.standings()[*statement as usize].is_live();
        let live = votes.standings().iter().filter(|standing| standing.is_live()).count();
        let person = |row: &[Cell]| {
            let seen: Vec<u32> = row.iter().map(|cell| cell.statement).filter(is_live).collect();
            let scale = stretched(seen.len(), live) * pull(seen.len(), live);
            (seen, scale)
        };
        let shares = votes
            .tallies()
            .iter()
            .map(|tally| [tally.agree, tally.disagree].map(|side| f64::from(side) / f64::from(tally.seen().max(1))));
        let people = votes.rows().zip(clustered).filter(|(_, taken)| **taken).map(|(row, _)| person(row)).collect();
        let mut continuum = Self { people, plane, shares: shares.collect(), spread: [0.0; 2] };
        continuum.fit(spread_of(&crowd.points, &crowd.weights), seed);
        continuum
    }

    /// Widens the opinions until the crowds drawn spread as far as the one seen.
    fn fit(&mut self, wanted: Point, seed: u64) {
        let whims = self.mean_spread(seed);
        let excess: Point = std::array::from_fn(|axis| (wanted[axis] - whims[axis]).max(0.0));
        let longest = self.people.iter().map(|(seen, _)| seen.len()).max().unwrap_or(0).max(1) as f64;
        self.spread = excess.map(|excess| (excess / longest).sqrt());
        for _ in 0..ROUNDS {
            let now = self.mean_spread(seed);
            for axis in 0..2 {
                let more = excess[axis] / (now[axis] - whims[axis]).max(0.05 * excess[axis]).max(f64::MIN_POSITIVE);
                self.spread[axis] *= more.clamp(0.1, 10.0).sqrt();
            }
        }
    }

    fn mean_spread(&self, seed: u64) -> Point {
        let mut chance = Chance::from_seed(seed ^ 0x5EED);
        let mut sum = [0.0; 2];
        for _ in 0..CROWDS_A_ROUND {
            let points = self.draw(&mut chance);
            let one = spread_of(&points, &vec![1.0; points.len()]);
            (0..2).for_each(|axis| sum[axis] += one[axis] / CROWDS_A_ROUND as f64);
        }
        sum
    }

    pub(crate) fn crowd(&self, chance: &mut Chance) -> Crowd {
        let points = self.draw(chance);
        Crowd::of(&points, &points)
    }

    /// Places of people drawn from all, were their opinions spread evenly.
    fn draw(&self, chance: &mut Chance) -> Vec<Point> {
        let drawn = self.some_people(chance);
        let mut asked: Vec<Vec<(f64, usize)>> = vec![Vec::new(); self.shares.len()];
        for (slot, &person) in drawn.iter().enumerate() {
            let opinion: Point = [even(chance), even(chance)];
            for &statement in &self.people[person].0 {
                let [x, y] = self.ties(statement as usize);
                let own = (1.0 - x * x - y * y).sqrt();
                asked[statement as usize].push((x * opinion[0] + y * opinion[1] + own * whim(chance), slot));
            }
        }
        let mut said: Vec<Vec<(usize, f64)>> = vec![Vec::new(); drawn.len()];
        for (statement, mut leaning) in asked.into_iter().enumerate() {
            leaning.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let mut shares = self.shares[statement];
            if chance.share() < 0.5 {
                shares.reverse();
            }
            let [agree, disagree] = shares.map(|share| (share * leaning.len() as f64 + chance.share()) as usize);
            let first_disagree = leaning.len() - disagree.min(leaning.len());
            for (at, (_, slot)) in leaning.into_iter().enumerate() {
                let vote = f64::from(u8::from(at < agree)) - f64::from(u8::from(at >= first_disagree.max(agree)));
                said[slot].push((statement, vote - (shares[0] - shares[1])));
            }
        }
        let loadings = self.turned(&said);
        let place = |said: &Vec<(usize, f64)>| {
            said.iter().fold([0.0; 2], |sum, (statement, off)| {
                std::array::from_fn(|axis| sum[axis] + off * loadings[*statement][axis])
            })
        };
        said.iter()
            .map(place)
            .zip(&drawn)
            .map(|(point, person)| point.map(|along| along * self.people[*person].1))
            .collect()
    }

    /// The components of what was said, nearly: those of the crowd seen, turned towards them, since components always
    /// follow what luck has brought together.
    fn turned(&self, said: &[Vec<(usize, f64)>]) -> Vec<Point> {
        let [first, second] = &self.plane.loadings;
        let mut loadings: Vec<Point> = first.iter().zip(second).map(|(x, y)| [*x, *y]).collect();
        for _ in 0..ROUNDS_TO_TURN {
            let mut next = vec![[0.0; 2]; loadings.len()];
            for said in said {
                let place = said.iter().fold([0.0; 2], |sum: Point, (statement, off)| {
                    std::array::from_fn(|axis| sum[axis] + off * loadings[*statement][axis])
                });
                for (statement, off) in said {
                    (0..2).for_each(|axis| next[*statement][axis] += off * place[axis]);
                }
            }
            loadings = orthonormal(next);
        }
        loadings
    }

    /// How far what people say to a statement hangs on their opinion along each component, as correlations before
    /// answers are cut into sides.
    fn ties(&self, statement: usize) -> Point {
        // An answer cut in two shows this part of a correlation: the height of the bell where it is cut, nearly.
        let height = |share: f64| {
            let both = 4.0 * share * (1.0 - share);
            0.4 * both.sqrt() * both.sqrt().sqrt()
        };
        let shown = self.shares[statement].iter().map(|share| height(*share)).sum::<f64>().max(f64::MIN_POSITIVE);
        let full: Point = std::array::from_fn(|axis| self.spread[axis] * self.plane.loadings[axis][statement] / shown);
        let length = full[0].hypot(full[1]);
        if length > TIE_MAX { full.map(|along| along * TIE_MAX / length) } else { full }
    }

    fn some_people(&self, chance: &mut Chance) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.people.len()).collect();
        let taken = all.len().min(PEOPLE_MAX);
        if taken < all.len() {
            for at in 0..taken {
                let other = at + chance.below(all.len() - at);
                all.swap(at, other);
            }
            all.truncate(taken);
        }
        all
    }
}

/// Two columns of length 1 at right angles, the first as it points; a column without length stays so.
fn orthonormal(mut columns: Vec<Point>) -> Vec<Point> {
    let dot = |columns: &[Point], a: usize, b: usize| columns.iter().map(|line| line[a] * line[b]).sum::<f64>();
    let scale = |columns: &mut [Point], axis: usize, length: f64| {
        columns.iter_mut().for_each(|line| line[axis] *= if length > 0.0 { 1.0 / length } else { 0.0 });
    };
    let length = dot(&columns, 0, 0).sqrt();
    scale(&mut columns, 0, length);
    let along = dot(&columns, 0, 1);
    columns.iter_mut().for_each(|line| line[1] -= along * line[0]);
    let length = dot(&columns, 1, 1).sqrt();
    scale(&mut columns, 1, length);
    columns
}

/// Mean squared distance from the mean along each axis.
fn spread_of(points: &[Point], weights: &[f64]) -> Point {
    let people: f64 = weights.iter().sum();
    std::array::from_fn(|axis| {
        let mean = points.iter().zip(weights).map(|(point, weight)| point[axis] * weight).sum::<f64>() / people;
        points.iter().zip(weights).map(|(point, weight)| weight * (point[axis] - mean).powi(2)).sum::<f64>() / people
    })
}

/// Evenly spread, mean 0, standard deviation 1.
fn even(chance: &mut Chance) -> f64 {
    (chance.share() - 0.5) * 12.0_f64.sqrt()
}

/// Bell-shaped enough for one answer, mean 0, standard deviation 1.
fn whim(chance: &mut Chance) -> f64 {
    ((0..4).map(|_| chance.share()).sum::<f64>() - 2.0) * 3.0_f64.sqrt()
}
