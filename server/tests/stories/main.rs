//! Stories: whole evenings through the real service, told by a small cast, on every engine that is here.
//! The list of their names is the manual.

mod backup;
mod commands;
mod house;
mod playlists;
mod people;
mod people_backstage;
mod people_ways_in;
mod postgres;
mod remarks;
mod search;
mod songs;
