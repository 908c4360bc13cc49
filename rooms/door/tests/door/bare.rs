//! A house with nothing in it but the door, and a shelf that stands for the other rooms.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use async_trait::async_trait;
use axum::Router;
use base::assets::Assets;
use base::brought::Brought;
use base::clock::Clock;
use base::db::{Ask as _, Db, Tx, Where};
use base::house::{House, Inside};
use base::pack::Pack;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Entry, Job, Kept, Leaving, Offer, Preview, Reader, Room, Way};
use base::search::Findable;
use base::settings::Settings;
use base::vals;
use base::words::Words;
use door::Door;
use door::import::{Report, Wanted, import};

/// A room that takes people, articles and comments in, and keeps each as the words it was offered in.
pub struct Shelf {
    /// How often it still takes something before it fails, as if the disk were full; below zero: for ever.
    pub takes_left: AtomicI64,
    pub takes_comments: AtomicBool,
}

#[async_trait]
impl Room for Shelf {
    fn name(&self) -> &'static str {
        "shelf"
    }

    fn doors(&self) -> Router<House> {
        Router::new()
    }

    fn jobs(&self) -> &'static [Job] {
        &[]
    }

    async fn keeps(&self, _: &House, _: &str) -> Result<Vec<Kept>, Refusal> {
        Ok(Vec::new())
    }

    async fn forget(&self, _: &House, _: &Tx, _: &str, _: Leaving) -> Result<(), Refusal> {
        Ok(())
    }

    async fn at(&self, _: &House, _: &Reader, _: &Place) -> Result<Option<Preview>, Refusal> {
        Ok(None)
    }

    async fn findable(&self, _: &House, _: &Place) -> Result<Option<Findable>, Refusal> {
        Ok(None)
    }

    async fn index(&self, _: &Tx, _: &Place) -> Result<(), Refusal> {
        Ok(())
    }

    async fn index_again(&self, _: &House) -> Result<(), Refusal> {
        Ok(())
    }

    async fn offers(&self, _: &House, _: &Reader, _: &str, _: Way) -> Result<Vec<Offer>, Refusal> {
        Ok(Vec::new())
    }

    fn feeds(&self) -> &'static [&'static str] {
        &["songs", "articles"]
    }

    /// Two of each, one of them with everything that XML and JSON have to escape.
    async fn newest(&self, _: &House, feed: &str, _: i64) -> Result<Vec<Entry>, Refusal> {
        let first = if feed == "songs" { 1_000 } else { 2_000 };
        let entry = |at: i64, title: &str| Entry {
            place: Place::of("things", &at.to_string()),
            kind: "song",
            title: title.into(),
            line: "A line".into(),
            html: String::new(),
            author: None,
            tags: Vec::new(),
            at,
            changed_at: at,
        };
        let html = "<p>a &amp; <a href=\"/songs/1\">b</a> <img src=\"/files/1/c.png\" alt=\"\"></p>".to_owned();
        Ok(vec![
            Entry {
                html,
                author: Some("Ada".into()),
                tags: vec!["doom".into()],
                ..entry(first + 500, "Fish & <chips> \"\u{1}now\"")
            },
            entry(first, "Plain"),
        ])
    }

    async fn take_in(&self, house: &House, tx: &Tx, brought: &Brought) -> Result<Option<Place>, Refusal> {
        if self.takes_left.load(Ordering::Relaxed) == 0 {
            return Err(Refusal::CannotWrite);
        }
        self.takes_left.fetch_sub(1, Ordering::Relaxed);
        if format!("{brought:?}").contains("too much for any room") {
            return Err(Refusal::Broken("too much".into()));
        }
        let kind = match brought {
            Brought::Person(_) => "people",
            Brought::Article(_) => "articles",
            Brought::Comment(_) if self.takes_comments.load(Ordering::Relaxed) => "comments",
            Brought::Comment(_) => return Ok(None),
        };
        let place = Place::of(kind, &base::id::hash(brought.key())[..16]);
        base::house::settle(tx, place.as_str(), &format!("{brought:#?}"), house.now()).await?;
        Ok(Some(place))
    }
}

/// A house that has a shelf and nothing else.
pub struct Bare {
    pub house: House,
    pub shelf: &'static Shelf,
    pub folder: tempfile::TempDir,
}

impl Bare {
    pub async fn open() -> Self {
        let shelf: &Shelf =
            Box::leak(Box::new(Shelf { takes_left: AtomicI64::new(-1), takes_comments: AtomicBool::new(true) }));
        let rooms: &'static [&'static dyn Room] = Vec::leak(vec![shelf as &dyn Room, &Door as &dyn Room]);
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::read(folder.path(), |_| None).unwrap();
        let db = Db::open(&Where::File(folder.path().join("circlepit.db"))).await.unwrap();
        let pack = Pack::load("plain").unwrap();
        let (words, assets) = (Words::of(&pack), Assets::gather(&pack));
        let house = House::new(Inside {
            db,
            clock: Clock::set_to(1_795_719_600_000),
            pack,
            words,
            settings,
            assets,
            folder: folder.path().to_owned(),
            rooms,
            settled: base::house::Settled { name: "Here".into(), ..Default::default() }.into_lock(),
            callers: base::caller::Callers::default(),
            weak_hashing: true,
        });
        Self { house, shelf, folder }
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub async fn import(&self, xml: &str, uploads: Option<&Path>) -> Result<Report, Refusal> {
        self.import_also(xml, uploads, &[]).await
    }

    /// The same with things of other kinds.
    pub async fn import_also(&self, xml: &str, uploads: Option<&Path>, also: &[String]) -> Result<Report, Refusal> {
        let wanted = Wanted { file: &self.write("export.xml", xml), uploads, also, is_dry: false };
        import(&self.house, wanted, &|_, _| {}).await
    }

    /// Everything on the shelf, as it was offered.
    pub async fn kept(&self) -> Vec<(String, String)> {
        self.house.db.all("SELECT name, value FROM setting ORDER BY name", vals![]).await.unwrap()
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        self.house.db.one(sql, vals![]).await.unwrap()
    }

    /// The one thing on the shelf that says this.
    pub async fn saying(&self, words: &str) -> String {
        let all: Vec<_> = self.kept().await.into_iter().filter(|(_, value)| value.contains(words)).collect();
        assert_eq!(all.len(), 1, "{words}: {all:#?}");
        all[0].1.clone()
    }
}
