//! `migrate`: brings the database up to date without opening the house.

use anyhow::Result;
use base::db::Db;

use super::Place;
use crate::lock;

pub(super) async fn run(place: &Place) -> Result<()> {
    let (folder, settings) = place.kept()?;
    let _lock = lock::take(&folder)?;
    let ran = Db::connect(&settings.database).await?.migrate().await?;
    match ran.as_slice() {
        [] => println!("up to date"),
        ran => ran.iter().for_each(|name| println!("ran {name}")),
    }
    Ok(())
}
