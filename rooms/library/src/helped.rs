//! "It helped me": one line a person, at anything in the library, with the feeling it met. Lines are read, never counted.

use base::db::{Ask, DbResult, Tx};
use base::place::Place;
use base::{ledger, row, vals};

pub const LINE_CHARS: std::ops::RangeInclusive<usize> = 3..=300;

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
    pub async fn say(tx: &Tx, place: &Place, person: &str, feeling: &str, line: &str, now: i64) -> DbResult<()> {
        let sql = "INSERT INTO helped (id, place, person, feeling, line, at) VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (place, person) DO UPDATE SET feeling = excluded.feeling, line = excluded.line, at = excluded.at";
        tx.run(sql, vals![base::id::at(now), place, person, feeling, line, now]).await.map(drop)
    }

    /// Takes the person's own line away. A backup from before does not bring it back.
    pub async fn unsay(tx: &Tx, place: &Place, person: &str, now: i64) -> DbResult<()> {
        let gone: Option<String> = tx.first("DELETE FROM helped WHERE place = $1 AND person = $2 RETURNING id", vals![place, person]).await?;
        match gone {
            Some(id) => ledger::gone(tx, "helped", &id, now).await,
            None => Ok(()),
        }
    }

    /// Takes every line at a place away, because the place goes.
    pub(crate) async fn clear(tx: &Tx, place: &Place, now: i64) -> DbResult<()> {
        for id in tx.all::<String>("DELETE FROM helped WHERE place = $1 RETURNING id", vals![place]).await? {
            ledger::gone(tx, "helped", &id, now).await?;
        }
        Ok(())
    }

    /// Every line at a place, the oldest first.
    pub async fn at(ask: &impl Ask, place: &Place) -> DbResult<Vec<Self>> {
        let sql = "SELECT h.id, h.feeling, h.line, h.person, p.name, h.at FROM helped h LEFT JOIN person p ON p.id = h.person
                   WHERE h.place = $1 ORDER BY h.at, h.id";
        ask.all(sql, vals![place]).await
    }
}
