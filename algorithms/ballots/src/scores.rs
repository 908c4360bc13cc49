//! Scored ballots, and how they are read.
//!
//! Promises that what was given is kept as given. Never rescales a ballot: a high scorer and a low scorer weigh what
//! they say.

use crate::lines::Lines;
use crate::poll::{CANDIDATES_MAX, Refusal};
use crate::rankings::{Rankings, Set, only};

/// The highest score that is read. The scale of a poll is whatever it asked for, from 0 up to at most this.
pub const SCORE_MAX: u16 = 1_000;

/// Scored ballots. How they are read, the same under every rule:
///
/// - **No score given** for a candidate: 0, as if it were written; the ballot still counts in every mean.
/// - **Approval** is any score above 0.
/// - **As a ranking**: higher before lower, equal scores share a rank, and everyone at 0 is unnamed, so tied last.
/// - **Blank**: all zeros.
/// - **The same candidate twice**: refused.
#[derive(Clone, Debug)]
pub struct Scores {
    candidates: usize,
    lines: Lines<Given>,
    /// Candidates scored so far by the line that is being written.
    named: Set,
    highest: u16,
}

/// The score that a ballot gives one candidate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given {
    candidate: u8,
    pub(crate) score: u16,
}

impl Given {
    pub(crate) fn candidate(self) -> usize {
        usize::from(self.candidate)
    }
}

impl Scores {
    /// No ballots yet, for so many candidates.
    ///
    /// # Errors
    /// [`Refusal::Candidates`] unless there are 1 to [`CANDIDATES_MAX`].
    pub fn new(candidates: usize) -> Result<Self, Refusal> {
        if candidates == 0 || candidates > CANDIDATES_MAX {
            return Err(Refusal::Candidates(candidates));
        }
        Ok(Self { candidates, lines: Lines::new(), named: 0, highest: 0 })
    }

    /// Adds a ballot that was cast `count` times: candidates with the score that each is given, in any order.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], [`Refusal::Twice`], [`Refusal::Score`], [`Refusal::NoCount`] or
    /// [`Refusal::TooManyBallots`]; nothing is added then.
    pub fn add(&mut self, count: u64, given: &[(usize, u16)]) -> Result<(), Refusal> {
        for (candidate, score) in given {
            self.mark(*candidate, *score)?;
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

    /// How many ballots score nobody.
    #[must_use]
    pub fn blank(&self) -> u64 {
        self.lines.blank
    }

    /// The highest score on any ballot.
    #[must_use]
    pub fn highest(&self) -> u16 {
        self.highest
    }

    /// The scores of every line with the number of times it was cast, in the order added.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Vec<(usize, u16)>)> {
        self.lines.iter().map(|(count, given)| (count, given.iter().map(|one| (one.candidate(), one.score)).collect()))
    }

    /// The same ballots as rankings, by the rule stated at [`Scores`].
    #[must_use]
    pub fn as_rankings(&self) -> Rankings {
        let mut rankings = Rankings::new(self.candidates).expect("as many candidates as here");
        let mut named: Vec<Given> = Vec::new();
        for (count, given) in self.lines.iter() {
            named.clear();
            named.extend(given.iter().filter(|one| one.score > 0));
            named.sort_unstable_by_key(|one| (std::cmp::Reverse(one.score), one.candidate));
            for (place, one) in named.iter().enumerate() {
                let shares = place > 0 && named[place - 1].score == one.score;
                rankings.mark(one.candidate(), shares).expect("no candidate twice, none unknown");
            }
            rankings.close(count).expect("as many ballots as here");
        }
        rankings
    }

    /// Scores the next candidate on the line that is being written, or drops that line.
    pub(crate) fn mark(&mut self, candidate: usize, score: u16) -> Result<(), Refusal> {
        let flaw = if candidate >= self.candidates {
            Refusal::Unknown(candidate)
        } else if self.named & only(candidate) != 0 {
            Refusal::Twice(candidate)
        } else if score > SCORE_MAX {
            Refusal::Score(score)
        } else {
            self.named |= only(candidate);
            let candidate = u8::try_from(candidate).expect("there are at most 127 candidates");
            self.lines.mark(Given { candidate, score });
            return Ok(());
        };
        self.lines.drop_open();
        self.named = 0;
        Err(flaw)
    }

    /// Ends the line that is being written.
    pub(crate) fn close(&mut self, count: u64) -> Result<(), Refusal> {
        self.named = 0;
        self.lines.close(count)?;
        self.highest = self.lines.last().iter().map(|one| one.score).fold(self.highest, u16::max);
        Ok(())
    }

    pub(crate) fn lines(&self) -> &Lines<Given> {
        &self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_read_as_a_ranking_keep_equals_and_leave_zeros_unnamed() {
        let mut scores = Scores::new(4).unwrap();
        scores.add(3, &[(0, 2), (1, 5), (2, 2), (3, 0)]).unwrap();
        scores.add(1, &[]).unwrap();
        let lines: Vec<_> = scores.as_rankings().iter().collect();
        assert_eq!(lines, [(3, vec![vec![1], vec![0, 2]]), (1, vec![])]);
    }

    #[test]
    fn a_refused_ballot_leaves_nothing_behind() {
        let mut scores = Scores::new(2).unwrap();
        assert_eq!(scores.add(1, &[(0, 1), (0, 2)]), Err(Refusal::Twice(0)));
        assert_eq!(scores.add(1, &[(0, 1), (2, 2)]), Err(Refusal::Unknown(2)));
        assert_eq!(scores.add(1, &[(0, 1), (1, SCORE_MAX + 1)]), Err(Refusal::Score(SCORE_MAX + 1)));
        assert_eq!(scores.add(0, &[(0, SCORE_MAX)]), Err(Refusal::NoCount));
        assert_eq!((scores.ballots(), scores.highest(), scores.iter().count()), (0, 0, 0));
    }
}
