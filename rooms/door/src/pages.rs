//! How this room is met: feeds and cards for elsewhere, and files.

mod cards;
mod feeds;
mod files;

use axum::Router;
use axum::routing::get;
use base::house::House;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/cards/{*path}", get(cards::show))
        .route("/feeds", get(feeds::list))
        .route("/feeds/{file}", get(feeds::feed))
        .route("/files/{id}/{name}", get(files::file))
}
