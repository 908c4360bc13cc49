//! Draws a panel by lot under quotas, as fairly as the quotas allow, so that anybody can check it.
//!
//! From a [`Pool`] (who said yes, and how many of each answer the panel needs) come [`Odds`]: everyone's chance under
//! the fairest lottery ([`Method`]), with a certificate per level that nobody can be given more. The odds become a
//! [`Lottery`] of 1,000 numbered panels; a [`Register`] publishes all of it under pseudonyms before the draw, public
//! randomness picks the number ([`Drawn`]), and [`verify`] does everything again from the public files.
//!
//! ```
//! use sortition::{Lottery, Method, Odds, Pool};
//!
//! let people = "age\nyoung\nyoung\nold\nold\nold\n";
//! let quotas = "category,feature,min,max\nage,young,1,1\nage,old,1,1\n";
//! let pool = Pool::read(people, quotas, 2)?;
//! let odds = Odds::of(&pool, Method::Leximin, &mut |_| true)?;
//! assert!((odds.min() - 1.0 / 3.0).abs() < 1e-9 && odds.gap() < 1e-9);
//! assert_eq!(Lottery::of(&odds, Lottery::PANELS).panels.len(), 1_000);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! No clock, no input or output, no chance of its own, no unsafe code: the caller brings the text, the seed and a
//! callback that can stop long work.

#![warn(missing_docs)]

mod blend;
mod cover;
mod dense;
mod explanation;
mod goldilocks;
mod kinds;
mod levels;
mod linear;
mod lottery;
mod nearest;
mod odds;
mod pool;
mod record;
mod relaxation;
mod replacement;
mod search;
mod shape;
mod verify;
mod walk;

pub use explanation::Explanation;
pub use lottery::Lottery;
pub use odds::{Certificate, Level, Method, NoOdds, Objective, Odds, Progress, Watch};
pub use pool::{Pool, Quota, Unreadable};
pub use record::{Announcement, Drawn, FILES, Files, Register, commitment};
pub use relaxation::{Change, Price, Relaxation};
pub use replacement::Replacement;
pub use verify::{Verified, verify};
