//! The picture that other sites show for a link: the thing's sleeve, its title and whose house it is, 1200 × 630, as a
//! PNG of few colours. A title in letters that our font lacks is left out rather than drawn as boxes; the sleeve then
//! fills the card. Never fetches anything, never fails.

mod letters;

use ab_glyph::{Font, Glyph, PxScale, ScaleFont, point};
use letters::{COLUMN, FONT, PITCH, can_write, glyphs, set, shortened};
use tiny_skia::{FillRule, Mask, PathBuilder, PathStroker, Rect, Stroke as Pen, Transform};

use crate::sleeve::{self, FIELD, Ring, Size, Stroke};

/// The size other sites ask for, in pixels.
pub const WIDTH: u32 = 1200;
pub const HEIGHT: u32 = 630;
/// Where the column of words begins, in pixels.
const LEFT: f32 = 56.0;
/// Steps from ground to full colour at the edge of a stroke.
const STEPS: u8 = 15;

/// What a card says.
#[derive(Clone, Copy, Debug)]
pub struct Card<'a> {
    /// The id its sleeve is drawn from.
    pub id: &'a str,
    /// A few words over the title, such as what kind of thing it is; may be empty.
    pub kicker: &'a str,
    pub title: &'a str,
    /// The community's name.
    pub house: &'a str,
    /// The colour of its light, `#rrggbb`.
    pub lamp: &'a str,
}

/// Draws a card as a PNG of 1200 × 630, under 60 kB.
#[must_use]
pub fn png(card: &Card<'_>) -> Vec<u8> {
    let mut sheet = Sheet::new(WIDTH, HEIGHT, card.lamp);
    let rings = sleeve::rings(card.id, Size::Full);
    if can_write(card.title) {
        sheet.panel = WIDTH - HEIGHT;
        sheet.rings(&rings, scaled(HEIGHT, WIDTH - HEIGHT, 0.0));
        sheet.clear(sheet.panel, 0);
        sheet.words(card);
    } else {
        sheet.panel = 0;
        sheet.rings(&rings, scaled(WIDTH, 0, -285.0));
        sheet.clear(if can_write(card.house) { WIDTH - HEIGHT } else { 160 }, 506);
        sheet.signature(card.house);
    }
    sheet.png()
}

/// The mark of the house as a PNG, for a home screen. `side` is in pixels, `lamp` the colour of its light.
#[must_use]
pub fn icon(side: u32, lamp: &str) -> Vec<u8> {
    let mut sheet = Sheet::new(side, side, lamp);
    sheet.panel = side;
    sheet.mark(pixels(side) * 0.07, pixels(side) * 0.07, pixels(side) * 0.86 / 40.0);
    sheet.png()
}

/// A drawing in the making: how far each pixel is covered with ink and with light.
struct Sheet {
    ink: Mask,
    lit: Mask,
    /// From this column on the ground is a sleeve's.
    panel: u32,
    lamp: [u8; 3],
}

impl Sheet {
    fn new(width: u32, height: u32, lamp: &str) -> Self {
        let mask = || Mask::new(width, height).expect("a card has a size");
        Self { ink: mask(), lit: mask(), panel: width, lamp: colour(lamp) }
    }

    fn rings(&mut self, rings: &[Ring], at: Transform) {
        for ring in rings {
            for stroke in &ring.strokes {
                self.stroke(stroke, ring.width, ring.is_lit, at);
            }
        }
    }

    fn stroke(&mut self, stroke: &Stroke, width: i32, is_lit: bool, at: Transform) {
        let mut path = PathBuilder::new();
        for (index, &(x, y)) in stroke.points.iter().enumerate() {
            let (x, y) = (small(x), small(y));
            if index == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        if stroke.is_closed {
            path.close();
        }
        let pen = Pen { width: small(width), ..Pen::default() };
        let outline = path.finish().and_then(|path| PathStroker::new().stroke(&path, &pen, 1.0));
        if let Some(outline) = outline {
            self.layer(is_lit).fill_path(&outline, FillRule::Winding, true, at);
        }
    }

    /// Makes room for words: everything left of a column and below a row goes.
    fn clear(&mut self, before: u32, below: u32) {
        let (width, before, below) = (self.ink.width() as usize, before as usize, below as usize);
        for mask in [&mut self.ink, &mut self.lit] {
            mask.data_mut().chunks_exact_mut(width).skip(below).for_each(|row| row[..before].fill(0));
        }
    }

    fn words(&mut self, card: &Card<'_>) {
        self.bar(LEFT, 56.0, COLUMN, 6.0);
        let mut top = 78.0;
        if !card.kicker.is_empty() && can_write(card.kicker) {
            let kicker = shortened(&card.kicker.to_uppercase(), 34.0, COLUMN);
            self.line(&kicker, 34.0, LEFT, top, true);
            top += 46.0;
        }
        let (lines, letters) = set(card.title);
        top -= letters * 0.08;
        for line in &lines {
            self.line(line, letters, LEFT, top, false);
            top += letters * PITCH;
        }
        self.signature(card.house);
    }

    /// Whose house it is, at the foot.
    fn signature(&mut self, house: &str) {
        self.mark(LEFT, 536.0, 1.2);
        if can_write(house) {
            let house = shortened(&house.to_uppercase(), 40.0, COLUMN - 110.0);
            self.line(&house, 40.0, LEFT + 64.0, 542.0, false);
        }
    }

    fn bar(&mut self, x: f32, y: f32, width: f32, height: f32) {
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            self.ink.fill_path(&PathBuilder::from_rect(rect), FillRule::Winding, true, Transform::identity());
        }
    }

    /// The mark on a field of 40: four arcs around a light.
    fn mark(&mut self, x: f32, y: f32, scale: f32) {
        let at = Transform::from_row(scale / 100.0, 0.0, 0.0, scale / 100.0, x, y);
        for quarter in 0..4 {
            self.stroke(&arc(1700.0, -90.0 + 90.0 * small(quarter), 70.0), 400, false, at);
        }
        if let Some(light) = PathBuilder::from_circle(2000.0, 2000.0, 500.0) {
            self.lit.fill_path(&light, FillRule::Winding, true, at);
        }
    }

    fn line(&mut self, text: &str, letters: f32, left: f32, top: f32, is_lit: bool) {
        let (font, mut x) = (FONT.as_scaled(PxScale::from(letters)), left);
        for id in glyphs(text) {
            let glyph = Glyph { id, scale: PxScale::from(letters), position: point(x, top + font.ascent()) };
            if let Some(outline) = font.outline_glyph(glyph) {
                let (from, mask) = (outline.px_bounds().min, self.layer(is_lit));
                outline
                    .draw(|column, row, cover| cover_pixel(mask, from.x + pixels(column), from.y + pixels(row), cover));
            }
            x += font.h_advance(id);
        }
    }

    fn layer(&mut self, is_lit: bool) -> &mut Mask {
        if is_lit { &mut self.lit } else { &mut self.ink }
    }

    /// Writes the drawing with one byte to a pixel: which ground, ink or light, and how far.
    fn png(&self) -> Vec<u8> {
        let (width, height) = (self.ink.width(), self.ink.height());
        let ranked = self.ink.data().iter().zip(self.lit.data()).enumerate();
        let steps = |cover: u8| (u16::from(cover) * u16::from(STEPS) + 127) / 255;
        let indexed: Vec<u8> = ranked
            .map(|(index, (ink, lit))| {
                let ground = u16::from(index % width as usize >= self.panel as usize) * 2;
                let (layer, step) = if lit >= ink { (1, steps(*lit)) } else { (0, steps(*ink)) };
                u8::try_from((ground + layer) * (u16::from(STEPS) + 1) + step).expect("four blends of sixteen steps")
            })
            .collect();
        let mut out = Vec::with_capacity(48 << 10);
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(palette(self.lamp));
        encoder.set_filter(png::Filter::NoFilter);
        encoder.set_compression(png::Compression::Balanced);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&indexed));
        written.expect("writing to memory cannot fail");
        out
    }
}

/// Ground to ink, ground to light, sleeve to ink, sleeve to light: sixteen steps each, three bytes a colour.
fn palette(lamp: [u8; 3]) -> Vec<u8> {
    let (night, ground, ink) = (colour("#0f0e0c"), colour(sleeve::GROUND), colour(sleeve::INK));
    let blends = [(night, ink), (night, lamp), (ground, ink), (ground, lamp)];
    let blend = |(from, to): ([u8; 3], [u8; 3])| {
        (0..=u16::from(STEPS)).flat_map(move |step| {
            std::array::from_fn::<_, 3, _>(|part| {
                let (from, to) = (u16::from(from[part]), u16::from(to[part]));
                u8::try_from((from * (u16::from(STEPS) - step) + to * step) / u16::from(STEPS))
                    .expect("between two bytes")
            })
        })
    };
    blends.into_iter().flat_map(blend).collect()
}

/// `#rrggbb` as three bytes.
fn colour(hex: &str) -> [u8; 3] {
    std::array::from_fn(|part| {
        u8::from_str_radix(&hex[1 + part * 2..3 + part * 2], 16).expect("a colour is six hex digits")
    })
}

fn cover_pixel(mask: &mut Mask, x: f32, y: f32, cover: f32) {
    let (wide, high) = (mask.width(), mask.height());
    if x < 0.0 || y < 0.0 || x >= pixels(wide) || y >= pixels(high) {
        return;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "inside the mask, as the line above says"
    )]
    let (at, value) = (y as usize * wide as usize + x as usize, (cover.clamp(0.0, 1.0) * 255.0) as u8);
    let pixel = &mut mask.data_mut()[at];
    *pixel = (*pixel).max(value);
}

/// An arc as a line of short pieces, around the middle of a field of 4000; angles in degrees.
fn arc(radius: f32, from: f32, through: f32) -> Stroke {
    let at = |step: i32| (from + through * small(step) / 32.0).to_radians();
    #[expect(clippy::cast_possible_truncation, reason = "within a field of 4000")]
    let point =
        |angle: f32| ((2000.0 + radius * angle.cos()).round() as i32, (2000.0 + radius * angle.sin()).round() as i32);
    Stroke { points: (0..=32).map(|step| point(at(step))).collect(), is_closed: false }
}

/// A sleeve's field, drawn `side` pixels wide.
fn scaled(side: u32, left: u32, top: f32) -> Transform {
    let scale = pixels(side) / small(FIELD);
    Transform::from_row(scale, 0.0, 0.0, scale, pixels(left), top)
}

#[expect(clippy::cast_precision_loss, reason = "pixels of a card are far below what a float holds exactly")]
fn pixels(count: u32) -> f32 {
    count as f32
}

#[expect(clippy::cast_precision_loss, reason = "units of a drawing are far below what a float holds exactly")]
fn small(count: i32) -> f32 {
    count as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets;

    const ADA: Card<'_> = Card {
        id: "song-1",
        kicker: "Setlist · 11 songs",
        title: "Slow ones for a slow morning",
        house: "Circlepit",
        lamp: sleeve::LAMP,
    };

    fn pixels_of(png: &[u8]) -> (png::OutputInfo, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        (info, bytes)
    }

    #[test]
    fn a_card_is_1200_by_630_and_under_60_kb_for_any_sleeve() {
        for number in 0..24 {
            let id = format!("song-{number}");
            let png = png(&Card { id: &id, ..ADA });
            assert!(png.len() < 60_000, "{id}: {}", png.len());
            assert_eq!((pixels_of(&png).0.width, pixels_of(&png).0.height), (WIDTH, HEIGHT));
        }
    }

    #[test]
    fn the_title_is_on_it() {
        let (_, with) = pixels_of(&png(&ADA));
        let (_, other) = pixels_of(&png(&Card { title: "Something else", ..ADA }));
        assert_ne!(with, other);
    }

    #[test]
    fn the_light_on_it_is_the_packs() {
        let teal = Card { lamp: "#7fc4d6", ..ADA };
        let palette = |card: &Card<'_>| palette(colour(card.lamp));
        assert_ne!(palette(&ADA), palette(&teal));
        assert_ne!(png(&ADA), png(&teal));
        assert_eq!(pixels_of(&png(&ADA)).1, pixels_of(&png(&teal)).1, "the drawing is the same");
    }

    #[test]
    fn letters_the_font_lacks_give_a_card_without_words_not_boxes() {
        let bare = png(&Card { title: "夜", ..ADA });
        assert_eq!(bare, png(&Card { title: "밤이", ..ADA }));
        assert_ne!(bare, png(&ADA));
    }

    #[test]
    fn the_icons_in_assets_are_this_drawing() {
        for (name, side) in [("icon-180.png", 180), ("icon-512.png", 512)] {
            assert_eq!(
                assets::bytes(name),
                icon(side, sleeve::LAMP),
                "{name}: write it again with the gallery example"
            );
        }
    }
}
