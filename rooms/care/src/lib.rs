//! Care: numbers to ring, the way out, and keeping it safe. Glossary: a *helpline* is a service outside this house that
//! answers people; *leave fast* is the way off this site in one step.

pub mod helpline;
mod pages;

use async_trait::async_trait;
use axum::Router;
use base::brought::Brought;
use base::clock::MINUTE_MS;
use base::db::Tx;
use base::house::House;
use base::pack::Helpline;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Audience, Entry, Job, Kept, Leaving, Offer, Preview, Reader, Room, Way};
use base::search::Findable;

/// This room's answers to what every room is asked.
#[derive(Clone, Copy, Debug)]
pub struct Care;

#[async_trait]
impl Room for Care {
    fn name(&self) -> &'static str {
        "care"
    }

    fn doors(&self) -> Router<House> {
        pages::doors()
    }

    fn jobs(&self) -> &'static [Job] {
        const JOBS: &[Job] = &[Job {
            name: "helplines",
            every_ms: MINUTE_MS,
            run: |house| Box::pin(async move { Ok(helpline::refresh(&house).await?) }),
        }];
        JOBS
    }

    fn helpline(&self, house: &House, line: &Helpline) -> Option<Helpline> {
        helpline::now(house, line)
    }

    async fn keeps(&self, _: &House, _: &str) -> Result<Vec<Kept>, Refusal> {
        Ok(Vec::new())
    }

    async fn forget(&self, _: &House, _: &Tx, _: &str, _: Leaving) -> Result<(), Refusal> {
        Ok(())
    }

    async fn at(&self, house: &House, _: &Reader, place: &Place) -> Result<Option<Preview>, Refusal> {
        let Some(id) = place.id_of("helplines") else { return Ok(None) };
        let (line, _) = helpline::at(house, id).ok_or(Refusal::NotFound)?;
        Ok(Some(Preview {
            kind: "helpline",
            title: line.name,
            line: line.how,
            audience: Audience::Everyone,
            owner: None,
            open: false,
        }))
    }

    async fn findable(&self, _: &House, _: &Place) -> Result<Option<Findable>, Refusal> {
        Ok(None)
    }

    async fn index(&self, _: &Tx, _: &Place) -> Result<(), Refusal> {
        Ok(())
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
