//! People standing on the plane, and the ways to part them. Promises: several starts, none of them by who came first,
//! and every distinct result kept for the caller to judge. Never makes a group smaller than asked, and never depends on
//! the order in which people arrived.

use crate::chance::Chance;
use crate::cluster::{Clusters, Stop, distance_squared, lloyd};
use crate::plane::Point;

/// Above so many people, those who stand close together are taken as one point with a weight.
const POINTS_MAX: usize = 1_200;
/// Slabs along the first component, and cells along the second within each.
const SLABS: usize = 32;
pub(crate) const STOP: Stop = Stop { rounds: 200, shift: 0.0 };
/// People on the plane, the closest taken together where there are many.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    pub points: Vec<Point>,
    /// The same points before those who voted little were drawn in, as they are shown.
    pub shown: Vec<Point>,
    /// People on each point.
    pub weights: Vec<f64>,
    /// The point each person stands on.
    pub standing: Vec<usize>,
}

impl Crowd {
    /// `people` as they are to be parted, `shown` as they are to be seen.
    pub(crate) fn of(people: &[Point], shown: &[Point]) -> Self {
        if people.len() <= POINTS_MAX {
            return Self {
                points: people.to_vec(),
                shown: shown.to_vec(),
                weights: vec![1.0; people.len()],
                standing: (0..people.len()).collect(),
            };
        }
        let mut order: Vec<usize> = (0..people.len()).collect();
        let along =
            |axis: usize| move |a: &usize, b: &usize| people[*a][axis].total_cmp(&people[*b][axis]).then(a.cmp(b));
        order.sort_unstable_by(along(0));
        let mut crowd =
            Self { points: Vec::new(), shown: Vec::new(), weights: Vec::new(), standing: vec![0; people.len()] };
        for slab in order.chunks_mut(people.len().div_ceil(SLABS)) {
            slab.sort_unstable_by(along(1));
            for cell in slab.chunks(slab.len().div_ceil(SLABS)) {
                let mean = |of: &[Point], axis: usize| {
                    cell.iter().map(|person| of[*person][axis]).sum::<f64>() / cell.len() as f64
                };
                cell.iter().for_each(|person| crowd.standing[*person] = crowd.points.len());
                crowd.points.push([mean(people, 0), mean(people, 1)]);
                crowd.shown.push([mean(shown, 0), mean(shown, 1)]);
                crowd.weights.push(cell.len() as f64);
            }
        }
        crowd
    }

    pub(crate) fn people(&self) -> f64 {
        self.weights.iter().sum()
    }

    pub(crate) fn mean(&self) -> Point {
        let sum = |axis: usize| {
            self.points.iter().zip(&self.weights).map(|(point, weight)| point[axis] * weight).sum::<f64>()
        };
        [sum(0) / self.people(), sum(1) / self.people()]
    }

    pub(crate) fn spread(&self) -> f64 {
        let mean = self.mean();
        self.points.iter().zip(&self.weights).map(|(point, weight)| weight * distance_squared(*point, mean)).sum()
    }

    /// Every way of parting the crowd into so many groups of at least so many people that k-means comes to rest at,
    /// from the regular starts and `spread` others.
    pub(crate) fn partings(&self, groups: usize, people_min: f64, spread: usize) -> Vec<Clusters> {
        let mut found: Vec<Clusters> = Vec::new();
        for start in self.starts(groups, spread) {
            let one = lloyd(&self.points, &self.weights, start, STOP);
            let is_large_enough =
                one.centers.len() == groups && self.sizes(&one).iter().all(|size| *size >= people_min);
            if is_large_enough && !found.iter().any(|held| (held.cost - one.cost).abs() <= 1e-9 * held.cost) {
                found.push(one);
            }
        }
        found
    }

    fn sizes(&self, clusters: &Clusters) -> Vec<f64> {
        let mut sizes = vec![0.0; clusters.centers.len()];
        clusters.labels.iter().zip(&self.weights).for_each(|(label, weight)| sizes[*label] += weight);
        sizes
    }

    /// Starts along each component, farthest-first from the middle, and spread by k-means++ from fixed numbers.
    fn starts(&self, groups: usize, spread: usize) -> Vec<Vec<Point>> {
        let mut starts: Vec<Vec<Point>> = (0..2).map(|axis| self.quantiles(groups, axis)).collect();
        starts.push(self.farthest(groups));
        let mut chance = Chance::from_seed(groups as u64);
        starts.extend((0..spread).map(|_| self.spread_start(groups, &mut chance)));
        starts
    }

    fn quantiles(&self, groups: usize, axis: usize) -> Vec<Point> {
        let mut order: Vec<usize> = (0..self.points.len()).collect();
        order.sort_by(|a, b| self.points[*a][axis].total_cmp(&self.points[*b][axis]).then(a.cmp(b)));
        (0..groups).map(|group| self.points[order[order.len() * (2 * group + 1) / (2 * groups)]]).collect()
    }

    fn farthest(&self, groups: usize) -> Vec<Point> {
        let mut chosen = vec![self.mean()];
        while chosen.len() <= groups {
            let gap = |point: &Point| {
                chosen.iter().map(|center| distance_squared(*point, *center)).fold(f64::INFINITY, f64::min)
            };
            let next = self.points.iter().fold((self.points[0], -1.0), |best, point| {
                if gap(point) > best.1 { (*point, gap(point)) } else { best }
            });
            chosen.push(next.0);
        }
        chosen.split_off(1)
    }

    pub(crate) fn spread_start(&self, groups: usize, chance: &mut Chance) -> Vec<Point> {
        let mut chosen = vec![self.points[chance.below(self.points.len())]];
        let mut gaps = vec![f64::INFINITY; self.points.len()];
        while chosen.len() < groups {
            let last = chosen[chosen.len() - 1];
            let mut total = 0.0;
            for ((gap, point), weight) in gaps.iter_mut().zip(&self.points).zip(&self.weights) {
                *gap = gap.min(distance_squared(*point, last));
                total += *gap * weight;
            }
            let mut left = chance.share() * total;
            let at = gaps.iter().zip(&self.weights).position(|(gap, weight)| {
                left -= gap * weight;
                left < 0.0
            });
            chosen.push(self.points[at.unwrap_or(self.points.len() - 1)]);
        }
        chosen
    }
}
