//! Files that are there whole or not at all, also after a power cut: written beside their place under a name of their
//! own, seen onto the disk, moved there, and the move seen onto the disk.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, fchmod};
use tempfile::NamedTempFile;

/// Who may read a file besides whoever runs the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    Nobody,
    /// A proxy, say, that runs as somebody else.
    Anybody,
}

/// A file while it is written. Dropped without [`keep`](Whole::keep), it was never there.
#[derive(Debug)]
pub struct Whole {
    aside: NamedTempFile,
    to: PathBuf,
}

impl Whole {
    /// Begins the file that will stand at `to`, in a folder that is there.
    pub fn begin(to: &Path, readers: Readers) -> io::Result<Self> {
        let aside = tempfile::Builder::new().prefix(".").suffix(".part").tempfile_in(folder_of(to))?;
        if readers == Readers::Anybody {
            fchmod(&aside, Mode::from_raw_mode(0o644))?;
        }
        Ok(Self { aside, to: to.to_owned() })
    }

    /// What is written to.
    #[must_use]
    pub fn file(&self) -> &File {
        self.aside.as_file()
    }

    /// Puts it in its place, over an older file of that name.
    pub fn keep(self) -> io::Result<()> {
        self.file().sync_all()?;
        self.aside.persist(&self.to)?;
        File::open(folder_of(&self.to))?.sync_all()
    }
}

/// Writes all of a file.
pub fn write(to: &Path, readers: Readers, bytes: &[u8]) -> io::Result<()> {
    let whole = Whole::begin(to, readers)?;
    whole.file().write_all(bytes)?;
    whole.keep()
}

/// Makes a folder, and those above it, so that a power cut does not take them.
pub fn folder(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    fs::create_dir_all(path)?;
    File::open(folder_of(path))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all_and_read_by_whom_it_is_for() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("a");
        let begun = Whole::begin(&to, Readers::Nobody).unwrap();
        begun.file().write_all(b"half").unwrap();
        assert!(!to.exists());
        drop(begun);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "nothing is left beside it");
        for (readers, mode) in [(Readers::Nobody, 0o600), (Readers::Anybody, 0o644)] {
            write(&to, readers, b"all of it").unwrap();
            assert_eq!(
                (fs::read(&to).unwrap().as_slice(), fs::metadata(&to).unwrap().mode() & 0o777),
                (&b"all of it"[..], mode)
            );
        }
    }
}
