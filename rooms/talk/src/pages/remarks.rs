//! One remark as people meet it: saying, answering, changing, taking back.

use askama::Template;
use axum::extract::Path;
use base::form::{Asked, Form};
use base::markup;
use base::page::{Frame, Safe, go, page, page_again};
use base::place::Place;
use base::refusal::{Refusal, Reply};
use base::room::Preview;
use people::{Member, Visitor};

use crate::draft;
use crate::remark::{self, Remark, Saying, Wording};

/// Characters of a quote that is offered; the answerer cuts it down.
const OFFERED_CHARS: usize = 400;

#[derive(Template)]
#[template(path = "remarks/write.html")]
struct Write<'a> {
    f: &'a Frame,
    form: &'a Form,
    /// What it stands under, and what it is called.
    place: Place,
    title: &'a str,
    /// The remark it answers.
    answered: Option<&'a Remark>,
    draft: String,
}

impl Write<'_> {
    /// What the browser keeps the draft under.
    fn key(&self) -> String {
        self.answered.map_or_else(|| self.place.clone(), |remark| Remark::place_of(&remark.id)).to_string()
    }
}

pub async fn say(member: Member, mut form: Form) -> Reply {
    let (place, under, answered) = aim(&member, &form).await?;
    let from = answered.as_ref().map_or_else(|| place.clone(), |remark| Remark::place_of(&remark.id));
    if form.value("keep") == "draft" {
        return keep_draft(&member, &place, &from, form).await;
    }
    let saying = Saying::read(&mut form, answered.as_ref());
    if !form.is_right() {
        let f = member.frame().titled("remark-new").private();
        return page_again(
            &Write {
                f: &f,
                form: &form,
                place,
                title: &under.title,
                answered: answered.as_ref(),
                draft: String::new(),
            },
            &f,
        );
    }
    member.may_write()?;
    go(Remark::say(&member, &place, &saying).await?.address())
}

/// What a form is about: the place, what stands there, and the remark it answers. All of it open to the member.
async fn aim(member: &Member, form: &Form) -> Result<(Place, Preview, Option<Remark>), Refusal> {
    let (place, under, answered) = if form.has("answers") {
        let (remark, under) = Remark::seen_by(&member.house, &member.reader(), form.value("answers")).await?;
        (remark.under(), under, Some(remark))
    } else {
        let place = Place::read(form.value("place")).ok_or(Refusal::NotFound)?;
        let under = member.house.at(&member.reader(), &place).await?.ok_or(Refusal::NotFound)?;
        (place, under, None)
    };
    match (&answered, under.open) {
        (_, false) => Err(Refusal::NotNow("talk-closed")),
        (Some(remark), _) if remark.gone_at.is_some() => Err(Refusal::Gone),
        _ => Ok((place, under, answered)),
    }
}

async fn keep_draft(member: &Member, place: &Place, from: &Place, mut form: Form) -> Reply {
    let words = form.text("words", 0..=*remark::WORDS_CHARS.end());
    if !form.is_right() {
        return Err(Refusal::TooLong);
    }
    let tx = member.begin_at(place).await?;
    crate::thread::must_stand(&tx, member, place).await?;
    draft::save(&tx, &member.person.id, from, &words, member.house.now()).await?;
    tx.keep().await?;
    match from.id_of("remarks") {
        Some(id) => go(format!("/remarks/{id}/answer?done=draft-kept")),
        None => go(format!("{from}?done=draft-kept#say")),
    }
}

/// Leads to where it is read: the right page of its thread, for ever.
pub async fn show(visitor: Visitor, Path(id): Path<String>) -> Reply {
    let (remark, ..) = Remark::seen_by(&visitor.house, &visitor.reader(), &id).await?;
    go(remark.address())
}

pub async fn answer(member: Member, Path(id): Path<String>, asked: Asked) -> Reply {
    let (remark, under) = Remark::seen_by(&member.house, &member.reader(), &id).await?;
    if remark.gone_at.is_some() {
        return Err(Refusal::Gone);
    }
    if !under.open {
        return Err(Refusal::NotNow("talk-closed"));
    }
    let draft = draft::find(&member.house.db, &member.person.id, &Remark::place_of(&id)).await?.unwrap_or_default();
    let quote = if asked.has("quote") {
        markup::snippet(&markup::render(&remark.words).plain, OFFERED_CHARS)
    } else {
        String::new()
    };
    let form = Form::filled([("words", draft.as_str()), ("quoted", quote.trim_end_matches('…'))]);
    let f = member.frame().titled("remark-answer-to").private();
    page(&Write { f: &f, form: &form, place: remark.under(), title: &under.title, answered: Some(&remark), draft }, &f)
}

#[derive(Template)]
#[template(path = "remarks/edit.html")]
struct Edit<'a> {
    f: &'a Frame,
    form: &'a Form,
    remark: &'a Remark,
    /// Somebody, most likely the author elsewhere, changed it meanwhile.
    is_stale: bool,
}

pub async fn edit(member: Member, Path(id): Path<String>) -> Reply {
    let remark = own(&member, &id).await?;
    let form = Form::filled([
        ("words", remark.words.as_str()),
        ("speaking_as", &remark.speaking_as),
        ("seen", &remark.changed_at.to_string()),
    ]);
    let f = member.frame().titled("remark-edit").private();
    page(&Edit { f: &f, form: &form, remark: &remark, is_stale: false }, &f)
}

pub async fn correct(member: Member, Path(id): Path<String>, mut form: Form) -> Reply {
    let remark = own(&member, &id).await?;
    let saying = Saying::read(&mut form, None);
    let is_stale = form.is_right();
    if is_stale {
        member.may_write()?;
        if remark.correct(&member, &saying, form.seen()).await? {
            return go(remark.address());
        }
        form.set("seen", &own(&member, &id).await?.changed_at.to_string());
    }
    let f = member.frame().titled("remark-edit").private();
    page_again(&Edit { f: &f, form: &form, remark: &remark, is_stale }, &f)
}

/// A remark of the member's own that still stands, whatever became of what it stands under: one's words can always be
/// changed and taken back (R8).
async fn own(member: &Member, id: &str) -> Result<Remark, Refusal> {
    let remark = Remark::find(&member.house.db, id).await?.ok_or(Refusal::NotFound)?;
    if !remark.is_by(Some(&member.person.id)) {
        let (remark, ..) = Remark::seen_by(&member.house, &member.reader(), id).await?;
        return Err(if remark.gone_at.is_some() { Refusal::Gone } else { Refusal::NotYours("remark-not-yours") });
    }
    Ok(remark)
}

#[derive(Template)]
#[template(path = "remarks/history.html")]
struct History<'a> {
    f: &'a Frame,
    remark: &'a Remark,
    before: Vec<Wording>,
    is_mine: bool,
}

impl History<'_> {
    fn rendered(&self, wording: &Wording) -> Safe {
        Safe(markup::render(&wording.words).html)
    }
}

pub async fn history(visitor: Visitor, Path(id): Path<String>) -> Reply {
    let (remark, ..) = Remark::seen_by(&visitor.house, &visitor.reader(), &id).await?;
    if remark.gone_at.is_some() {
        return Err(Refusal::Gone);
    }
    let before = Remark::before(&visitor.house.db, &id).await?;
    let is_mine = remark.is_by(visitor.id());
    let f = visitor.frame().titled("remark-history").private();
    page(&History { f: &f, remark: &remark, before, is_mine }, &f)
}

pub async fn unsay_before(member: Member, Path(id): Path<String>, form: Form) -> Reply {
    let remark = own(&member, &id).await?;
    remark.unsay_before(&member, form.value("wording")).await?;
    go(format!("/remarks/{id}/history?done=wording-gone"))
}

pub async fn take_back(member: Member, Path(id): Path<String>) -> Reply {
    let remark = own(&member, &id).await?;
    let leaves_a_line = remark.take_back(&member).await?;
    let remark = Remark::find(&member.house.db, &id).await?.unwrap_or(remark); // it may stand elsewhere since
    if member.house.seen(&member.reader(), &remark.under()).await?.is_none() {
        return go(if leaves_a_line { "/backstage?done=remark-emptied" } else { "/backstage?done=remark-taken-back" });
    }
    if leaves_a_line { go(remark.address()) } else { go(format!("{}?done=remark-taken-back#say", remark.under())) }
}

pub async fn toggle_word(member: Member, Path(id): Path<String>, form: Form) -> Reply {
    let (remark, ..) = Remark::seen_by(&member.house, &member.reader(), &id).await?;
    let word = member.house.pack.reaction(form.value("word")).ok_or(Refusal::NotFound)?;
    remark.toggle_word(&member, &word.id).await?;
    go(remark.address())
}
