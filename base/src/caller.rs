//! Whose request this is, as far as we need to know: a number that stands for an address for one day, in memory alone.
//! Promises: the address itself goes no further than [`Caller::of`], and yesterday's number says nothing today (R9).

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::LazyLock;

use parking_lot::Mutex;

use crate::clock::DAY_MS;
use crate::refusal::Refusal;
use crate::room::Job;

static KEY: LazyLock<Mutex<RandomState>> = LazyLock::new(Mutex::default);

/// Stands for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller(u64);

impl Caller {
    /// The number of an address; the lower half of an IPv6 address is the household's own and does not count.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        let key = KEY.lock();
        Self(match address.to_canonical() {
            IpAddr::V4(v4) => key.hash_one(v4),
            IpAddr::V6(v6) => key.hash_one(&v6.segments()[..4]),
        })
    }
}

/// Counts tries in memory and says when it is too many. A window is as long as it was made; a day at most.
#[derive(Debug)]
pub struct Pace {
    max: u32,
    window_ms: i64,
    tries: Mutex<HashMap<u64, (i64, u32)>>,
}

/// Callers remembered at once. Past that goes what is over, then who tried once: whoever tries on and on is remembered
/// longest.
const REMEMBERED_MAX: usize = 50_000;

impl Pace {
    #[must_use]
    pub fn new(max: u32, window_ms: i64) -> Self {
        Self { max, window_ms: window_ms.min(DAY_MS), tries: Mutex::default() }
    }

    /// Counts one try at something (`what`, such as a folded name) and refuses it when it is one too many.
    pub fn count(&self, what: impl std::hash::Hash, now: i64) -> Result<(), Refusal> {
        let key = KEY.lock().hash_one(what);
        let mut tries = self.tries.lock();
        if tries.len() > REMEMBERED_MAX {
            tries.retain(|_, (since, count)| *count > 1 && (0..=self.window_ms).contains(&(now - *since)));
            if tries.len() > REMEMBERED_MAX / 2 {
                tries.clear();
            }
        }
        let (since, count) = tries.entry(key).or_insert((now, 0));
        if now - *since > self.window_ms || now < *since {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        if *count <= self.max { Ok(()) } else { Err(Refusal::TooMany) }
    }
}

/// Once a day every number means something else.
pub const JOBS: &[Job] = &[Job {
    name: "numbers that stand for callers",
    every_ms: DAY_MS,
    run: |_| {
        *KEY.lock() = RandomState::new();
        Box::pin(async { Ok(()) })
    },
}];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_caller_and_a_pace_begins_anew() {
        let of = |text: &str| Caller::of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::a"), of("2001:db8:1:2::b"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        let pace = Pace::new(2, 1_000);
        assert_eq!([0, 1, 2, 1_500].map(|now| pace.count(of("192.0.2.1"), now).is_ok()), [true, true, false, true]);
    }

    #[test]
    fn whoever_tries_on_is_remembered_however_many_others_try_once() {
        let pace = Pace::new(2, 1_000);
        assert_eq!([0, 1, 2].map(|now| pace.count("Ada", now).is_ok()), [true, true, false]);
        for other in 0..3 * REMEMBERED_MAX {
            assert!(pace.count(other, 3).is_ok());
        }
        assert!(pace.count("Ada", 4).is_err());
        assert!(pace.tries.lock().len() <= REMEMBERED_MAX + 1);
    }
}
