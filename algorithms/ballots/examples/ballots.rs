//! Counts a plain file of ballots and prints the trail, or JSON.
//!
//! ```text
//! ballots count --rule approval|score|star|irv|stv|schulze|consent [--seed HEX] [--json] FILE
//! ballots find --receipt "CODE WORDS" [--poll NAME] FILE
//! ```
//!
//! Exit 0: counted, or found. Exit 1: the file cannot be read or counted; one line says why and names the row. Exit 2:
//! wrong usage.

#[path = "ballots/keys.rs"]
mod keys;

use std::fs::File;
use std::io::{Read, Write};
use std::process::ExitCode;

use ballots::comparison::{Comparison, compare};
use ballots::receipt::{Receipt, Secrecy, find, secrecy};
use ballots::{Ballots, Lot, Poll, Refusal, Settled, Tie, approval, consent, irv, parse, schulze, score, star};
use serde_json::{Map, Value, json};

use keys::{by_approval, by_consent, by_irv, by_schulze, by_score, by_star, by_stv, numbers, tie_as_json};

const USAGE: &str = "usage: ballots count --rule approval|score|star|irv|stv|schulze|consent [--seed HEX] [--json] FILE\n       \
                     ballots find --receipt \"CODE WORDS\" [--poll NAME] FILE";
/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 30;
const RULES: [&str; 7] = ["approval", "score", "star", "irv", "stv", "schulze", "consent"];

fn main() -> ExitCode {
    let (answer, code) = match Asked::from_words(std::env::args().skip(1)) {
        None => (Err(USAGE.to_owned()), 2),
        Some(asked) => (asked.answer().map_err(|what| format!("{}: {what}", shown(&asked.file))), 1),
    };
    // A reader that has gone away needs no answer, so a failure to write is none of ours.
    match answer {
        Ok(text) => {
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(what) => {
            let _ = writeln!(std::io::stderr(), "{what}");
            ExitCode::from(code)
        }
    }
}

/// What the command line asks for.
#[derive(Default)]
struct Asked {
    verb: String,
    rule: Option<String>,
    seed: Option<Vec<u8>>,
    json: bool,
    receipt: Option<Receipt>,
    poll: Option<String>,
    file: String,
}

impl Asked {
    fn from_words(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let mut asked = Self { verb: words.next()?, ..Self::default() };
        let mut files = Vec::new();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--rule" if asked.rule.is_none() => {
                    asked.rule = Some(words.next().filter(|rule| RULES.contains(&rule.as_str()))?)
                }
                "--seed" if asked.seed.is_none() => asked.seed = Some(bytes_of_hex(&words.next()?)?),
                "--json" => asked.json = true,
                "--receipt" if asked.receipt.is_none() => asked.receipt = Some(Receipt::read(&words.next()?)?),
                "--poll" if asked.poll.is_none() => asked.poll = Some(words.next()?),
                option if option.starts_with("--") => return None,
                _ => files.push(word),
            }
        }
        let counts = asked.verb == "count" && asked.rule.is_some() && asked.receipt.is_none() && asked.poll.is_none();
        let finds = asked.verb == "find"
            && asked.receipt.is_some()
            && asked.rule.is_none()
            && asked.seed.is_none()
            && !asked.json;
        asked.file = files.pop().filter(|_| files.is_empty() && (counts || finds))?;
        Some(asked)
    }

    fn answer(&self) -> Result<String, String> {
        let bytes = read(&self.file)?;
        let poll = parse(&bytes).map_err(|malformed| malformed.to_string())?;
        let text = String::from_utf8_lossy(&bytes);
        match (&self.receipt, &self.rule) {
            (Some(receipt), _) => {
                let name = self.poll.as_deref().unwrap_or(&poll.title);
                let (line, ballot) =
                    find(&text, name, receipt).ok_or("no ballot in this file belongs to this receipt")?;
                Ok(format!("line {line}: {ballot}\n"))
            }
            (_, rule) => {
                let rule = rule.as_deref().unwrap_or_default();
                let lot = self.seed.as_ref().map_or_else(
                    || Lot::in_paper_order(poll.candidates.len()),
                    |seed| Lot::from_seed(seed, &poll.ids()),
                );
                let counted = count(&poll, rule, &lot).map_err(|why| why.at(&text, poll.ballots.kind(), rule))?;
                Ok(if self.json { self.as_json(&poll, rule, &lot, &counted) } else { as_text(&poll, &lot, &counted) })
            }
        }
    }

    fn as_json(&self, poll: &Poll, rule: &str, lot: &Lot, counted: &Counted) -> String {
        let mut all = counted.keys.clone();
        let file = std::path::Path::new(&self.file).file_name().map(|name| name.to_string_lossy().into_owned());
        let names: Vec<_> = poll.candidates.iter().map(|candidate| &candidate.name).collect();
        let ids = poll.ids();
        let rules: Map<_, _> =
            counted.comparison.single.iter().map(|one| (one.rule.to_owned(), numbers(&ids, &one.winners))).collect();
        let secrecy = counted.secrecy;
        let common = json!({
            "file": file, "title": poll.title, "rule": rule, "candidates": names, "candidate_ids": ids,
            "withdrawn": poll.withdrawn.iter().map(|one| one.id).collect::<Vec<_>>(), "n_ballots": poll.ballot_count(),
            "lot": { "order": numbers(&ids, lot.order()), "from_seed": lot.is_drawn() },
            "ties": counted.ties.iter().map(|tie| tie_as_json(&ids, tie)).collect::<Vec<_>>(),
            "rules": rules, "rules_disagree": counted.comparison.disagree(),
            "secrecy": { "ballots_alone_of_their_kind": secrecy.alone, "unanimous": secrecy.unanimous, "cannot_hold": secrecy.cannot_hold() },
            "trail": as_text(poll, lot, counted).lines().collect::<Vec<_>>(),
        });
        all.extend(common.as_object().cloned().unwrap_or_default());
        format!("{:#}\n", Value::Object(all))
    }
}

/// A count, ready to be shown.
struct Counted {
    keys: Map<String, Value>,
    trail: String,
    ties: Vec<Tie>,
    comparison: Comparison,
    secrecy: Secrecy,
}

/// Why a readable file cannot be counted by this rule.
enum Why {
    OtherType(&'static str),
    NoSeats,
    Refused(Refusal),
}

impl From<Refusal> for Why {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Why {
    /// The sentence, with the row that it is about.
    fn at(&self, text: &str, kind: &str, rule: &str) -> String {
        let row = |key: &str| {
            text.lines()
                .position(|line| {
                    line.trim_start_matches('\u{feff}').split_once(':').is_some_and(|(word, _)| word.trim() == key)
                })
                .map_or(1, |at| at + 1)
        };
        match self {
            Self::OtherType(needed) => {
                format!("line {}: the ballots are {kind}, {rule} reads {needed} ones", row("type"))
            }
            Self::NoSeats => format!("line {}: no line \"seats:\" above the ballots, stv needs it", row("ballots")),
            Self::Refused(refusal) => format!("line {}: {refusal}", row("ballots")),
        }
    }
}

fn count(poll: &Poll, rule: &str, lot: &Lot) -> Result<Counted, Why> {
    let seats = poll.seats.unwrap_or(1);
    let (keys, trail, ties) = match (rule, &poll.ballots) {
        ("consent", Ballots::Consent(positions)) => by_consent(&consent::count(positions)),
        ("consent", _) => return Err(Why::OtherType("consent")),
        (_, Ballots::Consent(_)) => {
            return Err(Why::OtherType(if matches!(rule, "irv" | "stv" | "schulze") { "ranked" } else { "scored" }));
        }
        ("approval" | "score" | "star", Ballots::Ranked(_)) => return Err(Why::OtherType("scored")),
        ("approval", Ballots::Scored(scores)) => by_approval(poll, &approval::count(scores, seats, lot)?),
        ("score", Ballots::Scored(scores)) => by_score(poll, &score::count(scores, seats, lot)?),
        ("star", Ballots::Scored(scores)) => by_star(poll, scores, &star::count(scores, lot)?, lot)?,
        ("schulze", Ballots::Ranked(rankings)) => by_schulze(poll, schulze::count(rankings, lot)?),
        ("schulze", Ballots::Scored(scores)) => by_schulze(poll, schulze::count_scores(scores, lot)?),
        ("irv", Ballots::Ranked(rankings)) => by_irv(poll, irv::count(rankings, lot)?),
        ("irv", Ballots::Scored(scores)) => by_irv(poll, irv::count(&scores.as_rankings(), lot)?),
        (_, Ballots::Ranked(rankings)) => by_stv(poll, rankings, lot)?,
        (_, Ballots::Scored(scores)) => by_stv(poll, &scores.as_rankings(), lot)?,
    };
    let keys = keys.as_object().cloned().unwrap_or_default();
    Ok(Counted { keys, trail, ties, comparison: compare(poll, lot)?, secrecy: secrecy(poll) })
}

fn as_text(poll: &Poll, lot: &Lot, counted: &Counted) -> String {
    let title = if poll.title.is_empty() { String::new() } else { format!("{}\n", poll.title) };
    let withdrawn: String = poll
        .withdrawn
        .iter()
        .map(|one| format!("Withdrawn, and struck from every ballot: {} {}.\n", one.id, one.name))
        .collect();
    let lot = if matches!(poll.ballots, Ballots::Consent(_)) { String::new() } else { lot.explain(&poll.ids()) };
    let needed = counted.ties.iter().any(|tie| tie.settled == Settled::Lot);
    let needed = if lot.is_empty() || needed { "" } else { "No tie needed the lot.\n" };
    let warning = if counted.secrecy.cannot_hold() {
        "Few or unanimous ballots: this result gives away who voted how.\n"
    } else {
        ""
    };
    format!("{title}{withdrawn}{lot}{}{needed}{}{warning}", counted.trail, counted.comparison.trail(&poll.candidates))
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let opened = File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes));
    match opened {
        Err(error) => Err(format!("cannot be read: {error}")),
        Ok(length) if length as u64 > FILE_BYTES_MAX => {
            Err(format!("cannot be read: more than {FILE_BYTES_MAX} bytes"))
        }
        Ok(_) => Ok(bytes),
    }
}

/// A file's name without what would garble a terminal.
fn shown(path: &str) -> String {
    path.chars().map(|one| if one.is_control() { '\u{fffd}' } else { one }).collect()
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<_> = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    let bytes = digits
        .chunks(2)
        .map(|pair| Some(u8::try_from(pair[0] * 16 + pair.get(1)?).expect("two hex digits fit a byte")));
    bytes.collect::<Option<Vec<_>>>().filter(|bytes| (1..=64).contains(&bytes.len()))
}
