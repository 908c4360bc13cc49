//! The first page, what every page links to, and the doors that belong to no room.

use std::cmp::Reverse;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, SET_COOKIE, VARY};
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use base::form::Form;
use base::house::House;
use base::pack::Helpline;
use base::page::{Frame, go, page};
use base::place::Place;
use base::refusal::{Refusal, Reply};
use base::room::Entry;
use people::Visitor;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/", get(home))
        .route("/health", get(async || "ok\n"))
        .route("/theme", post(set_theme))
        .route("/assets/{name}", get(asset))
        .route(
            "/robots.txt",
            get(async || "User-agent: *\nDisallow: /backstage\nDisallow: /search\nDisallow: /sign-in\n"),
        )
}

/// Numbers on the first page; the others are one step away.
const HELPLINES: usize = 3;
/// New things on the first page: one row where there is room, two on a phone.
const NEWEST: usize = 4;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    f: &'a Frame,
    helplines: Vec<Helpline>,
    newest: Vec<Entry>,
    /// What somebody who came in a moment ago had best do next: a sentence, the words of a link, and its path.
    next: Option<(&'static str, &'static str, &'static str)>,
}

impl Home<'_> {
    fn kind(&self, entry: &Entry) -> &str {
        self.f.house.words.find(&format!("kind-{}", entry.kind)).unwrap_or_default()
    }
}

async fn home(visitor: Visitor) -> Reply {
    let mut f = visitor.frame();
    f.line = f.house.pack.community.lead.clone();
    let house = visitor.house.clone();
    let mut helplines = care::helpline::first_country(&house);
    helplines.truncate(HELPLINES);
    let newest = newest(&house).await?;
    let next = match visitor.done.as_deref().filter(|_| visitor.person.is_some()) {
        Some("done-joined" | "done-founded") => Some(("home-codes", "home-codes-make", "/backstage/ways-in#codes")),
        Some("done-by-link") => Some(("home-by-link", "home-by-link-set", "/backstage/ways-in")),
        _ => None,
    };
    page(&Home { helplines, newest, next, f: &f }, &f)
}

/// What is new: the newest of each kind, so that many songs hide no article, then the next of each.
async fn newest(house: &House) -> Result<Vec<Entry>, Refusal> {
    let mut newest = Vec::new();
    for room in house.rooms {
        for feed in room.feeds() {
            newest.extend(room.newest(house, feed, NEWEST as i64).await?.into_iter().enumerate());
        }
    }
    newest.sort_by_key(|(before, entry)| (*before, Reverse(entry.at)));
    newest.truncate(NEWEST);
    newest.sort_by_key(|(_, entry)| Reverse(entry.at));
    Ok(newest.into_iter().map(|(_, entry)| entry).collect())
}

/// Dark, light, or as the machine prefers: a cookie of the person's own, nothing of ours.
async fn set_theme(State(house): State<House>, form: Form) -> Reply {
    let theme = Some(form.value("theme")).filter(|theme| matches!(*theme, "dark" | "light"));
    let (value, seconds) = theme.map_or(("", 0), |theme| (theme, 365 * 24 * 3600));
    let secure = if house.settings.is_plain() { "" } else { "; Secure" };
    let cookie = format!("theme={value}; Path=/; Max-Age={seconds}; SameSite=Lax{secure}");
    let back = Place::read(form.value("then")).map_or_else(|| "/".to_owned(), Into::into);
    let mut response = go(back)?;
    response.headers_mut().insert(SET_COOKIE, HeaderValue::from_str(&cookie).map_err(|_| Refusal::NotFound)?);
    Ok(response)
}

pub(crate) async fn asset(State(house): State<House>, Path(name): Path<String>, headers: HeaderMap) -> Reply {
    let asset = house.assets.at(&format!("/assets/{name}")).ok_or(Refusal::NotFound)?;
    let takes_gzip = headers
        .get("accept-encoding")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"));
    let is_text = asset.mime.starts_with("text/") || asset.mime.ends_with("xml");
    let mut response = if takes_gzip && is_text { asset.gzip() } else { asset.plain.clone() }.into_response();
    let out = response.headers_mut();
    out.insert(CONTENT_TYPE, HeaderValue::from_static(asset.mime));
    out.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    if is_text {
        out.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if takes_gzip {
            out.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    Ok(response)
}
