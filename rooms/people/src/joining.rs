//! Joining: open to anybody, by invitation, or by asking (the host's setting `joining`). A name, an age, a password; no
//! mail.
//!
//! Promises: a name is taken once, however it is written; an invitation works once; whoever asked is in when two
//! different members said yes (one, where one is all there are), and learns why when two said no. Nothing at all is
//! kept of somebody under sixteen.

use base::caller::Pace;
use base::clock::DAY_MS;
use base::db::{Ask, DbResult, Tx};
use base::form::Form;
use base::house::{House, settled};
use base::refusal::Refusal;
use base::{id, kept_as, row, vals};

use crate::password;
use crate::person::{Joining, Person, folded, is_taken, looks, read_name};
use crate::power::{Capability, Deed, Holding, ReadRequests, Welcome};
use crate::sign_in::{self, Entered};
use crate::visitor::{Member, Visitor};
use crate::way_in::{Kind, WayIn};

/// The setting that says how people join, and the one that says who may invite.
pub const JOINING: &str = "joining";
pub const INVITING: &str = "inviting";
/// Ages a person can say; whoever says another is told kindly that this is not yet for them.
pub const AGES: [&str; 2] = ["18", "16-17"];
pub const UNDER: &str = "under";
pub const WHY_CHARS: std::ops::RangeInclusive<usize> = 10..=600;
/// Members who have to say the same.
const WORDS_NEEDED: i64 = 2;
/// Open requests at once; more are asked to come back later.
const REQUESTS_MAX: i64 = 500;
/// Requests from one household in a day, so that nobody fills the list alone.
const ASKED_FROM_ONE_CALLER: Pace = Pace::new("asking to join", 5, DAY_MS);
/// How long a request is kept after it was decided, and how long it may wait for that.
const KEPT_MS: i64 = 30 * DAY_MS;
const WAITS_MS: i64 = 60 * DAY_MS;

kept_as! {
    /// How people join.
    pub enum Mode {
        /// Whoever wants to.
        Open = "open",
        Invite = "invite",
        /// After two members said yes to a few words.
        Request = "request",
    }
}

impl Mode {
    /// As the host settled it; open until they have. A word that is none of these opens to nobody.
    pub async fn of(ask: &impl Ask) -> DbResult<Self> {
        Ok(settled(ask, JOINING).await?.map_or(Self::Open, |word| Self::read(&word).unwrap_or(Self::Invite)))
    }

    /// The key of the words for it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Open => "joining-open",
            Self::Invite => "joining-invite",
            Self::Request => "joining-request",
        }
    }
}

/// Somebody new, as they filled in the form.
#[derive(Clone, Debug, Default)]
pub struct Newcomer {
    pub name: String,
    pub age: String,
    pub password: String,
    /// A few words why, where one asks to join.
    pub why: String,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    In(Entered),
    /// The secret of the page where they see how it stands.
    Asked(String),
    NameTaken,
}

impl Newcomer {
    /// Reads the form; what is wrong is noted at its field.
    pub fn read(form: &mut Form, house: &House, asks: bool) -> Self {
        let name = read_name(form, house, "name");
        let password = password::read(form, "password", &[&name, &house.name()]);
        let why = if asks { form.text("why", WHY_CHARS) } else { String::new() };
        Self { age: form.choice("age", &AGES), name, password, why }
    }

    /// Lets them in; with an invitation, uses it up in the same write.
    pub async fn join(&self, visitor: &Visitor, invitation: Option<&str>) -> Result<Joined, Refusal> {
        let house = &visitor.house;
        let hash = password::hash(house, &self.password).await?;
        let (tx, now) = (house.begin().await?, house.now());
        if is_taken(&tx, &self.name, "").await? {
            return Ok(Joined::NameTaken);
        }
        let giver = match invitation {
            Some(secret) => {
                WayIn::take(&tx, Kind::Invitation, secret, now).await?.ok_or(Refusal::NotNow("invitation-over"))?.giver
            }
            None => None,
        };
        let joining = Joining { name: &self.name, age: &self.age, password: Some(&hash) };
        let person = Person::join(&tx, &joining, now).await?;
        tx.run("UPDATE person SET let_in_by = $1 WHERE id = $2", vals![giver, &person.id]).await?;
        crate::profile::index(&tx, &person.id).await?;
        Ok(Joined::In(sign_in::let_in(tx, visitor, &person.id, 1).await?))
    }

    /// Asks to be let in.
    pub async fn ask(&self, visitor: &Visitor) -> Result<Joined, Refusal> {
        let house = &visitor.house;
        let hash = password::hash(house, &self.password).await?;
        let (tx, now, secret) = (house.begin().await?, house.now(), id::secret());
        if is_taken(&tx, &self.name, "").await? {
            return Ok(Joined::NameTaken);
        }
        if tx.one::<i64>("SELECT count(*) FROM join_request WHERE decided IS NULL", &[]).await? >= REQUESTS_MAX {
            return Err(Refusal::NotNow("join-too-many"));
        }
        if let Some(caller) = visitor.caller {
            house.count(ASKED_FROM_ONE_CALLER, caller).map_err(|_| Refusal::NotNow("join-too-many-here"))?;
        }
        let sql = "INSERT INTO join_request (id, hash, name, folded, looks, age, why, password, since)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let (id, hashed, folded, looks) = (id::at(now), id::hash(&secret), folded(&self.name), looks(&self.name));
        tx.run(sql, vals![id, hashed, &self.name, folded, looks, &self.age, &self.why, hash, now]).await?;
        tx.keep().await?;
        Ok(Joined::Asked(secret))
    }
}

kept_as! {
    /// A member's word to a request.
    pub enum Word {
        Yes = "yes",
        No = "no",
    }
}

kept_as! {
    /// What became of a request.
    pub enum Decided {
        In = "in",
        No = "no",
    }
}

/// A word to a request with who said it, by name, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub by: String,
    pub word: Word,
    pub why: String,
}
row!(Said { by, word, why });

/// Somebody who asked, as members see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub id: String,
    pub name: String,
    pub age: String,
    pub why: String,
    pub since: i64,
    pub decided: Option<Decided>,
}
row!(Request { id, name, age, why, since, decided });

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, name, age, why, since, decided FROM join_request ", $rest)
    };
}

/// Who speaks to a request: a seat, or any member while nobody holds one that could.
#[derive(Debug)]
pub enum Speaker {
    Seat(Holding<ReadRequests>),
    Member(Member),
}

impl Speaker {
    #[must_use]
    pub fn member(&self) -> &Member {
        match self {
            Self::Seat(holding) => &holding.member,
            Self::Member(member) => member,
        }
    }
}

impl Request {
    /// Open requests, who waited longest first.
    pub async fn open(ask: &impl Ask) -> DbResult<Vec<Self>> {
        ask.all(select!("WHERE decided IS NULL ORDER BY id LIMIT 100"), &[]).await
    }

    pub async fn find(ask: &impl Ask, id: &str) -> DbResult<Option<Self>> {
        ask.first(select!("WHERE id = $1"), vals![id]).await
    }

    /// The request behind the link that whoever asked was given.
    pub async fn behind(ask: &impl Ask, secret: &str) -> DbResult<Option<Self>> {
        ask.first(select!("WHERE hash = $1"), vals![id::hash(secret)]).await
    }

    /// What was said to it.
    pub async fn words(&self, ask: &impl Ask) -> DbResult<Vec<Said>> {
        let sql = "SELECT p.name, w.word, w.why FROM join_word w JOIN person p ON p.id = w.person WHERE w.request = $1
                   ORDER BY w.at, w.person";
        ask.all(sql, vals![&self.id]).await
    }

    /// Says yes or no with a reason; the second of a kind decides.
    pub async fn say(&self, speaker: &Speaker, word: Word, why: &str) -> Result<(), Refusal> {
        let house = &speaker.member().house;
        let what = match word {
            Word::Yes => "act-join-yes",
            Word::No => "act-join-no",
        };
        match speaker {
            Speaker::Seat(holding) => {
                let tx = holding.act(&Deed { what, why, ..Deed::default() }).await?;
                self.write(house, &tx, &holding.member, word, why).await?;
                Ok(tx.keep().await?)
            }
            Speaker::Member(member) => {
                let tx = member.begin().await?;
                self.write(house, &tx, member, word, why).await?;
                Ok(tx.keep().await?)
            }
        }
    }

    async fn write(&self, house: &House, tx: &Tx, member: &Member, word: Word, why: &str) -> Result<(), Refusal> {
        // Two words at once come one after the other: each counts what was said before it.
        if tx.hold("SELECT id FROM join_request WHERE id = $1 AND decided IS NULL", vals![&self.id]).await? == 0 {
            return Err(Refusal::NotNow("join-decided"));
        }
        let now = house.now();
        let sql = "INSERT INTO join_word (request, person, word, why, at) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (request, person) DO UPDATE
                   SET word = excluded.word, why = excluded.why, at = excluded.at";
        tx.run(sql, vals![&self.id, &member.person.id, word, why, now]).await?;
        let said: i64 =
            tx.one("SELECT count(*) FROM join_word WHERE request = $1 AND word = $2", vals![&self.id, word]).await?;
        // Whoever is alone here has nobody to say it with.
        if said < WORDS_NEEDED.min(members(tx).await?) {
            return Ok(());
        }
        let password: Option<String> =
            tx.one("SELECT password FROM join_request WHERE id = $1", vals![&self.id]).await?;
        let decided = match word {
            Word::Yes => Decided::In,
            Word::No => Decided::No,
        };
        // The name is the person's now, or free again; the password is nobody's business here.
        let sql = "UPDATE join_request SET decided = $1, decided_at = $2, password = NULL, folded = id, looks = ''
                   WHERE id = $3";
        tx.run(sql, vals![decided, now, &self.id]).await?;
        if word == Word::Yes {
            let person =
                Person::join(tx, &Joining { name: &self.name, age: &self.age, password: password.as_deref() }, now)
                    .await?;
            crate::profile::index(tx, &person.id).await?;
        }
        Ok(())
    }
}

/// Who may speak to requests, if this member may: by seat, or because nobody holds one that could.
pub async fn may_speak(member: &Member) -> Result<bool, Refusal> {
    let house = &member.house;
    if crate::power::seat_that_may(member, Capability::ReadRequests).await?.is_some() {
        return Ok(true);
    }
    Ok(crate::power::holders(house, Capability::ReadRequests).await? == 0)
}

/// Whether nobody but one person can speak to requests, though it takes two.
pub async fn lacks_a_second(house: &House) -> DbResult<bool> {
    Ok(crate::power::holders(house, Capability::ReadRequests).await? == 1 && members(&house.db).await? > 1)
}

async fn members(ask: &impl Ask) -> DbResult<i64> {
    ask.one("SELECT count(*) FROM person WHERE left_at IS NULL AND (brought IS NULL OR claimed_at IS NOT NULL)", &[])
        .await
}

/// Makes an invitation from a seat: an act, with whom it is for as the reason. Returns its secret.
pub async fn invite(holding: &Holding<Welcome>, why: &str) -> Result<String, Refusal> {
    let tx = holding.act(&Deed { what: "act-invited", why, ..Deed::default() }).await?;
    let secret = WayIn::make_from(&tx, Kind::Invitation, None, holding).await?;
    tx.keep().await?;
    Ok(secret)
}

/// Makes an invitation as a member, where the host settled that members may.
pub async fn invite_as_member(member: &Member) -> Result<String, Refusal> {
    if !members_invite(&member.house).await? {
        return Err(Refusal::NotYours("invitation-not-yours"));
    }
    let tx = member.begin().await?;
    let secret = WayIn::make(&tx, Kind::Invitation, None, Some(&member.person.id), member.house.now()).await?;
    tx.keep().await?;
    Ok(secret)
}

/// Whether any member may invite (setting `inviting` is `members`), not just who holds a duty that can.
pub async fn members_invite(house: &House) -> DbResult<bool> {
    Ok(settled(&house.db, INVITING).await?.as_deref() == Some("members"))
}

/// Forgets requests that were decided a month ago, and those nobody decided in two.
pub(crate) async fn sweep(tx: &Tx, now: i64) -> DbResult<u64> {
    tx.run(
        "DELETE FROM join_request WHERE decided_at <= $1 OR (decided IS NULL AND since <= $2)",
        vals![now - KEPT_MS, now - WAITS_MS],
    )
    .await
}
