//! What the demo is filled with: the types of a pack's `demo.toml`, and reading it. Flat lists that point at each other
//! by the ids in that file; times are minutes before the demo opens. Promises that a [`Demo`] read from a built-in pack
//! has no dangling reference (the tests below). Never writes: filling a house with it goes through the rooms' own
//! verbs.

use base::pack::{self, PackTrouble};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Demo {
    pub people: Vec<CastMember>,
    pub seats: Vec<HeldSeat>,
    pub acts: Vec<DoneAct>,
    pub songs: Vec<GivenSong>,
    pub helped: Vec<Helped>,
    pub playlists: Vec<Call>,
    pub suggestions: Vec<Suggested>,
    pub articles: Vec<Written>,
    pub comments: Vec<Said>,
}

/// One of the invented cast.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CastMember {
    pub id: String,
    pub name: String,
    /// `16-17` or `18`, as a person says it.
    pub age: String,
    pub joined_minutes_ago: i64,
    pub line: String,
    pub hats: Vec<String>,
    pub pronouns: Option<String>,
    /// Set for somebody who has left and kept their words here.
    pub left_minutes_ago: Option<i64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeldSeat {
    pub duty: String,
    pub person: String,
    /// `founding`, `invitation`, `open call` or `draw`.
    pub filled: String,
    pub since_minutes_ago: i64,
    pub term_days: i64,
    /// Set for one that was handed back, with the words that came with it.
    pub ended_minutes_ago: Option<i64>,
    pub ended_why: Option<String>,
}

/// One use of power.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DoneAct {
    pub what: Done,
    pub duty: String,
    pub by: String,
    /// `songs/ID`, `comments/ID`, `pages/SLUG`, or `duties/ID` for an offer of a seat in it.
    pub on: String,
    pub whom: Option<String>,
    pub why: String,
    /// The affected person's own words.
    pub words: Option<String>,
    /// What a page that was changed said before, and what it says instead since.
    pub before: Option<String>,
    pub instead: Option<String>,
    pub minutes_ago: i64,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Done {
    SongMerged,
    CommentFolded,
    PageChanged,
    SeatOffered,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenSong {
    pub id: String,
    pub artist: String,
    pub title: String,
    /// Minutes and seconds, `7:18`; missing where we were not sure.
    pub length: Option<String>,
    /// BCP 47; `zxx` for a song without words. Songs keep no language yet.
    #[cfg_attr(not(test), expect(dead_code, reason = "the content's own tests read it; a song keeps no language"))]
    pub lang: String,
    pub giver: String,
    pub feelings: Vec<String>,
    /// `stay`, `move` or `land`.
    pub way: String,
    pub genres: Vec<String>,
    pub why: String,
    /// Content notes.
    #[serde(default)]
    pub notes: Vec<String>,
    pub minutes_ago: i64,
}

/// “It helped me.”
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Helped {
    pub song: String,
    pub person: String,
    pub feeling: String,
    pub line: String,
    pub minutes_ago: i64,
}

/// A playlist's brief and its call for songs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    pub id: String,
    pub title: String,
    pub brief: String,
    pub feeling: String,
    pub curator: String,
    pub caution: String,
    pub opened_minutes_ago: i64,
    /// Below nought: it closed that many days ago.
    pub closes_in_days: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suggested {
    pub playlist: String,
    pub song: String,
    pub by: String,
    pub reason: String,
    pub yes: Vec<String>,
    pub no: Vec<String>,
    #[serde(default)]
    pub argued: Vec<Argued>,
    /// Its number in the order, once it is in.
    pub place: Option<i64>,
    /// Decided against.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "the content's own tests read it; why_not says the same"))]
    pub out: bool,
    /// Why it is not in, as its curator says it.
    #[serde(default)]
    pub why_not: String,
    pub minutes_ago: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Argued {
    pub by: String,
    pub line: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    pub slug: String,
    pub title: String,
    pub author: String,
    pub summary: String,
    /// Markdown in the pack's folder; `](song:ID)` in it leads to a song of the demo.
    pub file: String,
    pub categories: Vec<String>,
    pub tags: Vec<String>,
    pub minutes_ago: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    pub id: String,
    /// `articles/SLUG` or `songs/ID`.
    pub on: String,
    pub by: String,
    pub text: String,
    /// One of the person's hats, worn for this.
    pub speaking_as: Option<String>,
    pub quote: Option<Quoted>,
    #[serde(default)]
    pub reactions: Vec<Reacted>,
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "the content's own tests read it; the act folds"))]
    pub folded: bool,
    pub minutes_ago: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quoted {
    pub comment: String,
    pub words: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reacted {
    pub id: String,
    pub by: Vec<String>,
}

impl Demo {
    /// The demo that a pack brings.
    pub(crate) fn load(pack: &str) -> Result<Self, PackTrouble> {
        let text = pack::file(pack, "demo.toml")?;
        toml::from_str(&text).map_err(|e| PackTrouble::Unreadable { file: "demo.toml".into(), why: e.to_string() })
    }

    /// When it was opened: with whoever came first.
    pub(crate) fn opened_minutes_ago(&self) -> i64 {
        self.people.iter().map(|it| it.joined_minutes_ago).max().unwrap_or_default()
    }

    /// A playlist's suggestions that are in, in order.
    pub(crate) fn in_order(&self, playlist: &str) -> Vec<&Suggested> {
        let mut taken: Vec<_> =
            self.suggestions.iter().filter(|it| it.playlist == playlist && it.place.is_some()).collect();
        taken.sort_by_key(|it| it.place);
        taken
    }
}

impl GivenSong {
    /// Seconds, where the length is known.
    pub(crate) fn seconds(&self) -> Option<i64> {
        let (minutes, seconds) = self.length.as_deref()?.split_once(':')?;
        Some(minutes.parse::<i64>().ok()? * 60 + seconds.parse::<i64>().ok()?)
    }

    /// Where one may hear it, by name: searches elsewhere, so that no link of the demo can be a wrong one.
    pub(crate) fn hear_it_at(&self) -> Vec<(&'static str, String)> {
        let sought: String =
            form_urlencoded::byte_serialize(format!("{} {}", self.artist, self.title).as_bytes()).collect();
        vec![
            ("Bandcamp", format!("https://bandcamp.com/search?q={sought}")),
            ("YouTube", format!("https://www.youtube.com/results?search_query={sought}")),
        ]
    }
}

impl Written {
    /// The article's Markdown, with each `song:ID` turned into the place of that song.
    pub(crate) fn markdown(&self, pack: &str, place_of_song: impl Fn(&str) -> String) -> Result<String, PackTrouble> {
        let text = pack::file(pack, &self.file)?;
        let mut parts = text.split("](song:");
        let start = parts.next().unwrap_or_default().to_owned();
        Ok(parts.fold(start, |out, part| {
            let (id, rest) = part.split_once(')').unwrap_or((part, ""));
            out + "](" + &place_of_song(id) + ")" + rest
        }))
    }
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
