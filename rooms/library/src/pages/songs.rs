//! Songs as people meet them. Each handler reads, calls one verb, and answers.

use askama::Template;
use axum::extract::Path;
use base::form::{Asked, Form};
use base::house::House;
use base::page::{Frame, Safe, go, page, page_again};
use base::refusal::{Refusal, Reply};
use base::room::Way;
use people::power::{Capability, Holding, TendLibrary, seat_for};
use people::{Member, Visitor};

use crate::pages::helped;
use crate::song::{self, Corrected, Draft, Filter, Song, Suggested, TakenBack};

#[derive(Template)]
#[template(path = "songs/list.html")]
struct List<'a> {
    f: &'a Frame,
    songs: Vec<Song>,
    filter: Filter,
    /// The page after this one, if there is one.
    older: Option<String>,
}

pub async fn list(visitor: Visitor, asked: Asked) -> Reply {
    let pack = &visitor.house.pack;
    let known = |field| Some(asked.value(field)).filter(|id| !id.is_empty()).map(str::to_owned);
    let filter = Filter { feeling: known("feeling"), genre: known("genre"), before: known("before") };
    if filter.feeling.as_ref().is_some_and(|id| pack.feeling(id).is_none()) || filter.genre.as_ref().is_some_and(|id| pack.genre(id).is_none()) {
        return Err(Refusal::NotFound);
    }
    let mut songs = Song::newest(&visitor.house.db, &filter, song::PAGE + 1).await?;
    let goes_on = songs.len() > song::PAGE as usize;
    songs.truncate(song::PAGE as usize);
    let older = songs.last().filter(|_| goes_on).map(|last| last.id.clone());
    let f = visitor.frame().named(visitor.house.pack.call("songs"), visitor.house.words.say("songs-line")).with_feed("/feeds/songs", "feed-songs");
    page(&List { songs, filter, older, f: &f }, &f)
}

#[derive(Template)]
#[template(path = "songs/form.html")]
struct Edit<'a> {
    f: &'a Frame,
    form: &'a Form,
    /// The song being corrected; none for a new one.
    song: Option<&'a Song>,
    /// A line over the form: somebody changed the song meanwhile, or it is another that is here.
    notice: Option<String>,
    /// It was here and was withdrawn: why.
    withdrawn: Option<String>,
}

impl Edit<'_> {
    fn ways(&self) -> Vec<(&str, &str)> {
        Way::ALL.map(|way| (way.id(), self.f.say(way.key()))).into()
    }

    fn genres(&self) -> Vec<(&str, &str)> {
        let none = [("", self.f.say("song-genre-none"))];
        none.into_iter().chain(self.f.house.pack.genres.iter().map(|genre| (genre.id.as_str(), genre.name.as_str()))).collect()
    }
}

pub async fn blank(member: Member, asked: Asked) -> Reply {
    let f = member.frame().titled("song-new").private();
    let form = Form::filled([("feeling", asked.value("feeling")), ("way", "stay")]);
    page(&Edit { form: &form, song: None, notice: None, withdrawn: None, f: &f }, &f)
}

pub async fn suggest(member: Member, mut form: Form) -> Reply {
    let draft = Draft::read(&mut form, &member.house.pack);
    if !form.is_right() {
        let f = member.frame().titled("song-new").private();
        return page_again(&Edit { form: &form, song: None, notice: None, withdrawn: None, f: &f }, &f);
    }
    member.may_write()?;
    match Song::suggest(&member, &draft).await? {
        Suggested::New(id) => go(format!("/songs/{id}")),
        Suggested::AlreadyHere(id) => go(format!("/songs/{id}?done=song-here")),
        Suggested::Withdrawn(why) => {
            let f = member.frame().titled("song-new").private();
            page_again(&Edit { form: &form, song: None, notice: None, withdrawn: Some(why), f: &f }, &f)
        }
    }
}

#[derive(Template)]
#[template(path = "songs/show.html")]
struct Show<'a> {
    f: &'a Frame,
    song: &'a Song,
    folded: Option<String>,
    feelings: Vec<(String, String)>,
    links: Vec<String>,
    helped: Safe,
    /// Whether the reader gave it.
    is_mine: bool,
    /// Whether the reader gave it a moment ago.
    is_fresh: bool,
    may_tend: bool,
    talk: Safe,
}

pub async fn show(visitor: Visitor, Path(id): Path<String>, asked: Asked) -> Reply {
    shown(&visitor, &id, &Form::default(), &asked).await
}

/// The page of a song, with the "it helped me" form as the person left it.
async fn shown(visitor: &Visitor, id: &str, form: &Form, asked: &Asked) -> Reply {
    let db = &visitor.house.db;
    let (song, veil) = Song::seen_by(db, &visitor.reader(), id).await?;
    let person = visitor.person.as_ref().map(|person| person.id.as_str());
    let is_mine = song.giver.is_some() && song.giver.as_deref() == person;
    // Nobody looks after what they gave themselves.
    let may_tend = match person {
        Some(person) if !is_mine => seat_for(&visitor.house, person, Capability::TendLibrary).await?.is_some(),
        _ => false,
    };
    let f = visitor.frame().named(&format!("{} – {}", song.artist, song.title), &song.why).with_card(format!("/cards{}.png", song.place()));
    let show = Show {
        folded: veil.map(|(_, why)| why),
        feelings: Song::feelings(db, id).await?,
        links: Song::links(db, id).await?,
        helped: helped::lines(visitor, &f, &song.place(), form).await?,
        talk: talk::thread(visitor, &song.place(), asked, true).await?,
        is_fresh: is_mine && visitor.house.now() - song.since < song::UNDO_MS,
        song: &song,
        is_mine,
        may_tend,
        f: &f,
    };
    if form.is_right() { page(&show, &f) } else { page_again(&show, &f) }
}

pub async fn edit(member: Member, Path(id): Path<String>) -> Reply {
    let (song, _) = Song::seen_by(&member.house.db, &member.reader(), &id).await?;
    let f = member.frame().titled("song-edit").private();
    let form = filled(&member.house, &song).await?;
    page(&Edit { form: &form, song: Some(&song), notice: None, withdrawn: None, f: &f }, &f)
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
        ("way", &way),
        ("links", &links),
        ("seen", &song.changed_at.to_string()),
    ]))
}

pub async fn correct(member: Member, Path(id): Path<String>, mut form: Form) -> Reply {
    let (song, _) = Song::seen_by(&member.house.db, &member.reader(), &id).await?;
    let draft = Draft::read(&mut form, &member.house.pack);
    let seen = form.value("seen").parse().unwrap_or(0);
    if form.is_right() {
        member.may_write()?;
    }
    let corrected = if form.is_right() { Some(song.correct(&member, &draft, seen).await?) } else { None };
    let f = member.frame().titled("song-edit").private();
    let notice = match corrected {
        Some(Corrected::Kept) => return go(format!("/songs/{id}?done=song-corrected")),
        Some(Corrected::ChangedMeanwhile) => Some(f.say("song-changed-meanwhile").to_owned()),
        Some(Corrected::IsAnother(_)) => Some(f.say("song-is-another").to_owned()),
        None => None,
    };
    page_again(&Edit { form: &form, song: Some(&song), notice, withdrawn: None, f: &f }, &f)
}

pub async fn say_helped(member: Member, Path(id): Path<String>, mut form: Form) -> Reply {
    let (song, _) = Song::seen_by(&member.house.db, &member.reader(), &id).await?;
    helped::say(&member, &song.place(), &mut form).await?;
    if form.is_right() { go(format!("/songs/{id}?done=helped#helped")) } else { shown(&member, &id, &form, &Asked::default()).await }
}

pub async fn unsay_helped(member: Member, Path(id): Path<String>) -> Reply {
    helped::unsay(&member, &Song::place_of(&id)).await
}

pub async fn take_back(member: Member, Path(id): Path<String>) -> Reply {
    let (song, _) = Song::seen_by(&member.house.db, &member.reader(), &id).await?;
    match song.take_back(&member).await? {
        TakenBack::Gone => go("/songs?done=song-taken-back"),
        TakenBack::LeftToOthers => go("/songs?done=song-left"),
    }
}

#[derive(Template)]
#[template(path = "songs/tend.html")]
struct Tend<'a> {
    f: &'a Frame,
    song: &'a Song,
    form: &'a Form,
    is_withdrawn: bool,
}

/// The song as whoever tends the library may see it: a withdrawn one, too, or nobody could open it again.
async fn tended(holding: &Holding<TendLibrary>, id: &str) -> Result<Song, Refusal> {
    Song::find(&holding.member.house.db, id).await?.ok_or(Refusal::NotFound)
}

async fn tend_page(holding: &Holding<TendLibrary>, song: &Song, form: &Form) -> Reply {
    let f = holding.member.frame().titled("song-tend").private();
    let is_withdrawn = song::withdrawn(&holding.member.house.db, &song.id).await?.is_some();
    let tend = Tend { song, form, is_withdrawn, f: &f };
    if form.is_right() { page(&tend, &f) } else { page_again(&tend, &f) }
}

pub async fn tend(holding: Holding<TendLibrary>, Path(id): Path<String>) -> Reply {
    tend_page(&holding, &tended(&holding, &id).await?, &Form::default()).await
}

pub async fn withdraw(holding: Holding<TendLibrary>, Path(id): Path<String>, mut form: Form) -> Reply {
    let song = tended(&holding, &id).await?;
    let why = form.line("why", song::WHY_CHARS);
    if !form.is_right() {
        return tend_page(&holding, &song, &form).await;
    }
    song.withdraw(&holding, &why).await?;
    go("/acts?done=act")
}

pub async fn lift(holding: Holding<TendLibrary>, Path(id): Path<String>, mut form: Form) -> Reply {
    let song = tended(&holding, &id).await?;
    let why = form.line("why", song::WHY_CHARS);
    if !form.is_right() {
        return tend_page(&holding, &song, &form).await;
    }
    song.lift(&holding, &why).await?;
    go(format!("{}?done=act", song.place()))
}

pub async fn merge(holding: Holding<TendLibrary>, Path(id): Path<String>, mut form: Form) -> Reply {
    let reader = holding.member.reader();
    let (song, _) = Song::seen_by(&holding.member.house.db, &reader, &id).await?;
    let why = form.line("merge-why", song::WHY_CHARS);
    let other = form.line("other", 1..=200);
    let other = Song::seen_by(&holding.member.house.db, &reader, other.rsplit('/').next().unwrap_or_default()).await;
    match other {
        Ok((other, _)) if other.id != id && form.is_right() => {
            song.merge(&other, &holding, &why).await?;
            return go(format!("/songs/{id}?done=act"));
        }
        _ => form.refuse("other", "song-wrong-other"),
    }
    tend_page(&holding, &song, &form).await
}
