//! The plain-text form of a poll, as people can write and read it.
//!
//! ```text
//! title: What shall we play            a header is `key: value`; other keys are passed over
//! seats: 1                             optional; STV needs it
//! type: ranked                         or scored, or consent
//! candidate: 1 Ada                     number and name
//! candidate: 2 Brook
//! withdrawn: 2                         numbers of candidates to strike from every ballot; what was below them moves up
//! ballots:
//! 12: 1>2                              COUNT: ranks, best first; = for equal ranks, nothing between two > for a skipped one
//! 3: 1/5 2/0                           or scores, CANDIDATE/SCORE
//! 2: object it is too loud             or agree, stand aside, abstain, object REASON
//! 1: 2>1 #6f1e…                        after # a receipt's tag of 32 hex digits, if the file is a public one: then on every
//!                                      ballot, each cast once, in the order of the tags
//! ```
//!
//! Promises for any bytes: a poll, or one sentence naming the row. Never panics, never repairs, never guesses.

mod ballot;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::{self, Display, Formatter};

use crate::consent::Positions;
use crate::poll::{Ballots, CANDIDATES_MAX, Candidate, Poll};
use crate::rankings::Rankings;
use crate::scores::Scores;
use crate::text::garbles;
pub(crate) use written::written;

/// The longest title, source or name, in bytes.
pub const TEXT_BYTES_MAX: usize = 1_000;
/// The highest number of a candidate.
pub const CANDIDATE_ID_MAX: u32 = 65_535;

/// Why a file cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The row, from 1.
    pub line: usize,
    /// What is wrong, as one line without control characters.
    pub what: String,
}

impl Error for Malformed {}

impl Display for Malformed {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.what)
    }
}

/// Reads a poll.
///
/// # Errors
/// [`Malformed`] names the first row that cannot be read or contradicts another one.
pub fn parse(bytes: &[u8]) -> Result<Poll, Malformed> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        Malformed { line, what: "not readable as UTF-8 text".to_owned() }
    })?;
    let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().zip(1..);
    let (head, line) = Head::read(&mut lines)?;
    let mut ballots = head.ballots().map_err(|what| Malformed { line, what })?;
    let mut reader = ballot::Reader::new(&head.candidates, &head.withdrawn);
    for (text, line) in lines.filter(|(text, _)| !text.trim().is_empty()) {
        reader.read(text, &mut ballots).map_err(|what| Malformed { line, what })?;
    }
    let Head { mut values, seats, candidates, withdrawn, .. } = head;
    let mut value = |key| values.remove(key).map_or(String::new(), |(value, _)| value.to_owned());
    Ok(Poll { title: value("title"), source: value("source"), seats, candidates, withdrawn, ballots })
}

/// Everything above the ballots.
#[derive(Default)]
struct Head<'a> {
    /// Known keys with their value and row.
    values: BTreeMap<&'a str, (&'a str, usize)>,
    candidates: Vec<Candidate>,
    ids: BTreeSet<u32>,
    /// Number and row of each who withdrew, until the head is read.
    striking: Vec<(u32, usize)>,
    withdrawn: Vec<Candidate>,
    seats: Option<usize>,
}

impl<'a> Head<'a> {
    /// Reads up to the line `ballots:`; gives its row too.
    fn read(lines: &mut impl Iterator<Item = (&'a str, usize)>) -> Result<(Self, usize), Malformed> {
        let mut head = Self::default();
        let mut last = 1;
        for (text, line) in lines {
            last = line;
            if text.trim().is_empty() {
                continue;
            }
            let ended = head.line(text.trim(), line).map_err(|what| Malformed { line, what })?;
            if ended {
                head.strike()?;
                head.check_seats()?;
                return Ok((head, line));
            }
        }
        Err(Malformed { line: last, what: "the file ends without a line \"ballots:\"".to_owned() })
    }

    /// Reads one line; whether it was the last of the head.
    fn line(&mut self, text: &'a str, line: usize) -> Result<bool, String> {
        let (key, value) =
            text.split_once(':').ok_or_else(|| format!("expected \"key: value\", found {}", quoted(text)))?;
        let (key, value) = (key.trim(), value.trim());
        match key {
            "candidate" => self.candidate(value)?,
            "withdrawn" => {
                for id in value.split(|one: char| one == ',' || one.is_whitespace()).filter(|id| !id.is_empty()) {
                    let number = whole(id).and_then(|id| u32::try_from(id).ok());
                    self.striking.push((
                        number.ok_or_else(|| {
                            format!("withdrawn names candidates by their numbers, found {}", quoted(id))
                        })?,
                        line,
                    ));
                }
            }
            _ if ends_head(text) => return Ok(true),
            "ballots" => return Err(format!("\"ballots:\" stands alone on its line, found {}", quoted(value))),
            "title" | "source" | "type" | "seats" => {
                printable(value, key)?;
                if let Some((_, before)) = self.values.insert(key, (value, line)) {
                    return Err(format!("{key} is given a second time, first in line {before}"));
                }
                if key == "seats" {
                    let seats = whole(value).filter(|seats| (1..=CANDIDATES_MAX as u64).contains(seats));
                    let seats = seats.and_then(|seats| usize::try_from(seats).ok());
                    self.seats = Some(seats.ok_or_else(|| {
                        format!("seats is a whole number from 1 to {CANDIDATES_MAX}, found {}", quoted(value))
                    })?);
                }
            }
            _ if whole(key).is_some() => return Err("a ballot before the line \"ballots:\"".to_owned()),
            _ => {}
        }
        Ok(false)
    }

    fn candidate(&mut self, value: &str) -> Result<(), String> {
        let (id, name) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
        let number = whole(id).and_then(|id| u32::try_from(id).ok()).filter(|id| *id <= CANDIDATE_ID_MAX);
        let id =
            number.ok_or_else(|| format!("a candidate has a number up to {CANDIDATE_ID_MAX}, found {}", quoted(id)))?;
        let name = name.trim();
        if name.is_empty() {
            return Err(format!("candidate {id} has no name"));
        }
        printable(name, "a name")?;
        if self.candidates.len() == CANDIDATES_MAX {
            return Err(format!("more than {CANDIDATES_MAX} candidates"));
        }
        if !self.ids.insert(id) {
            return Err(format!("candidate {id} is given a second time"));
        }
        self.candidates.push(Candidate { id, name: name.to_owned() });
        Ok(())
    }

    /// Parts those who withdrew from those who stand.
    fn strike(&mut self) -> Result<(), Malformed> {
        for (id, line) in std::mem::take(&mut self.striking) {
            let Some(at) = self.candidates.iter().position(|candidate| candidate.id == id) else {
                let why = if self.ids.contains(&id) { "has withdrawn already" } else { "is not there to withdraw" };
                return Err(Malformed { line, what: format!("candidate {id} {why}") });
            };
            self.withdrawn.push(self.candidates.remove(at));
        }
        Ok(())
    }

    fn check_seats(&self) -> Result<(), Malformed> {
        let line = self.values.get("seats").map_or(0, |(_, line)| *line);
        match self.seats {
            Some(seats) if !self.candidates.is_empty() && seats > self.candidates.len() => {
                Err(Malformed { line, what: format!("{seats} seats for {} candidates", self.candidates.len()) })
            }
            _ => Ok(()),
        }
    }

    /// An empty pile of ballots of the type that was asked for.
    fn ballots(&self) -> Result<Ballots, String> {
        let stand = self.candidates.len();
        match self.values.get("type") {
            Some(("ranked", _)) => Rankings::new(stand).map(Ballots::Ranked).map_err(|refusal| refusal.to_string()),
            Some(("scored", _)) => Scores::new(stand).map(Ballots::Scored).map_err(|refusal| refusal.to_string()),
            Some(("consent", _)) => Ok(Ballots::Consent(Positions::default())),
            Some((other, line)) => {
                Err(format!("type is ranked, scored or consent, found {} in line {line}", quoted(other)))
            }
            None => Err("no type is given before the ballots".to_owned()),
        }
    }
}

/// Whether ballots begin below this line.
pub(crate) fn ends_head(text: &str) -> bool {
    text.split_once(':').is_some_and(|(key, value)| key.trim() == "ballots" && value.trim().is_empty())
}

/// A whole number in plain digits.
fn whole(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.bytes().fold(0, |number, byte| number * 10 + u64::from(byte - b'0')))
}

/// Refuses what would garble the page or terminal it is shown on.
fn printable(text: &str, what: &str) -> Result<(), String> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(format!("{what} is longer than {TEXT_BYTES_MAX} bytes"));
    }
    if text.chars().any(garbles) { Err(format!("{what} holds a control character: {}", quoted(text))) } else { Ok(()) }
}

/// A short piece of what was found, safe to print.
fn quoted(text: &str) -> String {
    const SHOWN_MAX: usize = 40;
    let shown: String = text.chars().take(SHOWN_MAX).map(|one| if garbles(one) { '\u{fffd}' } else { one }).collect();
    let more = if text.chars().nth(SHOWN_MAX).is_some() { "…" } else { "" };
    format!("\"{shown}{more}\"")
}
