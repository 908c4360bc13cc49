//! Turning a refusal into a page that says no kindly.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use base::house::House;
use base::page::{Frame, RefusalPage, Theme};
use base::refusal::Refusal;
use people::Visitor;

/// Draws the page of whatever refusal an answer carries.
pub async fn draw(State(house): State<House>, request: Request, next: Next) -> Response {
    let (uri, headers, is_head) = (request.uri().clone(), request.headers().clone(), request.method() == Method::HEAD);
    let response = next.run(request).await;
    let Some(refusal) = response.extensions().get::<Refusal>().cloned() else { return response };
    let visitor = Visitor::of(&house, &headers, uri.path()).await;
    let frame = visitor.map_or_else(|_| Frame::new(&house, None, Theme::AsTheMachine, uri.path()), |visitor| visitor.frame());
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    parts.headers.remove("content-length");
    Response::from_parts(parts, if is_head { Body::empty() } else { page(&frame.private(), &refusal).into() })
}

fn page(frame: &Frame, refusal: &Refusal) -> String {
    let (heading, more) = refusal.words();
    let frame = frame.clone().titled(heading);
    let page = RefusalPage { heading: frame.say(heading), more: frame.say(more), way: refusal.way().map(|(path, link)| (path, frame.say(link))), f: &frame };
    base::page::Safe::of(&page).0
}
