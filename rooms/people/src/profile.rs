//! What a person says about themselves: lines, each with who may see it. Hats are free text and give no power (R3).

use base::db::{Ask as _, DbResult, Tx};
use base::place::Place;
use base::search::{self, Findable};
use base::vals;

/// Puts a person into the index as they stand in this write.
pub(crate) async fn index(tx: &Tx, id: &str) -> DbResult<()> {
    let place = Place::of("people", id);
    let found: Option<(String, i64)> = tx.first("SELECT name, joined_at FROM person WHERE id = $1 AND left_at IS NULL", vals![id]).await?;
    let Some((name, at)) = found else { return search::unindex(tx, &place).await };
    search::index(tx, &place, &Findable { kind: "person", title: name, audience: "members".into(), at, ..Findable::default() }).await
}
