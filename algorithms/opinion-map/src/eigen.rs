//! The few largest eigenvectors of a symmetric matrix, by iterating a block and solving within it (Rayleigh–Ritz).
//! Promises: the same matrix gives the same bits, since the start is fixed; iterates to a tolerance rather than a
//! count, so a small gap between eigenvalues costs time, not truth. A block wider than what is wanted makes small gaps
//! harmless.

/// Vectors iterated together; two are wanted.
pub(crate) const WIDTH: usize = 8;
const WANTED: usize = 2;
const ITERATIONS_MAX: usize = 3_000;
/// Residual |Av − λv| relative to the largest eigenvalue.
const TOLERANCE: f64 = 2e-14;
/// Iterations without a smaller residual after which rounding has been reached.
const PATIENCE: usize = 25;
/// Iterations made in any case: a direction that an earlier block did not hold needs a few to show.
const ITERATIONS_MIN: usize = 4;
/// Columns of an earlier block that are kept; the others begin from fixed numbers, so that no direction stays out of
/// reach.
const KEPT: usize = WIDTH - 2;

/// A symmetric, positive semidefinite matrix known by what it does to vectors.
pub(crate) trait Symmetric {
    fn size(&self) -> usize;
    /// `out = A · block`; both hold `size` lines of [`WIDTH`] numbers.
    fn times(&self, block: &[[f64; WIDTH]], out: &mut [[f64; WIDTH]]);
}

/// A symmetric matrix held whole.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    pub size: usize,
    pub cells: Vec<f64>,
}

impl Symmetric for Dense {
    fn size(&self) -> usize {
        self.size
    }

    fn times(&self, block: &[[f64; WIDTH]], out: &mut [[f64; WIDTH]]) {
        for (line, out) in self.cells.chunks_exact(self.size.max(1)).zip(out) {
            let mut sum = [0.0; WIDTH];
            for (factor, row) in line.iter().zip(block) {
                for (sum, value) in sum.iter_mut().zip(row) {
                    *sum += factor * value;
                }
            }
            *out = sum;
        }
    }
}

/// Eigenvalues, largest first, and the block whose columns are their vectors (only the first two are iterated to the
/// end).
#[derive(Clone, Debug)]
pub(crate) struct Leading {
    pub values: [f64; WIDTH],
    pub block: Vec<[f64; WIDTH]>,
}

/// Iterates from `start`, or from fixed numbers when there is none.
pub(crate) fn leading(matrix: &impl Symmetric, start: Option<&[[f64; WIDTH]]>) -> Leading {
    let size = matrix.size();
    let mut block = match start {
        Some(start) => (0..size)
            .map(|line| {
                let (earlier, fixed) = (start.get(line), fixed_line(line));
                std::array::from_fn(|column| {
                    earlier.filter(|_| column < KEPT).map_or(fixed[column], |earlier| earlier[column])
                })
            })
            .collect(),
        None => (0..size).map(fixed_line).collect::<Vec<_>>(),
    };
    orthonormalise(&mut block);
    let mut image = vec![[0.0; WIDTH]; size];
    let (mut smallest, mut waited) = (f64::INFINITY, 0);
    for round in 1..=ITERATIONS_MAX {
        matrix.times(&block, &mut image);
        let (values, turn) = small_eigen(inner(&block, &image));
        block = turned(&block, &turn);
        image = turned(&image, &turn);
        let residual = (0..WANTED).map(|column| residual(&block, &image, column, values[column])).fold(0.0, f64::max);
        if residual < smallest {
            (smallest, waited) = (residual, 0);
        } else {
            waited += 1;
        }
        if round >= ITERATIONS_MIN && (residual <= TOLERANCE * values[0] || waited >= PATIENCE) {
            return Leading { values, block };
        }
        block.copy_from_slice(&image);
        orthonormalise(&mut block);
    }
    matrix.times(&block, &mut image);
    let (values, turn) = small_eigen(inner(&block, &image));
    Leading { values, block: turned(&block, &turn) }
}

/// Numbers without pattern, the same on every machine (splitmix64 of the place).
fn fixed_line(line: usize) -> [f64; WIDTH] {
    std::array::from_fn(|column| {
        let mut word = ((line * WIDTH + column) as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((word ^ (word >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    })
}

/// Gram–Schmidt, twice over for rounding; a column that lies within the earlier ones becomes zero.
fn orthonormalise(block: &mut [[f64; WIDTH]]) {
    for column in 0..WIDTH {
        let before = length(block, column);
        for _ in 0..2 {
            for earlier in 0..column {
                let along: f64 = block.iter().map(|line| line[column] * line[earlier]).sum();
                block.iter_mut().for_each(|line| line[column] -= along * line[earlier]);
            }
        }
        let after = length(block, column);
        let scale = if after > before * 1e-13 { 1.0 / after } else { 0.0 };
        block.iter_mut().for_each(|line| line[column] *= scale);
    }
}

fn length(block: &[[f64; WIDTH]], column: usize) -> f64 {
    block.iter().map(|line| line[column] * line[column]).sum::<f64>().sqrt()
}

fn inner(left: &[[f64; WIDTH]], right: &[[f64; WIDTH]]) -> [[f64; WIDTH]; WIDTH] {
    let mut sums = [[0.0; WIDTH]; WIDTH];
    for (left, right) in left.iter().zip(right) {
        for (sums, x) in sums.iter_mut().zip(left) {
            for (sum, y) in sums.iter_mut().zip(right) {
                *sum += x * y;
            }
        }
    }
    sums
}

fn turned(block: &[[f64; WIDTH]], turn: &[[f64; WIDTH]; WIDTH]) -> Vec<[f64; WIDTH]> {
    let turn_line = |line: &[f64; WIDTH]| {
        let mut out = [0.0; WIDTH];
        for (x, turn) in line.iter().zip(turn) {
            for (out, y) in out.iter_mut().zip(turn) {
                *out += x * y;
            }
        }
        out
    };
    block.iter().map(turn_line).collect()
}

fn residual(block: &[[f64; WIDTH]], image: &[[f64; WIDTH]], column: usize, value: f64) -> f64 {
    block.iter().zip(image).map(|(line, image)| (image[column] - value * line[column]).powi(2)).sum::<f64>().sqrt()
}

/// Every eigenvalue of a small symmetric matrix, largest first, with its vectors as columns (cyclic Jacobi rotations).
fn small_eigen(symmetric: [[f64; WIDTH]; WIDTH]) -> ([f64; WIDTH], [[f64; WIDTH]; WIDTH]) {
    let mut vectors: [[f64; WIDTH]; WIDTH] =
        std::array::from_fn(|i| std::array::from_fn(|j| if i == j { 1.0 } else { 0.0 }));
    let mut matrix: [[f64; WIDTH]; WIDTH] =
        std::array::from_fn(|i| std::array::from_fn(|j| f64::midpoint(symmetric[i][j], symmetric[j][i])));
    for _ in 0..30 {
        let off: f64 = (0..WIDTH).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| matrix[i][j].abs()).sum();
        let on: f64 = (0..WIDTH).map(|i| matrix[i][i].abs()).sum();
        if off <= on * 1e-17 {
            break;
        }
        for p in 0..WIDTH {
            for q in p + 1..WIDTH {
                rotate(&mut matrix, &mut vectors, p, q);
            }
        }
    }
    let mut order: [usize; WIDTH] = std::array::from_fn(|i| i);
    order.sort_by(|&a, &b| matrix[b][b].total_cmp(&matrix[a][a]));
    (order.map(|i| matrix[i][i]), vectors.map(|line| order.map(|i| line[i])))
}

/// One Jacobi rotation, making the cell (p, q) zero.
fn rotate(matrix: &mut [[f64; WIDTH]; WIDTH], vectors: &mut [[f64; WIDTH]; WIDTH], p: usize, q: usize) {
    if matrix[p][q] == 0.0 {
        return;
    }
    let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    for line in matrix.iter_mut().chain(vectors) {
        (line[p], line[q]) = (cosine * line[p] - sine * line[q], sine * line[p] + cosine * line[q]);
    }
    let (x, y) = (matrix[p], matrix[q]);
    matrix[p] = std::array::from_fn(|column| cosine * x[column] - sine * y[column]);
    matrix[q] = std::array::from_fn(|column| sine * x[column] + cosine * y[column]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(size: usize, values: impl Fn(usize) -> f64) -> Dense {
        // Columns of a Householder reflection are orthonormal: v = (1, 2, 3 …).
        let squares: f64 = (1..=size).map(|i| (i * i) as f64).sum();
        let column = |i: usize, j: usize| f64::from(u8::from(i == j)) - 2.0 * ((i + 1) * (j + 1)) as f64 / squares;
        let cell = |i: usize, j: usize| (0..size).map(|k| values(k) * column(i, k) * column(j, k)).sum();
        Dense { size, cells: (0..size * size).map(|at| cell(at / size, at % size)).collect() }
    }

    #[test]
    fn close_eigenvalues_are_told_apart() {
        let found = leading(
            &made(40, |k| {
                if k == 5 {
                    1.0
                } else if k == 9 {
                    0.999
                } else {
                    0.998 / (k + 1) as f64
                }
            }),
            None,
        );
        assert!((found.values[0] - 1.0).abs() < 1e-13);
        assert!((found.values[1] - 0.999).abs() < 1e-13);
        let again = leading(&made(40, |k| if k == 5 { 1.0 } else { 0.5 }), Some(&found.block));
        let along: f64 = found.block.iter().zip(&again.block).map(|(a, b)| a[0] * b[0]).sum();
        assert!((along.abs() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_at_all_gives_zeros() {
        assert_eq!(leading(&Dense { size: 0, cells: vec![] }, None).block.len(), 0);
        assert_eq!(leading(&Dense { size: 3, cells: vec![0.0; 9] }, None).values, [0.0; WIDTH]);
        let one = leading(&Dense { size: 1, cells: vec![4.0] }, None);
        assert!(
            (one.values[0] - 4.0).abs() < 1e-14 && one.values[1] == 0.0 && (one.block[0][0].abs() - 1.0).abs() < 1e-14
        );
    }
}
