//! The thin shell: opens the house, lists the rooms, serves them. Nothing a person can do is decided here.

pub mod bad_days;
mod body;
pub mod cache;
pub mod commands;
pub mod demo;
pub mod figures;
pub mod first_start;
pub mod founding;
pub mod home;
pub mod lock;
pub mod logs;
pub mod open;
pub mod progress;
pub mod refused;
pub mod restoring;
pub mod rooms;
mod tags;
pub mod web;
pub mod worker;
