//! Joining, as people meet it: the form, an invitation, a request and what members say to it.

use askama::Template;
use axum::extract::Path;
use base::form::{Form, REASON_CHARS};
use base::house::House;
use base::pack::Helpline;
use base::page::{Frame, go, page};
use base::refusal::{Refusal, Reply};

use crate::joining::{self, Decided, Joined, Mode, Newcomer, Request, Said, Speaker, UNDER, Word};
use crate::pages::sign_in::go_in;
use crate::power::{Capability, Holding, Reach, ReadRequests, Welcome};
use crate::sign_in;
use crate::visitor::{Member, Visitor};
use crate::way_in::{Kind, WayIn};

#[derive(Template)]
#[template(path = "join/form.html")]
struct Join<'a> {
    f: &'a Frame,
    form: &'a Form,
    mode: Mode,
    /// The secret of an invitation, where one was followed.
    invitation: Option<&'a str>,
}

impl Join<'_> {
    fn ages(&self) -> [(&str, &str); 3] {
        ages(self.f)
    }

    fn asks(&self) -> bool {
        self.mode == Mode::Request && self.invitation.is_none()
    }

    fn action(&self) -> String {
        self.invitation.map_or_else(|| "/join".to_owned(), |secret| format!("/join/{secret}"))
    }

    /// A few names to start from, other ones each day.
    fn names(&self) -> Vec<&str> {
        let names = &self.f.house.pack.signup.name_suggestions;
        let day = usize::try_from(self.f.house.now() / base::clock::DAY_MS).unwrap_or_default();
        (0..names.len().min(3)).map(|at| names[(day * 3 + at) % names.len()].as_str()).collect()
    }
}

/// The ages somebody can say.
pub(super) fn ages(f: &Frame) -> [(&str, &str); 3] {
    [("18", f.say("age-18")), ("16-17", f.say("age-16-17")), (UNDER, f.say("age-under"))]
}

pub async fn show(visitor: Visitor) -> Reply {
    if visitor.person.is_some() {
        return go("/backstage");
    }
    draw(&visitor, &Form::default(), None).await
}

pub async fn invited(visitor: Visitor, Path(secret): Path<String>) -> Reply {
    must_be_open(&visitor.house, &secret).await?;
    draw(&visitor, &Form::default(), Some(&secret)).await
}

async fn must_be_open(house: &House, secret: &str) -> Result<(), Refusal> {
    let link = WayIn::look(&house.db, Kind::Invitation, secret, house.now()).await?;
    link.map(drop).ok_or(Refusal::NotNow("invitation-over"))
}

async fn draw(visitor: &Visitor, form: &Form, invitation: Option<&str>) -> Reply {
    let mode = Mode::of(&visitor.house.db).await?;
    let f = visitor.frame().titled("join").private();
    let join = Join { form, mode, invitation, f: &f };
    page(&join, &f)
}

pub async fn join(visitor: Visitor, form: Form) -> Reply {
    take(visitor, form, None).await
}

pub async fn join_invited(visitor: Visitor, Path(secret): Path<String>, form: Form) -> Reply {
    must_be_open(&visitor.house, &secret).await?;
    take(visitor, form, Some(&secret)).await
}

#[derive(Template)]
#[template(path = "join/under.html")]
struct Under<'a> {
    f: &'a Frame,
    /// The helplines that the pack's sentence names, as they stand now, to be rung from here.
    lines: Vec<Helpline>,
}

pub(super) fn draw_under(visitor: &Visitor) -> Reply {
    let f = visitor.frame().titled("join-under").private();
    let (house, pack) = (&visitor.house, &visitor.house.pack);
    let named = pack.helplines.iter().filter(|line| pack.signup.under16_line.contains(&line.name)).cloned();
    let now = |line| house.rooms.iter().try_fold(line, |line, room| room.helpline(house, &line));
    let lines = named.filter_map(now).collect();
    page(&Under { lines, f: &f }, &f)
}

async fn take(visitor: Visitor, mut form: Form, invitation: Option<&str>) -> Reply {
    if form.value("age") == UNDER {
        return draw_under(&visitor);
    }
    let mode = Mode::of(&visitor.house.db).await?;
    if mode == Mode::Invite && invitation.is_none() {
        return Err(Refusal::NotNow("join-by-invitation"));
    }
    let asks = mode == Mode::Request && invitation.is_none();
    let newcomer = Newcomer::read(&mut form, &visitor.house, asks);
    if !form.is_right() {
        return draw(&visitor, &form, invitation).await;
    }
    sign_in::count_caller(&visitor)?;
    let joined = if asks { newcomer.ask(&visitor).await? } else { newcomer.join(&visitor, invitation).await? };
    match joined {
        Joined::In(entered) => go_in(&visitor, &entered, "/?done=joined"),
        Joined::Asked(secret) => go(format!("/join/asked/{secret}")),
        Joined::NameTaken => {
            form.refuse("name", "name-wrong-taken");
            draw(&visitor, &form, invitation).await
        }
    }
}

#[derive(Template)]
#[template(path = "join/asked.html")]
struct AskedPage<'a> {
    f: &'a Frame,
    request: Request,
    words: Vec<Said>,
}

pub async fn asked(visitor: Visitor, Path(secret): Path<String>) -> Reply {
    let request = Request::behind(&visitor.house.db, &secret).await?.ok_or(Refusal::NotFound)?;
    let words = request.words(&visitor.house.db).await?;
    let f = visitor.frame().titled("join-asked").private();
    page(&AskedPage { request, words, f: &f }, &f)
}

/// A request with what was said to it so far: by whom, yes or no, why.
struct Spoken {
    request: Request,
    words: Vec<Said>,
}

#[derive(Template)]
#[template(path = "join/requests.html")]
struct Requests<'a> {
    f: &'a Frame,
    form: &'a Form,
    requests: Vec<Spoken>,
    /// It takes two, and only one person holds a seat for it.
    lacks_a_second: bool,
    /// The request that what was sent was about; empty at first.
    about: &'a str,
}

impl Requests<'_> {
    /// Whether the reader has said a word to it.
    fn have_said(&self, words: &[Said]) -> bool {
        self.f.who.as_ref().is_some_and(|who| words.iter().any(|said| said.by == who.name))
    }
}

pub async fn requests(member: Member) -> Reply {
    draw_requests(&member, &Form::default(), "").await
}

async fn draw_requests(member: &Member, form: &Form, about: &str) -> Reply {
    if !joining::may_speak(member).await? {
        return Err(Refusal::NoDuty);
    }
    let mut requests = Vec::new();
    for request in Request::open(&member.house.db).await? {
        let words = request.words(&member.house.db).await?;
        requests.push(Spoken { request, words });
    }
    let f = member.frame().titled("join-requests").private();
    let lacks_a_second = joining::lacks_a_second(&member.house).await?;
    let list = Requests { requests, lacks_a_second, about, form, f: &f };
    page(&list, &f)
}

pub async fn say(
    member: Member,
    holding: Result<Holding<ReadRequests>, Refusal>,
    Path(id): Path<String>,
    mut form: Form,
) -> Reply {
    if !joining::may_speak(&member).await? {
        return Err(Refusal::NoDuty);
    }
    let request = Request::find(&member.house.db, &id).await?.ok_or(Refusal::NotFound)?;
    let (word, why) = (Word::read(&form.choice("word", Word::IDS)), form.line("why", REASON_CHARS));
    let Some(word) = word.filter(|_| form.is_right()) else { return draw_requests(&member, &form, &id).await };
    let speaker = holding.map_or_else(|_| Speaker::Member(member), Speaker::Seat);
    request.say(&speaker, word, &why).await?;
    go("/join/requests?done=join-said")
}

#[derive(Template)]
#[template(path = "join/invitations.html")]
struct Invitations<'a> {
    f: &'a Frame,
    form: &'a Form,
    links: Vec<WayIn>,
    /// From a seat, an invitation needs a reason for the log.
    by_seat: bool,
    may_invite: bool,
    /// They hold a seat that could, once they have done something else: why, at which path, and what leads there.
    reach: Reach,
    /// The address of the one just made, shown this once.
    made: Option<String>,
}

pub async fn invitations(member: Member) -> Reply {
    draw_invitations(&member, &Form::default(), None).await
}

async fn draw_invitations(member: &Member, form: &Form, made: Option<String>) -> Reply {
    let house = &member.house;
    let links = WayIn::made_by(&house.db, Kind::Invitation, &member.person.id, house.now()).await?;
    let reach = member.reach(Capability::Welcome).await?;
    let by_seat = reach == Reach::Yes;
    let may_invite = by_seat || joining::members_invite(house).await?;
    let f = member.frame().titled("invitations").private();
    let list = Invitations { links, by_seat, may_invite, reach, made, form, f: &f };
    page(&list, &f)
}

pub async fn invite(member: Member, holding: Result<Holding<Welcome>, Refusal>, mut form: Form) -> Reply {
    let secret = match holding {
        Ok(holding) => {
            let why = form.line("why", REASON_CHARS);
            if !form.is_right() {
                return draw_invitations(&member, &form, None).await;
            }
            joining::invite(&holding, &why).await?
        }
        // Who has the seat and not yet the second factor is told so, and not let through as if they had no seat.
        Err(refusal @ Refusal::NotBefore { .. }) => return Err(refusal),
        Err(_) => joining::invite_as_member(&member).await?,
    };
    let made = member.house.address(&format!("/join/{secret}"));
    draw_invitations(&member, &Form::default(), Some(made)).await
}

pub async fn withdraw(member: Member, form: Form) -> Reply {
    let tx = member.begin().await?;
    WayIn::withdraw(&tx, &member.person.id, form.value("link")).await?;
    tx.keep().await?;
    go("/join/invitations?done=invitation-withdrawn")
}
