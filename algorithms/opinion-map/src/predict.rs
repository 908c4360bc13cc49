//! How well the votes already cast foretell votes nobody has looked at yet, which answers "are we done?": each decided
//! vote is hidden once and foretold from the rest. It says how much of a conversation its map has understood. It is
//! *not* there to show anybody a guess at a person's vote: whoever has not voted has said nothing. Promises: the same
//! votes and seed give the same figures bit for bit. Never looks at a vote while it is hidden. Protocol: agreements and
//! disagreements on live statements (passes are never hidden) are dealt by lot into ten parts of equal size and shares;
//! each part is hidden in turn, and the figure is the mean of ten areas under the curve.

use crate::chance::Chance;
use crate::factors::Factors;
use crate::neighbours::Neighbours;
use crate::vote::Vote;
use crate::votes::Votes;

/// Parts the decided votes are dealt into: a tenth is hidden at a time.
const PARTS: usize = 10;

/// How well hidden votes were foretold.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictability {
    /// Chance that of two hidden votes, one agreement and one disagreement, the agreement was foretold more strongly:
    /// the area under the curve, ½ for guessing, 1 for knowing. Mean over the parts.
    pub auc: f64,
    /// The same for each part.
    pub parts: Vec<f64>,
    /// Votes that were hidden, each once.
    pub hidden: usize,
}

/// What votes foretell about votes not cast: two thirds from factors behind all votes, one third from people who voted
/// alike.
#[derive(Clone, Debug)]
pub struct Predictor {
    factors: Factors,
    neighbours: Neighbours,
    is_live: Vec<bool>,
}

impl Predictability {
    /// Of [`Predictor`]. Takes the time of ten fits. `None` with fewer than ten agreements or ten disagreements.
    #[must_use]
    pub fn of(votes: &Votes, seed: u64) -> Option<Self> {
        Self::by(votes, seed, |shown, hidden| {
            let predictor = Predictor::fit(shown);
            let of_person = |own: &[(usize, usize)]| {
                let expected = predictor.expected(own[0].0);
                own.iter().map(|(_, statement)| expected[*statement].unwrap_or(0.0)).collect::<Vec<_>>()
            };
            hidden.chunk_by(|a, b| a.0 == b.0).flat_map(of_person).collect()
        })
    }

    /// Of any other way to foretell, by the same protocol: `foretell` is given the votes that are shown and the hidden
    /// (person, statement) pairs, sorted, and gives each pair a number, the larger the surer of an agreement.
    ///
    /// # Panics
    /// When it gives another number of numbers than it was given pairs.
    #[must_use]
    pub fn by(votes: &Votes, seed: u64, foretell: impl Fn(&Votes, &[(usize, usize)]) -> Vec<f64>) -> Option<Self> {
        let dealt = deal(votes, seed)?;
        let of_part = |hidden: &Vec<(usize, usize)>| {
            let foretold = foretell(&without(votes, hidden), hidden);
            assert_eq!(foretold.len(), hidden.len(), "each hidden vote needs one number");
            let is_agree = |pair: &(usize, usize)| votes.vote(pair.0, pair.1) == Some(Vote::Agree);
            area(foretold.into_iter().zip(hidden.iter().map(is_agree)).collect())
        };
        let parts: Vec<f64> = dealt.iter().map(of_part).collect();
        Some(Self {
            auc: parts.iter().sum::<f64>() / parts.len() as f64,
            parts,
            hidden: dealt.iter().map(Vec::len).sum(),
        })
    }
}

impl Predictor {
    /// Learns from all votes on live statements.
    #[must_use]
    pub fn fit(votes: &Votes) -> Self {
        let is_live = votes.standings().iter().map(|standing| standing.is_live()).collect();
        Self { factors: Factors::of(votes), neighbours: Neighbours::of(votes), is_live }
    }

    /// Per statement, the vote expected of this person, mostly within −1 and 1; `None` for statements that are not
    /// live. Somebody who has not voted is expected to vote as most do.
    #[must_use]
    pub fn expected(&self, person: usize) -> Vec<Option<f64>> {
        let both = self.factors.expected(person).into_iter().zip(self.neighbours.expected(person));
        both.zip(&self.is_live)
            .map(|((factors, alike), is_live)| is_live.then_some((2.0 * factors + alike) / 3.0))
            .collect()
    }
}

/// (Person, statement) of every decided vote, in parts.
fn deal(votes: &Votes, seed: u64) -> Option<Vec<Vec<(usize, usize)>>> {
    let mut chance = Chance::from_seed(seed);
    let mut sides: [Vec<(u64, usize, usize)>; 2] = Default::default();
    for person in 0..votes.people() {
        let decided = votes
            .row(person)
            .iter()
            .filter(|cell| cell.vote != Vote::Pass && votes.standings()[cell.statement as usize].is_live());
        decided.for_each(|cell| {
            sides[usize::from(cell.vote == Vote::Agree)].push((chance.word(), person, cell.statement as usize))
        });
    }
    sides.iter_mut().for_each(|side| side.sort_unstable());
    let mut parts = vec![Vec::new(); PARTS];
    sides
        .iter()
        .flatten()
        .enumerate()
        .for_each(|(at, (_, person, statement))| parts[at % PARTS].push((*person, *statement)));
    parts.iter_mut().for_each(|part| part.sort_unstable());
    sides.iter().all(|side| side.len() >= PARTS).then_some(parts)
}

fn without(votes: &Votes, hidden: &[(usize, usize)]) -> Votes {
    let mut hidden = hidden.to_vec();
    hidden.sort_unstable();
    let mut shown = Votes::on(votes.standings().to_vec()).expect("as many statements were taken before");
    shown.seat(votes.people()).expect("as many people were taken before");
    for person in 0..votes.people() {
        for cell in
            votes.row(person).iter().filter(|cell| hidden.binary_search(&(person, cell.statement as usize)).is_err())
        {
            shown.cast(person, cell.statement as usize, cell.vote).expect("the same vote was taken before");
        }
    }
    shown
}

/// Area under the curve by ranks (Mann and Whitney); equal numbers share their mean rank.
fn area(mut foretold: Vec<(f64, bool)>) -> f64 {
    foretold.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut ranks) = (0.0, 0.0);
    for equal in foretold.chunk_by(|a, b| a.0 == b.0) {
        let size = equal.len() as f64;
        ranks += (below + (size + 1.0) / 2.0) * equal.iter().filter(|one| one.1).count() as f64;
        below += size;
    }
    let agree = foretold.iter().filter(|one| one.1).count() as f64;
    (ranks - agree * (agree + 1.0) / 2.0) / (agree * (below - agree))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::Standing;

    #[test]
    fn the_area_counts_pairs_and_equal_numbers_half() {
        let foretold = vec![(0.1, false), (0.4, true), (0.4, false), (0.2, true), (0.9, true), (0.3, false)];
        // Nine pairs: 0.4 beats two and ties one, 0.2 beats one, 0.9 beats all three.
        assert!((area(foretold) - 6.5 / 9.0).abs() < 1e-15);
    }

    #[test]
    fn every_decided_vote_on_a_live_statement_is_hidden_once() {
        let mut votes = Votes::on(vec![Standing::Live, Standing::Live, Standing::Rejected]).unwrap();
        for person in 0..40 {
            let vote = [Vote::Agree, Vote::Disagree, Vote::Pass, Vote::Agree][person % 4];
            (0..3).for_each(|statement| {
                votes.cast(person, statement, vote).unwrap();
            });
        }
        let parts = deal(&votes, 7).unwrap();
        let mut all: Vec<_> = parts.concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!((all.len(), parts.iter().map(Vec::len).collect::<Vec<_>>()), (60, vec![6; 10]));
        assert!(all.iter().all(|(person, statement)| person % 4 != 2 && *statement < 2));
        let shown = without(&votes, &parts[3]);
        assert_eq!(shown.count(), votes.count() - 6);
        assert!(parts[3].iter().all(|(person, statement)| shown.vote(*person, *statement).is_none()));
        votes.set_standing(1, Standing::Meta).unwrap();
        assert_eq!(deal(&votes, 7).map(|parts| parts.concat().len()), Some(30));
        votes.set_standing(0, Standing::Meta).unwrap();
        assert_eq!(deal(&votes, 7), None);
    }
}
