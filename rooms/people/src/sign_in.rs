//! Coming back in: a name with a password or a recovery code, then a second factor where there is one.
//!
//! Promises: an unknown name takes the same road, the same time and the same words as a known one with the wrong
//! password; tries are counted, in memory, for the caller, for the name, and for the two together, so that a stranger's
//! wrong tries don't keep its owner out; those from ten households at once do, for a quarter of an hour. Never: a hint
//! which of the two was wrong.

use std::time::Duration;

use base::caller::Pace;
use base::clock::MINUTE_MS;
use base::db::{Ask, DbResult, Tx};
use base::refusal::Refusal;
use base::{row, vals};

use crate::person::{Person, folded, hold};
use crate::session::Session;
use crate::visitor::Visitor;
use crate::way_in::{Kind, WayIn};
use crate::{password, recovery, totp};

/// How long tries are remembered.
const WINDOW_MS: i64 = 15 * MINUTE_MS;
/// Tries in that time from one household, from one at one name, and at one name from everywhere.
const FROM_ONE_CALLER: Pace = Pace::new("signing in from one household", 40, WINDOW_MS);
const FROM_ONE_AT_ONE: Pace = Pace::new("signing in from one household at one name", 10, WINDOW_MS);
const AT_ONE_NAME: Pace = Pace::new("signing in at one name", 100, WINDOW_MS);
/// Tries at a second factor: six digits are few, and who tries has the password.
const AT_ONE_SECOND: Pace = Pace::new("a second factor", 10, WINDOW_MS);
/// When a wrong code is answered: a known name costs a few microseconds more than an unknown one, and no password is
/// worked out here that would drown them.
const CODE_TAKES: Duration = Duration::from_millis(20);

/// How far somebody got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    In(Entered),
    /// As far as the second factor: the secret of the step between.
    HalfWay(String),
    /// Name or word was wrong; which one is nobody's business.
    Not,
}

/// Somebody who is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// What their browser carries from now on.
    pub secret: String,
    /// They asked to leave.
    pub leaves: bool,
}

/// What is needed of a person to let them in.
#[derive(Clone, Debug)]
struct Lock {
    id: String,
    password: Option<String>,
    has_totp: bool,
}
row!(Lock { id, password, has_totp });

impl Lock {
    async fn of(ask: &impl Ask, name: &str) -> DbResult<Option<Self>> {
        let sql = "SELECT id, password, CASE WHEN totp_since IS NULL THEN 0 ELSE 1 END FROM person WHERE folded = $1
                   AND left_at IS NULL";
        ask.first(sql, vals![folded(name)]).await
    }

    /// Whether it is what it was when it was looked at, in a write that whoever changes it has to wait for.
    async fn is_still(&self, tx: &Tx) -> DbResult<bool> {
        let sql = "SELECT id FROM person WHERE id = $1 AND COALESCE(password, '') = $2
                   AND CASE WHEN totp_since IS NULL THEN 0 ELSE 1 END = $3 AND left_at IS NULL";
        Ok(tx.hold(sql, vals![&self.id, self.password.clone().unwrap_or_default(), i64::from(self.has_totp)]).await?
            == 1)
    }
}

/// Counts one try at a name; too many are refused before anything is looked at.
fn count(visitor: &Visitor, name: &str) -> Result<(), Refusal> {
    count_caller(visitor)?;
    let (house, name) = (&visitor.house, folded(name));
    house.count(FROM_ONE_AT_ONE, (visitor.caller, &name))?;
    house.count(AT_ONE_NAME, &name)
}

/// Counts one try of a household, whatever it is at.
pub fn count_caller(visitor: &Visitor) -> Result<(), Refusal> {
    visitor.caller.map_or(Ok(()), |caller| visitor.house.count(FROM_ONE_CALLER, caller))
}

/// Tries a name and a password.
pub async fn by_password(visitor: &Visitor, name: &str, word: &str) -> Result<Came, Refusal> {
    count(visitor, name)?;
    let lock = Lock::of(&visitor.house.db, name).await?;
    let fits = password::fits(&visitor.house, word, lock.as_ref().and_then(|lock| lock.password.as_deref())).await?;
    let Some(lock) = lock.filter(|_| fits) else { return Ok(Came::Not) };
    let tx = visitor.house.begin().await?;
    // Looking takes its time, and a new password ends what the old one began.
    if lock.is_still(&tx).await? { go_on(visitor, tx, lock, Kind::Second).await } else { Ok(Came::Not) }
}

/// Tries a name and a recovery code, which is then used up. It stands in for the password, not for the second factor
/// too.
pub async fn by_code(visitor: &Visitor, name: &str, code: &str) -> Result<Came, Refusal> {
    count(visitor, name)?;
    let answer_at = tokio::time::sleep(CODE_TAKES);
    let lock = Lock::of(&visitor.house.db, name).await?;
    let tx = visitor.house.begin().await?;
    // The same is asked of a name that is nobody's, so that it takes as long.
    let asked = lock.clone().unwrap_or_else(|| Lock { id: String::new(), password: None, has_totp: false });
    let is_still = asked.is_still(&tx).await?;
    let fits = recovery::take(&tx, &asked.id, code).await? && is_still;
    match lock {
        Some(lock) if fits => go_on(visitor, tx, lock, Kind::SecondAfterCode).await,
        _ => {
            drop(tx);
            answer_at.await;
            Ok(Came::Not)
        }
    }
}

/// All the way where there is no second factor, in the write in which the first was taken.
async fn go_on(visitor: &Visitor, tx: Tx, lock: Lock, step: Kind) -> Result<Came, Refusal> {
    if !lock.has_totp {
        return Ok(Came::In(let_in(tx, visitor, &lock.id, 1).await?));
    }
    let secret = WayIn::make(&tx, step, Some(&lock.id), None, visitor.house.now()).await?;
    tx.keep().await?;
    Ok(Came::HalfWay(secret))
}

/// Opens a session under a new secret for somebody who showed this many things, and closes the one this browser had. It
/// is one write with whatever of theirs was used up for it, and keeps that: who is not let in can try the same again.
pub(crate) async fn let_in(tx: Tx, visitor: &Visitor, person: &str, factors: i64) -> Result<Entered, Refusal> {
    if !hold(&tx, person).await? {
        return Err(Refusal::NotNow("sign-in-step-over")); // they left just now
    }
    if let (Some(session), Some(before)) = (&visitor.session, &visitor.person) {
        Session::close(&tx, &before.id, &session.hash).await?;
    }
    let secret = Session::open(&tx, person, factors, visitor.house.now()).await?;
    let leaves = Person::find(&tx, person).await?.is_some_and(|person| person.leaving_at.is_some());
    tx.keep().await?;
    Ok(Entered { secret, leaves })
}

/// The second step: six digits from the person's device, or a recovery code unless one was used a moment ago. A step
/// whose time is over is [`Refusal::NotNow`].
pub async fn second(visitor: &Visitor, secret: &str, code: &str) -> Result<Came, Refusal> {
    let house = &visitor.house;
    let now = house.now();
    let step = match WayIn::look(&house.db, Kind::Second, secret, now).await? {
        Some(step) => Some((step, Kind::Second)),
        None => {
            WayIn::look(&house.db, Kind::SecondAfterCode, secret, now).await?.map(|step| (step, Kind::SecondAfterCode))
        }
    };
    let (step, kind) = step.ok_or(Refusal::NotNow("sign-in-step-over"))?;
    let person = step.person.ok_or(Refusal::NotNow("sign-in-step-over"))?;
    count_caller(visitor)?;
    house.count(AT_ONE_SECOND, &person)?;
    let tx = house.begin().await?;
    hold(&tx, &person).await?;
    let fits = totp::take(&tx, &person, code, now).await?
        || (kind == Kind::Second && recovery::take(&tx, &person, code).await?);
    if !fits {
        return Ok(Came::HalfWay(secret.to_owned()));
    }
    WayIn::take(&tx, kind, secret, now).await?.ok_or(Refusal::NotNow("sign-in-step-over"))?;
    Ok(Came::In(let_in(tx, visitor, &person, 2).await?))
}

/// By a link, which is then used up.
pub async fn by_link(visitor: &Visitor, secret: &str) -> Result<Entered, Refusal> {
    count_caller(visitor)?;
    let (tx, now) = (visitor.house.begin().await?, visitor.house.now());
    if let Some(person) = WayIn::look(&tx, Kind::SignIn, secret, now).await?.and_then(|link| link.person) {
        hold(&tx, &person).await?; // a password that is changed just now ends the link first
    }
    let link = WayIn::take(&tx, Kind::SignIn, secret, now).await?;
    let person = link.and_then(|link| link.person).ok_or(Refusal::NotNow("link-over"))?;
    let_in(tx, visitor, &person, 1).await
}
