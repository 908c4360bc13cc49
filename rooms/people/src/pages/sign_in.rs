//! Coming back in, as people meet it.

use askama::Template;
use axum::extract::Path;
use base::form::{Asked, Form};
use base::page::{Frame, go, page, page_again};
use base::place::Place;
use base::refusal::{Refusal, Reply};

use crate::session::{self, Session};
use crate::sign_in::{self as coming, Came, Entered};
use crate::visitor::Visitor;
use crate::way_in::{Kind, WayIn};
use crate::ways_in::WaysIn;
use crate::{Person, passkey, password};

#[derive(Template)]
#[template(path = "sign_in/form.html")]
struct SignIn<'a> {
    f: &'a Frame,
    form: &'a Form,
    then: String,
    /// Somebody signed in already who is about to change a way in.
    again: bool,
    /// There is nothing to ask them for again: they came in by a link, and have no password, passkey or code.
    has_nothing: bool,
    /// Name and word did not go together.
    is_wrong: bool,
    /// Whose passkeys are asked for; empty where there can be none.
    domain: String,
}

/// A path in the house to go on to.
pub(super) fn then(text: &str) -> String {
    Place::read(text).map_or_else(|| "/".to_owned(), Into::into)
}

pub async fn show(visitor: Visitor, asked: Asked) -> Reply {
    let (then, again) = (then(asked.value("then")), asked.value("again") == "yes");
    match &visitor.person {
        Some(_) if !again => go(then),
        person => {
            let form = Form::filled(person.iter().map(|person| ("name", person.name.as_str())));
            let f = visitor.frame().titled("sign-in").private();
            let has_nothing = match person {
                Some(person) => {
                    let ways = WaysIn::of(&visitor.house.db, &person.id).await?;
                    !ways.has_password && ways.passkeys.is_empty() && ways.codes == 0
                }
                None => false,
            };
            page(
                &SignIn {
                    form: &form,
                    then,
                    again: person.is_some(),
                    has_nothing,
                    is_wrong: false,
                    domain: passkey::domain(&visitor.house).unwrap_or_default(),
                    f: &f,
                },
                &f,
            )
        }
    }
}

/// Notes each of these fields that nothing was typed in.
fn must_have(form: &mut Form, fields: [&str; 2]) -> bool {
    for field in fields {
        if form.value(field).trim().is_empty() {
            form.refuse(field, "wrong-missing");
        }
    }
    form.is_right()
}

pub async fn try_password(visitor: Visitor, mut form: Form) -> Reply {
    let then = then(form.value("then"));
    if form.value("name").len() > 400 || form.value("password").len() > 4 * password::CHARS_MAX {
        return Err(Refusal::TooLong);
    }
    let came = if must_have(&mut form, ["name", "password"]) {
        coming::by_password(&visitor, form.value("name"), form.value("password")).await?
    } else {
        Came::Not
    };
    match came {
        Came::In(entered) => go_in(&visitor, &entered, &then),
        Came::HalfWay(step) => half_way(&visitor, &step, &then, true, false),
        Came::Not => {
            let f = visitor.frame().titled("sign-in").private();
            page_again(
                &SignIn {
                    form: &form,
                    then,
                    again: visitor.person.is_some(),
                    has_nothing: false,
                    is_wrong: form.is_right(),
                    domain: passkey::domain(&visitor.house).unwrap_or_default(),
                    f: &f,
                },
                &f,
            )
        }
    }
}

#[derive(Template)]
#[template(path = "sign_in/second.html")]
struct Second<'a> {
    f: &'a Frame,
    form: &'a Form,
    step: &'a str,
    then: &'a str,
    /// A recovery code will do, too.
    takes_code: bool,
    is_wrong: bool,
}

fn half_way(visitor: &Visitor, step: &str, then: &str, takes_code: bool, is_wrong: bool) -> Reply {
    let f = visitor.frame().titled("sign-in-second").private();
    let second = Second { form: &Form::default(), step, then, takes_code, is_wrong, f: &f };
    if is_wrong { page_again(&second, &f) } else { page(&second, &f) }
}

pub async fn try_second(visitor: Visitor, form: Form) -> Reply {
    let then = then(form.value("then"));
    if form.value("code").len() > 100 {
        return Err(Refusal::TooLong);
    }
    match coming::second(&visitor, form.value("step"), form.value("code")).await? {
        Came::In(entered) => go_in(&visitor, &entered, &then),
        _ => half_way(&visitor, form.value("step"), &then, form.value("takes-code") == "yes", true),
    }
}

#[derive(Template)]
#[template(path = "sign_in/recovery.html")]
struct Recovery<'a> {
    f: &'a Frame,
    form: &'a Form,
    is_wrong: bool,
}

pub async fn recovery(visitor: Visitor) -> Reply {
    let f = visitor.frame().titled("recovery").private();
    page(&Recovery { form: &Form::default(), is_wrong: false, f: &f }, &f)
}

pub async fn try_code(visitor: Visitor, mut form: Form) -> Reply {
    if form.value("name").len() > 400 || form.value("code").len() > 100 {
        return Err(Refusal::TooLong);
    }
    let then = "/backstage/ways-in";
    let came = if must_have(&mut form, ["name", "code"]) {
        coming::by_code(&visitor, form.value("name"), form.value("code")).await?
    } else {
        Came::Not
    };
    match came {
        Came::In(entered) => go_in(&visitor, &entered, &format!("{then}?done=by-code")),
        Came::HalfWay(step) => half_way(&visitor, &step, then, false, false),
        Came::Not => {
            let f = visitor.frame().titled("recovery").private();
            page_again(&Recovery { form: &form, is_wrong: form.is_right(), f: &f }, &f)
        }
    }
}

/// Gives the browser of somebody who is in its secret, and goes on.
pub(super) fn go_in(visitor: &Visitor, entered: &Entered, then: &str) -> Reply {
    let mut response = go(if entered.leaves { "/backstage/leave" } else { then })?;
    session::give(&visitor.house, &mut response, &entered.secret);
    Ok(response)
}

pub async fn leave(visitor: Visitor) -> Reply {
    if let (Some(session), Some(person)) = (&visitor.session, &visitor.person) {
        let tx = visitor.house.begin().await?;
        Session::close(&tx, &person.id, &session.hash).await?;
        tx.keep().await?;
    }
    let mut response = go("/?done=signed-out")?;
    session::take_away(&visitor.house, &mut response);
    Ok(response)
}

#[derive(Template)]
#[template(path = "sign_in/link.html")]
struct Link<'a> {
    f: &'a Frame,
    name: &'a str,
}

/// A link that signs somebody in shows what it would do; only the button does it, so that a preview does not use it up.
pub async fn link(visitor: Visitor, Path(secret): Path<String>) -> Reply {
    let house = &visitor.house;
    let link = WayIn::look(&house.db, Kind::SignIn, &secret, house.now()).await?;
    let person = match link.and_then(|link| link.person) {
        Some(id) => Person::find(&house.db, &id).await?,
        None => None,
    };
    let person = person.ok_or(Refusal::NotNow("link-over"))?;
    let f = visitor.frame().titled("link").private();
    page(&Link { name: &person.name, f: &f }, &f)
}

pub async fn use_link(visitor: Visitor, Path(secret): Path<String>) -> Reply {
    let entered = coming::by_link(&visitor, &secret).await?;
    go_in(&visitor, &entered, "/?done=by-link")
}
