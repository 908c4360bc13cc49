//! Help now, and leave fast. Neither asks the database for anything it cannot do without, or waits for it.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use base::form::Asked;
use base::house::House;
use base::page::{Frame, Theme, go, page};
use base::refusal::{Refusal, Reply};
use people::Visitor;

use crate::helpline::{self, Country};

/// A page that says nothing about where one came from.
pub const ELSEWHERE: &str = "https://www.bbc.co.uk/weather";
/// How long this page waits for the database to say who is looking, or what the keepers found.
const WAIT: Duration = Duration::from_millis(300);

#[derive(Template)]
#[template(path = "help/show.html")]
struct Show<'a> {
    f: &'a Frame,
    /// The countries shown: the chosen one, or all of them.
    countries: Vec<&'a Country<'a>>,
    all: &'a [Country<'a>],
    chosen: &'a str,
}

impl Show<'_> {
    /// The pack's page on what happens in an emergency, if it brings one: path and title.
    fn safety(&self) -> Option<(String, &str)> {
        let page = self.f.house.pack.pages.iter().find(|page| page.slug == "safety")?;
        Some((format!("/pages/{}", page.slug), page.title.as_str()))
    }
}

pub async fn show(State(house): State<House>, headers: HeaderMap, asked: Result<Asked, Refusal>) -> Reply {
    let f = frame(&house, &headers).await.titled("help-now");
    let (all, asked) = (helpline::countries(&house), asked.unwrap_or_default());
    let chosen = asked.value("country");
    let mut countries: Vec<_> = all.iter().filter(|country| country.id == chosen).collect();
    if countries.is_empty() {
        countries = all.iter().collect();
    }
    page(&Show { countries, all: &all, chosen, f: &f }, &f)
}

/// The frame for whoever is looking; for anybody, when the database does not say in time.
async fn frame(house: &House, headers: &HeaderMap) -> Frame {
    if !helpline::is_fresh(house) {
        let _ = tokio::time::timeout(WAIT, helpline::refresh(house)).await; // without it the pack's own lines are shown
    }
    match tokio::time::timeout(WAIT, Visitor::of(house, headers, "/help")).await {
        Ok(Ok(visitor)) => visitor.frame(),
        _ => Frame::new(house, None, Theme::AsTheMachine, "/help"),
    }
}

/// Goes to a page of weather. What the browser remembers stays with the browser, and the page that leads here says so.
pub async fn leave() -> Reply {
    let mut response = go(ELSEWHERE)?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
