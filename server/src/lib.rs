//! The thin shell: opens the house, lists the rooms, serves them. Nothing a person can do is decided here.

pub mod cache;
pub mod demo;
pub mod home;
pub mod open;
pub mod refused;
pub mod rooms;
pub mod web;
pub mod worker;
