//! A community pack: everything about *this* community that is not code. Names, words, feelings, genres, duties,
//! reactions, helplines, first pages. `packs/metal` is the default; `packs/plain` suits any other; a host may bring a
//! folder.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

static PACKS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../packs");
/// A helpline that nobody checked for this long says so.
const STALE_MS: i64 = 90 * crate::clock::DAY_MS;
const SHARED_HELPLINES: &str = include_str!("../../packs/helplines.toml");

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
}

impl Pack {
    /// A built-in pack by name, or one in a folder by its path.
    pub fn load(name: &str) -> Result<Self, PackTrouble> {
        let mut pack: Self = read("pack.toml", &file(name, "pack.toml")?)?;
        if pack.helplines.is_empty() {
            pack.helplines = read::<SharedHelplines>("helplines.toml", SHARED_HELPLINES)?.helplines;
        }
        Ok(pack)
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

    use super::{Pack, file};

    fn built_in() -> Vec<Pack> {
        let names = super::PACKS.dirs().map(|dir| dir.path().to_str().expect("a pack's name is letters"));
        names.map(|name| Pack::load(name).expect("the built-in packs are readable")).collect()
    }

    fn all_different<'a>(ids: impl Iterator<Item = &'a str> + Clone) -> bool {
        ids.clone().collect::<BTreeSet<_>>().len() == ids.count()
    }

    #[test]
    fn ids_are_used_once_and_every_genre_has_a_parent_that_exists() {
        for pack in built_in() {
            assert!(all_different(pack.feelings.iter().map(|it| it.id.as_str())), "feelings of {}", pack.id);
            assert!(all_different(pack.genres.iter().map(|it| it.id.as_str())), "genres of {}", pack.id);
            assert!(all_different(pack.duties.iter().map(|it| it.id.as_str())), "duties of {}", pack.id);
            assert!(all_different(pack.reactions.iter().map(|it| it.id.as_str())), "reactions of {}", pack.id);
            for parent in pack.genres.iter().filter_map(|genre| genre.parent.as_deref()) {
                assert!(pack.genre(parent).is_some(), "{parent} of {}", pack.id);
            }
        }
    }

    #[test]
    fn no_genre_descends_from_itself() {
        for pack in built_in() {
            for genre in &pack.genres {
                let line = std::iter::successors(Some(genre), |it| pack.genre(it.parent.as_deref()?));
                assert!(line.take(10).count() < 10, "{} of {}", genre.id, pack.id);
            }
        }
    }

    #[test]
    fn every_mark_is_path_data_and_no_two_feelings_share_one() {
        for pack in built_in() {
            assert!(all_different(pack.feelings.iter().map(|it| it.mark.as_str())), "{}", pack.id);
            for feeling in &pack.feelings {
                assert!(feeling.mark.starts_with('M'), "{}", feeling.id);
                assert!(
                    feeling.mark.chars().all(|c| c.is_ascii_digit() || "MLHVCSQTAZ .-".contains(c)),
                    "{}",
                    feeling.id
                );
            }
        }
    }

    #[test]
    fn a_duty_has_two_seats_or_more_and_a_term_of_a_year_at_most() {
        for duty in built_in().iter().flat_map(|pack| &pack.duties) {
            assert!(duty.seats >= 2 && (1..=365).contains(&duty.term_days), "{}", duty.id);
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

    /// Relative luminance of `#rrggbb`, as WCAG 2 defines it.
    fn luminance(colour: &str) -> f64 {
        let part = |from: usize| {
            f64::from(u8::from_str_radix(&colour[from..from + 2], 16).expect("two hexadecimal digits")) / 255.0
        };
        let linear = |it: f64| if it <= 0.040_45 { it / 12.92 } else { ((it + 0.055) / 1.055).powf(2.4) };
        0.2126 * linear(part(1)) + 0.7152 * linear(part(3)) + 0.0722 * linear(part(5))
    }

    #[test]
    fn text_on_the_accent_can_be_read() {
        for pack in built_in() {
            for (theme, tokens) in &pack.colours {
                assert!(tokens.values().all(|it| it.len() == 7 && it.starts_with('#')), "{} of {}", theme, pack.id);
                let (a, b) = (luminance(&tokens["lamp"]) + 0.05, luminance(&tokens["on-lamp"]) + 0.05);
                assert!(a.max(b) / a.min(b) >= 4.5, "{} of {}", theme, pack.id);
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
    fn every_first_page_can_be_read_and_holds_words() {
        for pack in built_in() {
            for page in &pack.pages {
                assert!(
                    file(&pack.id, &page.file).expect("the page is there").len() > 200,
                    "{} of {}",
                    page.slug,
                    pack.id
                );
            }
        }
    }
}
