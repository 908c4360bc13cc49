//! STV as Scotland counts it: the Scottish Local Government Elections Order 2011, schedule 1, rules 45 to 52 (weighted inclusive
//! Gregory method).
//!
//! Stated rules:
//! - Quota: valid ballots divided by seats + 1, rounded down, plus 1. Blank ballots are not valid.
//! - Whoever reaches the quota is elected. The largest surplus is transferred first: every paper of the pile moves on, at
//!   `value × surplus ÷ total of the pile`, five decimals, the rest ignored ([`UNIT`]; whole numbers, never floats).
//! - Without a surplus, the candidate with the fewest votes is excluded and their papers move on at the value they have.
//! - As many candidates left as seats: they are elected, whatever they have, and nothing more is transferred.
//! - Level candidates: the latest earlier stage at which they were not level decides (most votes: surplus first; fewest: excluded);
//!   then the [`Lot`].
//! - Equal ranks (the Order calls such a paper void): the paper's value is divided by the candidates of that rank who are still in,
//!   five decimals, the rest ignored.
//!
//! What no preference can take is shown as exhausted; what the ignored decimals cost is shown apart. Nothing else gets lost.

mod trail;

use std::cmp::{Ordering, Reverse};

use crate::lines::{ASKED_TOGETHER, Rest};
use crate::lot::{Lot, Settled, Tie};
use crate::poll::Refusal;
use crate::rankings::{Rankings, Set, everyone, members, only, top};

/// One vote, in the hundred-thousandths that values are cut off to.
pub const UNIT: u64 = 100_000;

/// A count by Scottish STV. Votes and values are in [`UNIT`]s.
#[derive(Clone, Debug)]
pub struct Stv {
    /// How many were to be elected.
    pub seats: usize,
    /// Ballots that name somebody.
    pub valid: u64,
    /// In whole votes.
    pub quota: u64,
    /// Every stage.
    pub stages: Vec<Stage>,
    /// Who is elected, in order of election; within a stage by votes, then by earlier stages, then by lot. Nobody when no ballot
    /// names anyone.
    pub elected: Vec<usize>,
    /// Every tie and how it was settled.
    pub ties: Vec<Tie>,
    unusual: String,
}

/// One stage: what everybody has, who is thereby elected, and what happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// `None` once a candidate is excluded.
    pub votes: Vec<Option<u64>>,
    /// Who is elected at this stage.
    pub elected: Vec<usize>,
    /// What has become non-transferable so far.
    pub exhausted: u64,
    /// What the ignored decimals have cost so far.
    pub cut_off: u64,
    /// What happens next.
    pub next: Next,
    /// The papers that then move, by their value before.
    pub parcels: Vec<Parcel>,
}

/// What follows a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The surplus of an elected candidate is transferred.
    Surplus {
        /// Whose it is.
        of: usize,
        /// What is above the quota.
        surplus: u64,
        /// What they have.
        total: u64,
    },
    /// A candidate is excluded.
    Exclusion(usize),
    /// Nothing: every seat is taken, or no ballot names anyone.
    End,
}

/// Papers of equal value that move together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// The value of each before.
    pub was: u64,
    /// The value that each adds to every candidate it goes to.
    pub value: u64,
    /// How many candidates each goes to: 1, or more for equal ranks.
    pub shared_by: u64,
    /// How many go to each candidate.
    pub to: Vec<u64>,
    /// How many have no further preference; each is worth `value`.
    pub exhausted: u64,
}

/// Counts ranked ballots for so many seats.
///
/// # Errors
/// [`Refusal::LotOfOthers`], [`Refusal::Seats`].
pub fn count(rankings: &Rankings, seats: usize, lot: &Lot) -> Result<Stv, Refusal> {
    let candidates = rankings.candidates();
    lot.fits(candidates)?;
    if seats == 0 || seats > candidates {
        return Err(Refusal::Seats { seats, candidates });
    }
    let mut table = Table::laid(rankings, seats, lot);
    loop {
        let elected = table.elect();
        table.note(elected);
        match table.next() {
            Next::End => break,
            next => table.follow(next),
        }
    }
    let Table { valid, quota, stages, elected, ties, .. } = table;
    Ok(Stv { seats, valid, quota: quota / UNIT, stages, elected, ties, unusual: rankings.unusual() })
}

/// A ballot, or the part of it that stands with one of several equal candidates, with what it is worth now.
#[derive(Clone, Copy)]
struct Paper {
    rest: Rest,
    value: u32,
}

/// The counting table: a pile of papers for each candidate.
struct Table<'a> {
    rankings: &'a Rankings,
    lot: &'a Lot,
    seats: usize,
    valid: u64,
    /// In units.
    quota: u64,
    /// Neither elected nor excluded.
    continuing: Set,
    /// Elected with a surplus that was not transferred yet.
    waiting: Set,
    excluded: Set,
    papers: Vec<Vec<Paper>>,
    votes: Vec<u64>,
    exhausted: u64,
    cut_off: u64,
    stages: Vec<Stage>,
    elected: Vec<usize>,
    ties: Vec<Tie>,
}

impl<'a> Table<'a> {
    fn laid(rankings: &'a Rankings, seats: usize, lot: &'a Lot) -> Self {
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
    fn elect(&mut self) -> Vec<usize> {
        if self.valid == 0 {
            return Vec::new();
        }
        let last = self.continuing.count_ones() as usize <= self.seats - self.elected.len();
        let mut elected: Vec<_> = members(self.continuing).filter(|one| last || self.votes[*one] >= self.quota).collect();
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
        let past = self.stages.iter().rev().map(|stage| stage.votes[other].cmp(&stage.votes[one])).find(|order| order.is_ne());
        let now = self.votes[other].cmp(&self.votes[one]);
        now.then(past.unwrap_or(Ordering::Equal)).then(self.lot.place(one).cmp(&self.lot.place(other)))
    }

    /// Writes the stage down.
    fn note(&mut self, elected: Vec<usize>) {
        let votes = |one: usize| (self.excluded & only(one) == 0).then_some(self.votes[one]);
        let votes = (0..self.votes.len()).map(votes).collect();
        let (exhausted, cut_off) = (self.exhausted, self.cut_off);
        self.stages.push(Stage { votes, elected, exhausted, cut_off, next: Next::End, parcels: Vec::new() });
    }

    fn next(&mut self) -> Next {
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
        let (mut left, mut decided) = (level, 0);
        for (at, stage) in self.stages.iter().enumerate().rev() {
            let fewer = highest(left, &|one| stage.votes[one].unwrap_or(0));
            decided = if fewer == left { decided } else { at + 1 };
            left = fewer;
        }
        let picked = self.lot.pick(left);
        if level != only(picked) {
            let settled = if left == only(picked) { Settled::EarlierStage(decided) } else { Settled::Lot };
            self.ties.push(Tie { at: self.stages.len(), about, tied: members(level).collect(), picked, settled });
        }
        picked
    }

    /// Transfers a surplus or excludes a candidate, and notes what moves.
    fn follow(&mut self, next: Next) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rankings(candidates: usize, lines: &[(u64, &[&[usize]])]) -> Rankings {
        let mut rankings = Rankings::new(candidates).unwrap();
        lines.iter().for_each(|(count, ranks)| rankings.add(*count, ranks).unwrap());
        rankings
    }

    #[test]
    fn a_surplus_moves_at_a_value_cut_off_to_five_decimals() {
        // 16 ballots, 2 seats: quota 6. Ada has 9, surplus 3: each paper moves at 3 / 9 = 0.33333.
        let poll = rankings(4, &[(6, &[&[0], &[1]]), (2, &[&[0], &[2]]), (1, &[&[0]]), (3, &[&[1]]), (2, &[&[2]]), (2, &[&[3]])]);
        let stv = count(&poll, 2, &Lot::in_paper_order(4)).unwrap();
        assert_eq!((stv.quota, stv.stages[0].elected.as_slice()), (6, [0].as_slice()));
        assert_eq!(stv.stages[0].next, Next::Surplus { of: 0, surplus: 3 * UNIT, total: 9 * UNIT });
        assert_eq!(stv.stages[1].votes, [Some(600_000), Some(499_998), Some(266_666), Some(200_000)]);
        assert_eq!((stv.stages[1].exhausted, stv.stages[1].cut_off), (33_333, 3));
        assert_eq!(stv.elected, [0, 1]);
    }

    #[test]
    fn level_candidates_are_told_apart_by_the_latest_earlier_stage() {
        // Cleo (4, later 6) and Brook (5, later 6) are level at stage 2; Cleo had fewer at stage 1.
        let poll = rankings(4, &[(9, &[&[0]]), (5, &[&[1]]), (4, &[&[2]]), (2, &[&[3], &[2]]), (1, &[&[3], &[1]])]);
        let stv = count(&poll, 1, &Lot::in_paper_order(4)).unwrap();
        assert_eq!(stv.stages[1].next, Next::Exclusion(2));
        let tie = Tie { at: 2, about: "who is excluded is", tied: vec![1, 2], picked: 2, settled: Settled::EarlierStage(1) };
        assert_eq!(stv.ties, [tie]);
    }

    #[test]
    fn candidates_level_at_every_stage_go_by_lot() {
        let poll = rankings(3, &[(4, &[&[0]]), (2, &[&[1], &[0]]), (2, &[&[2], &[0]])]);
        for seed in 0..8_u8 {
            let lot = Lot::from_seed(&[seed], &[1, 2, 3]);
            let stv = count(&poll, 1, &lot).unwrap();
            let first = if lot.place(1) < lot.place(2) { 1 } else { 2 };
            assert_eq!((stv.stages[0].next, stv.ties[0].settled), (Next::Exclusion(first), Settled::Lot));
        }
    }

    #[test]
    fn as_many_left_as_seats_are_elected_without_a_quota() {
        let stv = count(&rankings(2, &[(3, &[&[1]]), (1, &[])]), 2, &Lot::in_paper_order(2)).unwrap();
        assert_eq!((stv.valid, stv.quota, stv.elected.as_slice(), stv.stages.len()), (3, 2, [1, 0].as_slice(), 1));
    }

    #[test]
    fn equal_ranks_divide_a_paper_and_say_what_is_cut_off() {
        let stv = count(&rankings(4, &[(2, &[&[0, 1, 2]]), (5, &[&[3]])]), 2, &Lot::in_paper_order(4)).unwrap();
        assert_eq!(stv.stages[0].votes[0], Some(66_666));
        assert_eq!(stv.stages[0].cut_off, 2);
    }

    #[test]
    fn a_blank_poll_elects_nobody() {
        let stv = count(&rankings(2, &[(3, &[])]), 1, &Lot::in_paper_order(2)).unwrap();
        assert!(stv.elected.is_empty() && stv.ties.is_empty());
    }
}
