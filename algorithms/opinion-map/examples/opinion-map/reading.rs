//! Reads the plain files of a Polis export: votes in their wide or long form, and the list of statements.
//! Promises: either everything in a file is understood, or one line says which row is not and why.
//! Never opens a file: it is handed the bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{Chain, Read as _};

use csv::{ByteRecord, ReaderBuilder};
use opinion_map::{PEOPLE_MAX, STATEMENTS_MAX, Standing, Vote, Votes};

/// What is wrong with a file, one line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Trouble(pub(crate) String);

/// Votes as a file lists them, by the ids it uses.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ballots {
    pub(crate) people: BTreeSet<u64>,
    pub(crate) statements: BTreeSet<u64>,
    pub(crate) votes: BTreeMap<(u64, u64), Vote>,
    /// People in the order of their first votes; `None` where the file does not reliably tell.
    pub(crate) arrivals: Option<Vec<u64>>,
    /// The group a person was in when the file was written; `None` where the file has no such column.
    pub(crate) groups: Option<BTreeMap<u64, i64>>,
}

/// What the list of statements says about each.
pub(crate) type Comments = BTreeMap<u64, Standing>;

/// A conversation in the numbers the library uses, with the ids they stand for.
#[derive(Debug)]
pub(crate) struct Conversation {
    pub(crate) votes: Votes,
    pub(crate) people: Vec<u64>,
    pub(crate) statements: Vec<u64>,
    /// Statements listed as live that nobody has voted on.
    pub(crate) unseen: Vec<u64>,
    /// Statements of the votes that are not among those listed, where any are: they are taken as live.
    pub(crate) unlisted: Vec<u64>,
}

/// Put behind every file: a row of its own, unless a quotation mark before it was never closed.
const END: &[u8] = b"\n.";

impl Trouble {
    /// The same, saying in which file.
    pub(crate) fn within(self, path: &str) -> Self {
        Self(format!("{path}: {}", self.0))
    }
}

/// Votes in either form, told apart by the header. Where one person's votes on one statement carry the same time and
/// differ, the later row counts if `by_row`, otherwise the larger value, so that the order of rows does not matter.
pub(crate) fn votes(bytes: &[u8], by_row: bool) -> Result<Ballots, Trouble> {
    let mut rows = Rows::new(bytes)?;
    if rows.column(&["vote"]).is_some() { long(&mut rows, by_row) } else { wide(&mut rows) }
}

/// One row a person, one column a statement: 1 agree, −1 disagree, 0 pass, blank not seen.
fn wide(rows: &mut Rows<'_>) -> Result<Ballots, Trouble> {
    let person_at = rows.required(&["participant"])?;
    let group_at = rows.column(&["group-id"]);
    let counts_at = ["n-votes", "n-agree", "n-disagree"].map(|name| rows.column(&[name]));
    let columns = statement_columns(rows)?;
    let mut ballots = Ballots {
        statements: columns.iter().map(|(_, id)| *id).collect(),
        groups: group_at.map(|_| BTreeMap::new()),
        ..Ballots::default()
    };
    while let Some(row) = rows.next()? {
        let person: u64 = row.number(person_at, "participant")?;
        if !ballots.people.insert(person) {
            return Err(row.trouble(format!("participant {person} has a row already")));
        }
        if ballots.people.len() > PEOPLE_MAX {
            return Err(row.trouble(format!("more than {PEOPLE_MAX} people")));
        }
        let mut counted = [0_u64; 3];
        for (at, statement) in &columns {
            if row.text(*at)?.is_empty() {
                continue;
            }
            let vote = row.vote(*at)?;
            counted[0] += 1;
            counted[1] += u64::from(vote == Vote::Agree);
            counted[2] += u64::from(vote == Vote::Disagree);
            ballots.votes.insert((person, *statement), vote);
        }
        for ((at, name), counted) in counts_at.iter().zip(["n-votes", "n-agree", "n-disagree"]).zip(counted) {
            let Some(at) = *at else { continue };
            let said: u64 = row.number(at, name)?;
            if said != counted {
                return Err(row.trouble(format!("{name} says {said}, but the row holds {counted}")));
            }
        }
        if let (Some(at), Some(groups)) = (group_at, ballots.groups.as_mut())
            && !row.text(at)?.is_empty()
        {
            groups.insert(person, row.number(at, "group-id")?);
        }
    }
    Ok(ballots)
}

/// Statement columns come last, each headed by its id.
fn statement_columns(rows: &Rows<'_>) -> Result<Vec<(usize, u64)>, Trouble> {
    let header = rows.header.clone();
    let first = header.iter().position(|name| name.parse::<u64>().is_ok()).unwrap_or(header.len());
    let mut seen = BTreeSet::new();
    let mut columns = Vec::new();
    for (at, name) in header.iter().enumerate().skip(first) {
        let id: u64 = name.parse().map_err(|_| {
            rows.trouble_at(1, 1, format!("column {} is headed {name:?}, not by a statement's number", at + 1))
        })?;
        if !seen.insert(id) {
            return Err(rows.trouble_at(1, 1, format!("statement {id} has two columns")));
        }
        columns.push((at, id));
    }
    if columns.len() > STATEMENTS_MAX {
        return Err(rows.trouble_at(1, 1, format!("more than {STATEMENTS_MAX} statements")));
    }
    Ok(columns)
}

/// One row a vote, with its time.
fn long(rows: &mut Rows<'_>, by_row: bool) -> Result<Ballots, Trouble> {
    let time_at = rows.required(&["timestamp", "modified_ms"])?;
    let person_at = rows.required(&["voter-id", "participant"])?;
    let statement_at = rows.required(&["comment-id", "statement"])?;
    let vote_at = rows.required(&["vote"])?;
    let mut ballots = Ballots::default();
    let mut first: BTreeMap<u64, (i64, usize)> = BTreeMap::new();
    let mut times: BTreeMap<(u64, u64), i64> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let time: i64 = row.number(time_at, "the time")?;
        let person: u64 = row.number(person_at, "the person")?;
        let statement: u64 = row.number(statement_at, "the statement")?;
        let vote = row.vote(vote_at)?;
        ballots.people.insert(person);
        ballots.statements.insert(statement);
        let arrived = first.entry(person).or_insert((time, row.number));
        *arrived = (*arrived).min((time, row.number));
        if ballots.people.len() > PEOPLE_MAX || ballots.statements.len() > STATEMENTS_MAX {
            return Err(row.trouble(format!("more than {PEOPLE_MAX} people or {STATEMENTS_MAX} statements")));
        }
        let held = times.get(&(person, statement)).zip(ballots.votes.get(&(person, statement)));
        let is_newer =
            held.is_none_or(|(earlier, held)| time > *earlier || (time == *earlier && (by_row || vote > *held)));
        if is_newer {
            times.insert((person, statement), time);
            ballots.votes.insert((person, statement), vote);
        }
    }
    // Older exports carry the time a vote was last changed, which says little about who came first.
    if rows.column(&["modified_ms"]).is_some() {
        let mut arrivals: Vec<u64> = first.keys().copied().collect();
        arrivals.sort_by_key(|person| first[person]);
        ballots.arrivals = Some(arrivals);
    }
    Ok(ballots)
}

/// The list of statements: which were rejected (`moderated` −1) and which are about the people (`is-meta`).
pub(crate) fn comments(bytes: &[u8]) -> Result<Comments, Trouble> {
    let mut rows = Rows::new(bytes)?;
    let id_at = rows.required(&["comment-id"])?;
    let moderated_at = rows.required(&["moderated"])?;
    let meta_at = rows.column(&["is-meta", "is_meta", "meta"]);
    let mut comments = Comments::new();
    while let Some(row) = rows.next()? {
        let id: u64 = row.number(id_at, "comment-id")?;
        let standing = match row.text(moderated_at)? {
            "-1" => Standing::Rejected,
            "0" | "1" => Standing::Live,
            other => return Err(row.trouble(format!("moderated is {}, which is neither -1, 0 nor 1", shown(other)))),
        };
        let is_meta = match meta_at.map(|at| row.text(at)).transpose()? {
            None | Some("" | "0" | "false" | "f") => false,
            Some("1" | "true" | "t") => true,
            Some(other) => {
                return Err(row.trouble(format!("is-meta is {}, which is neither true nor false", shown(other))));
            }
        };
        if comments.insert(id, if is_meta { Standing::Meta } else { standing }).is_some() {
            return Err(row.trouble(format!("statement {id} has a row already")));
        }
    }
    Ok(comments)
}

impl Ballots {
    /// Numbers people and statements in the order of their ids.
    pub(crate) fn number(&self, comments: &Comments) -> Result<Conversation, Trouble> {
        let (people, statements): (Vec<u64>, Vec<u64>) =
            (self.people.iter().copied().collect(), self.statements.iter().copied().collect());
        let standings = statements.iter().map(|id| comments.get(id).copied().unwrap_or_default()).collect();
        let inside = |error: opinion_map::VoteError| Trouble(error.to_string());
        let mut votes = Votes::on(standings).map_err(inside)?;
        votes.seat(people.len()).map_err(inside)?;
        for ((person, statement), vote) in &self.votes {
            let place = people.binary_search(person).ok().zip(statements.binary_search(statement).ok());
            let (person, statement) = place.expect("every vote's person and statement were listed as it was read");
            votes.cast(person, statement, *vote).map_err(inside)?;
        }
        let is_unseen = |id: &u64| statements.binary_search(id).ok().is_none_or(|at| votes.tallies()[at].seen() == 0);
        let is_live = |id: &u64| comments.get(id).is_none_or(|standing| standing.is_live());
        let listed: BTreeSet<u64> = statements.iter().chain(comments.keys()).copied().collect();
        let unseen = listed.into_iter().filter(|id| is_live(id) && is_unseen(id)).collect();
        let is_unlisted = |id: &&u64| !comments.is_empty() && !comments.contains_key(id);
        let unlisted = statements.iter().filter(is_unlisted).copied().collect();
        Ok(Conversation { votes, people, statements, unseen, unlisted })
    }

    /// The people who came first, by their numbers in the conversation.
    pub(crate) fn arrivals_in(&self, conversation: &Conversation) -> Option<Vec<usize>> {
        let number = |person: &u64| conversation.people.binary_search(person).ok();
        self.arrivals.as_ref().map(|arrivals| arrivals.iter().filter_map(number).collect())
    }
}

/// The rows of one file under its header.
struct Rows<'a> {
    bytes: &'a [u8],
    reader: csv::Reader<Chain<&'a [u8], &'static [u8]>>,
    header: Vec<String>,
    read: usize,
}

/// One row and where it stands.
struct Row {
    record: ByteRecord,
    number: usize,
    line: u64,
}

impl<'a> Rows<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, Trouble> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes.chain(END));
        let mut rows = Self { bytes, reader, header: Vec::new(), read: 0 };
        let Some(first) = rows.read()? else { return Err(Trouble("row 1: the file is empty".to_owned())) };
        rows.header = (0..first.record.len())
            .map(|at| first.text(at).map(|name| name.trim().to_owned()))
            .collect::<Result<_, _>>()?;
        for (at, name) in rows.header.iter().enumerate() {
            if !name.is_empty() && rows.header[..at].contains(name) && name.parse::<u64>().is_err() {
                return Err(first.trouble(format!("two columns are headed {}", shown(name))));
            }
        }
        Ok(rows)
    }

    fn next(&mut self) -> Result<Option<Row>, Trouble> {
        let Some(row) = self.read()? else { return Ok(None) };
        if row.record.len() != self.header.len() {
            return Err(row.trouble(format!("{} fields, but the header has {}", row.record.len(), self.header.len())));
        }
        Ok(Some(row))
    }

    fn read(&mut self) -> Result<Option<Row>, Trouble> {
        let mut record = ByteRecord::new();
        self.read += 1;
        let more = self
            .reader
            .read_byte_record(&mut record)
            .map_err(|error| Trouble(format!("row {}: {error}", self.read)))?;
        if !more {
            return Err(Trouble(format!("row {}: a quotation mark is never closed", self.read - 1)));
        }
        // The reader's position is before the line ends that come before the row.
        let (at, line) = record.position().map_or((0, 0), |place| (place.byte() as usize, place.line()));
        let rest = self.bytes.get(at..).unwrap_or_default();
        let ends = rest.iter().take_while(|byte| b"\r\n".contains(byte));
        let line = line + ends.clone().filter(|byte| **byte == b'\n').count() as u64;
        Ok((ends.count() < rest.len()).then_some(Row { record, number: self.read, line }))
    }

    /// Where the first of these names stands in the header.
    fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.header.iter().position(|held| held == name))
    }

    fn required(&self, names: &[&str]) -> Result<usize, Trouble> {
        self.column(names).ok_or_else(|| self.trouble_at(1, 1, format!("there is no column {}", names.join(" or "))))
    }

    fn trouble_at(&self, number: usize, line: u64, what: impl Display) -> Trouble {
        Row { record: ByteRecord::new(), number, line }.trouble(what)
    }
}

impl Row {
    fn text(&self, at: usize) -> Result<&str, Trouble> {
        let bytes = self.record.get(at).unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|_| self.trouble(format!("field {} is not UTF-8 text", at + 1)))
    }

    fn number<N: std::str::FromStr>(&self, at: usize, what: &str) -> Result<N, Trouble> {
        let text = self.text(at)?;
        text.parse()
            .map_err(|_| self.trouble(format!("{what} is {}, which is not a whole number in range", shown(text))))
    }

    fn vote(&self, at: usize) -> Result<Vote, Trouble> {
        let text = self.text(at)?;
        let vote = text.parse().ok().and_then(Vote::from_value);
        vote.ok_or_else(|| {
            self.trouble(format!("field {} holds {}, which is neither 1, 0 nor -1", at + 1, shown(text)))
        })
    }

    fn trouble(&self, what: impl Display) -> Trouble {
        let line = if self.line <= self.number as u64 { String::new() } else { format!(" (line {})", self.line) };
        Trouble(format!("row {}{line}: {what}", self.number))
    }
}

/// What somebody wrote, on one line and no longer than a line.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { format!("{short:?}…") } else { format!("{short:?}") }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
