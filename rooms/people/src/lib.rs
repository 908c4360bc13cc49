//! Members, ways in, duties, seats and acts. Glossary: a *person* has one account; a *session* is one browser signed
//! in; a *duty* is a bundle of capabilities that the pack names; a *seat* is a duty held for a term; an *act* is one
//! use of power.

pub mod claiming;
pub mod export;
pub mod joining;
pub mod leaving;
pub mod naming;
mod pages;
pub mod passkey;
pub mod password;
pub mod person;
pub mod power;
pub mod profile;
pub mod recovery;
pub mod session;
pub mod settling;
pub mod sign_in;
pub mod totp;
pub mod visitor;
pub mod way_in;
pub mod ways_in;

pub use person::Person;
pub use power::{Capability, Deed, Holding};
pub use visitor::{Fresh, Member, Visitor};
pub use ways_in::second_factor;

use async_trait::async_trait;
use axum::Router;
use base::brought::Brought;
use base::clock::HOUR_MS;
use base::db::Tx;
use base::house::House;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Entry, Job, Kept, Leaving, Offer, Preview, Reader, Room, Way};
use base::search::Findable;

/// This room's answers to what every room is asked.
#[derive(Clone, Copy, Debug)]
pub struct People;

#[async_trait]
impl Room for People {
    fn name(&self) -> &'static str {
        "people"
    }

    fn doors(&self) -> Router<House> {
        pages::doors()
    }

    fn jobs(&self) -> &'static [Job] {
        &[
            Job {
                name: "links and requests whose time is over",
                every_ms: HOUR_MS,
                run: |house| Box::pin(sweep(house)),
            },
            Job {
                name: "names that nobody has looked at",
                every_ms: HOUR_MS,
                run: |house| Box::pin(person::look_at_names(house)),
            },
            Job {
                name: "names that people had before",
                every_ms: HOUR_MS,
                run: |house| Box::pin(naming::settle(house)),
            },
            Job {
                name: "people whose seven days are over",
                every_ms: HOUR_MS,
                run: |house| Box::pin(leaving::finish(house)),
            },
        ]
    }

    async fn keeps(&self, house: &House, person: &str) -> Result<Vec<Kept>, Refusal> {
        let mut kept = export::keeps(house, person).await?;
        kept.extend(power::keeps(house, person).await?);
        Ok(kept)
    }

    async fn forget(&self, house: &House, tx: &Tx, person: &str, how: Leaving) -> Result<(), Refusal> {
        power::forget(tx, person, how, house.now()).await?;
        Ok(leaving::forget(tx, person, how, house.now()).await?)
    }

    async fn at(&self, house: &House, reader: &Reader, place: &Place) -> Result<Option<Preview>, Refusal> {
        match profile::at(house, place).await? {
            Some(preview) => Ok(Some(preview)),
            None => power::at(house, reader, place).await,
        }
    }

    async fn findable(&self, house: &House, place: &Place) -> Result<Option<Findable>, Refusal> {
        let Some(id) = place.id_of("people") else { return Ok(None) };
        Ok(profile::findable(&house.db, id).await?)
    }

    async fn index(&self, tx: &Tx, place: &Place) -> Result<(), Refusal> {
        let Some(id) = place.id_of("people") else { return Ok(()) };
        Ok(profile::index(tx, id).await?)
    }

    async fn index_again(&self, house: &House) -> Result<(), Refusal> {
        let sql = "SELECT id, '/people/' || id FROM person WHERE id > $1 AND left_at IS NULL ORDER BY id LIMIT 100";
        base::search::index_again(house, sql).await
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

    async fn take_in(&self, house: &House, tx: &Tx, brought: &Brought) -> Result<Option<Place>, Refusal> {
        let Brought::Person(person) = brought else { return Ok(None) };
        Ok(Some(claiming::bring(house, tx, &person.key, &person.name).await?))
    }
}

/// Forgets links, requests and sessions whose time is over.
async fn sweep(house: House) -> Result<(), Refusal> {
    let (tx, now) = (house.begin().await?, house.now());
    way_in::WayIn::sweep(&tx, now).await?;
    joining::sweep(&tx, now).await?;
    passkey::sweep(&tx, now).await?;
    session::Session::sweep(&tx, now).await?;
    Ok(tx.keep().await?)
}
