//! How this room is met: help and the way out, on every page and on every bad day.

mod help;
mod helplines;

use axum::Router;
use axum::routing::{get, post};
use base::house::House;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/help", get(help::show))
        .route("/leave-fast", get(help::leave))
        .route("/helplines", get(helplines::list))
        .route("/helplines/{id}", get(helplines::show))
        .route("/helplines/{id}/check", post(helplines::check))
        .route("/helplines/{id}/correct", post(helplines::correct))
        .route("/helplines/{id}/take-off", post(helplines::take_off))
}
