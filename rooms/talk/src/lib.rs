//! The talk under anything in the house. Glossary: a *remark* is something a person says under a place, a *thread* all
//! that was said there; a *word* is one of the pack's, said to a remark with one tap; a *wording* is what a remark said
//! before.

pub mod draft;
mod erasure;
mod index;
mod pages;
pub mod remark;
pub mod tending;
pub mod thread;

pub use index::place_again;
pub use pages::thread;

use async_trait::async_trait;
use axum::Router;
use base::brought::Brought;
use base::clock::DAY_MS;
use base::db::Tx;
use base::house::House;
use base::markup;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Entry, Job, Kept, Leaving, Offer, Preview, Reader, Room, Way};
use base::search::Findable;

use crate::remark::Remark;

/// Characters of the line that stands for a remark elsewhere.
const LINE_CHARS: usize = 200;

/// This room's answers to what every room is asked.
#[derive(Clone, Copy, Debug)]
pub struct Talk;

#[async_trait]
impl Room for Talk {
    fn name(&self) -> &'static str {
        "talk"
    }

    fn doors(&self) -> Router<House> {
        pages::doors()
    }

    fn jobs(&self) -> &'static [Job] {
        &[Job { name: "remarks-rendered", every_ms: DAY_MS, run: |house| Box::pin(index::render_again(house)) }]
    }

    async fn keeps(&self, house: &House, person: &str) -> Result<Vec<Kept>, Refusal> {
        Ok(erasure::keeps(house, person).await?)
    }

    async fn forget(&self, house: &House, tx: &Tx, person: &str, how: Leaving) -> Result<(), Refusal> {
        Ok(erasure::forget(tx, person, how, house.now()).await?)
    }

    /// A remark, for whoever may see what it stands under.
    async fn at(&self, house: &House, reader: &Reader, place: &Place) -> Result<Option<Preview>, Refusal> {
        let Some(id) = place.id_of("remarks") else { return Ok(None) };
        let (remark, under) = Remark::seen_by(house, reader, id).await?;
        let line = markup::snippet(&markup::render(&remark.words).plain, LINE_CHARS);
        Ok(Some(Preview {
            kind: "comment",
            title: under.title,
            line,
            audience: under.audience,
            owner: remark.author,
            open: false,
        }))
    }

    async fn findable(&self, house: &House, place: &Place) -> Result<Option<Findable>, Refusal> {
        let Some(id) = place.id_of("remarks") else { return Ok(None) };
        Ok(index::findable(&house.db, id).await?)
    }

    async fn index(&self, tx: &Tx, place: &Place) -> Result<(), Refusal> {
        let Some(id) = place.id_of("remarks") else { return Ok(()) };
        Ok(index::again(tx, id).await?)
    }

    async fn index_again(&self, house: &House) -> Result<(), Refusal> {
        Ok(index::all_again(house).await?)
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

    async fn take_in(&self, _: &House, tx: &Tx, brought: &Brought) -> Result<Option<Place>, Refusal> {
        let Brought::Comment(comment) = brought else { return Ok(None) };
        Ok(Some(Remark::take_in(tx, comment).await?))
    }
}
