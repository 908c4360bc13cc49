//! What an import says at its end: how much it took, and what it left, with why.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use base::house::House;
use fluent_bundle::FluentValue;
use serde::Serialize;

/// Things of one kind that are named one by one; of the others only how many they are.
const NAMED_MAX: usize = 500;

/// The answer of an import. `taken` counts what this export brought, now or in an earlier run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What the site calls itself; empty where the export does not say.
    pub title: String,
    pub taken: Taken,
    pub left: Vec<Left>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    pub people: i64,
    pub posts: i64,
    pub pages: i64,
    pub comments: i64,
    pub files: i64,
    pub redirects: i64,
}

/// Something that was left, and the sentence that says why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    pub what: String,
    pub why: String,
}

/// Gathers what is left, in bounded memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Leavings {
    /// For each key of a why: the first things, and how many more.
    kinds: Vec<(&'static str, Vec<String>, u64)>,
    /// Hashes of what comes up again and again and was told.
    told: HashSet<u64>,
}

impl Leavings {
    pub(super) fn tell(&mut self, what: String, why: &'static str) {
        let at = self.kinds.iter().position(|(known, ..)| *known == why).unwrap_or_else(|| {
            self.kinds.push((why, Vec::new(), 0));
            self.kinds.len() - 1
        });
        let (_, named, more) = &mut self.kinds[at];
        if named.len() < NAMED_MAX { named.push(what) } else { *more += 1 }
    }

    /// The same, for what may come up again and again.
    pub(super) fn once(&mut self, what: &str, why: &'static str) {
        let mut hasher = DefaultHasher::new();
        (what, why).hash(&mut hasher);
        if self.told.insert(hasher.finish()) {
            self.tell(what.to_owned(), why);
        }
    }

    /// In the words of the house.
    pub(super) fn told(self, house: &House) -> Vec<Left> {
        let mut all = Vec::new();
        for (why, named, more) in self.kinds {
            let why = house.words.say(why);
            all.extend(named.into_iter().map(|what| Left { what, why: why.to_owned() }));
            if more > 0 {
                let what = house.words.fill("import-left-more", &[("count", FluentValue::from(more))]);
                all.push(Left { what, why: why.to_owned() });
            }
        }
        all
    }
}
