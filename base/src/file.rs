//! Files people give. What a file is, its bytes say, never its name ([`kind`]). Pictures are taken apart under limits
//! and put together anew ([`picture`], [`gif`]), so nothing but the picture is kept: no place, no camera, nothing
//! hidden behind it. Other listed kinds can be downloaded and are never shown; everything else is refused with the key
//! of a sentence.
//!
//! Promises: bytes are on the disk before the row that names them can be; a file is given only to who may see it, and
//! in a box (`sandbox`) in which nothing runs. Never: the name that a person's machine gave it as a path.

mod gif;
mod kind;
mod picture;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use tokio::sync::Semaphore;
use tokio_util::io::ReaderStream;

use crate::db::{Ask, DbResult, Tx};
use crate::house::House;
use crate::place::Place;
use crate::refusal::{Refusal, Reply};
use crate::room::{Audience, Reader};
use crate::whole::{self, Readers};
use crate::{id, ledger, redirect, row, search, vals};

pub use kind::Kind;

/// Letters of a file's name, before its ending.
const NAME_CHARS_MAX: usize = 60;
/// What lies in memory of a file on its way out, for each who reads it.
const PART_BYTES: usize = 16 << 10;
/// How long bytes without a row are left alone: whoever writes them may not have kept the row yet.
const UNKNOWN_FOR: Duration = Duration::from_secs(3600);

/// Bytes that were looked at and lie on the disk, but belong to nobody yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The id it will have as a file: a text may name it before both are kept in one write.
    pub id: String,
    pub hash: String,
    /// Fit for a path: plain letters, and the ending that its kind has.
    pub name: String,
    pub kind: Kind,
    pub bytes: i64,
    /// Width and height of a picture, in pixels.
    pub size: Option<(i64, i64)>,
}

/// A file somebody gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub id: String,
    pub hash: String,
    pub name: String,
    pub mime: String,
    pub bytes: i64,
    pub width: Option<i64>,
    pub height: Option<i64>,
    /// The person who gave it; it is theirs.
    pub giver: Option<String>,
    pub audience: Audience,
    pub since: i64,
}
row!(File { id, hash, name, mime, bytes, width, height, giver, audience, since });

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, hash, name, mime, bytes, width, height, giver, audience, since FROM file ", $rest)
    };
}

impl Given {
    /// Looks at the bytes, makes a picture anew, and writes what is to be kept. Do this before a write begins: it takes
    /// as long as a picture takes. `upload_bytes` of the settings is the most it may be.
    ///
    /// # Errors
    /// [`Refusal::TooLong`], or [`Refusal::NotLikeThis`] with why.
    pub async fn read(house: &House, name: &str, bytes: bytes::Bytes) -> Result<Self, Refusal> {
        /// One picture at a time: each may need [`picture::ALLOC_BYTES_MAX`].
        static ONE: Semaphore = Semaphore::const_new(1);
        if bytes.len() > house.settings.upload_bytes {
            return Err(Refusal::TooLong);
        }
        let _turn = ONE.acquire().await.expect("nobody closes it");
        let (folder, name, id) = (house.folder.clone(), name.to_owned(), house.new_id());
        let work = tokio::task::spawn_blocking(move || Self::read_now(&folder, id, &name, &bytes));
        work.await.map_err(|e| Refusal::Broken(e.to_string()))?
    }

    fn read_now(folder: &Path, id: String, name: &str, bytes: &[u8]) -> Result<Self, Refusal> {
        let kind = Kind::of(name, bytes).map_err(Refusal::NotLikeThis)?;
        if !kind.is_picture() {
            return Self::write(folder, id, name, kind, bytes, None);
        }
        let picture =
            if kind == Kind::Gif { gif::again(bytes) } else { picture::again(bytes) }.map_err(Refusal::NotLikeThis)?;
        Self::write(folder, id, name, picture.kind, &picture.bytes, Some((picture.width.into(), picture.height.into())))
    }

    fn write(
        folder: &Path,
        id: String,
        name: &str,
        kind: Kind,
        bytes: &[u8],
        size: Option<(i64, i64)>,
    ) -> Result<Self, Refusal> {
        let hash = id::hash_bytes(bytes);
        // Written anew even where it is there already: its age tells `sweep` that somebody is about to need it.
        let path = on_shelf(&folder.join("files"), &hash);
        path.parent().map_or(Ok(()), whole::folder).and_then(|()| whole::write(&path, Readers::Nobody, bytes))?;
        let bytes = i64::try_from(bytes.len()).map_err(|_| Refusal::TooLong)?;
        Ok(Self { id, hash, name: plain_name(name, kind), kind, bytes, size })
    }

    /// The path that it will have as a file.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/files/{}/{}", self.id, self.name)
    }

    /// Keeps it as somebody's file.
    pub async fn keep(self, tx: &Tx, giver: Option<&str>, audience: Audience, now: i64) -> DbResult<File> {
        let (width, height) = self.size.unzip();
        let mime = self.kind.mime().to_owned();
        let sql = "INSERT INTO file (id, hash, name, mime, bytes, width, height, giver, audience, since)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        tx.run(sql, vals![&self.id, &self.hash, &self.name, &mime, self.bytes, width, height, giver, audience, now])
            .await?;
        Ok(File {
            id: self.id,
            hash: self.hash,
            name: self.name,
            mime,
            bytes: self.bytes,
            width,
            height,
            giver: giver.map(str::to_owned),
            audience,
            since: now,
        })
    }
}

impl File {
    pub async fn find(ask: &impl Ask, id: &str) -> DbResult<Option<Self>> {
        ask.first(select!("WHERE id = $1"), vals![id]).await
    }

    /// Everything a person gave, the oldest first.
    pub async fn given_by(ask: &impl Ask, person: &str) -> DbResult<Vec<Self>> {
        ask.all(select!("WHERE giver = $1 ORDER BY id"), vals![person]).await
    }

    /// Every file there is, in the order of their ids.
    pub async fn all(ask: &impl Ask) -> DbResult<Vec<Self>> {
        ask.all(select!("WHERE id > '' ORDER BY id"), &[]).await
    }

    /// Its path in the house.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/files/{}/{}", self.id, self.name)
    }

    /// Where its bytes lie.
    #[must_use]
    pub fn on_disk(&self, house: &House) -> PathBuf {
        on_shelf(&house.folder.join("files"), &self.hash)
    }

    /// Removes it for good: its bytes go with the next [`sweep`], unless another file has the same, and what led to it
    /// says that it is gone.
    pub async fn erase(tx: &Tx, id: &str, now: i64) -> DbResult<()> {
        let Some(file) = Self::find(tx, id).await? else { return Ok(()) };
        tx.run("DELETE FROM file WHERE id = $1", vals![id]).await?;
        ledger::gone(tx, "file", id, now).await?;
        redirect::end(tx, &file.path(), &Place::gone("files", id)).await
    }

    /// The words that must stand around it on the way out.
    fn headers(&self) -> HeaderMap {
        let way = if self.width.is_some() { "inline" } else { "attachment" }; // a picture that we made
        let (cache, resource) = if self.audience == Audience::Everyone {
            ("public, max-age=3600", "cross-origin")
        } else {
            ("private, no-store", "same-origin")
        };
        let mut headers = HeaderMap::new();
        let mut set = |name: axum::http::HeaderName, value: &str| {
            headers.insert(name, HeaderValue::from_str(value).expect("names and kinds are plain ASCII"))
        };
        set(CONTENT_TYPE, &self.mime);
        set(CONTENT_DISPOSITION, &format!("{way}; filename=\"{}\"", self.name));
        set(CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
        set(X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(CACHE_CONTROL, cache);
        set("cross-origin-resource-policy".parse().expect("a header name"), resource);
        set(ETAG, &format!("\"{}\"", self.hash));
        headers
    }
}

/// Ids of the files that a text names: `/files/ID/NAME`.
pub fn named_in(words: &str) -> impl Iterator<Item = &str> {
    words.split("/files/").skip(1).filter_map(|rest| rest.split('/').next())
}

/// Answers `/files/{id}/{name}`: the file, to a reader who may see it.
pub async fn serve(house: &House, reader: &Reader, id: &str, name: &str, asked: &HeaderMap) -> Reply {
    let file = File::find(&house.db, id)
        .await?
        .filter(|file| file.name == name && reader.may_see(file.audience, file.giver.as_deref()));
    let file = file.ok_or(Refusal::NotFound)?;
    let headers = file.headers();
    if asked.get(IF_NONE_MATCH).is_some_and(|known| headers.get(ETAG) == Some(known)) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let open = tokio::fs::File::open(file.on_disk(house))
        .await
        .map_err(|e| Refusal::Broken(format!("file {}: {e}", file.id)))?;
    let length = [(CONTENT_LENGTH, file.bytes.to_string())];
    Ok((length, headers, in_parts(open)).into_response())
}

/// A body that reads a file while it is sent.
pub fn in_parts(file: tokio::fs::File) -> Body {
    Body::from_stream(ReaderStream::with_capacity(file, PART_BYTES))
}

/// Deletes bytes that no row knows: what was forgotten, and what a stopped upload left. Safe at any time.
pub async fn sweep(house: &House) -> Result<usize, Refusal> {
    let known: HashSet<String> = house.db.all("SELECT hash FROM file", vals![]).await?.into_iter().collect();
    let folder = house.folder.join("files");
    let work = tokio::task::spawn_blocking(move || if folder.exists() { sweep_folder(&folder, &known) } else { Ok(0) });
    Ok(work.await.map_err(|e| Refusal::Broken(e.to_string()))??)
}

fn sweep_folder(folder: &Path, known: &HashSet<String>) -> io::Result<usize> {
    let mut swept = 0;
    for shelf in fs::read_dir(folder)?.filter_map(Result::ok).filter(|shelf| shelf.path().is_dir()) {
        for entry in fs::read_dir(shelf.path())? {
            let path = entry?.path();
            let is_known = path.file_name().and_then(OsStr::to_str).is_some_and(|name| known.contains(name));
            if !is_known && is_old(&path)? && take_away(&path)? {
                swept += 1;
            }
        }
    }
    Ok(swept)
}

fn is_old(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.modified()?.elapsed().is_ok_and(|age| age > UNKNOWN_FOR))
}

/// Deletes it, unless somebody wrote the same bytes anew this very moment: what was moved aside no longer changes.
fn take_away(path: &Path) -> io::Result<bool> {
    let aside = path.with_extension("swept");
    fs::rename(path, &aside)?;
    let is_old = is_old(&aside)?;
    if is_old {
        fs::remove_file(&aside)?
    } else {
        fs::rename(&aside, path)?
    }
    Ok(is_old)
}

/// Where bytes lie in the folder of all files.
#[must_use]
pub fn on_shelf(files: &Path, hash: &str) -> PathBuf {
    files.join(&hash[..2]).join(hash)
}

/// A name that is plain in a path and a header, with the ending of what it is.
fn plain_name(name: &str, kind: Kind) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let stem = search::slug(stem, NAME_CHARS_MAX);
    format!("{}.{}", if stem.is_empty() { "file" } else { &stem }, kind.ending())
}

#[cfg(test)]
mod tests;
