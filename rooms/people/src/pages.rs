//! How this room is met.

mod acts;
mod duties;
mod notices;
mod seats;

use axum::Router;
use axum::routing::{get, post};
use base::house::House;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/duties", get(duties::list))
        .route("/duties/{duty}", get(duties::show))
        .route("/duties/{duty}/fill", get(seats::fill).post(seats::offer))
        .route("/seats", get(seats::mine))
        .route("/seats/{id}", get(seats::show))
        .route("/seats/{id}/hand-back", get(seats::handing_back).post(seats::hand_back))
        .route("/seats/{id}/end", get(seats::ending).post(seats::end))
        .route("/seats/{id}/second", post(seats::second))
        .route("/seat-offers/{id}", get(seats::offered))
        .route("/seat-offers/{id}/yes", post(seats::accept))
        .route("/seat-offers/{id}/no", post(seats::decline))
        .route("/acts", get(acts::log))
        .route("/acts/second-looks", get(acts::second_looks))
        .route("/acts/{id}", get(acts::show))
        .route("/acts/{id}/second-look", post(acts::ask_second_look))
        .route("/acts/{id}/second-look/answer", get(acts::answering).post(acts::answer))
        .route("/backstage/notices", get(notices::list))
        .route("/backstage/notices/seen", post(notices::see))
}
