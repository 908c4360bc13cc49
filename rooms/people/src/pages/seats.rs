//! Seats: one's own, taking and handing back, filling and ending.

use askama::Template;
use axum::extract::Path;
use base::form::{Asked, Form, REASON_CHARS};
use base::pack::DutyWords;
use base::page::{Frame, go, page, page_again};
use base::refusal::{Refusal, Reply};

use crate::person::Person;
use crate::power::{Capability, FillSeats, Filled, Holding, Offered, Reach, Seat, SeatOffer, duty, duty_name};
use crate::visitor::Member;

const NAME_CHARS_MAX: usize = 80;

#[derive(Template)]
#[template(path = "seats/mine.html")]
struct Mine<'a> {
    f: &'a Frame,
    held: Vec<Seat>,
    past: Vec<Seat>,
    offers: Vec<SeatOffer>,
    may_look_again: bool,
}

pub async fn mine(member: Member) -> Reply {
    let (db, now) = (&member.house.db, member.house.now());
    let (held, past) = Seat::of_person(db, &member.person.id).await?.into_iter().partition(|seat| seat.is_held(now));
    let f = member.frame().titled("seats-mine").private();
    let may_look_again = member.reach(Capability::SecondLook).await? == Reach::Yes;
    page(&Mine { held, past, offers: SeatOffer::waiting(db, &member.person.id, now).await?, may_look_again, f: &f }, &f)
}

#[derive(Template)]
#[template(path = "seats/show.html")]
struct Show<'a> {
    f: &'a Frame,
    seat: &'a Seat,
    seconded: i64,
    is_mine: bool,
    is_held: bool,
    may_second: bool,
    may_end: bool,
}

pub async fn show(member: Member, Path(id): Path<String>) -> Reply {
    let (house, now) = (&member.house, member.house.now());
    let seat = found(&member, &id).await?;
    let is_mine = seat.is_held_by(&member.person.id, now);
    let show = Show {
        seconded: seat.seconded(&house.db).await?,
        may_second: seat.is_up_for_renewal(now) && member.seats().await?.is_empty(),
        may_end: seat.is_held(now) && member.may(Capability::FillSeats).await?,
        is_held: seat.is_held(now),
        is_mine,
        seat: &seat,
        f: &member.frame().named(duty_name(house, &seat.duty), "").private(),
    };
    page(&show, show.f)
}

async fn found(member: &Member, id: &str) -> Result<Seat, Refusal> {
    Seat::find(&member.house.db, id).await?.ok_or(Refusal::NotFound)
}

pub async fn second(member: Member, Path(id): Path<String>) -> Reply {
    let seat = found(&member, &id).await?;
    let is_renewed = seat.second(&member).await?;
    go(format!("{}?done={}", seat.place(), if is_renewed { "seat-renewed" } else { "seat-seconded" }))
}

#[derive(Template)]
#[template(path = "seats/hand-back.html")]
struct HandBack<'a> {
    f: &'a Frame,
    seat: &'a Seat,
    form: &'a Form,
}

pub async fn handing_back(member: Member, Path(id): Path<String>) -> Reply {
    let seat = found(&member, &id).await?;
    if !seat.is_held_by(&member.person.id, member.house.now()) {
        return Err(Refusal::NotYours("seat-not-yours"));
    }
    draw_hand_back(&member, &seat, &Form::default())
}

fn draw_hand_back(member: &Member, seat: &Seat, form: &Form) -> Reply {
    let f = member.frame().titled("seat-hand-back").private();
    page(&HandBack { seat, form, f: &f }, &f)
}

pub async fn hand_back(member: Member, Path(id): Path<String>, mut form: Form) -> Reply {
    let seat = found(&member, &id).await?;
    let why = form.line("why", 0..=*REASON_CHARS.end());
    if !form.is_right() {
        return draw_hand_back(&member, &seat, &form);
    }
    seat.hand_back(&member, &why).await?;
    go("/seats?done=seat-handed-back")
}

#[derive(Template)]
#[template(path = "seats/end.html")]
struct End<'a> {
    f: &'a Frame,
    seat: &'a Seat,
    form: &'a Form,
}

pub async fn ending(holding: Holding<FillSeats>, Path(id): Path<String>) -> Reply {
    let seat = found(&holding.member, &id).await?;
    draw_end(&holding, &seat, &Form::default())
}

fn draw_end(holding: &Holding<FillSeats>, seat: &Seat, form: &Form) -> Reply {
    let f = holding.member.frame().titled("seat-end").private();
    page(&End { seat, form, f: &f }, &f)
}

pub async fn end(holding: Holding<FillSeats>, Path(id): Path<String>, mut form: Form) -> Reply {
    let seat = found(&holding.member, &id).await?;
    let why = form.line("why", REASON_CHARS);
    if !form.is_right() {
        return draw_end(&holding, &seat, &form);
    }
    seat.end_early(&holding, &why).await?;
    go(format!("/duties/{}?done=act", seat.duty))
}

#[derive(Template)]
#[template(path = "seats/fill.html")]
struct Fill<'a> {
    f: &'a Frame,
    words: &'a DutyWords,
    form: &'a Form,
}

impl Fill<'_> {
    fn ways(&self) -> Vec<(&'static str, &str)> {
        Filled::BY_SEAT.map(|filled| (filled.id(), self.f.say(filled.key()))).into()
    }
}

pub async fn fill(holding: Holding<FillSeats>, Path(id): Path<String>, asked: Asked) -> Reply {
    let house = holding.member.house.clone();
    let words = duty(&house, &id).ok_or(Refusal::NotFound)?;
    let days = words.term_days.to_string();
    let form =
        Form::filled([("name", asked.value("name")), ("filled", Filled::Invitation.id()), ("days", days.as_str())]);
    let f = holding.member.frame().titled("seat-fill").private();
    page(&Fill { words, form: &form, f: &f }, &f)
}

pub async fn offer(holding: Holding<FillSeats>, Path(id): Path<String>, mut form: Form) -> Reply {
    let house = holding.member.house.clone();
    let words = duty(&house, &id).ok_or(Refusal::NotFound)?;
    let name = form.line("name", 1..=NAME_CHARS_MAX);
    let (filled, why) =
        (Filled::read(&form.choice("filled", &Filled::BY_SEAT.map(Filled::id))), form.line("why", REASON_CHARS));
    let days = form.number("days", 7..=words.term_days).unwrap_or(words.term_days);
    let person = Person::named(&house.db, &name).await?;
    if person.is_none() {
        form.refuse("name", "seat-wrong-nobody");
    }
    if let (true, Some(filled), Some(person)) = (form.is_right(), filled, person) {
        match SeatOffer::make(&holding, words, &person, filled, days, &why).await? {
            Offered::Made => return go(format!("/duties/{id}?done=seat-offered")),
            Offered::Full => form.refuse("name", "seat-wrong-full"),
            Offered::HasOne => form.refuse("name", "seat-wrong-has-one"),
            Offered::Oneself => form.refuse("name", "seat-wrong-oneself"),
            Offered::Nobody => form.refuse("name", "seat-wrong-nobody"),
        }
    }
    let f = holding.member.frame().titled("seat-fill").private();
    page_again(&Fill { words, form: &form, f: &f }, &f)
}

#[derive(Template)]
#[template(path = "seats/take-back.html")]
struct TakeBack<'a> {
    f: &'a Frame,
    offer: &'a SeatOffer,
    form: &'a Form,
}

pub async fn taking_back(holding: Holding<FillSeats>, Path(id): Path<String>) -> Reply {
    let offer = open_offer(&holding, &id).await?;
    draw_take_back(&holding, &offer, &Form::default())
}

fn draw_take_back(holding: &Holding<FillSeats>, offer: &SeatOffer, form: &Form) -> Reply {
    let f = holding.member.frame().titled("seat-offer-take-back").private();
    page(&TakeBack { offer, form, f: &f }, &f)
}

async fn open_offer(holding: &Holding<FillSeats>, id: &str) -> Result<SeatOffer, Refusal> {
    let offer = SeatOffer::find(&holding.member.house.db, id).await?.ok_or(Refusal::NotFound)?;
    if offer.is_open(holding.member.house.now()) { Ok(offer) } else { Err(Refusal::NotNow("seat-offer-over")) }
}

pub async fn take_back(holding: Holding<FillSeats>, Path(id): Path<String>, mut form: Form) -> Reply {
    let offer = open_offer(&holding, &id).await?;
    let why = form.line("why", REASON_CHARS);
    if !form.is_right() {
        return draw_take_back(&holding, &offer, &form);
    }
    offer.take_back(&holding, &why).await?;
    go(format!("/duties/{}?done=act", offer.duty))
}

#[derive(Template)]
#[template(path = "seats/offered.html")]
struct OfferPage<'a> {
    f: &'a Frame,
    offer: &'a SeatOffer,
    words: &'a DutyWords,
    asked_by: Option<(Option<String>, String)>,
    is_open: bool,
}

impl OfferPage<'_> {
    fn can(&self) -> impl Iterator<Item = String> {
        self.words.capabilities.iter().filter_map(|id| Capability::read(id)).map(Capability::key)
    }
}

pub async fn offered(member: Member, Path(id): Path<String>) -> Reply {
    let offer = offer_to(&member, &id).await?;
    let house = member.house.clone();
    let words = duty(&house, &offer.duty).ok_or(Refusal::Gone)?;
    let f = member.frame().named(&words.name, "").private();
    page(
        &OfferPage {
            is_open: offer.is_open(house.now()),
            asked_by: offer.asked_by(&house.db).await?,
            offer: &offer,
            words,
            f: &f,
        },
        &f,
    )
}

async fn offer_to(member: &Member, id: &str) -> Result<SeatOffer, Refusal> {
    SeatOffer::to(&member.house.db, &member.person.id, id).await?.ok_or(Refusal::NotFound)
}

pub async fn accept(member: Member, Path(id): Path<String>) -> Reply {
    offer_to(&member, &id).await?.accept(&member).await?;
    go("/seats?done=seat-taken")
}

pub async fn decline(member: Member, Path(id): Path<String>) -> Reply {
    offer_to(&member, &id).await?.decline(&member).await?;
    go("/seats?done=seat-declined")
}
