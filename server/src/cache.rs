//! Finished pages that guests see, kept in memory with their compressed bytes: compressing a page costs ten times
//! drawing it. Everybody without a session sees the same page, so a kept one is right until something is written.
//!
//! Promises: never a page drawn for a person, never one older than [`KEPT_MS_MAX`] or than the last write here.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, SET_COOKIE,
    VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base::assets::gzip;
use base::house::House;
use base::page::Private;
use bytes::Bytes;
use flate2::Compression;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use parking_lot::Mutex;
use people::session::cookie;

/// A page may name hours and closing dates, and another node may have written: it is drawn anew after this long.
const KEPT_MS_MAX: i64 = 10_000;
/// For what is drawn for one person, once: a level up takes half as long again and leaves no fewer bytes to speak of.
const QUICKLY: Compression = Compression::new(2);
/// Smaller answers are sent as they are.
const SMALL: usize = 1_000;

/// The pages of one house.
#[derive(Clone)]
pub struct Cache {
    house: House,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    pages: HashMap<String, Arc<Page>>,
    bytes: usize,
}

struct Page {
    headers: HeaderMap,
    plain: Bytes,
    gzipped: OnceLock<Bytes>,
    /// The count of writes when the page was drawn.
    writes: u64,
    at: i64,
}

impl Cache {
    #[must_use]
    pub fn of(house: &House) -> Self {
        Self { house: house.clone(), kept: Arc::default() }
    }

    /// What a guest's page is kept under; `None` where a session or a change is in play.
    fn key(&self, request: &Request) -> Option<String> {
        if self.house.settings.cache_bytes == 0 {
            return None;
        }
        let headers = request.headers();
        let is_guest = cookie(headers, self.house.settings.cookie_name()).is_none_or(str::is_empty);
        let path = request.uri().path_and_query()?.as_str();
        let is_kept = is_guest
            && request.method() == Method::GET
            && path.len() <= 300
            && !path.starts_with("/assets/")
            && !path.starts_with("/files/");
        is_kept.then(|| [cookie(headers, "theme").unwrap_or_default(), "|", path].concat())
    }

    fn find(&self, key: &str, writes: u64, now: i64) -> Option<Arc<Page>> {
        let page = self.kept.lock().pages.get(key).cloned();
        page.filter(|page| page.writes == writes && (0..KEPT_MS_MAX).contains(&(now - page.at)))
    }

    fn keep(&self, key: String, page: Arc<Page>) {
        let mut kept = self.kept.lock();
        if kept.bytes + page.bytes(&key) > self.house.settings.cache_bytes {
            *kept = Kept::default();
        }
        if let Some(old) = kept.pages.remove(&key) {
            kept.bytes -= old.bytes(&key);
        }
        kept.bytes += page.bytes(&key);
        kept.pages.insert(key, page);
    }
}

/// Answers from memory where it can, and compresses what it cannot.
pub async fn answer(State(cache): State<Cache>, request: Request, next: Next) -> Response {
    let takes_gzip = request
        .headers()
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"));
    let Some(key) = cache.key(&request) else { return once(next.run(request).await, takes_gzip).await };
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let (writes, now) = (cache.house.db.writes(), cache.house.now());
    if let Some(page) = cache.find(&key, writes, now) {
        return page.answer(takes_gzip, known.as_ref());
    }
    match read(next.run(request).await, writes, now).await {
        Ok(page) => {
            let page = Arc::new(page);
            cache.keep(key, page.clone());
            page.answer(takes_gzip, known.as_ref())
        }
        Err(response) => once(*response, takes_gzip).await,
    }
}

/// Takes an answer apart to keep it; gives it back where it is not for keeping.
async fn read(response: Response, writes: u64, now: i64) -> Result<Page, Box<Response>> {
    let headers = response.headers();
    let is_plain_page = response.status() == StatusCode::OK
        && response.extensions().get::<Private>().is_none()
        && is_text(headers)
        && ![CACHE_CONTROL, CONTENT_ENCODING, ETAG, SET_COOKIE, VARY].iter().any(|name| headers.contains_key(name));
    if !is_plain_page {
        return Err(Box::new(response));
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else {
        return Err(Box::new(StatusCode::INTERNAL_SERVER_ERROR.into_response()));
    };
    let plain = body.to_bytes();
    let tag = HeaderValue::from_str(&format!("W/\"{}\"", &base::id::hash_bytes(&plain)[..20])).expect("hex is plain");
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(ETAG, tag);
    parts.headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    parts.headers.insert(VARY, HeaderValue::from_static("cookie, accept-encoding"));
    Ok(Page { headers: parts.headers, plain, gzipped: OnceLock::new(), writes, at: now })
}

impl Page {
    /// What it counts for in memory. Compressed it is about a quarter of itself, once somebody asks for that.
    fn bytes(&self, key: &str) -> usize {
        key.len() + self.plain.len() + self.plain.len() / 4
    }

    fn answer(&self, takes_gzip: bool, known: Option<&HeaderValue>) -> Response {
        let mut response = Response::default();
        *response.headers_mut() = self.headers.clone();
        if known.is_some() && known == self.headers.get(ETAG) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else if takes_gzip && self.plain.len() > SMALL {
            let gzipped = self.gzipped.get_or_init(|| gzip(&self.plain, Compression::default()).into());
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            *response.body_mut() = gzipped.clone().into();
        } else {
            *response.body_mut() = self.plain.clone().into();
        }
        response
    }
}

/// What is drawn for one person: compressed quickly, and kept nowhere unless it says so itself.
async fn once(mut response: Response, takes_gzip: bool) -> Response {
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let comes_in_parts = response.body().size_hint().exact().is_none();
    if !takes_gzip
        || comes_in_parts
        || !is_text(response.headers())
        || response.headers().contains_key(CONTENT_ENCODING)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let plain = body.to_bytes();
    if plain.len() <= SMALL {
        return Response::from_parts(parts, plain.into());
    }
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    parts.headers.remove("content-length");
    Response::from_parts(parts, gzip(&plain, QUICKLY).into())
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    ["text/", "application/atom+xml", "application/feed+json", "application/json", "image/svg"]
        .iter()
        .any(|known| kind.starts_with(known))
}
