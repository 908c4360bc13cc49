//! Setting the words of a card: which letters there are, and the largest in which a title fits its column.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont};
use unicode_normalization::UnicodeNormalization;

use crate::assets;

/// The width of the column of words, in pixels.
pub(super) const COLUMN: f32 = 480.0;
/// From one line to the next, as a share of the height of its letters.
pub(super) const PITCH: f32 = 0.86;
/// The heights of letters tried for a title, in pixels, largest first.
const LETTERS: &[f32] = &[148.0, 128.0, 110.0, 94.0, 80.0, 68.0, 58.0];
/// How much height a title may take, in pixels.
const TITLE_HEIGHT: f32 = 400.0;
/// More of a title than this never fits, and is not looked at.
const TITLE_CHARS_MAX: usize = 400;

pub(super) static FONT: LazyLock<FontRef<'static>> =
    LazyLock::new(|| FontRef::try_from_slice(assets::bytes("fonts/card.ttf")).expect("the font in assets is a font"));

/// Whether our font has nearly all of the letters.
pub(super) fn can_write(text: &str) -> bool {
    let letters: Vec<char> = text.nfc().filter(|letter| letter.is_alphanumeric()).collect();
    let known = letters.iter().filter(|letter| FONT.glyph_id(**letter).0 != 0).count();
    known * 10 >= letters.len() * 9 && known > 0
}

/// The glyphs of a text; what the font lacks is passed over.
pub(super) fn glyphs(text: &str) -> Vec<GlyphId> {
    text.nfc().map(|letter| FONT.glyph_id(letter)).filter(|id| id.0 != 0).collect()
}

fn width(text: &str, letters: f32) -> f32 {
    let font = FONT.as_scaled(PxScale::from(letters));
    glyphs(text).into_iter().map(|id| font.h_advance(id)).sum()
}

/// A title as lines, in the largest letters in which it fits; the smallest are cut with dots.
pub(super) fn set(title: &str) -> (Vec<String>, f32) {
    let title: String = title.chars().take(TITLE_CHARS_MAX).collect();
    let fits = |letters: f32| {
        let lines = wrapped(&title, letters);
        let wide = lines.iter().all(|line| width(line, letters) <= COLUMN);
        (wide && lines.len() <= lines_max(letters)).then_some((lines, letters))
    };
    LETTERS.iter().copied().find_map(fits).unwrap_or_else(|| cut(&title))
}

/// How many lines of letters there is room for.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of lines")]
fn lines_max(letters: f32) -> usize {
    (TITLE_HEIGHT / (letters * PITCH)) as usize
}

/// The smallest letters, and only as many lines as there is room for.
fn cut(title: &str) -> (Vec<String>, f32) {
    let letters = LETTERS[LETTERS.len() - 1];
    let mut lines = wrapped(title, letters);
    let room = lines_max(letters);
    if lines.len() > room {
        lines.truncate(room);
        lines[room - 1].push('…');
    }
    (lines.iter().map(|line| shortened(line, letters, COLUMN)).collect(), letters)
}

/// Words put into lines, each as full as the column allows.
fn wrapped(text: &str, letters: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line, letters) + width(word, letters) + width(" ", letters) <= COLUMN => {
                *line = format!("{line} {word}")
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A line that is too wide ends in dots.
pub(super) fn shortened(line: &str, letters: f32, room: f32) -> String {
    let mut kept = line.to_owned();
    if width(&kept, letters) <= room {
        return kept;
    }
    while !kept.is_empty() && width(&kept, letters) + width("…", letters) > room {
        kept.pop();
    }
    format!("{}…", kept.trim_end_matches(['…', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_of_any_length_stays_in_its_column() {
        for title in [
            "Ok",
            "Words for when the words are the problem",
            &"a very long title ".repeat(30),
            &"Donaudampfschifffahrt".repeat(9),
        ] {
            let (lines, letters) = set(title);
            assert!(!lines.is_empty() && lines.len() <= 8, "{title}");
            assert!(lines.iter().all(|line| width(line, letters) <= COLUMN), "{title}");
        }
        assert!(set("Ok").1 > set(&"long ".repeat(40)).1);
        assert!(set(&"long ".repeat(400)).0.last().unwrap().ends_with('…'));
    }

    #[test]
    fn latin_greek_and_cyrillic_can_be_written_and_other_scripts_are_known_to_be_missing() {
        for known in ["Motörhead", "Ночь", "Νύχτα", "Chłodno, zażółć", "Bad night? 🤘"] {
            assert!(can_write(known), "{known}");
        }
        for unknown in ["夜", "ليل", "밤이 너무 길어", "🤘", ""] {
            assert!(!can_write(unknown), "{unknown}");
        }
    }
}
