//! What the reader takes, and how it refuses the rest.
