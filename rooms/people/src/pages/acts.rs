//! What was done and why. Members read every act with names, seats and reasons; everybody else reads totals a month and
//! duty.

use askama::Template;
use axum::extract::Path;
use base::clock::{self, DAY_MS};
use base::form::{Asked, Form, REASON_CHARS};
use base::page::{Frame, go, page};
use base::paging;
use base::place::Place;
use base::refusal::{Refusal, Reply};

use crate::power::{
    Act, Capability, Finding, Holding, Look, Reach, SeatOffer, SecondLook, Total, duty_name, is_there_somebody,
    may_answer,
};
use crate::visitor::{Member, Visitor};

/// Acts on one page of the log.
const PAGE: i64 = 30;
/// How far back the totals go.
const TOTALS_MS: i64 = 366 * DAY_MS;
const WORDS_CHARS: std::ops::RangeInclusive<usize> = 3..=1_000;

/// An act with what stands at its place, as this reader may see it.
struct Line {
    act: Act,
    on: Option<(Place, String)>,
}

#[derive(Template)]
#[template(path = "acts/log.html")]
struct Log<'a> {
    f: &'a Frame,
    lines: Vec<Line>,
    older: Option<String>,
    may_look_again: bool,
}

#[derive(Template)]
#[template(path = "acts/totals.html")]
struct Totals<'a> {
    f: &'a Frame,
    totals: Vec<Total>,
}

impl Totals<'_> {
    /// `November 2026`
    fn month(&self, total: &Total) -> String {
        let first = clock::read_date(&format!("{}-01", total.month)).map(clock::day).unwrap_or_default();
        first.split_once(' ').map_or_else(|| total.month.clone(), |(_, month)| month.to_owned())
    }
}

pub async fn log(visitor: Visitor, asked: Asked) -> Reply {
    let house = visitor.house.clone();
    let f = visitor.frame().titled("foot-acts");
    if visitor.person.is_none() {
        return page(&Totals { totals: Total::since(&house.db, house.now() - TOTALS_MS).await?, f: &f }, &f);
    }
    let mut acts = Act::newest(&house.db, asked.before(), PAGE + 1).await?;
    let older = paging::cut(&mut acts, PAGE, &asked, |act| act.id.clone());
    let mut lines = Vec::with_capacity(acts.len());
    for act in acts {
        lines.push(Line { on: on(&visitor, act.place.as_deref()).await?, act });
    }
    let may_look_again = visitor.reach(Capability::SecondLook).await? == Reach::Yes;
    page(&Log { lines, older, may_look_again, f: &f }, &f)
}

/// What an act was done on: its place and title, where this reader may see it.
pub(super) async fn on(visitor: &Visitor, place: Option<&str>) -> Result<Option<(Place, String)>, Refusal> {
    let Some(place) = place.and_then(Place::read) else { return Ok(None) };
    if let Some(id) = place.id_of("seat-offers") {
        let offer = SeatOffer::find(&visitor.house.db, id).await?;
        return Ok(offer.map(|offer| on_offer(visitor, place, &offer)));
    }
    if place.id_of("acts").is_some() {
        return Ok(Some((place, visitor.house.words.say("act-on-act").to_owned())));
    }
    let seen = visitor.house.seen(&visitor.reader(), &place).await?;
    Ok(seen.map(|preview| (place, preview.title)))
}

/// An offer is for whoever was asked; to others it is a seat of that duty.
fn on_offer(visitor: &Visitor, place: Place, offer: &SeatOffer) -> (Place, String) {
    let is_theirs = visitor.id().is_some() && visitor.id() == offer.person.as_deref();
    (
        if is_theirs { place } else { Place::of("duties", &offer.duty) },
        duty_name(&visitor.house, &offer.duty).to_owned(),
    )
}

#[derive(Template)]
#[template(path = "acts/show.html")]
struct Show<'a> {
    f: &'a Frame,
    line: Line,
    /// The person affected reads the copy of their own words; when it was emptied, that.
    words: Option<(String, Option<i64>)>,
    look: Option<Look>,
    is_affected: bool,
    may_answer: bool,
    /// Nobody holds a seat who could look again.
    is_nobody_there: bool,
    form: &'a Form,
}

impl Show<'_> {
    fn rule(&self) -> Option<String> {
        Capability::read(&self.line.act.rule).map(Capability::key)
    }
}

pub async fn show(member: Member, Path(id): Path<String>) -> Reply {
    shown(&member, &found(&member, &id).await?, &Form::default()).await
}

async fn found(member: &Member, id: &str) -> Result<Act, Refusal> {
    Act::find(&member.house.db, id).await?.ok_or(Refusal::NotFound)
}

async fn shown(member: &Member, act: &Act, form: &Form) -> Reply {
    let house = &member.house;
    let is_affected = act.affects(&member.person.id);
    let f = member.frame().titled("act").private();
    let may_look_again = !is_affected && act.person.as_ref() != Some(&member.person.id);
    let show = Show {
        line: Line { on: on(member, act.place.as_deref()).await?, act: act.clone() },
        words: if is_affected { act.words(&house.db).await? } else { None },
        look: Look::at(&house.db, &act.id).await?,
        may_answer: may_look_again && member.reach(Capability::SecondLook).await? == Reach::Yes,
        is_affected,
        is_nobody_there: !is_there_somebody(house, act).await?,
        form,
        f: &f,
    };
    page(&show, &f)
}

pub async fn ask_second_look(member: Member, Path(id): Path<String>, mut form: Form) -> Reply {
    let act = found(&member, &id).await?;
    let words = form.text("words", WORDS_CHARS);
    if !form.is_right() {
        return shown(&member, &act, &form).await;
    }
    Look::ask(&member, &act, &words).await?;
    let done = if is_there_somebody(&member.house, &act).await? { "second-look" } else { "second-look-alone" };
    go(format!("{}?done={done}", Act::place_of(&id)))
}

#[derive(Template)]
#[template(path = "acts/second-looks.html")]
struct SecondLooks<'a> {
    f: &'a Frame,
    waiting: Vec<Look>,
    /// How many wait for somebody else.
    for_others: i64,
}

pub async fn second_looks(holding: Holding<SecondLook>) -> Reply {
    let f = holding.member.frame().titled("second-looks").private();
    page(
        &SecondLooks {
            waiting: Look::waiting(&holding).await?,
            for_others: Look::waiting_for_others(&holding).await?,
            f: &f,
        },
        &f,
    )
}

#[derive(Template)]
#[template(path = "acts/answer.html")]
struct Answering<'a> {
    f: &'a Frame,
    line: Line,
    words: Option<(String, Option<i64>)>,
    look: &'a Look,
    form: &'a Form,
}

impl Answering<'_> {
    fn answers(&self) -> Vec<(&'static str, &str)> {
        Finding::ALL.iter().map(|finding| (finding.id(), self.f.say(finding.key()))).collect()
    }
}

/// The act and the open question about it, for a seat that may answer.
async fn open_question(holding: &Holding<SecondLook>, id: &str) -> Result<(Act, Look), Refusal> {
    let act = found(&holding.member, id).await?;
    if !may_answer(holding, &act) {
        return Err(Refusal::NotYours("second-look-own"));
    }
    let look = Look::at(&holding.member.house.db, id).await?.ok_or(Refusal::NotFound)?;
    if look.answer.is_some() { Err(Refusal::NotNow("second-look-answered")) } else { Ok((act, look)) }
}

pub async fn answering(holding: Holding<SecondLook>, Path(id): Path<String>) -> Reply {
    let (act, look) = open_question(&holding, &id).await?;
    asked_again(&holding, act, &look, &Form::default()).await
}

async fn asked_again(holding: &Holding<SecondLook>, act: Act, look: &Look, form: &Form) -> Reply {
    let f = holding.member.frame().titled("second-look").private();
    let words = act.words(&holding.member.house.db).await?;
    let answering = Answering {
        line: Line { on: on(&holding.member, act.place.as_deref()).await?, act },
        words,
        look,
        form,
        f: &f,
    };
    page(&answering, &f)
}

pub async fn answer(holding: Holding<SecondLook>, Path(id): Path<String>, mut form: Form) -> Reply {
    let (act, look) = open_question(&holding, &id).await?;
    let (answer, why) = (Finding::read(&form.choice("answer", Finding::IDS)), form.text("why", REASON_CHARS));
    let Some(answer) = answer.filter(|_| form.is_right()) else {
        return asked_again(&holding, act, &look, &form).await;
    };
    look.answer(&holding, &act, answer, &why).await?;
    go("/acts/second-looks?done=act")
}
