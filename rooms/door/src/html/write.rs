//! Writes a tree as Markdown: blocks with an empty line between them, lines where the text had them, and a `\` only
//! before a sign that would otherwise be read as one of Markdown's.

mod signs;

use signs::{code, destination, escaped, escaped_word, fenced, line_start_escaped};

use super::Rewrite;
use super::tree::{Element, Node, verbatim, words};

/// Stands for `<br>` while words are gathered; no text has one, control characters were taken out.
const LINE_END: char = '\u{1}';

/// Writes Markdown. In a text that keeps its lines (classic WordPress), a line end is one, and an empty line ends a
/// paragraph.
pub(super) fn markdown(nodes: &[Node], keeps_lines: bool, rewrite: Rewrite<'_>) -> String {
    // What stands outside every block was written in the classic editor, also beside blocks.
    Writer { keeps_lines, rewrite }.blocks_in(nodes, true).join("\n\n")
}

pub(super) struct Writer<'a> {
    keeps_lines: bool,
    rewrite: Rewrite<'a>,
}

/// What words stand in already: the same emphasis twice would be written as four stars.
#[derive(Clone, Copy, Default)]
struct Within {
    strong: bool,
    emphasis: bool,
    struck: bool,
    link: bool,
    /// A line end is one.
    lines: bool,
}

impl Writer<'_> {
    /// The blocks of some nodes. Runs of words between blocks are paragraphs.
    pub(super) fn blocks(&self, nodes: &[Node]) -> Vec<String> {
        self.blocks_in(nodes, self.keeps_lines)
    }

    fn blocks_in(&self, nodes: &[Node], lines: bool) -> Vec<String> {
        let (mut blocks, mut run) = (Vec::new(), String::new());
        let mut after_list = false;
        for node in nodes {
            match node {
                Node::Element(element) if is_block(&element.name) => {
                    self.end_run(&mut run, &mut blocks);
                    let is_list = matches!(element.name.as_str(), "ul" | "ol");
                    let written = if is_list { vec![self.list(element, after_list)] } else { self.block(element) };
                    after_list = is_list && !after_list;
                    blocks.extend(written.into_iter().filter(|block| !block.is_empty()));
                }
                node => self.inline(node, Within { lines, ..Within::default() }, &mut run),
            }
        }
        self.end_run(&mut run, &mut blocks);
        blocks
    }

    fn end_run(&self, run: &mut String, blocks: &mut Vec<String>) {
        // A `<br>` at the end of a line is one line end, not two.
        let text = std::mem::take(run).replace(&format!("{LINE_END}\n"), &LINE_END.to_string());
        let mut paragraph: Vec<String> = Vec::new();
        for line in text.split(['\n', LINE_END]).map(str::trim).chain([""]) {
            if !line.is_empty() {
                paragraph.push(line_start_escaped(line));
            } else if !paragraph.is_empty() {
                blocks.push(std::mem::take(&mut paragraph).join("\n"));
            }
        }
    }

    fn block(&self, element: &Element) -> Vec<String> {
        let inside = &element.inside;
        match element.name.as_str() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = usize::from(element.name.as_bytes()[1] - b'0');
                let words = self.one_line(inside);
                // Signs at its end would be read as the end of the heading's own.
                let words = words.strip_suffix('#').map_or(words.clone(), |before| format!("{before}\\#"));
                if words.is_empty() { Vec::new() } else { vec![format!("{} {words}", "#".repeat(level))] }
            }
            "blockquote" => vec![indented(&self.blocks(inside).join("\n\n"), "> ", "> ")],
            "pre" => vec![fenced(&verbatim(inside))],
            "hr" => vec!["---".to_owned()],
            "table" => self.table(element),
            "figcaption" => self.blocks(inside).into_iter().map(|block| lines_in(&block, "*")).collect(),
            "dt" | "summary" => vec![lines_in(&self.one_line(inside), "**")],
            "iframe" | "embed" | "audio" | "video" | "source" | "param" => self.elsewhere(element),
            "object" => self.object(element),
            _ => self.blocks(inside),
        }
    }

    /// What plays in an object, by the first address that leads anywhere: of what is inside, else its own.
    fn object(&self, element: &Element) -> Vec<String> {
        if is_of(element, "wp-block-file__embed") {
            return Vec::new(); // the link to the same file stands below it
        }
        let (params, inner): (Vec<&Node>, Vec<&Node>) =
            element.inside.iter().partition(|node| matches!(node, Node::Element(inner) if inner.name == "param"));
        let inner: Vec<String> = inner.into_iter().flat_map(|node| self.blocks(std::slice::from_ref(node))).collect();
        let has_link = inner.iter().any(|block| block.contains("](") || block.contains("<http"));
        let own = || {
            [self.elsewhere(&Element { inside: Vec::new(), ..element.clone() })]
                .into_iter()
                .chain(params.into_iter().map(|node| self.blocks(std::slice::from_ref(node))))
                .find(|link| !link.is_empty())
        };
        if has_link { inner } else { own().into_iter().flatten().chain(inner).collect() }
    }

    /// The link to what a page would have shown in a frame or played.
    fn elsewhere(&self, element: &Element) -> Vec<String> {
        let named = match element.name.as_str() {
            "object" => element.attribute("data"),
            "param" => {
                element.attribute("value").filter(|_| matches!(element.attribute("name"), Some("movie" | "src")))
            }
            _ => element.attribute("src"),
        };
        let own = named.and_then(|src| (self.rewrite)(&watched(src)));
        let link = own.map(|url| {
            if url.starts_with('/') {
                format!("[{}]({url})", url.rsplit('/').next().unwrap_or_default())
            } else {
                format!("<{url}>")
            }
        });
        let inner = if element.name == "iframe" { Vec::new() } else { self.blocks(&element.inside) };
        link.into_iter().chain(inner).collect()
    }

    fn list(&self, element: &Element, is_second: bool) -> String {
        // Two lists side by side would be read as one, were they marked alike.
        let (bullet, dot) = if is_second { ("*", ")") } else { ("-", ".") };
        let mut number: u32 = element
            .attribute("start")
            .and_then(|start| start.parse().ok())
            .filter(|start| *start < 1_000_000)
            .unwrap_or(1);
        let mut items = Vec::new();
        let mut is_loose = false;
        for node in &element.inside {
            let blocks = match node {
                Node::Element(item) if item.name == "li" => self.blocks(&item.inside),
                node => self.blocks(std::slice::from_ref(node)),
            };
            if blocks.is_empty() {
                continue;
            }
            let mark = if element.name == "ol" { format!("{number}{dot} ") } else { format!("{bullet} ") };
            number += 1;
            let is_tight = blocks.len() == 1 || (blocks.len() == 2 && starts_list(&blocks[1]));
            is_loose |= !is_tight;
            items.push(indented(&blocks.join(if is_tight { "\n" } else { "\n\n" }), &mark, &" ".repeat(mark.len())));
        }
        items.join(if is_loose { "\n\n" } else { "\n" })
    }

    /// Words on one line, for where Markdown has no room for two.
    pub(super) fn one_line(&self, nodes: &[Node]) -> String {
        let mut out = String::new();
        nodes.iter().for_each(|node| self.inline(node, Within::default(), &mut out));
        out.replace(LINE_END, " ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn inline(&self, node: &Node, within: Within, out: &mut String) {
        let element = match node {
            Node::Words(text) => return Self::text(text, within.lines, out),
            Node::Element(element) => element,
        };
        let inside = |within| {
            let mut out = String::new();
            element.inside.iter().for_each(|node| self.inline(node, within, &mut out));
            out
        };
        match element.name.as_str() {
            "br" => out.push(LINE_END),
            "strong" | "b" if !within.strong => {
                out.push_str(&lines_in(&inside(Within { strong: true, ..within }), "**"))
            }
            "em" | "i" | "cite" if !within.emphasis => {
                out.push_str(&lines_in(&inside(Within { emphasis: true, ..within }), "*"))
            }
            "del" | "s" | "strike" if !within.struck => {
                out.push_str(&lines_in(&inside(Within { struck: true, ..within }), "~~"))
            }
            "code" | "kbd" | "tt" => out.push_str(&code(&words(&element.inside))),
            "img" => self.picture(element, out),
            "a" if !within.link => self.link(element, &inside(Within { link: true, ..within }), out),
            "q" => out.push_str(&format!("“{}”", inside(within))),
            name @ ("sup" | "sub") => {
                let text = inside(within);
                out.push_str(&small(name, &text).unwrap_or(text));
            }
            "object" => self.object(element).iter().for_each(|block| out.push_str(block)),
            "iframe" | "embed" | "audio" | "video" | "source" | "param" => {
                self.elsewhere(element).iter().for_each(|link| out.push_str(link))
            }
            name if is_block(name) => {
                out.push_str(&format!("{LINE_END}{LINE_END}{}{LINE_END}{LINE_END}", inside(within)))
            }
            _ => out.push_str(&inside(within)),
        }
    }

    fn picture(&self, element: &Element, out: &mut String) {
        let alt = element.attribute("alt").unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        // A picture that was to come when somebody scrolled to it has its address elsewhere, and a grey square in its
        // place.
        let src = ["data-src", "data-lazy-src", "src"]
            .iter()
            .find_map(|name| element.attribute(name).filter(|src| !src.starts_with("data:")));
        match src.and_then(|src| (self.rewrite)(src)) {
            // A face is a sign in a sentence.
            Some(url)
                if alt.is_empty() || !(url.contains("/images/core/emoji/") || url.contains("/images/smilies/")) =>
            {
                out.push_str(&format!("![{}]({})", escaped(&alt), destination(&url)))
            }
            _ => out.push_str(&escaped(&alt)),
        }
    }

    fn link(&self, element: &Element, inside: &str, out: &mut String) {
        if is_of(element, "wp-block-file__button") {
            return; // it leads where the name before it leads
        }
        let words = inside.replace(LINE_END, " ").split_whitespace().collect::<Vec<_>>().join(" ");
        let Some(url) = element.attribute("href").and_then(|href| (self.rewrite)(href)) else {
            return out.push_str(inside);
        };
        let is_the_picture_itself = words.starts_with("![") && words.ends_with(&format!("({})", destination(&url)));
        if words.is_empty() || is_the_picture_itself {
            return out.push_str(&words);
        }
        let (before, after) = (inside.starts_with(char::is_whitespace), inside.ends_with(char::is_whitespace));
        out.push_str(if before { " " } else { "" });
        if words.trim_start_matches("mailto:") == url.trim_start_matches("mailto:") && !url.starts_with('/') {
            out.push_str(&format!("<{url}>"));
        } else {
            out.push_str(&format!("[{words}]({})", destination(&url)));
        }
        out.push_str(if after { " " } else { "" });
    }

    /// Words of a text: escaped, white space made single, line ends kept where they count.
    fn text(text: &str, keeps_lines: bool, out: &mut String) {
        let is_space = |c: char| c.is_whitespace() || c == LINE_END;
        let mut rest = text;
        while let Some(start) = rest.find(is_space) {
            out.push_str(&escaped_word(&rest[..start]));
            let end = rest[start..].find(|c| !is_space(c)).map_or(rest.len(), |length| start + length);
            let ends = if keeps_lines { rest[start..end].matches('\n').count() } else { 0 };
            match ends {
                0 if out.ends_with([' ', '\n']) => {}
                0 => out.push(' '),
                1 => out.push('\n'),
                _ => out.push_str("\n\n"),
            }
            rest = &rest[end..];
        }
        out.push_str(&escaped_word(rest));
    }
}

fn is_of(element: &Element, class: &str) -> bool {
    element.attribute("class").is_some_and(|classes| classes.split_whitespace().any(|known| known == class))
}

/// What stands by itself, with an empty line before and after.
const BLOCKS: &[&str] = &[
    "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "iframe", "video", "audio", "embed",
    "object",
];

fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name)
}

/// Puts marks around each line of some words, inside their white space, where Markdown looks for them.
fn lines_in(words: &str, mark: &str) -> String {
    let ends = |c| matches!(c, '\n' | LINE_END);
    words.split_inclusive(ends).fold(String::new(), |out, line| {
        let inner = line.trim_matches(|c: char| c.is_whitespace() || c == LINE_END);
        if inner.is_empty() {
            return out + line;
        }
        let start = line.find(inner).expect("it was cut out of the line");
        out + &line[..start] + mark + inner + mark + &line[start + inner.len()..]
    })
}

fn indented(text: &str, first: &str, others: &str) -> String {
    let lines = text.lines().enumerate().map(|(at, line)| {
        let mark = if at == 0 { first } else { others };
        if line.is_empty() { mark.trim_end().to_owned() } else { format!("{mark}{line}") }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn starts_list(block: &str) -> bool {
    block.starts_with("- ") || block.starts_with("* ") || block.starts_with(|c: char| c.is_ascii_digit())
}

/// The page on which a framed film is watched, where the frame's address is of no use by itself.
fn watched(src: &str) -> String {
    let src = src.strip_prefix("//").map_or_else(|| src.to_owned(), |rest| format!("https://{rest}"));
    for frame in ["youtube.com/embed/", "youtube-nocookie.com/embed/", "youtube.com/v/", "youtube-nocookie.com/v/"] {
        if let Some((_, id)) = src.split_once(frame) {
            return format!("https://www.youtube.com/watch?v={}", id.split(['?', '&', '/']).next().unwrap_or_default());
        }
    }
    match src.split_once("player.vimeo.com/video/") {
        Some((_, id)) => format!("https://vimeo.com/{}", id.split(['?', '/']).next().unwrap_or_default()),
        None => src,
    }
}

/// Raised or lowered figures as their own signs: water is not H2O, and ten to the third not 103.
fn small(name: &str, text: &str) -> Option<String> {
    let (plain, signs) = if name == "sup" {
        ("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ")
    } else {
        ("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")
    };
    text.chars().map(|c| signs.chars().nth(plain.chars().position(|known| known == c)?)).collect()
}
