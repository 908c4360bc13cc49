//! A remark: something a person says under any place of the house, or to another remark there.
//!
//! Promises: who may not see the place sees no remark of it; a remark has one address for ever; a quote holds only
//! words that stand in what it answers, and goes when they go; a change made from an old copy is refused, not lost;
//! what was said before stays readable until its author takes it away. Only its author changes it; what others may do
//! with it is tending.

use std::sync::OnceLock;

use base::brought::BroughtComment;
use base::clock::SECOND_MS;
use base::db::{Ask, DbResult, Tx};
use base::form::Form;
use base::house::House;
use base::markup::Rendered;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Preview, Reader};
use base::{ledger, markup, row, vals, veil};
use people::Member;

use crate::{draft, index, thread};

/// How long a remark vanishes without a trace when it is taken back.
pub const UNDO_MS: i64 = 10 * SECOND_MS;
pub const WORDS_CHARS: std::ops::RangeInclusive<usize> = 1..=10_000;
pub const QUOTED_CHARS: std::ops::RangeInclusive<usize> = 0..=600;
pub const HAT_CHARS: std::ops::RangeInclusive<usize> = 0..=60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub id: String,
    pub place: String,
    pub n: i64,
    pub author: Option<String>,
    /// The author's name as it is now, or the one an import brought; empty where there is none.
    pub by: String,
    pub speaking_as: String,
    pub words: String,
    pub html: String,
    pub since: i64,
    pub changed_at: i64,
    pub gone_at: Option<i64>,
}
row!(Remark { id, place, n, author, by, speaking_as, words, html, since, changed_at, gone_at });

/// A remark as somebody wrote it into the form.
#[derive(Clone, Debug, Default)]
pub struct Saying {
    pub words: String,
    pub speaking_as: String,
    /// The remark it answers, and what of it is quoted.
    pub answers: Option<String>,
    pub quoted: String,
    /// How the words are read; filled when it is first asked for.
    pub rendered: OnceLock<Rendered>,
}

/// Something a remark said before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    pub id: String,
    pub words: String,
    pub until: i64,
}
row!(Wording { id, words, until });

impl Saying {
    /// Reads the form; what is wrong is noted at its field. `answered` is the remark it answers.
    pub fn read(form: &mut Form, answered: Option<&Remark>) -> Self {
        let saying = Self {
            words: form.text("words", WORDS_CHARS),
            speaking_as: form.line("speaking_as", HAT_CHARS),
            answers: answered.map(|remark| remark.id.clone()),
            quoted: form.line("quoted", QUOTED_CHARS),
            ..Self::default()
        };
        if form.is_right() && saying.rendered().html.is_empty() {
            form.refuse("words", "wrong-missing");
        }
        if !answered.map_or(saying.quoted.is_empty(), |remark| says(&remark.words, &saying.quoted)) {
            form.refuse("quoted", "remark-wrong-quote");
        }
        saying
    }

    /// The words as they will be read, rendered once.
    fn rendered(&self) -> &Rendered {
        self.rendered.get_or_init(|| markup::render(&self.words))
    }
}

impl Remark {
    #[must_use]
    pub fn place_of(id: &str) -> Place {
        Place::of("remarks", id)
    }

    /// The place it stands under; one that nobody can open where what is kept cannot be read.
    #[must_use]
    pub fn under(&self) -> Place {
        Place::read(&self.place).unwrap_or_else(|| Place::of("nowhere", &self.id))
    }

    /// Where it is read: the page of its thread, and its own line there.
    #[must_use]
    pub fn address(&self) -> String {
        thread::address(&self.place, self.n, &self.id)
    }

    /// Says something under a place, or to a remark there.
    pub async fn say(member: &Member, place: &Place, saying: &Saying) -> Result<Self, Refusal> {
        let (now, me) = (member.house.now(), &member.person);
        let rendered = saying.rendered();
        let tx = member.begin_at(place).await?;
        thread::must_stand(&tx, member, place).await?;
        if let Some(id) = &saying.answers {
            let answered = Self::find(&tx, id).await?.filter(|answered| answered.gone_at.is_none());
            let answered = answered.ok_or(Refusal::Gone)?;
            veil::must_be_seen(&tx, &Self::place_of(id), answered.is_by(Some(&me.id))).await?;
            if answered.place != place.as_str() || !says(&answered.words, &saying.quoted) {
                return Err(Refusal::NotNow("refusal-clash")); // what is quoted was unsaid meanwhile
            }
        }
        let (id, n) = insert(&tx, place, (Some(me.id.as_str()), ""), saying, now).await?;
        let from = saying.answers.as_deref().map_or_else(|| place.clone(), Self::place_of);
        draft::remove(&tx, &me.id, &from).await?;
        index::put(&tx, &id, place, rendered.plain.clone(), Some(me.name.clone()), now).await?;
        tx.keep().await?;
        let (place, by, speaking_as) = (place.to_string(), me.name.clone(), saying.speaking_as.clone());
        Ok(Self {
            id,
            place,
            n,
            author: Some(me.id.clone()),
            by,
            speaking_as,
            words: saying.words.clone(),
            html: rendered.html.clone(),
            since: now,
            changed_at: now,
            gone_at: None,
        })
    }

    /// Takes in what an import brought: the person where there was an account, else the name that stood beside it.
    pub(crate) async fn take_in(tx: &Tx, comment: &BroughtComment) -> DbResult<Place> {
        let author = comment.author.as_ref().and_then(|place| place.id_of("people"));
        let answers = comment.answers.as_ref().and_then(|place| place.id_of("remarks")).map(str::to_owned);
        let saying = Saying { words: comment.words.clone(), answers, ..Saying::default() };
        let (id, _) = insert(tx, &comment.under, (author, comment.name.as_str()), &saying, comment.at).await?;
        index::again(tx, &id).await?;
        Ok(Self::place_of(&id))
    }

    /// Puts what somebody said as it is given, with what was said to it; the demo uses this.
    pub async fn put(
        tx: &Tx,
        under: &Place,
        author: &str,
        saying: &Saying,
        words: &[(&str, &str)],
        at: i64,
    ) -> DbResult<String> {
        let (id, _) = insert(tx, under, (Some(author), ""), saying, at).await?;
        for (word, person) in words {
            tx.run(
                "INSERT INTO remark_word (id, person, remark, word) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                vals![base::id::at(at), *person, &id, *word],
            )
            .await?;
        }
        tally(tx, &id).await?;
        index::again(tx, &id).await?;
        Ok(id)
    }

    /// One remark, as it stands.
    pub async fn find(ask: &impl Ask, id: &str) -> DbResult<Option<Self>> {
        let sql = "SELECT r.id, r.place, r.n, r.author, COALESCE(p.name, r.name), r.speaking_as, r.words, r.html,
                   r.since, r.changed_at, r.gone_at
                   FROM remark r LEFT JOIN person p ON p.id = r.author WHERE r.id = $1";
        ask.first(sql, vals![id]).await
    }

    /// One remark that this reader may see, with what it stands under.
    pub async fn seen_by(house: &House, reader: &Reader, id: &str) -> Result<(Self, Preview), Refusal> {
        let remark = Self::find(&house.db, id).await?.ok_or(Refusal::NotFound)?;
        let under = Box::pin(house.at(reader, &remark.under())).await?.ok_or(Refusal::NotFound)?;
        veil::must_be_seen(&house.db, &Self::place_of(id), remark.is_by(reader.person.as_deref())).await?;
        Ok((remark, under))
    }

    #[must_use]
    pub fn is_by(&self, person: Option<&str>) -> bool {
        self.author.is_some() && self.author.as_deref() == person
    }

    /// Changes what it says. `seen` is the change the author had before them; `false` when there was another since.
    pub async fn correct(&self, member: &Member, saying: &Saying, seen: i64) -> Result<bool, Refusal> {
        self.must_be_theirs(member)?;
        let (now, rendered) = (member.house.now().max(seen + 1), saying.rendered());
        let (tx, _) = self.begin(member).await?;
        let before: Option<String> = tx
            .first(
                "SELECT words FROM remark WHERE id = $1 AND changed_at = $2 AND gone_at IS NULL",
                vals![&self.id, seen],
            )
            .await?;
        let Some(before) = before else { return Ok(false) };
        let sql = "UPDATE remark SET words = $1, speaking_as = $2, html = $3, version = $4, changed_at = $5
                   WHERE id = $6 AND changed_at = $7 AND gone_at IS NULL";
        if tx
            .run(sql, vals![&saying.words, &saying.speaking_as, &rendered.html, rendered.version, now, &self.id, seen])
            .await?
            == 0
        {
            return Ok(false);
        }
        if before != saying.words {
            tx.run(
                "INSERT INTO remark_edit (id, remark, words, until) VALUES ($1, $2, $3, $4)",
                vals![base::id::at(now), &self.id, before, now],
            )
            .await?;
        }
        index::again(&tx, &self.id).await?;
        tx.keep().await?;
        Ok(true)
    }

    /// What it said before, the latest first.
    pub async fn before(ask: &impl Ask, id: &str) -> DbResult<Vec<Wording>> {
        ask.all("SELECT id, words, until FROM remark_edit WHERE remark = $1 ORDER BY id DESC", vals![id]).await
    }

    /// Takes one earlier wording away for good.
    pub async fn unsay_before(&self, member: &Member, wording: &str) -> Result<(), Refusal> {
        self.must_be_theirs(member)?;
        let (tx, _) = self.begin(member).await?;
        if tx.run("DELETE FROM remark_edit WHERE id = $1 AND remark = $2", vals![wording, &self.id]).await? == 0 {
            return Err(Refusal::NotFound);
        }
        ledger::gone(&tx, "remark_edit", wording, member.house.now()).await?;
        self.unquote(&tx, member.house.now()).await?;
        people::power::forget_words(&tx, &Self::place_of(&self.id), member.house.now()).await?;
        Ok(tx.keep().await?)
    }

    /// Takes it back. In the first seconds, before anybody answered, it was never there and its words are a draft
    /// again; later a line without words or name stays. Says whether a line stays.
    pub async fn take_back(&self, member: &Member) -> Result<bool, Refusal> {
        self.must_be_theirs(member)?;
        let now = member.house.now();
        let (tx, remark) = self.begin(member).await?;
        let is_answered = tx.any("SELECT 1 FROM remark WHERE answers = $1", vals![&self.id]).await?;
        let leaves_a_line = is_answered || now - self.since >= UNDO_MS;
        if leaves_a_line {
            remark.empty(&tx, now).await?;
        } else {
            let answers: Option<String> = tx.one("SELECT answers FROM remark WHERE id = $1", vals![&self.id]).await?;
            remark.vanish(&tx, now).await?;
            let from = answers.map_or_else(|| self.under(), |id| Self::place_of(&id));
            draft::save(&tx, &member.person.id, &from, &remark.words, now).await?;
        }
        tx.keep().await?;
        Ok(leaves_a_line)
    }

    /// Says one of the pack's words to it, or takes it away again.
    pub async fn toggle_word(&self, member: &Member, word: &str) -> Result<(), Refusal> {
        let me = &member.person.id;
        let (tx, remark) = self.begin(member).await?;
        thread::must_stand(&tx, member, &self.under()).await?;
        veil::must_be_seen(&tx, &Self::place_of(&self.id), remark.is_by(Some(me))).await?;
        let (now, sql) = (
            member.house.now(),
            "DELETE FROM remark_word WHERE person = $1 AND remark = $2 AND word = $3 RETURNING id",
        );
        match tx.first::<String>(sql, vals![me, &self.id, word]).await? {
            Some(id) => ledger::gone(&tx, "remark_word", &id, now).await?,
            None => tx
                .run(
                    "INSERT INTO remark_word (id, person, remark, word) VALUES ($1, $2, $3, $4)",
                    vals![base::id::at(now), me, &self.id, word],
                )
                .await
                .map(drop)?,
        }
        tally(&tx, &self.id).await?;
        Ok(tx.keep().await?)
    }

    /// Begins a write to it as it stands, in turn with all that is written under the same place.
    async fn begin(&self, member: &Member) -> Result<(Tx, Self), Refusal> {
        let tx = member.begin_at(&self.under()).await?;
        let remark = self.as_it_stands(&tx).await?;
        Ok((tx, remark))
    }

    /// It as it is now, unless it was taken back, or what it stands under went or was put together with something else
    /// meanwhile.
    pub(crate) async fn as_it_stands(&self, tx: &Tx) -> Result<Self, Refusal> {
        let remark = Self::find(tx, &self.id).await?.ok_or(Refusal::NotFound)?;
        match remark.gone_at {
            Some(_) => Err(Refusal::Gone),
            None if remark.place != self.place => Err(Refusal::NotNow("refusal-clash")),
            None => Ok(remark),
        }
    }

    fn must_be_theirs(&self, member: &Member) -> Result<(), Refusal> {
        if self.gone_at.is_some() {
            return Err(Refusal::Gone);
        }
        if self.is_by(Some(&member.person.id)) { Ok(()) } else { Err(Refusal::NotYours("remark-not-yours")) }
    }
}

/// Writes the row of a remark by a person, or by a name that an import brought. Says its id and number.
async fn insert(
    tx: &Tx,
    place: &Place,
    (author, name): (Option<&str>, &str),
    saying: &Saying,
    at: i64,
) -> DbResult<(String, i64)> {
    let (id, n, rendered) = (base::id::at(at), thread::next(tx, place, at).await?, saying.rendered());
    let sql = "INSERT INTO remark (id, place, n, author, name, speaking_as, answers, quoted, words, html, version,
               tallies, since, changed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', $12, $12)";
    let vals = vals![
        &id,
        place,
        n,
        author,
        name,
        &saying.speaking_as,
        saying.answers.clone(),
        &saying.quoted,
        &saying.words,
        &rendered.html,
        rendered.version,
        at
    ];
    tx.run(sql, vals).await?;
    Ok((id, n))
}

/// Whether these words stand in a text, side by side.
pub(crate) fn says(words: &str, quoted: &str) -> bool {
    let plain = markup::render(words).plain;
    plain.split_whitespace().collect::<Vec<_>>().join(" ").contains(quoted)
}

/// Counts anew what people said to a remark.
pub(crate) async fn tally(tx: &Tx, remark: &str) -> DbResult<()> {
    let said: Vec<(String, i64)> = tx
        .all("SELECT word, count(*) FROM remark_word WHERE remark = $1 GROUP BY word ORDER BY word", vals![remark])
        .await?;
    let tallies = said.iter().map(|(word, count)| format!("{word} {count}")).collect::<Vec<_>>().join(",");
    tx.run("UPDATE remark SET tallies = $1 WHERE id = $2", vals![tallies, remark]).await.map(drop)
}
