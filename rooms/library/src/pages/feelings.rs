//! "Something for how I feel": one feeling, three ways to go, and what every room offers for each.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use base::house::House;
use base::pack::Feeling;
use base::page::{Frame, go, page};
use base::refusal::{Refusal, Reply};
use base::room::{Offer, Way};
use people::Visitor;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/feelings", get(async || go("/#how"))) // the first page asks for them
        .route("/feelings/{id}", get(show))
}

/// With fewer songs than this in one way to go, the page asks for another.
const FEW: usize = 4;

#[derive(Template)]
#[template(path = "feelings/show.html")]
struct Show<'a> {
    f: &'a Frame,
    feeling: &'a Feeling,
    ways: Vec<(Way, Vec<Offer>)>,
}

impl Show<'_> {
    /// Nobody has brought anything for it yet.
    fn is_bare(&self) -> bool {
        self.ways.iter().all(|(_, offers)| offers.is_empty())
    }

    /// So few stand here that another is missed.
    fn has_room(&self, offers: &[Offer]) -> bool {
        offers.len() < FEW
    }

    fn line(&self, way: &Way) -> &str {
        match way {
            Way::Stay => &self.feeling.stay,
            Way::Move => &self.feeling.move_it,
            Way::Land => &self.feeling.land,
        }
    }
}

async fn show(visitor: Visitor, Path(id): Path<String>) -> Reply {
    let house = visitor.house.clone();
    let feeling = house.pack.feeling(&id).ok_or(Refusal::NotFound)?;
    let mut ways = Vec::new();
    for &way in Way::ALL {
        let mut offers = Vec::new();
        for room in house.rooms {
            offers.extend(room.offers(&house, &visitor.reader(), &id, way).await?);
        }
        ways.push((way, offers));
    }
    let f = visitor.frame().named(&feeling.name, &feeling.line);
    page(&Show { feeling, ways, f: &f }, &f)
}
