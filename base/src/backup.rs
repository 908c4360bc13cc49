//! A backup: one zip file, the same whichever engine it was made from, so that it is also the way from one to the
//! other. It holds `manifest.json`, one file of JSON lines for each table, and every file people gave under its hash.
//! The search index is not in it: it is made again.
//!
//! Promises: a backup is of one moment, while writers go on; each part has its SHA-256 and the whole file one more, at
//! its very end, so one flipped bit or missing byte is noticed and named; a restore that fails leaves nothing behind;
//! memory stays small at any size. Never: settings, which may hold passwords, or anything the ledger says was erased.

mod line;
mod make;
mod open;
mod restore;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::db::{DbTrouble, Migration};
use crate::ledger::LedgerTrouble;

pub use make::make;
pub use open::Backup;
pub use restore::{Restored, UNFINISHED, restore};

/// The version of what is described here; a program reads its own and every earlier one.
pub const FORMAT: u32 = 1;
/// The last thing in the file: this and the SHA-256 in hex of everything before it.
const SEAL: &str = "circlepit backup 1 sha256 ";
const SEAL_BYTES: usize = SEAL.len() + 64;
const MANIFEST: &str = "manifest.json";

/// What is in a backup.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Manifest {
    pub format: u32,
    /// Milliseconds since 1970, UTC.
    pub made_at: i64,
    /// Version of the program that made it.
    pub made_by: String,
    pub migrations: Vec<Step>,
    pub tables: Vec<TablePart>,
    pub files: Vec<FilePart>,
    /// Hashes of files that a row named and the disk did not have.
    pub missing: Vec<String>,
}

/// A migration that the tables had been through.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Step {
    pub number: i64,
    pub name: String,
    pub hash: String,
}

/// One table: `tables/NAME.jsonl`, each line a row in the order of the columns.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct TablePart {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
}

/// One file: `files/SHA256`.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct FilePart {
    pub sha256: String,
    pub bytes: u64,
}

/// How far it is: what is being worked on, and how much of how much is done (0: nobody knows).
#[derive(Clone, Copy, Debug)]
pub struct Stage<'a> {
    pub what: &'a str,
    pub done: u64,
    pub of: u64,
}

/// Told now and then how far it is.
pub type Progress<'a> = &'a (dyn Fn(Stage<'_>) + Send + Sync);

/// Why there is no backup, or no restore.
#[derive(Debug, thiserror::Error)]
pub enum BackupTrouble {
    #[error("{}: {why}", .file.display())]
    Disk { file: PathBuf, why: io::Error },
    #[error("{} is not a Circlepit backup", .0.display())]
    NotABackup(PathBuf),
    #[error("{} is damaged: {what}", .file.display())]
    Damaged { file: PathBuf, what: String },
    #[error("this backup is from a newer Circlepit ({0}): use that one")]
    Newer(String),
    #[error("a backup is restored into an empty place only: {0}")]
    NotEmpty(String),
    #[error("table {table}, row {row}: {why}")]
    Row { table: String, row: u64, why: String },
    #[error(transparent)]
    Db(#[from] DbTrouble),
    #[error(transparent)]
    Ledger(#[from] LedgerTrouble),
}

fn disk(file: &Path) -> impl Fn(io::Error) -> BackupTrouble + '_ {
    |why| BackupTrouble::Disk { file: file.to_owned(), why }
}

impl Manifest {
    /// Rows in all tables together.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|part| part.rows).sum()
    }

    /// Whether this program knows every step that the tables had been through.
    fn check_known(&self, known: &[Migration]) -> Result<(), BackupTrouble> {
        let stranger = self.migrations.iter().find(|step| {
            !known.iter().any(|mine| mine.number == step.number && crate::id::hash(mine.sql) == step.hash)
        });
        stranger.map_or(Ok(()), |step| Err(BackupTrouble::Newer(format!("it has the migration {}", step.name))))
    }
}

impl TablePart {
    fn path(&self) -> String {
        table_path(&self.name)
    }
}

impl FilePart {
    fn path(&self) -> String {
        file_path(&self.sha256)
    }
}

fn table_path(name: &str) -> String {
    format!("tables/{name}.jsonl")
}

fn file_path(hash: &str) -> String {
    format!("files/{hash}")
}

/// Whether this is how a hash is written, and so can be part of a path.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
