//! The same ballots under every rule that can read them, and whether those rules disagree.
//!
//! Promises to show winners before any lot, so that a difference is one between rules and not between draws. Never says
//! which rule is right.

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
    /// Each rule's winners for one seat.
    pub single: Vec<Winners>,
    /// Who is elected by Scottish STV, when the poll has ranked ballots and several seats.
    pub several_seats: Option<Vec<usize>>,
    /// Why plurality and IRV are not among the rules, if they are not.
    pub left_out: Option<Refusal>,
}

/// Who wins one seat under one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Winners {
    /// `plurality`, `approval`, `score`, `STAR`, `IRV`, `Schulze` or `Condorcet`.
    pub rule: &'static str,
    /// Positions of candidates, in the order of the ballot paper; several when level, none when no ballot names
    /// anybody.
    pub winners: Vec<usize>,
}

/// Counts a poll by every rule that reads its ballots; a consent has only one, so nothing to compare. The lot decides
/// nothing here but among those who are elected to several seats.
///
/// # Errors
/// As the rules: [`Refusal::LotOfOthers`], [`Refusal::Seats`]. That IRV cannot divide a vote
/// ([`Refusal::SharedTooWide`]) is no error here: plurality and IRV are then left out, and [`Comparison::left_out`]
/// says why.
pub fn compare(poll: &Poll, lot: &Lot) -> Result<Comparison, Refusal> {
    match &poll.ballots {
        Ballots::Ranked(rankings) => ranked(rankings, poll.seats, lot),
        Ballots::Scored(scores) => scored(scores, lot),
        Ballots::Consent(_) => Ok(Comparison { single: Vec::new(), several_seats: None, left_out: None }),
    }
}

fn ranked(rankings: &Rankings, seats: Option<usize>, lot: &Lot) -> Result<Comparison, Refusal> {
    let schulze = schulze::count(rankings, lot)?;
    let (mut single, left_out) = by_rounds(rankings, lot)?;
    single.extend(by_pairs(&schulze.pairs, schulze.winners));
    let several = seats.filter(|seats| *seats > 1);
    let several_seats = several.map(|seats| stv::count(rankings, seats, lot).map(|stv| stv.elected)).transpose()?;
    Ok(Comparison { single, several_seats, left_out })
}

fn scored(scores: &Scores, lot: &Lot) -> Result<Comparison, Refusal> {
    let schulze = schulze::count_scores(scores, lot)?;
    let mut single = vec![
        won("approval", approval::count(scores, 1, lot)?.winners),
        won("score", score::count(scores, 1, lot)?.winners),
        won("STAR", star::count(scores, lot)?.winners),
    ];
    let (rounds, left_out) = by_rounds(&scores.as_rankings(), lot)?;
    single.extend(rounds.into_iter().filter(|one| one.rule == "IRV"));
    single.extend(by_pairs(&schulze.pairs, schulze.winners));
    Ok(Comparison { single, several_seats: None, left_out })
}

const fn won(rule: &'static str, winners: Vec<usize>) -> Winners {
    Winners { rule, winners }
}

/// Plurality and IRV, or why neither can be counted.
fn by_rounds(rankings: &Rankings, lot: &Lot) -> Result<(Vec<Winners>, Option<Refusal>), Refusal> {
    match irv::count(rankings, lot) {
        Ok(irv) => Ok((vec![won("plurality", irv.plurality_winners()), won("IRV", irv.winners)], None)),
        Err(wide @ Refusal::SharedTooWide(_)) => Ok((Vec::new(), Some(wide))),
        Err(refusal) => Err(refusal),
    }
}

fn by_pairs(pairs: &Pairwise, schulze: Vec<usize>) -> Vec<Winners> {
    let condorcet =
        pairs.condorcet_winner().filter(|_| !schulze.is_empty()).map(|winner| won("Condorcet", vec![winner]));
    std::iter::once(won("Schulze", schulze)).chain(condorcet).collect()
}

impl Comparison {
    /// Whether two rules name different winners for one seat, or whether several seats leave out every winner of some
    /// rule for one seat.
    #[must_use]
    pub fn disagree(&self) -> bool {
        let differ = self.single.windows(2).any(|pair| pair[0].winners != pair[1].winners);
        let left_out = |elected: &Vec<usize>| {
            self.single
                .iter()
                .any(|one| !one.winners.is_empty() && one.winners.iter().all(|one| !elected.contains(one)))
        };
        differ || self.several_seats.as_ref().is_some_and(left_out)
    }

    /// One line for each rule, for a person.
    #[must_use]
    pub fn trail(&self, candidates: &[Candidate]) -> String {
        if self.single.is_empty() {
            return String::new();
        }
        let verdict = if self.disagree() { "These rules disagree" } else { "These rules agree" };
        let line = |one: &Winners| format!("  {}: {}\n", one.rule, labels(candidates, one.winners.iter().copied()));
        let several = self
            .several_seats
            .iter()
            .map(|elected| format!("  STV: {}\n", labels(candidates, elected.iter().copied())));
        let left_out = self.left_out.iter().map(|why| format!("  without IRV: {why}\n"));
        let lines = self.single.iter().map(line).chain(several).chain(left_out);
        format!("{verdict} (one seat each, before any lot):\n{}", lines.collect::<String>())
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
        let poll =
            poll(&format!("type: ranked\n{names}ballots:\n42: 1>2>3>4\n26: 2>3>4>1\n15: 3>4>2>1\n17: 4>3>2>1\n"));
        let comparison = compare(&poll, &Lot::in_paper_order(4)).unwrap();
        let single =
            [won("plurality", vec![0]), won("IRV", vec![3]), won("Schulze", vec![1]), won("Condorcet", vec![1])];
        assert_eq!(comparison.single, single);
        assert!(comparison.disagree());
        assert!(comparison.trail(&poll.candidates).starts_with("These rules disagree"));
    }

    #[test]
    fn rules_that_name_the_same_winner_agree() {
        let poll = poll("type: scored\ncandidate: 1 Ada\ncandidate: 2 Brook\nballots:\n3: 1/5 2/0\n1: 2/5\n");
        let comparison = compare(&poll, &Lot::in_paper_order(2)).unwrap();
        assert_eq!(
            comparison.single.iter().map(|one| one.rule).collect::<Vec<_>>(),
            ["approval", "score", "STAR", "IRV", "Schulze", "Condorcet"]
        );
        assert!(!comparison.disagree());
    }

    #[test]
    fn a_poll_without_a_named_candidate_has_no_winner_under_any_rule() {
        for (kind, lines) in [("ranked", "3:\n"), ("scored", "3: 1/0\n"), ("ranked", ""), ("scored", "")] {
            for names in ["candidate: 1 Ada\n", "seats: 2\ncandidate: 1 Ada\ncandidate: 2 Brook\n"] {
                let poll = poll(&format!("type: {kind}\n{names}ballots:\n{lines}"));
                let comparison = compare(&poll, &Lot::in_paper_order(poll.candidates.len())).unwrap();
                assert!(
                    comparison.single.iter().all(|one| one.winners.is_empty()) && !comparison.disagree(),
                    "{comparison:?}"
                );
            }
        }
    }

    #[test]
    fn a_rank_too_wide_for_irv_hinders_no_other_rule() {
        let names: String = (1..=70).map(|id| format!("candidate: {id} name {id}\n")).collect();
        let wide: Vec<_> = (1..=70).map(|id| id.to_string()).collect();
        let poll = poll(&format!("type: ranked\n{names}ballots:\n1: {}\n2: 7\n", wide.join("=")));
        let comparison = compare(&poll, &Lot::in_paper_order(70)).unwrap();
        assert_eq!(comparison.single, [won("Schulze", vec![6]), won("Condorcet", vec![6])]);
        assert!(comparison.trail(&poll.candidates).contains("without IRV: 70 candidates share one rank"));
    }

    #[test]
    fn a_star_final_that_a_lot_decides_is_shown_before_it() {
        let poll = poll(
            "type: scored\ncandidate: 1 Ada\ncandidate: 2 Brook\ncandidate: 3 Cleo\nballots:\n1: 1/5\n1: 2/5\n1: 3/5\n",
        );
        let comparison = |order: &[u8]| compare(&poll, &Lot::from_seed(order, &poll.ids())).unwrap();
        assert!((0..8).all(|seed| comparison(&[seed]) == comparison(&[0])
            && comparison(&[seed]).single[2] == won("STAR", vec![0, 1, 2])));
    }

    #[test]
    fn seats_that_leave_out_a_winner_disagree() {
        let comparison = |elected: Vec<usize>| Comparison {
            single: vec![won("IRV", vec![2]), won("Schulze", vec![2])],
            several_seats: Some(elected),
            left_out: None,
        };
        assert!(comparison(vec![0, 1]).disagree());
        assert!(!comparison(vec![0, 2]).disagree());
    }
}
