//! Everyone's chance under the fairest lottery, with the proof that no lottery is fairer.
//!
//! What for: the figures that are published before a draw.
//! Promises: [`Odds::levels`] carry certificates that any solver of integer programmes can check, one small programme
//! each. Solving can be stopped at any time once a first panel is known; then the lottery so far comes back, and its
//! levels say how far from the best they can be at most.
//! Source: leximin and maximin of Flanigan et al. (Nature 596, 2021); Goldilocks of Baharav and Flanigan (2024).

use crate::blend::{End, blend};
use crate::cover::{cover, exclude, first_panel};
use crate::kinds::Kinds;
use crate::levels::{Frame, Proof, Stage};
use crate::pool::Pool;
use crate::shape::{Panel, Shape};

/// What "fair" shall mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// The lowest chance as high as can be, then the next lowest, and so on to the end.
    #[default]
    Leximin,
    /// The lowest chance as high as can be; nothing is said about the others.
    Maximin,
    /// (people / seats) · highest chance + (seats / people) / lowest chance as small as can be, over those who can
    /// serve.
    Goldilocks,
}

/// How far the solver is. Passed to the callback, which answers whether to go on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// Looking for panels that hold everybody once: people not on one yet. Only where fractional panels mislead.
    Covering {
        /// People on no panel yet.
        left: usize,
    },
    /// Blending panels into a lottery.
    Blending {
        /// Panels known.
        panels: usize,
        /// How far the chance that is furthest off is from the best possible.
        farthest: f64,
    },
}

/// The chances of everybody, and why they are fair.
#[derive(Clone, Debug)]
pub struct Odds {
    /// What "fair" meant.
    pub method: Method,
    /// Whether the solver ended by itself; if not, see [`Level::upper_bound`] for what is left to gain.
    pub finished: bool,
    /// Per person, in the pool's order: 0 to 1. They sum to the number of seats.
    pub chances: Vec<f64>,
    /// Lowest first. Leximin has as many as it needs, maximin one, Goldilocks none.
    pub levels: Vec<Level>,
    /// Goldilocks only.
    pub objective: Option<Objective>,
    /// Row numbers of people whom no panel can hold, see [`crate::Relaxation`] for what would change that.
    pub unreachable: Vec<usize>,
    /// How often whole panels could not do what fractional ones can, and a cut was added.
    pub cuts: usize,
    pub(crate) kinds: Kinds,
    pub(crate) lottery: Vec<(Panel, f64)>,
}

/// People whose chance cannot be raised without lowering somebody's who has no more.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// The lowest chance that the lottery gives anyone at this level.
    pub value: f64,
    /// The best there is: no lottery that gives each earlier level its own upper bound has a higher lowest chance here.
    pub upper_bound: f64,
    /// Kinds of people at this level, see [`Odds::kind_of_person`].
    pub kinds: Vec<usize>,
    /// Why the upper bound holds.
    pub certificate: Certificate,
}

/// For every panel: the sum over kinds of share · (members of the kind / people of the kind) is at most `cap`.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// (kind, share). At a level, the shares of the kinds not settled before sum to 1; Goldilocks has negative shares
    /// too.
    pub shares: Vec<(usize, f64)>,
    /// The most that the sum can be.
    pub cap: f64,
}

/// What Goldilocks reached, and what no lottery can go below.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// What the lottery reached.
    pub value: f64,
    /// What no lottery can go below.
    pub lower_bound: f64,
    /// Together they prove the bound: each says share · chance, summed, is at most the cap.
    pub certificates: Vec<Certificate>,
}

/// Why there are no odds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoOdds {
    /// Proven: no panel keeps all quotas. [`crate::Relaxation::smallest`] tells what to change.
    #[error("no panel keeps all quotas")]
    Infeasible,
    /// The callback said stop before the first panel was found.
    #[error("stopped before the first panel was found")]
    Stopped,
    /// Rounding made an answer that could be proven impossible.
    #[error("the numbers lie too close together to prove an answer")]
    Lost,
}

/// The callback of every long computation: told how far it is, it answers whether to go on.
pub type Watch<'a> = dyn FnMut(Progress) -> bool + 'a;

impl Odds {
    /// The fairest odds for a pool.
    ///
    /// # Errors
    /// See [`NoOdds`].
    pub fn of(pool: &Pool, method: Method, go_on: &mut Watch<'_>) -> Result<Self, NoOdds> {
        let mut kinds = Kinds::of(pool);
        let mut known = vec![first_panel(&kinds, go_on)?];
        let mut covered = false;
        let mut cuts: Vec<(Vec<f64>, f64)> = Vec::new();
        loop {
            let mut shape = kinds.shape.clone();
            cuts.iter().for_each(|(factors, most)| shape.cut(factors, *most));
            exclude(&mut shape, &mut kinds).ok_or(NoOdds::Lost)?;
            let aim = Aim::at(&shape, &kinds, pool, method).ok_or(NoOdds::Lost)?;
            let (lottery, end) = blend(&shape, &kinds.sizes, &aim.counts, &mut known, &mut |farthest, panels| {
                go_on(Progress::Blending { panels, farthest })
            });
            match end {
                End::Met => return Ok(Self::new(kinds, aim, lottery, true, cuts.len())),
                End::Stopped => return Ok(Self::new(kinds, aim, lottery, false, cuts.len())),
                End::Cut(factors, most) => {
                    // Fractions of panels may hold people whom no whole panel can: find them before any cut.
                    if !std::mem::replace(&mut covered, true) && !cover(&mut kinds, &mut known, go_on) {
                        return Ok(Self::new(kinds, aim, lottery, false, cuts.len()));
                    }
                    cuts.push((factors, most));
                }
            }
        }
    }

    /// Per person: which kind. People of one kind have the same answers, the same household situation and the same
    /// chance.
    #[must_use]
    pub fn kind_of_person(&self) -> &[usize] {
        &self.kinds.of_person
    }

    /// Per kind: how many people.
    #[must_use]
    pub fn kind_sizes(&self) -> Vec<usize> {
        self.kinds.kinds.iter().map(|kind| kind.people.len()).collect()
    }

    /// The exact lottery: how likely each panel is, as (kind, how many of it).
    pub fn support(&self) -> impl Iterator<Item = (f64, &[(usize, u32)])> {
        self.lottery.iter().map(|(panel, share)| (*share, panel.as_slice()))
    }

    /// The lowest chance of all, 0 when somebody is unreachable.
    #[must_use]
    pub fn min(&self) -> f64 {
        self.chances.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The highest chance of all.
    #[must_use]
    pub fn max(&self) -> f64 {
        self.chances.iter().copied().fold(0.0, f64::max)
    }

    /// The largest difference between what a level reached and what is proven to be the most.
    #[must_use]
    pub fn gap(&self) -> f64 {
        let objective = self.objective.iter().map(|objective| objective.value - objective.lower_bound);
        self.levels.iter().map(|level| level.upper_bound - level.value).chain(objective).fold(0.0, f64::max)
    }

    fn new(kinds: Kinds, aim: Aim, lottery: Vec<(Panel, f64)>, finished: bool, cuts: usize) -> Self {
        let mut chance = vec![0.0; kinds.kinds.len()];
        for (panel, share) in &lottery {
            panel.iter().for_each(|&(kind, count)| chance[kind] += share * f64::from(count) / kinds.sizes[kind]);
        }
        let mut settled: Vec<Option<f64>> = vec![None; chance.len()];
        let mut levels = Vec::new();
        for Stage { kinds, proof, .. } in aim.stages {
            let value = kinds.iter().map(|&kind| chance[kind]).fold(f64::INFINITY, f64::min);
            let upper_bound = proof.bound(|kind| settled[kind]).max(value);
            kinds.iter().for_each(|&kind| settled[kind] = Some(upper_bound));
            levels.push(Level { value, upper_bound, kinds, certificate: proof.into() });
        }
        let objective = aim.lower_bound.map(|(lower_bound, proofs)| Objective {
            value: aim.formula.value(
                chance.iter().copied().zip(&kinds.shape.counts).filter(|(_, count)| count.1 > 0.0).map(|pair| pair.0),
            ),
            lower_bound,
            certificates: proofs.into_iter().map(Certificate::from).collect(),
        });
        let unreachable =
            (0..kinds.of_person.len()).filter(|&person| kinds.shape.counts[kinds.of_person[person]].1 == 0.0);
        Self {
            method: aim.method,
            finished,
            cuts,
            chances: kinds.of_person.iter().map(|&kind| chance[kind].clamp(0.0, 1.0)).collect(),
            levels,
            objective,
            unreachable: unreachable.collect(),
            kinds,
            lottery,
        }
    }
}

impl From<Proof> for Certificate {
    fn from(Proof { shares, cap }: Proof) -> Self {
        Self { shares, cap }
    }
}

/// The best that fractional panels could do: expected counts to blend whole panels into, and the proofs.
struct Aim {
    method: Method,
    counts: Vec<f64>,
    stages: Vec<Stage>,
    lower_bound: Option<(f64, Vec<Proof>)>,
    formula: crate::goldilocks::Formula,
}

impl Aim {
    fn at(shape: &Shape, kinds: &Kinds, pool: &Pool, method: Method) -> Option<Self> {
        let mut frame = Frame::new(shape, &kinds.sizes);
        let able: f64 =
            kinds.sizes.iter().zip(&shape.counts).filter(|(_, count)| count.1 > 0.0).map(|pair| pair.0).sum();
        let formula = crate::goldilocks::Formula { mean: f64::from(pool.seats) / able };
        let mut aim = Self { method, counts: Vec::new(), stages: Vec::new(), lower_bound: None, formula };
        match method {
            Method::Leximin => {
                aim.stages = frame.leximin()?;
                aim.counts = vec![0.0; kinds.sizes.len()];
                for stage in &aim.stages {
                    stage.kinds.iter().for_each(|&kind| aim.counts[kind] = stage.chance * kinds.sizes[kind]);
                }
            }
            Method::Maximin => {
                let mut stage = frame.next_level()?;
                stage.kinds = (0..kinds.sizes.len()).filter(|&kind| shape.counts[kind].1 > 0.0).collect();
                aim.counts = frame.counts();
                aim.stages = vec![stage];
            }
            Method::Goldilocks => {
                let (counts, bound, proofs) = crate::goldilocks::aim(&mut frame, shape, &kinds.sizes, formula)?;
                (aim.counts, aim.lower_bound) = (counts, Some((bound, proofs)));
            }
        }
        Some(aim)
    }
}
