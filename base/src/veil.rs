//! What may be seen at a place: open, or for a while folded, held or withdrawn. Every room honours it; care and the
//! duties decide it, and each decision is an act.

use crate::db::{Ask, DbResult, Tx};
use crate::place::Place;
use crate::vals;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Veil {
    /// Shown closed, with a line on why; a reader may open it.
    Folded,
    /// Seen by its author and by whoever looks after it, until two people have looked.
    Held,
    /// Taken from every page, feed, search and export.
    Withdrawn,
}

impl Veil {
    /// How it is kept.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Folded => "folded",
            Self::Held => "held",
            Self::Withdrawn => "withdrawn",
        }
    }

    #[must_use]
    pub fn read(id: &str) -> Option<Self> {
        [Self::Folded, Self::Held, Self::Withdrawn].into_iter().find(|veil| veil.id() == id)
    }
}

/// What lies over a place, and why; `None` when it is open.
pub async fn over(ask: &impl Ask, place: &Place) -> DbResult<Option<(Veil, String)>> {
    let row: Option<(String, String)> = ask.first("SELECT state, why FROM veil WHERE place = $1", vals![place]).await?;
    Ok(row.and_then(|(state, why)| Veil::read(&state).map(|veil| (veil, why))))
}

/// Lays a veil over a place.
pub async fn lay(tx: &Tx, place: &Place, veil: Veil, why: &str, now: i64) -> DbResult<()> {
    let sql = "INSERT INTO veil (place, state, why, since) VALUES ($1, $2, $3, $4)
               ON CONFLICT (place) DO UPDATE SET state = excluded.state, why = excluded.why, since = excluded.since";
    tx.run(sql, vals![place, veil.id(), why, now]).await.map(drop)
}

/// Opens a place again.
pub async fn lift(tx: &Tx, place: &Place) -> DbResult<()> {
    tx.run("DELETE FROM veil WHERE place = $1", vals![place]).await.map(drop)
}
