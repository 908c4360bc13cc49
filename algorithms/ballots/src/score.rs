//! Score: whoever has the highest sum of scores, which is the highest mean, since every ballot counts for everyone.
//!
//! Promises whole sums; the mean is shown as an exact quotient and decides nothing.

use crate::approval::{highest, ladder, level_at_top, outcome};
use crate::lot::{Lot, Tie};
use crate::poll::{Candidate, Refusal};
use crate::scores::Scores;

/// A count by score.
#[derive(Clone, Debug)]
pub struct Score {
    /// Sum of scores, per candidate. Divided by `ballots` it is the mean.
    pub totals: Vec<u64>,
    /// All ballots, blank ones included.
    pub ballots: u64,
    /// Who has the highest total, in the order of the ballot paper: several when level; nobody when every score is 0.
    pub winners: Vec<usize>,
    /// As many as there are seats, by total, then by lot; only candidates with a total above 0.
    pub elected: Vec<usize>,
    /// Ties for a seat.
    pub ties: Vec<Tie>,
}

/// Counts scored ballots by their sums and fills the seats.
///
/// # Errors
/// [`Refusal::LotOfOthers`], [`Refusal::Seats`].
pub fn count(scores: &Scores, seats: usize, lot: &Lot) -> Result<Score, Refusal> {
    let totals = totals(scores);
    let (elected, ties) = highest(&totals, seats, lot)?;
    Ok(Score { winners: level_at_top(&totals), totals, ballots: scores.ballots(), elected, ties })
}

impl Score {
    /// The count, step by step, for a person to replay.
    #[must_use]
    pub fn trail(&self, candidates: &[Candidate]) -> String {
        let head = format!("Score: the sum for each, over {} ballots (no score given is 0)\n", self.ballots);
        head + &ladder(&self.totals, candidates) + &outcome(&self.elected, &self.ties, candidates)
    }
}

/// Sum of scores, per candidate.
pub(crate) fn totals(scores: &Scores) -> Vec<u64> {
    let mut totals = vec![0; scores.candidates()];
    for (count, given) in scores.lines().iter() {
        for one in given {
            totals[one.candidate()] += count * u64::from(one.score);
        }
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ballot_without_a_score_counts_as_zero() {
        let mut scores = Scores::new(2).unwrap();
        scores.add(1, &[(0, 5)]).unwrap();
        scores.add(2, &[(1, 2)]).unwrap();
        let score = count(&scores, 1, &Lot::in_paper_order(2)).unwrap();
        assert_eq!((score.totals, score.ballots, score.winners, score.elected), (vec![5, 4], 3, vec![0], vec![0]));
    }
}
