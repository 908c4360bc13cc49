//! What somebody is told: acts that affect them, newest first, until they say that they have seen them.

use askama::Template;
use base::form::{Asked, Form};
use base::page::{Frame, go, page};
use base::paging;
use base::place::Place;
use base::refusal::Reply;

use crate::pages::acts::on;
use crate::power::Notice;
use crate::visitor::Member;

const PAGE: i64 = 30;

/// A notice with what it was about, where that is still there.
struct Told {
    notice: Notice,
    on: Option<(Place, String)>,
}

impl Told {
    /// What was done, said to whom it was done.
    fn said<'a>(&'a self, f: &'a Frame) -> &'a str {
        let (_, done) = self.notice.what.split_once('-').unwrap_or_default();
        f.house.words.find(&format!("told-{done}")).unwrap_or_else(|| f.say(&self.notice.what))
    }
}

#[derive(Template)]
#[template(path = "acts/notices.html")]
struct List<'a> {
    f: &'a Frame,
    told: Vec<Told>,
    older: Option<String>,
}

pub async fn list(member: Member, asked: Asked) -> Reply {
    let mut notices = Notice::of(&member.house.db, &member.person.id, asked.before(), PAGE + 1).await?;
    let older = paging::cut(&mut notices, PAGE, &asked, |notice| notice.act.clone());
    let mut told = Vec::with_capacity(notices.len());
    for notice in notices {
        told.push(Told { on: on(&member, notice.place.as_deref()).await?, notice });
    }
    let f = member.frame().titled("notices").private();
    page(&List { told, older, f: &f }, &f)
}

pub async fn see(member: Member, form: Form) -> Reply {
    let tx = member.begin().await?;
    Notice::see(&tx, &member.person.id, form.value("up-to"), member.house.now()).await?;
    tx.keep().await?;
    go("/backstage/notices")
}
