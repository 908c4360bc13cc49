//! The same ballots under every rule that can read them, and whether those rules disagree.
//!
//! Promises to show winners before any lot, so that a difference is one between rules and not between draws. Never says which rule
//! is right.

use crate::lot::Lot;
use crate::pairwise::Pairwise;
use crate::poll::{Ballots, Candidate, Poll, Refusal};
use crate::rankings::Rankings;
use crate::scores::Scores;
use crate::text::labels;
use crate::{approval, irv, schulze, score, star, stv};

/// Who would win one seat under each rule, and who wins all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Rule and winners for one seat, in the order of the ballot paper; several when level.
    pub single: Vec<(&'static str, Vec<usize>)>,
    /// Who is elected by Scottish STV, when the poll has ranked ballots and several seats.
    pub several_seats: Option<Vec<usize>>,
}

/// Counts a poll by every rule that reads its ballots; a consent has only one, so nothing to compare. A STAR final that needs a lot
/// is shown with this lot.
///
/// # Errors
/// As the rules: [`Refusal::LotOfOthers`], [`Refusal::Seats`], [`Refusal::SharedTooWide`].
pub fn compare(poll: &Poll, lot: &Lot) -> Result<Comparison, Refusal> {
    match &poll.ballots {
        Ballots::Ranked(rankings) => ranked(rankings, poll.seats, lot),
        Ballots::Scored(scores) => scored(scores, lot),
        Ballots::Consent(_) => Ok(Comparison { single: Vec::new(), several_seats: None }),
    }
}

fn ranked(rankings: &Rankings, seats: Option<usize>, lot: &Lot) -> Result<Comparison, Refusal> {
    let schulze = schulze::count(rankings, lot)?;
    let irv = irv::count(rankings, lot)?;
    let mut single = vec![("plurality", irv.plurality_winners()), ("IRV", irv.winners)];
    single.extend(by_pairs(&schulze.pairs, schulze.winners));
    let several = seats.filter(|seats| *seats > 1);
    let several_seats = several.map(|seats| stv::count(rankings, seats, lot).map(|stv| stv.elected)).transpose()?;
    Ok(Comparison { single, several_seats })
}

fn scored(scores: &Scores, lot: &Lot) -> Result<Comparison, Refusal> {
    let star = star::count(scores, lot)?.elected.into_iter().collect();
    let schulze = schulze::count_scores(scores, lot)?;
    let mut single = vec![("approval", approval::count(scores, 1, lot)?.winners), ("score", score::count(scores, 1, lot)?.winners)];
    single.push(("STAR", star));
    single.extend(by_pairs(&schulze.pairs, schulze.winners));
    Ok(Comparison { single, several_seats: None })
}

fn by_pairs(pairs: &Pairwise, schulze: Vec<usize>) -> Vec<(&'static str, Vec<usize>)> {
    let condorcet = pairs.condorcet_winner().map(|winner| ("Condorcet", vec![winner]));
    std::iter::once(("Schulze", schulze)).chain(condorcet).collect()
}

impl Comparison {
    /// Whether two rules name different winners for one seat, or whether several seats leave out every winner of some rule
    /// for one seat.
    #[must_use]
    pub fn disagree(&self) -> bool {
        let differ = self.single.windows(2).any(|pair| pair[0].1 != pair[1].1);
        let left_out = |elected: &Vec<usize>| self.single.iter().any(|(_, winners)| winners.iter().all(|one| !elected.contains(one)));
        differ || self.several_seats.as_ref().is_some_and(left_out)
    }

    /// One line for each rule, for a person.
    #[must_use]
    pub fn trail(&self, candidates: &[Candidate]) -> String {
        if self.single.is_empty() {
            return String::new();
        }
        let verdict = if self.disagree() { "These rules disagree" } else { "These rules agree" };
        let line = |(rule, winners): &(&str, Vec<usize>)| format!("  {rule}: {}\n", labels(candidates, winners.iter().copied()));
        let several = self.several_seats.iter().map(|elected| format!("  STV: {}\n", labels(candidates, elected.iter().copied())));
        format!("{verdict} (one seat each, before any lot):\n{}{}", self.single.iter().map(line).collect::<String>(), several.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(text: &str) -> Poll {
        crate::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_capital_of_tennessee_depends_on_the_rule() {
        let names = "candidate: 1 Memphis\ncandidate: 2 Nashville\ncandidate: 3 Chattanooga\ncandidate: 4 Knoxville\n";
        let poll = poll(&format!("type: ranked\n{names}ballots:\n42: 1>2>3>4\n26: 2>3>4>1\n15: 3>4>2>1\n17: 4>3>2>1\n"));
        let comparison = compare(&poll, &Lot::in_paper_order(4)).unwrap();
        let single = [("plurality", vec![0]), ("IRV", vec![3]), ("Schulze", vec![1]), ("Condorcet", vec![1])];
        assert_eq!(comparison.single, single);
        assert!(comparison.disagree());
        assert!(comparison.trail(&poll.candidates).starts_with("These rules disagree"));
    }

    #[test]
    fn rules_that_name_the_same_winner_agree() {
        let poll = poll("type: scored\ncandidate: 1 Ada\ncandidate: 2 Brook\nballots:\n3: 1/5 2/0\n1: 2/5\n");
        let comparison = compare(&poll, &Lot::in_paper_order(2)).unwrap();
        assert_eq!(comparison.single.iter().map(|(rule, _)| *rule).collect::<Vec<_>>(), ["approval", "score", "STAR", "Schulze", "Condorcet"]);
        assert!(!comparison.disagree());
    }

    #[test]
    fn seats_that_leave_out_a_winner_disagree() {
        let comparison = |elected: Vec<usize>| Comparison { single: vec![("IRV", vec![2]), ("Schulze", vec![2])], several_seats: Some(elected) };
        assert!(comparison(vec![0, 1]).disagree());
        assert!(!comparison(vec![0, 2]).disagree());
    }
}
