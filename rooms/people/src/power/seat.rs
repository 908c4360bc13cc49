//! A seat: a duty, held by a person for a term with an end (R2). It is filled by founding, invitation, open call or
//! draw, or for a week by the host in an emergency; it gives nothing before its beginning or after its end, however it
//! ends.
//!
//! Promises: anybody may hand their own back; a founding seat goes on past its end only when two members who hold none
//! say so. How one begins otherwise is said at [`SeatOffer`](super::SeatOffer).

use base::clock::DAY_MS;
use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::pack::DutyWords;
use base::place::Place;
use base::refusal::Refusal;
use base::{id, kept_as, paging, row, vals};

use super::act::{By, Deed, MEMBERS, act_of_host, record};
use super::{Capability, FillSeats, Holding, duty};
use crate::person::Person;
use crate::visitor::Member;
use crate::way_in::WayIn;

kept_as! {
    /// How a seat was filled.
    pub enum Filled {
        Founding = "founding",
        Invitation = "invitation",
        OpenCall = "open call",
        Draw = "draw",
        Emergency = "emergency",
    }
}

impl Filled {
    /// How those who fill seats can.
    pub const BY_SEAT: [Self; 2] = [Self::Invitation, Self::OpenCall];

    /// The key of the words for it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Founding => "filled-founding",
            Self::Invitation => "filled-invitation",
            Self::OpenCall => "filled-open-call",
            Self::Draw => "filled-draw",
            Self::Emergency => "filled-emergency",
        }
    }
}

kept_as! {
    /// How a seat ended before its term was over.
    pub enum Ended {
        HandedBack = "handed back",
        /// By whoever fills seats.
        ByAnother = "ended",
        /// Its holder left.
        Left = "left",
    }
}

/// How long a founding seat lasts, and each renewal of it.
pub const FOUNDING_MS: i64 = 90 * DAY_MS;
/// How long before its end members may second a founding seat.
pub const RENEW_MS: i64 = 30 * DAY_MS;
/// How long a seat lasts that the host opens in an emergency.
pub const EMERGENCY_MS: i64 = 7 * DAY_MS;
/// Members who have to second a renewal.
const SECONDS_NEEDED: i64 = 2;
/// How long somebody has been here before their word counts: two names made for it are not two members.
const SECONDER_MS: i64 = 14 * DAY_MS;

/// The seat that a use of power is done from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldSeat {
    pub id: String,
    pub duty: String,
    pub until: i64,
}
row!(HeldSeat { id, duty, until });

impl HeldSeat {
    /// Whether its duty can do it.
    pub(super) fn can(&self, house: &House, capability: Capability) -> bool {
        duty(house, &self.duty).is_some_and(|words| capability.is_of(words))
    }

    /// Looks once more in the write itself, which whoever ends the seat has to wait for.
    pub(super) async fn must_still_be_held(&self, tx: &Tx, person: &str, now: i64) -> Result<(), Refusal> {
        let sql =
            "SELECT id FROM seat WHERE id = $1 AND person = $2 AND since <= $3 AND until > $3 AND ended_at IS NULL";
        if tx.hold(sql, vals![&self.id, person, now]).await? == 1 { Ok(()) } else { Err(Refusal::NoDuty) }
    }
}

/// A seat with its whole story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub id: String,
    pub duty: String,
    pub person: Option<String>,
    /// The holder's name as it is now.
    pub by: Option<String>,
    /// What the holder's face is drawn from.
    pub face: Option<String>,
    pub filled: Filled,
    pub since: i64,
    pub until: i64,
    pub ended_at: Option<i64>,
    pub ended_how: Option<Ended>,
    pub ended_why: Option<String>,
}
row!(Seat { id, duty, person, by, face, filled, since, until, ended_at, ended_how, ended_why });

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.duty, s.person, p.name, p.face, s.filled, s.since, s.until, s.ended_at, s.ended_how,
             s.ended_why
             FROM seat s LEFT JOIN person p ON p.id = s.person ",
            $rest
        )
    };
}

/// The seats a person holds now.
pub async fn seats_of(ask: &impl Ask, person: &str, now: i64) -> DbResult<Vec<HeldSeat>> {
    let sql = "SELECT id, duty, until FROM seat WHERE person = $1 AND since <= $2 AND until > $2 AND ended_at IS NULL
               ORDER BY id";
    ask.all(sql, vals![person, now]).await
}

impl Seat {
    /// Opens a founding seat; the host does this once, when the house is founded.
    pub async fn found(tx: &Tx, person: &str, duty: &str, now: i64) -> DbResult<String> {
        begin(tx, duty, person, Filled::Founding, now, now + FOUNDING_MS).await
    }

    /// Opens a seat for a week, by the host at the console: an act that everyone sees.
    pub async fn emergency(house: &House, person: &Person, duty: &DutyWords, why: &str) -> Result<String, Refusal> {
        let (now, seat) = (house.now(), house.new_id());
        let place = Self::place_of(&seat);
        let deed =
            Deed { what: "act-emergency-seat", place: Some(&place), whom: Some(&person.id), why, ..Deed::default() };
        let tx = act_of_host(house, &deed).await?;
        open(&tx, &seat, &duty.id, &person.id, Filled::Emergency, now, now + EMERGENCY_MS).await?;
        tx.keep().await?;
        Ok(seat)
    }

    #[must_use]
    pub fn place(&self) -> Place {
        Self::place_of(&self.id)
    }

    #[must_use]
    pub fn place_of(id: &str) -> Place {
        Place::of("seats", id)
    }

    pub async fn find(ask: &impl Ask, id: &str) -> DbResult<Option<Self>> {
        let sql = select!("WHERE s.id = $1");
        ask.first(sql, vals![id]).await
    }

    /// Every seat that is held now, who has held it longest first.
    pub async fn held(ask: &impl Ask, now: i64) -> DbResult<Vec<Self>> {
        let sql = select!("WHERE s.until > $1 AND s.since <= $1 AND s.ended_at IS NULL ORDER BY s.since, s.id");
        ask.all(sql, vals![now]).await
    }

    /// The seats of a duty that are over, the newest first.
    pub async fn past(ask: &impl Ask, duty: &str, now: i64, before: Option<&str>, limit: i64) -> DbResult<Vec<Self>> {
        let sql = select!(
            "WHERE s.duty = $1 AND (s.until <= $2 OR s.ended_at IS NOT NULL) AND s.id < $3 ORDER BY s.id DESC LIMIT $4"
        );
        ask.all(sql, vals![duty, now, before.unwrap_or(paging::NEWEST), limit]).await
    }

    /// Every seat that a person has held, the newest first.
    pub async fn of_person(ask: &impl Ask, person: &str) -> DbResult<Vec<Self>> {
        let sql = select!("WHERE s.person = $1 ORDER BY s.id DESC LIMIT 200");
        ask.all(sql, vals![person]).await
    }

    #[must_use]
    pub fn is_held(&self, now: i64) -> bool {
        self.since <= now && now < self.until && self.ended_at.is_none()
    }

    #[must_use]
    pub fn is_held_by(&self, person: &str, now: i64) -> bool {
        self.person.as_deref() == Some(person) && self.is_held(now)
    }

    /// How much of its term is over, in hundredths.
    #[must_use]
    pub fn hundredths_over(&self, now: i64) -> i64 {
        let term = (self.until - self.since).max(1);
        100 * (now - self.since).clamp(0, term) / term
    }

    /// When it ended or will end.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.ended_at.unwrap_or(self.until)
    }

    /// The key of the words for how it ended.
    #[must_use]
    pub fn ended_key(&self) -> &'static str {
        match self.ended_how {
            Some(Ended::HandedBack) => "seat-ended-handed-back",
            Some(Ended::Left) => "seat-ended-left",
            Some(Ended::ByAnother) => "seat-ended-early",
            None => "seat-ended-term",
        }
    }

    /// Its holder hands it back: no reason needed, none asked.
    pub async fn hand_back(&self, member: &Member, why: &str) -> Result<(), Refusal> {
        let now = member.house.now();
        if !self.is_held_by(&member.person.id, now) {
            return Err(Refusal::NotYours("seat-not-yours"));
        }
        let tx = member.begin().await?;
        close(&tx, &self.id, Ended::HandedBack, why, now).await?;
        Ok(tx.keep().await?)
    }

    /// Whoever fills seats ends one before its time, with a reason that its holder is told.
    pub async fn end_early(&self, holding: &Holding<FillSeats>, why: &str) -> Result<(), Refusal> {
        let now = holding.member.house.now();
        if !self.is_held(now) {
            return Err(Refusal::NotNow("seat-over"));
        }
        let place = self.place();
        let tx = holding
            .act(&Deed {
                what: "act-seat-ended",
                place: Some(&place),
                whom: self.person.as_deref(),
                why,
                ..Deed::default()
            })
            .await?;
        close(&tx, &self.id, Ended::ByAnother, why, now).await?;
        Ok(tx.keep().await?)
    }

    /// Whether members may second it now.
    #[must_use]
    pub fn is_up_for_renewal(&self, now: i64) -> bool {
        self.filled == Filled::Founding && self.is_held(now) && self.until - now <= RENEW_MS
    }

    /// How many members said so far that it may go on.
    pub async fn seconded(&self, ask: &impl Ask) -> DbResult<i64> {
        ask.one("SELECT count(*) FROM seconding WHERE seat = $1 AND until = $2", vals![&self.id, self.until]).await
    }

    /// A member says that the seat may go on. They must hold no seat, have been here a while, and not have been let in by
    /// its holder. The second one renews it, which is an act of members together. Answers whether this renewed it.
    pub async fn second(&self, member: &Member) -> Result<bool, Refusal> {
        let (person, now) = (member.person.id.as_str(), member.house.now());
        if !self.is_up_for_renewal(now) {
            return Err(Refusal::NotNow("seat-not-up-for-renewal"));
        }
        let tx = member.begin().await?;
        tx.hold("SELECT id FROM seat WHERE id = $1", vals![&self.id]).await?; // two words at once come one after the other
        if !seats_of(&tx, person, now).await?.is_empty() {
            return Err(Refusal::NotYours("seat-seconding-holds-one"));
        }
        let (came_at, let_in_by): (i64, Option<String>) = tx
            .one("SELECT COALESCE(claimed_at, joined_at), let_in_by FROM person WHERE id = $1", vals![person])
            .await?;
        if came_at > now - SECONDER_MS {
            return Err(Refusal::NotNow("seat-seconding-too-new"));
        }
        if let_in_by.is_some() && let_in_by == self.person {
            return Err(Refusal::NotYours("seat-seconding-let-in-by"));
        }
        let sql = "INSERT INTO seconding (seat, until, person, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        tx.run(sql, vals![&self.id, self.until, person, now]).await?;
        let is_enough = self.seconded(&tx).await? >= SECONDS_NEEDED;
        if is_enough {
            self.renew(&tx, person, now).await?;
        }
        tx.keep().await?;
        Ok(is_enough)
    }

    async fn renew(&self, tx: &Tx, person: &str, now: i64) -> DbResult<()> {
        let sql = "UPDATE seat SET until = $1 WHERE id = $2 AND until = $3 AND ended_at IS NULL";
        if tx.run(sql, vals![self.until + FOUNDING_MS, &self.id, self.until]).await? == 0 {
            return Ok(()); // somebody else's word came at the same moment and did it
        }
        let place = self.place();
        let by = By { seat: None, duty: MEMBERS, person: Some(person), rule: "seconding" };
        let deed =
            Deed { what: "act-seat-renewed", place: Some(&place), whom: self.person.as_deref(), ..Deed::default() };
        record(tx, &by, &deed, now).await.map(drop)
    }
}

pub(super) async fn begin(
    tx: &Tx,
    duty: &str,
    person: &str,
    filled: Filled,
    since: i64,
    until: i64,
) -> DbResult<String> {
    let seat = id::at(since);
    open(tx, &seat, duty, person, filled, since, until).await?;
    Ok(seat)
}

async fn open(tx: &Tx, seat: &str, duty: &str, person: &str, filled: Filled, since: i64, until: i64) -> DbResult<()> {
    let sql = "INSERT INTO seat (id, duty, person, filled, since, until) VALUES ($1, $2, $3, $4, $5, $6)";
    tx.run(sql, vals![seat, duty, person, filled, since, until]).await.map(drop)
}

/// Ends one that is held still, and the links that were made from it.
async fn close(tx: &Tx, seat: &str, how: Ended, why: &str, now: i64) -> Result<(), Refusal> {
    let sql = "UPDATE seat SET ended_at = $1, ended_how = $2, ended_why = $3 WHERE id = $4 AND ended_at IS NULL
               AND until > $1";
    if tx.run(sql, vals![now, how, why, seat]).await? == 0 {
        return Err(Refusal::NotNow("seat-over"));
    }
    WayIn::end_with(tx, seat).await?;
    Ok(())
}
