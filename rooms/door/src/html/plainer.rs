//! What plugins and page builders do with a text before it is HTML that can be read: languages side by side, pictures
//! in a style.

use std::borrow::Cow;

/// A text that stands there in several languages, one after another with something between: qTranslate keeps it as
/// `[:de]…[:en]…[:]` or `<!--:de-->…<!--:-->`.
pub(super) fn in_turn<'a>(source: &'a str, between: &str) -> Cow<'a, str> {
    let (mut parts, mut rest) = (Vec::new(), source);
    while let Some((at, end)) = tongue_mark(rest).filter(|_| parts.len() < TONGUES_MAX) {
        parts.push(rest[..at].trim());
        rest = &rest[end..];
    }
    if parts.len() < 2 {
        return source.into(); // one alone is somebody's face
    }
    parts.push(rest.trim());
    parts.retain(|part| !part.is_empty());
    parts.join(between).into()
}

/// Where the first mark of a language, or of the end of one, begins and ends.
fn tongue_mark(text: &str) -> Option<(usize, usize)> {
    text.match_indices(":").find_map(|(colon, _)| {
        let (begin, end) =
            [("[", "]"), ("<!--", "-->")].into_iter().find(|(begin, _)| text[..colon].ends_with(begin))?;
        let after = &text[colon + 1..];
        let name = after.bytes().take(2).take_while(u8::is_ascii_lowercase).count();
        (name != 1 && after[name..].starts_with(end)).then_some((colon - begin.len(), colon + 1 + name + end.len()))
    })
}

/// The most marks of languages that are looked at in one text.
const TONGUES_MAX: usize = 1_000;

/// A text in which pictures that lie behind something stand before what it holds: old covers and page builders keep
/// theirs in a style, `<div style="background-image:url(…)">`.
pub(super) fn with_backgrounds(source: &str) -> Cow<'_, str> {
    const STYLE: &str = "background-image:";
    if !source.contains(STYLE) {
        return source.into();
    }
    let (mut out, mut rest) = (String::with_capacity(source.len()), source);
    while let Some((before, after)) = rest.split_once(STYLE) {
        out = out + before + STYLE;
        rest = after;
        let Some((value, end)) = after.find('>').map(|end| (&after[..end], end + 1)) else { break };
        let address =
            value.trim_start().strip_prefix("url(").and_then(|value| value.split_once(')')).map(|(address, _)| address);
        let address =
            address.map(|address| address.replace("&quot;", "").replace("&#039;", "").replace(['"', '\'', '<'], ""));
        if let Some(address) = address.filter(|_| before.rfind('<') > before.rfind('>')) {
            out += &format!("{}<p><img src=\"{address}\"></p>", &after[..end]);
            rest = &after[end..];
        }
    }
    (out + rest).into()
}
