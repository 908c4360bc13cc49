//! A community pack: everything about *this* community that is not code. Names, words, feelings, genres, duties,
//! reactions, helplines, first pages. `packs/metal` is the default; `packs/plain` suits any other; a host may bring a folder.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

static PACKS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../packs");

#[derive(Clone, Debug, Deserialize)]
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
    pub helplines: Vec<Helpline>,
    #[serde(default)]
    pub pages: Vec<FirstPage>,
    pub signup: Signup,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Community {
    pub name: String,
    /// The landing page's heading, a line or two.
    pub heading: Vec<String>,
    pub lead: String,
    pub about: String,
    pub for_whom: String,
    pub footer: String,
}

#[derive(Clone, Debug, Deserialize)]
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

#[derive(Clone, Debug, Deserialize)]
pub struct Genre {
    pub id: String,
    pub name: String,
    pub parent: Option<String>,
}

/// A duty's name and bundle; what a capability lets a person do is code (`people::Capability`).
#[derive(Clone, Debug, Deserialize)]
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

#[derive(Clone, Debug, Deserialize)]
pub struct Reaction {
    pub id: String,
    pub label: String,
}

#[derive(Clone, Debug, Deserialize)]
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

#[derive(Clone, Debug, Deserialize)]
pub struct FirstPage {
    pub slug: String,
    pub title: String,
    pub file: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Signup {
    pub under16_line: String,
    pub name_suggestions: Vec<String>,
}

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackTrouble {
    #[error("there is no pack called “{0}” (metal and plain are built in; a folder with a pack.toml works too)")]
    Unknown(String),
    #[error("the pack's {file} cannot be read: {why}")]
    Unreadable { file: String, why: String },
}

impl Pack {
    /// A built-in pack by name, or one in a folder by its path.
    pub fn load(name: &str) -> Result<Self, PackTrouble> {
        let text = file(name, "pack.toml")?;
        toml::from_str(&text).map_err(|e| PackTrouble::Unreadable { file: "pack.toml".into(), why: e.to_string() })
    }

    #[must_use]
    pub fn feeling(&self, id: &str) -> Option<&Feeling> {
        self.feelings.iter().find(|feeling| feeling.id == id)
    }

    #[must_use]
    pub fn genre(&self, id: &str) -> Option<&Genre> {
        self.genres.iter().find(|genre| genre.id == id)
    }

    #[must_use]
    pub fn reaction(&self, id: &str) -> Option<&Reaction> {
        self.reactions.iter().find(|reaction| reaction.id == id)
    }

    /// What people here call a room or thing; its own id where the pack has no word.
    #[must_use]
    pub fn call<'a>(&'a self, thing: &'a str) -> &'a str {
        self.rooms.get(thing).map_or(thing, String::as_str)
    }

    /// The pack's names as Fluent terms, so that sentences can use them: `{ -room-floor }`.
    #[must_use]
    pub fn terms(&self) -> String {
        self.rooms.iter().fold(String::new(), |out, (id, name)| out + &format!("-room-{} = {name}\n", id.replace('_', "-")))
    }
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
    let mut names: Vec<_> = dir.into_iter().flat_map(|dir| dir.files()).filter_map(|file| file.path().strip_prefix(pack).ok()?.to_str().map(str::to_owned)).collect();
    names.sort();
    names
}
