//! Polls as people cast them, made up: for what must hold whatever is cast.

use std::collections::BTreeSet;

use ballots::{Rankings, Scores};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;

pub(crate) type Ranks = Vec<Vec<usize>>;

/// How many stand, with counted ranked ballots: truncated, equal and skipped ranks, blank ones too.
pub(crate) fn ranked() -> impl Strategy<Value = (usize, Vec<(u64, Ranks)>)> {
    (2..7_usize).prop_flat_map(|stand| {
        let order = subsequence((0..stand).collect::<Vec<_>>(), 0..=stand).prop_shuffle();
        let ballot = (order, vec(0..4_u8, stand)).prop_map(|(order, joins)| {
            let mut ranks: Ranks = Vec::new();
            for (candidate, join) in order.into_iter().zip(joins) {
                match ranks.last_mut() {
                    Some(rank) if join == 0 && !rank.is_empty() => rank.push(candidate),
                    _ => ranks.push(vec![candidate]),
                }
                if join == 1 {
                    ranks.push(Vec::new());
                }
            }
            ranks
        });
        (Just(stand), vec((1..5_u64, ballot), 0..20))
    })
}

/// How many stand, with counted scored ballots.
pub(crate) fn scored() -> impl Strategy<Value = (usize, Vec<(u64, Vec<u16>)>)> {
    (2..7_usize).prop_flat_map(|stand| (Just(stand), vec((1..5_u64, vec(0..6_u16, stand)), 0..20)))
}

pub(crate) fn rankings(stand: usize, lines: &[(u64, Ranks)]) -> Rankings {
    let mut rankings = Rankings::new(stand).unwrap();
    lines.iter().for_each(|(count, ranks)| rankings.add(*count, ranks).unwrap());
    rankings
}

pub(crate) fn scores(stand: usize, lines: &[(u64, Vec<u16>)]) -> Scores {
    let mut scores = Scores::new(stand).unwrap();
    lines
        .iter()
        .for_each(|(count, given)| scores.add(*count, &given.iter().copied().enumerate().collect::<Vec<_>>()).unwrap());
    scores
}

pub(crate) fn ids(stand: usize) -> Vec<u32> {
    (1..).take(stand).collect()
}

pub(crate) fn set(candidates: &[usize]) -> BTreeSet<usize> {
    candidates.iter().copied().collect()
}
