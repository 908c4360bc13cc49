//! Numbered panels, each as likely as the others, that give everybody the chance they were promised.
//!
//! What for: a draw by dice or by any public number: draw one of 1,000 panels that everybody can read beforehand.
//! Promises: every panel keeps every quota. [`Lottery::farthest`] is the largest difference between anyone's chance and
//! the exact one; for 1,000 panels it is kept within [`Lottery::NEAR`] wherever that was found possible.
//! Never does: use chance. Rounding is by descent on the squared differences, with new panels where those at hand are
//! not enough; people of a kind take turns.

use std::collections::{BTreeSet, HashSet};

use crate::kinds::{Kind, Kinds};
use crate::odds::Odds;
use crate::search::{Found, Search};
use crate::shape::Panel;

/// Rounds of pressing on the chances that are furthest off; two or three are enough as a rule.
const ROUNDS: usize = 60;

/// Panels to draw one from.
#[derive(Clone, Debug, PartialEq)]
pub struct Lottery {
    /// Row numbers of the members, sorted; all panels are equally likely.
    pub panels: Vec<Vec<usize>>,
    /// The largest difference between a chance here and the exact one (0.001 is a tenth of a percentage point).
    pub farthest: f64,
}

impl Lottery {
    /// How many panels a published lottery has.
    pub const PANELS: usize = 1_000;
    /// No chance should move by more than this: 0.2 percentage points.
    pub const NEAR: f64 = 0.002;

    /// Rounds the exact lottery to so many equally likely panels, one at least.
    #[must_use]
    pub fn of(odds: &Odds, panels: usize) -> Self {
        let panels = panels.max(1);
        let kinds = &odds.kinds;
        let mut rounding = Rounding::new(kinds, &odds.lottery, panels);
        rounding.descend();
        let mut search = Search::new(kinds.shape.clone());
        let mut best = (rounding.farthest(), rounding.chosen());
        for _ in 0..ROUNDS {
            if best.0 <= Self::NEAR - 1e-9 {
                break;
            }
            rounding.press();
            rounding.find_panel(&mut search);
            rounding.descend();
            if rounding.farthest() < best.0 {
                best = (rounding.farthest(), rounding.chosen());
            }
        }
        let mut lottery = Self { panels: seat(kinds, &best.1), farthest: 0.0 };
        lottery.farthest = lottery
            .chances(odds.chances.len())
            .iter()
            .zip(&odds.chances)
            .map(|(is, should)| (is - should).abs())
            .fold(0.0, f64::max);
        lottery
    }

    /// Everybody's chance in this lottery.
    #[must_use]
    pub fn chances(&self, people: usize) -> Vec<f64> {
        let mut count = vec![0_u32; people];
        self.panels.iter().flatten().for_each(|&person| count[person] += 1);
        count.into_iter().map(|count| f64::from(count) / self.panels.len() as f64).collect()
    }
}

/// How often each panel is taken, and how far the seats given are from those wanted.
struct Rounding<'a> {
    kinds: &'a Kinds,
    panels: Vec<Panel>,
    times: Vec<u32>,
    total: f64,
    /// Seats wanted, and seats given less seats wanted, per kind.
    want: Vec<f64>,
    over: Vec<f64>,
    /// What a squared seat too many weighs: one over the squared number of people, and more where that was not enough.
    weight: Vec<f64>,
}

impl<'a> Rounding<'a> {
    fn new(kinds: &'a Kinds, lottery: &[(Panel, f64)], total: usize) -> Self {
        let total_f = total as f64;
        let mut want = vec![0.0; kinds.sizes.len()];
        for (panel, share) in lottery {
            panel.iter().for_each(|&(kind, count)| want[kind] += share * total_f * f64::from(count));
        }
        let over = want.iter().map(|want| -want).collect();
        let weight = kinds.sizes.iter().map(|size| 1.0 / (size * size)).collect();
        let panels: Vec<Panel> = lottery.iter().map(|pair| pair.0.clone()).collect();
        let mut rounding = Self { kinds, times: vec![0; panels.len()], panels, total: total_f, want, over, weight };
        for (at, (_, share)) in lottery.iter().enumerate() {
            (0..(share * total_f + 1e-9) as usize).for_each(|_| rounding.shift(at, 1));
        }
        for _ in rounding.times.iter().sum::<u32>() as usize..total {
            let best =
                (0..rounding.panels.len()).min_by(|&a, &b| rounding.cost(a, 1.0).total_cmp(&rounding.cost(b, 1.0)));
            rounding.shift(best.unwrap_or(0), 1);
        }
        rounding
    }

    /// Takes a panel once more or once less often.
    fn shift(&mut self, at: usize, by: i32) {
        self.times[at] = self.times[at].saturating_add_signed(by);
        for &(kind, count) in &self.panels[at] {
            self.over[kind] += f64::from(by) * f64::from(count);
        }
    }

    /// What taking a panel once more (sign 1) or once less (-1) adds to the weighted squares.
    fn cost(&self, at: usize, sign: f64) -> f64 {
        let term = |&(kind, count): &(usize, u32)| {
            self.weight[kind] * f64::from(count) * (2.0 * sign * self.over[kind] + f64::from(count))
        };
        self.panels[at].iter().map(term).sum()
    }

    fn together(&self, a: usize, b: usize) -> f64 {
        let (mut left, mut right) = (self.panels[a].iter().peekable(), self.panels[b].iter().peekable());
        let mut sum = 0.0;
        while let (Some(&&(x, many)), Some(&&(y, more))) = (left.peek(), right.peek()) {
            if x == y {
                sum += self.weight[x] * f64::from(many) * f64::from(more);
            }
            if x <= y {
                left.next()
            } else {
                right.next()
            };
            if x == y {
                right.next();
            }
        }
        sum
    }

    /// Swaps one panel for another as long as that brings the chances nearer.
    fn descend(&mut self) {
        const TRIED: usize = 24;
        let cheapest = |mut costs: Vec<(f64, usize)>| {
            costs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            costs.truncate(TRIED);
            costs
        };
        for _ in 0..4_000 {
            let out = cheapest(
                (0..self.panels.len()).filter(|&at| self.times[at] > 0).map(|at| (self.cost(at, -1.0), at)).collect(),
            );
            let into = cheapest((0..self.panels.len()).map(|at| (self.cost(at, 1.0), at)).collect());
            let pairs = out
                .iter()
                .flat_map(|out| into.iter().map(move |into| (out, into)))
                .filter(|(out, into)| out.1 != into.1);
            let swaps = pairs.map(|(out, into)| (out.0 + into.0 - 2.0 * self.together(out.1, into.1), out.1, into.1));
            match swaps.min_by(|a, b| a.0.total_cmp(&b.0)) {
                Some((gain, out, into)) if gain < -1e-12 => {
                    self.shift(out, -1);
                    self.shift(into, 1);
                }
                _ => break,
            }
        }
    }

    /// The largest error of a chance among people of a kind, its seats being dealt as evenly as can be.
    fn error(&self, kind: usize) -> f64 {
        let size = self.kinds.sizes[kind];
        let (given, fair) = ((self.want[kind] + self.over[kind]).round() / size, self.want[kind] / size);
        (given.ceil() - fair).abs().max((given.floor() - fair).abs()) / self.total
    }

    fn farthest(&self) -> f64 {
        (0..self.over.len()).map(|kind| self.error(kind)).fold(0.0, f64::max)
    }

    /// Makes errors dearer where they are too large.
    fn press(&mut self) {
        for kind in 0..self.over.len() {
            if self.error(kind) > Lottery::NEAR - 1e-9 {
                self.weight[kind] *= 2.0;
            }
        }
    }

    /// Adds a panel that pulls where the difference is largest, if there is a new one.
    fn find_panel(&mut self, search: &mut Search) {
        let pull: Vec<f64> = self.over.iter().zip(&self.weight).map(|(over, weight)| -over * weight).collect();
        let found = search.good(&pull, f64::NEG_INFINITY, f64::INFINITY, 200, &mut || true);
        if let Found::Panel(panel, _) = found
            && !self.panels.contains(&panel)
        {
            self.panels.push(panel);
            self.times.push(0);
        }
    }

    fn chosen(&self) -> Vec<Panel> {
        self.panels
            .iter()
            .zip(&self.times)
            .flat_map(|(panel, &times)| std::iter::repeat_n(panel.clone(), times as usize))
            .collect()
    }
}

/// Gives the seats of each kind to its people in turn, never two of one household.
fn seat(kinds: &Kinds, panels: &[Panel]) -> Vec<Vec<usize>> {
    let mut seats = vec![0_u32; kinds.of_person.len()];
    let mut turn = vec![0; kinds.kinds.len()];
    // People with a household, by kind: those with the fewest seats first.
    let mut queues: Vec<BTreeSet<(u32, usize)>> = kinds
        .kinds
        .iter()
        .map(|kind| kind.people.iter().filter(|_| kind.class.is_some()).map(|&person| (0, person)).collect())
        .collect();
    let mut seated = Vec::with_capacity(panels.len());
    for panel in panels {
        let mut members: Vec<usize> = Vec::new();
        let mut homes: HashSet<Option<usize>> = HashSet::new();
        for &(kind, count) in panel {
            let Kind { people, class, .. } = &kinds.kinds[kind];
            if class.is_some() {
                let next: Vec<(u32, usize)> = queues[kind]
                    .iter()
                    .filter(|entry| homes.insert(kinds.home[entry.1]))
                    .take(count as usize)
                    .copied()
                    .collect();
                for (had, person) in next {
                    queues[kind].remove(&(had, person));
                    queues[kind].insert((had + 1, person));
                    members.push(person);
                }
            } else {
                for _ in 0..count {
                    turn[kind] = (turn[kind] + 1) % people.len();
                    members.push(people[turn[kind]]);
                }
            }
        }
        members.iter().for_each(|&person| seats[person] += 1);
        members.sort_unstable();
        seated.push(members);
    }
    even_out(kinds, &mut seats, &mut seated);
    seated
}

/// Households can make people of a kind miss their turn; they get it back where nobody of their household is seated.
fn even_out(kinds: &Kinds, seats: &mut [u32], seated: &mut [Vec<usize>]) {
    for kind in kinds.kinds.iter().filter(|kind| kind.class.is_some()) {
        loop {
            let order = |person: &&usize| (seats[**person], **person);
            let (Some(&few), Some(&many)) =
                (kind.people.iter().min_by_key(order), kind.people.iter().max_by_key(order))
            else {
                break;
            };
            let fits = |panel: &&mut Vec<usize>| {
                panel.contains(&many)
                    && panel.iter().all(|&person| person == many || kinds.home[person] != kinds.home[few])
            };
            if seats[many] <= seats[few] + 1 {
                break;
            }
            let Some(panel) = seated.iter_mut().find(fits) else { break };
            panel.retain(|&person| person != many);
            panel.push(few);
            panel.sort_unstable();
            seats[many] -= 1;
            seats[few] += 1;
        }
    }
}
