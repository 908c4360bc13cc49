//! opinion-map
