//! What a person says about themselves: lines, each with who may see it. Hats are what they are or have lived through,
//! in their own words; they give no power, and nobody can search or count them (R3).
//!
//! Promises: a reader gets the lines that are for them and no sign of others; a change made from an old copy is
//! refused, not lost; somebody under 18 shows nothing outside.

use base::db::{Ask, DbResult, Tx};
use base::form::Form;
use base::house::House;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Audience, Preview, Reader};
use base::search::{self, Findable};
use base::{row, vals};

use crate::Person;
use crate::visitor::Member;

/// The lines there are, in the order they are shown; with the most characters of each.
pub const LINES: [(&str, usize); 4] = [("pronouns", 40), ("about", 1_000), ("bands", 400), ("helps", 600)];
pub const HATS: [&str; 12] =
    ["hat-1", "hat-2", "hat-3", "hat-4", "hat-5", "hat-6", "hat-7", "hat-8", "hat-9", "hat-10", "hat-11", "hat-12"];
pub const HAT_CHARS: usize = 120;
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub kind: String,
    pub words: String,
    pub audience: Audience,
}
row!(Line { kind, words, audience });

impl Line {
    #[must_use]
    pub fn is_hat(&self) -> bool {
        self.kind.starts_with("hat-")
    }
}

/// The lines of a person that this reader may see, in their order.
pub async fn seen_by(ask: &impl Ask, reader: &Reader, person: &Person) -> DbResult<Vec<Line>> {
    let mut lines: Vec<Line> = ask
        .all("SELECT kind, words, audience FROM profile_line WHERE person = $1 ORDER BY kind", vals![&person.id])
        .await?;
    let is_shown = |line: &Line| reader.may_see(narrowed(person, line.audience), Some(&person.id));
    lines.retain(is_shown);
    let order = |line: &Line| LINES.iter().map(|(kind, _)| *kind).chain(HATS).position(|kind| kind == line.kind);
    lines.sort_by_key(order);
    Ok(lines)
}

/// The audience as it counts: what somebody under 18 says goes to members at most.
fn narrowed(person: &Person, audience: Audience) -> Audience {
    if person.is_under_18() && audience == Audience::Everyone { Audience::Members } else { audience }
}

/// Who may see a line, as this person may choose.
#[must_use]
pub fn audiences(person: &Person) -> &'static [Audience] {
    const ALL: [Audience; 3] = [Audience::Only, Audience::Members, Audience::Everyone];
    if person.is_under_18() { &ALL[..2] } else { &ALL }
}

/// The field of a form that says who may see a line.
#[must_use]
pub fn audience_field(kind: &str) -> String {
    format!("{kind}-for")
}

/// When the person last changed it.
pub async fn changed_at(ask: &impl Ask, person: &str) -> DbResult<i64> {
    ask.one("SELECT profile_at FROM person WHERE id = $1", vals![person]).await
}

/// Reads the form; what is wrong is noted at its field. Empty lines are left out.
pub fn read(form: &mut Form, person: &Person) -> Vec<Line> {
    let kinds = LINES.into_iter().chain(HATS.map(|hat| (hat, HAT_CHARS)));
    let mut lines = Vec::new();
    for (kind, chars) in kinds {
        let words = form.text(kind, 0..=chars);
        if words.trim().is_empty() {
            continue;
        }
        match Audience::read(form.value(&audience_field(kind))).filter(|audience| audiences(person).contains(audience))
        {
            Some(audience) => lines.push(Line { kind: kind.to_owned(), words, audience }),
            None => form.refuse(kind, "profile-wrong-audience"),
        }
    }
    lines
}

/// Keeps the lines in place of those before. `seen` is the change the person had before them; `false` when there was
/// another since.
pub async fn keep(member: &Member, lines: &[Line], seen: i64) -> Result<bool, Refusal> {
    let (tx, id) = (member.begin().await?, &member.person.id);
    let now = member.house.now().max(seen + 1);
    if tx.run("UPDATE person SET profile_at = $1 WHERE id = $2 AND profile_at = $3", vals![now, id, seen]).await? == 0 {
        return Ok(false);
    }
    tx.run("DELETE FROM profile_line WHERE person = $1", vals![id]).await?;
    for line in lines {
        tx.run(
            "INSERT INTO profile_line (person, kind, words, audience) VALUES ($1, $2, $3, $4)",
            vals![id, &line.kind, &line.words, line.audience],
        )
        .await?;
    }
    index(&tx, id).await?;
    tx.keep().await?;
    Ok(true)
}

/// Draws another face.
pub async fn reshuffle(tx: &Tx, person: &str) -> DbResult<()> {
    tx.run("UPDATE person SET face = $1 WHERE id = $2", vals![base::id::secret(), person]).await.map(drop)
}

/// Puts a person into the index as they stand in this write.
pub(crate) async fn index(tx: &Tx, id: &str) -> DbResult<()> {
    search::put(tx, &Place::of("people", id), findable(tx, id).await?).await
}

/// What may be found of a person: name and lines for members and everyone; no hats.
pub(crate) async fn findable(ask: &impl Ask, id: &str) -> DbResult<Option<Findable>> {
    let Some(person) = Person::find(ask, id).await? else { return Ok(None) };
    let lines = seen_by(ask, &Reader::member(""), &person).await?;
    let words =
        lines.iter().filter(|line| !line.is_hat()).map(|line| line.words.as_str()).collect::<Vec<_>>().join("\n");
    Ok(Some(Findable {
        kind: "person",
        title: person.name,
        words,
        audience: Audience::Members,
        at: person.joined_at,
        ..Findable::default()
    }))
}

/// Who is at `/people/ID`.
pub(crate) async fn at(house: &House, place: &Place) -> DbResult<Option<Preview>> {
    let Some(id) = place.id_of("people") else { return Ok(None) };
    let person = Person::find(&house.db, id).await?;
    Ok(person.map(|person| Preview {
        kind: "person",
        title: person.name,
        line: String::new(),
        audience: Audience::Members,
        owner: Some(person.id),
        open: false,
    }))
}
