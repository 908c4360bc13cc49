//! One way to write each ballot, so that a published one carries nothing but what it says.
//!
//! A free choice in writing (spaces, which of two equal candidates comes first, `01` for `1`, a nought or no score, how
//! many ranks are skipped at once) would be a mark by which a voter could be told apart or made to sign. Promises that
//! every rule reads what is written as it reads what was given. Never reads: it is for ballots that were read before.

use super::whole;
use crate::poll::{Ballots, Candidate, Poll};

/// The ballot as every ballot that says the same is written, without those who withdrew.
pub(crate) fn written(ballot: &str, poll: &Poll) -> String {
    match &poll.ballots {
        Ballots::Ranked(_) => ranks(ballot, &poll.withdrawn),
        Ballots::Scored(_) => scores(ballot, &poll.withdrawn),
        Ballots::Consent(_) => ballot.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// Equal candidates by their number; one skipped rank for several in a row; none at the end, where nothing follows.
fn ranks(ballot: &str, withdrawn: &[Candidate]) -> String {
    // A rank that is empty because somebody withdrew was not skipped.
    let mut ranks: Vec<String> = ballot
        .split('>')
        .filter_map(|text| Some(rank(text, withdrawn)).filter(|rank| !rank.is_empty() || text.trim().is_empty()))
        .collect();
    ranks.dedup_by(|next, kept| next.is_empty() && kept.is_empty());
    // The text before the first `>` is a rank too: an empty one there is a skipped first rank.
    ranks.truncate(ranks.iter().rposition(|rank| !rank.is_empty()).map_or(0, |last| last + 1));
    ranks.join(">")
}

fn rank(rank: &str, withdrawn: &[Candidate]) -> String {
    let mut equal: Vec<_> =
        rank.split('=').filter_map(|id| whole(id.trim())).filter(|id| stands(*id, withdrawn)).collect();
    equal.sort_unstable();
    equal.iter().map(u64::to_string).collect::<Vec<_>>().join("=")
}

/// Candidates by their number; those scored 0 are left out.
fn scores(ballot: &str, withdrawn: &[Candidate]) -> String {
    let number = |mark: &str| mark.split_once('/').and_then(|(id, score)| Some((whole(id)?, whole(score)?)));
    let mut marks: Vec<_> = ballot
        .split_whitespace()
        .filter_map(number)
        .filter(|(id, score)| *score > 0 && stands(*id, withdrawn))
        .collect();
    marks.sort_unstable();
    marks.iter().map(|(id, score)| format!("{id}/{score}")).collect::<Vec<_>>().join(" ")
}

fn stands(id: u64, withdrawn: &[Candidate]) -> bool {
    withdrawn.iter().all(|one| u64::from(one.id) != id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ballots_that_say_the_same_are_written_the_same() {
        for ballot in ["3>>1=2", " 03 >>> 2= 1 ", "3>>1=2>", "3>>2=1>>>"] {
            assert_eq!(ranks(ballot, &[]), "3>>1=2");
        }
        let plain = |ballot| ranks(ballot, &[]);
        assert_eq!(
            (plain(">>7"), plain(""), plain(">"), plain("12=9=10")),
            (">7".to_owned(), String::new(), String::new(), "9=10=12".to_owned())
        );
        for ballot in ["1/5 2/3", "2/3  1/05", "3/0 2/3 1/5"] {
            assert_eq!(scores(ballot, &[]), "1/5 2/3");
        }
    }

    #[test]
    fn whoever_withdrew_leaves_no_mark_and_no_skipped_rank() {
        let withdrawn = [Candidate { id: 2, name: "Brook".to_owned() }];
        for (given, kept) in [
            ("2>1", "1"),
            ("1>2>3", "1>3"),
            ("1=2>3", "1>3"),
            ("1>>2>3", "1>>3"),
            ("1>2>>3", "1>>3"),
            ("2", ""),
            ("1>>2", "1"),
        ] {
            assert_eq!(ranks(given, &withdrawn), kept, "{given}");
        }
        assert_eq!(scores("2/5 1/3", &withdrawn), "1/3");
    }
}
