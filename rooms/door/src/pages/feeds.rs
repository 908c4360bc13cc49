//! Feeds as people find them, and as their readers fetch them.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use base::house::House;
use base::page::{Frame, page};
use base::refusal::{Refusal, Reply};
use people::Visitor;

use crate::feed::Feed;

#[derive(Template)]
#[template(path = "feeds/list.html")]
struct List<'a> {
    f: &'a Frame,
    /// Names and titles.
    feeds: Vec<(&'static str, String)>,
}

pub async fn list(visitor: Visitor) -> Reply {
    let f = visitor.frame().titled("feeds");
    let feeds = Feed::names(&visitor.house)
        .into_iter()
        .map(|name| (name, visitor.house.words.say(&format!("feed-{name}")).to_owned()))
        .collect();
    page(&List { feeds, f: &f }, &f)
}

pub async fn feed(State(house): State<House>, Path(file): Path<String>, asked: HeaderMap) -> Reply {
    let (name, ending) = file.rsplit_once('.').ok_or(Refusal::NotFound)?;
    let (body, mime) = match ending {
        "atom" => (Feed::of(&house, name).await?.atom(&house), "application/atom+xml; charset=utf-8"),
        "json" => (Feed::of(&house, name).await?.json(&house), "application/feed+json; charset=utf-8"),
        _ => return Err(Refusal::NotFound),
    };
    let mark = format!("\"{}\"", &base::id::hash(&body)[..16]);
    let headers =
        [(CONTENT_TYPE, mime.to_owned()), (CACHE_CONTROL, "public, max-age=300".to_owned()), (ETAG, mark.clone())];
    let is_known = asked.get(IF_NONE_MATCH).and_then(|known| known.to_str().ok()) == Some(mark.as_str());
    Ok(if is_known { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, body).into_response() })
}
