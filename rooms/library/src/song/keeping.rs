//! What the library's keepers may do to a song: withdraw it, open it again, put two together. Each is an act (R4), and none
//! is done to what the keeper gave themselves: they have "take it back" for that.

use base::db::Tx;
use base::refusal::Refusal;
use base::veil::{self, Veil};
use base::{search, vals};
use people::power::{ActTx, Deed, Holding, TendLibrary};

use super::{Song, index};
use crate::playlist;

impl Song {
    /// Takes it off every page, feed and search, with a reason that its giver is told.
    pub async fn withdraw(&self, holding: &Holding<TendLibrary>, why: &str) -> Result<(), Refusal> {
        let tx = self.act(holding, "act-song-withdrawn", why).await?;
        veil::lay(&tx, &self.place(), Veil::Withdrawn, why, holding.member.house.now()).await?;
        search::unindex(&tx, &self.place()).await?;
        self.stands_elsewhere(&tx).await?;
        Ok(tx.keep().await?)
    }

    /// Puts it back where it was.
    pub async fn lift(&self, holding: &Holding<TendLibrary>, why: &str) -> Result<(), Refusal> {
        let tx = self.act(holding, "act-song-lifted", why).await?;
        veil::lift(&tx, &self.place()).await?;
        index(&tx, &self.id).await?;
        self.stands_elsewhere(&tx).await?;
        Ok(tx.keep().await?)
    }

    async fn act(&self, holding: &Holding<TendLibrary>, what: &'static str, why: &str) -> Result<ActTx, Refusal> {
        self.must_be_of_another(holding)?;
        let (place, words) = (self.place(), format!("{} – {}: {}", self.artist, self.title, self.why));
        holding.act(&Deed { what, place: Some(&place), whom: self.giver.as_deref(), why, words: Some(&words) }).await
    }

    /// Lists it stands in and what is said under it may be found, or not, as it may.
    async fn stands_elsewhere(&self, tx: &Tx) -> Result<(), Refusal> {
        playlist::index_with(tx, &self.id).await?;
        Ok(talk::place_again(tx, &self.place()).await?)
    }

    /// Puts a song that is here under another name together with this one: its lines, its links and its places in lists move over.
    pub async fn merge(&self, other: &Self, holding: &Holding<TendLibrary>, why: &str) -> Result<(), Refusal> {
        self.must_be_of_another(holding)?;
        other.must_be_of_another(holding)?;
        let (place, gone) = (self.place(), other.place());
        let words = format!("{} – {}: {}", other.artist, other.title, other.why);
        let deed = Deed { what: "act-song-merged", place: Some(&place), whom: other.giver.as_deref(), why, words: Some(&words) };
        let tx = holding.act(&deed).await?;
        for sql in MOVED {
            tx.run(sql, vals![&self.id, &other.id]).await?;
        }
        let sql = "UPDATE helped SET place = $1 WHERE place = $2 AND NOT EXISTS (SELECT 1 FROM helped h WHERE h.place = $1 AND h.person = helped.person)";
        tx.run(sql, vals![&place, &gone]).await?;
        if let Some(giver) = &other.giver {
            let (feeling, _) = Self::own_feeling(&*tx, &other.id, Some(giver)).await?.unwrap_or_default();
            // Why they brought it, unless they have a line here: a person has one. The act keeps a copy either way.
            let sql = "INSERT INTO helped (id, place, person, feeling, line, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (place, person) DO NOTHING";
            tx.run(sql, vals![base::id::at(other.since), &place, giver, feeling, &other.why, other.since]).await?;
        }
        tx.run("INSERT INTO redirect (old, place) VALUES ($1, $2) ON CONFLICT (old) DO UPDATE SET place = excluded.place", vals![&gone, &place]).await?;
        index(&tx, &self.id).await?;
        talk::thread::move_to(&tx, &gone, &place).await?;
        other.remove(&tx, holding.member.house.now()).await?;
        playlist::index_with(&tx, &self.id).await?;
        Ok(tx.keep().await?)
    }

    fn must_be_of_another(&self, holding: &Holding<TendLibrary>) -> Result<(), Refusal> {
        let is_theirs = self.giver.as_ref() == Some(&holding.member.person.id);
        if is_theirs { Err(Refusal::NotYours("song-tend-own")) } else { Ok(()) }
    }
}

/// What moves from one song to another that is the same; the table of each must not hold it for both.
const MOVED: [&str; 3] = [
    "INSERT INTO song_feeling (song, feeling, way, person) SELECT $1, feeling, way, person FROM song_feeling WHERE song = $2 ON CONFLICT DO NOTHING",
    "INSERT INTO song_link (song, n, url) SELECT $1, l.n + 1 + (SELECT COALESCE(max(h.n), -1) FROM song_link h WHERE h.song = $1), l.url FROM song_link l
     WHERE l.song = $2 AND l.url NOT IN (SELECT h.url FROM song_link h WHERE h.song = $1)",
    "UPDATE suggestion SET song = $1 WHERE song = $2 AND playlist NOT IN (SELECT h.playlist FROM suggestion h WHERE h.song = $1)",
];
