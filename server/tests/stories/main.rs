//! Stories: whole evenings through the real service, told by a small cast, on every engine that is here.
//! The list of their names is the manual.

mod articles;
mod backup;
mod commands;
mod house;
mod people;
mod playlists;
mod postgres;
mod remarks;
mod search;
mod songs;
