//! Maps a conversation read from the files of a Polis export. What it promises: everything it prints follows from the
//! files and the flags; trouble with a file is one line that names the row, and exit code 1; a wrong call is exit code
//! 2.

#[path = "opinion-map/printing.rs"]
mod printing;
#[path = "opinion-map/reading.rs"]
mod reading;
#[path = "opinion-map/telling.rs"]
mod telling;

use std::io::{ErrorKind, Write};
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
    match answer(&call).and_then(|answer| say(&mut std::io::stdout(), &answer)) {
        Ok(()) => ExitCode::SUCCESS,
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
    let groups = if call.given_groups {
        let missing =
            || Trouble("row 1: there is no column group-id, which --given-groups needs".to_owned()).within(&call.votes);
        Some(ballots.groups.as_ref().ok_or_else(missing)?)
    } else {
        None
    };
    let given = groups.map(|groups| (groups, printing::given(&conversation, groups)));
    let map = if call.compatible {
        OpinionMap::compatible(&conversation.votes, ballots.arrivals_in(&conversation).as_deref())
    } else {
        OpinionMap::draw(&conversation.votes, &Settings::default())
    };
    if !call.json {
        let mut words = telling::map(&conversation, &map);
        if let Some((_, given)) = given {
            words.extend(["\n", &telling::given(&conversation, &given)]);
        }
        return Ok(words);
    }
    let mut keys = printing::polis(&conversation, &comments, &map);
    if !call.compatible {
        keys.extend(printing::beyond_polis(&conversation, &map));
    }
    let given = given.map(|(groups, given)| printing::given_keys(&conversation, groups, &given));
    keys.extend(given.map(|given| ("given_production_groups".to_owned(), given)));
    Ok(serde_json::Value::Object(keys).to_string())
}

/// Prints the answer; whoever has read enough of it may hang up.
fn say(out: &mut impl Write, answer: &str) -> Result<(), Trouble> {
    match writeln!(out, "{answer}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Trouble(format!("standard output: {error}"))),
        _ => Ok(()),
    }
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

    #[test]
    fn given_groups_are_told_in_words_too() {
        let votes =
            concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/london.youth.policing/participants-votes.csv").into();
        let told = answer(&Call { votes, given_groups: true, ..Call::default() }).unwrap();
        assert!(told.contains("given group 2:\n  agree with 24: 3 of 3 here\n"), "{told}");
    }

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn whoever_hangs_up_is_no_trouble_and_a_full_disk_is() {
        assert_eq!(say(&mut Broken(ErrorKind::BrokenPipe), "map"), Ok(()));
        let Trouble(line) = say(&mut Broken(ErrorKind::StorageFull), "map").unwrap_err();
        assert!(line.starts_with("standard output: ") && !line.contains('\n'), "{line}");
    }
}
