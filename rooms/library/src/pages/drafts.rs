//! What somebody wrote, kept and has not sent yet: articles that are not up, and comments under anything. Only theirs
//! to see.

use askama::Template;
use axum::Router;
use axum::routing::get;
use base::house::House;
use base::page::{Frame, page};
use base::place::Place;
use base::refusal::{Refusal, Reply};
use people::Member;
use talk::draft;

use crate::article_shelf::Listed;

pub fn doors() -> Router<House> {
    Router::new().route("/backstage/drafts", get(list))
}

/// A comment that waits.
struct Kept {
    /// Where it goes on being written, and what that is called.
    on: Option<(String, String)>,
    words: String,
    at: i64,
}

#[derive(Template)]
#[template(path = "drafts.html")]
struct List<'a> {
    f: &'a Frame,
    articles: Vec<Listed>,
    comments: Vec<Kept>,
}

async fn list(member: Member) -> Reply {
    let (house, person) = (&member.house, &member.person.id);
    let mut comments = Vec::new();
    for (place, words, at) in draft::all(&house.db, person).await? {
        comments.push(Kept { on: on(&member, &place).await?, words, at });
    }
    let f = member.frame().titled("drafts").private();
    page(&List { articles: Listed::drafts(&house.db, person).await?, comments, f: &f }, &f)
}

async fn on(member: &Member, place: &str) -> Result<Option<(String, String)>, Refusal> {
    let Some(place) = Place::read(place) else { return Ok(None) };
    let form = if place.id_of("remarks").is_some() { format!("{place}/answer") } else { format!("{place}#say") };
    let seen = member.house.seen(&member.reader(), &place).await?;
    Ok(seen.map(|preview| (form, preview.title)))
}
