//! A playlist: a brief and a feeling, a call with a closing day, suggestions with a reason each, what members say to them,
//! and in the end a list in an order somebody argued for.
//!
//! Promises: what one suggests stands in the open with its reason; what does not get in says why not (R11); the order is
//! the curator's and can be argued with. Never: a ranking by counted voices.

pub mod sheet;
mod traces;

use base::clock::DAY_MS;
use base::db::{Ask, DbResult, Tx};
use base::form::Form;
use base::house::House;
use base::pack::Pack;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Reader, Way};
use base::search::{self, Findable};
use base::veil::{self, Veil};
use base::{row, vals};
use people::Member;
use people::power::{Deed, Holding, TendLibrary};

use crate::song::{self, Song};
use sheet::{Sheet, Track};
pub(crate) use traces::{entries, forget, index_again, keeps, offers};

/// Playlists on one page of the list.
pub const PAGE: i64 = 24;
/// The most suggestions one call takes.
pub const SUGGESTIONS_MAX: i64 = 200;
pub const TITLE_CHARS: std::ops::RangeInclusive<usize> = 3..=120;
pub const BRIEF_CHARS: std::ops::RangeInclusive<usize> = 10..=600;
pub const LINE_CHARS: std::ops::RangeInclusive<usize> = 3..=300;
/// Days a call may stay open.
pub const DAYS: std::ops::RangeInclusive<i64> = 1..=60;

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

/// A song that somebody suggested for a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub id: String,
    pub song: String,
    pub artist: String,
    pub title: String,
    pub seconds: Option<i64>,
    pub note: String,
    pub person: Option<String>,
    pub by: Option<String>,
    pub reason: String,
    /// Its number in the list, once it is in.
    pub n: Option<i64>,
    pub why_not: String,
}
row!(Suggestion { id, song, artist, title, seconds, note, person, by, reason, n, why_not });

/// What one member says to a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    pub suggestion: String,
    pub person: String,
    pub by: String,
    /// `yes`, `no` or `argued`.
    pub voice: String,
    pub line: String,
}
row!(Voice { suggestion, person, by, voice, line });

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

/// What the curator says to one suggestion: its number in the list, or why it is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub suggestion: String,
    pub n: Option<i64>,
    pub why_not: String,
}

impl Draft {
    /// Reads the form; what is wrong is noted at its field.
    pub fn read(form: &mut Form, pack: &Pack, needs_days: bool) -> Self {
        let feelings: Vec<_> = pack.feelings.iter().map(|feeling| feeling.id.as_str()).collect();
        let draft = Self {
            title: form.line("title", TITLE_CHARS),
            brief: form.line("brief", BRIEF_CHARS),
            feeling: form.choice("feeling", &feelings),
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
        let tx = member.house.begin().await?;
        Self::add(&tx, &id, draft, Some(&member.person.id), now, now + draft.days.unwrap_or(14) * DAY_MS).await?;
        tx.keep().await?;
        Ok(id)
    }

    /// Writes a call as it is given; the importer and the demo use this, too.
    pub async fn add(tx: &Tx, id: &str, draft: &Draft, curator: Option<&str>, since: i64, closes_at: i64) -> DbResult<()> {
        let sql = "INSERT INTO playlist (id, title, brief, feeling, caution, curator, closes_at, since, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
        tx.run(sql, vals![id, &draft.title, &draft.brief, &draft.feeling, &draft.caution, curator, closes_at, since]).await?;
        index(tx, id).await
    }

    /// One playlist that this reader may see. What was withdrawn is gone for everyone but its curator.
    pub async fn seen_by(ask: &impl Ask, reader: &Reader, id: &str) -> Result<(Self, Option<(Veil, String)>), Refusal> {
        let sql = "SELECT l.id, l.title, l.brief, l.feeling, l.caution, l.curator, p.name, l.closes_at, l.decided_at, l.since, l.changed_at
                   FROM playlist l LEFT JOIN person p ON p.id = l.curator WHERE l.id = $1";
        let list: Self = ask.first(sql, vals![id]).await?.ok_or(Refusal::NotFound)?;
        let veil = veil::over(ask, &list.place()).await?;
        match veil {
            Some((Veil::Withdrawn | Veil::Held, _)) if list.curator.is_none() || list.curator != reader.person => Err(Refusal::Gone),
            veil => Ok((list, veil)),
        }
    }

    /// The newest playlists; `feeling` empty for all, `before` the id that the page before ended with.
    pub async fn newest(ask: &impl Ask, feeling: &str, before: Option<&str>, limit: i64) -> DbResult<Vec<Self>> {
        let sql = "SELECT l.id, l.title, l.brief, l.feeling, l.caution, l.curator, p.name, l.closes_at, l.decided_at, l.since, l.changed_at
                   FROM playlist l LEFT JOIN person p ON p.id = l.curator
                   WHERE l.id < $1 AND ($2 = '' OR l.feeling = $2) AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/playlists/' || l.id)
                   ORDER BY l.id DESC LIMIT $3";
        ask.all(sql, vals![before.unwrap_or("z"), feeling, limit]).await
    }

    /// Every suggestion: what is in by its number, then the others by when they came.
    pub async fn suggestions(ask: &impl Ask, id: &str) -> DbResult<Vec<Suggestion>> {
        let sql = "SELECT g.id, g.song, s.artist, s.title, s.seconds, s.note, g.person, p.name, g.reason, g.n, g.why_not
                   FROM suggestion g JOIN song s ON s.id = g.song LEFT JOIN person p ON p.id = g.person
                   WHERE g.playlist = $1 AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/songs/' || s.id)
                   ORDER BY CASE WHEN g.n IS NULL THEN 1 ELSE 0 END, g.n, g.id";
        ask.all(sql, vals![id]).await
    }

    /// What members say, by suggestion, the oldest first.
    pub async fn voices(ask: &impl Ask, id: &str) -> DbResult<Vec<Voice>> {
        let sql = "SELECT v.suggestion, v.person, p.name, v.voice, v.line FROM voice v JOIN suggestion g ON g.id = v.suggestion JOIN person p ON p.id = v.person
                   WHERE g.playlist = $1 ORDER BY v.suggestion, v.at, v.person";
        ask.all(sql, vals![id]).await
    }

    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        self.decided_at.is_none() && now < self.closes_at
    }

    /// Suggests a song with a reason. A song that is not on the shelf yet is put there with the list's feeling.
    pub async fn suggest(&self, member: &Member, artist: &str, title: &str, reason: &str) -> Result<(), Refusal> {
        if !self.is_open(member.house.now()) {
            return Err(Refusal::NotNow("playlist-closed"));
        }
        let tx = member.house.begin().await?;
        let many: i64 = tx.one("SELECT count(*) FROM suggestion WHERE playlist = $1", vals![&self.id]).await?;
        if many >= SUGGESTIONS_MAX {
            return Err(Refusal::NotNow("playlist-full"));
        }
        let track = Track { artist: artist.to_owned(), title: title.to_owned(), why: reason.to_owned(), ..Track::default() };
        let song = self.song_of(&tx, &member.house, &track, Some(&member.person.id)).await?;
        self.put(&tx, &member.house.new_id(), &song, Some(&member.person.id), reason, None, member.house.now()).await?;
        index(&tx, &self.id).await?;
        Ok(tx.keep().await?)
    }

    /// The song of a track: the one on the shelf, or a new one there.
    async fn song_of(&self, tx: &Tx, house: &House, track: &Track, giver: Option<&str>) -> Result<String, Refusal> {
        let known: Option<String> = tx.first("SELECT id FROM song WHERE folded = $1", vals![song::folded(&track.artist, &track.title)]).await?;
        if let Some(song) = known {
            return Ok(song);
        }
        let draft = song::Draft {
            artist: track.artist.clone(),
            title: track.title.clone(),
            feeling: self.feeling.clone(),
            way: Way::Stay.id().to_owned(),
            why: if track.why.is_empty() { self.brief.chars().take(*song::WHY_CHARS.end()).collect() } else { track.why.clone() },
            seconds: track.seconds,
            links: track.link.clone().into_iter().collect(),
            ..song::Draft::default()
        };
        Ok(Song::add(tx, &house.new_id(), &draft, giver, house.now()).await?)
    }

    /// Writes a suggestion as it is given. The same song again is a [`Refusal::NotNow`].
    #[expect(clippy::too_many_arguments, reason = "each is a column; the demo and the importer fill them all")]
    pub async fn put(&self, tx: &Tx, id: &str, song: &str, person: Option<&str>, reason: &str, n: Option<i64>, now: i64) -> Result<(), Refusal> {
        let sql = "INSERT INTO suggestion (id, playlist, song, person, reason, n, why_not, since) VALUES ($1, $2, $3, $4, $5, $6, '', $7) ON CONFLICT DO NOTHING";
        let put = tx.run(sql, vals![id, &self.id, song, person, reason, n, now]).await?;
        if put == 1 { Ok(()) } else { Err(Refusal::NotNow("playlist-has-it")) }
    }

    /// Takes the person's own suggestion back while the call is open.
    pub async fn unsuggest(&self, member: &Member, suggestion: &str) -> Result<(), Refusal> {
        if !self.is_open(member.house.now()) {
            return Err(Refusal::NotNow("playlist-closed"));
        }
        let tx = member.house.begin().await?;
        let gone = tx.run("DELETE FROM suggestion WHERE id = $1 AND playlist = $2 AND person = $3", vals![suggestion, &self.id, &member.person.id]).await?;
        if gone == 0 {
            return Err(Refusal::NotYours("playlist-not-your-suggestion"));
        }
        index(&tx, &self.id).await?;
        Ok(tx.keep().await?)
    }

    /// Says yes, no or argues; an empty voice takes it back. Open until the curator has decided.
    pub async fn say(&self, member: &Member, suggestion: &str, voice: &str, line: &str) -> Result<(), Refusal> {
        if self.decided_at.is_some() {
            return Err(Refusal::NotNow("playlist-decided"));
        }
        let tx = member.house.begin().await?;
        let is_here: i64 = tx.one("SELECT count(*) FROM suggestion WHERE id = $1 AND playlist = $2", vals![suggestion, &self.id]).await?;
        if is_here == 0 {
            return Err(Refusal::NotFound);
        }
        if voice.is_empty() {
            tx.run("DELETE FROM voice WHERE suggestion = $1 AND person = $2", vals![suggestion, &member.person.id]).await?;
        } else {
            put_voice(&tx, suggestion, &member.person.id, voice, line, member.house.now()).await?;
        }
        Ok(tx.keep().await?)
    }

    /// Changes the brief and, while it is open, the closing day. `seen` is the change the curator had before them.
    pub async fn correct(&self, member: &Member, draft: &Draft, seen: i64) -> Result<bool, Refusal> {
        self.must_be_curated_by(member)?;
        let now = member.house.now();
        let closes_at = draft.days.filter(|_| self.decided_at.is_none()).map_or(self.closes_at, |days| now + days * DAY_MS);
        let tx = member.house.begin().await?;
        let sql = "UPDATE playlist SET title = $1, brief = $2, feeling = $3, caution = $4, closes_at = $5, changed_at = $6 WHERE id = $7 AND changed_at = $8";
        let changed = tx.run(sql, vals![&draft.title, &draft.brief, &draft.feeling, &draft.caution, closes_at, now.max(seen + 1), &self.id, seen]).await?;
        index(&tx, &self.id).await?;
        tx.keep().await?;
        Ok(changed == 1)
    }

    /// Says what is in, in which order, and why the rest is not. The call is closed with it.
    pub async fn decide(&self, member: &Member, decisions: &[Decision]) -> Result<(), Refusal> {
        self.must_be_curated_by(member)?;
        let (tx, now) = (member.house.begin().await?, member.house.now());
        for decision in decisions {
            let sql = "UPDATE suggestion SET n = $1, why_not = $2 WHERE id = $3 AND playlist = $4";
            tx.run(sql, vals![decision.n, &decision.why_not, &decision.suggestion, &self.id]).await?;
        }
        tx.run("UPDATE playlist SET decided_at = $1, closes_at = CASE WHEN closes_at > $1 THEN $1 ELSE closes_at END, changed_at = $1 WHERE id = $2", vals![now, &self.id]).await?;
        index(&tx, &self.id).await?;
        Ok(tx.keep().await?)
    }

    /// Takes it back: at once while nobody else put anything into it; afterwards it is others' work, too.
    pub async fn take_back(&self, member: &Member) -> Result<(), Refusal> {
        self.must_be_curated_by(member)?;
        let tx = member.house.begin().await?;
        let others: i64 = tx.one("SELECT count(*) FROM suggestion WHERE playlist = $1 AND (person IS NULL OR person <> $2)", vals![&self.id, &member.person.id]).await?;
        if others > 0 {
            return Err(Refusal::NotNow("playlist-others"));
        }
        search::unindex(&tx, &self.place()).await?;
        talk::thread::remove(&tx, &self.place()).await?;
        tx.run("DELETE FROM helped WHERE place = $1", vals![self.place()]).await?;
        tx.run("DELETE FROM playlist WHERE id = $1", vals![&self.id]).await?;
        Ok(tx.keep().await?)
    }

    /// Takes it off every page, feed and search, with a reason that its curator is told (R4).
    pub async fn withdraw(&self, holding: &Holding<TendLibrary>, why: &str) -> Result<(), Refusal> {
        let (place, words) = (self.place(), format!("{}: {}", self.title, self.brief));
        let deed = Deed { what: "act-playlist-withdrawn", place: Some(&place), whom: self.curator.as_deref(), why, words: Some(&words) };
        let tx = holding.act(&deed).await?;
        veil::lay(&tx, &place, Veil::Withdrawn, why, holding.member.house.now()).await?;
        search::unindex(&tx, &place).await?;
        talk::place_again(&tx, &place).await?;
        Ok(tx.keep().await?)
    }

    /// Makes a list of a file: decided, in the file's order, its songs on the shelf. Returns its id.
    pub async fn bring(member: &Member, draft: &Draft, sheet: &Sheet) -> Result<String, Refusal> {
        let (house, now, id) = (&member.house, member.house.now(), member.house.new_id());
        let (tx, me) = (house.begin().await?, member.person.id.as_str());
        Self::add(&tx, &id, draft, Some(me), now, now).await?;
        let (list, _) = Self::seen_by(&tx, &member.reader(), &id).await?;
        let mut n = 0;
        for track in &sheet.tracks {
            let song = list.song_of(&tx, house, track, Some(me)).await?;
            let put = list.put(&tx, &house.new_id(), &song, Some(me), &track.why, Some(n + 1), now).await;
            n += i64::from(put.is_ok()); // the same song twice in a file is one line here
        }
        tx.run("UPDATE playlist SET decided_at = $1 WHERE id = $2", vals![now, &id]).await?;
        index(&tx, &id).await?;
        tx.keep().await?;
        Ok(id)
    }

    /// The list as a file says it: what is in, in order; every suggestion while nothing is decided.
    pub async fn sheet(&self, ask: &impl Ask) -> DbResult<Sheet> {
        let mut tracks = Vec::new();
        for suggestion in Self::suggestions(ask, &self.id).await? {
            if self.decided_at.is_some() && suggestion.n.is_none() {
                continue;
            }
            let link = Song::links(ask, &suggestion.song).await?.into_iter().next();
            tracks.push(Track { artist: suggestion.artist, title: suggestion.title, seconds: suggestion.seconds, why: suggestion.reason, link });
        }
        Ok(Sheet { title: self.title.clone(), note: self.brief.clone(), tracks })
    }

    pub(crate) fn must_be_curated_by(&self, member: &Member) -> Result<(), Refusal> {
        let is_theirs = self.curator.as_ref() == Some(&member.person.id);
        if is_theirs { Ok(()) } else { Err(Refusal::NotYours("playlist-not-yours")) }
    }
}

/// Whole minutes of these, and how many of them have no length.
#[must_use]
pub fn minutes<'a>(suggestions: impl Iterator<Item = &'a Suggestion>) -> (i64, usize) {
    let (seconds, unknown) = suggestions.fold((0, 0), |(seconds, unknown), one| (seconds + one.seconds.unwrap_or(0), unknown + usize::from(one.seconds.is_none())));
    ((seconds + 30) / 60, unknown)
}

/// Writes what somebody says to a suggestion, or writes it anew.
pub async fn put_voice(tx: &Tx, suggestion: &str, person: &str, voice: &str, line: &str, now: i64) -> DbResult<()> {
    let sql = "INSERT INTO voice (suggestion, person, voice, line, at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (suggestion, person) DO UPDATE SET voice = excluded.voice, line = excluded.line, at = excluded.at";
    tx.run(sql, vals![suggestion, person, voice, line, now]).await.map(drop)
}

/// Puts a playlist into the index as it stands in this write; one that is veiled stays out.
pub async fn index(tx: &Tx, id: &str) -> DbResult<()> {
    let Ok((list, None)) = Playlist::seen_by(tx, &Reader::guest(), id).await else { return Ok(()) };
    let songs = Playlist::suggestions(tx, id).await?.into_iter().map(|one| format!("\n{} {} {}", one.artist, one.title, one.reason));
    let words = songs.fold(list.brief.clone(), |words, song| words + &song);
    let findable = Findable { kind: "playlist", title: list.title.clone(), words, author: list.by.clone(), audience: "everyone".into(), feelings: vec![list.feeling.clone()], at: list.since, ..Findable::default() };
    search::index(tx, &list.place(), &findable).await
}

/// The playlists that a song stands in or was suggested for.
pub(crate) async fn with(ask: &impl Ask, song: &str) -> DbResult<Vec<String>> {
    ask.all("SELECT DISTINCT playlist FROM suggestion WHERE song = $1 ORDER BY playlist", vals![song]).await
}

/// Puts every playlist with a song into the index again, because the song may be seen no more, or is called something else.
pub(crate) async fn index_with(tx: &Tx, song: &str) -> DbResult<()> {
    for list in with(tx, song).await? {
        index(tx, &list).await?;
    }
    Ok(())
}
