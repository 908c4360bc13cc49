//! Restoring a backup into an empty place, of either engine. The database is filled aside (SQLite) or in one write
//! (PostgreSQL), and the files lie aside until it is; what the ledgers say was erased never becomes visible.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::make::hash_of;
use super::{Backup, BackupTrouble, Progress, Stage, TablePart, disk, line};
use crate::db::{Db, DbTrouble, Table, Tx, Val, Where, migrations};
use crate::file::on_shelf;
use crate::house;
use crate::ledger::Ledger;

/// The setting that says a restore is not finished: people who had left since are still to be forgotten by every room,
/// and the search index is still to be made. Whoever opens the house does that first.
pub const UNFINISHED: &str = "restore_unfinished";
/// The longest row, in bytes.
const ROW_BYTES_MAX: u64 = 64 << 20;
const ROWS_BETWEEN: u64 = 1_000;

/// What a restore brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    pub rows: u64,
    pub files: u64,
    /// Rows of the backup that had been erased since, and are erased again.
    pub erased: u64,
}

/// Restores a backup into an empty database and data folder. The ledger is laid over it in the same write.
pub async fn restore(
    backup: &mut Backup,
    place: &Where,
    folder: &Path,
    ledger: &Ledger,
    now: i64,
    progress: Progress<'_>,
) -> Result<Restored, BackupTrouble> {
    backup.manifest.check_known(&migrations())?;
    let aside = Aside::new(place, folder)?;
    let db = Db::connect(&aside.db.clone().map_or_else(|| place.clone(), Where::File)).await?;
    let server = if matches!(place, Where::Server(_)) && db.is_bare().await? { Some(db.clone()) } else { None };
    let restored = bring(backup, aside, db, ledger, now, progress).await;
    if let (Err(_), Some(server)) = (&restored, server) {
        server.drop_tables().await?;
    }
    restored
}

async fn bring(
    backup: &mut Backup,
    aside: Aside,
    db: Db,
    ledger: &Ledger,
    now: i64,
    progress: Progress<'_>,
) -> Result<Restored, BackupTrouble> {
    make_tables(&db, backup).await?;
    let files = take_files(backup, &aside.files, progress)?;
    let tx = db.begin().await?;
    tx.references_later().await?;
    let tables = db.tables().await?;
    let (mut rows, mut erased, mut again) = (0, 0, Vec::new());
    for part in backup.manifest.tables.clone() {
        let table = tables
            .iter()
            .find(|table| table.name == part.name && table.columns.iter().map(|column| &column.name).eq(&part.columns));
        let table = table
            .ok_or_else(|| damaged(backup, format!("its table {} is not one that its migrations made", part.name)))?;
        let ids = fill(backup, &tx, table, &part, ledger, progress).await?;
        rows += part.rows;
        again.push((table, ids));
    }
    // Only now: what points to an erased row goes with it.
    for (table, ids) in again {
        erased += ledger.lay_over(&tx, table, &ids).await?;
    }
    ledger.remember(&tx).await?;
    house::settle(&tx, UNFINISHED, "yes", now).await?;
    tx.references_now().await?;
    aside.keep(db, tx).await?;
    Ok(Restored { rows, files, erased })
}

/// Where things lie until all of them are there. Dropped before that, it takes them away again.
struct Aside {
    place: Where,
    /// The database's file while it is filled; `None` for a server, which has transactions for that.
    db: Option<PathBuf>,
    files: PathBuf,
    files_at_last: PathBuf,
}

impl Aside {
    fn new(place: &Where, folder: &Path) -> Result<Self, BackupTrouble> {
        let files_at_last = folder.join("files");
        if fs::read_dir(&files_at_last).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(BackupTrouble::NotEmpty(format!("there are files in {} already", files_at_last.display())));
        }
        let db = match place {
            Where::File(path) if path.exists() => {
                return Err(BackupTrouble::NotEmpty(format!("{} is there already", path.display())));
            }
            Where::File(path) => Some(path.with_extension("restoring")),
            Where::Server(_) => None,
        };
        fs::create_dir_all(folder).map_err(disk(folder))?;
        let aside = Self { place: place.clone(), db, files: folder.join("files.restoring"), files_at_last };
        aside.clear();
        Ok(aside)
    }

    /// Makes it all last: the files first, the database as the last step that counts.
    async fn keep(mut self, db: Db, tx: Tx) -> Result<(), BackupTrouble> {
        if self.files.exists() {
            let _ = fs::remove_dir(&self.files_at_last);
            fs::rename(&self.files, &self.files_at_last).map_err(disk(&self.files_at_last))?;
        }
        let kept = match self.db.take() {
            None => keep_all(&db, tx).await,
            Some(aside) => self.keep_file(&aside, db, tx).await,
        };
        kept.inspect_err(|_| drop(fs::remove_dir_all(&self.files_at_last)))
    }

    async fn keep_file(&self, aside: &Path, db: Db, tx: Tx) -> Result<(), BackupTrouble> {
        let Where::File(path) = &self.place else { return Ok(()) };
        let kept = keep_all(&db, tx).await;
        let rested = match kept {
            Ok(()) => db.rest().await.map_err(BackupTrouble::from),
            Err(trouble) => Err(trouble),
        };
        drop(db);
        let moved = rested.and_then(|()| fs::rename(aside, path).map_err(disk(path)));
        remove_database(aside);
        moved?;
        path.parent()
            .map_or(Ok(()), |folder| File::open(folder).and_then(|folder| folder.sync_all()))
            .map_err(disk(path))
    }

    fn clear(&self) {
        let _ = fs::remove_dir_all(&self.files);
        self.db.iter().for_each(|db| remove_database(db));
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The tables as they were when the backup was made, in a database with nothing in it.
async fn make_tables(db: &Db, backup: &Backup) -> Result<(), BackupTrouble> {
    let last = backup.manifest.migrations.last().map_or(0, |step| step.number);
    if let Some((_, name, _)) = db.migrations_done().await?.iter().find(|(number, ..)| *number > last) {
        return Err(BackupTrouble::NotEmpty(format!(
            "the database has tables from {name}, which the backup does not know; give one without tables"
        )));
    }
    if let Some(table) = db.first_filled().await? {
        return Err(BackupTrouble::NotEmpty(format!("the database has rows in its table {table}")));
    }
    db.migrate_to(last).await?;
    Ok(())
}

/// Keeps the rows, and brings the tables up to what this program knows.
async fn keep_all(db: &Db, tx: Tx) -> Result<(), BackupTrouble> {
    tx.keep().await?;
    db.migrate().await?;
    Ok(())
}

fn remove_database(path: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        let _ = fs::remove_file(PathBuf::from(name));
    }
}

fn damaged(backup: &Backup, what: String) -> BackupTrouble {
    BackupTrouble::Damaged { file: backup.file.clone(), what }
}

/// Fills one table; returns what the ledger says about its rows, by their ids.
async fn fill(
    backup: &mut Backup,
    tx: &Tx,
    table: &Table,
    part: &TablePart,
    ledger: &Ledger,
    progress: Progress<'_>,
) -> Result<BTreeMap<String, String>, BackupTrouble> {
    let wrong = |row, why: String| BackupTrouble::Row { table: part.name.clone(), row, why };
    let id_at = table.columns.iter().position(|column| column.name == "id").filter(|_| ledger.knows(&table.name));
    let mut lines = BufReader::with_capacity(1 << 16, backup.part(&part.path())?);
    let (mut erased, mut waiting) = (BTreeMap::new(), Vec::new());
    let mut line = Vec::new();
    for row in 1..=part.rows {
        line.clear();
        (&mut lines).take(ROW_BYTES_MAX).read_until(b'\n', &mut line).map_err(|e| wrong(row, e.to_string()))?;
        let vals = line::read(&line, table.columns.len()).map_err(|why| wrong(row, why))?;
        if let Some(Val::Text(id)) = id_at.map(|at| &vals[at])
            && let Some(how) = ledger.on(&table.name, id)
        {
            erased.insert(id.clone(), how.to_owned());
        }
        waiting.extend(vals);
        if row % table.rows_at_once() as u64 == 0 || row == part.rows {
            tx.fill(table, &waiting).await.map_err(|why| in_table(part, row, why))?;
            waiting.clear();
        }
        if row % ROWS_BETWEEN == 0 {
            progress(Stage { what: &part.name, done: row, of: part.rows });
        }
    }
    Ok(erased)
}

fn in_table(part: &TablePart, row: u64, why: DbTrouble) -> BackupTrouble {
    match why {
        DbTrouble::Clash(why) | DbTrouble::Engine(why) => BackupTrouble::Row { table: part.name.clone(), row, why },
        other => other.into(),
    }
}

/// Lays the files out below `to`, each checked against its name.
fn take_files(backup: &mut Backup, to: &Path, progress: Progress<'_>) -> Result<u64, BackupTrouble> {
    let parts = backup.manifest.files.clone();
    for (done, part) in parts.iter().enumerate() {
        progress(Stage { what: "files", done: done as u64, of: parts.len() as u64 });
        let path = on_shelf(to, &part.sha256);
        private_folder(path.parent().expect("a shelf")).map_err(disk(&path))?;
        let mut file = File::create_new(&path).map_err(disk(&path))?;
        io::copy(&mut backup.part(&part.path())?, &mut file).and_then(|_| file.sync_all()).map_err(disk(&path))?;
        if hash_of(&mut File::open(&path).map_err(disk(&path))?).map_err(disk(&path))? != part.sha256 {
            return Err(damaged(backup, part.path()));
        }
    }
    Ok(parts.len() as u64)
}

/// Makes a folder that is for its owner alone.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut folder = fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path)
}
