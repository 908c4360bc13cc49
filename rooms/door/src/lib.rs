//! In and out: imports, feeds, files. Glossary: an *export* is what another program wrote; what is *brought* out of one is
//! offered to the rooms, and one of them *takes it in*; what none takes is *left*, with why.

pub mod feed;
pub mod html;
pub mod import;
mod pages;
pub mod wxr;

use async_trait::async_trait;
use axum::Router;
use base::brought::Brought;
use base::db::Tx;
use base::house::House;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Entry, Job, Kept, Leaving, Offer, Preview, Reader, Room, Way};

pub use pages::lead_on;

/// This room's answers to what every room is asked.
#[derive(Clone, Copy, Debug)]
pub struct Door;

#[async_trait]
impl Room for Door {
    fn name(&self) -> &'static str {
        "door"
    }

    fn doors(&self) -> Router<House> {
        pages::doors()
    }

    fn jobs(&self) -> &'static [Job] {
        &[]
    }

    async fn keeps(&self, _: &House, _: &str) -> Result<Vec<Kept>, Refusal> {
        Ok(Vec::new())
    }

    async fn forget(&self, _: &House, _: &Tx, _: &str, _: Leaving) -> Result<(), Refusal> {
        Ok(())
    }

    async fn at(&self, _: &House, _: &Reader, _: &Place) -> Result<Option<Preview>, Refusal> {
        Ok(None)
    }

    async fn index_again(&self, _: &House) -> Result<(), Refusal> {
        Ok(())
    }

    async fn offers(&self, _: &House, _: &Reader, _: &str, _: Way) -> Result<Vec<Offer>, Refusal> {
        Ok(Vec::new())
    }

    fn feeds(&self) -> &'static [&'static str] {
        &[]
    }

    async fn newest(&self, _: &House, _: &str, _: i64) -> Result<Vec<Entry>, Refusal> {
        Ok(Vec::new())
    }

    async fn take_in(&self, _: &House, _: &Tx, _: &Brought) -> Result<Option<Place>, Refusal> {
        Ok(None)
    }
}
