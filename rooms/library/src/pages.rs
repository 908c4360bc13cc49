//! How the library is met.

mod feelings;
mod front;
mod search;
mod songs;

use axum::Router;
use axum::routing::{get, post};
use base::house::House;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/library", get(front::show))
        .route("/search", get(search::show))
        .route("/feelings/{id}", get(feelings::show))
        .route("/songs", get(songs::list).post(songs::suggest))
        .route("/songs/new", get(songs::blank))
        .route("/songs/{id}", get(songs::show).post(songs::correct))
        .route("/songs/{id}/edit", get(songs::edit))
        .route("/songs/{id}/helped", post(songs::say_helped))
        .route("/songs/{id}/helped/unsay", post(songs::unsay_helped))
        .route("/songs/{id}/take-back", post(songs::take_back))
        .route("/songs/{id}/tend", get(songs::tend))
        .route("/songs/{id}/withdraw", post(songs::withdraw))
        .route("/songs/{id}/merge", post(songs::merge))
}
