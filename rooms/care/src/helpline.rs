//! Helplines: services outside the house that answer people, by country. The pack brings them; whoever keeps them
//! corrects a line and says when it was checked, and each of these is an act.
//!
//! Promises: reading them asks memory alone, so the page is there when the database is not; a line nobody has checked
//! says so. Never: which country somebody chose.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use base::clock::date;
use base::db::{Ask as _, DbResult};
use base::form::Form;
use base::house::House;
use base::pack::Helpline;
use base::place::Place;
use base::refusal::Refusal;
use base::{id, row, vals};
use parking_lot::RwLock;
use people::power::{ActTx, Deed, Holding, KeepHelplines};

/// How a line can be checked; each is the key of the reason in the log.
pub const WAYS: [(&str, &str); 3] = [("rang", "checked-rang"), ("read", "checked-read"), ("wrote", "checked-wrote")];
const LINE_CHARS_MAX: usize = 160;

/// What the keepers found, as each house last read it: house folder → corrections.
static FOUND: LazyLock<RwLock<HashMap<PathBuf, Arc<[Found]>>>> = LazyLock::new(RwLock::default);

/// What the keepers found out about a line; it stands over the pack's.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    line: String,
    number: String,
    sent: String,
    url: String,
    how: String,
    hours: String,
    ages: String,
    checked_at: Option<i64>,
    gone_at: Option<i64>,
}
row!(Found { line, number, sent, url, how, hours, ages, checked_at, gone_at });

/// A country with its numbers, these in the pack's order.
#[derive(Debug)]
pub struct Country<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub lines: Vec<Helpline>,
}

/// Reads what the keepers found into memory: at the start, once a minute for what other nodes wrote, and after each
/// change.
pub async fn refresh(house: &House) -> DbResult<()> {
    let sql = "SELECT line, number, sent, url, how, hours, ages, checked_at, gone_at FROM helpline ORDER BY line";
    let found: Vec<Found> = house.db.all(sql, &[]).await?;
    FOUND.write().insert(house.folder.clone(), found.into());
    Ok(())
}

/// Whether [`refresh`] has been here.
#[must_use]
pub fn is_fresh(house: &House) -> bool {
    FOUND.read().contains_key(&house.folder)
}

/// Every country: the community's own first, then in the pack's order.
#[must_use]
pub fn countries(house: &House) -> Vec<Country<'_>> {
    let found = found(house);
    let mut countries: Vec<Country<'_>> = Vec::new();
    for line in &house.pack.helplines {
        let Some(shown) = laid_over(line, &found) else { continue };
        match countries.iter_mut().find(|country| country.id == line.country) {
            Some(country) => country.lines.push(shown),
            None => countries.push(Country { id: &line.country, name: &line.country_name, lines: vec![shown] }),
        }
    }
    let own = house.settled();
    countries.sort_by_key(|country| country.id != own.country);
    countries
}

/// The numbers of the community's own country.
#[must_use]
pub fn first_country(house: &House) -> Vec<Helpline> {
    countries(house).into_iter().next().map_or_else(Vec::new, |country| country.lines)
}

/// A line of the pack as it stands now; none where it was taken off.
#[must_use]
pub fn now(house: &House, line: &Helpline) -> Option<Helpline> {
    laid_over(line, &found(house))
}

/// One line by the id of its place, as it stands now; those that were taken off are found, too.
#[must_use]
pub fn at(house: &House, id: &str) -> Option<(Helpline, bool)> {
    let line = house.pack.helplines.iter().find(|line| id_of(line) == id)?;
    let shown = laid_over(line, &found(house));
    let is_gone = shown.is_none();
    Some((shown.unwrap_or_else(|| line.clone()), is_gone))
}

/// Where a line is kept: made from its country and name, which do not change.
#[must_use]
pub fn place_of(line: &Helpline) -> Place {
    Place::of("helplines", &id_of(line))
}

fn id_of(line: &Helpline) -> String {
    id::hash(&key_of(line))[..16].to_owned()
}

fn key_of(line: &Helpline) -> String {
    format!("{}/{}", line.country, line.name)
}

fn found(house: &House) -> Arc<[Found]> {
    FOUND.read().get(&house.folder).cloned().unwrap_or_default()
}

/// The line with what was found over it; `None` when it was taken off.
fn laid_over(line: &Helpline, found: &[Found]) -> Option<Helpline> {
    let Some(found) = found.iter().find(|found| found.line == key_of(line)) else { return Some(line.clone()) };
    if found.gone_at.is_some() {
        return None;
    }
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (number, text, url) = (some(&found.number), some(&found.sent), some(&found.url));
    let checked = found.checked_at.map(date).unwrap_or_default();
    Some(Helpline {
        number,
        text,
        url,
        how: found.how.clone(),
        hours: found.hours.clone(),
        ages: found.ages.clone(),
        checked,
        ..line.clone()
    })
}

/// A line as a keeper writes it into the form.
#[derive(Clone, Debug)]
pub struct Draft {
    pub number: String,
    pub text: String,
    pub url: String,
    pub how: String,
    pub hours: String,
    pub ages: String,
}

impl Draft {
    /// Reads the form; what is wrong is noted at its field.
    pub fn read(form: &mut Form) -> Self {
        let draft = Self {
            number: form.line("number", 0..=40),
            text: form.line("text", 0..=80),
            url: form.line("url", 0..=LINE_CHARS_MAX),
            how: form.line("how", 0..=LINE_CHARS_MAX),
            hours: form.line("hours", 1..=LINE_CHARS_MAX),
            ages: form.line("ages", 0..=LINE_CHARS_MAX),
        };
        if !draft.number.is_empty() && !draft.number.chars().any(|c| c.is_ascii_digit()) {
            form.refuse("number", "helpline-wrong-number");
        }
        if !draft.url.is_empty() && (!draft.url.starts_with("https://") || draft.url.contains(['"', '<', ' '])) {
            form.refuse("url", "helpline-wrong-url");
        }
        if draft.number.is_empty() && draft.text.is_empty() && draft.url.is_empty() {
            form.refuse("number", "helpline-wrong-no-way");
        }
        draft
    }

    /// What stands now.
    #[must_use]
    pub fn of(line: &Helpline) -> Form {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let fields = [
            ("number", or_empty(&line.number)),
            ("text", or_empty(&line.text)),
            ("url", or_empty(&line.url)),
            ("how", line.how.clone()),
            ("hours", line.hours.clone()),
            ("ages", line.ages.clone()),
        ];
        Form::filled(fields.iter().map(|(name, value)| (*name, value.as_str())))
    }
}

/// "Checked today": it answers as it stands here.
pub async fn check(holding: &Holding<KeepHelplines>, line: &Helpline, way: &str) -> Result<(), Refusal> {
    let house = &holding.member.house;
    let key = WAYS.iter().find(|(id, _)| *id == way).map_or("checked-read", |(_, key)| key);
    let (place, why) = (place_of(line), house.words.say(key).to_owned());
    let tx =
        holding.act(&Deed { what: "act-helpline-checked", place: Some(&place), why: &why, ..Deed::default() }).await?;
    let (line, _) = as_it_stands(&tx, line).await?;
    write(&tx, &line, Some(house.now()), None, house.now()).await?;
    keep(house, tx).await
}

/// Corrects it. Whoever corrects it has looked, so it counts as checked today.
pub async fn correct(
    holding: &Holding<KeepHelplines>,
    line: &Helpline,
    draft: &Draft,
    why: &str,
) -> Result<(), Refusal> {
    let house = &holding.member.house;
    let place = place_of(line);
    let tx = holding.act(&Deed { what: "act-helpline-corrected", place: Some(&place), why, ..Deed::default() }).await?;
    let (line, _) = as_it_stands(&tx, line).await?;
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let (number, text, url) = (some(&draft.number), some(&draft.text), some(&draft.url));
    let line = Helpline {
        number,
        text,
        url,
        how: draft.how.clone(),
        hours: draft.hours.clone(),
        ages: draft.ages.clone(),
        ..line
    };
    write(&tx, &line, Some(house.now()), None, house.now()).await?;
    keep(house, tx).await
}

/// Takes it off the list because it answers no more, or puts it back.
pub async fn take_off(holding: &Holding<KeepHelplines>, line: &Helpline, off: bool, why: &str) -> Result<(), Refusal> {
    let house = &holding.member.house;
    let (place, now) = (place_of(line), house.now());
    let what = if off { "act-helpline-off" } else { "act-helpline-back" };
    let tx = holding.act(&Deed { what, place: Some(&place), why, ..Deed::default() }).await?;
    let (line, is_gone) = as_it_stands(&tx, line).await?;
    if is_gone == off {
        return Err(Refusal::NotNow("tend-is-so"));
    }
    write(&tx, &line, line.checked_at(), off.then_some(now), now).await?;
    keep(house, tx).await
}

/// The line as others left it, whatever memory has, and whether it is off the list.
async fn as_it_stands(tx: &ActTx, line: &Helpline) -> DbResult<(Helpline, bool)> {
    let sql = "SELECT line, number, sent, url, how, hours, ages, checked_at, gone_at FROM helpline WHERE line = $1";
    let Some(found) = tx.first::<Found>(sql, vals![key_of(line)]).await? else { return Ok((line.clone(), false)) };
    let is_gone = found.gone_at.is_some();
    let stands = laid_over(line, &[Found { gone_at: None, ..found }]).unwrap_or_else(|| line.clone());
    Ok((stands, is_gone))
}

async fn write(tx: &ActTx, line: &Helpline, checked_at: Option<i64>, gone_at: Option<i64>, now: i64) -> DbResult<()> {
    let sql = "INSERT INTO helpline (line, number, sent, url, how, hours, ages, checked_at, gone_at, changed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
               ON CONFLICT (line) DO UPDATE
               SET number = excluded.number, sent = excluded.sent, url = excluded.url, how = excluded.how,
                 hours = excluded.hours, ages = excluded.ages, checked_at = excluded.checked_at,
                 gone_at = excluded.gone_at, changed_at = excluded.changed_at";
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    tx.run(
        sql,
        vals![
            key_of(line),
            text(&line.number),
            text(&line.text),
            text(&line.url),
            &line.how,
            &line.hours,
            &line.ages,
            checked_at,
            gone_at,
            now
        ],
    )
    .await
    .map(drop)
}

async fn keep(house: &House, tx: ActTx) -> Result<(), Refusal> {
    tx.keep().await?;
    Ok(refresh(house).await?)
}
