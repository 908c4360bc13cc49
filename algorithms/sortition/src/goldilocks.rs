//! Neither chances so high that somebody can aim for them, nor so low that somebody is left out.
//!
//! What for: the Goldilocks objective, (people / seats) · highest + (seats / people) / lowest.
//! Promises: the bound is proven by the lines that come with it. Which pairs (lowest, highest) are possible is a convex
//! set in the plane; each impossible pair yields a line that cuts it off, and the best pair left is asked for next.
//! Source: Baharav and Flanigan, "Fair, manipulation-robust, and transparent sortition" (2024), with gamma = 1.

use crate::levels::{Frame, Line, Proof};
use crate::linear::End;
use crate::shape::Shape;

/// The objective, for a mean chance (seats / people who can serve).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Formula {
    pub(crate) mean: f64,
}

impl Formula {
    /// What it is for these chances.
    pub(crate) fn value(self, chances: impl Iterator<Item = f64>) -> f64 {
        let (lowest, highest) = chances
            .fold((f64::INFINITY, 0.0_f64), |(lowest, highest), chance| (lowest.min(chance), highest.max(chance)));
        self.of(lowest, highest)
    }

    fn of(self, lowest: f64, highest: f64) -> f64 {
        highest / self.mean + self.mean / lowest
    }

    /// The best pair that keeps all lines, with the lowest at most `roof`.
    fn best(self, lines: &[Line], roof: f64) -> (f64, f64) {
        let roof =
            lines.iter().filter(|line| line.at_most <= 0.0).map(|line| line.room / line.at_least).fold(roof, f64::min);
        // For a lowest chance, the least possible highest and how fast it grows.
        let highest = |lowest: f64| {
            let steep =
                |line: &Line| ((line.at_least * lowest - line.room) / line.at_most, line.at_least / line.at_most);
            lines
                .iter()
                .filter(|line| line.at_most > 0.0)
                .map(steep)
                .fold((lowest, 1.0), |a, b| if b.0 > a.0 { b } else { a })
        };
        let (mut low, mut high) = (0.0, roof);
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            let rises = highest(middle).1 / self.mean > self.mean / (middle * middle);
            *if rises { &mut high } else { &mut low } = middle;
        }
        (high, highest(high).0)
    }
}

/// What the proofs alone say that the objective cannot go below.
pub(crate) fn bound(proofs: &[Proof], formula: Formula) -> f64 {
    let sum = |proof: &Proof, sign: f64| proof.shares.iter().map(|&(_, share)| (share * sign).max(0.0)).sum();
    let lines: Vec<Line> = proofs
        .iter()
        .map(|proof| Line { at_least: sum(proof, 1.0), at_most: sum(proof, -1.0), room: proof.cap })
        .collect();
    let (lowest, highest) = formula.best(&lines, 1.0);
    formula.of(lowest, highest)
}

/// Counts to blend whole panels into, the least that the objective can be, and why.
pub(crate) fn aim(
    frame: &mut Frame<'_>,
    shape: &Shape,
    people: &[f64],
    formula: Formula,
) -> Option<(Vec<f64>, f64, Vec<Proof>)> {
    let roofs = people.iter().zip(&shape.counts).enumerate().filter(|(_, (_, count))| count.1 > 0.0);
    let (roof, lowest_roof) =
        roofs.map(|(kind, (people, count))| (count.1 / people, kind)).min_by(|a, b| a.0.total_cmp(&b.0))?;
    let mut proofs = vec![Proof { shares: vec![(lowest_roof, 1.0)], cap: roof }];
    let mut lines: Vec<Line> = Vec::new();
    for _ in 0..1_000 {
        let (lowest, highest) = formula.best(&lines, roof);
        // A hair of room keeps rounding from asking for the same line for ever.
        match frame.between(lowest * (1.0 - 1e-11), highest * (1.0 + 1e-11)) {
            End::Best(_) | End::NotBetter => return Some((frame.counts(), formula.of(lowest, highest), proofs)),
            End::Lost => return None,
            End::Impossible(ray) => {
                let (line, proof) = frame.line(&ray, highest);
                lines.push(line);
                proofs.push(proof);
            }
        }
    }
    None
}
