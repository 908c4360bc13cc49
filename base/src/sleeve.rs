//! Drawings made from an id alone: a sleeve for each song, list and article, a face for each person. A pit seen from
//! above, its rings bent and broken differently each time, with one of them lit; all bend in at one side, where
//! somebody was picked up. The same id is the same drawing for ever, so a sleeve may be cached for ever; changing the
//! geometry here changes every sleeve there is.
//!
//! One function gives the strokes, in whole numbers; [`sleeve`] writes them as SVG and `card` paints the same as PNG.
//! What was drawn lately is kept, at most [`KEPT`] of a sort (5 MB in all): drawing costs as much as the rest of a row.

mod shape;

use std::collections::HashMap;
use std::f64::consts::TAU;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;
use shape::{Bend, Draw, Shape, whole};

/// The side of a sleeve's field, in its own units.
pub const FIELD: i32 = 240;
/// The ground of a sleeve, its rings, and the one that is lit: the same in both themes, on paper and on the card.
pub const GROUND: &str = "#1a1815";
pub const INK: &str = "#efe9dc";
pub const LAMP: &str = "#ffb224";

/// Drawings of one sort that are kept.
const KEPT: usize = 1_500;

/// How large a sleeve will be seen: a thumbnail has fewer and heavier rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Full,
    Thumb,
}

/// One stroke of a drawing: a line through whole-numbered points, with plain ends and sharp corners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stroke {
    pub points: Vec<(i32, i32)>,
    pub is_closed: bool,
}

/// One ring: its strokes (more than one where it is broken), all equally heavy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    pub strokes: Vec<Stroke>,
    pub width: i32,
    pub is_lit: bool,
}

/// The sleeve of an id as a whole SVG, to stand in a page or be served as a file: under 2,000 bytes, 750 as a
/// thumbnail.
#[must_use]
pub fn sleeve(id: &str, size: Size) -> Arc<str> {
    static FULL: Kept = Kept::new();
    static THUMBS: Kept = Kept::new();
    let kept = if size == Size::Full { &FULL } else { &THUMBS };
    kept.or_draw(id, || draw_sleeve(id, size))
}

/// The face of a person, from a seed they may change: an SVG to stand in a page. It takes the page's colours.
#[must_use]
pub fn face(seed: &str) -> Arc<str> {
    static FACES: Kept = Kept::new();
    FACES.or_draw(seed, || draw_face(seed))
}

/// The drawings of one sort that were asked for lately, by id.
struct Kept(LazyLock<Mutex<HashMap<String, Arc<str>>>>);

impl Kept {
    const fn new() -> Self {
        Self(LazyLock::new(Mutex::default))
    }

    fn or_draw(&self, id: &str, draw: impl FnOnce() -> String) -> Arc<str> {
        if let Some(drawn) = self.0.lock().get(id) {
            return drawn.clone();
        }
        let drawn: Arc<str> = draw().into();
        let mut kept = self.0.lock();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(id.to_owned(), drawn.clone());
        drawn
    }
}

fn draw_sleeve(id: &str, size: Size) -> String {
    let class = if size == Size::Full { "sleeve" } else { "sleeve s" };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{class}\" viewBox=\"0 0 {FIELD} {FIELD}\" aria-hidden=\"true\"><path fill=\"{GROUND}\" d=\"M0 0h{FIELD}v{FIELD}H0z\"/><g fill=\"none\" stroke=\"{INK}\">"
    );
    for ring in rings(id, size) {
        let lit = if ring.is_lit { format!(" stroke=\"{LAMP}\"") } else { String::new() };
        let _ = write!(svg, "<path stroke-width=\"{}\"{lit} d=\"", ring.width);
        ring.strokes.iter().for_each(|stroke| write_stroke(&mut svg, stroke));
        svg.push_str("\"/>");
    }
    svg + "</g></svg>"
}

fn draw_face(seed: &str) -> String {
    let mut draw = Draw::of("face", seed);
    let (lobes, kind, width) = (draw.between(3, 9), Bend::drawn(&mut draw), draw.between(5, 8));
    let outer = Shape {
        x: 40.0,
        y: 40.0,
        bend: kind,
        lobes: f64::from(lobes),
        depth: draw.part(0.14, 0.26),
        tilt: draw.part(0.0, TAU),
        drift: 0.0,
        dent: None,
    };
    let inner = Shape {
        x: 40.0 + draw.part(-7.0, 7.0),
        y: 40.0 + draw.part(-7.0, 7.0),
        bend: Bend::drawn(&mut draw),
        lobes: f64::from(draw.between(3, 7)),
        depth: draw.part(0.1, 0.3),
        tilt: draw.part(0.0, TAU),
        ..outer
    };
    let (around, within) = (outer.points(0, 27.0, lobes * 4), inner.points(0, draw.part(8.0, 13.0), 20));
    let (lit_around, lit_within) = if draw.below(3) == 0 { (" class=\"lit\"", "") } else { ("", " class=\"lit\"") };
    let mut svg = format!(
        "<svg class=\"face\" viewBox=\"0 0 80 80\" aria-hidden=\"true\" fill=\"none\" stroke=\"currentColor\"><path{lit_around} stroke-width=\"{width}\" d=\""
    );
    write_stroke(&mut svg, &Stroke { points: around, is_closed: true });
    let _ = write!(svg, "\"/><path{lit_within} fill=\"currentColor\" stroke=\"none\" d=\"");
    write_stroke(&mut svg, &Stroke { points: within, is_closed: true });
    svg + "\"/></svg>"
}

/// The face of everyone who gave no name: always the same plain one.
#[must_use]
pub fn nameless_face() -> &'static str {
    "<svg class=\"face\" viewBox=\"0 0 80 80\" aria-hidden=\"true\" fill=\"none\" stroke=\"currentColor\"><circle cx=\"40\" cy=\"40\" r=\"25\" stroke-width=\"5\"/><path stroke-width=\"5\" d=\"M30 40h20\"/></svg>"
}

/// The rings of an id's sleeve, innermost first.
#[must_use]
pub fn rings(id: &str, size: Size) -> Vec<Ring> {
    let mut draw = Draw::of("sleeve", id);
    let bend = Bend::drawn(&mut draw);
    let shape = Shape {
        x: draw.part(84.0, 156.0),
        y: draw.part(84.0, 156.0),
        bend,
        lobes: f64::from(draw.between(3, if bend == Bend::Corners { 6 } else { 7 })),
        depth: bend.depth(&mut draw),
        tilt: draw.part(0.0, TAU),
        drift: if draw.below(3) == 0 { 0.0 } else { draw.part(-0.3, 0.3) },
        dent: Some((draw.part(0.0, TAU), draw.part(0.14, 0.34))),
    };
    let (count, inner) = (draw.between(7, 9), draw.part(13.0, 24.0));
    let lit = draw.between(1, 4);
    let (count, lit, inner) =
        if size == Size::Full { (count, lit, inner) } else { (4, (lit * 4 / count).clamp(0, 2), inner + 10.0) };
    let step = (158.0 - inner) / f64::from(count);
    (0..count)
        .map(|index| ring(&mut draw, &shape, size, (index, inner + step * f64::from(index), step), index == lit))
        .collect()
}

/// One ring: its radius, how heavy it is and where it is broken.
fn ring(draw: &mut Draw, shape: &Shape, size: Size, (index, radius, step): (i32, f64, f64), is_lit: bool) -> Ring {
    let corners = shape.corners(if size == Size::Full { 14 + index * 2 } else { 12 + index * 2 });
    let points = shape.points(index, radius, corners);
    let weight = if is_lit { draw.part(0.42, 0.56) } else { [0.18, 0.26, 0.4, 0.58][draw.below(4)] };
    let weight = if size == Size::Full { weight } else { weight.max(0.4) };
    let width = whole(step * weight).max(3);
    let breaks_end = match index {
        0 => 2,
        1 => 3,
        _ if is_lit || size == Size::Thumb => 3,
        _ => 5,
    };
    let breaks = draw.below(breaks_end);
    Ring { strokes: broken(draw, points, breaks), width, is_lit }
}

/// Takes pieces out of a closed line.
fn broken(draw: &mut Draw, points: Vec<(i32, i32)>, breaks: usize) -> Vec<Stroke> {
    if breaks == 0 {
        return vec![Stroke { points, is_closed: true }];
    }
    let count = points.len();
    let share = count / breaks;
    let from = draw.below(count);
    let piece = |begin: usize, length: usize| Stroke {
        points: (0..=length).map(|step| points[(begin + step) % count]).collect(),
        is_closed: false,
    };
    (0..breaks)
        .map(|index| piece(from + index * share, share.saturating_sub(1 + draw.below(share / 3 + 1)).max(1)))
        .collect()
}

/// A line as path data: where it begins, then steps, in as few characters as whole numbers allow.
fn write_stroke(svg: &mut String, stroke: &Stroke) {
    let Some(&(mut x, mut y)) = stroke.points.first() else { return };
    let _ = write!(svg, "M{x} {y}l");
    for (index, &(to_x, to_y)) in stroke.points.iter().skip(1).enumerate() {
        for (place, step) in [to_x - x, to_y - y].into_iter().enumerate() {
            let parted = (index > 0 || place > 0) && step >= 0;
            let _ = write!(svg, "{}{step}", if parted { " " } else { "" });
        }
        (x, y) = (to_x, to_y);
    }
    if stroke.is_closed {
        svg.push('z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn many() -> impl Iterator<Item = String> {
        (0..3_000).map(|number| format!("song-{number}"))
    }

    #[test]
    fn a_sleeve_is_small_at_both_sizes_whatever_the_id() {
        for id in many() {
            let (full, thumb) = (sleeve(&id, Size::Full), sleeve(&id, Size::Thumb));
            assert!(full.len() < 2_000, "{id}: {}", full.len());
            assert!(thumb.len() < 750, "{id}: {}", thumb.len());
        }
    }

    #[test]
    fn the_same_id_is_the_same_drawing_and_another_id_is_another() {
        assert_eq!(sleeve("a", Size::Full), sleeve("a", Size::Full));
        let all: HashSet<_> = many().map(|id| sleeve(&id, Size::Thumb)).collect();
        assert_eq!(all.len(), 3_000);
        let faces: HashSet<_> = many().map(|seed| face(&seed)).collect();
        assert_eq!(faces.len(), 3_000);
    }

    #[test]
    fn exactly_one_ring_is_lit_and_lies_where_it_can_be_seen() {
        for id in many() {
            for size in [Size::Full, Size::Thumb] {
                let rings = rings(&id, size);
                let lit: Vec<_> = rings.iter().filter(|ring| ring.is_lit).collect();
                assert_eq!(lit.len(), 1, "{id}");
                let points: Vec<_> = lit[0].strokes.iter().flat_map(|stroke| &stroke.points).collect();
                let seen = points.iter().filter(|(x, y)| (0..=FIELD).contains(x) && (0..=FIELD).contains(y)).count();
                assert!(seen * 2 > points.len(), "{id}: {seen} of {}", points.len());
            }
        }
    }

    #[test]
    fn a_thumbnail_has_fewer_and_heavier_rings() {
        for id in many().take(200) {
            let heaviest = |size| rings(&id, size).iter().map(|ring| ring.width).max();
            assert!(rings(&id, Size::Thumb).len() < rings(&id, Size::Full).len());
            assert!(heaviest(Size::Thumb) > heaviest(Size::Full), "{id}");
        }
    }

    #[test]
    fn an_id_that_is_markup_stays_out_of_the_drawing() {
        let hostile = "\"><script>alert(1)</script>";
        assert!(!sleeve(hostile, Size::Full).contains("script") && !face(hostile).contains("script"));
    }

    #[test]
    fn faces_are_small_enough_to_stand_twenty_to_a_page() {
        for seed in many() {
            assert!(face(&seed).len() < 600, "{seed}: {}", face(&seed).len());
        }
    }
}
