//! The quarter of a million most common passwords of eight characters or more, as a filter of half a megabyte.
//!
//! Source: the first 250,000 such lines, in small letters, of `10-million-password-list-top-1000000.txt` in SecLists
//! (MIT, Daniel Miessler and others), which Mark Burnett published without restriction from passwords leaked over ten
//! years. Made by `cargo run -p people --example common_passwords < LIST`. One in two thousand passwords that are not
//! on it is refused, too.

use sha2::{Digest as _, Sha256};

static FILTER: &[u8; 500_000] = include_bytes!("common.filter");
/// Places that each password sets in the filter.
const PLACES: u64 = 11;

/// Whether everybody else has this password, however it is capitalised.
pub(super) fn has(password: &str) -> bool {
    places(password, FILTER.len()).all(|(byte, bit)| FILTER[byte] & bit != 0)
}

/// Where a password stands in a filter of so many bytes.
fn places(password: &str, bytes: usize) -> impl Iterator<Item = (usize, u8)> {
    let hash = Sha256::digest(password.to_lowercase().as_bytes());
    let half = |from: usize| u64::from_le_bytes(hash[from..from + 8].try_into().expect("eight bytes"));
    let (start, step) = (half(0), half(8));
    (0..PLACES).map(move |n| {
        let at = (start.wrapping_add(n.wrapping_mul(step)) % (bytes as u64 * 8)) as usize;
        (at / 8, 1 << (at % 8))
    })
}
