//! The best whole panel for given weights: branch and bound over the counts of each kind of person.
//!
//! What for: finding new panels for [`crate::blend`], proving that no panel does better, and the cheapest change of
//! quotas in [`crate::relaxation`].
//! Promises: a panel it calls best is best to within [`NEAR`] of the largest weight. Splits on the number of people a
//! quota gets before it splits on single kinds, which moves the bound far more.
//! Never does: guess. When a bound is lost to rounding the node is split again, never dropped.

use crate::linear::{Column, End, Program};
use crate::walk::walk;

/// Relative to the largest weight: differences below this are rounding.
pub(crate) const NEAR: f64 = 1e-9;
/// Equal weights make the simplex method walk in circles, so each is raised by up to this part of the largest. That can
/// only raise bounds, by less than [`NEAR`] for a few hundred seats, so what is proven stays proven.
const TIE: f64 = 2e-12;
pub(crate) const WHOLE: f64 = 1e-6;
/// Nodes of the first dive; each further one has twice as many.
const DIVE: usize = 300;
/// Dives that a walk follows.
const WALKS_MAX: usize = 3;
/// Steps of the walk after a dive, per node of the next dive.
const STEPS_PER_NODE: usize = 4;

/// What every whole panel obeys: sums of counts between bounds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    /// Per kind: the rows it counts in.
    pub(crate) columns: Vec<Column>,
    /// Per kind: least and most.
    pub(crate) counts: Vec<(f64, f64)>,
    /// Per row: least and most.
    pub(crate) rows: Vec<(f64, f64)>,
    /// The first so many rows have whole sums; rows after them are cuts, with sums of any size.
    pub(crate) whole_rows: usize,
}

impl Shape {
    /// Adds a proven cut: factors · counts <= most, which no panel breaks.
    pub(crate) fn cut(&mut self, factors: &[f64], most: f64) {
        let row = self.rows.len();
        let mut least = 0.0;
        for ((column, count), &factor) in self.columns.iter_mut().zip(&self.counts).zip(factors) {
            if factor != 0.0 {
                column.push((row, factor));
                least += factor * if factor > 0.0 { count.0 } else { count.1 };
            }
        }
        self.rows.push((least - 1.0, most));
    }

    pub(crate) fn sums(&self, counts: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut sums = vec![0.0; self.rows.len()];
        for (column, count) in self.columns.iter().zip(counts).filter(|pair| pair.1 != 0.0) {
            column.iter().for_each(|&(row, factor)| sums[row] += factor * count);
        }
        sums
    }

    fn holds(&self, panel: &[(usize, u32)]) -> bool {
        let mut sums = vec![0.0; self.rows.len()];
        for &(kind, count) in panel {
            self.columns[kind].iter().for_each(|&(row, factor)| sums[row] += factor * f64::from(count));
        }
        sums.iter().zip(&self.rows).all(|(sum, row)| *sum >= row.0 - WHOLE && *sum <= row.1 + WHOLE)
    }

    fn contradicts_itself(&self) -> bool {
        self.counts.iter().chain(&self.rows).any(|(low, high)| low > high)
    }
}

/// Whom a panel holds: (kind, how many of it), by kind, without zeros.
pub(crate) type Panel = Vec<(usize, u32)>;

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
        let largest = weights.iter().fold(0.0, |most: f64, weight| most.max(weight.abs()));
        let near = NEAR * largest;
        let untied = weights
            .iter()
            .enumerate()
            .map(|(kind, weight)| weight + TIE * largest * ((kind + 1) as f64 * 0.618_033_988_749_895).fract());
        program.set_weights(&untied.collect::<Vec<_>>());
        let mut best: Option<(Panel, f64)> = None;
        let mut path: Vec<Step> = Vec::new();
        let mut stopped = false;
        let (mut dive, mut dive_ends) = (0_usize, DIVE);
        if let Some(panel) = walked
            .as_ref()
            .and_then(|from| walk(shape, weights, above + near, counts_of(from, shape), DIVE * STEPS_PER_NODE, go_on))
        {
            let value = weigh(weights, &panel);
            *walked = Some(panel.clone());
            if patience < usize::MAX || value >= enough {
                return Found::Panel(panel, value);
            }
            best = Some((panel, value));
        }
        for node in 1_usize.. {
            if node >= patience && best.is_some() {
                break;
            }
            if node >= dive_ends && best.is_none() {
                dive += 1;
                dive_ends = node + (DIVE << dive.min(40));
                let halfway = (0..shape.columns.len()).map(|kind| nearest_whole(program, kind)).collect();
                undo(&mut path, program);
                // A search for a panel that is not there, as most proofs are, shall not walk for ever.
                let steps = if dive <= WALKS_MAX { (dive_ends - node) * STEPS_PER_NODE } else { 0 };
                if let Some(panel) = walk(shape, weights, above + near, halfway, steps, go_on) {
                    let value = weigh(weights, &panel);
                    *walked = Some(panel.clone());
                    best = Some((panel, value));
                    if value >= enough || node >= patience {
                        break;
                    }
                }
            }
            if node.is_multiple_of(64) && !go_on() {
                stopped = true;
                break;
            }
            let floor = best.as_ref().map_or(above, |found| found.1) + near;
            let end = match program.solve(floor) {
                End::Lost => program.solve(floor),
                end => end,
            };
            let split = match end {
                End::NotBetter | End::Impossible(_) => None,
                End::Best(_) => split(shape, program, dive),
                End::Lost => split_anywhere(shape, program),
            };
            if let Some((variable, first, other)) = split {
                let bound = if let End::Best(bound) = end { bound } else { f64::INFINITY };
                let mut undo = vec![(variable, program.bounds(variable))];
                tighten(shape.columns.len(), program, bound - floor, &mut undo);
                program.set_bounds(variable, first);
                path.push(Step { variable, other: Some(other), undo });
                continue;
            }
            if matches!(end, End::Best(_) | End::Lost) {
                let counts = (0..shape.columns.len()).map(|kind| (kind, whole(program.value(kind))));
                let panel: Panel = counts.filter(|&(_, count)| count > 0).collect();
                let value = weigh(weights, &panel);
                if value > floor - near && shape.holds(&panel) {
                    best = Some((panel, value));
                    if value >= enough {
                        break;
                    }
                }
            }
            if !step_back(&mut path, program) {
                break;
            }
        }
        undo(&mut path, program);
        match best {
            Some((panel, value)) if !stopped => Found::Panel(panel, value),
            _ if stopped => Found::Stopped,
            _ => Found::Nothing,
        }
    }
}

/// The sum of the weights of those on a panel.
pub(crate) fn weigh(weights: &[f64], panel: &[(usize, u32)]) -> f64 {
    panel.iter().map(|&(kind, count)| weights[kind] * f64::from(count)).sum()
}

fn counts_of(panel: &Panel, shape: &Shape) -> Vec<f64> {
    let mut counts = vec![0.0; shape.columns.len()];
    panel.iter().for_each(|&(kind, count)| counts[kind] = f64::from(count));
    counts
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

/// Takes all decisions back.
fn undo(path: &mut Vec<Step>, program: &mut Program) {
    while let Some(step) = path.pop() {
        step.undo.into_iter().rev().for_each(|(variable, bounds)| program.set_bounds(variable, bounds));
    }
}

/// Turns to the other side of the last decision that has one; false when there is none left.
fn step_back(path: &mut Vec<Step>, program: &mut Program) -> bool {
    while let Some(step) = path.last_mut() {
        if let Some(other) = step.other.take() {
            program.set_bounds(step.variable, other);
            return true;
        }
        step.undo.drain(..).rev().for_each(|(variable, bounds)| program.set_bounds(variable, bounds));
        path.pop();
    }
    false
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
