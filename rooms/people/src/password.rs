//! Passwords: kept as Argon2id, checked in the same time whether there is one or not, and refused when everybody else
//! has it.
//!
//! Promises: eight characters up to [`CHARS_MAX`], any of them, pasted or typed; nothing about capitals or digits (ASVS
//! 5, V6). The list of common ones is inside the program, so no password leaves it. Never: a password in a log or an
//! error.

mod common;

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use base::form::Form;
use base::house::House;
use base::refusal::Refusal;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

pub const CHARS_MIN: usize = 8;
pub const CHARS_MAX: usize = 1_024;
/// Memory of one hash and passes over it: the figures OWASP gives for Argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Hashes under way at once: more would outgrow a small box.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Reads a new password from a form. `names` are words it may not consist of: the person's name, the community's.
pub fn read(form: &mut Form, field: &'static str, names: &[&str]) -> String {
    let password = form.value(field).to_owned();
    let chars = password.chars().count();
    if chars < CHARS_MIN {
        form.refuse_with(field, "password-wrong-short", &[("min", CHARS_MIN.to_string())]);
    } else if chars > CHARS_MAX {
        form.refuse_with(field, "wrong-too-long", &[("max", CHARS_MAX.to_string()), ("now", chars.to_string())]);
    } else if common::has(&password) {
        form.refuse(field, "password-wrong-common");
    } else if names.iter().any(|name| is_made_of(&password, name)) {
        form.refuse(field, "password-wrong-name");
    }
    password
}

/// Whether a password is a name, perhaps with digits around it.
fn is_made_of(password: &str, name: &str) -> bool {
    let bare: String = crate::person::folded(password).trim_matches(|c: char| c.is_ascii_digit()).to_owned();
    let name = crate::person::folded(name);
    !name.is_empty() && !bare.is_empty() && bare.replace(&name, "").is_empty()
}

/// What is kept of a password.
pub async fn hash(house: &House, password: &str) -> Result<String, Refusal> {
    let (password, argon) = (prepared(password), argon(house.weak_hashing));
    aside(move || {
        argon.hash_password(&password).map(|hash| hash.to_string()).map_err(|e| Refusal::Broken(e.to_string()))
    })
    .await?
}

/// Whether it is the password behind a hash. Without a hash it takes as long and says no.
pub async fn fits(house: &House, password: &str, hash: Option<&str>) -> Result<bool, Refusal> {
    let decoy = if house.weak_hashing { &DECOYS.1 } else { &DECOYS.0 };
    let (is_real, hash) = (hash.is_some(), hash.unwrap_or(decoy).to_owned());
    let password = prepared(password);
    let fits = aside(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(&password, &hash).is_ok())
    })
    .await?;
    Ok(fits && is_real)
}

/// Hashes of nothing anybody knows, in both strengths.
static DECOYS: LazyLock<(String, String)> = LazyLock::new(|| {
    let of = |weak| {
        argon(weak).hash_password(base::id::secret().as_bytes()).expect("fixed parameters are right").to_string()
    };
    (of(false), of(true))
});

fn argon(weak: bool) -> Argon2<'static> {
    let (memory, passes) = if weak { (8, 1) } else { (MEMORY_KIB, PASSES) };
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(memory, passes, 1, None).expect("fixed parameters are right"),
    )
}

/// The same password from every keyboard: NFKC, cut to what may be one.
fn prepared(password: &str) -> Vec<u8> {
    password.chars().take(CHARS_MAX + 1).nfkc().collect::<String>().into_bytes()
}

/// Hashing is work for a thread of its own.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    let _permit = AT_ONCE.acquire().await.expect("never closed");
    tokio::task::spawn_blocking(work).await.map_err(|e| Refusal::Broken(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault_of(password: &str) -> bool {
        let mut form = Form::filled([("password", password)]);
        read(&mut form, "password", &["Ada of Leeds", "Circlepit"]);
        !form.is_right()
    }

    #[test]
    fn what_everybody_has_or_what_is_ones_own_name_is_refused() {
        for common in [
            "password",
            "PASSWORD",
            "iloveyou",
            "metallica",
            "12345678",
            "Ada of Leeds",
            "adaofleeds99",
            "circlepit",
            "short",
            &"x".repeat(CHARS_MAX + 1),
        ] {
            assert!(fault_of(common), "{common}");
        }
        for fine in [
            "four wet drumsticks",
            "            ",
            "ünïcödé is fine",
            &"pasted from a manager ".repeat(12),
            &"x".repeat(CHARS_MAX),
        ] {
            assert!(!fault_of(fine), "{fine}");
        }
    }

    #[test]
    fn the_parameters_are_the_recommended_ones() {
        let hash = argon(false).hash_password(b"four wet drumsticks").unwrap().to_string();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }
}
