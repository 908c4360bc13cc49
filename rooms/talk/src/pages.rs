//! How this room is met.

use axum::Router;
use base::house::House;

pub fn doors() -> Router<House> {
    Router::new()
}
