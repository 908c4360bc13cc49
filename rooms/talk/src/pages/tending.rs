//! Folding, withdrawing and opening again, by whoever holds the duty.

use askama::Template;
use axum::extract::Path;
use base::form::{Form, REASON_CHARS};
use base::page::{Frame, go, page};
use base::refusal::{Refusal, Reply};
use base::veil::{self, Veil};
use people::power::{Holding, TendTalk};

use crate::remark::Remark;
use crate::tending::Tending;

#[derive(Template)]
#[template(path = "remarks/tend.html")]
struct Tend<'a> {
    f: &'a Frame,
    remark: &'a Remark,
    /// What lies over it now.
    veil: Option<Veil>,
    form: &'a Form,
}

impl Tend<'_> {
    /// What can be done to it: not what is so already.
    fn choices(&self) -> Vec<(&str, &str)> {
        let can = Tending::ALL.iter().filter(|tending| tending.veil() != self.veil);
        can.map(|tending| (tending.id(), self.f.say(tending.key()))).collect()
    }
}

async fn draw(holding: &Holding<TendTalk>, remark: &Remark, form: &Form) -> Reply {
    let veil = veil::over(&holding.member.house.db, &Remark::place_of(&remark.id)).await?.map(|(veil, _)| veil);
    let f = holding.member.frame().titled("remark-tend").private();
    let tend = Tend { f: &f, remark, veil, form };
    page(&tend, &f)
}

pub async fn form(holding: Holding<TendTalk>, Path(id): Path<String>) -> Reply {
    draw(&holding, &tended(&holding, &id).await?, &Form::default()).await
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
        _ => draw(&holding, &remark, &form).await,
    }
}

/// The remark as whoever tends the talk may see it: veiled ones, too, or nobody could open them again.
async fn tended(holding: &Holding<TendTalk>, id: &str) -> Result<Remark, Refusal> {
    let house = &holding.member.house;
    let remark = Remark::find(&house.db, id).await?.ok_or(Refusal::NotFound)?;
    house.at(&holding.member.reader(), &remark.under()).await?.ok_or(Refusal::NotFound)?;
    if remark.gone_at.is_some() { Err(Refusal::Gone) } else { Ok(remark) }
}
