//! People's Markdown, made into HTML once, when it is written. The source is parsed into a tree of our own ([`tree`])
//! that can say nothing but what a text needs; only that tree is written as HTML ([`html`]).
//!
//! Promises: HTML in a source is shown as the text it is; links go to `http`, `https`, `mailto`, `tel` or a path of
//! this house; nothing is loaded from another host; no heading stands beside the page's own `h1`; work is bounded by
//! the length of the source. Never: an element, attribute or address that the tree has no word for.

mod again;
mod html;
mod tree;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

pub use again::render_again;
pub use tree::Target;

/// The version of this renderer, kept with each row. A row of an older one is rendered anew from its source.
pub const VERSION: i64 = 1;
/// Characters that are parsed in one piece, and the most a person may send in one text. What is longer (an import) is
/// rendered piece by piece, so that the work stays linear.
pub const SOURCE_CHARS_MAX: usize = 60_000;

/// A text as it is kept beside its source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Safe to stand in a page as it is.
    pub html: String,
    /// The words alone, a line for each block: for search, previews and mail.
    pub plain: String,
    /// The [`VERSION`] that made it.
    pub version: i64,
}

/// Renders a source. Nothing a person writes can be wrong: what is no Markdown is text.
#[must_use]
pub fn render(source: &str) -> Rendered {
    let mut rendered = Rendered { version: VERSION, ..Rendered::default() };
    for piece in pieces(source) {
        let text = tree::Text::read(piece);
        html::write(&text, &mut rendered.html);
        text.write_plain(&mut rendered.plain);
    }
    rendered.html = cleaned(&rendered.html);
    rendered.plain.truncate(rendered.plain.trim_end().len());
    rendered
}

/// The first characters of plain words on one line, cut between words and marked with an ellipsis where something is
/// gone.
#[must_use]
pub fn snippet(plain: &str, chars: usize) -> String {
    let mut line = String::new();
    let mut left = chars;
    for word in plain.split_whitespace() {
        let length = word.chars().count() + usize::from(!line.is_empty());
        if length > left {
            let begins: String =
                if line.is_empty() { word.chars().take(left.saturating_sub(1)).collect() } else { String::new() };
            return line + &begins + "…";
        }
        left -= length;
        line.extend((!line.is_empty()).then_some(' '));
        line.push_str(word);
    }
    line
}

/// Cuts a source that is longer than one piece at blank lines, or at the limit where there are none.
fn pieces(source: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some((end, _)) = rest.char_indices().nth(SOURCE_CHARS_MAX) {
        let cut = rest[..end].rfind("\n\n").filter(|cut| *cut > 0).unwrap_or(end);
        let (piece, next) = rest.split_at(cut);
        pieces.push(piece);
        rest = next;
    }
    pieces.push(rest);
    pieces
}

/// The second layer: knows the same few elements and drops whatever else the first might let through by a mistake.
fn cleaned(html: &str) -> String {
    static SECOND: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut second = Builder::empty();
        second
            .tags(HashSet::from(html::ELEMENTS))
            .tag_attributes(HashMap::from([
                ("a", HashSet::from(["href", "rel", "id"])),
                ("img", HashSet::from(["src", "alt", "loading"])),
                ("li", HashSet::from(["id"])),
                ("ol", HashSet::from(["start"])),
                ("th", HashSet::from(["scope"])),
                ("div", HashSet::from(["tabindex"])),
                ("pre", HashSet::from(["tabindex"])),
            ]))
            .allowed_classes(
                html::CLASSES.iter().map(|(element, classes)| (*element, classes.iter().copied().collect())).collect(),
            )
            .url_schemes(HashSet::from(tree::SCHEMES))
            .url_relative(UrlRelative::PassThrough)
            .attribute_filter(|_, attribute, value| match attribute {
                "src" => value.starts_with("/files/").then(|| value.into()),
                "href" => (value.starts_with('#') || Target::read(value).is_some()).then(|| value.into()),
                _ => Some(value.into()),
            })
            .link_rel(None);
        second
    });
    SECOND.clean(html).to_string()
}

#[cfg(test)]
mod tests;
