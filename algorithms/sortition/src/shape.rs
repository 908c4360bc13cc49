//! What every panel of a pool obeys, as numbers: how many of each kind, and sums of those between bounds.

use crate::linear::Column;

/// A sum this near a whole number is one.
pub(crate) const WHOLE: f64 = 1e-6;

/// Whom a panel holds: (kind, how many of it), by kind, without zeros.
pub(crate) type Panel = Vec<(usize, u32)>;

/// The sum of the weights of those on a panel.
pub(crate) fn weigh(weights: &[f64], panel: &[(usize, u32)]) -> f64 {
    panel.iter().map(|&(kind, count)| weights[kind] * f64::from(count)).sum()
}

/// What every whole panel obeys: sums of counts between bounds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    /// Per kind: the rows it counts in.
    pub(crate) columns: Vec<Column>,
    /// Per kind: least and most.
    pub(crate) counts: Vec<(f64, f64)>,
    /// Per row: least and most.
    pub(crate) rows: Vec<(f64, f64)>,
    /// The first so many rows have whole sums; rows after them are cuts, with sums of any size.
    pub(crate) whole_rows: usize,
}

impl Shape {
    /// Adds a proven cut: factors · counts <= most, which no panel breaks.
    pub(crate) fn cut(&mut self, factors: &[f64], most: f64) {
        let row = self.rows.len();
        let mut least = 0.0;
        for ((column, count), &factor) in self.columns.iter_mut().zip(&self.counts).zip(factors) {
            if factor != 0.0 {
                column.push((row, factor));
                least += factor * if factor > 0.0 { count.0 } else { count.1 };
            }
        }
        self.rows.push((least - 1.0, most));
    }

    /// How many of each kind a panel holds.
    pub(crate) fn counts_of(&self, panel: &[(usize, u32)]) -> Vec<f64> {
        let mut counts = vec![0.0; self.columns.len()];
        panel.iter().for_each(|&(kind, count)| counts[kind] = f64::from(count));
        counts
    }

    pub(crate) fn sums(&self, counts: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut sums = vec![0.0; self.rows.len()];
        for (column, count) in self.columns.iter().zip(counts).filter(|pair| pair.1 != 0.0) {
            column.iter().for_each(|&(row, factor)| sums[row] += factor * count);
        }
        sums
    }

    pub(crate) fn holds(&self, panel: &[(usize, u32)]) -> bool {
        let sums = self.sums(self.counts_of(panel).into_iter());
        sums.iter().zip(&self.rows).all(|(sum, row)| *sum >= row.0 - WHOLE && *sum <= row.1 + WHOLE)
    }

    pub(crate) fn contradicts_itself(&self) -> bool {
        self.counts.iter().chain(&self.rows).any(|(low, high)| low > high)
    }
}
