//! Another name for oneself, as its owner meets it.

use askama::Template;
use base::form::Form;
use base::page::{Frame, go, page};
use base::refusal::Reply;

use crate::naming::{Renamed, rename};
use crate::person::read_name;
use crate::power::Sure;
use crate::visitor::Member;

#[derive(Template)]
#[template(path = "backstage/name.html")]
struct Name<'a> {
    f: &'a Frame,
    form: &'a Form,
}

pub async fn form(Sure(member): Sure) -> Reply {
    draw(&member, &Form::filled([("name", member.person.name.as_str())]))
}

fn draw(member: &Member, form: &Form) -> Reply {
    let f = member.frame().titled("name").private();
    let show = Name { form, f: &f };
    page(&show, &f)
}

pub async fn take(Sure(member): Sure, mut form: Form) -> Reply {
    let name = read_name(&mut form, &member.house, "name");
    if !form.is_right() {
        return draw(&member, &form);
    }
    member.may_write()?;
    match rename(&member, &name).await? {
        Renamed::Done => return go("/backstage?done=name"),
        Renamed::Taken => form.refuse("name", "name-wrong-taken"),
        Renamed::NotBefore(until) => {
            form.refuse_with("name", "name-wrong-soon", &[("day", base::clock::day(until))]);
        }
    }
    draw(&member, &form)
}
