//! Writing an article and changing it, with a preview that needs no script.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use base::form::{Asked, Form};
use base::house::House;
use base::markup;
use base::page::{Frame, Safe, go, page, page_again};
use base::refusal::{Refusal, Reply};
use people::Member;

use crate::article::{Article, Draft, Kind};
use crate::article_shelf::Term;
use crate::pages::articles;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/articles", get(articles::list).post(write))
        .route("/articles/new", get(blank))
        .route("/articles/{slug}", get(articles::show).post(correct))
        .route("/articles/{slug}/edit", get(edit))
}

/// The form of an article or page.
#[derive(Template)]
#[template(path = "articles/form.html")]
pub struct Write<'a> {
    pub f: &'a Frame,
    pub form: &'a Form,
    /// Where it is sent: the shelf for something new, else the place of what is being changed.
    pub action: String,
    pub is_new: bool,
    pub is_page: bool,
    /// It may be kept as a draft: it was never up.
    pub may_wait: bool,
    pub preview: Option<Safe>,
    /// It was changed meanwhile.
    pub is_stale: bool,
}

/// What the button that was pressed asks for.
pub fn asks_for_preview(form: &Form) -> bool {
    form.value("do") == "preview"
}

/// Only the button that says so: whatever else is sent keeps a draft a draft.
fn asks_to_publish(form: &Form) -> bool {
    form.value("do") == "publish"
}

/// The words as they will stand, where they were asked for.
pub fn preview(form: &Form, draft: &Draft) -> Option<Safe> {
    (form.is_right() && asks_for_preview(form)).then(|| Safe(markup::render(&draft.words).html))
}

/// Shows the form again: with a preview, or with what is wrong.
pub fn again(write: &Write<'_>) -> Reply {
    if write.preview.is_some() { page(write, write.f) } else { page_again(write, write.f) }
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
    let f = member.frame().titled("article-new").private();
    page(
        &Write {
            f: &f,
            form: &Form::default(),
            action: "/articles".into(),
            is_new: true,
            is_page: false,
            may_wait: true,
            preview: None,
            is_stale: false,
        },
        &f,
    )
}

async fn write(member: Member, mut form: Form) -> Reply {
    let draft = Draft::read(&mut form, &member.house.pack);
    if !form.is_right() || asks_for_preview(&form) {
        let f = member.frame().titled("article-new").private();
        return again(&Write {
            f: &f,
            form: &form,
            action: "/articles".into(),
            is_new: true,
            is_page: false,
            may_wait: true,
            preview: preview(&form, &draft),
            is_stale: false,
        });
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
    let f = member.frame().titled("article-edit").private();
    page(
        &Write {
            f: &f,
            form: &form,
            action: article.place().into(),
            is_new: false,
            is_page: false,
            may_wait: article.published_at.is_none(),
            preview: None,
            is_stale: false,
        },
        &f,
    )
}

async fn correct(member: Member, Path(slug): Path<String>, mut form: Form) -> Reply {
    let article = own(&member, &slug).await?;
    let draft = Draft::read(&mut form, &member.house.pack);
    let is_stale = form.is_right() && !asks_for_preview(&form);
    if is_stale {
        member.may_write()?;
        if let Some(place) = article.correct(&member, &draft, form.seen(), asks_to_publish(&form)).await? {
            return go(format!("{place}?done=article-kept"));
        }
        form.set("seen", &own(&member, &slug).await?.changed_at.to_string());
    }
    let f = member.frame().titled("article-edit").private();
    again(&Write {
        f: &f,
        form: &form,
        action: article.place().into(),
        is_new: false,
        is_page: false,
        may_wait: article.published_at.is_none(),
        preview: preview(&form, &draft),
        is_stale,
    })
}
