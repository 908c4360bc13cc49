//! Linear programmes whose every variable lies between two finite bounds, by the dual simplex method.
//!
//! What for: the bound at each node of [`crate::search`], and the proof that no fairer odds exist in [`crate::levels`].
//! Promises: starts from any earlier basis after bounds or weights changed; an infeasible programme comes with the
//! [`Ray`] that proves it, which anybody can add up by hand.
//! Never does: keep a factored sparse basis. A draw has tens of rows, so a dense inverse is both smaller and faster.

use crate::dense::{dot, inverse};

/// Values closer than this to a bound count as being on it.
const ON_BOUND: f64 = 1e-9;
/// Pivots smaller than this are noise.
pub(crate) const PIVOT_MIN: f64 = 1e-8;
/// The inverse is computed afresh after so many pivots.
const PIVOTS_PER_INVERSE: usize = 60;

/// A column: which rows it enters and with what factor.
pub(crate) type Column = Vec<(usize, f64)>;

/// Maximise weights · x with rows · x between row bounds and x between its own. Variables are numbered first (columns),
/// then one per row (the row's sum).
#[derive(Clone, Debug)]
pub(crate) struct Program {
    columns: Vec<Column>,
    rows: usize,
    weight: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    basis: Vec<usize>,
    /// Which row of the basis a variable stands in, if any.
    place: Vec<Option<usize>>,
    inverse: Vec<f64>,
    value: Vec<f64>,
    reduced: Vec<f64>,
    pivots: usize,
}

/// How a solve ended.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// The best value.
    Best(f64),
    /// No point is better than the value asked for.
    NotBetter,
    /// No point keeps all bounds.
    Impossible(Ray),
    /// Too many steps: numbers too close together to go on.
    Lost,
}

/// Factors g, one per variable (columns, then rows), with sum of g·x = 0 for every x that obeys the rows, although the
/// least that the bounds allow is above 0.
#[derive(Clone, Debug)]
pub(crate) struct Ray(pub(crate) Vec<f64>);

impl Program {
    pub(crate) fn new(columns: Vec<Column>, column_bounds: &[(f64, f64)], row_bounds: &[(f64, f64)]) -> Self {
        let (rows, all) = (row_bounds.len(), columns.len() + row_bounds.len());
        let bounds = || column_bounds.iter().chain(row_bounds);
        let mut program = Self {
            rows,
            weight: vec![0.0; all],
            low: bounds().map(|b| b.0).collect(),
            high: bounds().map(|b| b.1).collect(),
            basis: (columns.len()..all).collect(),
            place: vec![None; all],
            inverse: Vec::new(),
            value: bounds().map(|b| b.0).collect(),
            reduced: vec![0.0; all],
            pivots: 0,
            columns,
        };
        program.start_over();
        program
    }

    pub(crate) fn bounds(&self, variable: usize) -> (f64, f64) {
        (self.low[variable], self.high[variable])
    }

    pub(crate) fn set_bounds(&mut self, variable: usize, (low, high): (f64, f64)) {
        (self.low[variable], self.high[variable]) = (low, high);
    }

    /// Weights of the columns, one each.
    pub(crate) fn set_weights(&mut self, weights: &[f64]) {
        self.weight[..weights.len()].copy_from_slice(weights);
        self.price();
    }

    /// The value of a variable after [`End::Best`].
    pub(crate) fn value(&self, variable: usize) -> f64 {
        self.value[variable]
    }

    /// How much the objective would move per unit of a variable that stands at a bound.
    pub(crate) fn reduced(&self, variable: usize) -> f64 {
        if self.place[variable].is_some() { 0.0 } else { self.reduced[variable] }
    }

    /// Solves, stopping as soon as nothing better than `at_least` can be reached.
    pub(crate) fn solve(&mut self, at_least: f64) -> End {
        let patience = 2_000 + 40 * self.rows;
        self.stand();
        for step in 0..patience {
            if self.pivots >= PIVOTS_PER_INVERSE {
                if !self.invert() {
                    self.start_over();
                }
                self.price();
                self.stand();
            }
            if step % 4 == 3 && self.objective() <= at_least {
                return End::NotBetter;
            }
            let Some((row, below)) = self.leaving() else {
                let best = self.objective();
                return if best <= at_least { End::NotBetter } else { End::Best(best) };
            };
            if let Some(ray) = self.pivot(row, below) {
                return End::Impossible(ray);
            }
        }
        self.start_over();
        self.price();
        End::Lost
    }

    /// The basis of row sums alone, which has a trivial inverse.
    fn start_over(&mut self) {
        let columns = self.columns.len();
        self.place.fill(None);
        self.inverse = vec![0.0; self.rows * self.rows];
        for row in 0..self.rows {
            self.basis[row] = columns + row;
            self.place[columns + row] = Some(row);
            self.inverse[row * self.rows + row] = -1.0;
        }
        self.pivots = 0;
    }

    fn objective(&self) -> f64 {
        self.weight.iter().zip(&self.value).take(self.columns.len()).map(|(weight, value)| weight * value).sum()
    }

    /// Reduced weights from scratch.
    fn price(&mut self) {
        let rows = self.rows;
        let mut dual = vec![0.0; rows];
        for (row, &variable) in self.basis.iter().enumerate() {
            let weight = self.weight[variable];
            if weight != 0.0 {
                for (sum, factor) in dual.iter_mut().zip(&self.inverse[row * rows..(row + 1) * rows]) {
                    *sum += weight * factor;
                }
            }
        }
        for (variable, column) in self.columns.iter().enumerate() {
            self.reduced[variable] =
                self.weight[variable] - column.iter().map(|&(row, factor)| factor * dual[row]).sum::<f64>();
        }
        for (row, dual) in dual.iter().enumerate() {
            self.reduced[self.columns.len() + row] = *dual;
        }
    }

    /// Puts every variable outside the basis on the bound its reduced weight wants, and computes those inside.
    fn stand(&mut self) {
        let mut sums = vec![0.0; self.rows];
        for variable in 0..self.place.len() {
            if self.place[variable].is_none() {
                let high = self.reduced[variable] > 0.0;
                let value = if high { self.high[variable] } else { self.low[variable] };
                self.value[variable] = value;
                if value != 0.0 {
                    self.add_column(variable, value, &mut sums);
                }
            }
        }
        for row in 0..self.rows {
            self.value[self.basis[row]] = -dot(self.inverse_row(row), &sums);
        }
    }

    fn add_column(&self, variable: usize, times: f64, sums: &mut [f64]) {
        match self.columns.get(variable) {
            Some(column) => column.iter().for_each(|&(row, factor)| sums[row] += times * factor),
            None => sums[variable - self.columns.len()] -= times,
        }
    }

    fn inverse_row(&self, row: usize) -> &[f64] {
        &self.inverse[row * self.rows..(row + 1) * self.rows]
    }

    /// The basic variable furthest outside its bounds, measured along its own edge; whether it is below.
    fn leaving(&self) -> Option<(usize, bool)> {
        let mut best: Option<(usize, bool)> = None;
        let mut best_score = 0.0;
        for (row, &variable) in self.basis.iter().enumerate() {
            let value = self.value[variable];
            let outside = (self.low[variable] - value).max(value - self.high[variable]);
            if outside > ON_BOUND {
                let edge = self.inverse_row(row);
                let score = outside * outside / dot(edge, edge);
                if score > best_score {
                    (best, best_score) = (Some((row, value < self.low[variable])), score);
                }
            }
        }
        best
    }

    /// One step of the dual simplex method, passing over bounds as long as that pays; a ray when none can end it.
    fn pivot(&mut self, row: usize, below: bool) -> Option<Ray> {
        let leaving = self.basis[row];
        let bound = if below { self.low[leaving] } else { self.high[leaving] };
        let sign = if below { 1.0 } else { -1.0 };
        let along = self.row_of(row);
        let mut ways = self.ways(&along, sign);
        ways.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
        let mut slope = (bound - self.value[leaving]).abs();
        let mut flips = vec![0.0; self.rows];
        let mut flipped = false;
        let mut entering = None;
        for &(_, size, variable) in &ways {
            let range = self.high[variable] - self.low[variable];
            slope -= size * range;
            if slope <= ON_BOUND {
                entering = Some(variable);
                break;
            }
            let to = if self.value[variable] == self.low[variable] { range } else { -range };
            self.value[variable] = if to > 0.0 { self.high[variable] } else { self.low[variable] };
            self.add_column(variable, to, &mut flips);
            flipped = true;
        }
        let Some(entering) = entering else {
            let mut ray = along;
            ray[leaving] = 1.0;
            ray.iter_mut().for_each(|factor| *factor *= sign);
            return Some(Ray(ray));
        };
        if flipped {
            for row in 0..self.rows {
                self.value[self.basis[row]] -= dot(self.inverse_row(row), &flips);
            }
        }
        self.exchange(row, entering, bound, &along);
        None
    }

    /// The row of the tableau: x_basic + sum of factor · x_outside = 0.
    fn row_of(&self, row: usize) -> Vec<f64> {
        let edge = self.inverse_row(row);
        let mut along = vec![0.0; self.place.len()];
        for (variable, column) in self.columns.iter().enumerate() {
            if self.place[variable].is_none() {
                along[variable] = column.iter().map(|&(at, factor)| factor * edge[at]).sum();
            }
        }
        for (at, factor) in edge.iter().enumerate() {
            let variable = self.columns.len() + at;
            if self.place[variable].is_none() {
                along[variable] = -factor;
            }
        }
        along
    }

    /// Which variables could enter: (ratio, size of the pivot, variable).
    fn ways(&self, along: &[f64], sign: f64) -> Vec<(f64, f64, usize)> {
        let enters = |&(variable, &factor): &(usize, &f64)| {
            let size = factor.abs();
            if size < PIVOT_MIN || self.place[variable].is_some() || self.low[variable] >= self.high[variable] {
                return None;
            }
            let at_low = self.value[variable] == self.low[variable];
            (at_low == (sign * factor < 0.0)).then(|| (self.reduced[variable].abs() / size, size, variable))
        };
        along.iter().enumerate().filter_map(|pair| enters(&pair)).collect()
    }

    fn exchange(&mut self, row: usize, entering: usize, bound: f64, along: &[f64]) {
        let rows = self.rows;
        let leaving = self.basis[row];
        let mut sums = vec![0.0; rows];
        self.add_column(entering, 1.0, &mut sums);
        let column: Vec<f64> = (0..rows).map(|at| dot(self.inverse_row(at), &sums)).collect();
        let pivot = column[row];
        let step = (self.value[leaving] - bound) / pivot;
        for (at, factor) in column.iter().enumerate() {
            self.value[self.basis[at]] -= factor * step;
        }
        self.value[leaving] = bound;
        self.value[entering] += step;
        let ratio = self.reduced[entering] / along[entering];
        if ratio != 0.0 {
            for (reduced, factor) in self.reduced.iter_mut().zip(along) {
                *reduced -= ratio * factor;
            }
        }
        self.reduced[leaving] = -ratio;
        self.reduced[entering] = 0.0;
        let pivot_row: Vec<f64> = self.inverse_row(row).iter().map(|factor| factor / pivot).collect();
        for (at, target) in self.inverse.chunks_exact_mut(rows).enumerate() {
            if at == row {
                target.copy_from_slice(&pivot_row);
            } else if column[at] != 0.0 {
                target.iter_mut().zip(&pivot_row).for_each(|(to, from)| *to -= column[at] * from);
            }
        }
        (self.place[leaving], self.place[entering], self.basis[row]) = (None, Some(row), entering);
        self.pivots += 1;
    }

    /// The inverse of the basis from scratch; false when it has none.
    fn invert(&mut self) -> bool {
        let rows = self.rows;
        let mut basis = vec![0.0; rows * rows];
        for (at, &variable) in self.basis.iter().enumerate() {
            let mut column = vec![0.0; rows];
            self.add_column(variable, 1.0, &mut column);
            (0..rows).for_each(|row| basis[row * rows + at] = column[row]);
        }
        let inverse = inverse(basis, rows);
        self.pivots = 0;
        inverse.map(|inverse| self.inverse = inverse).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_point_of_a_small_programme_is_found() {
        // max 3a + 2b, a + b <= 4, a + 3b <= 6, 0 <= a <= 3, 0 <= b <= 10  ->  a = 3, b = 1
        let mut program = Program::new(
            vec![vec![(0, 1.0), (1, 1.0)], vec![(0, 1.0), (1, 3.0)]],
            &[(0.0, 3.0), (0.0, 10.0)],
            &[(0.0, 4.0), (0.0, 6.0)],
        );
        program.set_weights(&[3.0, 2.0]);
        let End::Best(best) = program.solve(f64::NEG_INFINITY) else { panic!("it has a best point") };
        assert!((best - 11.0).abs() < 1e-12 && (program.value(1) - 1.0).abs() < 1e-12);
        assert!(matches!(program.solve(11.5), End::NotBetter));
    }

    #[test]
    fn an_impossible_programme_comes_with_a_proof() {
        let mut program = Program::new(vec![vec![(0, 1.0)], vec![(0, 1.0)]], &[(0.0, 1.0), (0.0, 1.0)], &[(3.0, 4.0)]);
        program.set_weights(&[1.0, 0.5]);
        let End::Impossible(Ray(ray)) = program.solve(f64::NEG_INFINITY) else { panic!("1 + 1 < 3") };
        let least: f64 =
            (0..3).map(|v| if ray[v] > 0.0 { ray[v] * program.low[v] } else { ray[v] * program.high[v] }).sum();
        assert!(least > 0.5);
    }
}
