//! A WordPress export (WXR: an RSS feed with more in it), read as it comes: authors, and items with their comments.
//! Memory is bounded whatever the export holds; an item with very many comments comes in several parts.
//!
//! Never: a mail address or IP address out of the export. They are not read at all.

mod records;
mod scan;
pub mod source;
mod text;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{BufRead, Result};

pub use records::{Author, Comment, Found, Item, Site, Term};
use scan::{Piece, Scan};
use text::{attribute, cleaned, letters, prefixes, with_entities};

/// Bytes of comments that are held before an item is handed on.
const COMMENT_BYTES_MAX: usize = 2 << 20;
/// Old slugs of an item, and names of what was kept with it.
const EXTRAS_MAX: usize = 50;

/// Reads an export from beginning to end.
#[derive(Debug)]
pub struct Export<R> {
    scan: Scan<R>,
    pub site: Site,
    /// Something in it belongs to WordPress alone, so it is an export and no other feed.
    pub is_wordpress: bool,
    /// Its end was read: a file that breaks off between two items has none.
    pub is_whole: bool,
    /// The records that are open, outermost first.
    open: Vec<Record>,
    field: Option<Field>,
    /// What an export calls what WordPress calls `wp`, `content`, `excerpt` and `dc`, where it has words of its own for
    /// them.
    prefixes: Vec<(Vec<u8>, &'static [u8])>,
    /// What was finished and waits to be handed out.
    ready: VecDeque<Found>,
}

#[derive(Debug)]
enum Record {
    Author(Author),
    Item(Box<Item>, usize),
    Comment(Comment),
    Term(Term),
    /// A key and value of an item.
    Meta(String, String),
    /// Something with fields of its own that we have no use for.
    Other,
}

impl Record {
    /// Opens a record by its element, when it is one.
    fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"wp:author" => Self::Author(Author::default()),
            b"item" => Self::Item(Box::default(), 0),
            b"wp:comment" => Self::Comment(Comment::default()),
            b"wp:postmeta" => Self::Meta(String::new(), String::new()),
            b"wp:category" => Self::Term(Term { kind: "category".into(), ..Term::default() }),
            b"wp:tag" => Self::Term(Term { kind: "post_tag".into(), ..Term::default() }),
            b"wp:term" => Self::Term(Term::default()),
            b"wp:commentmeta" | b"wp:termmeta" => Self::Other,
            _ => return None,
        })
    }
}

/// How deep a record of this element stands: one that opens ends every record as deep or deeper, since its end was
/// lost.
fn depth(name: &[u8]) -> usize {
    match name {
        b"wp:comment" | b"wp:postmeta" => 1,
        b"wp:commentmeta" | b"wp:termmeta" => 2,
        _ => 0,
    }
}

/// An element with text in it that is being read.
#[derive(Debug)]
struct Field {
    name: Vec<u8>,
    domain: Vec<u8>,
    slug: Vec<u8>,
    text: String,
    /// Where the last CDATA in it ended.
    cdata_end: Option<usize>,
    was_cut: bool,
}

impl<R: BufRead> Export<R> {
    pub fn new(from: R) -> Self {
        Self {
            scan: Scan::new(from),
            site: Site::default(),
            is_wordpress: false,
            is_whole: false,
            open: Vec::new(),
            field: None,
            prefixes: Vec::new(),
            ready: VecDeque::new(),
        }
    }

    /// Bytes read so far.
    pub fn at(&self) -> u64 {
        self.scan.at
    }

    /// The next thing in the export; `None` at its end.
    pub fn read(&mut self) -> Result<Option<Found>> {
        while self.ready.is_empty() {
            let Some(piece) = self.scan.next()? else { return Ok(self.torn()) };
            match piece {
                Piece::Text(text) | Piece::CData(text) if self.field.is_none() || text.is_empty() => {}
                Piece::Text(text) => {
                    let text = letters(text);
                    let was_cut = self.scan.was_cut;
                    self.add(&with_entities(&text), false, was_cut);
                }
                Piece::CData(text) => {
                    let text = letters(text);
                    let was_cut = self.scan.was_cut;
                    self.add(&text, true, was_cut);
                }
                Piece::Open(inside) => {
                    let inside = inside.to_vec();
                    self.opened(&inside);
                }
                Piece::Close(name) => {
                    let name = name.to_vec();
                    self.closed(&name);
                }
            }
        }
        Ok(self.ready.pop_front())
    }

    /// What was open when the file broke off: an item that is not whole.
    fn torn(&mut self) -> Option<Found> {
        self.field = None;
        let mut open = std::mem::take(&mut self.open).into_iter();
        match open.next()? {
            Record::Item(mut item, _) => {
                item.is_torn = true;
                Some(Found::Item(item))
            }
            _ => None,
        }
    }

    fn add(&mut self, text: &str, is_cdata: bool, was_cut: bool) {
        let Some(field) = &mut self.field else { return };
        // `]]>` may not stand in text: where it does, CDATA was nested in CDATA, and the one before ended too early.
        match (text.split_once("]]>"), field.cdata_end.filter(|_| !is_cdata)) {
            (Some((inner, rest)), Some(end)) => {
                field.text.insert_str(end, "]]>");
                field.text += inner;
                field.text += rest.trim_end();
                field.cdata_end = None;
            }
            _ => field.text += text,
        }
        field.was_cut |= was_cut || field.text.len() > scan::PIECE_BYTES_MAX;
        if field.text.len() > scan::PIECE_BYTES_MAX {
            field.text.truncate(field.text.floor_char_boundary(scan::PIECE_BYTES_MAX));
        }
        if is_cdata {
            field.cdata_end = Some(field.text.len());
        }
    }

    fn opened(&mut self, inside: &[u8]) {
        let is_empty = inside.last() == Some(&b'/');
        let name = inside.split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next().unwrap_or_default();
        if name == b"rss" {
            self.prefixes = prefixes(inside);
        }
        let name = &*self.called(name);
        self.is_wordpress |= name.starts_with(b"wp:");
        self.is_whole &= name != b"channel" && name != b"item";
        if let Some(record) = Record::named(name) {
            self.end_field();
            self.close_to(depth(name));
            if depth(name) <= self.open.len() {
                self.open.push(record);
            }
            if is_empty {
                self.closed(name);
            }
        } else if self.begins_field(name) {
            self.end_field();
            let named = |name: &[u8]| attribute(inside, name).unwrap_or_default().to_vec();
            self.field = Some(Field {
                name: name.to_vec(),
                domain: named(b"domain"),
                slug: named(b"nicename"),
                text: String::new(),
                cdata_end: None,
                was_cut: false,
            });
            if is_empty {
                self.end_field();
            }
        } else if self.field.is_some() {
            let raw = format!("<{}>", String::from_utf8_lossy(inside));
            self.add(&raw, false, false);
        }
    }

    /// Whether an element is a field of its own. Inside a text, one of HTML (`<title>`, `<link>`) belongs to that text.
    fn begins_field(&self, name: &[u8]) -> bool {
        let is_ours = name.contains(&b':') && !name.starts_with(b"svg:");
        let is_plain = matches!(
            name,
            b"title" | b"link" | b"pubDate" | b"guid" | b"description" | b"category" | b"language" | b"generator"
        );
        let in_text = self.field.as_ref().is_some_and(|field| is_text(&field.name));
        is_ours || (is_plain && !in_text)
    }

    /// An element's name as WordPress writes it.
    fn called<'n>(&self, name: &'n [u8]) -> Cow<'n, [u8]> {
        let known = |(prefix, own): &(Vec<u8>, &'static [u8])| {
            Some([own, name.strip_prefix(prefix.as_slice()).filter(|rest| rest.starts_with(b":"))?].concat())
        };
        self.prefixes.iter().find_map(known).map_or(Cow::Borrowed(name), Cow::Owned)
    }

    fn closed(&mut self, name: &[u8]) {
        let name = &*self.called(name);
        if Record::named(name).is_some() || name == b"channel" {
            self.is_whole |= name == b"channel";
            self.end_field();
            self.close_to(depth(name));
        } else if self.field.as_ref().is_some_and(|field| field.name == name) {
            self.end_field();
        } else if self.field.as_ref().is_some_and(|field| is_text(&field.name)) {
            let raw = format!("</{}>", String::from_utf8_lossy(name));
            self.add(&raw, false, false);
        }
    }

    /// Ends every record that stands as deep or deeper.
    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let record = self.open.pop().expect("it is longer than something");
            self.finish(record);
        }
    }

    fn finish(&mut self, record: Record) {
        match (record, self.open.last_mut()) {
            (Record::Author(author), _) => self.ready.push_back(Found::Author(author)),
            (Record::Term(term), _) => self.ready.push_back(Found::Term(term)),
            (Record::Item(item, _), _) => {
                if !item.is_more || !item.comments.is_empty() {
                    self.ready.push_back(Found::Item(item));
                }
            }
            (Record::Meta(key, value), Some(Record::Item(item, _))) => match key.as_str() {
                "_wp_attached_file" => item.attached_file = value,
                "_thumbnail_id" => item.thumbnail = value,
                "_wp_attachment_image_alt" => item.alt = value,
                "footnotes" => item.footnotes = value,
                "enclosure" if item.enclosures.len() < EXTRAS_MAX => {
                    item.enclosures.push(value.lines().next().unwrap_or_default().trim().to_owned())
                }
                "_bbp_reply_to" => item.answers = value,
                "_bbp_anonymous_name" => item.nickname = value,
                "_wp_old_slug" if item.old_slugs.len() < EXTRAS_MAX => item.old_slugs.push(value),
                // An underscore at the beginning is WordPress' way to say that it is nobody's words.
                _ if !key.starts_with('_')
                    && !key.is_empty()
                    && !value.is_empty()
                    && item.fields.len() < EXTRAS_MAX =>
                {
                    item.fields.push(key)
                }
                _ => {}
            },
            (Record::Comment(comment), Some(Record::Item(item, bytes))) => {
                *bytes += comment.content.len() + comment.author.len() + 200;
                item.comments.push(comment);
                if *bytes > COMMENT_BYTES_MAX && !item.id.is_empty() {
                    let more = Item {
                        id: item.id.clone(),
                        kind: item.kind.clone(),
                        status: item.status.clone(),
                        title: item.title.clone(),
                        creator: item.creator.clone(),
                        password: item.password.clone(),
                        is_more: true,
                        ..Item::default()
                    };
                    *bytes = 0;
                    self.ready.push_back(Found::Item(std::mem::replace(item, Box::new(more))));
                }
            }
            (Record::Meta(..) | Record::Comment(_) | Record::Other, _) => {}
        }
    }

    fn end_field(&mut self) {
        let Some(Field { name, domain, slug, text, was_cut, .. }) = self.field.take() else { return };
        let text = cleaned(text).trim().to_owned();
        match self.open.last_mut() {
            Some(Record::Item(item, _)) => {
                item.was_cut |= was_cut;
                item.set(&name, &domain, &slug, text);
            }
            Some(Record::Comment(comment)) => comment.set(&name, text),
            Some(Record::Term(term)) => term.set(&name, text),
            Some(Record::Author(author)) => match name.as_slice() {
                b"wp:author_id" => author.id = text,
                b"wp:author_login" => author.login = text,
                b"wp:author_display_name" => author.display_name = text,
                _ => {}
            },
            Some(Record::Meta(key, value)) => match name.as_slice() {
                b"wp:meta_key" => *key = text,
                b"wp:meta_value" => *value = text,
                _ => {}
            },
            Some(Record::Other) => {}
            None => match name.as_slice() {
                b"wp:base_blog_url" => self.site.blog_url = text,
                b"wp:base_site_url" => self.site.site_url = text,
                b"title" if self.site.title.is_empty() => self.site.title = text,
                b"link" if self.site.link.is_empty() => self.site.link = text,
                b"language" if self.site.language.is_empty() => self.site.language = text,
                _ => {}
            },
        }
    }
}

/// Fields that hold people's HTML.
fn is_text(name: &[u8]) -> bool {
    matches!(name, b"content:encoded" | b"excerpt:encoded" | b"wp:comment_content" | b"description" | b"wp:meta_value")
}

#[cfg(test)]
mod tests;
