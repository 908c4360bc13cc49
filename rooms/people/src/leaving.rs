//! Leaving: words kept, words kept without the name, or words gone. Seven days to change one's mind; then every room
//! forgets.
//!
//! Promises: nobody leaves by one click or by somebody else's; afterwards no way in is left, and the erasure ledger
//! keeps it so after a restore. Never: a question why.

use base::clock::DAY_MS;
use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::ledger;
use base::place::Place;
use base::refusal::Refusal;
use base::room::Leaving;
use base::{id, row, search, vals};

/// How long somebody who asked to leave may change their mind.
pub const WAIT_MS: i64 = 7 * DAY_MS;

/// Somebody on their way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goodbye {
    pub person: String,
    /// How they want their words treated.
    pub how: Leaving,
    pub asked_at: i64,
}
row!(Goodbye { person, how, asked_at });

impl Goodbye {
    /// What a person asked for, if they did.
    pub async fn of(ask: &impl Ask, person: &str) -> DbResult<Option<Self>> {
        ask.first(
            "SELECT id, leaving_how, leaving_at FROM person WHERE id = $1 AND leaving_at IS NOT NULL
             AND left_at IS NULL",
            vals![person],
        )
        .await
    }

    /// When it will be done.
    #[must_use]
    pub fn due_at(&self) -> i64 {
        self.asked_at + WAIT_MS
    }

    /// Asks to leave; asking again changes how, and begins the seven days anew.
    pub async fn ask(tx: &Tx, person: &str, how: Leaving, now: i64) -> DbResult<()> {
        tx.run(
            "UPDATE person SET leaving_at = $1, leaving_how = $2 WHERE id = $3 AND left_at IS NULL",
            vals![now, how, person],
        )
        .await
        .map(drop)
    }

    /// Changes one's mind.
    pub async fn cancel(tx: &Tx, person: &str) -> DbResult<()> {
        tx.run(
            "UPDATE person SET leaving_at = NULL, leaving_how = NULL WHERE id = $1 AND left_at IS NULL",
            vals![person],
        )
        .await
        .map(drop)
    }

    /// Every room forgets the person, in one write. Does nothing if they have since decided to stay, or to leave in
    /// another way.
    async fn finish(&self, house: &House) -> Result<(), Refusal> {
        let tx = house.begin().await?;
        // What they are doing just now comes first: it holds a session, then looks at the person.
        tx.hold("SELECT hash FROM session WHERE person = $1 ORDER BY hash", vals![&self.person]).await?;
        let still_leaves = "SELECT id FROM person WHERE id = $1 AND leaving_at = $2 AND left_at IS NULL";
        if tx.hold(still_leaves, vals![&self.person, self.asked_at]).await? == 0 {
            return Ok(());
        }
        for room in house.rooms {
            room.forget(house, &tx, &self.person, self.how).await?;
        }
        ledger::left(&tx, &self.person, self.how, house.now()).await?;
        Ok(tx.keep().await?)
    }
}

/// Does for everybody whose seven days are over what they asked for; if one fails, the others still go.
pub async fn finish(house: House) -> Result<(), Refusal> {
    let sql = "SELECT id, leaving_how, leaving_at FROM person WHERE leaving_at <= $1 AND left_at IS NULL
               ORDER BY leaving_at, id";
    let leaving = house.db.all::<Goodbye>(sql, vals![house.now() - WAIT_MS]).await?;
    let mut outcome = Ok(());
    for goodbye in &leaving {
        if let Err(refusal) = goodbye.finish(&house).await {
            outcome = Err(refusal);
        }
    }
    if !leaving.is_empty() {
        house.db.fold().await?; // their words leave the log of the database, too
    }
    outcome
}

/// What this room forgets: every way in and everything said about oneself; the name, unless the words stay under it.
/// The row remains, so that what points to it reads “somebody who left”.
pub(crate) async fn forget(tx: &Tx, person: &str, how: Leaving, now: i64) -> DbResult<()> {
    tx.run("DELETE FROM session WHERE person = $1", vals![person]).await?;
    tx.run("DELETE FROM way_in WHERE person = $1 OR giver = $1", vals![person]).await?;
    tx.run("DELETE FROM recovery_code WHERE person = $1", vals![person]).await?;
    tx.run("DELETE FROM passkey WHERE person = $1", vals![person]).await?;
    tx.run("DELETE FROM ceremony WHERE person = $1", vals![person]).await?;
    tx.run("DELETE FROM profile_line WHERE person = $1", vals![person]).await?;
    tx.run("DELETE FROM join_word WHERE person = $1", vals![person]).await?;
    tx.run("DELETE FROM name_before WHERE person = $1", vals![person]).await?;
    tx.run("UPDATE person SET let_in_by = NULL WHERE let_in_by = $1", vals![person]).await?;
    let sql = "UPDATE person SET age = '', age_said_at = 0, let_in_by = NULL, password = NULL, totp = NULL,
               totp_since = NULL, totp_step = 0,
               leaving_at = NULL, leaving_how = NULL, left_at = $1 WHERE id = $2";
    tx.run(sql, vals![now, person]).await?;
    if how != Leaving::KeepWords {
        tx.run(
            "UPDATE person SET name = '', folded = id, looks = '', face = id, joined_at = 0, profile_at = 0
             WHERE id = $1",
            vals![person],
        )
        .await?;
    }
    // An import must still know that this name was here, and need not know what it was.
    let brought: Option<String> =
        tx.first("SELECT brought FROM person WHERE id = $1 AND brought IS NOT NULL", vals![person]).await?;
    if let Some(key) = brought.filter(|key| key.len() != 64) {
        tx.run("UPDATE person SET brought = $1 WHERE id = $2", vals![id::hash(&key), person]).await?;
    }
    search::unindex(tx, &Place::of("people", person)).await
}
