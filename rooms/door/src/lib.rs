//! In and out: imports, feeds, files. Glossary: an *export* is what another program wrote; what is *brought* out of one
//! is offered to the rooms, and one of them *takes it in*; what none takes is *left*, with why.

pub mod feed;
pub mod html;
pub mod import;
mod pages;
pub mod wxr;

use async_trait::async_trait;
use axum::Router;
use base::brought::Brought;
use base::clock::{self, DAY_MS};
use base::db::Tx;
use base::file::{self, File};
use base::house::House;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Audience, Entry, Job, Kept, Leaving, Offer, Preview, Reader, Room, Way};
use base::search::Findable;
use base::vals;

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
        &[Job {
            name: "sweep-files",
            every_ms: DAY_MS,
            run: |house| Box::pin(async move { file::sweep(&house).await.map(drop) }),
        }]
    }

    async fn keeps(&self, house: &House, person: &str) -> Result<Vec<Kept>, Refusal> {
        let files = File::given_by(&house.db, person).await?;
        let rows = files.iter().map(|file| {
            serde_json::json!({
                "name": file.name, "kind": file.mime, "bytes": file.bytes, "for": file.audience.id(),
                "given": clock::rfc3339(file.since)
            })
        });
        Ok(vec![Kept {
            what: "files",
            rows: rows.collect(),
            files: files.iter().map(|file| file.id.clone()).collect(),
        }])
    }

    /// What others see may stay without the name; what was for the person alone goes with them, and in any case what
    /// they were called where an import found them.
    async fn forget(&self, house: &House, tx: &Tx, person: &str, how: Leaving) -> Result<(), Refusal> {
        import::forget(tx, person).await?;
        if how == Leaving::KeepWords {
            return Ok(());
        }
        for file in File::given_by(tx, person)
            .await?
            .iter()
            .filter(|file| how == Leaving::Remove || file.audience == Audience::Only)
        {
            File::erase(tx, &file.id, house.now()).await?;
        }
        tx.run("UPDATE file SET giver = NULL WHERE giver = $1", vals![person]).await?;
        Ok(())
    }

    async fn at(&self, _: &House, _: &Reader, _: &Place) -> Result<Option<Preview>, Refusal> {
        Ok(None)
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
