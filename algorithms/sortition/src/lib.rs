//! sortition
