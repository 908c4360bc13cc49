//! Playlists as people meet them: calls, suggestions, voices, the order, and files to take along.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use base::form::{Asked, Form};
use base::house::House;
use base::page::{Frame, Safe, go, page, page_again};
use base::paging;
use base::refusal::{Refusal, Reply};
use base::search::slug;
use base::veil;
use people::power::Capability;
use people::{Member, Visitor};

use crate::playlist::sheet::Format;
use crate::playlist::{self, DAYS_USUAL, Decision, Draft, Playlist, Says, Suggested, Suggestion, Voice};
use crate::song;

pub fn doors() -> Router<House> {
    Router::new()
        .route("/playlists", get(list).post(open))
        .route("/playlists/new", get(blank))
        .route("/playlists/{id}", get(show).post(correct))
        .route("/playlists/{id}/edit", get(edit))
        .route("/playlists/{id}/suggestions", post(suggest))
        .route("/playlists/{id}/suggestions/{suggestion}/voice", post(say))
        .route("/playlists/{id}/suggestions/{suggestion}/take-back", post(unsuggest))
        .route("/playlists/{id}/order", get(weigh).post(decide))
        .route("/playlists/{id}/take-back", post(take_back))
}

/// Letters in the name of a list's file, before its ending.
const FILE_NAME_CHARS_MAX: usize = 60;

#[derive(Template)]
#[template(path = "playlists/list.html")]
struct List<'a> {
    f: &'a Frame,
    lists: Vec<Playlist>,
    feeling: &'a str,
    older: Option<String>,
}

async fn list(visitor: Visitor, asked: Asked) -> Reply {
    let feeling = asked.value("feeling");
    if !feeling.is_empty() && visitor.house.pack.feeling(feeling).is_none() {
        return Err(Refusal::NotFound);
    }
    let mut lists = Playlist::newest(&visitor.house.db, feeling, asked.before(), playlist::PAGE + 1).await?;
    let older = paging::cut(&mut lists, playlist::PAGE, &asked, |list| list.id.clone());
    let f = visitor
        .frame()
        .named(visitor.house.pack.call("playlists"), visitor.house.words.say("playlists-line"))
        .with_feed("/feeds/playlists", "feed-playlists");
    page(&List { lists, feeling, older, f: &f }, &f)
}

#[derive(Template)]
#[template(path = "playlists/form.html")]
struct Edit<'a> {
    f: &'a Frame,
    form: &'a Form,
    /// The playlist whose brief is being changed; none for a new call.
    list: Option<&'a Playlist>,
    notice: Option<&'static str>,
}

async fn blank(member: Member, asked: Asked) -> Reply {
    let f = member.frame().titled("playlist-new").private();
    let form = Form::filled([("feeling", asked.value("feeling")), ("days", &DAYS_USUAL.to_string())]);
    page(&Edit { form: &form, list: None, notice: None, f: &f }, &f)
}

async fn open(member: Member, mut form: Form) -> Reply {
    let draft = Draft::read(&mut form, &member.house.pack, true);
    if !form.is_right() {
        let f = member.frame().titled("playlist-new").private();
        return page_again(&Edit { form: &form, list: None, notice: None, f: &f }, &f);
    }
    member.may_write()?;
    let id = Playlist::open(&member, &draft).await?;
    go(format!("/playlists/{id}?done=playlist-open"))
}

/// A suggestion with what is said to it.
struct Line {
    suggestion: Suggestion,
    voices: Vec<Voice>,
    /// Where to hear it.
    links: Vec<String>,
    /// What the reader says to it.
    mine: Option<Voice>,
    is_mine: bool,
}

impl Line {
    /// The names of those who say this, and how many more do; none where nobody does.
    fn names(&self, f: &Frame, says: Says) -> Option<String> {
        let names = self.who_say(says).map(|one| one.by.as_str()).collect::<Vec<_>>().join(", ");
        let more = self.more(says);
        let names = if more > 0 { f.say_with_two("playlist-and-more", "names", names, "count", more) } else { names };
        Some(names).filter(|names| !names.is_empty())
    }

    /// How many say this and are not shown.
    fn more(&self, says: Says) -> i64 {
        self.who_say(says).next().map_or(0, |one| one.many) - self.who_say(says).count() as i64
    }

    fn who_say(&self, says: Says) -> impl Iterator<Item = &Voice> {
        self.voices.iter().filter(move |one| one.says == says)
    }

    fn arguments(&self) -> impl Iterator<Item = &Voice> {
        self.voices.iter().filter(|one| !one.line.is_empty())
    }

    fn field(&self) -> String {
        line_field(&self.suggestion.id)
    }

    fn says(&self, says: &Says) -> bool {
        self.mine.as_ref().is_some_and(|mine| mine.says == *says)
    }
}

/// What the line is called that somebody adds to their voice on a suggestion.
fn line_field(suggestion: &str) -> String {
    format!("line-{suggestion}")
}

#[derive(Template)]
#[template(path = "playlists/show.html")]
struct Show<'a> {
    f: &'a Frame,
    list: &'a Playlist,
    lines_in: Vec<Line>,
    lines_out: Vec<Line>,
    minutes: i64,
    unknown: usize,
    is_open: bool,
    is_mine: bool,
    may_tend: bool,
    form: &'a Form,
    /// Why the list was taken off; its curator sees it still.
    withdrawn: Option<String>,
    /// The song they suggested was here and was withdrawn: why.
    song_withdrawn: Option<String>,
    talk: Safe,
}

impl Show<'_> {
    fn formats(&self) -> [&'static str; 5] {
        Format::ALL.map(Format::ending)
    }

    /// The line beside a voice: as it was sent, or as it stands.
    fn argument(&self, line: &Line) -> Safe {
        let field = line.field();
        let stands = line.mine.as_ref().map_or("", |mine| mine.line.as_str());
        let standing = Form::filled([(field.as_str(), stands)]);
        let form = if self.was_sent(&field) { self.form } else { &standing };
        form.call(self.f, &field, &format!("{} – {}", line.suggestion.artist, line.suggestion.title));
        form.line_field(self.f, "playlist-line", &field)
    }

    fn was_sent(&self, field: &str) -> bool {
        self.form.fields().any(|(sent, _)| sent == field)
    }

    fn is_wrong(&self, line: &Line) -> bool {
        self.form.wrong(self.f, &line.field()).is_some()
    }
}

async fn show(visitor: Visitor, Path(id): Path<String>, asked: Asked) -> Reply {
    if let Some((id, ending)) = id.split_once('.') {
        return file(&visitor, id, ending).await;
    }
    shown(&visitor, &id, &Form::default(), &asked, None).await
}

/// The page of a playlist, with the suggestion form as the person left it.
async fn shown(visitor: &Visitor, id: &str, form: &Form, asked: &Asked, song_withdrawn: Option<String>) -> Reply {
    let db = &visitor.house.db;
    let list = Playlist::seen_by(db, &visitor.reader(), id).await?;
    let (me, suggestions) = (visitor.id(), Playlist::suggestions(db, id).await?);
    let (mut voices, mut links) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
    for voice in Playlist::voices(db, id, me).await? {
        voices.entry(voice.suggestion.clone()).or_default().push(voice);
    }
    for (song, link) in Playlist::links(db, id).await? {
        links.entry(song).or_default().push(link);
    }
    let (minutes, unknown) =
        playlist::minutes(suggestions.iter().filter(|one| list.decided_at.is_none() || one.n.is_some()));
    let lines = suggestions.into_iter().map(|suggestion| {
        let voices = voices.remove(&suggestion.id).unwrap_or_default();
        let mine = voices.iter().find(|voice| Some(voice.person.as_str()) == me).cloned();
        let is_mine = suggestion.person.is_some() && suggestion.person.as_deref() == me;
        let links = links.remove(&suggestion.song).unwrap_or_default();
        Line { suggestion, voices, links, mine, is_mine }
    });
    let (lines_in, lines_out) = lines.partition(|line: &Line| line.suggestion.n.is_some());
    let is_mine = list.is_by(me);
    let may_tend = !is_mine && visitor.may(Capability::TendLibrary).await?;
    let f = visitor.frame().named(&list.title, &list.brief).with_card(format!("/cards{}.png", list.place()));
    let show = Show {
        is_open: list.is_open(visitor.house.now()),
        list: &list,
        lines_in,
        lines_out,
        minutes,
        unknown,
        is_mine,
        may_tend,
        form,
        withdrawn: veil::withdrawn(db, &list.place()).await?,
        song_withdrawn,
        talk: talk::thread(visitor, &list.place(), asked, true).await?,
        f: &f,
    };
    if show.song_withdrawn.is_some() { page_again(&show, &f) } else { page(&show, &f) }
}

/// The list as a file to take along.
async fn file(visitor: &Visitor, id: &str, ending: &str) -> Reply {
    let format = Format::of_ending(ending).ok_or(Refusal::NotFound)?;
    let list = Playlist::seen_by(&visitor.house.db, &visitor.reader(), id).await?;
    let sheet = list.sheet(&visitor.house.db).await?;
    let name = Some(slug(&list.title, FILE_NAME_CHARS_MAX)).filter(|name| !name.is_empty());
    let disposition = format!("attachment; filename=\"{}.{ending}\"", name.unwrap_or_else(|| "playlist".to_owned()));
    Ok(([(CONTENT_TYPE, format.mime().to_owned()), (CONTENT_DISPOSITION, disposition)], sheet.write(format))
        .into_response())
}

async fn edit(member: Member, Path(id): Path<String>) -> Reply {
    let list = own(&member, &id).await?;
    let f = member.frame().titled("playlist-edit").private();
    let form = Form::filled([
        ("title", list.title.as_str()),
        ("brief", &list.brief),
        ("feeling", &list.feeling),
        ("caution", &list.caution),
        ("seen", &list.changed_at.to_string()),
    ]);
    page(&Edit { form: &form, list: Some(&list), notice: None, f: &f }, &f)
}

/// A list that the member asked for.
async fn own(member: &Member, id: &str) -> Result<Playlist, Refusal> {
    let list = Playlist::seen_by(&member.house.db, &member.reader(), id).await?;
    list.must_be_curated_by(member).map(|()| list)
}

async fn correct(member: Member, Path(id): Path<String>, mut form: Form) -> Reply {
    let list = own(&member, &id).await?;
    let draft = Draft::read(&mut form, &member.house.pack, false);
    let notice = form.is_right().then_some("playlist-changed-meanwhile");
    if notice.is_some() {
        member.may_write()?;
        if list.correct(&member, &draft, form.seen()).await? {
            return go(format!("/playlists/{id}?done=playlist-kept"));
        }
        form.set("seen", &own(&member, &id).await?.changed_at.to_string());
    }
    let f = member.frame().titled("playlist-edit").private();
    page_again(&Edit { form: &form, list: Some(&list), notice, f: &f }, &f)
}

async fn suggest(member: Member, Path(id): Path<String>, mut form: Form) -> Reply {
    let list = Playlist::seen_by(&member.house.db, &member.reader(), &id).await?;
    let (artist, title, reason) = (
        form.line("artist", song::NAME_CHARS),
        form.line("title", song::NAME_CHARS),
        form.line("reason", playlist::LINE_CHARS),
    );
    if !form.is_right() {
        return shown(&member, &id, &form, &Asked::default(), None).await;
    }
    member.may_write()?;
    match list.suggest(&member, &artist, &title, &reason).await? {
        Suggested::In => go(format!("/playlists/{id}?done=suggested#suggested")),
        Suggested::Withdrawn(why) => shown(&member, &id, &form, &Asked::default(), Some(why)).await,
    }
}

async fn unsuggest(member: Member, Path((id, suggestion)): Path<(String, String)>) -> Reply {
    let list = Playlist::seen_by(&member.house.db, &member.reader(), &id).await?;
    list.unsuggest(&member, &suggestion).await?;
    go(format!("/playlists/{id}?done=unsuggested#suggested"))
}

async fn say(member: Member, Path((id, suggestion)): Path<(String, String)>, mut form: Form) -> Reply {
    let list = Playlist::seen_by(&member.house.db, &member.reader(), &id).await?;
    let field = line_field(&suggestion);
    let says = Says::read(&form.choice("voice", &[Says::IDS, &[""]].concat()));
    let line = form.line(&field, 0..=*playlist::LINE_CHARS.end());
    if says == Some(Says::Argued) && line.chars().count() < *playlist::LINE_CHARS.start() {
        form.refuse(&field, "playlist-argue-needs");
    }
    if !form.is_right() {
        return shown(&member, &id, &form, &Asked::default(), None).await;
    }
    member.may_write()?;
    list.say(&member, &suggestion, says, &line).await?;
    go(format!("/playlists/{id}?done=said#s-{suggestion}"))
}

#[derive(Template)]
#[template(path = "playlists/decide.html")]
struct Decide<'a> {
    f: &'a Frame,
    list: &'a Playlist,
    suggestions: Vec<Suggestion>,
    /// Somebody suggested another song while this was being decided.
    more_came: bool,
    form: &'a Form,
}

impl Decide<'_> {
    fn number(&self, suggestion: &Suggestion) -> Safe {
        self.field("playlist-number", "n", suggestion)
    }

    fn why_not(&self, suggestion: &Suggestion) -> Safe {
        self.field("playlist-why-not", "not", suggestion)
    }

    /// A field of one song; the summary names the song, where the page has it above.
    fn field(&self, key: &str, of: &str, suggestion: &Suggestion) -> Safe {
        let name = format!("{of}-{}", suggestion.id);
        self.form.call(self.f, &name, &format!("{} – {}", suggestion.artist, suggestion.title));
        self.form.line_field(self.f, key, &name)
    }
}

async fn weigh(member: Member, Path(id): Path<String>) -> Reply {
    let list = own(&member, &id).await?;
    let suggestions = Playlist::suggestions(&member.house.db, &id).await?;
    let fields: Vec<_> = suggestions
        .iter()
        .flat_map(|one| {
            [
                (format!("n-{}", one.id), one.n.map_or_else(String::new, |n| n.to_string())),
                (format!("not-{}", one.id), one.why_not.clone()),
            ]
        })
        .collect();
    let form = Form::filled(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let f = member.frame().titled("playlist-decide").private();
    page(&Decide { list: &list, suggestions, more_came: false, form: &form, f: &f }, &f)
}

async fn decide(member: Member, Path(id): Path<String>, mut form: Form) -> Reply {
    let list = own(&member, &id).await?;
    let decisions = decisions(&mut form, &Playlist::suggestions(&member.house.db, &id).await?);
    if form.is_right() {
        member.may_write()?;
        if list.decide(&member, &decisions).await? {
            return go(format!("/playlists/{id}?done=playlist-decided"));
        }
    }
    let f = member.frame().titled("playlist-decide").private();
    // Read once more: what came meanwhile stands there, too.
    let suggestions = Playlist::suggestions(&member.house.db, &id).await?;
    page_again(&Decide { list: &list, suggestions, more_came: form.is_right(), form: &form, f: &f }, &f)
}

/// Reads a number or a reason for every suggestion.
fn decisions(form: &mut Form, suggestions: &[Suggestion]) -> Vec<Decision> {
    let mut taken = HashSet::new();
    suggestions
        .iter()
        .map(|one| {
            let (number, not) = (format!("n-{}", one.id), format!("not-{}", one.id));
            let (n, why_not) = (form.number(&number, 1..=999), form.line(&not, 0..=*playlist::LINE_CHARS.end()));
            if n.is_some_and(|n| !taken.insert(n)) {
                form.refuse(&number, "playlist-wrong-twice");
            }
            if n.is_none()
                && form.value(&number).trim().is_empty()
                && why_not.chars().count() < *playlist::LINE_CHARS.start()
            {
                form.refuse(&not, "playlist-wrong-why-not");
            }
            Decision { suggestion: one.id.clone(), n, why_not: if n.is_some() { String::new() } else { why_not } }
        })
        .collect()
}

async fn take_back(member: Member, Path(id): Path<String>) -> Reply {
    let list = Playlist::seen_by(&member.house.db, &member.reader(), &id).await?;
    list.take_back(&member).await?;
    go("/playlists?done=unsuggested")
}
