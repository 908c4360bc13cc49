//! Coming back in: a name with a password or a recovery code, then a second factor where there is one.
//!
//! Promises: an unknown name takes the same road, the same time and the same words as a known one with the wrong password;
//! tries are counted, in memory, for the caller, for the name, and for the two together, so that a stranger's wrong tries don't
//! keep its owner out; those from ten households at once do, for a quarter of an hour. Never: a hint which of the two was wrong.

use std::sync::LazyLock;
use std::time::Duration;

use base::caller::Pace;
use base::clock::MINUTE_MS;
use base::db::{Ask, DbResult};
use base::house::House;
use base::refusal::Refusal;
use base::{row, vals};

use crate::person::folded;
use crate::visitor::Visitor;
use crate::way_in::{Kind, WayIn};
use crate::{password, recovery, totp};

/// How long tries are remembered.
const WINDOW_MS: i64 = 15 * MINUTE_MS;
/// Tries in that time from one household, from one at one name, and at one name from everywhere.
static FROM_ONE_CALLER: LazyLock<Pace> = LazyLock::new(|| Pace::new(40, WINDOW_MS));
static FROM_ONE_AT_ONE: LazyLock<Pace> = LazyLock::new(|| Pace::new(10, WINDOW_MS));
static AT_ONE_NAME: LazyLock<Pace> = LazyLock::new(|| Pace::new(100, WINDOW_MS));
/// Tries at a second factor: six digits are few, and who tries has the password.
static AT_ONE_SECOND: LazyLock<Pace> = LazyLock::new(|| Pace::new(10, WINDOW_MS));
/// When a try at a code is answered: a known name costs a few microseconds more than an unknown one, and no password is
/// worked out here that would drown them.
const CODE_TAKES: Duration = Duration::from_millis(20);

/// How far somebody got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// All the way: the person's id.
    In(String),
    /// As far as the second factor: the secret of the step between.
    HalfWay(String),
    /// Name or word was wrong; which one is nobody's business.
    Not,
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
        let sql = "SELECT id, password, CASE WHEN totp_since IS NULL THEN 0 ELSE 1 END FROM person WHERE folded = $1 AND left_at IS NULL";
        ask.first(sql, vals![folded(name)]).await
    }
}

/// Counts one try at a name; too many are refused before anything is looked at.
fn count(visitor: &Visitor, name: &str) -> Result<(), Refusal> {
    count_caller(visitor)?;
    let (house, name) = (&visitor.house, folded(name));
    FROM_ONE_AT_ONE.count((&house.folder, visitor.caller, &name), house.now())?;
    AT_ONE_NAME.count((&house.folder, &name), house.now())
}

/// Counts one try of a household, whatever it is at.
pub fn count_caller(visitor: &Visitor) -> Result<(), Refusal> {
    let house = &visitor.house;
    visitor.caller.map_or(Ok(()), |caller| FROM_ONE_CALLER.count((&house.folder, caller), house.now()))
}

/// Tries a name and a password.
pub async fn by_password(visitor: &Visitor, name: &str, word: &str) -> Result<Came, Refusal> {
    count(visitor, name)?;
    let lock = Lock::of(&visitor.house.db, name).await?;
    let fits = password::fits(&visitor.house, word, lock.as_ref().and_then(|lock| lock.password.as_deref())).await?;
    match lock {
        Some(lock) if fits => go_on(&visitor.house, lock, Kind::Second).await,
        _ => Ok(Came::Not),
    }
}

/// Tries a name and a recovery code, which is then used up. It stands in for the password, not for the second factor too.
pub async fn by_code(visitor: &Visitor, name: &str, code: &str) -> Result<Came, Refusal> {
    count(visitor, name)?;
    let answer_at = tokio::time::sleep(CODE_TAKES);
    let lock = Lock::of(&visitor.house.db, name).await?;
    let tx = visitor.house.begin().await?;
    let nobody = String::new();
    let fits = recovery::take(&tx, lock.as_ref().map_or(&nobody, |lock| &lock.id), code).await?;
    tx.keep().await?;
    answer_at.await;
    match lock {
        Some(lock) if fits => go_on(&visitor.house, lock, Kind::SecondAfterCode).await,
        _ => Ok(Came::Not),
    }
}

async fn go_on(house: &House, lock: Lock, step: Kind) -> Result<Came, Refusal> {
    if !lock.has_totp {
        return Ok(Came::In(lock.id));
    }
    let tx = house.begin().await?;
    let secret = WayIn::make(&tx, step, Some(&lock.id), None, house.now()).await?;
    tx.keep().await?;
    Ok(Came::HalfWay(secret))
}

/// The second step: six digits from the person's device, or a recovery code unless one was used a moment ago. A step whose
/// time is over is [`Refusal::NotNow`].
pub async fn second(visitor: &Visitor, secret: &str, code: &str) -> Result<Came, Refusal> {
    let house = &visitor.house;
    let now = house.now();
    let step = match WayIn::look(&house.db, Kind::Second, secret, now).await? {
        Some(step) => Some((step, Kind::Second)),
        None => WayIn::look(&house.db, Kind::SecondAfterCode, secret, now).await?.map(|step| (step, Kind::SecondAfterCode)),
    };
    let (step, kind) = step.ok_or(Refusal::NotNow("sign-in-step-over"))?;
    let person = step.person.ok_or(Refusal::NotNow("sign-in-step-over"))?;
    count_caller(visitor)?;
    AT_ONE_SECOND.count((&house.folder, &person), now)?;
    let tx = house.begin().await?;
    let fits = totp::take(&tx, &person, code, now).await? || (kind == Kind::Second && recovery::take(&tx, &person, code).await?);
    if !fits {
        return Ok(Came::HalfWay(secret.to_owned()));
    }
    let taken = WayIn::take(&tx, kind, secret, now).await?;
    tx.keep().await?;
    taken.map(|_| Came::In(person)).ok_or(Refusal::NotNow("sign-in-step-over"))
}
