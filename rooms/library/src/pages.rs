//! How the library is met.

mod articles;
mod articles_form;
mod drafts;
mod feelings;
mod front;
mod helped;
mod house_pages;
mod playlists;
mod playlists_bring;
mod search;
mod songs;
mod tending;

use axum::Router;
use base::house::House;

pub fn doors() -> Router<House> {
    Router::new()
        .merge(front::doors())
        .merge(search::doors())
        .merge(drafts::doors())
        .merge(feelings::doors())
        .merge(articles::doors())
        .merge(articles_form::doors())
        .merge(house_pages::doors())
        .merge(playlists::doors())
        .merge(playlists_bring::doors())
        .merge(songs::doors())
        .merge(tending::doors())
}
