//! The command, as a stranger runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    let here = std::env::current_exe().expect("a test runs from a file");
    let program = here.ancestors().nth(2).expect("deps is in the profile's folder").join("examples/sortition");
    assert!(program.exists(), "build it with: cargo build -p sortition --examples");
    Command::new(program).args(arguments).output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim_end().to_owned()
}

/// A folder of its own with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    files.iter().for_each(|(name, text)| std::fs::write(folder.join(name), text).expect("the file can be written"));
    folder
}

fn asked<'a>(command: &'a str, folder: &'a Path, more: &[&'a str]) -> Vec<String> {
    let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let files = [
        "--people".to_owned(),
        file("people.csv"),
        "--quotas".to_owned(),
        file("quotas.csv"),
        "--panel-size".to_owned(),
        "3".to_owned(),
    ];
    std::iter::once(command.to_owned()).chain(files).chain(more.iter().map(ToString::to_string)).collect()
}

fn run_owned(arguments: &[String]) -> Output {
    run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

const PEOPLE: &str =
    "name,age,household\nAda,young,1\nBrook,young,1\nCleo,old,2\nDara,old,\nAda B,old,\nBrook B,young,\n";
const QUOTAS: &str = "category,feature,min,max\nage,young,1,1\nage,old,2,2\n";

#[test]
fn a_draw_is_published_and_verified_until_one_byte_changes() {
    let folder = folder("draw", &[("people.csv", PEOPLE), ("quotas.csv", QUOTAS)]);
    let out = folder.join("public").to_string_lossy().into_owned();
    let drawn = run_owned(&asked("draw", &folder, &["--out", &out, "--seed", "0bad", "--json"]));
    assert!(drawn.status.success(), "{}", said(&drawn));
    let answer: Value = serde_json::from_slice(&drawn.stdout).expect("the answer is JSON");
    let panel: Vec<u64> = answer["panel"].as_array().expect("a panel").iter().filter_map(Value::as_u64).collect();
    assert!(panel.len() == 3 && panel.iter().all(|row| *row < 6));
    assert!(run(&["verify", &out]).status.success());
    assert_eq!(run(&["verify", &out, "--commitment", "00"]).status.code(), Some(1));
    assert!(run(&["verify", &out, "--seed", "0BAD"]).status.success());
    assert!(said(&run(&["verify", &out, "--seed", "0bae"])).contains("not the one that you saw"));
    std::fs::write(folder.join("public/notes.bin"), [0xff]).expect("it can be written");
    assert!(run(&["verify", &out]).status.success(), "other files do not matter");
    let again = run_owned(&asked("draw", &folder, &["--out", &out, "--seed", "0bae"]));
    assert_eq!(again.status.code(), Some(1));
    assert!(
        said(&again).contains("result.json is of another draw"),
        "a published draw is not written over: {}",
        said(&again)
    );
    let result = folder.join("public/result.json");
    let text = std::fs::read_to_string(&result).expect("the result is there").replace("0bad", "0bae");
    std::fs::write(&result, text).expect("it can be changed");
    let verified = run(&["verify", &out]);
    assert_eq!((verified.status.code(), said(&verified).lines().count()), (Some(1), 1));
    assert!(said(&verified).starts_with("result.json"), "{}", said(&verified));
}

#[test]
fn odds_say_what_is_wrong_in_one_line_with_the_row() {
    let cases = [
        ("people.csv", "age\nyoung\nmiddle\n", "people, row 3"),
        ("people.csv", "age\n\"young\nold\n", "people, row 2"),
        ("people.csv", "", "people, row 1"),
        ("quotas.csv", "category,feature,min,max\nage,young,2,1\n", "quotas, row 2"),
        ("quotas.csv", "category,feature,min,max\nage,young,0,99999999999999\n", "quotas, row 2"),
    ];
    for (at, (file, text, start)) in cases.into_iter().enumerate() {
        let folder = folder(&format!("wrong{at}"), &[("people.csv", PEOPLE), ("quotas.csv", QUOTAS), (file, text)]);
        let output = run_owned(&asked("odds", &folder, &["--json"]));
        assert_eq!(output.status.code(), Some(1), "{text:?}");
        assert!(said(&output).starts_with(start) && said(&output).lines().count() == 1, "{text:?}: {}", said(&output));
    }
}

#[test]
fn quotas_headed_as_other_programs_have_it_are_the_same() {
    let odds = |head: &str| {
        let folder = folder(
            &format!("headed-{}", head.replace(',', "-")),
            &[("people.csv", PEOPLE), ("quotas.csv", &QUOTAS.replace("category,feature,min,max", head))],
        );
        run_owned(&asked("odds", &folder, &["--json"]))
    };
    let usual = odds("category,feature,min,max");
    assert!(
        usual.status.success()
            && ["category,name,min,max", "feature,value,min,max"]
                .into_iter()
                .all(|head| odds(head).stdout == usual.stdout)
    );
    assert_eq!(
        said(&odds("category,what,min,max")),
        "quotas, row 1: no columns \"category\" and \"feature\" (or \"name\"), or \"feature\" and \"value\""
    );
}

#[test]
fn when_no_change_within_the_flex_helps_that_is_said_without_a_doubt() {
    let quotas = "category,feature,min,max,min_flex,max_flex\nage,young,2,2,2,2\nage,old,2,2,2,2\n";
    let folder = folder("rigid", &[("people.csv", PEOPLE), ("quotas.csv", quotas)]);
    let answer: Value =
        serde_json::from_slice(&run_owned(&asked("odds", &folder, &["--json"])).stdout).expect("the answer is JSON");
    assert_eq!(answer["reason"], "no panel keeps all quotas, and no change of quotas within their flex helps");
}

#[test]
fn quotas_that_cannot_be_kept_are_an_answer_for_odds_and_a_failure_for_draw() {
    let folder = folder(
        "infeasible",
        &[("people.csv", PEOPLE), ("quotas.csv", "category,feature,min,max\nage,young,2,2\nage,old,2,2\n")],
    );
    for (command, code) in [("odds", 0), ("draw", 1)] {
        let output = run_owned(&asked(command, &folder, &["--json"]));
        assert_eq!(output.status.code(), Some(code));
        let answer: Value = serde_json::from_slice(&output.stdout).expect("the answer is JSON");
        assert_eq!((answer["feasible"].as_bool(), answer["min_relaxation_cost"].as_f64()), (Some(false), Some(2.0)));
    }
}

#[test]
fn a_wrong_command_line_exits_2_with_the_usage() {
    for arguments in [
        &[][..],
        &["count"],
        &["odds"],
        &["verify"],
        &["odds", "--people"],
        &["draw", "--people", "a", "--quotas", "b", "--panel-size", "none"],
        &["draw", "--seed", ""],
        &["verify", "a", "--seed", "0"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output).contains("usage:"));
    }
}
