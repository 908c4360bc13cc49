//! Finds the groups on the plane. Promises: every number of groups from one up is considered, and more than one is
//! shown only where the crowd is cut more cleanly than crowds without groups are who answer the same statements, and
//! where every group is found again among people drawn anew; no group smaller than asked. Never depends on the order in
//! which people or votes arrived.

use std::ops::RangeInclusive;

use crate::chance::Chance;
use crate::cluster::{Clusters, lloyd, silhouettes};
use crate::continuum::Continuum;
use crate::crowd::{Crowd, STOP};
use crate::plane::Point;
use crate::stability::steadiness;

/// Starts beside the regular ones, for the crowd itself and for each comparison crowd.
const SPREAD_STARTS: usize = 12;
const CLOUD_SPREAD_STARTS: usize = 2;
/// With 39 crowds, standing out more than all of them is the 2.5 % level, than all but one the 5 % level.
const CLOUDS: usize = 39;
const LEVEL: f64 = 0.05;
/// Groups that are found again less than this (Hennig 2007: not to be believed) are not shown; and so many times it is
/// tried.
const STABILITY_MIN: f64 = 0.6;
const RESAMPLES: usize = 40;
/// Silhouettes of comparison crowds are taken to differ by at least this.
const SPREAD_MIN: f64 = 1e-3;

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
    /// Mean silhouette over people where they are shown, −1 to 1 (in [`crate::OpinionMap::compatible`] over base
    /// clusters, as Polis takes it).
    pub silhouette: f64,
    /// Share of crowds without groups, answering the same statements, in which some number of groups stands out as
    /// much: above 0.05, so many groups are not told apart from none. `None` where it was not asked, as Polis does not.
    pub chance: Option<f64>,
}

/// The groups found: the group of each point of the crowd, and how each number of groups fitted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub labels: Vec<usize>,
    pub groups: usize,
    pub fits: Vec<Fit>,
}

/// Looks for groups. `continuum` draws crowds without any.
pub(crate) fn find(crowd: &Crowd, limits: Limits, seed: u64, continuum: &Continuum<'_>) -> Found {
    let alone = Found { labels: vec![0; crowd.points.len()], groups: crowd.points.len().min(1), fits: Vec::new() };
    if crowd.points.len() < 2 || crowd.spread() <= 1e-18 * crowd.people() {
        return alone;
    }
    let people_min = limits.people_min.max(1) as f64;
    let numbers = 2..=limits.groups_max.min((crowd.people() / people_min) as usize);
    let best = cleanest(crowd, numbers.clone(), people_min, SPREAD_STARTS);
    let kept = best.iter().map(|(parting, _)| parting).collect::<Vec<_>>();
    let shown = silhouettes(&crowd.shown, &crowd.weights, &kept, true);
    let mut chance = Chance::from_seed(seed);
    let share_min = people_min / crowd.people();
    let of_clouds: Vec<_> = (0..CLOUDS)
        .map(|_| {
            let cloud = continuum.crowd(&mut chance);
            cleanest(&cloud, numbers.clone(), share_min * cloud.people(), CLOUD_SPREAD_STARTS)
        })
        .collect();
    let chances = chances(&best, &of_clouds);
    let fits: Vec<Fit> = best
        .iter()
        .zip(shown)
        .zip(chances)
        .map(|(((parting, _), silhouette), chance)| Fit {
            groups: parting.centers.len(),
            silhouette,
            chance: Some(chance),
        })
        .collect();
    let stands_out = |fit: &Fit| fit.chance.is_some_and(|chance| chance <= LEVEL);
    let mut sure: Vec<(Clusters, f64)> =
        best.into_iter().zip(&fits).filter(|(_, fit)| stands_out(fit)).map(|(best, _)| best).collect();
    sure.sort_by(|a, b| b.1.total_cmp(&a.1));
    match sure.into_iter().find(|(parting, _)| is_steady(crowd, parting, seed)) {
        Some((parting, _)) => Found { labels: largest_first(crowd, &parting), groups: parting.centers.len(), fits },
        None => Found { fits, ..alone },
    }
}

/// Whether every group is found again when people are drawn anew.
fn is_steady(crowd: &Crowd, parting: &Clusters, seed: u64) -> bool {
    let steady = steadiness(crowd, &parting.labels, parting.centers.len(), RESAMPLES, seed);
    steady.by_group.iter().all(|overlap| *overlap >= STABILITY_MIN)
}

/// Per parting: the share of crowds without groups of which *some* number of groups stands out as much, each silhouette
/// measured by how those of its number usually fall (Westfall and Young 1993, step-down left out).
fn chances(best: &[(Clusters, f64)], of_clouds: &[Vec<(Clusters, f64)>]) -> Vec<f64> {
    let of_number = |cloud: &[(Clusters, f64)], groups: usize| {
        cloud.iter().find(|one| one.0.centers.len() == groups).map(|one| one.1)
    };
    let usual = |groups: usize| {
        let all: Vec<f64> = of_clouds.iter().filter_map(|cloud| of_number(cloud, groups)).collect();
        let mean = all.iter().sum::<f64>() / all.len().max(1) as f64;
        let spread = (all.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / all.len().max(1) as f64).sqrt();
        (mean, spread.max(SPREAD_MIN))
    };
    let usuals: Vec<(f64, f64)> = best.iter().map(|(parting, _)| usual(parting.centers.len())).collect();
    let farthest = |cloud: &Vec<(Clusters, f64)>| {
        let each = best
            .iter()
            .zip(&usuals)
            .filter_map(|((parting, _), usual)| Some((of_number(cloud, parting.centers.len())? - usual.0) / usual.1));
        each.fold(f64::NEG_INFINITY, f64::max)
    };
    let farthest: Vec<f64> = of_clouds.iter().map(farthest).collect();
    best.iter()
        .zip(&usuals)
        .map(|((_, own), usual)| {
            let own = (own - usual.0) / usual.1;
            (farthest.iter().filter(|cloud| **cloud >= own).count() + 1) as f64 / (of_clouds.len() + 1) as f64
        })
        .collect()
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
    let centers: Vec<Point> =
        sums.iter().filter(|(_, people)| *people > 0.0).map(|(sum, people)| sum.map(|sum| sum / people)).collect();
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
    order.sort_by(|a, b| {
        sums[*b].0.total_cmp(&sums[*a].0).then((sums[*a].1 / sums[*a].0).total_cmp(&(sums[*b].1 / sums[*b].0)))
    });
    let mut number = vec![0; sums.len()];
    order.iter().enumerate().for_each(|(new, old)| number[*old] = new);
    parting.labels.iter().map(|label| number[*label]).collect()
}
