//! Songs as people meet them. Each handler reads, calls one verb, and answers.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use base::form::{Asked, Form};
use base::house::House;
use base::page::{Frame, Safe, go, page, page_again};
use base::paging;
use base::place::Place;
use base::refusal::{Refusal, Reply};
use base::room::Way;
use base::veil;
use people::power::Capability;
use people::{Member, Visitor};

use crate::pages::helped;
use crate::song::{self, Corrected, Draft, Filter, Song, Suggested, TakenBack};

pub fn doors() -> Router<House> {
    Router::new()
        .route("/songs", get(list).post(suggest))
        .route("/songs/new", get(blank))
        .route("/songs/{id}", get(show).post(correct))
        .route("/songs/{id}/edit", get(edit))
        .route("/songs/{id}/helped", post(say_helped))
        .route("/songs/{id}/helped/unsay", post(unsay_helped))
        .route("/songs/{id}/take-back", post(take_back))
}

#[derive(Template)]
#[template(path = "songs/list.html")]
struct List<'a> {
    f: &'a Frame,
    songs: Vec<Song>,
    filter: Filter,
    /// The page after this one, if there is one.
    older: Option<String>,
}

async fn list(visitor: Visitor, asked: Asked) -> Reply {
    let pack = &visitor.house.pack;
    let known = |field| Some(asked.value(field)).filter(|id| !id.is_empty()).map(str::to_owned);
    let filter = Filter { feeling: known("feeling"), genre: known("genre"), before: asked.before().map(str::to_owned) };
    if filter.feeling.as_ref().is_some_and(|id| pack.feeling(id).is_none())
        || filter.genre.as_ref().is_some_and(|id| pack.genre(id).is_none())
    {
        return Err(Refusal::NotFound);
    }
    let mut songs = Song::newest(&visitor.house.db, &filter, song::PAGE + 1).await?;
    let older = paging::cut(&mut songs, song::PAGE, &asked, |song| song.id.clone());
    let f = visitor
        .frame()
        .named(visitor.house.pack.call("songs"), visitor.house.words.say("songs-line"))
        .with_feed("/feeds/songs", "feed-songs");
    page(&List { songs, filter, older, f: &f }, &f)
}

#[derive(Template)]
#[template(path = "songs/form.html")]
struct Edit<'a> {
    f: &'a Frame,
    form: &'a Form,
    /// The song being corrected; none for a new one.
    song: Option<&'a Song>,
    notice: Option<Notice>,
}

/// What stands over a form that was right and still was not taken.
enum Notice {
    ChangedMeanwhile,
    /// Under this name it is a song that is here already.
    IsAnother(Place),
    /// It was here and was withdrawn: why.
    Withdrawn(String),
}

impl Edit<'_> {
    fn ways(&self) -> Vec<(&str, &str)> {
        Way::ALL.iter().map(|way| (way.id(), self.f.say(way.key()))).collect()
    }

    fn genres(&self) -> Vec<(&str, &str)> {
        let none = [("", self.f.say("song-genre-none"))];
        none.into_iter()
            .chain(self.f.house.pack.genres.iter().map(|genre| (genre.id.as_str(), genre.name.as_str())))
            .collect()
    }
}

fn form_page(member: &Member, form: &Form, song: Option<&Song>, notice: Option<Notice>) -> Reply {
    let f = member.frame().titled(if song.is_some() { "song-edit" } else { "song-new" }).private();
    let is_fine = form.is_right() && notice.is_none();
    let edit = Edit { f: &f, form, song, notice };
    if is_fine { page(&edit, &f) } else { page_again(&edit, &f) }
}

async fn blank(member: Member, asked: Asked) -> Reply {
    let way = Way::read(asked.value("way")).unwrap_or_default().id();
    form_page(&member, &Form::filled([("feeling", asked.value("feeling")), ("way", way)]), None, None)
}

async fn suggest(member: Member, mut form: Form) -> Reply {
    let draft = Draft::read(&mut form, &member.house.pack);
    if !form.is_right() {
        return form_page(&member, &form, None, None);
    }
    member.may_write()?;
    match Song::suggest(&member, &draft).await? {
        Suggested::New(id) => go(format!("/songs/{id}")),
        Suggested::AlreadyHere(id) => go(format!("/songs/{id}?done=song-here")),
        Suggested::Withdrawn(why) => form_page(&member, &form, None, Some(Notice::Withdrawn(why))),
    }
}

#[derive(Template)]
#[template(path = "songs/show.html")]
struct Show<'a> {
    f: &'a Frame,
    song: &'a Song,
    /// Why it was taken off; its giver sees it still.
    withdrawn: Option<String>,
    feelings: Vec<(String, Way)>,
    links: Vec<String>,
    helped: Safe,
    /// Whether the reader gave it.
    is_mine: bool,
    /// Whether the reader gave it a moment ago.
    is_fresh: bool,
    may_tend: bool,
    talk: Safe,
}

async fn show(visitor: Visitor, Path(id): Path<String>, asked: Asked) -> Reply {
    shown(&visitor, &id, &Form::default(), &asked).await
}

/// The page of a song, with the "it helped me" form as the person left it.
async fn shown(visitor: &Visitor, id: &str, form: &Form, asked: &Asked) -> Reply {
    let db = &visitor.house.db;
    let song = Song::seen_by(db, &visitor.reader(), id).await?;
    let is_mine = song.is_by(visitor.id());
    let may_tend = !is_mine && visitor.may(Capability::TendLibrary).await?;
    let f = visitor.frame().named(&song.called(), &song.why).with_card(format!("/cards{}.png", song.place()));
    let show = Show {
        withdrawn: veil::withdrawn(db, &song.place()).await?,
        feelings: Song::feelings(db, id).await?,
        links: Song::links(db, id).await?,
        helped: helped::lines(visitor, &f, &song.place(), form, asked).await?,
        talk: talk::thread(visitor, &song.place(), asked, true).await?,
        is_fresh: is_mine && visitor.house.now() - song.since < song::UNDO_MS,
        song: &song,
        is_mine,
        may_tend,
        f: &f,
    };
    page(&show, &f)
}

async fn edit(member: Member, Path(id): Path<String>) -> Reply {
    let song = own(&member, &id).await?;
    form_page(&member, &filled(&member.house, &song).await?, Some(&song), None)
}

/// A song that the member gave.
async fn own(member: &Member, id: &str) -> Result<Song, Refusal> {
    let song = Song::seen_by(&member.house.db, &member.reader(), id).await?;
    song.must_be_given_by(member).map(|()| song)
}

/// The form as the song stands now.
async fn filled(house: &House, song: &Song) -> Result<Form, Refusal> {
    let links = Song::links(&house.db, &song.id).await?.join("\n");
    let (feeling, way) = Song::own_feeling(&house.db, &song.id, song.giver.as_deref()).await?.unwrap_or_default();
    Ok(Form::filled([
        ("artist", song.artist.as_str()),
        ("title", &song.title),
        ("why", &song.why),
        ("note", &song.note),
        ("genre", &song.genre),
        ("length", &song.length()),
        ("feeling", &feeling),
        ("way", way.id()),
        ("links", &links),
        ("seen", &song.changed_at.to_string()),
    ]))
}

async fn correct(member: Member, Path(id): Path<String>, mut form: Form) -> Reply {
    let song = own(&member, &id).await?;
    let draft = Draft::read(&mut form, &member.house.pack);
    if !form.is_right() {
        return form_page(&member, &form, Some(&song), None);
    }
    member.may_write()?;
    let notice = match song.correct(&member, &draft, form.seen()).await? {
        Corrected::Done => return go(format!("/songs/{id}?done=song-corrected")),
        Corrected::ChangedMeanwhile => Notice::ChangedMeanwhile,
        Corrected::IsAnother(other) => Notice::IsAnother(other),
    };
    let song = own(&member, &id).await?;
    form.set("seen", &song.changed_at.to_string());
    form_page(&member, &form, Some(&song), Some(notice))
}

async fn say_helped(member: Member, Path(id): Path<String>, mut form: Form) -> Reply {
    let song = Song::seen_by(&member.house.db, &member.reader(), &id).await?;
    helped::say(&member, &song.place(), &mut form).await?;
    if form.is_right() {
        go(format!("/songs/{id}?done=helped#helped"))
    } else {
        shown(&member, &id, &form, &Asked::default()).await
    }
}

async fn unsay_helped(member: Member, Path(id): Path<String>) -> Reply {
    helped::unsay(&member, &Song::place_of(&id)).await
}

async fn take_back(member: Member, Path(id): Path<String>) -> Reply {
    let song = Song::seen_by(&member.house.db, &member.reader(), &id).await?;
    match song.take_back(&member).await? {
        TakenBack::Gone => go("/songs?done=song-taken-back"),
        TakenBack::Stays => go("/songs?done=song-left"),
    }
}
