//! A playlist as a file: M3U8, XSPF, JSPF, CSV and plain text, out and in again.
//!
//! Promises: what is written in any of them is read back the same (title, note, and each track's artist, title, length,
//! reason and link, in order); a file that cannot be read is refused with the line or track where it went wrong.
//! Never: more than [`TRACKS_MAX`] tracks, a link that is not to a site, or characters that nobody can see.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use quick_xml::events::Event;
use serde_json::{Value, json};

use base::form::one_line;

use crate::song::{NAME_CHARS, SECONDS_MAX, WHY_CHARS, host_of};

/// The most tracks that one file may bring.
pub const TRACKS_MAX: usize = 500;
/// The longest file that is read, in bytes.
pub const BYTES_MAX: usize = 1 << 20;
const XSPF: &str = "http://xspf.org/ns/0/";
const WHY: &str = "#WHY:";

/// A list of tracks with its title and a note.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    pub title: String,
    pub note: String,
    pub tracks: Vec<Track>,
}

/// One track. `seconds` and `link` where they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track {
    pub artist: String,
    pub title: String,
    pub seconds: Option<i64>,
    pub why: String,
    pub link: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    M3u8,
    Xspf,
    Jspf,
    Csv,
    Text,
}

/// Why a file was not taken: what could not be read, and where (a line or track, from 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SheetTrouble {
    /// Nothing in it is a track.
    Empty,
    TooMany,
    /// Track or line `at` has no artist or title.
    Nameless {
        at: usize,
    },
    /// Track or line `at` is longer than a song or a reason may be.
    TooLong {
        at: usize,
    },
    /// It begins like a format that we know and goes on like none.
    Unreadable {
        at: usize,
    },
}

impl Format {
    pub const ALL: [Self; 5] = [Self::M3u8, Self::Xspf, Self::Jspf, Self::Csv, Self::Text];

    /// The ending of its files.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::M3u8 => "m3u8",
            Self::Xspf => "xspf",
            Self::Jspf => "jspf",
            Self::Csv => "csv",
            Self::Text => "txt",
        }
    }

    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::M3u8 => "application/vnd.apple.mpegurl",
            Self::Xspf => "application/xspf+xml",
            Self::Jspf => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    #[must_use]
    pub fn of_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.ending() == ending)
    }
}

impl Sheet {
    #[must_use]
    pub fn write(&self, format: Format) -> String {
        match format {
            Format::M3u8 => self.write_m3u8(),
            Format::Xspf => self.write_xspf(),
            Format::Jspf => self.write_jspf(),
            Format::Csv => self.write_csv(),
            Format::Text => self.write_text(),
        }
    }

    /// Reads a file of any of the formats, told by what it begins with.
    pub fn read(text: &str) -> Result<Self, SheetTrouble> {
        let text = text.trim_start_matches('\u{feff}');
        let begins = text.trim_start();
        let sheet = if begins.starts_with("#EXTM3U") {
            Self::read_m3u8(text)
        } else if begins.starts_with('<') && text.contains("<playlist") {
            Self::read_xspf(text)?
        } else if begins.starts_with('{') && text.contains("\"playlist\"") {
            Self::read_jspf(text)?
        } else if begins.lines().next().is_some_and(|line| line.to_ascii_lowercase().starts_with("artist,title")) {
            Self::read_csv(begins)?
        } else {
            Self::read_text(text)
        };
        sheet.checked()
    }

    fn checked(mut self) -> Result<Self, SheetTrouble> {
        if self.tracks.is_empty() {
            return Err(SheetTrouble::Empty);
        }
        if self.tracks.len() > TRACKS_MAX {
            return Err(SheetTrouble::TooMany);
        }
        self.title = one_line(&self.title);
        self.note = one_line(&self.note);
        for (at, track) in self.tracks.iter_mut().enumerate() {
            (track.artist, track.title, track.why) =
                (one_line(&track.artist), one_line(&track.title), one_line(&track.why));
            track.link = track.link.take().filter(|link| host_of(link).is_some());
            track.seconds = track.seconds.filter(|seconds| (1..=SECONDS_MAX).contains(seconds));
            if track.artist.is_empty() || track.title.is_empty() {
                return Err(SheetTrouble::Nameless { at: at + 1 });
            }
            let over = |text: &str, chars: RangeInclusive<usize>| text.chars().count() > *chars.end();
            if over(&track.artist, NAME_CHARS) || over(&track.title, NAME_CHARS) || over(&track.why, WHY_CHARS) {
                return Err(SheetTrouble::TooLong { at: at + 1 });
            }
        }
        Ok(self)
    }

    fn write_m3u8(&self) -> String {
        let mut out = format!("#EXTM3U\n#PLAYLIST:{}\n#NOTE:{}\n", self.title, self.note);
        for track in &self.tracks {
            let _ = write!(
                out,
                "#EXTINF:{},{} - {}\n#EXTART:{}\n{WHY}{}\n",
                track.seconds.unwrap_or(-1),
                track.artist,
                track.title,
                track.artist,
                track.why
            );
            let _ = writeln!(out, "{}", track.link.clone().unwrap_or_else(|| format!("./{}", track.title)));
        }
        out
    }

    fn read_m3u8(text: &str) -> Self {
        let (mut sheet, mut next) = (Self::default(), Track::default());
        for line in text.lines().map(str::trim) {
            if let Some(title) = line.strip_prefix("#PLAYLIST:") {
                title.clone_into(&mut sheet.title);
            } else if let Some(note) = line.strip_prefix("#NOTE:") {
                note.clone_into(&mut sheet.note);
            } else if let Some((seconds, name)) = line.strip_prefix("#EXTINF:").and_then(|info| info.split_once(',')) {
                next.seconds = seconds.split([' ', '.']).next().and_then(|seconds| seconds.parse().ok());
                name.clone_into(&mut next.title);
            } else if let Some(artist) = line.strip_prefix("#EXTART:") {
                artist.trim().clone_into(&mut next.artist);
            } else if let Some(why) = line.strip_prefix(WHY) {
                why.clone_into(&mut next.why);
            } else if !line.is_empty() && !line.starts_with('#') {
                sheet.tracks.push(std::mem::take(&mut next).named(line));
            }
        }
        sheet
    }

    fn write_xspf(&self) -> String {
        let element = |name: &str, text: &str| {
            if text.is_empty() {
                String::new()
            } else {
                format!("<{name}>{}</{name}>", quick_xml::escape::escape(text))
            }
        };
        let tracks = self.tracks.iter().map(|track| {
            let length = track.seconds.map_or_else(String::new, |seconds| (seconds * 1_000).to_string());
            let (link, artist, title) = (
                element("location", track.link.as_deref().unwrap_or_default()),
                element("creator", &track.artist),
                element("title", &track.title),
            );
            format!(
                "<track>{link}{artist}{title}{}{}</track>\n",
                element("annotation", &track.why),
                element("duration", &length)
            )
        });
        let (title, note, tracks) =
            (element("title", &self.title), element("annotation", &self.note), tracks.collect::<String>());
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<playlist version=\"1\" xmlns=\"{XSPF}\">\n{title}{note}\n<trackList>\n{tracks}</trackList>\n</playlist>\n"
        )
    }

    fn read_xspf(text: &str) -> Result<Self, SheetTrouble> {
        let (mut sheet, mut track, mut said) = (Self::default(), None::<Track>, String::new());
        let mut reader = quick_xml::Reader::from_str(text);
        loop {
            let wrong = SheetTrouble::Unreadable { at: sheet.tracks.len() + 1 };
            match reader.read_event().map_err(|_| wrong.clone())? {
                Event::Start(start) if start.local_name().as_ref() == "track" => track = Some(Track::default()),
                Event::Start(_) => said.clear(),
                Event::Text(part) => said.push_str(&part),
                Event::GeneralRef(part) => said.push_str(&referred(&part).ok_or(wrong)?),
                Event::CData(part) => said.push_str(&part),
                Event::End(end) if end.local_name().as_ref() == "track" => sheet.tracks.extend(track.take()),
                Event::End(end) => sheet.put(track.as_mut(), end.local_name().as_ref(), std::mem::take(&mut said)),
                Event::Eof => return Ok(sheet),
                _ => {}
            }
            if sheet.tracks.len() > TRACKS_MAX {
                return Err(SheetTrouble::TooMany);
            }
        }
    }

    /// Puts the text of an XSPF element where it belongs.
    fn put(&mut self, track: Option<&mut Track>, element: &str, text: String) {
        match (track, element) {
            (None, "title") => self.title = text,
            (None, "annotation") => self.note = text,
            (Some(track), "title") => track.title = text,
            (Some(track), "creator") => track.artist = text,
            (Some(track), "annotation") => track.why = text,
            (Some(track), "location") => track.link = Some(text),
            (Some(track), "duration") => track.seconds = text.trim().parse::<i64>().ok().map(|ms| ms / 1_000),
            _ => {}
        }
    }

    fn write_jspf(&self) -> String {
        let tracks = self.tracks.iter().map(|track| {
            let mut out = json!({ "creator": track.artist, "title": track.title, "annotation": track.why });
            if let Some(seconds) = track.seconds {
                out["duration"] = json!(seconds * 1_000);
            }
            if let Some(link) = &track.link {
                out["location"] = json!([link]);
            }
            out
        });
        let sheet = json!({
            "playlist": { "title": self.title, "annotation": self.note, "track": tracks.collect::<Vec<_>>() }
        });
        format!("{sheet:#}\n")
    }

    fn read_jspf(text: &str) -> Result<Self, SheetTrouble> {
        let value: Value = serde_json::from_str(text).map_err(|e| SheetTrouble::Unreadable { at: e.line() })?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let playlist = &value["playlist"];
        let tracks = playlist["track"].as_array().ok_or(SheetTrouble::Empty)?;
        let tracks = tracks.iter().take(TRACKS_MAX + 1).map(|track| Track {
            artist: text(&track["creator"]),
            title: text(&track["title"]),
            why: text(&track["annotation"]),
            seconds: track["duration"].as_i64().map(|ms| ms / 1_000),
            link: track["location"].as_str().or_else(|| track["location"][0].as_str()).map(str::to_owned),
        });
        Ok(Self { title: text(&playlist["title"]), note: text(&playlist["annotation"]), tracks: tracks.collect() })
    }

    /// The list's own title and note stand in the columns of every row: a table has nowhere else to keep them.
    fn write_csv(&self) -> String {
        let mut out = csv::Writer::from_writer(Vec::new());
        let mut put = |row: [&str; 7]| {
            out.write_record(row.map(inert).iter().map(AsRef::<str>::as_ref)).expect("writing to memory cannot fail")
        };
        put(["artist", "title", "seconds", "why", "link", "list", "note"]);
        for track in &self.tracks {
            let seconds = track.seconds.map_or_else(String::new, |seconds| seconds.to_string());
            put([
                &track.artist,
                &track.title,
                &seconds,
                &track.why,
                track.link.as_deref().unwrap_or_default(),
                &self.title,
                &self.note,
            ]);
        }
        String::from_utf8(out.into_inner().expect("writing to memory cannot fail")).expect("it was text before")
    }

    fn read_csv(text: &str) -> Result<Self, SheetTrouble> {
        let mut sheet = Self::default();
        for (at, row) in
            csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes()).into_records().enumerate()
        {
            let row = row.map_err(|_| SheetTrouble::Unreadable { at: at + 2 })?;
            let cell = |column| as_written(row.get(column).unwrap_or_default()).to_owned();
            (sheet.title, sheet.note) = (cell(5), cell(6));
            let link = Some(cell(4)).filter(|link| !link.is_empty());
            sheet.tracks.push(Track {
                artist: cell(0),
                title: cell(1),
                seconds: cell(2).trim().parse().ok(),
                why: cell(3),
                link,
            });
            if sheet.tracks.len() > TRACKS_MAX {
                return Err(SheetTrouble::TooMany);
            }
        }
        Ok(sheet)
    }

    fn write_text(&self) -> String {
        let mut out = format!("{}\n{}\n", self.title, self.note);
        for (at, track) in self.tracks.iter().enumerate() {
            let _ = write!(out, "\n{}. {}\n   by {}\n", at + 1, track.title, track.artist);
            if let Some(seconds) = track.seconds {
                let _ = writeln!(out, "   {}:{:02}", seconds / 60, seconds % 60);
            }
            if !track.why.is_empty() {
                let _ = writeln!(out, "   why: {}", track.why);
            }
            if let Some(link) = &track.link {
                let _ = writeln!(out, "   {link}");
            }
        }
        out
    }

    /// Reads our own text, and plain lines of `Artist - Title` as people paste them.
    fn read_text(text: &str) -> Self {
        let mut sheet = Self::default();
        let is_ours = text.lines().any(|line| line.starts_with("   by "));
        if is_ours {
            let mut head = text.lines();
            sheet.title = head.next().unwrap_or_default().to_owned();
            sheet.note = head.next().unwrap_or_default().to_owned();
            head.for_each(|line| sheet.read_line(line));
        } else {
            let names = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            sheet.tracks = names
                .take(TRACKS_MAX + 1)
                .map(|name| Track { title: unnumbered(name).to_owned(), ..Track::default() }.named(""))
                .collect();
        }
        sheet
    }

    fn read_line(&mut self, line: &str) {
        let Some(more) = line.strip_prefix("   ") else {
            if let Some((_, title)) = line.split_once(". ") {
                self.tracks.push(Track { title: title.to_owned(), ..Track::default() });
            }
            return;
        };
        let Some(track) = self.tracks.last_mut() else { return };
        if track.artist.is_empty()
            && let Some(artist) = more.strip_prefix("by ")
        {
            artist.clone_into(&mut track.artist);
        } else if let Some(why) = more.strip_prefix("why: ") {
            why.clone_into(&mut track.why);
        } else if host_of(more).is_some() {
            track.link = Some(more.to_owned());
        } else if let Some((minutes, seconds)) = more.split_once(':') {
            track.seconds = minutes
                .parse::<i64>()
                .ok()
                .zip(seconds.parse::<i64>().ok())
                .map(|(minutes, seconds)| minutes * 60 + seconds);
        }
    }
}

impl Track {
    /// Splits `Artist - Title` where the artist is not known yet, and takes the link from a location.
    fn named(mut self, location: &str) -> Self {
        if let Some(title) = self.title.strip_prefix(&format!("{} - ", self.artist)).filter(|_| !self.artist.is_empty())
        {
            self.title = title.to_owned();
        } else if self.artist.is_empty()
            && let Some((artist, title)) = [" – ", " — ", " - "].iter().find_map(|dash| self.title.split_once(dash))
        {
            (self.artist, self.title) = (artist.to_owned(), title.to_owned());
        }
        self.link = Some(location.to_owned()).filter(|link| host_of(link).is_some());
        self
    }
}

/// `3. Artist - Title`, `03) Artist - Title` or `- Artist - Title` without what counts it.
fn unnumbered(name: &str) -> &str {
    let rest = name.trim_start_matches(|c: char| c.is_ascii_digit());
    let counted = rest.len() < name.len();
    rest.strip_prefix(". ")
        .or_else(|| rest.strip_prefix(") "))
        .filter(|_| counted)
        .or_else(|| name.strip_prefix("- "))
        .or_else(|| name.strip_prefix("* "))
        .unwrap_or(name)
}

/// The character that `&amp;` or `&#38;` stands for.
fn referred(name: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Some(c) = name.resolve_char_ref().ok()? {
        return Some(c.to_string());
    }
    quick_xml::escape::resolve_xml_entity(name).map(str::to_owned)
}

/// A cell that a spreadsheet shows and never reckons with: one that would be a formula gets an apostrophe before it.
fn inert(cell: &str) -> Cow<'_, str> {
    if would_be_formula(cell) { format!("'{cell}").into() } else { cell.into() }
}

/// The cell as it was before [`inert`].
fn as_written(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| would_be_formula(rest)).unwrap_or(cell)
}

/// Apostrophes at the front count as nothing here, so that taking one away is always what putting one there was.
fn would_be_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(most: usize) -> impl Strategy<Value = String> {
        proptest::collection::vec("[a-zA-Zäß0-9,;:<>&=+@\"'#.–/()|\\[\\]{}-]{1,8}", 1..most)
            .prop_map(|words| words.join(" "))
    }

    fn track() -> impl Strategy<Value = Track> {
        let link = proptest::option::of("https://[a-z]{3,9}\\.(com|org)/[a-z0-9?=&%-]{0,20}");
        (words(4), words(4), proptest::option::of(1_i64..36_000), prop_oneof![Just(String::new()), words(8)], link)
            .prop_map(|(artist, title, seconds, why, link)| Track { artist, title, seconds, why, link })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_the_same(title in words(6), note in words(10), tracks in proptest::collection::vec(track(), 1..6)) {
            let sheet = Sheet { title, note, tracks };
            for format in Format::ALL {
                let text = sheet.write(format);
                prop_assert_eq!(Sheet::read(&text), Ok(sheet.clone()), "{:?}:\n{}", format, text);
            }
        }

        #[test]
        fn no_file_makes_it_fall_over(text in "\\PC{0,300}", head in prop_oneof![Just(""), Just("#EXTM3U\n"), Just("<playlist>"), Just("{\"playlist\":"), Just("artist,title\n")]) {
            let _ = Sheet::read(&format!("{head}{text}"));
        }
    }

    #[test]
    fn no_cell_becomes_a_formula_and_none_is_changed_by_the_way_back() {
        let names = ["=HYPERLINK(1)", "+44", "-1", "@Ada", "'=1", "''+1", "'Til It's Over", "Earth"];
        let tracks = names
            .map(|name| Track { artist: name.into(), title: name.into(), why: name.into(), ..Track::default() })
            .to_vec();
        let sheet = Sheet { title: "=1+1".into(), note: "@all".into(), tracks };
        let text = sheet.write(Format::Csv);
        for row in csv::Reader::from_reader(text.as_bytes()).into_records() {
            for cell in &row.unwrap() {
                assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
            }
        }
        assert!(text.contains("\n'Til It's Over,"), "{text}");
        assert_eq!(Sheet::read(&text), Ok(sheet));
    }

    #[test]
    fn what_people_paste_is_understood() {
        let sheet = Sheet::read("1. Earth – Bungee\n2) Meshuggah - Bleed\n- Sleep - Dragonaut\n").unwrap();
        let names: Vec<_> = sheet.tracks.iter().map(|track| (track.artist.as_str(), track.title.as_str())).collect();
        assert_eq!(names, [("Earth", "Bungee"), ("Meshuggah", "Bleed"), ("Sleep", "Dragonaut")]);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_where_it_went_wrong() {
        assert_eq!(Sheet::read(""), Err(SheetTrouble::Empty));
        assert_eq!(Sheet::read("Earth - Bungee\nno dash here"), Err(SheetTrouble::Nameless { at: 2 }));
        assert_eq!(
            Sheet::read(&format!("Earth - Bungee\nEarth - {}", "x".repeat(161))),
            Err(SheetTrouble::TooLong { at: 2 })
        );
        assert_eq!(Sheet::read("{\"playlist\":\n oops}"), Err(SheetTrouble::Unreadable { at: 2 }));
        assert_eq!(
            Sheet::read("<playlist><trackList><track><title>x</creator>"),
            Err(SheetTrouble::Unreadable { at: 1 })
        );
        assert_eq!(Sheet::read(&"A - B\n".repeat(501)), Err(SheetTrouble::TooMany));
    }
}
