//! WordPress' shortcodes, `[name key="value"]…[/name]`: those that hold words, pictures or sound are spelled out as
//! HTML, those that only a plugin can fill are taken out and named. What stands in brackets otherwise is somebody's
//! words.

use std::fmt::Write as _;

use super::builders::{link_in, said_in};

/// Shortcodes of WordPress and its usual plugins that show nothing once the plugin is gone.
const EMPTY_WITHOUT_PLUGIN: &[&str] = &[
    "contact-form", "contact-form-7", "contact-field", "wpforms", "gravityform", "ninja_form", "mc4wp_form", "sharing",
    "jetpack_subscription_form", "rev_slider", "woocommerce_cart", "toc", "poll", "archives",
];

/// Shortcodes that are read in one text, and bytes in which the end of one is looked for: both far beyond any honest
/// text.
const CODES_MAX: usize = 2_000;
const INSIDE_BYTES_MAX: usize = 200_000;
/// The longest shortcode between its brackets, and the longest name of one.
const CODE_BYTES_MAX: usize = 8 << 10;
const NAME_BYTES_MAX: usize = 64;

/// A shortcode's opening: what stands between the brackets, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Code<'a> {
    name: &'a str,
    pub(super) values: Vec<(&'a str, &'a str)>,
    /// `[name … /]`
    is_closed: bool,
}

impl<'a> Code<'a> {
    /// Reads the opening that a text begins with, and says where it ends.
    fn read(text: &'a str) -> Option<(Self, usize)> {
        let inside = text.strip_prefix('[')?;
        let name_end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')?;
        let name = &inside[..name_end];
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let (mut values, mut rest) = (Vec::new(), inside[name_end..].trim_start());
        let mut is_closed = false;
        while !rest.starts_with(']') {
            if let Some(after) = rest.strip_prefix('/') {
                is_closed = true;
                rest = after.trim_start();
                continue;
            }
            let (value, after) = Self::read_value(rest)?;
            values.push(value);
            rest = after.trim_start();
        }
        Some((Self { name, values, is_closed }, text.len() - rest.len() + 1))
    }

    /// `key="value"`, `key='value'`, `key=value`, or a value alone.
    fn read_value(text: &'a str) -> Option<((&'a str, &'a str), &'a str)> {
        let key_end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')?;
        let Some(value) = text[key_end..].strip_prefix('=').filter(|_| key_end > 0) else {
            let (value, after) = Self::read_bare(text)?;
            return Some((("", value), after));
        };
        let (value, after) = match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split_once(quote)?,
            _ => Self::read_bare(value)?,
        };
        Some(((&text[..key_end], value), after))
    }

    fn read_bare(text: &'a str) -> Option<(&'a str, &'a str)> {
        let end = text.find(|c: char| c.is_whitespace() || matches!(c, ']' | '[' | '<'))?;
        (end > 0).then(|| text.split_at(end))
    }

    pub(super) fn value(&self, keys: &[&str]) -> Option<&'a str> {
        self.values.iter().find(|(key, _)| keys.contains(key)).map(|(_, value)| *value)
    }
}

/// Names of shortcodes that only a plugin could have filled.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// What they would have shown is gone.
    pub whole: Vec<String>,
    /// They said how what they hold is laid out; the words in them stay.
    pub layout: Vec<String>,
}

/// Spells shortcodes out, and says which are lost.
pub(super) fn spell_out(source: &str, attached: &[String]) -> (String, Lost) {
    let (mut out, mut lost) = (String::with_capacity(source.len()), Lost::default());
    let mut codes = 0;
    let mut rest = source;
    while let Some(start) = rest.find('[').filter(|_| codes < CODES_MAX) {
        out += &rest[..start];
        rest = &rest[start..];
        if let Some(end) = meant_as_words(rest) {
            out += &rest[1..end - 1];
            rest = &rest[end..];
            continue;
        }
        if let Some(end) = closing_of(rest, &lost) {
            rest = &rest[end..];
            continue;
        }
        let read = Code::read(&rest[..rest.floor_char_boundary(CODE_BYTES_MAX)]).and_then(|(code, end)| {
            codes += 1;
            let closing = format!("[/{}]", code.name);
            let near = &rest[end..rest.floor_char_boundary(end + INSIDE_BYTES_MAX)];
            let inside = memchr::memmem::find(near.as_bytes(), closing.as_bytes())
                .filter(|_| !code.is_closed)
                .map(|length| &near[..length]);
            Some((
                spelled(&code, inside, attached, &mut lost)?,
                end,
                inside.map_or(0, |inside| inside.len() + closing.len()),
            ))
        });
        match read {
            Some((Spelled::As(html), end, inside)) => {
                out += &html;
                rest = &rest[end + inside..];
            }
            // What it holds is read on, since shortcodes stand in each other.
            Some((Spelled::Around(heading), end, _)) => {
                out += &heading;
                rest = &rest[end..];
            }
            None => {
                out.push('[');
                rest = &rest[1..];
            }
        }
    }
    (out + rest, lost)
}

/// Where a `[[name …]]` ends: whoever doubles the brackets writes about a shortcode.
fn meant_as_words(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[').filter(|inner| inner.starts_with('['))?;
    let (_, end) = Code::read(&inner[..inner.floor_char_boundary(CODE_BYTES_MAX)])?;
    inner[end..].starts_with(']').then_some(end + 2)
}

/// Where the `[/name]` ends that a text begins with, when its beginning was taken out.
fn closing_of(text: &str, lost: &Lost) -> Option<usize> {
    let near = &text[..text.floor_char_boundary(NAME_BYTES_MAX)];
    let (name, _) = near.strip_prefix("[/")?.split_once(']')?;
    lost.layout.iter().chain(&lost.whole).any(|known| known == name).then(|| name.len() + 3)
}

enum Spelled {
    As(String),
    /// The brackets go, what they hold stays, below what it is headed.
    Around(String),
}

/// What a shortcode says; `None` when it is none, but words in brackets.
fn spelled(code: &Code<'_>, inside: Option<&str>, attached: &[String], lost: &mut Lost) -> Option<Spelled> {
    let link = |address: Option<&str>| {
        let address = address.unwrap_or_default().split('|').next().unwrap_or_default().trim();
        let name = address.rsplit('/').next().unwrap_or_default();
        if address.is_empty() {
            String::new()
        } else {
            format!("\n\n<p><a href=\"{}\">{}</a></p>\n\n", quoted(address), quoted(name))
        }
    };
    Some(Spelled::As(match code.name {
        "caption" | "wp_caption" => captioned(inside?, code.value(&["caption"])),
        "gallery" => gallery(code, attached),
        "embed" => format!("\n\n<p>{}</p>\n\n", inside?.trim()),
        "youtube" | "vimeo" | "wpvideo" | "videopress" | "soundcloud" | "twitter" | "tweet" | "instagram" | "gist" => {
            match seen_at(code.name, code.value(&["url", "src", "id", ""]).or(inside).unwrap_or_default()) {
                Some(address) => format!("\n\n<p>{}</p>\n\n", quoted(&address)),
                None => {
                    lose(code.name, &mut lost.whole);
                    return Some(Spelled::Around(String::new()));
                }
            }
        }
        "code" | "sourcecode" | "source" => format!("\n\n<pre>{}</pre>\n\n", inside?.replace('<', "&lt;")),
        "audio" => link(code.value(&["src", "mp3", "m4a", "ogg", "wav", "wma", "flac", ""]).or(inside)),
        "video" => link(code.value(&["src", "mp4", "m4v", "webm", "ogv", "flv", ""]).or(inside)),
        "playlist" => gallery(code, &[]),
        name if EMPTY_WITHOUT_PLUGIN.contains(&name) => {
            lose(name, &mut lost.whole);
            String::new()
        }
        name if inside.is_some() || code.values.iter().any(|(key, _)| !key.is_empty()) => {
            let mut said = said_in(code);
            if let Some(address) =
                code.value(&["src", "url", "href"]).and_then(link_in).filter(|_| said.is_empty() && inside.is_none())
            {
                said = format!("\n\n<p>{}</p>\n\n", quoted(&address));
            }
            lose(name, if inside.is_some() || !said.is_empty() { &mut lost.layout } else { &mut lost.whole });
            return Some(Spelled::Around(said));
        }
        _ => return None,
    }))
}

fn lose(name: &str, lost: &mut Vec<String>) {
    if !lost.iter().any(|known| known == name) {
        lost.push(name.to_owned());
    }
}

/// The page on which a thing of another site is seen, by its address or its number there: `=http://…&w=320` is one,
/// too.
fn seen_at(site: &str, named: &str) -> Option<String> {
    let named = named.trim().trim_start_matches('=').replace("&amp;", "&");
    let is_number = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if named.starts_with("http://") || named.starts_with("https://") || named.starts_with("//") {
        // How large it was to be shown is said behind the address.
        let kept = named
            .split(['?', '&'])
            .skip(1)
            .filter(|pair| !["w=", "h=", "rel=", "width=", "height="].iter().any(|size| pair.starts_with(size)));
        let query = kept.collect::<Vec<_>>().join("&");
        let path = named.split(['?', '&']).next().unwrap_or_default();
        let address = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        return Some(if address.starts_with("//") { format!("https:{address}") } else { address });
    }
    match site {
        "youtube" if is_number(&named) => Some(format!("https://www.youtube.com/watch?v={named}")),
        "wpvideo" | "videopress" if is_number(&named) => Some(format!("https://videopress.com/v/{named}")),
        "vimeo" if is_number(&named) => Some(format!("https://vimeo.com/{named}")),
        "gist" if is_number(&named) => Some(format!("https://gist.github.com/{named}")),
        _ => None,
    }
}

/// A picture and the words below it.
fn captioned(inside: &str, caption: Option<&str>) -> String {
    let picture_end =
        inside.find("<img").and_then(|start| inside[start..].find('>').map(|end| start + end + 1)).unwrap_or(0);
    let words = &inside[picture_end..];
    let link_end = if words.trim_start().starts_with("</a>") { words.find("</a>").map_or(0, |at| at + 4) } else { 0 };
    let (picture, words) = inside.split_at(picture_end + link_end);
    let words = if words.trim().is_empty() { caption.unwrap_or_default() } else { words };
    format!("\n\n<figure>{picture}<figcaption>{words}</figcaption></figure>\n\n")
}

/// Pictures by the ids that a gallery names, as addresses that the importer knows.
fn gallery(code: &Code<'_>, attached: &[String]) -> String {
    let named: Vec<_> = code
        .value(&["ids", "include"])
        .unwrap_or_default()
        .split(',')
        .map(|id| id.trim().to_owned())
        .filter(|id| !id.is_empty())
        .collect();
    let ids = if named.is_empty() { attached } else { &named };
    let pictures =
        ids.iter().filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).fold(String::new(), |mut out, id| {
            write!(out, "<p><img src=\"/?attachment_id={id}\"></p>").expect("writing to memory cannot fail");
            out
        });
    format!("\n\n{pictures}\n\n")
}

pub(super) fn quoted(value: &str) -> String {
    value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(source: &str) -> String {
        spell_out(source, &["7".into()]).0.replace('\n', "")
    }

    #[test]
    fn pictures_sound_and_embeds_are_spelled_out() {
        assert_eq!(
            spelled("[caption id=\"a\" width=\"3\"]<a href=\"x\"><img src=\"y\" /></a> Words <em>here</em>[/caption]"),
            "<figure><a href=\"x\"><img src=\"y\" /></a><figcaption> Words <em>here</em></figcaption></figure>"
        );
        assert_eq!(
            spelled("[caption caption='Old']<img src=y>[/caption]"),
            "<figure><img src=y><figcaption>Old</figcaption></figure>"
        );
        assert_eq!(
            spelled("[gallery ids=\"1, 2,x\" columns=2]"),
            "<p><img src=\"/?attachment_id=1\"></p><p><img src=\"/?attachment_id=2\"></p>"
        );
        assert_eq!(spelled("[gallery]"), "<p><img src=\"/?attachment_id=7\"></p>");
        assert_eq!(spelled("a [embed width=\"3\"]https://b.example/c[/embed] d"), "a <p>https://b.example/c</p> d");
        assert_eq!(
            spelled("[audio mp3=\"https://b.example/c.mp3\"][/audio]"),
            "<p><a href=\"https://b.example/c.mp3\">c.mp3</a></p>"
        );
    }

    #[test]
    fn films_and_listings_are_spelled_out_whatever_way_they_were_named() {
        for film in [
            "[youtube=http://www.youtube.com/watch?v=abc&w=640&h=385]",
            "[youtube http://www.youtube.com/watch?v=abc]",
            "[youtube]http://www.youtube.com/watch?v=abc[/youtube]",
            "[youtube=http://www.youtube.com/watch?v=abc&amp;rel=0]",
        ] {
            assert_eq!(spelled(film), "<p>http://www.youtube.com/watch?v=abc</p>", "{film}");
        }
        assert_eq!(spelled("[wpvideo Xy12]"), "<p>https://videopress.com/v/Xy12</p>");
        assert_eq!(spelled("[iframe src=\"https://b.example/c\" width=3]"), "<p>https://b.example/c</p>");
        assert_eq!(spelled("[vimeo 123]"), "<p>https://vimeo.com/123</p>");
        assert_eq!(spelled("[gist id=123]"), "<p>https://gist.github.com/123</p>");
        assert_eq!(
            spelled("[soundcloud url=\"https://api.a.example/1\" params=\"b=c\" width=\"3\"]"),
            "<p>https://api.a.example/1</p>"
        );
        assert_eq!(spelled("[instagram]words[/instagram]"), "words");
        assert_eq!(spelled("[sourcecode language=\"css\"]a { <b> } &lt;[/sourcecode]"), "<pre>a { &lt;b> } &lt;</pre>");
        assert_eq!(
            spelled("[audio https://a.example/b.mp3|titles=c]"),
            "<p><a href=\"https://a.example/b.mp3\">b.mp3</a></p>"
        );
    }

    #[test]
    fn doubled_brackets_are_words_about_a_shortcode() {
        assert_eq!(spelled("a [[gallery ids=\"1\"]] b [[x] c"), "a [gallery ids=\"1\"] b [[x] c");
    }

    #[test]
    fn words_in_brackets_stay_words() {
        for words in [
            "[sic]", "[1]", "a [ b", "[]", "[not a code", "a[0] = b[i];", "[he said", "[x] done", "[ä b=\"c\"]",
            "[a b c", "[quiet voice]",
        ] {
            assert_eq!(spelled(words), words);
        }
    }

    #[test]
    fn what_only_a_plugin_can_fill_is_named_and_what_it_holds_stays() {
        let (html, lost) =
            spell_out("a [contact-form-7 id=\"1\" title=\"b\"] [row class=\"x\"][col]c[/col][/row] d", &[]);
        assert_eq!(html, "a  c d");
        assert_eq!(lost, Lost { whole: vec!["contact-form-7".into()], layout: vec!["row".into(), "col".into()] });
    }
}
