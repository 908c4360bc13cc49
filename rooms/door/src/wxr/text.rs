//! Text, attributes and prefixes out of the bytes of an export.

/// Text out of bytes. What is no UTF-8 was written by somebody whose letters were one byte each, as most of Europe's
/// were.
pub(super) fn letters(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out += chunk.valid();
        out += &encoding_rs::WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0;
    }
    out
}

/// The value of an attribute.
pub(super) fn attribute<'a>(inside: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let start = memchr::memmem::find(inside, &[name, b"="].concat())? + name.len() + 1;
    let quote = *inside.get(start).filter(|quote| matches!(quote, b'"' | b'\''))?;
    let value = &inside[start + 1..];
    Some(&value[..memchr::memchr(quote, value)?])
}

/// The longest name of an entity.
const ENTITY_BYTES_MAX: usize = 10;

/// Text with the entities of XML resolved. One that only HTML knows stays: what it stands in is read as HTML later.
pub(super) fn with_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out += before;
        let end = memchr::memchr(b';', &after.as_bytes()[..after.len().min(ENTITY_BYTES_MAX + 1)]);
        let found = end.and_then(|end| Some((entity(&after[..end])?, &after[end + 1..])));
        match found {
            Some((letter, after)) => {
                out.push(letter);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out + rest
}

fn entity(name: &str) -> Option<char> {
    let number = |digits: &str, radix| {
        u32::from_str_radix(digits, radix).ok().map(|code| char::from_u32(code).unwrap_or('\u{fffd}'))
    };
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix('#')? {
            digits if digits.starts_with(['x', 'X']) => number(&digits[1..], 16),
            digits => number(digits, 10),
        },
    }
}

/// No control characters, and `\n` for every end of a line.
pub(super) fn cleaned(text: String) -> String {
    let is_clean = text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    if is_clean {
        text
    } else {
        text.replace("\r\n", "\n")
            .replace('\r', "\n")
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .collect()
    }
}

/// The prefixes that stand for the parts of an export, where they are not WordPress' own:
/// `xmlns:x="http://wordpress.org/export/1.2/"`.
pub(super) fn prefixes(rss: &[u8]) -> Vec<(Vec<u8>, &'static [u8])> {
    let declared = String::from_utf8_lossy(rss);
    let all = declared.split("xmlns:").skip(1).filter_map(|part| {
        let (prefix, address) = part.split_once('=')?;
        let address = address.trim_start_matches(['"', '\'']).split(['"', '\'']).next()?;
        let own: &'static str = match address {
            address if address.contains("wordpress.org/export/") => {
                if address.contains("/excerpt") {
                    "excerpt"
                } else {
                    "wp"
                }
            }
            address if address.contains("/modules/content") => "content",
            address if address.contains("/dc/elements/") => "dc",
            _ => return None,
        };
        let prefix = prefix.trim();
        (prefix != own).then(|| (prefix.as_bytes().to_vec(), own.as_bytes()))
    });
    all.collect()
}
