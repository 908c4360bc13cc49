//! How the library is met.

mod articles;
mod articles_form;
mod drafts;
mod feelings;
mod front;
mod helped;
mod house_pages;
mod playlists;
mod search;
mod songs;
mod tending;

use axum::Router;
use axum::routing::{get, post};
use base::house::House;
use base::page::go;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/library", get(front::show))
        .route("/search", get(search::show))
        .route("/backstage/drafts", get(drafts::list))
        .route("/feelings", get(async || go("/#how"))) // the first page asks for them
        .route("/feelings/{id}", get(feelings::show))
        .merge(articles::doors())
        .merge(articles_form::doors())
        .merge(house_pages::doors())
        .merge(tending::doors())
        .route("/playlists", get(playlists::list).post(playlists::open))
        .route("/playlists/new", get(playlists::blank))
        .route("/playlists/bring", get(playlists::blank_bring).post(playlists::bring))
        .route("/playlists/{id}", get(playlists::show).post(playlists::correct))
        .route("/playlists/{id}/edit", get(playlists::edit))
        .route("/playlists/{id}/suggestions", post(playlists::suggest))
        .route("/playlists/{id}/suggestions/{suggestion}/voice", post(playlists::say))
        .route("/playlists/{id}/suggestions/{suggestion}/take-back", post(playlists::unsuggest))
        .route("/playlists/{id}/order", get(playlists::weigh).post(playlists::decide))
        .route("/playlists/{id}/take-back", post(playlists::take_back))
        .route("/songs", get(songs::list).post(songs::suggest))
        .route("/songs/new", get(songs::blank))
        .route("/songs/{id}", get(songs::show).post(songs::correct))
        .route("/songs/{id}/edit", get(songs::edit))
        .route("/songs/{id}/helped", post(songs::say_helped))
        .route("/songs/{id}/helped/unsay", post(songs::unsay_helped))
        .route("/songs/{id}/take-back", post(songs::take_back))
}
