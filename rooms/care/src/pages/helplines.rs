//! Keeping the numbers: which were checked when, and for whoever holds that duty, checking and correcting them.

use askama::Template;
use axum::extract::Path;
use base::form::{Form, REASON_CHARS};
use base::pack::Helpline;
use base::page::{Frame, go, page};
use base::refusal::{Refusal, Reply};
use people::Visitor;
use people::power::{Capability, Holding, KeepHelplines};

use crate::helpline::{self, Draft, WAYS};

#[derive(Template)]
#[template(path = "helplines/list.html")]
struct List<'a> {
    f: &'a Frame,
    /// Every line, the longest unchecked first.
    lines: Vec<Helpline>,
}

pub async fn list(visitor: Visitor) -> Reply {
    let countries = helpline::countries(&visitor.house);
    let mut lines: Vec<_> = countries.into_iter().flat_map(|country| country.lines).collect();
    lines.sort_by_key(|line| line.checked_at().unwrap_or(0));
    let f = visitor.frame().titled("helplines");
    page(&List { lines, f: &f }, &f)
}

#[derive(Template)]
#[template(path = "helplines/show.html")]
struct Show<'a> {
    f: &'a Frame,
    line: &'a Helpline,
    is_gone: bool,
    may_keep: bool,
    form: &'a Form,
}

impl Show<'_> {
    fn ways(&self) -> Vec<(&'static str, &str)> {
        WAYS.into_iter().map(|(id, key)| (id, self.f.say(key))).collect()
    }
}

pub async fn show(visitor: Visitor, Path(id): Path<String>) -> Reply {
    let (line, is_gone) = found(&visitor, &id)?;
    let may_keep = visitor.may(Capability::KeepHelplines).await?;
    shown(&visitor, &line, is_gone, may_keep, &Draft::of(&line))
}

fn found(visitor: &Visitor, id: &str) -> Result<(Helpline, bool), Refusal> {
    helpline::at(&visitor.house, id).ok_or(Refusal::NotFound)
}

fn shown(visitor: &Visitor, line: &Helpline, is_gone: bool, may_keep: bool, form: &Form) -> Reply {
    let f = visitor.frame().named(&line.name, &line.how);
    let show = Show { line, is_gone, may_keep, form, f: &f };
    page(&show, &f)
}

pub async fn check(holding: Holding<KeepHelplines>, Path(id): Path<String>, mut form: Form) -> Reply {
    let (line, is_gone) = found(&holding.member, &id)?;
    let way = form.choice("way", &WAYS.map(|(id, _)| id));
    if !form.is_right() {
        return shown(&holding.member, &line, is_gone, true, &form);
    }
    helpline::check(&holding, &line, &way).await?;
    go(format!("/helplines/{id}?done=helpline"))
}

pub async fn correct(holding: Holding<KeepHelplines>, Path(id): Path<String>, mut form: Form) -> Reply {
    let (line, is_gone) = found(&holding.member, &id)?;
    let (draft, why) = (Draft::read(&mut form), form.line("why", REASON_CHARS));
    if !form.is_right() {
        return shown(&holding.member, &line, is_gone, true, &form);
    }
    helpline::correct(&holding, &line, &draft, &why).await?;
    go(format!("/helplines/{id}?done=helpline"))
}

pub async fn take_off(holding: Holding<KeepHelplines>, Path(id): Path<String>, mut form: Form) -> Reply {
    let (line, is_gone) = found(&holding.member, &id)?;
    let why = form.line("off-why", REASON_CHARS);
    if !form.is_right() {
        return shown(&holding.member, &line, is_gone, true, &form);
    }
    helpline::take_off(&holding, &line, !is_gone, &why).await?;
    go(format!("/helplines/{id}?done=helpline"))
}
