//! What is sent to us: how much of it, how many at once, and how slowly.
//!
//! Promises: somebody who is not signed in sends [`GUEST_BYTES_MAX`] at most; few large bodies lie in memory at once,
//! whoever sends them; a body that comes more slowly than a poor line carries is given up within ten seconds, and until
//! it is here it keeps nobody from reading.

use std::error::Error as _;
use std::io::ErrorKind;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base::form::FORM_BYTES_MAX;
use base::house::House;
use base::refusal::Refusal;
use http_body::{Frame, SizeHint};
use people::Visitor;
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep};

/// The most that somebody sends who is not signed in; a wish to join with everything in it is a tenth of that.
const GUEST_BYTES_MAX: u64 = 64 << 10;
/// Larger bodies in memory at once; the next ones wait, unread.
const LARGE_MAX: usize = 4;
/// Small bodies on their way to us at once.
const SMALL_MAX: usize = 512;
/// How long a body may take to come, and how much of it then has to come each second.
const WAIT: Duration = Duration::from_secs(8);
const BYTES_A_SECOND: u64 = 4 << 10;
/// How long a large body waits for its turn.
const TURN_WAIT: Duration = Duration::from_secs(20);

static SMALL: Semaphore = Semaphore::const_new(SMALL_MAX);
static LARGE: Semaphore = Semaphore::const_new(LARGE_MAX);

/// Lets a body in under these limits.
pub async fn bound(State(house): State<House>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request.map(|_| Body::empty())).await;
    }
    // A body that does not say how long it is counts as large.
    let is_large = request.body().size_hint().upper().is_none_or(|bytes| bytes > GUEST_BYTES_MAX);
    let request = request.map(|body| Body::new(Paced::new(body)));
    if !is_large {
        // All of it is here before it counts as a request under way: who sends slowly keeps nobody else waiting.
        let (parts, body) = request.into_parts();
        let Ok(turn) = SMALL.try_acquire() else { return Refusal::Busy.into_response() };
        let bytes = match whole(body, GUEST_BYTES_MAX as usize).await {
            Ok(bytes) => bytes,
            Err(refusal) => return refusal.into_response(),
        };
        drop(turn);
        return next.run(Request::from_parts(parts, bytes.into())).await;
    }
    match Visitor::of(&house, request.headers(), request.uri().path()).await {
        Ok(visitor) if visitor.person.is_some() => {}
        Ok(_) => return Refusal::TooLong.into_response(),
        Err(refusal) => return refusal.into_response(),
    }
    let Ok(turn) = tokio::time::timeout(TURN_WAIT, LARGE.acquire()).await else { return Refusal::Busy.into_response() };
    let _turn = turn.expect("nobody closes it");
    // Here whole, too: how long it takes to come is the body's own affair, and not the answer's.
    let (parts, body) = request.into_parts();
    match whole(body, FORM_BYTES_MAX).await {
        Ok(bytes) => next.run(Request::from_parts(parts, bytes.into())).await,
        Err(refusal) => refusal.into_response(),
    }
}

async fn whole(body: Body, most: usize) -> Result<Bytes, Refusal> {
    axum::body::to_bytes(body, most).await.map_err(|trouble| {
        let mut causes = std::iter::successors(trouble.source(), |cause| (*cause).source());
        let is_slow =
            causes.any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == ErrorKind::TimedOut));
        if is_slow { Refusal::TooSlow } else { Refusal::TooLong }
    })
}

/// A body that has to keep coming.
struct Paced {
    body: Body,
    begun: Instant,
    received: u64,
    due: Pin<Box<Sleep>>,
}

impl Paced {
    fn new(body: Body) -> Self {
        Self { body, begun: Instant::now(), received: 0, due: Box::pin(tokio::time::sleep(WAIT)) }
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                this.received += frame.data_ref().map_or(0, |data| data.len() as u64);
                let due = this.begun + WAIT + Duration::from_millis(this.received * 1_000 / BYTES_A_SECOND);
                this.due.as_mut().reset(due);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Pending if this.due.as_mut().poll(context).is_ready() => {
                Poll::Ready(Some(Err(axum::Error::new(std::io::Error::from(ErrorKind::TimedOut)))))
            }
            other => other,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
