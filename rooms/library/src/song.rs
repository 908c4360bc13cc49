//! A song: artist, title, a feeling, and a line on why it helps. Never its words or its sound (R9).
//!
//! Promises: the same song is never here twice, however it is written; what one may not see is not found; a change made
//! from an old copy is refused, not lost. The giver may correct it and take it back; the library's keepers may withdraw
//! or merge it, and each of these is an act.

use std::fmt::Write as _;

use base::clock::SECOND_MS;
use base::db::{Ask, DbResult, Tx};
use base::form::Form;
use base::house::House;
use base::pack::Pack;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Reader, Way};
use base::search::{self, Findable};
use base::veil::{self, Veil};
use base::{ledger, row, vals};
use people::power::{Deed, Holding, TendLibrary};
use people::Member;

use crate::helped::Helped;
use crate::playlist;

/// How long "take it back" stands on the page by itself. The giver may take it back later, too.
pub const UNDO_MS: i64 = 10 * SECOND_MS;
/// Songs on one page of the list.
pub const PAGE: i64 = 30;
pub const LINKS_MAX: usize = 6;
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=160;
pub const WHY_CHARS: std::ops::RangeInclusive<usize> = 3..=300;

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

/// A song as somebody wrote it into the form.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub artist: String,
    pub title: String,
    pub feeling: String,
    pub way: String,
    pub why: String,
    pub note: String,
    pub genre: String,
    pub seconds: Option<i64>,
    pub links: Vec<String>,
}

/// What became of a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suggested {
    New(String),
    /// It was here already: the line stands beside the giver's, as thanks.
    AlreadyHere(String),
}

/// Which songs to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub feeling: Option<String>,
    pub genre: Option<String>,
    /// The id that the page before ended with.
    pub before: Option<String>,
}

impl Draft {
    /// Reads the form; what is wrong is noted at its field.
    pub fn read(form: &mut Form, pack: &Pack) -> Self {
        let feelings: Vec<_> = pack.feelings.iter().map(|feeling| feeling.id.as_str()).collect();
        let mut draft = Self {
            artist: form.line("artist", NAME_CHARS),
            title: form.line("title", NAME_CHARS),
            feeling: form.choice("feeling", &feelings),
            way: if form.has("way") { form.choice("way", &Way::IDS) } else { Way::Stay.id().to_owned() },
            why: form.line("why", WHY_CHARS),
            note: form.line("note", 0..=160),
            genre: form.value("genre").to_owned(),
            ..Self::default()
        };
        draft.read_length(form);
        draft.read_links(form);
        if !draft.genre.is_empty() && pack.genre(&draft.genre).is_none() {
            form.refuse("genre", "wrong-choose");
        }
        if form.is_right() && folded(&draft.artist, &draft.title).starts_with('/') {
            form.refuse("title", "song-wrong-name");
        }
        draft
    }

    fn read_length(&mut self, form: &mut Form) {
        let text = form.line("length", 0..=8);
        if text.is_empty() {
            return;
        }
        let parts = text.split_once(':').and_then(|(minutes, seconds)| Some((minutes.parse::<i64>().ok()?, seconds.parse::<i64>().ok()?)));
        match parts {
            Some((minutes @ 0..=180, seconds @ 0..60)) if minutes + seconds > 0 => self.seconds = Some(minutes * 60 + seconds),
            _ => form.refuse("length", "song-wrong-length"),
        }
    }

    fn read_links(&mut self, form: &mut Form) {
        let text = form.text("links", 0..=2_000);
        self.links = text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
        if self.links.len() > LINKS_MAX {
            form.refuse_with("links", "song-wrong-many-links", &[("max", LINKS_MAX.to_string())]);
        } else if self.links.iter().any(|link| host_of(link).is_none()) {
            form.refuse("links", "song-wrong-link");
        }
    }
}

/// Artist and title as they are compared: no case, accents, punctuation, leading "the" or guests.
#[must_use]
pub fn folded(artist: &str, title: &str) -> String {
    let fold = |text: &str| {
        let words: Vec<_> = search::words(without_guests(text)).collect();
        let skip = usize::from(words.len() > 1 && words[0] == "the");
        words[skip..].concat()
    };
    format!("{}/{}", fold(artist), fold(title))
}

/// The text up to where guests are named: `Bleed (feat. …)`, `Bleed ft …`.
fn without_guests(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    let marks = ["(feat", "[feat", " feat.", " feat ", " ft.", " ft ", "(ft", " featuring ", "(with "];
    let cut = marks.iter().filter_map(|mark| lower.find(mark)).filter(|at| *at > 0).min();
    cut.map_or(text, |at| &text[..at])
}

/// The host of a link that may stand here (`https://` or `http://`), without `www.`.
#[must_use]
pub fn host_of(link: &str) -> Option<&str> {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let plain = link.len() <= 500 && host.contains('.') && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    (plain && !link.contains(char::is_whitespace)).then(|| host.strip_prefix("www.").unwrap_or(host))
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
        let tx = member.house.begin().await?;
        let known: Option<String> = tx.first("SELECT id FROM song WHERE folded = $1", vals![folded(&draft.artist, &draft.title)]).await?;
        let suggested = match known {
            Some(id) => {
                Helped::say(&tx, &Self::place_of(&id), &member.person.id, &draft.feeling, &draft.why, member.house.now()).await?;
                add_feeling(&tx, &id, &draft.feeling, &draft.way).await?;
                index(&tx, &id).await?;
                Suggested::AlreadyHere(id)
            }
            None => Suggested::New(Self::add(&tx, &member.house.new_id(), draft, Some(&member.person.id), member.house.now()).await?),
        };
        tx.keep().await?;
        Ok(suggested)
    }

    /// Writes a song as it is given; the importer and the demo use this, too.
    pub async fn add(tx: &Tx, id: &str, draft: &Draft, giver: Option<&str>, now: i64) -> DbResult<String> {
        let sql = "INSERT INTO song (id, artist, title, folded, why, note, genre, seconds, giver, since, changed_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)";
        let folded = folded(&draft.artist, &draft.title);
        tx.run(sql, vals![id, &draft.artist, &draft.title, folded, &draft.why, &draft.note, &draft.genre, draft.seconds, giver, now]).await?;
        add_feeling(tx, id, &draft.feeling, &draft.way).await?;
        set_links(tx, id, &draft.links).await?;
        index(tx, id).await?;
        Ok(id.to_owned())
    }

    /// One song that this reader may see. What was withdrawn is gone for everyone but its giver.
    pub async fn seen_by(ask: &impl Ask, reader: &Reader, id: &str) -> Result<(Self, Option<(Veil, String)>), Refusal> {
        let sql = "SELECT s.id, s.artist, s.title, s.why, s.note, s.genre, s.seconds, s.giver, p.name, s.since, s.changed_at
                   FROM song s LEFT JOIN person p ON p.id = s.giver WHERE s.id = $1";
        let song: Self = ask.first(sql, vals![id]).await?.ok_or(Refusal::NotFound)?;
        let veil = veil::over(ask, &song.place()).await?;
        match veil {
            Some((Veil::Withdrawn | Veil::Held, _)) if song.giver.is_none() || song.giver != reader.person => Err(Refusal::Gone),
            veil => Ok((song, veil)),
        }
    }

    /// The newest songs, a page of them and one more to say whether it goes on.
    pub async fn newest(ask: &impl Ask, filter: &Filter, limit: i64) -> DbResult<Vec<Self>> {
        let sql = "SELECT s.id, s.artist, s.title, s.why, s.note, s.genre, s.seconds, s.giver, p.name, s.since, s.changed_at
                   FROM song s LEFT JOIN person p ON p.id = s.giver
                   WHERE s.id < $1 AND ($2 = '' OR s.genre = $2)
                     AND ($3 = '' OR EXISTS (SELECT 1 FROM song_feeling f WHERE f.song = s.id AND f.feeling = $3))
                     AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/songs/' || s.id)
                   ORDER BY s.id DESC LIMIT $4";
        let before = filter.before.as_deref().unwrap_or("z");
        let (genre, feeling) = (filter.genre.as_deref().unwrap_or_default(), filter.feeling.as_deref().unwrap_or_default());
        ask.all(sql, vals![before, genre, feeling, limit]).await
    }

    /// Songs for a feeling, going one way, newest first.
    pub async fn for_feeling(ask: &impl Ask, feeling: &str, way: &str, limit: i64) -> DbResult<Vec<Self>> {
        let sql = "SELECT s.id, s.artist, s.title, s.why, s.note, s.genre, s.seconds, s.giver, p.name, s.since, s.changed_at
                   FROM song_feeling f JOIN song s ON s.id = f.song LEFT JOIN person p ON p.id = s.giver
                   WHERE f.feeling = $1 AND f.way = $2 AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/songs/' || s.id)
                   ORDER BY s.id DESC LIMIT $3";
        ask.all(sql, vals![feeling, way, limit]).await
    }

    /// Feelings and the way each goes from there, in the order they were given.
    pub async fn feelings(ask: &impl Ask, id: &str) -> DbResult<Vec<(String, String)>> {
        ask.all("SELECT feeling, way FROM song_feeling WHERE song = $1 ORDER BY feeling", vals![id]).await
    }

    pub async fn links(ask: &impl Ask, id: &str) -> DbResult<Vec<String>> {
        ask.all("SELECT url FROM song_link WHERE song = $1 ORDER BY n", vals![id]).await
    }

    /// Changes a song that the person gave. `seen` is the change they had before them: if there was another since, it is refused.
    pub async fn correct(&self, member: &Member, draft: &Draft, seen: i64) -> Result<Corrected, Refusal> {
        self.must_be_given_by(member)?;
        let folded = folded(&draft.artist, &draft.title);
        let tx = member.house.begin().await?;
        if let Some(other) = tx.first::<String>("SELECT id FROM song WHERE folded = $1 AND id <> $2", vals![&folded, &self.id]).await? {
            return Ok(Corrected::IsAnother(other));
        }
        let sql = "UPDATE song SET artist = $1, title = $2, folded = $3, why = $4, note = $5, genre = $6, seconds = $7, changed_at = $8
                   WHERE id = $9 AND changed_at = $10";
        let now = member.house.now().max(seen + 1);
        let changed = tx.run(sql, vals![&draft.artist, &draft.title, folded, &draft.why, &draft.note, &draft.genre, draft.seconds, now, &self.id, seen]).await?;
        if changed == 0 {
            return Ok(Corrected::ChangedMeanwhile);
        }
        tx.run("DELETE FROM song_feeling WHERE song = $1 AND feeling = $2", vals![&self.id, &draft.feeling]).await?;
        add_feeling(&tx, &self.id, &draft.feeling, &draft.way).await?;
        set_links(&tx, &self.id, &draft.links).await?;
        index(&tx, &self.id).await?;
        playlist::index_with(&tx, &self.id).await?;
        tx.keep().await?;
        Ok(Corrected::Kept)
    }

    /// Takes a song back. Where others put it into a list it stays for them, without the giver's name and words.
    pub async fn take_back(&self, member: &Member) -> Result<TakenBack, Refusal> {
        self.must_be_given_by(member)?;
        let tx = member.house.begin().await?;
        let others: i64 = tx.one("SELECT count(*) FROM suggestion WHERE song = $1 AND (person IS NULL OR person <> $2)", vals![&self.id, &member.person.id]).await?;
        let taken = if others == 0 { TakenBack::Gone } else { TakenBack::LeftToOthers };
        match taken {
            TakenBack::Gone => {
                // What others said under it stays theirs, at a place that nobody can open or write anew.
                talk::thread::move_to(&tx, &self.place(), &Self::place_of(&format!("gone.{}", self.id))).await?;
                ledger::gone(&tx, "song", &self.id, member.house.now()).await?;
                self.remove(&tx).await?;
            }
            TakenBack::LeftToOthers => {
                tx.run("UPDATE song SET why = '', giver = NULL WHERE id = $1", vals![&self.id]).await?;
                ledger::emptied(&tx, "song", &self.id, &["why"], member.house.now()).await?;
                Helped::unsay(&tx, &self.place(), &member.person.id, member.house.now()).await?;
                index(&tx, &self.id).await?;
            }
        }
        tx.keep().await?;
        Ok(taken)
    }

    /// Takes it off every page, feed and search, with a reason that its giver is told (R4).
    pub async fn withdraw(&self, holding: &Holding<TendLibrary>, why: &str) -> Result<(), Refusal> {
        let (place, words) = (self.place(), format!("{} – {}: {}", self.artist, self.title, self.why));
        let deed = Deed { what: "act-song-withdrawn", place: Some(&place), whom: self.giver.as_deref(), why, words: Some(&words) };
        let tx = holding.act(&deed).await?;
        veil::lay(&tx, &place, Veil::Withdrawn, why, holding.member.house.now()).await?;
        search::unindex(&tx, &place).await?;
        playlist::index_with(&tx, &self.id).await?;
        talk::place_again(&tx, &place).await?;
        Ok(tx.keep().await?)
    }

    /// Puts a song that is here under another name together with this one: its lines, its links and its places in lists move over (R4).
    pub async fn merge(&self, other: &Self, holding: &Holding<TendLibrary>, why: &str) -> Result<(), Refusal> {
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
            let feeling = Self::feelings(&*tx, &other.id).await?.into_iter().next().map(|(feeling, _)| feeling).unwrap_or_default();
            // Why they brought it, unless they have a line here: a person has one. The act keeps a copy either way.
            let sql = "INSERT INTO helped (id, place, person, feeling, line, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (place, person) DO NOTHING";
            tx.run(sql, vals![base::id::at(other.since), &place, giver, feeling, &other.why, other.since]).await?;
        }
        tx.run("INSERT INTO redirect (old, place) VALUES ($1, $2) ON CONFLICT (old) DO UPDATE SET place = excluded.place", vals![&gone, &place]).await?;
        index(&tx, &self.id).await?;
        talk::thread::move_to(&tx, &gone, &place).await?;
        other.remove(&tx).await?;
        playlist::index_with(&tx, &self.id).await?;
        Ok(tx.keep().await?)
    }

    async fn remove(&self, tx: &Tx) -> DbResult<()> {
        let lists = playlist::with(tx, &self.id).await?;
        search::unindex(tx, &self.place()).await?;
        veil::lift(tx, &self.place()).await?;
        talk::thread::remove(tx, &self.place()).await?;
        tx.run("DELETE FROM helped WHERE place = $1", vals![self.place()]).await?;
        tx.run("DELETE FROM song WHERE id = $1", vals![&self.id]).await?;
        for list in lists {
            playlist::index(tx, &list).await?;
        }
        Ok(())
    }

    fn must_be_given_by(&self, member: &Member) -> Result<(), Refusal> {
        let is_theirs = self.giver.as_ref() == Some(&member.person.id);
        if is_theirs { Ok(()) } else { Err(Refusal::NotYours("song-not-yours")) }
    }

    /// `5:21`; empty when nobody said how long it is.
    #[must_use]
    pub fn length(&self) -> String {
        self.seconds.map_or_else(String::new, |seconds| format!("{}:{:02}", seconds / 60, seconds % 60))
    }
}

/// What moves from one song to another that is the same; the table of each must not hold it for both.
const MOVED: [&str; 3] = [
    "INSERT INTO song_feeling (song, feeling, way) SELECT $1, feeling, way FROM song_feeling WHERE song = $2 ON CONFLICT DO NOTHING",
    "INSERT INTO song_link (song, n, url) SELECT $1, l.n + 1 + (SELECT COALESCE(max(h.n), -1) FROM song_link h WHERE h.song = $1), l.url FROM song_link l
     WHERE l.song = $2 AND l.url NOT IN (SELECT h.url FROM song_link h WHERE h.song = $1)",
    "UPDATE suggestion SET song = $1 WHERE song = $2 AND playlist NOT IN (SELECT h.playlist FROM suggestion h WHERE h.song = $1)",
];

/// What became of a song that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenBack {
    Gone,
    /// It stands in others' lists: only the giver's name and words came off.
    LeftToOthers,
}

/// What became of a correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Corrected {
    Kept,
    /// Somebody changed it while this was being written.
    ChangedMeanwhile,
    /// Under this name it is a song that is here already.
    IsAnother(String),
}

/// Says that a song meets one more feeling; saying it twice changes nothing.
pub async fn add_feeling(tx: &Tx, song: &str, feeling: &str, way: &str) -> DbResult<()> {
    if feeling.is_empty() {
        return Ok(());
    }
    tx.run("INSERT INTO song_feeling (song, feeling, way) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", vals![song, feeling, way]).await.map(drop)
}

async fn set_links(tx: &Tx, song: &str, links: &[String]) -> DbResult<()> {
    tx.run("DELETE FROM song_link WHERE song = $1", vals![song]).await?;
    for (n, link) in (0_i64..).zip(links) {
        tx.run("INSERT INTO song_link (song, n, url) VALUES ($1, $2, $3)", vals![song, n, link]).await?;
    }
    Ok(())
}

/// Puts a song into the index as it stands in this write; one that is veiled stays out.
pub(crate) async fn index(tx: &Tx, id: &str) -> DbResult<()> {
    let Ok((song, None)) = Song::seen_by(tx, &Reader::guest(), id).await else { return Ok(()) };
    let mut words = format!("{}\n{}", song.artist, song.why);
    for helped in Helped::at(tx, &song.place()).await? {
        let _ = write!(words, "\n{}", helped.line);
    }
    let feelings = Song::feelings(tx, id).await?.into_iter().map(|(feeling, _)| feeling).collect();
    let genres = Some(song.genre.clone()).filter(|genre| !genre.is_empty()).into_iter().collect();
    let findable = Findable { kind: "song", title: song.title.clone(), words, author: song.by.clone(), audience: "everyone".into(), feelings, genres, lang: String::new(), at: song.since };
    search::index(tx, &song.place(), &findable).await
}

/// Puts every song into the index again, a hundred at a time.
pub(crate) async fn index_again(house: &House) -> DbResult<()> {
    let mut after = String::new();
    loop {
        let ids: Vec<String> = house.db.all("SELECT id FROM song WHERE id > $1 ORDER BY id LIMIT 100", vals![&after]).await?;
        let Some(last) = ids.last() else { return Ok(()) };
        after.clone_from(last);
        let tx = house.begin().await?;
        for id in &ids {
            index(&tx, id).await?;
        }
        tx.keep().await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_song_is_the_same_however_it_is_written() {
        let bleed = folded("Meshuggah", "Bleed");
        for (artist, title) in [("MESHUGGAH", "bleed"), ("Mešhuggah", "Bleed!"), ("The Meshuggah", " Bleed (feat. Somebody)"), ("meshuggah ft. Nobody", "Bleed")] {
            assert_eq!(folded(artist, title), bleed, "{artist} – {title}");
        }
        assert_ne!(folded("Meshuggah", "Bleed Again"), bleed);
        assert_ne!(folded("A", "BC"), folded("AB", "C"));
        assert_eq!(folded("The The", "This Is the Day"), folded("the the", "This is the day"));
    }

    #[test]
    fn a_link_is_to_a_site_and_nothing_else() {
        assert_eq!(host_of("https://www.bandcamp.com/search?q=earth"), Some("bandcamp.com"));
        for not in ["javascript:alert(1)", "https://", "https://localhost/", "https://a b.org", "ftp://a.org", "https://user@evil.example:80/", "//a.org"] {
            assert_eq!(host_of(not), None, "{not}");
        }
    }
}
