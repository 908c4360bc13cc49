//! Articles side by side: lists, tags, feeds, the index, and rendering them as the house renders today.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Audience, Entry, Offer, Preview, Reader, Way};
use base::search::{self, Findable};
use base::{brought, markup, paging, row, vals, veil};

use crate::article::{Article, Kind, files, first_page, slug_of};
use crate::helped::{self, Helped};

/// Articles on one page of the list.
pub const PAGE: i64 = 20;
/// Articles offered for one feeling.
const OFFERS: i64 = 3;
/// The setting that says up to which version of the renderer every article was rendered.
const RENDERED: &str = "articles-rendered";

/// A category or tag of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// `category` or `tag`.
    pub kind: String,
    pub slug: String,
    pub name: String,
}
row!(Term { kind, slug, name });

/// An article as it stands in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: String,
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub by: Option<String>,
    pub published_at: i64,
}
row!(Listed { id, slug, title, summary, by, published_at });

/// Which articles to list: all, those of a category or tag, or those of a person.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// `category` or `tag`, and its slug; or `by`, and a person's id.
    pub term: Option<(&'static str, String)>,
    /// The list begins with what was published before this time.
    pub until: Option<i64>,
    /// The id that the page before ended with.
    pub before: Option<String>,
}

impl Listed {
    #[must_use]
    pub fn place(&self) -> Place {
        Place::of(Kind::Article.shelf(), &self.slug)
    }

    /// The newest articles that everyone may read.
    pub async fn newest(ask: &impl Ask, filter: &Filter, limit: i64) -> DbResult<Vec<Self>> {
        let before = match &filter.before {
            Some(id) => ask
                .first::<i64>("SELECT published_at FROM article WHERE id = $1 AND published_at IS NOT NULL", vals![id])
                .await?
                .zip(Some(id.as_str())),
            None => None,
        };
        let (at, id) = before.unwrap_or((filter.until.unwrap_or(i64::MAX), paging::NEWEST));
        match &filter.term {
            None => {
                let sql = "SELECT a.id, a.slug, a.title, a.summary, p.name, a.published_at FROM article a
                           LEFT JOIN person p ON p.id = a.author
                           WHERE a.kind = 'article' AND (a.published_at, a.id) < ($1, $2) AND a.withdrawn_at IS NULL
                             AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/articles/' || a.slug)
                           ORDER BY a.published_at DESC, a.id DESC LIMIT $3";
                ask.all(sql, vals![at, id, limit]).await
            }
            Some(("by", person)) => {
                let sql = "SELECT a.id, a.slug, a.title, a.summary, p.name, a.published_at
                           FROM article a JOIN person p ON p.id = a.author
                           WHERE a.author = $1 AND a.kind = 'article' AND (a.published_at, a.id) < ($2, $3)
                           AND a.withdrawn_at IS NULL
                             AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/articles/' || a.slug)
                           ORDER BY a.published_at DESC, a.id DESC LIMIT $4";
                ask.all(sql, vals![person, at, id, limit]).await
            }
            Some((kind, slug)) => {
                let sql = "SELECT a.id, a.slug, a.title, a.summary, p.name, a.published_at
                           FROM article_term t JOIN article a ON a.id = t.article LEFT JOIN person p ON p.id = a.author
                           WHERE t.kind = $1 AND t.slug = $2 AND (t.published_at, t.article) < ($3, $4)
                           AND a.kind = 'article' AND a.withdrawn_at IS NULL
                             AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/articles/' || a.slug)
                           ORDER BY t.published_at DESC, t.article DESC LIMIT $5";
                ask.all(sql, vals![*kind, slug, at, id, limit]).await
            }
        }
    }

    /// Drafts of a person, the newest first.
    pub async fn drafts(ask: &impl Ask, person: &str) -> DbResult<Vec<Self>> {
        let sql = "SELECT a.id, a.slug, a.title, a.summary, p.name, a.since FROM article a
                   LEFT JOIN person p ON p.id = a.author
                   WHERE a.author = $1 AND a.kind = 'article' AND a.published_at IS NULL ORDER BY a.id DESC";
        ask.all(sql, vals![person]).await
    }
}

/// The community's pages: slug and title.
pub async fn pages(ask: &impl Ask) -> DbResult<Vec<(String, String)>> {
    let sql = "SELECT a.slug, a.title FROM article a WHERE a.kind = 'page' AND a.published_at IS NOT NULL
               AND a.withdrawn_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/pages/' || a.slug) ORDER BY a.title, a.slug";
    ask.all(sql, &[]).await
}

pub async fn terms(ask: &impl Ask, article: &str) -> DbResult<Vec<Term>> {
    ask.all("SELECT kind, slug, name FROM article_term WHERE article = $1 ORDER BY kind, slug", vals![article]).await
}

/// The name of a category or tag as somebody wrote it.
pub async fn name_of(ask: &impl Ask, kind: &str, slug: &str) -> DbResult<Option<String>> {
    ask.first("SELECT name FROM article_term WHERE kind = $1 AND slug = $2 ORDER BY article LIMIT 1", vals![kind, slug])
        .await
}

pub(crate) async fn set_terms(tx: &Tx, article: &str, categories: &[String], tags: &[String]) -> DbResult<()> {
    tx.run("DELETE FROM article_term WHERE article = $1", vals![article]).await?;
    for (kind, names) in [("category", categories), ("tag", tags)] {
        let mut by_slug = BTreeMap::new();
        for (slug, name) in names.iter().map(|name| (slug_of(name), name)).filter(|(slug, _)| !slug.is_empty()) {
            if by_slug.len() < brought::TERMS_MAX {
                by_slug.entry(slug).or_insert(name);
            }
        }
        for (slug, name) in by_slug {
            let sql = "INSERT INTO article_term (article, kind, slug, name, published_at) SELECT id, $1, $2, $3,
                       published_at FROM article WHERE id = $4";
            tx.run(sql, vals![kind, slug, name, article]).await?;
        }
    }
    Ok(())
}

/// Puts an article or page into the index as it stands in this write. Its files are shown as it is.
pub(crate) async fn index(tx: &Tx, place: &Place) -> DbResult<()> {
    let Some((kind, slug)) = Kind::of(place) else { return Ok(()) };
    tx.take_turn(place.as_str()).await?;
    if let Some(article) = Article::find(tx, kind, slug).await? {
        files::follow(tx, &article).await?;
    }
    search::put(tx, place, findable(tx, place).await?).await
}

/// What may be found of an article or page; one that not everyone may read may not.
pub(crate) async fn findable(ask: &impl Ask, place: &Place) -> DbResult<Option<Findable>> {
    let Some((kind, slug)) = Kind::of(place) else { return Ok(None) };
    let is_open = veil::over(ask, place).await?.is_none();
    let Some(article) = Article::find(ask, kind, slug).await?.filter(|article| article.is_out() && is_open) else {
        return Ok(None);
    };
    let mut words = format!("{}\n{}", article.summary, markup::render(&article.words).plain);
    let (mut feelings, mut genres) = (Vec::new(), Vec::new());
    for term in article.terms(ask).await? {
        let _ = write!(words, "\n{}", term.name);
        feelings.push(term.slug.clone());
        genres.push(term.slug);
    }
    for helped in Helped::at(ask, place, helped::SHOWN_MAX).await? {
        let _ = write!(words, "\n{}", helped.line);
    }
    let at = article.published_at.unwrap_or(article.since);
    Ok(Some(Findable {
        kind: kind.id(),
        title: article.title,
        words,
        author: article.by,
        audience: Audience::Everyone,
        feelings,
        genres,
        lang: article.lang,
        at,
        ..Findable::default()
    }))
}

/// What is at the address of an article or page, for this reader. A page that nobody wrote here yet is the pack's.
pub(crate) async fn at(house: &House, reader: &Reader, kind: Kind, slug: &str) -> Result<Preview, Refusal> {
    match Article::seen_by(&house.db, reader, kind, slug).await {
        Ok(article) => {
            let audience = if article.is_out() { Audience::Everyone } else { Audience::Only };
            let open = article.is_open();
            Ok(Preview {
                kind: kind.id(),
                title: article.title,
                line: article.summary,
                audience,
                owner: article.author,
                open,
            })
        }
        Err(Refusal::NotFound) if kind == Kind::Page => {
            let page = first_page(&house.pack, slug).ok_or(Refusal::NotFound)?;
            Ok(Preview {
                kind: kind.id(),
                title: page.title,
                line: page.summary,
                audience: Audience::Everyone,
                owner: None,
                open: false,
            })
        }
        Err(refusal) => Err(refusal),
    }
}

/// Articles whose author gave them this feeling as a tag; who has one open stays with it.
pub(crate) async fn offers(house: &House, feeling: &str, way: Way) -> DbResult<Vec<Offer>> {
    if way != Way::Stay {
        return Ok(Vec::new());
    }
    let filter = Filter { term: Some(("tag", feeling.to_owned())), ..Filter::default() };
    let articles = Listed::newest(&house.db, &filter, OFFERS).await?;
    Ok(articles
        .into_iter()
        .map(|article| Offer {
            place: article.place(),
            kind: "article",
            title: article.title,
            credit: article.by.unwrap_or_default(),
            line: article.summary,
            note: String::new(),
            links: Vec::new(),
        })
        .collect())
}

/// The newest articles with their words, for the feed.
pub(crate) async fn entries(house: &House, limit: i64) -> DbResult<Vec<Entry>> {
    let mut entries = Vec::new();
    for listed in Listed::newest(&house.db, &Filter::default(), limit).await? {
        let Some(article) = Article::find(&house.db, Kind::Article, &listed.slug).await? else { continue };
        let tags = article.terms(&house.db).await?.into_iter().map(|term| term.name).collect();
        entries.push(Entry {
            place: listed.place(),
            kind: "article",
            title: listed.title,
            line: listed.summary,
            html: article.html,
            author: listed.by,
            tags,
            at: listed.published_at,
            changed_at: article.changed_at,
        });
    }
    Ok(entries)
}

/// Puts every article and page into the index again, a hundred at a time.
pub(crate) async fn index_again(house: &House) -> Result<(), Refusal> {
    let sql = "SELECT id, '/' || kind || 's/' || slug FROM article WHERE id > $1 ORDER BY id LIMIT 100";
    search::index_again(house, sql).await
}

/// Renders anew what an older version of the renderer made.
pub(crate) async fn render_again(house: House) -> Result<(), Refusal> {
    let older = "SELECT id, words FROM article WHERE id > $1 AND version < $2 ORDER BY id LIMIT 20";
    let keep = "UPDATE article SET html = $1, version = $2 WHERE id = $3 AND words = $4";
    Ok(markup::render_again(&house, RENDERED, older, keep).await?)
}
