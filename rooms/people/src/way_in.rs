//! Links that let somebody in once: the demo's, a claim on an imported name, an invitation, the step between a password
//! and its second factor. The link carries a secret; we keep its hash and when it ends.
//!
//! Promises: a link works once and not after its time, one made from a seat ends with it, and one of a kind never
//! passes for another.

use base::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::refusal::Refusal;
use base::{id, kept_as, row, vals};

use crate::power::{Deed, Holding, act_of_host};

kept_as! {
    /// What a link is for.
    pub enum Kind {
        /// Signs a person in: the demo's cast, or somebody the host helps back in.
        SignIn = "sign-in",
        /// Hands an imported name to whoever it belongs to.
        Claim = "claim",
        /// Lets somebody new join.
        Invitation = "invitation",
        /// The password was right; the second factor is still to come.
        Second = "second",
        /// The recovery code was right; the second factor is still to come, and another code will not do.
        SecondAfterCode = "second-after-code",
    }
}

/// A link that still works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayIn {
    pub hash: String,
    pub person: Option<String>,
    /// Who made it, where that was a member.
    pub giver: Option<String>,
    pub since: i64,
    pub until: i64,
}
row!(WayIn { hash, person, giver, since, until });

impl Kind {
    /// How long it works.
    #[must_use]
    pub fn lasts_ms(self) -> i64 {
        match self {
            Self::SignIn => 24 * HOUR_MS,
            Self::Claim | Self::Invitation => 14 * DAY_MS,
            Self::Second | Self::SecondAfterCode => 10 * MINUTE_MS,
        }
    }
}

impl WayIn {
    /// Makes a link and returns its secret; the host's are opened at `/in/SECRET`.
    pub async fn make(tx: &Tx, kind: Kind, person: Option<&str>, giver: Option<&str>, now: i64) -> DbResult<String> {
        Self::write(tx, kind, person, giver, None, now, now + kind.lasts_ms()).await
    }

    /// Makes one from a seat, with which it ends.
    pub async fn make_from<C>(tx: &Tx, kind: Kind, person: Option<&str>, holding: &Holding<C>) -> DbResult<String> {
        let (seat, now) = (&holding.seat, holding.member.house.now());
        Self::write(
            tx,
            kind,
            person,
            Some(&holding.member.person.id),
            Some(&seat.id),
            now,
            seat.until.min(now + kind.lasts_ms()),
        )
        .await
    }

    async fn write(
        tx: &Tx,
        kind: Kind,
        person: Option<&str>,
        giver: Option<&str>,
        seat: Option<&str>,
        since: i64,
        until: i64,
    ) -> DbResult<String> {
        let secret = id::secret();
        let sql =
            "INSERT INTO way_in (hash, kind, person, giver, seat, since, until) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        tx.run(sql, vals![id::hash(&secret), kind, person, giver, seat, since, until]).await?;
        Ok(secret)
    }

    /// Makes a link by which the host helps somebody back in who lost every other way: an act that the person is told
    /// of, and that everybody sees. It works for an hour; one made before works no more.
    pub async fn help_back_in(house: &House, person: &str, why: &str) -> Result<String, Refusal> {
        let now = house.now();
        let tx =
            act_of_host(house, &Deed { what: "act-link-made", whom: Some(person), why, ..Deed::default() }).await?;
        tx.run("DELETE FROM way_in WHERE kind = $1 AND person = $2", vals![Kind::SignIn, person]).await?;
        let secret = Self::write(&tx, Kind::SignIn, Some(person), None, None, now, now + HOUR_MS).await?;
        tx.keep().await?;
        Ok(secret)
    }

    /// Looks at a link without using it.
    pub async fn look(ask: &impl Ask, kind: Kind, secret: &str, now: i64) -> DbResult<Option<Self>> {
        let sql = "SELECT hash, person, giver, since, until FROM way_in WHERE hash = $1 AND kind = $2 AND until > $3";
        ask.first(sql, vals![id::hash(secret), kind, now]).await
    }

    /// Uses a link up.
    pub async fn take(tx: &Tx, kind: Kind, secret: &str, now: i64) -> DbResult<Option<Self>> {
        let sql = "DELETE FROM way_in WHERE hash = $1 AND kind = $2 AND until > $3
                   RETURNING hash, person, giver, since, until";
        tx.first(sql, vals![id::hash(secret), kind, now]).await
    }

    /// The links of a kind that a member made and nobody used yet, the newest first.
    pub async fn made_by(ask: &impl Ask, kind: Kind, giver: &str, now: i64) -> DbResult<Vec<Self>> {
        let sql = "SELECT hash, person, giver, since, until FROM way_in WHERE giver = $1 AND kind = $2 AND until > $3
                   ORDER BY since DESC, hash";
        ask.all(sql, vals![giver, kind, now]).await
    }

    /// Takes back a link that a member made.
    pub async fn withdraw(tx: &Tx, giver: &str, hash: &str) -> DbResult<u64> {
        tx.run("DELETE FROM way_in WHERE hash = $1 AND giver = $2", vals![hash, giver]).await
    }

    /// Ends what lets a person in who has not come in yet: the host's link, and the step before a second factor.
    pub(crate) async fn end_of(tx: &Tx, person: &str) -> DbResult<()> {
        let sql = "DELETE FROM way_in WHERE person = $1 AND kind IN ($2, $3, $4)";
        tx.run(sql, vals![person, Kind::SignIn, Kind::Second, Kind::SecondAfterCode]).await.map(drop)
    }

    /// Ends the links that were made from a seat.
    pub(crate) async fn end_with(tx: &Tx, seat: &str) -> DbResult<u64> {
        tx.run("DELETE FROM way_in WHERE seat = $1", vals![seat]).await
    }

    /// Forgets the links whose time is over.
    pub async fn sweep(tx: &Tx, now: i64) -> DbResult<u64> {
        tx.run("DELETE FROM way_in WHERE until <= $1", vals![now]).await
    }
}
