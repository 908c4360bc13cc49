//! Who is at the door. A handler says whom it needs by what it takes: [`Visitor`] is anybody, [`Member`] somebody
//! signed in, [`Fresh`] somebody who signed in just now, and [`Holding`](crate::Holding) somebody who holds a duty that
//! can.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use base::caller::{Caller, Pace};
use base::clock::MINUTE_MS;
use base::db::{DbResult, Tx};
use base::house::House;
use base::page::{Frame, Theme, Who};
use base::place::Place;
use base::refusal::Refusal;
use base::room::Reader;
use tokio::sync::OnceCell;

use crate::person::Person;
use crate::power::{HeldSeat, Notice, seats_of};
use crate::session::{Session, cookie};

/// Anybody.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub house: House,
    pub person: Option<Person>,
    pub session: Option<Session>,
    pub theme: Theme,
    pub path: String,
    /// Where to go on once they did something else first: this page, or the page whose form was sent.
    pub(crate) back: String,
    /// The key of the sentence that says what was just done (`?done=…`), if somebody wrote such a sentence.
    pub done: Option<String>,
    /// Notices that the person has not seen.
    pub notices: i64,
    /// Stands for the household they come from, to count tries by; in memory alone.
    pub caller: Option<Caller>,
    /// The seats they hold, once somebody asked.
    seats: Arc<OnceCell<Vec<HeldSeat>>>,
}

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct Member {
    pub visitor: Visitor,
    pub person: Person,
}

/// Somebody who signed in a moment ago; what takes everything along, and leaving, ask for this.
#[derive(Clone, Debug)]
pub struct Fresh(pub Member);

impl Visitor {
    /// Whoever sent these headers for this path.
    pub async fn of(house: &House, headers: &HeaderMap, path: &str) -> Result<Self, Refusal> {
        let theme = match cookie(headers, "theme") {
            Some("dark") => Theme::Dark,
            Some("light") => Theme::Light,
            _ => Theme::AsTheMachine,
        };
        let found = match cookie(headers, house.settings.cookie_name()) {
            Some(secret) if !secret.is_empty() => Session::of(&house.db, secret, house.now()).await?,
            _ => None,
        };
        if let Some((session, _)) = &found {
            // Reading goes on when nothing can be written: a full disk must not sign anybody out.
            let _ = session.seen(house).await;
        }
        let (session, person): (_, Option<Person>) = found.unzip();
        let notices = match &person {
            Some(person) => Notice::unseen(&house.db, &person.id).await?,
            None => 0,
        };
        Ok(Self {
            house: house.clone(),
            person,
            session,
            theme,
            path: path.to_owned(),
            back: path.to_owned(),
            done: None,
            notices,
            caller: None,
            seats: Arc::default(),
        })
    }

    /// The frame of a page for them.
    #[must_use]
    pub fn frame(&self) -> Frame {
        let who = self.person.as_ref().map(|person| Who { id: person.id.clone(), name: person.name.clone() });
        let mut frame = Frame::new(&self.house, who, self.theme, &self.path);
        frame.notices = self.notices;
        let leaving =
            self.person.as_ref().is_some_and(|person| person.leaving_at.is_some()) && self.path != "/backstage/leave";
        let done = self.done.as_deref().or(leaving.then_some("leaving-still"));
        frame.done = done.map(|key| frame.say(key).to_owned());
        frame
    }

    /// Who they are; none for a guest.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.person.as_ref().map(|person| person.id.as_str())
    }

    /// The seats they hold as this request found them; a write looks once more.
    pub(crate) async fn seats(&self) -> DbResult<&[HeldSeat]> {
        let look = async || match self.id() {
            Some(person) => seats_of(&self.house.db, person, self.house.now()).await,
            None => Ok(Vec::new()),
        };
        Ok(self.seats.get_or_try_init(look).await?)
    }

    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader { person: self.id().map(str::to_owned) }
    }
}

/// What one person writes, of every kind together: more than anybody types, fewer than a script sends.
const PACE: Pace = Pace::new("writing", 60, 10 * MINUTE_MS);
/// What one person sends that changes anything: drafts, words with one tap, settings.
const PACE_OF_ALL: Pace = Pace::new("sending", 900, 10 * MINUTE_MS);

impl Member {
    /// Slows a flood of writing down. Whatever puts or changes words that others read asks this first, once the words
    /// are right.
    pub fn may_write(&self) -> Result<(), Refusal> {
        self.house.count(PACE, &self.person.id)
    }

    /// Begins a write of somebody who is still signed in. What was sent may have come slowly, and a session ends
    /// meanwhile.
    pub async fn begin(&self) -> Result<Tx, Refusal> {
        let tx = self.house.begin().await?;
        self.must_still_be_in(&tx).await?;
        Ok(tx)
    }

    /// The same, in turn with every other write at this place. What was read of it before may be stale: read it again in
    /// this write.
    pub async fn begin_at(&self, place: &Place) -> Result<Tx, Refusal> {
        let tx = self.begin().await?;
        tx.take_turn(place.as_str()).await?;
        Ok(tx)
    }

    /// The session that this browser has, as we know it: its hash.
    pub(crate) fn here(&self) -> &str {
        self.session.as_ref().map_or("", |session| &session.hash)
    }

    pub(crate) async fn must_still_be_in(&self, tx: &Tx) -> Result<(), Refusal> {
        if Session::is_open(tx, &self.person.id, self.here()).await? {
            Ok(())
        } else {
            Err(Refusal::SignIn { then: self.back.clone(), again: false })
        }
    }
}

impl Deref for Member {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl FromRequestParts<House> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Refusal> {
        let mut visitor = Self::of(house, &parts.headers, parts.uri.path()).await?;
        let done = parts.uri.query().and_then(|query| query.strip_prefix("done=")).map(|key| format!("done-{key}"));
        visitor.done = done.filter(|key| house.words.knows(key));
        visitor.caller = parts.extensions.get().copied();
        visitor.back = way_back(parts);
        Ok(visitor)
    }
}

impl FromRequestParts<House> for Member {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Refusal> {
        let visitor = Visitor::from_request_parts(parts, house).await?;
        let person =
            visitor.person.clone().ok_or_else(|| Refusal::SignIn { then: visitor.back.clone(), again: false })?;
        if !parts.method.is_safe() {
            house.count(PACE_OF_ALL, &person.id)?;
        }
        Ok(Self { visitor, person })
    }
}

impl FromRequestParts<House> for Fresh {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Refusal> {
        let member = Member::from_request_parts(parts, house).await?;
        let is_fresh = member.session.as_ref().is_some_and(|session| session.is_fresh(house.now()));
        if is_fresh { Ok(Self(member)) } else { Err(Refusal::SignIn { then: member.back.clone(), again: true }) }
    }
}

fn way_back(parts: &Parts) -> String {
    if parts.method == Method::GET {
        return parts.uri.path().to_owned();
    }
    let referer = parts.headers.get("referer").and_then(|from| from.to_str().ok()).unwrap_or_default();
    let path =
        referer.splitn(4, '/').nth(3).map(|rest| format!("/{}", rest.split(['?', '#']).next().unwrap_or_default()));
    path.and_then(|path| base::place::Place::read(&path)).map_or_else(|| "/".to_owned(), |place| place.to_string())
}
