//! Reads the HTML that ammonia writes: every element closed, every value quoted, four entities. Nothing else is read
//! here.

/// How deep elements may stand in each other; deeper ones are read as if they were not there, their words kept.
const DEPTH_MAX: usize = 80;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Words(String),
    Element(Element),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub inside: Vec<Node>,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads tame HTML.
pub(super) fn read(html: &str) -> Vec<Node> {
    let mut open = vec![Element::default()];
    let mut too_deep = 0;
    let mut rest = html;
    while !rest.is_empty() {
        let Some(start) = rest.find('<') else { break };
        put_words(&mut open, &rest[..start]);
        let Some(end) = rest[start..].find('>').map(|end| start + end) else { return close_all(open) };
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with('/') {
            if too_deep > 0 {
                too_deep -= 1;
            } else if open.len() > 1 {
                close(&mut open);
            }
            continue;
        }
        let element = read_tag(tag);
        let is_void = matches!(element.name.as_str(), "br" | "hr" | "img" | "embed" | "source" | "param");
        if element.name == "iframe" {
            // What is inside is text that HTML does not escape; nobody was meant to read it.
            rest = rest.split_once("</iframe>").map_or("", |(_, rest)| rest);
        }
        if is_void || element.name == "iframe" {
            last(&mut open).inside.push(Node::Element(element));
        } else if open.len() > DEPTH_MAX {
            too_deep += 1;
        } else {
            open.push(element);
        }
    }
    put_words(&mut open, rest);
    close_all(open)
}

fn last(open: &mut [Element]) -> &mut Element {
    open.last_mut().expect("the outermost is never closed")
}

fn close(open: &mut Vec<Element>) {
    let element = open.pop().expect("one is open");
    last(open).inside.push(Node::Element(element));
}

fn close_all(mut open: Vec<Element>) -> Vec<Node> {
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().expect("the outermost is never closed").inside
}

fn put_words(open: &mut [Element], words: &str) {
    if !words.is_empty() {
        last(open).inside.push(Node::Words(unescaped(words)));
    }
}

fn read_tag(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = Vec::new();
    while let Some((name, after)) = rest.split_once("=\"") {
        let Some((value, after)) = after.split_once('"') else { break };
        attributes.push((name.trim().to_owned(), unescaped(value)));
        rest = after;
    }
    Element { name: name.to_owned(), attributes, inside: Vec::new() }
}

fn unescaped(words: &str) -> String {
    if !words.contains('&') {
        return words.to_owned();
    }
    words
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}

/// The words of a tree line by line, for what was set as it stands.
pub(super) fn verbatim(nodes: &[Node]) -> String {
    nodes.iter().fold(String::new(), |out, node| match node {
        Node::Words(words) => out + words,
        Node::Element(element) if matches!(element.name.as_str(), "br" | "p" | "div" | "li" | "tr") => {
            out + &verbatim(&element.inside) + "\n"
        }
        Node::Element(element) => out + &verbatim(&element.inside),
    })
}

/// The words of a tree, with a space where an element ends.
pub(super) fn words(nodes: &[Node]) -> String {
    nodes.iter().fold(String::new(), |out, node| match node {
        Node::Words(words) => out + words,
        Node::Element(element)
            if matches!(
                element.name.as_str(),
                "a" | "b" | "strong" | "i" | "em" | "span" | "code" | "small" | "s" | "del" | "cite" | "q"
            ) =>
        {
            out + &words(&element.inside)
        }
        Node::Element(element) => out + &words(&element.inside) + " ",
    })
}
