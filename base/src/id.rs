//! The only chance in the house: ids that sort by time, secrets nobody can guess, and the hashes they are kept as.

use sha2::{Digest, Sha256};

/// An id that sorts by the time it was made: 32 hex digits (UUIDv7 without hyphens, so every collation agrees).
#[must_use]
pub fn at(ms: i64) -> String {
    let mut chance = [0u8; 10];
    fill(&mut chance);
    let ms = u64::try_from(ms).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(ms, &chance).into_uuid().simple().to_string()
}

/// A secret of 160 bits that a person or browser carries: 32 letters and digits, no look-alikes to misread.
#[must_use]
pub fn secret() -> String {
    let mut chance = [0u8; 20];
    fill(&mut chance);
    data_encoding::BASE32_NOPAD.encode(&chance).to_lowercase()
}

/// What is kept of a secret: its SHA-256 in hex. The secret itself is never stored.
#[must_use]
pub fn hash(secret: &str) -> String {
    hash_bytes(secret.as_bytes())
}

/// SHA-256 of any bytes, in hex.
#[must_use]
pub fn hash_bytes(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Fills a buffer from the operating system's source of chance.
pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system always has chance to give");
}

/// A whole number below `end`, each equally likely.
#[must_use]
pub fn below(end: u32) -> u32 {
    let span = u64::from(end.max(1));
    let fair = u64::MAX - u64::MAX % span;
    loop {
        let mut bytes = [0; 8];
        fill(&mut bytes);
        let drawn = u64::from_le_bytes(bytes);
        if drawn < fair {
            return u32::try_from(drawn % span).expect("below a u32");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_never_repeat() {
        let (early, late) = (at(1_000), at(2_000));
        assert!(early < late);
        assert_eq!(early.len(), 32);
        assert_ne!(at(1_000), at(1_000));
    }

    #[test]
    fn secrets_differ_and_are_kept_only_as_hashes() {
        assert_ne!(secret(), secret());
        assert_eq!(hash("a").len(), 64);
    }
}
