//! An offer: somebody is asked to take a seat.
//!
//! Promises: power is never put on anybody (a seat begins when the person says yes); nobody fills a seat with
//! themselves; a duty never has more seats than its words say, whoever asks at the same moment.

use base::clock::DAY_MS;
use base::db::{Ask, DbResult, Tx};
use base::pack::DutyWords;
use base::place::Place;
use base::refusal::Refusal;
use base::{kept_as, row, vals};

use super::act::{ActTx, Deed};
use super::seat::{self, Filled};
use super::{FillSeats, Holding, duty, must_have_second_factor};
use crate::person::{Person, hold};
use crate::visitor::Member;

/// How long an offer waits for its answer.
const OFFER_MS: i64 = 14 * DAY_MS;

/// A seat that somebody was asked to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatOffer {
    pub id: String,
    pub duty: String,
    pub person: Option<String>,
    pub filled: Filled,
    pub term_days: i64,
    pub at: i64,
    pub until: i64,
    pub answer: Option<Answer>,
}
row!(SeatOffer { id, duty, person, filled, term_days, at, until, answer });

kept_as! {
    /// What became of an offer.
    pub enum Answer {
        Yes = "yes",
        No = "no",
        TakenBack = "taken back",
    }
}

/// What became of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    Made,
    /// Every seat of the duty is held or offered.
    Full,
    /// They hold one already, or were asked.
    HasOne,
    /// Nobody puts power on themselves.
    Oneself,
    /// They have just left.
    Nobody,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, duty, person, filled, term_days, at, until, answer FROM seat_offer ", $rest)
    };
}

impl SeatOffer {
    /// Asks somebody to take a seat. It begins when they say yes.
    pub async fn make(
        holding: &Holding<FillSeats>,
        duty: &DutyWords,
        person: &Person,
        filled: Filled,
        term_days: i64,
        why: &str,
    ) -> Result<Offered, Refusal> {
        if person.id == holding.member.person.id {
            return Ok(Offered::Oneself);
        }
        let (house, now) = (&holding.member.house, holding.member.house.now());
        let offer = house.new_id();
        let place = Self::place_of(&offer);
        let tx = holding
            .act(&Deed {
                what: "act-seat-offered",
                place: Some(&place),
                whom: Some(&person.id),
                why,
                ..Deed::default()
            })
            .await?;
        if !hold(&tx, &person.id).await? {
            return Ok(Offered::Nobody);
        }
        if let Some(no) = cannot_take(&tx, duty, person, now).await? {
            return Ok(no); // dropped without keep: neither the offer nor its act was
        }
        let sql = "INSERT INTO seat_offer (id, duty, person, filled, term_days, at, until)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        tx.run(sql, vals![&offer, &duty.id, &person.id, filled, term_days, now, now + OFFER_MS]).await?;
        tx.keep().await?;
        Ok(Offered::Made)
    }

    #[must_use]
    pub fn place_of(id: &str) -> Place {
        Place::of("seat-offers", id)
    }

    /// An offer made to this person; to anybody else there is none.
    pub async fn to(ask: &impl Ask, person: &str, id: &str) -> DbResult<Option<Self>> {
        ask.first(select!("WHERE id = $1 AND person = $2"), vals![id, person]).await
    }

    pub async fn find(ask: &impl Ask, id: &str) -> DbResult<Option<Self>> {
        ask.first(select!("WHERE id = $1"), vals![id]).await
    }

    /// Who asked, as they are called now, and why, as it stands in the log.
    pub async fn asked_by(&self, ask: &impl Ask) -> DbResult<Option<(Option<String>, String)>> {
        let sql = "SELECT NULLIF(p.name, ''), a.why FROM act a LEFT JOIN person p ON p.id = a.person WHERE a.place = $1
                   AND a.what = 'act-seat-offered' ORDER BY a.id LIMIT 1";
        ask.first(sql, vals![Self::place_of(&self.id)]).await
    }

    /// Those of a duty that wait for an answer: each with the name of whom was asked.
    pub async fn open_for(ask: &impl Ask, duty: &str, now: i64) -> DbResult<Vec<(String, String, i64)>> {
        let sql = "SELECT o.id, p.name, o.until FROM seat_offer o JOIN person p ON p.id = o.person
                   WHERE o.duty = $1 AND o.answer IS NULL AND o.until > $2 ORDER BY o.id";
        ask.all(sql, vals![duty, now]).await
    }

    /// Whoever fills seats takes one back that waits for its answer, with a reason that whoever was asked is told.
    pub async fn take_back(&self, holding: &Holding<FillSeats>, why: &str) -> Result<(), Refusal> {
        let place = Self::place_of(&self.id);
        let tx = holding
            .act(&Deed {
                what: "act-seat-offer-taken-back",
                place: Some(&place),
                whom: self.person.as_deref(),
                why,
                ..Deed::default()
            })
            .await?;
        self.answer(&tx, Answer::TakenBack, holding.member.house.now()).await?;
        Ok(tx.keep().await?)
    }

    /// The offers that wait for this person's answer.
    pub async fn waiting(ask: &impl Ask, person: &str, now: i64) -> DbResult<Vec<Self>> {
        let sql = select!("WHERE person = $1 AND answer IS NULL AND until > $2 ORDER BY id");
        ask.all(sql, vals![person, now]).await
    }

    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        self.answer.is_none() && now < self.until
    }

    /// Yes: the seat begins now. A duty that sees private things asks for a second factor first.
    pub async fn accept(&self, member: &Member) -> Result<(), Refusal> {
        let (house, now) = (&member.house, member.house.now());
        let words = duty(house, &self.duty).filter(|_| self.is_open(now)).ok_or(Refusal::NotNow("seat-offer-over"))?;
        if words.sees_private {
            must_have_second_factor(member).await?;
        }
        let tx = member.begin().await?;
        self.answer(&tx, Answer::Yes, now).await?;
        let seat = seat::begin(
            &tx,
            &self.duty,
            &member.person.id,
            self.filled,
            now,
            now + self.term_days.min(words.term_days) * DAY_MS,
        )
        .await?;
        tx.run("UPDATE seat_offer SET seat = $1 WHERE id = $2", vals![seat, &self.id]).await?;
        Ok(tx.keep().await?)
    }

    /// No, without a reason.
    pub async fn decline(&self, member: &Member) -> Result<(), Refusal> {
        let tx = member.begin().await?;
        self.answer(&tx, Answer::No, member.house.now()).await?;
        Ok(tx.keep().await?)
    }

    async fn answer(&self, tx: &Tx, answer: Answer, now: i64) -> Result<(), Refusal> {
        let sql = "UPDATE seat_offer SET answer = $1, answered_at = $2 WHERE id = $3 AND answer IS NULL AND until > $2";
        if tx.run(sql, vals![answer, now, &self.id]).await? == 1 {
            Ok(())
        } else {
            Err(Refusal::NotNow("seat-offer-over"))
        }
    }
}

/// Why they cannot be asked, if so. Until the write is over nobody else is asked to take a seat of this duty.
async fn cannot_take(tx: &ActTx, duty: &DutyWords, person: &Person, now: i64) -> DbResult<Option<Offered>> {
    tx.take_turn(&format!("seats of {}", duty.id)).await?;
    let sql = "SELECT person FROM seat WHERE duty = $1 AND until > $2 AND ended_at IS NULL
               UNION ALL SELECT person FROM seat_offer WHERE duty = $1 AND answer IS NULL AND until > $2";
    let taken: Vec<Option<String>> = tx.all(sql, vals![&duty.id, now]).await?;
    let has_one = taken.iter().flatten().any(|id| *id == person.id);
    let is_full = i64::try_from(taken.len()).is_ok_and(|taken| taken >= duty.seats);
    Ok(if has_one { Some(Offered::HasOne) } else { is_full.then_some(Offered::Full) })
}
