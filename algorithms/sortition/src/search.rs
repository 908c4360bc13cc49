//! The best whole panel for given weights: branch and bound over the counts of each kind of person.
//!
//! What for: finding new panels for [`crate::blend`], proving that no panel does better, and the cheapest change of
//! quotas in [`crate::relaxation`].
//! Promises: a panel it calls best is best to within [`NEAR`] of the largest weight. Splits on the number of people a
//! quota gets before it splits on single kinds, which moves the bound far more.
//! Never does: guess. When a bound is lost to rounding the node is split again, never dropped.

use crate::linear::{End, Program};
use crate::shape::{Panel, Shape, WHOLE, weigh};
use crate::walk::walk;

/// Relative to the largest weight: differences below this are rounding.
pub(crate) const NEAR: f64 = 1e-9;
/// Equal weights make the simplex method walk in circles, so each is raised by up to this part of the largest. That can
/// only raise bounds, by less than [`NEAR`] for a few hundred seats, so what is proven stays proven.
const TIE: f64 = 2e-12;
/// Nodes of the first dive; each further one has twice as many.
const DIVE: usize = 300;
/// Dives that a walk follows.
const WALKS_MAX: usize = 3;
/// Steps of the walk after a dive, per node of the next dive.
const STEPS_PER_NODE: usize = 4;

/// How a search ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    /// A panel and its weight; the best there is, or at least as good as was asked.
    Panel(Panel, f64),
    /// Proven: no panel weighs more than `above`.
    Nothing,
    /// Told to stop.
    Stopped,
}

#[derive(Debug)]
pub(crate) struct Search {
    shape: Shape,
    program: Option<Program>,
    /// The last panel of a walk, once dives have failed where walks have not: then each search begins with a walk from
    /// there.
    walked: Option<Panel>,
}

/// A variable and the two halves of its bounds, the one to try first first.
type Split = (usize, (f64, f64), (f64, f64));

/// One decision on the way down, and what it takes to undo it.
struct Step {
    variable: usize,
    other: Option<(f64, f64)>,
    undo: Vec<(usize, (f64, f64))>,
}

impl Search {
    pub(crate) fn new(shape: Shape) -> Self {
        let program =
            (!shape.contradicts_itself()).then(|| Program::new(shape.columns.clone(), &shape.counts, &shape.rows));
        Self { shape, program, walked: None }
    }

    /// A panel with weights · counts above `above`: the best, or the first that reaches `enough`.
    pub(crate) fn best(&mut self, weights: &[f64], above: f64, enough: f64, go_on: &mut dyn FnMut() -> bool) -> Found {
        self.good(weights, above, enough, usize::MAX, go_on)
    }

    /// The same, but content with the best found after `patience` nodes if there is one.
    ///
    /// A dive that finds nothing is left after some time for a [`walk`], then for another dive that splits in another
    /// order: bad luck near the root can take for ever to undo.
    pub(crate) fn good(
        &mut self,
        weights: &[f64],
        above: f64,
        enough: f64,
        patience: usize,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Found {
        let Self { shape, program: Some(program), walked } = self else { return Found::Nothing };
        let mut descent = Descent::begin(shape, program, weights, above);
        if let Some(from) = walked {
            let from = shape.counts_of(from);
            if descent.walk(from, DIVE * STEPS_PER_NODE, walked, go_on)
                && (patience < usize::MAX || descent.reaches(enough))
            {
                return descent.found();
            }
        }
        let (mut dive, mut dive_ends) = (0_usize, DIVE);
        for node in 1_usize.. {
            if node >= patience && descent.best.is_some() {
                break;
            }
            if node >= dive_ends && descent.best.is_none() {
                dive += 1;
                dive_ends = node + (DIVE << dive.min(40));
                let halfway = descent.surface();
                // A search for a panel that is not there, as most proofs are, shall not walk for ever.
                let steps = if dive <= WALKS_MAX { (dive_ends - node) * STEPS_PER_NODE } else { 0 };
                if descent.walk(halfway, steps, walked, go_on) && (descent.reaches(enough) || node >= patience) {
                    break;
                }
            }
            if node.is_multiple_of(64) && !go_on() {
                descent.surface();
                return Found::Stopped;
            }
            if !descent.go_on(dive) || descent.reaches(enough) {
                break;
            }
        }
        descent.surface();
        descent.found()
    }
}

/// One search under way: where it has come to, and the best panel so far.
struct Descent<'a> {
    shape: &'a Shape,
    program: &'a mut Program,
    weights: &'a [f64],
    above: f64,
    /// Differences below this are rounding.
    near: f64,
    best: Option<(Panel, f64)>,
    path: Vec<Step>,
}

impl<'a> Descent<'a> {
    fn begin(shape: &'a Shape, program: &'a mut Program, weights: &'a [f64], above: f64) -> Self {
        let largest = weights.iter().fold(0.0, |most: f64, weight| most.max(weight.abs()));
        let untied = weights
            .iter()
            .enumerate()
            .map(|(kind, weight)| weight + TIE * largest * ((kind + 1) as f64 * 0.618_033_988_749_895).fract());
        program.set_weights(&untied.collect::<Vec<_>>());
        Self { shape, program, weights, above, near: NEAR * largest, best: None, path: Vec::new() }
    }

    fn reaches(&self, enough: f64) -> bool {
        self.best.as_ref().is_some_and(|(_, value)| *value >= enough)
    }

    fn found(self) -> Found {
        self.best.map_or(Found::Nothing, |(panel, value)| Found::Panel(panel, value))
    }

    /// Looks for a panel by a [`walk`] from these counts, and says whether there was one.
    fn walk(
        &mut self,
        from: Vec<f64>,
        steps: usize,
        walked: &mut Option<Panel>,
        go_on: &mut dyn FnMut() -> bool,
    ) -> bool {
        let Some(panel) = walk(self.shape, self.weights, self.above + self.near, from, steps, go_on) else {
            return false;
        };
        self.best = Some((panel.clone(), weigh(self.weights, &panel)));
        *walked = Some(panel);
        true
    }

    /// Bounds the node it has come to, and splits it or turns back, with its panel if it has one; false when nothing is
    /// left to try. Each dive has its own order of splits.
    fn go_on(&mut self, dive: usize) -> bool {
        let floor = self.best.as_ref().map_or(self.above, |found| found.1) + self.near;
        let end = match self.program.solve(floor) {
            End::Lost => self.program.solve(floor),
            end => end,
        };
        let (split, bound) = match end {
            End::NotBetter | End::Impossible(_) => return self.step_back(),
            End::Best(bound) => (split(self.shape, self.program, dive), bound),
            End::Lost => (split_anywhere(self.shape, self.program), f64::INFINITY),
        };
        let Some((variable, first, other)) = split else {
            self.take(floor);
            return self.step_back();
        };
        let mut undo = vec![(variable, self.program.bounds(variable))];
        tighten(self.shape.columns.len(), self.program, bound - floor, &mut undo);
        self.program.set_bounds(variable, first);
        self.path.push(Step { variable, other: Some(other), undo });
        true
    }

    /// Keeps the panel that the programme stands at, if it is one and better.
    fn take(&mut self, floor: f64) {
        let counts = (0..self.shape.columns.len()).map(|kind| (kind, whole(self.program.value(kind))));
        let panel: Panel = counts.filter(|&(_, count)| count > 0).collect();
        let value = weigh(self.weights, &panel);
        if value > floor - self.near && self.shape.holds(&panel) {
            self.best = Some((panel, value));
        }
    }

    /// Takes all decisions back, and gives the counts it had come to, made whole.
    fn surface(&mut self) -> Vec<f64> {
        let counts = (0..self.shape.columns.len()).map(|kind| nearest_whole(self.program, kind)).collect();
        while let Some(step) = self.path.pop() {
            self.take_back(step.undo);
        }
        counts
    }

    /// Turns to the other side of the last decision that has one; false when there is none left.
    fn step_back(&mut self) -> bool {
        while let Some(step) = self.path.last_mut() {
            if let Some(other) = step.other.take() {
                self.program.set_bounds(step.variable, other);
                return true;
            }
            let undo = std::mem::take(&mut step.undo);
            self.take_back(undo);
            self.path.pop();
        }
        false
    }

    fn take_back(&mut self, undo: Vec<(usize, (f64, f64))>) {
        undo.into_iter().rev().for_each(|(variable, bounds)| self.program.set_bounds(variable, bounds));
    }
}

/// The value rounded, within its bounds.
fn nearest_whole(program: &Program, kind: usize) -> f64 {
    let (low, high) = program.bounds(kind);
    program.value(kind).round().clamp(low, high)
}

fn whole(value: f64) -> u32 {
    // The bounds keep it within 0 and the size of a panel.
    value.round().max(0.0) as u32
}

/// A variable whose value is not whole, and its two sides, the nearer one first. Each dive has its own order.
fn split(shape: &Shape, program: &Program, dive: usize) -> Option<Split> {
    let columns = shape.columns.len();
    let broken = |variable: usize| (program.value(variable) - program.value(variable).round()).abs();
    let most_broken = |from: usize, to: usize| {
        let luck = |variable: usize| {
            if dive == 0 { 1.0 } else { 0.1 + ((variable * dive) as f64 * 0.618_033_988_749_895).fract() }
        };
        let worst = (from..to)
            .filter(|&variable| broken(variable) > WHOLE)
            .map(|variable| (broken(variable) * luck(variable), variable));
        worst.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))).map(|pair| pair.1)
    };
    let variable = most_broken(columns, columns + shape.whole_rows).or_else(|| most_broken(0, columns))?;
    let (low, high) = program.bounds(variable);
    let value = program.value(variable);
    let (down, up) = ((low, value.floor()), (value.ceil(), high));
    Some(if value - value.floor() < 0.5 { (variable, down, up) } else { (variable, up, down) })
}

fn split_anywhere(shape: &Shape, program: &Program) -> Option<Split> {
    let variable =
        (0..shape.columns.len()).find(|&variable| program.bounds(variable).0 < program.bounds(variable).1)?;
    let (low, high) = program.bounds(variable);
    let middle = ((low + high) / 2.0).floor();
    Some((variable, (middle + 1.0, high), (low, middle)))
}

/// Counts that would cost more than the room left cannot move away from their bound below this node.
fn tighten(columns: usize, program: &mut Program, room: f64, undo: &mut Vec<(usize, (f64, f64))>) {
    if !room.is_finite() {
        return;
    }
    for kind in 0..columns {
        let (low, high) = program.bounds(kind);
        let price = program.reduced(kind);
        let steps = (room / price.abs() + WHOLE).floor();
        if price.abs() > WHOLE && steps < high - low {
            undo.push((kind, (low, high)));
            program.set_bounds(kind, if price > 0.0 { (high - steps, high) } else { (low, low + steps) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::Column;
    use proptest::prelude::*;

    fn every_panel(shape: &Shape) -> Vec<Panel> {
        let mut all = vec![vec![]];
        for (kind, &(low, high)) in shape.counts.iter().enumerate() {
            all = all
                .into_iter()
                .flat_map(|head: Panel| {
                    (low as u32..=high as u32).map(move |count| [&head[..], &[(kind, count)]].concat())
                })
                .collect();
        }
        all.into_iter().filter(|panel| shape.holds(panel)).collect()
    }

    proptest! {
        #[test]
        fn the_search_finds_what_trying_every_panel_finds(
            entries in prop::collection::vec(prop::collection::vec(0_usize..5, 2), 3..6),
            rows in prop::collection::vec((0_u32..3, 0_u32..3), 5),
            weights in prop::collection::vec(-1.0_f64..1.0, 6),
        ) {
            let columns: Vec<Column> = entries.iter().map(|rows| {
                let mut rows = rows.clone();
                rows.sort_unstable();
                rows.dedup();
                rows.into_iter().map(|row| (row, 1.0)).collect()
            }).collect();
            let counts = vec![(0.0, 2.0); columns.len()];
            let rows: Vec<_> = rows.into_iter().map(|(least, more)| (f64::from(least), f64::from(least + more))).collect();
            let shape = Shape { columns, counts, whole_rows: rows.len(), rows };
            let best = every_panel(&shape).iter().map(|panel| weigh(&weights, panel)).max_by(f64::total_cmp);
            let found = Search::new(shape.clone()).best(&weights[..shape.columns.len()], f64::NEG_INFINITY, f64::INFINITY, &mut || true);
            match (best, found) {
                (None, found) => prop_assert_eq!(found, Found::Nothing),
                (Some(best), Found::Panel(panel, value)) => {
                    prop_assert!(shape.holds(&panel));
                    prop_assert!((best - value).abs() < 1e-8);
                }
                (Some(_), found) => prop_assert!(false, "missed: {found:?}"),
            }
        }
    }
}
