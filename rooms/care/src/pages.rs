//! How this room is met: help and the way out, on every page and on every bad day.

mod help;

use axum::Router;
use axum::routing::get;
use base::house::House;

pub fn doors() -> Router<House> {
    Router::new().route("/help", get(help::show)).route("/leave-fast", get(help::leave))
}
