//! An article: something a person wrote, under their name; and a page, which is the community's own. Both keep their
//! address for ever, are rendered when they are written, and say what they said before.
//!
//! Promises: a draft is seen by its author alone; what its author withdraws leaves every page, feed, search and list at
//! once, and what was said under it with it; a change made from an old copy is refused, not lost. Only its author
//! changes an article; a page is changed by whoever holds the duty, and each change is an act.

mod draft;
pub(crate) mod files;
mod first;
mod house_page;

use base::clock::rfc3339;
use base::db::{Ask, DbResult, Tx};
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Kept, Leaving, Reader};
use base::{brought, kept_as, ledger, markup, redirect, row, vals, veil};
use people::Member;
use people::power::forget_words;
use serde_json::json;

use crate::article_shelf::{self, Term};
pub use draft::{Draft, slug_of};
pub(crate) use first::take_in;
pub use first::{first_page, first_pages};

pub const TITLE_CHARS: std::ops::RangeInclusive<usize> = 2..=brought::TITLE_CHARS_MAX;
pub const SUMMARY_CHARS: std::ops::RangeInclusive<usize> = 0..=brought::SUMMARY_CHARS_MAX;
pub const WORDS_CHARS: std::ops::RangeInclusive<usize> = 1..=markup::SOURCE_CHARS_MAX;
pub const TERMS_CHARS: std::ops::RangeInclusive<usize> = 0..=600;
/// Categories that somebody types for an article, and tags; an import may bring more.
pub const TERMS_TYPED_MAX: usize = 12;
/// Slugs that are addresses of something else.
const TAKEN_SLUGS: [&str; 1] = ["new"];

kept_as! {
    /// Whose it is: a person's, or the community's.
    pub enum Kind {
        Article = "article",
        Page = "page",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    pub id: String,
    pub kind: Kind,
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub words: String,
    pub html: String,
    pub author: Option<String>,
    /// The author's name as it is now.
    pub by: Option<String>,
    pub face: Option<String>,
    pub lang: String,
    pub since: i64,
    pub changed_at: i64,
    pub published_at: Option<i64>,
    pub withdrawn_at: Option<i64>,
    pub closed_at: Option<i64>,
}
row!(Article {
    id,
    kind,
    slug,
    title,
    summary,
    words,
    html,
    author,
    by,
    face,
    lang,
    since,
    changed_at,
    published_at,
    withdrawn_at,
    closed_at
});

/// Something it said before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub id: String,
    pub title: String,
    pub summary: String,
    pub words: String,
    pub until: i64,
}
row!(Version { id, title, summary, words, until });

impl Kind {
    /// The first part of its address.
    #[must_use]
    pub fn shelf(self) -> &'static str {
        match self {
            Self::Article => "articles",
            Self::Page => "pages",
        }
    }

    /// The kind and slug of a place that is one of these.
    #[must_use]
    pub fn of(place: &Place) -> Option<(Self, &str)> {
        [Self::Article, Self::Page].into_iter().find_map(|kind| Some((kind, place.id_of(kind.shelf())?)))
    }
}

impl Article {
    #[must_use]
    pub fn place(&self) -> Place {
        Place::of(self.kind.shelf(), &self.slug)
    }

    /// Puts an article of the member's on the shelf, or keeps it as a draft. Says where it stands.
    pub async fn open(member: &Member, draft: &Draft, publishes: bool) -> Result<Place, Refusal> {
        let (tx, now) = (member.begin().await?, member.house.now());
        let place = Self::add(
            &tx,
            Kind::Article,
            &slug_of(&draft.title),
            draft,
            Some(&member.person.id),
            now,
            publishes.then_some(now),
        )
        .await?;
        tx.keep().await?;
        Ok(place)
    }

    /// Writes an article as it is given; the importer, the demo and the pack's first pages use this, too.
    /// `slug` is what it would like to be called; `published_at` is none for a draft, which is called by its id until
    /// it is put up: a name that is taken would tell of it. Says where it stands.
    pub async fn add(
        tx: &Tx,
        kind: Kind,
        slug: &str,
        draft: &Draft,
        author: Option<&str>,
        since: i64,
        published_at: Option<i64>,
    ) -> DbResult<Place> {
        let (rendered, id) = (markup::render(&draft.words), base::id::at(since));
        let slug = if published_at.is_some() { free_slug(tx, kind, slug).await? } else { id.clone() };
        let sql = "INSERT INTO article (id, kind, slug, title, summary, words, html, version, author, lang, since,
                   changed_at, published_at, closed_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13)";
        let vals = vals![
            &id,
            kind,
            &slug,
            &draft.title,
            &draft.summary,
            &draft.words,
            rendered.html,
            rendered.version,
            author,
            &draft.lang,
            since,
            published_at,
            draft.is_closed.then_some(since)
        ];
        tx.run(sql, vals).await?;
        article_shelf::set_terms(tx, &id, &draft.categories, &draft.tags).await?;
        let place = Place::of(kind.shelf(), &slug);
        article_shelf::index(tx, &place).await?;
        Ok(place)
    }

    /// An article or page, whoever asks.
    pub async fn find(ask: &impl Ask, kind: Kind, slug: &str) -> DbResult<Option<Self>> {
        let sql = "SELECT a.id, a.kind, a.slug, a.title, a.summary, a.words, a.html, a.author, p.name, p.face, a.lang,
                   a.since, a.changed_at, a.published_at, a.withdrawn_at, a.closed_at
                   FROM article a LEFT JOIN person p ON p.id = a.author WHERE a.kind = $1 AND a.slug = $2";
        ask.first(sql, vals![kind, slug]).await
    }

    /// One that this reader may see. Its author sees it always; a draft is nobody else's, and what was taken off is
    /// gone for others.
    pub async fn seen_by(ask: &impl Ask, reader: &Reader, kind: Kind, slug: &str) -> Result<Self, Refusal> {
        if Place::is_gone(slug) {
            return Err(Refusal::Gone);
        }
        let article = Self::find(ask, kind, slug).await?.ok_or(Refusal::NotFound)?;
        let is_theirs = article.is_by(reader.person.as_deref());
        match article.published_at {
            None if !is_theirs => Err(Refusal::NotFound),
            Some(_) if !is_theirs && article.withdrawn_at.is_some() => Err(Refusal::Gone),
            _ => veil::must_be_seen(ask, &article.place(), is_theirs).await.map(|()| article),
        }
    }

    #[must_use]
    pub fn is_by(&self, person: Option<&str>) -> bool {
        self.author.is_some() && self.author.as_deref() == person
    }

    /// Whether everyone may read it, as far as its author goes.
    #[must_use]
    pub fn is_out(&self) -> bool {
        self.published_at.is_some() && self.withdrawn_at.is_none()
    }

    /// Whether something may be said under it now.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.kind == Kind::Article && self.is_out() && self.closed_at.is_none()
    }

    pub async fn terms(&self, ask: &impl Ask) -> DbResult<Vec<Term>> {
        article_shelf::terms(ask, &self.id).await
    }

    /// Changes an article of the member's own, and publishes it if they say so. `seen` is the change they had before
    /// them. Says where it stands; nowhere new, and `None`, when there was another since.
    pub async fn correct(
        &self,
        member: &Member,
        draft: &Draft,
        seen: i64,
        publish: bool,
    ) -> Result<Option<Place>, Refusal> {
        self.must_be_theirs(member)?;
        let tx = member.begin_at(&self.place()).await?;
        let place = self.write(&tx, draft, seen, publish, member.house.now()).await?;
        if place.is_some() {
            tx.keep().await?;
        }
        Ok(place)
    }

    async fn write(&self, tx: &Tx, draft: &Draft, seen: i64, publish: bool, now: i64) -> DbResult<Option<Place>> {
        let (rendered, now) = (markup::render(&draft.words), now.max(seen + 1));
        let before: Option<Version> = tx
            .first(
                "SELECT id, title, summary, words, changed_at FROM article WHERE id = $1 AND changed_at = $2",
                vals![&self.id, seen],
            )
            .await?;
        let Some(before) = before else { return Ok(None) };
        let sql = "UPDATE article SET title = $1, summary = $2, words = $3, html = $4, version = $5, lang = $6,
                   changed_at = $7,
                          published_at = COALESCE(published_at, $8), closed_at = $9 WHERE id = $10
                          AND changed_at = $11";
        let closed_at = draft.is_closed.then(|| self.closed_at.unwrap_or(now));
        let vals = vals![
            &draft.title,
            &draft.summary,
            &draft.words,
            rendered.html,
            rendered.version,
            &draft.lang,
            now,
            publish.then_some(now),
            closed_at,
            &self.id,
            seen
        ];
        if tx.run(sql, vals).await? == 0 {
            return Ok(None);
        }
        // What nobody but its author has read has no history.
        if self.published_at.is_none() {
            files::rewritten(tx, self, &before.words).await?;
        } else if before.words != draft.words || before.title != draft.title || before.summary != draft.summary {
            let sql =
                "INSERT INTO article_edit (id, article, title, summary, words, until) VALUES ($1, $2, $3, $4, $5, $6)";
            tx.run(sql, vals![base::id::at(now), &self.id, before.title, before.summary, before.words, now]).await?;
        }
        article_shelf::set_terms(tx, &self.id, &draft.categories, &draft.tags).await?;
        let place = if publish && self.slug == self.id {
            self.move_out(tx, &slug_of(&draft.title)).await?
        } else {
            self.place()
        };
        article_shelf::index(tx, &place).await?;
        talk::place_again(tx, &place).await?;
        Ok(Some(place))
    }

    /// A draft is put up, and gets the address that its title makes; the one it had leads there.
    async fn move_out(&self, tx: &Tx, slug: &str) -> DbResult<Place> {
        let slug = free_slug(tx, self.kind, slug).await?;
        let place = Place::of(self.kind.shelf(), &slug);
        tx.run("UPDATE article SET slug = $1 WHERE id = $2", vals![slug, &self.id]).await?;
        talk::thread::move_to(tx, &self.place(), &place).await?;
        redirect::lead_on(tx, self.place().as_str(), place.as_str()).await?;
        Ok(place)
    }

    /// What it said before, the latest first.
    pub async fn before(&self, ask: &impl Ask) -> DbResult<Vec<Version>> {
        ask.all(
            "SELECT id, title, summary, words, until FROM article_edit WHERE article = $1 ORDER BY id DESC",
            vals![&self.id],
        )
        .await
    }

    /// Takes one earlier version away for good.
    pub async fn unsay_before(&self, member: &Member, version: &str) -> Result<(), Refusal> {
        self.must_be_theirs(member)?;
        let tx = member.begin_at(&self.place()).await?;
        let sql = "DELETE FROM article_edit WHERE id = $1 AND article = $2 RETURNING words";
        let words: String = tx.first(sql, vals![version, &self.id]).await?.ok_or(Refusal::NotFound)?;
        files::unsaid(&tx, self, &words, member.house.now()).await?;
        ledger::gone(&tx, "article_edit", version, member.house.now()).await?;
        forget_words(&tx, &self.place(), member.house.now()).await?;
        Ok(tx.keep().await?)
    }

    /// Takes it off every page, feed and search; what was said under it goes along. Its author still has it.
    pub async fn take_off(&self, member: &Member) -> Result<(), Refusal> {
        self.set_withdrawn(member, Some(member.house.now())).await
    }

    /// Puts it back where it was.
    pub async fn put_back(&self, member: &Member) -> Result<(), Refusal> {
        self.set_withdrawn(member, None).await
    }

    async fn set_withdrawn(&self, member: &Member, at: Option<i64>) -> Result<(), Refusal> {
        self.must_be_theirs(member)?;
        let tx = member.begin_at(&self.place()).await?;
        self.must_still_be_here(&tx).await?;
        tx.run("UPDATE article SET withdrawn_at = $1 WHERE id = $2", vals![at, &self.id]).await?;
        article_shelf::index(&tx, &self.place()).await?;
        talk::place_again(&tx, &self.place()).await?;
        Ok(tx.keep().await?)
    }

    /// Takes it away for good, with everything that hung on it.
    pub async fn remove(&self, member: &Member) -> Result<(), Refusal> {
        self.must_be_theirs(member)?;
        let tx = member.begin_at(&self.place()).await?;
        self.must_still_be_here(&tx).await?;
        self.erase(&tx, member.house.now()).await?;
        Ok(tx.keep().await?)
    }

    /// Removes the row. What others said under it stays theirs, at a place that nobody can open or write anew; its
    /// address, and those that led to it, are nobody else's from then on.
    pub(crate) async fn erase(&self, tx: &Tx, now: i64) -> DbResult<()> {
        let gone = Place::gone(self.kind.shelf(), &self.id);
        crate::let_go(tx, &self.place(), &gone, now).await?;
        redirect::end(tx, self.place().as_str(), &gone).await?;
        forget_words(tx, &self.place(), now).await?;
        ledger::gone(tx, "article", &self.id, now).await?;
        files::go_with(tx, self, now).await
    }

    /// Its author took it away meanwhile, or put it up, where it has another address.
    async fn must_still_be_here(&self, tx: &Tx) -> Result<(), Refusal> {
        let here = Self::find(tx, self.kind, &self.slug).await?.filter(|article| article.id == self.id);
        here.map(drop).ok_or(Refusal::NotNow("refusal-clash"))
    }

    fn must_be_theirs(&self, member: &Member) -> Result<(), Refusal> {
        if self.is_by(Some(&member.person.id)) { Ok(()) } else { Err(Refusal::NotYours("article-not-yours")) }
    }
}

/// The slug, or the first of `slug-2`, `slug-3` … that nothing else has or had.
async fn free_slug(tx: &Tx, kind: Kind, slug: &str) -> DbResult<String> {
    let slug = if slug.is_empty() { kind.id() } else { slug };
    let mut free = slug.to_owned();
    tx.take_turn(Place::of(kind.shelf(), slug).as_str()).await?; // nobody takes the same one meanwhile
    let mut n = 1;
    while TAKEN_SLUGS.contains(&free.as_str())
        || tx.any("SELECT 1 FROM article WHERE kind = $1 AND slug = $2", vals![kind, &free]).await?
        || redirect::is_known(tx, Place::of(kind.shelf(), &free).as_str()).await?
    {
        n += 1;
        free = format!("{slug}-{n}");
    }
    Ok(free)
}

/// The articles that a person wrote, and what they said before.
pub(crate) async fn keeps(ask: &impl Ask, person: &str) -> DbResult<[Kept; 2]> {
    let sql = "SELECT slug, title, summary, words, since FROM article WHERE author = $1 ORDER BY id";
    let articles: Vec<(String, String, String, String, i64)> = ask.all(sql, vals![person]).await?;
    let rows = articles.into_iter().map(|(slug, title, summary, words, since)| {
        json!({
            "at": format!("/articles/{slug}"), "title": title, "summary": summary, "words": words,
            "written": rfc3339(since)
        })
    });
    let sql = "SELECT a.slug, e.title, e.summary, e.words, e.until
               FROM article_edit e JOIN article a ON a.id = e.article WHERE a.author = $1 ORDER BY e.id";
    let before: Vec<(String, String, String, String, i64)> = ask.all(sql, vals![person]).await?;
    let before = before.into_iter().map(|(slug, title, summary, words, until)| {
        json!({
            "at": format!("/articles/{slug}"), "title": title, "summary": summary, "words": words,
            "until": rfc3339(until)
        })
    });
    Ok([Kept::of("articles", rows.collect()), Kept::of("articles-before-they-were-changed", before.collect())])
}

/// Forgets a person: what nobody else read goes in any case; the rest as they asked.
pub(crate) async fn forget(tx: &Tx, person: &str, how: Leaving, now: i64) -> DbResult<()> {
    let theirs: Vec<(Kind, String)> =
        tx.all("SELECT kind, slug FROM article WHERE author = $1 ORDER BY id", vals![person]).await?;
    for (kind, slug) in theirs {
        let Some(article) = Article::find(tx, kind, &slug).await? else { continue };
        match how {
            _ if !article.is_out() => article.erase(tx, now).await?,
            Leaving::KeepWords => {}
            Leaving::Remove => article.erase(tx, now).await?,
            Leaving::TakeNameOff => {
                tx.run("UPDATE article SET author = NULL WHERE id = $1", vals![&article.id]).await?;
                article_shelf::index(tx, &article.place()).await?;
            }
        }
    }
    Ok(())
}
