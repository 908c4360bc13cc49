//! Maps a conversation read from the files of a Polis export. What it promises: everything it prints follows from the
//! files and the flags; trouble with a file is one line that names the row, and exit code 1; a wrong call is exit code
//! 2.

#[path = "opinion-map/printing.rs"]
mod printing;
#[path = "opinion-map/reading.rs"]
mod reading;
#[path = "opinion-map/telling.rs"]
mod telling;

use std::process::ExitCode;

use opinion_map::{OpinionMap, Settings};

use reading::{Comments, Trouble};

const USAGE: &str = "usage: opinion-map map --votes FILE [--comments FILE] [--compatible] [--given-groups] [--json]
  --votes         participants-votes.csv (a row a person) or votes.csv (a row a vote)
  --comments      comments.csv: statements whose moderated is -1 are left out
  --compatible    Polis' own choices instead of the mended ones
  --given-groups  also what the groups in the file's group-id column say
  --json          everything, by the keys of a Polis reference file";

#[derive(Debug, Default, PartialEq, Eq)]
struct Call {
    votes: String,
    comments: Option<String>,
    compatible: bool,
    given_groups: bool,
    json: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let call = match understood(&arguments) {
        Ok(call) => call,
        Err(wrong) => {
            eprintln!("{wrong}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match answer(&call) {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(Trouble(line)) => {
            eprintln!("{line}");
            ExitCode::FAILURE
        }
    }
}

fn understood(arguments: &[String]) -> Result<Call, String> {
    let mut left = arguments.iter();
    if left.next().map(String::as_str) != Some("map") {
        return Err("the one command is: map".to_owned());
    }
    let (mut call, mut votes) = (Call::default(), None);
    while let Some(argument) = left.next() {
        let mut file = || left.next().cloned().ok_or_else(|| format!("{argument} needs a file"));
        match argument.as_str() {
            "--votes" => votes = Some(file()?),
            "--comments" => call.comments = Some(file()?),
            "--compatible" => call.compatible = true,
            "--given-groups" => call.given_groups = true,
            "--json" => call.json = true,
            other => return Err(format!("{other} means nothing here")),
        }
    }
    call.votes = votes.ok_or("--votes is missing")?;
    Ok(call)
}

fn answer(call: &Call) -> Result<String, Trouble> {
    let ballots =
        reading::votes(&bytes(&call.votes)?, call.compatible).map_err(|trouble| trouble.within(&call.votes))?;
    let comments = match &call.comments {
        Some(path) => reading::comments(&bytes(path)?).map_err(|trouble| trouble.within(path))?,
        None => Comments::default(),
    };
    let conversation = ballots.number(&comments).map_err(|trouble| trouble.within(&call.votes))?;
    let given = if call.given_groups {
        let missing =
            || Trouble("row 1: there is no column group-id, which --given-groups needs".to_owned()).within(&call.votes);
        Some(printing::given(&conversation, ballots.groups.as_ref().ok_or_else(missing)?))
    } else {
        None
    };
    let map = if call.compatible {
        OpinionMap::compatible(&conversation.votes, ballots.arrivals_in(&conversation).as_deref())
    } else {
        OpinionMap::draw(&conversation.votes, &Settings::default())
    };
    if !call.json {
        return Ok(telling::map(&conversation, &map));
    }
    let mut keys = printing::polis(&conversation, &comments, &map);
    if !call.compatible {
        keys.extend(printing::beyond_polis(&conversation, &map));
    }
    keys.extend(given.map(|given| ("given_production_groups".to_owned(), given)));
    Ok(serde_json::Value::Object(keys).to_string())
}

fn bytes(path: &str) -> Result<Vec<u8>, Trouble> {
    std::fs::read(path).map_err(|error| Trouble(format!("{path}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(line: &str) -> Result<Call, String> {
        understood(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_whole_call_is_understood_and_a_broken_one_is_not() {
        let whole = call("map --votes v.csv --comments c.csv --compatible --given-groups --json").unwrap();
        assert_eq!(
            whole,
            Call {
                votes: "v.csv".into(),
                comments: Some("c.csv".into()),
                compatible: true,
                given_groups: true,
                json: true
            }
        );
        for broken in ["", "draw", "map", "map --votes", "map --votes v.csv --colour", "map --json"] {
            assert!(call(broken).is_err(), "{broken}");
        }
    }
}
