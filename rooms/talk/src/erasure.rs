//! What the talk keeps about a person, and how it forgets them.

use base::clock::rfc3339;
use base::db::{Ask as _, DbResult, Tx};
use base::house::House;
use base::room::{Kept, Leaving};
use base::vals;
use serde_json::json;

use crate::index;
use crate::remark::{Remark, tally};

/// Everything of theirs, for their export.
pub(crate) async fn keeps(house: &House, person: &str) -> DbResult<Vec<Kept>> {
    let sql = "SELECT id, place, words, speaking_as, since FROM remark WHERE author = $1 ORDER BY id";
    let said: Vec<(String, String, String, String, i64)> = house.db.all(sql, vals![person]).await?;
    let said = said.into_iter().map(|(id, place, words, hat, since)| json!({ "at": format!("/remarks/{id}"), "under": place, "words": words, "speaking-as": hat, "said": rfc3339(since) }));
    let sql = "SELECT e.remark, e.words, e.until FROM remark_edit e JOIN remark r ON r.id = e.remark WHERE r.author = $1 ORDER BY e.id";
    let before: Vec<(String, String, i64)> = house.db.all(sql, vals![person]).await?;
    let before = before.into_iter().map(|(id, words, until)| json!({ "at": format!("/remarks/{id}"), "words": words, "until": rfc3339(until) }));
    let words: Vec<(String, String)> = house.db.all("SELECT remark, word FROM remark_word WHERE person = $1 ORDER BY remark, word", vals![person]).await?;
    let words = words.into_iter().map(|(id, word)| json!({ "to": format!("/remarks/{id}"), "word": word }));
    let drafts: Vec<(String, String, i64)> = house.db.all("SELECT place, words, at FROM draft WHERE person = $1 ORDER BY place", vals![person]).await?;
    let drafts = drafts.into_iter().map(|(place, words, at)| json!({ "under": place, "words": words, "kept": rfc3339(at) }));
    Ok(vec![
        Kept::of("comments", said.collect()),
        Kept::of("comments-before-they-were-changed", before.collect()),
        Kept::of("reactions", words.collect()),
        Kept::of("drafts", drafts.collect()),
    ])
}

/// Forgets them: words that nobody read go in any case; the rest as they asked. Where words go, so do the quotes of them.
pub(crate) async fn forget(tx: &Tx, person: &str, how: Leaving, now: i64) -> DbResult<()> {
    tx.run("DELETE FROM draft WHERE person = $1", vals![person]).await?;
    if how == Leaving::KeepWords {
        return Ok(());
    }
    let reacted: Vec<String> = tx.all("SELECT DISTINCT remark FROM remark_word WHERE person = $1 ORDER BY remark", vals![person]).await?;
    tx.run("DELETE FROM remark_word WHERE person = $1", vals![person]).await?;
    for remark in &reacted {
        tally(tx, remark).await?;
    }
    let said: Vec<String> = tx.all("SELECT id FROM remark WHERE author = $1 ORDER BY id", vals![person]).await?;
    if how == Leaving::TakeNameOff {
        tx.run("UPDATE remark SET author = NULL, name = '', speaking_as = '' WHERE author = $1", vals![person]).await?;
    }
    for id in &said {
        match (how, Remark::find(tx, id).await?) {
            (Leaving::Remove, Some(remark)) => remark.empty(tx, now).await?,
            _ => index::again(tx, id).await?,
        }
    }
    Ok(())
}
