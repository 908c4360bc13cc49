//! Every two candidates against each other: how many ballots put the one above the other. Condorcet winner and Smith
//! set.
//!
//! Promises exact counts. Ballots that put two level, or name neither, count for neither.

use crate::lines::Lines;
use crate::poll::Candidate;
use crate::rankings::Rankings;
use crate::scores::Scores;
use crate::text;

/// How many ballots prefer each candidate to each other one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairwise {
    candidates: usize,
    preferring: Vec<u64>,
}

/// A rank as the counting loop wants it: smaller is better, [`UNNAMED`] is last. Small, so that sixteen compare at
/// once.
type Rank = i8;
const UNNAMED: Rank = Rank::MAX;
/// The highest score that fits into a rank turned round.
const SCORE_FITS_MAX: u16 = 126;
/// The most ballots whose preferences a byte can count.
const BATCH: u8 = u8::MAX;

impl Pairwise {
    /// From ranked ballots: a candidate that is named stands above all who are not.
    #[must_use]
    pub fn of_rankings(rankings: &Rankings) -> Self {
        fill(rankings.candidates(), rankings.lines(), |marks, ranks| {
            let mut rank: Rank = -1;
            for mark in marks {
                rank += Rank::from(!mark.shares());
                ranks[mark.candidate()] = rank;
            }
        })
    }

    /// From scored ballots: the higher score stands above; no score given is 0.
    #[must_use]
    pub fn of_scores(scores: &Scores) -> Self {
        if scores.highest() > SCORE_FITS_MAX {
            return Self::of_rankings(&scores.as_rankings());
        }
        fill(scores.candidates(), scores.lines(), |given, ranks| {
            for one in given.iter().filter(|one| one.score > 0) {
                let score = Rank::try_from(one.score).expect("no score is above 126");
                ranks[one.candidate()] = UNNAMED - score;
            }
        })
    }

    /// How many ballots put `one` above `other`; 0 for a candidate and itself.
    #[must_use]
    pub fn preferring(&self, one: usize, other: usize) -> u64 {
        self.preferring[one * self.candidates + other]
    }

    /// How many candidates stand.
    #[must_use]
    pub fn candidates(&self) -> usize {
        self.candidates
    }

    /// The counts row by row: `rows()[a][b]` ballots put `a` above `b`.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<u64>> {
        self.preferring.chunks(self.candidates).map(<[u64]>::to_vec).collect()
    }

    /// The candidate who beats every other one, if there is one (Condorcet winner).
    #[must_use]
    pub fn condorcet_winner(&self) -> Option<usize> {
        (0..self.candidates).find(|one| (0..self.candidates).all(|other| other == *one || self.beats(*one, other)))
    }

    /// The smallest set whose members each beat everybody outside it (Smith set), in the order of the ballot paper.
    #[must_use]
    pub fn smith_set(&self) -> Vec<usize> {
        let wins = |one: usize| (0..self.candidates).filter(|other| self.beats(one, *other)).count();
        // Members beat all outsiders and outsiders beat no member, so the set is a prefix of the order by wins.
        let mut order: Vec<_> = (0..self.candidates).collect();
        order.sort_by_key(|one| std::cmp::Reverse(wins(*one)));
        let dominates = |size: &usize| {
            let (inside, outside) = order.split_at(*size);
            inside.iter().all(|one| outside.iter().all(|other| self.beats(*one, *other)))
        };
        let size = (1..=self.candidates).find(dominates).expect("everybody together has nobody outside");
        order.truncate(size);
        order.sort_unstable();
        order
    }

    /// The counts as a table, for a trail.
    #[must_use]
    pub fn trail(&self, candidates: &[Candidate]) -> String {
        let all = 0..self.candidates;
        let id = |candidate| text::number(candidates, candidate);
        let head = std::iter::once("above →".to_owned()).chain(all.clone().map(id)).collect();
        let cell = |one: usize, other: usize| {
            if one == other { "·".to_owned() } else { self.preferring(one, other).to_string() }
        };
        let row = |one: usize| {
            std::iter::once(text::label(candidates, one))
                .chain(all.clone().map(move |other| cell(one, other)))
                .collect()
        };
        let rows: Vec<Vec<String>> = std::iter::once(head).chain(all.clone().map(row)).collect();
        let condorcet = self.condorcet_winner().map_or("nobody".to_owned(), |winner| text::label(candidates, winner));
        let smith = text::labels(candidates, self.smith_set());
        format!(
            "How many ballots put the candidate of the row above the one of the column:\n{}\
             Beats every other one (Condorcet winner): {condorcet}.\nSmallest group that beats all outside it (Smith set): {smith}.\n",
            text::table(&rows)
        )
    }

    fn beats(&self, one: usize, other: usize) -> bool {
        self.preferring(one, other) > self.preferring(other, one)
    }
}

fn fill<Line: Copy>(candidates: usize, lines: &Lines<Line>, rank: impl Fn(&[Line], &mut [Rank])) -> Pairwise {
    match candidates {
        0..=16 => fill_wide::<Line, 16>(candidates, lines, rank),
        17..=32 => fill_wide::<Line, 32>(candidates, lines, rank),
        _ => fill_wide::<Line, 128>(candidates, lines, rank),
    }
}

/// Counts all pairs of a ballot by comparing whole rows of `WIDE` ranks. Single ballots are counted in bytes and
/// carried over in batches: 190 pairs of 20 candidates cost about 60 ns a ballot so, and 400 ns one by one.
fn fill_wide<Line: Copy, const WIDE: usize>(
    candidates: usize,
    lines: &Lines<Line>,
    rank: impl Fn(&[Line], &mut [Rank]),
) -> Pairwise {
    let mut pairs = Pairwise { candidates, preferring: vec![0; candidates * candidates] };
    let mut batch = vec![[0_u8; WIDE]; candidates];
    let mut batched = 0;
    for (count, line) in lines.iter() {
        let mut ranks = [UNNAMED; WIDE];
        rank(line, &mut ranks);
        if count > 1 {
            pairs.add_weighed(count, &ranks);
            continue;
        }
        for (row, own) in batch.iter_mut().zip(ranks) {
            for (cell, other) in row.iter_mut().zip(ranks) {
                *cell += u8::from(own < other);
            }
        }
        batched += 1;
        if batched == BATCH {
            pairs.carry(&mut batch);
            batched = 0;
        }
    }
    pairs.carry(&mut batch);
    pairs
}

impl Pairwise {
    fn add_weighed(&mut self, count: u64, ranks: &[Rank]) {
        for (row, own) in self.preferring.chunks_mut(self.candidates).zip(ranks) {
            for (cell, other) in row.iter_mut().zip(ranks) {
                *cell += if own < other { count } else { 0 };
            }
        }
    }

    fn carry<const WIDE: usize>(&mut self, batch: &mut [[u8; WIDE]]) {
        for (row, counted) in self.preferring.chunks_mut(self.candidates).zip(batch) {
            for (cell, counted) in row.iter_mut().zip(counted.iter()) {
                *cell += u64::from(*counted);
            }
            *counted = [0; WIDE];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One by one, as a person would.
    fn by_hand(rankings: &Rankings) -> Vec<Vec<u64>> {
        let mut rows = vec![vec![0; rankings.candidates()]; rankings.candidates()];
        for (count, ranks) in rankings.iter() {
            let mut place = vec![usize::MAX; rankings.candidates()];
            ranks.iter().enumerate().for_each(|(at, rank)| rank.iter().for_each(|one| place[*one] = at));
            for (one, row) in rows.iter_mut().enumerate() {
                row.iter_mut()
                    .zip(&place)
                    .for_each(|(cell, other)| *cell += if place[one] < *other { count } else { 0 });
            }
        }
        rows
    }

    #[test]
    fn batches_and_weights_count_what_a_person_counts() {
        for candidates in [1, 3, 16, 17, 40, 127] {
            let mut rankings = Rankings::new(candidates).unwrap();
            for line in 0..400 {
                let ballot: Vec<_> = (0..candidates).map(|place| [(place * 2 + line) % candidates]).collect();
                let named = if candidates % 2 == 0 { candidates / 2 } else { line % (candidates + 1) };
                rankings.add(1 + (line % 5) as u64 / 4 * 9, &ballot[..named.min(candidates)]).unwrap();
            }
            assert_eq!(Pairwise::of_rankings(&rankings).rows(), by_hand(&rankings), "{candidates} candidates");
        }
    }

    #[test]
    fn high_scores_count_as_low_ones_do() {
        let (mut low, mut high) = (Scores::new(3).unwrap(), Scores::new(3).unwrap());
        for line in 0..300_u16 {
            let given = [(0, line % 5), (1, line % 3), (2, line % 7)];
            low.add(1, &given).unwrap();
            high.add(1, &given.map(|(candidate, score)| (candidate, score * 100))).unwrap();
        }
        assert_eq!(Pairwise::of_scores(&low), Pairwise::of_scores(&high));
        assert_eq!(Pairwise::of_scores(&low).rows(), by_hand(&low.as_rankings()));
    }

    #[test]
    fn a_smith_set_holds_the_cycle_and_whoever_ties_with_it() {
        let pairs = |preferring: [[u64; 4]; 4]| Pairwise { candidates: 4, preferring: preferring.concat() };
        let cycle = pairs([[0, 2, 1, 3], [1, 0, 2, 3], [2, 1, 0, 3], [0, 0, 0, 0]]);
        assert_eq!((cycle.condorcet_winner(), cycle.smith_set()), (None, vec![0, 1, 2]));
        let level = pairs([[0, 2, 2, 1], [1, 0, 2, 2], [1, 1, 0, 2], [1, 1, 1, 0]]);
        assert_eq!((level.condorcet_winner(), level.smith_set()), (None, vec![0, 1, 2, 3]));
    }
}
