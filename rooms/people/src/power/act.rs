//! An act: one use of power, in one row that is only ever added (R4): from which seat, what, on what, why, under which
//! rule.
//!
//! Promises: the row is written with the change, or neither is; whoever it affects is told and gets a copy of their own
//! words; erasing a person takes their name and words off it and leaves the row. Never: the name of the person affected
//! in the log that others read.

use std::ops::Deref;

use base::clock::{DAY_MS, date};
use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::place::Place;
use base::refusal::Refusal;
use base::{paging, row, vals};

use super::Notice;

/// What stands as the duty of an act that needed no seat.
pub(super) const HOST: &str = "host";
pub(super) const MEMBERS: &str = "members";

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

/// From where it is done, and under which rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct By<'a> {
    pub seat: Option<&'a str>,
    pub duty: &'a str,
    pub person: Option<&'a str>,
    pub rule: &'a str,
}

/// A write that has its act in it already.
#[derive(Debug)]
pub struct ActTx {
    tx: Tx,
    /// The act's id.
    pub act: String,
}

/// One act, as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pub id: String,
    pub seat: Option<String>,
    pub duty: String,
    pub person: Option<String>,
    /// The doer's name as it is now.
    pub by: Option<String>,
    pub what: String,
    pub place: Option<String>,
    pub whom: Option<String>,
    pub why: String,
    pub rule: String,
    pub at: i64,
}
row!(Act { id, seat, duty, person, by, what, place, whom, why, rule, at });

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.seat, a.duty, a.person, p.name, a.what, a.place, a.whom, a.why, a.rule, a.at FROM act a
             LEFT JOIN person p ON p.id = a.person ",
            $rest
        )
    };
}

/// How many acts a duty left in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// `2026-11`
    pub month: String,
    pub duty: String,
    pub acts: i64,
}

/// Begins a write by the host at the console, which is an act that everyone sees.
pub async fn act_of_host(house: &House, deed: &Deed<'_>) -> Result<ActTx, Refusal> {
    Ok(ActTx::of(house.begin().await?, &By { seat: None, duty: HOST, person: None, rule: HOST }, deed, house.now())
        .await?)
}

impl ActTx {
    pub(super) async fn of(tx: Tx, by: &By<'_>, deed: &Deed<'_>, now: i64) -> DbResult<Self> {
        // Whoever else changes something there is done with it: what this is about is as it is read in here.
        if let Some(place) = deed.place {
            tx.take_turn(place.as_str()).await?;
        }
        let act = record(&tx, by, deed, now).await?;
        Ok(Self { tx, act })
    }

    /// Keeps the change and its act together.
    pub async fn keep(self) -> DbResult<()> {
        self.tx.keep().await
    }
}

impl Deref for ActTx {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.tx
    }
}

/// Writes the row, the copy of the words, and the notice to whoever it affects.
pub(super) async fn record(tx: &Tx, by: &By<'_>, deed: &Deed<'_>, now: i64) -> DbResult<String> {
    let id = base::id::at(now);
    let sql = "INSERT INTO act (id, seat, duty, person, what, place, whom, why, rule, at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    tx.run(sql, vals![&id, by.seat, by.duty, by.person, deed.what, deed.place, deed.whom, deed.why, by.rule, now])
        .await?;
    if let Some(words) = deed.words {
        tx.run("INSERT INTO act_words (act, whose, words) VALUES ($1, $2, $3)", vals![&id, deed.whom, words]).await?;
    }
    if let Some(whom) = deed.whom.filter(|whom| Some(*whom) != by.person) {
        // From here on they cannot leave until this write ends. If they have just left, the log must not name them.
        Notice::tell(tx, whom, &id).await?;
        if tx.any("SELECT 1 FROM person WHERE id = $1 AND left_at IS NOT NULL", vals![whom]).await? {
            tx.run("UPDATE act SET whom = NULL WHERE id = $1", vals![&id]).await?;
            tx.run("DELETE FROM act_words WHERE act = $1", vals![&id]).await?;
            tx.run("DELETE FROM notice WHERE act = $1", vals![&id]).await?;
        }
    }
    Ok(id)
}

impl Act {
    #[must_use]
    pub fn place_of(id: &str) -> Place {
        Place::of("acts", id)
    }

    /// The newest acts, from one id on backwards.
    pub async fn newest(ask: &impl Ask, before: Option<&str>, limit: i64) -> DbResult<Vec<Self>> {
        let sql = select!("WHERE a.id < $1 ORDER BY a.id DESC LIMIT $2");
        ask.all(sql, vals![before.unwrap_or(paging::NEWEST), limit]).await
    }

    pub async fn find(ask: &impl Ask, id: &str) -> DbResult<Option<Self>> {
        let sql = select!("WHERE a.id = $1");
        ask.first(sql, vals![id]).await
    }

    /// The copy of the affected person's words, and when it was emptied.
    pub async fn words(&self, ask: &impl Ask) -> DbResult<Option<(String, Option<i64>)>> {
        ask.first("SELECT words, emptied_at FROM act_words WHERE act = $1", vals![&self.id]).await
    }

    #[must_use]
    pub fn affects(&self, person: &str) -> bool {
        self.whom.as_deref() == Some(person)
    }
}

impl Total {
    /// What each duty did in each month since a time, the newest month first: what outsiders see.
    pub async fn since(ask: &impl Ask, since: i64) -> DbResult<Vec<Self>> {
        let sql = "SELECT at / 86400000, duty, count(*) FROM act WHERE at >= $1 GROUP BY at / 86400000, duty
                   ORDER BY at / 86400000 DESC, duty";
        let days: Vec<(i64, String, i64)> = ask.all(sql, vals![since]).await?;
        let mut totals: Vec<Self> = Vec::new();
        for (day, duty, acts) in days {
            let month = date(day * DAY_MS)[..7].to_owned();
            match totals.iter_mut().find(|total| total.month == month && total.duty == duty) {
                Some(total) => total.acts += acts,
                None => totals.push(Self { month, duty, acts }),
            }
        }
        totals.sort_by(|one, other| other.month.cmp(&one.month).then_with(|| one.duty.cmp(&other.duty)));
        Ok(totals)
    }
}
