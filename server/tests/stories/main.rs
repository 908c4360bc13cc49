//! Stories: whole evenings through the real service, told by a small cast, on every engine that is here.
//! The list of their names is the manual.

mod acts;
mod articles;
mod backup;
mod commands;
mod duties;
mod helplines;
mod house;
mod people;
mod house_rules;
mod people_backstage;
mod people_ways_in;
mod playlists;
mod postgres;
mod remarks;
mod rules;
mod search;
mod songs;
mod source;
