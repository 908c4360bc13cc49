//! Help and the way out as files in the data folder, for a proxy to serve when the program is down. Each is one page
//! that needs nothing else: style inside, no script. Made afresh at every start, and a minute after a number, or what
//! is settled, was changed.

use std::fs;

use anyhow::{Context as _, Result};
use axum::body::Body;
use axum::http::{Request, header};
use base::clock::MINUTE_MS;
use base::house::House;
use base::page::Safe;
use base::refusal::Refusal;
use base::room::{Job, Room as _};
use base::whole::{self, Readers};
use tower::ServiceExt as _;

use crate::tags::retagged;

/// The pages, and the files they become.
const PAGES: [(&str, &str); 2] = [("/help", "help.html"), ("/leave-fast", "leave-fast.html")];
const PAGE_BYTES_MAX: usize = 4 << 20;

pub const JOBS: &[Job] = &[Job {
    name: "pages for bad days",
    every_ms: MINUTE_MS,
    run: |house| Box::pin(async move { write(&house).await.map_err(|why| Refusal::Broken(format!("{why:#}"))) }),
}];

/// Writes both, each whole or not at all.
pub async fn write(house: &House) -> Result<()> {
    for (path, name) in PAGES {
        let html = alone(house, path).await?;
        let to = house.folder.join(name);
        let is_there = fs::read(&to).is_ok_and(|known| known == html.as_bytes());
        if !is_there {
            whole::write(&to, Readers::Anybody, html.as_bytes())
                .with_context(|| format!("{} cannot be written", to.display()))?;
        }
    }
    Ok(())
}

/// A page as a guest gets it, made to stand alone.
async fn alone(house: &House, path: &str) -> Result<String> {
    let answer = care::Care
        .doors()
        .with_state(house.clone())
        .oneshot(Request::get(path).body(Body::empty())?)
        .await
        .unwrap_or_else(|never| match never {});
    if let Some(to) = answer.headers().get(header::LOCATION) {
        return Ok(onward(to.to_str()?));
    }
    anyhow::ensure!(answer.status().is_success(), "{path} answers {}", answer.status());
    let html = axum::body::to_bytes(answer.into_body(), PAGE_BYTES_MAX).await?;
    Ok(without_links(house, &String::from_utf8(html.to_vec())?))
}

/// The page that goes on at once, where the house itself would redirect.
fn onward(to: &str) -> String {
    let to = Safe::words(to);
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\"><meta http-equiv=\"refresh\" content=\"0; url={to}\"><title>…</title><p><a href=\"{to}\">…</a></p></html>\n"
    )
}

/// Puts the style into the page and takes out what points to files that nobody serves now.
fn without_links(house: &House, html: &str) -> String {
    let style = base::assets::Assets::at(&house.assets, house.assets.path("house.css"))
        .map(|asset| String::from_utf8_lossy(&asset.plain).into_owned());
    retagged(html, |tag| match tag {
        "/head" => Some(format!("style>{}</style></head", style.as_deref().unwrap_or_default())),
        _ if ["link ", "script"].iter().any(|begins| tag.starts_with(begins)) || tag == "/script" => None,
        _ => Some(tag.to_owned()),
    })
}
