//! How figures and names stand in a trail. Never decides anything.

use std::fmt::Write as _;

use crate::lot::{Earlier, Settled, Tie};
use crate::poll::Candidate;

/// Bytes in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

/// A candidate's number alone.
pub(crate) fn number(candidates: &[Candidate], candidate: usize) -> String {
    candidates.get(candidate).map_or_else(|| format!("position {candidate}"), |one| one.id.to_string())
}

/// A candidate as `2 Nashville`.
pub(crate) fn label(candidates: &[Candidate], candidate: usize) -> String {
    candidates
        .get(candidate)
        .map_or_else(|| format!("position {candidate}"), |one| format!("{} {}", one.id, on_one_line(&one.name)))
}

/// Without what could pass for another line of the trail, or garble the page or terminal it is shown on.
pub(crate) fn on_one_line(text: &str) -> String {
    text.chars().map(|one| if garbles(one) { ' ' } else { one }).collect()
}

/// Control characters, line separators and marks that turn the writing direction of what follows.
pub(crate) fn garbles(one: char) -> bool {
    one.is_control() || matches!(one, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Several candidates as `2 Nashville; 3 Chattanooga`; `nobody` when there are none.
pub(crate) fn labels(candidates: &[Candidate], chosen: impl IntoIterator<Item = usize>) -> String {
    let all: Vec<_> = chosen.into_iter().map(|candidate| label(candidates, candidate)).collect();
    if all.is_empty() { "nobody".to_owned() } else { all.join("; ") }
}

/// A number of hundred-thousandths as `1080.74863`, without idle zeros.
pub(crate) fn decimal(units: u64) -> String {
    let text = format!("{}.{:05}", units / 100_000, units % 100_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// An exact quotient as `2585 1/2`.
pub(crate) fn quotient(number: u128, by: u128) -> String {
    let (whole, rest) = (number / by, number % by);
    let common = greatest_divisor(rest, by);
    match (whole, rest) {
        (_, 0) => whole.to_string(),
        (0, _) => format!("{}/{}", rest / common, by / common),
        _ => format!("{whole} {}/{}", rest / common, by / common),
    }
}

/// The greatest common divisor.
pub(crate) fn greatest_divisor(one: u128, other: u128) -> u128 {
    if other == 0 { one } else { greatest_divisor(other, one % other) }
}

/// Columns set under each other: the first to the left, the others to the right.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let cell = if column == 0 { format!("  {cell:<width$}") } else { format!("  {cell:>width$}") };
            line += &cell;
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// The sentence about a tie.
pub(crate) fn tie(candidates: &[Candidate], tie: &Tie) -> String {
    let by = match tie.settled {
        Settled::EarlierStage => "that",
        Settled::Total => "the higher total",
        Settled::Lot => "lot",
    };
    let (tied, picked) = (labels(candidates, tie.tied.iter().copied()), label(candidates, tie.picked));
    let leaves = |earlier: &Earlier| {
        format!("stage {} leaves {}; ", earlier.stage, labels(candidates, earlier.left.iter().copied()))
    };
    let earlier: String = tie.earlier.iter().map(leaves).collect();
    format!("  Tie: {tied} are level; {earlier}{} settled by {by}: {picked}.\n", tie.about)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_exact_and_bare() {
        assert_eq!(decimal(108_074_863), "1080.74863");
        assert_eq!(decimal(29_000_000), "290");
        assert_eq!(decimal(90_300), "0.903");
        assert_eq!(quotient(31_026, 12), "2585 1/2");
        assert_eq!(quotient(4, 6), "2/3");
        assert_eq!(quotient(12, 6), "2");
    }
}
