//! The house: what every handler is given. Cheap to clone; built once by the server, or by a test.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use crate::assets::Assets;
use crate::clock::Clock;
use crate::db::{Ask, Db, DbResult, Tx};
use crate::pack::Pack;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::room::{Preview, Reader, Room};
use crate::settings::Settings;
use crate::vals;
use crate::words::Words;

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
    /// The community's name, as its host settled it.
    pub name: String,
    /// Cheap password hashing, for tests alone.
    pub weak_hashing: bool,
}

impl House {
    #[must_use]
    pub fn new(inside: Inside) -> Self {
        Self(Arc::new(inside))
    }

    /// Milliseconds since 1970, UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now()
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

    /// Whether this reader may open what is at a place.
    pub async fn is_open_to(&self, reader: &Reader, place: &Place) -> Result<bool, Refusal> {
        match self.at(reader, place).await {
            Ok(found) => Ok(found.is_some()),
            Err(Refusal::NotFound | Refusal::Gone | Refusal::Withdrawn) => Ok(false),
            Err(refusal) => Err(refusal),
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
        f.debug_struct("House").field("name", &self.name).finish_non_exhaustive()
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
