//! A panel found by swapping people until every quota is kept, where branch and bound would dive for long.
//!
//! What for: [`crate::search`], once a dive has ended without a panel. Tight quotas of many categories leave few
//! panels, and a dive that is wrong near its top takes for ever to say so; a swap mends two quotas at a time. Promises:
//! the same walk every time. Whatever it gives keeps all bounds and reaches the goal. Never does: prove anything.
//! Finding nothing says nothing. Source: breakout local search with a tabu list (Morris 1993; Glover 1989).

use crate::linear::Column;
use crate::shape::{Panel, Shape, WHOLE};

/// The most swaps that are looked at in one step.
const LOOKS: usize = 20_000;

struct Walk<'a> {
    shape: &'a Shape,
    weights: &'a [f64],
    goal: f64,
    /// One weight, as a distance from the goal that counts like one person too many.
    unit: f64,
    counts: Vec<f64>,
    sums: Vec<f64>,
    value: f64,
    /// How much being outside a row counts by now; the goal's comes last.
    penalties: Vec<f64>,
    /// The step up to which a kind is not moved again.
    rests: Vec<usize>,
}

/// One person of a kind goes, one of a kind comes; or only one of both.
type Swap = (Option<usize>, Option<usize>);

/// A panel whose weight is at least `goal`, reached from `counts` within so many steps, unless told to stop.
pub(crate) fn walk(
    shape: &Shape,
    weights: &[f64],
    goal: f64,
    counts: Vec<f64>,
    steps: usize,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Panel> {
    let unit = weights.iter().fold(f64::MIN_POSITIVE, |most: f64, weight| most.max(weight.abs()));
    let sums = shape.sums(counts.iter().copied());
    let value = weights.iter().zip(&counts).map(|(weight, count)| weight * count).sum();
    let penalties = vec![1.0; shape.rows.len() + 1];
    let mut walk = Walk { shape, weights, goal, unit, sums, value, penalties, rests: vec![0; counts.len()], counts };
    for step in 1..=steps {
        if walk.is_there() {
            let counted = walk.counts.iter().enumerate().filter(|(_, count)| **count > 0.0);
            return Some(counted.map(|(kind, count)| (kind, *count as u32)).collect());
        }
        if step.is_multiple_of(64) && !go_on() {
            return None;
        }
        let (swap, cost) = walk.best_swap(step)?;
        if cost >= -WHOLE {
            walk.penalise();
        }
        walk.go(swap, step);
    }
    None
}

impl Walk<'_> {
    fn is_there(&self) -> bool {
        self.value >= self.goal && self.sums.iter().zip(&self.shape.rows).all(|(sum, row)| outside(*sum, *row) <= WHOLE)
    }

    /// What being outside bounds costs per row when one more person of the row comes.
    fn price(&self, row: usize, more: f64) -> f64 {
        let (sum, bounds) = (self.sums[row], self.shape.rows[row]);
        self.penalties[row] * (outside(sum + more, bounds) - outside(sum, bounds))
    }

    fn goal_price(&self, more: f64) -> f64 {
        let short = |value: f64| if self.goal > value { (self.goal - value) / self.unit } else { 0.0 };
        self.penalties[self.shape.rows.len()] * (short(self.value + more) - short(self.value))
    }

    /// The cheapest swap of kinds that are not resting.
    fn best_swap(&self, step: usize) -> Option<(Swap, f64)> {
        let (columns, free) = (&self.shape.columns, |kind: &usize| self.rests[*kind] < step);
        let comes: Vec<usize> =
            (0..columns.len()).filter(|kind| self.counts[*kind] < self.shape.counts[*kind].1 && free(kind)).collect();
        let goes: Vec<usize> =
            (0..columns.len()).filter(|kind| self.counts[*kind] > self.shape.counts[*kind].0 && free(kind)).collect();
        let at_once = (LOOKS / (comes.len() + 1)).clamp(1, goes.len().max(1));
        let some = (0..at_once.min(goes.len())).map(|at| Some(goes[(step * at_once + at) % goes.len()]));
        let one_more: Vec<f64> = (0..self.shape.whole_rows).map(|row| self.price(row, 1.0)).collect();
        let mut best: Option<(Swap, f64)> = None;
        for going in some.chain([None]) {
            let mut prices = one_more.clone();
            let mut without = 0.0;
            let left: &Column = going.map_or(const { &Vec::new() }, |kind| &columns[kind]);
            for &(row, factor) in left {
                without += self.price(row, -factor);
                if row < prices.len() {
                    prices[row] = self.price(row, 1.0 - factor) - self.price(row, -factor);
                }
            }
            let lost = going.map_or(0.0, |kind| self.weights[kind]);
            let mut look = |coming: Option<usize>, price: f64, gained: f64| {
                let cost = without + price + self.goal_price(gained - lost);
                if best.is_none_or(|(_, least)| cost < least - 1e-12) {
                    best = Some(((going, coming), cost));
                }
            };
            for at in 0..comes.len() {
                let coming = comes[(at + step * 7) % comes.len()];
                look(Some(coming), self.coming(coming, left, &prices), self.weights[coming]);
            }
            if going.is_some() {
                look(None, 0.0, 0.0);
            }
        }
        best
    }

    /// What it costs in rows when one of a kind comes after one with the column `left` has gone.
    fn coming(&self, coming: usize, left: &Column, prices: &[f64]) -> f64 {
        let mut price = 0.0;
        for &(row, factor) in &self.shape.columns[coming] {
            price += match prices.get(row) {
                Some(price) if factor == 1.0 => *price,
                _ => {
                    let gone = left.iter().find(|(at, _)| *at == row).map_or(0.0, |(_, factor)| *factor);
                    self.price(row, factor - gone) - self.price(row, -gone)
                }
            };
        }
        price
    }

    /// Nothing helps at once: what is outside its bounds now counts more from here on.
    fn penalise(&mut self) {
        let outsiders = self.sums.iter().zip(&self.shape.rows).map(|(sum, row)| outside(*sum, *row) > WHOLE);
        let short = self.value < self.goal;
        self.penalties
            .iter_mut()
            .zip(outsiders.chain([short]))
            .filter(|pair| pair.1)
            .for_each(|(penalty, _)| *penalty += 1.0);
    }

    fn go(&mut self, (going, coming): Swap, step: usize) {
        for (kind, change) in going.map(|kind| (kind, -1.0)).into_iter().chain(coming.map(|kind| (kind, 1.0))) {
            self.counts[kind] += change;
            self.value += change * self.weights[kind];
            self.shape.columns[kind].iter().for_each(|&(row, factor)| self.sums[row] += change * factor);
            let luck = (step as f64 * 0.618_033_988_749_895).fract();
            self.rests[kind] = step + 2 + (luck * 6.0) as usize;
        }
    }
}

fn outside(sum: f64, (low, high): (f64, f64)) -> f64 {
    (low - sum).max(sum - high).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::weigh;

    /// Ten questions of three answers, 120 people with answers of their own; quotas that fit every tenth of them to the
    /// head.
    fn tight() -> (Shape, Panel) {
        let answer = |person: usize, question: usize| {
            ((person * 7_919 + question * 104_729 + person * person * (question + 3)) >> 3) % 3
        };
        let column = |person: usize| {
            std::iter::once(0)
                .chain((0..10).map(|question| 1 + question * 3 + answer(person, question)))
                .map(|row| (row, 1.0))
                .collect()
        };
        let mut shape = Shape {
            columns: (0..120).map(column).collect(),
            counts: vec![(0.0, 1.0); 120],
            rows: vec![(0.0, 0.0); 31],
            whole_rows: 31,
        };
        let planted: Panel = (0..12).map(|tenth| (tenth * 10, 1)).collect();
        let sums = shape.sums((0..120).map(|person| f64::from(u8::from(person % 10 == 0))));
        shape.rows = sums.into_iter().map(|sum| (sum, sum)).collect();
        (shape, planted)
    }

    #[test]
    fn a_panel_without_any_slack_is_found_and_keeps_every_bound() {
        let (shape, planted) = tight();
        let weights: Vec<f64> = (0..120).map(|person| (person as f64 * 0.618_033_988_749_895).fract()).collect();
        let goal = weigh(&weights, &planted);
        let found =
            walk(&shape, &weights, goal, vec![0.0; 120], 20_000, &mut || true).expect("the planted panel is there");
        assert!(
            shape
                .sums(shape.counts_of(&found).into_iter())
                .iter()
                .zip(&shape.rows)
                .all(|(sum, row)| outside(*sum, *row) == 0.0)
        );
        assert!(weigh(&weights, &found) >= goal - 1e-9);
    }

    #[test]
    fn a_goal_that_no_panel_reaches_and_a_stop_give_nothing() {
        let (shape, _) = tight();
        assert_eq!(walk(&shape, &[1.0; 120], 12.5, vec![0.0; 120], 300, &mut || true), None);
        assert_eq!(walk(&shape, &[1.0; 120], 12.0, vec![0.0; 120], usize::MAX, &mut || false), None);
    }
}
