//! Ranked ballots, and the stated rule for each unusual one.
//!
//! Promises that what was marked is kept as marked, whatever the rule. Never repairs a ballot.

use crate::lines::Lines;
use crate::poll::{CANDIDATES_MAX, Refusal};

/// Ranked ballots. How they are read, the same under every rule:
///
/// - **Truncated**: candidates that a ballot does not name are tied last. In rounds and stages the ballot is
///   *exhausted* once everyone it names is out; the count shows how many are.
/// - **Equal ranks and overvotes** (`3>1=2`): kept as equal. Pairwise they say nothing about each other; in rounds and
///   stages the vote is divided equally among those of them who are still in.
/// - **Skipped ranks** (`3>>1`): passed over; `1` is the next preference after `3`. How many ballots have one is
///   counted. Empty ranks below the last candidate are none: the ballot is truncated.
/// - **Blank**: counted as cast; exhausted from the first round; not in the quota of [`crate::stv`].
/// - **The same candidate twice**: refused.
#[derive(Clone, Debug)]
pub struct Rankings {
    candidates: usize,
    lines: Lines<Mark>,
    open: Open,
    widest: usize,
    with_skips: u64,
    with_equals: u64,
}

/// What is known of the line that is being written.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    named: Set,
    /// An empty rank was met; it is a skipped one as soon as another candidate follows.
    empty: bool,
    skips: bool,
    equals: bool,
    width: usize,
    widest: usize,
}

/// A set of candidates, one bit each.
pub(crate) type Set = u128;

/// The set of one candidate.
pub(crate) fn only(candidate: usize) -> Set {
    1 << candidate
}

/// The candidates of a set, in the order of the ballot paper.
pub(crate) fn members(set: Set) -> impl Iterator<Item = usize> {
    let mut left = set;
    std::iter::from_fn(move || {
        let next = (left != 0).then(|| left.trailing_zeros() as usize)?;
        left &= left - 1;
        Some(next)
    })
}

/// Everyone, when so many stand.
pub(crate) fn everyone(candidates: usize) -> Set {
    only(candidates) - 1
}

/// One candidate on a ballot, and whether they share the rank of the one before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(u8);

const SHARES: u8 = 0x80;

impl Mark {
    fn new(candidate: usize, shares: bool) -> Self {
        let candidate = u8::try_from(candidate).expect("there are at most 127 candidates");
        Self(if shares { candidate | SHARES } else { candidate })
    }

    pub(crate) fn candidate(self) -> usize {
        usize::from(self.0 & !SHARES)
    }

    pub(crate) fn shares(self) -> bool {
        self.0 & SHARES != 0
    }
}

/// Whom a ballot stands with while only `still_in` are in: those of its first rank that has any of them; nobody when
/// exhausted. Also how many marks stand before the first of them.
pub(crate) fn top(marks: &[Mark], still_in: Set) -> (Set, usize) {
    let is_in = |mark: &Mark| still_in & only(mark.candidate()) != 0;
    let Some(first) = marks.iter().position(is_in) else { return (0, marks.len()) };
    let equals = marks[first + 1..].iter().take_while(|mark| mark.shares()).filter(|mark| is_in(mark));
    (equals.fold(only(marks[first].candidate()), |found, mark| found | only(mark.candidate())), first)
}

impl Rankings {
    /// No ballots yet, for so many candidates.
    ///
    /// # Errors
    /// [`Refusal::Candidates`] unless there are 1 to [`CANDIDATES_MAX`].
    pub fn new(candidates: usize) -> Result<Self, Refusal> {
        if candidates == 0 || candidates > CANDIDATES_MAX {
            return Err(Refusal::Candidates(candidates));
        }
        let open = Open::default();
        Ok(Self { candidates, lines: Lines::new(), open, widest: 1, with_skips: 0, with_equals: 0 })
    }

    /// Adds a ballot that was cast `count` times: its ranks, best first, each the candidates that share it; an empty
    /// rank is one that was skipped.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], [`Refusal::Twice`], [`Refusal::NoCount`] or [`Refusal::TooManyBallots`]; nothing is added
    /// then.
    pub fn add<Rank: AsRef<[usize]>>(&mut self, count: u64, ranks: &[Rank]) -> Result<(), Refusal> {
        for rank in ranks {
            if rank.as_ref().is_empty() {
                self.skip();
            }
            for (place, candidate) in rank.as_ref().iter().enumerate() {
                self.mark(*candidate, place > 0)?;
            }
        }
        self.close(count)
    }

    /// How many candidates stand.
    #[must_use]
    pub fn candidates(&self) -> usize {
        self.candidates
    }

    /// How many ballots were cast, blank ones included.
    #[must_use]
    pub fn ballots(&self) -> u64 {
        self.lines.ballots
    }

    /// How many ballots name nobody.
    #[must_use]
    pub fn blank(&self) -> u64 {
        self.lines.blank
    }

    /// Whether any ballot names somebody.
    pub(crate) fn names_anyone(&self) -> bool {
        self.ballots() > self.blank()
    }

    /// How many ballots skip a rank.
    #[must_use]
    pub fn with_skips(&self) -> u64 {
        self.with_skips
    }

    /// How many ballots give one rank to several candidates.
    #[must_use]
    pub fn with_equals(&self) -> u64 {
        self.with_equals
    }

    /// The ranks of every line with the number of times it was cast, in the order added; skipped ranks are left out.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Vec<Vec<usize>>)> {
        self.lines.iter().map(|(count, marks)| {
            let mut ranks: Vec<Vec<usize>> = Vec::new();
            for mark in marks {
                match ranks.last_mut() {
                    Some(rank) if mark.shares() => rank.push(mark.candidate()),
                    _ => ranks.push(vec![mark.candidate()]),
                }
            }
            (count, ranks)
        })
    }

    /// Names the next candidate on the line that is being written, or drops that line.
    pub(crate) fn mark(&mut self, candidate: usize, shares: bool) -> Result<(), Refusal> {
        if candidate >= self.candidates {
            self.drop_open();
            return Err(Refusal::Unknown(candidate));
        }
        if self.open.named & only(candidate) != 0 {
            self.drop_open();
            return Err(Refusal::Twice(candidate));
        }
        self.open.named |= only(candidate);
        self.open.skips |= self.open.empty;
        self.open.equals |= shares;
        self.open.width = if shares { self.open.width + 1 } else { 1 };
        self.open.widest = self.open.widest.max(self.open.width);
        self.lines.mark(Mark::new(candidate, shares));
        Ok(())
    }

    /// Leaves a rank of the line that is being written empty.
    pub(crate) fn skip(&mut self) {
        self.open.empty = true;
    }

    /// Ends the line that is being written.
    pub(crate) fn close(&mut self, count: u64) -> Result<(), Refusal> {
        let open = std::mem::take(&mut self.open);
        self.lines.close(count)?;
        self.widest = self.widest.max(open.widest);
        self.with_skips += if open.skips { count } else { 0 };
        self.with_equals += if open.equals { count } else { 0 };
        Ok(())
    }

    fn drop_open(&mut self) {
        self.lines.drop_open();
        self.open = Open::default();
    }

    /// The most candidates that share a rank on any ballot.
    pub(crate) fn widest(&self) -> usize {
        self.widest
    }

    pub(crate) fn lines(&self) -> &Lines<Mark> {
        &self.lines
    }

    /// One line about unusual ballots for a trail; empty when there are none.
    pub(crate) fn unusual(&self) -> String {
        let told = [
            (self.blank(), "blank"),
            (self.with_skips, "with a skipped rank (passed over)"),
            (self.with_equals, "with equal ranks (kept as equal)"),
        ];
        let told: Vec<_> =
            told.iter().filter(|(many, _)| *many > 0).map(|(many, what)| format!("{many} {what}")).collect();
        if told.is_empty() { String::new() } else { format!("Of {} ballots: {}.\n", self.ballots(), told.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_ballot_leaves_nothing_behind() {
        let mut rankings = Rankings::new(3).unwrap();
        rankings.add(2, &[vec![0], vec![], vec![1, 2], vec![]]).unwrap();
        assert_eq!(rankings.add(1, &[[0], [0]]), Err(Refusal::Twice(0)));
        assert_eq!(rankings.add(1, &[[0], [3]]), Err(Refusal::Unknown(3)));
        assert_eq!(rankings.add(1, &[vec![0, 1, 2], vec![0]]), Err(Refusal::Twice(0)));
        assert_eq!(rankings.add(0, &[[0], [1]]), Err(Refusal::NoCount));
        assert_eq!(rankings.add(u64::MAX, &[[0]]), Err(Refusal::TooManyBallots));
        rankings.add::<[usize; 0]>(5, &[[], []]).unwrap();
        let lines: Vec<_> = rankings.iter().collect();
        assert_eq!(lines, [(2, vec![vec![0], vec![1, 2]]), (5, vec![])]);
        assert_eq!((rankings.ballots(), rankings.blank(), rankings.with_skips(), rankings.with_equals()), (7, 5, 2, 2));
        assert_eq!(rankings.widest(), 2);
    }

    #[test]
    fn a_ballot_stands_with_its_first_rank_that_has_anyone_left() {
        let mut rankings = Rankings::new(4).unwrap();
        rankings.add(1, &[vec![3], vec![1, 2]]).unwrap();
        let (_, marks) = rankings.lines().iter().next().unwrap();
        assert_eq!(top(marks, everyone(4)), (only(3), 0));
        assert_eq!(top(marks, only(0) | only(1) | only(2)), (only(1) | only(2), 1));
        assert_eq!(top(marks, only(0) | only(2)), (only(2), 2));
        assert_eq!(top(marks, only(0)), (0, 3));
    }
}
