//! A lottery over whole panels whose chances are given ones, or the proof that no lottery has them.
//!
//! What for: turning the fractional levels of [`crate::levels`] into panels that can be drawn.
//! Promises: either the chances are met to within [`MET`], or the answer is a cut that every panel obeys and the
//! chances break; when stopped, the nearest lottery found so far. Never does: enumerate panels. They are found on
//! demand by [`crate::search`], first on the smallest face of the polytope around the target, where every panel of an
//! exact lottery must lie.

use crate::nearest::Nearest;
use crate::search::{Found, Search};
use crate::shape::{Panel, Shape, weigh};

/// Chances closer than this are met.
pub(crate) const MET: f64 = 2e-10;
/// Where rounding forbids more, chances this close are met too; in pools of thousands of kinds even these.
const NEARLY_MET: f64 = 1e-8;
const ALMOST_MET: f64 = 1e-6;
/// With the largest weight 1, differences below this are rounding.
const NOTHING: f64 = 1e-9;
/// Nodes after which a panel that helps is taken though a better one may exist.
const PATIENCE: usize = 100;
/// A bound this near is kept as an equation by every panel on the face.
const TIGHT: f64 = 1e-8;

/// How a blend ended.
#[derive(Clone, Debug)]
pub(crate) enum End {
    Met,
    /// factors · counts <= most for every panel, but not for the counts asked for.
    Cut(Vec<f64>, f64),
    Stopped,
}

/// Looks for a lottery (panels and their shares, summing to 1) with the given expected counts. `known` panels, of which
/// there must be one, are tried first, and grow. `go_on` hears how far the worst chance is off, and how many
/// panels are known.
pub(crate) fn blend(
    shape: &Shape,
    people: &[f64],
    target: &[f64],
    known: &mut Vec<Panel>,
    go_on: &mut dyn FnMut(f64, usize) -> bool,
) -> (Vec<(Panel, f64)>, End) {
    let mut nearest = Nearest::new(people, target);
    let start: Vec<f64> = target.iter().zip(people).map(|(count, people)| count / people).collect();
    nearest.take(&known[heaviest(known, &start)]);
    let mut face = Some(Search::new(face(shape, target)));
    let mut anywhere: Option<Search> = None;
    let end = loop {
        let far = nearest.farthest();
        if far <= MET {
            break End::Met;
        }
        let panels = known.len();
        if !go_on(far, panels) {
            break End::Stopped;
        }
        let weights = nearest.direction();
        let (here, wanted) = (inner(&weights, &nearest.counts()), inner(&weights, target));
        let best_known = heaviest(known, &weights);
        let enough = if face.is_some() { wanted } else { here + 0.25 * (wanted - here) };
        let found = if weigh(&weights, &known[best_known]) >= enough {
            Found::Panel(known[best_known].clone(), 0.0)
        } else if let Some(face) = &mut face {
            face.good(&weights, wanted - NOTHING, wanted + 0.5 * (wanted - here), PATIENCE, &mut || go_on(far, panels))
        } else {
            anywhere.get_or_insert_with(|| Search::new(shape.clone())).good(
                &weights,
                here + NOTHING,
                f64::INFINITY,
                PATIENCE,
                &mut || go_on(far, panels),
            )
        };
        match found {
            Found::Stopped => break End::Stopped,
            Found::Panel(panel, _) => {
                let nearer = nearest.take(&panel);
                if !known.contains(&panel) {
                    known.push(panel);
                }
                if !nearer && far <= NEARLY_MET {
                    break End::Met;
                } else if !nearer && face.take().is_none() {
                    if far <= ALMOST_MET {
                        break End::Met;
                    }
                    break cut(shape, weights, target, &mut || go_on(far, panels));
                }
            }
            Found::Nothing if face.take().is_some() => {}
            Found::Nothing if wanted - here <= 2.0 * NOTHING || far <= NEARLY_MET => break End::Met,
            Found::Nothing => break End::Cut(weights, here + 2.0 * NOTHING),
        }
    };
    (nearest.lottery(), end)
}

/// The cut along these weights, from the best panel there is.
fn cut(shape: &Shape, weights: Vec<f64>, target: &[f64], go_on: &mut dyn FnMut() -> bool) -> End {
    match Search::new(shape.clone()).best(&weights, f64::NEG_INFINITY, f64::INFINITY, go_on) {
        Found::Panel(_, most) if most + NOTHING < inner(&weights, target) => End::Cut(weights, most + NOTHING),
        _ => End::Stopped,
    }
}

fn inner(weights: &[f64], counts: &[f64]) -> f64 {
    weights.iter().zip(counts).map(|(weight, count)| weight * count).sum()
}

fn heaviest(known: &[Panel], weights: &[f64]) -> usize {
    let weighed = known.iter().enumerate().map(|(at, panel)| (weigh(weights, panel), at));
    weighed.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))).map_or(0, |pair| pair.1)
}

/// The smallest face around the target: bounds that it touches become equations.
fn face(shape: &Shape, target: &[f64]) -> Shape {
    let mut face = shape.clone();
    for (count, target) in face.counts.iter_mut().zip(target) {
        touch(count, *target, 0.0);
    }
    let whole = shape.whole_rows;
    for (at, (row, sum)) in face.rows.iter_mut().zip(shape.sums(target.iter().copied())).enumerate() {
        touch(row, sum, if at < whole { 0.0 } else { 1e-6 });
    }
    face
}

fn touch(bounds: &mut (f64, f64), value: f64, play: f64) {
    if value <= bounds.0 + TIGHT {
        bounds.1 = bounds.0 + play;
    } else if value >= bounds.1 - TIGHT {
        bounds.0 = bounds.1 - play;
    }
}
