//! Writing an article and changing it, with a preview that needs no script.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use base::form::{Asked, Form};
use base::house::House;
use base::markup;
use base::page::{Frame, Safe, go, page, page_again};
use base::place::Place;
use base::refusal::{Refusal, Reply};
use people::Member;

use crate::article::{Article, Draft, Kind};
use crate::article_shelf::Term;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/articles", post(write))
        .route("/articles/new", get(blank))
        .route("/articles/{slug}", post(correct))
        .route("/articles/{slug}/edit", get(edit))
}

/// The form of an article or page.
#[derive(Template)]
#[template(path = "articles/form.html")]
struct Write<'a> {
    f: &'a Frame,
    form: &'a Form,
    /// Where it is sent: the shelf for something new, else the place of what is being changed.
    action: String,
    is_new: bool,
    is_page: bool,
    /// It may be kept as a draft: it was never up.
    may_wait: bool,
    /// The words as they will stand, where they were asked for.
    preview: Option<Safe>,
    /// It was changed meanwhile.
    is_stale: bool,
}

/// Whether the button was pressed that shows it first.
pub fn asks_for_preview(form: &Form) -> bool {
    form.value("do") == "preview"
}

/// Only the button that says so: whatever else is sent keeps a draft a draft.
fn asks_to_publish(form: &Form) -> bool {
    form.value("do") == "publish"
}

/// The form as the person left it, for something new or for what stands at a place.
pub fn draw(member: &Member, form: &Form, kind: Kind, at: Option<&Place>, may_wait: bool, is_stale: bool) -> Reply {
    let title = match (kind, at) {
        (Kind::Article, None) => "article-new",
        (Kind::Article, Some(_)) => "article-edit",
        (Kind::Page, None) => "page-new",
        (Kind::Page, Some(_)) => "page-edit",
    };
    let f = member.frame().titled(title).private();
    let preview = form.is_right() && asks_for_preview(form);
    let write = Write {
        f: &f,
        form,
        action: at.map_or_else(|| format!("/{}", kind.shelf()), Place::to_string),
        is_new: at.is_none(),
        is_page: kind == Kind::Page,
        may_wait,
        preview: preview.then(|| Safe(markup::render(form.value("words")).html)),
        is_stale,
    };
    if is_stale { page_again(&write, &f) } else { page(&write, &f) }
}

fn form_page(member: &Member, form: &Form, article: Option<&Article>, is_stale: bool) -> Reply {
    let may_wait = article.is_none_or(|article| article.published_at.is_none());
    draw(member, form, Kind::Article, article.map(Article::place).as_ref(), may_wait, is_stale)
}

/// The form as the article stands now.
pub fn filled(article: &Article, terms: &[Term]) -> Form {
    let names = |kind: &str| {
        terms.iter().filter(|term| term.kind == kind).map(|term| term.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    Form::filled([
        ("title", article.title.as_str()),
        ("summary", &article.summary),
        ("words", &article.words),
        ("lang", &article.lang),
        ("categories", &names("category")),
        ("tags", &names("tag")),
        ("closed", if article.closed_at.is_some() { "yes" } else { "" }),
        ("seen", &article.changed_at.to_string()),
    ])
}

async fn blank(member: Member, _: Asked) -> Reply {
    form_page(&member, &Form::default(), None, false)
}

async fn write(member: Member, mut form: Form) -> Reply {
    let draft = Draft::read(&mut form, &member.house.pack);
    if !form.is_right() || asks_for_preview(&form) {
        return form_page(&member, &form, None, false);
    }
    member.may_write()?;
    let publishes = asks_to_publish(&form);
    let place = Article::open(&member, &draft, publishes).await?;
    go(format!("{place}?done={}", if publishes { "article-out" } else { "draft-kept" }))
}

/// An article of the member's own.
async fn own(member: &Member, slug: &str) -> Result<Article, Refusal> {
    let article = Article::seen_by(&member.house.db, &member.reader(), Kind::Article, slug).await?;
    if article.is_by(Some(&member.person.id)) { Ok(article) } else { Err(Refusal::NotYours("article-not-yours")) }
}

async fn edit(member: Member, Path(slug): Path<String>) -> Reply {
    let article = own(&member, &slug).await?;
    let form = filled(&article, &article.terms(&member.house.db).await?);
    form_page(&member, &form, Some(&article), false)
}

async fn correct(member: Member, Path(slug): Path<String>, mut form: Form) -> Reply {
    let article = own(&member, &slug).await?;
    let draft = Draft::read(&mut form, &member.house.pack);
    if !form.is_right() || asks_for_preview(&form) {
        return form_page(&member, &form, Some(&article), false);
    }
    member.may_write()?;
    if let Some(place) = article.correct(&member, &draft, form.seen(), asks_to_publish(&form)).await? {
        return go(format!("{place}?done=article-kept"));
    }
    form.set("seen", &own(&member, &slug).await?.changed_at.to_string());
    form_page(&member, &form, Some(&article), true)
}
