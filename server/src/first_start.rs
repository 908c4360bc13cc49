//! First start: a house that nobody has set up, or in which nobody is left, shows one thing, a page that asks for what
//! a host has to settle, behind a token that stands on the console. Help and the way out answer already. When it is
//! done the house opens, in the same process and at the same door.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::State;
use axum::routing::get;
use axum::{Extension, Router};
use base::form::{Asked, Form};
use base::house::{House, settled};
use base::id;
use base::pack::{DutyWords, Pack};
use base::page::{Frame, Theme, page, page_as};
use base::refusal::{Refusal, Reply};
use base::room::Room as _;
use people::joining::{AGES, JOINING, Mode};
use people::password;
use people::person::{Joining, read_name};
use people::session::{self, Session};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::founding::{self, BROUGHT_NAME, Founding, found};
use crate::{home, web};

/// The packs to choose from, all built in; `docs/packs.md` says how to add one.
pub const PACKS: [&str; 2] = ["metal", "plain"];

/// What the set-up page needs to know.
#[derive(Clone)]
struct Waiting(Arc<Inside>);

struct Inside {
    /// The hash of what stands on the console.
    token: String,
    done: Notify,
}

/// Shows the set-up page until it is done or `stop` comes; whether it is done.
pub async fn run(house: House, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<bool> {
    let token = id::secret();
    let waiting = Waiting(Arc::new(Inside { token: id::hash(&token), done: Notify::new() }));
    println!(
        "Nobody has set this house up yet. Open this page to do it:\n\n  {}\n",
        house.address(&format!("/?token={token}"))
    );
    let app = app(&house, waiting.clone());
    web::serve(app, &house, listener, async {
        tokio::select! { () = stop => {}, () = waiting.0.done.notified() => {} }
    })
    .await?;
    Ok(!founding::is_needed(&house.db, house.now()).await?)
}

/// The doors of a house without a community: the set-up page, help, and the way out.
fn app(house: &House, waiting: Waiting) -> Router {
    let doors = Router::new()
        .route("/", get(ask).post(answer))
        .route("/health", get(async || "ok\n"))
        .route("/assets/{name}", get(home::asset));
    web::around(doors.merge(care::Care.doors()).layer(Extension(waiting)), house)
}

/// What a host says about the house.
#[derive(Debug)]
pub struct HouseAnswers {
    pub name: String,
    pub pack: String,
    pub joining: String,
    /// Whose helplines come first.
    pub country: String,
}

/// What the first person says about themselves.
#[derive(Debug)]
pub struct PersonAnswers {
    pub nickname: String,
    pub age: String,
    pub password: String,
    pub duties: Vec<String>,
}

impl HouseAnswers {
    /// Reads the form; where no country was said it is the pack's first.
    pub fn read(form: &mut Form, pack: &Pack) -> Self {
        if !form.has("country") {
            form.set("country", pack.first_country());
        }
        let countries: Vec<_> = pack.countries().into_iter().map(|(id, _)| id).collect();
        Self {
            name: form.line("name", founding::NAME_CHARS),
            pack: form.choice("pack", &PACKS),
            joining: form.choice("joining", Mode::IDS),
            country: form.choice("country", &countries),
        }
    }
}

impl PersonAnswers {
    pub fn read(form: &mut Form, house: &House, answers: &HouseAnswers, pack: &Pack) -> Self {
        let nickname = read_name(form, house, "nickname");
        let password = password::read(form, "password", &[&nickname, &answers.name]);
        let age = form.choice("age", &AGES);
        let duties = founding::duties_of(pack)
            .into_iter()
            .filter(|duty| form.values("duty").any(|chosen| chosen == duty))
            .collect();
        Self { nickname, age, password, duties }
    }
}

#[derive(Template)]
#[template(path = "first_start/token.html")]
struct TokenPage<'a> {
    f: &'a Frame,
    form: &'a Form,
}

#[derive(Template)]
#[template(path = "first_start/house.html")]
struct HousePage<'a> {
    f: &'a Frame,
    form: &'a Form,
    token: &'a str,
}

#[derive(Template)]
#[template(path = "first_start/person.html")]
struct PersonPage<'a> {
    f: &'a Frame,
    form: &'a Form,
    token: &'a str,
    house: &'a HouseAnswers,
    duties: &'a [DutyWords],
    /// The person comes to this page for the first time.
    is_new: bool,
}

impl HousePage<'_> {
    fn packs(&self) -> [(&str, &str); 2] {
        let keys = ["set-up-pack-metal", "set-up-pack-plain"];
        std::array::from_fn(|at| (PACKS[at], self.f.say(keys[at])))
    }
}

impl PersonPage<'_> {
    fn ages(&self) -> [(&str, &str); 2] {
        [("18", self.f.say("set-up-age-18")), ("16-17", self.f.say("set-up-age-16"))]
    }

    fn takes(&self, duty: &str) -> bool {
        self.is_new || self.form.values("duty").any(|chosen| chosen == duty)
    }
}

async fn ask(State(house): State<House>, Extension(waiting): Extension<Waiting>, asked: Asked) -> Reply {
    let f = frame(&house);
    let token = asked.value("token");
    if !waiting.knows(token) {
        let mut form = Form::filled([]);
        if asked.has("token") {
            form.refuse("token", "set-up-wrong-token");
        }
        let status = if form.is_right() { axum::http::StatusCode::OK } else { axum::http::StatusCode::FORBIDDEN };
        return page_as(status, &TokenPage { f: &f, form: &form }, &f);
    }
    let name =
        settled(&house.db, base::house::NAME).await?.or(settled(&house.db, BROUGHT_NAME).await?).unwrap_or_default();
    let joining = settled(&house.db, JOINING).await?;
    let form = Form::filled([
        ("name", name.as_str()),
        ("pack", &house.pack.id),
        ("joining", joining.as_deref().unwrap_or(Mode::Request.id())),
        ("country", &house.settled().country),
    ]);
    page(&HousePage { f: &f, form: &form, token }, &f)
}

async fn answer(State(house): State<House>, Extension(waiting): Extension<Waiting>, mut form: Form) -> Reply {
    let f = frame(&house);
    let token = form.value("token").to_owned();
    if !waiting.knows(&token) {
        form.refuse("token", "set-up-wrong-token");
        return page_as(axum::http::StatusCode::FORBIDDEN, &TokenPage { f: &f, form: &form }, &f);
    }
    let answers = HouseAnswers::read(&mut form, &house.pack);
    if !form.is_right() {
        return page(&HousePage { f: &f, form: &form, token: &token }, &f);
    }
    let pack = Pack::load(&answers.pack).map_err(|why| Refusal::Broken(why.to_string()))?;
    if !form.has("person") {
        let show =
            PersonPage { f: &f, form: &form, token: &token, house: &answers, duties: &pack.duties, is_new: true };
        return page(&show, &f);
    }
    let person = PersonAnswers::read(&mut form, &house, &answers, &pack);
    if founding::is_taken(&house.db, &person.nickname).await? {
        form.refuse("nickname", "name-wrong-taken");
    }
    if !form.is_right() {
        let show =
            PersonPage { f: &f, form: &form, token: &token, house: &answers, duties: &pack.duties, is_new: false };
        return page(&show, &f);
    }
    settle(&house, &waiting, &answers, &pack, &person).await
}

/// Founds the community, signs its first person in, and lets the house open.
async fn settle(
    house: &House,
    waiting: &Waiting,
    answers: &HouseAnswers,
    pack: &Pack,
    person: &PersonAnswers,
) -> Reply {
    let hash = password::hash(house, &person.password).await?;
    let first = Joining { name: &person.nickname, age: &person.age, password: Some(&hash) };
    let founding = Founding {
        name: &answers.name,
        pack,
        joining: &answers.joining,
        country: Some(&answers.country),
        first: Some(first),
        duties: &person.duties,
    };
    let founder = found(house, &founding).await?.ok_or_else(|| Refusal::Broken("nobody was founded".into()))?;
    let tx = house.begin().await?;
    let secret = Session::open(&tx, &founder.id, 1, house.now()).await?;
    tx.keep().await?;
    let mut response = base::page::go("/?done=founded")?;
    session::give(house, &mut response, &secret);
    waiting.0.done.notify_one();
    Ok(response)
}

fn frame(house: &House) -> Frame {
    Frame::new(house, None, Theme::AsTheMachine, "/").titled("set-up").private()
}

impl Waiting {
    fn knows(&self, token: &str) -> bool {
        id::hash(token) == self.0.token
    }
}
