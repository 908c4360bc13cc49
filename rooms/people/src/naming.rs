//! Another name for oneself: everywhere at once, on what was said before, too, and for signing in.
//!
//! Promises: the name before goes to nobody else for thirty days, is kept as hashes (for an hour as it was, too), and
//! its owner may go back to it. Never: a sign that a name is new. Somebody who joined under their legal name can make it
//! disappear.

use base::clock::DAY_MS;
use base::db::{Ask as _, DbResult, Tx};
use base::house::House;
use base::refusal::Refusal;
use base::{id, row, search, vals};

use crate::person::{folded, hold, is_taken, looks};
use crate::profile;
use crate::visitor::Member;

/// How long a name before is kept from others, and so how long until the next new one.
pub const WAIT_MS: i64 = 30 * DAY_MS;

/// What became of a new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renamed {
    Done,
    Taken,
    /// There was another new name not long ago; from when on there may be one.
    NotBefore(i64),
}

/// Gives a person another name.
pub async fn rename(member: &Member, name: &str) -> Result<Renamed, Refusal> {
    let (house, id) = (&member.house, &member.person.id);
    let sql = "SELECT name FROM name_before WHERE person = $1 AND name <> ''";
    if let Some(earlier) = house.db.first::<String>(sql, vals![id]).await? {
        search::index_by(house, &earlier).await?; // the row is about to say another one
    }
    let tx = member.begin().await?;
    if !hold(&tx, id).await? {
        return Err(Refusal::NotFound); // they left meanwhile
    }
    if is_taken(&tx, name, id).await? {
        return Ok(Renamed::Taken);
    }
    let old: String = tx.one("SELECT name FROM person WHERE id = $1", vals![id]).await?;
    let sql = "SELECT folded, looks, until FROM name_before WHERE person = $1 AND until > $2";
    let kept: Option<Kept> = tx.first(sql, vals![id, house.now()]).await?;
    let (was, will_be) = (Kept::of(&old, house.now() + WAIT_MS), Kept::of(name, 0));
    let kept = match kept {
        Some(kept) if was.is_same(&will_be) => kept,
        Some(kept) if !kept.is_same(&will_be) => return Ok(Renamed::NotBefore(kept.until)),
        None if was.is_same(&will_be) => Kept::nothing(),
        _ => was,
    };
    let sql = "UPDATE person SET name = $1, folded = $2, looks = $3 WHERE id = $4";
    tx.run(sql, vals![name, folded(name), looks(name), id]).await?;
    was_called(&tx, id, &old, &kept).await?;
    profile::index(&tx, id).await?;
    tx.keep().await?;
    if let Err(refusal) = search::index_by(house, &old).await {
        tracing::warn!(?refusal, "a name before stays in the index until the next hour");
    }
    Ok(Renamed::Done)
}

/// Notes what somebody was called, and what of it is kept from others.
pub(crate) async fn was_called(tx: &Tx, person: &str, name: &str, kept: &Kept) -> DbResult<()> {
    let sql = "INSERT INTO name_before (person, folded, looks, until, name) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (person) DO UPDATE
               SET folded = excluded.folded, looks = excluded.looks, until = excluded.until, name = excluded.name";
    tx.run(sql, vals![person, &kept.folded, &kept.looks, kept.until, name]).await.map(drop)
}

/// Whether a name is somebody's whose name it was not long ago.
pub(crate) async fn is_kept(tx: &Tx, name: &str, whose: &str) -> DbResult<bool> {
    let kept = Kept::of(name, 0);
    let sql = "SELECT 1 FROM name_before WHERE (folded = $1 OR looks = $2) AND person <> $3";
    tx.any(sql, vals![kept.folded, kept.looks, whose]).await
}

/// A name as it is compared and as it looks, hashed, and until when nobody else may take it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    folded: String,
    looks: String,
    until: i64,
}
row!(Kept { folded, looks, until });

impl Kept {
    fn of(name: &str, until: i64) -> Self {
        Self { folded: id::hash(&folded(name)), looks: id::hash(&looks(name)), until }
    }

    pub(crate) fn nothing() -> Self {
        Self { folded: String::new(), looks: String::new(), until: 0 }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.folded == other.folded || self.looks == other.looks
    }
}

/// Once more takes names before out of the index, for what was written while they changed; then nothing but their
/// hashes stays, and these go with their time.
pub(crate) async fn settle(house: House) -> Result<(), Refusal> {
    let changed: Vec<(String, String)> =
        house.db.all("SELECT person, name FROM name_before WHERE name <> '' ORDER BY person", &[]).await?;
    for (person, name) in &changed {
        search::index_by(&house, name).await?;
        let tx = house.begin().await?;
        tx.run("UPDATE name_before SET name = '' WHERE person = $1 AND name = $2", vals![person, name]).await?;
        tx.keep().await?;
    }
    let tx = house.begin().await?;
    tx.run("DELETE FROM name_before WHERE until <= $1 AND name = ''", vals![house.now()]).await?;
    Ok(tx.keep().await?)
}
