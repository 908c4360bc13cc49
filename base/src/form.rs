//! What a person sent. Each field is read with a limit; a fault is noted at the field, in words, with the value kept,
//! so the page comes back as it was left. Nothing reaches a verb before [`Form::is_right`] says so.

mod field;
mod sent;

use std::ops::RangeInclusive;

use axum::body::Bytes;
use fluent_bundle::FluentValue;

use crate::page::{Frame, SUMMARY, Safe};

pub use sent::{Asked, Sent};

/// The longest body of a form, files and all, in bytes. Fields have far smaller limits of their own.
pub const FORM_BYTES_MAX: usize = 4 << 20;
/// How long the reason for a use of power may be, in characters; so is every short "why" that others read.
pub const REASON_CHARS: RangeInclusive<usize> = 3..=300;

#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    files: Vec<Upload>,
    wrong: Vec<Wrong>,
}

/// A file as it was sent; nothing about it is believed yet.
#[derive(Clone, Debug)]
pub struct Upload {
    pub field: String,
    pub name: String,
    pub bytes: Bytes,
}

#[derive(Clone, Debug)]
struct Wrong {
    field: String,
    key: &'static str,
    gaps: Vec<(&'static str, String)>,
}

impl Form {
    /// A form with values in it already, for editing what is there.
    #[must_use]
    pub fn filled<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { fields, ..Self::default() }
    }

    /// What was sent in a field, as it was sent; empty when it was not.
    #[must_use]
    pub fn value(&self, field: &str) -> &str {
        self.fields.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value)
    }

    /// Every field with what was sent in it.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every value of a field that may come more than once.
    pub fn values<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    /// The change that whoever filled the form had before them (`seen`): a newer one there by now has not been read.
    #[must_use]
    pub fn seen(&self) -> i64 {
        self.value("seen").parse().unwrap_or(0)
    }

    /// Puts a value in place of what was sent.
    pub fn set(&mut self, field: &str, value: &str) {
        self.fields.retain(|(name, _)| name != field);
        self.fields.push((field.to_owned(), value.to_owned()));
    }

    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        !self.value(field).is_empty()
    }

    #[must_use]
    pub fn file(&self, field: &str) -> Option<&Upload> {
        self.files.iter().find(|file| file.field == field && !file.bytes.is_empty())
    }

    /// One line of text: trimmed, inner white space made single, nothing in it that nobody can see. `chars` is how long
    /// it may be.
    pub fn line(&mut self, field: &str, chars: RangeInclusive<usize>) -> String {
        let line = one_line(self.value(field));
        self.check_length(field, &line, &chars);
        line
    }

    /// Text of several lines: line ends made `\n`, white space at the end gone.
    pub fn text(&mut self, field: &str, chars: RangeInclusive<usize>) -> String {
        let text = self.value(field).replace("\r\n", "\n").replace('\r', "\n").trim_end().to_owned();
        self.check_length(field, &text, &chars);
        text
    }

    fn check_length(&mut self, field: &str, text: &str, chars: &RangeInclusive<usize>) {
        let length = if is_blank(text) { 0 } else { text.chars().count() };
        if length == 0 && *chars.start() > 0 {
            self.refuse(field, "wrong-missing");
        } else if length < *chars.start() {
            self.refuse_with(field, "wrong-too-short", &[("min", chars.start().to_string())]);
        } else if length > *chars.end() {
            self.refuse_with(field, "wrong-too-long", &[("max", chars.end().to_string()), ("now", length.to_string())]);
        }
    }

    /// One of the values offered.
    pub fn choice(&mut self, field: &str, offered: &[&str]) -> String {
        let chosen = self.value(field).to_owned();
        if !offered.contains(&chosen.as_str()) {
            self.refuse(field, "wrong-choose");
        }
        chosen
    }

    /// A whole number within bounds; `None` when the field is empty.
    pub fn number(&mut self, field: &str, within: RangeInclusive<i64>) -> Option<i64> {
        let text = self.value(field).trim().to_owned();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok().filter(|number| within.contains(number));
        if number.is_none() {
            self.refuse_with(
                field,
                "wrong-number",
                &[("min", within.start().to_string()), ("max", within.end().to_string())],
            );
        }
        number
    }

    /// Notes a fault at a field; the key's sentence stands below it. One at a time: what is wrong already says enough.
    pub fn refuse(&mut self, field: &str, key: &'static str) {
        self.refuse_with(field, key, &[]);
    }

    /// The same, for a sentence with gaps.
    pub fn refuse_with(&mut self, field: &str, key: &'static str, gaps: &[(&'static str, String)]) {
        if self.wrong.iter().any(|wrong| wrong.field == field) {
            return;
        }
        self.wrong.push(Wrong { field: field.to_owned(), key, gaps: gaps.to_vec() });
    }

    #[must_use]
    pub fn is_right(&self) -> bool {
        self.wrong.is_empty()
    }

    /// The sentence that stands at a field, if something is wrong with it.
    #[must_use]
    pub fn wrong(&self, f: &Frame, field: &str) -> Option<String> {
        self.wrong.iter().find(|wrong| wrong.field == field).map(|wrong| wrong.sentence(f))
    }

    /// The box at the top of a page that came back: what is wrong, each a link to its field.
    #[must_use]
    pub fn summary(&self, f: &Frame) -> Safe {
        if self.wrong.is_empty() {
            return Safe(String::new());
        }
        f.faults.lock().all = self.wrong.iter().map(|wrong| (wrong.field.clone(), wrong.sentence(f))).collect();
        Safe(SUMMARY.to_owned())
    }

    /// What a field is called, as a label says it and the summary.
    #[must_use]
    pub fn label(&self, f: &Frame, field: &str, label: &str) -> String {
        self.call(f, field, label);
        label.to_owned()
    }

    /// What the summary calls a field whose label says too little there, before the field is drawn.
    pub fn call(&self, f: &Frame, field: &str, name: &str) {
        if !self.wrong.is_empty() {
            f.faults.lock().drawn.push((field.to_owned(), name.to_owned()));
        }
    }
}

impl Wrong {
    fn sentence(&self, f: &Frame) -> String {
        let gaps: Vec<_> = self.gaps.iter().map(|(name, value)| (*name, FluentValue::from(value.clone()))).collect();
        f.house.words.fill(self.key, &gaps)
    }
}

/// A value as it stands in an address.
#[must_use]
pub fn encoded(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// Text on one line: trimmed, inner white space made single, nothing in it that nobody can see; empty where that is all
/// of it.
#[must_use]
pub fn one_line(text: &str) -> String {
    let seen: String = text.chars().filter(|c| is_seen(*c)).collect();
    if is_blank(&seen) { String::new() } else { seen.split_whitespace().collect::<Vec<_>>().join(" ") }
}

/// Whether there is nothing in a text that anybody could see.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200c}' | '\u{200d}') || !is_seen(c))
}

/// What has no width, is blank without being a space, or turns the direction of writing, and so makes two names look
/// like one. The joiners are not among them: scripts and drawn faces are made with them.
#[rustfmt::skip]
const UNSEEN: [RangeInclusive<char>; 16] = [
    '\u{ad}'..='\u{ad}', '\u{34f}'..='\u{34f}', '\u{61c}'..='\u{61c}', '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}', '\u{180b}'..='\u{180f}', '\u{200b}'..='\u{200b}', '\u{200e}'..='\u{200f}',
    '\u{202a}'..='\u{202e}', '\u{2060}'..='\u{206f}', '\u{2800}'..='\u{2800}', '\u{3164}'..='\u{3164}',
    '\u{feff}'..='\u{feff}', '\u{ffa0}'..='\u{ffa0}', '\u{fff0}'..='\u{fffd}', '\u{e0000}'..='\u{e0fff}',
];

/// Whether a character may stand in a name or title: one that can be seen, or white space.
#[must_use]
pub fn is_seen(c: char) -> bool {
    !UNSEEN.iter().any(|unseen| unseen.contains(&c)) && (!c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_a_text_keeps_its_lines() {
        let mut form = Form::parse(b"a=+one%0D%0Atwo++three+&b=one%0D%0Atwo%0A").unwrap();
        assert_eq!(form.line("a", 1..=50), "one two three");
        assert_eq!(form.text("b", 1..=50), "one\ntwo");
        assert!(form.is_right());
    }

    #[test]
    fn limits_hold_on_both_sides_and_count_characters() {
        for (sent, right) in [("", false), ("ab", false), ("äöü", true), ("äöüäö", true), ("äöüäöü", false)]
        {
            let mut form = Form::filled([("a", sent)]);
            form.line("a", 3..=5);
            assert_eq!(form.is_right(), right, "{sent}");
        }
    }

    #[test]
    fn a_field_has_one_fault_at_a_time() {
        let mut form = Form::filled([("a", "")]);
        form.line("a", 1..=5);
        form.refuse("a", "wrong-choose");
        form.refuse("b", "wrong-choose");
        assert_eq!(
            form.wrong.iter().map(|wrong| (wrong.field.as_str(), wrong.key)).collect::<Vec<_>>(),
            [("a", "wrong-missing"), ("b", "wrong-choose")]
        );
    }

    #[test]
    fn what_nobody_can_see_is_no_name_and_no_text() {
        for blank in ["\u{3164}", "\u{200b}\u{2060}", "\u{202e}", "\u{ad} \u{feff}", "\u{200d}"] {
            let mut form = Form::filled([("line", blank), ("text", blank)]);
            form.line("line", 1..=50);
            form.text("text", 1..=50);
            assert_eq!(form.wrong.len(), 2, "{blank:?}");
        }
        let mut form =
            Form::filled([("name", "\u{202e}Mem\u{200b} B\u{3164}er"), ("face", "👩\u{200d}🎤 می\u{200c}خواهم")]);
        assert_eq!(form.line("name", 1..=50), "Mem Ber");
        assert_eq!(form.line("face", 1..=50), "👩\u{200d}🎤 می\u{200c}خواهم", "joiners are part of what is seen");
    }

    #[test]
    fn what_postgres_would_choke_on_never_gets_in() {
        let form = Form::parse(b"a=x%00y%1B").unwrap();
        assert_eq!(form.value("a"), "xy");
    }
}
