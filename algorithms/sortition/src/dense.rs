//! Small dense matrices and vectors, by rows.
//!
//! What for: the basis of [`crate::linear`] and the factor of [`crate::nearest`].
//! Promises: the same sums in the same order every time.
//! Never does: depend on the machine's own vector instructions, which would round differently.

use crate::linear::PIVOT_MIN;

/// Four running sums let the processor add in parallel.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = a4.remainder().iter().zip(b4.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0; 4];
    for (a, b) in a4.zip(b4) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// The inverse (Gauss and Jordan, largest pivot first), if there is one.
pub(crate) fn inverse(mut left: Vec<f64>, rows: usize) -> Option<Vec<f64>> {
    let mut right = vec![0.0; rows * rows];
    (0..rows).for_each(|row| right[row * rows + row] = 1.0);
    for at in 0..rows {
        let size = |row: &usize| left[row * rows + at].abs();
        let best = (at..rows).max_by(|a, b| size(a).total_cmp(&size(b))).filter(|best| size(best) >= PIVOT_MIN)?;
        for matrix in [&mut left, &mut right] {
            (0..rows).for_each(|column| matrix.swap(at * rows + column, best * rows + column));
        }
        let pivot = left[at * rows + at];
        left[at * rows..(at + 1) * rows]
            .iter_mut()
            .chain(&mut right[at * rows..(at + 1) * rows])
            .for_each(|factor| *factor /= pivot);
        for row in (0..rows).filter(|&row| row != at) {
            let factor = left[row * rows + at];
            if factor != 0.0 {
                take_row(&mut left, rows, row, at, factor);
                take_row(&mut right, rows, row, at, factor);
            }
        }
    }
    Some(right)
}

fn take_row(matrix: &mut [f64], rows: usize, from: usize, which: usize, factor: f64) {
    for column in 0..rows {
        matrix[from * rows + column] -= factor * matrix[which * rows + column];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_times_its_inverse_is_one_and_a_flat_one_has_none() {
        let matrix = vec![0.0, 2.0, 1.0, 1.0, 1.0, 0.0, 3.0, 0.0, 1.0];
        let inverse = inverse(matrix.clone(), 3).unwrap();
        for row in 0..3 {
            for column in 0..3 {
                let product: f64 = (0..3).map(|at| matrix[row * 3 + at] * inverse[at * 3 + column]).sum();
                assert!((product - if row == column { 1.0 } else { 0.0 }).abs() < 1e-12);
            }
        }
        assert_eq!(super::inverse(vec![1.0, 2.0, 2.0, 4.0], 2), None);
    }
}
