//! Folding, withdrawing and opening again, by whoever holds the duty.

use askama::Template;
use axum::extract::Path;
use base::form::{Form, REASON_CHARS};
use base::page::{Frame, go, page, page_again};
use base::refusal::{Refusal, Reply};
use people::power::{Holding, TendTalk};

use crate::remark::Remark;
use crate::tending::Tending;

#[derive(Template)]
#[template(path = "remarks/tend.html")]
struct Tend<'a> {
    f: &'a Frame,
    remark: &'a Remark,
    form: &'a Form,
}

impl Tend<'_> {
    fn choices(&self) -> Vec<(&str, &str)> {
        Tending::IDS.iter().copied().zip([self.f.say("remark-fold"), self.f.say("remark-withdraw"), self.f.say("remark-lift")]).collect()
    }
}

pub async fn form(holding: Holding<TendTalk>, Path(id): Path<String>) -> Reply {
    let remark = tended(&holding, &id).await?;
    let f = holding.member.frame().titled("remark-tend").private();
    page(&Tend { f: &f, remark: &remark, form: &Form::default() }, &f)
}

pub async fn tend(holding: Holding<TendTalk>, Path(id): Path<String>, mut form: Form) -> Reply {
    let remark = tended(&holding, &id).await?;
    let tending = Tending::read(&form.choice("what", Tending::IDS));
    let why = form.line("why", REASON_CHARS);
    match tending {
        Some(tending) if form.is_right() => {
            remark.tend(&holding, tending, &why).await?;
            go(remark.address())
        }
        _ => {
            let f = holding.member.frame().titled("remark-tend").private();
            page_again(&Tend { f: &f, remark: &remark, form: &form }, &f)
        }
    }
}

/// The remark as whoever tends the talk may see it: veiled ones, too, or nobody could open them again.
async fn tended(holding: &Holding<TendTalk>, id: &str) -> Result<Remark, Refusal> {
    let house = &holding.member.house;
    let remark = Remark::find(&house.db, id).await?.ok_or(Refusal::NotFound)?;
    house.at(&holding.member.reader(), &remark.under()).await?.ok_or(Refusal::NotFound)?;
    if remark.gone_at.is_some() { Err(Refusal::Gone) } else { Ok(remark) }
}
