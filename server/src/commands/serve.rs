//! `serve`: opens the house and keeps it open until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, Result};
use base::clock::Clock;
use base::house::House;
use base::ledger::{self, Ledger};
use base::settings::Settings;
use tokio::net::TcpListener;

use super::{Place, unprotected};
use crate::{bad_days, figures, first_start, founding, lock, open, restoring, web, worker};

pub(super) async fn run(place: &Place) -> Result<()> {
    let (folder, settings) = (place.folder(), place.settings()?);
    if let Some(why) = unprotected(&settings) {
        eprintln!("circlepit: {why}. docs/proxy.md shows how to put HTTPS in front");
    }
    let lock = lock::take(&folder)?;
    let house = open::open(&folder, settings.clone(), Clock::Machine).await?;
    restoring::finish(&house).await?;
    let listener = listen(settings.listen).await?;
    let house = if founding::is_needed(&house.db, house.now()).await? {
        set_up(&folder, settings, house, &listener).await?
    } else {
        Some(house)
    };
    let done = match house {
        Some(house) => open_to_all(house, listener).await,
        None => Ok(()),
    };
    drop(lock);
    done
}

/// The set-up page, until the host is through with it; `None` when the process is to stop before.
async fn set_up(folder: &Path, settings: Settings, house: House, listener: &TcpListener) -> Result<Option<House>> {
    let db = house.db.clone();
    if !first_start::run(house, same(listener)?, stop()?).await? {
        return Ok(None);
    }
    Ok(Some(House::new(open::inside(folder, settings, Clock::Machine, db).await?)))
}

/// Another handle on the same door, so that nobody who knocks meanwhile is turned away.
fn same(listener: &TcpListener) -> Result<TcpListener> {
    use std::os::fd::AsFd as _;
    let handle = std::net::TcpListener::from(listener.as_fd().try_clone_to_owned()?);
    Ok(TcpListener::from_std(handle)?)
}

/// Serves a house that is set up.
pub(super) async fn open_to_all(house: House, listener: TcpListener) -> Result<()> {
    if let Err(why) = bad_days::write(&house).await {
        // On a full disk the house still opens: reading goes on.
        tracing::warn!(%why, "the pages for bad days were not written");
    }
    let work = tokio::spawn(worker::run(house.clone()));
    let keeper = tokio::spawn(keep_ledger(house.clone()));
    let look_out = tokio::spawn(look_for_others(house.clone()));
    let figures = match house.settings.metrics {
        Some(at) => Some(tokio::spawn(figures::serve(listen(at).await?, house.clone()))),
        None => None,
    };
    let stop = stop()?;
    println!("{} is open at {}", house.name(), house.settings.public_url);
    tracing::info!(engine = ?house.db.engine(), "open");
    web::run(house.clone(), listener, stop).await.context("serving ended")?;
    work.abort();
    look_out.abort();
    keeper.abort();
    let _ = keeper.await; // it may be writing
    figures.iter().for_each(tokio::task::JoinHandle::abort);
    write_ledger(&house).await?;
    tracing::info!("closed");
    Ok(())
}

pub(super) async fn listen(at: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(at).await.with_context(|| format!("cannot listen on {at}"))
}

/// An interrupt or a request to end; heeded from this call on.
pub(super) fn stop() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut end) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = end.recv() => {} }
    })
}

/// Lets no kept page outlive what a command beside us (`seat`, `claim`) wrote.
async fn look_for_others(house: House) {
    let mut known = None;
    loop {
        known = house.db.look_for_others(known).await.ok().flatten().or(known);
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
}

/// Keeps the ledger in the data folder current: whatever was erased is in it a moment later.
async fn keep_ledger(house: House) {
    let mut writes = u64::MAX;
    loop {
        if writes != house.db.writes() {
            writes = house.db.writes();
            if let Err(why) = write_ledger(&house).await {
                tracing::warn!(%why, "the erasure ledger was not written");
            }
        }
        tokio::time::sleep(std::time::Duration::from_secs(10)).await;
    }
}

/// Writes the ledger where it is not as the database has it.
async fn write_ledger(house: &House) -> Result<()> {
    let file = house.folder.join(ledger::FILE);
    let ledger = Ledger::of(&house.db, house.now()).await?;
    if !Ledger::read(&file).is_ok_and(|known| known.says_the_same(&ledger)) {
        ledger.write(&file)?;
    }
    Ok(())
}
