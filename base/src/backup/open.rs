//! Opening a backup: nothing of it is believed before all of it was read and found whole.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::make::hash_of;
use super::{BackupTrouble, FORMAT, MANIFEST, Manifest, SEAL, SEAL_BYTES, disk, is_hash};

/// The most that a manifest may say, in bytes.
const MANIFEST_BYTES_MAX: u64 = 256 << 20;

/// A backup that was found whole.
pub struct Backup {
    pub file: PathBuf,
    pub manifest: Manifest,
    zip: ZipArchive<BufReader<File>>,
}

impl Backup {
    /// Reads a whole backup once and checks it.
    ///
    /// # Errors
    /// [`BackupTrouble::Damaged`] names the first part that is not as it was written.
    pub fn open(path: &Path) -> Result<Self, BackupTrouble> {
        let mut file = File::open(path).map_err(disk(path))?;
        let sealed = seal_of(&mut file).map_err(disk(path))?;
        let whole = match &sealed {
            Seal::Mine { end, hash } => {
                file.rewind().map_err(disk(path))?;
                hash_of(&mut (&mut file).take(*end)).map_err(disk(path))? == *hash
            }
            Seal::Newer(format) => return Err(BackupTrouble::Newer(format!("its format is {format}"))),
            Seal::None { is_zip: true } => false,
            Seal::None { is_zip: false } => return Err(BackupTrouble::NotABackup(path.to_owned())),
        };
        if !whole {
            let what = what_is_damaged(path, &sealed);
            return Err(BackupTrouble::Damaged { file: path.to_owned(), what });
        }
        Self::read(path).map_err(|what| BackupTrouble::Damaged { file: path.to_owned(), what })
    }

    fn read(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|e| e.to_string())?;
        let mut zip = ZipArchive::new(BufReader::with_capacity(1 << 16, file))
            .map_err(|_| "its list of parts cannot be read".to_owned())?;
        let broken = |what: String| format!("{MANIFEST} cannot be read: {what}");
        let part = zip.by_name(MANIFEST).map_err(|e| broken(e.to_string()))?;
        let mut text = String::new();
        part.take(MANIFEST_BYTES_MAX).read_to_string(&mut text).map_err(|e| broken(e.to_string()))?;
        let manifest: Manifest = serde_json::from_str(&text).map_err(|e| broken(e.to_string()))?;
        match manifest.files.iter().find(|part| !is_hash(&part.sha256)) {
            None if manifest.format <= FORMAT => Ok(Self { file: path.to_owned(), manifest, zip }),
            None => Err(broken(format!("its format is {}", manifest.format))),
            Some(part) => Err(broken(format!("{:?} is no hash", part.sha256))),
        }
    }

    /// The bytes of one part, unpacked as they are read.
    pub(super) fn part(&mut self, path: &str) -> Result<impl Read + '_, BackupTrouble> {
        let gone = |_| BackupTrouble::Damaged { file: self.file.clone(), what: format!("{path} is not in it") };
        self.zip.by_name(path).map_err(gone)
    }

    /// The first part whose bytes are not those that were written.
    fn first_damaged(&mut self) -> Option<String> {
        let tables = self.manifest.tables.iter().map(|part| (part.path(), part.sha256.clone()));
        let files = self.manifest.files.iter().map(|part| (part.path(), part.sha256.clone()));
        let parts: Vec<_> = tables.chain(files).collect();
        parts.into_iter().find_map(|(path, sha256)| {
            let whole =
                self.part(&path).ok().and_then(|mut part| hash_of(&mut part).ok()).is_some_and(|hash| hash == sha256);
            (!whole).then_some(path)
        })
    }
}

impl std::fmt::Debug for Backup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backup").field("file", &self.file).finish_non_exhaustive()
    }
}

enum Seal {
    /// Where it begins, and the hash of everything before.
    Mine {
        end: u64,
        hash: String,
    },
    Newer(u32),
    None {
        is_zip: bool,
    },
}

fn seal_of(file: &mut File) -> std::io::Result<Seal> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut start = [0; 4];
    file.rewind()?;
    let is_zip = file.read_exact(&mut start).is_ok() && start == *b"PK\x03\x04";
    let Some(end) = length.checked_sub(SEAL_BYTES as u64) else { return Ok(Seal::None { is_zip }) };
    file.seek(SeekFrom::Start(end))?;
    let mut tail = vec![0; SEAL_BYTES];
    file.read_exact(&mut tail)?;
    let tail = String::from_utf8_lossy(&tail).into_owned();
    let Some(hash) = tail.strip_prefix(SEAL) else {
        let newer = tail.rsplit_once("circlepit backup ").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
        return Ok(newer.filter(|format| *format > FORMAT).map_or(Seal::None { is_zip }, Seal::Newer));
    };
    Ok(Seal::Mine { end, hash: hash.to_owned() })
}

fn what_is_damaged(path: &Path, seal: &Seal) -> String {
    match Backup::read(path) {
        Ok(mut backup) => backup.first_damaged().unwrap_or_else(|| "its seal or the list of its parts".into()),
        Err(_) if matches!(seal, Seal::None { .. }) => "it is cut off".into(),
        Err(what) => what,
    }
}
