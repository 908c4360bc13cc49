//! What somebody wrote and has not sent yet: one a person and place, seen by nobody else.

use base::db::{Ask, DbResult, Tx};
use base::place::Place;
use base::vals;

/// Keeps it in place of the one before; an empty one is none.
pub async fn save(tx: &Tx, person: &str, place: &Place, words: &str, now: i64) -> DbResult<()> {
    if words.is_empty() {
        return remove(tx, person, place).await;
    }
    let sql = "INSERT INTO draft (person, place, words, at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (person, place) DO UPDATE SET words = excluded.words, at = excluded.at";
    tx.run(sql, vals![person, place, words, now]).await.map(drop)
}

pub async fn find(ask: &impl Ask, person: &str, place: &Place) -> DbResult<Option<String>> {
    ask.first("SELECT words FROM draft WHERE person = $1 AND place = $2", vals![person, place]).await
}

/// Everything a person kept, the newest first: under what, the words, and when.
pub async fn all(ask: &impl Ask, person: &str) -> DbResult<Vec<(String, String, i64)>> {
    ask.all("SELECT place, words, at FROM draft WHERE person = $1 ORDER BY at DESC, place LIMIT 200", vals![person])
        .await
}

pub async fn remove(tx: &Tx, person: &str, place: &Place) -> DbResult<()> {
    tx.run("DELETE FROM draft WHERE person = $1 AND place = $2", vals![person, place]).await.map(drop)
}
