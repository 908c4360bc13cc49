//! Schulze's rule: a win over somebody may be indirect, along a path of pairwise wins, and a path is as strong as its
//! weakest win.
//!
//! Source: Schulze 2011, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent
//! single-winner election method". Promises the Condorcet winner when there is one. Never depends on the order in which
//! paths are looked for.

use std::cmp::Reverse;

use crate::lot::{Lot, Settled, Tie};
use crate::pairwise::Pairwise;
use crate::poll::{Candidate, Refusal};
use crate::rankings::Rankings;
use crate::scores::Scores;
use crate::text;

/// How strong a pairwise win is. A pair that is level, or lost, is 0 under both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// The ballots on the winning side. The usual choice.
    WinningVotes,
    /// The winning side less the losing side.
    Margins,
}

/// The strongest paths between every two candidates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    candidates: usize,
    strength: Vec<u64>,
    /// Whom the strongest path visits last before its end.
    before: Vec<usize>,
}

/// A count by Schulze's rule.
#[derive(Clone, Debug)]
pub struct Schulze {
    /// Everybody against everybody.
    pub pairs: Pairwise,
    /// The strongest paths by winning votes.
    pub paths: Paths,
    /// Who is beaten by nobody's path, in the order of the ballot paper; several when they are truly level; nobody when
    /// no ballot names anyone.
    pub winners: Vec<usize>,
    /// The same by margins, to compare.
    pub winners_by_margins: Vec<usize>,
    /// Everybody, by how many others their path beats; whoever's path beats another's stands before them, the rest by
    /// lot.
    pub order: Vec<usize>,
    /// The winner, by lot when several are level; nobody when no ballot names anyone.
    pub elected: Option<usize>,
    /// The tie for the first place, if there was one.
    pub ties: Vec<Tie>,
    unusual: String,
}

/// Counts ranked ballots.
///
/// # Errors
/// [`Refusal::LotOfOthers`].
pub fn count(rankings: &Rankings, lot: &Lot) -> Result<Schulze, Refusal> {
    decide(Pairwise::of_rankings(rankings), rankings.names_anyone(), lot, rankings.unusual())
}

/// Counts scored ballots as rankings, by the rule stated at [`Scores`].
///
/// # Errors
/// [`Refusal::LotOfOthers`].
pub fn count_scores(scores: &Scores, lot: &Lot) -> Result<Schulze, Refusal> {
    decide(Pairwise::of_scores(scores), scores.highest() > 0, lot, String::new())
}

fn decide(pairs: Pairwise, named: bool, lot: &Lot, unusual: String) -> Result<Schulze, Refusal> {
    lot.fits(pairs.candidates())?;
    let paths = Paths::strongest(&pairs, Strength::WinningVotes);
    let beaten_by_nobody = |paths: &Paths| if named { paths.winners() } else { Vec::new() };
    let winners = beaten_by_nobody(&paths);
    let winners_by_margins = beaten_by_nobody(&Paths::strongest(&pairs, Strength::Margins));
    let mut order: Vec<_> = (0..pairs.candidates()).collect();
    order.sort_by_key(|one| (Reverse(paths.beaten_by(*one).count()), lot.place(*one)));
    let first = winners.iter().copied().min_by_key(|one| lot.place(*one));
    let ties = match first {
        Some(picked) if winners.len() > 1 => {
            vec![Tie {
                at: 1,
                about: "who is elected",
                tied: winners.clone(),
                earlier: Vec::new(),
                picked,
                settled: Settled::Lot,
            }]
        }
        _ => Vec::new(),
    };
    Ok(Schulze { pairs, paths, winners, winners_by_margins, order, elected: first, ties, unusual })
}

impl Paths {
    /// Finds the strongest path between every two candidates (Floyd and Warshall's scheme, as in the paper).
    #[must_use]
    pub fn strongest(pairs: &Pairwise, by: Strength) -> Self {
        let candidates = pairs.candidates();
        let mut paths =
            Self { candidates, strength: vec![0; candidates * candidates], before: vec![0; candidates * candidates] };
        for one in 0..candidates {
            for other in 0..candidates {
                let (won, lost) = (pairs.preferring(one, other), pairs.preferring(other, one));
                let strength = if by == Strength::Margins { won.saturating_sub(lost) } else { won };
                paths.strength[one * candidates + other] = if won > lost { strength } else { 0 };
                paths.before[one * candidates + other] = one;
            }
        }
        for through in 0..candidates {
            for from in (0..candidates).filter(|from| *from != through) {
                for to in (0..candidates).filter(|to| *to != from && *to != through) {
                    paths.widen(from, through, to);
                }
            }
        }
        paths
    }

    /// The strength of the strongest path; 0 when there is none.
    #[must_use]
    pub fn strength(&self, from: usize, to: usize) -> u64 {
        self.strength[from * self.candidates + to]
    }

    /// The strengths row by row: `rows()[a][b]` from `a` to `b`.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<u64>> {
        self.strength.chunks(self.candidates).map(<[u64]>::to_vec).collect()
    }

    /// A strongest path from one candidate to another, both ends included; empty when there is none.
    #[must_use]
    pub fn path(&self, from: usize, to: usize) -> Vec<usize> {
        if self.strength(from, to) == 0 {
            return Vec::new();
        }
        let mut path = vec![to];
        while let Some(last) = path.last().copied().filter(|last| *last != from) {
            path.push(self.before[from * self.candidates + last]);
        }
        path.reverse();
        path
    }

    /// Whom nobody's path beats, in the order of the ballot paper.
    #[must_use]
    pub fn winners(&self) -> Vec<usize> {
        let all = 0..self.candidates;
        all.clone()
            .filter(|one| all.clone().all(|other| self.strength(*one, other) >= self.strength(other, *one)))
            .collect()
    }

    /// Whom a candidate's path beats.
    fn beaten_by(&self, one: usize) -> impl Iterator<Item = usize> {
        (0..self.candidates).filter(move |other| self.strength(one, *other) > self.strength(*other, one))
    }

    fn widen(&mut self, from: usize, through: usize, to: usize) {
        let detour = self.strength(from, through).min(self.strength(through, to));
        if detour > self.strength(from, to) {
            self.strength[from * self.candidates + to] = detour;
            self.before[from * self.candidates + to] = self.before[through * self.candidates + to];
        }
    }
}

impl Schulze {
    /// The count, step by step, for a person to replay.
    #[must_use]
    pub fn trail(&self, candidates: &[Candidate]) -> String {
        let mut trail = format!("Schulze, by winning votes\n{}{}", self.unusual, self.pairs.trail(candidates));
        trail += "A path goes along pairwise wins; it is as strong as its weakest win. Strongest paths both ways:\n";
        for one in 0..self.paths.candidates {
            for other in one + 1..self.paths.candidates {
                trail += &self.both_ways(one, other, candidates);
            }
        }
        trail += &format!("Beaten by no path: {}.\n", text::labels(candidates, self.winners.iter().copied()));
        trail.extend(self.ties.iter().map(|tie| text::tie(candidates, tie)));
        trail + &format!("Elected: {}.\n", text::labels(candidates, self.elected))
    }

    fn both_ways(&self, one: usize, other: usize, candidates: &[Candidate]) -> String {
        let (there, back) = (self.paths.strength(one, other), self.paths.strength(other, one));
        let verdict = match there.cmp(&back) {
            std::cmp::Ordering::Greater => format!("{} stands above", text::label(candidates, one)),
            std::cmp::Ordering::Less => format!("{} stands above", text::label(candidates, other)),
            std::cmp::Ordering::Equal => "level".to_owned(),
        };
        format!("  {}; {}: {verdict}\n", self.one_way(one, other, candidates), self.one_way(other, one, candidates))
    }

    /// A path as `2 →(31) 4 →(28) 1`, with the strength of each win on it.
    fn one_way(&self, from: usize, to: usize, candidates: &[Candidate]) -> String {
        let id = |candidate| text::number(candidates, candidate);
        let path = self.paths.path(from, to);
        if path.is_empty() {
            return format!("{} to {}: no path, 0", id(from), id(to));
        }
        let steps =
            path.windows(2).map(|step| format!(" →({}) {}", self.pairs.preferring(step[0], step[1]), id(step[1])));
        format!("{}{} is {}", id(from), steps.collect::<String>(), self.paths.strength(from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ada, Brook and Cleo in a circle: 23 ABC, 19 BCA, 18 CAB.
    fn circle() -> Rankings {
        let mut rankings = Rankings::new(3).unwrap();
        for (count, ballot) in [(23, [[0], [1], [2]]), (19, [[1], [2], [0]]), (18, [[2], [0], [1]])] {
            rankings.add(count, &ballot).unwrap();
        }
        rankings
    }

    #[test]
    fn a_path_is_as_strong_as_its_weakest_win() {
        let schulze = count(&circle(), &Lot::in_paper_order(3)).unwrap();
        // A beats B by 41, B beats C by 42, C beats A by 37.
        assert_eq!(schulze.paths.rows(), [[0, 41, 41], [37, 0, 42], [37, 37, 0]]);
        assert_eq!(schulze.paths.path(0, 2), [0, 1, 2]);
        assert_eq!((schulze.elected, schulze.order), (Some(0), vec![0, 1, 2]));
    }

    #[test]
    fn a_blank_poll_elects_nobody() {
        let mut rankings = Rankings::new(2).unwrap();
        rankings.add::<[usize; 0]>(9, &[]).unwrap();
        let schulze = count(&rankings, &Lot::in_paper_order(2)).unwrap();
        assert_eq!((schulze.winners, schulze.elected), (vec![], None));
    }
}
