//! The talk as it stands under a place: every room's pages put it there.

use askama::Template;
use base::form::{Asked, Form};
use base::page::{Frame, Safe};
use base::place::Place;
use base::refusal::Refusal;
use people::Visitor;
use people::power::Capability;

use crate::draft;
use crate::remark::{self, UNDO_MS};
use crate::thread::{self, PAGE, Said, Shown};

#[derive(Template)]
#[template(path = "remarks/thread.html")]
struct Under<'a> {
    f: &'a Frame,
    place: &'a Place,
    me: Option<&'a str>,
    said: Vec<Said>,
    standing: i64,
    page: i64,
    pages: i64,
    /// What the reader said in the pack's words: remark and word.
    words: Vec<(String, String)>,
    /// Comments may be added.
    is_open: bool,
    may_tend: bool,
    draft: String,
    now: i64,
}

/// The talk at a place that this visitor may see: the page of it that was asked for (`?page=`), and the form to add to
/// it while it `is_open`. Stands in any page as it is.
pub async fn thread(visitor: &Visitor, place: &Place, asked: &Asked, is_open: bool) -> Result<Safe, Refusal> {
    let (house, me) = (&visitor.house, visitor.id());
    let length = thread::length(&house.db, place).await?;
    let pages = thread::page_of(length.last_n);
    let page = asked.value("page").parse().unwrap_or(1).clamp(1, pages);
    let said = if length.last_n > 0 { thread::page(&house.db, place, page).await? } else { Vec::new() };
    let (mut words, mut may_tend, mut draft) = (Vec::new(), false, String::new());
    if let Some(me) = me {
        words = thread::words_of(&house.db, place, page, me).await?;
        may_tend = !said.is_empty() && visitor.may(Capability::TendTalk).await?;
        draft = draft::find(&house.db, me, place).await?.unwrap_or_default();
    }
    let f = visitor.frame();
    Ok(Safe::of(&Under {
        f: &f,
        place,
        me,
        said,
        standing: length.standing,
        page,
        pages,
        words,
        is_open,
        may_tend,
        draft,
        now: house.now(),
    }))
}

impl Under<'_> {
    fn form(&self) -> Form {
        Form::filled([("words", self.draft.as_str())])
    }

    fn shown(&self, said: &Said) -> Shown {
        said.shown_to(self.me)
    }

    fn is_mine(&self, said: &Said) -> bool {
        said.is_by(self.me)
    }

    /// The reader said it a moment ago and can still make it vanish.
    fn is_fresh(&self, said: &Said) -> bool {
        said.is_by(self.me) && self.now - said.since < UNDO_MS
    }

    fn has_said(&self, said: &Said, word: &str) -> bool {
        self.words.iter().any(|(remark, known)| *remark == said.id && known == word)
    }

    fn from(&self) -> i64 {
        (self.page - 1) * PAGE + 1
    }
}
