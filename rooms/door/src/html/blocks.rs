//! WordPress' blocks that hold no words themselves: `<!-- wp:name {…} /-->` stands for what is kept elsewhere or was
//! made when a page was shown. What is kept elsewhere is put in its place; of the rest, the names are told.

use serde_json::Value;

use super::shortcodes::quoted;

/// A block without words of its own.
struct Empty<'a> {
    name: &'a str,
    values: Value,
    /// Where it stands.
    start: usize,
    end: usize,
}

/// How deep blocks that are kept elsewhere may stand in each other, and bytes that they may add to a text.
const DEPTH_MAX: usize = 4;
const ADDED_BYTES_MAX: usize = 1 << 20;
const BEGIN: &str = "<!-- wp:";

/// Puts into a text what stands for its empty blocks: `kept` are those kept under a number for many texts, `notes` is
/// what WordPress kept of its footnotes (JSON).
#[must_use]
pub fn filled(source: &str, kept: &dyn Fn(&str) -> Option<String>, notes: &str) -> String {
    let mut text = source.to_owned();
    for _ in 0..DEPTH_MAX {
        let Some(next) = once(&text, kept) else { break };
        text = next;
    }
    text = linked(&text);
    let notes = footnotes(notes);
    match empty_blocks(&text).into_iter().find(|block| block.name == "footnotes") {
        _ if notes.is_empty() => text,
        Some(block) => format!("{}{notes}{}", &text[..block.start], &text[block.end..]),
        None => text + "\n\n" + &notes,
    }
}

/// The names of the empty blocks that nothing here can fill, each once; scripts and formulas are such, too.
pub(super) fn unfilled(source: &str) -> Vec<String> {
    let mut names: Vec<String> = ["script", "math", "textarea", "select"]
        .into_iter()
        .filter(|name| source.contains(&format!("<{name}")))
        .map(str::to_owned)
        .collect();
    for block in empty_blocks(source) {
        let is_nothing = matches!(block.name, "block" | "footnotes" | "spacer" | "separator" | "more" | "nextpage");
        let name = format!("wp:{}", block.name);
        if !is_nothing && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Fills what is kept elsewhere in one round; `None` where there is nothing.
fn once(text: &str, kept: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for block in empty_blocks(text).into_iter().filter(|block| block.name == "block") {
        let Some(words) = block.values.get("ref").and_then(|id| kept(&id.to_string())) else { continue };
        if out.len() > text.len() + ADDED_BYTES_MAX {
            break;
        }
        out += &text[at..block.start];
        out += &words;
        at = block.end;
    }
    (at > 0).then(|| out + &text[at..])
}

/// Puts links where blocks are no more than that: to what was embedded, to a page elsewhere.
fn linked(text: &str) -> String {
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for block in empty_blocks(text) {
        let is_link = matches!(block.name, "embed" | "social-link" | "navigation-link" | "navigation-submenu")
            || block.name.starts_with("core-embed/");
        let value = |name| block.values.get(name).and_then(Value::as_str).filter(|value| !value.is_empty());
        let Some(address) = value("url").filter(|_| is_link) else { continue };
        let words = value("label").or(value("service")).unwrap_or(address);
        out += &text[at..block.start];
        out += &format!("<p><a href=\"{}\">{}</a></p>", quoted(address), words.replace('<', "&lt;"));
        at = block.end;
    }
    out + &text[at..]
}

fn empty_blocks(text: &str) -> Vec<Empty<'_>> {
    let mut after = 0;
    let blocks = text.match_indices("-->").filter_map(|(end, mark)| {
        let from = std::mem::replace(&mut after, end + mark.len());
        let start = from + text[from..end].rfind(BEGIN)?;
        let inside = text[start + BEGIN.len()..end].strip_suffix('/')?.trim();
        let (name, values) = inside.split_once(char::is_whitespace).unwrap_or((inside, "{}"));
        Some(Empty {
            name: name.strip_prefix("core/").unwrap_or(name),
            values: serde_json::from_str(values.trim()).unwrap_or_default(),
            start,
            end: end + mark.len(),
        })
    });
    blocks.collect()
}

/// Footnotes as a list.
fn footnotes(notes: &str) -> String {
    let notes: Vec<Value> = serde_json::from_str(notes).unwrap_or_default();
    let items: String = notes
        .iter()
        .filter_map(|note| note.get("content")?.as_str())
        .map(|words| format!("<li>{words}</li>"))
        .collect();
    if items.is_empty() { items } else { format!("<ol>{items}</ol>") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_for_many_texts_stands_in_each() {
        let kept = |id: &str| match id {
            "7" => Some("<p>Seven</p> <!-- wp:block {\"ref\":8} /-->".to_owned()),
            "8" => Some("<p>Eight</p>".to_owned()),
            "9" => Some("<!-- wp:block {\"ref\":9} /--><!-- wp:block {\"ref\":9} /-->".to_owned()),
            _ => None,
        };
        assert_eq!(
            filled("a <!-- wp:block {\"ref\":7,\"x\":\"-\"} /--> b <!-- wp:core/block {\"ref\":8} /-->", &kept, ""),
            "a <p>Seven</p> <p>Eight</p> b <p>Eight</p>"
        );
        assert_eq!(filled("<!-- wp:block {\"ref\":1} /-->", &kept, ""), "<!-- wp:block {\"ref\":1} /-->");
        assert!(
            filled(&"<!-- wp:block {\"ref\":9} /-->".repeat(99), &kept, "").len() < 100_000,
            "one that holds itself ends"
        );
    }

    #[test]
    fn footnotes_stand_where_they_stood_or_at_the_end() {
        let notes = "[{\"content\":\"One <em>a</em>\",\"id\":\"x\"},{\"content\":\"Two\"}]";
        let none = |_: &str| None;
        assert_eq!(filled("a<!-- wp:footnotes /-->b", &none, notes), "a<ol><li>One <em>a</em></li><li>Two</li></ol>b");
        assert_eq!(filled("a", &none, notes), "a\n\n<ol><li>One <em>a</em></li><li>Two</li></ol>");
        assert_eq!(filled("a<!-- wp:footnotes /-->", &none, "no JSON"), "a<!-- wp:footnotes /-->");
    }

    #[test]
    fn a_block_that_is_no_more_than_a_link_is_one() {
        let none = |_: &str| None;
        assert_eq!(
            filled(
                "a <!-- wp:social-link {\"url\":\"https://b.example/?c&d\",\"service\":\"mastodon\"} /--> <!-- wp:embed {\"url\":\"https://e.example\"} /-->",
                &none,
                ""
            ),
            "a <p><a href=\"https://b.example/?c&amp;d\">mastodon</a></p> <p><a href=\"https://e.example\">https://e.example</a></p>"
        );
        assert_eq!(
            filled("<!-- wp:acf/x {\"url\":\"https://b.example\"} /-->", &none, ""),
            "<!-- wp:acf/x {\"url\":\"https://b.example\"} /-->"
        );
    }

    #[test]
    fn what_nothing_can_fill_is_named_once() {
        let source = "<!-- wp:acf/quote {\"data\":{\"a\":\"b\"}} /--><!-- wp:acf/quote /--><!-- wp:spacer /--><!-- wp:paragraph --><p>a</p><!-- /wp:paragraph --><!-- wp:latest-posts /-->";
        assert_eq!(unfilled(source), ["wp:acf/quote", "wp:latest-posts"]);
        assert_eq!(unfilled("<script>a()</script><math><mi>x</mi></math>"), ["script", "math"]);
    }
}
