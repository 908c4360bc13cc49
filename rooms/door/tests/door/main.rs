//! The door, tried from outside: what comes in, what is followed, what is fetched.

mod bare;
mod generate;
mod import;
mod large;
mod outside;
