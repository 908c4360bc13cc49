//! The plane of a conversation: mean vote and two loadings per statement, and where each person stands on it.
//! Source: Small et al., "Polis: scaling deliberation by mapping high dimensional opinion spaces", 2021; steps in the
//! README. Promises: exact covariance from whole numbers, so the order of votes changes no bit; signs fixed by a rule.
//! Never lets a rejected or meta statement shape it.

use crate::covotes::{CoVotes, unpack};
use crate::eigen::{self, Dense, Leading, Symmetric, WIDTH};
use crate::vote::Tally;
use crate::votes::{Cell, Votes};

/// A place on the plane: along the first and along the second component.
pub type Point = [f64; 2];

/// Conversations with more statements than this are computed without co-vote tables, which grow with their square.
pub const TABLES_MAX: usize = 2_500;

/// Means and loadings, one per statement. Statements that are not live, and those nobody has seen, hold zeros.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Mean vote, −1 to +1.
    pub center: Vec<f64>,
    /// Loadings of the first and second component: each of length 1, or all zero where votes do not differ in so many
    /// ways.
    pub loadings: [Vec<f64>; 2],
    /// Share of all variance along each, 0 to 1.
    pub share: [f64; 2],
    /// What the next computation starts from.
    pub(crate) block: Vec<[f64; WIDTH]>,
}

/// How far the sparsity correction stretches someone who has voted on few statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stretch {
    /// √(live statements / live statements voted on).
    Live,
    /// As Polis does: a statement that is not live counts as voted on by everyone.
    Polis,
}

impl Plane {
    /// The plane of these votes, from nothing but them. `tables` must be their co-vote tables; without them the same
    /// plane (to rounding) is reached by passing over the votes again and again.
    ///
    /// # Panics
    /// When `tables` are of fewer statements than `votes`.
    #[must_use]
    pub fn cold(votes: &Votes, tables: Option<&CoVotes>) -> Self {
        Self::from(votes, tables, None)
    }

    /// The plane of these votes, reached from an earlier one, to the same tolerance; a component that would point the
    /// other way than before is turned round.
    ///
    /// # Panics
    /// As [`Self::cold`].
    #[must_use]
    pub fn warm(votes: &Votes, tables: Option<&CoVotes>, earlier: &Self) -> Self {
        Self::from(votes, tables, Some(earlier))
    }

    fn from(votes: &Votes, tables: Option<&CoVotes>, earlier: Option<&Self>) -> Self {
        let live =
            |(standing, tally): (&crate::vote::Standing, &Tally)| if standing.is_live() { tally.mean() } else { 0.0 };
        let center: Vec<f64> = votes.standings().iter().zip(votes.tallies()).map(live).collect();
        let start = earlier.map(|plane| plane.block.as_slice());
        let (found, total) = match tables {
            Some(tables) => {
                let covariance = covariance(votes, tables, &center);
                let total = (0..covariance.size).map(|c| covariance.cells[c * covariance.size + c]).sum();
                (eigen::leading(&covariance, start), total)
            }
            None => {
                let scattered = Scattered { votes, center: &center };
                (eigen::leading(&scattered, start), scattered.total())
            }
        };
        Self::with_signs(center, &found, total, earlier)
    }

    fn with_signs(center: Vec<f64>, found: &Leading, total: f64, earlier: Option<&Self>) -> Self {
        let component = |which: usize| {
            let exists = found.values[which] > found.values[0] * 1e-12 && found.values[which] > 0.0;
            let loadings: Vec<f64> = found.block.iter().map(|line| if exists { line[which] } else { 0.0 }).collect();
            let sign = match earlier
                .map(|plane| plane.loadings[which].iter().zip(&loadings).map(|(a, b)| a * b).sum::<f64>())
            {
                Some(along) if along.abs() > 0.5 => along.signum(),
                _ => sign_by_rule(&loadings),
            };
            loadings.into_iter().map(|value| value * sign).collect()
        };
        let share = |which: usize| if total > 0.0 { (found.values[which] / total).clamp(0.0, 1.0) } else { 0.0 };
        Self { center, loadings: [component(0), component(1)], share: [share(0), share(1)], block: found.block.clone() }
    }

    /// Where one person stands: √(C / n) · Σ over the n live statements they voted on of (vote − mean) · loading.
    pub(crate) fn place(&self, votes: &Votes, row: &[Cell], stretch: Stretch, live: usize) -> Point {
        let (mut x, mut y, mut seen) = (0.0, 0.0, 0_usize);
        for cell in row {
            let statement = cell.statement as usize;
            if votes.standings()[statement].is_live() {
                let off = f64::from(cell.vote.value()) - self.center[statement];
                x += off * self.loadings[0][statement];
                y += off * self.loadings[1][statement];
                seen += 1;
            }
        }
        let (all, seen) = match stretch {
            Stretch::Live => (live, seen),
            Stretch::Polis => (votes.statements(), seen + votes.statements() - live),
        };
        [x, y].map(|along| along * stretched(seen, all))
    }

    pub(crate) fn place_everybody(&self, votes: &Votes, stretch: Stretch) -> Vec<Point> {
        let live = votes.standings().iter().filter(|standing| standing.is_live()).count();
        votes.rows().map(|row| self.place(votes, row, stretch, live)).collect()
    }

    /// Per statement, √C · |1 − mean| · length of its two loadings, with C of all statements as Polis has it: how far
    /// from the middle somebody would stand who agreed with it and voted on nothing else (nearer by √(live / C) where
    /// some are not live). Polis' priority needs it; it says nothing about who is divided (see [`crate::Division`]).
    #[must_use]
    pub fn extremity(&self) -> Vec<f64> {
        let stretch = (self.center.len() as f64).sqrt();
        let length = |c: usize| self.loadings[0][c].hypot(self.loadings[1][c]);
        self.center.iter().enumerate().map(|(c, mean)| stretch * (1.0 - mean).abs() * length(c)).collect()
    }
}

/// √(C / n): a person who has voted on n of C statements stands this many times as far out as their votes add up to.
pub(crate) fn stretched(seen: usize, all: usize) -> f64 {
    if seen == 0 { 0.0 } else { (all as f64 / seen as f64).sqrt() }
}

/// How far a person is drawn towards the middle before being grouped, as if they had cast as many average votes again
/// as there are statements: √(2n / (n + C)). Stretched by √(C / n) alone, whoever has voted little stands far out and
/// makes the groups.
pub(crate) fn pull(cast: usize, live: usize) -> f64 {
    (2.0 * cast as f64 / (cast + live).max(1) as f64).sqrt()
}

/// The first of the largest loadings (within rounding) is positive.
fn sign_by_rule(loadings: &[f64]) -> f64 {
    let largest = loadings.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let first = loadings.iter().find(|value| value.abs() >= largest * (1.0 - 1e-9));
    first.map_or(1.0, |value| if *value < 0.0 { -1.0 } else { 1.0 })
}

/// Cov\[c,d\] · people = Σxy − m_d Σx − m_c Σy + m_c m_d N, sums over those who voted on both.
fn covariance(votes: &Votes, tables: &CoVotes, center: &[f64]) -> Dense {
    let size = center.len();
    let mut cells = vec![0.0; size * size];
    for c in 0..size {
        if !votes.standings()[c].is_live() {
            continue;
        }
        for (d, packed) in tables.line(c).iter().enumerate().take(c + 1) {
            if *packed == 0 || !votes.standings()[d].is_live() {
                continue;
            }
            let (pair, back) = (unpack(*packed), unpack(tables.line(d)[c]));
            let value = pair.product as f64 - center[d] * pair.first as f64 - center[c] * back.first as f64
                + center[c] * center[d] * pair.people as f64;
            cells[c * size + d] = value;
            cells[d * size + c] = value;
        }
    }
    Dense { size, cells }
}

/// The same matrix, by passing over the votes.
struct Scattered<'a> {
    votes: &'a Votes,
    center: &'a [f64],
}

impl Scattered<'_> {
    /// The live votes of one person, less each statement's mean.
    fn off<'a>(&'a self, row: &'a [Cell]) -> impl Iterator<Item = (usize, f64)> + 'a {
        let live = row.iter().filter(|cell| self.votes.standings()[cell.statement as usize].is_live());
        live.map(|cell| (cell.statement as usize, f64::from(cell.vote.value()) - self.center[cell.statement as usize]))
    }

    fn total(&self) -> f64 {
        self.votes.rows().flat_map(|row| self.off(row)).map(|(_, off)| off * off).sum()
    }
}

impl Symmetric for Scattered<'_> {
    fn size(&self) -> usize {
        self.center.len()
    }

    fn times(&self, block: &[[f64; WIDTH]], out: &mut [[f64; WIDTH]]) {
        out.fill([0.0; WIDTH]);
        for row in self.votes.rows() {
            let mut along = [0.0; WIDTH];
            for (statement, off) in self.off(row) {
                along.iter_mut().zip(&block[statement]).for_each(|(sum, value)| *sum += off * value);
            }
            for (statement, off) in self.off(row) {
                out[statement].iter_mut().zip(&along).for_each(|(sum, value)| *sum += off * value);
            }
        }
    }
}
