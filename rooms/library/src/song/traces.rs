//! What songs leave elsewhere: in the index, in the feed, and on a feeling's page.

use std::fmt::Write as _;

use base::db::{DbResult, Tx, Walk};
use base::house::House;
use base::room::{Entry, Offer, Way};
use base::search::{self, Findable};
use base::veil;

use super::{Filter, Song};
use crate::helped::Helped;

/// Songs offered for one way of one feeling.
const OFFERS: i64 = 6;

/// Puts a song into the index as it stands in this write; one that is veiled stays out.
pub(crate) async fn index(tx: &Tx, id: &str) -> DbResult<()> {
    let Some(song) = Song::find(tx, id).await? else { return Ok(()) };
    if veil::over(tx, &song.place()).await?.is_some() {
        return search::unindex(tx, &song.place()).await;
    }
    let mut words = format!("{}\n{}", song.artist, song.why);
    for helped in Helped::at(tx, &song.place()).await? {
        let _ = write!(words, "\n{}", helped.line);
    }
    let feelings = Song::feelings(tx, id).await?.into_iter().map(|(feeling, _)| feeling).collect();
    let genres = Some(song.genre.clone()).filter(|genre| !genre.is_empty()).into_iter().collect();
    let findable = Findable { kind: "song", title: song.title.clone(), words, author: song.by.clone(), audience: "everyone".into(), feelings, genres, lang: String::new(), at: song.since };
    search::index(tx, &song.place(), &findable).await
}

/// Puts every song into the index again, a hundred at a time.
pub(crate) async fn index_again(house: &House) -> DbResult<()> {
    let mut walk = Walk::over("SELECT id FROM song WHERE id > $1 ORDER BY id LIMIT 100");
    while let Some(ids) = walk.next(&house.db).await? {
        let tx = house.begin().await?;
        for id in &ids {
            index(&tx, id).await?;
        }
        tx.keep().await?;
    }
    Ok(())
}

/// The newest songs, for the feed and the first page.
pub(crate) async fn entries(house: &House, limit: i64) -> DbResult<Vec<Entry>> {
    let songs = Song::newest(&house.db, &Filter::default(), limit).await?;
    Ok(songs.into_iter().map(|song| Entry {
        place: song.place(),
        kind: "song",
        title: song.called(),
        line: song.why,
        html: String::new(),
        author: song.by,
        tags: Vec::new(),
        at: song.since,
        changed_at: song.changed_at,
    }).collect())
}

/// Songs for a feeling, going one way.
pub(crate) async fn offers(house: &House, feeling: &str, way: Way) -> DbResult<Vec<Offer>> {
    let mut offers = Vec::new();
    for song in Song::for_feeling(&house.db, feeling, way.id(), OFFERS).await? {
        let links = Song::links(&house.db, &song.id).await?;
        offers.push(Offer { place: song.place(), kind: "song", title: song.title, credit: song.artist, line: song.why, note: song.note, links });
    }
    Ok(offers)
}
