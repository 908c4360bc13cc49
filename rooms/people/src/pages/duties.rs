//! Who holds what: every duty in plain words, its seats, and how they were filled. Members see names; everybody else
//! sees seats, terms and totals.

use askama::Template;
use axum::extract::Path;
use base::form::Asked;
use base::pack::DutyWords;
use base::page::{Frame, page};
use base::paging;
use base::refusal::{Refusal, Reply};

use crate::power::{Capability, Seat, SeatOffer, duty};
use crate::visitor::Visitor;

/// Past seats on one page.
const PAGE: i64 = 30;

/// A duty with the seats that are held now.
struct Held<'a> {
    words: &'a DutyWords,
    seats: Vec<Seat>,
}

impl Held<'_> {
    /// What a duty lets a person do, in plain words.
    fn can(&self) -> impl Iterator<Item = String> {
        self.words.capabilities.iter().filter_map(|id| Capability::read(id)).map(Capability::key)
    }

    /// How many of its seats nobody holds.
    fn empty(&self) -> usize {
        usize::try_from(self.words.seats).unwrap_or_default().saturating_sub(self.seats.len())
    }

    /// How many different people hold it.
    fn people(&self) -> usize {
        let mut people: Vec<_> = self.seats.iter().filter_map(|seat| seat.person.as_deref()).collect();
        people.sort_unstable();
        people.dedup();
        people.len()
    }
}

#[derive(Template)]
#[template(path = "duties/list.html")]
struct List<'a> {
    f: &'a Frame,
    duties: Vec<Held<'a>>,
    may_fill: bool,
}

pub async fn list(visitor: Visitor) -> Reply {
    let house = visitor.house.clone();
    let f = visitor.frame().titled("duties");
    let mut seats = Seat::held(&house.db, house.now()).await?;
    let duties = house
        .pack
        .duties
        .iter()
        .map(|words| Held { words, seats: seats.extract_if(.., |seat| seat.duty == words.id).collect() })
        .collect();
    page(&List { duties, may_fill: visitor.may(Capability::FillSeats).await?, f: &f }, &f)
}

#[derive(Template)]
#[template(path = "duties/show.html")]
struct Show<'a> {
    f: &'a Frame,
    held: Held<'a>,
    past: Vec<Seat>,
    older: Option<String>,
    may_fill: bool,
    /// Who was asked to take a seat and has not answered, for whoever fills seats: offer, name, until when.
    open: Vec<(String, String, i64)>,
    /// What it lets them do has a page of its own, which they may open.
    leads_to_desk: bool,
    is_first_page: bool,
}

impl Show<'_> {
    fn is_up_for_renewal(&self, seat: &Seat) -> bool {
        seat.is_up_for_renewal(self.f.house.now())
    }
}

pub async fn show(visitor: Visitor, Path(id): Path<String>, asked: Asked) -> Reply {
    let house = visitor.house.clone();
    let (words, now) = (duty(&house, &id).ok_or(Refusal::NotFound)?, house.now());
    let mut seats = Seat::held(&house.db, now).await?;
    seats.retain(|seat| seat.duty == id);
    let mut past = Seat::past(&house.db, &id, now, asked.before(), PAGE + 1).await?;
    let older = paging::cut(&mut past, PAGE, &asked, |seat| seat.id.clone());
    let f = visitor.frame().named(&words.name, &words.plain);
    let may_fill = visitor.may(Capability::FillSeats).await?;
    let open = if may_fill { SeatOffer::open_for(&house.db, &id, now).await? } else { Vec::new() };
    let leads_to_desk = Capability::ChangeSettings.is_of(words) && visitor.may(Capability::ChangeSettings).await?;
    page(
        &Show {
            held: Held { words, seats },
            past,
            older,
            may_fill,
            open,
            leads_to_desk,
            is_first_page: asked.before().is_none(),
            f: &f,
        },
        &f,
    )
}
