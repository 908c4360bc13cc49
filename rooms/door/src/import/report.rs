//! What an import says at its end: how much it took, and what it left, with why.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use base::house::House;
use base::redirect;
use base::words::Words;
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

/// What one write did, in that order. It counts once the write is kept.
pub(super) type Tally = Vec<Did>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Did {
    /// By its key.
    Person(String),
    File(String),
    /// Its key, and what it is called.
    Post(String, String),
    Page(String, String),
    /// Its key, and what the text above it is called.
    Comment(String, String),
    /// The old address.
    Redirect(String),
    /// What, and the key of the sentence on why.
    Left(String, &'static str),
}

/// What was counted so far.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub taken: Taken,
    pub left: Leavings,
    /// Hashes of the keys that were counted: an export may hold a thing twice.
    counted: HashSet<u64>,
}

impl Count {
    pub(super) fn add(&mut self, tally: Tally, words: &Words) {
        tally.into_iter().for_each(|did| self.add_one(did, words));
    }

    pub(super) fn add_one(&mut self, did: Did, words: &Words) {
        let taken = &mut self.taken;
        let old = if let Did::Redirect(old) = &did {
            redirect::normal(old).filter(|old| redirect::may_be_old(old))
        } else {
            None
        };
        let (key, count) = match &did {
            Did::Person(key) => (key, &mut taken.people),
            Did::File(key) => (key, &mut taken.files),
            Did::Post(key, _) => (key, &mut taken.posts),
            Did::Page(key, _) => (key, &mut taken.pages),
            Did::Comment(key, _) => (key, &mut taken.comments),
            Did::Redirect(_) => {
                let Some(old) = &old else { return };
                (old, &mut taken.redirects)
            }
            Did::Left(what, why) => return self.left.once(what, why),
        };
        if self.counted.insert(hash_of(key)) {
            *count += 1;
            return;
        }
        match did {
            Did::Post(_, what) | Did::Page(_, what) => self.left.tell(what, "import-left-twice"),
            Did::Comment(key, under) => {
                let id = key.rsplit(':').next().unwrap_or_default();
                self.left.tell(
                    words.fill("import-what-comment", &[("id", id.into()), ("title", under.into())]),
                    "import-left-twice",
                );
            }
            _ => {}
        }
    }
}

fn hash_of(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// Gathers what is left, in bounded memory.
#[derive(Debug, Default)]
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
        if self.told.insert(hash_of((what, why))) {
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
