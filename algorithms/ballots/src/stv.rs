//! STV as Scotland counts it: the Scottish Local Government Elections Order 2011, schedule 1, rules 45 to 52 (weighted
//! inclusive Gregory method).
//!
//! Stated rules:
//! - Quota: valid ballots divided by seats + 1, rounded down, plus 1. Blank ballots are not valid.
//! - Whoever reaches the quota is elected. The largest surplus is transferred first: every paper of the pile moves on,
//!   at `value × surplus ÷ total of the pile`, five decimals, the rest ignored ([`UNIT`]; whole numbers, never floats).
//! - Without a surplus, the candidate with the fewest votes is excluded and their papers move on at the value they
//!   have.
//! - As many candidates left as seats: they are elected, whatever they have, and nothing more is transferred.
//! - Level candidates: the latest earlier stage at which they were not level decides (most votes: surplus first;
//!   fewest: excluded); then the [`Lot`].
//! - Equal ranks (the Order calls such a paper void): the paper's value is divided by the candidates of that rank who
//!   are still in, five decimals, the rest ignored.
//!
//! What no preference can take is shown as exhausted; what the ignored decimals cost is shown apart. Nothing else gets
//! lost.

mod table;
mod trail;

use crate::lot::{Lot, Tie};
use crate::poll::Refusal;
use crate::rankings::Rankings;
use table::Table;

/// One vote, in the hundred-thousandths that values are cut off to.
pub const UNIT: u64 = 100_000;

/// A count by Scottish STV. Votes and values are in [`UNIT`]s.
#[derive(Clone, Debug)]
pub struct Stv {
    /// How many were to be elected.
    pub seats: usize,
    /// Ballots that name somebody.
    pub valid: u64,
    /// In whole votes.
    pub quota: u64,
    /// Every stage.
    pub stages: Vec<Stage>,
    /// Who is elected, in order of election; within a stage by votes, then by earlier stages, then by lot. Nobody when
    /// no ballot names anyone.
    pub elected: Vec<usize>,
    /// Every tie and how it was settled.
    pub ties: Vec<Tie>,
    unusual: String,
}

/// One stage: what everybody has, who is thereby elected, and what happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// `None` once a candidate is excluded.
    pub votes: Vec<Option<u64>>,
    /// Who is elected at this stage.
    pub elected: Vec<usize>,
    /// What has become non-transferable so far.
    pub exhausted: u64,
    /// What the ignored decimals have cost so far.
    pub cut_off: u64,
    /// What happens next.
    pub next: Next,
    /// The papers that then move, by their value before.
    pub parcels: Vec<Parcel>,
}

/// What follows a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The surplus of an elected candidate is transferred.
    Surplus {
        /// Whose it is.
        of: usize,
        /// What is above the quota.
        surplus: u64,
        /// What they have.
        total: u64,
    },
    /// A candidate is excluded.
    Exclusion(usize),
    /// Nothing: every seat is taken, or no ballot names anyone.
    End,
}

/// Papers of equal value that move together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// The value of each before.
    pub was: u64,
    /// The value that each adds to every candidate it goes to.
    pub value: u64,
    /// How many candidates each goes to: 1, or more for equal ranks.
    pub shared_by: u64,
    /// How many go to each candidate.
    pub to: Vec<u64>,
    /// How many have no further preference; each is worth `value`.
    pub exhausted: u64,
}

/// Counts ranked ballots for so many seats.
///
/// # Errors
/// [`Refusal::LotOfOthers`], [`Refusal::Seats`].
pub fn count(rankings: &Rankings, seats: usize, lot: &Lot) -> Result<Stv, Refusal> {
    let candidates = rankings.candidates();
    lot.fits(candidates)?;
    if seats == 0 || seats > candidates {
        return Err(Refusal::Seats { seats, candidates });
    }
    let mut table = Table::laid(rankings, seats, lot);
    loop {
        let elected = table.elect();
        table.note(elected);
        match table.next() {
            Next::End => break,
            next => table.follow(next),
        }
    }
    let Table { valid, quota, stages, elected, ties, .. } = table;
    Ok(Stv { seats, valid, quota: quota / UNIT, stages, elected, ties, unusual: rankings.unusual() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lot::{Earlier, Settled};

    fn rankings(candidates: usize, lines: &[(u64, &[&[usize]])]) -> Rankings {
        let mut rankings = Rankings::new(candidates).unwrap();
        lines.iter().for_each(|(count, ranks)| rankings.add(*count, ranks).unwrap());
        rankings
    }

    #[test]
    fn a_surplus_moves_at_a_value_cut_off_to_five_decimals() {
        // 16 ballots, 2 seats: quota 6. Ada has 9, surplus 3: each paper moves at 3 / 9 = 0.33333.
        let poll = rankings(
            4,
            &[(6, &[&[0], &[1]]), (2, &[&[0], &[2]]), (1, &[&[0]]), (3, &[&[1]]), (2, &[&[2]]), (2, &[&[3]])],
        );
        let stv = count(&poll, 2, &Lot::in_paper_order(4)).unwrap();
        assert_eq!((stv.quota, stv.stages[0].elected.as_slice()), (6, [0].as_slice()));
        assert_eq!(stv.stages[0].next, Next::Surplus { of: 0, surplus: 3 * UNIT, total: 9 * UNIT });
        assert_eq!(stv.stages[1].votes, [Some(600_000), Some(499_998), Some(266_666), Some(200_000)]);
        assert_eq!((stv.stages[1].exhausted, stv.stages[1].cut_off), (33_333, 3));
        assert_eq!(stv.elected, [0, 1]);
    }

    #[test]
    fn level_candidates_are_told_apart_by_the_latest_earlier_stage() {
        // Cleo (4, later 6) and Brook (5, later 6) are level at stage 2; Cleo had fewer at stage 1.
        let poll = rankings(4, &[(9, &[&[0]]), (5, &[&[1]]), (4, &[&[2]]), (2, &[&[3], &[2]]), (1, &[&[3], &[1]])]);
        let stv = count(&poll, 1, &Lot::in_paper_order(4)).unwrap();
        assert_eq!(stv.stages[1].next, Next::Exclusion(2));
        let earlier = vec![Earlier { stage: 1, left: vec![2] }];
        let tie = Tie {
            at: 2,
            about: "who is excluded is",
            tied: vec![1, 2],
            earlier,
            picked: 2,
            settled: Settled::EarlierStage,
        };
        assert_eq!(stv.ties, [tie]);
    }

    #[test]
    fn the_lot_decides_only_among_those_whom_an_earlier_stage_leaves() {
        // Brook, Cleo and Dara have 6 each at stage 2; at stage 1 Brook had 6, the others 5.
        let poll = rankings(
            5,
            &[(9, &[&[0]]), (6, &[&[1]]), (5, &[&[2]]), (5, &[&[3]]), (1, &[&[4], &[2]]), (1, &[&[4], &[3]])],
        );
        for seed in 0..8_u8 {
            let lot = Lot::from_seed(&[seed], &[1, 2, 3, 4, 5]);
            let stv = count(&poll, 1, &lot).unwrap();
            let first = if lot.place(2) < lot.place(3) { 2 } else { 3 };
            let tie = &stv.ties[0];
            assert_eq!((tie.tied.as_slice(), tie.picked, tie.settled), ([1, 2, 3].as_slice(), first, Settled::Lot));
            assert_eq!(tie.earlier, [Earlier { stage: 1, left: vec![2, 3] }]);
            let said = format!(
                "position 1; position 2; position 3 are level; stage 1 leaves position 2; position 3; who is excluded is settled by lot: position {first}."
            );
            assert!(stv.trail(&[]).contains(&said), "{}", stv.trail(&[]));
        }
    }

    #[test]
    fn candidates_level_at_every_stage_go_by_lot() {
        let poll = rankings(3, &[(4, &[&[0]]), (2, &[&[1], &[0]]), (2, &[&[2], &[0]])]);
        for seed in 0..8_u8 {
            let lot = Lot::from_seed(&[seed], &[1, 2, 3]);
            let stv = count(&poll, 1, &lot).unwrap();
            let first = if lot.place(1) < lot.place(2) { 1 } else { 2 };
            assert_eq!((stv.stages[0].next, stv.ties[0].settled), (Next::Exclusion(first), Settled::Lot));
        }
    }

    #[test]
    fn as_many_left_as_seats_are_elected_without_a_quota() {
        let stv = count(&rankings(2, &[(3, &[&[1]]), (1, &[])]), 2, &Lot::in_paper_order(2)).unwrap();
        assert_eq!((stv.valid, stv.quota, stv.elected.as_slice(), stv.stages.len()), (3, 2, [1, 0].as_slice(), 1));
    }

    #[test]
    fn equal_ranks_divide_a_paper_and_say_what_is_cut_off() {
        let stv = count(&rankings(4, &[(2, &[&[0, 1, 2]]), (5, &[&[3]])]), 2, &Lot::in_paper_order(4)).unwrap();
        assert_eq!(stv.stages[0].votes[0], Some(66_666));
        assert_eq!(stv.stages[0].cut_off, 2);
    }

    #[test]
    fn a_blank_poll_elects_nobody() {
        let stv = count(&rankings(2, &[(3, &[])]), 1, &Lot::in_paper_order(2)).unwrap();
        assert!(stv.elected.is_empty() && stv.ties.is_empty());
    }
}
