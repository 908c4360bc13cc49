//! Opens a house: its folder, its settings, its database, its pack.

use std::path::Path;

use anyhow::{Context as _, Result};
use base::assets::Assets;
use base::caller::Callers;
use base::clock::Clock;
use base::db::{Db, DbResult};
use base::house::{House, Inside, NAME, Settled, settled};
use base::pack::Pack;
use base::settings::Settings;
use base::words::Words;

use crate::rooms::ROOMS;

/// The setting that says which pack this community chose.
pub const PACK: &str = "pack";

/// Opens the house in `folder` as the host settled it; a house nobody has settled yet wears the metal pack.
pub async fn open(folder: &Path, settings: Settings, clock: Clock) -> Result<House> {
    std::fs::create_dir_all(folder).with_context(|| format!("the data folder {} cannot be made", folder.display()))?;
    let db = Db::open(&settings.database).await?;
    Ok(House::new(inside(folder, settings, clock, db).await?))
}

/// Whether a community lives in this database: its name is the first thing a host settles.
pub async fn is_settled(db: &Db) -> DbResult<bool> {
    Ok(settled(db, NAME).await?.is_some())
}

/// What a house is made of, around a database that is open already.
pub async fn inside(folder: &Path, settings: Settings, clock: Clock, db: Db) -> Result<Inside> {
    let pack = Pack::of_kept(&settled(&db, PACK).await?.unwrap_or_else(|| "metal".to_owned()))?;
    let settled = Settled::read(&db, &pack).await?.into_lock();
    let (words, assets) = (Words::of(&pack), Assets::gather(&pack));
    let folder = folder.to_owned();
    let (callers, rooms, weak_hashing) = (Callers::default(), ROOMS, false);
    Ok(Inside { db, clock, pack, words, settings, assets, folder, rooms, settled, callers, weak_hashing })
}
