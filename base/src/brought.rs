//! What an import brings, in the house's own terms. Each thing carries the key it had where it came from, so that
//! bringing it twice changes nothing, and what was edited here since stays as it was edited.

/// One thing brought from elsewhere. Times are milliseconds since 1970, UTC; words are Markdown.
#[derive(Clone, Debug)]
pub enum Brought {
    /// Somebody who wrote there; becomes a person who can be claimed by a link.
    Person { key: String, name: String },
    Article(BroughtArticle),
    Comment(BroughtComment),
}

/// A post or page. `key` is unique for its source, e.g. `wordpress:example.org:post:12`.
#[derive(Clone, Debug, Default)]
pub struct BroughtArticle {
    pub key: String,
    /// A page has no author line and no date.
    pub is_page: bool,
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub words: String,
    /// Key of the person who wrote it.
    pub author: Option<String>,
    pub at: i64,
    pub changed_at: i64,
    /// Drafts and private posts stay with whoever claims their author.
    pub is_draft: bool,
    pub comments_open: bool,
    pub categories: Vec<String>,
    pub tags: Vec<String>,
    pub lang: String,
    /// Paths that led to it where it was.
    pub old_paths: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub struct BroughtComment {
    pub key: String,
    /// Key of the article it stands under.
    pub under: String,
    /// Key of the comment it answers.
    pub answers: Option<String>,
    /// Key of the person, when the writer had an account there.
    pub author: Option<String>,
    /// The name that was written beside it.
    pub name: String,
    pub words: String,
    pub at: i64,
}

impl Brought {
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Person { key, .. } => key,
            Self::Article(article) => &article.key,
            Self::Comment(comment) => &comment.key,
        }
    }
}
