//! Backstage: everything about one's own account in one place, with the ways out.

use askama::Template;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use base::file::in_parts;
use base::form::Form;
use base::page::{Frame, Safe, go, page};
use base::refusal::{Refusal, Reply};
use base::room::Leaving;

use crate::joining::{self, Mode};
use crate::leaving::Goodbye;
use crate::pages::profile::large_face;
use crate::power::{Capability, Reach};
use crate::visitor::{Fresh, Member};
use crate::ways_in::WaysIn;
use crate::{Person, export, profile};

#[derive(Template)]
#[template(path = "backstage/show.html")]
struct Show<'a> {
    f: &'a Frame,
    person: &'a Person,
    face: Safe,
    /// A lost password would be the end of it.
    has_nothing_else: bool,
    others: Vec<Row>,
}

/// A way to something that a seat of theirs, or the house as it is settled, lets them do.
struct Row {
    key: &'static str,
    path: &'static str,
    reach: Reach,
}

pub async fn show(member: Member) -> Reply {
    let f = member.frame().titled("backstage").private();
    let ways = WaysIn::of(&member.house.db, &member.person.id).await?;
    let has_nothing_else = ways.codes == 0 && ways.passkeys.is_empty();
    page(
        &Show {
            face: large_face(&member.person),
            has_nothing_else,
            others: others(&member).await?,
            person: &member.person,
            f: &f,
        },
        &f,
    )
}

async fn others(member: &Member) -> Result<Vec<Row>, Refusal> {
    let house = &member.house;
    let or_if = |reach, may| if reach == Reach::No && may { Reach::Yes } else { reach };
    let mut speaks = Reach::No;
    if Mode::of(&house.db).await? == Mode::Request {
        speaks = member.reach(Capability::ReadRequests).await?;
        if speaks == Reach::No && joining::may_speak(member).await? {
            speaks = Reach::Yes;
        }
    }
    let invites = or_if(member.reach(Capability::Welcome).await?, joining::members_invite(house).await?);
    let rows = [
        Row { key: "seats-mine", path: "/seats", reach: Reach::Yes },
        Row { key: "desk", path: "/desk", reach: member.reach(Capability::ChangeSettings).await? },
        Row { key: "join-requests", path: "/join/requests", reach: speaks },
        Row { key: "invitations", path: "/join/invitations", reach: invites },
        Row { key: "claims", path: "/claims", reach: member.reach(Capability::IssueClaims).await? },
    ];
    Ok(rows.into_iter().filter(|row| row.reach != Reach::No).collect())
}

pub async fn reshuffle(member: Member) -> Reply {
    member.may_write()?;
    let tx = member.begin().await?;
    profile::reshuffle(&tx, &member.person.id).await?;
    tx.keep().await?;
    go("/backstage?done=face")
}

#[derive(Template)]
#[template(path = "backstage/take.html")]
struct Take<'a> {
    f: &'a Frame,
}

pub async fn take(Fresh(member): Fresh) -> Reply {
    let f = member.frame().titled("export").private();
    page(&Take { f: &f }, &f)
}

/// Makes the zip and sends it; there is no link to it.
pub async fn download(Fresh(member): Fresh) -> Reply {
    let zip = export::zip(&member.house, &member.frame().titled("export"), &member.person).await?;
    let name = format!("attachment; filename=\"circlepit-{}.zip\"", base::clock::date(member.house.now()));
    let headers = [(CONTENT_TYPE, "application/zip".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, in_parts(zip.into())).into_response())
}

#[derive(Template)]
#[template(path = "backstage/leave.html")]
struct Leave<'a> {
    f: &'a Frame,
    form: &'a Form,
    goodbye: Option<Goodbye>,
}

impl Leave<'_> {
    fn ways(&self) -> Vec<(&str, &str)> {
        Leaving::ALL.iter().map(|how| (how.id(), self.say(how))).collect()
    }

    fn say(&self, how: &Leaving) -> &str {
        self.f.say(match how {
            Leaving::KeepWords => "leave-keep",
            Leaving::TakeNameOff => "leave-nameless",
            Leaving::Remove => "leave-remove",
        })
    }
}

pub async fn leave(member: Member) -> Reply {
    draw_leave(&member, &Form::default()).await
}

async fn draw_leave(member: &Member, form: &Form) -> Reply {
    let goodbye = Goodbye::of(&member.house.db, &member.person.id).await?;
    let f = member.frame().titled("leave").private();
    let leave = Leave { goodbye, form, f: &f };
    page(&leave, &f)
}

pub async fn ask_to_leave(Fresh(member): Fresh, mut form: Form) -> Reply {
    let how = form.choice("how", Leaving::IDS);
    let Some(how) = Leaving::read(&how) else { return draw_leave(&member, &form).await };
    let tx = member.begin().await?;
    Goodbye::ask(&tx, &member.person.id, how, member.house.now()).await?;
    tx.keep().await?;
    go("/backstage/leave")
}

pub async fn stay(member: Member) -> Reply {
    let tx = member.begin().await?;
    Goodbye::cancel(&tx, &member.person.id).await?;
    tx.keep().await?;
    go("/backstage?done=stayed")
}
