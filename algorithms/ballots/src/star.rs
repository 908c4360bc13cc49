//! STAR: score, then automatic runoff. The two highest totals go into a final; whoever is scored higher on more ballots
//! wins it.
//!
//! Ties: a place in the final between level totals goes by lot; a level final goes to the higher total, then by lot;
//! each is said.

use std::cmp::Reverse;

use crate::approval::{ladder, outcome};
use crate::lot::{Lot, Settled, Tie};
use crate::pairwise::Pairwise;
use crate::poll::{Candidate, Refusal};
use crate::rankings::{Set, only};
use crate::score::totals;
use crate::scores::Scores;
use crate::text;

/// A count by STAR.
#[derive(Clone, Debug)]
pub struct Star {
    /// Sum of scores, per candidate.
    pub totals: Vec<u64>,
    /// The two with the highest totals, the higher first, level ones by lot; fewer only when fewer stand or no ballot
    /// scores anyone.
    pub finalists: Vec<usize>,
    /// Ballots that score each finalist above the other one.
    pub runoff: Vec<u64>,
    /// Ballots that score both finalists the same.
    pub no_preference: u64,
    /// Whether a place in the final went by lot.
    pub finalist_tie: bool,
    /// Whether as many ballots prefer the one finalist as the other.
    pub runoff_tie: bool,
    /// Every candidate whom some lot elects, in the order of the ballot paper.
    pub winners: Vec<usize>,
    /// The winner; nobody when no ballot scores anyone.
    pub elected: Option<usize>,
    /// Every tie and how it was settled.
    pub ties: Vec<Tie>,
}

/// Counts scored ballots by STAR.
///
/// # Errors
/// [`Refusal::LotOfOthers`].
pub fn count(scores: &Scores, lot: &Lot) -> Result<Star, Refusal> {
    lot.fits(scores.candidates())?;
    let totals = totals(scores);
    let mut ties = Vec::new();
    let finalists = finalists(&totals, lot, &mut ties);
    let finalist_tie = !ties.is_empty();
    let (runoff, no_preference) = runoff(scores, &finalists);
    let runoff_tie = runoff.len() == 2 && runoff[0] == runoff[1];
    let elected = match finalists[..] {
        [first, second] if runoff_tie => Some(level_final(&totals, first, second, lot, &mut ties)),
        [_, second] if runoff[1] > runoff[0] => Some(second),
        _ => finalists.first().copied(),
    };
    let by_lot = ties.iter().any(|tie| tie.settled == Settled::Lot);
    let winners =
        if by_lot { every_winner(&totals, &Pairwise::of_scores(scores)) } else { elected.into_iter().collect() };
    Ok(Star { totals, finalists, runoff, no_preference, finalist_tie, runoff_tie, winners, elected, ties })
}

/// The two highest totals. Candidates whom no ballot scores above 0 can be second to somebody, never first.
fn finalists(totals: &[u64], lot: &Lot, ties: &mut Vec<Tie>) -> Vec<usize> {
    let mut order: Vec<_> = (0..totals.len()).collect();
    order.sort_by_key(|one| (Reverse(totals[*one]), lot.place(*one)));
    if order.first().is_none_or(|first| totals[*first] == 0) {
        return Vec::new();
    }
    if order.len() > 2 && totals[order[1]] == totals[order[2]] {
        let start = usize::from(totals[order[0]] != totals[order[1]]);
        for at in start..2 {
            let level = order[at..].iter().filter(|one| totals[**one] == totals[order[1]]);
            lot.settle(level.fold(0, |set: Set, one| set | only(*one)), 1, "a place in the final is", ties);
        }
    }
    order.truncate(2);
    order
}

fn runoff(scores: &Scores, finalists: &[usize]) -> (Vec<u64>, u64) {
    let [first, second] = finalists[..] else {
        return (finalists.iter().map(|_| scores.ballots()).collect(), 0);
    };
    let (mut for_first, mut for_second) = (0, 0);
    for (count, given) in scores.lines().iter() {
        let (mut one, mut other) = (0, 0);
        for mark in given {
            one = if mark.candidate() == first { mark.score } else { one };
            other = if mark.candidate() == second { mark.score } else { other };
        }
        for_first += if one > other { count } else { 0 };
        for_second += if other > one { count } else { 0 };
    }
    (vec![for_first, for_second], scores.ballots() - for_first - for_second)
}

/// Whoever wins a final that some lot makes.
fn every_winner(totals: &[u64], pairs: &Pairwise) -> Vec<usize> {
    let mut highest = totals.to_vec();
    highest.sort_unstable_by_key(|total| Reverse(*total));
    // Two reach the final: both of the highest total, or the one that has it and one of the next.
    let meet = |one: usize, other: usize| {
        totals[one].max(totals[other]) == highest[0] && totals[one].min(totals[other]) == highest[1]
    };
    let stands = |one: usize, other: usize| (pairs.preferring(one, other), totals[one]);
    let all = 0..totals.len();
    let wins = |one: &usize| {
        all.clone().any(|other| other != *one && meet(*one, other) && stands(*one, other) >= stands(other, *one))
    };
    all.clone().filter(wins).collect()
}

fn level_final(totals: &[u64], first: usize, second: usize, lot: &Lot, ties: &mut Vec<Tie>) -> usize {
    let about = "the final is";
    if totals[first] == totals[second] {
        return lot.settle(only(first) | only(second), 2, about, ties);
    }
    let tied = vec![first.min(second), first.max(second)];
    ties.push(Tie { at: 2, about, tied, earlier: Vec::new(), picked: first, settled: Settled::Total });
    first
}

impl Star {
    /// The count, step by step, for a person to replay.
    #[must_use]
    pub fn trail(&self, candidates: &[Candidate]) -> String {
        let mut trail =
            format!("STAR\nThe sum of scores for each (no score given is 0):\n{}", ladder(&self.totals, candidates));
        trail += &format!(
            "In the final: {}.\nBallots that score one finalist above the other:\n",
            text::labels(candidates, self.finalists.iter().copied())
        );
        let mut rows: Vec<_> = self
            .finalists
            .iter()
            .zip(&self.runoff)
            .map(|(one, votes)| vec![text::label(candidates, *one), votes.to_string()])
            .collect();
        rows.push(vec!["both the same".to_owned(), self.no_preference.to_string()]);
        trail += &text::table(&rows);
        if self.winners.len() > 1 {
            trail += &format!(
                "The lot decided: with other lots these can win: {}.\n",
                text::labels(candidates, self.winners.iter().copied())
            );
        }
        trail + &outcome(self.elected.as_slice(), &self.ties, candidates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(candidates: usize, lines: &[(u64, &[(usize, u16)])]) -> Scores {
        let mut scores = Scores::new(candidates).unwrap();
        lines.iter().for_each(|(count, given)| scores.add(*count, given).unwrap());
        scores
    }

    #[test]
    fn more_ballots_beat_a_higher_total_in_the_final() {
        let star = count(&poll(3, &[(2, &[(0, 5)]), (3, &[(0, 2), (1, 3)])]), &Lot::in_paper_order(3)).unwrap();
        assert_eq!((star.totals.as_slice(), star.finalists.as_slice()), ([16, 9, 0].as_slice(), [0, 1].as_slice()));
        assert_eq!((star.runoff.as_slice(), star.elected), ([2, 3].as_slice(), Some(1)));
    }

    #[test]
    fn a_level_final_goes_to_the_higher_total() {
        let star = count(&poll(2, &[(3, &[(0, 1)]), (3, &[(1, 5)])]), &Lot::in_paper_order(2)).unwrap();
        assert!(star.runoff_tie && !star.finalist_tie);
        assert_eq!((star.elected, star.ties[0].settled), (Some(1), Settled::Total));
    }

    #[test]
    fn a_wholly_level_final_goes_by_lot() {
        let scores = poll(2, &[(5, &[(0, 5), (1, 4)]), (5, &[(0, 4), (1, 5)])]);
        for seed in 0..8_u8 {
            let lot = Lot::from_seed(&[seed], &[1, 2]);
            let star = count(&scores, &lot).unwrap();
            assert_eq!((star.elected, star.ties.len()), (Some(lot.order()[0]), 1));
        }
    }

    #[test]
    fn places_in_the_final_between_three_level_totals_go_by_lot() {
        let lot = Lot::from_seed(b"seed", &[1, 2, 3]);
        let star = count(&poll(3, &[(1, &[(0, 2)]), (1, &[(1, 2)]), (1, &[(2, 2)])]), &lot).unwrap();
        assert_eq!(star.finalists, lot.order()[..2]);
        assert_eq!((star.finalist_tie, star.ties[0].tied.len(), star.ties[1].tied.len()), (true, 3, 2));
    }
}
