//! The demo: a community that looks lived in, opened when nothing is configured.

pub(crate) mod content;
pub mod moving_in;
