//! opinion-map
mod cluster;
mod covotes;
mod eigen;
mod map;
mod plane;
mod polis;
mod statistics;
mod vote;
mod votes;
pub use covotes::{CoVotes, Pair};
pub use map::{GroupStatistics, OpinionMap};
pub use plane::{Plane, Point, TABLES_MAX};
pub use polis::Smoothing;
pub use statistics::{Consensus, Representative, Shared, consensus, group_aware_consensus, priorities, representatives};
pub use vote::{Standing, Tally, Vote};
pub use votes::{Cell, PEOPLE_MAX, STATEMENTS_MAX, VoteError, Votes};
