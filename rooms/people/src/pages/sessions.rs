//! Where one is signed in. A session says since when and when it was last used, to the day; nothing else is known of
//! it.

use askama::Template;
use base::form::Form;
use base::page::{Frame, go, page};
use base::refusal::Reply;

use crate::session::{self, Session};
use crate::visitor::Member;

#[derive(Template)]
#[template(path = "backstage/sessions.html")]
struct List<'a> {
    f: &'a Frame,
    sessions: Vec<Session>,
    /// Hash of the session that this page is read in.
    here: &'a str,
}

pub async fn list(member: Member) -> Reply {
    let sessions = Session::all(&member.house.db, &member.person.id).await?;
    let here = member.here();
    let f = member.frame().titled("sessions").private();
    page(&List { sessions, here, f: &f }, &f)
}

pub async fn end(member: Member, form: Form) -> Reply {
    let tx = member.begin().await?;
    Session::close(&tx, &member.person.id, form.value("session")).await?;
    tx.keep().await?;
    go("/backstage/sessions?done=session-ended")
}

pub async fn end_all(member: Member) -> Reply {
    let tx = member.begin().await?;
    Session::close_all(&tx, &member.person.id).await?;
    tx.keep().await?;
    let mut response = go("/?done=signed-out-everywhere")?;
    session::take_away(&member.house, &mut response);
    Ok(response)
}
