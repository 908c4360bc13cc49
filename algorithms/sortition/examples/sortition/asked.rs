//! The command line: what was asked, the files it names, and how answers and progress are shown. Promises: a wrong call
//! is told from a wrong file.

use std::collections::HashMap;
use std::error::Error;
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER_PERMISSIVE;
use serde_json::Value;
use sortition::{Method, Pool, Progress};

/// A lottery lists every seat a thousand times.
const SEATS_MAX: u32 = 10_000;
const SWITCHES: [&str; 3] = ["prices", "announce", "json"];

/// The command line, read.
pub(crate) struct Asked {
    pub(crate) command: String,
    pub(crate) directory: String,
    pub(crate) options: HashMap<String, String>,
    start: Instant,
    seconds: Option<Duration>,
}

impl Asked {
    pub(crate) fn read(arguments: &[String]) -> Result<Self, String> {
        let (command, rest) = arguments.split_first().ok_or("no command")?;
        let known: &[&str] = match command.as_str() {
            "odds" => &["people", "quotas", "panel-size", "method", "seconds", "seed"],
            "draw" => &[
                "people", "quotas", "panel-size", "method", "seconds", "seed", "salt", "out", "randomness", "kept",
                "gone",
            ],
            "verify" => &["commitment", "seed", "seconds"],
            _ => return Err(format!("{command:?} is not a command")),
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the library has no clock; the command line needs one to stop in time"
        )]
        let start = Instant::now();
        let mut asked =
            Self { command: command.clone(), directory: String::new(), options: HashMap::new(), start, seconds: None };
        let mut rest = rest.iter();
        while let Some(argument) = rest.next() {
            match argument.strip_prefix("--") {
                Some(switch) if SWITCHES.contains(&switch) => {
                    _ = asked.options.insert(switch.to_owned(), String::new())
                }
                Some(option) if known.contains(&option) => {
                    let value = rest.next().ok_or_else(|| format!("--{option} needs a value"))?;
                    asked.options.insert(option.to_owned(), value.clone());
                }
                None if command == "verify" && asked.directory.is_empty() => asked.directory.clone_from(argument),
                _ => return Err(format!("{argument:?} is not known to {command}")),
            }
        }
        if let Some(text) = asked.option("seconds") {
            asked.seconds = Some(
                text.parse().map(Duration::from_secs).map_err(|_| "--seconds should be a whole number".to_owned())?,
            );
        }
        ["seed", "salt"].into_iter().try_for_each(|option| asked.hex(option).map(drop))?;
        if asked.option("randomness").is_some_and(|text| text.trim().is_empty()) {
            return Err("--randomness should say where the randomness comes from".to_owned());
        }
        if command == "verify" {
            return if asked.directory.is_empty() { Err("verify needs a directory".to_owned()) } else { Ok(asked) };
        }
        let needed = ["people", "quotas", "panel-size"].into_iter().find(|option| !asked.options.contains_key(*option));
        needed.map_or(Ok(()), |option| Err(format!("--{option} is missing")))?;
        asked.seats()?;
        asked.method()?;
        ["kept", "gone"].into_iter().try_for_each(|option| asked.rows(option).map(drop))?;
        Ok(asked)
    }

    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    fn seats(&self) -> Result<u32, String> {
        let seats = self
            .option("panel-size")
            .and_then(|text| text.parse().ok())
            .filter(|seats| (1..=SEATS_MAX).contains(seats));
        seats.ok_or_else(|| format!("--panel-size should be a whole number from 1 to {SEATS_MAX}"))
    }

    pub(crate) fn method(&self) -> Result<Method, String> {
        match self.option("method").unwrap_or("leximin") {
            "leximin" => Ok(Method::Leximin),
            "maximin" => Ok(Method::Maximin),
            "goldilocks" => Ok(Method::Goldilocks),
            other => Err(format!("--method {other:?} is not leximin, maximin or goldilocks")),
        }
    }

    pub(crate) fn hex(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let decode = |text: &str| HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok().filter(|bytes| !bytes.is_empty());
        let decode =
            |text: &str| decode(text).ok_or_else(|| format!("--{name} should be hexadecimal, two digits a byte"));
        self.option(name).map(decode).transpose()
    }

    pub(crate) fn rows(&self, name: &str) -> Result<Vec<usize>, String> {
        let rows = self.option(name).unwrap_or("").split(',').filter(|text| !text.is_empty());
        rows.map(|text| text.trim().parse().map_err(|_| format!("--{name} should be row numbers separated by commas")))
            .collect()
    }

    pub(crate) fn text(&self, name: &str) -> Result<String, String> {
        let path = self.option(name).unwrap_or("");
        let bytes = std::fs::read(path).map_err(|error| format!("{name}: {path}: {error}"))?;
        String::from_utf8(bytes).map_err(|error| {
            let row =
                error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            format!("{name}, row {row}: not UTF-8 text")
        })
    }

    pub(crate) fn pool(&self) -> Result<Pool, Box<dyn Error>> {
        Ok(Pool::read(&self.text("people")?, &self.text("quotas")?, self.seats()?)?)
    }

    pub(crate) fn print(&self, answer: &Value) {
        if self.options.contains_key("json") {
            println!("{answer}");
            return;
        }
        // What it comes to first, the rest by name.
        let verdict = answer.as_object().and_then(|all| all.get_key_value("verdict"));
        let rest = answer.as_object().into_iter().flatten().filter(|(key, _)| *key != "verdict");
        for (key, value) in verdict.into_iter().chain(rest) {
            match (value, value.to_string()) {
                (Value::Array(list), text) if text.len() > 200 => {
                    println!("{key}: {} entries (--json shows them)", list.len())
                }
                (Value::String(text), _) => println!("{key}: {text}"),
                (_, text) => println!("{key}: {text}"),
            }
        }
    }

    /// Whether `--seconds` are not over yet.
    pub(crate) fn in_time(&self) -> bool {
        self.seconds.is_none_or(|limit| self.start.elapsed() < limit)
    }

    /// A callback that reports on standard error every few seconds, and stops when the time is up.
    pub(crate) fn watch(&self) -> impl FnMut(Progress) -> bool {
        let mut told = Duration::from_secs(2);
        move |progress| {
            let spent = self.start.elapsed();
            if spent > told {
                told = spent + Duration::from_secs(5);
                match progress {
                    Progress::Covering { left } => eprintln!("{} s: {left} people not on a panel yet", spent.as_secs()),
                    Progress::Blending { panels, farthest } => {
                        eprintln!("{} s: {panels} panels, the worst chance is off by {farthest:.1e}", spent.as_secs())
                    }
                }
            }
            self.in_time()
        }
    }
}
