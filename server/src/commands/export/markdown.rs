//! The words as people wrote them: a Markdown file for each article and page, and one for what was said under each
//! place.

use std::fmt::Write as _;

use anyhow::Result;
use base::clock::day_and_hour;
use base::db::Ask as _;
use base::house::House;
use base::{row, vals};

use super::{KeptBack, Out};

/// Rows read at once.
const AT_ONCE: i64 = 200;

struct Remark {
    id: String,
    place: String,
    n: i64,
    by: String,
    words: String,
    since: i64,
}
row!(Remark { id, place, n, by, words, since });

/// Writes them all; how many files.
pub(super) async fn write(out: &mut Out<'_>, house: &House, kept_back: &KeptBack) -> Result<usize> {
    Ok(articles(out, house, kept_back).await? + remarks(out, house, kept_back).await?)
}

async fn articles(out: &mut Out<'_>, house: &House, kept_back: &KeptBack) -> Result<usize> {
    let (mut after, mut written) = (String::new(), 0);
    loop {
        let sql = "SELECT id, '/' || kind || 's/' || slug, title, summary, words FROM article WHERE id > $1
                   ORDER BY id LIMIT $2";
        let some: Vec<(String, String, String, String, String)> = house.db.all(sql, vals![&after, AT_ONCE]).await?;
        let Some((last, ..)) = some.last() else { return Ok(written) };
        after.clone_from(last);
        for (_, place, title, summary, words) in some.iter().filter(|(id, ..)| !kept_back.has(id)) {
            let lead = if summary.is_empty() { String::new() } else { format!("{summary}\n\n") };
            out.add(&format!("markdown{place}.md"), format!("# {title}\n\n{lead}{words}\n").as_bytes())?;
            written += 1;
        }
    }
}

async fn remarks(out: &mut Out<'_>, house: &House, kept_back: &KeptBack) -> Result<usize> {
    let (mut after, mut under, mut text, mut written) = ((String::new(), 0), String::new(), String::new(), 0);
    loop {
        let sql = "SELECT r.id, r.place, r.n, COALESCE(p.name, r.name), r.words, r.since FROM remark r
                   LEFT JOIN person p ON p.id = r.author
                   WHERE (r.place, r.n) > ($1, $2) ORDER BY r.place, r.n LIMIT $3";
        let some: Vec<Remark> = house.db.all(sql, vals![&after.0, after.1, AT_ONCE]).await?;
        for Remark { id, place, n, by, words, since } in &some {
            if *place != under {
                written += file(out, &under, &mut text)?;
                under.clone_from(place);
            }
            if !kept_back.has(id) && !words.is_empty() {
                let _ = write!(text, "## {n}. {by}, {}\n\n{words}\n\n", day_and_hour(*since));
            }
        }
        match some.last() {
            Some(last) => after = (last.place.clone(), last.n),
            None => return Ok(written + file(out, &under, &mut text)?),
        }
    }
}

/// Writes what was said under one place, if anything was.
fn file(out: &mut Out<'_>, under: &str, text: &mut String) -> Result<usize> {
    if text.is_empty() {
        return Ok(0);
    }
    out.add(&format!("markdown/said-under{under}.md"), std::mem::take(text).as_bytes())?;
    Ok(1)
}
