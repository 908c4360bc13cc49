//! What happens where a room has no answer: an old address leads on to where its thing stands now; any other refusal
//! becomes a page that says no kindly, and gives back what was written.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base::file::File;
use base::form::Sent;
use base::house::House;
use base::page::{Frame, RefusalPage, Theme};
use base::place::Place;
use base::redirect;
use base::refusal::Refusal;
use people::Visitor;

/// Draws the page of whatever refusal an answer carries.
pub async fn draw(State(house): State<House>, mut request: Request, next: Next) -> Response {
    let (uri, headers, is_head) = (request.uri().clone(), request.headers().clone(), request.method() == Method::HEAD);
    let is_read = is_head || request.method() == Method::GET;
    let sent = Sent::default();
    if !is_read {
        request.extensions_mut().insert(sent.clone());
    }
    // The front page with a query can be an old address (`/?p=12`); every other one is a page we do not have.
    let is_old_front = is_read && uri.path() == "/" && uri.query().is_some_and(redirect::is_old_query);
    let moved_front = if is_old_front { moved(&house, &uri, &headers).await } else { None };
    let mut response = match moved_front {
        Some(answer) => answer,
        None => next.run(request).await,
    };
    if is_read
        && matches!(refusal_of(&response), Some(Refusal::NotFound))
        && let Some(answer) = moved(&house, &uri, &headers).await
    {
        response = answer;
    }
    let Some(refusal) = refusal_of(&response) else { return response };
    // Where there is more to do than we can, or nowhere to look, nobody looks up who asked.
    let visitor = if matches!(refusal, Refusal::Busy | Refusal::Away) {
        None
    } else {
        Visitor::of(&house, &headers, uri.path()).await.ok()
    };
    let frame =
        visitor.map_or_else(|| Frame::new(&house, None, Theme::AsTheMachine, uri.path()), |visitor| visitor.frame());
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    parts.headers.remove("content-length");
    Response::from_parts(
        parts,
        if is_head { Body::empty() } else { page(&frame.private(), &refusal, sent.take()).into() },
    )
}

/// What a room said no with, or an extractor before any handler of ours was asked: a path that is no text, a body that
/// is no JSON.
fn refusal_of(response: &Response) -> Option<Refusal> {
    let is_plain = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let is_bare = is_plain && response.status() == StatusCode::BAD_REQUEST;
    response.extensions().get().cloned().or_else(|| is_bare.then_some(Refusal::NotLikeThis("refusal-not-text")))
}

/// The answer for an old address, if it is one: for ever, to a path of ours; or that what stood there is gone. That of
/// a file that is not for whoever asks is no address at all: not even its name is theirs to know.
async fn moved(house: &House, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    let asked = uri.path_and_query()?.as_str();
    let path = match redirect::find(&house.db, asked).await {
        Ok(path) => path.filter(|path| path != asked)?,
        Err(trouble) => return Some(Refusal::from(trouble).into_response()),
    };
    if path.rsplit('/').next().is_some_and(Place::is_gone) {
        return Some(Refusal::Gone.into_response());
    }
    if let Some((id, _)) = path.strip_prefix("/files/").and_then(|below| below.split_once('/')) {
        let (file, visitor) = (File::find(&house.db, id).await, Visitor::of(house, headers, uri.path()).await);
        let (Ok(Some(file)), Ok(visitor)) = (file, visitor) else { return None };
        if !visitor.reader().may_see(file.audience, file.giver.as_deref()) {
            return None;
        }
    }
    let to = HeaderValue::from_str(&path).ok()?;
    Some((StatusCode::MOVED_PERMANENTLY, [(LOCATION, to)]).into_response())
}

fn page(frame: &Frame, refusal: &Refusal, texts: Vec<String>) -> String {
    let (heading, more) = refusal.words();
    let frame = frame.clone().titled(heading);
    let page = RefusalPage {
        heading: frame.say(heading),
        more: frame.say(more),
        way: refusal.way().map(|(path, link)| (path, frame.say(link))),
        texts,
        f: &frame,
    };
    base::page::Safe::of(&page).0
}
