//! A playlist that somebody has as a file, or as lines, and brings.

use askama::Template;
use axum::Router;
use axum::routing::get;
use base::form::Form;
use base::house::House;
use base::page::{Frame, go, page, page_again};
use base::refusal::Reply;
use people::Member;

use crate::playlist::sheet::{BYTES_MAX, Sheet, SheetTrouble};
use crate::playlist::{Draft, Playlist};

/// Songs of a brought list that weigh as much as one thing written (a person's pace).
const TRACKS_A_WRITE: usize = 20;

pub fn doors() -> Router<House> {
    Router::new().route("/playlists/bring", get(blank).post(bring))
}

#[derive(Template)]
#[template(path = "playlists/bring.html")]
struct Bring<'a> {
    f: &'a Frame,
    form: &'a Form,
}

async fn blank(member: Member) -> Reply {
    let f = member.frame().titled("playlist-bring").private();
    page(&Bring { form: &Form::default(), f: &f }, &f)
}

async fn bring(member: Member, mut form: Form) -> Reply {
    let sheet = read_sheet(&mut form);
    if let (Some(sheet), false) = (&sheet, form.has("title")) {
        form.set("title", &sheet.title);
    }
    if let (Some(sheet), false) = (&sheet, form.has("brief")) {
        form.set("brief", &sheet.note);
    }
    let draft = Draft::read(&mut form, &member.house.pack, false);
    match sheet {
        Some(sheet) if form.is_right() => {
            for _ in sheet.tracks.chunks(TRACKS_A_WRITE) {
                member.may_write()?;
            }
            let id = Playlist::bring(&member, &draft, &sheet).await?;
            go(format!("/playlists/{id}?done=playlist-brought"))
        }
        _ => {
            let f = member.frame().titled("playlist-bring").private();
            page_again(&Bring { form: &form, f: &f }, &f)
        }
    }
}

/// The sheet of an uploaded file, or of what was pasted; what is wrong is noted at the field.
fn read_sheet(form: &mut Form) -> Option<Sheet> {
    let uploaded = form.file("file").map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    let field = if uploaded.is_some() { "file" } else { "paste" };
    let text = uploaded.unwrap_or_else(|| form.value("paste").to_owned());
    if text.len() > BYTES_MAX {
        form.refuse(field, "playlist-wrong-many");
        return None;
    }
    match Sheet::read(&text) {
        Ok(sheet) => return Some(sheet),
        Err(SheetTrouble::Empty) => form.refuse(field, "playlist-wrong-empty"),
        Err(SheetTrouble::TooMany) => form.refuse(field, "playlist-wrong-many"),
        Err(SheetTrouble::Nameless { at }) => {
            form.refuse_with(field, "playlist-wrong-nameless", &[("at", at.to_string())])
        }
        Err(SheetTrouble::TooLong { at }) => form.refuse_with(field, "playlist-wrong-long", &[("at", at.to_string())]),
        Err(SheetTrouble::Unreadable { at }) => {
            form.refuse_with(field, "playlist-wrong-file", &[("at", at.to_string())])
        }
    }
    None
}
