//! A place is a path in the house, such as `/songs/0198…`: the only way in which rooms point at each other.

use std::fmt;

/// A path without query or fragment. Two places are the same when their text is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place(String);

impl Place {
    /// The place of one thing of a kind: `Place::of("songs", id)` is `/songs/ID`.
    #[must_use]
    pub fn of(kind: &str, id: &str) -> Self {
        Self(format!("/{kind}/{id}"))
    }

    /// Where what others said of a thing stays when the thing goes: theirs still, at a place that nobody can open or
    /// write anew.
    #[must_use]
    pub fn gone(kind: &str, id: &str) -> Self {
        Self(format!("/{kind}/gone.{id}"))
    }

    /// Whether an id is that of such a place.
    #[must_use]
    pub fn is_gone(id: &str) -> bool {
        id.starts_with("gone.")
    }

    /// Reads a path that came from outside; `None` unless it is `/` and then plain path characters that a browser would
    /// leave as they are.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
        let is_whole = |part: &str| !matches!(part, "." | "..");
        let fine = text.len() <= 200
            && text.starts_with('/')
            && !text.contains("//")
            && text.chars().all(plain)
            && text.split('/').all(is_whole);
        fine.then(|| Self(text.to_owned()))
    }

    /// The kind and the id, when it names one thing: `("songs", "0198…")`.
    #[must_use]
    pub fn parts(&self) -> Option<(&str, &str)> {
        let (kind, id) = self.0.strip_prefix('/')?.split_once('/')?;
        (!id.is_empty() && !id.contains('/')).then_some((kind, id))
    }

    /// The id, when it names one thing of this kind.
    #[must_use]
    pub fn id_of(&self, kind: &str) -> Option<&str> {
        self.parts().filter(|(k, _)| *k == kind).map(|(_, id)| id)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_a_kind_and_an_id() {
        let place = Place::of("songs", "01");
        assert_eq!(place.parts(), Some(("songs", "01")));
        assert_eq!(place.id_of("songs"), Some("01"));
        assert_eq!(place.id_of("articles"), None);
    }

    #[test]
    fn a_way_out_of_the_house_is_not_a_place() {
        for outside in ["//evil.example", "https://evil.example", "/a?b", "/a\\b", "", "a"] {
            assert_eq!(Place::read(outside), None, "{outside}");
        }
    }
}
