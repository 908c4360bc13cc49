//! What somebody is told: acts that affect them, newest first, until they say that they have seen them.

use askama::Template;
use base::form::{Asked, Form};
use base::page::{Frame, go, page};
use base::refusal::Reply;

use crate::power::Notice;
use crate::visitor::Member;

const PAGE: i64 = 30;

#[derive(Template)]
#[template(path = "acts/notices.html")]
struct List<'a> {
    f: &'a Frame,
    notices: Vec<Notice>,
    older: Option<String>,
}

pub async fn list(member: Member, asked: Asked) -> Reply {
    let before = Some(asked.value("before")).filter(|before| !before.is_empty());
    let mut notices = Notice::of(&member.house.db, &member.person.id, before, PAGE + 1).await?;
    let older = (notices.len() > PAGE as usize).then(|| notices.remove(PAGE as usize)).and_then(|_| notices.last()).map(|notice| notice.act.clone());
    let f = member.frame().titled("notices").private();
    page(&List { notices, older, f: &f }, &f)
}

pub async fn see(member: Member, form: Form) -> Reply {
    let tx = member.house.begin().await?;
    Notice::see(&tx, &member.person.id, form.value("up-to"), member.house.now()).await?;
    tx.keep().await?;
    go("/backstage/notices")
}
