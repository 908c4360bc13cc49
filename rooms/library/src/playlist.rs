//! A playlist: a brief and a feeling, a call with a closing day, suggestions with a reason each, what members say to
//! them, and in the end a list in an order somebody argued for.
//!
//! Promises: what one suggests stands in the open with its reason; what does not get in says why not (R11); the order
//! is the curator's and can be argued with. Never: a ranking by counted voices.

pub mod sheet;
mod suggestion;
mod traces;

use std::collections::{BTreeMap, HashMap};

use base::clock::DAY_MS;
use base::db::{Ask, DbResult, Tx};
use base::form::Form;
use base::pack::Pack;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Audience, Reader};
use base::search::{self, Findable};
use base::veil;
use base::{ledger, paging, row, vals};
use people::Member;
use people::power::forget_words;

use crate::song::{Song, folded};
use sheet::{Sheet, Track};
pub use suggestion::{Decision, Says, Suggested, Suggestion, Voice, minutes, put_voice};
pub(crate) use traces::{entries, forget, index_again, keeps, offers};

/// Playlists on one page of the list.
pub const PAGE: i64 = 24;
/// The most suggestions one call takes.
pub const SUGGESTIONS_MAX: i64 = 200;
/// Those who say yes to a suggestion that stand there, and as many who say no or argue; of more, how many.
pub const VOICES_SHOWN: i64 = 10;
pub const TITLE_CHARS: std::ops::RangeInclusive<usize> = 3..=120;
pub const BRIEF_CHARS: std::ops::RangeInclusive<usize> = 10..=600;
pub const LINE_CHARS: std::ops::RangeInclusive<usize> = 3..=300;
/// Days a call may stay open.
pub const DAYS: std::ops::RangeInclusive<i64> = 1..=60;
/// Days it stays open unless whoever asks says otherwise.
pub const DAYS_USUAL: i64 = 14;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playlist {
    pub id: String,
    pub title: String,
    pub brief: String,
    pub feeling: String,
    pub caution: String,
    pub curator: Option<String>,
    /// The curator's name as it is now.
    pub by: Option<String>,
    pub closes_at: i64,
    pub decided_at: Option<i64>,
    pub since: i64,
    pub changed_at: i64,
}
row!(Playlist { id, title, brief, feeling, caution, curator, by, closes_at, decided_at, since, changed_at });

/// Reads playlists, each with its curator's name.
macro_rules! lists {
    ($rest:literal) => {
        concat!(
            "SELECT l.id, l.title, l.brief, l.feeling, l.caution, l.curator, p.name, l.closes_at, l.decided_at,
             l.since, l.changed_at FROM playlist l LEFT JOIN person p ON p.id = l.curator ",
            $rest
        )
    };
}

/// A call as somebody wrote it into the form.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub title: String,
    pub brief: String,
    pub feeling: String,
    pub caution: String,
    /// Days from now on which the call closes; none leaves the day as it is.
    pub days: Option<i64>,
}

impl Draft {
    /// Reads the form; what is wrong is noted at its field.
    pub fn read(form: &mut Form, pack: &Pack, needs_days: bool) -> Self {
        let draft = Self {
            title: form.line("title", TITLE_CHARS),
            brief: form.line("brief", BRIEF_CHARS),
            feeling: form.choice("feeling", &pack.feeling_ids()),
            caution: form.line("caution", 0..=200),
            days: form.number("days", DAYS),
        };
        if needs_days && !form.has("days") {
            form.refuse("days", "wrong-missing");
        }
        draft
    }
}

impl Playlist {
    #[must_use]
    pub fn place(&self) -> Place {
        Self::place_of(&self.id)
    }

    #[must_use]
    pub fn place_of(id: &str) -> Place {
        Place::of("playlists", id)
    }

    /// Opens a call.
    pub async fn open(member: &Member, draft: &Draft) -> Result<String, Refusal> {
        let (now, id) = (member.house.now(), member.house.new_id());
        let tx = member.begin().await?;
        Self::add(&tx, &id, draft, Some(&member.person.id), now, now + draft.days.unwrap_or(DAYS_USUAL) * DAY_MS)
            .await?;
        tx.keep().await?;
        Ok(id)
    }

    /// Writes a call as it is given; the importer and the demo use this, too.
    pub async fn add(
        tx: &Tx,
        id: &str,
        draft: &Draft,
        curator: Option<&str>,
        since: i64,
        closes_at: i64,
    ) -> DbResult<()> {
        let sql = "INSERT INTO playlist (id, title, brief, feeling, caution, curator, closes_at, since, changed_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
        tx.run(sql, vals![id, &draft.title, &draft.brief, &draft.feeling, &draft.caution, curator, closes_at, since])
            .await?;
        index(tx, id).await
    }

    /// A playlist, whoever asks.
    pub async fn find(ask: &impl Ask, id: &str) -> DbResult<Option<Self>> {
        ask.first(lists!("WHERE l.id = $1"), vals![id]).await
    }

    /// One playlist that this reader may see. What was withdrawn is seen by its curator alone.
    pub async fn seen_by(ask: &impl Ask, reader: &Reader, id: &str) -> Result<Self, Refusal> {
        let list = Self::find(ask, id).await?.ok_or(Refusal::NotFound)?;
        veil::must_be_seen(ask, &list.place(), list.is_by(reader.person.as_deref())).await?;
        Ok(list)
    }

    #[must_use]
    pub fn is_by(&self, person: Option<&str>) -> bool {
        self.curator.is_some() && self.curator.as_deref() == person
    }

    /// The newest playlists; `feeling` empty for all, `before` the id that the page before ended with.
    pub async fn newest(ask: &impl Ask, feeling: &str, before: Option<&str>, limit: i64) -> DbResult<Vec<Self>> {
        let sql = lists!(
            "WHERE l.id < $1 AND ($2 = '' OR l.feeling = $2)
             AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/playlists/' || l.id) ORDER BY l.id DESC LIMIT $3"
        );
        ask.all(sql, vals![before.unwrap_or(paging::NEWEST), feeling, limit]).await
    }

    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        self.decided_at.is_none() && now < self.closes_at
    }

    /// Changes the brief and, until it is decided, the closing day. `seen` is the change the curator had before them.
    pub async fn correct(&self, member: &Member, draft: &Draft, seen: i64) -> Result<bool, Refusal> {
        self.must_be_curated_by(member)?;
        let now = member.house.now();
        let closes_at =
            draft.days.filter(|_| self.decided_at.is_none()).map_or(self.closes_at, |days| now + days * DAY_MS);
        let tx = member.begin_at(&self.place()).await?;
        let sql = "UPDATE playlist SET title = $1, brief = $2, feeling = $3, caution = $4, closes_at = $5,
                   changed_at = $6 WHERE id = $7 AND changed_at = $8";
        let changed = tx
            .run(
                sql,
                vals![
                    &draft.title,
                    &draft.brief,
                    &draft.feeling,
                    &draft.caution,
                    closes_at,
                    now.max(seen + 1),
                    &self.id,
                    seen
                ],
            )
            .await?;
        if changed == 0 {
            return Ok(false);
        }
        index(&tx, &self.id).await?;
        talk::place_again(&tx, &self.place()).await?;
        tx.keep().await?;
        Ok(true)
    }

    /// Takes it back: at once while nobody else put anything into it; afterwards it is others' work, too.
    pub async fn take_back(&self, member: &Member) -> Result<(), Refusal> {
        self.must_be_curated_by(member)?;
        let tx = member.begin_at(&self.place()).await?;
        if tx.hold("SELECT id FROM playlist WHERE id = $1 AND curator = $2", vals![&self.id, &member.person.id]).await?
            == 0
        {
            return Err(Refusal::NotNow("refusal-clash")); // while it is held nobody puts anything into it
        }
        let of_others = "SELECT 1 FROM suggestion WHERE playlist = $1 AND (person IS NULL OR person <> $2)";
        if tx.any(of_others, vals![&self.id, &member.person.id]).await? {
            return Err(Refusal::NotNow("playlist-others"));
        }
        let now = member.house.now();
        crate::let_go(&tx, &self.place(), &Place::gone("playlists", &self.id), now).await?;
        ledger::gone(&tx, "playlist", &self.id, now).await?;
        forget_words(&tx, &self.place(), now).await?;
        tx.run("DELETE FROM playlist WHERE id = $1", vals![&self.id]).await?;
        Ok(tx.keep().await?)
    }

    /// Makes a list of a file: decided, in the file's order, its songs on the shelf. Returns its id.
    pub async fn bring(member: &Member, draft: &Draft, sheet: &Sheet) -> Result<String, Refusal> {
        let (house, now, id) = (&member.house, member.house.now(), member.house.new_id());
        let (tx, me) = (member.begin().await?, member.person.id.as_str());
        Self::add(&tx, &id, draft, Some(me), now, now).await?;
        let list = Self::seen_by(&tx, &member.reader(), &id).await?;
        // Everybody who brings takes turns at songs in one order, whatever the file's: nobody waits for each other.
        let mut by_name: Vec<_> = sheet.tracks.iter().enumerate().collect();
        by_name.sort_by_cached_key(|(_, track)| folded(&track.artist, &track.title));
        let mut songs = BTreeMap::new();
        for (at, track) in by_name {
            songs.insert(at, list.song_of(&tx, house, track, Some(me)).await?);
        }
        let mut n = 0;
        for (track, song) in sheet.tracks.iter().zip(songs.into_values()) {
            if veil::withdrawn(&tx, &Song::place_of(&song)).await?.is_some() {
                continue;
            }
            // The same song twice in a file is one line here.
            n += i64::from(list.put(&tx, &house.new_id(), &song, Some(me), &track.why, Some(n + 1), now).await?);
        }
        tx.run("UPDATE playlist SET decided_at = $1 WHERE id = $2", vals![now, &id]).await?;
        index(&tx, &id).await?;
        tx.keep().await?;
        Ok(id)
    }

    /// The list as a file says it: what is in, in order; every suggestion while nothing is decided.
    pub async fn sheet(&self, ask: &impl Ask) -> DbResult<Sheet> {
        let mut links = HashMap::new();
        for (song, link) in Self::links(ask, &self.id).await? {
            links.entry(song).or_insert(link); // the first of each
        }
        let suggestions = Self::suggestions(ask, &self.id).await?;
        let tracks =
            suggestions.into_iter().filter(|one| self.decided_at.is_none() || one.n.is_some()).map(|one| Track {
                artist: one.artist,
                title: one.title,
                seconds: one.seconds,
                why: one.reason,
                link: links.remove(&one.song),
            });
        Ok(Sheet { title: self.title.clone(), note: self.brief.clone(), tracks: tracks.collect() })
    }

    pub(crate) fn must_be_curated_by(&self, member: &Member) -> Result<(), Refusal> {
        let is_theirs = self.curator.as_ref() == Some(&member.person.id);
        if is_theirs { Ok(()) } else { Err(Refusal::NotYours("playlist-not-yours")) }
    }
}

/// Puts a playlist into the index as it stands in this write.
pub async fn index(tx: &Tx, id: &str) -> DbResult<()> {
    tx.take_turn(Playlist::place_of(id).as_str()).await?;
    search::put(tx, &Playlist::place_of(id), findable(tx, id).await?).await
}

/// What may be found of a playlist; one that is veiled may not.
pub(crate) async fn findable(ask: &impl Ask, id: &str) -> DbResult<Option<Findable>> {
    let Some(list) = Playlist::find(ask, id).await? else { return Ok(None) };
    if veil::over(ask, &list.place()).await?.is_some() {
        return Ok(None);
    }
    let songs = Playlist::suggestions(ask, id)
        .await?
        .into_iter()
        .map(|one| format!("\n{} {} {}", one.artist, one.title, one.reason));
    let words = songs.fold(list.brief.clone(), |words, song| words + &song);
    Ok(Some(Findable {
        kind: "playlist",
        title: list.title,
        words,
        lead: list.brief,
        author: list.by,
        audience: Audience::Everyone,
        feelings: vec![list.feeling],
        at: list.since,
        ..Findable::default()
    }))
}

/// The playlists that a song stands in or was suggested for.
pub(crate) async fn with(ask: &impl Ask, song: &str) -> DbResult<Vec<String>> {
    ask.all("SELECT DISTINCT playlist FROM suggestion WHERE song = $1 ORDER BY playlist", vals![song]).await
}

/// Puts every playlist with a song into the index again, because the song may be seen no more, or is called something
/// else.
pub(crate) async fn index_with(tx: &Tx, song: &str) -> DbResult<()> {
    for list in with(tx, song).await? {
        index(tx, &list).await?;
    }
    Ok(())
}
