//! "It helped me" as it stands under anything in the library.

use askama::Template;
use base::form::{Asked, Form};
use base::page::{Frame, Safe, go};
use base::place::Place;
use base::refusal::{Refusal, Reply};
use people::{Member, Visitor};

use crate::helped::{self, Helped};

#[derive(Template)]
#[template(path = "helped.html")]
struct Lines<'a> {
    f: &'a Frame,
    place: &'a Place,
    helped: Vec<Helped>,
    /// There are more than are shown.
    goes_on: bool,
    /// What the reader says, whether or not it is among those shown.
    mine: Option<String>,
    form: &'a Form,
}

impl Lines<'_> {
    fn mine(&self) -> Option<&str> {
        self.mine.as_deref()
    }
}

/// The newest lines at a place, or all of them where `lines=all` is asked, and the form for one more as the person left
/// it.
pub async fn lines(visitor: &Visitor, f: &Frame, place: &Place, form: &Form, asked: &Asked) -> Result<Safe, Refusal> {
    let (all, limit) =
        if asked.value("lines") == "all" { (true, helped::SHOWN_MAX) } else { (false, helped::SHOWN + 1) };
    let mut helped = Helped::at(&visitor.house.db, place, limit).await?;
    let goes_on = !all && helped.len() as i64 > helped::SHOWN;
    helped.truncate(if all { helped::SHOWN_MAX } else { helped::SHOWN } as usize);
    let mine = match visitor.id() {
        Some(me) => Helped::of(&visitor.house.db, place, me).await?,
        None => None,
    };
    Ok(Safe::of(&Lines { f, place, helped, goes_on, mine, form }))
}

/// Says it, where the form is right.
pub async fn say(member: &Member, place: &Place, form: &mut Form) -> Result<(), Refusal> {
    let (feeling, line) =
        (form.choice("feeling", &member.house.pack.feeling_ids()), form.line("line", helped::LINE_CHARS));
    if !form.is_right() {
        return Ok(());
    }
    member.may_write()?;
    Helped::say(member, place, &feeling, &line).await
}

pub async fn unsay(member: &Member, place: &Place) -> Reply {
    Helped::unsay(member, place).await?;
    let is_open = member.house.seen(&member.reader(), place).await?.is_some();
    go(if is_open { format!("{place}?done=helped-unsaid#helped") } else { "/backstage?done=helped-unsaid".to_owned() })
}
