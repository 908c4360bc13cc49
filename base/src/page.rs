//! What every page has around it, and turning a template into an answer.

use std::sync::Arc;

use askama::filters::{Escaper as _, Html, HtmlSafe};
use askama::{FastWritable, NO_VALUES, Template, Values};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::IntoResponse;
use fluent_bundle::FluentValue;
use parking_lot::Mutex;

use crate::clock;
use crate::house::House;
use crate::refusal::Reply;
use crate::room::Reader;
use crate::sleeve::{self, Size};

/// Who is looking, as far as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    pub id: String,
    pub name: String,
}

/// Dark, light, or as the person's machine prefers; kept in a cookie of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    AsTheMachine,
    Dark,
    Light,
}

impl Theme {
    /// How a page and the cookie name it; `None` where the machine decides.
    #[must_use]
    pub fn id(self) -> Option<&'static str> {
        match self {
            Self::AsTheMachine => None,
            Self::Dark => Some("dark"),
            Self::Light => Some("light"),
        }
    }
}

/// What a template needs for everything around its own words.
#[derive(Clone, Debug)]
pub struct Frame {
    pub house: House,
    pub who: Option<Who>,
    pub theme: Theme,
    pub path: String,
    /// The page's own name, before the community's in the tab.
    pub title: String,
    /// One line about it, for whoever finds a link to it elsewhere.
    pub line: String,
    /// The path of its picture for sharing; the house's own where it has none.
    pub card: Option<String>,
    /// Its feed: path and title.
    pub feed: Option<(String, String)>,
    /// Keep it out of search engines and caches.
    pub is_private: bool,
    /// A sentence over the page: what the person did a moment ago, or that they are leaving.
    pub done: Option<String>,
    /// How many notices wait for the person who is looking.
    pub notices: i64,
    /// What is wrong with the form on the page, for the summary above it.
    pub(crate) faults: Arc<Mutex<Faults>>,
}

impl Frame {
    #[must_use]
    pub fn new(house: &House, who: Option<Who>, theme: Theme, path: &str) -> Self {
        let (house, path) = (house.clone(), path.to_owned());
        Self {
            house,
            who,
            theme,
            path,
            title: String::new(),
            line: String::new(),
            card: None,
            feed: None,
            is_private: false,
            done: None,
            notices: 0,
            faults: Arc::default(),
        }
    }

    /// The same frame with the title that a key says.
    #[must_use]
    pub fn titled(mut self, key: &str) -> Self {
        self.title = self.say(key).to_owned();
        self
    }

    /// The same frame with a title that a person wrote.
    #[must_use]
    pub fn named(mut self, title: &str, line: &str) -> Self {
        (self.title, self.line) = (title.to_owned(), line.to_owned());
        self
    }

    #[must_use]
    pub fn with_card(mut self, path: String) -> Self {
        self.card = Some(path);
        self
    }

    #[must_use]
    pub fn with_feed(mut self, path: &str, key: &str) -> Self {
        self.feed = Some((path.to_owned(), self.say(key).to_owned()));
        self
    }

    /// A page that is for one person: no cache, no search engine.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.is_private = true;
        self
    }

    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader { person: self.who.as_ref().map(|who| who.id.clone()) }
    }

    /// The sentence of a key.
    #[must_use]
    pub fn say<'a>(&'a self, key: &'a str) -> &'a str {
        self.house.words.say(key)
    }

    /// The sentence of a key with one gap.
    #[must_use]
    pub fn say_with<'a>(&self, key: &str, gap: &'static str, value: impl Into<FluentValue<'a>>) -> String {
        self.house.words.fill(key, &[(gap, value.into())])
    }

    /// The sentence of a key with two gaps.
    #[must_use]
    pub fn say_with_two<'a>(
        &self,
        key: &str,
        one: &'static str,
        first: impl Into<FluentValue<'a>>,
        two: &'static str,
        second: impl Into<FluentValue<'a>>,
    ) -> String {
        self.house.words.fill(key, &[(one, first.into()), (two, second.into())])
    }

    /// Whether a link in the rail leads to where we are.
    #[must_use]
    pub fn is_in(&self, prefix: &str) -> bool {
        self.path == prefix || self.path.starts_with(&format!("{prefix}/"))
    }

    /// The address of an asset, with its hash in it.
    #[must_use]
    pub fn asset<'a>(&'a self, name: &'a str) -> &'a str {
        self.house.assets.path(name)
    }

    /// The drawing of a place, small, for a row.
    #[must_use]
    pub fn thumb(&self, place: &str) -> Safe {
        Safe(sleeve::sleeve(place, Size::Thumb).to_string())
    }

    /// The drawing of a place, large.
    #[must_use]
    pub fn sleeve(&self, place: &str) -> Safe {
        Safe(sleeve::sleeve(place, Size::Full).to_string())
    }

    /// The face of a seed; the plain one for whoever gave no name.
    #[must_use]
    pub fn face(&self, seed: &Option<String>) -> Safe {
        Safe(seed.as_deref().map_or_else(|| sleeve::nameless_face().to_owned(), |seed| sleeve::face(seed).to_string()))
    }

    /// `<time>` around a day.
    #[must_use]
    pub fn day(&self, ms: &i64) -> Safe {
        Safe(format!("<time datetime=\"{}\">{}</time>", clock::date(*ms), clock::day(*ms)))
    }

    /// `<time>` around a day and hour.
    #[must_use]
    pub fn hour(&self, ms: &i64) -> Safe {
        Safe(format!("<time datetime=\"{}\">{}</time>", clock::rfc3339(*ms), clock::day_and_hour(*ms)))
    }
}

/// HTML that we made and escaped ourselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Safe(pub String);

impl Safe {
    /// Words, as they stand in HTML and in the value of an attribute.
    #[must_use]
    pub fn words(words: &str) -> Self {
        let mut html = String::with_capacity(words.len());
        Html.write_escaped_str(&mut html, words).expect("writing to memory cannot fail");
        Self(html)
    }

    /// What a small template says. A template over values in memory cannot fail.
    #[must_use]
    pub fn of(template: &impl Template) -> Self {
        Self(template.render().expect("a template over values in memory cannot fail"))
    }
}

impl std::fmt::Display for Safe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl FastWritable for Safe {
    fn write_into(&self, dest: &mut dyn std::fmt::Write, _: &dyn Values) -> askama::Result<()> {
        Ok(dest.write_str(&self.0)?)
    }
}

impl HtmlSafe for Safe {}

/// Marks a page that is one person's own; the server keeps it out of every cache.
#[derive(Clone, Copy, Debug)]
pub struct Private;

/// Answers with a page; 422 where it shows what is wrong with a form.
pub fn page(template: &impl Template, frame: &Frame) -> Reply {
    page_as(StatusCode::OK, template, frame)
}

/// Answers a form with its page, as the person left it, where something else keeps it from being taken.
pub fn page_again(template: &impl Template, frame: &Frame) -> Reply {
    page_as(StatusCode::UNPROCESSABLE_ENTITY, template, frame)
}

/// Answers with a page and a status; where it shows what is wrong with a form, 422 instead of 200.
pub fn page_as(mut status: StatusCode, template: &impl Template, frame: &Frame) -> Reply {
    let mut html = String::with_capacity(16 << 10);
    template.render_into_with_values(&mut html, NO_VALUES)?;
    if let Some(summary) = std::mem::take(&mut *frame.faults.lock()).summary(frame) {
        html = html.replacen(SUMMARY, &summary.0, 1);
        if status == StatusCode::OK {
            status = StatusCode::UNPROCESSABLE_ENTITY;
        }
    }
    let mut response = (status, html).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if frame.is_private {
        response.extensions_mut().insert(Private);
    }
    Ok(response)
}

/// Where the summary of a form stands. It comes first and names the fields as they are called and in their order, which
/// is known once they are drawn: so drawing a form notes its faults and fields in the frame ([`Faults`]), and the
/// summary is put here when the whole page is there.
pub(crate) const SUMMARY: &str = "<!--summary-->";

/// What is wrong with a form, and the fields it is drawn with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    /// Field, and the sentence at it.
    pub all: Vec<(String, String)>,
    /// Field, and what it is called, in the order of the page.
    pub drawn: Vec<(String, String)>,
}

impl Faults {
    fn summary(mut self, f: &Frame) -> Option<Safe> {
        if self.all.is_empty() {
            return None;
        }
        self.all.sort_by_key(|(field, _)| {
            self.drawn.iter().position(|(drawn, _)| drawn == field).unwrap_or(self.drawn.len())
        });
        let called = |field: &str| self.drawn.iter().find(|(drawn, _)| drawn == field).map(|(_, label)| label.as_str());
        let faults = self.all.iter().map(|(field, sentence)| Fault { field, label: called(field), sentence }).collect();
        Some(Safe::of(&Summary { heading: f.say("wrong-heading"), faults }))
    }
}

struct Fault<'a> {
    field: &'a str,
    label: Option<&'a str>,
    sentence: &'a str,
}

#[derive(Template)]
#[template(path = "summary.html")]
struct Summary<'a> {
    heading: &'a str,
    faults: Vec<Fault<'a>>,
}

/// Goes on to a path after a change (303, so that going back does not send the form again).
pub fn go(path: impl AsRef<str>) -> Reply {
    Ok(axum::response::Redirect::to(path.as_ref()).into_response())
}

#[derive(Template)]
#[template(path = "refusal.html")]
pub struct RefusalPage<'a> {
    pub f: &'a Frame,
    pub heading: &'a str,
    pub more: &'a str,
    /// Where to go from here: path and words.
    pub way: Option<(&'a str, &'a str)>,
    /// What was written and not taken.
    pub texts: Vec<String>,
}
