//! The one list of rooms. Order matters only where two rooms could answer for one place, and none can.

use axum::Router;
use base::house::House;
use base::room::Room;

pub static ROOMS: &[&dyn Room] = &[&people::People, &care::Care, &talk::Talk, &library::Library, &door::Door];

/// Every door of the house.
#[must_use]
pub fn doors() -> Router<House> {
    ROOMS.iter().fold(crate::home::doors(), |doors, room| doors.merge(room.doors()))
}
