//! What a room puts into the index for one place, and who may find it.

use super::query::mark;
use super::{Query, words};
use crate::markup;
use crate::room::{Audience, Reader};

/// Words of one text that are indexed; what comes later is not found.
pub const WORDS_MAX: usize = 16_000;
/// The same in bytes: PostgreSQL takes a megabyte, with places.
const WORDS_BYTES_MAX: usize = 400 << 10;
/// Characters of the preview kept with each find.
const PREVIEW_CHARS: usize = 300;
/// Words before the first one sought in a preview that begins there.
const WORDS_BEFORE: usize = 8;

/// What a room puts into the index for one place.
#[derive(Clone, Debug, Default)]
pub struct Findable {
    pub kind: &'static str,
    pub title: String,
    pub words: String,
    /// What stands under the title where it is found; empty where its words speak for it.
    pub lead: String,
    /// Name of the person it is by, as shown.
    pub author: Option<String>,
    pub audience: Audience,
    /// Whose it is, where it is for them alone.
    pub owner: Option<String>,
    pub feelings: Vec<String>,
    pub genres: Vec<String>,
    pub lang: String,
    pub at: i64,
}

impl Findable {
    pub(super) fn text(&self) -> impl Iterator<Item = String> {
        let mut left = WORDS_BYTES_MAX;
        words(&self.title).chain(words(&self.words)).take(WORDS_MAX).take_while(move |word| {
            let fits = word.len() <= left;
            left = left.saturating_sub(word.len());
            fits
        })
    }

    pub(super) fn marks(&self) -> Vec<String> {
        let mut marks = vec![mark("kind", self.kind), mark("lang", &self.lang)];
        marks.extend(self.author.iter().map(|name| mark("by", name)));
        marks.extend(self.feelings.iter().map(|feeling| mark("feeling", feeling)));
        marks.extend(self.genres.iter().map(|genre| mark("genre", genre)));
        marks
    }

    /// Its words on one line.
    fn line(&self) -> String {
        self.words.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    pub(super) fn preview(&self) -> String {
        markup::snippet(&if self.lead.is_empty() { self.line() } else { self.lead.clone() }, PREVIEW_CHARS)
    }

    /// A preview that begins a little before the first word that is sought.
    #[must_use]
    pub fn preview_for(&self, query: &Query) -> String {
        if !self.lead.is_empty() {
            return self.preview();
        }
        let line = self.line();
        let words: Vec<_> = line.split_whitespace().collect();
        let before = query.first_in(&line).map_or("", |at| &line[..at]);
        let is_inside_word = before.ends_with(|c: char| !c.is_whitespace());
        let begin = (before.split_whitespace().count() - usize::from(is_inside_word)).saturating_sub(WORDS_BEFORE);
        let preview = markup::snippet(&words[begin..].join(" "), PREVIEW_CHARS);
        if begin > 0 { format!("… {preview}") } else { preview }
    }

    /// Whether this reader may find it.
    #[must_use]
    pub fn is_for(&self, reader: &Reader) -> bool {
        reader.may_see(self.audience, self.owner.as_deref())
    }

    /// The audience as it is kept: `everyone`, `members`, or the id of the one person who may find it.
    pub(super) fn kept_audience(&self) -> &str {
        match self.audience {
            Audience::Only => self.owner.as_deref().unwrap_or_default(),
            audience => audience.id(),
        }
    }

    /// Words and marks in PostgreSQL's own notation: `'doom':1 'days':2 '=kind0song'`.
    pub(super) fn tsvector(&self) -> String {
        let words = self.text().enumerate().map(|(at, word)| format!("'{word}':{}", at + 1));
        words.chain(self.marks().into_iter().map(|mark| format!("'={mark}'"))).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_begins_where_a_sought_word_stands() {
        let findable = Findable {
            words: format!(
                "{}\nMotörhead, then\n{}",
                "one two three four five six seven eight nine ".repeat(40),
                "more ".repeat(90)
            ),
            ..Findable::default()
        };
        assert!(findable.preview().starts_with("one two"));
        let preview = findable.preview_for(&Query::read("motorhead"));
        assert!(
            preview.starts_with("… three four five six seven eight nine · Motörhead, then · more")
                && preview.ends_with("more…"),
            "{preview}"
        );
        assert!(preview.chars().count() <= PREVIEW_CHARS + 3);
        assert_eq!(findable.preview_for(&Query::read("elsewhere")), findable.preview());
        let asleep = Findable {
            words: format!("{} and “I can't sleep”.", "can and tea ".repeat(60)),
            ..Findable::default()
        };
        assert!(asleep.preview_for(&Query::read("can’t")).ends_with("and “I can't sleep”."));
    }
}
