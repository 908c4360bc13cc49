//! The same polls counted a second time, by code that knows nothing of the library's: papers one by one, plain lists,
//! every lot there is.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cmp::Reverse;
use std::collections::BTreeSet;

use ballots::{Lot, approval, schulze, score, star, stv};
use proptest::prelude::*;

use casting::{Ranks, ids, ranked, rankings, scored, scores, set};

mod casting;

/// Whoever has most of what is above nothing, as many as there are seats; the lot parts who is level.
fn most(totals: &[u64], seats: usize, lot: &Lot) -> Vec<usize> {
    let mut order: Vec<usize> = (0..totals.len()).filter(|one| totals[*one] > 0).collect();
    order.sort_by_key(|one| (Reverse(totals[*one]), lot.place(*one)));
    order.truncate(seats);
    order
}

fn totals(stand: usize, lines: &[(u64, Vec<u16>)], worth: impl Fn(u16) -> u64) -> Vec<u64> {
    (0..stand).map(|one| lines.iter().map(|(count, given)| count * worth(given[one])).sum()).collect()
}

/// STAR: the two highest sums, then whom more ballots score higher, then the higher sum, then the lot.
fn star_by_hand(stand: usize, lines: &[(u64, Vec<u16>)], lot: &Lot) -> Option<usize> {
    let sums = totals(stand, lines, u64::from);
    let mut order: Vec<usize> = (0..stand).collect();
    order.sort_by_key(|one| (Reverse(sums[*one]), lot.place(*one)));
    let (first, second) = (order[0], order[1]);
    let above = |one: usize, other: usize| -> u64 {
        lines.iter().filter(|(_, given)| given[one] > given[other]).map(|(count, _)| count).sum()
    };
    match above(first, second) >= above(second, first) {
        _ if sums[first] == 0 => None,
        true => Some(first),
        false => Some(second),
    }
}

/// One voter's paper, or one of the equal parts of it.
struct Paper {
    ranks: Ranks,
    value: u64,
    with: usize,
}

/// The first rank that names somebody who can still be helped, the value divided among those.
fn dealt(ranks: &Ranks, value: u64, continuing: &BTreeSet<usize>) -> Vec<Paper> {
    let helped =
        |rank: &Vec<usize>| -> Vec<usize> { rank.iter().copied().filter(|one| continuing.contains(one)).collect() };
    let with = ranks.iter().map(helped).find(|helped| !helped.is_empty()).unwrap_or_default();
    let part = value / with.len().max(1) as u64;
    with.into_iter().map(|with| Paper { ranks: ranks.clone(), value: part, with }).collect()
}

/// Scottish STV: the votes of each stage, in hundred-thousandths, and who is elected.
fn stv_by_hand(stand: usize, lines: &[(u64, Ranks)], seats: usize, lot: &Lot) -> (Vec<Vec<u64>>, Vec<usize>) {
    let mut continuing: BTreeSet<usize> = (0..stand).collect();
    let cast = lines.iter().flat_map(|(count, ranks)| std::iter::repeat_n(ranks, *count as usize));
    let valid: Vec<&Ranks> = cast.filter(|ranks| ranks.iter().any(|rank| !rank.is_empty())).collect();
    let quota = (valid.len() / (seats + 1) + 1) as u64 * stv::UNIT;
    let mut papers: Vec<Paper> = valid.iter().flat_map(|ranks| dealt(ranks, stv::UNIT, &continuing)).collect();
    let (mut stages, mut elected, mut waiting) = (Vec::<Vec<u64>>::new(), Vec::new(), Vec::<usize>::new());
    // What an elected candidate keeps once the surplus has gone.
    let mut kept = vec![None; stand];
    while !valid.is_empty() {
        let held = |one: usize| papers.iter().filter(|paper| paper.with == one).map(|paper| paper.value).sum();
        stages.push((0..stand).map(|one| kept[one].unwrap_or_else(|| held(one))).collect());
        // Votes now, then at each stage before, the latest first.
        let past = |one: usize| -> Vec<u64> { stages.iter().rev().map(|votes| votes[one]).collect() };
        let votes = &stages[stages.len() - 1];
        let last = continuing.len() <= seats - elected.len();
        let mut in_now: Vec<usize> = continuing.iter().copied().filter(|one| last || votes[*one] >= quota).collect();
        in_now.sort_by_key(|one| (Reverse(past(*one)), lot.place(*one)));
        continuing.retain(|one| !in_now.contains(one));
        waiting.extend(in_now.iter().filter(|one| votes[**one] > quota));
        elected.extend(in_now);
        if elected.len() == seats {
            break;
        }
        let surplus = waiting.iter().copied().min_by_key(|one| (Reverse(past(*one)), lot.place(*one)));
        let excluded = continuing.iter().copied().min_by_key(|one| (past(*one), lot.place(*one))).unwrap();
        let of = surplus.unwrap_or(excluded);
        let total = votes[of];
        let worth = |value: u64| if surplus.is_some() { value * (total - quota) / total } else { value };
        waiting.retain(|one| *one != of);
        continuing.remove(&of);
        kept[of] = Some(if surplus.is_some() { quota } else { 0 });
        let (moving, staying): (Vec<Paper>, Vec<Paper>) = papers.into_iter().partition(|paper| paper.with == of);
        papers = staying;
        papers.extend(moving.iter().flat_map(|paper| dealt(&paper.ranks, worth(paper.value), &continuing)));
    }
    (stages, elected)
}

/// The strongest path by trying every one: as strong as its weakest link, and a link counts when more prefer it.
fn strongest(links: &[Vec<u64>], path: &mut Vec<usize>, to: usize) -> u64 {
    let at = path[path.len() - 1];
    if at == to {
        return u64::MAX;
    }
    let mut best = 0;
    for next in (0..links.len()).filter(|next| links[at][*next] > links[*next][at]) {
        if !path.contains(&next) {
            path.push(next);
            best = best.max(links[at][next].min(strongest(links, path, to)));
            path.pop();
        }
    }
    best
}

/// Whether a paper ranks the one above the other; whoever is not on it is below all who are.
fn prefers(ranks: &Ranks, one: usize, other: usize) -> bool {
    let rank = |one: usize| ranks.iter().position(|rank| rank.contains(&one)).unwrap_or(usize::MAX);
    rank(one) < rank(other)
}

proptest! {
    #[test]
    fn approval_and_score_give_what_sums_give((stand, lines) in scored(), seats in 1..4_usize) {
        let (cast, seats) = (scores(stand, &lines), seats.min(stand));
        let lot = Lot::from_seed(b"seed", &ids(stand));
        let (approval, score) = (approval::count(&cast, seats, &lot).unwrap(), score::count(&cast, seats, &lot).unwrap());
        let (approvals, sums) = (totals(stand, &lines, |given| u64::from(given > 0)), totals(stand, &lines, u64::from));
        prop_assert_eq!((approval.elected, approval.approvals), (most(&approvals, seats, &lot), approvals));
        prop_assert_eq!((score.elected, score.totals), (most(&sums, seats, &lot), sums));
    }

    #[test]
    fn star_gives_what_a_second_count_gives_with_any_lot((stand, lines) in scored()) {
        let cast = scores(stand, &lines);
        let mut by_some_lot = BTreeSet::new();
        for seed in 0..64_u8 {
            let lot = Lot::from_seed(&[seed], &ids(stand));
            let star = star::count(&cast, &lot).unwrap();
            prop_assert_eq!(star.elected, star_by_hand(stand, &lines, &lot));
            by_some_lot.extend(star.elected);
            prop_assert!(by_some_lot.is_subset(&set(&star.winners)), "{:?} {:?}", by_some_lot, star.winners);
        }
        // So many lots leave out no order of three.
        if stand <= 3 {
            prop_assert_eq!(by_some_lot, set(&star::count(&cast, &Lot::in_paper_order(stand)).unwrap().winners));
        }
    }

    #[test]
    fn scottish_stv_gives_the_stages_and_seats_of_a_second_count((stand, lines) in ranked(), seats in 1..5_usize) {
        let seats = seats.min(stand);
        let lot = Lot::from_seed(b"seed", &ids(stand));
        let stv = stv::count(&rankings(stand, &lines), seats, &lot).unwrap();
        let (stages, elected) = stv_by_hand(stand, &lines, seats, &lot);
        prop_assert_eq!(stv.elected, elected);
        let told: Vec<Vec<u64>> = stv.stages.iter().map(|stage| stage.votes.iter().map(|votes| votes.unwrap_or(0)).collect()).collect();
        prop_assert_eq!(if stv.valid == 0 { Vec::new() } else { told }, stages);
    }

    #[test]
    fn schulze_finds_the_strongest_paths_there_are((stand, lines) in ranked()) {
        let schulze = schulze::count(&rankings(stand, &lines), &Lot::in_paper_order(stand)).unwrap();
        let preferring = |one: usize, other: usize| -> u64 {
            lines.iter().filter(|(_, ranks)| prefers(ranks, one, other)).map(|(count, _)| count).sum()
        };
        let links: Vec<Vec<u64>> = (0..stand).map(|one| (0..stand).map(|other| preferring(one, other)).collect()).collect();
        let strength = |one: usize, other: usize| strongest(&links, &mut vec![one], other);
        for (one, other) in (0..stand).flat_map(|one| (0..stand).map(move |other| (one, other))).filter(|(one, other)| one != other) {
            prop_assert_eq!(schulze.paths.strength(one, other), strength(one, other));
        }
        let wins = |one: &usize| (0..stand).all(|other| other == *one || strength(*one, other) >= strength(other, *one));
        let named = lines.iter().any(|(_, ranks)| ranks.iter().any(|rank| !rank.is_empty()));
        prop_assert_eq!(schulze.winners, (0..stand).filter(|one| named && wins(one)).collect::<Vec<_>>());
    }
}
