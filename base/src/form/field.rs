//! A field of a form, drawn with what was sent in it and what is wrong with it.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use askama::Template;

use super::Form;
use crate::page::{Frame, Safe};

impl Form {
    /// A one-line input. `key` names its label; `key-hint`, where somebody wrote it, the hint.
    #[must_use]
    pub fn line_field(&self, f: &Frame, key: &str, name: &str) -> Safe {
        self.field(f, key, name, &Kind::Line("text", ""))
    }

    /// An input of another type (`numeric`: text, typed on a keypad of digits), with what the browser may fill in (`autocomplete`).
    #[must_use]
    pub fn input_field(&self, f: &Frame, key: &str, name: &str, kind: &str, autocomplete: &str) -> Safe {
        self.field(f, key, name, &Kind::Line(kind, autocomplete))
    }

    /// Several lines; the page counts what is left of `chars` while somebody writes.
    #[must_use]
    pub fn area_field(&self, f: &Frame, key: &str, name: &str, chars: RangeInclusive<usize>) -> Safe {
        self.field(f, key, name, &Kind::Area(*chars.end()))
    }

    /// Rows to choose one from: `(value, label)`.
    #[must_use]
    pub fn pick_field(&self, f: &Frame, key: &str, name: &str, rows: &[(&str, &str)]) -> Safe {
        self.field(f, key, name, &Kind::Pick(self.rows(name, rows)))
    }

    /// A list to choose one from; the first row may be `("", …)`, and is added where nothing is chosen yet: a list
    /// never chooses for a person.
    #[must_use]
    pub fn select_field(&self, f: &Frame, key: &str, name: &str, rows: &[(&str, &str)]) -> Safe {
        let mut rows = self.rows(name, rows);
        if !rows.iter().any(|(value, _, is_chosen)| *is_chosen || value.is_empty()) {
            rows.insert(0, (String::new(), f.say("choose").to_owned(), true));
        }
        self.field(f, key, name, &Kind::Select(rows))
    }

    /// A single box to tick, sent as `yes`.
    #[must_use]
    pub fn tick_field(&self, f: &Frame, key: &str, name: &str) -> Safe {
        self.field(f, key, name, &Kind::Tick)
    }

    fn rows(&self, name: &str, rows: &[(&str, &str)]) -> Vec<(String, String, bool)> {
        rows.iter()
            .map(|(value, label)| ((*value).to_owned(), (*label).to_owned(), self.value(name) == *value))
            .collect()
    }

    fn field(&self, f: &Frame, key: &str, name: &str, kind: &Kind<'_>) -> Safe {
        let hint = format!("{key}-hint");
        let hint = f.house.words.knows(&hint).then(|| f.say(&hint).to_owned());
        Safe::of(&Field {
            label: self.label(f, name, f.say(key)),
            hint,
            name,
            kind,
            value: self.value(name),
            wrong: self.wrong(f, name),
        })
    }
}

enum Kind<'a> {
    Line(&'a str, &'a str),
    Area(usize),
    Pick(Vec<(String, String, bool)>),
    Select(Vec<(String, String, bool)>),
    Tick,
}

#[derive(Template)]
#[template(path = "field.html")]
struct Field<'a> {
    label: String,
    hint: Option<String>,
    name: &'a str,
    kind: &'a Kind<'a>,
    value: &'a str,
    wrong: Option<String>,
}

impl Field<'_> {
    /// The ids of what describes the field, for screen readers.
    fn described_by(&self) -> String {
        let mut ids = String::new();
        if self.wrong.is_some() {
            let _ = write!(ids, "{}-wrong ", self.name);
        }
        if self.hint.is_some() {
            let _ = write!(ids, "{}-hint", self.name);
        }
        ids.trim_end().to_owned()
    }
}
