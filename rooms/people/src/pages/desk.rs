//! The desk, as whoever holds it meets it: one form, one reason.

use askama::Template;
use base::form::{Form, REASON_CHARS};
use base::page::{Frame, go, page, page_again};
use base::refusal::Reply;

use crate::power::{ChangeSettings, Holding};
use crate::settling::{self, Changed, Desk};

#[derive(Template)]
#[template(path = "desk/form.html")]
struct Show<'a> {
    f: &'a Frame,
    form: &'a Form,
    changed_meanwhile: bool,
}

pub async fn show(holding: Holding<ChangeSettings>) -> Reply {
    let (desk, seen) = Desk::now(&holding.member.house).await?;
    draw(&holding, &desk.form(seen), false)
}

fn draw(holding: &Holding<ChangeSettings>, form: &Form, changed_meanwhile: bool) -> Reply {
    let f = holding.member.frame().titled("desk").private();
    let show = Show { form, changed_meanwhile, f: &f };
    if changed_meanwhile { page_again(&show, &f) } else { page(&show, &f) }
}

pub async fn change(holding: Holding<ChangeSettings>, mut form: Form) -> Reply {
    let house = &holding.member.house;
    let (desk, why) = (Desk::read(&mut form, house), form.line("why", REASON_CHARS));
    if !form.is_right() {
        return draw(&holding, &form, false);
    }
    match desk.keep(&holding, form.seen(), &why).await? {
        Changed::Kept => go("/desk?done=act"),
        Changed::Nothing => {
            form.refuse("name", "desk-wrong-same");
            draw(&holding, &form, false)
        }
        Changed::Meanwhile => {
            form.set("seen", &Desk::now(house).await?.1.to_string());
            draw(&holding, &form, true)
        }
    }
}
