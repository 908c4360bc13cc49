//! Counts a plain file of ballots and prints the trail, or JSON.
//!
//! ```text
//! ballots count --rule approval|score|star|irv|stv|schulze|consent [--seed HEX] [--json] FILE
//! ballots find --receipt "CODE WORDS" [--poll NAME] FILE
//! ```
//!
//! Exit 0: counted, or found. Exit 1: the file cannot be read or counted; one line says why and names the row. Exit 2: wrong usage.

use std::fs::File;
use std::io::{Read, Write};
use std::process::ExitCode;

use ballots::comparison::{Comparison, compare};
use ballots::receipt::{Receipt, Secrecy, find, secrecy};
use ballots::stv::{Next, UNIT};
use ballots::{Ballots, Lot, Poll, Rankings, Refusal, Scores, Settled, Tie, approval, consent, irv, parse, schulze, score, star, stv};
use serde_json::{Map, Value, json};

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
                "--rule" if asked.rule.is_none() => asked.rule = Some(words.next().filter(|rule| RULES.contains(&rule.as_str()))?),
                "--seed" if asked.seed.is_none() => asked.seed = Some(bytes_of_hex(&words.next()?)?),
                "--json" => asked.json = true,
                "--receipt" if asked.receipt.is_none() => asked.receipt = Some(Receipt::read(&words.next()?)?),
                "--poll" if asked.poll.is_none() => asked.poll = Some(words.next()?),
                option if option.starts_with("--") => return None,
                _ => files.push(word),
            }
        }
        let counts = asked.verb == "count" && asked.rule.is_some() && asked.receipt.is_none() && asked.poll.is_none();
        let finds = asked.verb == "find" && asked.receipt.is_some() && asked.rule.is_none() && asked.seed.is_none() && !asked.json;
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
                let (line, ballot) = find(&text, name, receipt).ok_or("no ballot in this file belongs to this receipt")?;
                Ok(format!("line {line}: {ballot}\n"))
            }
            (_, rule) => {
                let rule = rule.as_deref().unwrap_or_default();
                let lot = self.seed.as_ref().map_or_else(|| Lot::in_paper_order(poll.candidates.len()), |seed| Lot::from_seed(seed, &poll.ids()));
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
        let rules: Map<_, _> = counted.comparison.single.iter().map(|(rule, winners)| ((*rule).to_owned(), numbers(&ids, winners))).collect();
        let secrecy = counted.secrecy;
        let common = json!({
            "file": file, "title": poll.title, "rule": rule, "candidates": names, "candidate_ids": ids, "n_ballots": poll.ballot_count(),
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
        let row = |key: &str| text.lines().position(|line| line.trim_start_matches('\u{feff}').split_once(':').is_some_and(|(word, _)| word.trim() == key)).map_or(1, |at| at + 1);
        match self {
            Self::OtherType(needed) => format!("line {}: the ballots are {kind}, {rule} reads {needed} ones", row("type")),
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
        (_, Ballots::Consent(_)) => return Err(Why::OtherType(if matches!(rule, "irv" | "stv" | "schulze") { "ranked" } else { "scored" })),
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

type Shown = (Value, String, Vec<Tie>);

fn by_consent(counted: &consent::Consent) -> Shown {
    let objections: Vec<_> = counted.objections.iter().map(|one| json!({ "count": one.count, "reason": one.reason })).collect();
    let consent = json!({
        "passes": counted.passes, "agree": counted.agree, "stand_aside": counted.stand_aside, "abstain": counted.abstain,
        "object": counted.object, "objections": objections,
    });
    (json!({ "passes": counted.passes, "consent": consent }), counted.trail(), Vec::new())
}

fn by_approval(poll: &Poll, counted: &approval::Approval) -> Shown {
    let ids = poll.ids();
    let keys = json!({
        "approval_if_any_score": by_number(&ids, &counted.approvals), "approval_winners": numbers(&ids, &counted.winners),
        "elected": numbers(&ids, &counted.elected),
    });
    (keys, counted.trail(&poll.candidates), counted.ties.clone())
}

fn by_score(poll: &Poll, counted: &score::Score) -> Shown {
    let ids = poll.ids();
    let keys = json!({
        "score_totals": by_number(&ids, &counted.totals), "score_winners": numbers(&ids, &counted.winners),
        "elected": numbers(&ids, &counted.elected),
    });
    (keys, counted.trail(&poll.candidates), counted.ties.clone())
}

fn by_star(poll: &Poll, scores: &Scores, counted: &star::Star, lot: &Lot) -> Result<Shown, Why> {
    let ids = poll.ids();
    let mut runoff: Map<_, _> = counted.finalists.iter().zip(&counted.runoff).map(|(one, votes)| (ids[*one].to_string(), json!(votes))).collect();
    runoff.insert("no_preference".to_owned(), json!(counted.no_preference));
    let star = json!({
        "totals": by_number(&ids, &counted.totals), "finalists": numbers(&ids, &counted.finalists), "runoff": runoff,
        "finalist_tie": counted.finalist_tie, "runoff_tie": counted.runoff_tie, "winner": counted.elected.map(|one| ids[one]),
    });
    let score_winners = numbers(&ids, &score::count(scores, 1, lot)?.winners);
    let keys = json!({ "star": star, "score_winners": score_winners, "elected": numbers(&ids, counted.elected.as_slice()) });
    Ok((keys, counted.trail(&poll.candidates), counted.ties.clone()))
}

fn by_schulze(poll: &Poll, counted: schulze::Schulze) -> Shown {
    let ids = poll.ids();
    let keys = json!({
        "pairwise": counted.pairs.rows(), "condorcet_winner": counted.pairs.condorcet_winner().map(|one| ids[one]),
        "smith_set": numbers(&ids, &counted.pairs.smith_set()), "schulze_path_strengths": counted.paths.rows(),
        "schulze_winners_winning_votes": numbers(&ids, &counted.winners), "schulze_winners_margins": numbers(&ids, &counted.winners_by_margins),
        "schulze_order": numbers(&ids, &counted.order), "elected": numbers(&ids, counted.elected.as_slice()),
    });
    (keys, counted.trail(&poll.candidates), counted.ties)
}

fn by_irv(poll: &Poll, counted: irv::Irv) -> Shown {
    let ids = poll.ids();
    let figure = |units: u128| if units.is_multiple_of(counted.unit) { json!(u64::try_from(units / counted.unit).ok()) } else { json!(units as f64 / counted.unit as f64) };
    let counts = |round: &irv::Round| ids.iter().zip(&round.votes).filter_map(|(id, votes)| Some((id.to_string(), figure((*votes)?)))).collect::<Map<_, _>>();
    let rounds: Vec<_> = counted.rounds.iter().map(|round| json!({ "counts": counts(round), "exhausted": figure(round.exhausted) })).collect();
    let least = |tie: &Tie| counted.rounds[tie.at - 1].votes[tie.picked].map(figure);
    let ties: Vec<_> = counted.ties.iter().map(|tie| json!({ "round": tie.at, "tied": numbers(&ids, &tie.tied), "votes": least(tie) })).collect();
    let keys = json!({
        "first_preferences": counts(&counted.rounds[0]), "plurality_winners": numbers(&ids, &counted.plurality_winners()), "irv_rounds": rounds,
        "irv_ties": ties, "irv_winners": numbers(&ids, &counted.winners), "irv_winners_complete": counted.winners_complete,
        "elected": numbers(&ids, counted.elected.as_slice()),
    });
    (keys, counted.trail(&poll.candidates), counted.ties)
}

fn by_stv(poll: &Poll, rankings: &Rankings, lot: &Lot) -> Result<Shown, Why> {
    let counted = stv::count(rankings, poll.seats.ok_or(Why::NoSeats)?, lot)?;
    let ids = poll.ids();
    let figure = |units: u64| json!(units as f64 / UNIT as f64);
    let stage = |stage: &stv::Stage| {
        let votes: Map<_, _> = ids.iter().zip(&stage.votes).filter_map(|(id, votes)| Some((id.to_string(), figure((*votes)?)))).collect();
        let mut row = json!({
            "votes": votes, "elected": numbers(&ids, &stage.elected), "exhausted": figure(stage.exhausted), "ignored_decimals": figure(stage.cut_off),
        });
        match stage.next {
            Next::Surplus { of, .. } => row["surplus_of"] = json!(ids[of]),
            Next::Exclusion(of) => row["eliminated"] = json!(ids[of]),
            Next::End => {}
        }
        row
    };
    let by_lowest_id = counted.ties.iter().filter(|tie| tie.settled == Settled::Lot && !lot.is_drawn());
    let scottish = json!({
        "seats": counted.seats, "valid": counted.valid, "quota": counted.quota, "elected": numbers(&ids, &counted.elected),
        "stages": counted.stages.iter().map(stage).collect::<Vec<_>>(),
        "ties_broken_by_lowest_id": by_lowest_id.map(|tie| json!({ "stage": tie.at, "tied": numbers(&ids, &tie.tied) })).collect::<Vec<_>>(),
    });
    Ok((json!({ "scottish_stv": scottish, "elected": numbers(&ids, &counted.elected) }), counted.trail(&poll.candidates), counted.ties))
}

fn as_text(poll: &Poll, lot: &Lot, counted: &Counted) -> String {
    let title = if poll.title.is_empty() { String::new() } else { format!("{}\n", poll.title) };
    let lot = if matches!(poll.ballots, Ballots::Consent(_)) { String::new() } else { lot.explain(&poll.ids()) };
    let needed = counted.ties.iter().any(|tie| tie.settled == Settled::Lot);
    let needed = if lot.is_empty() || needed { "" } else { "No tie needed the lot.\n" };
    let warning = if counted.secrecy.cannot_hold() { "Few or unanimous ballots: this result gives away who voted how.\n" } else { "" };
    format!("{title}{lot}{}{needed}{}{warning}", counted.trail, counted.comparison.trail(&poll.candidates))
}

fn tie_as_json(ids: &[u32], tie: &Tie) -> Value {
    let by = match tie.settled {
        Settled::EarlierStage => tie.earlier.last().map_or(String::new(), |last| format!("stage {}", last.stage)),
        Settled::Total => "total".to_owned(),
        Settled::Lot => "lot".to_owned(),
    };
    let earlier: Vec<_> = tie.earlier.iter().map(|one| json!({ "stage": one.stage, "left": numbers(ids, &one.left) })).collect();
    json!({ "at": tie.at, "about": tie.about, "tied": numbers(ids, &tie.tied), "earlier": earlier, "picked": ids[tie.picked], "by": by })
}

fn numbers(ids: &[u32], candidates: &[usize]) -> Value {
    candidates.iter().map(|one| ids[*one]).collect()
}

fn by_number(ids: &[u32], values: &[u64]) -> Map<String, Value> {
    ids.iter().zip(values).map(|(id, value)| (id.to_string(), json!(value))).collect()
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let opened = File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes));
    match opened {
        Err(error) => Err(format!("cannot be read: {error}")),
        Ok(length) if length as u64 > FILE_BYTES_MAX => Err(format!("cannot be read: more than {FILE_BYTES_MAX} bytes")),
        Ok(_) => Ok(bytes),
    }
}

/// A file's name without what would garble a terminal.
fn shown(path: &str) -> String {
    path.chars().map(|one| if one.is_control() { '\u{fffd}' } else { one }).collect()
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<_> = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    let bytes = digits.chunks(2).map(|pair| Some(u8::try_from(pair[0] * 16 + pair.get(1)?).expect("two hex digits fit a byte")));
    bytes.collect::<Option<Vec<_>>>().filter(|bytes| (1..=64).contains(&bytes.len()))
}
