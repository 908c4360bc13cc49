//! The community's own pages. Whoever holds the duty writes them; how they came to say what they say is public.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use base::form::{Asked, Form, REASON_CHARS};
use base::house::House;
use base::markup;
use base::page::{Frame, Safe, go, page};
use base::place::Place;
use base::refusal::{Refusal, Reply};
use people::Visitor;
use people::power::{Capability, Holding, TendPages};

use crate::article::{self, Article, Draft, Kind};
use crate::article_shelf;
use crate::pages::articles::History;
use crate::pages::articles_form::{self, asks_for_preview, filled};
use crate::tended::Tended;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/pages", get(list).post(write))
        .route("/pages/new", get(blank))
        .route("/pages/{slug}", get(show).post(change))
        .route("/pages/{slug}/edit", get(edit))
        .route("/pages/{slug}/history", get(history))
}

#[derive(Template)]
#[template(path = "articles/pages.html")]
struct List<'a> {
    f: &'a Frame,
    /// Slug and title.
    pages: Vec<(String, String)>,
    /// What was taken off, for whoever may put it back.
    things: Vec<Tended>,
    may_tend: bool,
}

async fn list(visitor: Visitor) -> Reply {
    let mut pages = article_shelf::pages(&visitor.house.db).await?;
    let firsts = visitor.house.pack.pages.iter().map(|first| (first.slug.clone(), first.title.clone()));
    for (slug, title) in firsts {
        if Article::find(&visitor.house.db, Kind::Page, &slug).await?.is_none() {
            pages.push((slug, title));
        }
    }
    let may_tend = visitor.may(Capability::TendPages).await?;
    let things = if may_tend { Tended::all_off(&visitor.house.db, &["pages"]).await? } else { Vec::new() };
    let f = visitor.frame().named(visitor.house.pack.call("pages"), visitor.house.words.say("pages-line"));
    page(&List { f: &f, pages, things, may_tend }, &f)
}

#[derive(Template)]
#[template(path = "articles/house_page.html")]
struct Show<'a> {
    f: &'a Frame,
    title: &'a str,
    html: &'a str,
    /// Where it stands, and when it was changed last; none while it is as the pack brought it.
    kept: Option<(String, i64)>,
    may_tend: bool,
    /// What was said under it where an import brought it from; nobody says more here.
    talk: Safe,
}

async fn show(visitor: Visitor, Path(slug): Path<String>, asked: Asked) -> Reply {
    let (title, summary, html, kept) =
        match Article::seen_by(&visitor.house.db, &visitor.reader(), Kind::Page, &slug).await {
            Ok(page) => (
                page.title.clone(),
                page.summary.clone(),
                page.html.clone(),
                Some((page.place().to_string(), page.changed_at)),
            ),
            Err(Refusal::NotFound) => {
                let first = article::first_page(&visitor.house.pack, &slug).ok_or(Refusal::NotFound)?;
                (first.title, first.summary, markup::render(&first.words).html, None)
            }
            Err(refusal) => return Err(refusal),
        };
    let line = if summary.is_empty() { visitor.house.pack.community.lead.clone() } else { summary };
    let f = visitor.frame().named(&title, &line).with_card(format!("/cards/pages/{slug}.png"));
    let place = Place::of(Kind::Page.shelf(), &slug);
    let was_said = kept.is_some() && talk::thread::length(&visitor.house.db, &place).await?.last_n > 0;
    let talk = if was_said { talk::thread(&visitor, &place, &asked, false).await? } else { Safe::default() };
    page(
        &Show { f: &f, title: &title, html: &html, kept, talk, may_tend: visitor.may(Capability::TendPages).await? },
        &f,
    )
}

async fn history(visitor: Visitor, Path(slug): Path<String>) -> Reply {
    let article = Article::seen_by(&visitor.house.db, &visitor.reader(), Kind::Page, &slug).await?;
    let before = article.before(&visitor.house.db).await?;
    let f = visitor.frame().titled("article-history").private();
    page(&History { f: &f, article: &article, before, is_mine: false }, &f)
}

fn form_page(holding: &Holding<TendPages>, form: &Form, slug: Option<&str>, is_stale: bool) -> Reply {
    let place = slug.map(|slug| Place::of(Kind::Page.shelf(), slug));
    articles_form::draw(&holding.member, form, Kind::Page, place.as_ref(), false, is_stale)
}

async fn blank(holding: Holding<TendPages>) -> Reply {
    form_page(&holding, &Form::default(), None, false)
}

async fn write(holding: Holding<TendPages>, mut form: Form) -> Reply {
    let (draft, why) = read(&holding, &mut form);
    if !form.is_right() || asks_for_preview(&form) {
        return form_page(&holding, &form, None, false);
    }
    go(Article::add_page(&holding, &draft, &why).await?.as_str())
}

fn read(holding: &Holding<TendPages>, form: &mut Form) -> (Draft, String) {
    let draft = Draft::read(form, &holding.member.house.pack);
    let why = if asks_for_preview(form) { String::new() } else { form.line("why", REASON_CHARS) };
    (draft, why)
}

async fn edit(holding: Holding<TendPages>, Path(slug): Path<String>) -> Reply {
    let house = &holding.member.house;
    let form = match Article::find(&house.db, Kind::Page, &slug).await?.filter(Article::is_out) {
        Some(article) => filled(&article, &article.terms(&house.db).await?),
        None => {
            let first = article::first_page(&house.pack, &slug).ok_or(Refusal::NotFound)?;
            Form::filled([("title", first.title.as_str()), ("words", &first.words), ("lang", &first.lang)])
        }
    };
    form_page(&holding, &form, Some(&slug), false)
}

async fn change(holding: Holding<TendPages>, Path(slug): Path<String>, mut form: Form) -> Reply {
    let (draft, why) = read(&holding, &mut form);
    if !form.is_right() || asks_for_preview(&form) {
        return form_page(&holding, &form, Some(&slug), false);
    }
    let (known, seen) = kept(&holding, &slug, form.seen()).await?;
    if known.change_page(&holding, &draft, seen, &why).await? {
        return go(format!("{}?done=page-kept", known.place()));
    }
    form.set("seen", &kept(&holding, &slug, 0).await?.0.changed_at.to_string());
    form_page(&holding, &form, Some(&slug), true)
}

/// The page as it stands, and the change of it that the form was filled from. One that is still the pack's is written
/// down here first, so that its history begins with what everybody read until now.
async fn kept(holding: &Holding<TendPages>, slug: &str, seen: i64) -> Result<(Article, i64), Refusal> {
    let house = &holding.member.house;
    if let Some(page) = Article::find(&house.db, Kind::Page, slug).await?.filter(Article::is_out) {
        return Ok((page, seen));
    }
    article::first_page(&house.pack, slug).ok_or(Refusal::NotFound)?;
    let tx = holding.member.begin().await?;
    tx.take_turn("first pages").await?;
    if let Some(page) = Article::find(&tx, Kind::Page, slug).await? {
        return Ok((page, seen)); // somebody else did that at the same moment
    }
    article::first_pages(&tx, &house.pack, house.now()).await?;
    tx.keep().await?;
    let page = Article::find(&house.db, Kind::Page, slug).await?.ok_or(Refusal::NotFound)?;
    let seen = page.changed_at;
    Ok((page, seen))
}
