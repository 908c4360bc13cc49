//! Why the house says no. A handler returns one with `?`; the server turns it into a page that says so kindly.

use std::io::ErrorKind;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::db::DbTrouble;

/// A handler's answer.
pub type Reply = Result<Response, Refusal>;

#[derive(Clone, Debug)]
pub enum Refusal {
    /// Not there, or not there for this person: the two look the same from outside.
    NotFound,
    /// It was here, and its owner took it away.
    Gone,
    /// It was here, and somebody who holds a duty took it off; the log of acts says why.
    Withdrawn,
    /// Sign in first, then go on to the path; `again` where somebody is signed in, and not just now.
    SignIn {
        then: String,
        again: bool,
    },
    /// There, but not for this person to change. The key says why.
    NotYours(&'static str),
    /// It takes a seat that they do not hold now.
    NoDuty,
    /// Not before the person has done something else, at a path. Keys of why, and of the link there.
    NotBefore {
        why: &'static str,
        path: String,
        link: &'static str,
    },
    /// Not at this moment: closed, not begun, held by somebody else. The key says why.
    NotNow(&'static str),
    /// What was sent cannot be read at all (fields with a fault get their own page from [`crate::form::Form`]).
    NotLikeThis(&'static str),
    TooLong,
    /// What was sent did not come to its end in its time.
    TooSlow,
    TooMany,
    /// More than we can carry this second.
    Busy,
    /// The database does not answer.
    Away,
    /// The data folder is full or read-only: reading goes on, writing waits.
    CannotWrite,
    /// We were wrong. The text goes to the log, never to the person.
    Broken(String),
}

impl Refusal {
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Gone | Self::Withdrawn => StatusCode::GONE,
            Self::SignIn { .. } => StatusCode::SEE_OTHER,
            Self::NotYours(_) | Self::NoDuty | Self::NotBefore { .. } => StatusCode::FORBIDDEN,
            Self::NotNow(_) => StatusCode::CONFLICT,
            Self::NotLikeThis(_) => StatusCode::BAD_REQUEST,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Away => StatusCode::SERVICE_UNAVAILABLE,
            Self::CannotWrite => StatusCode::INSUFFICIENT_STORAGE,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The keys of the heading and of the sentence below it.
    #[must_use]
    pub fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("refusal-not-found", "refusal-not-found-more"),
            Self::Gone => ("refusal-gone", "refusal-gone-more"),
            Self::Withdrawn => ("refusal-gone", "refusal-withdrawn-more"),
            Self::SignIn { .. } => ("refusal-sign-in", "refusal-sign-in-more"),
            Self::NotYours(why) => ("refusal-not-yours", why),
            Self::NoDuty => ("refusal-not-yours", "refusal-no-duty"),
            Self::NotBefore { why, .. } => ("refusal-not-before", why),
            Self::NotNow(why) => ("refusal-not-now", why),
            Self::NotLikeThis(why) => ("refusal-not-like-this", why),
            Self::TooLong => ("refusal-too-long", "refusal-too-long-more"),
            Self::TooSlow => ("refusal-too-slow", "refusal-too-slow-more"),
            Self::TooMany => ("refusal-too-many", "refusal-too-many-more"),
            Self::Busy => ("refusal-busy", "refusal-busy-more"),
            Self::Away => ("refusal-away", "refusal-away-more"),
            Self::CannotWrite => ("refusal-cannot-write", "refusal-cannot-write-more"),
            Self::Broken(_) => ("refusal-broken", "refusal-broken-more"),
        }
    }

    /// Where the page leads besides the front door: a path and the key of the link's words.
    #[must_use]
    pub fn way(&self) -> Option<(&str, &'static str)> {
        match self {
            Self::NotBefore { path, link, .. } => Some((path, link)),
            Self::Withdrawn => Some(("/acts", "foot-acts")),
            Self::NoDuty => Some(("/duties", "foot-duties")),
            _ => None,
        }
    }
}

impl IntoResponse for Refusal {
    /// The bare answer; the server's outermost layer finds the refusal in its extensions and draws the page.
    fn into_response(self) -> Response {
        if let Self::SignIn { then, again } = &self {
            return Redirect::to(&format!("/sign-in?then={then}{}", if *again { "&again=yes" } else { "" }))
                .into_response();
        }
        if let Self::Broken(what) = &self {
            tracing::error!(what, "broken");
        }
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<DbTrouble> for Refusal {
    fn from(trouble: DbTrouble) -> Self {
        match trouble {
            DbTrouble::DiskFull | DbTrouble::ReadOnly => Self::CannotWrite,
            DbTrouble::Clash(_) => Self::NotNow("refusal-clash"),
            DbTrouble::Away(why) => {
                tracing::warn!(why, "the database is away");
                Self::Away
            }
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<askama::Error> for Refusal {
    fn from(e: askama::Error) -> Self {
        Self::Broken(e.to_string())
    }
}

impl From<std::io::Error> for Refusal {
    fn from(e: std::io::Error) -> Self {
        match e.kind() {
            ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::PermissionDenied => Self::CannotWrite,
            _ => Self::Broken(e.to_string()),
        }
    }
}
