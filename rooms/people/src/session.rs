//! A session: one browser that is signed in. The browser carries a secret; we keep its hash, and never an address or
//! what the browser calls itself.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use base::clock::{DAY_MS, MINUTE_MS};
use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::{id, row, vals};

use crate::person::{Person, hold};
use crate::way_in::WayIn;

/// A session ends when it was not used for this long.
pub const IDLE_DAYS_MAX: i64 = 60;
/// How long after signing in a person may change a way in.
pub const FRESH_MS: i64 = 15 * MINUTE_MS;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub hash: String,
    pub since: i64,
    /// The beginning of the day on which it was last used, in milliseconds.
    pub seen_day: i64,
    pub fresh_until: i64,
    /// How many things were shown to open it.
    pub factors: i64,
}
row!(Session { hash, since, seen_day, fresh_until, factors });

impl Session {
    /// Opens a session for somebody who showed this many things, and returns the secret for the cookie.
    pub async fn open(tx: &Tx, person: &str, factors: i64, now: i64) -> DbResult<String> {
        let secret = id::secret();
        let sql =
            "INSERT INTO session (hash, person, since, seen_day, fresh_until, factors) VALUES ($1, $2, $3, $4, $5, $6)";
        tx.run(sql, vals![id::hash(&secret), person, now, now - now % DAY_MS, now + FRESH_MS, factors]).await?;
        Ok(secret)
    }

    /// Notes that a second thing was shown in it.
    pub(crate) async fn strengthen(tx: &Tx, person: &str, hash: &str) -> DbResult<()> {
        tx.run("UPDATE session SET factors = 2 WHERE hash = $1 AND person = $2", vals![hash, person]).await.map(drop)
    }

    /// Whether it is still open for this person, in a write that what ends it has to wait for.
    pub async fn is_open(tx: &Tx, person: &str, hash: &str) -> DbResult<bool> {
        Ok(tx.hold("SELECT hash FROM session WHERE hash = $1 AND person = $2", vals![hash, person]).await? == 1)
    }

    /// The session and person of a secret.
    pub async fn of(ask: &impl Ask, secret: &str, now: i64) -> DbResult<Option<(Self, Person)>> {
        let sql = "SELECT s.hash, s.since, s.seen_day, s.fresh_until, s.factors, p.id, p.name, p.face, p.age,
                   p.joined_at, p.leaving_at
                   FROM session s JOIN person p ON p.id = s.person
                   WHERE s.hash = $1 AND s.seen_day > $2 AND p.left_at IS NULL";
        ask.first(sql, vals![id::hash(secret), now - IDLE_DAYS_MAX * DAY_MS]).await
    }

    /// A person's sessions, the newest first.
    pub async fn all(ask: &impl Ask, person: &str) -> DbResult<Vec<Self>> {
        ask.all(
            "SELECT hash, since, seen_day, fresh_until, factors FROM session WHERE person = $1
             ORDER BY since DESC, hash",
            vals![person],
        )
        .await
    }

    /// Signs one browser out; only the person's own.
    pub async fn close(tx: &Tx, person: &str, hash: &str) -> DbResult<u64> {
        tx.run("DELETE FROM session WHERE hash = $1 AND person = $2", vals![hash, person]).await
    }

    /// Signs every browser out, and whoever is half way in.
    pub async fn close_all(tx: &Tx, person: &str) -> DbResult<()> {
        hold(tx, person).await?;
        tx.run("DELETE FROM session WHERE person = $1", vals![person]).await?;
        WayIn::end_of(tx, person).await
    }

    /// Signs out every browser but the one that this session is of, and whoever is half way in: a way in has changed.
    pub async fn close_others(tx: &Tx, person: &str, here: &str) -> DbResult<()> {
        hold(tx, person).await?;
        tx.run("DELETE FROM session WHERE person = $1 AND hash <> $2", vals![person, here]).await?;
        WayIn::end_of(tx, person).await
    }

    /// Forgets sessions that nobody used for too long.
    pub async fn sweep(tx: &Tx, now: i64) -> DbResult<u64> {
        tx.run("DELETE FROM session WHERE seen_day <= $1", vals![now - IDLE_DAYS_MAX * DAY_MS]).await
    }

    /// Notes the day on which it was used; at most one write a day.
    pub async fn seen(&self, house: &House) -> DbResult<()> {
        let today = house.now() - house.now() % DAY_MS;
        if self.seen_day >= today {
            return Ok(());
        }
        let tx = house.begin().await?;
        tx.run("UPDATE session SET seen_day = $1 WHERE hash = $2 AND seen_day < $1", vals![today, &self.hash]).await?;
        tx.keep().await
    }

    /// Whether somebody signed in a moment ago; a clock that was wrong then makes no moment longer.
    #[must_use]
    pub fn is_fresh(&self, now: i64) -> bool {
        (1..=FRESH_MS).contains(&(self.fresh_until - now))
    }
}

/// The value of a cookie in the request.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Gives the browser its secret to keep.
pub fn give(house: &House, response: &mut Response, secret: &str) {
    set_cookie(house, response, secret, IDLE_DAYS_MAX * 24 * 3600);
}

/// Takes the secret away, and with it whatever the browser kept of us.
pub fn take_away(house: &House, response: &mut Response) {
    set_cookie(house, response, "", 0);
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
}

fn set_cookie(house: &House, response: &mut Response, value: &str, seconds: i64) {
    let secure = if house.settings.is_plain() { "" } else { "; Secure" };
    let name = house.settings.cookie_name();
    let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    response.headers_mut().append(SET_COOKIE, HeaderValue::from_str(&line).expect("a secret is plain letters"));
}
