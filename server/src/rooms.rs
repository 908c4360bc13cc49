//! The one list of rooms. Order matters where everything is put into the index again: talk comes after the rooms whose
//! places it stands under. No two rooms answer for one place.

use axum::Router;
use base::house::House;
use base::room::Room;

pub static ROOMS: &[&dyn Room] = &[&people::People, &care::Care, &library::Library, &talk::Talk, &door::Door];

/// Every door of the house.
pub fn doors() -> Router<House> {
    ROOMS.iter().fold(crate::home::doors(), |doors, room| doors.merge(room.doors()))
}
