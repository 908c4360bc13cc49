//! The door, tried from outside: what comes in, what is followed, what is fetched.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it stands")]

mod bare;
mod generate;
mod import;
mod large;
mod outside;
mod sites;
