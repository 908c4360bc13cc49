//! Counting rules that a member can replay by hand: approval, score, STAR, IRV, Scottish STV, Schulze and consent.
//!
//! What it promises:
//! - **Exact.** Whole numbers and fixed-point only; nothing is ever decided by comparing floats.
//! - **Replayable.** Every count carries a trail in plain text: each step, each transfer, each tie and how it was
//!   broken.
//! - **No chance of its own.** Ties are settled by a [`Lot`] that is published beforehand or drawn from a seed anyone
//!   can check, and each count says where it needed one. The same ballots in any order give the same answer.
//! - **Pure.** No clock, no files, no network, no `unsafe`. Bytes in, answers out; hostile bytes get a [`Malformed`]
//!   naming the row.
//!
//! What it never does: guess what a ballot meant. How each unusual mark is read is stated at [`Rankings`] and
//! [`Scores`].
//!
//! Candidates are positions in the candidate list, from 0, everywhere in this library; [`Candidate::id`] is what people
//! see.
//!
//! ```
//! use ballots::{Ballots, Lot, irv, parse, schulze};
//!
//! let poll = parse(b"seats: 1\ntype: ranked\ncandidate: 1 Memphis\ncandidate: 2 Nashville\ncandidate: 3 Chattanooga\n\
//!     candidate: 4 Knoxville\nballots:\n42: 1>2>3>4\n26: 2>3>4>1\n17: 4>3>2>1\n15: 3>4>2>1\n")?;
//! let Ballots::Ranked(rankings) = &poll.ballots else { unreachable!("the file says ranked") };
//! let lot = Lot::from_seed(&[0xc0, 0xff, 0xee], &poll.ids());
//!
//! let by_rounds = irv::count(rankings, &lot)?;
//! let by_pairs = schulze::count(rankings, &lot)?;
//! assert_eq!(by_rounds.elected, Some(3)); // Knoxville
//! assert_eq!(by_pairs.elected, Some(1)); // Nashville: these rules disagree
//! println!("{}", by_rounds.trail(&poll.candidates));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

pub mod approval;
pub mod comparison;
pub mod consent;
pub mod file;
pub mod irv;
mod lines;
pub mod lot;
pub mod pairwise;
pub mod poll;
pub mod rankings;
pub mod receipt;
pub mod schulze;
pub mod score;
pub mod scores;
pub mod star;
pub mod stv;
mod text;

pub use file::{Malformed, parse};
pub use lot::{Earlier, Lot, Settled, Tie};
pub use poll::{BALLOTS_MAX, Ballots, CANDIDATES_MAX, Candidate, Poll, Refusal};
pub use rankings::Rankings;
pub use scores::Scores;
