//! The house: what every handler is given. Cheap to clone; built once by the server, or by a test.

use std::hash::Hash;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::assets::Assets;
use crate::caller::{Callers, Pace};
use crate::clock::Clock;
use crate::db::{Ask, Db, DbResult, Tx};
use crate::pack::Pack;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::room::{Job, Preview, Reader, Room};
use crate::search::Findable;
use crate::settings::Settings;
use crate::vals;
use crate::words::Words;

/// The setting that says what this community is called, and the one that says whose helplines come first.
pub const NAME: &str = "name";
pub const COUNTRY: &str = "country";

/// Another process may have settled something anew.
pub const JOBS: &[Job] = &[Job {
    name: "what is settled",
    every_ms: 20_000,
    run: |house| Box::pin(async move { Ok(house.look_again().await?) }),
}];

#[derive(Clone)]
pub struct House(Arc<Inside>);

pub struct Inside {
    pub db: Db,
    pub clock: Clock,
    pub pack: Pack,
    pub words: Words,
    pub settings: Settings,
    pub assets: Assets,
    /// Where files people gave, and the pages for bad days, are kept.
    pub folder: PathBuf,
    pub rooms: &'static [&'static dyn Room],
    /// What was settled of what may be settled anew while the house is open.
    pub settled: RwLock<Arc<Settled>>,
    pub callers: Callers,
    /// Cheap password hashing, for tests alone.
    pub weak_hashing: bool,
}

impl House {
    #[must_use]
    pub fn new(inside: Inside) -> Self {
        Self(Arc::new(inside))
    }

    /// What is settled, as this process last read it.
    #[must_use]
    pub fn settled(&self) -> Arc<Settled> {
        self.settled.read().clone()
    }

    /// The community's name.
    #[must_use]
    pub fn name(&self) -> String {
        self.settled().name.clone()
    }

    /// Reads again what is settled.
    pub async fn look_again(&self) -> DbResult<()> {
        let settled = Settled::read(&self.db, &self.pack).await?;
        *self.settled.write() = Arc::new(settled);
        Ok(())
    }

    /// Milliseconds since 1970, UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Counts one try at something and refuses it when it is one too many.
    pub fn count(&self, pace: Pace, what: impl Hash) -> Result<(), Refusal> {
        self.callers.count(pace, what, self.now())
    }

    /// An id for something made now.
    #[must_use]
    pub fn new_id(&self) -> String {
        crate::id::at(self.now())
    }

    /// Begins a write: `let tx = house.begin().await?; … tx.keep().await?;`
    pub async fn begin(&self) -> DbResult<Tx> {
        self.db.begin().await
    }

    /// What is at a place, for this reader: asks every room until one knows it.
    pub async fn at(&self, reader: &Reader, place: &Place) -> Result<Option<Preview>, Refusal> {
        for room in self.rooms {
            if let Some(preview) = room.at(self, reader, place).await? {
                return Ok(Some(preview));
            }
        }
        Ok(None)
    }

    /// What may be found of what is at a place.
    pub async fn findable(&self, place: &Place) -> Result<Option<Findable>, Refusal> {
        for room in self.rooms {
            if let Some(findable) = room.findable(self, place).await? {
                return Ok(Some(findable));
            }
        }
        Ok(None)
    }

    /// Puts what is at a place into the index as it stands in this write.
    pub async fn index(&self, tx: &Tx, place: &Place) -> Result<(), Refusal> {
        for room in self.rooms {
            room.index(tx, place).await?;
        }
        Ok(())
    }

    /// What is at a place, where this reader may open it.
    pub async fn seen(&self, reader: &Reader, place: &Place) -> Result<Option<Preview>, Refusal> {
        match self.at(reader, place).await {
            Err(Refusal::NotFound | Refusal::Gone | Refusal::Withdrawn) => Ok(None),
            found => found,
        }
    }

    /// A full address for a path: feeds, cards and links that leave the house need one.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.settings.public_url.trim_end_matches('/'))
    }
}

impl Deref for House {
    type Target = Inside;

    fn deref(&self) -> &Inside {
        &self.0
    }
}

impl std::fmt::Debug for House {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("House").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// What pages need of the settings all the time, kept in memory so that they are there when the database is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    pub name: String,
    /// The country whose helplines come first.
    pub country: String,
}

impl Settled {
    /// As somebody settled it; as the pack has it until they have.
    pub async fn read(ask: &impl Ask, pack: &Pack) -> DbResult<Self> {
        let name = settled(ask, NAME).await?.unwrap_or_else(|| pack.community.name.clone());
        let country = settled(ask, COUNTRY).await?.filter(|country| pack.has_country(country));
        Ok(Self { name, country: country.unwrap_or_else(|| pack.first_country().to_owned()) })
    }

    /// As a house holds it.
    #[must_use]
    pub fn into_lock(self) -> RwLock<Arc<Self>> {
        RwLock::new(Arc::new(self))
    }
}

/// What the host settled, such as the community's name; `None` until they have.
pub async fn settled(db: &impl Ask, name: &str) -> DbResult<Option<String>> {
    db.first("SELECT value FROM setting WHERE name = $1", vals![name]).await
}

/// Settles something for the community.
pub async fn settle(tx: &Tx, name: &str, value: &str, now: i64) -> DbResult<()> {
    let sql = "INSERT INTO setting (name, value, changed_at) VALUES ($1, $2, $3)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at";
    tx.run(sql, vals![name, value, now]).await.map(drop)
}
