//! The command with files as people, and people who mean harm, bring them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    let tests = std::env::current_exe().unwrap();
    let built = tests.parent().and_then(Path::parent).unwrap().join("examples").join("ballots");
    assert!(built.exists(), "build it first: cargo build -p ballots --example ballots");
    Command::new(built).args(arguments).output().unwrap()
}

/// A file that is gone when the test ends.
struct Brought(PathBuf);

impl Brought {
    fn with(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("ballots-{}-{name}.txt", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Brought {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const RANKED: &str = "title: t\nseats: 1\ntype: ranked\ncandidate: 1 Ada\ncandidate: 2 Brook\nballots:\n";
const SCORED: &str = "type: scored\ncandidate: 1 Ada\ncandidate: 2 Brook\nballots:\n";
const CONSENT: &str = "type: consent\nballots:\n";

/// The one line that a file is refused with, after its name.
fn refused(name: &str, rule: &str, bytes: &[u8]) -> String {
    let file = Brought::with(name, bytes);
    let out = run(&["count", "--rule", rule, file.path()]);
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!((out.status.code(), out.stdout.len(), said.lines().count()), (Some(1), 0, 1), "{name}: {said}");
    assert!(!said.trim_end().chars().any(char::is_control), "{said:?}");
    said.trim_end().strip_prefix(&format!("{}: ", file.path())).unwrap().to_owned()
}

#[test]
fn whoever_withdrew_is_struck_and_what_was_below_moves_up() {
    let head = |withdrawn: &str| {
        format!(
            "seats: 2\ntype: ranked\ncandidate: 1 Ada\ncandidate: 4 Brook\ncandidate: 7 Cleo\ncandidate: 9 Dara\n{withdrawn}ballots:\n"
        )
    };
    let with = Brought::with("with", (head("withdrawn: 4\n") + "5: 4>1>7\n3: 7=4>9\n2: 4\n1: 1>4>>9\n").as_bytes());
    let without = Brought::with(
        "without",
        (head("").replace("candidate: 4 Brook\n", "") + "5: 1>7\n3: 7>9\n2:\n1: 1>>9\n").as_bytes(),
    );
    for rule in ["irv", "stv", "schulze"] {
        let [with, without] = [&with, &without].map(|file| {
            String::from_utf8(run(&["count", "--rule", rule, "--seed", "0badcafe", file.path()]).stdout).unwrap()
        });
        assert!(!without.is_empty());
        assert_eq!(with, format!("Withdrawn, and struck from every ballot: 4 Brook.\n{without}"));
    }
    let scored =
        Brought::with("scored", SCORED.replace("ballots:", "withdrawn: 1, 2\ncandidate: 3 Cleo\nballots:").as_bytes());
    let all: serde_json::Value =
        serde_json::from_slice(&run(&["count", "--rule", "score", "--json", scored.path()]).stdout).unwrap();
    assert_eq!((&all["withdrawn"], &all["candidate_ids"]), (&serde_json::json!([1, 2]), &serde_json::json!([3])));
}

#[test]
fn a_flaw_is_named_with_its_row() {
    let cases = [
        ("unknown", "irv", format!("{RANKED}3: 1>2\n1: 2>7\n"), "line 8: there is no candidate 7"),
        ("twice", "irv", format!("{RANKED}3: 1>2>1\n"), "line 7: candidate 1 is named twice on one ballot"),
        (
            "withdrawn-twice",
            "irv",
            RANKED.replace("ballots:", "withdrawn: 2\nwithdrawn: 2\nballots:"),
            "line 7: candidate 2 has withdrawn already",
        ),
        (
            "withdrawn-unknown",
            "irv",
            RANKED.replace("ballots:", "withdrawn: 7\nballots:"),
            "line 6: candidate 7 is not there to withdraw",
        ),
        (
            "withdrawn-name",
            "irv",
            RANKED.replace("ballots:", "withdrawn: Ada\nballots:"),
            "line 6: withdrawn names candidates by their numbers, found \"Ada\"",
        ),
        (
            "withdrawn-named-twice",
            "irv",
            RANKED.replace("ballots:", "withdrawn: 2\nballots:") + "1: 2>1>2\n",
            "line 8: candidate 2 is named twice on one ballot",
        ),
        (
            "too-few-left",
            "stv",
            RANKED.replace("seats: 1", "seats: 2").replace("ballots:", "withdrawn: 2\nballots:"),
            "line 2: 2 seats for 1 candidates",
        ),
        ("minus", "irv", format!("{RANKED}-3: 1>2\n"), "line 7: a count is a whole number in digits, found \"-3\""),
        ("zero", "irv", format!("{RANKED}0: 1>2\n"), "line 7: a ballot that was cast zero times"),
        ("huge", "irv", format!("{RANKED}999999999999999999: 1\n"), "line 7: more than 1000000000000 ballots"),
        (
            "longer",
            "irv",
            format!("{RANKED}99999999999999999999999: 1\n"),
            "line 7: a count is a whole number in digits, found \"99999999999999999999999\"",
        ),
        ("words", "irv", format!("{RANKED}hello\n"), "line 7: expected \"COUNT: BALLOT\", found \"hello\""),
        ("equals", "irv", format!("{RANKED}1: 1==2\n"), "line 7: expected the number of a candidate, found \"\""),
        (
            "scores in ranks",
            "irv",
            format!("{RANKED}1: 1/5\n"),
            "line 7: expected the number of a candidate, found \"1/5\"",
        ),
        (
            "half",
            "score",
            format!("{SCORED}1: 1/2.5\n"),
            "line 5: a score is a whole number from 0 to 1000, found \"2.5\"",
        ),
        (
            "below",
            "score",
            format!("{SCORED}1: 1/-2\n"),
            "line 5: a score is a whole number from 0 to 1000, found \"-2\"",
        ),
        ("scored twice", "score", format!("{SCORED}1: 1/2 1/3\n"), "line 5: candidate 1 is named twice on one ballot"),
        ("ranks in scores", "score", format!("{SCORED}1: 1>2\n"), "line 5: expected CANDIDATE/SCORE, found \"1>2\""),
        (
            "reasonless",
            "consent",
            format!("{CONSENT}4: agree\n1: object\n"),
            "line 4: an objection needs a reason of at most 10000 bytes",
        ),
        (
            "perhaps",
            "consent",
            format!("{CONSENT}4: perhaps\n"),
            "line 3: expected agree, stand aside, abstain or object REASON, found \"perhaps\"",
        ),
        (
            "escape",
            "consent",
            format!("{CONSENT}1: object \u{1b}[2J\n"),
            "line 3: a reason holds a control character: \"\u{fffd}[2J\"",
        ),
    ];
    for (name, rule, text, said) in cases {
        assert_eq!(refused(name, rule, text.as_bytes()), said);
    }
}

#[test]
fn a_contradiction_in_the_head_is_named_with_its_row() {
    let cases = [
        ("empty", "", "line 1: the file ends without a line \"ballots:\""),
        ("no type", "candidate: 1 Ada\nballots:\n1: 1\n", "line 2: no type is given before the ballots"),
        (
            "other type",
            "type: guess\ncandidate: 1 Ada\nballots:\n",
            "line 3: type is ranked, scored or consent, found \"guess\" in line 1",
        ),
        ("two types", "type: ranked\ntype: scored\n", "line 2: type is given a second time, first in line 1"),
        ("nobody", "type: ranked\nballots:\n1: 1\n", "line 2: nobody stands"),
        ("same number", "candidate: 1 Ada\ncandidate: 1 Brook\n", "line 2: candidate 1 is given a second time"),
        ("nameless", "candidate: 1\n", "line 1: candidate 1 has no name"),
        ("numberless", "candidate: Ada\n", "line 1: a candidate has a number up to 65535, found \"Ada\""),
        ("too high", "candidate: 70000 Ada\n", "line 1: a candidate has a number up to 65535, found \"70000\""),
        ("no seats", "seats: 0\n", "line 1: seats is a whole number from 1 to 127, found \"0\""),
        ("more seats", "type: ranked\nseats: 3\ncandidate: 1 Ada\nballots:\n", "line 2: 3 seats for 1 candidates"),
        ("early", "type: ranked\n3: 1>2\n", "line 2: a ballot before the line \"ballots:\""),
        ("no colon", "hello\n", "line 1: expected \"key: value\", found \"hello\""),
        ("turned", "candidate: 1 A\u{202e}da\n", "line 1: a name holds a control character: \"A\u{fffd}da\""),
    ];
    for (name, text, said) in cases {
        assert_eq!(refused(name, "irv", text.as_bytes()), said);
    }
    let crowd: String = (1..=128).map(|id| format!("candidate: {id} x\n")).collect();
    assert_eq!(refused("crowd", "irv", crowd.as_bytes()), "line 128: more than 127 candidates");
    assert_eq!(refused("bytes", "irv", b"title: t\n\xff\xfe\n"), "line 2: not readable as UTF-8 text");
}

#[test]
fn a_rule_that_cannot_read_these_ballots_says_which_it_reads() {
    assert_eq!(refused("a", "star", RANKED.as_bytes()), "line 3: the ballots are ranked, star reads scored ones");
    assert_eq!(
        refused("b", "consent", SCORED.as_bytes()),
        "line 1: the ballots are scored, consent reads consent ones"
    );
    assert_eq!(refused("c", "stv", CONSENT.as_bytes()), "line 1: the ballots are consent, stv reads ranked ones");
    assert_eq!(refused("d", "stv", SCORED.as_bytes()), "line 4: no line \"seats:\" above the ballots, stv needs it");
    let out = run(&["count", "--rule", "irv", "/no/such/file"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8(out.stderr).unwrap().starts_with("/no/such/file: cannot be read: "));
    assert_eq!(run(&["count", "--rule", "irv", env!("CARGO_MANIFEST_DIR")]).status.code(), Some(1));
}

#[test]
fn wrong_usage_is_told_apart_from_a_wrong_file() {
    let wrong: [&[&str]; 12] = [
        &[],
        &["count"],
        &["count", "--rule", "irv"],
        &["count", "x"],
        &["count", "--rule", "borda", "x"],
        &["count", "--rule", "irv", "--rule", "stv", "x"],
        &["count", "--rule", "irv", "--seed", "xyz", "x"],
        &["count", "--rule", "irv", "--seed", "abc", "x"],
        &["count", "--rule", "irv", "--loud", "x"],
        &["count", "--rule", "irv", "x", "y"],
        &["find", "x"],
        &["recount", "--rule", "irv", "x"],
    ];
    for arguments in wrong {
        let out = run(arguments);
        assert_eq!(out.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8(out.stderr).unwrap().starts_with("usage: ballots count"), "{arguments:?}");
    }
}

#[test]
fn unusual_but_clear_files_are_read() {
    let text = "\u{feff}type: ranked\r\nnote: anything\r\nseats: 1\r\ncandidate: 7 Ada\r\ncandidate: 3 Brook\r\n\r\nballots:\r\n 4 : 3 >> 7 \r\n\r\n2: 3=7\r\n5:\r\n1: >7";
    let file = Brought::with("unusual", text.as_bytes());
    let out = run(&["count", "--rule", "stv", "--json", file.path()]);
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(json["scottish_stv"]["stages"][0]["votes"], serde_json::json!({ "7": 2.0, "3": 5.0 }));
    assert_eq!(
        (&json["n_ballots"], &json["scottish_stv"]["valid"], &json["scottish_stv"]["quota"]),
        (&12.into(), &7.into(), &4.into())
    );
    assert!(
        json["trail"][3].as_str().unwrap().contains("5 blank, 5 with a skipped rank (passed over), 2 with equal ranks"),
        "{}",
        json["trail"]
    );
}

#[test]
fn consent_is_counted_and_keeps_every_reason() {
    let file = Brought::with(
        "consent",
        format!("{CONSENT}9: agree\n2: stand aside\n1: abstain\n1: object it is too loud\n").as_bytes(),
    );
    let out = run(&["count", "--rule", "consent", "--json", file.path()]);
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let reasons = serde_json::json!([{ "count": 1, "reason": "it is too loud" }]);
    assert_eq!(
        (&json["passes"], &json["consent"]["stand_aside"], &json["consent"]["objections"]),
        (&false.into(), &2.into(), &reasons)
    );
}
