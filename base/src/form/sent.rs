//! How a form comes in: the body of a request, or the part of an address behind the `?`.

use std::sync::Arc;

use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use parking_lot::Mutex;

use super::{FORM_BYTES_MAX, Form, Upload};
use crate::house::House;
use crate::refusal::Refusal;

/// The most fields a form may have.
const FIELDS_MAX: usize = 2_000;
/// What is long enough that typing it again would hurt, in bytes.
const TEXT_BYTES_MIN: usize = 40;
/// Fields that are never given back.
const SECRETS: [&str; 2] = ["password", "code"];

impl FromRequest<House> for Form {
    type Rejection = Refusal;

    async fn from_request(request: Request, house: &House) -> Result<Self, Refusal> {
        let sent = request.extensions().get::<Sent>().cloned().unwrap_or_default();
        let form = Self::read(request, house).await?;
        sent.remember(&form);
        Ok(form)
    }
}

impl Form {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let pairs = form_urlencoded::parse(body).take(FIELDS_MAX + 1);
        let fields: Vec<_> = pairs.map(|(name, value)| (name.into_owned(), clean(&value))).collect();
        if fields.len() > FIELDS_MAX { Err(Refusal::TooLong) } else { Ok(Self { fields, ..Self::default() }) }
    }

    async fn read(request: Request, house: &House) -> Result<Self, Refusal> {
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        if kind.starts_with("multipart/form-data") {
            return read_multipart(request, house).await;
        }
        if !kind.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Refusal::NotLikeThis("refusal-not-a-form"));
        }
        let body = axum::body::to_bytes(request.into_body(), FORM_BYTES_MAX).await.map_err(|_| Refusal::TooLong)?;
        Self::parse(&body)
    }
}

async fn read_multipart(request: Request, house: &House) -> Result<Form, Refusal> {
    let bad = |why: MultipartError| {
        if why.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Refusal::TooLong
        } else {
            Refusal::NotLikeThis("refusal-not-a-form")
        }
    };
    let mut parts =
        Multipart::from_request(request, house).await.map_err(|_| Refusal::NotLikeThis("refusal-not-a-form"))?;
    let mut form = Form::default();
    let mut room_left = FORM_BYTES_MAX;
    while let Some(part) = parts.next_field().await.map_err(bad)? {
        let (field, name) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(clean));
        let bytes = part.bytes().await.map_err(bad)?;
        room_left = room_left.checked_sub(bytes.len()).ok_or(Refusal::TooLong)?;
        match name {
            Some(name) => form.files.push(Upload { field, name, bytes }),
            None => form.fields.push((
                field,
                clean(std::str::from_utf8(&bytes).map_err(|_| Refusal::NotLikeThis("refusal-not-text"))?),
            )),
        }
        if form.fields.len() + form.files.len() > FIELDS_MAX {
            return Err(Refusal::TooLong);
        }
    }
    Ok(form)
}

/// Texts that somebody typed into the form of this request: whatever refuses it gives them back. The server lays it
/// beside the request; reading the form fills it.
#[derive(Clone, Debug, Default)]
pub struct Sent(Arc<Mutex<Vec<String>>>);

impl Sent {
    fn remember(&self, form: &Form) {
        let is_text =
            |(name, value): &&(String, String)| value.len() >= TEXT_BYTES_MIN && !SECRETS.contains(&name.as_str());
        *self.0.lock() = form.fields.iter().filter(is_text).map(|(_, value)| value.clone()).collect();
    }

    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock())
    }
}

/// The part of an address behind the `?`, read like a form.
#[derive(Clone, Debug, Default)]
pub struct Asked(pub Form);

impl Asked {
    /// The row below which the page that is asked for begins.
    #[must_use]
    pub fn before(&self) -> Option<&str> {
        Some(self.value("before")).filter(|id| !id.is_empty())
    }
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Form::parse(parts.uri.query().unwrap_or_default().as_bytes()).map(Self)
    }
}

impl std::ops::Deref for Asked {
    type Target = Form;

    fn deref(&self) -> &Form {
        &self.0
    }
}

/// Control characters have no business in people's words, and PostgreSQL takes no NUL.
fn clean(value: &str) -> String {
    value.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect()
}
