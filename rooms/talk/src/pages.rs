//! How the talk is met: under any place, and each remark at its own address.

mod remarks;
mod tending;
mod under;

use axum::Router;
use axum::routing::{get, post};
use base::house::House;

pub use under::thread;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/remarks", post(remarks::say))
        .route("/remarks/{id}", get(remarks::show))
        .route("/remarks/{id}/answer", get(remarks::answer))
        .route("/remarks/{id}/edit", get(remarks::edit).post(remarks::correct))
        .route("/remarks/{id}/history", get(remarks::history))
        .route("/remarks/{id}/history/unsay", post(remarks::unsay_before))
        .route("/remarks/{id}/take-back", post(remarks::take_back))
        .route("/remarks/{id}/words", post(remarks::toggle_word))
        .route("/remarks/{id}/tend", get(tending::form).post(tending::tend))
}
