//! Replay: people of a real conversation come by in turn, each answering one statement a visit among those they really
//! answered. How many answers until the five statements each group is surest of are, from then on, the ones the whole
//! conversation ends with? Promises: who comes by when is drawn from a seed, and both ways of asking meet the same
//! people in the same order.

use opinion_map::{
    GroupStatistics, OpinionMap, Plane, Settings, Tally, Vote, Votes, draw_in_proportion, next_of, priorities,
};

use super::open_data;
use chance::Chance;

#[expect(dead_code, reason = "a replay draws words and shares")]
#[path = "../../src/chance.rs"]
mod chance;

const SHARED: usize = 5;
/// Share of the statements sought that must be in place, from then on: all of them, or four in five.
const ENOUGH: [f64; 2] = [1.0, 0.8];
/// Answers after which Polis' priorities are computed anew.
const PRIORITIES_EVERY: usize = 50;
/// A person's group is known once they have answered so many.
const KNOWN_FROM: usize = 7;

/// How much a group shares a statement.
pub(crate) type Weight = fn(&Tally) -> f64;

/// Answers needed by ours and in proportion to priority, by order of people: for all that is sought, and for four in
/// five of it.
pub(crate) fn answers_needed(folder: &str, orders: u64, weight: Weight) -> [Vec<(usize, usize)>; ENOUGH.len()] {
    let conversation = open_data::read(folder, "participants-votes.csv", None);
    let map = OpinionMap::draw(&conversation.votes, &Settings { resamples: 0, ..Settings::default() });
    // Where the map has one group, production's groups are taken: the replay needs some.
    let (labels, groups) = if map.groups.len() > 1 { (map.labels, map.groups.len()) } else { conversation.given };
    let of_order =
        |order| [true, false].map(|ours| Replay::of(&conversation.votes, &labels, groups, weight, order).run(ours));
    let needed: Vec<[[usize; ENOUGH.len()]; 2]> = (1..=orders).map(of_order).collect();
    std::array::from_fn(|enough| needed.iter().map(|[ours, drawn]| (ours[enough], drawn[enough])).collect())
}

/// Share of answers saved over all orders, and its standard deviation from one order to another.
pub(crate) fn saved(needed: &[(usize, usize)]) -> (f64, f64) {
    let [ours, drawn] = needed.iter().fold([0, 0], |[ours, drawn], one| [ours + one.0, drawn + one.1]);
    let each: Vec<f64> = needed.iter().map(|(ours, drawn)| 1.0 - *ours as f64 / *drawn as f64).collect();
    (1.0 - ours as f64 / drawn as f64, mean_and_spread(&each).1)
}

/// Mean and standard deviation.
pub(crate) fn mean_and_spread(all: &[f64]) -> (f64, f64) {
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    let spread = (all.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (all.len().max(2) - 1) as f64).sqrt();
    (mean, spread)
}

struct Replay<'a> {
    whole: &'a Votes,
    labels: &'a [Option<usize>],
    heard: Votes,
    /// Tallies of what was heard, by group.
    tallies: Vec<Vec<Tally>>,
    sought: Vec<Vec<usize>>,
    weight: Weight,
    chance: Chance,
}

impl<'a> Replay<'a> {
    fn of(whole: &'a Votes, labels: &'a [Option<usize>], groups: usize, weight: Weight, order: u64) -> Self {
        let mut tallies = GroupStatistics::of(whole, labels, groups).tallies;
        let rejected = |statement: &usize| !whole.standings()[*statement].is_live();
        for tallies in &mut tallies {
            (0..whole.statements()).filter(rejected).for_each(|statement| tallies[statement] = Tally::default());
        }
        let sought = tallies.iter().map(|tallies| shared(tallies, weight)).collect();
        let mut heard = Votes::on(whole.standings().to_vec()).unwrap();
        heard.seat(whole.people()).unwrap();
        Self {
            whole,
            labels,
            heard,
            tallies: vec![vec![Tally::default(); whole.statements()]; groups],
            sought,
            weight,
            chance: Chance::from_seed(order),
        }
    }

    fn run(mut self, ours: bool) -> [usize; ENOUGH.len()] {
        let mut people: Vec<usize> = (0..self.whole.people()).collect();
        (1..people.len()).for_each(|at| people.swap(at, (self.chance.word() % (at as u64 + 1)) as usize));
        let mut weights = priorities(self.heard.tallies(), &vec![0.0; self.whole.statements()], |_| false);
        let (mut count, mut short_at) = (0, [0; ENOUGH.len()]);
        let mut found = vec![0; self.sought.len()];
        let enough = ENOUGH.map(|share| share * (SHARED * found.len()) as f64);
        let longest = people.iter().map(|person| self.whole.row(*person).len()).max().unwrap_or(0);
        for person in std::iter::repeat_n(&people, longest).flatten().copied() {
            let open = self.open(person);
            let group = self.labels[person];
            let next =
                if ours { self.ours(person, &open) } else { draw_in_proportion(&weights, &open, self.chance.share()) };
            let Some(next) = next else { continue };
            let vote = self.whole.vote(person, next).unwrap();
            self.heard.cast(person, next, vote).unwrap();
            count += 1;
            if !ours && count % PRIORITIES_EVERY == 0 {
                weights = priorities(self.heard.tallies(), &Plane::cold(&self.heard, None).extremity(), |_| false);
            }
            if let Some(group) = group {
                self.tallies[group][next] = self.tallies[group][next] + one(vote);
                found[group] = shared(&self.tallies[group], self.weight)
                    .iter()
                    .filter(|at| self.sought[group].contains(at))
                    .count();
            }
            let in_place = found.iter().sum::<usize>() as f64;
            for (short_at, enough) in short_at.iter_mut().zip(enough) {
                if in_place < enough {
                    *short_at = count;
                }
            }
        }
        short_at.map(|count| count + 1)
    }

    /// Until a person's group is known, their own answers are left out of what the groups said: they would tell it.
    fn ours(&self, person: usize, open: &[usize]) -> Option<usize> {
        let answers = self.heard.row(person);
        let (group, is_known) = (self.labels[person], answers.len() >= KNOWN_FROM);
        let mut tallies = self.tallies.clone();
        if let (Some(group), false) = (group, is_known) {
            for cell in answers {
                let tally = &mut tallies[group][cell.statement as usize];
                *tally = *tally - one(cell.vote);
            }
        }
        next_of(&self.heard, person, open, &tallies, group.filter(|_| is_known))
    }

    /// What this person really answered and has not been asked.
    fn open(&self, person: usize) -> Vec<usize> {
        let answered = self
            .whole
            .row(person)
            .iter()
            .map(|cell| cell.statement as usize)
            .filter(|at| self.whole.standings()[*at].is_live());
        answered.filter(|at| self.heard.vote(person, *at).is_none()).collect()
    }
}

/// How sure a group is to be on one side: Polis' measure of what is shared, its share times its standard deviations
/// above a half.
pub(crate) fn surety(tally: &Tally) -> f64 {
    let (most, seen) = (f64::from(tally.agree.max(tally.disagree)), f64::from(tally.seen()));
    share(tally) * 2.0 * (seen + 1.0).sqrt() * ((most + 1.0) / (seen + 1.0) - 0.5)
}

/// Share of the group on the stronger side.
pub(crate) fn share(tally: &Tally) -> f64 {
    (f64::from(tally.agree.max(tally.disagree)) + 1.0) / (f64::from(tally.seen()) + 2.0)
}

/// The five statements of most weight.
fn shared(tallies: &[Tally], weight: Weight) -> Vec<usize> {
    let mut order: Vec<(f64, usize)> = tallies.iter().enumerate().map(|(at, tally)| (-weight(tally), at)).collect();
    let by_weight = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    if order.len() > SHARED {
        order.select_nth_unstable_by(SHARED, by_weight);
        order.truncate(SHARED);
    }
    order.into_iter().map(|(_, at)| at).collect()
}

fn one(vote: Vote) -> Tally {
    let is = |side| u32::from(vote == side);
    Tally { agree: is(Vote::Agree), disagree: is(Vote::Disagree), pass: is(Vote::Pass) }
}
