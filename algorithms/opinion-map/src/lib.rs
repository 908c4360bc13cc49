//! Groups of people who vote alike, what they share and what divides them.
//!
//! People agree, disagree or pass on short statements. From nothing but those votes this crate draws an *opinion map*:
//! a plane on which people who vote alike stand close, the groups among them, the statements that speak for each group,
//! those all groups share and those that divide them. It computes what [Polis](https://github.com/compdemocracy/polis)
//! computes ([`OpinionMap::compatible`]) and a mended version of it ([`OpinionMap::draw`]); follows a conversation vote
//! by vote ([`LiveMap`]); scores statements that bridge ([`bridging`]); picks a few in proportion ([`proportional`]);
//! says how well it foretells hidden votes ([`Predictability`]), and what to ask whom next ([`next_statement`]).
//!
//! Promises: no clock, no input or output, no chance of its own, no `unsafe`, no dependencies; the same votes in any
//! order give the same map bit for bit. The caller keeps names and words: people and statements are numbers from 0
//! here. The seeded draws behind [`OpinionMap::draw`] go by these numbers, so whoever wants others to find the same map
//! numbers people by something they know too, such as an id, and not by who came first.
//!
//! ```
//! use opinion_map::{OpinionMap, Settings, Standing, Vote, Votes};
//!
//! # fn main() -> Result<(), opinion_map::VoteError> {
//! let mut votes = Votes::on(vec![Standing::Live; 3])?;
//! for person in 0..40 {
//!     let side = if person % 2 == 0 { Vote::Agree } else { Vote::Disagree };
//!     votes.cast(person, 0, side)?;
//!     votes.cast(person, 1, side)?;
//!     votes.cast(person, 2, Vote::Agree)?;
//! }
//! let map = OpinionMap::draw(&votes, &Settings::default());
//! assert_eq!(map.groups.iter().map(|group| group.people).collect::<Vec<_>>(), [20, 20]);
//! assert_eq!(map.consensus.agree[0].statement, 2);
//! assert_eq!(map.divisions[0].statement, 0);
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

mod bridging;
mod chance;
mod cluster;
mod committee;
mod continuum;
mod covotes;
mod crowd;
mod division;
mod eigen;
mod factors;
mod grouping;
mod live;
mod map;
mod mixing;
mod neighbours;
mod plane;
mod polis;
mod predict;
mod routing;
mod stability;
mod statistics;
mod vote;
mod votes;

pub use bridging::{Bridging, BridgingScore, PersonScore, Verdict, bridging};
pub use committee::{CHOSEN_MAX, Chosen, popular, proportional};
pub use covotes::{CoVotes, Pair};
pub use division::{Division, divisions};
pub use grouping::Fit;
pub use live::LiveMap;
pub use map::{Group, GroupStatistics, OpinionMap, Outside, Settings};
pub use plane::{Plane, Point, TABLES_MAX};
pub use polis::Smoothing;
pub use predict::{Predictability, Predictor};
pub use routing::{draw_in_proportion, next_of, next_statement};
pub use statistics::{
    Consensus, Representative, Shared, consensus, group_aware_consensus, priorities, representatives,
};
pub use vote::{Standing, Tally, Vote};
pub use votes::{Cell, PEOPLE_MAX, STATEMENTS_MAX, VoteError, Votes};
