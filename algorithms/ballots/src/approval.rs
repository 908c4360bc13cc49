//! Approval: whoever most ballots approve of. A score above 0 approves.
//!
//! Promises that each ballot counts once for each candidate it approves, whatever the score.

use std::cmp::Reverse;

use crate::lot::{Lot, Tie};
use crate::poll::{Candidate, Refusal};
use crate::rankings::{Set, only};
use crate::scores::Scores;
use crate::text;

/// A count by approval.
#[derive(Clone, Debug)]
pub struct Approval {
    /// Ballots that approve, per candidate.
    pub approvals: Vec<u64>,
    /// Who has the most, in the order of the ballot paper: several when they are level; nobody when no ballot approves
    /// anyone.
    pub winners: Vec<usize>,
    /// As many as there are seats, by approvals, then by lot; only candidates that some ballot approves.
    pub elected: Vec<usize>,
    /// Ties for a seat.
    pub ties: Vec<Tie>,
    ballots: u64,
}

/// Counts scored ballots by approval and fills the seats.
///
/// # Errors
/// [`Refusal::LotOfOthers`], [`Refusal::Seats`].
pub fn count(scores: &Scores, seats: usize, lot: &Lot) -> Result<Approval, Refusal> {
    let mut approvals = vec![0; scores.candidates()];
    for (count, given) in scores.lines().iter() {
        for one in given {
            approvals[one.candidate()] += if one.score > 0 { count } else { 0 };
        }
    }
    let (elected, ties) = highest(&approvals, seats, lot)?;
    Ok(Approval { winners: level_at_top(&approvals), approvals, elected, ties, ballots: scores.ballots() })
}

impl Approval {
    /// The count, step by step, for a person to replay.
    #[must_use]
    pub fn trail(&self, candidates: &[Candidate]) -> String {
        let head = format!("Approval: ballots that approve of each, of {}\n", self.ballots);
        head + &ladder(&self.approvals, candidates) + &outcome(&self.elected, &self.ties, candidates)
    }
}

/// Candidates with the highest total above 0.
pub(crate) fn level_at_top(totals: &[u64]) -> Vec<usize> {
    let most = totals.iter().copied().max().unwrap_or(0);
    (0..totals.len()).filter(|one| most > 0 && totals[*one] == most).collect()
}

/// The highest totals above 0, as many as there are seats, and where the lot had to choose who of the level takes a
/// seat.
pub(crate) fn highest(totals: &[u64], seats: usize, lot: &Lot) -> Result<(Vec<usize>, Vec<Tie>), Refusal> {
    lot.fits(totals.len())?;
    if seats == 0 || seats > totals.len() {
        return Err(Refusal::Seats { seats, candidates: totals.len() });
    }
    let mut order: Vec<_> = (0..totals.len()).filter(|one| totals[*one] > 0).collect();
    order.sort_by_key(|one| (Reverse(totals[*one]), lot.place(*one)));
    let mut ties = Vec::new();
    if order.len() > seats && totals[order[seats - 1]] == totals[order[seats]] {
        let last = totals[order[seats - 1]];
        let first_level =
            order.iter().position(|one| totals[*one] == last).expect("the last seat's own total is there");
        for at in first_level..seats {
            let left = order[at..].iter().filter(|one| totals[**one] == last);
            lot.settle(left.fold(0, |set: Set, one| set | only(*one)), at + 1, "a seat is", &mut ties);
        }
    }
    order.truncate(seats);
    Ok((order, ties))
}

/// Totals, highest first.
pub(crate) fn ladder(totals: &[u64], candidates: &[Candidate]) -> String {
    let mut order: Vec<_> = (0..totals.len()).collect();
    order.sort_by_key(|one| Reverse(totals[*one]));
    let rows: Vec<_> = order.iter().map(|one| vec![text::label(candidates, *one), totals[*one].to_string()]).collect();
    text::table(&rows)
}

/// The last lines of a trail: ties and who is elected.
pub(crate) fn outcome(elected: &[usize], ties: &[Tie], candidates: &[Candidate]) -> String {
    let ties: String = ties.iter().map(|tie| text::tie(candidates, tie)).collect();
    format!("{ties}Elected: {}.\n", text::labels(candidates, elected.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_between_level_candidates_goes_by_lot_and_says_so() {
        let mut scores = Scores::new(4).unwrap();
        scores.add(5, &[(0, 1), (3, 9)]).unwrap();
        scores.add(5, &[(1, 2), (2, 0), (3, 1)]).unwrap();
        let lot = Lot::from_seed(b"seed", &[1, 2, 3, 4]);
        let approval = count(&scores, 2, &lot).unwrap();
        let by_lot = if lot.place(0) < lot.place(1) { 0 } else { 1 };
        assert_eq!(
            (approval.approvals.as_slice(), approval.winners.as_slice()),
            ([5, 5, 0, 10].as_slice(), [3].as_slice())
        );
        assert_eq!(approval.elected, [3, by_lot]);
        assert_eq!(approval.ties.len(), 1);
        assert_eq!((approval.ties[0].tied.as_slice(), approval.ties[0].picked), ([0, 1].as_slice(), by_lot));
    }

    #[test]
    fn nobody_is_elected_whom_nobody_approves() {
        let mut scores = Scores::new(2).unwrap();
        scores.add(3, &[(0, 0)]).unwrap();
        let approval = count(&scores, 1, &Lot::in_paper_order(2)).unwrap();
        assert!(approval.elected.is_empty() && approval.winners.is_empty() && approval.ties.is_empty());
    }

    #[test]
    fn more_seats_than_candidates_are_refused() {
        let scores = Scores::new(2).unwrap();
        let refused = count(&scores, 3, &Lot::in_paper_order(2)).unwrap_err();
        assert_eq!(refused, Refusal::Seats { seats: 3, candidates: 2 });
    }
}
