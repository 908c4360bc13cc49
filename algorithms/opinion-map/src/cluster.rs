//! k-means on the plane and the silhouette that judges it. Promises: no chance; the same points, weights and start give
//! the same bits. Never keeps an empty cluster.

use crate::plane::Point;

/// When to stop moving centers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stop {
    pub rounds: usize,
    /// Stop once no center moves farther than this in a round.
    pub shift: f64,
}

/// A partition of points.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clusters {
    pub centers: Vec<Point>,
    /// Index into `centers`, per point.
    pub labels: Vec<usize>,
    /// Weighted sum of squared distances to the centers the labels were given by.
    pub cost: f64,
}

/// Lloyd's iteration from given centers.
pub(crate) fn lloyd(points: &[Point], weights: &[f64], start: Vec<Point>, stop: Stop) -> Clusters {
    let mut centers = start;
    for round in 1.. {
        let mut labels: Vec<usize> = points.iter().map(|point| nearest(*point, &centers)).collect();
        let cost = points
            .iter()
            .zip(weights)
            .zip(&labels)
            .map(|((point, weight), label)| weight * distance_squared(*point, centers[*label]))
            .sum();
        let moved = means(points, weights, &mut labels, centers.len());
        let still = moved_less(&centers, &moved, stop.shift);
        centers = moved;
        if still || round > stop.rounds {
            return Clusters { centers, labels, cost };
        }
    }
    unreachable!("the loop above ends by its round count")
}

/// Mean of each cluster; clusters without points are dropped and labels renumbered.
fn means(points: &[Point], weights: &[f64], labels: &mut [usize], clusters: usize) -> Vec<Point> {
    let mut sums = vec![(0.0, 0.0, 0.0); clusters];
    for ((point, weight), label) in points.iter().zip(weights).zip(labels.iter()) {
        let sum = &mut sums[*label];
        *sum = (sum.0 + weight * point[0], sum.1 + weight * point[1], sum.2 + weight);
    }
    let mut next = 0;
    let number: Vec<usize> = sums
        .iter()
        .map(|sum| {
            if sum.2 > 0.0 {
                next += 1;
                next - 1
            } else {
                usize::MAX
            }
        })
        .collect();
    labels.iter_mut().for_each(|label| *label = number[*label]);
    sums.into_iter().filter(|sum| sum.2 > 0.0).map(|(x, y, weight)| [x / weight, y / weight]).collect()
}

/// Whether centers, each set in its own order, lie pairwise closer than `shift` (or have not moved at all).
fn moved_less(before: &[Point], after: &[Point], shift: f64) -> bool {
    let sorted = |centers: &[Point]| {
        let mut centers = centers.to_vec();
        centers.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        centers
    };
    let close = |(a, b): (Point, Point)| a == b || distance_squared(a, b).sqrt() < shift;
    sorted(before).into_iter().zip(sorted(after)).all(close)
}

/// The nearest center; the first of equally near ones.
pub(crate) fn nearest(point: Point, centers: &[Point]) -> usize {
    let mut best = (0, f64::INFINITY);
    for (number, center) in centers.iter().enumerate() {
        let distance = distance_squared(point, *center);
        if distance < best.1 {
            best = (number, distance);
        }
    }
    best.0
}

pub(crate) fn distance_squared(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

/// The first `count` points that differ from all before them.
pub(crate) fn first_distinct(points: &[Point], count: usize) -> Vec<Point> {
    let mut found: Vec<Point> = Vec::new();
    for point in points {
        if found.len() == count {
            break;
        }
        if !found.contains(point) {
            found.push(*point);
        }
    }
    found
}

/// Mean silhouette of several partitions at once, so that each distance is computed a single time: −1 to 1, how much
/// nearer points are to their own cluster than to the next. A point alone in its cluster counts as 0. `weights` are
/// whole people standing on one point; with `by_people` the mean is over them, otherwise over points, as Polis takes
/// it.
pub(crate) fn silhouettes(points: &[Point], weights: &[f64], partitions: &[&Clusters], by_people: bool) -> Vec<f64> {
    let offsets: Vec<usize> = partitions
        .iter()
        .scan(0, |at, one| {
            let own = *at;
            *at += one.centers.len();
            Some(own)
        })
        .collect();
    let width = partitions.iter().map(|one| one.centers.len()).sum();
    let mut sizes = vec![0.0; width];
    for (one, offset) in partitions.iter().zip(&offsets) {
        one.labels
            .iter()
            .zip(weights)
            .for_each(|(label, weight)| sizes[offset + label] += if by_people { *weight } else { 1.0 });
    }
    let mut totals = vec![0.0; partitions.len()];
    let mut sums = vec![0.0; width];
    for (i, point) in points.iter().enumerate() {
        sums.fill(0.0);
        for (j, other) in points.iter().enumerate() {
            let distance = distance_squared(*point, *other).sqrt() * if by_people { weights[j] } else { 1.0 };
            for (one, offset) in partitions.iter().zip(&offsets) {
                sums[offset + one.labels[j]] += distance;
            }
        }
        let own_weight = if by_people { weights[i] } else { 1.0 };
        for ((total, one), offset) in totals.iter_mut().zip(partitions).zip(&offsets) {
            let clusters = *offset..offset + one.centers.len();
            *total += own_weight * silhouette_of(&sums[clusters.clone()], &sizes[clusters], one.labels[i]);
        }
    }
    let people: f64 = if by_people { weights.iter().sum() } else { points.len() as f64 };
    totals.into_iter().map(|total| if people > 0.0 { total / people } else { 0.0 }).collect()
}

fn silhouette_of(sums: &[f64], sizes: &[f64], own: usize) -> f64 {
    if sizes[own] <= 1.0 {
        return 0.0;
    }
    let within = sums[own] / (sizes[own] - 1.0);
    let others =
        sums.iter().zip(sizes).enumerate().filter(|(cluster, _)| *cluster != own).map(|(_, (sum, size))| sum / size);
    let next = others.fold(f64::INFINITY, f64::min);
    if next.is_finite() && next.max(within) > 0.0 { (next - within) / next.max(within) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOP: Stop = Stop { rounds: 50, shift: 0.0 };

    #[test]
    fn two_heaps_are_told_apart_and_scored() {
        let points = [[0.0, 0.0], [1.0, 0.0], [10.0, 0.0], [11.0, 0.0]];
        let found = lloyd(&points, &[1.0; 4], first_distinct(&points, 2), STOP);
        assert_eq!((found.labels.as_slice(), found.cost), ([0, 0, 1, 1].as_slice(), 1.0));
        let score = silhouettes(&points, &[1.0; 4], &[&found], true)[0];
        let expected = f64::midpoint(f64::midpoint(9.5 / 10.5, 8.5 / 9.5), f64::midpoint(8.5 / 9.5, 9.5 / 10.5));
        assert!((score - expected).abs() < 1e-15);
    }

    #[test]
    fn an_empty_cluster_is_dropped_and_a_lone_point_scores_nothing() {
        let points = [[0.0, 0.0], [0.0, 0.0], [5.0, 0.0]];
        let found = lloyd(&points, &[1.0; 3], vec![[0.0, 0.0], [5.0, 0.0], [99.0, 0.0]], STOP);
        assert_eq!((found.centers.len(), found.labels.as_slice()), (2, [0, 0, 1].as_slice()));
        assert!((silhouettes(&points, &[1.0; 3], &[&found], true)[0] - 2.0 / 3.0).abs() < 1e-15);
    }
}
