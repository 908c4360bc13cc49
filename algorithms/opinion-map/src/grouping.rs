//! Finds the groups on the plane. Promises: every number of groups from one up is considered, and more than one is shown only
//! where the crowd is cut more cleanly than single bell-shaped clouds of the same spread are; no group smaller than asked.
//! Never depends on the order in which people or votes arrived.

use std::ops::RangeInclusive;

use crate::chance::Chance;
use crate::cluster::{Clusters, lloyd, silhouettes};
use crate::crowd::{Crowd, STOP};
use crate::plane::Point;

/// Starts beside the regular ones, for the crowd itself and for each comparison cloud.
const SPREAD_STARTS: usize = 12;
const CLOUD_SPREAD_STARTS: usize = 2;
/// With 39 clouds, being cleaner than all of them is the 2.5 % level, than all but one the 5 % level.
const CLOUDS: usize = 39;
const CLOUD_POINTS_MAX: usize = 250;
const LEVEL: f64 = 0.05;

/// What the search may find.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limits {
    pub groups_max: usize,
    /// Fewest people in a group.
    pub people_min: usize,
}

/// How well one number of groups fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Number of groups, two or more.
    pub groups: usize,
    /// Mean silhouette over people where they are shown, −1 to 1 (in [`crate::OpinionMap::compatible`] over base clusters, as Polis takes it).
    pub silhouette: f64,
    /// Share of single bell-shaped clouds of the same spread that are cut at least as cleanly: above 0.05, so many groups are
    /// not told apart from none. `None` where it was not asked, as Polis does not.
    pub chance: Option<f64>,
}

/// The groups found: the group of each point of the crowd, and how each number of groups fitted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub labels: Vec<usize>,
    pub groups: usize,
    pub fits: Vec<Fit>,
}

/// Looks for groups.
pub(crate) fn find(crowd: &Crowd, limits: Limits, seed: u64) -> Found {
    let alone = Found { labels: vec![0; crowd.points.len()], groups: crowd.points.len().min(1), fits: Vec::new() };
    if crowd.points.len() < 2 || crowd.spread() <= 1e-18 * crowd.people() {
        return alone;
    }
    let people_min = limits.people_min.max(1) as f64;
    let numbers = 2..=limits.groups_max.min((crowd.people() / people_min) as usize);
    let best = cleanest(crowd, numbers.clone(), people_min, SPREAD_STARTS);
    let kept = best.iter().map(|(parting, _)| parting).collect::<Vec<_>>();
    let shown = silhouettes(&crowd.shown, &crowd.weights, &kept, true);
    let share_min = people_min / crowd.people();
    let clouds = comparison_clouds(crowd, seed);
    let of_clouds: Vec<_> = clouds.iter().map(|cloud| cleanest(cloud, numbers.clone(), share_min * cloud.people(), CLOUD_SPREAD_STARTS)).collect();
    let chance = |groups: usize, silhouette: f64| {
        let is_as_clean = |cloud: &&Vec<(Clusters, f64)>| cloud.iter().any(|(parting, own)| parting.centers.len() == groups && *own >= silhouette);
        (of_clouds.iter().filter(is_as_clean).count() + 1) as f64 / (CLOUDS + 1) as f64
    };
    let fit = |((parting, silhouette), shown): (&(Clusters, f64), f64)| {
        let groups = parting.centers.len();
        Fit { groups, silhouette: shown, chance: Some(chance(groups, *silhouette)) }
    };
    let fits: Vec<Fit> = best.iter().zip(shown).map(fit).collect();
    let sure = best.into_iter().zip(&fits).filter(|(_, fit)| fit.chance.is_some_and(|chance| chance <= LEVEL)).map(|(best, _)| best);
    match sure.reduce(|best, next| if next.1 > best.1 { next } else { best }) {
        Some((parting, _)) => Found { labels: largest_first(crowd, &parting), groups: parting.centers.len(), fits },
        None => Found { fits, ..alone },
    }
}

/// For each number of groups that can be had, the parting with the largest silhouette, and that.
fn cleanest(crowd: &Crowd, numbers: RangeInclusive<usize>, people_min: f64, spread: usize) -> Vec<(Clusters, f64)> {
    let all: Vec<Clusters> = numbers.flat_map(|groups| crowd.partings(groups, people_min, spread)).collect();
    let scores = silhouettes(&crowd.points, &crowd.weights, &all.iter().collect::<Vec<_>>(), true);
    let mut best: Vec<(Clusters, f64)> = Vec::new();
    for next in all.into_iter().zip(scores) {
        match best.last_mut().filter(|held| held.0.centers.len() == next.0.centers.len()) {
            Some(held) if next.1 > held.1 => *held = next,
            Some(_) => {}
            None => best.push(next),
        }
    }
    best
}

/// As many groups as there were, from where the people of each now stand.
pub(crate) fn follow(crowd: &Crowd, earlier: &[Option<usize>], groups: usize) -> Found {
    let mut sums = vec![([0.0; 2], 0.0); groups];
    for (point, label) in crowd.standing.iter().map(|at| crowd.points[*at]).zip(earlier) {
        let Some(group) = *label else { continue };
        sums[group] = ([sums[group].0[0] + point[0], sums[group].0[1] + point[1]], sums[group].1 + 1.0);
    }
    let centers: Vec<Point> = sums.iter().filter(|(_, people)| *people > 0.0).map(|(sum, people)| sum.map(|sum| sum / people)).collect();
    if crowd.points.is_empty() || centers.len() < 2 {
        return Found { labels: vec![0; crowd.points.len()], groups: crowd.points.len().min(1), fits: Vec::new() };
    }
    let one = lloyd(&crowd.points, &crowd.weights, centers, STOP);
    Found { labels: one.labels, groups: one.centers.len(), fits: Vec::new() }
}

/// Labels that number the groups by size, then from left to right.
fn largest_first(crowd: &Crowd, parting: &Clusters) -> Vec<usize> {
    let mut sums = vec![(0.0, 0.0); parting.centers.len()];
    for ((label, weight), point) in parting.labels.iter().zip(&crowd.weights).zip(&crowd.points) {
        sums[*label] = (sums[*label].0 + weight, sums[*label].1 + weight * point[0]);
    }
    let mut order: Vec<usize> = (0..sums.len()).collect();
    order.sort_by(|a, b| sums[*b].0.total_cmp(&sums[*a].0).then((sums[*a].1 / sums[*a].0).total_cmp(&(sums[*b].1 / sums[*b].0))));
    let mut number = vec![0; sums.len()];
    order.iter().enumerate().for_each(|(new, old)| number[*old] = new);
    parting.labels.iter().map(|label| number[*label]).collect()
}

/// Single bell-shaped clouds of the same spread along the same two axes.
fn comparison_clouds(crowd: &Crowd, seed: u64) -> Vec<Crowd> {
    let mean = crowd.mean();
    let moment = |a: usize, b: usize| {
        let products = crowd.points.iter().zip(&crowd.weights).map(|(point, weight)| weight * (point[a] - mean[a]) * (point[b] - mean[b]));
        products.sum::<f64>() / crowd.people()
    };
    let (middle, off) = (f64::midpoint(moment(0, 0), moment(1, 1)), ((moment(0, 0) - moment(1, 1)) / 2.0).hypot(moment(0, 1)));
    let widths = [(middle + off).max(0.0).sqrt(), (middle - off).max(0.0).sqrt()];
    let points = (crowd.people() as usize).min(CLOUD_POINTS_MAX);
    let mut chance = Chance::from_seed(seed);
    let cloud = |_| {
        let points: Vec<Point> = (0..points).map(|_| widths.map(|width| width * chance.bell())).collect();
        Crowd::of(&points, &points)
    };
    (0..CLOUDS).map(cloud).collect()
}
