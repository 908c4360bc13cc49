//! The library: what helps. Glossary: a *song* is artist, title, a feeling and a line on why; a *feeling* is one of the
//! pack's, with three *ways* to go (stay with it, move it, land); *helped* is one person's line that a thing met a feeling;
//! an *article* is a person's words under their name; a *page* is the community's own.

pub mod article;
pub mod article_shelf;
pub mod helped;
mod pages;
pub mod playlist;
pub mod song;
mod tended;

use std::pin::Pin;

use async_trait::async_trait;
use axum::Router;
use base::brought::Brought;
use base::clock::DAY_MS;
use base::db::{Ask as _, DbResult, Tx};
use base::house::House;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Entry, Job, Kept, Leaving, Offer, Preview, Reader, Room, Way};
use base::vals;

use crate::article::Kind;
use crate::playlist::Playlist;
use crate::song::Song;

type Several<'a, T> = Pin<Box<dyn Future<Output = DbResult<Vec<T>>> + Send + 'a>>;

/// What the house asks of each kind of thing here.
struct Shelf {
    feed: &'static str,
    entries: for<'a> fn(&'a House, i64) -> Several<'a, Entry>,
    offers: for<'a> fn(&'a House, &'a str, Way) -> Several<'a, Offer>,
}

/// Every kind, in the order in which it is offered.
const SHELVES: [Shelf; 3] = [
    Shelf { feed: "songs", entries: |house, limit| Box::pin(song::entries(house, limit)), offers: |house, feeling, way| Box::pin(song::offers(house, feeling, way)) },
    Shelf { feed: "playlists", entries: |house, limit| Box::pin(playlist::entries(house, limit)), offers: |house, feeling, way| Box::pin(playlist::offers(house, feeling, way)) },
    Shelf { feed: "articles", entries: |house, limit| Box::pin(article_shelf::entries(house, limit)), offers: |house, feeling, way| Box::pin(article_shelf::offers(house, feeling, way)) },
];

/// This room's answers to what every room is asked.
#[derive(Clone, Copy, Debug)]
pub struct Library;

#[async_trait]
impl Room for Library {
    fn name(&self) -> &'static str {
        "library"
    }

    fn doors(&self) -> Router<House> {
        pages::doors()
    }

    fn jobs(&self) -> &'static [Job] {
        &[Job { name: "articles-rendered", every_ms: DAY_MS, run: |house| Box::pin(article_shelf::render_again(house)) }]
    }

    async fn keeps(&self, house: &House, person: &str) -> Result<Vec<Kept>, Refusal> {
        let songs: Vec<(String, String, String, i64)> = house.db.all("SELECT artist, title, why, since FROM song WHERE giver = $1 ORDER BY id", vals![person]).await?;
        let songs = songs.into_iter().map(|(artist, title, why, since)| serde_json::json!({ "artist": artist, "title": title, "why": why, "given": base::clock::rfc3339(since) }));
        let helped: Vec<(String, String, String, i64)> = house.db.all("SELECT place, feeling, line, at FROM helped WHERE person = $1 ORDER BY id", vals![person]).await?;
        let helped = helped.into_iter().map(|(place, feeling, line, at)| serde_json::json!({ "at": place, "feeling": feeling, "line": line, "said": base::clock::rfc3339(at) }));
        let sql = "SELECT slug, title, summary, words, since FROM article WHERE author = $1 ORDER BY id";
        let articles: Vec<(String, String, String, String, i64)> = house.db.all(sql, vals![person]).await?;
        let articles = articles.into_iter().map(|(slug, title, summary, words, since)| {
            serde_json::json!({ "at": format!("/articles/{slug}"), "title": title, "summary": summary, "words": words, "written": base::clock::rfc3339(since) })
        });
        let mut kept = vec![
            Kept { what: "articles", rows: articles.collect(), files: Vec::new() },
            Kept { what: "songs", rows: songs.collect(), files: Vec::new() },
            Kept { what: "it-helped-me", rows: helped.collect(), files: Vec::new() },
        ];
        kept.extend(playlist::keeps(&house.db, person).await?);
        Ok(kept)
    }

    /// A song is a fact that others lean on, so it stays and the name comes off; what the person wrote about it goes when they ask.
    async fn forget(&self, house: &House, tx: &Tx, person: &str, how: Leaving) -> Result<(), Refusal> {
        article::forget(tx, person, how, house.now()).await?;
        if how == Leaving::KeepWords {
            return Ok(());
        }
        let ids: Vec<String> = tx.all("SELECT id FROM song WHERE giver = $1 ORDER BY id", vals![person]).await?;
        let lines: Vec<String> = tx.all("SELECT place FROM helped WHERE person = $1 ORDER BY place", vals![person]).await?;
        if how == Leaving::Remove {
            tx.run("UPDATE song SET why = '' WHERE giver = $1", vals![person]).await?;
            tx.run("DELETE FROM helped WHERE person = $1", vals![person]).await?;
        }
        tx.run("UPDATE song SET giver = NULL WHERE giver = $1", vals![person]).await?;
        tx.run("UPDATE song_feeling SET person = NULL WHERE person = $1", vals![person]).await?;
        tx.run("UPDATE helped SET person = NULL WHERE person = $1", vals![person]).await?;
        for id in ids {
            song::index(tx, &id).await?;
        }
        for place in lines.iter().filter_map(|place| Place::read(place)) {
            index(tx, &place).await?;
        }
        Ok(playlist::forget(tx, person, how).await?)
    }

    async fn at(&self, house: &House, reader: &Reader, place: &Place) -> Result<Option<Preview>, Refusal> {
        if let Some(id) = place.id_of("playlists") {
            let list = Playlist::seen_by(&house.db, reader, id).await?;
            return Ok(Some(Preview { kind: "playlist", title: list.title, line: list.brief, audience: "everyone".into(), owner: list.curator, open: true }));
        }
        if let Some((kind, slug)) = Kind::of(place) {
            return article_shelf::at(house, reader, kind, slug).await.map(Some);
        }
        let Some(id) = place.id_of("songs") else { return Ok(None) };
        let song = Song::seen_by(&house.db, reader, id).await?;
        Ok(Some(Preview { kind: "song", title: song.called(), line: song.why, audience: "everyone".into(), owner: song.giver, open: true }))
    }

    async fn index_again(&self, house: &House) -> Result<(), Refusal> {
        article_shelf::index_again(house).await?;
        song::index_again(house).await?;
        Ok(playlist::index_again(house).await?)
    }

    async fn offers(&self, house: &House, _: &Reader, feeling: &str, way: Way) -> Result<Vec<Offer>, Refusal> {
        let mut offers = Vec::new();
        for shelf in SHELVES {
            offers.extend((shelf.offers)(house, feeling, way).await?);
        }
        Ok(offers)
    }

    fn feeds(&self) -> &'static [&'static str] {
        const FEEDS: [&str; 3] = [SHELVES[0].feed, SHELVES[1].feed, SHELVES[2].feed];
        &FEEDS
    }

    async fn newest(&self, house: &House, feed: &str, limit: i64) -> Result<Vec<Entry>, Refusal> {
        match SHELVES.iter().find(|shelf| shelf.feed == feed) {
            Some(shelf) => Ok((shelf.entries)(house, limit).await?),
            None => Err(Refusal::NotFound),
        }
    }

    async fn take_in(&self, house: &House, tx: &Tx, brought: &Brought) -> Result<Option<Place>, Refusal> {
        let Brought::Article(article) = brought else { return Ok(None) };
        Ok(Some(article::take_in(tx, article, house).await?))
    }
}

/// Puts whatever of ours is at a place into the index again.
pub(crate) async fn index(tx: &Tx, place: &Place) -> DbResult<()> {
    match place.parts() {
        Some(("songs", id)) => song::index(tx, id).await,
        Some(("playlists", id)) => playlist::index(tx, id).await,
        _ => article_shelf::index(tx, place).await,
    }
}
