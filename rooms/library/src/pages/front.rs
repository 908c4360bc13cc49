//! The library's front: what is new on each shelf, and the ways in.

use askama::Template;
use base::page::{Frame, page};
use base::refusal::Reply;
use people::Visitor;
use people::power::Capability;

use crate::article_shelf::{self, Listed};
use crate::playlist::Playlist;
use crate::song::{Filter, Song};

const SHELF: i64 = 6;

#[derive(Template)]
#[template(path = "front.html")]
struct Front<'a> {
    f: &'a Frame,
    songs: Vec<Song>,
    lists: Vec<Playlist>,
    articles: Vec<Listed>,
    may_tend: bool,
}

pub async fn show(visitor: Visitor) -> Reply {
    let songs = Song::newest(&visitor.house.db, &Filter::default(), SHELF).await?;
    let lists = Playlist::newest(&visitor.house.db, "", None, SHELF).await?;
    let articles = Listed::newest(&visitor.house.db, &article_shelf::Filter::default(), SHELF).await?;
    let f = visitor.frame().named(visitor.house.pack.call("library"), visitor.house.words.say("library-line"));
    let may_tend = visitor.may(Capability::TendLibrary).await?;
    page(&Front { may_tend, songs, lists, articles, f: &f }, &f)
}
