//! What may be seen at a place: open, or for a while folded or withdrawn. Every room honours it; those who hold a duty
//! for it decide it, and each decision is an act.

use crate::db::{Ask, DbResult, Tx};
use crate::place::Place;
use crate::refusal::Refusal;
use crate::{kept_as, vals};

kept_as! {
    /// What lies over a place that is not open.
    pub enum Veil {
        /// Shown closed, with a line on why; a reader may open it.
        Folded = "folded",
        /// Taken from every page, feed, search and export.
        Withdrawn = "withdrawn",
    }
}

/// What lies over a place, and why; `None` when it is open.
pub async fn over(ask: &impl Ask, place: &Place) -> DbResult<Option<(Veil, String)>> {
    ask.first("SELECT state, why FROM veil WHERE place = $1", vals![place]).await
}

/// Why a place was withdrawn, if it was.
pub async fn withdrawn(ask: &impl Ask, place: &Place) -> DbResult<Option<String>> {
    Ok(over(ask, place).await?.filter(|(veil, _)| *veil == Veil::Withdrawn).map(|(_, why)| why))
}

/// Refuses what was withdrawn to everybody but whose it is.
pub async fn must_be_seen(ask: &impl Ask, place: &Place, is_theirs: bool) -> Result<(), Refusal> {
    if !is_theirs && withdrawn(ask, place).await?.is_some() { Err(Refusal::Withdrawn) } else { Ok(()) }
}

/// Lays a veil over a place.
pub async fn lay(tx: &Tx, place: &Place, veil: Veil, why: &str, now: i64) -> DbResult<()> {
    let sql = "INSERT INTO veil (place, state, why, since) VALUES ($1, $2, $3, $4)
               ON CONFLICT (place) DO UPDATE SET state = excluded.state, why = excluded.why, since = excluded.since";
    tx.run(sql, vals![place, veil, why, now]).await.map(drop)
}

/// Opens a place again.
pub async fn lift(tx: &Tx, place: &Place) -> DbResult<()> {
    tx.run("DELETE FROM veil WHERE place = $1", vals![place]).await.map(drop)
}
