//! What was taken before, by the key it had where it came from.

use base::db::{Ask, DbResult, Tx};
use base::file::named_in;
use base::place::Place;
use base::{id, vals};

/// Where something stands that was taken.
pub(super) async fn place_of(ask: &impl Ask, key: &str) -> DbResult<Option<String>> {
    ask.first("SELECT place FROM brought WHERE key = $1", vals![key]).await
}

/// Where something stands that was taken, and when it was.
pub(super) async fn taken(ask: &impl Ask, key: &str) -> DbResult<Option<(String, i64)>> {
    ask.first("SELECT place, at FROM brought WHERE key = $1", vals![key]).await
}

/// Where somebody is, who may have left since: then no more than a hash of their key is known.
pub(super) async fn person_of(ask: &impl Ask, key: &str) -> DbResult<Option<String>> {
    ask.first("SELECT place FROM brought WHERE key = $1 OR key = $2 ORDER BY key LIMIT 1", vals![key, id::hash(key)])
        .await
}

/// Forgets what somebody was called where they were found, and what led to the list of what they wrote.
pub(crate) async fn forget(tx: &Tx, person: &str) -> DbResult<()> {
    tx.run("DELETE FROM redirect WHERE place = $1", vals![format!("/articles?by={person}")]).await?;
    let keys: Vec<String> = tx
        .all("SELECT key FROM brought WHERE place = $1 ORDER BY key", vals![Place::of("people", person).as_str()])
        .await?;
    for key in keys.iter().filter(|key| key.contains(':')) {
        tx.run("UPDATE brought SET key = $1 WHERE key = $2", vals![id::hash(key), key]).await?;
    }
    Ok(())
}

/// Remembers that something was taken, in the same write.
pub(super) async fn remember(tx: &Tx, key: &str, place: &str, under: Option<&str>, now: i64) -> DbResult<()> {
    let sql = "INSERT INTO brought (key, place, under, at) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING";
    tx.run(sql, vals![key, place, under, now]).await.map(drop)
}

/// Ids of the files that hung on something there.
pub(super) async fn files_on(ask: &impl Ask, under: &str) -> DbResult<Vec<String>> {
    let paths: Vec<String> = ask.all("SELECT place FROM brought WHERE under = $1 ORDER BY key", vals![under]).await?;
    Ok(paths.iter().flat_map(|path| named_in(path)).map(str::to_owned).collect())
}

/// Keys of what hung on something there, and where each is.
pub(super) async fn hanging_on(ask: &impl Ask, under: &str) -> DbResult<Vec<(String, String)>> {
    ask.all("SELECT key, place FROM brought WHERE under = $1 ORDER BY key", vals![under]).await
}

/// The files that hung on something which nobody was shown there are for nobody but whoever gave them, unless a text
/// here has them: then they are shown as that is.
pub(super) async fn shut(tx: &Tx, under: &str) -> DbResult<()> {
    for file in files_on(tx, under).await? {
        let sql = "UPDATE file SET audience = 'only' WHERE id = $1
                   AND NOT EXISTS (SELECT 1 FROM article_file WHERE file = $1)";
        tx.run(sql, vals![file]).await?;
    }
    Ok(())
}
