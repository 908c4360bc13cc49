//! Search over everything the reader may see.

use askama::Template;
use axum::Router;
use axum::routing::get;
use base::form::Asked;
use base::house::House;
use base::pack::Feeling;
use base::page::{Frame, Safe, page};
use base::paging;
use base::place::Place;
use base::refusal::{Refusal, Reply};
use base::search::{self, Found, Order, Query};
use people::Visitor;

pub fn doors() -> Router<House> {
    Router::new().route("/search", get(show))
}

/// Finds on one page.
const PAGE: i64 = 20;
const TYPED_CHARS_MAX: usize = 300;
/// A shorter word, such as "to", calls up no feeling.
const CALLING_CHARS_MIN: usize = 4;

#[derive(Template)]
#[template(path = "search.html")]
struct Results<'a> {
    f: &'a Frame,
    typed: &'a str,
    query: &'a Query,
    order: Order,
    found: Vec<Shown>,
    older: Option<String>,
    /// The feelings that the words call up, each a page of its own; all of them before anything is sought.
    feelings: Vec<&'a Feeling>,
}

/// A find with the sought words marked.
struct Shown {
    found: Found,
    title: Safe,
    preview: Safe,
}

impl Shown {
    /// Long words are shown from where they say what was sought.
    async fn of(visitor: &Visitor, query: &Query, found: Found) -> Result<Self, Refusal> {
        let (title, mut preview) = (search::marked(&found.title, query), search::marked(&found.preview, query));
        let is_marked =
            query.runs().next().is_none() || [&title, &preview].iter().any(|text| text.0.contains("<mark>"));
        if !is_marked
            && let Some(place) = Place::read(&found.place)
            && let Some(findable) =
                visitor.house.findable(&place).await?.filter(|findable| findable.is_for(&visitor.reader()))
        {
            preview = search::marked(&findable.preview_for(query), query);
        }
        Ok(Self { found, title, preview })
    }
}

impl Results<'_> {
    fn kind(&self, found: &Found) -> &str {
        self.f.house.words.find(&format!("kind-{}", found.kind)).unwrap_or_default()
    }

    /// What was typed, as it stands in an address.
    fn asked(&self) -> String {
        base::form::encoded(self.typed)
    }
}

async fn show(visitor: Visitor, asked: Asked) -> Reply {
    let typed: String = asked.value("q").chars().take(TYPED_CHARS_MAX).collect();
    let query = Query::read(&typed);
    let order = if asked.value("order") == "like" { Order::MostLike } else { Order::NewestFirst };
    let before = asked.value("before").parse().ok();
    let mut found = search::find(&visitor.house.db, &visitor.reader(), &query, order, before, PAGE + 1).await?;
    let older =
        paging::cut(&mut found, PAGE, &asked, |found| found.n.to_string()).filter(|_| order == Order::NewestFirst);
    let mut shown = Vec::with_capacity(found.len());
    for found in found {
        shown.push(Shown::of(&visitor, &query, found).await?);
    }
    let mut f = visitor.frame().titled("search");
    f.is_private = visitor.person.is_some() || !typed.is_empty();
    let feelings =
        visitor.house.pack.feelings.iter().filter(|feeling| query.is_empty() || calls_up(&typed, feeling)).collect();
    page(&Results { typed: &typed, query: &query, order, found: shown, older, feelings, f: &f }, &f)
}

/// Whether somebody who types this may mean the feeling: its whole name stands in it, or one of the name's longer
/// words.
fn calls_up(typed: &str, feeling: &Feeling) -> bool {
    let (typed, name) = (typed.to_lowercase().replace('’', "'"), feeling.name.to_lowercase());
    let mut words = typed.split_whitespace().filter(|word| word.chars().count() >= CALLING_CHARS_MIN);
    format!(" {typed} ").contains(&format!(" {name} "))
        || words.any(|word| name.split_whitespace().any(|part| part == word))
}
