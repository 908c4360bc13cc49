//! `restore`: a backup into an empty folder and database, of either engine.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;
use base::backup;
use base::clock::{Clock, day_and_hour};
use base::ledger::{self, Ledger};
use clap::Args;

use super::Place;
use crate::progress::Bar;
use crate::{lock, open, restoring};

#[derive(Args, Debug)]
pub(super) struct Restore {
    /// The backup
    file: PathBuf,
    /// An erasure ledger newer than the one beside the backup, such as erased.ledger of the old data folder (may be
    /// given more than once)
    #[arg(long, value_name = "FILE")]
    ledger: Vec<PathBuf>,
}

impl Restore {
    pub(super) async fn run(self, place: &Place) -> Result<()> {
        let (folder, settings) = (place.folder(), place.settings()?);
        let mut backup = backup::Backup::open(&self.file)?;
        let ledger = self.newest_ledger()?;
        let made_at = backup.manifest.made_at;
        if ledger.made_at < made_at {
            eprintln!(
                "circlepit: no erasure ledger from the day of the backup ({}) or later was given: what was erased since the newest one may come back",
                day_and_hour(made_at)
            );
        }
        let _lock = lock::take(&folder)?;
        let bar = Bar::new();
        let restored =
            backup::restore(&mut backup, &settings.database, &folder, &ledger, Clock::Machine.now(), &|stage| {
                bar.at(stage)
            })
            .await?;
        drop(bar);
        let house = open::open(&folder, settings, Clock::Machine).await?;
        let forgotten = restoring::finish(&house).await?;
        Ledger::of(&house.db, house.now()).await?.write(&folder.join(ledger::FILE))?;
        house.db.rest().await?;
        println!(
            "{} rows and {} files from {}; {} things and {forgotten} people erased again",
            restored.rows,
            restored.files,
            day_and_hour(made_at),
            restored.erased
        );
        Ok(())
    }

    /// The ledgers that were given and the one beside the backup, together.
    fn newest_ledger(&self) -> Result<Ledger> {
        let mut beside: OsString = self.file.clone().into();
        beside.push(".ledger");
        let beside = Some(PathBuf::from(beside)).filter(|file| file.exists());
        let ledgers = self.ledger.iter().chain(&beside).map(|file| Ledger::read(file));
        Ok(ledgers.collect::<Result<Vec<_>, _>>()?.into_iter().fold(Ledger::default(), Ledger::with))
    }
}
