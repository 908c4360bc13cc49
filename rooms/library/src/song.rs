//! A song: artist, title, a feeling, and a line on why it helps. Never its words or its sound (R9).
//!
//! Promises: the same song is never here twice, however it is written; what one may not see is not found; a change made
//! from an old copy is refused, not lost. The giver may correct it and take it back; what keepers may do stands in
//! [`merging`], [`naming`] and [`tended`](crate::tended).

mod draft;
mod merging;
mod naming;
mod traces;

use base::clock::SECOND_MS;
use base::db::{Ask, DbResult, Tx};
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Reader, Way};
use base::veil;
use base::{ledger, paging, row, vals};
use people::Member;
use people::power::forget_words;

use crate::helped::Helped;
use crate::playlist;
pub use draft::{Draft, folded, host_of};
pub(crate) use traces::{entries, findable, forget, index, index_again, keeps, offers};

/// How long "take it back" stands on the page by itself. The giver may take it back later, too.
pub const UNDO_MS: i64 = 10 * SECOND_MS;
/// Songs on one page of the list.
pub const PAGE: i64 = 30;
pub const LINKS_MAX: usize = 6;
pub const LINKS_CHARS: std::ops::RangeInclusive<usize> = 0..=2_000;
/// The longest of them, in bytes.
const LINK_BYTES_MAX: usize = 500;
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=160;
pub const WHY_CHARS: std::ops::RangeInclusive<usize> = 3..=300;
/// The longest song: ten hours.
pub const SECONDS_MAX: i64 = 36_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Song {
    pub id: String,
    pub artist: String,
    pub title: String,
    pub why: String,
    pub note: String,
    pub genre: String,
    pub seconds: Option<i64>,
    pub giver: Option<String>,
    /// The giver's name as it is now.
    pub by: Option<String>,
    pub since: i64,
    pub changed_at: i64,
}
row!(Song { id, artist, title, why, note, genre, seconds, giver, by, since, changed_at });

/// Reads songs, each with the name of whoever gave it.
macro_rules! songs {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.artist, s.title, s.why, s.note, s.genre, s.seconds, s.giver, p.name, s.since,
             s.changed_at FROM song s LEFT JOIN person p ON p.id = s.giver ",
            $rest
        )
    };
}

/// What became of a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suggested {
    New(String),
    /// It was here already: the line stands beside the giver's, as thanks.
    AlreadyHere(String),
    /// It was here and was withdrawn; why.
    Withdrawn(String),
}

/// Which songs to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub feeling: Option<String>,
    pub genre: Option<String>,
    /// The id that the page before ended with.
    pub before: Option<String>,
}

impl Song {
    #[must_use]
    pub fn place(&self) -> Place {
        Self::place_of(&self.id)
    }

    #[must_use]
    pub fn place_of(id: &str) -> Place {
        Place::of("songs", id)
    }

    /// Puts a song on the shelf, or the line beside the one that is there already.
    pub async fn suggest(member: &Member, draft: &Draft) -> Result<Suggested, Refusal> {
        let tx = member.begin().await?;
        let known = Self::known_in_turn(&tx, &draft.artist, &draft.title).await?;
        if let Some(id) = &known
            && let Some(why) = veil::withdrawn(&tx, &Self::place_of(id)).await?
        {
            return Ok(Suggested::Withdrawn(why));
        }
        let suggested = match known {
            Some(id) => {
                Helped::put(
                    &tx,
                    &Self::place_of(&id),
                    &member.person.id,
                    &draft.feeling,
                    &draft.why,
                    member.house.now(),
                )
                .await?;
                say_feeling(&tx, &id, Some(&member.person.id), &draft.feeling, draft.way).await?;
                index(&tx, &id).await?;
                Suggested::AlreadyHere(id)
            }
            None => {
                let id = member.house.new_id();
                Self::add(&tx, &id, draft, Some(&member.person.id), member.house.now()).await?;
                Suggested::New(id)
            }
        };
        tx.keep().await?;
        Ok(suggested)
    }

    /// Writes a song as it is given; the demo uses this, too.
    pub async fn add(tx: &Tx, id: &str, draft: &Draft, giver: Option<&str>, now: i64) -> DbResult<()> {
        let sql = "INSERT INTO song (id, artist, title, folded, why, note, genre, seconds, giver, since, changed_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)";
        let folded = folded(&draft.artist, &draft.title);
        tx.run(
            sql,
            vals![
                id, &draft.artist, &draft.title, folded, &draft.why, &draft.note, &draft.genre, draft.seconds, giver,
                now
            ],
        )
        .await?;
        say_feeling(tx, id, giver, &draft.feeling, draft.way).await?;
        set_links(tx, id, &draft.links).await?;
        index(tx, id).await
    }

    /// The id of the song of this name, if it is on the shelf, however it is written.
    pub async fn known(ask: &impl Ask, artist: &str, title: &str) -> DbResult<Option<String>> {
        ask.first("SELECT id FROM song WHERE folded = $1", vals![folded(artist, title)]).await
    }

    /// The same, and nobody withdraws, renames or removes it before this write is over.
    pub(crate) async fn known_in_turn(tx: &Tx, artist: &str, title: &str) -> Result<Option<String>, Refusal> {
        let known = Self::known(tx, artist, title).await?;
        if let Some(id) = &known {
            tx.take_turn(Self::place_of(id).as_str()).await?;
            if Self::known(tx, artist, title).await? != known {
                return Err(Refusal::NotNow("refusal-clash")); // it went, or is called something else since
            }
        }
        Ok(known)
    }

    /// A song, whoever asks.
    pub async fn find(ask: &impl Ask, id: &str) -> DbResult<Option<Self>> {
        ask.first(songs!("WHERE s.id = $1"), vals![id]).await
    }

    /// Every song that a person gave.
    pub async fn given_by(ask: &impl Ask, person: &str) -> DbResult<Vec<Self>> {
        ask.all(songs!("WHERE s.giver = $1 ORDER BY s.id"), vals![person]).await
    }

    /// One song that this reader may see. What was withdrawn is seen by its giver alone.
    pub async fn seen_by(ask: &impl Ask, reader: &Reader, id: &str) -> Result<Self, Refusal> {
        let song = Self::find(ask, id).await?.ok_or(Refusal::NotFound)?;
        veil::must_be_seen(ask, &song.place(), song.is_by(reader.person.as_deref())).await?;
        Ok(song)
    }

    #[must_use]
    pub fn is_by(&self, person: Option<&str>) -> bool {
        self.giver.is_some() && self.giver.as_deref() == person
    }

    /// What people call it.
    #[must_use]
    pub fn called(&self) -> String {
        format!("{} – {}", self.artist, self.title)
    }

    /// The newest songs, a page of them and one more to say whether it goes on.
    pub async fn newest(ask: &impl Ask, filter: &Filter, limit: i64) -> DbResult<Vec<Self>> {
        let sql = songs!(
            "WHERE s.id < $1 AND ($2 = '' OR s.genre = $2)
               AND ($3 = '' OR EXISTS (SELECT 1 FROM song_feeling f WHERE f.song = s.id AND f.feeling = $3))
               AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/songs/' || s.id)
             ORDER BY s.id DESC LIMIT $4"
        );
        let before = filter.before.as_deref().unwrap_or(paging::NEWEST);
        let (genre, feeling) =
            (filter.genre.as_deref().unwrap_or_default(), filter.feeling.as_deref().unwrap_or_default());
        ask.all(sql, vals![before, genre, feeling, limit]).await
    }

    /// Songs for a feeling, going one way, newest first.
    pub async fn for_feeling(ask: &impl Ask, feeling: &str, way: Way, limit: i64) -> DbResult<Vec<Self>> {
        let sql = songs!(
            "JOIN song_feeling f ON f.song = s.id WHERE f.feeling = $1 AND f.way = $2
             AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/songs/' || s.id) ORDER BY s.id DESC LIMIT $3"
        );
        ask.all(sql, vals![feeling, way, limit]).await
    }

    /// Feelings and the way each goes from there, in the order they were given.
    pub async fn feelings(ask: &impl Ask, id: &str) -> DbResult<Vec<(String, Way)>> {
        ask.all("SELECT feeling, way FROM song_feeling WHERE song = $1 ORDER BY feeling", vals![id]).await
    }

    /// The feeling and way that a person gave it; the first there is where they gave none.
    pub async fn own_feeling(ask: &impl Ask, id: &str, person: Option<&str>) -> DbResult<Option<(String, Way)>> {
        ask.first(
            "SELECT feeling, way FROM song_feeling WHERE song = $1
             ORDER BY CASE WHEN person = $2 THEN 0 ELSE 1 END, feeling LIMIT 1",
            vals![id, person],
        )
        .await
    }

    pub async fn links(ask: &impl Ask, id: &str) -> DbResult<Vec<String>> {
        ask.all("SELECT url FROM song_link WHERE song = $1 ORDER BY n", vals![id]).await
    }

    /// Changes a song that the person gave. `seen` is the change they had before them: if there was another since, it
    /// is refused.
    pub async fn correct(&self, member: &Member, draft: &Draft, seen: i64) -> Result<Corrected, Refusal> {
        self.must_be_given_by(member)?;
        let folded = folded(&draft.artist, &draft.title);
        let tx = member.begin_at(&self.place()).await?;
        if let Some(other) = Self::known(&tx, &draft.artist, &draft.title).await?.filter(|id| *id != self.id) {
            return Ok(Corrected::IsAnother(Self::place_of(&other)));
        }
        if self.is_renamed_by(draft) && veil::withdrawn(&tx, &self.place()).await?.is_some() {
            return Err(Refusal::NotNow("song-is-off")); // under another name it would come back at once
        }
        let sql = "UPDATE song SET artist = $1, title = $2, folded = $3, why = $4, note = $5, genre = $6, seconds = $7,
                   changed_at = $8
                   WHERE id = $9 AND changed_at = $10 AND giver = $11";
        let now = member.house.now().max(seen + 1);
        let changed = tx
            .run(
                sql,
                vals![
                    &draft.artist, &draft.title, folded, &draft.why, &draft.note, &draft.genre, draft.seconds, now,
                    &self.id, seen, &member.person.id
                ],
            )
            .await?;
        if changed == 0 {
            return Ok(Corrected::ChangedMeanwhile);
        }
        say_feeling(&tx, &self.id, Some(&member.person.id), &draft.feeling, draft.way).await?;
        set_links(&tx, &self.id, &draft.links).await?;
        index(&tx, &self.id).await?;
        if self.is_renamed_by(draft) {
            playlist::index_with(&tx, &self.id).await?;
            talk::place_again(&tx, &self.place()).await?;
        }
        tx.keep().await?;
        Ok(Corrected::Done)
    }

    /// Whether somebody called it differently.
    fn is_renamed_by(&self, draft: &Draft) -> bool {
        (&self.artist, &self.title) != (&draft.artist, &draft.title)
    }

    /// Takes a song back. Where others put it into a list it stays for them, without the giver's name and words; so it
    /// does where it was withdrawn, or anybody could bring it again at once.
    pub async fn take_back(&self, member: &Member) -> Result<TakenBack, Refusal> {
        self.must_be_given_by(member)?;
        let tx = member.begin_at(&self.place()).await?;
        if tx.hold("SELECT id FROM song WHERE id = $1 AND giver = $2", vals![&self.id, &member.person.id]).await? == 0 {
            return Err(Refusal::NotNow("refusal-clash")); // while it is held nobody puts it into a list
        }
        let of_others = "SELECT 1 FROM suggestion WHERE song = $1 AND (person IS NULL OR person <> $2)";
        let stays = tx.any(of_others, vals![&self.id, &member.person.id]).await?
            || veil::withdrawn(&tx, &self.place()).await?.is_some();
        let taken = if stays { TakenBack::Stays } else { TakenBack::Gone };
        forget_words(&tx, &self.place(), member.house.now()).await?;
        match taken {
            TakenBack::Gone => {
                ledger::gone(&tx, "song", &self.id, member.house.now()).await?;
                self.remove(&tx, &Place::gone("songs", &self.id), member.house.now()).await?;
            }
            TakenBack::Stays => {
                tx.run("UPDATE song SET why = '', note = '', giver = NULL WHERE id = $1", vals![&self.id]).await?;
                tx.run(
                    "UPDATE song_feeling SET person = NULL WHERE song = $1 AND person = $2",
                    vals![&self.id, &member.person.id],
                )
                .await?;
                ledger::emptied(&tx, "song", &self.id, &["why", "note", "giver"], member.house.now()).await?;
                Helped::remove(&tx, &self.place(), &member.person.id, member.house.now()).await?;
                index(&tx, &self.id).await?;
            }
        }
        tx.keep().await?;
        Ok(taken)
    }

    /// Removes it; what was said under it stays and stands under `talk_goes_to` from now on.
    async fn remove(&self, tx: &Tx, talk_goes_to: &Place, now: i64) -> DbResult<()> {
        let lists = playlist::with(tx, &self.id).await?;
        crate::let_go(tx, &self.place(), talk_goes_to, now).await?;
        tx.run("DELETE FROM song WHERE id = $1", vals![&self.id]).await?;
        for list in lists {
            playlist::index(tx, &list).await?;
        }
        Ok(())
    }

    pub fn must_be_given_by(&self, member: &Member) -> Result<(), Refusal> {
        if self.is_by(member.id()) { Ok(()) } else { Err(Refusal::NotYours("song-not-yours")) }
    }

    /// `5:21`; empty when nobody said how long it is.
    #[must_use]
    pub fn length(&self) -> String {
        self.seconds.map_or_else(String::new, |seconds| format!("{}:{:02}", seconds / 60, seconds % 60))
    }
}

/// What became of a song that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenBack {
    Gone,
    /// Only the giver's name and words came off.
    Stays,
}

/// What became of a correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Corrected {
    Done,
    /// Somebody changed it while this was being written.
    ChangedMeanwhile,
    /// Under this name it is a song that is here already.
    IsAnother(Place),
}

/// Says that a song meets a feeling, in place of what the person said before.
pub async fn say_feeling(tx: &Tx, song: &str, person: Option<&str>, feeling: &str, way: Way) -> DbResult<()> {
    if feeling.is_empty() {
        return Ok(());
    }
    if let Some(person) = person {
        let_go(tx, song, person, feeling).await?;
    }
    let sql = "INSERT INTO song_feeling (song, feeling, way, person) VALUES ($1, $2, $3, $4)
               ON CONFLICT (song, feeling) DO UPDATE SET way = excluded.way
               WHERE song_feeling.person = excluded.person";
    tx.run(sql, vals![song, feeling, way, person]).await.map(drop)
}

/// Takes the feelings away that a person gave a song beside their line; its giver's stay with the song.
pub(crate) async fn unsay_feeling(tx: &Tx, song: &str, person: &str) -> DbResult<()> {
    let is_giver =
        tx.first::<String>("SELECT id FROM song WHERE id = $1 AND giver = $2", vals![song, person]).await?.is_some();
    if is_giver { Ok(()) } else { let_go(tx, song, person, "").await }
}

/// Takes away every feeling but one that a person gave a song; one that it met for others, too, is theirs from now on.
async fn let_go(tx: &Tx, song: &str, person: &str, but: &str) -> DbResult<()> {
    let sql = "DELETE FROM song_feeling WHERE song = $1 AND person = $2 AND feeling <> $3
               AND NOT EXISTS (SELECT 1 FROM helped h WHERE h.place = '/songs/' || $1
               AND h.feeling = song_feeling.feeling AND h.person <> $2)";
    tx.run(sql, vals![song, person, but]).await?;
    let sql = "UPDATE song_feeling SET person =
                 (SELECT h.person FROM helped h WHERE h.place = '/songs/' || $1 AND h.feeling = song_feeling.feeling
                 AND h.person <> $2 ORDER BY h.at, h.id LIMIT 1)
               WHERE song = $1 AND person = $2 AND feeling <> $3";
    tx.run(sql, vals![song, person, but]).await.map(drop)
}

async fn set_links(tx: &Tx, song: &str, links: &[String]) -> DbResult<()> {
    tx.run("DELETE FROM song_link WHERE song = $1", vals![song]).await?;
    for (n, link) in (0_i64..).zip(links) {
        tx.run("INSERT INTO song_link (song, n, url) VALUES ($1, $2, $3)", vals![song, n, link]).await?;
    }
    Ok(())
}
