//! `backup`: everything into one file, while the house goes on; it asks for no lock.

use std::path::PathBuf;

use anyhow::Result;
use base::backup;
use base::clock::Clock;
use base::db::Db;
use clap::Args;

use super::{Place, is_free};
use crate::progress::Bar;

#[derive(Args, Debug)]
pub(super) struct Backup {
    /// The file to write; the erasure ledger goes beside it as FILE.ledger
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Write over an older file of this name
    #[arg(long)]
    force: bool,
}

impl Backup {
    pub(super) async fn run(self, place: &Place) -> Result<()> {
        let (folder, settings) = place.kept()?;
        is_free(&self.to, self.force)?;
        let db = Db::connect(&settings.database).await?;
        let bar = Bar::new();
        let manifest = backup::make(&db, &folder, &self.to, Clock::Machine.now(), &|stage| bar.at(stage)).await?;
        drop(bar);
        for hash in &manifest.missing {
            eprintln!(
                "circlepit: the file {hash} is named in the database and not on the disk; the backup is without it"
            );
        }
        println!(
            "{}: {} rows in {} tables, {} files",
            self.to.display(),
            manifest.rows(),
            manifest.tables.len(),
            manifest.files.len()
        );
        Ok(())
    }
}
