//! "It helped me": one line a person, at anything in the library, with the feeling it met. Lines are read, never
//! counted.

use base::clock::rfc3339;
use base::db::{Ask, DbResult, Tx};
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Kept, Leaving};
use base::{ledger, row, vals};
use people::Member;
use serde_json::json;

use crate::song;

pub const LINE_CHARS: std::ops::RangeInclusive<usize> = 3..=300;
/// Lines shown at first, and lines that are shown or found at all; older ones are in their writers' exports.
pub const SHOWN: i64 = 30;
pub const SHOWN_MAX: i64 = 1_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Helped {
    pub id: String,
    pub feeling: String,
    pub line: String,
    pub person: Option<String>,
    pub by: Option<String>,
    pub at: i64,
}
row!(Helped { id, feeling, line, person, by, at });

impl Helped {
    /// Says it, or says it anew: a person has one line at a place.
    pub async fn say(member: &Member, place: &Place, feeling: &str, line: &str) -> Result<(), Refusal> {
        let tx = member.begin_at(place).await?;
        crate::must_be_seen(&tx, member, place).await?;
        Self::put(&tx, place, &member.person.id, feeling, line, member.house.now()).await?;
        crate::index(&tx, place).await?;
        Ok(tx.keep().await?)
    }

    /// Writes a line as it is given; the demo uses this, too.
    pub async fn put(tx: &Tx, place: &Place, person: &str, feeling: &str, line: &str, now: i64) -> DbResult<()> {
        let sql = "INSERT INTO helped (id, place, person, feeling, line, at) VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (place, person) DO UPDATE
                   SET feeling = excluded.feeling, line = excluded.line, at = excluded.at";
        tx.run(sql, vals![base::id::at(now), place, person, feeling, line, now]).await.map(drop)
    }

    /// Takes the member's own line away, whatever became of the place (R8).
    pub async fn unsay(member: &Member, place: &Place) -> Result<(), Refusal> {
        let tx = member.begin_at(place).await?;
        Self::remove(&tx, place, &member.person.id, member.house.now()).await?;
        if let Some(song) = place.id_of("songs") {
            song::unsay_feeling(&tx, song, &member.person.id).await?;
        }
        crate::index(&tx, place).await?;
        Ok(tx.keep().await?)
    }

    /// Takes a person's line away. A backup from before does not bring it back.
    pub(crate) async fn remove(tx: &Tx, place: &Place, person: &str, now: i64) -> DbResult<()> {
        let gone: Option<String> =
            tx.first("DELETE FROM helped WHERE place = $1 AND person = $2 RETURNING id", vals![place, person]).await?;
        match gone {
            Some(id) => ledger::gone(tx, "helped", &id, now).await,
            None => Ok(()),
        }
    }

    /// Puts a line beside what the person says there already: at what turns out to be one thing they may have had two.
    pub(crate) async fn put_beside(
        tx: &Tx,
        place: &Place,
        person: &str,
        feeling: &str,
        line: &str,
        at: i64,
    ) -> DbResult<()> {
        if line.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO helped (id, place, person, feeling, line, at) VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (place, person) DO UPDATE SET line = helped.line || ' · ' || excluded.line
                   WHERE helped.line <> excluded.line";
        tx.run(sql, vals![base::id::at(at), place, person, feeling, line, at]).await.map(drop)
    }

    /// Puts the lines at one place with those at another that is the same; whoever has one at both says both.
    pub(crate) async fn move_to(tx: &Tx, from: &Place, to: &Place) -> DbResult<()> {
        let sql = "UPDATE helped SET line = helped.line || ' · ' || h.line FROM helped h
                   WHERE helped.place = $1 AND h.place = $2 AND h.person = helped.person AND h.line <> helped.line";
        tx.run(sql, vals![to, from]).await?;
        let sql = "UPDATE helped SET place = $1 WHERE place = $2
                   AND NOT EXISTS (SELECT 1 FROM helped h WHERE h.place = $1 AND h.person = helped.person)";
        tx.run(sql, vals![to, from]).await.map(drop)
    }

    /// Takes every line at a place away, because the place goes.
    pub(crate) async fn clear(tx: &Tx, place: &Place, now: i64) -> DbResult<()> {
        for id in tx.all::<String>("DELETE FROM helped WHERE place = $1 RETURNING id", vals![place]).await? {
            ledger::gone(tx, "helped", &id, now).await?;
        }
        Ok(())
    }

    /// The newest lines at a place, the newest first.
    pub async fn at(ask: &impl Ask, place: &Place, limit: i64) -> DbResult<Vec<Self>> {
        let sql =
            "SELECT h.id, h.feeling, h.line, h.person, p.name, h.at FROM helped h LEFT JOIN person p ON p.id = h.person
             WHERE h.place = $1 ORDER BY h.at DESC, h.id DESC LIMIT $2";
        ask.all(sql, vals![place, limit]).await
    }

    /// What a person said at a place.
    pub async fn of(ask: &impl Ask, place: &Place, person: &str) -> DbResult<Option<String>> {
        ask.first("SELECT line FROM helped WHERE place = $1 AND person = $2", vals![place, person]).await
    }
}

/// What a person says helped them.
pub(crate) async fn keeps(ask: &impl Ask, person: &str) -> DbResult<Kept> {
    let lines: Vec<(String, String, String, i64)> =
        ask.all("SELECT place, feeling, line, at FROM helped WHERE person = $1 ORDER BY id", vals![person]).await?;
    let rows = lines.into_iter().map(
        |(place, feeling, line, at)| json!({ "at": place, "feeling": feeling, "line": line, "said": rfc3339(at) }),
    );
    Ok(Kept::of("it-helped-me", rows.collect()))
}

/// The lines stay without a name, or go when that is asked.
pub(crate) async fn forget(tx: &Tx, person: &str, how: Leaving) -> DbResult<()> {
    let places: Vec<String> =
        tx.all("SELECT place FROM helped WHERE person = $1 ORDER BY place", vals![person]).await?;
    if how == Leaving::Remove {
        tx.run("DELETE FROM helped WHERE person = $1", vals![person]).await?;
    }
    tx.run("UPDATE helped SET person = NULL WHERE person = $1", vals![person]).await?;
    for place in places.iter().filter_map(|place| Place::read(place)) {
        crate::index(tx, &place).await?;
    }
    Ok(())
}
