//! Imported names, handed to whoever they belong to.

use askama::Template;
use axum::extract::Path;
use base::form::{Form, REASON_CHARS};
use base::page::{Frame, page};
use base::refusal::{Refusal, Reply};

use crate::claiming::Unclaimed;
use crate::joining::{Newcomer, UNDER};
use crate::pages::join::{ages, draw_under};
use crate::pages::sign_in::go_in;
use crate::power::{Holding, IssueClaims};
use crate::visitor::{Member, Visitor};

#[derive(Template)]
#[template(path = "claims/list.html")]
struct List<'a> {
    f: &'a Frame,
    form: &'a Form,
    people: Vec<Unclaimed>,
    /// Whose link was just made, and its address, shown this once.
    made: Option<(String, String)>,
}

pub async fn list(holding: Holding<IssueClaims>) -> Reply {
    draw(&holding.member, &Form::default(), None).await
}

async fn draw(member: &Member, form: &Form, made: Option<(String, String)>) -> Reply {
    let people = Unclaimed::all(&member.house.db).await?;
    let f = member.frame().titled("claims").private();
    let list = List { people, made, form, f: &f };
    page(&list, &f)
}

pub async fn issue(holding: Holding<IssueClaims>, mut form: Form) -> Reply {
    let why = form.line("why", REASON_CHARS);
    let person = Unclaimed::find(&holding.member.house.db, form.value("person")).await?;
    let Some(person) = person else {
        form.refuse("person", "wrong-choose");
        return draw(&holding.member, &form, None).await;
    };
    if !form.is_right() {
        return draw(&holding.member, &form, None).await;
    }
    let secret = person.issue(&holding, &why).await?;
    let address = holding.member.house.address(&format!("/claim/{secret}"));
    draw(&holding.member, &Form::default(), Some((person.name, address))).await
}

#[derive(Template)]
#[template(path = "claims/claim.html")]
struct Claim<'a> {
    f: &'a Frame,
    form: &'a Form,
    name: &'a str,
}

impl Claim<'_> {
    fn ages(&self) -> [(&str, &str); 3] {
        ages(self.f)
    }
}

pub async fn show(visitor: Visitor, Path(secret): Path<String>) -> Reply {
    let person = Unclaimed::behind(&visitor.house, &secret).await?.ok_or(Refusal::NotNow("claim-over"))?;
    draw_claim(&visitor, &Form::filled([("name", person.name.as_str())]), &person)
}

fn draw_claim(visitor: &Visitor, form: &Form, person: &Unclaimed) -> Reply {
    let f = visitor.frame().titled("claim").private();
    let claim = Claim { name: &person.name, form, f: &f };
    page(&claim, &f)
}

pub async fn claim(visitor: Visitor, Path(secret): Path<String>, mut form: Form) -> Reply {
    let person = Unclaimed::behind(&visitor.house, &secret).await?.ok_or(Refusal::NotNow("claim-over"))?;
    if form.value("age") == UNDER {
        return draw_under(&visitor);
    }
    let newcomer = Newcomer::read(&mut form, &visitor.house, false);
    if !form.is_right() {
        return draw_claim(&visitor, &form, &person);
    }
    if let Some(entered) = person.claim(&visitor, &secret, &newcomer).await? {
        return go_in(&visitor, &entered, "/?done=claimed");
    }
    form.refuse("name", "name-wrong-taken");
    draw_claim(&visitor, &form, &person)
}
