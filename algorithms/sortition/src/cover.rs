//! Who can be on a panel at all.
//!
//! What for: a first panel to start from, and the kinds of people whom no panel can hold, for [`crate::odds`].
//! Promises: nobody is called unreachable without proof: by fractional panels where these are enough, else by whole
//! ones.

use crate::kinds::Kinds;
use crate::levels::Frame;
use crate::odds::{NoOdds, Progress, Watch};
use crate::search::{Found, Search};
use crate::shape::{Panel, Shape};

/// A best chance below this is 0.
const IMPOSSIBLE: f64 = 1e-9;

/// Any panel that keeps the quotas.
pub(crate) fn first_panel(kinds: &Kinds, go_on: &mut Watch<'_>) -> Result<Panel, NoOdds> {
    let weights: Vec<f64> = (0..kinds.kinds.len()).map(uneven).collect();
    let left = kinds.of_person.len();
    match Search::new(kinds.shape.clone())
        .best(&weights, f64::NEG_INFINITY, f64::NEG_INFINITY, &mut || go_on(Progress::Covering { left }))
    {
        Found::Panel(panel, _) => Ok(panel),
        Found::Nothing => Err(NoOdds::Infeasible),
        Found::Stopped => Err(NoOdds::Stopped),
    }
}

/// Gives kinds that not even a fractional panel can hold a most of 0.
pub(crate) fn exclude(shape: &mut Shape, kinds: &mut Kinds) -> Option<()> {
    while shape.counts.iter().any(|count| count.1 > 0.0) {
        let stage = Frame::new(shape, &kinds.sizes).next_level()?;
        if stage.chance > IMPOSSIBLE {
            break;
        }
        for kind in stage.kinds {
            (shape.counts[kind].1, kinds.shape.counts[kind].1) = (0.0, 0.0);
        }
    }
    Some(())
}

/// Adds panels until they hold everybody whom a panel can hold; the other kinds get a most of 0. False when stopped.
pub(crate) fn cover(kinds: &mut Kinds, known: &mut Vec<Panel>, go_on: &mut Watch<'_>) -> bool {
    let mut search = Search::new(kinds.shape.clone());
    let mut weights: Vec<f64> = (0..kinds.kinds.len()).map(uneven).collect();
    known.iter().flatten().for_each(|&(kind, _)| weights[kind] = 0.0);
    kinds
        .shape
        .counts
        .iter()
        .zip(&mut weights)
        .filter(|(count, _)| count.1 == 0.0)
        .for_each(|(_, weight)| *weight = 0.0);
    loop {
        let left = kinds.sizes.iter().zip(&weights).filter(|pair| *pair.1 > 0.0).map(|pair| *pair.0 as usize).sum();
        if left == 0 {
            return true;
        }
        match search.best(&weights, 0.5, 1.0, &mut || go_on(Progress::Covering { left })) {
            Found::Panel(panel, _) => {
                panel.iter().for_each(|&(kind, _)| weights[kind] = 0.0);
                known.push(panel);
            }
            Found::Nothing => {
                kinds
                    .shape
                    .counts
                    .iter_mut()
                    .zip(&weights)
                    .filter(|pair| *pair.1 > 0.0)
                    .for_each(|(count, _)| count.1 = 0.0);
                return true;
            }
            Found::Stopped => return false,
        }
    }
}

/// A weight between 1 and 2, another for every kind: ties make searches wander.
fn uneven(kind: usize) -> f64 {
    1.0 + (kind as f64 * 0.618_033_988_749_895).fract()
}
