//! Words in which nothing is read as one of Markdown's signs: code, addresses, and a `\` only before what would mean
//! something.

/// The most backticks side by side.
fn backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

pub(super) fn fenced(text: &str) -> String {
    let fence = "`".repeat(backticks(text).max(2) + 1);
    format!("{fence}\n{}\n{fence}", text.trim_matches('\n'))
}

pub(super) fn code(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return text;
    }
    let fence = "`".repeat(backticks(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

pub(super) fn destination(url: &str) -> String {
    if url.contains([' ', '(', ')']) {
        format!("<{}>", url.replace('<', "%3C").replace('>', "%3E"))
    } else {
        url.to_owned()
    }
}

/// A word, escaped unless it is an address: that is a link as it stands, or in angle brackets where it holds signs that
/// would have to be escaped.
pub(super) fn escaped_word(word: &str) -> String {
    let start = ["https://", "http://", "www."].iter().filter_map(|begin| word.find(begin)).min();
    let start =
        start.filter(|start| !word[..*start].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '@')));
    let Some((before, address)) = start.map(|start| word.split_at(start)) else { return escaped(word) };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/:=?&%#,;+@".contains(c);
    if address.chars().all(plain) && !address.contains("__") {
        return escaped(before) + address;
    }
    let (address, after) = address.split_at(end_of_address(address));
    let link = if address.starts_with("www.") {
        format!("[{}](<http://{address}>)", escaped(address))
    } else {
        format!("<{address}>")
    };
    format!("{}{link}{}", escaped(before), escaped(after))
}

/// Where an address in a sentence ends: before what closes the sentence, or a bracket that was opened before it.
fn end_of_address(address: &str) -> usize {
    let mut end = address.find(['<', '>', '"', '\u{201d}', '*', '`', '[', ']', '\\']).unwrap_or(address.len());
    while let Some(last) = address[..end].chars().next_back() {
        let is_opened = || address[..end].matches('(').count() >= address[..end].matches(')').count();
        if !matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '_' | '~' | ')') || (last == ')' && is_opened()) {
            break;
        }
        end -= last.len_utf8();
    }
    end
}

/// Text in which nothing is read as Markdown.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        let means_something = match c {
            '\\' | '*' | '`' | '[' | ']' | '~' => true,
            '_' => !(before.is_alphanumeric() && next.is_alphanumeric()),
            '<' => next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'),
            '&' => next.is_ascii_alphanumeric() || next == '#',
            _ => false,
        };
        if means_something {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

/// A line whose beginning is not read as a heading, list, quote, rule or table.
pub(super) fn line_start_escaped(line: &str) -> String {
    let is_ruler = line.chars().all(|c| matches!(c, '-' | '=' | '+' | '|' | ':' | ' '));
    let marks = line.trim_start_matches('#').len();
    let is_heading = marks < line.len() && (marks == 0 || line[line.len() - marks..].starts_with(' '));
    let is_item = line.starts_with("- ") || line.starts_with("+ ");
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=9).contains(&digits)
        && line[digits..].starts_with(['.', ')'])
        && line[digits + 1..].chars().next().is_none_or(char::is_whitespace)
    {
        return format!("{}\\{}", &line[..digits], &line[digits..]);
    }
    if is_ruler || is_heading || is_item || line.starts_with('>') { format!("\\{line}") } else { line.to_owned() }
}
