//! Help now, and leave fast. Neither asks the database for anything it cannot do without.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use base::house::House;
use base::page::{Frame, Theme, go, page};
use base::refusal::Reply;
use people::Visitor;

use crate::helpline::{Country, countries};

/// A page that says nothing about where one came from.
pub const ELSEWHERE: &str = "https://www.bbc.co.uk/weather";

#[derive(Template)]
#[template(path = "help/show.html")]
struct Show<'a> {
    f: &'a Frame,
    countries: Vec<Country<'a>>,
}

pub async fn show(State(house): State<House>, headers: HeaderMap) -> Reply {
    let visitor = Visitor::of(&house, &headers, "/help").await;
    let frame = visitor.map_or_else(|_| Frame::new(&house, None, Theme::AsTheMachine, "/help"), |visitor| visitor.frame());
    let f = frame.titled("help-now");
    page(&Show { countries: countries(&house), f: &f }, &f)
}

/// Goes to a page of weather. What the browser remembers stays with the browser, and the page that leads here says so.
pub async fn leave() -> Reply {
    let mut response = go(ELSEWHERE)?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
