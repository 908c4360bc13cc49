//! Stories: whole evenings through the real service, told by a small cast, on every engine that is here.
//! The list of their names is the manual.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod acts;
mod articles;
mod backup;
mod bad_input;
mod commands;
mod duties;
mod faults;
mod helplines;
mod house;
mod house_rules;
mod import_killed;
mod kill;
mod people;
mod people_backstage;
mod people_name;
mod people_ways_in;
mod playlists;
mod postgres;
mod races;
mod remarks;
mod rules;
mod search;
mod songs;
mod source;
mod who_reads;
