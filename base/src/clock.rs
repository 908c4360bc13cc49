//! The only time in the house. Everything that asks "when" asks a [`Clock`], so a test can turn it.
//! Times are milliseconds since 1970 in UTC (`i64`); what a person reads is made by [`day`] and [`day_and_hour`].

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

pub const SECOND_MS: i64 = 1_000;
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// Tells the time: the machine's, or one that a test sets.
#[derive(Clone, Debug)]
pub enum Clock {
    Machine,
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still until [`Clock::turn`] moves it.
    #[must_use]
    pub fn set_to(ms: i64) -> Self {
        Self::Set(Arc::new(AtomicI64::new(ms)))
    }

    /// Milliseconds since 1970, UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        match self {
            Self::Machine => jiff::Timestamp::now().as_millisecond(),
            Self::Set(at) => at.load(Ordering::Relaxed),
        }
    }

    /// Moves a set clock forward; the machine's clock is left alone.
    pub fn turn(&self, ms: i64) {
        if let Self::Set(at) = self {
            at.fetch_add(ms, Ordering::Relaxed);
        }
    }
}

/// A reading of the monotonic clock, for measuring how long something took.
#[must_use]
pub fn stopwatch() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may ask")]
    Instant::now()
}

fn utc(ms: i64) -> jiff::civil::DateTime {
    jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
}

const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
];

/// `12 November 2026`, in UTC.
#[must_use]
pub fn day(ms: i64) -> String {
    let at = utc(ms);
    format!("{} {} {}", at.day(), MONTHS[usize::from(at.month().unsigned_abs()) - 1], at.year())
}

/// `12 November 2026, 02:14`, in UTC.
#[must_use]
pub fn day_and_hour(ms: i64) -> String {
    let at = utc(ms);
    format!("{}, {:02}:{:02}", day(ms), at.hour(), at.minute())
}

/// `2026-11-12T02:14:00Z`, for machines (`<time datetime>`, feeds, exports).
#[must_use]
pub fn rfc3339(ms: i64) -> String {
    let at = utc(ms);
    format!("{}T{:02}:{:02}:{:02}Z", at.date(), at.hour(), at.minute(), at.second())
}

/// `2026-11-12`, for date fields.
#[must_use]
pub fn date(ms: i64) -> String {
    utc(ms).date().to_string()
}

/// The first millisecond of a `2026-11-12` in UTC, or `None` when it is not a date.
#[must_use]
pub fn read_date(text: &str) -> Option<i64> {
    let date: jiff::civil::Date = text.trim().parse().ok()?;
    Some(date.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_and_read_back() {
        let at = read_date("2026-11-12").unwrap();
        assert_eq!(day(at), "12 November 2026");
        assert_eq!(date(at + DAY_MS - 1), "2026-11-12");
        assert_eq!(rfc3339(at + 2 * HOUR_MS), "2026-11-12T02:00:00Z");
        assert_eq!(read_date("2026-02-30"), None);
    }

    #[test]
    fn a_set_clock_moves_only_when_turned() {
        let clock = Clock::set_to(5);
        clock.turn(HOUR_MS);
        assert_eq!(clock.now(), 5 + HOUR_MS);
    }
}
