//! "It helped me" as it stands under anything in the library.

use askama::Template;
use base::form::Form;
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
    form: &'a Form,
}

impl Lines<'_> {
    fn mine(&self) -> Option<&Helped> {
        let me = &self.f.who.as_ref()?.id;
        self.helped.iter().find(|helped| helped.person.as_ref() == Some(me))
    }
}

/// The lines at a place, and the form for one more as the person left it.
pub async fn lines(visitor: &Visitor, f: &Frame, place: &Place, form: &Form) -> Result<Safe, Refusal> {
    let helped = Helped::at(&visitor.house.db, place).await?;
    Ok(Safe::of(&Lines { f, place, helped, form }))
}

/// Says it, where the form is right.
pub async fn say(member: &Member, place: &Place, form: &mut Form) -> Result<(), Refusal> {
    let feelings: Vec<_> = member.house.pack.feelings.iter().map(|feeling| feeling.id.as_str()).collect();
    let (feeling, line) = (form.choice("feeling", &feelings), form.line("line", helped::LINE_CHARS));
    if !form.is_right() {
        return Ok(());
    }
    member.may_write()?;
    let tx = member.house.begin().await?;
    Helped::say(&tx, place, &member.person.id, &feeling, &line, member.house.now()).await?;
    crate::index(&tx, place).await?;
    Ok(tx.keep().await?)
}

/// Takes the member's own line away, whatever became of the place (R8).
pub async fn unsay(member: &Member, place: &Place) -> Reply {
    let tx = member.house.begin().await?;
    Helped::unsay(&tx, place, &member.person.id, member.house.now()).await?;
    crate::index(&tx, place).await?;
    tx.keep().await?;
    let is_open = member.house.is_open_to(&member.reader(), place).await;
    go(if is_open { format!("{place}?done=helped-unsaid#helped") } else { "/backstage?done=helped-unsaid".to_owned() })
}
