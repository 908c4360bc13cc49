//! Putting two songs together that are one: an act (R4), and not for what the keeper brought themselves.

use base::refusal::Refusal;
use base::vals;
use people::power::{Deed, Holding, TendLibrary};

use super::{Song, index};
use crate::playlist;
use crate::tended::must_be_of_another;

impl Song {
    /// Puts a song that is here under another name together with this one: its lines, its links and its places in lists move over.
    pub async fn merge(&self, other: &Self, holding: &Holding<TendLibrary>, why: &str) -> Result<(), Refusal> {
        for song in [self, other] {
            must_be_of_another(holding, song.giver.as_deref())?;
        }
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
}

/// What moves from one song to another that is the same; the table of each must not hold it for both.
const MOVED: [&str; 3] = [
    "INSERT INTO song_feeling (song, feeling, way, person) SELECT $1, feeling, way, person FROM song_feeling WHERE song = $2 ON CONFLICT DO NOTHING",
    "INSERT INTO song_link (song, n, url) SELECT $1, l.n + 1 + (SELECT COALESCE(max(h.n), -1) FROM song_link h WHERE h.song = $1), l.url FROM song_link l
     WHERE l.song = $2 AND l.url NOT IN (SELECT h.url FROM song_link h WHERE h.song = $1)",
    "UPDATE suggestion SET song = $1 WHERE song = $2 AND playlist NOT IN (SELECT h.playlist FROM suggestion h WHERE h.song = $1)",
];
