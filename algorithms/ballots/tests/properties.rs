//! What must hold whatever is cast.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use ballots::comparison::compare;
use ballots::pairwise::Pairwise;
use ballots::{Ballots, Lot, Poll, Rankings, Scores, approval, irv, parse, schulze, score, star, stv};
use proptest::collection::vec;
use proptest::prelude::*;

use casting::{Ranks, ids, ranked, rankings, scored, scores, set};

mod casting;

/// All that the ranked rules say, lots included.
fn ranked_answers(rankings: &Rankings, seats: usize, lot: &Lot) -> String {
    let (irv, stv, schulze) = (
        irv::count(rankings, lot).unwrap(),
        stv::count(rankings, seats, lot).unwrap(),
        schulze::count(rankings, lot).unwrap(),
    );
    format!("{}{}{}{:?}{:?}", irv.trail(&[]), stv.trail(&[]), schulze.trail(&[]), irv.winners, schulze.order)
}

fn scored_answers(scores: &Scores, lot: &Lot) -> String {
    let (approval, score) = (approval::count(scores, 2, lot).unwrap(), score::count(scores, 2, lot).unwrap());
    let (star, schulze) = (star::count(scores, lot).unwrap(), schulze::count_scores(scores, lot).unwrap());
    format!("{}{}{}{}", approval.trail(&[]), score.trail(&[]), star.trail(&[]), schulze.trail(&[]))
}

/// The candidates under their new names.
fn renamed(candidates: &[usize], name: &[usize]) -> BTreeSet<usize> {
    candidates.iter().map(|one| name[*one]).collect()
}

/// IRV's winners by trying every way of breaking every tie, on shares of 60 (up to six share a rank).
fn every_irv_winner(lines: &[(u64, Ranks)], still_in: &BTreeSet<usize>) -> BTreeSet<usize> {
    if still_in.len() == 1 {
        return still_in.clone();
    }
    let votes = |one: &usize| -> u64 {
        let share = |ranks: &Ranks| {
            let first = ranks
                .iter()
                .map(|rank| rank.iter().filter(|one| still_in.contains(one)).collect::<Vec<_>>())
                .find(|rank| !rank.is_empty());
            first.filter(|rank| rank.contains(&one)).map_or(0, |rank| 60 / rank.len() as u64)
        };
        lines.iter().map(|(count, ranks)| count * share(ranks)).sum()
    };
    let least = still_in.iter().map(votes).min().unwrap();
    let last = still_in.iter().filter(|one| votes(one) == least);
    last.flat_map(|one| every_irv_winner(lines, &still_in.iter().copied().filter(|left| left != one).collect()))
        .collect()
}

proptest! {
    #[test]
    fn the_order_of_ballots_changes_nothing(((stand, lines), moved) in ranked().prop_flat_map(|poll| (Just(poll.clone()), Just(poll.1).prop_shuffle()))) {
        let lot = Lot::from_seed(b"seed", &ids(stand));
        prop_assert_eq!(ranked_answers(&rankings(stand, &lines), 1, &lot), ranked_answers(&rankings(stand, &moved), 1, &lot));
        // Nor does it matter whether alike ballots are bundled.
        let single: Vec<_> = lines.iter().flat_map(|(count, ranks)| (0..*count).map(|_| (1, ranks.clone()))).collect();
        let (bundled, single) = (rankings(stand, &lines), rankings(stand, &single));
        prop_assert_eq!(Pairwise::of_rankings(&bundled), Pairwise::of_rankings(&single));
        prop_assert_eq!(ranked_answers(&bundled, 2, &lot), ranked_answers(&single, 2, &lot));
    }

    #[test]
    fn the_order_of_scored_ballots_changes_nothing(((stand, lines), moved) in scored().prop_flat_map(|poll| (Just(poll.clone()), Just(poll.1).prop_shuffle()))) {
        let lot = Lot::from_seed(b"seed", &ids(stand));
        prop_assert_eq!(scored_answers(&scores(stand, &lines), &lot), scored_answers(&scores(stand, &moved), &lot));
    }

    #[test]
    fn every_candidate_is_treated_alike(((stand, lines), name) in ranked().prop_flat_map(|poll| (Just(poll.clone()), Just((0..poll.0).collect::<Vec<_>>()).prop_shuffle()))) {
        let other: Vec<_> = lines.iter().map(|(count, ranks)| (*count, ranks.iter().map(|rank| rank.iter().map(|one| name[*one]).collect()).collect())).collect();
        let (one, other) = (rankings(stand, &lines), rankings(stand, &other));
        // The numbers move with the candidates, so the lot does too, and even lots must elect the same.
        let mut moved = vec![0; stand];
        ids(stand).iter().zip(&name).for_each(|(id, place)| moved[*place] = *id);
        let (lot, moved) = (Lot::from_seed(b"seed", &ids(stand)), Lot::from_seed(b"seed", &moved));
        let (irv, irv_other) = (irv::count(&one, &lot).unwrap(), irv::count(&other, &moved).unwrap());
        prop_assert_eq!(renamed(&irv.winners, &name), set(&irv_other.winners));
        prop_assert_eq!(irv.elected.map(|one| name[one]), irv_other.elected);
        let (schulze, schulze_other) = (schulze::count(&one, &lot).unwrap(), schulze::count(&other, &moved).unwrap());
        prop_assert_eq!(renamed(&schulze.winners, &name), set(&schulze_other.winners));
        prop_assert_eq!(schulze.order.iter().map(|one| name[*one]).collect::<Vec<_>>(), schulze_other.order);
        let (stv, stv_other) = (stv::count(&one, 2, &lot).unwrap(), stv::count(&other, 2, &moved).unwrap());
        prop_assert_eq!(stv.elected.iter().map(|one| name[*one]).collect::<Vec<_>>(), stv_other.elected);
    }

    #[test]
    fn every_scored_candidate_is_treated_alike(((stand, lines), name) in scored().prop_flat_map(|poll| (Just(poll.clone()), Just((0..poll.0).collect::<Vec<_>>()).prop_shuffle()))) {
        let mut moved = vec![0; stand];
        ids(stand).iter().zip(&name).for_each(|(id, place)| moved[*place] = *id);
        let other: Vec<_> = lines.iter().map(|(count, given)| {
            let mut turned = vec![0; stand];
            given.iter().zip(&name).for_each(|(score, place)| turned[*place] = *score);
            (*count, turned)
        }).collect();
        let (one, other) = (scores(stand, &lines), scores(stand, &other));
        let (lot, moved) = (Lot::from_seed(b"seed", &ids(stand)), Lot::from_seed(b"seed", &moved));
        prop_assert_eq!(renamed(&approval::count(&one, 1, &lot).unwrap().winners, &name), set(&approval::count(&other, 1, &moved).unwrap().winners));
        prop_assert_eq!(renamed(&score::count(&one, 1, &lot).unwrap().winners, &name), set(&score::count(&other, 1, &moved).unwrap().winners));
        prop_assert_eq!(star::count(&one, &lot).unwrap().elected.map(|one| name[one]), star::count(&other, &moved).unwrap().elected);
    }

    #[test]
    fn raising_a_winner_never_costs_the_win((stand, lines) in scored(), at in any::<prop::sample::Index>(), winner in any::<prop::sample::Index>()) {
        prop_assume!(!lines.is_empty());
        let lot = Lot::in_paper_order(stand);
        let before = scores(stand, &lines);
        let raise = |winner: usize| {
            let mut lines = lines.clone();
            let given = &mut at.get_mut(&mut lines[..]).1;
            given[winner] += 1;
            scores(stand, &lines)
        };
        let one_of = |winners: &[usize]| winners.get(winner.index(winners.len().max(1))).copied();
        if let Some(winner) = one_of(&approval::count(&before, 1, &lot).unwrap().winners) {
            prop_assert!(approval::count(&raise(winner), 1, &lot).unwrap().winners.contains(&winner));
        }
        if let Some(winner) = one_of(&score::count(&before, 1, &lot).unwrap().winners) {
            prop_assert!(score::count(&raise(winner), 1, &lot).unwrap().winners.contains(&winner));
        }
        if let Some(winner) = star::count(&before, &lot).unwrap().elected {
            prop_assert_eq!(star::count(&raise(winner), &lot).unwrap().elected, Some(winner));
        }
        if let Some(winner) = one_of(&schulze::count_scores(&before, &lot).unwrap().winners) {
            prop_assert!(schulze::count_scores(&raise(winner), &lot).unwrap().winners.contains(&winner));
        }
    }

    #[test]
    fn irv_finds_every_winner_that_a_lot_can_give((stand, lines) in ranked()) {
        let rankings = rankings(stand, &lines);
        let lot = Lot::from_seed(b"seed", &ids(stand));
        let irv = irv::count(&rankings, &lot).unwrap();
        let named = rankings.ballots() > rankings.blank();
        prop_assert_eq!(set(&irv.winners), if named { every_irv_winner(&lines, &(0..stand).collect()) } else { BTreeSet::new() });
        prop_assert!(irv.winners_complete);
        prop_assert!(irv.elected.is_none_or(|elected| irv.winners.contains(&elected)));
    }

    #[test]
    fn no_irv_vote_is_lost((stand, lines) in ranked()) {
        let rankings = rankings(stand, &lines);
        let irv = irv::count(&rankings, &Lot::in_paper_order(stand)).unwrap();
        for round in &irv.rounds {
            let held: u128 = round.votes.iter().flatten().sum();
            prop_assert_eq!(held + round.exhausted, irv.unit * u128::from(rankings.ballots()));
        }
    }

    #[test]
    fn stv_fills_every_seat_and_loses_only_ignored_decimals((stand, lines) in ranked(), seats in 1..7_usize) {
        let (rankings, seats) = (rankings(stand, &lines), seats.min(stand));
        let stv = stv::count(&rankings, seats, &Lot::from_seed(b"seed", &ids(stand))).unwrap();
        let filled = if stv.valid == 0 { 0 } else { seats };
        prop_assert_eq!((stv.elected.len(), set(&stv.elected).len()), (filled, filled));
        prop_assert!(stv.valid < stv.quota * (seats as u64 + 1));
        let mut moves = 0;
        for stage in &stv.stages {
            let held: u64 = stage.votes.iter().flatten().sum();
            prop_assert_eq!(held + stage.exhausted + stage.cut_off, stv.valid * stv::UNIT);
            // Each moving paper loses less than one unit for its value and one for each candidate it is shared by.
            prop_assert!(stage.cut_off <= stv.valid * (stand as u64 + 1) + moves);
            moves += stage.parcels.iter().map(|parcel| (parcel.to.iter().sum::<u64>() + parcel.exhausted) * (stand as u64 + 1)).sum::<u64>();
        }
    }

    #[test]
    fn schulze_elects_the_condorcet_winner_from_the_smith_set((stand, lines) in ranked()) {
        let rankings = rankings(stand, &lines);
        let named = rankings.ballots() > rankings.blank();
        let schulze = schulze::count(&rankings, &Lot::in_paper_order(stand)).unwrap();
        let smith = set(&schulze.pairs.smith_set());
        prop_assert_eq!(schulze.winners.is_empty(), !named);
        prop_assert!(schulze.winners.iter().chain(&schulze.winners_by_margins).all(|winner| smith.contains(winner)));
        if let Some(winner) = schulze.pairs.condorcet_winner() {
            prop_assert_eq!((&schulze.winners, &schulze.winners_by_margins, smith.len()), (&vec![winner], &vec![winner], 1));
        }
        // The order keeps to the paths, and every path is as strong as it says.
        for (place, one) in schulze.order.iter().enumerate() {
            for other in &schulze.order[place + 1..] {
                prop_assert!(schulze.paths.strength(*one, *other) >= schulze.paths.strength(*other, *one));
                let path = schulze.paths.path(*one, *other);
                let weakest = path.windows(2).map(|step| schulze.pairs.preferring(step[0], step[1])).min().unwrap_or(0);
                prop_assert_eq!(weakest, schulze.paths.strength(*one, *other));
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_with_a_row(bytes in vec(any::<u8>(), 0..300)) {
        read_or_refused(&bytes)?;
    }

    #[test]
    fn any_text_below_a_sound_head_is_read_or_refused_and_then_counted(
        kind in prop::sample::select(vec!["ranked", "scored", "consent"]),
        lines in vec("[0-9]{0,3}:? ?([0-9]{1,2}[>=/ ]{0,2}){0,4}(agree|object .{0,5}| #[0-9a-f]{32})?|.{0,12}", 0..6),
    ) {
        let head = format!("seats: 2\ntype: {kind}\ncandidate: 1 Ada\ncandidate: 2 Brook\ncandidate: 13 Cleo\nballots:\n");
        if let Some(poll) = read_or_refused(format!("{head}{}", lines.join("\n")).as_bytes())? {
            let lot = Lot::in_paper_order(3);
            prop_assert!(compare(&poll, &lot).is_ok());
        }
    }

    #[test]
    fn a_poll_written_out_reads_back_the_same((stand, lines) in ranked()) {
        let candidates: String = ids(stand).iter().map(|id| format!("candidate: {id} name {id}\n")).collect();
        let line = |(count, ranks): &(u64, Ranks)| {
            let ranks = ranks.iter().map(|rank| rank.iter().map(|one| (one + 1).to_string()).collect::<Vec<_>>().join("="));
            format!("{count}: {}\n", ranks.collect::<Vec<_>>().join(">"))
        };
        let text = format!("type: ranked\n{candidates}ballots:\n{}", lines.iter().map(line).collect::<String>());
        let poll = parse(text.as_bytes()).unwrap();
        let Ballots::Ranked(read) = &poll.ballots else { panic!("the head says ranked") };
        let cast = rankings(stand, &lines);
        prop_assert!(read.iter().eq(cast.iter()));
        prop_assert_eq!(read.with_equals(), cast.with_equals());
    }
}

fn read_or_refused(bytes: &[u8]) -> Result<Option<Poll>, TestCaseError> {
    match parse(bytes) {
        Ok(poll) => Ok(Some(poll)),
        Err(malformed) => {
            let rows = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
            prop_assert!((1..=rows).contains(&malformed.line));
            prop_assert!(!malformed.what.is_empty() && !malformed.what.chars().any(char::is_control));
            Ok(None)
        }
    }
}
