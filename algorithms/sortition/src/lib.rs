//! sortition

mod blend;
mod goldilocks;
mod kinds;
mod levels;
mod linear;
mod nearest;
mod odds;
mod pool;
mod search;

pub use odds::{Certificate, Level, Method, NoOdds, Objective, Odds, Progress, Watch};
pub use pool::{Pool, Quota, Unreadable};
