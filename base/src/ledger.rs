//! The erasure ledger: what was erased, as hashes alone, so that a backup from before does not bring it back. Whoever
//! erases writes a line here in the same write; each backup has the ledger of its day beside it, the data folder the
//! current one; a restore lays the newest it is given over the backup before anybody can see it.
//!
//! Promises: a line is a SHA-256 of table and id (which nobody can guess) and a day; lines are only added. Never: a
//! word, a name, or who asked.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::clock::{DAY_MS, HOUR_MS};
use crate::db::{Ask, DbResult, Table, Tx};
use crate::room::{Job, Leaving};
use crate::whole::{self, Readers};
use crate::{id, row, vals};

/// How a person's own row is named: it is forgotten by every room, in the way they chose.
pub const PERSON: &str = "person";
/// The ledger's name in the data folder.
pub const FILE: &str = "erased.ledger";
const HEAD: &str = "circlepit ledger 1";
const GONE: &str = "gone";

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub hash: String,
    /// The table it stood in.
    pub kind: String,
    /// `gone`, `emptied` and columns, or how a person left.
    pub how: String,
    pub day: i64,
}
row!(Entry { hash, kind, how, day });

/// What was erased leaves SQLite's log within the hour.
pub const JOBS: &[Job] = &[Job {
    name: "the log of what was erased",
    every_ms: HOUR_MS,
    run: |house| Box::pin(async move { Ok(house.db.fold().await.map(drop)?) }),
}];

/// All lines up to a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Milliseconds since 1970, UTC.
    pub made_at: i64,
    entries: BTreeMap<String, Entry>,
}

/// Why a ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerTrouble {
    #[error("{}: {why}", .file.display())]
    Disk { file: PathBuf, why: io::Error },
    #[error("{} is not an erasure ledger", .0.display())]
    NotALedger(PathBuf),
    #[error("the ledger {} is damaged at line {line}", .file.display())]
    Damaged { file: PathBuf, line: usize },
}

/// A row was deleted. `table` has a column `id`.
pub async fn gone(tx: &Tx, table: &str, id: &str, now: i64) -> DbResult<()> {
    write_down(tx, table, id, GONE, now).await
}

/// Columns of a row were emptied; the row stays.
pub async fn emptied(tx: &Tx, table: &str, id: &str, columns: &[&str], now: i64) -> DbResult<()> {
    write_down(tx, table, id, &format!("emptied {}", columns.join(" ")), now).await
}

/// A person left, in the way they chose.
pub async fn left(tx: &Tx, person: &str, how: Leaving, now: i64) -> DbResult<()> {
    write_down(tx, PERSON, person, how.id(), now).await
}

async fn write_down(tx: &Tx, kind: &str, id: &str, how: &str, now: i64) -> DbResult<()> {
    let sql = "INSERT INTO erasure (hash, kind, how, day) VALUES ($1, $2, $3, $4)
               ON CONFLICT (hash) DO UPDATE SET how = excluded.how, day = excluded.day";
    tx.run(sql, vals![hash(kind, id), kind, how, now - now.rem_euclid(DAY_MS)]).await.map(drop)
}

fn hash(kind: &str, id: &str) -> String {
    id::hash(&format!("{kind}/{id}"))
}

impl Ledger {
    /// The ledger as it stands in a database; empty where there is none yet.
    pub async fn of(ask: &impl Ask, now: i64) -> DbResult<Self> {
        let all: Vec<Entry> = ask.all("SELECT hash, kind, how, day FROM erasure ORDER BY hash", &[]).await?;
        Ok(Self { made_at: now, entries: all.into_iter().map(|entry| (entry.hash.clone(), entry)).collect() })
    }

    /// Reads one from a file.
    pub fn read(file: &Path) -> Result<Self, LedgerTrouble> {
        let text = fs::read_to_string(file).map_err(|why| LedgerTrouble::Disk { file: file.to_owned(), why })?;
        let not_one = || LedgerTrouble::NotALedger(file.to_owned());
        let (head, body) = text.split_once('\n').ok_or_else(not_one)?;
        let mut marks = head.strip_prefix(HEAD).ok_or_else(not_one)?.split_whitespace();
        let (made_at, seal) = marks.next().and_then(|at| at.parse().ok()).zip(marks.next()).ok_or_else(not_one)?;
        let damaged = |line| LedgerTrouble::Damaged { file: file.to_owned(), line };
        let entries = body.lines().enumerate().map(|(at, line)| {
            Entry::read(line).map(|entry| (entry.hash.clone(), entry)).ok_or_else(|| damaged(at + 2))
        });
        let ledger = Self { made_at, entries: entries.collect::<Result<_, _>>()? };
        if ledger.seal() == seal { Ok(ledger) } else { Err(damaged(1)) }
    }

    /// Writes it to a file that is there whole or not at all.
    pub fn write(&self, file: &Path) -> Result<(), LedgerTrouble> {
        let text = format!("{HEAD} {} {}\n{}", self.made_at, self.seal(), self.body());
        whole::write(file, Readers::Nobody, text.as_bytes())
            .map_err(|why| LedgerTrouble::Disk { file: file.to_owned(), why })
    }

    /// Both together; as new as the newer, which is right where both speak of one day.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        let is_newer = other.made_at >= self.made_at;
        self.made_at = self.made_at.max(other.made_at);
        for (hash, entry) in other.entries {
            if self.entries.get(&hash).is_none_or(|mine| mine.day < entry.day || (mine.day == entry.day && is_newer)) {
                self.entries.insert(hash, entry);
            }
        }
        self
    }

    /// Whether both say the same was erased, whenever each was made.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.body() == other.body()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a person left, and how.
    #[must_use]
    pub fn leaving(&self, person: &str) -> Option<Leaving> {
        self.on(PERSON, person).and_then(Leaving::read)
    }

    /// Whether it says anything about a table.
    pub(crate) fn knows(&self, table: &str) -> bool {
        self.entries.values().any(|entry| entry.kind == table)
    }

    /// What it says about a row.
    pub(crate) fn on(&self, table: &str, id: &str) -> Option<&str> {
        self.entries.get(&hash(table, id)).map(|entry| entry.how.as_str())
    }

    /// Erases rows of a table again; `ids` with what [`Ledger::on`] says about each. How many it changed.
    pub(crate) async fn lay_over(&self, tx: &Tx, table: &Table, ids: &BTreeMap<String, String>) -> DbResult<u64> {
        let mut erased = 0;
        for (id, how) in ids {
            erased += match how.strip_prefix("emptied ") {
                Some(columns) => tx.empty(table, id, &columns.split(' ').collect::<Vec<_>>()).await?,
                None if how == GONE => tx.remove(table, id).await?,
                None => 0,
            };
        }
        Ok(erased)
    }

    /// Takes every line over into a database.
    pub(crate) async fn remember(&self, tx: &Tx) -> DbResult<()> {
        for entry in self.entries.values() {
            let sql = "INSERT INTO erasure (hash, kind, how, day) VALUES ($1, $2, $3, $4)
                       ON CONFLICT (hash) DO UPDATE SET how = excluded.how, day = excluded.day
                       WHERE erasure.day <= excluded.day";
            tx.run(sql, vals![&entry.hash, &entry.kind, &entry.how, entry.day]).await?;
        }
        Ok(())
    }

    fn body(&self) -> String {
        self.entries
            .values()
            .map(|entry| format!("{}\t{}\t{}\t{}\n", entry.hash, entry.kind, entry.day, entry.how))
            .collect()
    }

    fn seal(&self) -> String {
        id::hash(&format!("{}\n{}", self.made_at, self.body()))
    }
}

impl Entry {
    fn read(line: &str) -> Option<Self> {
        let mut parts = line.splitn(4, '\t').map(str::to_owned);
        let (hash, kind, day, how) = (parts.next()?, parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        (hash.len() == 64).then_some(Self { hash, kind, how, day })
    }
}
