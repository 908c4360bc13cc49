//! Full-text search: the one place where the engines truly differ. Words are cut and folded here, the same for both, so
//! a result never depends on the engine: SQLite keeps them in FTS5, PostgreSQL in a `tsvector`.
//!
//! Promises: a reader finds only what they may open; a search is bounded work at any size (newest first walks the index
//! backwards; relevance weighs the newest [`CANDIDATES_MAX`] matches). Never: an operator out of people's words.

mod findable;
mod query;
mod words;

use askama::filters::{Escaper as _, Html};

use crate::clock::DAY_MS;
use crate::db::{Ask, Db, DbResult, Engine, Tx};
use crate::house::House;
use crate::page::Safe;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::room::{Audience, Job, Reader};
use crate::{id, row, vals};

pub use findable::{Findable, WORDS_MAX};
pub use query::Query;
use words::placed;
pub use words::{fold, slug, words};

/// How many of the newest matches are weighed for relevance.
pub const CANDIDATES_MAX: i64 = 400;
/// Pages of the index that one write merges.
const MERGED_PAGES: i64 = 64;

/// A place that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub n: i64,
    pub place: String,
    pub kind: String,
    pub title: String,
    pub preview: String,
    pub author: Option<String>,
    pub at: i64,
}
row!(Found { n, place, kind, title, preview, author, at });

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    NewestFirst,
    MostLike,
}

/// A [`Findable`] to start from for something under a place: it has that place's title and audience.
pub async fn hanging_on(ask: &impl Ask, place: &Place) -> DbResult<Option<Findable>> {
    let known: Option<(String, String)> =
        ask.first("SELECT title, audience FROM findable WHERE place = $1", vals![place]).await?;
    Ok(known.map(|(title, kept)| {
        let (audience, owner) = Audience::read(&kept).map_or((Audience::Only, Some(kept)), |audience| (audience, None));
        Findable { title, audience, owner, ..Findable::default() }
    }))
}

/// Puts a place into the index as it may be found now, or takes it out.
pub async fn put(tx: &Tx, place: &Place, findable: Option<Findable>) -> DbResult<()> {
    match findable {
        Some(findable) => index(tx, place, &findable).await,
        None => unindex(tx, place).await,
    }
}

/// Puts a place into the index, or anew if it was there.
pub async fn index(tx: &Tx, place: &Place, findable: &Findable) -> DbResult<()> {
    unindex(tx, place).await?;
    let marks = findable.marks().join(" ");
    let sql = "INSERT INTO findable (n, place, kind, title, preview, author, audience, marks, at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (n) DO NOTHING";
    // An import brings thousands of things of one second: what drew a number that is taken draws again.
    let n = loop {
        let n = (findable.at.max(0) << 20) | i64::from(id::below(1 << 20));
        let vals = vals![
            n,
            place,
            findable.kind,
            &findable.title,
            findable.preview(),
            findable.author.clone(),
            findable.kept_audience(),
            &marks,
            findable.at
        ];
        if tx.run(sql, vals).await? == 1 {
            break n;
        }
    };
    match tx.engine() {
        Engine::Sqlite => {
            let words = findable.text().collect::<Vec<_>>().join(" ");
            tx.run_last("INSERT INTO findable_words (rowid, words, marks) VALUES ($1, $2, $3)", vals![n, words, marks])
                .await?;
        }
        Engine::Postgres => {
            tx.run(
                "INSERT INTO findable_words (n, words) VALUES ($1, CAST(CAST($2 AS TEXT) AS TSVECTOR))",
                vals![n, findable.tsvector()],
            )
            .await?;
        }
    }
    Ok(())
}

/// Takes a place out of the index.
pub async fn unindex(tx: &Tx, place: &Place) -> DbResult<()> {
    // Another write may have put it in anew, under another number, while this one waited for the row it had found.
    while let Some(n) = tx.first::<i64>("SELECT n FROM findable WHERE place = $1", vals![place]).await? {
        if tx.engine() == Engine::Sqlite {
            tx.run_last("DELETE FROM findable_words WHERE rowid = $1", vals![n]).await?;
        }
        if tx.run("DELETE FROM findable WHERE n = $1", vals![n]).await? == 1 {
            break;
        }
    }
    Ok(())
}

/// Puts everything that was said to be by this name into the index again, in small writes: whose it is has another name.
pub async fn index_by(house: &House, name: &str) -> Result<(), Refusal> {
    const SAID_BY: &str = "SELECT n, place FROM findable WHERE author = $1 AND n > $2 ORDER BY n LIMIT 100";
    let mut after = 0;
    loop {
        let some: Vec<(i64, String)> = house.db.all(SAID_BY, vals![name, after]).await?;
        let Some((last, _)) = some.last() else { return Ok(()) };
        after = *last;
        let tx = house.begin().await?;
        for place in some.iter().filter_map(|(_, place)| Place::read(place)) {
            unindex(&tx, &place).await?; // first, so that what goes meanwhile is waited for, and then read as gone
            house.index(&tx, &place).await?;
        }
        tx.keep().await?;
    }
}

/// Puts what a statement finds into the index again, in small writes. It takes the id to begin after and answers with
/// the next ids in order, each with its place.
pub async fn index_again(house: &House, sql: &'static str) -> Result<(), Refusal> {
    let mut after = String::new();
    loop {
        let some: Vec<(String, String)> = house.db.all(sql, vals![&after]).await?;
        let Some((last, _)) = some.last() else { return Ok(()) };
        after.clone_from(last);
        let tx = house.begin().await?;
        for place in some.iter().filter_map(|(_, place)| Place::read(place)) {
            house.index(&tx, &place).await?;
        }
        tx.keep().await?;
    }
}

/// Once a day nothing is left in the index of what was taken out of it.
pub const JOBS: &[Job] = &[Job {
    name: "words that were taken out of the index",
    every_ms: DAY_MS,
    run: |house| Box::pin(async move { Ok(wring_out(&house.db).await?) }),
}];

/// SQLite only marks a text as gone, its words stay in the index until that is merged. This merges it where there is
/// such a mark (a row from 2^53 on of FTS5's own table), in small writes that let others write between them.
async fn wring_out(db: &Db) -> DbResult<()> {
    const IS_MARKED: &str = "SELECT EXISTS (SELECT 1 FROM findable_words_data WHERE id >= 9007199254740992)";
    const CHANGES: &str = "SELECT total_changes()";
    let mut pages = -MERGED_PAGES; // below nought begins a merge of everything
    while db.engine() == Engine::Sqlite && db.one::<i64>(IS_MARKED, &[]).await? == 1 {
        let tx = db.begin().await?;
        let before: i64 = tx.one(CHANGES, &[]).await?;
        tx.run("INSERT INTO findable_words (findable_words, rank) VALUES ('merge', $1)", vals![pages]).await?;
        let changes = tx.one::<i64>(CHANGES, &[]).await? - before;
        tx.keep().await?;
        if changes < 2 {
            break; // marks that were made meanwhile wait for tomorrow
        }
        pages = MERGED_PAGES;
    }
    Ok(())
}

/// What a reader finds, `limit` at most; `before` is the [`Found::n`] that the last page ended with (newest first
/// only).
pub async fn find(
    db: &Db,
    reader: &Reader,
    query: &Query,
    order: Order,
    before: Option<i64>,
    limit: i64,
) -> DbResult<Vec<Found>> {
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let take = if order == Order::NewestFirst { limit } else { CANDIDATES_MAX };
    let [everyone, members, own] = audiences(reader);
    let before = before.unwrap_or(i64::MAX);
    let found: Vec<Found> = match db.engine() {
        Engine::Sqlite => {
            let sql = "SELECT f.n, f.place, f.kind, f.title, f.preview, f.author, f.at
                       FROM findable_words w JOIN findable f ON f.n = w.rowid
                       WHERE findable_words MATCH $1 AND w.rowid < $2 AND f.audience IN ($3, $4, $5)
                       ORDER BY w.rowid DESC LIMIT $6";
            db.all(sql, vals![query.for_sqlite(), before, everyone, members, own, take]).await?
        }
        Engine::Postgres => {
            let sql = "SELECT f.n, f.place, f.kind, f.title, f.preview, f.author, f.at
                       FROM findable_words w JOIN findable f ON f.n = w.n
                       WHERE w.words @@ CAST(CAST($1 AS TEXT) AS TSQUERY) AND w.n < $2 AND f.audience IN ($3, $4, $5)
                       ORDER BY w.n DESC LIMIT $6";
            db.all(sql, vals![query.for_postgres(), before, everyone, members, own, take]).await?
        }
    };
    Ok(if order == Order::MostLike { weighed(found, query, limit) } else { found })
}

/// The kept audiences of what this reader may find.
fn audiences(reader: &Reader) -> [&str; 3] {
    match &reader.person {
        Some(person) => ["everyone", "members", person],
        None => ["everyone"; 3],
    }
}

/// Text as HTML with the sought words marked, however they are written in it.
#[must_use]
pub fn marked(text: &str, query: &Query) -> Safe {
    let (places, folded): (Vec<_>, Vec<_>) = placed(text).unzip();
    let (mut html, mut done, mut at) = (String::with_capacity(text.len() + 32), 0, 0);
    while at < folded.len() {
        let run = query.begins(&folded[at..]);
        if run > 0 {
            let (begin, end) = (places[at].start, places[at + run - 1].end);
            escape(&mut html, &text[done..begin]);
            html.push_str("<mark>");
            escape(&mut html, &text[begin..end]);
            html.push_str("</mark>");
            done = end;
        }
        at += run.max(1);
    }
    escape(&mut html, &text[done..]);
    Safe(html)
}

fn escape(html: &mut String, text: &str) {
    Html.write_escaped_str(html, text).expect("writing to memory cannot fail");
}

/// Orders by likeness: words in the title weigh most, then words early in the text, then the newer.
fn weighed(found: Vec<Found>, query: &Query, limit: i64) -> Vec<Found> {
    let mut weighed: Vec<_> = found.into_iter().map(|found| (weight(&found, query), found)).collect();
    weighed.sort_by(|(a, x), (b, y)| b.cmp(a).then(y.n.cmp(&x.n)));
    weighed.into_iter().take(usize::try_from(limit).unwrap_or(0)).map(|(_, found)| found).collect()
}

fn weight(found: &Found, query: &Query) -> usize {
    let (title, preview): (Vec<_>, Vec<_>) = (words(&found.title).collect(), words(&found.preview).collect());
    let times =
        |run: &[String], text: &[String]| text.windows(run.len()).filter(|window| *window == run).take(3).count();
    let in_title = query.runs().filter(|run| times(run, &title) > 0).count();
    let in_preview = query.runs().map(|run| times(run, &preview)).sum::<usize>();
    let is_whole_title = query.runs().flatten().count() == title.len() && in_title == query.runs().count();
    let is_remark = found.kind == "comment";
    in_title * 8 + in_preview * 2 + usize::from(is_whole_title) * 20 + usize::from(!is_remark) * 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Where;

    #[tokio::test(flavor = "multi_thread")]
    async fn words_that_were_taken_out_are_nowhere_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let db = Db::open(&Where::File(path.clone())).await.unwrap();
        for n in 0..3_000 {
            let words =
                if n == 777 { "marzipanserif".into() } else { format!("word{} word{} word{}", n % 7, n % 501, n * 13) };
            let tx = db.begin().await.unwrap();
            let place = Place::of("songs", &n.to_string());
            index(
                &tx,
                &place,
                &Findable { kind: "song", words, audience: Audience::Everyone, at: n, ..Findable::default() },
            )
            .await
            .unwrap();
            tx.keep().await.unwrap();
        }
        let tx = db.begin().await.unwrap();
        unindex(&tx, &Place::of("songs", "777")).await.unwrap();
        tx.keep().await.unwrap();
        let is_there = || std::fs::read(&path).unwrap().windows(9).any(|window| window == b"arzipanse");
        let found = async || {
            find(&db, &Reader { person: None }, &Query::read("word3"), Order::NewestFirst, None, 1_000).await.unwrap()
        };
        let before = found().await;
        db.rest().await.unwrap();
        assert!(is_there());
        wring_out(&db).await.unwrap();
        db.rest().await.unwrap();
        assert!(!is_there());
        assert_eq!(found().await, before);
    }

    #[test]
    fn sought_words_are_marked_and_the_rest_is_text() {
        let query = Query::read("motorhead");
        assert_eq!(marked("Motörhead <b> & \"co\"", &query).0, "<mark>Motörhead</mark> &#60;b&#62; &#38; &#34;co&#34;");
        assert_eq!(
            marked("I can’t, you can, t &c.", &Query::read("can't sleep")).0,
            "I <mark>can’t</mark>, you <mark>can, t</mark> &#38;c."
        );
        assert_eq!(
            marked("slow days & slow", &Query::read("\"slow days\" slow")).0,
            "<mark>slow days</mark> &#38; <mark>slow</mark>"
        );
    }
}
