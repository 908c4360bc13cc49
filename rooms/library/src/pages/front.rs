//! The library's front: what is new on each shelf, and the ways in.

use askama::Template;
use axum::Router;
use axum::routing::get;
use base::house::House;
use base::page::{Frame, page};
use base::refusal::Reply;
use people::Visitor;
use people::power::Capability;

use crate::article_shelf::{self, Listed};
use crate::playlist::Playlist;
use crate::song::{Filter, Song};

pub fn doors() -> Router<House> {
    Router::new().route("/library", get(show))
}

/// Songs and articles that stand here: three rows of two.
const ROWS: i64 = 6;
/// Lists that stand here: one row of a wide page.
const CARDS: i64 = 4;

#[derive(Template)]
#[template(path = "front.html")]
struct Front<'a> {
    f: &'a Frame,
    songs: Vec<Song>,
    lists: Vec<Playlist>,
    articles: Vec<Listed>,
    may_tend: bool,
}

async fn show(visitor: Visitor) -> Reply {
    let songs = Song::newest(&visitor.house.db, &Filter::default(), ROWS).await?;
    let lists = Playlist::newest(&visitor.house.db, "", None, CARDS).await?;
    let articles = Listed::newest(&visitor.house.db, &article_shelf::Filter::default(), ROWS).await?;
    let f = visitor.frame().named(visitor.house.pack.call("library"), visitor.house.words.say("library-line"));
    let may_tend = visitor.may(Capability::TendLibrary).await?;
    page(&Front { may_tend, songs, lists, articles, f: &f }, &f)
}
