//! Power: narrow capabilities, held only through a seat in a duty (R2), and every use an act (R4).
//!
//! A handler that uses power takes [`Holding`]`<TendTalk>`. The only way from there to a write is [`Holding::act`],
//! which states what is done, to what and why, and writes that row in the same transaction. Hats and names never come
//! into it.

mod act;
mod capability;
mod notice;
mod offer;
mod seat;
mod second_look;
mod traces;

use std::collections::HashSet;
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base::db::DbResult;
use base::house::House;
use base::pack::DutyWords;
use base::refusal::Refusal;

pub use act::{Act, ActTx, Deed, Total, act_of_host};
pub use capability::*;
pub use notice::Notice;
pub use offer::{Answer, Offered, SeatOffer};
pub use seat::{EMERGENCY_MS, Ended, FOUNDING_MS, Filled, HeldSeat, RENEW_MS, Seat, seats_of};
pub use second_look::{Finding, Look, is_there_somebody, may_answer};
pub use traces::forget_words;
pub(crate) use traces::{at, forget, keeps};

use act::By;

use crate::visitor::{Fresh, Member, Visitor};
use crate::ways_in::second_factor;

/// Where a person sets up a second factor.
const SECOND_FACTOR: &str = "/backstage/ways-in";

/// Somebody who holds a seat whose duty can do `C`, now.
#[derive(Debug)]
pub struct Holding<C> {
    pub member: Member,
    pub seat: HeldSeat,
    capability: PhantomData<C>,
}

impl<C: Needs> Holding<C> {
    /// Begins a write with its act, if the seat is still held and its holder still signed in: what was sent may have
    /// come slowly. The reason is the person's own and may not be empty.
    pub async fn act(&self, deed: &Deed<'_>) -> Result<ActTx, Refusal> {
        let (house, now) = (&self.member.house, self.member.house.now());
        let tx = house.begin().await?;
        self.seat.must_still_be_held(&tx, &self.member.person.id, now).await?;
        self.member.must_still_be_in(&tx).await?;
        let by = By {
            seat: Some(&self.seat.id),
            duty: &self.seat.duty,
            person: Some(&self.member.person.id),
            rule: C::CAPABILITY.id(),
        };
        Ok(ActTx::of(tx, &by, deed, now).await?)
    }
}

impl<C: Needs> FromRequestParts<House> for Holding<C> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Refusal> {
        let member = Member::from_request_parts(parts, house).await?;
        let seat = seat_that_may(&member, C::CAPABILITY).await?.ok_or(Refusal::NoDuty)?;
        Ok(Self { member, seat, capability: PhantomData })
    }
}

/// The seat from which this member may do it now. What shows private things, or a seat that sees such, takes a second
/// factor.
pub(crate) async fn seat_that_may(member: &Member, capability: Capability) -> Result<Option<HeldSeat>, Refusal> {
    let house = &member.house;
    let seats: Vec<_> = member.seats().await?.iter().filter(|seat| seat.can(house, capability)).collect();
    if let Some(seat) = seats.iter().find(|seat| !capability.sees_private() && !sees_private(house, &seat.duty)) {
        return Ok(Some((*seat).clone()));
    }
    if !seats.is_empty() {
        must_have_second_factor(member).await?;
    }
    Ok(seats.first().map(|seat| (*seat).clone()))
}

/// How far somebody is with what a seat of theirs lets them do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// No seat of theirs can.
    No,
    /// Once they have done something else, at a path: keys of why, and of the link there.
    First {
        why: &'static str,
        path: String,
        link: &'static str,
    },
    Yes,
}

impl Visitor {
    /// How far they are with it: what leads to a page that asks for a second factor says so before.
    pub async fn reach(&self, capability: Capability) -> Result<Reach, Refusal> {
        let Some(person) = self.person.clone() else { return Ok(Reach::No) };
        match seat_that_may(&Member { visitor: self.clone(), person }, capability).await {
            Err(Refusal::NotBefore { why, path, link }) => Ok(Reach::First { why, path, link }),
            seat => Ok(if seat?.is_some() { Reach::Yes } else { Reach::No }),
        }
    }

    /// Whether they hold a seat that can do it now. Pages ask this to show a form or not; doing it takes a [`Holding`].
    pub async fn may(&self, capability: Capability) -> DbResult<bool> {
        Ok(self.seats().await?.iter().any(|seat| seat.can(&self.house, capability)))
    }
}

/// How many people hold a seat now whose duty can do it.
pub(crate) async fn holders(house: &House, capability: Capability) -> DbResult<usize> {
    let seats = Seat::held(&house.db, house.now()).await?;
    let can = |seat: &&Seat| duty(house, &seat.duty).is_some_and(|words| capability.is_of(words));
    Ok(seats.iter().filter(can).filter_map(|seat| seat.person.as_deref()).collect::<HashSet<_>>().len())
}

/// A duty of this pack.
#[must_use]
pub fn duty<'a>(house: &'a House, id: &str) -> Option<&'a DutyWords> {
    house.pack.duties.iter().find(|words| words.id == id)
}

/// What a duty is called here; `host` and `members` stand for those who need no seat for what they did.
#[must_use]
pub fn duty_name<'a>(house: &'a House, id: &'a str) -> &'a str {
    match id {
        act::HOST => house.words.say("duty-host"),
        act::MEMBERS => house.words.say("duty-members"),
        id => duty(house, id).map_or(id, |words| words.name.as_str()),
    }
}

fn sees_private(house: &House, id: &str) -> bool {
    duty(house, id).is_some_and(|words| words.sees_private)
}

/// Every way in of theirs takes two things, and two were shown in this browser: a recovery code lets in alone.
async fn must_have_second_factor(member: &Member) -> Result<(), Refusal> {
    if !second_factor(&member.house.db, &member.person.id).await? {
        return Err(Refusal::NotBefore {
            why: "refusal-second-factor",
            path: SECOND_FACTOR.to_owned(),
            link: "refusal-second-factor-link",
        });
    }
    must_have_shown_two(member, "refusal-one-factor")
}

fn must_have_shown_two(member: &Member, why: &'static str) -> Result<(), Refusal> {
    if member.session.as_ref().is_some_and(|session| session.factors >= 2) {
        return Ok(());
    }
    Err(Refusal::NotBefore {
        why,
        path: format!("/sign-in?then={}&again=yes", member.back),
        link: "refusal-one-factor-link",
    })
}

/// Somebody who may change how they come in: they signed in a moment ago and, while what lets them in opens a seat,
/// too, by the two things that takes. Whoever finds one thing of theirs, such as a code on paper, would have their seat
/// with it otherwise.
#[derive(Clone, Debug)]
pub struct Sure(pub Member);

impl FromRequestParts<House> for Sure {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Refusal> {
        let Fresh(member) = Fresh::from_request_parts(parts, house).await?;
        if !member.seats().await?.is_empty() && second_factor(&house.db, &member.person.id).await? {
            must_have_shown_two(&member, "refusal-one-factor-keys")?;
        }
        Ok(Self(member))
    }
}
