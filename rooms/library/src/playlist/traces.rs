//! What playlists leave elsewhere: in the index, in feeds, on a feeling's page, in a person's export, and what of it
//! goes when that person does.

use base::clock::rfc3339;
use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::refusal::Refusal;
use base::room::{Entry, Kept, Leaving, Offer, Way};
use base::{search, vals};
use serde_json::json;

use super::{Playlist, index};

/// Puts every playlist into the index again.
pub(crate) async fn index_again(house: &House) -> Result<(), Refusal> {
    search::index_again(house, "SELECT id, '/playlists/' || id FROM playlist WHERE id > $1 ORDER BY id LIMIT 20").await
}

/// What is kept here about a person.
pub(crate) async fn keeps(ask: &impl Ask, person: &str) -> DbResult<Vec<Kept>> {
    let lists: Vec<(String, String, String, i64)> = ask
        .all("SELECT title, brief, caution, since FROM playlist WHERE curator = $1 ORDER BY id", vals![person])
        .await?;
    let lists = lists.into_iter().map(|(title, brief, caution, since)| {
        json!({
            "title": title, "brief": brief, "before_you_press_play": caution, "opened": rfc3339(since)
        })
    });
    let sql = "SELECT l.title, s.artist, s.title, g.reason, g.why_not, g.since
               FROM suggestion g JOIN playlist l ON l.id = g.playlist JOIN song s ON s.id = g.song WHERE g.person = $1
               ORDER BY g.id";
    let suggestions: Vec<(String, String, String, String, String, i64)> = ask.all(sql, vals![person]).await?;
    let suggestions = suggestions.into_iter().map(|(list, artist, title, reason, why_not, since)| {
        json!({
            "playlist": list, "artist": artist, "title": title, "reason": reason, "why_not": why_not,
            "suggested": rfc3339(since)
        })
    });
    let sql = "SELECT l.title, s.title, v.voice, v.line, v.at
               FROM voice v JOIN suggestion g ON g.id = v.suggestion JOIN playlist l ON l.id = g.playlist
               JOIN song s ON s.id = g.song WHERE v.person = $1 ORDER BY v.at, g.id";
    let voices: Vec<(String, String, String, String, i64)> = ask.all(sql, vals![person]).await?;
    let voices = voices.into_iter().map(|(list, song, voice, line, at)| {
        json!({
            "playlist": list, "song": song, "said": voice, "line": line, "at": rfc3339(at)
        })
    });
    Ok(vec![
        Kept::of("playlists", lists.collect()),
        Kept::of("suggestions", suggestions.collect()),
        Kept::of("said-of-suggestions", voices.collect()),
    ])
}

/// Lists and suggestions stay, for others built on them; the name comes off, and the words when that is asked.
pub(crate) async fn forget(tx: &Tx, person: &str, how: Leaving) -> DbResult<()> {
    let ids: Vec<String> = tx
        .all(
            "SELECT id FROM playlist WHERE curator = $1 UNION SELECT playlist FROM suggestion
             WHERE person = $1 ORDER BY 1",
            vals![person],
        )
        .await?;
    if how == Leaving::Remove {
        tx.run("UPDATE playlist SET brief = '', caution = '' WHERE curator = $1", vals![person]).await?;
        tx.run(
            "UPDATE suggestion SET why_not = '' WHERE playlist IN (SELECT id FROM playlist WHERE curator = $1)",
            vals![person],
        )
        .await?;
        tx.run("UPDATE suggestion SET reason = '' WHERE person = $1", vals![person]).await?;
    }
    tx.run("DELETE FROM voice WHERE person = $1", vals![person]).await?;
    tx.run("UPDATE playlist SET curator = NULL WHERE curator = $1", vals![person]).await?;
    tx.run("UPDATE suggestion SET person = NULL WHERE person = $1", vals![person]).await?;
    for id in ids {
        index(tx, &id).await?;
    }
    Ok(())
}

/// The newest lists, for feeds and the first page.
pub(crate) async fn entries(house: &House, limit: i64) -> DbResult<Vec<Entry>> {
    let lists = Playlist::newest(&house.db, "", None, limit).await?;
    Ok(lists
        .into_iter()
        .map(|list| Entry {
            place: list.place(),
            kind: "playlist",
            title: list.title,
            line: list.brief,
            html: String::new(),
            author: list.by,
            tags: Vec::new(),
            at: list.since,
            changed_at: list.changed_at,
        })
        .collect())
}

/// Two lists for a feeling; who has one open stays with it.
pub(crate) async fn offers(house: &House, feeling: &str, way: Way) -> DbResult<Vec<Offer>> {
    if way != Way::Stay {
        return Ok(Vec::new());
    }
    let (lists, name) = (Playlist::newest(&house.db, feeling, None, 2).await?, house.pack.call("playlist"));
    Ok(lists
        .into_iter()
        .map(|list| Offer {
            place: list.place(),
            kind: "playlist",
            title: list.title,
            credit: name.to_owned(),
            line: list.brief,
            note: list.caution,
            links: Vec::new(),
        })
        .collect())
}
