//! Writes the tree as HTML. Every element and class that can come out stands in [`ELEMENTS`] and [`CLASSES`].

use std::fmt::Write as _;

use super::tree::{Align, Block, Inline, Item, Note, Target, Text};

pub(super) const ELEMENTS: [&str; 27] = [
    "a", "blockquote", "br", "code", "del", "div", "em", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p",
    "pre", "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
];
pub(super) const CLASSES: [(&str, &[&str]); 6] = [
    ("td", &["centre", "end"]),
    ("th", &["centre", "end"]),
    ("li", &["task", "done"]),
    ("ul", &["tasks"]),
    ("ol", &["notes"]),
    ("div", &["wide"]),
];

/// Appends a text.
pub(super) fn write(text: &Text, out: &mut String) {
    let mut writer = Writer { out, mark: &text.mark };
    writer.blocks(&text.blocks);
    if !text.notes.is_empty() {
        writer.notes(&text.notes);
    }
}

struct Writer<'a> {
    out: &'a mut String,
    mark: &'a str,
}

impl Writer<'_> {
    fn put(&mut self, html: &str) {
        self.out.push_str(html);
    }

    fn putf(&mut self, html: std::fmt::Arguments<'_>) {
        self.out.write_fmt(html).expect("writing to memory cannot fail");
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
            self.put("\n");
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(inlines) => self.around("p", inlines),
            Block::Heading(level, inlines) => {
                self.around(["h2", "h3", "h4", "h5", "h6"][usize::from(level.clamp(&2, &6) - 2)], inlines)
            }
            Block::Quote(blocks) => {
                self.put("<blockquote>\n");
                self.blocks(blocks);
                self.put("</blockquote>");
            }
            Block::List(first, items) => self.list(*first, items),
            Block::Code(code) => {
                self.put("<pre tabindex=\"0\"><code>");
                self.words(code);
                self.put("</code></pre>");
            }
            Block::Table(aligns, rows) => self.table(aligns, rows),
            Block::Rule => self.put("<hr>"),
        }
    }

    fn around(&mut self, element: &str, inlines: &[Inline]) {
        self.putf(format_args!("<{element}>"));
        self.inlines(inlines);
        self.putf(format_args!("</{element}>"));
    }

    fn list(&mut self, first: Option<usize>, items: &[Item]) {
        match first {
            Some(1) => self.put("<ol>\n"),
            Some(first) => self.putf(format_args!("<ol start=\"{first}\">\n")),
            None if items.iter().any(|item| item.done.is_some()) => self.put("<ul class=\"tasks\">\n"),
            None => self.put("<ul>\n"),
        }
        for item in items {
            self.put(match item.done {
                None => "<li>",
                Some(false) => "<li class=\"task\">☐ ",
                Some(true) => "<li class=\"task done\">☑ ",
            });
            self.item(item);
            self.put("</li>\n");
        }
        self.put(if first.is_some() { "</ol>" } else { "</ul>" });
    }

    /// Paragraphs of a tight list, and the first of a task, stand without a `<p>`.
    fn item(&mut self, item: &Item) {
        for (at, block) in item.blocks.iter().enumerate() {
            match block {
                Block::Paragraph(inlines) if item.tight || (at == 0 && item.done.is_some()) => self.inlines(inlines),
                block => self.block(block),
            }
            if at + 1 < item.blocks.len() {
                self.put("\n");
            }
        }
    }

    fn table(&mut self, aligns: &[Align], rows: &[Vec<Vec<Inline>>]) {
        // The frame scrolls where the table is wider than the page, by keyboard too.
        let has_head = rows.first().is_some_and(|head| head.iter().any(|cell| !cell.is_empty()));
        self.put("<div class=\"wide\" tabindex=\"0\"><table>");
        self.put(if has_head { "<thead>" } else { "<tbody>\n" });
        for (at, row) in rows.iter().enumerate().skip(usize::from(!has_head)) {
            self.put("<tr>");
            for (cell, align) in row.iter().zip(aligns) {
                let (open, close) = if at == 0 { ("<th scope=\"col\"", "</th>") } else { ("<td", "</td>") };
                self.put(open);
                self.put(match align {
                    Align::AsWritten => ">",
                    Align::Centre => " class=\"centre\">",
                    Align::End => " class=\"end\">",
                });
                self.inlines(cell);
                self.put(close);
            }
            self.put("</tr>");
            if at == 0 {
                self.put("</thead><tbody>\n");
            } else {
                self.put("\n");
            }
        }
        self.put("</tbody></table></div>");
    }

    fn notes(&mut self, notes: &[Note]) {
        let mark = self.mark;
        self.put("<ol class=\"notes\">\n");
        for (number, note) in (1..).zip(notes) {
            self.putf(format_args!("<li id=\"note-{mark}-{number}\">\n"));
            self.blocks(&note.blocks);
            for reference in 1..=note.references {
                self.putf(format_args!("<a href=\"#mark-{mark}-{number}-{reference}\">↩</a>\n"));
            }
            self.put("</li>\n");
        }
        self.put("</ol>\n");
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            match inline {
                Inline::Words(words) => self.words(words),
                Inline::Break => self.put("<br>\n"),
                Inline::Code(code) => {
                    self.put("<code>");
                    self.words(code);
                    self.put("</code>");
                }
                Inline::Emphasis(inner) => self.around("em", inner),
                Inline::Strong(inner) => self.around("strong", inner),
                Inline::Struck(inner) => self.around("del", inner),
                Inline::Link(target, inner) => self.link(target, inner),
                Inline::Picture(path, shows) => {
                    self.put("<img src=\"");
                    self.value(path);
                    self.put("\" alt=\"");
                    self.value(shows);
                    self.put("\" loading=\"lazy\">");
                }
                Inline::NoteMark(number, reference) => {
                    let mark = self.mark;
                    self.putf(format_args!("<sup><a href=\"#note-{mark}-{number}\" id=\"mark-{mark}-{number}-{reference}\">{number}</a></sup>"));
                }
            }
        }
    }

    fn link(&mut self, target: &Target, inner: &[Inline]) {
        self.put("<a href=\"");
        self.value(target.as_str());
        self.put(match target {
            Target::House(_) => "\">",
            Target::Elsewhere(_) => "\" rel=\"nofollow noopener noreferrer ugc\">",
        });
        self.inlines(inner);
        self.put("</a>");
    }

    /// Words, escaped as an HTML parser would write them back, so that the second layer has nothing to change.
    fn words(&mut self, words: &str) {
        words.chars().for_each(|c| self.letter(c));
    }

    /// The value of an attribute in double quotes.
    fn value(&mut self, value: &str) {
        value.chars().for_each(|c| if c == '"' { self.put("&quot;") } else { self.letter(c) });
    }

    fn letter(&mut self, c: char) {
        match c {
            '&' => self.put("&amp;"),
            '<' => self.put("&lt;"),
            '>' => self.put("&gt;"),
            '\u{a0}' => self.put("&nbsp;"),
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => self.out.push(c),
        }
    }
}
