//! Search over everything the reader may see.

use askama::Template;
use base::form::Asked;
use base::page::{Frame, Safe, page};
use base::paging;
use base::place::Place;
use base::refusal::Reply;
use base::search::{self, Found, Order, Query};
use people::Visitor;

/// Finds on one page.
const PAGE: i64 = 20;
const TYPED_CHARS_MAX: usize = 300;

#[derive(Template)]
#[template(path = "search.html")]
struct Results<'a> {
    f: &'a Frame,
    typed: &'a str,
    query: &'a Query,
    order: Order,
    found: Vec<Found>,
    older: Option<String>,
}

impl Results<'_> {
    /// Text with the sought words marked.
    fn marked(&self, text: &str) -> Safe {
        search::marked(text, self.query)
    }

    fn kind(&self, found: &Found) -> &str {
        self.f.house.words.find(&format!("kind-{}", found.kind)).unwrap_or_default()
    }

    /// What was typed, as it stands in an address.
    fn asked(&self) -> String {
        base::form::encoded(self.typed)
    }
}

pub async fn show(visitor: Visitor, asked: Asked) -> Reply {
    let typed: String = asked.value("q").chars().take(TYPED_CHARS_MAX).collect();
    let query = Query::read(&typed);
    let order = if asked.value("order") == "like" { Order::MostLike } else { Order::NewestFirst };
    let before = asked.value("before").parse().ok();
    let mut found = search::find(&visitor.house.db, &visitor.reader(), &query, order, before, PAGE + 1).await?;
    let older = paging::cut(&mut found, PAGE, &asked, |found| found.n.to_string()).filter(|_| order == Order::NewestFirst);
    for one in &mut found {
        // Long words are shown from where they say what was sought.
        if query.is_in(&one.title) || query.is_in(&one.preview) {
            continue;
        }
        let Some(place) = Place::read(&one.place) else { continue };
        if let Some(findable) = visitor.house.findable(&place).await?.filter(|findable| findable.is_for(&visitor.reader())) {
            one.preview = findable.preview_for(&query);
        }
    }
    let mut f = visitor.frame().titled("search");
    f.is_private = visitor.person.is_some() || !typed.is_empty();
    page(&Results { typed: &typed, query: &query, order, found, older, f: &f }, &f)
}
