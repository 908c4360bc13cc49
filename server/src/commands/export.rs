//! `export`: everything in a zip that can be read with a browser and nothing else: `index.html`, every public page as
//! it looks, as JSON what everybody may read of each table ([`GOES_OUT`]), every article and comment as its Markdown,
//! every file under its name. What was withdrawn or never sent stays in ([`KeptBack`]), and so does what was said for
//! fewer ears than everybody's: lines for members, who holds what, what was done with it to whom, files for oneself,
//! and that somebody is here of whom nothing else is read. It is not a backup: it is for people to read, and for other
//! programs to take in.

mod goes_out;
mod kept_back;
mod markdown;

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use base::backup::Stage;
use base::clock::day_and_hour;
use base::db::{Ask as _, DbTrouble, Snapshot, Table, Val};
use base::file::on_shelf;
use base::house::House;
use base::page::Safe;
use base::whole::{Readers, Whole};
use clap::Args;
use serde_json::{Map, Value};
use tower::ServiceExt as _;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub use goes_out::GOES_OUT;
use goes_out::columns_of;
use kept_back::KeptBack;

use super::{Place, is_free};
use crate::progress::Bar;
use crate::tags::retagged;
use crate::web;

const PAGE_BYTES_MAX: usize = 16 << 20;
/// The columns that say whose a row is.
const WHOSE: [&str; 4] = ["author", "curator", "giver", "person"];

#[derive(Args, Debug)]
pub(super) struct Export {
    /// The zip to write
    #[arg(long, value_name = "FILE.zip")]
    to: PathBuf,
    /// Write over an older file of this name
    #[arg(long)]
    force: bool,
}

impl Export {
    pub(super) async fn run(self, place: &Place) -> Result<()> {
        let house = place.house().await?;
        is_free(&self.to, self.force)?;
        let written = async {
            let whole = Whole::begin(&self.to, Readers::Nobody)?;
            let count = write(&house, whole.file()).await?;
            whole.keep().map(|()| count).map_err(anyhow::Error::from)
        };
        let (pages, tables, files) = written.await.with_context(|| self.to.display().to_string())?;
        println!("{}: {pages} pages, {tables} tables, {files} files", self.to.display());
        Ok(())
    }
}

/// Writes the zip; how many pages, tables and files are in it.
async fn write(house: &House, to: &File) -> Result<(usize, usize, usize)> {
    let bar = Bar::new();
    let mut out = Out { zip: ZipWriter::new(BufWriter::new(to)), bar: &bar, named: HashSet::new() };
    let paths = public_paths(house).await?;
    let app = web::app(house);
    for (done, path) in paths.iter().enumerate() {
        out.at("pages", done, paths.len());
        let html = page(&app, path).await?;
        out.add(&file_of(path), to_file(&html, path, &paths).as_bytes())?;
    }
    out.add(
        "house.css",
        house
            .assets
            .at(house.assets.path("house.css"))
            .map(|asset| asset.plain.to_vec())
            .unwrap_or_default()
            .as_slice(),
    )?;
    let tables =
        house.db.tables().await?.into_iter().filter(|table| !columns_of(&table.name).is_empty()).collect::<Vec<_>>();
    let snapshot = house.db.snapshot().await?;
    // After the snapshot: what was withdrawn before it is known here for certain.
    let kept_back = KeptBack::of(&house.db).await?;
    let (people, others): (Vec<_>, Vec<_>) = tables.iter().partition(|table| table.name == "person");
    for table in others.into_iter().chain(people) {
        out.table(&snapshot, table, &kept_back).await?;
    }
    drop(snapshot);
    markdown::write(&mut out, house, &kept_back).await?;
    let files = out.files(house, &kept_back).await?;
    out.add("index.html", index(house, &paths, &tables).as_bytes())?;
    out.zip.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok((paths.len(), tables.len(), files))
}

/// The front page, help, and every place that anybody may find.
async fn public_paths(house: &House) -> Result<BTreeSet<String>> {
    let places: Vec<String> =
        house.db.all("SELECT place FROM findable WHERE audience = 'everyone' ORDER BY place", &[]).await?;
    let pages = house.pack.pages.iter().map(|page| format!("/pages/{}", page.slug));
    let always = ["/", "/help", "/library", "/songs", "/playlists", "/articles", "/feelings", "/duties", "/acts"]
        .map(str::to_owned);
    let feelings = house.pack.feelings.iter().map(|feeling| format!("/feelings/{}", feeling.id));
    let plain = |path: &String| !path.contains(['#', '?']);
    let mut there = BTreeSet::new();
    let app = web::app(house);
    for path in places.into_iter().chain(pages).chain(feelings).chain(always).filter(plain) {
        if answer(&app, &path).await?.status().is_success() {
            there.insert(path);
        }
    }
    Ok(there)
}

async fn answer(app: &Router, path: &str) -> Result<axum::response::Response> {
    Ok(app.clone().oneshot(Request::get(path).body(Body::empty())?).await.unwrap_or_else(|never| match never {}))
}

async fn page(app: &Router, path: &str) -> Result<String> {
    let body = axum::body::to_bytes(answer(app, path).await?.into_body(), PAGE_BYTES_MAX).await?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}

/// Where a page lies in the zip.
fn file_of(path: &str) -> String {
    let name = path.trim_matches('/');
    format!("pages/{}.html", if name.is_empty() { "front" } else { name })
}

/// A page as a file: links lead to the files of other pages where these are there and nowhere where not; no script.
fn to_file(html: &str, path: &str, there: &BTreeSet<String>) -> String {
    let up = "../".repeat(file_of(path).matches('/').count());
    retagged(html, |tag| match tag {
        _ if tag.starts_with("link rel=\"stylesheet\"") => {
            Some(format!("link rel=\"stylesheet\" href=\"{up}house.css\""))
        }
        _ if ["link ", "script", "meta property"].iter().any(|begins| tag.starts_with(begins)) || tag == "/script" => {
            None
        }
        _ => Some(relinked(tag, &up, there)),
    })
}

/// A tag whose `href="/…"` and `src="/files/…"` lead into the zip.
fn relinked(tag: &str, up: &str, there: &BTreeSet<String>) -> String {
    if let Some((before, rest)) = tag.split_once("href=\"/") {
        let (path, after) = rest.split_once('"').unwrap_or((rest, ""));
        let (bare, fragment) =
            path.split_once('#').map_or((path, String::new()), |(bare, fragment)| (bare, format!("#{fragment}")));
        let bare = format!("/{bare}");
        return if there.contains(&bare) {
            format!("{before}href=\"{up}{}{fragment}\"{after}", file_of(&bare))
        } else if bare.starts_with("/files/") {
            format!("{before}href=\"{up}{}\"{after}", &bare[1..])
        } else {
            format!("{before}{after}")
        };
    }
    tag.replace("src=\"/files/", &format!("src=\"{up}files/"))
}

fn index(house: &House, paths: &BTreeSet<String>, tables: &[Table]) -> String {
    let name = Safe::words(&house.name());
    let mut out = format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{name}</title><link rel=\"stylesheet\" href=\"house.css\"><main class=\"wrap stack-l\"><h1>{name}</h1><p>{}</p><h2>Pages</h2><ul>",
        house.words.lang,
        day_and_hour(house.now())
    );
    out.extend(
        paths
            .iter()
            .map(|path| format!("<li><a href=\"{}\">{}</a></li>", Safe::words(&file_of(path)), Safe::words(path))),
    );
    out += "</ul><h2>JSON</h2><ul>";
    out.extend(
        tables.iter().map(|table| format!("<li><a href=\"data/{0}.json\">{0}</a></li>", Safe::words(&table.name))),
    );
    out + "</ul></main></html>\n"
}

struct Out<'a> {
    zip: ZipWriter<BufWriter<&'a File>>,
    bar: &'a Bar,
    /// Whose rows went out: of them, and of nobody else who is here, the name goes, too.
    named: HashSet<String>,
}

impl Out<'_> {
    fn at(&self, what: &str, done: usize, of: usize) {
        self.bar.at(Stage { what, done: done as u64, of: of as u64 });
    }

    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.zip.start_file(path, SimpleFileOptions::default())?;
        Ok(self.zip.write_all(bytes)?)
    }

    /// One table as an array of objects, one a line; without what is kept back. People come last: who has only read is
    /// not told of.
    async fn table(&mut self, snapshot: &Snapshot, table: &Table, kept_back: &KeptBack) -> Result<()> {
        self.zip.start_file(format!("data/{}.json", table.name), SimpleFileOptions::default().large_file(true))?;
        let mut rows = 0;
        self.zip.write_all(b"[")?;
        snapshot
            .each::<Trouble>(table, |row| {
                let Some(row) = kept_back.without(table, row).map(|row| object(table, row)) else { return Ok(()) };
                let is_named = |id: &Value| id.as_str().is_some_and(|id| self.named.contains(id));
                if table.name == "person" && !is_named(&row["id"]) {
                    return Ok(());
                }
                self.named.extend(WHOSE.iter().filter_map(|whose| row.get(whose)?.as_str().map(str::to_owned)));
                rows += 1;
                self.bar.at(Stage { what: &table.name, done: rows, of: 0 });
                self.zip.write_all(if rows == 1 { b"\n" } else { b",\n" })?;
                Ok(serde_json::to_writer(&mut self.zip, &row).map_err(io::Error::from)?)
            })
            .await?;
        Ok(self.zip.write_all(b"\n]\n")?)
    }

    /// Every file that is for everyone under `files/ID/NAME`, as pages link to it; not those that only withdrawn words
    /// name.
    async fn files(&mut self, house: &House, kept_back: &KeptBack) -> Result<usize> {
        let mut known: Vec<(String, String, String)> =
            house.db.all("SELECT id, name, hash FROM file WHERE audience = 'everyone' ORDER BY id", &[]).await?;
        known.retain(|(id, ..)| !kept_back.has(id));
        let mut written = 0;
        for (id, name, hash) in &known {
            self.at("files", written, known.len());
            let Ok(mut file) = File::open(on_shelf(&house.folder.join("files"), hash)) else { continue };
            self.zip.start_file(format!("files/{id}/{name}"), SimpleFileOptions::default().large_file(true))?;
            io::copy(&mut file, &mut self.zip)?;
            written += 1;
        }
        Ok(written)
    }
}

fn object(table: &Table, row: Vec<Val>) -> Value {
    let goes_out = columns_of(&table.name);
    let cells = table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .zip(row)
        .filter(|(column, _)| goes_out.contains(column));
    Value::Object(cells.map(|(column, val)| (column.to_owned(), value(val))).collect::<Map<_, _>>())
}

fn value(val: Val) -> Value {
    match val {
        Val::Null => Value::Null,
        Val::Text(text) => text.into(),
        Val::Int(int) => int.into(),
        Val::Real(real) => real.into(),
        Val::Bytes(bytes) => bytes.into_iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    }
}

/// Either side of a copy can fail.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Db(#[from] DbTrouble),
    #[error(transparent)]
    Disk(#[from] io::Error),
}
