//! Other people's HTML, made into clean Markdown. ammonia reads it as a browser would and drops whatever is not on a
//! short list; what is left is a small, well-formed tree ([`tree`]) that is written as Markdown ([`write`]). WordPress'
//! own ways to say things, in square brackets, are spelled out before ([`shortcodes`]).
//!
//! Promises: no HTML comes out, and no address that `rewrite` did not give. The words survive; how they were placed and
//! coloured does not.

pub mod blocks;
mod builders;
mod plainer;
mod shortcodes;
mod table;
mod tree;
mod write;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use plainer::{in_turn, with_backgrounds};
pub use shortcodes::Lost;

/// What becomes of an address in a text: another one, or none, where nothing should lead.
pub type Rewrite<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Makes Markdown of a text as WordPress keeps it: blocks, or classic HTML in which a line end means something.
/// `attached` are the ids of the pictures that hang on it, for a gallery that names none.
#[must_use]
pub fn markdown(source: &str, attached: &[String], rewrite: Rewrite<'_>) -> String {
    // Where a text was cut in two, one part ends.
    let source = &*in_turn(source, "\n\n");
    let spelled_out = shortcodes::spell_out(&with_backgrounds(source), attached)
        .0
        .replace("<!--more", "\n\n<!--more")
        .replace("<!--nextpage-->", "\n\n");
    written(&spelled_out, !source.contains("<!-- wp:"), rewrite)
}

/// The names of what in a text only a plugin could have filled, without making anything of it.
#[must_use]
pub fn lost(source: &str) -> Lost {
    let (_, mut lost) = shortcodes::spell_out(source, &[]);
    lost.whole.extend(blocks::unfilled(source));
    lost
}

/// Makes Markdown of what was said in a comment, where what stands in brackets is somebody's words.
#[must_use]
pub fn comment(source: &str, rewrite: Rewrite<'_>) -> String {
    written(source, true, rewrite)
}

/// A picture with what is said of it, as Markdown. `caption` is HTML.
#[must_use]
pub fn picture(path: &str, alt: &str, caption: &str) -> String {
    let html = format!(
        "<figure><img src=\"{}\" alt=\"{}\"><figcaption>{caption}</figcaption></figure>",
        shortcodes::quoted(path),
        shortcodes::quoted(alt)
    );
    written(&html, false, &|url| Some(url.to_owned()))
}

/// A link to what is found at an address, as HTML.
#[must_use]
pub fn bare_link(address: &str) -> String {
    let name = address
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(address);
    format!("<p><a href=\"{}\">{}</a></p>", shortcodes::quoted(address), shortcodes::quoted(name))
}

fn written(html: &str, keeps_lines: bool, rewrite: Rewrite<'_>) -> String {
    write::markdown(&tree::read(&tamed(html)), keeps_lines, rewrite)
}

/// The words alone, on one line: for titles, names and summaries, which are far shorter than [`LINE_BYTES_MAX`].
#[must_use]
pub fn line(source: &str) -> String {
    let source = in_turn(&source[..source.floor_char_boundary(LINE_BYTES_MAX)], " / ");
    let words = tree::words(&tree::read(&tamed(&source)));
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bytes of HTML that are read for one line.
const LINE_BYTES_MAX: usize = 64 << 10;

const ELEMENTS: [&str; 63] = [
    "a", "address", "article", "aside", "audio", "b", "blockquote", "br", "center", "cite", "code", "dd", "del",
    "details", "div", "dl", "dt", "em", "embed", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "i", "iframe", "img", "kbd", "li", "main", "nav", "object", "ol", "p", "param", "pre", "q", "s",
    "section", "small", "source", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot",
    "th", "thead", "tr", "tt", "ul", "video",
];

fn tamed(html: &str) -> String {
    static TAMER: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut tamer = Builder::empty();
        tamer
            .tags(HashSet::from(ELEMENTS))
            .clean_content_tags(HashSet::from([
                "script", "style", "title", "template", "svg", "math", "select", "textarea", "noscript",
            ]))
            .tag_attributes(HashMap::from([
                ("a", HashSet::from(["href", "class"])),
                ("img", HashSet::from(["src", "alt", "data-src", "data-lazy-src"])),
                ("iframe", HashSet::from(["src"])),
                ("embed", HashSet::from(["src"])),
                ("object", HashSet::from(["data", "class"])),
                ("param", HashSet::from(["name", "value"])),
                ("audio", HashSet::from(["src"])),
                ("video", HashSet::from(["src"])),
                ("source", HashSet::from(["src"])),
                ("ol", HashSet::from(["start"])),
                ("td", HashSet::from(["colspan", "rowspan"])),
                ("th", HashSet::from(["colspan", "rowspan"])),
            ]))
            .attribute_filter(|_, _, value| Some(value[..value.floor_char_boundary(VALUE_BYTES_MAX)].into()))
            .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
            .url_relative(UrlRelative::PassThrough)
            .link_rel(None);
        tamer
    });
    TAMER.clean(&shallow(html)).to_string()
}

/// HTML without the elements that stand deeper than any honest ones: reading takes time by length times depth.
fn shallow(html: &str) -> String {
    let (mut out, mut rest, mut open) = (String::with_capacity(html.len()), html, Vec::<String>::new());
    while let Some(start) = rest.find('<') {
        put_in_runs(&mut out, &rest[..start]);
        rest = &rest[start..];
        let is_end = rest.starts_with("</");
        let begin = 1 + usize::from(is_end);
        let name_end = rest[begin..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(rest.len(), |end| end + begin);
        let name = rest[begin..name_end].to_ascii_lowercase();
        // The first need no end, and the second end each other.
        let counts = !name.is_empty()
            && !matches!(
                name.as_str(),
                "br" | "hr"
                    | "img"
                    | "input"
                    | "source"
                    | "embed"
                    | "param"
                    | "p"
                    | "li"
                    | "dt"
                    | "dd"
                    | "tr"
                    | "td"
                    | "th"
            );
        // An end that ends nothing leaves us as deep as we were.
        if is_end && let Some(at) = open.iter().rposition(|known| *known == name) {
            open.remove(at);
        }
        let is_begin = !is_end && counts;
        if is_begin && open.len() >= DEPTH_MAX {
            rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
        } else {
            out.push('<');
            rest = &rest[1..];
            open.extend(is_begin.then_some(name));
        }
    }
    put_in_runs(&mut out, rest);
    out
}

/// Puts what stands between two `<`, and parts a very long text in it where no entity is cut: the writer of HTML looks
/// to the end of a text for every sign that it escapes. The mark that parts it is on no list, so it goes again.
fn put_in_runs(out: &mut String, between: &str) {
    let begins_tag =
        out.ends_with('<') && between.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
    let text = if begins_tag { between.find('>').unwrap_or(between.len()) } else { 0 };
    *out += &between[..text];
    let mut rest = &between[text..];
    while let Some(end) =
        rest.get(rest.floor_char_boundary(RUN_BYTES)..).and_then(|far| far.find(|c: char| c == '&' || !c.is_ascii()))
    {
        let (run, after) = rest.split_at(rest.floor_char_boundary(RUN_BYTES) + end);
        *out += run;
        *out += "<wbr>";
        rest = after;
    }
    *out += rest;
}

/// The longest value of an attribute, and about how long a run of text is before it is parted.
const VALUE_BYTES_MAX: usize = 8 << 10;
const RUN_BYTES: usize = 8 << 10;
/// How deep elements may stand in each other.
const DEPTH_MAX: usize = 300;

#[cfg(test)]
mod tests;
