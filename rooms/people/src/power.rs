//! Power: narrow capabilities, held only through a seat in a duty (R2), and every use an act (R4).
//!
//! A handler that uses power takes [`Holding`]`<TendTalk>`. The only way from there to a write is [`Holding::act`], which
//! states what is done, to what and why, and writes that row in the same transaction. Hats and names never come into it.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::place::Place;
use base::refusal::Refusal;
use base::{row, vals};

use crate::visitor::Member;

macro_rules! capabilities {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal),+ $(,)?) => {
        /// What a duty may let somebody do. The pack bundles these into duties; nothing else grants one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Capability { $($(#[doc = $doc])+ $name),+ }

        impl Capability {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// How packs name it.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }
        }

        $($(#[doc = $doc])+ #[derive(Clone, Copy, Debug)] pub struct $name;
        impl Needs for $name { const CAPABILITY: Capability = Capability::$name; })+
    };
}

/// Names the capability that a [`Holding`] stands for.
pub trait Needs: Send + Sync + 'static {
    const CAPABILITY: Capability;
}

capabilities! {
    /// Invite people in.
    Welcome = "welcome",
    /// See requests to join, and say yes or no with a reason.
    ReadRequests = "read_requests",
    /// Correct, merge, fold or withdraw what stands in the library.
    TendLibrary = "tend_library",
    /// Fold or withdraw a comment.
    TendTalk = "tend_talk",
    /// Write and change the community's own pages.
    TendPages = "tend_pages",
    /// Correct helplines and say when they were checked.
    KeepHelplines = "keep_helplines",
    /// Fill, renew and end seats.
    FillSeats = "fill_seats",
    /// Hand an imported name to the person it belongs to.
    IssueClaims = "issue_claims",
    /// Change how people join and what the community is called.
    ChangeSettings = "change_settings",
}

/// Somebody who holds a seat whose duty can do `C`, now.
#[derive(Debug)]
pub struct Holding<C> {
    pub member: Member,
    pub seat: HeldSeat,
    capability: PhantomData<C>,
}

/// The seat that a use of power is done from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldSeat {
    pub id: String,
    pub duty: String,
}
row!(HeldSeat { id, duty });

/// What is done with power, for the log: a key of a sentence, what it is done to, whom it affects, and why.
#[derive(Clone, Debug, Default)]
pub struct Deed<'a> {
    pub what: &'static str,
    pub place: Option<&'a Place>,
    pub whom: Option<&'a str>,
    pub why: &'a str,
    /// The affected person's own words, kept as a copy that erasure can empty.
    pub words: Option<&'a str>,
}

/// A write that has its act in it already.
#[derive(Debug)]
pub struct ActTx(Tx);

/// The seats a person holds now.
pub async fn seats_of(ask: &impl Ask, person: &str, now: i64) -> DbResult<Vec<HeldSeat>> {
    let sql = "SELECT id, duty FROM seat WHERE person = $1 AND since <= $2 AND until > $2 AND ended_at IS NULL ORDER BY id";
    ask.all(sql, vals![person, now]).await
}

/// Whether a duty of this pack can do it.
fn duty_can(house: &House, duty: &str, capability: Capability) -> bool {
    house.pack.duties.iter().any(|words| words.id == duty && words.capabilities.iter().any(|id| id == capability.id()))
}

/// The seat from which this person may do it now, if they hold one. Pages ask this to show a form or not; doing it takes a [`Holding`].
pub async fn seat_for(house: &House, person: &str, capability: Capability) -> DbResult<Option<HeldSeat>> {
    let seats = seats_of(&house.db, person, house.now()).await?;
    Ok(seats.into_iter().find(|seat| duty_can(house, &seat.duty, capability)))
}

impl<C: Needs> Holding<C> {
    /// Begins a write with its act. The reason is the person's own and may not be empty.
    pub async fn act(&self, deed: &Deed<'_>) -> Result<ActTx, Refusal> {
        let tx = self.member.house.begin().await?;
        record(&tx, Some(&self.seat), Some(&self.member.person.id), deed, self.member.house.now()).await?;
        Ok(ActTx(tx))
    }
}

/// Begins a write by the host at the console, which is an act that everyone sees.
pub async fn act_of_host(house: &House, deed: &Deed<'_>) -> Result<ActTx, Refusal> {
    let tx = house.begin().await?;
    record(&tx, None, None, deed, house.now()).await?;
    Ok(ActTx(tx))
}

async fn record(tx: &Tx, seat: Option<&HeldSeat>, person: Option<&str>, deed: &Deed<'_>, now: i64) -> DbResult<()> {
    let id = base::id::at(now);
    let sql = "INSERT INTO act (id, seat, duty, person, what, place, whom, why, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let (seat_id, duty) = seat.map_or((None, "host"), |seat| (Some(seat.id.as_str()), seat.duty.as_str()));
    tx.run(sql, vals![&id, seat_id, duty, person, deed.what, deed.place, deed.whom, deed.why, now]).await?;
    if let Some(words) = deed.words {
        tx.run("INSERT INTO act_words (act, whose, words) VALUES ($1, $2, $3)", vals![&id, deed.whom, words]).await?;
    }
    Ok(())
}

impl ActTx {
    /// Keeps the change and its act together.
    pub async fn keep(self) -> DbResult<()> {
        self.0.keep().await
    }
}

impl Deref for ActTx {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.0
    }
}

impl<C: Needs> FromRequestParts<House> for Holding<C> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Refusal> {
        let member = Member::from_request_parts(parts, house).await?;
        let seat = seat_for(house, &member.person.id, C::CAPABILITY).await?;
        let seat = seat.ok_or(Refusal::NotYours("refusal-no-duty"))?;
        Ok(Self { member, seat, capability: PhantomData })
    }
}
