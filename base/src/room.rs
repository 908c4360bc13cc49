//! The questions every room answers. What is asked about people and words has no default: a room that forgot "forget me"
//! does not compile.

use std::pin::Pin;

use async_trait::async_trait;
use axum::Router;
use serde::Serialize;

use crate::db::Tx;
use crate::house::House;
use crate::kept_as;
use crate::pack::Helpline;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::search::Findable;

/// Who is reading: everyone may see what is for everyone; members more; a person their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reader {
    pub person: Option<String>,
}

impl Reader {
    #[must_use]
    pub fn guest() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn member(id: &str) -> Self {
        Self { person: Some(id.to_owned()) }
    }

    /// Whether something with this audience (and owner) may be seen.
    #[must_use]
    pub fn may_see(&self, audience: Audience, owner: Option<&str>) -> bool {
        match audience {
            Audience::Everyone => true,
            Audience::Members => self.person.is_some(),
            Audience::Only => self.person.is_some() && owner == self.person.as_deref(),
        }
    }
}

kept_as! {
    /// Who may see something.
    pub enum Audience {
        Everyone = "everyone",
        Members = "members",
        /// Nobody but whose it is.
        Only = "only",
    }
}

impl Default for Audience {
    /// Nobody else, until it is said who.
    fn default() -> Self {
        Self::Only
    }
}

/// What is at a place, in a line or two: for quoting, search, notices and comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub kind: &'static str,
    pub title: String,
    pub line: String,
    pub audience: Audience,
    /// The person it belongs to.
    pub owner: Option<String>,
    /// Whether people may comment on it now.
    pub open: bool,
}

kept_as! {
    /// The three ways to go with a feeling: turning towards it is as fine as leaving it.
    pub enum Way {
        Stay = "stay",
        Move = "move",
        Land = "land",
    }
}

impl Way {
    /// The key of the words for it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Stay => "way-stay",
            Self::Move => "way-move",
            Self::Land => "way-land",
        }
    }
}

impl Default for Way {
    /// Where nobody says which.
    fn default() -> Self {
        Self::Stay
    }
}

/// Something for a feeling, for one of the three ways to go.
#[derive(Clone, Debug)]
pub struct Offer {
    pub place: Place,
    pub kind: &'static str,
    pub title: String,
    /// Whose it is: the artist, the author.
    pub credit: String,
    pub line: String,
    /// What somebody may want to know first; empty where there is nothing.
    pub note: String,
    /// Where it can be heard or seen elsewhere.
    pub links: Vec<String>,
}

/// A table of what is kept about a person, for their export.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    /// A short name such as `songs`, used as file name and heading.
    pub what: &'static str,
    pub rows: Vec<serde_json::Value>,
    /// Ids of files that belong to the person and go along.
    pub files: Vec<String>,
}

impl Kept {
    /// A table without files.
    #[must_use]
    pub fn of(what: &'static str, rows: Vec<serde_json::Value>) -> Self {
        Self { what, rows, files: Vec::new() }
    }
}

kept_as! {
    /// How a person who leaves wants their words treated.
    pub enum Leaving {
        /// Words stay, under the name.
        KeepWords = "keep",
        /// Words stay, without the name.
        TakeNameOff = "nameless",
        /// Words go; a line saying so stays where replies need it.
        Remove = "remove",
    }
}

/// Something new that everyone may see, for feeds and the first page.
#[derive(Clone, Debug)]
pub struct Entry {
    pub place: Place,
    pub kind: &'static str,
    pub title: String,
    /// It in a line.
    pub line: String,
    /// Its words, rendered; empty when the line says all.
    pub html: String,
    /// The name it is by, as shown.
    pub author: Option<String>,
    pub tags: Vec<String>,
    pub at: i64,
    pub changed_at: i64,
}

/// A job under way.
pub type Running = Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send>>;

/// Work that comes round: safe to run twice, and to miss.
#[derive(Clone, Copy)]
pub struct Job {
    pub name: &'static str,
    pub every_ms: i64,
    pub run: fn(House) -> Running,
}

/// A room of the house.
#[async_trait]
pub trait Room: Send + Sync {
    fn name(&self) -> &'static str;

    /// Your doors.
    fn doors(&self) -> Router<House>;

    /// Your jobs.
    fn jobs(&self) -> &'static [Job];

    /// What you keep about this person.
    async fn keeps(&self, house: &House, person: &str) -> Result<Vec<Kept>, Refusal>;

    /// Forget this person, as they asked.
    async fn forget(&self, house: &House, tx: &Tx, person: &str, how: Leaving) -> Result<(), Refusal>;

    /// What is at this place, for this reader.
    async fn at(&self, house: &House, reader: &Reader, place: &Place) -> Result<Option<Preview>, Refusal>;

    /// What may be found of what is at this place, by whomever; `None` when it is not yours, or nobody may.
    async fn findable(&self, house: &House, place: &Place) -> Result<Option<Findable>, Refusal>;

    /// Puts what is at this place into the index as it stands in this write; does nothing when it is not yours.
    async fn index(&self, tx: &Tx, place: &Place) -> Result<(), Refusal>;

    /// Puts everything of yours that may be found into the index again, in small writes.
    async fn index_again(&self, house: &House) -> Result<(), Refusal>;

    /// What you offer for this feeling, going this way.
    async fn offers(&self, house: &House, reader: &Reader, feeling: &str, way: Way) -> Result<Vec<Offer>, Refusal>;

    /// A helpline of the pack as it stands now, for a page of any room that shows one; `None` when it was taken off.
    fn helpline(&self, _: &House, line: &Helpline) -> Option<Helpline> {
        Some(line.clone())
    }

    /// The feeds you fill, by name, such as `articles`: each stands at `/feeds/NAME.atom` and `/feeds/NAME.json`, and
    /// its title is the sentence `feed-NAME`.
    fn feeds(&self) -> &'static [&'static str];

    /// What is newest in one of your feeds, the newest first: only what everyone may see, nothing held or withdrawn.
    async fn newest(&self, house: &House, feed: &str, limit: i64) -> Result<Vec<Entry>, Refusal>;

    /// Take this in, if it is yours to take (import), and say where it stands now; `None` when it is not yours. The
    /// door remembers what was taken: each key is offered once and never again, so nothing here needs to keep it.
    async fn take_in(
        &self,
        house: &House,
        tx: &Tx,
        brought: &crate::brought::Brought,
    ) -> Result<Option<Place>, Refusal>;
}
