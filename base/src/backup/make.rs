//! Making a backup, while the house goes on.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::line::Line;
use super::{
    BackupTrouble, FORMAT, FilePart, MANIFEST, Manifest, Progress, SEAL, SEAL_BYTES, Stage, Step, TablePart, disk,
    file_path, is_hash, table_path,
};
use crate::db::{Db, Snapshot, Table, Val};
use crate::file::on_shelf;
use crate::ledger::Ledger;
use crate::whole::{Readers, Whole};

/// How many rows pass between two reports.
const ROWS_BETWEEN: u64 = 1_000;

/// Makes a backup of the database and of the files in the data folder, with the erasure ledger beside it. `to` is there
/// whole or not at all. Reads and writes files as it goes: give it a thread that may wait.
pub async fn make(
    db: &Db,
    folder: &Path,
    to: &Path,
    now: i64,
    progress: Progress<'_>,
) -> Result<Manifest, BackupTrouble> {
    let whole = Whole::begin(to, Readers::Nobody).map_err(disk(to))?;
    let manifest = write(db, folder, Parts::new(whole.file(), to, progress), now, progress).await?;
    whole.keep().map_err(disk(to))?;
    if manifest.tables.iter().any(|part| part.name == "erasure") {
        let mut beside = to.as_os_str().to_owned();
        beside.push(".ledger");
        Ledger::of(db, now).await?.write(Path::new(&beside))?;
    }
    Ok(manifest)
}

async fn write(
    db: &Db,
    folder: &Path,
    mut parts: Parts<'_>,
    now: i64,
    progress: Progress<'_>,
) -> Result<Manifest, BackupTrouble> {
    let snapshot = db.snapshot().await?;
    let migrations =
        db.migrations_done().await?.into_iter().map(|(number, name, hash)| Step { number, name, hash }).collect();
    let made_by = env!("CARGO_PKG_VERSION").to_owned();
    let mut manifest = Manifest { format: FORMAT, made_at: now, made_by, migrations, ..Manifest::default() };
    let mut hashes = BTreeSet::new();
    for table in db.tables().await? {
        let names_files =
            (table.name == "file").then(|| table.columns.iter().position(|column| column.name == "hash")).flatten();
        manifest.tables.push(
            parts
                .table(&snapshot, &table, |row| match names_files.map(|at| &row[at]) {
                    Some(Val::Text(hash)) if is_hash(hash) => drop(hashes.insert(hash.clone())),
                    _ => {}
                })
                .await?,
        );
    }
    drop(snapshot);
    for (done, hash) in hashes.iter().enumerate() {
        progress(Stage { what: "files", done: done as u64, of: hashes.len() as u64 });
        match parts.file(&on_shelf(&folder.join("files"), hash), hash)? {
            Some(part) => manifest.files.push(part),
            None => manifest.missing.push(hash.clone()),
        }
    }
    parts.finish(&manifest)?;
    Ok(manifest)
}

/// The zip file while it is written.
struct Parts<'a> {
    zip: ZipWriter<BufWriter<&'a File>>,
    to: &'a Path,
    progress: Progress<'a>,
}

impl<'a> Parts<'a> {
    fn new(file: &'a File, to: &'a Path, progress: Progress<'a>) -> Self {
        Self { zip: ZipWriter::new(BufWriter::with_capacity(1 << 16, file)), to, progress }
    }

    fn start(&mut self, path: &str, method: CompressionMethod) -> Result<(), BackupTrouble> {
        let options = SimpleFileOptions::default().compression_method(method).large_file(true).unix_permissions(0o600);
        self.zip.start_file(path, options).map_err(io::Error::from).map_err(disk(self.to))
    }

    async fn table(
        &mut self,
        snapshot: &Snapshot,
        table: &Table,
        mut see: impl FnMut(&[Val]),
    ) -> Result<TablePart, BackupTrouble> {
        self.start(&table_path(&table.name), CompressionMethod::Deflated)?;
        let (to, progress) = (self.to, self.progress);
        let mut out = Hashing::new(BufWriter::new(&mut self.zip));
        let mut rows = 0;
        snapshot
            .each(table, |row| {
                see(&row);
                rows += 1;
                if rows % ROWS_BETWEEN == 0 {
                    progress(Stage { what: &table.name, done: rows, of: 0 });
                }
                serde_json::to_writer(&mut out, &Line(&row))
                    .map_err(io::Error::from)
                    .and_then(|()| out.write_all(b"\n"))
                    .map_err(disk(to))
            })
            .await?;
        let (bytes, sha256) = out.finish().map_err(disk(to))?;
        let columns = table.columns.iter().map(|column| column.name.clone()).collect();
        Ok(TablePart { name: table.name.clone(), columns, rows, bytes, sha256 })
    }

    /// `None` when the bytes are not there (any more) or are not what their name says.
    fn file(&mut self, from: &Path, hash: &str) -> Result<Option<FilePart>, BackupTrouble> {
        let Ok(mut file) = File::open(from) else { return Ok(None) };
        if hash_of(&mut file).map_err(disk(from))? != hash {
            return Ok(None);
        }
        file.rewind().map_err(disk(from))?;
        // Pictures and archives are compressed already.
        self.start(&file_path(hash), CompressionMethod::Stored)?;
        let bytes = io::copy(&mut file, &mut self.zip).map_err(disk(self.to))?;
        Ok(Some(FilePart { sha256: hash.to_owned(), bytes }))
    }

    fn finish(mut self, manifest: &Manifest) -> Result<(), BackupTrouble> {
        self.start(MANIFEST, CompressionMethod::Deflated)?;
        serde_json::to_writer_pretty(&mut self.zip, manifest).map_err(io::Error::from).map_err(disk(self.to))?;
        self.zip.set_comment(format!("{SEAL}{}", "0".repeat(64))).map_err(io::Error::from).map_err(disk(self.to))?;
        let file = self.zip.finish().map_err(io::Error::from).map_err(disk(self.to))?;
        let file = file.into_inner().map_err(|e| disk(self.to)(e.into_error()))?;
        seal(file).map_err(disk(self.to))
    }
}

/// Writes the hash of everything else at the very end.
fn seal(mut file: &File) -> io::Result<()> {
    let end = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let hash = hash_of(&mut file.take(end - SEAL_BYTES as u64))?;
    file.seek(SeekFrom::Start(end - 64))?;
    file.write_all(hash.as_bytes())
}

/// SHA-256 of everything that a reader gives, in hex.
pub(super) fn hash_of(from: &mut impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(data_encoding::HEXLOWER.encode(&hash.finalize())),
            some => hash.update(&buffer[..some]),
        }
    }
}

/// Counts and hashes what passes through.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    fn finish(mut self) -> io::Result<(u64, String)> {
        self.inner.flush()?;
        Ok((self.bytes, data_encoding::HEXLOWER.encode(&self.hash.finalize())))
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
