//! A house for a browser: the demo's community, or one nobody has brought anything to, served on a port of its own by
//! the real server.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::get;
use base::clock::{Clock, DAY_MS};
use base::db::{Ask as _, Db};
use base::house::House;
use base::refusal::Refusal;
use base::room::Way;
use base::settings::Settings;
use base::veil::{self, Veil};
use base::{id, vals};
use circlepit::founding::{Founding, found};
use http_body_util::BodyExt as _;
use library::article::{self, Article, Kind};
use library::playlist::{self, Playlist};
use library::song::{self, Song};
use people::Person;
use people::person::Joining;
use people::session::Session;
use people::way_in::{self, WayIn};
use talk::remark::{Remark, Saying};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower::ServiceExt as _;

pub(crate) struct BrowsedHouse {
    pub(crate) house: House,
    /// Where it is reached. `localhost`, since a passkey belongs to a name and not to a number.
    pub(crate) address: String,
    _stop: oneshot::Sender<()>,
    _folder: tempfile::TempDir,
}

/// Somebody who is signed in.
pub(crate) struct SignedIn {
    pub(crate) person: String,
    pub(crate) session: String,
}

/// Refusals that no page leads to at will, each at a path of its own.
pub(crate) const REFUSED: [&str; 7] =
    ["/refused/400", "/refused/409", "/refused/429", "/refused/500", "/refused/502", "/refused/503", "/refused/507"];

/// The house's doors, and those of [`REFUSED`], with everything around them that the house has around its own.
fn app(house: &House) -> Router {
    let refuse = async |Path(status): Path<u16>| match status {
        400 => Refusal::NotLikeThis("refusal-not-a-form"),
        409 => Refusal::NotNow("refusal-clash"),
        429 => Refusal::TooMany,
        500 => Refusal::Broken("for the browser to see".into()),
        502 => Refusal::Away, // which answers 503, as the other does
        503 => Refusal::Busy,
        507 => Refusal::CannotWrite,
        _ => Refusal::NotFound,
    };
    circlepit::web::around(circlepit::rooms::doors().route("/refused/{status}", get(refuse)), house)
}

impl BrowsedHouse {
    /// Opens one with the demo's content in it.
    pub(crate) async fn open() -> Self {
        let founded = Self::just_founded().await;
        let tx = founded.house.begin().await.unwrap();
        circlepit::demo::moving_in::fill(&founded.house, &tx, "metal", &|_| ()).await.unwrap();
        tx.keep().await.unwrap();
        founded
    }

    /// Opens one on its first day: nobody has brought or said anything.
    pub(crate) async fn just_founded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let settings =
            Settings::read(folder.path(), |name| (name == "CIRCLEPIT_PUBLIC_URL").then(|| address.clone())).unwrap();
        let db = Db::open(&settings.database).await.unwrap();
        let mut inside = circlepit::open::inside(folder.path(), settings, Clock::Machine, db).await.unwrap();
        inside.weak_hashing = true;
        let house = House::new(inside);
        let name = house.name();
        found(
            &house,
            &Founding { name: &name, pack: &house.pack, joining: "open", country: None, first: None, duties: &[] },
        )
        .await
        .unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let open = house.clone();
        tokio::spawn(
            async move { circlepit::web::serve(app(&open), &open, listener, async { drop(stopped.await) }).await },
        );
        Self { house, address, _stop: stop, _folder: folder }
    }

    /// Somebody new to the demo, who joined a month ago.
    pub(crate) async fn member(&self, name: &str) -> SignedIn {
        self.member_who_holds(name, &[]).await
    }

    /// The same, with a seat in these duties of the pack and the second factor that some of them ask for.
    pub(crate) async fn member_who_holds(&self, name: &str, duties: &[&str]) -> SignedIn {
        let now = self.house.now();
        let tx = self.house.begin().await.unwrap();
        let person = Person::join(&tx, &Joining { name, age: "18", password: None }, now - 30 * DAY_MS).await.unwrap();
        for duty in duties {
            assert!(self.house.pack.duties.iter().any(|known| known.id == *duty), "the pack has no duty {duty}");
            let sql =
                "INSERT INTO seat (id, duty, person, filled, since, until) VALUES ($1, $2, $3, 'founding', $4, $5)";
            tx.run(sql, vals![id::at(now), *duty, &person.id, now, now + 30 * DAY_MS]).await.unwrap();
        }
        if !duties.is_empty() {
            tx.run("UPDATE person SET totp = 'A', totp_since = $1 WHERE id = $2", vals![now, &person.id])
                .await
                .unwrap();
        }
        let session = Session::open(&tx, &person.id, 2, now).await.unwrap();
        tx.keep().await.unwrap();
        SignedIn { person: person.id, session }
    }

    /// Somebody who holds every duty there is.
    pub(crate) async fn holder(&self, name: &str) -> SignedIn {
        let duties: Vec<&str> = self.house.pack.duties.iter().map(|duty| duty.id.as_str()).collect();
        self.member_who_holds(name, &duties).await
    }

    /// Brings things as long as they may be, in words that break nowhere; and some that were taken off again: where
    /// those were.
    pub(crate) async fn brim_over(&self, person: &str) -> Vec<String> {
        let (wide, now) = (|chars: usize| "W".repeat(chars), self.house.now());
        let tx = self.house.begin().await.unwrap();
        let mut gone = Vec::new();
        for is_gone in [true, false] {
            let ends = if is_gone { "off" } else { "on" };
            let mut song = song::Draft {
                artist: wide(160),
                title: format!("{ends}{}", wide(157)),
                feeling: "rage".into(),
                way: Way::Stay,
                why: wide(300),
                note: wide(160),
                genre: String::new(),
                seconds: None,
                links: Vec::new(),
            };
            song.links.push(format!("https://{}.example/{}", wide(60), wide(300)));
            let list = playlist::Draft {
                title: wide(80),
                brief: wide(300),
                feeling: "rage".into(),
                caution: wide(160),
                days: None,
            };
            let article = article::Draft {
                title: wide(200),
                summary: wide(500),
                words: format!("# {0}\n\n> {0}\n\n`{0}`\n\n|{0}|{0}|\n|-|-|\n|{0}|{0}|\n", wide(900)),
                lang: "en".into(),
                categories: vec![wide(60)],
                tags: vec![wide(60)],
                is_closed: false,
            };
            let (song_id, list_id) = (id::at(now), id::at(now));
            Song::add(&tx, &song_id, &song, Some(person), now).await.unwrap();
            let song = Song::place_of(&song_id);
            Playlist::add(&tx, &list_id, &list, Some(person), now, now + 9 * DAY_MS).await.unwrap();
            let article =
                Article::add(&tx, Kind::Article, &format!("brimming-{ends}"), &article, Some(person), now, Some(now))
                    .await
                    .unwrap();
            let saying = Saying { words: wide(900), ..Saying::default() };
            let remark = Remark::place_of(&Remark::put(&tx, &article, person, &saying, &[], now).await.unwrap());
            for place in [&song, &Playlist::place_of(&list_id), &article, &remark].into_iter().filter(|_| is_gone) {
                veil::lay(&tx, place, Veil::Withdrawn, &wide(300), now).await.unwrap();
                gone.push(place.to_string());
            }
        }
        tx.keep().await.unwrap();
        gone
    }

    /// A path that signs somebody in, once.
    pub(crate) async fn link_in(&self, person: &str) -> String {
        let tx = self.house.begin().await.unwrap();
        let secret = WayIn::make(&tx, way_in::Kind::SignIn, Some(person), None, self.house.now()).await.unwrap();
        tx.keep().await.unwrap();
        format!("/in/{secret}")
    }

    /// Asks for a page without a browser: its status, its headers and its text.
    pub(crate) async fn get(&self, path: &str, session: Option<&str>) -> (StatusCode, HeaderMap, String) {
        let mut request = Request::get(path);
        if let Some(session) = session {
            request = request.header("cookie", format!("{}={session}", self.house.settings.cookie_name()));
        }
        let (parts, body) = app(&self.house).oneshot(request.body(Body::empty()).unwrap()).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What an SQL question answers.
    pub(crate) async fn one(&self, sql: &'static str) -> i64 {
        self.house.db.one(sql, &[]).await.unwrap()
    }
}
