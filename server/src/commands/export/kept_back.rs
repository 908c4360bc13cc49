//! What an export keeps back (R8): what was withdrawn, what its author has not put up, and what hangs on either. A
//! backup has all of it.

use std::collections::HashSet;

use anyhow::Result;
use base::db::{Ask as _, Db, Table, Val};
use base::file;

/// What was withdrawn or never put up, what was said under it or under what is gone, and files for fewer than everybody
/// (an old address that leads to one would tell its name).
const PLACES: &str = "
    WITH away AS (
      SELECT place FROM veil WHERE state = 'withdrawn'
      UNION SELECT '/' || kind || 's/' || slug FROM article WHERE withdrawn_at IS NOT NULL OR published_at IS NULL
    )
    SELECT place FROM away
    UNION SELECT '/files/' || id || '/' || name FROM file WHERE audience <> 'everyone'
    UNION SELECT place FROM redirect WHERE place LIKE '%/gone.%'
    UNION SELECT '/remarks/' || id FROM remark WHERE place IN (SELECT place FROM away) OR place LIKE '%/gone.%'";
/// Ids by which other rows point to it.
const ARTICLES: &str = "SELECT id, '/' || kind || 's/' || slug FROM article";
const SUGGESTIONS: &str = "SELECT id, '/songs/' || song, '/playlists/' || playlist FROM suggestion";
/// That something was withdrawn stays in the log, with the reason and without the words.
const ALWAYS: [&str; 2] = ["act", "veil"];

/// Places and ids of rows that stay out.
pub(super) struct KeptBack(HashSet<String>);

impl KeptBack {
    pub(super) async fn of(db: &Db) -> Result<Self> {
        let mut names: HashSet<String> = db.all::<String>(PLACES, &[]).await?.into_iter().collect();
        let articles: Vec<(String, String)> = db.all(ARTICLES, &[]).await?;
        let articles: Vec<_> =
            articles.into_iter().filter(|(_, place)| names.contains(place)).map(|(id, _)| id).collect();
        let suggestions: Vec<(String, String, String)> = db.all(SUGGESTIONS, &[]).await?;
        let suggestions: Vec<_> = suggestions
            .into_iter()
            .filter(|(_, song, list)| names.contains(song) || names.contains(list))
            .map(|(id, ..)| id)
            .collect();
        let ids: Vec<_> = names
            .iter()
            .filter(|place| !["/articles/", "/pages/", "/files/"].iter().any(|named| place.starts_with(named)))
            .filter_map(|place| place.rsplit('/').next())
            .map(str::to_owned)
            .collect();
        let (away, still): (Vec<_>, Vec<_>) =
            texts(db).await?.into_iter().partition(|(place, _)| names.contains(place));
        let named = |texts: &[(String, String)]| {
            texts.iter().flat_map(|(_, words)| file::named_in(words).map(str::to_owned)).collect::<HashSet<_>>()
        };
        names.extend(named(&away).difference(&named(&still)).cloned().collect::<Vec<_>>());
        names.extend(ids);
        names.extend(articles);
        names.extend(suggestions);
        Ok(Self(names))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// The row as it goes out, if it does. An answer stays when what it answers does not; the quote of that goes.
    pub(super) fn without(&self, table: &Table, mut row: Vec<Val>) -> Option<Vec<Val>> {
        if ALWAYS.contains(&table.name.as_str()) {
            return Some(row);
        }
        let at = |name: &str| table.columns.iter().position(|column| column.name == name);
        if at("audience").is_some_and(|at| !matches!(&row[at], Val::Text(audience) if audience == "everyone")) {
            return None;
        }
        if let (Some(answers), Some(quoted)) = (at("answers"), at("quoted"))
            && self.is_named_by(&row[answers])
        {
            row[answers] = Val::Null;
            row[quoted] = Val::Text(String::new());
        }
        (!row.iter().any(|val| self.is_named_by(val))).then_some(row)
    }

    fn is_named_by(&self, val: &Val) -> bool {
        matches!(val, Val::Text(text) if self.has(text))
    }
}

/// Every text that can name a file, with its place.
async fn texts(db: &Db) -> Result<Vec<(String, String)>> {
    let sql = "SELECT '/' || kind || 's/' || slug, words FROM article WHERE words LIKE '%/files/%'
               UNION ALL SELECT '/remarks/' || id, words FROM remark WHERE words LIKE '%/files/%'";
    Ok(db.all(sql, &[]).await?)
}
