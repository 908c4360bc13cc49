//! The counting table of Scottish STV: a pile of papers for each candidate, and what is done with them stage by stage.
//!
//! Promises that a paper is always in exactly one place, or in equal parts on the piles of equal candidates. Never
//! reads a float.

use std::cmp::{Ordering, Reverse};

use super::{Next, Parcel, Stage, UNIT};
use crate::lines::{ASKED_TOGETHER, Rest};
use crate::lot::{Earlier, Lot, Settled, Tie};
use crate::rankings::{Rankings, Set, everyone, members, only, top};

/// A ballot, or the part of it that stands with one of several equal candidates, with what it is worth now.
#[derive(Clone, Copy)]
struct Paper {
    rest: Rest,
    value: u32,
}

/// The counting table: a pile of papers for each candidate.
pub(super) struct Table<'a> {
    rankings: &'a Rankings,
    lot: &'a Lot,
    seats: usize,
    pub(super) valid: u64,
    /// In units.
    pub(super) quota: u64,
    /// Neither elected nor excluded.
    continuing: Set,
    /// Elected with a surplus that was not transferred yet.
    waiting: Set,
    excluded: Set,
    papers: Vec<Vec<Paper>>,
    votes: Vec<u64>,
    exhausted: u64,
    cut_off: u64,
    pub(super) stages: Vec<Stage>,
    pub(super) elected: Vec<usize>,
    pub(super) ties: Vec<Tie>,
}

impl<'a> Table<'a> {
    pub(super) fn laid(rankings: &'a Rankings, seats: usize, lot: &'a Lot) -> Self {
        let candidates = rankings.candidates();
        let valid = rankings.ballots() - rankings.blank();
        let mut table = Table {
            rankings,
            lot,
            seats,
            valid,
            quota: (valid / (seats as u64 + 1) + 1) * UNIT,
            continuing: everyone(candidates),
            waiting: 0,
            excluded: 0,
            papers: vec![Vec::new(); candidates],
            votes: vec![0; candidates],
            exhausted: 0,
            cut_off: 0,
            stages: Vec::new(),
            elected: Vec::new(),
            ties: Vec::new(),
        };
        for rest in rankings.lines().rests() {
            let (with, passed) = top(rankings.lines().marks_of(rest), table.continuing);
            table.lay(rest.after(passed), with, UNIT);
        }
        table.balance();
        table
    }

    /// Lays a paper, worth `value` now, on the pile of each candidate it goes to.
    fn lay(&mut self, rest: Rest, with: Set, value: u64) {
        let part = part(value, with);
        let paper = Paper { rest, value: u32::try_from(part).expect("no paper is worth more than one vote") };
        for candidate in members(with) {
            self.papers[candidate].push(paper);
            self.votes[candidate] += rest.count * part;
        }
    }

    /// What is neither with a candidate nor exhausted went with the ignored decimals.
    fn balance(&mut self) {
        self.cut_off = self.valid * UNIT - self.exhausted - self.votes.iter().sum::<u64>();
    }

    /// Elects whoever reached the quota, and the rest when there are only as many as seats.
    pub(super) fn elect(&mut self) -> Vec<usize> {
        if self.valid == 0 {
            return Vec::new();
        }
        let last = self.continuing.count_ones() as usize <= self.seats - self.elected.len();
        let mut elected: Vec<_> =
            members(self.continuing).filter(|one| last || self.votes[*one] >= self.quota).collect();
        elected.sort_by(|one, other| self.by_votes(*one, *other));
        for one in &elected {
            self.continuing &= !only(*one);
            self.waiting |= if self.votes[*one] > self.quota { only(*one) } else { 0 };
        }
        self.elected.extend(&elected);
        elected
    }

    /// Most votes first, then by the latest earlier stage, then by lot.
    fn by_votes(&self, one: usize, other: usize) -> Ordering {
        let past =
            self.stages.iter().rev().map(|stage| stage.votes[other].cmp(&stage.votes[one])).find(|order| order.is_ne());
        let now = self.votes[other].cmp(&self.votes[one]);
        now.then(past.unwrap_or(Ordering::Equal)).then(self.lot.place(one).cmp(&self.lot.place(other)))
    }

    /// Writes the stage down.
    pub(super) fn note(&mut self, elected: Vec<usize>) {
        let votes = |one: usize| (self.excluded & only(one) == 0).then_some(self.votes[one]);
        let votes = (0..self.votes.len()).map(votes).collect();
        let (exhausted, cut_off) = (self.exhausted, self.cut_off);
        self.stages.push(Stage { votes, elected, exhausted, cut_off, next: Next::End, parcels: Vec::new() });
    }

    pub(super) fn next(&mut self) -> Next {
        if self.elected.len() == self.seats || self.valid == 0 {
            return Next::End;
        }
        if self.waiting == 0 {
            return Next::Exclusion(self.choose(self.continuing, "who is excluded is", Reverse));
        }
        let of = self.choose(self.waiting, "whose surplus goes first is", |votes| votes);
        Next::Surplus { of, surplus: self.votes[of] - self.quota, total: self.votes[of] }
    }

    /// Whoever ranks highest now; when level, at the latest earlier stage where they were not; then by lot.
    fn choose<Rank: Ord>(&mut self, among: Set, about: &'static str, rank: impl Fn(u64) -> Rank) -> usize {
        let highest = |set: Set, votes: &dyn Fn(usize) -> u64| {
            let best = members(set).map(|one| rank(votes(one))).max();
            members(set).filter(|one| Some(rank(votes(*one))) == best).fold(0, |set, one| set | only(one))
        };
        let level = highest(among, &|one| self.votes[one]);
        let (mut left, mut earlier) = (level, Vec::new());
        for (at, before) in self.stages.iter().enumerate().rev() {
            let fewer = highest(left, &|one| before.votes[one].unwrap_or(0));
            earlier.extend((fewer != left).then(|| Earlier { stage: at + 1, left: members(fewer).collect() }));
            left = fewer;
        }
        let picked = self.lot.pick(left);
        if level != only(picked) {
            let settled = if left == only(picked) { Settled::EarlierStage } else { Settled::Lot };
            self.ties.push(Tie {
                at: self.stages.len(),
                about,
                tied: members(level).collect(),
                earlier,
                picked,
                settled,
            });
        }
        picked
    }

    /// Transfers a surplus or excludes a candidate, and notes what moves.
    pub(super) fn follow(&mut self, next: Next) {
        let parcels = match next {
            Next::Surplus { of, surplus, total } => {
                self.waiting &= !only(of);
                self.votes[of] = self.quota;
                let cut = |value: u64| u128::from(value) * u128::from(surplus) / u128::from(total);
                self.move_pile(of, |value| u64::try_from(cut(value)).expect("a surplus is less than its total"))
            }
            Next::Exclusion(of) => {
                self.continuing &= !only(of);
                self.excluded |= only(of);
                self.votes[of] = 0;
                self.move_pile(of, |value| value)
            }
            Next::End => Vec::new(),
        };
        self.balance();
        let stage = self.stages.last_mut().expect("the stage was noted before");
        (stage.next, stage.parcels) = (next, parcels);
    }

    fn move_pile(&mut self, of: usize, worth: impl Fn(u64) -> u64) -> Vec<Parcel> {
        let mut parcels = Parcels { worth, candidates: self.votes.len(), all: Vec::new(), last: 0 };
        for papers in std::mem::take(&mut self.papers[of]).chunks(ASKED_TOGETHER) {
            self.rankings.lines().ask(papers.iter().map(|paper| paper.rest));
            for paper in papers {
                let (with, passed) = top(self.rankings.lines().marks_of(paper.rest), self.continuing);
                let (value, parcel) = parcels.of(u64::from(paper.value), with);
                members(with).for_each(|one| parcel.to[one] += paper.rest.count);
                if with == 0 {
                    parcel.exhausted += paper.rest.count;
                    self.exhausted += paper.rest.count * value;
                }
                self.lay(paper.rest.after(passed), with, value);
            }
        }
        let mut parcels: Vec<_> = parcels.all.into_iter().map(|(_, parcel)| parcel).collect();
        parcels.sort_by_key(|parcel| (Reverse(parcel.was), parcel.shared_by));
        parcels
    }
}

/// The parcels of a pile, each with the whole value that its papers have now.
struct Parcels<Worth> {
    worth: Worth,
    candidates: usize,
    all: Vec<(u64, Parcel)>,
    /// Papers of equal value lie together, so the parcel is nearly always that of the paper before.
    last: usize,
}

impl<Worth: Fn(u64) -> u64> Parcels<Worth> {
    /// What a paper is worth now, and its parcel.
    fn of(&mut self, was: u64, with: Set) -> (u64, &mut Parcel) {
        let shared_by = u64::from(with.count_ones()).max(1);
        let same = |(_, parcel): &(u64, Parcel)| parcel.was == was && parcel.shared_by == shared_by;
        if !self.all.get(self.last).is_some_and(same) {
            self.last = self.all.iter().position(same).unwrap_or(self.all.len());
        }
        if self.last == self.all.len() {
            let (value, to) = ((self.worth)(was), vec![0; self.candidates]);
            self.all.push((value, Parcel { was, value: part(value, with), shared_by, to, exhausted: 0 }));
        }
        let (value, parcel) = &mut self.all[self.last];
        (*value, parcel)
    }
}

/// The part of a value for each candidate of a rank, five decimals, the rest ignored.
fn part(value: u64, with: Set) -> u64 {
    value / u64::from(with.count_ones()).max(1)
}
