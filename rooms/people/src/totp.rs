//! Six digits from a device of one's own (TOTP, RFC 6238): the second factor that needs no network and no company.
//!
//! Promises: digits are good once and for a minute and a half at most; they count only after the person has shown that
//! their device makes the right ones.

use base::db::{Ask, DbResult, Tx};
use base::vals;
use data_encoding::BASE32_NOPAD;
use totp_rs::{Algorithm, Builder, Totp};

/// How long one code stands, in seconds; the one before and after are taken, too.
const STEP_SECONDS: i64 = 30;
const SECRET_BYTES: usize = 20;

/// A new secret, in the letters that a device is given.
#[must_use]
pub fn new_secret() -> String {
    let mut secret = [0; SECRET_BYTES];
    base::id::fill(&mut secret);
    BASE32_NOPAD.encode(&secret)
}

/// What a device reads from a link or picture: `otpauth://totp/…`.
#[must_use]
pub fn link(secret: &str, house: &str, name: &str) -> String {
    let plain = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    format!("otpauth://totp/{0}:{1}?secret={secret}&issuer={0}", plain(house), plain(name))
}

/// Whether the digits are right for a secret at a time; the step they stand for.
#[must_use]
pub fn step_of(secret: &str, digits: &str, now: i64) -> Option<i64> {
    let digits: String = digits.chars().filter(char::is_ascii_digit).take(7).collect();
    let totp = generator(secret)?;
    let step = now / 1_000 / STEP_SECONDS;
    (step - 1..=step + 1)
        .find(|step| u64::try_from(step * STEP_SECONDS).is_ok_and(|at| totp.generate(at).to_string() == digits))
}

/// The digits of a secret at a time, as a device shows them.
#[must_use]
pub fn digits(secret: &str, now: i64) -> Option<String> {
    generator(secret).map(|totp| totp.generate(u64::try_from(now / 1_000).unwrap_or_default()).to_string())
}

fn generator(secret: &str) -> Option<Totp> {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).ok()?;
    Builder::new().with_algorithm(Algorithm::SHA1).with_secret(secret).build().ok()
}

/// Takes the digits of a person who has it on; each is taken once.
pub async fn take(tx: &Tx, person: &str, digits: &str, now: i64) -> DbResult<bool> {
    let secret: Option<String> =
        tx.first("SELECT totp FROM person WHERE id = $1 AND totp_since IS NOT NULL", vals![person]).await?;
    let Some(step) = secret.and_then(|secret| step_of(&secret, digits, now)) else { return Ok(false) };
    Ok(tx.run("UPDATE person SET totp_step = $1 WHERE id = $2 AND totp_step < $1", vals![step, person]).await? > 0)
}

/// Turns it on with a secret whose digits the person has shown.
pub async fn turn_on(tx: &Tx, person: &str, secret: &str, step: i64, now: i64) -> DbResult<()> {
    tx.run(
        "UPDATE person SET totp = $1, totp_since = $2, totp_step = $3 WHERE id = $4",
        vals![secret, now, step, person],
    )
    .await
    .map(drop)
}

pub async fn turn_off(tx: &Tx, person: &str) -> DbResult<()> {
    tx.run("UPDATE person SET totp = NULL, totp_since = NULL, totp_step = 0 WHERE id = $1", vals![person])
        .await
        .map(drop)
}

/// Since when it is on.
pub async fn since(ask: &impl Ask, person: &str) -> DbResult<Option<i64>> {
    ask.first("SELECT totp_since FROM person WHERE id = $1 AND totp_since IS NOT NULL", vals![person]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_standard() {
        // RFC 6238, appendix B: this secret at 1111111109 s ends in 081804.
        let secret = BASE32_NOPAD.encode(b"12345678901234567890");
        assert_eq!(digits(&secret, 1_111_111_109_000).as_deref(), Some("081804"));
        assert!(step_of(&secret, "081 804", 1_111_111_109_000 + 30_000).is_some());
        assert_eq!(step_of(&secret, "081804", 1_111_111_109_000 + 90_000), None);
        assert_eq!(step_of(&secret, "", 1_111_111_109_000), None);
    }
}
