//! Whose request this is, as far as we need to know: a number that stands for an address for one day, in memory alone.
//! Promises: the address itself goes no further than [`Callers::of`], and yesterday's number says nothing today (R9).

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::IpAddr;

use parking_lot::Mutex;

use crate::clock::DAY_MS;
use crate::refusal::Refusal;
use crate::room::Job;

/// Stands for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller(u64);

/// How often one thing may be tried: `max` times in a window, which is a day at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pace {
    name: &'static str,
    max: u32,
    window_ms: i64,
}

impl Pace {
    #[must_use]
    pub const fn new(name: &'static str, max: u32, window_ms: i64) -> Self {
        Self { name, max, window_ms }
    }
}

/// What a house remembers of one day: the key that makes numbers of addresses, and how often what was tried.
#[derive(Debug, Default)]
pub struct Callers(Mutex<Today>);

#[derive(Debug, Default)]
struct Today {
    key: RandomState,
    /// Since when and how often, under a hash of what was tried.
    tries: HashMap<Pace, HashMap<u64, (i64, u32)>>,
}

/// Remembered at once of one pace. Past that goes what is over, then who tried once: whoever tries on and on is
/// remembered longest.
const REMEMBERED_MAX: usize = 50_000;

impl Callers {
    /// The number of an address; the lower half of an IPv6 address is the household's own and does not count.
    #[must_use]
    pub fn of(&self, address: IpAddr) -> Caller {
        let key = &self.0.lock().key;
        Caller(match address.to_canonical() {
            IpAddr::V4(v4) => key.hash_one(v4),
            IpAddr::V6(v6) => key.hash_one(&v6.segments()[..4]),
        })
    }

    /// Counts one try at something (`what`, such as a folded name) and refuses it when it is one too many.
    pub fn count(&self, pace: Pace, what: impl Hash, now: i64) -> Result<(), Refusal> {
        let mut today = self.0.lock();
        let key = today.key.hash_one(what);
        let tries = today.tries.entry(pace).or_default();
        if tries.len() > REMEMBERED_MAX {
            tries.retain(|_, (since, count)| *count > 1 && (0..=pace.window_ms).contains(&(now - *since)));
            if tries.len() > REMEMBERED_MAX / 2 {
                tries.clear();
            }
        }
        let (since, count) = tries.entry(key).or_insert((now, 0));
        if now - *since > pace.window_ms || now < *since {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        if *count <= pace.max { Ok(()) } else { Err(Refusal::TooMany) }
    }

    /// Every number means something else from now on, and all counting begins anew.
    pub fn forget(&self) {
        *self.0.lock() = Today::default();
    }
}

pub const JOBS: &[Job] = &[Job {
    name: "numbers that stand for callers",
    every_ms: DAY_MS,
    run: |house| {
        house.callers.forget();
        Box::pin(async { Ok(()) })
    },
}];

#[cfg(test)]
mod tests {
    use super::*;

    const TWICE: Pace = Pace::new("a test", 2, 1_000);

    #[test]
    fn a_household_is_one_caller_and_a_pace_begins_anew() {
        let callers = Callers::default();
        let of = |text: &str| callers.of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::a"), of("2001:db8:1:2::b"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        let tries = [0, 1, 2, 1_500].map(|now| callers.count(TWICE, of("192.0.2.1"), now).is_ok());
        assert_eq!(tries, [true, true, false, true]);
    }

    #[test]
    fn tomorrow_a_number_means_something_else() {
        let callers = Callers::default();
        let of = |text: &str| callers.of(text.parse().unwrap());
        let before = of("192.0.2.1");
        callers.forget();
        assert_ne!(of("192.0.2.1"), before);
    }

    #[test]
    fn whoever_tries_on_is_remembered_however_many_others_try_once() {
        let callers = Callers::default();
        assert_eq!([0, 1, 2].map(|now| callers.count(TWICE, "Ada", now).is_ok()), [true, true, false]);
        for other in 0..3 * REMEMBERED_MAX {
            assert!(callers.count(TWICE, other, 3).is_ok());
        }
        assert!(callers.count(TWICE, "Ada", 4).is_err());
        assert!(callers.0.lock().tries[&TWICE].len() <= REMEMBERED_MAX + 1);
    }
}
