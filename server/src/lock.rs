//! One house, one process that changes it: a lock on a file in the data folder, which the system lets go of whenever
//! the process ends, however it ends.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// What people gave. Every house has this folder, whichever database it has.
const FILES: &str = "files";

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

/// Takes the folder for a piece of work that makes something new in it. When that is refused, a folder that was no
/// house's holds what it held before, and one that was not there is gone. In a house's own nothing is taken away.
pub async fn or_nothing<T>(folder: &Path, work: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
    let (was_there, was_a_house) = (folder.exists(), folder.join(FILES).exists());
    let before: HashSet<OsString> = fs::read_dir(folder)
        .map_or_else(|_| HashSet::new(), |entries| entries.flatten().map(|entry| entry.file_name()).collect());
    let lock = take(folder)?;
    let done = work().await;
    drop(lock);
    if done.is_err() && !was_a_house {
        let taken_away = if was_there { empty(folder, &before) } else { fs::remove_dir_all(folder) };
        taken_away.with_context(|| format!("what was begun in {} could not be taken away", folder.display()))?;
    }
    done
}

/// Makes the folder so that a proxy's group can reach the two pages for bad days; what people gave is for its owner
/// alone.
fn make(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o750).create(folder)?;
    DirBuilder::new().recursive(true).mode(0o700).create(folder.join(FILES))
}

fn empty(folder: &Path, but_for: &HashSet<OsString>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if but_for.contains(&entry.file_name()) {
            continue;
        }
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}
