//! The house's own source, read as text, for the rules about the code. Comments are told from code and from strings,
//! and the tests that stand at the end of a file are left out.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use base::clock::SECOND_MS;

/// One file: its path from the top of the tree, and its text.
#[derive(Debug)]
pub struct Source {
    pub path: String,
    pub text: String,
}

/// A function: its name, what stands before its body, and the body.
#[derive(Debug)]
pub struct Function {
    pub name: String,
    pub head: String,
    pub body: String,
}

/// Rust taken apart: code in which strings and comments are blank, and the strings.
#[derive(Debug, Default)]
pub struct Rust {
    pub code: String,
    /// Each string as it is in the running program, and where it begins in `code`.
    pub strings: Vec<(usize, String)>,
}

/// The top of the tree.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every file below these folders whose name ends so; tests, examples and what was built are left out.
pub fn files(folders: &[&str], ending: &str) -> Vec<Source> {
    let mut files = Vec::new();
    for folder in folders {
        gather(&top().join(folder), ending, &mut files);
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!files.is_empty(), "no {ending} in {folders:?}");
    files
}

/// The Rust of the program itself.
pub fn rust() -> Vec<Source> {
    files(&["base/src", "rooms", "server/src"], ".rs")
}

fn gather(folder: &Path, ending: &str, files: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_str().unwrap();
        if entry.is_dir() {
            if !["tests", "examples", "target"].contains(&name) {
                gather(&entry, ending, files);
            }
        } else if name.ends_with(ending) && !name.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&entry).unwrap();
            let path = entry.strip_prefix(top()).unwrap().to_str().unwrap().to_owned();
            files.push(Source { path, text: without_tests(&text).to_owned() });
        }
    }
}

fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod tests").map_or(text, |at| &text[..at])
}

impl Source {
    pub fn rust(&self) -> Rust {
        Rust::read(&self.text)
    }
}

impl Rust {
    pub fn read(text: &str) -> Self {
        let mut rust = Self::default();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let end = match c {
                '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
                '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
                'r' if rest.starts_with("r\"") || rest.starts_with("r#\"") => rust.take_raw(rest),
                '"' => rust.take_string(rest),
                '\'' if is_char(rest) => char_end(rest),
                c => {
                    rust.code.push(c);
                    rest = &rest[c.len_utf8()..];
                    continue;
                }
            };
            rust.code.extend(rest[..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[end..];
        }
        rust
    }

    fn take_raw(&mut self, rest: &str) -> usize {
        let (open, close) = if rest.starts_with("r#") { (3, "\"#") } else { (2, "\"") };
        let end = rest[open..].find(close).expect("a raw string ends") + open;
        self.strings.push((self.code.len(), rest[open..end].to_owned()));
        end + close.len()
    }

    fn take_string(&mut self, rest: &str) -> usize {
        let (mut string, mut chars) = (String::new(), rest.char_indices().skip(1));
        let begin = self.code.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.strings.push((begin, string));
                    return at + 1;
                }
                '\\' => match chars.next().expect("something is escaped").1 {
                    'n' => string.push('\n'),
                    't' => string.push('\t'),
                    '\n' => {
                        let mut ahead = chars.clone();
                        while ahead.next().is_some_and(|(_, c)| c.is_whitespace()) {
                            chars.next();
                        }
                    }
                    other => string.push(other),
                },
                c => string.push(c),
            }
        }
        panic!("a string does not end: {}", &rest[..40.min(rest.len())]);
    }

    /// Every function with a body, those inside others too.
    pub fn functions(&self) -> Vec<Function> {
        let mut functions = Vec::new();
        for (at, _) in self.code.match_indices("fn ") {
            let is_word = self.code[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_');
            let name: String = self.code[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let Some(open) = self.code[at..].find(['{', ';']).map(|open| at + open) else { continue };
            if !is_word || name.is_empty() || self.code[open..].starts_with(';') {
                continue;
            }
            let close = open + closing(&self.code[open..]);
            functions.push(Function {
                name,
                head: self.code[at..open].to_owned(),
                body: self.code[open..close].to_owned(),
            });
        }
        functions
    }
}

/// Where the brace that opens this text is closed.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    panic!("a brace is not closed: {}", &text[..60.min(text.len())]);
}

/// Whether a quote opens a character, not a lifetime.
fn is_char(rest: &str) -> bool {
    let mut chars = rest.chars().skip(1);
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

fn char_end(rest: &str) -> usize {
    match rest[1..].chars().next() {
        Some('\\') => rest[3..].find('\'').map_or(rest.len(), |at| at + 4),
        c => c.map_or(1, char::len_utf8) + 2,
    }
}

/// The words of a name: `HeldSeat` and `held_seat` are both held, seat.
pub fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().unwrap().extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A column as the migrations make it.
#[derive(Debug)]
pub struct Column {
    pub name: String,
    /// The table that it refers to.
    pub refers_to: Option<String>,
    pub is_text: bool,
    pub is_bytes: bool,
    pub may_be_null: bool,
    pub is_key: bool,
}

/// A table as the migrations make it.
#[derive(Debug)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

/// Every table that the migrations make.
pub fn tables() -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for migration in base::db::migrations() {
        for line in migration.sql.lines() {
            let words: Vec<_> = line.trim().trim_end_matches(',').split_whitespace().collect();
            match words[..] {
                ["CREATE", "TABLE", name, "("] => tables.push(Table { name: name.to_owned(), columns: Vec::new() }),
                ["ALTER", "TABLE", name, "ADD", "COLUMN", ref column @ ..] => {
                    let table = tables
                        .iter_mut()
                        .find(|table| table.name == name)
                        .unwrap_or_else(|| panic!("{name} is altered before it is made"));
                    table.columns.extend(Column::read(column));
                }
                ["ALTER", ..] => panic!("the rules about the schema cannot read this: {line}"),
                ["PRIMARY", "KEY", ref keys @ ..] => {
                    let keys = keys.concat();
                    let table = tables.last_mut().unwrap();
                    for column in &mut table.columns {
                        column.is_key |= keys.trim_matches(['(', ')']).split(',').any(|key| key == column.name);
                    }
                }
                ref column if line.starts_with("  ") => tables.last_mut().unwrap().columns.extend(Column::read(column)),
                _ => {}
            }
        }
    }
    tables
}

impl Column {
    fn read(words: &[&str]) -> Option<Self> {
        let [name, kind @ ("TEXT" | "BIGINT" | "BYTEA"), rest @ ..] = words else { return None };
        let refers_to = rest.iter().position(|word| *word == "REFERENCES").map(|at| rest[at + 1].to_owned());
        let is_key = rest.starts_with(&["PRIMARY", "KEY"]);
        Some(Self {
            name: (*name).to_owned(),
            refers_to,
            is_text: *kind == "TEXT",
            is_bytes: *kind == "BYTEA",
            may_be_null: !is_key && !rest.starts_with(&["NOT", "NULL"]),
            is_key,
        })
    }

    /// Whether a person's id stands in it.
    pub fn is_a_person(&self) -> bool {
        self.refers_to.as_deref() == Some("person")
            || ["person", "author", "giver", "whom", "whose", "owner", "by"].contains(&self.name.as_str())
    }
}

/// Fails when an exception's day has come: exceptions are for a while, and then somebody looks again. The day is
/// counted from the commit, so that an older one passes for as long as it did; without git, from today.
#[track_caller]
pub fn has_not_expired(what: &str, day: &str) {
    static NOW: LazyLock<i64> = LazyLock::new(|| {
        let said = Command::new("git")
            .current_dir(top())
            .args(["log", "-1", "--format=%ct"])
            .output()
            .ok()
            .filter(|said| said.status.success());
        let seconds = said.and_then(|said| String::from_utf8(said.stdout).ok()?.trim().parse::<i64>().ok());
        seconds.map_or_else(|| base::clock::Clock::Machine.now(), |seconds| seconds * SECOND_MS)
    });
    let until = base::clock::read_date(day).unwrap_or_else(|| panic!("{day} is not a day"));
    assert!(*NOW < until, "the exception for {what} ran out on {day}: mend it, or say why it may stay longer");
}
