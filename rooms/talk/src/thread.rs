//! The talk at one place: its remarks by number, fifty to a page, so that the thousandth page costs what the first
//! does.
//!
//! Promises: a remark keeps its number, so a link into a long thread leads to the same words for ever. Reading writes
//! nothing.

use base::db::{Ask, DbResult, Tx};
use base::place::Place;
use base::refusal::Refusal;
use base::veil::Veil;
use base::{row, search, vals};
use people::Member;

use crate::index;

/// Remarks on one page.
pub const PAGE: i64 = 50;

/// A remark as it stands in its thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub id: String,
    pub n: i64,
    /// Whose page the name leads to: nobody's, once they have left.
    pub author: Option<String>,
    /// Empty where there is no name.
    pub by: String,
    pub face: Option<String>,
    pub speaking_as: String,
    pub answers: Option<String>,
    answers_n: Option<i64>,
    answers_by: Option<String>,
    pub quoted: String,
    pub html: String,
    pub since: i64,
    changed_at: i64,
    gone_at: Option<i64>,
    tallies: String,
    veil: Option<Veil>,
    veil_why: Option<String>,
}
row!(Said {
    id,
    n,
    author,
    by,
    face,
    speaking_as,
    answers,
    answers_n,
    answers_by,
    quoted,
    html,
    since,
    changed_at,
    gone_at,
    tallies,
    veil,
    veil_why
});

/// How a remark is shown to this reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Open,
    Folded,
    /// Its author reads it, with the reason; nobody else does.
    OwnFolded,
    OwnWithdrawn,
    Withdrawn,
    TakenBack,
}

/// How far a thread has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Length {
    pub last_n: i64,
    pub standing: i64,
}
row!(Length { last_n, standing });

/// The page that a number is on.
#[must_use]
pub fn page_of(n: i64) -> i64 {
    (n - 1).max(0) / PAGE + 1
}

/// Where a remark is read.
#[must_use]
pub fn address(place: &str, n: i64, id: &str) -> String {
    match page_of(n) {
        1 => format!("{place}#r-{id}"),
        page => format!("{place}?page={page}#r-{id}"),
    }
}

/// The number of the next remark at a place.
pub(crate) async fn next(tx: &Tx, place: &Place, now: i64) -> DbResult<i64> {
    let sql = "INSERT INTO thread (place, last_n, standing, last_at) VALUES ($1, 1, 1, $2)
               ON CONFLICT (place) DO UPDATE
               SET last_n = thread.last_n + 1, standing = thread.standing + 1, last_at = excluded.last_at
               RETURNING last_n";
    tx.one(sql, vals![place, now]).await
}

/// Refuses to write under what went or was taken off since it was read. What everyone may find stands; of
/// anything else the rooms are asked once more.
pub(crate) async fn must_stand(tx: &Tx, member: &Member, place: &Place) -> Result<(), Refusal> {
    if search::hanging_on(tx, place).await?.is_some() {
        return Ok(());
    }
    let under = Box::pin(member.house.at(&member.reader(), place)).await?;
    under.map(drop).ok_or(Refusal::NotFound)
}

/// A remark vanished; its number is free again if it was the last.
pub(crate) async fn less_one(tx: &Tx, place: &str, n: i64) -> DbResult<()> {
    let sql =
        "UPDATE thread SET standing = standing - 1, last_n = CASE WHEN last_n = $1 THEN last_n - 1 ELSE last_n END
         WHERE place = $2";
    tx.run(sql, vals![n, place]).await.map(drop)
}

pub async fn length(ask: &impl Ask, place: &Place) -> DbResult<Length> {
    Ok(ask.first("SELECT last_n, standing FROM thread WHERE place = $1", vals![place]).await?.unwrap_or_default())
}

/// The remarks of one page, in the order in which they were said. What is folded or withdrawn is quoted nowhere
/// meanwhile.
pub async fn page(ask: &impl Ask, place: &Place, page: i64) -> DbResult<Vec<Said>> {
    let sql = "SELECT r.id, r.n, CASE WHEN p.left_at IS NULL THEN r.author END, COALESCE(p.name, r.name), p.face,
               r.speaking_as, r.answers, a.n, COALESCE(b.name, a.name),
                      CASE WHEN EXISTS (SELECT 1 FROM veil q
                      WHERE q.place = '/remarks/' || r.answers) THEN '' ELSE r.quoted END, r.html,
                      r.since, r.changed_at, r.gone_at, r.tallies, v.state, v.why
               FROM remark r LEFT JOIN person p ON p.id = r.author LEFT JOIN remark a ON a.id = r.answers
               LEFT JOIN person b ON b.id = a.author
                    LEFT JOIN veil v ON v.place = '/remarks/' || r.id
               WHERE r.place = $1 AND r.n > $2 AND r.n <= $3 ORDER BY r.n";
    ask.all(sql, vals![place, (page - 1) * PAGE, page * PAGE]).await
}

/// The words that a person said to the remarks of one page: remark and word.
pub async fn words_of(ask: &impl Ask, place: &Place, page: i64, person: &str) -> DbResult<Vec<(String, String)>> {
    let sql = "SELECT w.remark, w.word FROM remark r JOIN remark_word w ON w.person = $1 AND w.remark = r.id
               WHERE r.place = $2 AND r.n > $3 AND r.n <= $4 ORDER BY w.remark, w.word";
    ask.all(sql, vals![person, place, (page - 1) * PAGE, page * PAGE]).await
}

/// Puts what was said at one place behind what was said at another, because the two are the same thing.
pub async fn move_to(tx: &Tx, from: &Place, to: &Place) -> DbResult<()> {
    for place in [from, to] {
        tx.take_turn(place.as_str()).await?;
    }
    let (moved, here) = (length(tx, from).await?, length(tx, to).await?);
    tx.run("UPDATE remark SET place = $1, n = n + $2 WHERE place = $3", vals![to, here.last_n, from]).await?;
    let sql = "INSERT INTO thread (place, last_n, standing, last_at) SELECT $1, last_n, standing, last_at FROM thread
               WHERE place = $2
               ON CONFLICT (place) DO UPDATE SET last_n = thread.last_n + $3, standing = thread.standing + $4";
    tx.run(sql, vals![to, from, moved.last_n, moved.standing]).await?;
    tx.run("DELETE FROM thread WHERE place = $1", vals![from]).await?;
    tx.run(
        "UPDATE draft SET place = $1 WHERE place = $2
         AND person NOT IN (SELECT h.person FROM draft h WHERE h.place = $1)",
        vals![to, from],
    )
    .await?;
    index::place_again(tx, to).await
}

impl Said {
    /// Whether an import brought it with the name of somebody without an account, who may be anybody.
    #[must_use]
    pub fn is_brought(&self) -> bool {
        self.face.is_none() && !self.by.is_empty()
    }

    /// How it is shown to somebody.
    #[must_use]
    pub fn shown_to(&self, person: Option<&str>) -> Shown {
        let is_theirs = self.is_by(person);
        match self.veil {
            _ if self.gone_at.is_some() => Shown::TakenBack,
            None => Shown::Open,
            Some(Veil::Folded) if is_theirs => Shown::OwnFolded,
            Some(Veil::Folded) => Shown::Folded,
            Some(Veil::Withdrawn) if is_theirs => Shown::OwnWithdrawn,
            Some(Veil::Withdrawn) => Shown::Withdrawn,
        }
    }

    #[must_use]
    pub fn is_by(&self, person: Option<&str>) -> bool {
        self.author.is_some() && self.author.as_deref() == person
    }

    #[must_use]
    pub fn was_edited(&self) -> bool {
        self.changed_at != self.since
    }

    /// Why it is veiled.
    #[must_use]
    pub fn why(&self) -> &str {
        self.veil_why.as_deref().unwrap_or_default()
    }

    /// Where what it answers is read from here: on the same page its line, else its own address.
    #[must_use]
    pub fn answers_link(&self) -> Option<String> {
        let (id, n) = (self.answers.as_deref()?, self.answers_n?);
        Some(if page_of(n) == page_of(self.n) { format!("#r-{id}") } else { format!("/remarks/{id}") })
    }

    /// The name of whoever wrote what it answers; empty where there is none.
    #[must_use]
    pub fn answers_by(&self) -> &str {
        self.answers_by.as_deref().unwrap_or_default()
    }

    /// What people said to it: the pack's word and how many.
    pub fn tallies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tallies.split(',').filter_map(|tally| tally.split_once(' '))
    }

    /// How many said this word; empty for none.
    #[must_use]
    pub fn tally(&self, word: &str) -> &str {
        self.tallies().find(|(known, _)| *known == word).map_or("", |(_, count)| count)
    }
}
