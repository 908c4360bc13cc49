//! A person's page, and its form.

use askama::Template;
use axum::extract::Path;
use base::form::Form;
use base::page::{Frame, Safe, go, page, page_again};
use base::refusal::{Refusal, Reply};
use base::sleeve;

use crate::Person;
use crate::profile::{self, HATS, LINES, Line};
use crate::visitor::{Member, Visitor};

#[derive(Template)]
#[template(path = "profile/show.html")]
struct Show<'a> {
    f: &'a Frame,
    person: &'a Person,
    face: Safe,
    lines: Vec<Line>,
    is_me: bool,
}

impl Show<'_> {
    fn label(&self, line: &Line) -> String {
        let theirs = if !self.is_me && line.kind == "about" { "-theirs" } else { "" };
        self.f.say(&format!("profile-{}{theirs}", line.kind)).to_owned()
    }

    fn audience(&self, line: &Line) -> String {
        self.f.say(&format!("profile-for-{}", line.audience.id())).to_owned()
    }
}

/// The face at the head of a page.
pub(super) fn large_face(person: &Person) -> Safe {
    Safe(sleeve::face(&person.face).replacen("class=\"face\"", "class=\"face l\"", 1))
}

pub async fn show(visitor: Visitor, Path(id): Path<String>) -> Reply {
    let person = Person::find(&visitor.house.db, &id).await?.ok_or(Refusal::NotFound)?;
    let is_me = visitor.person.as_ref().is_some_and(|me| me.id == id);
    let lines = profile::seen_by(&visitor.house.db, &visitor.reader(), &person).await?;
    let f = visitor.frame().named(&person.name, "").private();
    page(&Show { face: large_face(&person), lines, is_me, person: &person, f: &f }, &f)
}

#[derive(Template)]
#[template(path = "profile/form.html")]
struct Edit<'a> {
    f: &'a Frame,
    form: &'a Form,
    person: &'a Person,
    changed_meanwhile: bool,
}

impl Edit<'_> {
    /// The hats to show: those that are filled, and two more.
    fn hats(&self) -> &'static [&'static str] {
        let filled = HATS.iter().rposition(|hat| self.form.has(hat)).map_or(0, |last| last + 1);
        &HATS[..(filled + 2).min(HATS.len())]
    }

    fn audiences(&self) -> Vec<(&'static str, String)> {
        let said = |id: &'static str| (id, self.f.say(&format!("profile-for-{id}")).to_owned());
        profile::audiences(self.person).iter().map(|audience| said(audience.id())).collect()
    }

    /// The field of a line: several lines high where a line may be long.
    fn line(&self, kind: &str) -> Safe {
        let key = format!("profile-{kind}");
        match LINES.iter().find(|(line, max)| *line == kind && *max > profile::HAT_CHARS) {
            Some((_, max)) => self.form.area_field(self.f, &key, kind, 0..=*max),
            None => self.form.line_field(self.f, &key, kind),
        }
    }

    /// What a line is called, for those who hear the page and not see which line an audience belongs to.
    fn called(&self, kind: &str) -> &str {
        self.f.house.words.find(&format!("profile-{kind}")).unwrap_or_default()
    }

    fn is_for(&self, kind: &str, audience: &str) -> bool {
        let chosen = self.form.value(&profile::audience_field(kind));
        audience == if chosen.is_empty() { "members" } else { chosen }
    }
}

pub async fn edit(member: Member) -> Reply {
    let db = &member.house.db;
    let lines = profile::seen_by(db, &member.reader(), &member.person).await?;
    let seen = profile::changed_at(db, &member.person.id).await?.to_string();
    let audiences: Vec<_> =
        lines.iter().map(|line| (profile::audience_field(&line.kind), line.audience.id())).collect();
    let words = lines.iter().map(|line| (line.kind.as_str(), line.words.as_str()));
    let form = Form::filled(
        words
            .chain(audiences.iter().map(|(field, audience)| (field.as_str(), *audience)))
            .chain([("seen", seen.as_str())]),
    );
    draw(&member, &form, false)
}

fn draw(member: &Member, form: &Form, changed_meanwhile: bool) -> Reply {
    let f = member.frame().titled("profile").private();
    let edit = Edit { form, person: &member.person, changed_meanwhile, f: &f };
    if changed_meanwhile { page_again(&edit, &f) } else { page(&edit, &f) }
}

pub async fn keep(member: Member, mut form: Form) -> Reply {
    let lines = profile::read(&mut form, &member.person);
    if !form.is_right() {
        return draw(&member, &form, false);
    }
    member.may_write()?;
    if !profile::keep(&member, &lines, form.seen()).await? {
        form.set("seen", &profile::changed_at(&member.house.db, &member.person.id).await?.to_string());
        return draw(&member, &form, true);
    }
    go(format!("/people/{}?done=profile", member.person.id))
}
