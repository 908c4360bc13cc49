//! A notice: somebody is told of an act that affects them. It is there until they have seen it; seeing it is theirs to
//! say.

use base::db::{Ask, DbResult, Tx};
use base::{paging, row, vals};

/// What somebody was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub act: String,
    pub what: String,
    pub why: String,
    pub duty: String,
    pub place: Option<String>,
    pub at: i64,
    pub seen_at: Option<i64>,
}
row!(Notice { act, what, why, duty, place, at, seen_at });

impl Notice {
    /// Tells a person of an act, once.
    pub(super) async fn tell(tx: &Tx, person: &str, act: &str) -> DbResult<()> {
        tx.run("INSERT INTO notice (act, person) VALUES ($1, $2) ON CONFLICT DO NOTHING", vals![act, person])
            .await
            .map(drop)
    }

    /// What a person was told, the newest first.
    pub async fn of(ask: &impl Ask, person: &str, before: Option<&str>, limit: i64) -> DbResult<Vec<Self>> {
        let sql =
            "SELECT n.act, a.what, a.why, a.duty, a.place, a.at, n.seen_at FROM notice n JOIN act a ON a.id = n.act
             WHERE n.person = $1 AND n.act < $2 ORDER BY n.act DESC LIMIT $3";
        ask.all(sql, vals![person, before.unwrap_or(paging::NEWEST), limit]).await
    }

    /// How many they have not seen.
    pub async fn unseen(ask: &impl Ask, person: &str) -> DbResult<i64> {
        ask.one("SELECT count(*) FROM notice WHERE person = $1 AND seen_at IS NULL", vals![person]).await
    }

    /// They have seen what there was up to an act.
    pub async fn see(tx: &Tx, person: &str, up_to: &str, now: i64) -> DbResult<()> {
        tx.run(
            "UPDATE notice SET seen_at = $1 WHERE person = $2 AND act <= $3 AND seen_at IS NULL",
            vals![now, person, up_to],
        )
        .await
        .map(drop)
    }
}
