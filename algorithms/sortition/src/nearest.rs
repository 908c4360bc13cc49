//! The point of a growing set of panels' blends that is nearest to given expected counts.
//!
//! What for: [`crate::blend`], which finds the panels.
//! Promises: every step brings the point strictly nearer, or says that rounding forbids it. Kinds are weighed by one
//! over the number of people, so that distance means chance per person. Source: Wolfe, "Finding the nearest point in a
//! polytope" (Mathematical Programming 11, 1976); the factor of 1 + Q'Q is kept by Givens rotations and every solution
//! is refined twice, so rounding stays small.

use crate::dense::dot;
use crate::shape::Panel;

const SHARE_MIN: f64 = 1e-13;

#[derive(Debug)]
pub(crate) struct Nearest {
    /// One over the square root of the people of each kind.
    scale: Vec<f64>,
    target: Vec<f64>,
    panels: Vec<Panel>,
    shares: Vec<f64>,
    /// Upper triangle R with R'R = 1 + Q'Q, by rows; Q holds the panels less the target.
    factor: Vec<Vec<f64>>,
    /// Target less the point, scaled.
    rest: Vec<f64>,
}

impl Nearest {
    pub(crate) fn new(people: &[f64], target: &[f64]) -> Self {
        let scale: Vec<f64> = people.iter().map(|people| 1.0 / people.sqrt()).collect();
        let target: Vec<f64> = target.iter().zip(&scale).map(|(count, scale)| count * scale).collect();
        Self { rest: target.clone(), scale, target, panels: Vec::new(), shares: Vec::new(), factor: Vec::new() }
    }

    /// The largest difference of any chance from the one asked for.
    pub(crate) fn farthest(&self) -> f64 {
        self.rest.iter().zip(&self.scale).map(|(rest, scale)| (rest * scale).abs()).fold(0.0, f64::max)
    }

    /// Weights per count, largest 1, that point from here to the target.
    pub(crate) fn direction(&self) -> Vec<f64> {
        let weights: Vec<f64> = self.rest.iter().zip(&self.scale).map(|(rest, scale)| rest * scale).collect();
        let most = self.farthest();
        weights.into_iter().map(|weight| weight / most).collect()
    }

    /// The expected counts of the point.
    pub(crate) fn counts(&self) -> Vec<f64> {
        self.target
            .iter()
            .zip(&self.rest)
            .zip(&self.scale)
            .map(|((target, rest), scale)| (target - rest) / scale)
            .collect()
    }

    pub(crate) fn lottery(&self) -> Vec<(Panel, f64)> {
        let sum: f64 = self.shares.iter().sum();
        self.panels.iter().cloned().zip(self.shares.iter().map(|share| share / sum)).collect()
    }

    /// Takes a panel in; false when that brought the point no nearer.
    pub(crate) fn take(&mut self, panel: &Panel) -> bool {
        if self.panels.contains(panel) || !self.extend(panel) {
            return false;
        }
        let before = dot(&self.rest, &self.rest);
        let first = self.panels.len() == 1;
        self.shares.push(if first { 1.0 } else { 0.0 });
        loop {
            let wanted = self.nearest_of_all();
            let blocked = (0..wanted.len()).filter(|&at| wanted[at] <= SHARE_MIN);
            let step = blocked
                .map(|at| self.shares[at] / (self.shares[at] - wanted[at]).max(f64::MIN_POSITIVE))
                .fold(1.0, f64::min);
            self.shares.iter_mut().zip(&wanted).for_each(|(share, wanted)| *share += step * (wanted - *share));
            if step >= 1.0 && wanted.iter().all(|&share| share > SHARE_MIN) {
                break;
            }
            let spent: Vec<usize> =
                (0..wanted.len()).filter(|&at| wanted[at] <= SHARE_MIN && self.shares[at] <= SHARE_MIN).collect();
            spent.iter().rev().for_each(|&at| self.drop(at));
            if spent.is_empty() {
                break;
            }
        }
        self.rest = self.rest_at(&self.shares);
        first || dot(&self.rest, &self.rest) < before
    }

    /// scaled panel · dense.
    fn along(&self, panel: &[(usize, u32)], dense: &[f64]) -> f64 {
        panel.iter().map(|&(kind, count)| f64::from(count) * self.scale[kind] * dense[kind]).sum()
    }

    fn rest_at(&self, shares: &[f64]) -> Vec<f64> {
        let sum: f64 = shares.iter().sum();
        let mut rest: Vec<f64> = self.target.iter().map(|target| target * sum).collect();
        for (panel, share) in self.panels.iter().zip(shares) {
            panel.iter().for_each(|&(kind, count)| rest[kind] -= share * f64::from(count) * self.scale[kind]);
        }
        rest
    }

    /// Adds the panel's column to the factor, unless it depends on those there.
    fn extend(&mut self, panel: &Panel) -> bool {
        let mut away: Vec<f64> = self.target.iter().map(|target| -target).collect();
        panel.iter().for_each(|&(kind, count)| away[kind] += f64::from(count) * self.scale[kind]);
        let base = 1.0 - dot(&self.target, &away);
        let mut column: Vec<f64> = self.panels.iter().map(|known| base + self.along(known, &away)).collect();
        self.forward(&mut column);
        let size = 1.0 + dot(&away, &away);
        let left = size - dot(&column, &column);
        if left <= 1e-11 * size {
            return false;
        }
        self.factor.iter_mut().zip(&column).for_each(|(row, &entry)| row.push(entry));
        let mut last = vec![0.0; column.len()];
        last.push(left.sqrt());
        self.factor.push(last);
        self.panels.push(panel.clone());
        true
    }

    /// Takes a panel out and makes the factor upper triangular again.
    fn drop(&mut self, at: usize) {
        self.panels.remove(at);
        self.shares.remove(at);
        for row in &mut self.factor {
            row.remove(at);
        }
        for below in at + 1..self.factor.len() {
            let (top, bottom) = self.factor.split_at_mut(below);
            let (upper, lower) = (&mut top[below - 1][below - 1..], &mut bottom[0][below - 1..]);
            let length = (upper[0] * upper[0] + lower[0] * lower[0]).sqrt(); // the same on every machine, as hypot is not
            let (cosine, sine) = (upper[0] / length, lower[0] / length);
            for (u, l) in upper.iter_mut().zip(lower.iter_mut()) {
                (*u, *l) = (cosine * *u + sine * *l, cosine * *l - sine * *u);
            }
        }
        self.factor.pop();
    }

    /// Shares (of any sign, summing to 1) of the nearest point among all affine blends.
    fn nearest_of_all(&self) -> Vec<f64> {
        let mut ones = vec![1.0; self.panels.len()];
        self.solve(&mut ones);
        let total: f64 = ones.iter().sum();
        let mut shares: Vec<f64> = ones.iter().map(|one| one / total).collect();
        // Refined with the true distance instead of the factor's.
        for _ in 0..2 {
            let rest = self.rest_at(&shares);
            let base = dot(&self.target, &rest);
            let mut pull: Vec<f64> = self.panels.iter().map(|panel| self.along(panel, &rest) - base).collect();
            self.solve(&mut pull);
            let drift = pull.iter().sum::<f64>() / total;
            shares.iter_mut().zip(pull.iter().zip(&ones)).for_each(|(share, (pull, one))| *share += pull - drift * one);
        }
        shares
    }

    fn solve(&self, right: &mut [f64]) {
        self.forward(right);
        for at in (0..right.len()).rev() {
            let row = &self.factor[at];
            right[at] = (right[at] - dot(&row[at + 1..], &right[at + 1..])) / row[at];
        }
    }

    fn forward(&self, right: &mut [f64]) {
        for at in 0..right.len() {
            let row = &self.factor[at];
            let value = right[at] / row[at];
            right[at] = value;
            right[at + 1..].iter_mut().zip(&row[at + 1..]).for_each(|(to, factor)| *to -= value * factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_inside_is_reached_and_a_point_outside_is_approached() {
        let corners: Vec<Panel> = vec![vec![(0, 2)], vec![(1, 2)], vec![(0, 1), (2, 1)]];
        let mut inside = Nearest::new(&[1.0, 4.0, 1.0], &[0.7, 0.8, 0.5]);
        assert!(corners.iter().all(|corner| inside.take(corner)));
        assert!(inside.farthest() < 1e-15);
        let mut outside = Nearest::new(&[1.0, 1.0, 1.0], &[2.0, 2.0, 0.0]);
        corners[..2].iter().for_each(|corner| assert!(outside.take(corner)));
        assert!((outside.farthest() - 1.0).abs() < 1e-12);
    }
}
