//! A community pack: everything about *this* community that is not code. Names, words, feelings, genres, duties,
//! reactions, helplines, first pages. `packs/metal` is the default; `packs/plain` suits any other; a host may bring a
//! folder, which is checked and then kept in the database with everything else.

mod faults;

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};

use crate::sleeve::LAMP;

static PACKS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../packs");
/// A helpline that nobody checked for this long says so.
const STALE_MS: i64 = 90 * crate::clock::DAY_MS;
const SHARED_HELPLINES: &str = include_str!("../../packs/helplines.toml");

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Pack {
    pub id: String,
    pub lang: String,
    pub community: Community,
    /// What people call the rooms and their things: `support = "The pit"`.
    pub rooms: BTreeMap<String, String>,
    pub feelings: Vec<Feeling>,
    #[serde(default)]
    pub genres: Vec<Genre>,
    pub duties: Vec<DutyWords>,
    pub reactions: Vec<Reaction>,
    /// Its own numbers to ring; a pack that brings none gets the list all packs share (`packs/helplines.toml`).
    #[serde(default)]
    pub helplines: Vec<Helpline>,
    /// Colours over the house's tokens: theme (`dark`, `light`) → token without its dashes → `#rrggbb`.
    #[serde(default)]
    pub colours: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub pages: Vec<FirstPage>,
    pub signup: Signup,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Community {
    pub name: String,
    /// The landing page's heading, a line or two.
    pub heading: Vec<String>,
    pub lead: String,
    pub about: String,
    pub for_whom: String,
    pub footer: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Feeling {
    pub id: String,
    pub name: String,
    pub line: String,
    /// One line for each way to go: stay with it, move it, land.
    pub stay: String,
    #[serde(rename = "move")]
    pub move_it: String,
    pub land: String,
    /// The drawing: path data on a 40 × 40 field, stroked 2 wide.
    pub mark: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Genre {
    pub id: String,
    pub name: String,
    pub parent: Option<String>,
}

/// A duty's name and bundle; what a capability lets a person do is code (`people::Capability`).
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct DutyWords {
    pub id: String,
    pub name: String,
    pub plain: String,
    pub capabilities: Vec<String>,
    pub seats: i64,
    pub term_days: i64,
    #[serde(default)]
    pub sees_private: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Reaction {
    pub id: String,
    pub label: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Helpline {
    pub country: String,
    pub country_name: String,
    pub name: String,
    pub number: Option<String>,
    pub text: Option<String>,
    pub url: Option<String>,
    #[serde(default)]
    pub how: String,
    pub hours: String,
    #[serde(default)]
    pub ages: String,
    #[serde(default, rename = "for")]
    pub for_whom: String,
    pub source: String,
    /// The day somebody here checked it; empty until the host has.
    #[serde(default)]
    pub checked: String,
    #[serde(default)]
    pub emergency: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct FirstPage {
    pub slug: String,
    pub title: String,
    pub file: String,
    /// What stands in the file.
    #[serde(default)]
    pub words: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Signup {
    pub under16_line: String,
    pub name_suggestions: Vec<String>,
}

impl Helpline {
    /// When somebody here last checked it.
    #[must_use]
    pub fn checked_at(&self) -> Option<i64> {
        crate::clock::read_date(&self.checked)
    }

    /// Whether that was so long ago that the page says so.
    #[must_use]
    pub fn is_stale(&self, now: i64) -> bool {
        self.checked_at().is_none_or(|at| now - at > STALE_MS)
    }

    /// The number as a phone dials it.
    #[must_use]
    pub fn dialled(&self) -> String {
        self.number.iter().flat_map(|number| number.chars()).filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackTrouble {
    #[error("there is no pack called “{0}” (metal and plain are built in; a folder with a pack.toml works too)")]
    Unknown(String),
    #[error("the pack's {file} cannot be read: {why}")]
    Unreadable { file: String, why: String },
    #[error("the pack cannot be used as it is:\n  {}", .0.join("\n  "))]
    Faulty(Vec<String>),
}

impl Pack {
    /// A built-in pack by name, or one in a folder by its path. What a host's own leaves out of the words for rooms and
    /// things is what the plain one says.
    pub fn load(name: &str) -> Result<Self, PackTrouble> {
        let mut pack: Self = read("pack.toml", &file(name, "pack.toml")?)?;
        if pack.helplines.is_empty() {
            pack.helplines = read::<SharedHelplines>("helplines.toml", SHARED_HELPLINES)?.helplines;
        }
        for page in &mut pack.pages {
            page.words = file(name, &page.file)
                .map_err(|why| PackTrouble::Unreadable { file: page.file.clone(), why: why.to_string() })?;
        }
        if is_built_in(name) {
            return Ok(pack);
        }
        pack.take_missing_words()?;
        let mut faults = pack.faults();
        if is_built_in(&pack.id) {
            faults.push(format!("id: “{}” is built in; give yours an id of its own", pack.id));
        }
        if faults.is_empty() { Ok(pack) } else { Err(PackTrouble::Faulty(faults)) }
    }

    /// What is settled of it: the name of one that is built in, and the whole of any other.
    pub fn kept(&self) -> Result<String, PackTrouble> {
        let unreadable = |e: serde_json::Error| PackTrouble::Unreadable { file: self.id.clone(), why: e.to_string() };
        if is_built_in(&self.id) { Ok(self.id.clone()) } else { serde_json::to_string(self).map_err(unreadable) }
    }

    /// The pack of which this was settled.
    pub fn of_kept(kept: &str) -> Result<Self, PackTrouble> {
        let unreadable = |e: serde_json::Error| PackTrouble::Unreadable { file: "words".into(), why: e.to_string() };
        if !kept.starts_with('{') {
            return Self::load(kept);
        }
        let mut pack: Self = serde_json::from_str(kept).map_err(unreadable)?;
        pack.take_missing_words()?; // a later Circlepit asks for more of them
        Ok(pack)
    }

    fn take_missing_words(&mut self) -> Result<(), PackTrouble> {
        for (thing, called) in Self::load("plain")?.rooms {
            self.rooms.entry(thing).or_insert(called);
        }
        Ok(())
    }

    #[must_use]
    pub fn feeling(&self, id: &str) -> Option<&Feeling> {
        self.feelings.iter().find(|feeling| feeling.id == id)
    }

    /// A feeling's name; its id where the pack dropped it since.
    #[must_use]
    pub fn feeling_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.feeling(id).map_or(id, |feeling| feeling.name.as_str())
    }

    #[must_use]
    pub fn feeling_ids(&self) -> Vec<&str> {
        self.feelings.iter().map(|feeling| feeling.id.as_str()).collect()
    }

    /// Every feeling as a row to choose: id and name.
    #[must_use]
    pub fn feeling_rows(&self) -> Vec<(&str, &str)> {
        self.feelings.iter().map(|feeling| (feeling.id.as_str(), feeling.name.as_str())).collect()
    }

    #[must_use]
    pub fn genre(&self, id: &str) -> Option<&Genre> {
        self.genres.iter().find(|genre| genre.id == id)
    }

    #[must_use]
    pub fn reaction(&self, id: &str) -> Option<&Reaction> {
        self.reactions.iter().find(|reaction| reaction.id == id)
    }

    /// Countries with helplines, in the pack's order: id and name.
    #[must_use]
    pub fn countries(&self) -> Vec<(&str, &str)> {
        let mut countries: Vec<(&str, &str)> = Vec::new();
        for line in &self.helplines {
            if countries.iter().all(|(id, _)| *id != line.country) {
                countries.push((&line.country, &line.country_name));
            }
        }
        countries
    }

    #[must_use]
    pub fn has_country(&self, id: &str) -> bool {
        self.helplines.iter().any(|line| line.country == id)
    }

    /// The country whose helplines come first until somebody settles another.
    #[must_use]
    pub fn first_country(&self) -> &str {
        self.helplines.first().map_or("", |line| &line.country)
    }

    /// What people here call a room or thing; its own id where the pack has no word.
    #[must_use]
    pub fn call<'a>(&'a self, thing: &'a str) -> &'a str {
        self.rooms.get(thing).map_or(thing, String::as_str)
    }

    /// The colour of its light where there is one ground alone: on cards and icons.
    #[must_use]
    pub fn lamp(&self) -> &str {
        self.colours.get("dark").and_then(|tokens| tokens.get("lamp")).map_or(LAMP, String::as_str)
    }

    /// The pack's colours as a style sheet to stand after the house's tokens; empty when it brings none.
    #[must_use]
    pub fn style(&self) -> String {
        let tokens = |theme: &str| {
            self.colours
                .get(theme)
                .into_iter()
                .flatten()
                .map(|(token, value)| format!("--{token}:{value};"))
                .collect::<String>()
        };
        let (dark, light) = (tokens("dark"), tokens("light"));
        if dark.is_empty() && light.is_empty() {
            return String::new();
        }
        format!(
            ":root{{{dark}}}\n@media (prefers-color-scheme:light){{:root:not([data-theme=dark]){{{light}}}}}\n:root[data-theme=light]{{{light}}}\n"
        )
    }

    /// The pack's names as Fluent terms, so that sentences can use them: `{ -room-floor }`.
    #[must_use]
    pub fn terms(&self) -> String {
        self.rooms
            .iter()
            .fold(String::new(), |out, (id, name)| out + &format!("-room-{} = {name}\n", id.replace('_', "-")))
    }
}

#[derive(Deserialize)]
struct SharedHelplines {
    helplines: Vec<Helpline>,
}

fn read<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, PackTrouble> {
    toml::from_str(text).map_err(|e| PackTrouble::Unreadable { file: file.into(), why: e.to_string() })
}

fn is_built_in(name: &str) -> bool {
    PACKS.get_dir(name).is_some()
}

/// The text of one of a pack's files.
pub fn file(pack: &str, file: &str) -> Result<String, PackTrouble> {
    let unknown = || PackTrouble::Unknown(pack.to_owned());
    if let Some(built_in) = PACKS.get_dir(pack) {
        let found = built_in.get_file(Path::new(pack).join(file)).ok_or_else(unknown)?;
        return Ok(found.contents_utf8().unwrap_or_default().to_owned());
    }
    let path = Path::new(pack).join(file);
    std::fs::read_to_string(&path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => unknown(),
        _ => PackTrouble::Unreadable { file: path.display().to_string(), why: e.to_string() },
    })
}

/// The names of the files in one folder of a built-in pack, sorted.
#[must_use]
pub fn files(pack: &str, folder: &str) -> Vec<String> {
    let dir = PACKS.get_dir(Path::new(pack).join(folder));
    let mut names: Vec<_> = dir
        .into_iter()
        .flat_map(|dir| dir.files())
        .filter_map(|file| file.path().strip_prefix(pack).ok()?.to_str().map(str::to_owned))
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Pack, PackTrouble};

    fn built_in() -> Vec<Pack> {
        let names = super::PACKS.dirs().map(|dir| dir.path().to_str().expect("a pack's name is letters"));
        names.map(|name| Pack::load(name).expect("the built-in packs are readable")).collect()
    }

    #[test]
    fn the_built_in_packs_have_no_faults() {
        for pack in built_in() {
            assert_eq!(pack.faults(), Vec::<String>::new(), "{}", pack.id);
            assert!(pack.pages.iter().all(|page| page.words.len() > 200), "{}", pack.id);
        }
    }

    #[test]
    fn a_pack_without_numbers_of_its_own_gets_the_shared_ones_with_their_source_and_unchecked() {
        for pack in built_in() {
            let countries: BTreeSet<_> = pack.helplines.iter().map(|line| line.country.as_str()).collect();
            assert!(countries.len() > 5, "{countries:?}");
            assert!(
                countries
                    .iter()
                    .filter(|it| **it != "XX")
                    .all(|it| pack.helplines.iter().any(|line| line.country == *it && line.emergency))
            );
            for line in &pack.helplines {
                assert!(line.source.starts_with("https://") && line.checked.is_empty(), "{}", line.name);
                assert!(line.number.is_some() || line.text.is_some() || line.url.is_some(), "{}", line.name);
            }
        }
    }

    #[test]
    fn colours_of_a_pack_are_a_style_sheet_for_both_themes() {
        let pack = Pack::load("plain").expect("the built-in packs are readable");
        let style = pack.style();
        assert!(style.starts_with(":root{--lamp:#7fc4d6;"), "{style}");
        assert_eq!(style.matches("--lamp-ink:#0b5468;").count(), 2, "light by the system's wish and by choice");
        assert_eq!(Pack { colours: std::collections::BTreeMap::new(), ..pack }.style(), "");
    }

    #[test]
    fn a_pack_of_ones_own_is_read_from_a_folder_and_again_from_what_was_kept_of_it() {
        let folder = own("knitters", |text| text.replace("support = \"Support\"\n", ""));
        let pack = Pack::load(folder.path().to_str().expect("a plain path")).expect("nothing is wrong with it");
        assert_eq!(pack.call("support"), "Support", "what it leaves out is what the plain one says");
        let again = Pack::of_kept(&pack.kept().expect("it can be written")).expect("it can be read");
        assert_eq!(format!("{again:?}"), format!("{pack:?}"));
        assert!(again.pages[0].words.len() > 200);
        assert_eq!(Pack::load("plain").expect("built in").kept().expect("a name"), "plain");
    }

    #[test]
    fn everything_that_is_wrong_with_a_pack_of_ones_own_is_said_at_once() {
        let folder = own("plain", |text| {
            text.replacen("term_days = ", "term_days = 9", 1)
                .replace("lamp = \"#7fc4d6\"", "lamp = \"teal\"")
                .replace("#0b5468", "#9fd0d8")
                .replace("#17788f", "#9fd0d8")
                .replacen("mark = \"M", "mark = \"<", 1)
                .replace("id = \"numb\"", "id = \"rage\"")
                .replace("seat = \"seat\"", "seat = \"{ chair\"")
        });
        let Err(PackTrouble::Faulty(faults)) = Pack::load(folder.path().to_str().expect("a plain path")) else {
            panic!("it was taken")
        };
        for part in [
            "“plain” is built in", "a term is 1 to 365 days", "“teal”", "mark of rage", "seat has to be one line",
            "feelings: “rage” twice", "lamp-ink is too like #f5f0e5", "lamp-line is too like #fffbf2",
        ] {
            assert!(faults.iter().any(|fault| fault.contains(part)), "{part} is not among {faults:#?}");
        }
    }

    /// The plain pack in a folder of somebody's own, with an id and changed.
    fn own(id: &str, change: impl Fn(String) -> String) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let plain = super::PACKS.get_dir("plain").expect("it is built in");
        let text = super::file("plain", "pack.toml")
            .expect("it is there")
            .replace("id = \"plain\"", &format!("id = \"{id}\""));
        std::fs::create_dir(folder.path().join("pages")).expect("a folder");
        for page in plain.get_dir("plain/pages").expect("it has pages").files() {
            let name = page.path().strip_prefix("plain").expect("it is below");
            std::fs::write(folder.path().join(name), page.contents()).expect("a file");
        }
        std::fs::write(folder.path().join("pack.toml"), change(text)).expect("a file");
        folder
    }
}
