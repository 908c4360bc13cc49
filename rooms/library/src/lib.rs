//! The library: what helps. Glossary: a *song* is artist, title, a feeling and a line on why; a *feeling* is one of the
//! pack's, with three *ways* to go (stay with it, move it, land); *helped* is one person's line that a thing met a
//! feeling; an *article* is a person's words under their name; a *page* is the community's own.

pub mod article;
pub mod article_shelf;
pub mod helped;
mod pages;
pub mod playlist;
pub mod song;
mod tended;

use async_trait::async_trait;
use axum::Router;
use base::brought::Brought;
use base::clock::DAY_MS;
use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Audience, Entry, Job, Kept, Leaving, Offer, Preview, Reader, Room, Way};
use base::search::{self, Findable};
use base::{vals, veil};

use people::Member;

use crate::article::{Article, Kind};
use crate::helped::Helped;
use crate::playlist::Playlist;
use crate::song::Song;

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
        &[Job {
            name: "articles-rendered",
            every_ms: DAY_MS,
            run: |house| Box::pin(article_shelf::render_again(house)),
        }]
    }

    async fn keeps(&self, house: &House, person: &str) -> Result<Vec<Kept>, Refusal> {
        let db = &house.db;
        let mut kept = Vec::from(article::keeps(db, person).await?);
        kept.extend([song::keeps(db, person).await?, helped::keeps(db, person).await?]);
        kept.extend(playlist::keeps(db, person).await?);
        Ok(kept)
    }

    async fn forget(&self, house: &House, tx: &Tx, person: &str, how: Leaving) -> Result<(), Refusal> {
        // Everything of theirs at once: no other write stands between what is read of it and what is written.
        let sql = "SELECT '/songs/' || id FROM song WHERE giver = $1
                   UNION SELECT '/songs/' || song FROM song_feeling WHERE person = $1
                   UNION SELECT '/' || kind || 's/' || slug FROM article WHERE author = $1
                   UNION SELECT place FROM helped WHERE person = $1
                   UNION SELECT '/playlists/' || id FROM playlist WHERE curator = $1
                   UNION SELECT '/playlists/' || playlist FROM suggestion WHERE person = $1
                   UNION SELECT '/playlists/' || g.playlist FROM voice v JOIN suggestion g ON g.id = v.suggestion
                   WHERE v.person = $1 ORDER BY 1 DESC";
        for place in tx.all::<String>(sql, vals![person]).await? {
            tx.take_turn(&place).await?;
        }
        article::forget(tx, person, how, house.now()).await?;
        if how == Leaving::KeepWords {
            return Ok(());
        }
        song::forget(tx, person, how).await?;
        helped::forget(tx, person, how).await?;
        Ok(playlist::forget(tx, person, how).await?)
    }

    async fn at(&self, house: &House, reader: &Reader, place: &Place) -> Result<Option<Preview>, Refusal> {
        let of = |kind, title, line, owner| {
            Some(Preview { kind, title, line, audience: Audience::Everyone, owner, open: true })
        };
        Ok(match place.parts() {
            Some(("songs", id)) => {
                let song = Song::seen_by(&house.db, reader, id).await?;
                of("song", song.called(), song.why, song.giver)
            }
            Some(("playlists", id)) => {
                let list = Playlist::seen_by(&house.db, reader, id).await?;
                of("playlist", list.title, list.brief, list.curator)
            }
            _ => match Kind::of(place) {
                Some((kind, slug)) => Some(article_shelf::at(house, reader, kind, slug).await?),
                None => None,
            },
        })
    }

    async fn findable(&self, house: &House, place: &Place) -> Result<Option<Findable>, Refusal> {
        Ok(match place.parts() {
            Some(("songs", id)) => song::findable(&house.db, id).await?,
            Some(("playlists", id)) => playlist::findable(&house.db, id).await?,
            _ => article_shelf::findable(&house.db, place).await?,
        })
    }

    async fn index(&self, tx: &Tx, place: &Place) -> Result<(), Refusal> {
        Ok(index(tx, place).await?)
    }

    async fn index_again(&self, house: &House) -> Result<(), Refusal> {
        article_shelf::index_again(house).await?;
        song::index_again(house).await?;
        playlist::index_again(house).await
    }

    async fn offers(&self, house: &House, _: &Reader, feeling: &str, way: Way) -> Result<Vec<Offer>, Refusal> {
        let mut offers = song::offers(house, feeling, way).await?;
        offers.extend(playlist::offers(house, feeling, way).await?);
        offers.extend(article_shelf::offers(house, feeling, way).await?);
        Ok(offers)
    }

    fn feeds(&self) -> &'static [&'static str] {
        &["songs", "playlists", "articles"]
    }

    async fn newest(&self, house: &House, feed: &str, limit: i64) -> Result<Vec<Entry>, Refusal> {
        match feed {
            "songs" => Ok(song::entries(house, limit).await?),
            "playlists" => Ok(playlist::entries(house, limit).await?),
            "articles" => Ok(article_shelf::entries(house, limit).await?),
            _ => Err(Refusal::NotFound),
        }
    }

    async fn take_in(&self, house: &House, tx: &Tx, brought: &Brought) -> Result<Option<Place>, Refusal> {
        let Brought::Article(article) = brought else { return Ok(None) };
        Ok(Some(article::take_in(tx, article, house).await?))
    }
}

/// A thing goes: what hangs on its place goes along, and what was said under it stands under `talk_goes_to` from now
/// on.
pub(crate) async fn let_go(tx: &Tx, place: &Place, talk_goes_to: &Place, now: i64) -> DbResult<()> {
    search::unindex(tx, place).await?;
    veil::lift(tx, place).await?;
    talk::thread::move_to(tx, place, talk_goes_to).await?;
    Helped::clear(tx, place, now).await
}

/// Refuses what somebody may not see, or no more.
pub(crate) async fn must_be_seen(ask: &impl Ask, member: &Member, place: &Place) -> Result<(), Refusal> {
    let reader = member.reader();
    match place.parts() {
        Some(("songs", id)) => Song::seen_by(ask, &reader, id).await.map(drop),
        Some(("playlists", id)) => Playlist::seen_by(ask, &reader, id).await.map(drop),
        _ => {
            let (kind, slug) = Kind::of(place).ok_or(Refusal::NotFound)?;
            Article::seen_by(ask, &reader, kind, slug).await.map(drop)
        }
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
