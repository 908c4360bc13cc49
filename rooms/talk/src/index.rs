//! Remarks in the index, and rendered as the house renders today. A remark may be found by whoever may find what it
//! stands under: its audience is read from the index itself, in the same write, so a place that left it takes its
//! remarks along.

use base::db::{Ask, DbResult, Tx, Walk};
use base::house::House;
use base::place::Place;
use base::refusal::Refusal;
use base::search::{self, Findable};
use base::veil::Veil;
use base::{markup, row, vals};

use crate::remark::{Remark, tally};

/// The setting that says up to which version of the renderer every remark was rendered.
const RENDERED: &str = "remarks-rendered";

struct Told {
    place: String,
    words: String,
    by: Option<String>,
    since: i64,
    gone_at: Option<i64>,
    veil: Option<Veil>,
}
row!(Told { place, words, by, since, gone_at, veil });

/// Puts what a remark says into the index.
pub(crate) async fn put(tx: &Tx, id: &str, under: &Place, plain: String, by: Option<String>, at: i64) -> DbResult<()> {
    search::put(tx, &Remark::place_of(id), said(tx, under, plain, by, at).await?).await
}

/// Words under a place, for whoever may find that.
async fn said(
    ask: &impl Ask,
    under: &Place,
    words: String,
    author: Option<String>,
    at: i64,
) -> DbResult<Option<Findable>> {
    Ok(search::hanging_on(ask, under).await?.map(|known| Findable { kind: "comment", words, author, at, ..known }))
}

/// Puts a remark into the index as it stands in this write.
pub(crate) async fn again(tx: &Tx, id: &str) -> DbResult<()> {
    search::put(tx, &Remark::place_of(id), findable(tx, id).await?).await
}

/// What may be found of a remark; one that is gone or veiled may not.
pub(crate) async fn findable(ask: &impl Ask, id: &str) -> DbResult<Option<Findable>> {
    let sql = "SELECT r.place, r.words, NULLIF(COALESCE(p.name, r.name), ''), r.since, r.gone_at, v.state
               FROM remark r LEFT JOIN person p ON p.id = r.author LEFT JOIN veil v ON v.place = '/remarks/' || r.id
               WHERE r.id = $1";
    let Some(told) =
        ask.first::<Told>(sql, vals![id]).await?.filter(|told| told.gone_at.is_none() && told.veil.is_none())
    else {
        return Ok(None);
    };
    let Some(under) = Place::read(&told.place) else { return Ok(None) };
    said(ask, &under, markup::render(&told.words).plain, told.by, told.since).await
}

/// The same for every remark under a place: when it was opened, closed, renamed or withdrawn.
pub async fn place_again(tx: &Tx, place: &Place) -> DbResult<()> {
    tx.take_turn(place.as_str()).await?;
    let ids: Vec<String> = tx.all("SELECT id FROM remark WHERE place = $1 ORDER BY n", vals![place]).await?;
    for id in ids {
        again(tx, &id).await?;
    }
    Ok(())
}

/// Every remark of the house, in small writes.
pub(crate) async fn all_again(house: &House) -> DbResult<()> {
    let mut walk = Walk::over("SELECT id FROM remark WHERE id > $1 ORDER BY id LIMIT 100");
    while let Some(ids) = walk.next(&house.db).await? {
        let tx = house.begin().await?;
        for id in &ids {
            // A restore may have left fewer words to it than were counted.
            tally(&tx, id).await?;
            again(&tx, id).await?;
        }
        tx.keep().await?;
    }
    Ok(())
}

/// Renders anew what an older version of the renderer made.
pub(crate) async fn render_again(house: House) -> Result<(), Refusal> {
    let older = "SELECT id, words FROM remark WHERE id > $1 AND version < $2 ORDER BY id LIMIT 100";
    let keep = "UPDATE remark SET html = $1, version = $2 WHERE id = $3 AND words = $4";
    Ok(markup::render_again(&house, RENDERED, older, keep).await?)
}
