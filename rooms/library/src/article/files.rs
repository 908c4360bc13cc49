//! The files that articles name. Promises: one that just drafts and what was taken off name is for its giver alone, one
//! that something open names is for everyone, and with the last text that named it, now or before, it is erased. What a
//! draft names no more stays its giver's. Never: somebody else's file shown or kept by being named.

use std::collections::BTreeSet;

use base::db::{Ask, DbResult, Tx};
use base::file::{File, named_in};
use base::vals;

use super::Article;

/// Shows each file of an article as the article is shown now; of what it names, its author's own counts.
pub(crate) async fn follow(tx: &Tx, article: &Article) -> DbResult<()> {
    for file in named_in(&article.words).collect::<BTreeSet<_>>() {
        let sql = "INSERT INTO article_file (article, file) SELECT $1, id FROM file WHERE id = $2
                   AND COALESCE(giver, '') = $3 ON CONFLICT (article, file) DO NOTHING";
        tx.run(sql, vals![&article.id, file, article.author.clone().unwrap_or_default()]).await?;
    }
    for file in files_of(tx, article).await? {
        show(tx, &file).await?;
    }
    Ok(())
}

/// The same for an article that an import brought, with the files that hung on it: each belongs to the author of the
/// first text it came with.
pub(super) async fn bring(tx: &Tx, article: &Article, hanging: &[String]) -> DbResult<()> {
    for file in named_in(&article.words).chain(hanging.iter().map(String::as_str)).collect::<BTreeSet<_>>() {
        tx.run(
            "INSERT INTO article_file (article, file) SELECT $1, id FROM file WHERE id = $2
             ON CONFLICT (article, file) DO NOTHING",
            vals![&article.id, file],
        )
        .await?;
        let sql = "UPDATE file SET giver = $1 WHERE id = $2
                   AND NOT EXISTS (SELECT 1 FROM article_file WHERE file = $2 AND article <> $3)";
        tx.run(sql, vals![article.author.clone(), file, &article.id]).await?;
        show(tx, file).await?;
    }
    Ok(())
}

/// Takes an article's row away, and the files that nothing else names.
pub(super) async fn go_with(tx: &Tx, article: &Article, now: i64) -> DbResult<()> {
    let files = files_of(tx, article).await?;
    tx.run("DELETE FROM article WHERE id = $1", vals![&article.id]).await?;
    for file in files {
        show_or_erase(tx, &file, now).await?;
    }
    Ok(())
}

/// A wording is gone for good, and with it the files that neither another of the article names nor anything else.
pub(super) async fn unsaid(tx: &Tx, article: &Article, words: &str, now: i64) -> DbResult<()> {
    for file in let_go(tx, article, words).await? {
        show_or_erase(tx, &file, now).await?;
    }
    Ok(())
}

/// A draft was changed: what it named before and names no more hangs on it no longer.
pub(super) async fn rewritten(tx: &Tx, article: &Article, words: &str) -> DbResult<()> {
    for file in let_go(tx, article, words).await? {
        show(tx, &file).await?;
    }
    Ok(())
}

/// The files that only these words of the article named; they hang on it no longer.
async fn let_go(tx: &Tx, article: &Article, words: &str) -> DbResult<BTreeSet<String>> {
    let sql = "SELECT words FROM article WHERE id = $1 UNION ALL SELECT words FROM article_edit WHERE article = $1";
    let still: Vec<String> = tx.all(sql, vals![&article.id]).await?;
    let still: BTreeSet<_> = still.iter().flat_map(|words| named_in(words)).collect();
    let mut gone = BTreeSet::new();
    for file in named_in(words).filter(|file| !still.contains(file)) {
        let sql = "DELETE FROM article_file WHERE article = $1 AND file = $2 RETURNING file";
        gone.extend(tx.first(sql, vals![&article.id, file]).await?);
    }
    Ok(gone)
}

async fn show_or_erase(tx: &Tx, file: &str, now: i64) -> DbResult<()> {
    let is_named = tx.any("SELECT 1 FROM article_file WHERE file = $1", vals![file]).await?;
    if is_named { show(tx, file).await } else { File::erase(tx, file, now).await }
}

async fn files_of(tx: &Tx, article: &Article) -> DbResult<Vec<String>> {
    tx.all("SELECT file FROM article_file WHERE article = $1 ORDER BY file", vals![&article.id]).await
}

/// Shows a file to everyone or to its giver alone. What names it changes in other writes, too: who comes second looks
/// after the first is over.
async fn show(tx: &Tx, file: &str) -> DbResult<()> {
    tx.hold("SELECT id FROM file WHERE id = $1", vals![file]).await?;
    let sql = "UPDATE file SET audience = CASE WHEN EXISTS (
                 SELECT 1 FROM article_file n JOIN article a ON a.id = n.article
                 WHERE n.file = file.id AND a.published_at IS NOT NULL AND a.withdrawn_at IS NULL
                   AND NOT EXISTS (SELECT 1 FROM veil v WHERE v.place = '/' || a.kind || 's/' || a.slug
                   AND v.state = 'withdrawn')
               ) THEN 'everyone' ELSE 'only' END WHERE id = $1";
    tx.run(sql, vals![file]).await.map(drop)
}
