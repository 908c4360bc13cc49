//! Everything the house keeps about one person, to take along: pages to read, the same as JSON, and their files, in one
//! zip.
//!
//! Promises: every room is asked; made while one waits and sent once, so that no copy or link of it lies about. Never:
//! a secret that lets in (hashes of passwords, keys) or somebody else's words.

use std::io::{BufWriter, ErrorKind, IntoInnerError, Seek as _, Write as _};

use askama::Template;
use base::clock::{self, rfc3339};
use base::db::{Ask as _, DbResult};
use base::file::File;
use base::house::House;
use base::page::{Frame, Safe};
use base::place::Place;
use base::refusal::Refusal;
use base::room::Kept;
use base::vals;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::Person;
use crate::passkey::Passkey;
use crate::session::Session;

/// What a reader looks for first in a row; dates and addresses come after the words.
const FIRST: [&str; 16] = [
    "name", "duty", "line", "title", "artist", "what", "playlist", "song", "feeling", "feelings", "brief", "summary",
    "words", "your_words", "why", "reason",
];

#[derive(Template)]
#[template(path = "backstage/export.html")]
struct Readable<'a> {
    f: &'a Frame,
    person: &'a Person,
    kept: Vec<Table>,
    /// What the tables are called in which there is nothing.
    nothing: Vec<String>,
    files: &'a [File],
    now: i64,
}

impl Readable<'_> {
    /// The name of a file in the zip.
    fn in_zip(file: &File) -> String {
        format!("files/{}-{}", file.id, file.name)
    }
}

/// A table as a person reads it.
struct Table {
    called: String,
    rows: Vec<Vec<Cell>>,
}

struct Cell {
    called: String,
    said: String,
    /// Where it stands in the house, if it is an address.
    address: Option<String>,
}

impl Table {
    fn of(f: &Frame, kept: &Kept) -> Self {
        let called = f.house.words.find(&format!("kept-{}", kept.what)).unwrap_or(kept.what).to_owned();
        Self { called, rows: kept.rows.iter().map(|row| Cell::all(f, row)).collect() }
    }
}

impl Cell {
    /// What is said in a row: nothing that is empty.
    fn all(f: &Frame, row: &Value) -> Vec<Self> {
        let mut fields: Vec<_> = row.as_object().into_iter().flatten().collect();
        fields.sort_by_key(|(field, _)| FIRST.iter().position(|first| first == field).unwrap_or(FIRST.len()));
        fields.into_iter().filter_map(|(field, value)| Self::of(f, field, value)).collect()
    }

    fn of(f: &Frame, field: &str, value: &Value) -> Option<Self> {
        let plain = in_words(value);
        // What a person wrote stands as they wrote it, also where it looks like a day.
        let is_theirs = FIRST.contains(&field);
        let (when, place) = if is_theirs { (None, None) } else { (day_in_words(&plain), Place::read(&plain)) };
        let key = format!("kept-in-{}", field.replace('_', "-"));
        let called = when
            .as_ref()
            .and_then(|_| f.house.words.find(&format!("{key}-when")).map(str::to_owned))
            .or_else(|| f.house.words.find(&key).map(str::to_owned));
        let cell = Self {
            called: called.unwrap_or_else(|| field.replace(['_', '-'], " ")),
            address: place.map(|place| f.house.address(place.as_str())),
            said: when.unwrap_or(plain),
        };
        Some(cell).filter(|cell| !cell.said.trim().is_empty())
    }
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(in_words).collect::<Vec<_>>().join("\n"),
        Value::Object(all) => all.values().map(in_words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// `2026-11-12` or `2026-11-12T02:14:00Z` as people write it.
fn day_in_words(text: &str) -> Option<String> {
    let day = clock::day(clock::read_date(text.get(..10)?)?);
    match text.get(10..)? {
        "" => Some(day),
        hour => Some(format!("{day}, {}", hour.strip_prefix('T')?.strip_suffix('Z')?.get(..5)?)),
    }
}

/// How many are made at once: each reads whatever somebody ever wrote.
static UNDER_WAY: Semaphore = Semaphore::const_new(2);

/// The zip, ready to send: a file without a name, which is gone once it is sent.
pub async fn zip(house: &House, f: &Frame, person: &Person) -> Result<std::fs::File, Refusal> {
    let Ok(_permit) = UNDER_WAY.try_acquire() else { return Err(Refusal::Busy) };
    let mut kept = Vec::new();
    for room in house.rooms {
        kept.extend(room.keeps(house, &person.id).await?);
    }
    let mut ids: Vec<_> = kept.iter().flat_map(|kept| kept.files.iter().cloned()).collect();
    ids.extend(File::given_by(&house.db, &person.id).await?.into_iter().map(|file| file.id));
    ids.sort();
    ids.dedup();
    let mut files = Vec::new();
    for id in ids {
        files.extend(File::find(&house.db, &id).await?);
    }
    let (kept_of, nothing): (Vec<_>, Vec<_>) =
        kept.iter().map(|kept| Table::of(f, kept)).partition(|table| !table.rows.is_empty());
    let nothing = nothing.into_iter().map(|table| table.called).collect();
    let page = Safe::of(&Readable { kept: kept_of, nothing, files: &files, now: house.now(), person, f }).0;
    let data = json!({ "person": person.name, "made": rfc3339(house.now()), "kept": kept });
    let data = serde_json::to_vec_pretty(&data).map_err(|e| Refusal::Broken(e.to_string()))?;
    let house = house.clone();
    let pack = move || pack(&house, &page, &data, &files);
    Ok(tokio::task::spawn_blocking(pack).await.map_err(|e| Refusal::Broken(e.to_string()))??)
}

fn pack(house: &House, page: &str, data: &[u8], files: &[File]) -> std::io::Result<std::fs::File> {
    let mut zip = ZipWriter::new(BufWriter::new(tempfile::tempfile_in(&house.folder)?));
    let style = house.assets.at(house.assets.path("house.css")).map_or(&[][..], |style| &style.plain);
    for (name, bytes) in [("read-me-first.html", page.as_bytes()), ("house.css", style), ("data.json", data)] {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(bytes)?;
    }
    for file in files {
        match std::fs::File::open(file.on_disk(house)) {
            Ok(mut kept) => {
                let as_it_is = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
                zip.start_file(Readable::in_zip(file), as_it_is)?;
                std::io::copy(&mut kept, &mut zip)?;
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {} // what the disk lost keeps nobody from taking the rest along
            Err(e) => return Err(e),
        }
    }
    let mut file = zip.finish()?.into_inner().map_err(IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

/// What this room keeps about a person, apart from what power says.
pub(crate) async fn keeps(house: &House, person: &str) -> DbResult<Vec<Kept>> {
    let db = &house.db;
    let rows: Vec<(String, String, i64, i64, Option<String>)> =
        db.all("SELECT name, age, age_said_at, joined_at, let_in_by FROM person WHERE id = $1", vals![person]).await?;
    let account = rows
        .into_iter()
        .map(|(name, age, said, joined, by)| {
            json!({
                "name": name, "age": age, "age_said": rfc3339(said), "joined": rfc3339(joined),
                "let_in_by": by.map(|id| Place::of("people", &id).to_string())
            })
        })
        .collect();
    let lines: Vec<(String, String, String)> =
        db.all("SELECT kind, words, audience FROM profile_line WHERE person = $1 ORDER BY kind", vals![person]).await?;
    let lines = lines
        .into_iter()
        .map(|(kind, words, audience)| json!({ "line": kind, "words": words, "seen_by": audience }))
        .collect();
    let sessions = Session::all(db, person).await?.into_iter().map(|session| json!({
        "signed_in": rfc3339(session.since), "last_seen": clock::date(session.seen_day), "things_shown": session.factors
    })).collect();
    let passkeys = Passkey::all(db, person)
        .await?
        .into_iter()
        .map(|passkey| json!({ "name": passkey.name, "since": rfc3339(passkey.since) }))
        .collect();
    let words: Vec<(String, String, i64)> =
        db.all("SELECT word, why, at FROM join_word WHERE person = $1 ORDER BY at, request", vals![person]).await?;
    let words =
        words.into_iter().map(|(word, why, at)| json!({ "said": word, "why": why, "at": rfc3339(at) })).collect();
    let before: Vec<(String, i64)> =
        db.all("SELECT name, until FROM name_before WHERE person = $1", vals![person]).await?;
    let before = before.into_iter().map(|(name, until)| json!({ "name": name, "until": rfc3339(until) })).collect();
    let tables = [
        ("account", account),
        ("name-before", before),
        ("profile", lines),
        ("signed-in", sessions),
        ("passkeys", passkeys),
        ("said-to-requests", words),
    ];
    Ok(tables.into_iter().map(|(what, rows)| Kept::of(what, rows)).collect())
}
