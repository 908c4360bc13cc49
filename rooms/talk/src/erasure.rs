//! What the talk keeps about a person, how it forgets them, and how a remark goes: with everything that hangs on it.

use base::clock::rfc3339;
use base::db::{Ask as _, DbResult, Tx};
use base::house::House;
use base::room::{Kept, Leaving};
use base::{ledger, search, vals, veil};
use people::power::forget_words;
use serde_json::json;

use crate::remark::{Remark, says, tally};
use crate::{index, thread};

/// Everything of theirs, for their export.
pub(crate) async fn keeps(house: &House, person: &str) -> DbResult<Vec<Kept>> {
    let sql = "SELECT id, place, words, speaking_as, since FROM remark WHERE author = $1 ORDER BY id";
    let said: Vec<(String, String, String, String, i64)> = house.db.all(sql, vals![person]).await?;
    let said = said.into_iter().map(|(id, place, words, hat, since)| {
        json!({
            "at": format!("/remarks/{id}"), "under": place, "words": words, "speaking-as": hat, "said": rfc3339(since)
        })
    });
    let sql =
        "SELECT e.remark, e.words, e.until FROM remark_edit e JOIN remark r ON r.id = e.remark WHERE r.author = $1
         ORDER BY e.id";
    let before: Vec<(String, String, i64)> = house.db.all(sql, vals![person]).await?;
    let before = before
        .into_iter()
        .map(|(id, words, until)| json!({ "at": format!("/remarks/{id}"), "words": words, "until": rfc3339(until) }));
    let words: Vec<(String, String)> = house
        .db
        .all("SELECT remark, word FROM remark_word WHERE person = $1 ORDER BY remark, word", vals![person])
        .await?;
    let words = words.into_iter().map(|(id, word)| json!({ "to": format!("/remarks/{id}"), "word": word }));
    let drafts: Vec<(String, String, i64)> =
        house.db.all("SELECT place, words, at FROM draft WHERE person = $1 ORDER BY place", vals![person]).await?;
    let drafts =
        drafts.into_iter().map(|(place, words, at)| json!({ "under": place, "words": words, "kept": rfc3339(at) }));
    Ok(vec![
        Kept::of("comments", said.collect()),
        Kept::of("comments-before-they-were-changed", before.collect()),
        Kept::of("reactions", words.collect()),
        Kept::of("drafts", drafts.collect()),
    ])
}

/// Forgets them: words that nobody read go in any case; the rest as they asked. Where words go, so do the quotes of
/// them.
pub(crate) async fn forget(tx: &Tx, person: &str, how: Leaving, now: i64) -> DbResult<()> {
    let sql = "SELECT place FROM remark WHERE author = $1 UNION
               SELECT r.place FROM remark_word w JOIN remark r ON r.id = w.remark WHERE w.person = $1 ORDER BY 1";
    for place in tx.all::<String>(sql, vals![person]).await? {
        tx.take_turn(&place).await?;
    }
    tx.run("DELETE FROM draft WHERE person = $1", vals![person]).await?;
    if how == Leaving::KeepWords {
        return Ok(());
    }
    let reacted: Vec<String> =
        tx.all("SELECT DISTINCT remark FROM remark_word WHERE person = $1 ORDER BY remark", vals![person]).await?;
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

impl Remark {
    /// Removes it whole, with its number if that was the last.
    pub(crate) async fn vanish(&self, tx: &Tx, now: i64) -> DbResult<()> {
        veil::lift(tx, &Self::place_of(&self.id)).await?;
        search::unindex(tx, &Self::place_of(&self.id)).await?;
        ledger::gone(tx, "remark", &self.id, now).await?;
        forget_words(tx, &Self::place_of(&self.id), now).await?;
        tx.run("DELETE FROM remark WHERE id = $1", vals![&self.id]).await?;
        thread::less_one(tx, &self.place, self.n).await
    }

    /// Empties it, and every quote of it. The line of it stays, without a name.
    pub(crate) async fn empty(&self, tx: &Tx, now: i64) -> DbResult<()> {
        let wordings: Vec<String> =
            tx.all("SELECT id FROM remark_edit WHERE remark = $1 ORDER BY id", vals![&self.id]).await?;
        for wording in &wordings {
            ledger::gone(tx, "remark_edit", wording, now).await?;
        }
        tx.run("DELETE FROM remark_edit WHERE remark = $1", vals![&self.id]).await?;
        tx.run("DELETE FROM remark_word WHERE remark = $1", vals![&self.id]).await?;
        let sql = "UPDATE remark SET author = NULL, name = '', speaking_as = '', quoted = '', words = '', html = '',
                   tallies = '', gone_at = $1 WHERE id = $2 AND gone_at IS NULL";
        if tx.run(sql, vals![now, &self.id]).await? > 0 {
            tx.run("UPDATE thread SET standing = standing - 1 WHERE place = $1", vals![&self.place]).await?;
        }
        ledger::emptied(tx, "remark", &self.id, &["author", "name", "speaking_as", "quoted", "words", "html"], now)
            .await?;
        self.unquote(tx, now).await?;
        forget_words(tx, &Self::place_of(&self.id), now).await?;
        search::unindex(tx, &Self::place_of(&self.id)).await
    }

    /// Empties every quote of words that stand no longer in what it says or said before.
    pub(crate) async fn unquote(&self, tx: &Tx, now: i64) -> DbResult<()> {
        let mut wordings: Vec<String> =
            tx.all("SELECT words FROM remark_edit WHERE remark = $1 ORDER BY id", vals![&self.id]).await?;
        wordings.extend(tx.first::<String>("SELECT words FROM remark WHERE id = $1", vals![&self.id]).await?);
        let quotes: Vec<(String, String)> = tx
            .all("SELECT id, quoted FROM remark WHERE answers = $1 AND quoted <> '' ORDER BY id", vals![&self.id])
            .await?;
        for (other, quoted) in quotes {
            if !wordings.iter().any(|words| says(words, &quoted)) {
                tx.run("UPDATE remark SET quoted = '' WHERE id = $1", vals![&other]).await?;
                ledger::emptied(tx, "remark", &other, &["quoted"], now).await?;
            }
        }
        Ok(())
    }
}
