//! The picture that other sites show for a link to something here that everybody may see.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use base::card::{self, Card};
use base::house::House;
use base::id;
use base::place::Place;
use base::refusal::{Refusal, Reply};
use base::room::{Audience, Reader};
use tokio::sync::Semaphore;

/// The card of the house itself, for pages that have none of their own.
const HOUSE: &str = "house";

/// Answers `/cards/songs/ID.png` and the like.
pub async fn show(State(house): State<House>, Path(path): Path<String>, asked: HeaderMap) -> Reply {
    /// One drawing at a time: each takes a processor for some milliseconds, and anybody may ask.
    static ONE: Semaphore = Semaphore::const_new(1);
    let path = path.strip_suffix(".png").ok_or(Refusal::NotFound)?;
    let (id, kicker, title) =
        if path == HOUSE { (HOUSE.to_owned(), String::new(), house.name()) } else { of(&house, path).await? };
    let lamp = house.pack.lamp();
    let mark = format!("\"{}\"", &id::hash(&format!("{id}\n{kicker}\n{title}\n{}\n{lamp}", house.name()))[..20]);
    let headers = [
        (CONTENT_TYPE, "image/png".to_owned()),
        (CACHE_CONTROL, "public, max-age=3600".to_owned()),
        (ETAG, mark.clone()),
    ];
    if asked.get(IF_NONE_MATCH).is_some_and(|known| *known == mark) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let _turn = ONE.acquire().await.expect("nobody closes it");
    let (name, lamp) = (house.name(), lamp.to_owned());
    let draw = move || card::png(&Card { id: &id, kicker: &kicker, title: &title, house: &name, lamp: &lamp });
    let png = tokio::task::spawn_blocking(draw).await.map_err(|e| Refusal::Broken(e.to_string()))?;
    Ok((headers, png).into_response())
}

/// What a card says of a place that everybody may see: the id of its sleeve, its kind, its title.
async fn of(house: &House, path: &str) -> Result<(String, String, String), Refusal> {
    let place = Place::read(&format!("/{path}")).ok_or(Refusal::NotFound)?;
    let preview = house
        .at(&Reader::guest(), &place)
        .await?
        .filter(|preview| preview.audience == Audience::Everyone)
        .ok_or(Refusal::NotFound)?;
    let kind = house.words.find(&format!("kind-{}", preview.kind)).unwrap_or_default().to_owned();
    Ok((place.into(), kind, preview.title))
}
