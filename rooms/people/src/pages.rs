//! How this room is met.

mod acts;
mod backstage;
mod claims;
mod desk;
mod duties;
mod join;
mod name;
mod notices;
mod profile;
mod seats;
mod sessions;
mod sign_in;
mod ways_in;

use axum::Router;
use axum::routing::{get, post};
use base::house::House;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::try_password))
        .route("/sign-in/second", post(sign_in::try_second))
        .route("/sign-in/recovery", get(sign_in::recovery).post(sign_in::try_code))
        .route("/sign-in/passkey", post(ways_in::sign_in))
        .route("/sign-in/passkey/begin", post(ways_in::begin_sign_in))
        .route("/sign-out", post(sign_in::leave))
        .route("/in/{secret}", get(sign_in::link).post(sign_in::use_link))
        .route("/join", get(join::show).post(join::join))
        .route("/join/{secret}", get(join::invited).post(join::join_invited))
        .route("/join/asked/{secret}", get(join::asked))
        .route("/join/requests", get(join::requests))
        .route("/join/requests/{id}", post(join::say))
        .route("/join/invitations", get(join::invitations).post(join::invite))
        .route("/join/invitations/withdraw", post(join::withdraw))
        .route("/people/{id}", get(profile::show))
        .route("/claims", get(claims::list).post(claims::issue))
        .route("/claim/{secret}", get(claims::show).post(claims::claim))
        .route("/backstage", get(backstage::show))
        .route("/backstage/profile", get(profile::edit).post(profile::keep))
        .route("/backstage/face", post(backstage::reshuffle))
        .route("/backstage/take", get(backstage::take).post(backstage::download))
        .route("/backstage/leave", get(backstage::leave).post(backstage::ask_to_leave))
        .route("/backstage/leave/stay", post(backstage::stay))
        .route("/backstage/name", get(name::form).post(name::take))
        .route("/backstage/ways-in", get(ways_in::show))
        .route("/backstage/ways-in/password", get(ways_in::password).post(ways_in::set_password))
        .route("/backstage/ways-in/password/drop", post(ways_in::drop_password))
        .route("/backstage/ways-in/totp", get(ways_in::totp).post(ways_in::turn_on_totp))
        .route("/backstage/ways-in/totp/off", post(ways_in::turn_off_totp))
        .route("/backstage/ways-in/codes", post(ways_in::make_codes))
        .route("/backstage/ways-in/passkeys", post(ways_in::keep_passkey))
        .route("/backstage/ways-in/passkeys/begin", post(ways_in::begin_passkey))
        .route("/backstage/ways-in/passkeys/drop", post(ways_in::drop_passkey))
        .route("/backstage/sessions", get(sessions::list))
        .route("/backstage/sessions/end", post(sessions::end))
        .route("/backstage/sessions/end-all", post(sessions::end_all))
        .merge(doors_of_power())
}

/// Duties, seats, acts and notices.
fn doors_of_power() -> Router<House> {
    Router::new()
        .route("/duties", get(duties::list))
        .route("/duties/{duty}", get(duties::show))
        .route("/duties/{duty}/fill", get(seats::fill).post(seats::offer))
        .route("/desk", get(desk::show).post(desk::change))
        .route("/seats", get(seats::mine))
        .route("/seats/{id}", get(seats::show))
        .route("/seats/{id}/hand-back", get(seats::handing_back).post(seats::hand_back))
        .route("/seats/{id}/end", get(seats::ending).post(seats::end))
        .route("/seats/{id}/second", post(seats::second))
        .route("/seat-offers/{id}", get(seats::offered))
        .route("/seat-offers/{id}/take-back", get(seats::taking_back).post(seats::take_back))
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
