//! Ways in, as their owner meets them: password, passkeys, six digits, recovery codes. Changing one asks for a fresh
//! sign-in.

use askama::Template;
use axum::Json;
use axum::response::IntoResponse as _;
use base::form::Form;
use base::page::{Frame, Safe, go, page};
use base::refusal::{Refusal, Reply};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::power::Sure;
use crate::visitor::{Member, Visitor};
use crate::ways_in::{self, WaysIn};
use crate::{passkey, password, recovery, totp};

#[derive(Template)]
#[template(path = "ways_in/show.html")]
struct Show<'a> {
    f: &'a Frame,
    form: &'a Form,
    has: WaysIn,
    domain: String,
}

pub async fn show(member: Member) -> Reply {
    draw(&member, &Form::default()).await
}

async fn draw(member: &Member, form: &Form) -> Reply {
    let has = WaysIn::of(&member.house.db, &member.person.id).await?;
    let f = member.frame().titled("ways-in").private();
    let show = Show { has, domain: passkey::domain(&member.house).unwrap_or_default(), form, f: &f };
    page(&show, &f)
}

#[derive(Template)]
#[template(path = "ways_in/password.html")]
struct Password<'a> {
    f: &'a Frame,
    form: &'a Form,
    /// It can be taken off: passkeys remain.
    may_drop: bool,
    /// For password managers.
    name: &'a str,
}

pub async fn password(Sure(member): Sure) -> Reply {
    draw_password(&member, &Form::default()).await
}

async fn draw_password(member: &Member, form: &Form) -> Reply {
    let has = WaysIn::of(&member.house.db, &member.person.id).await?;
    let may_drop = has.has_password && !has.passkeys.is_empty();
    let f = member.frame().titled("password").private();
    let show = Password { may_drop, name: &member.person.name, form, f: &f };
    page(&show, &f)
}

pub async fn set_password(Sure(member): Sure, mut form: Form) -> Reply {
    let word = password::read(&mut form, "password", &[&member.person.name, &member.house.name()]);
    if !form.is_right() {
        return draw_password(&member, &form).await;
    }
    let hash = password::hash(&member.house, &word).await?;
    let tx = member.begin().await?;
    ways_in::set_password(&tx, &member.person.id, &hash, member.here()).await?;
    tx.keep().await?;
    go("/backstage/ways-in?done=password-set")
}

pub async fn drop_password(Sure(member): Sure) -> Reply {
    let tx = member.begin().await?;
    ways_in::drop_password(&tx, &member.person.id, member.here()).await?;
    tx.keep().await?;
    go("/backstage/ways-in?done=password-dropped")
}

#[derive(Template)]
#[template(path = "ways_in/totp.html")]
struct Totp<'a> {
    f: &'a Frame,
    form: &'a Form,
    secret: &'a str,
    link: String,
    picture: Safe,
}

impl Totp<'_> {
    /// The key in groups of four, as a person types it.
    fn in_fours(&self) -> String {
        self.secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }
}

pub async fn totp(Sure(member): Sure) -> Reply {
    draw_totp(&member, &Form::default(), &totp::new_secret())
}

fn draw_totp(member: &Member, form: &Form, secret: &str) -> Reply {
    let f = member.frame().titled("totp").private();
    let link = totp::link(secret, &member.house.name(), &member.person.name);
    let show = Totp { secret, picture: picture(&link, f.say("totp-picture")), link, form, f: &f };
    page(&show, &f)
}

/// A QR code as one path of squares, black on white whatever the theme: that is what cameras read.
fn picture(text: &str, label: &str) -> Safe {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return Safe::default() };
    let size = code.size();
    let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let path: String = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + 4, y + 4)).collect();
    let side = size + 8;
    Safe(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{label}\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

pub async fn turn_on_totp(Sure(member): Sure, mut form: Form) -> Reply {
    let (secret, now) = (form.line("secret", 32..=32), member.house.now());
    if !form.is_right() {
        return Err(Refusal::NotLikeThis("totp-no-secret"));
    }
    form.line("code", 1..=100);
    if !form.is_right() {
        return draw_totp(&member, &form, &secret);
    }
    let Some(step) = totp::step_of(&secret, form.value("code"), now) else {
        form.refuse("code", "totp-wrong");
        return draw_totp(&member, &form, &secret);
    };
    let tx = member.begin().await?;
    ways_in::turn_on_totp(&tx, &member, &secret, step, now).await?;
    let codes = match recovery::left(&tx, &member.person.id).await? {
        (0, _) => Some(recovery::make(&tx, &member.person.id, now).await?),
        _ => None,
    };
    tx.keep().await?;
    match codes {
        Some(codes) => draw_codes(&member, true, codes),
        None => go("/backstage/ways-in?done=totp-on"),
    }
}

pub async fn turn_off_totp(Sure(member): Sure) -> Reply {
    let tx = member.begin().await?;
    totp::turn_off(&tx, &member.person.id).await?;
    tx.keep().await?;
    go("/backstage/ways-in?done=totp-off")
}

#[derive(Template)]
#[template(path = "ways_in/codes.html")]
struct Codes<'a> {
    f: &'a Frame,
    /// They came with six digits, which are asked for from now on.
    with_digits: bool,
    codes: Vec<String>,
}

pub async fn make_codes(Sure(member): Sure) -> Reply {
    let tx = member.begin().await?;
    let codes = recovery::make(&tx, &member.person.id, member.house.now()).await?;
    tx.keep().await?;
    draw_codes(&member, false, codes)
}

fn draw_codes(member: &Member, with_digits: bool, codes: Vec<String>) -> Reply {
    let f = member.frame().titled("codes").private();
    page(&Codes { with_digits, codes, f: &f }, &f)
}

pub async fn begin_passkey(Sure(member): Sure) -> Reply {
    Ok(Json(passkey::ask_for_new(&member.house, &member.person).await?).into_response())
}

pub async fn keep_passkey(Sure(member): Sure, mut form: Form) -> Reply {
    let name = form.line("name", passkey::NAME_CHARS);
    if form.value("answer").len() > passkey::ANSWER_BYTES_MAX {
        return Err(Refusal::TooLong);
    }
    if !form.is_right() {
        return draw(&member, &form).await;
    }
    passkey::keep(&member, form.value("ceremony"), form.value("answer"), &name).await?;
    go("/backstage/ways-in?done=passkey-kept")
}

pub async fn drop_passkey(Sure(member): Sure, form: Form) -> Reply {
    let tx = member.begin().await?;
    let (here, now) = (member.here(), member.house.now());
    ways_in::drop_passkey(&tx, &member.person.id, form.value("passkey"), here, now).await?;
    tx.keep().await?;
    go("/backstage/ways-in?done=passkey-dropped")
}

pub async fn begin_sign_in(visitor: Visitor) -> Reply {
    crate::sign_in::count_caller(&visitor)?;
    Ok(Json(passkey::ask_who(&visitor.house).await?).into_response())
}

pub async fn sign_in(visitor: Visitor, form: Form) -> Reply {
    if form.value("answer").len() > passkey::ANSWER_BYTES_MAX {
        return Err(Refusal::TooLong);
    }
    crate::sign_in::count_caller(&visitor)?;
    let entered = passkey::let_in(&visitor, form.value("ceremony"), form.value("answer")).await?;
    super::sign_in::go_in(&visitor, &entered, &super::sign_in::then(form.value("then")))
}
