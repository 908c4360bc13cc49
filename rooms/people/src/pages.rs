//! How this room is met.

mod join;
mod sessions;
mod sign_in;

use axum::Router;
use axum::routing::{get, post};
use base::house::House;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::try_password))
        .route("/sign-in/second", post(sign_in::try_second))
        .route("/sign-in/recovery", get(sign_in::recovery).post(sign_in::try_code))
        .route("/sign-out", post(sign_in::leave))
        .route("/in/{secret}", get(sign_in::link).post(sign_in::use_link))
        .route("/join", get(join::show).post(join::join))
        .route("/join/{secret}", get(join::invited).post(join::join_invited))
        .route("/join/asked/{secret}", get(join::asked))
        .route("/join/requests", get(join::requests))
        .route("/join/requests/{id}", post(join::say))
        .route("/join/invitations", get(join::invitations).post(join::invite))
        .route("/join/invitations/withdraw", post(join::withdraw))
        .route("/backstage/sessions", get(sessions::list))
        .route("/backstage/sessions/end", post(sessions::end))
        .route("/backstage/sessions/end-all", post(sessions::end_all))
}
