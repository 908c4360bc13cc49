//! Stories: whole evenings through the real service, told by a small cast, on every engine that is here.
//! The list of their names is the manual.

mod house;
mod postgres;
mod search;
mod songs;
