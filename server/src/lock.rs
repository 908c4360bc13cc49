//! One house, one process that changes it: a lock on a file in the data folder, which the system lets go of whenever the
//! process ends, however it ends.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// Held while the process lives.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock is the open file")] File);

/// Takes the folder, which is made when it is not there; refused while another process has it.
pub fn take(folder: &Path) -> Result<Lock> {
    make(folder).with_context(|| format!("the data folder {} cannot be made", folder.display()))?;
    let path = folder.join("circlepit.lock");
    let file = File::options().write(true).create(true).truncate(false).open(&path);
    let file = file.with_context(|| format!("the data folder {} cannot be written to", folder.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => bail!("another Circlepit is using {}: stop it first", folder.display()),
        Err(TryLockError::Error(why)) => Err(why).with_context(|| format!("{} cannot be locked", path.display())),
    }
}

/// Takes the folder for a piece of work that makes something new in it. When that is refused, a folder that was empty is
/// empty again, and one that was not there is gone.
pub async fn or_nothing<T>(folder: &Path, work: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
    let was_there = folder.exists();
    let was_empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    let lock = take(folder)?;
    let done = work().await;
    drop(lock);
    if done.is_err() && was_empty {
        let emptied = if was_there { empty(folder) } else { fs::remove_dir_all(folder) };
        emptied.with_context(|| format!("what was begun in {} could not be taken away", folder.display()))?;
    }
    done
}

/// Makes the folder so that a proxy's group can reach the two pages for bad days; what people gave is for its owner alone.
fn make(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o750).create(folder)?;
    DirBuilder::new().recursive(true).mode(0o700).create(folder.join("files"))
}

fn empty(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}
