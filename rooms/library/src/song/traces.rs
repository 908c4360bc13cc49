//! What songs leave elsewhere: in the index, in the feed, on a feeling's page, and with whoever gave them.

use std::fmt::Write as _;

use base::clock::rfc3339;
use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::refusal::Refusal;
use base::room::{Audience, Entry, Kept, Leaving, Offer, Way};
use base::search::{self, Findable};
use base::{vals, veil};
use serde_json::json;

use super::{Filter, Song};
use crate::helped::{self, Helped};

/// Songs offered for one way of one feeling.
const OFFERS: i64 = 6;

/// Puts a song into the index as it stands in this write.
pub(crate) async fn index(tx: &Tx, id: &str) -> DbResult<()> {
    tx.take_turn(Song::place_of(id).as_str()).await?;
    search::put(tx, &Song::place_of(id), findable(tx, id).await?).await
}

/// What may be found of a song; one that is veiled may not.
pub(crate) async fn findable(ask: &impl Ask, id: &str) -> DbResult<Option<Findable>> {
    let Some(song) = Song::find(ask, id).await? else { return Ok(None) };
    if veil::over(ask, &song.place()).await?.is_some() {
        return Ok(None);
    }
    let mut words = format!("{}\n{}", song.artist, song.why);
    for helped in Helped::at(ask, &song.place(), helped::SHOWN_MAX).await? {
        let _ = write!(words, "\n{}", helped.line);
    }
    let feelings = Song::feelings(ask, id).await?.into_iter().map(|(feeling, _)| feeling).collect();
    let genres = Some(song.genre.clone()).filter(|genre| !genre.is_empty()).into_iter().collect();
    Ok(Some(Findable {
        kind: "song",
        title: song.title,
        words,
        author: song.by,
        audience: Audience::Everyone,
        feelings,
        genres,
        at: song.since,
        ..Findable::default()
    }))
}

/// Puts every song into the index again, a hundred at a time. Whoever gave it a feeling is its giver or has a line
/// there: a restore takes those away again, and here what was said beside them.
pub(crate) async fn index_again(house: &House) -> Result<(), Refusal> {
    let tx = house.begin().await?;
    let sql = "UPDATE song_feeling SET person = NULL WHERE person IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM song s WHERE s.id = song_feeling.song AND s.giver = song_feeling.person)
               AND NOT EXISTS (SELECT 1 FROM helped h WHERE h.place = '/songs/' || song_feeling.song
                               AND h.person = song_feeling.person)";
    tx.run(sql, &[]).await?;
    tx.keep().await?;
    search::index_again(house, "SELECT id, '/songs/' || id FROM song WHERE id > $1 ORDER BY id LIMIT 100").await
}

/// The newest songs, for the feed and the first page.
pub(crate) async fn entries(house: &House, limit: i64) -> DbResult<Vec<Entry>> {
    let songs = Song::newest(&house.db, &Filter::default(), limit).await?;
    Ok(songs
        .into_iter()
        .map(|song| Entry {
            place: song.place(),
            kind: "song",
            title: song.called(),
            line: song.why,
            html: String::new(),
            author: song.by,
            tags: Vec::new(),
            at: song.since,
            changed_at: song.changed_at,
        })
        .collect())
}

/// Songs for a feeling, going one way.
pub(crate) async fn offers(house: &House, feeling: &str, way: Way) -> DbResult<Vec<Offer>> {
    let mut offers = Vec::new();
    for song in Song::for_feeling(&house.db, feeling, way, OFFERS).await? {
        let links = Song::links(&house.db, &song.id).await?;
        offers.push(Offer {
            place: song.place(),
            kind: "song",
            title: song.title,
            credit: song.artist,
            line: song.why,
            note: song.note,
            links,
        });
    }
    Ok(offers)
}

/// The songs that a person gave.
pub(crate) async fn keeps(ask: &impl Ask, person: &str) -> DbResult<Kept> {
    let mut rows = Vec::new();
    for song in Song::given_by(ask, person).await? {
        let feelings: Vec<_> = Song::feelings(ask, &song.id)
            .await?
            .into_iter()
            .map(|(feeling, way)| json!({ "feeling": feeling, "way": way.id() }))
            .collect();
        rows.push(json!({
            "artist": song.artist, "title": song.title, "why": song.why, "before_you_press_play": song.note,
            "genre": song.genre,
            "seconds": song.seconds, "feelings": feelings, "links": Song::links(ask, &song.id).await?,
            "given": rfc3339(song.since),
        }));
    }
    Ok(Kept::of("songs", rows))
}

/// A song is a fact that others lean on, so it stays and the name comes off; the giver's words on it go when that is
/// asked.
pub(crate) async fn forget(tx: &Tx, person: &str, how: Leaving) -> DbResult<()> {
    let ids: Vec<String> = tx.all("SELECT id FROM song WHERE giver = $1 ORDER BY id", vals![person]).await?;
    if how == Leaving::Remove {
        tx.run("UPDATE song SET why = '', note = '' WHERE giver = $1", vals![person]).await?;
    }
    tx.run("UPDATE song SET giver = NULL WHERE giver = $1", vals![person]).await?;
    tx.run("UPDATE song_feeling SET person = NULL WHERE person = $1", vals![person]).await?;
    for id in ids {
        index(tx, &id).await?;
    }
    Ok(())
}
