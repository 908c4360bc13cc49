//! The smallest change of quotas that makes a panel possible, or makes room for somebody nobody like whom fits.
//!
//! What for: telling organisers what to change instead of "infeasible".
//! Promises: no cheaper change exists. Raising a maximum by one costs 1; lowering a minimum q by one costs 1 + 2/q,
//! since the smaller a group's place, the more it loses. Source: the cost rule of the reference code of Flanigan et al.
//! (2021), as in sortition-algorithms.

use crate::kinds::Kinds;
use crate::odds::{Method, NoOdds, Odds, Watch};
use crate::pool::{Pool, Quota};
use crate::search::{Found, Search};

/// Quotas to change, and the price.
#[derive(Clone, Debug, PartialEq)]
pub struct Relaxation {
    /// 1 per maximum raised by one, 1 + 2/q per minimum q lowered by one.
    pub cost: f64,
    /// By category and value.
    pub changes: Vec<Change>,
}

/// One quota, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The question.
    pub category: String,
    /// The answer.
    pub value: String,
    /// (min, max) as it was.
    pub old: (u32, u32),
    /// (min, max) as it becomes.
    pub new: (u32, u32),
}

impl Relaxation {
    /// The cheapest change under which at least one panel exists; with `person`, one that holds that person.
    ///
    /// `None` when no change within the quotas' flex is enough (too few people or households, say), or when `go_on`
    /// said stop.
    #[must_use]
    pub fn smallest(pool: &Pool, person: Option<usize>, go_on: &mut dyn FnMut() -> bool) -> Option<Self> {
        let kinds = Kinds::of(pool);
        let (mut shape, people) = (kinds.shape, kinds.kinds.len());
        if let Some(person) = person {
            shape.counts[kinds.of_person[person]].0 = 1.0;
        }
        let mut weights = vec![0.0; people];
        for (at, quota) in pool.quotas.iter().enumerate() {
            // Row 0 is the seats.
            let row = at + 1;
            shape.rows[row] = (f64::from(quota.min), f64::from(quota.max));
            let higher = quota.max_flex.min(pool.seats).saturating_sub(quota.max);
            let lower = quota.min - quota.min_flex.min(quota.min);
            for (most, factor, cost) in [(higher, -1.0, 1.0), (lower, 1.0, 1.0 + 2.0 / f64::from(quota.min.max(1)))] {
                shape.columns.push(vec![(row, factor)]);
                shape.counts.push((0.0, f64::from(most)));
                weights.push(-cost);
            }
        }
        let Found::Panel(found, weight) = Search::new(shape).best(&weights, f64::NEG_INFINITY, f64::INFINITY, go_on)
        else {
            return None;
        };
        let steps = |column: usize| found.iter().find(|entry| entry.0 == column).map_or(0, |entry| entry.1);
        let change = |(at, quota): (usize, &Quota)| {
            let (higher, lower) = (steps(people + 2 * at), steps(people + 2 * at + 1));
            (higher + lower > 0).then(|| Change {
                category: quota.category.clone(),
                value: quota.value.clone(),
                old: (quota.min, quota.max),
                new: (quota.min - lower, quota.max + higher),
            })
        };
        Some(Self { cost: -weight, changes: pool.quotas.iter().enumerate().filter_map(change).collect() })
    }

    /// The pool with the changed quotas.
    #[must_use]
    pub fn apply(&self, pool: &Pool) -> Pool {
        let mut quotas = pool.quotas.clone();
        for change in &self.changes {
            let same = |quota: &&mut Quota| quota.category == change.category && quota.value == change.value;
            if let Some(quota) = quotas.iter_mut().find(same) {
                (quota.min, quota.max) = change.new;
            }
        }
        pool.with_quotas(&quotas)
    }
}

impl std::fmt::Display for Relaxation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, Change { category, value, old, new }) in self.changes.iter().enumerate() {
            let (old_min, old_max) = old;
            let (new_min, new_max) = new;
            write!(
                f,
                "{}{category} {value}: {new_min} to {new_max} instead of {old_min} to {old_max}",
                if at > 0 { "; " } else { "" }
            )?;
        }
        write!(f, " (cost {:.2})", self.cost)
    }
}

/// What a quota costs everybody: the lowest chance now, and with the quota looser by one seat.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// The quota, looser by one seat.
    pub change: Change,
    /// The lowest chance under the quotas as they are.
    pub before: f64,
    /// What is proven to be the most it can be.
    pub before_at_most: f64,
    /// The lowest chance with the looser quota.
    pub after: f64,
    /// What is proven to be the most it can be.
    pub after_at_most: f64,
}

impl Price {
    /// The price of every quota that can be loosened: each minimum lowered by one, each maximum raised by one.
    ///
    /// Each lowest chance is over those who can serve under those quotas: a price is negative when a looser quota lets
    /// in somebody new whose chance is lower still.
    ///
    /// # Errors
    /// When there are no odds to begin with, or a solve was stopped.
    pub fn of_each(pool: &Pool, go_on: &mut Watch<'_>) -> Result<Vec<Self>, NoOdds> {
        let mut solve = |pool: &Pool| match Odds::of(pool, Method::Maximin, go_on) {
            Ok(odds) if !odds.finished => Err(NoOdds::Stopped),
            odds => odds,
        };
        let now = solve(pool)?;
        let (before, before_at_most) = lowest(&now);
        let mut prices = Vec::new();
        for at in 0..pool.quotas.len() {
            let quota = &pool.quotas[at];
            let looser = [
                quota.min.checked_sub(1).map(|min| (min, quota.max)),
                (quota.max < pool.seats).then_some((quota.min, quota.max + 1)),
            ];
            for new in looser.into_iter().flatten() {
                let change = Change {
                    category: quota.category.clone(),
                    value: quota.value.clone(),
                    old: (quota.min, quota.max),
                    new,
                };
                let changed = Relaxation { cost: 0.0, changes: vec![change.clone()] }.apply(pool);
                let then = solve(&changed)?;
                let (after, after_at_most) = lowest(&then);
                prices.push(Self { change, before, before_at_most, after, after_at_most });
            }
        }
        Ok(prices)
    }

    /// What loosening the quota would add to the lowest chance.
    #[must_use]
    pub fn price(&self) -> f64 {
        self.after - self.before
    }
}

/// The lowest chance among those who can serve, and its proven limit.
fn lowest(odds: &Odds) -> (f64, f64) {
    let able = odds.chances.iter().enumerate().filter(|(person, _)| odds.unreachable.binary_search(person).is_err());
    let lowest = able.map(|pair| *pair.1).fold(f64::INFINITY, f64::min);
    (lowest, odds.levels.first().map_or(lowest, |level| level.upper_bound))
}
