//! Recovery codes: eight on paper, each good once, for the day a phone is lost or a password is forgotten. Shown once;
//! we keep their hashes.

use base::db::{Ask, DbResult, Tx};
use base::{id, vals};

/// Codes in a set. A new set ends the one before.
pub const CODES: usize = 8;
/// Letters of a code, of 32 kinds: 80 bits, so that a plain hash of one tells nothing.
const LETTERS: usize = 16;

/// Makes a new set and returns it, to be shown this once: `abcd-efgh-ijkl-mnop`.
pub async fn make(tx: &Tx, person: &str, now: i64) -> DbResult<Vec<String>> {
    tx.run("DELETE FROM recovery_code WHERE person = $1", vals![person]).await?;
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let code = id::secret()[..LETTERS].to_owned();
        tx.run(
            "INSERT INTO recovery_code (hash, person, since) VALUES ($1, $2, $3)",
            vals![hash(person, &code), person, now],
        )
        .await?;
        let quarters: Vec<_> = (0..LETTERS).step_by(4).map(|at| &code[at..at + 4]).collect();
        codes.push(quarters.join("-"));
    }
    Ok(codes)
}

/// Uses a code up, however it was typed; whether it was one.
pub async fn take(tx: &Tx, person: &str, code: &str) -> DbResult<bool> {
    let plain: String =
        code.chars().filter(|c| c.is_ascii_alphanumeric()).take(LETTERS + 1).map(|c| c.to_ascii_lowercase()).collect();
    Ok(tx.run("DELETE FROM recovery_code WHERE hash = $1 AND person = $2", vals![hash(person, &plain), person]).await?
        > 0)
}

/// How many are left, and since when the set is there.
pub async fn left(ask: &impl Ask, person: &str) -> DbResult<(i64, i64)> {
    ask.one("SELECT count(*), COALESCE(max(since), 0) FROM recovery_code WHERE person = $1", vals![person]).await
}

fn hash(person: &str, code: &str) -> String {
    id::hash(&format!("{person}/{code}"))
}
