//! The fairest chances that quotas allow when a panel may hold fractions of people, with a proof for each level.
//!
//! What for: an upper bound that is nearly always reached by whole panels; where it is not, [`crate::odds`] adds the
//! cut that whole panels obey and asks again, so that in the end both meet. Promises: a level's [`Proof`] holds for
//! every panel on its own, without this program: factors of quotas that add up. Source: leximin of Flanigan, Gölz,
//! Gupta, Hennig and Procaccia (Nature 596, 2021), here over kinds of people instead of panels, each level by Newton's
//! method on the rays of [`crate::linear`].

use crate::linear::{End, Program, Ray};
use crate::shape::Shape;

/// Shares below this are rounding, and fix nobody.
pub(crate) const SHARE_MIN: f64 = 1e-7;
/// How far below its level a settled chance may be taken, at first, when numbers no longer fit together.
const SLACK_MIN: f64 = 1e-11;

/// Why nobody does better: for every panel, the sum over kinds of share · (seats of the kind / people of the kind) is
/// at most `cap`. So the chances of any lottery obey sum of share · chance <= cap.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Proof {
    pub(crate) shares: Vec<(usize, f64)>,
    pub(crate) cap: f64,
}

/// Kinds that are settled together, at the same chance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stage {
    pub(crate) chance: f64,
    pub(crate) kinds: Vec<usize>,
    pub(crate) proof: Proof,
}

/// The polytope of fractional panels, asked again and again with other least counts.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    shape: &'a Shape,
    /// People of each kind.
    people: &'a [f64],
    program: Program,
    settled: Vec<Option<f64>>,
    slack: f64,
}

impl<'a> Frame<'a> {
    /// Kinds that no panel can hold (most = 0) are settled at 0 from the start.
    pub(crate) fn new(shape: &'a Shape, people: &'a [f64]) -> Self {
        let settled = shape.counts.iter().map(|&(_, most)| (most == 0.0).then_some(0.0)).collect();
        let mut program = Program::new(shape.columns.clone(), &shape.counts, &shape.rows);
        // Any weights find a point; uneven ones keep the method from standing still on ties.
        let uneven: Vec<f64> =
            (0..people.len()).map(|kind| -1.0 - (kind as f64 * 0.618_033_988_749_895).fract()).collect();
        program.set_weights(&uneven);
        Self { shape, people, program, settled, slack: 0.0 }
    }

    /// All levels, lowest first. `None` when the numbers got lost (never seen; the caller reports it).
    pub(crate) fn leximin(&mut self) -> Option<Vec<Stage>> {
        let mut stages = Vec::new();
        while self.settled.contains(&None) {
            stages.push(self.next_level()?);
        }
        Some(stages)
    }

    /// Settles the lowest chance that can still be raised no further.
    pub(crate) fn next_level(&mut self) -> Option<Stage> {
        let open = |settled: &Option<f64>| settled.is_none();
        let roof = |kind: usize| self.shape.counts[kind].1 / self.people[kind];
        let lowest_roof = (0..self.people.len())
            .filter(|&kind| open(&self.settled[kind]))
            .min_by(|&a, &b| roof(a).total_cmp(&roof(b)))?;
        let mut chance = roof(lowest_roof);
        let mut proof = Proof { shares: vec![(lowest_roof, 1.0)], cap: chance };
        for _ in 0..1_000 {
            match self.reach(chance) {
                End::Best(_) | End::NotBetter => return Some(self.settle(chance, proof)),
                End::Lost => return None,
                End::Impossible(ray) => match self.proof_of(&ray) {
                    Some(better) => {
                        let bound = self.bound(&better);
                        if bound < chance {
                            (chance, proof) = (bound, better);
                        } else {
                            self.loosen()?;
                        }
                    }
                    None => self.loosen()?,
                },
            }
        }
        None
    }

    /// The counts found last: a point of the polytope.
    pub(crate) fn counts(&self) -> Vec<f64> {
        (0..self.people.len()).map(|kind| self.program.value(kind)).collect()
    }

    /// Is there a fractional panel in which everybody open gets at least `least` and at most `most`?
    pub(crate) fn between(&mut self, least: f64, most: f64) -> End {
        for kind in 0..self.people.len() {
            let roof = self.shape.counts[kind].1;
            self.program
                .set_bounds(kind, ((least * self.people[kind]).min(roof), (most * self.people[kind]).min(roof)));
        }
        self.program.solve(f64::NEG_INFINITY)
    }

    /// A ray of [`Frame::between`] as a line that all possible pairs keep, and as a proof with a negative share for
    /// each kind that is held to the most.
    pub(crate) fn line(&self, ray: &Ray, most: f64) -> (Line, Proof) {
        let mut line = Line { at_least: 0.0, at_most: 0.0, room: self.row_room(ray) };
        let mut shares = Vec::new();
        for (kind, &factor) in ray.0.iter().enumerate().take(self.people.len()) {
            let (people, roof) = (self.people[kind], self.shape.counts[kind].1);
            let share = factor * people;
            if factor < 0.0 && most * people >= roof {
                line.room -= factor * roof;
            } else if roof > 0.0 && share.abs() > 1e-12 {
                *if share > 0.0 { &mut line.at_least } else { &mut line.at_most } += share.abs();
                shares.push((kind, share));
            }
        }
        (line, Proof { shares, cap: line.room })
    }

    fn reach(&mut self, chance: f64) -> End {
        for kind in 0..self.people.len() {
            let (_, most) = self.shape.counts[kind];
            let least = self.people[kind] * self.settled[kind].map_or(chance, |settled| settled - self.slack);
            self.program.set_bounds(kind, (least.clamp(0.0, most), most));
        }
        self.program.solve(f64::NEG_INFINITY)
    }

    fn loosen(&mut self) -> Option<()> {
        self.slack = (self.slack * 10.0).max(SLACK_MIN);
        (self.slack < 1e-7).then_some(())
    }

    /// The most that the rows allow -ray · sums to be.
    fn row_room(&self, ray: &Ray) -> f64 {
        let factors = &ray.0[self.people.len()..];
        factors.iter().zip(&self.shape.rows).map(|(factor, row)| (-factor * row.0).max(-factor * row.1)).sum()
    }

    fn proof_of(&self, ray: &Ray) -> Option<Proof> {
        let kinds = 0..self.people.len();
        let share = |kind: usize| ray.0[kind] * self.people[kind];
        let total: f64 =
            kinds.clone().filter(|&kind| self.settled[kind].is_none()).map(|kind| share(kind).max(0.0)).sum();
        if total <= SHARE_MIN {
            return None;
        }
        let roofs: f64 = kinds.clone().map(|kind| (-ray.0[kind]).max(0.0) * self.shape.counts[kind].1).sum();
        let shares = kinds
            .map(|kind| (kind, share(kind) / total))
            .filter(|&(kind, share)| share > 1e-12 && self.shape.counts[kind].1 > 0.0);
        Some(Proof { shares: shares.collect(), cap: (self.row_room(ray) + roofs) / total })
    }

    /// What the proof says about the lowest open chance, given the settled ones.
    fn bound(&self, proof: &Proof) -> f64 {
        proof.bound(|kind| self.settled[kind])
    }

    fn settle(&mut self, chance: f64, proof: Proof) -> Stage {
        let open = proof.shares.iter().filter(|&&(kind, share)| self.settled[kind].is_none() && share > SHARE_MIN);
        let kinds: Vec<usize> = open.map(|&(kind, _)| kind).collect();
        kinds.iter().for_each(|&kind| self.settled[kind] = Some(chance));
        Stage { chance, kinds, proof }
    }
}

impl Proof {
    /// The most that the lowest chance of the kinds not settled can be.
    pub(crate) fn bound(&self, settled: impl Fn(usize) -> Option<f64>) -> f64 {
        let (mut cap, mut open) = (self.cap, 0.0);
        for &(kind, share) in &self.shares {
            match settled(kind) {
                Some(chance) => cap -= share * chance,
                None => open += share,
            }
        }
        cap / open
    }
}

/// at_least · lowest - at_most · highest <= room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) at_least: f64,
    pub(crate) at_most: f64,
    pub(crate) room: f64,
}
