//! Makes `src/password/common.filter` from a list of passwords, the most common first: see `src/password/common.rs`.

use std::collections::HashSet;
use std::io::{Read as _, Write as _};

use sha2::{Digest as _, Sha256};

const TAKEN: usize = 250_000;
const BYTES: usize = 500_000;
const PLACES: u64 = 11;

fn main() -> std::io::Result<()> {
    let mut list = Vec::new();
    std::io::stdin().read_to_end(&mut list)?;
    let list = String::from_utf8_lossy(&list).to_lowercase();
    let mut taken = HashSet::new();
    let mut filter = vec![0_u8; BYTES];
    for password in list.lines().map(|line| line.trim_end_matches('\r')).filter(|line| line.chars().count() >= 8) {
        if taken.len() == TAKEN {
            break;
        }
        if taken.insert(password) {
            let hash = Sha256::digest(password.as_bytes());
            let half = |from: usize| u64::from_le_bytes(hash[from..from + 8].try_into().expect("eight bytes"));
            for n in 0..PLACES {
                let at = (half(0).wrapping_add(n.wrapping_mul(half(8))) % (BYTES as u64 * 8)) as usize;
                filter[at / 8] |= 1 << (at % 8);
            }
        }
    }
    eprintln!("{} passwords", taken.len());
    std::io::stdout().write_all(&filter)
}
