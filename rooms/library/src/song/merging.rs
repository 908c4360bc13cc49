//! Putting two songs together that are one: an act (R4), and not for what the keeper brought themselves.

use base::db::{Ask as _, Tx};
use base::refusal::Refusal;
use base::{redirect, row, vals, veil};
use people::power::{Deed, Holding, TendLibrary};

use super::{LINKS_MAX, Song, index, set_links};
use crate::helped::Helped;
use crate::playlist;
use crate::tended::must_be_of_another;

impl Song {
    /// Puts a song that is here under another name together with this one: its feelings, its lines, what was said under
    /// it, its places in lists and, as far as there is room, its links move over, and its address leads here.
    pub async fn merge(&self, other: &Self, holding: &Holding<TendLibrary>, why: &str) -> Result<(), Refusal> {
        for song in [self, other] {
            must_be_of_another(holding, song.giver.as_deref())?;
        }
        let (place, gone) = (self.place(), other.place());
        let words = format!("{}: {}", other.called(), other.why);
        let deed = Deed {
            what: "act-song-merged",
            place: Some(&place),
            whom: other.giver.as_deref(),
            why,
            words: Some(&words),
        };
        let tx = holding.act(&deed).await?;
        tx.take_turn(gone.as_str()).await?;
        for song in [self, other] {
            veil::must_be_seen(&*tx, &song.place(), false).await?;
            tx.hold("SELECT id FROM song WHERE id = $1", vals![&song.id]).await?; // nobody puts it into a list meanwhile
            if Self::find(&*tx, &song.id).await?.as_ref() != Some(song) {
                return Err(Refusal::NotNow("refusal-clash")); // words taken back meanwhile are in no act
            }
        }
        Helped::move_to(&tx, &gone, &place).await?;
        if let Some(giver) = &other.giver {
            let (feeling, _) = Self::own_feeling(&*tx, &other.id, Some(giver)).await?.unwrap_or_default();
            Helped::put_beside(&tx, &place, giver, &feeling, &other.why, other.since).await?;
        }
        let sql = "INSERT INTO song_feeling (song, feeling, way, person) SELECT $1, feeling, way, person
                   FROM song_feeling WHERE song = $2 ON CONFLICT DO NOTHING";
        tx.run(sql, vals![&self.id, &other.id]).await?;
        let mut links = Self::links(&*tx, &self.id).await?;
        let more =
            Self::links(&*tx, &other.id).await?.into_iter().filter(|link| !links.contains(link)).collect::<Vec<_>>();
        links.extend(more);
        links.truncate(LINKS_MAX);
        set_links(&tx, &self.id, &links).await?;
        self.take_places_of(&tx, other).await?;
        redirect::lead_on(&tx, gone.as_str(), place.as_str()).await?;
        other.remove(&tx, &place, holding.member.house.now()).await?;
        index(&tx, &self.id).await?;
        playlist::index_with(&tx, &self.id).await?;
        Ok(tx.keep().await?)
    }

    /// Takes the other's place in every list. Where both stand in one, its number there, what was said to it, and the
    /// reason for it (as that person's line) move over; whoever said yes or no to both keeps what they said to this one,
    /// with both lines.
    async fn take_places_of(&self, tx: &Tx, other: &Self) -> Result<(), Refusal> {
        let sql = "UPDATE suggestion SET song = $1 WHERE song = $2
                   AND playlist NOT IN (SELECT h.playlist FROM suggestion h WHERE h.song = $1)";
        tx.run(sql, vals![&self.id, &other.id]).await?;
        let sql = "SELECT o.id, o.n, o.person, o.reason, o.since, k.id, k.n, l.id, l.feeling
                   FROM suggestion o JOIN suggestion k ON k.playlist = o.playlist AND k.song = $1
                   JOIN playlist l ON l.id = o.playlist WHERE o.song = $2 ORDER BY o.id";
        for both in tx.all::<InBoth>(sql, vals![&self.id, &other.id]).await? {
            let sql =
                "UPDATE voice SET line = CASE WHEN voice.line = '' THEN h.line ELSE voice.line || ' · ' || h.line END
                       FROM voice h WHERE voice.suggestion = $1 AND h.suggestion = $2 AND h.person = voice.person
                       AND h.line NOT IN ('', voice.line)";
            tx.run(sql, vals![&both.kept, &both.gone]).await?;
            let sql = "UPDATE voice SET suggestion = $1 WHERE suggestion = $2
                       AND person NOT IN (SELECT h.person FROM voice h WHERE h.suggestion = $1)";
            tx.run(sql, vals![&both.kept, &both.gone]).await?;
            if let Some(person) = &both.person {
                Helped::put_beside(tx, &self.place(), person, &both.feeling, &both.reason, both.since).await?;
            }
            if let (Some(n), None) = (both.n, both.kept_n) {
                tx.run("UPDATE suggestion SET n = $1, why_not = '' WHERE id = $2", vals![n, &both.kept]).await?;
            } else if let Some(n) = both.n {
                let sql = "UPDATE suggestion SET n = n - 1 WHERE playlist = $1 AND n > $2";
                tx.run(sql, vals![&both.list, n]).await?;
            }
        }
        Ok(())
    }
}

/// Two suggestions of one list that turn out to be the same song.
struct InBoth {
    gone: String,
    n: Option<i64>,
    person: Option<String>,
    reason: String,
    since: i64,
    kept: String,
    kept_n: Option<i64>,
    list: String,
    feeling: String,
}
row!(InBoth { gone, n, person, reason, since, kept, kept_n, list, feeling });
