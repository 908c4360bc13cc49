//! Anderson acceleration of a fixed-point iteration: the next state is the mix of the last few whose changes cancel
//! best. Source: Walker and Ni, "Anderson acceleration for fixed-point iterations", 2011. Promises: no chance. Never
//! decides when to stop.

const KEPT: usize = 8;

/// The last few states and what became of them.
#[derive(Debug, Default)]
pub(crate) struct Mixing {
    /// Differences between consecutive changes, and between consecutive results.
    changes: Vec<Vec<f64>>,
    results: Vec<Vec<f64>>,
    last: Option<(Vec<f64>, Vec<f64>)>,
}

impl Mixing {
    /// Given a state and what one round made of it, the state to go on from.
    pub(crate) fn next(&mut self, before: &[f64], after: &[f64]) -> Vec<f64> {
        let change: Vec<f64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
        if let Some((last_change, last_after)) = &self.last {
            if self.changes.len() == KEPT {
                self.changes.remove(0);
                self.results.remove(0);
            }
            self.changes.push(change.iter().zip(last_change).map(|(a, b)| a - b).collect());
            self.results.push(after.iter().zip(last_after).map(|(a, b)| a - b).collect());
        }
        let mut next = after.to_vec();
        for (share, result) in self.shares(&change).into_iter().zip(&self.results) {
            next.iter_mut().zip(result).for_each(|(next, result)| *next -= share * result);
        }
        self.last = Some((change, after.to_vec()));
        next
    }

    /// Least-squares shares of earlier changes in this one (normal equations, slightly damped, by Gaussian
    /// elimination).
    fn shares(&self, change: &[f64]) -> Vec<f64> {
        let size = self.changes.len();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut lines: Vec<Vec<f64>> = (0..size)
            .map(|i| {
                let own =
                    (0..size).map(|j| dot(&self.changes[i], &self.changes[j]) * if i == j { 1.0 + 1e-10 } else { 1.0 });
                own.chain([dot(&self.changes[i], change)]).collect()
            })
            .collect();
        for pivot in 0..size {
            if lines[pivot][pivot] <= f64::MIN_POSITIVE {
                return vec![0.0; size];
            }
            let line = lines[pivot].clone();
            for other in lines.iter_mut().skip(pivot + 1) {
                let factor = other[pivot] / line[pivot];
                other.iter_mut().zip(&line).for_each(|(value, own)| *value -= factor * own);
            }
        }
        let mut shares = vec![0.0; size];
        for at in (0..size).rev() {
            let known: f64 = (at + 1..size).map(|other| lines[at][other] * shares[other]).sum();
            shares[at] = (lines[at][size] - known) / lines[at][at];
        }
        shares
    }
}
