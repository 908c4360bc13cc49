//! What an import brings, in the house's own terms: one thing at a time, in an order in which what it points to was
//! taken before. The door remembers the key of each thing taken, so a room is offered nothing twice, and what was
//! edited or erased here stays so when the same is brought again.
//!
//! Promises to the rooms: words are Markdown without HTML, names and titles are one line within the limits below, and
//! times are milliseconds since 1970, UTC.

use crate::place::Place;

/// Characters of a name.
pub const NAME_CHARS_MAX: usize = 40;
/// Characters of a title.
pub const TITLE_CHARS_MAX: usize = 200;
/// Characters of a summary.
pub const SUMMARY_CHARS_MAX: usize = 500;
/// Characters of a slug, all of them lower-case letters, digits or hyphens.
pub const SLUG_CHARS_MAX: usize = 100;
/// Categories of one article, and its tags.
pub const TERMS_MAX: usize = 50;
/// Characters of one category or tag.
pub const TERM_CHARS_MAX: usize = 60;

/// One thing brought from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    Person(BroughtPerson),
    Article(BroughtArticle),
    Comment(BroughtComment),
}

/// Somebody who wrote there; becomes a person who can be claimed by a link. No mail address comes along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BroughtPerson {
    /// Unique for its source, e.g. `wordpress:example.org:person:ada`.
    pub key: String,
    pub name: String,
}

/// A post or page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BroughtArticle {
    pub key: String,
    /// A page has no author line and no date.
    pub is_page: bool,
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub words: String,
    /// Ids of the files that hung on it there, named in its words or not.
    pub files: Vec<String>,
    /// The person who wrote it.
    pub author: Option<Place>,
    pub at: i64,
    pub changed_at: i64,
    /// Drafts and private posts stay with whoever claims their author; these always have one.
    pub is_draft: bool,
    pub comments_open: bool,
    pub categories: Vec<String>,
    pub tags: Vec<String>,
    /// Such as `en`; empty when the source did not say.
    pub lang: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroughtComment {
    pub key: String,
    /// What it stands under.
    pub under: Place,
    /// The comment it answers, where that was taken.
    pub answers: Option<Place>,
    /// The person, when the writer had an account there.
    pub author: Option<Place>,
    /// The name that was written beside it; may be empty.
    pub name: String,
    pub words: String,
    pub at: i64,
}

impl Brought {
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Person(person) => &person.key,
            Self::Article(article) => &article.key,
            Self::Comment(comment) => &comment.key,
        }
    }
}
