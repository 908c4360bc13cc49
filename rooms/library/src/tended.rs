//! What keepers may do to anything that stands here: take it off and put it back. Each is an act (R4), and none is done
//! to what the keeper gave themselves: they have "take it back" for that.

use base::db::Ask;
use base::place::Place;
use base::refusal::Refusal;
use base::vals;
use base::veil::{self, Veil};
use people::power::{Deed, Holding, Needs};

use crate::article::{Article, Kind};
use crate::playlist::{self, Playlist};
use crate::song::Song;

const OFF_MAX: i64 = 1_000;

/// A thing as keepers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tended {
    pub place: Place,
    pub title: String,
    pub is_off: bool,
    giver: Option<String>,
    words: String,
}

impl Tended {
    /// What is at a place, a withdrawn thing too, or nobody could put it back. What its author keeps back is the
    /// author's alone.
    pub async fn at(ask: &impl Ask, place: &Place) -> Result<Self, Refusal> {
        let is_off = veil::withdrawn(ask, place).await?.is_some();
        let of = |title, words, giver| Self { place: place.clone(), title, is_off, giver, words };
        match place.parts() {
            Some(("songs", id)) => {
                let song = Song::find(ask, id).await?.ok_or(Refusal::NotFound)?;
                Ok(of(song.called(), song.why, song.giver))
            }
            Some(("playlists", id)) => {
                let list = Playlist::find(ask, id).await?.ok_or(Refusal::NotFound)?;
                Ok(of(list.title, list.brief, list.curator))
            }
            _ => {
                let (kind, slug) = Kind::of(place).ok_or(Refusal::NotFound)?;
                let article = Article::find(ask, kind, slug).await?.filter(Article::is_out).ok_or(Refusal::NotFound)?;
                Ok(of(article.title, article.words, article.author))
            }
        }
    }

    /// What of these kinds is off, the last first; the newest [`OFF_MAX`] of them.
    pub async fn all_off(ask: &impl Ask, kinds: &[&str]) -> Result<Vec<Self>, Refusal> {
        let places: Vec<String> = ask
            .all("SELECT place FROM veil WHERE state = 'withdrawn' ORDER BY since DESC, place LIMIT $1", vals![OFF_MAX])
            .await?;
        let mut off = Vec::new();
        for place in places
            .iter()
            .filter_map(|place| Place::read(place))
            .filter(|place| place.parts().is_some_and(|(kind, _)| kinds.contains(&kind)))
        {
            match Self::at(ask, &place).await {
                Ok(thing) => off.push(thing),
                Err(Refusal::NotFound) => {} // its author took it off as well
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(off)
    }

    /// Takes it off every page, feed and search, or puts it back, with a reason that its giver is told.
    pub async fn tend<C: Needs>(&self, holding: &Holding<C>, off: bool, why: &str) -> Result<(), Refusal> {
        must_be_of_another(holding, self.giver.as_deref())?;
        let what = match (self.place.parts(), off) {
            (Some(("songs", _)), true) => "act-song-withdrawn",
            (Some(("songs", _)), false) => "act-song-lifted",
            (Some(("playlists", _)), true) => "act-playlist-withdrawn",
            (Some(("playlists", _)), false) => "act-playlist-lifted",
            (Some(("pages", _)), true) => "act-page-withdrawn",
            (Some(("pages", _)), false) => "act-page-opened",
            (_, true) => "act-article-withdrawn",
            (_, false) => "act-article-opened",
        };
        let words = format!("{}: {}", self.title, self.words);
        if self.is_off == off {
            return Err(Refusal::NotNow("tend-is-so"));
        }
        let tx = holding
            .act(&Deed { what, place: Some(&self.place), whom: self.giver.as_deref(), why, words: Some(&words) })
            .await?;
        if Self::at(&*tx, &self.place).await? != *self {
            return Err(Refusal::NotNow("refusal-clash")); // words taken back meanwhile are in no act
        }
        if off {
            veil::lay(&tx, &self.place, Veil::Withdrawn, why, holding.member.house.now()).await?;
        } else {
            veil::lift(&tx, &self.place).await?;
        }
        // It, the lists it stands in and what is said under it may be found, or not, from now on.
        crate::index(&tx, &self.place).await?;
        if let Some(song) = self.place.id_of("songs") {
            playlist::index_with(&tx, song).await?;
        }
        talk::place_again(&tx, &self.place).await?;
        Ok(tx.keep().await?)
    }
}

/// Nobody looks after what they gave themselves.
pub fn must_be_of_another<C>(holding: &Holding<C>, giver: Option<&str>) -> Result<(), Refusal> {
    if giver == Some(&holding.member.person.id) { Err(Refusal::NotYours("tend-own")) } else { Ok(()) }
}
