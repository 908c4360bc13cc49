//! Names that an import brought, and handing them to whoever they belong to: by a link that a seat or the host makes.
//!
//! Promises: importing a name again changes nothing, also after its owner left; nobody signs in with a name before it
//! is claimed; whoever claims it has everything that was written under it.

use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::place::Place;
use base::refusal::Refusal;
use base::{id, row, search, vals};

use crate::joining::Newcomer;
use crate::person::{Joining, NAME_CHARS, folded, is_taken, looks, no_name};
use crate::power::{Deed, Holding, IssueClaims, act_of_host};
use crate::sign_in::{self, Entered};
use crate::visitor::Visitor;
use crate::way_in::{Kind, WayIn};
use crate::{naming, password, profile};

/// Somebody whose name was brought and who has not come yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclaimed {
    pub id: String,
    pub name: String,
    pub joined_at: i64,
}
row!(Unclaimed { id, name, joined_at });

/// Brings a name in under the key it had where it came from; the person it stands for, new or here already.
pub async fn bring(house: &House, tx: &Tx, key: &str, name: &str) -> DbResult<Place> {
    let sql = "SELECT id FROM person WHERE brought = $1 OR brought = $2 ORDER BY id LIMIT 1";
    if let Some(known) = tx.first::<String>(sql, vals![key, id::hash(key)]).await? {
        return Ok(Place::of("people", &known));
    }
    let (person, now) = (house.new_id(), house.now());
    let name = free_name(house, tx, name, &person).await?;
    let sql = "INSERT INTO person (id, name, folded, looks, age, age_said_at, joined_at, face, brought)
               VALUES ($1, $2, $3, $4, '', 0, $5, $6, $7)";
    tx.run(sql, vals![&person, &name, folded(&name), looks(&name), now, id::secret(), key]).await?;
    profile::index(tx, &person).await?;
    Ok(Place::of("people", &person))
}

/// The name, or the first of its kind with a number that somebody may have and nobody has.
async fn free_name(house: &House, tx: &Tx, name: &str, fallback: &str) -> DbResult<String> {
    let name: String = name
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(*NAME_CHARS.end() - 5)
        .collect();
    let name = if folded(&name).is_empty() { format!("A writer {}", &fallback[28..]) } else { name };
    for n in 1..1_000 {
        let tried = if n == 1 { name.clone() } else { format!("{name} {n}") };
        if no_name(house, &tried).is_none() && !is_taken(tx, &tried, "").await? {
            return Ok(tried);
        }
    }
    Ok(format!("A writer {fallback}"))
}

impl Unclaimed {
    /// All of them, by name; the first thousand.
    pub async fn all(ask: &impl Ask) -> DbResult<Vec<Self>> {
        let sql = "SELECT id, name, joined_at FROM person WHERE brought IS NOT NULL AND claimed_at IS NULL
                   AND left_at IS NULL ORDER BY folded, id LIMIT 1000";
        ask.all(sql, &[]).await
    }

    /// By name, however it is written.
    pub async fn named(ask: &impl Ask, name: &str) -> DbResult<Option<Self>> {
        let sql = "SELECT id, name, joined_at FROM person WHERE folded = $1 AND brought IS NOT NULL
                   AND claimed_at IS NULL AND left_at IS NULL";
        ask.first(sql, vals![folded(name)]).await
    }

    pub async fn find(ask: &impl Ask, id: &str) -> DbResult<Option<Self>> {
        let sql = "SELECT id, name, joined_at FROM person WHERE id = $1 AND brought IS NOT NULL AND claimed_at IS NULL
                   AND left_at IS NULL";
        ask.first(sql, vals![id]).await
    }

    /// Whom a link hands a name to, while it works.
    pub async fn behind(house: &House, secret: &str) -> Result<Option<Self>, Refusal> {
        let link = WayIn::look(&house.db, Kind::Claim, secret, house.now()).await?;
        match link.and_then(|link| link.person) {
            Some(id) => Ok(Self::find(&house.db, &id).await?),
            None => Ok(None),
        }
    }

    /// Makes a link from a seat; an act. Older links for the name end.
    pub async fn issue(&self, holding: &Holding<IssueClaims>, why: &str) -> Result<String, Refusal> {
        let place = Place::of("people", &self.id);
        let tx = holding.act(&Deed { what: "act-claim-issued", place: Some(&place), why, ..Deed::default() }).await?;
        Self::find(&*tx, &self.id).await?.ok_or(Refusal::NotNow("claim-over"))?; // somebody claimed it just now
        self.old_links_end(&tx).await?;
        let secret = WayIn::make_from(&tx, Kind::Claim, Some(&self.id), holding).await?;
        tx.keep().await?;
        Ok(secret)
    }

    /// Makes a link as the host at the console; an act that everyone sees.
    pub async fn issue_by_host(&self, house: &House, why: &str) -> Result<String, Refusal> {
        let place = Place::of("people", &self.id);
        let tx =
            act_of_host(house, &Deed { what: "act-claim-issued", place: Some(&place), why, ..Deed::default() }).await?;
        self.old_links_end(&tx).await?;
        let secret = WayIn::make(&tx, Kind::Claim, Some(&self.id), None, house.now()).await?;
        tx.keep().await?;
        Ok(secret)
    }

    async fn old_links_end(&self, tx: &Tx) -> DbResult<()> {
        tx.run("DELETE FROM way_in WHERE person = $1 AND kind = 'claim'", vals![&self.id]).await.map(drop)
    }

    /// Hands the name over, under the name the person chose, and lets them in; `None` when somebody else has that one.
    pub async fn claim(
        &self,
        visitor: &Visitor,
        secret: &str,
        newcomer: &Newcomer,
    ) -> Result<Option<Entered>, Refusal> {
        let house = &visitor.house;
        let hash = password::hash(house, &newcomer.password).await?;
        let (tx, now) = (house.begin().await?, house.now());
        tx.take_turn(Place::of("people", &self.id).as_str()).await?;
        if is_taken(&tx, &newcomer.name, &self.id).await? {
            return Ok(None);
        }
        let link = WayIn::take(&tx, Kind::Claim, secret, now).await?.ok_or(Refusal::NotNow("claim-over"))?;
        self.hand_over(&tx, &Joining { name: &newcomer.name, age: &newcomer.age, password: Some(&hash) }, now).await?;
        tx.run("UPDATE person SET let_in_by = $1 WHERE id = $2", vals![link.giver, &self.id]).await?;
        let entered = sign_in::let_in(tx, visitor, &self.id, 1).await?;
        if let Err(refusal) = search::index_by(house, &self.name).await {
            tracing::warn!(?refusal, "a name that was claimed stays in the index until the next hour");
        }
        Ok(Some(entered))
    }

    /// Hands the name over without a link: to whoever founds the house, who could make one at the console.
    pub async fn hand_over(&self, tx: &Tx, to: &Joining<'_>, now: i64) -> Result<(), Refusal> {
        let sql = "UPDATE person SET name = $1, folded = $2, looks = $3, age = $4, age_said_at = $5, password = $6,
                   claimed_at = $5 WHERE id = $7 AND claimed_at IS NULL";
        if tx.run(sql, vals![to.name, folded(to.name), looks(to.name), to.age, now, to.password, &self.id]).await? == 0
        {
            return Err(Refusal::NotNow("claim-over"));
        }
        naming::was_called(tx, &self.id, &self.name, &naming::Kept::nothing()).await?;
        Ok(profile::index(tx, &self.id).await?)
    }
}
