//! What a text can be: blocks and runs of words, read from Markdown. comrak parses; what it found is moved into these
//! types, and what they have no word for (HTML above all) becomes plain text.

use std::cell::Cell;

use comrak::nodes::{AstNode, ListType, NodeValue, TableAlignment};
use comrak::{Arena, Options};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// How deep quotes, lists and emphasis may stand in each other; what is deeper is kept as its words alone.
const DEPTH_MAX: usize = 16;
/// Cells of all tables together; a table beyond is kept as lines of words.
const CELLS_MAX: usize = 4_000;
/// Times the parser may ask whether to go on (once in 256 steps). Only a source made to be slow gets there.
const PATIENCE: u32 = 1_200;
/// The longest address of a link, in bytes.
const URL_BYTES_MAX: usize = 2_000;

/// What is percent-encoded in the address of a link; what is encoded already stays.
const HAS_NO_PLACE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'#')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'%');

/// The schemes that a link may have.
pub(super) const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// A whole text, and the notes at its foot.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub blocks: Vec<Block>,
    pub notes: Vec<Note>,
    /// Tells the ids of this text's notes from those of another on the same page.
    pub mark: String,
}

#[derive(Debug)]
pub(super) enum Block {
    Paragraph(Vec<Inline>),
    /// From 2 to 6: the page itself has the 1.
    Heading(u8, Vec<Inline>),
    Quote(Vec<Block>),
    /// The first number, when it is numbered.
    List(Option<usize>, Vec<Item>),
    Code(String),
    Table(Vec<Align>, Vec<Vec<Vec<Inline>>>),
    Rule,
}

#[derive(Debug)]
pub(super) struct Item {
    /// Whether it is done, when it is a task.
    pub done: Option<bool>,
    /// Its one paragraph stands without space around it.
    pub tight: bool,
    pub blocks: Vec<Block>,
}

#[derive(Debug)]
pub(super) struct Note {
    /// How often the text refers to it.
    pub references: u32,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    AsWritten,
    Centre,
    End,
}

#[derive(Debug)]
pub(super) enum Inline {
    Words(String),
    Break,
    Code(String),
    Emphasis(Vec<Inline>),
    Strong(Vec<Inline>),
    Struck(Vec<Inline>),
    Link(Target, Vec<Inline>),
    /// The path of one of our own files, and what it shows.
    Picture(String, String),
    /// The number of a note, and which reference to it this is.
    NoteMark(u32, u32),
}

/// Where a link leads. There is no other way to have one than to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A path in this house, with query and fragment if it had them.
    House(String),
    Elsewhere(String),
}

impl Target {
    /// Reads an address; `None` when a link must not lead there. What comes back is plain ASCII.
    #[must_use]
    pub fn read(url: &str) -> Option<Self> {
        let url = url.trim();
        if url.len() > URL_BYTES_MAX || url.chars().any(|c| c.is_control() || c == '\\') {
            return None;
        }
        if url.starts_with('/') {
            return (!url.starts_with("//")).then(|| Self::House(encoded(url)));
        }
        let (scheme, rest) = url.split_once(':')?;
        let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        // A browser would read `https:evil.example` as well; a person who writes a link does not mean that.
        if is_web
            && !rest.strip_prefix("//").is_some_and(|host| host.starts_with(|c: char| c.is_alphanumeric() || c == '['))
        {
            return None;
        }
        let url = ammonia::Url::parse(url).ok().filter(|url| SCHEMES.contains(&url.scheme()))?;
        Some(Self::Elsewhere(encoded(url.as_str())))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::House(url) | Self::Elsewhere(url) => url,
        }
    }
}

/// Percent-encodes what has no place in an address.
fn encoded(url: &str) -> String {
    utf8_percent_encode(url, HAS_NO_PLACE).to_string()
}

impl Text {
    /// Reads Markdown.
    pub(super) fn read(source: &str) -> Self {
        let arena = Arena::new();
        let asked = Cell::new(0);
        let out_of_patience = || asked.replace(asked.get() + 1) > PATIENCE;
        let Ok(root) = comrak::try_parse_document(&arena, source, &options(), &out_of_patience) else {
            return Self::of_lines(source);
        };
        let mut reading = Reading { ranks: heading_ranks(root), last_heading: 1, cells: 0, notes: Vec::new() };
        let blocks = reading.blocks(root, 0);
        let mark = if reading.notes.is_empty() { String::new() } else { crate::id::hash(source)[..8].to_owned() };
        Self { blocks, notes: reading.notes, mark }
    }

    /// A text that nobody can parse in time, as its lines.
    fn of_lines(source: &str) -> Self {
        Self { blocks: vec![Block::Paragraph(lines(source))], ..Self::default() }
    }

    /// The words alone, a line for each block.
    pub(super) fn write_plain(&self, out: &mut String) {
        plain_blocks(&self.blocks, out);
        self.notes.iter().for_each(|note| plain_blocks(&note.blocks, out));
    }
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    let extension = &mut options.extension;
    (extension.strikethrough, extension.table, extension.autolink, extension.tasklist, extension.footnotes) =
        (true, true, true, true, true);
    options
}

/// Which heading levels a text uses: they become 2, 3, 4 … in order, so that no level is skipped.
fn heading_ranks<'a>(root: &'a AstNode<'a>) -> Vec<u8> {
    let mut ranks: Vec<u8> = root
        .descendants()
        .filter_map(|node| match &node.data().value {
            NodeValue::Heading(heading) => Some(heading.level),
            _ => None,
        })
        .collect();
    ranks.sort_unstable();
    ranks.dedup();
    ranks
}

/// What is remembered while a parsed document is moved into our tree.
struct Reading {
    ranks: Vec<u8>,
    last_heading: u8,
    cells: usize,
    notes: Vec<Note>,
}

impl Reading {
    fn blocks<'a>(&mut self, parent: &'a AstNode<'a>, depth: usize) -> Vec<Block> {
        if depth > DEPTH_MAX {
            return vec![Block::Paragraph(vec![Inline::Words(parent.collect_text())])];
        }
        parent.children().filter_map(|node| self.block(node, depth)).collect()
    }

    fn block<'a>(&mut self, node: &'a AstNode<'a>, depth: usize) -> Option<Block> {
        Some(match &node.data().value {
            NodeValue::Paragraph => Block::Paragraph(inlines(node, depth, false)),
            NodeValue::Heading(heading) => {
                Block::Heading(self.heading_level(heading.level), inlines(node, depth, false))
            }
            NodeValue::BlockQuote => Block::Quote(self.blocks(node, depth + 1)),
            NodeValue::List(list) => {
                let first = (list.list_type == ListType::Ordered).then_some(list.start);
                Block::List(first, node.children().map(|item| self.item(item, list.tight, depth + 1)).collect())
            }
            NodeValue::CodeBlock(code) => Block::Code(code.literal.clone()),
            NodeValue::HtmlBlock(html) => Block::Paragraph(lines(&html.literal)),
            NodeValue::ThematicBreak => Block::Rule,
            NodeValue::Table(table) => self.table(node, &table.alignments, depth),
            NodeValue::FootnoteDefinition(note) => {
                let blocks = self.blocks(node, depth + 1);
                self.notes.push(Note { references: note.total_references, blocks });
                return None;
            }
            _ => Block::Paragraph(vec![Inline::Words(node.collect_text())]),
        })
    }

    fn heading_level(&mut self, level: u8) -> u8 {
        let above = self.ranks.iter().filter(|used| **used < level).count();
        let level = u8::try_from(above).map_or(6, |above| above + 2).min(self.last_heading + 1).min(6);
        self.last_heading = level;
        level
    }

    fn item<'a>(&mut self, node: &'a AstNode<'a>, tight: bool, depth: usize) -> Item {
        let done = match &node.data().value {
            NodeValue::TaskItem(task) => Some(task.symbol.is_some()),
            _ => None,
        };
        Item { done, tight, blocks: self.blocks(node, depth) }
    }

    fn table<'a>(&mut self, node: &'a AstNode<'a>, alignments: &[TableAlignment], depth: usize) -> Block {
        self.cells += alignments.len() * node.children().count();
        if self.cells > CELLS_MAX {
            let rows = node.children().flat_map(|row| {
                [Inline::Words(row.children().map(|cell| cell.collect_text() + " ").collect()), Inline::Break]
            });
            return Block::Paragraph(rows.collect());
        }
        let aligns = alignments.iter().map(|align| match align {
            TableAlignment::Center => Align::Centre,
            TableAlignment::Right => Align::End,
            TableAlignment::Left | TableAlignment::None => Align::AsWritten,
        });
        let rows = node.children().map(|row| row.children().map(|cell| inlines(cell, depth, false)).collect());
        Block::Table(aligns.collect(), rows.collect())
    }
}

/// The words inside a block. A link in a link is its words, since HTML knows no such thing.
fn inlines<'a>(parent: &'a AstNode<'a>, depth: usize, in_link: bool) -> Vec<Inline> {
    if depth > DEPTH_MAX {
        return vec![Inline::Words(parent.collect_text())];
    }
    let mut out = Vec::new();
    for node in parent.children() {
        let inner = || inlines(node, depth + 1, in_link);
        match &node.data().value {
            NodeValue::Text(words) => out.push(Inline::Words(words.to_string())),
            NodeValue::HtmlInline(html) => out.push(Inline::Words(html.clone())),
            // A line that a person ended is a line: poems and short answers are written so.
            NodeValue::SoftBreak | NodeValue::LineBreak => out.push(Inline::Break),
            NodeValue::Code(code) => out.push(Inline::Code(code.literal.clone())),
            NodeValue::Emph => out.push(Inline::Emphasis(inner())),
            NodeValue::Strong => out.push(Inline::Strong(inner())),
            NodeValue::Strikethrough => out.push(Inline::Struck(inner())),
            NodeValue::Link(link) => match Target::read(&link.url).filter(|_| !in_link) {
                Some(target) => out.push(Inline::Link(target, inlines(node, depth + 1, true))),
                None => out.extend(inner()),
            },
            NodeValue::Image(image) => out.push(picture(&image.url, node.collect_text(), in_link)),
            NodeValue::FootnoteReference(note) if !in_link => out.push(Inline::NoteMark(note.ix, note.ref_num)),
            _ => out.extend(inner()),
        }
    }
    out
}

/// One of our own pictures is shown; any other is a link to it.
fn picture(url: &str, shows: String, in_link: bool) -> Inline {
    match Target::read(url) {
        Some(Target::House(path)) if path.starts_with("/files/") => Inline::Picture(path, shows),
        Some(target) if !in_link => {
            let words = if shows.trim().is_empty() { target.as_str().to_owned() } else { shows };
            Inline::Link(target, vec![Inline::Words(words)])
        }
        _ => Inline::Words(shows),
    }
}

/// Text whose lines stay lines.
fn lines(text: &str) -> Vec<Inline> {
    let mut out: Vec<_> =
        text.trim_end().lines().flat_map(|line| [Inline::Words(line.to_owned()), Inline::Break]).collect();
    out.pop();
    out
}

fn plain_blocks(blocks: &[Block], out: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(inlines) | Block::Heading(_, inlines) => {
                plain_inlines(inlines, out);
                out.push('\n');
            }
            Block::Quote(blocks) => plain_blocks(blocks, out),
            Block::List(_, items) => items.iter().for_each(|item| plain_blocks(&item.blocks, out)),
            Block::Code(code) => out.push_str(code),
            Block::Table(_, rows) => {
                for row in rows {
                    for cell in row {
                        plain_inlines(cell, out);
                        out.push(' ');
                    }
                    out.push('\n');
                }
            }
            Block::Rule => {}
        }
    }
}

fn plain_inlines(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Words(words) | Inline::Code(words) | Inline::Picture(_, words) => out.push_str(words),
            Inline::Break => out.push('\n'),
            Inline::Emphasis(inner) | Inline::Strong(inner) | Inline::Struck(inner) | Inline::Link(_, inner) => {
                plain_inlines(inner, out)
            }
            Inline::NoteMark(..) => {}
        }
    }
}
