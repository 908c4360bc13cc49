//! Figures for the host, off unless the setting `metrics` gives them a loopback port: what was answered and how long it
//! took, in Prometheus' text. Sums alone: no path with an id in it, nobody's name, no address.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base::clock::stopwatch;
use base::house::House;
use tokio::net::TcpListener;

/// Upper bounds of the buckets, in microseconds.
const BOUNDS: [u64; 8] = [500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000, 1_000_000];

static ANSWERS: [AtomicU64; 6] = [const { AtomicU64::new(0) }; 6];
static BUCKETS: [AtomicU64; BOUNDS.len() + 1] = [const { AtomicU64::new(0) }; BOUNDS.len() + 1];
static MICROSECONDS: AtomicU64 = AtomicU64::new(0);

/// Counts an answer; the time is until its first byte.
pub async fn count(request: Request, next: Next) -> Response {
    let watch = stopwatch();
    let response = next.run(request).await;
    let took = u64::try_from(watch.elapsed().as_micros()).unwrap_or(u64::MAX);
    ANSWERS[usize::from(response.status().as_u16() / 100).min(5)].fetch_add(1, Ordering::Relaxed);
    BUCKETS[BOUNDS.iter().position(|bound| took <= *bound).unwrap_or(BOUNDS.len())].fetch_add(1, Ordering::Relaxed);
    MICROSECONDS.fetch_add(took, Ordering::Relaxed);
    response
}

/// Answers `/metrics` until the process ends.
pub async fn serve(listener: TcpListener, house: House) -> Result<()> {
    let app = Router::new().route("/metrics", get(show)).with_state(house);
    Ok(axum::serve(listener, app).await?)
}

async fn show(State(house): State<House>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text(&house)).into_response()
}

fn text(house: &House) -> String {
    let mut out = String::from(
        "# HELP circlepit_answers_total Answers by the first digit of their status.\n# TYPE circlepit_answers_total counter\n",
    );
    let mut line = |text: std::fmt::Arguments<'_>| {
        out.write_fmt(text).and_then(|()| out.write_char('\n')).expect("writing to memory cannot fail")
    };
    for (digit, count) in ANSWERS.iter().enumerate().skip(1) {
        line(format_args!("circlepit_answers_total{{status=\"{digit}xx\"}} {}", count.load(Ordering::Relaxed)));
    }
    line(format_args!(
        "# HELP circlepit_answer_seconds Time until an answer begins.\n# TYPE circlepit_answer_seconds histogram"
    ));
    let mut so_far = 0;
    for (at, count) in BUCKETS.iter().enumerate() {
        so_far += count.load(Ordering::Relaxed);
        match BOUNDS.get(at) {
            Some(bound) => line(format_args!("circlepit_answer_seconds_bucket{{le=\"{}\"}} {so_far}", seconds(*bound))),
            None => line(format_args!("circlepit_answer_seconds_bucket{{le=\"+Inf\"}} {so_far}")),
        }
    }
    line(format_args!("circlepit_answer_seconds_sum {}", seconds(MICROSECONDS.load(Ordering::Relaxed))));
    line(format_args!("circlepit_answer_seconds_count {so_far}"));
    line(format_args!(
        "# HELP circlepit_writes_total Writes this process has kept.\n# TYPE circlepit_writes_total counter\ncirclepit_writes_total {}",
        house.db.writes()
    ));
    out
}

fn seconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1e6
}
