//! Every fixture counted through the command, key by key against the results of other programs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};

/// Keys that tell about the programs that made the expected results.
const ABOUT_THE_PROGRAMS: [&str; 2] = ["checks", "cpu_seconds"];

fn command() -> Command {
    let tests = std::env::current_exe().unwrap();
    let built = tests.parent().and_then(Path::parent).unwrap().join("examples").join("ballots");
    assert!(built.exists(), "build it first: cargo build -p ballots --example ballots");
    Command::new(built)
}

fn counted(rule: &str, file: &Path) -> Map<String, Value> {
    let out = command().args(["count", "--json", "--rule", rule]).arg(file).output().unwrap();
    assert!(out.status.success(), "{rule} {}: {}", file.display(), String::from_utf8_lossy(&out.stderr));
    let json: Value = serde_json::from_slice(&out.stdout).unwrap();
    json.as_object().cloned().unwrap()
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|extension| extension == "txt")).collect()
}

/// Whether all that is expected is there: numbers by value, lists in order, further keys allowed.
fn holds(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().all(|(key, expected)| found.get(key).is_some_and(|found| holds(found, expected)))
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(found, expected)| holds(found, expected))
        }
        (Value::Number(found), Value::Number(expected)) => found.as_f64() == expected.as_f64(),
        _ => found == expected,
    }
}

#[test]
fn every_fixture_counts_as_other_programs_count_it() {
    let files = fixtures();
    assert_eq!(files.len(), 20);
    for file in files {
        let expected: Value =
            serde_json::from_slice(&std::fs::read(file.with_extension("expected.json")).unwrap()).unwrap();
        let expected = expected.as_object().unwrap();
        let rules: &[&str] = if expected.contains_key("star") {
            &["approval", "score", "star", "schulze"]
        } else {
            &["irv", "stv", "schulze"]
        };
        let found: Map<_, _> = rules.iter().flat_map(|rule| counted(rule, &file)).collect();
        for (key, expected) in expected.iter().filter(|(key, _)| !ABOUT_THE_PROGRAMS.contains(&key.as_str())) {
            let found = found.get(key).unwrap_or(&Value::Null);
            assert!(holds(found, expected), "{} {key}\nfound {found}\nexpected {expected}", file.display());
        }
    }
}

#[test]
fn burlington_says_that_the_rules_disagree() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/irv_burlington_2009_mayor.txt");
    let rules = &counted("irv", &file)["rules"];
    assert_eq!(*rules, serde_json::json!({ "plurality": [5], "IRV": [1], "Schulze": [2], "Condorcet": [2] }));
    let out = command().args(["count", "--rule", "irv"]).arg(&file).output().unwrap();
    let trail = String::from_utf8(out.stdout).unwrap();
    assert!(
        trail.contains("These rules disagree") && trail.contains("5 Kurt Wright (Republican)  2952 1/2"),
        "{trail}"
    );
}

#[test]
fn a_seed_changes_who_of_the_level_is_elected_and_says_so() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/toy_tennessee_irv_tie.txt");
    let elected = |seed: &str| {
        let out = command().args(["count", "--rule", "irv", "--json", "--seed", seed]).arg(&file).output().unwrap();
        let json: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!((&json["irv_winners"], &json["lot"]["from_seed"]), (&serde_json::json!([1, 4]), &Value::Bool(true)));
        json["elected"][0].as_u64().unwrap()
    };
    let drawn: std::collections::BTreeSet<_> = (0..16_u8).map(|seed| elected(&format!("{seed:02x}"))).collect();
    assert_eq!(drawn, [1, 4].into());
}
