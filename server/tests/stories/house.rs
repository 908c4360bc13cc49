//! A house for a story: everything the server has, on an engine of its own, with a clock that can be turned.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::FromRequestParts as _;
use axum::http::{HeaderMap, Request, StatusCode};
use base::clock::{Clock, DAY_MS};
use base::db::{Ask as _, Db, Where};
use base::house::House;
use base::settings::Settings;
use base::{id, vals};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use people::person::Joining;
use people::session::Session;
use people::{Member, Person};
use tokio::sync::oneshot;
use tower::ServiceExt as _;

use crate::postgres;

/// A Thursday in November, 19:00 UTC.
pub const EVENING: i64 = 1_795_719_600_000;

/// One house, on one engine.
pub struct TestHouse {
    pub house: House,
    pub app: Router,
    _folder: tempfile::TempDir,
}

/// Tells a story on SQLite and, where it is found, on PostgreSQL.
pub async fn both(story: impl AsyncFn(TestHouse)) {
    let folder = tempfile::tempdir().unwrap();
    let file = Where::File(folder.path().join("circlepit.db"));
    story(TestHouse::open(folder, file).await).await;
    if let Some(url) = postgres::database().await {
        story(TestHouse::open(tempfile::tempdir().unwrap(), Where::Server(url)).await).await;
    }
}

impl TestHouse {
    pub async fn open(folder: tempfile::TempDir, database: Where) -> Self {
        Self::open_at(folder, database, "", true).await
    }

    async fn open_at(folder: tempfile::TempDir, database: Where, public_url: &str, weak_hashing: bool) -> Self {
        let env = |name: &str| (name == "CIRCLEPIT_PUBLIC_URL").then(|| public_url.to_owned());
        let mut settings = Settings::read(folder.path(), env).unwrap();
        settings.database = database;
        let db = Db::open(&settings.database).await.unwrap();
        let mut inside = circlepit::open::inside(folder.path(), settings, Clock::set_to(EVENING), db).await.unwrap();
        inside.weak_hashing = weak_hashing;
        let house = House::new(inside);
        Self { app: circlepit::web::app(&house), house, _folder: folder }
    }

    /// A house on SQLite that people reach at this address; on loopback where it is empty.
    pub async fn on_a_file(public_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = Where::File(folder.path().join("circlepit.db"));
        Self::open_at(folder, file, public_url, true).await
    }

    /// A house that hashes passwords as in earnest.
    pub async fn in_earnest() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = Where::File(folder.path().join("circlepit.db"));
        Self::open_at(folder, file, "", false).await
    }

    /// Somebody without an account.
    pub fn guest(&self) -> Browser<'_> {
        Browser { house: self, cookie: None, person: String::new() }
    }

    /// Somebody signed in, who joined a month ago.
    pub async fn member(&self, name: &str) -> Browser<'_> {
        let now = self.house.now();
        let tx = self.house.begin().await.unwrap();
        let person = Person::join(&tx, &Joining { name, age: "18", password: None }, now - 30 * DAY_MS).await.unwrap();
        let secret = Session::open(&tx, &person.id, 2, now).await.unwrap();
        tx.keep().await.unwrap();
        Browser {
            house: self,
            cookie: Some(format!("{}={secret}", self.house.settings.cookie_name())),
            person: person.id,
        }
    }

    /// Somebody signed in who holds a seat in this duty of the pack, for thirty days, and has a second factor.
    pub async fn holder(&self, name: &str, duty: &str) -> Browser<'_> {
        assert!(self.house.pack.duties.iter().any(|known| known.id == duty), "the pack has no duty {duty}");
        let browser = self.member(name).await;
        let now = self.house.now();
        let tx = self.house.begin().await.unwrap();
        let sql = "INSERT INTO seat (id, duty, person, filled, since, until) VALUES ($1, $2, $3, 'founding', $4, $5)";
        tx.run(sql, vals![id::at(now), duty, &browser.person, now, now + 30 * DAY_MS]).await.unwrap();
        tx.run("UPDATE person SET totp = 'A', totp_since = $1 WHERE id = $2", vals![now, &browser.person])
            .await
            .unwrap();
        tx.keep().await.unwrap();
        browser
    }

    /// A duty of the pack that can do this.
    pub fn duty_that(&self, capability: &str) -> String {
        self.house
            .pack
            .duties
            .iter()
            .find(|duty| duty.capabilities.iter().any(|id| id == capability))
            .unwrap()
            .id
            .clone()
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        self.house.db.one(sql, &[]).await.unwrap()
    }
}

/// A browser: what it is sent is what a person would see.
pub struct Browser<'a> {
    pub house: &'a TestHouse,
    pub cookie: Option<String>,
    pub person: String,
}

/// An answer.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

impl Browser<'_> {
    /// What a handler would be given for whoever sits here.
    pub async fn member(&self) -> Member {
        let mut parts =
            Request::get("/").header("cookie", self.cookie.as_deref().unwrap()).body(()).unwrap().into_parts().0;
        Member::from_request_parts(&mut parts, &self.house.house).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Sends a form from a page of ours.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.submit(Request::post(path), fields).await
    }

    /// The same from an address on the net; the stories' other requests come from nowhere.
    pub async fn post_from(&self, address: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        self.submit(Request::post(path).extension(self.house.house.callers.of(address.parse().unwrap())), fields).await
    }

    /// Sends the head and half of a form, waits until the handler wants the rest, and sends that when `meanwhile` is
    /// over.
    pub async fn post_slowly(&self, path: &str, fields: &[(&str, &str)], meanwhile: impl AsyncFnOnce()) -> Page {
        let ((wanted, wants), (sent, sends)) = (oneshot::channel(), oneshot::channel());
        let body = form(fields);
        let (first, rest) = body.split_at(body.len() / 2);
        let body = Slow {
            first: Some(first.to_owned().into()),
            wanted: Some(wanted),
            sends,
            rest: Some(rest.to_owned().into()),
        };
        let request = Request::post(path).header("content-type", FORM).header("sec-fetch-site", "same-origin");
        let meanwhile = async {
            wants.await.expect("the handler reads the form");
            meanwhile().await;
            sent.send(()).expect("the handler still waits for it");
        };
        tokio::join!(self.send(request, Body::new(body)), meanwhile).0
    }

    async fn submit(&self, request: axum::http::request::Builder, fields: &[(&str, &str)]) -> Page {
        let request = request.header("content-type", FORM).header("sec-fetch-site", "same-origin");
        self.send(request, Body::from(form(fields))).await
    }

    pub async fn send(&self, mut request: axum::http::request::Builder, body: Body) -> Page {
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let response = self.house.app.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Page { status: parts.status, headers: parts.headers, html: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Sends a form and opens the page it leads to.
    pub async fn post_and_follow(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path} did not lead on:\n{}", answer.words());
        self.get(&answer.to()).await
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Fields as a browser sends them.
fn form(fields: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        let value: String = value
            .bytes()
            .map(
                |byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") },
            )
            .collect();
        let _ = write!(body, "{name}={value}&");
    }
    body
}

/// A body whose second half comes when it is told to.
struct Slow {
    first: Option<Bytes>,
    wanted: Option<oneshot::Sender<()>>,
    sends: oneshot::Receiver<()>,
    rest: Option<Bytes>,
}

impl HttpBody for Slow {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if let Some(wanted) = self.wanted.take() {
            wanted.send(()).expect("the story waits for this");
        }
        if self.rest.is_some() && Pin::new(&mut self.sends).poll(context).is_pending() {
            return Poll::Pending;
        }
        Poll::Ready(self.rest.take().map(|rest| Ok(Frame::data(rest))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact([&self.first, &self.rest].into_iter().flatten().map(|part| part.len() as u64).sum())
    }
}

impl Page {
    /// The thing it leads to, without what is said there.
    pub fn place(&self) -> String {
        self.to().split('?').next().unwrap().to_owned()
    }

    /// What a field holds in the form as it came.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        self.html
            .split(&format!("name=\"{name}\" value=\""))
            .nth(1)
            .unwrap_or_else(|| panic!("no field {name}"))
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    }

    /// Where it leads.
    pub fn to(&self) -> String {
        let to = self.headers.get("location").map_or("", |to| to.to_str().unwrap());
        to.split('#').next().unwrap().to_owned()
    }

    /// What a person reads: the text of `main` without the tags, white space made single.
    pub fn words(&self) -> String {
        let main = self.html.split_once("<main").map_or(self.html.as_str(), |(_, rest)| rest);
        let main = main.split_once('>').map_or(main, |(_, rest)| rest).split("</main>").next().unwrap();
        let mut words = String::new();
        for part in main.split('<') {
            let (tag, text) = part.split_once('>').unwrap_or(("", part));
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
            let is_within_a_line =
                ["", "a", "abbr", "b", "code", "em", "i", "mark", "q", "small", "strong", "sub", "sup", "wbr"]
                    .contains(&name);
            words.push_str(if is_within_a_line { "" } else { " " });
            words.push_str(text);
        }
        let entities = [
            ("&#39;", "'"),
            ("&quot;", "\""),
            ("&#34;", "\""),
            ("&lt;", "<"),
            ("&#60;", "<"),
            ("&gt;", ">"),
            ("&#62;", ">"),
            ("&#38;", "&"),
            ("&amp;", "&"),
        ];
        let plain = entities.iter().fold(words, |words, (entity, c)| words.replace(entity, c));
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Asserts that a person reads this here.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.words().contains(text), "“{text}” is not on this page ({}):\n{}", self.status, self.words());
        self
    }

    /// What the link to the page after this one asks for: `?before=…`.
    pub fn older(&self) -> Option<String> {
        let link = self.html.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        link.map(|link| link.replace("&#38;", "&"))
    }

    /// Asserts that a person does not read this here.
    #[track_caller]
    pub fn says_not(&self, text: &str) -> &Self {
        assert!(!self.words().contains(text), "“{text}” is on this page:\n{}", self.words());
        self
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.words());
        self
    }
}
