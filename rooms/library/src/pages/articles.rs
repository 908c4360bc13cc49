//! Articles as people meet them: lists, reading, history, withdrawing.

use std::collections::HashSet;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use base::clock;
use base::form::{Asked, Form};
use base::house::House;
use base::markup;
use base::page::{Frame, Safe, go, page};
use base::paging;
use base::place::Place;
use base::refusal::{Refusal, Reply};
use base::veil;
use people::power::Capability;
use people::{Member, Person, Visitor};

use crate::article::{Article, Kind, Version, slug_of};
use crate::article_shelf::{self, Filter, Listed, Term};
use crate::pages::helped;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/articles", get(list))
        .route("/articles/{slug}", get(show))
        .route("/articles/{slug}/history", get(history))
        .route("/articles/{slug}/history/unsay", post(unsay_before))
        .route("/articles/{slug}/withdraw", post(take_off))
        .route("/articles/{slug}/put-back", post(put_back))
        .route("/articles/{slug}/remove", post(remove))
        .route("/articles/{slug}/helped", post(say_helped))
        .route("/articles/{slug}/helped/unsay", post(unsay_helped))
}

#[derive(Template)]
#[template(path = "articles/list.html")]
struct List<'a> {
    f: &'a Frame,
    articles: Vec<Listed>,
    /// Drafts of the reader.
    drafts: Vec<Listed>,
    /// What the list is of, where it is not all: the name of a category, tag or person.
    name: Option<String>,
    older: Option<String>,
}

async fn list(visitor: Visitor, asked: Asked) -> Reply {
    let db = &visitor.house.db;
    let term = match ["category", "tag", "by"].into_iter().find(|kind| asked.has(kind)) {
        Some("by") => Some(("by", asked.value("by").to_owned())),
        Some(kind) => Some((kind, slug_of(asked.value(kind)))), // an old address has the name as it was written
        None => None,
    };
    let name = match &term {
        Some(("by", person)) => Some(Person::find(db, person).await?.ok_or(Refusal::NotFound)?.name),
        Some((kind, slug)) => Some(article_shelf::name_of(db, kind, slug).await?.ok_or(Refusal::NotFound)?),
        None => None,
    };
    let filter = Filter { term, until: end_of_month(asked.value("until")), before: asked.before().map(str::to_owned) };
    let mut articles = Listed::newest(db, &filter, article_shelf::PAGE + 1).await?;
    let older = paging::cut(&mut articles, article_shelf::PAGE, &asked, |article| article.id.clone());
    let drafts = match &visitor.person {
        Some(person) if filter.before.is_none() && name.is_none() => Listed::drafts(db, &person.id).await?,
        _ => Vec::new(),
    };
    let f = visitor
        .frame()
        .named(visitor.house.pack.call("articles"), visitor.house.words.say("articles-line"))
        .with_feed("/feeds/articles", "feed-articles");
    page(&List { f: &f, articles, drafts, name, older }, &f)
}

/// When a month is over, such as `2019-05`.
fn end_of_month(month: &str) -> Option<i64> {
    let (year, month) = month.split_once('-')?;
    let (year, month): (u16, u16) = (year.parse().ok()?, month.parse().ok().filter(|month| (1..=12).contains(month))?);
    clock::read_date(&format!("{:04}-{:02}-01", u32::from(year) + u32::from(month / 12), month % 12 + 1))
}

#[derive(Template)]
#[template(path = "articles/show.html")]
struct Show<'a> {
    f: &'a Frame,
    article: &'a Article,
    /// What it is filed under; a tag that is also a category stands once.
    terms: Vec<Term>,
    /// Why somebody else took it off; its author sees it still.
    withdrawn: Option<String>,
    /// Whose page the name leads to: nobody's, once they have left.
    author: Option<&'a str>,
    is_mine: bool,
    may_tend: bool,
    was_edited: bool,
    helped: Safe,
    talk: Safe,
}

async fn show(visitor: Visitor, Path(slug): Path<String>, asked: Asked) -> Reply {
    shown(&visitor, &slug, &Form::default(), &asked).await
}

/// The page of an article, with the "it helped me" form as the person left it.
async fn shown(visitor: &Visitor, slug: &str, form: &Form, asked: &Asked) -> Reply {
    let (house, reader) = (&visitor.house, visitor.reader());
    let article = Article::seen_by(&house.db, &reader, Kind::Article, slug).await?;
    let (place, me) = (article.place(), reader.person.as_deref());
    let is_mine = article.is_by(me);
    let may_tend = !is_mine && visitor.may(Capability::TendLibrary).await?;
    let mut terms = article.terms(&house.db).await?;
    let mut said = HashSet::new();
    terms.retain(|term| said.insert(term.slug.clone()));
    let mut f = visitor
        .frame()
        .named(&article.title, &article.summary)
        .with_card(format!("/cards{place}.png"))
        .with_feed("/feeds/articles", "feed-articles");
    let withdrawn = veil::withdrawn(&house.db, &place).await?;
    f.is_private = !article.is_out() || withdrawn.is_some();
    let author = match &article.author {
        Some(id) => Person::find(&house.db, id).await?,
        None => None,
    };
    let show = Show {
        f: &f,
        terms,
        withdrawn,
        author: author.as_ref().map(|author| author.id.as_str()),
        is_mine,
        may_tend,
        was_edited: article.published_at.is_some_and(|at| article.changed_at > at),
        helped: if article.is_out() { helped::lines(visitor, &f, &place, form, asked).await? } else { Safe::default() },
        talk: if article.is_out() {
            talk::thread(visitor, &place, asked, article.is_open()).await?
        } else {
            Safe::default()
        },
        article: &article,
    };
    page(&show, &f)
}

async fn seen(member: &Member, slug: &str) -> Result<Article, Refusal> {
    Article::seen_by(&member.house.db, &member.reader(), Kind::Article, slug).await
}

async fn say_helped(member: Member, Path(slug): Path<String>, mut form: Form) -> Reply {
    let article = seen(&member, &slug).await?;
    helped::say(&member, &article.place(), &mut form).await?;
    if form.is_right() {
        go(format!("{}?done=helped#helped", article.place()))
    } else {
        shown(&member, &slug, &form, &Asked::default()).await
    }
}

async fn unsay_helped(member: Member, Path(slug): Path<String>) -> Reply {
    helped::unsay(&member, &Place::of(Kind::Article.shelf(), &slug)).await
}

/// What an article or page said before.
#[derive(Template)]
#[template(path = "articles/history.html")]
pub struct History<'a> {
    pub f: &'a Frame,
    pub article: &'a Article,
    pub before: Vec<Version>,
    /// Its author may take a version away; a page's history is everybody's.
    pub is_mine: bool,
}

impl History<'_> {
    fn rendered(&self, version: &Version) -> Safe {
        Safe(markup::render(&version.words).html)
    }
}

async fn history(visitor: Visitor, Path(slug): Path<String>) -> Reply {
    let article = Article::seen_by(&visitor.house.db, &visitor.reader(), Kind::Article, &slug).await?;
    let before = article.before(&visitor.house.db).await?;
    let is_mine = article.is_by(visitor.reader().person.as_deref());
    let f = visitor.frame().titled("article-history").private();
    page(&History { f: &f, article: &article, before, is_mine }, &f)
}

async fn unsay_before(member: Member, Path(slug): Path<String>, form: Form) -> Reply {
    let article = seen(&member, &slug).await?;
    article.unsay_before(&member, form.value("version")).await?;
    go(format!("{}/history?done=wording-gone", article.place()))
}

async fn take_off(member: Member, Path(slug): Path<String>) -> Reply {
    let article = seen(&member, &slug).await?;
    article.take_off(&member).await?;
    go(format!("{}?done=article-withdrawn", article.place()))
}

async fn put_back(member: Member, Path(slug): Path<String>) -> Reply {
    let article = seen(&member, &slug).await?;
    article.put_back(&member).await?;
    go(format!("{}?done=article-back", article.place()))
}

async fn remove(member: Member, Path(slug): Path<String>) -> Reply {
    seen(&member, &slug).await?.remove(&member).await?;
    go("/articles?done=article-removed")
}
