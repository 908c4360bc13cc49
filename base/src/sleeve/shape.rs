//! How a ring is bent: a circle, a wave or teeth on it, and a dent. All of it follows from bytes that an id is hashed
//! to.

use std::f64::consts::{PI, TAU};

use sha2::{Digest, Sha256};

/// How a ring departs from a circle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bend {
    Wave,
    Teeth,
    Beat,
    Corners,
}

impl Bend {
    pub(super) fn drawn(draw: &mut Draw) -> Self {
        [Self::Wave, Self::Teeth, Self::Beat, Self::Corners][draw.below(4)]
    }

    /// How deep this bends a ring, as a share of its radius.
    pub(super) fn depth(self, draw: &mut Draw) -> f64 {
        match self {
            Self::Wave => draw.part(0.05, 0.15),
            Self::Teeth => draw.part(0.07, 0.17),
            Self::Beat => draw.part(0.1, 0.24),
            Self::Corners => draw.part(0.08, 0.16),
        }
    }

    /// How far out a ring is at an angle (already turned and multiplied by the lobes): -1 to 1.
    fn at(self, turned: f64, lobes: f64) -> f64 {
        match self {
            Self::Wave => turned.sin(),
            Self::Teeth => 2.0 * ((turned / PI).rem_euclid(2.0) - 1.0).abs() - 1.0,
            Self::Beat => turned.sin() * (2.0 * turned / lobes).cos(),
            Self::Corners => ((0.92 / (turned.rem_euclid(TAU) / lobes - PI / lobes).cos() - 1.0) * 4.0).min(1.3),
        }
    }
}

pub(super) struct Shape {
    pub x: f64,
    pub y: f64,
    pub bend: Bend,
    pub lobes: f64,
    pub depth: f64,
    pub tilt: f64,
    /// How far each ring is turned against the one inside it.
    pub drift: f64,
    /// Where the rings bend in (an angle), and how far.
    pub dent: Option<(f64, f64)>,
}

impl Shape {
    /// About as many corners as asked; where a ring has teeth, each of them gets its tip.
    pub(super) fn corners(&self, about: i32) -> i32 {
        if self.bend != Bend::Teeth {
            return about;
        }
        let tips = 2 * whole(self.lobes);
        (about + tips / 2) / tips.max(1) * tips
    }

    pub(super) fn points(&self, index: i32, radius: f64, corners: i32) -> Vec<(i32, i32)> {
        let point = |corner: i32| {
            let angle = TAU * f64::from(corner) / f64::from(corners);
            let turned = self.lobes * angle + self.tilt + self.drift * f64::from(index) * self.lobes.sqrt();
            let dent = self
                .dent
                .map_or(0.0, |(at, deep)| deep * (-((angle - at + PI).rem_euclid(TAU) - PI).powi(2) * 2.5).exp());
            let out = radius * (1.0 + self.depth * self.bend.at(turned, self.lobes) - dent);
            (whole(self.x + out * angle.cos()), whole(self.y + out * angle.sin()))
        };
        (0..corners).map(point).collect()
    }
}

/// Chance that is no chance: bytes drawn from what the drawing is for and its id.
pub(super) struct Draw {
    bytes: [u8; 32],
    at: usize,
}

impl Draw {
    pub(super) fn of(what: &str, id: &str) -> Self {
        Self { bytes: Sha256::new().chain_update(what).chain_update(b"/").chain_update(id).finalize().into(), at: 0 }
    }

    fn byte(&mut self) -> u8 {
        if self.at == self.bytes.len() {
            (self.bytes, self.at) = (Sha256::digest(self.bytes).into(), 0);
        }
        self.at += 1;
        self.bytes[self.at - 1]
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    pub(super) fn between(&mut self, from: i32, to: i32) -> i32 {
        from + i32::from(self.byte()) % (to - from + 1)
    }

    pub(super) fn part(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * f64::from(self.byte()) / 255.0
    }
}

#[expect(clippy::cast_possible_truncation, reason = "coordinates lie within a few hundred units of the field")]
pub(super) fn whole(value: f64) -> i32 {
    value.round() as i32
}
