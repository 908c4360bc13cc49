//! Old addresses, answered before anybody is told that there is nothing here. Most are looked up only when nothing else
//! answers; those by number (`/?p=12`) stand on the front page, which always answers, and are looked up first.

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base::house::House;
use base::redirect;

/// A layer for the whole house: leads on from an address that was brought.
pub async fn lead_on(State(house): State<House>, request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let asked = request.uri().path_and_query().map(|asked| asked.as_str().to_owned()).filter(|_| is_read).unwrap_or_default();
    let is_numbered = ["/?p=", "/?page_id=", "/?attachment_id="].iter().any(|begins| asked.starts_with(begins));
    if is_numbered && let Some(response) = found(&house, &asked).await {
        return response;
    }
    let response = next.run(request).await;
    let is_lost = response.status() == StatusCode::NOT_FOUND && is_read;
    if is_lost && let Some(found) = found(&house, &asked).await { found } else { response }
}

async fn found(house: &House, asked: &str) -> Option<Response> {
    // An address that cannot be looked up now is one that is not known: the answer that is there already says so.
    let path = redirect::find(&house.db, asked).await.ok()??;
    // Not for ever: what it leads to may be taken away.
    Some((StatusCode::MOVED_PERMANENTLY, [(LOCATION, path), (CACHE_CONTROL, "max-age=3600".to_owned())]).into_response())
}
