//! How steadily groups are found again when people are drawn anew. Promises: the draws follow from a seed; the plane is
//! held as it is, so this says how firm the grouping is, not the plane. Never changes the groups it judges.

use crate::chance::Chance;
use crate::cluster::{lloyd, nearest};
use crate::crowd::{Crowd, STOP};

/// Starts for each resample.
const STARTS: usize = 4;

/// How steadily each group is found again when as many people are drawn from the crowd, with repeats.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Steadiness {
    /// Mean over resamples of the largest overlap (shared people over people in either) with a group found there.
    pub by_group: Vec<f64>,
    /// Mean adjusted Rand index between the partition and those of the resamples.
    pub overall: f64,
}

/// Draws the crowd anew `resamples` times and groups it again into as many groups. `labels` are the groups of its
/// points.
pub(crate) fn steadiness(crowd: &Crowd, labels: &[usize], groups: usize, resamples: usize, seed: u64) -> Steadiness {
    let mut out = Steadiness { by_group: vec![0.0; groups], overall: 0.0 };
    if groups < 2 || resamples == 0 {
        return Steadiness { by_group: vec![1.0; groups], overall: 1.0 };
    }
    let mut chance = Chance::from_seed(seed);
    for _ in 0..resamples {
        let mut drawn = crowd.clone();
        drawn.weights.fill(0.0);
        crowd.standing.iter().for_each(|_| drawn.weights[crowd.standing[chance.below(crowd.standing.len())]] += 1.0);
        let again = regrouped(&drawn, groups, &mut chance);
        let shared = overlap(labels, &again, &crowd.weights, groups);
        out.overall += rand_index(&shared) / resamples as f64;
        out.by_group
            .iter_mut()
            .zip(largest_overlaps(&shared))
            .for_each(|(sum, overlap)| *sum += overlap / resamples as f64);
    }
    out
}

/// The group of every point, those nobody drawn stands on included.
fn regrouped(drawn: &Crowd, groups: usize, chance: &mut Chance) -> Vec<usize> {
    let tried = (0..STARTS).map(|_| lloyd(&drawn.points, &drawn.weights, drawn.spread_start(groups, chance), STOP));
    let best = tried
        .reduce(|best, next| if next.cost < best.cost { next } else { best })
        .expect("there is at least one start");
    drawn.points.iter().map(|point| nearest(*point, &best.centers)).collect()
}

/// People in each pair of groups of two partitions.
fn overlap(one: &[usize], other: &[usize], weights: &[f64], groups: usize) -> Vec<Vec<f64>> {
    let mut shared = vec![vec![0.0; groups]; groups];
    one.iter().zip(other).zip(weights).for_each(|((one, other), weight)| shared[*one][*other] += weight);
    shared
}

fn largest_overlaps(shared: &[Vec<f64>]) -> Vec<f64> {
    let columns: Vec<f64> = (0..shared[0].len()).map(|other| shared.iter().map(|line| line[other]).sum()).collect();
    let largest = |line: &Vec<f64>| {
        let size: f64 = line.iter().sum();
        line.iter().zip(&columns).map(|(both, other)| both / (size + other - both).max(1.0)).fold(0.0, f64::max)
    };
    shared.iter().map(largest).collect()
}

/// Adjusted Rand index of two partitions: 1 the same, 0 no more alike than by chance.
fn rand_index(shared: &[Vec<f64>]) -> f64 {
    let pairs = |people: f64| people * (people - 1.0) / 2.0;
    let together: f64 = shared.iter().flatten().map(|both| pairs(*both)).sum();
    let one: f64 = shared.iter().map(|line| pairs(line.iter().sum())).sum();
    let other: f64 = (0..shared[0].len()).map(|at| pairs(shared.iter().map(|line| line[at]).sum())).sum();
    let all = pairs(shared.iter().flatten().sum());
    let (expected, most) = (one * other / all, f64::midpoint(one, other));
    if most > expected { (together - expected) / (most - expected) } else { 1.0 }
}
