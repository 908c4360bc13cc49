//! Taking a thing off the shelf and putting it back, as keepers meet it; one page for every kind of thing.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::Uri;
use axum::routing::{get, post};
use base::form::{Form, REASON_CHARS};
use base::house::House;
use base::page::{Frame, go, page, page_again};
use base::place::Place;
use base::refusal::{Refusal, Reply};
use people::power::{Holding, Needs, TendLibrary, TendPages};

use crate::song::{self, Corrected, Song};
use crate::tended::Tended;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/library/off", get(off))
        .route("/songs/{id}/tend", get(look).post(tend))
        .route("/songs/{id}/merge", post(merge))
        .route("/songs/{id}/rename", post(rename))
        .route("/playlists/{id}/tend", get(look).post(tend))
        .route("/articles/{slug}/tend", get(look).post(tend))
        .route("/pages/{slug}/tend", get(look_at_page).post(tend_page))
}

#[derive(Template)]
#[template(path = "tending/tend.html")]
struct Tend<'a> {
    f: &'a Frame,
    thing: &'a Tended,
    /// It is a song that stands on the shelf: it can be called otherwise, and put together with another.
    is_song: bool,
    /// Under the name they gave it a song is here already.
    is_another: Option<Place>,
    form: &'a Form,
}

async fn draw<C>(holding: &Holding<C>, thing: &Tended, form: &mut Form) -> Reply {
    draw_beside(holding, thing, form, None).await
}

async fn draw_beside<C>(holding: &Holding<C>, thing: &Tended, form: &mut Form, is_another: Option<Place>) -> Reply {
    let f = holding.member.frame().titled("tend").private();
    let song = match thing.place.id_of("songs").filter(|_| !thing.is_off) {
        Some(id) => Song::find(&holding.member.house.db, id).await?,
        None => None,
    };
    if let Some(song) = song.as_ref().filter(|_| form.fields().all(|(field, _)| field != "artist")) {
        form.set("artist", &song.artist);
        form.set("title", &song.title);
    }
    let tend = Tend { f: &f, thing, is_song: song.is_some(), is_another, form };
    if tend.is_another.is_some() { page_again(&tend, &f) } else { page(&tend, &f) }
}

#[derive(Template)]
#[template(path = "tending/off.html")]
struct Off<'a> {
    f: &'a Frame,
    things: Vec<Tended>,
}

async fn off(holding: Holding<TendLibrary>) -> Reply {
    let things = Tended::all_off(&holding.member.house.db, &["songs", "playlists", "articles"]).await?;
    let f = holding.member.frame().titled("tend-off").private();
    page(&Off { f: &f, things }, &f)
}

/// The thing whose `/tend` this is.
async fn thing<C>(holding: &Holding<C>, uri: &Uri) -> Result<Tended, Refusal> {
    let place = uri.path().strip_suffix("/tend").and_then(Place::read).ok_or(Refusal::NotFound)?;
    Tended::at(&holding.member.house.db, &place).await
}

async fn sent<C: Needs>(holding: &Holding<C>, uri: &Uri, form: &mut Form) -> Reply {
    let thing = thing(holding, uri).await?;
    let (what, why) = (form.choice("what", &["withdraw", "lift"]), form.line("why", REASON_CHARS));
    if !form.is_right() {
        return draw(holding, &thing, form).await;
    }
    thing.tend(holding, what == "withdraw", &why).await?;
    go(format!("{}/tend?done=act", thing.place))
}

async fn look(holding: Holding<TendLibrary>, uri: Uri) -> Reply {
    draw(&holding, &thing(&holding, &uri).await?, &mut Form::default()).await
}

async fn tend(holding: Holding<TendLibrary>, uri: Uri, mut form: Form) -> Reply {
    sent(&holding, &uri, &mut form).await
}

async fn look_at_page(holding: Holding<TendPages>, uri: Uri) -> Reply {
    draw(&holding, &thing(&holding, &uri).await?, &mut Form::default()).await
}

async fn tend_page(holding: Holding<TendPages>, uri: Uri, mut form: Form) -> Reply {
    sent(&holding, &uri, &mut form).await
}

async fn merge(holding: Holding<TendLibrary>, Path(id): Path<String>, mut form: Form) -> Reply {
    let (db, reader) = (&holding.member.house.db, holding.member.reader());
    let song = Song::seen_by(db, &reader, &id).await?;
    let (why, other) = (form.line("merge-why", REASON_CHARS), form.line("other", 1..=200));
    let other = match Song::seen_by(db, &reader, other.rsplit('/').next().unwrap_or_default()).await {
        Ok(other) if other.id != id => Some(other),
        Ok(_) | Err(Refusal::NotFound | Refusal::Withdrawn) => None,
        Err(refusal) => return Err(refusal),
    };
    if other.is_none() {
        form.refuse("other", "song-wrong-other");
    }
    if let (Some(other), true) = (&other, form.is_right()) {
        song.merge(other, &holding, &why).await?;
        return go(format!("{}?done=act", song.place()));
    }
    draw(&holding, &Tended::at(db, &song.place()).await?, &mut form).await
}

async fn rename(holding: Holding<TendLibrary>, Path(id): Path<String>, mut form: Form) -> Reply {
    let (db, reader) = (&holding.member.house.db, holding.member.reader());
    let song = Song::seen_by(db, &reader, &id).await?;
    let (artist, title) = (form.line("artist", song::NAME_CHARS), form.line("title", song::NAME_CHARS));
    if form.is_right() && (&artist, &title) == (&song.artist, &song.title) {
        form.refuse("title", "song-wrong-same");
    }
    let why = form.line("rename-why", REASON_CHARS);
    let is_another = match form.is_right() {
        true => match song.rename(&artist, &title, &holding, &why).await? {
            Corrected::IsAnother(place) => Some(place),
            _ => return go(format!("{}?done=act", song.place())),
        },
        false => None,
    };
    draw_beside(&holding, &Tended::at(db, &song.place()).await?, &mut form, is_another).await
}
