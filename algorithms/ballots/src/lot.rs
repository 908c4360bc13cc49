//! The lot: the one order by which every tie is broken, fixed before anybody knows where a tie will be.
//!
//! Promises that anyone can draw it again from the published seed with `sha256sum`. Never draws a seed: fix beforehand
//! where it will come from (dice on stage, a public beacon, a hash committed to), after the candidates are known and
//! before the count.

use sha2::{Digest, Sha256};

use crate::poll::Refusal;
use crate::rankings::{Set, members, only};

/// An order of all candidates. Wherever a rule has to act on one of several tied candidates (drop one, transfer one
/// first, take one into the final, elect one), it acts on the one **earliest** in the lot. One sentence for all rules,
/// so it can be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    order: Vec<usize>,
    place: Vec<usize>,
    seed: Option<String>,
}

/// A tie that a count came upon, and how it was settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// The round or stage, from 1; 1 for rules with a single step.
    pub at: usize,
    /// What had to be decided about one of the tied.
    pub about: &'static str,
    /// The tied candidates, in the order of the ballot paper.
    pub tied: Vec<usize>,
    /// Earlier stages that told some of them apart (Scottish STV), the latest first; empty under other rules.
    pub earlier: Vec<Earlier>,
    /// The one the rule acted on.
    pub picked: usize,
    /// What decided.
    pub settled: Settled,
}

/// An earlier stage at which the tied, or those of them who were left, were not level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The stage, from 1.
    pub stage: usize,
    /// Whom it leaves, in the order of the ballot paper; what comes next (an earlier stage still, the lot) decides
    /// among them alone.
    pub left: Vec<usize>,
}

/// What decided a tie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The last of [`Tie::earlier`], which leaves only one (Scottish STV).
    EarlierStage,
    /// The higher total of scores (STAR).
    Total,
    /// The lot.
    Lot,
}

impl Lot {
    /// The order of the ballot paper, for when no seed was agreed: the first of the tied is acted on. Not fair to
    /// candidates whose place on the paper is known beforehand; the trail says so.
    #[must_use]
    pub fn in_paper_order(candidates: usize) -> Self {
        Self::new((0..candidates).collect(), None)
    }

    /// Drawn from a seed and the candidates' numbers ([`crate::Candidate::id`]): in ascending order of
    /// SHA-256 of the text `ballots lot 1:SEED:ID`, where `SEED` is the seed in lower-case hex.
    #[must_use]
    pub fn from_seed(seed: &[u8], ids: &[u32]) -> Self {
        let seed = crate::text::hex(seed);
        let mut drawn: Vec<_> = ids.iter().enumerate().map(|(candidate, id)| (number(&seed, *id), candidate)).collect();
        drawn.sort_unstable();
        Self::new(drawn.into_iter().map(|(_, candidate)| candidate).collect(), Some(seed))
    }

    fn new(order: Vec<usize>, seed: Option<String>) -> Self {
        let mut place = vec![0; order.len()];
        for (at, candidate) in order.iter().enumerate() {
            place[*candidate] = at;
        }
        Self { order, place, seed }
    }

    /// The candidates, earliest first.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Where a candidate stands in the lot, from 0.
    ///
    /// # Panics
    /// When the candidate is not in the lot.
    #[must_use]
    pub fn place(&self, candidate: usize) -> usize {
        self.place[candidate]
    }

    /// Whether it was drawn from a seed.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.seed.is_some()
    }

    /// What to publish: the order, and how to draw it again.
    #[must_use]
    pub fn explain(&self, ids: &[u32]) -> String {
        let order: Vec<_> = self.order.iter().map(|candidate| ids[*candidate].to_string()).collect();
        let order = order.join(", ");
        match &self.seed {
            Some(seed) => format!(
                "Ties: the tied candidate earliest in the lot is acted on. Lot: {order}.\n\
                 Draw it again: printf 'ballots lot 1:{seed}:ID' | sha256sum for each ID, smallest first.\n"
            ),
            None => format!(
                "Ties: no seed was given, so the tied candidate earliest on the ballot paper is acted on: {order}.\n\
                 That is no fair lot; agree beforehand where a seed will come from.\n"
            ),
        }
    }

    /// Refuses a lot for another number of candidates.
    pub(crate) fn fits(&self, candidates: usize) -> Result<(), Refusal> {
        if self.order.len() == candidates { Ok(()) } else { Err(Refusal::LotOfOthers) }
    }

    /// The one of a set to act on. The set is never empty.
    pub(crate) fn pick(&self, tied: Set) -> usize {
        members(tied).min_by_key(|candidate| self.place[*candidate]).expect("somebody is tied")
    }

    /// The one of a set to act on, noted as a tie when there are several.
    pub(crate) fn settle(&self, tied: Set, at: usize, about: &'static str, ties: &mut Vec<Tie>) -> usize {
        let picked = self.pick(tied);
        if tied != only(picked) {
            ties.push(Tie {
                at,
                about,
                tied: members(tied).collect(),
                earlier: Vec::new(),
                picked,
                settled: Settled::Lot,
            });
        }
        picked
    }
}

fn number(seed: &str, id: u32) -> [u8; 32] {
    Sha256::digest(format!("ballots lot 1:{seed}:{id}").as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seeded_lot_is_the_one_that_sha256sum_gives() {
        // printf 'ballots lot 1:c0ffee:1' | sha256sum gives 2c2ab807…; 2: c643e6e7…; 3: d3ee54c3…; 4: 8313c937….
        let lot = Lot::from_seed(&[0xc0, 0xff, 0xee], &[1, 2, 3, 4]);
        assert_eq!(lot.order(), [0, 3, 1, 2]);
        assert!(lot.explain(&[1, 2, 3, 4]).contains("ballots lot 1:c0ffee:ID"));
        assert_ne!(lot.order(), Lot::from_seed(&[2], &[1, 2, 3, 4]).order());
    }

    #[test]
    fn a_lot_follows_the_numbers_not_the_places_on_the_paper() {
        let one = Lot::from_seed(b"seed", &[4, 9, 2]);
        let other = Lot::from_seed(b"seed", &[2, 4, 9]);
        let drawn = |lot: &Lot, ids: [u32; 3]| lot.order().iter().map(|candidate| ids[*candidate]).collect::<Vec<_>>();
        assert_eq!(drawn(&one, [4, 9, 2]), drawn(&other, [2, 4, 9]));
    }

    #[test]
    fn only_ties_of_several_are_noted() {
        let (lot, mut ties) = (Lot::in_paper_order(3), Vec::new());
        assert_eq!(lot.settle(only(2), 1, "drop", &mut ties), 2);
        assert!(ties.is_empty());
        assert_eq!(lot.settle(only(1) | only(2), 4, "drop", &mut ties), 1);
        assert_eq!(
            ties,
            [Tie { at: 4, about: "drop", tied: vec![1, 2], earlier: Vec::new(), picked: 1, settled: Settled::Lot }]
        );
    }
}
