//! What somebody looks for, out of what they typed.

use super::words::placed;
use super::{Findable, words};

/// Words and phrases of one query.
const TERMS_MAX: usize = 12;
/// What a find can be narrowed by.
const FIELDS: &[&str] = &["kind", "feeling", "genre", "by", "lang"];

/// What somebody looks for: words and "exact phrases", and `kind:` `feeling:` `genre:` `by:` `lang:`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Each a run of words that must stand side by side.
    phrases: Vec<Vec<String>>,
    marks: Vec<String>,
}

/// A filter as one word: `feeling` and `need-to-scream` make `feeling0needtoscream`.
pub(super) fn mark(field: &str, value: &str) -> String {
    format!("{field}0{}", words(value).collect::<String>())
}

impl Query {
    /// Reads what a person typed; nothing they type can be wrong.
    #[must_use]
    pub fn read(typed: &str) -> Self {
        let mut query = Self::default();
        for (field, term) in terms(typed) {
            if query.phrases.len() + query.marks.len() == TERMS_MAX {
                break;
            }
            match field {
                Some(field) => query.marks.push(mark(field, &term)),
                None => query.phrases.extend(Some(words(&term).collect::<Vec<_>>()).filter(|run| !run.is_empty())),
            }
        }
        query
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.phrases.is_empty() && self.marks.is_empty()
    }

    /// The runs of words that are sought, each to be shown in bold where it stands as a whole: “can't” is the run
    /// “can”, “t”.
    pub fn runs(&self) -> impl Iterator<Item = &[String]> {
        self.phrases.iter().map(Vec::as_slice)
    }

    /// Whether this would find such a thing: the plain meaning of a query, which the engines are tested against.
    #[must_use]
    pub fn matches(&self, findable: &Findable) -> bool {
        let text: Vec<_> = findable.text().collect();
        let marks = findable.marks();
        self.runs().all(|run| text.windows(run.len()).any(|window| window == run))
            && self.marks.iter().all(|mark| marks.contains(mark))
    }

    /// How many words from the first of these on are a run that is sought; 0 where none begins.
    pub(super) fn begins(&self, words: &[String]) -> usize {
        self.runs().filter(|run| words.starts_with(run)).map(<[_]>::len).max().unwrap_or(0)
    }

    /// Where in a text the first run that is sought begins, in bytes.
    pub(super) fn first_in(&self, text: &str) -> Option<usize> {
        let (places, words): (Vec<_>, Vec<_>) = placed(text).unzip();
        let first = (0..words.len()).find(|at| self.begins(&words[*at..]) > 0)?;
        Some(places[first].start)
    }

    pub(super) fn for_sqlite(&self) -> String {
        let words = self.phrases.iter().map(|run| format!("words : \"{}\"", run.join(" ")));
        let marks = self.marks.iter().map(|mark| format!("marks : \"{mark}\""));
        words.chain(marks).collect::<Vec<_>>().join(" AND ")
    }

    pub(super) fn for_postgres(&self) -> String {
        let words =
            self.phrases.iter().map(|run| run.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" <-> "));
        let marks = self.marks.iter().map(|mark| format!("'={mark}'"));
        words.chain(marks).map(|part| format!("({part})")).collect::<Vec<_>>().join(" & ")
    }
}

/// Splits what was typed at white space, keeping what stands in quotes together: `by:"Ada III" doom`.
fn terms(typed: &str) -> Vec<(Option<&'static str>, String)> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in typed.chars().map(|c| if matches!(c, '“' | '”' | '„') { '"' } else { c }) {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => parts.push(String::new()),
            c => parts.last_mut().expect("never empty").push(c),
        }
    }
    parts
        .into_iter()
        .map(|part| {
            let field = part.split_once(':').and_then(|(field, value)| {
                Some((*FIELDS.iter().find(|known| field.eq_ignore_ascii_case(known))?, value.to_owned()))
            });
            field.map_or((None, part), |(field, value)| (Some(field), value))
        })
        .filter(|(_, term)| words(term).next().is_some())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_knows_phrases_and_fields_and_nothing_in_it_is_an_operator() {
        let query = Query::read("doom \"slow days\" kind:song by:\"Ada III\" OR NOT* near( x:y");
        assert_eq!(
            query.phrases,
            [vec!["doom"], vec!["slow", "days"], vec!["or"], vec!["not"], vec!["near"], vec!["x", "y"]]
        );
        assert_eq!(query.marks, ["kind0song", "by0adaiii"]);
        assert!(Query::read("  \"\" : ' ").is_empty());
    }
}
