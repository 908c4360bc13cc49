//! Everything by which one person can come in, together: what they have, and what may not be taken away.
//!
//! Promises: nobody locks themselves out by removing the last way in; whoever changes or drops a way in ends every other session. A second
//! factor is there when every way in takes two things.

use base::db::{Ask, DbResult, Tx};
use base::refusal::Refusal;
use base::{row, vals};

use crate::passkey::Passkey;
use crate::session::Session;
use crate::visitor::Member;
use crate::{recovery, totp};

/// What one person has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaysIn {
    pub has_password: bool,
    /// Since when six digits are asked for, too.
    pub totp_since: Option<i64>,
    pub passkeys: Vec<Passkey>,
    /// Recovery codes not used yet, and since when the set is there.
    pub codes: i64,
    pub codes_since: i64,
}

#[derive(Clone, Copy, Debug)]
struct Has {
    password: bool,
    passkey: bool,
    totp: bool,
}
row!(Has { password, passkey, totp });

impl Has {
    async fn of(ask: &impl Ask, person: &str) -> DbResult<Option<Self>> {
        let sql = "SELECT CASE WHEN p.password IS NULL THEN 0 ELSE 1 END,
                          CASE WHEN EXISTS (SELECT 1 FROM passkey k WHERE k.person = p.id) THEN 1 ELSE 0 END,
                          CASE WHEN p.totp_since IS NULL THEN 0 ELSE 1 END
                   FROM person p WHERE p.id = $1 AND p.left_at IS NULL";
        ask.first(sql, vals![person]).await
    }
}

/// Whether every way in of this person takes two things: a password and six digits, or passkeys alone.
pub async fn second_factor(ask: &impl Ask, person: &str) -> DbResult<bool> {
    Ok(Has::of(ask, person).await?.is_some_and(|has| has.totp || (has.passkey && !has.password)))
}

impl WaysIn {
    pub async fn of(ask: &impl Ask, person: &str) -> DbResult<Self> {
        let (codes, codes_since) = recovery::left(ask, person).await?;
        let has_password = Has::of(ask, person).await?.is_some_and(|has| has.password);
        Ok(Self {
            has_password,
            totp_since: totp::since(ask, person).await?,
            passkeys: Passkey::all(ask, person).await?,
            codes,
            codes_since,
        })
    }
}

/// Sets the password (its hash), and ends every session but this one, with what was begun by the old one.
pub async fn set_password(tx: &Tx, person: &str, hash: &str, here: &str) -> DbResult<()> {
    Session::close_others(tx, person, here).await?;
    tx.run("UPDATE person SET password = $1 WHERE id = $2", vals![hash, person]).await.map(drop)
}

/// Turns six digits on. Whoever does it came in by one thing a moment ago and has now shown a second, so this session
/// need not be opened once more; but where two things were needed before, showing one and a new key opens nothing that
/// asks for two.
pub async fn turn_on_totp(tx: &Tx, member: &Member, secret: &str, step: i64, now: i64) -> DbResult<()> {
    let (person, needed_two) = (&member.person.id, second_factor(tx, &member.person.id).await?);
    totp::turn_on(tx, person, secret, step, now).await?;
    match &member.session {
        Some(session) if !needed_two => Session::strengthen(tx, person, &session.hash).await,
        _ => Ok(()),
    }
}

/// Takes the password off, where a passkey remains, and ends what it opened: every session but this one.
pub async fn drop_password(tx: &Tx, person: &str, here: &str) -> Result<(), Refusal> {
    Session::close_others(tx, person, here).await?;
    tx.run("UPDATE person SET password = NULL WHERE id = $1", vals![person]).await?;
    must_have_one(tx, person).await
}

/// Takes a passkey away, where another way in remains, and ends every session but this one: it may have been lost with
/// the machine that is signed in by it.
pub async fn drop_passkey(tx: &Tx, person: &str, passkey: &str, here: &str, now: i64) -> Result<(), Refusal> {
    Session::close_others(tx, person, here).await?;
    Passkey::remove(tx, person, passkey, now).await?;
    must_have_one(tx, person).await
}

async fn must_have_one(tx: &Tx, person: &str) -> Result<(), Refusal> {
    match Has::of(tx, person).await? {
        Some(has) if has.password || has.passkey => Ok(()),
        _ => Err(Refusal::NotNow("way-in-last")),
    }
}
