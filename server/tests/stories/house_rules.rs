//! Rules about the code: arrows, words, statements, sizes, classes, the patches that break a rule of the product. What
//! is an exception today says until when.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, LazyLock};

use base::db::{Db, Where};
use base::pack::Pack;
use base::words::{Words, keys_of, sources};
use parking_lot::Mutex;

use crate::postgres;
use crate::source::{self, Rust, has_not_expired};

/// What `cargo metadata` says about this workspace.
pub fn metadata(more: &[&str]) -> serde_json::Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let said = Command::new(cargo)
        .current_dir(source::top())
        .args(["metadata", "--offline", "--format-version", "1"])
        .args(more)
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).unwrap()
}

/// Everything that this process logs from now on, at its most talkative.
pub fn captured_logs() -> Arc<Mutex<Vec<u8>>> {
    static LOGS: LazyLock<Arc<Mutex<Vec<u8>>>> = LazyLock::new(|| {
        let logs = Arc::<Mutex<Vec<u8>>>::default();
        let into = logs.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || Into(into.clone()))
            .finish();
        tracing::subscriber::set_global_default(subscriber).expect("nobody else in this process captures logs");
        logs
    });
    LOGS.clone()
}

struct Into(Arc<Mutex<Vec<u8>>>);

impl Write for Into {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

// ---- Arrows.

/// The table of arrows in ARCHITECTURE.md: a crate, and the crates of ours that it may use.
fn arrows_as_written() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(source::top().join("ARCHITECTURE.md")).unwrap();
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows =
        text.lines().filter(|line| line.starts_with("| `")).map(|line| line.split('|').map(names).collect::<Vec<_>>());
    rows.filter(|row| row.len() >= 4 && row[1].len() == 1)
        .map(|mut row| (row[1].remove(0), row[2].drain(..).collect()))
        .collect()
}

#[test]
fn the_crates_use_each_other_exactly_as_architecture_says() {
    let metadata = metadata(&["--no-deps"]);
    let packages = metadata["packages"].as_array().unwrap();
    let name = |package: &serde_json::Value| package["name"].as_str().unwrap().to_owned();
    let ours: BTreeSet<_> = packages.iter().map(name).collect();
    let arrows: BTreeMap<_, BTreeSet<_>> = packages
        .iter()
        .map(|package| {
            let uses = package["dependencies"].as_array().unwrap().iter().map(name).filter(|used| ours.contains(used));
            (name(package), uses.collect())
        })
        .collect();
    assert_eq!(arrows, arrows_as_written(), "left: what Cargo.toml says; right: the table in ARCHITECTURE.md");
}

#[test]
fn every_crate_that_is_declared_is_used() {
    let metadata = metadata(&["--no-deps"]);
    let (mut known, mut unused) = (BTreeSet::new(), Vec::new());
    for package in metadata["packages"].as_array().unwrap() {
        let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().join("src");
        let code: Vec<_> =
            source::files(&[folder.to_str().unwrap()], ".rs").into_iter().map(|file| file.rust().code).collect();
        for declared in package["dependencies"].as_array().unwrap() {
            let name = declared["name"].as_str().unwrap();
            let named = format!("{}::", name.replace('-', "_"));
            let is_word = |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            let is_used = code.iter().any(|code| code.match_indices(&named).any(|(at, _)| is_word(&code[..at])));
            if declared["kind"].is_null() && !is_used {
                unused.push(format!("{} declares {name}", package["name"]));
            }
            known.insert(name.to_owned());
        }
    }
    let root: toml::Table = std::fs::read_to_string(source::top().join("Cargo.toml")).unwrap().parse().unwrap();
    let listed = root["workspace"]["dependencies"].as_table().unwrap().keys();
    unused.extend(listed.filter(|name| !known.contains(*name)).map(|name| format!("the root Cargo.toml lists {name}")));
    assert!(known.len() > 50 && unused.is_empty(), "nothing uses it: {unused:#?}");
}

#[test]
fn every_list_of_work_that_comes_round_is_worked_through() {
    let lists = source::files(&["base/src", "server/src"], ".rs");
    let lists: Vec<_> = lists.iter().filter(|file| file.text.contains("pub const JOBS: &[Job]")).collect();
    let worker = std::fs::read_to_string(source::top().join("server/src/worker.rs")).unwrap();
    assert!(lists.len() > 3);
    for list in lists {
        let module = list.path.trim_end_matches(".rs").rsplit('/').next().unwrap();
        assert!(worker.contains(&format!("{module}::JOBS)")), "nobody does the work of {}", list.path);
    }
}

// ---- Words.

/// Keys that are put together while the program runs: how they begin, and from what.
const MADE_KEYS: &[(&str, &str)] = &[
    ("can-", "a capability's id"),
    ("feed-", "a room's feed"),
    ("kept-", "a table of what is kept about somebody, and its fields"),
    ("kind-", "what a search found"),
    ("profile-", "a line's kind"),
    ("told-", "what an act is called"),
    ("done-", "?done="),
];

/// Where a string is a key: what stands right before it, and which string after that it is.
const SAYS: &[&str] = &[".say(", ".say_with(", ".say_with_two(", ".titled(", "NotYours(", "NotNow(", "NotLikeThis("];
const FIELDS: &[&str] = &["line_field(", "area_field(", "pick_field(", "select_field(", "tick_field(", "input_field("];

fn keys_used(text: &str) -> BTreeSet<String> {
    let first =
        |rest: &str| rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()).map(str::to_owned);
    let mut keys = BTreeSet::new();
    for before in SAYS {
        keys.extend(text.split(before).skip(1).filter_map(first));
    }
    for before in FIELDS {
        keys.extend(text.split(before).skip(1).filter_map(|rest| first(rest.split_once(',')?.1)));
    }
    for before in [".refuse(", ".refuse_with("] {
        keys.extend(text.split(before).skip(1).filter_map(|rest| first(rest.split_once(',')?.1)));
    }
    keys.extend(
        text.split("?done=")
            .skip(1)
            .map(|rest| rest.split(['"', '#', '&', '{']).next().unwrap())
            .filter(|key| !key.is_empty())
            .map(|key| format!("done-{key}")),
    );
    keys.extend(
        text.split("\"act-").skip(1).filter_map(|rest| rest.split('"').next()).map(|rest| format!("act-{rest}")),
    );
    keys.retain(|key| !key.contains(['{', ' ', '/']) && key.contains(|c: char| c.is_ascii_lowercase()));
    keys
}

#[test]
fn every_sentence_that_is_asked_for_is_written_in_every_language() {
    let mut used: BTreeMap<String, String> = BTreeMap::new();
    for file in source::rust().into_iter().chain(source::files(&["base/templates", "rooms", "server/src"], ".html")) {
        used.extend(keys_used(&file.text).into_iter().map(|key| (key, file.path.clone())));
    }
    assert!(used.len() > 100, "the keys were not found");
    for pack in ["metal", "plain"] {
        let words = Words::of(&Pack::load(pack).unwrap());
        let missing: Vec<_> = used.iter().filter(|(key, _)| !words.knows(key)).collect();
        assert!(missing.is_empty(), "nobody wrote {missing:#?}");
    }
}

#[test]
fn every_sentence_that_is_written_is_asked_for_somewhere() {
    let mut said = BTreeSet::new();
    for file in source::rust() {
        said.extend(file.rust().strings.into_iter().map(|(_, string)| string));
        said.extend(keys_used(&file.text));
    }
    for file in source::files(&["base/templates", "rooms", "server/src"], ".html") {
        said.extend(file.text.split('"').map(str::to_owned));
    }
    let is_said = |key: &str| {
        let is_made = MADE_KEYS.iter().any(|(begins, _)| {
            key.starts_with(begins) && (*begins != "done-" || said.contains(key.trim_start_matches("done-")))
        });
        said.contains(key) || is_made || key.strip_suffix("-hint").is_some_and(|field| said.contains(field))
    };
    let idle: Vec<_> = sources("en")
        .iter()
        .flat_map(|source| keys_of(source).collect::<Vec<_>>())
        .filter(|key| !is_said(key))
        .collect();
    assert!(idle.is_empty(), "nobody asks for {idle:#?}");
}

#[test]
fn no_sentence_is_written_twice_and_every_file_of_words_can_be_read() {
    let mut seen = BTreeMap::new();
    for file in source::files(&["words/en"], ".ftl") {
        for key in keys_of(&file.text) {
            if let Some(other) = seen.insert(key.clone(), file.path.clone()) {
                panic!("{key} is written in {other} and in {}", file.path);
            }
        }
        if let Err((_, faults)) = fluent_bundle::FluentResource::try_new(file.text) {
            panic!("{}: {faults:?}", file.path);
        }
    }
    assert!(seen.len() > 100);
}

// ---- Statements.

/// Files that speak one engine's own words; their statements are met by the stories alone.
const ENGINES: &[&str] = &["base/src/db", "base/src/search.rs", "base/src/backup"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_is_understood_by_both_engines() {
    let mut statements = BTreeMap::new();
    for file in source::rust().into_iter().filter(|file| !ENGINES.iter().any(|engine| file.path.starts_with(engine))) {
        // What a file reads again and again stands there once, with a space at its end, and each statement goes on from
        // there.
        let mut head = String::new();
        for (_, string) in file.rust().strings {
            if !head.is_empty() && ["WHERE ", "JOIN "].iter().any(|goes_on| string.starts_with(goes_on)) {
                statements.insert(format!("{head}{string}"), file.path.clone());
            }
            let is_sql =
                ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "].iter().any(|begins| string.starts_with(begins))
                    && !string.contains('{');
            if is_sql {
                head = if string.ends_with(' ') { string.clone() } else { head };
                statements.insert(string, file.path.clone());
            }
        }
    }
    assert!(statements.len() > 60, "the statements were not found: {}", statements.len());
    let folder = tempfile::tempdir().unwrap();
    let mut engines = vec![Db::open(&Where::File(folder.path().join("circlepit.db"))).await.unwrap()];
    if let Some(url) = postgres::database().await {
        engines.push(Db::open(&Where::Server(url)).await.unwrap());
    }
    let mut wrong = Vec::new();
    for db in &engines {
        for (sql, file) in &statements {
            if let Err(trouble) = db.prepare(sql).await {
                wrong.push(format!("{file}, {:?}: {trouble}\n  {sql}", db.engine()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

// ---- Sizes.

/// Files and functions over the ceiling, until when, and why.
const LARGE: &[(&str, &str, &str)] = &[];
const FILE_LINES_MAX: usize = 450;
const FUNCTION_LINES_MAX: usize = 60;

/// The value below which this many in a hundred stand.
fn percentile(sizes: &mut [usize], percent: usize) -> usize {
    sizes.sort_unstable();
    sizes[(sizes.len() * percent / 100).min(sizes.len() - 1)]
}

#[test]
fn a_file_is_read_in_one_go_and_a_function_is_a_screen() {
    for (what, day, _) in LARGE {
        has_not_expired(what, day);
    }
    let is_vetted = |what: &str| LARGE.iter().any(|(known, ..)| *known == what);
    let (mut files, mut functions, mut large) = (Vec::new(), Vec::new(), Vec::new());
    for file in source::rust() {
        let lines = file.text.lines().count();
        files.push(lines);
        if lines > FILE_LINES_MAX && !is_vetted(&file.path) {
            large.push(format!("{} has {lines} lines", file.path));
        }
        for function in file.rust().functions() {
            let lines = function.body.lines().count();
            functions.push(lines);
            if lines > FUNCTION_LINES_MAX && !is_vetted(&format!("{}::{}", file.path, function.name)) {
                large.push(format!("{} in {} has {lines} lines", function.name, file.path));
            }
        }
    }
    let (half, ninety) = (percentile(&mut functions, 50), percentile(&mut functions, 90));
    let files_ninety = percentile(&mut files, 90);
    println!(
        "{} functions: half up to {half} lines, nine in ten up to {ninety}; {} files: nine in ten up to {files_ninety} lines",
        functions.len(),
        files.len()
    );
    assert!(large.is_empty(), "{large:#?}");
    assert!(
        half <= 9 && ninety <= 40 && files_ninety <= 300,
        "half {half}, nine in ten {ninety}, files {files_ninety}"
    );
}

#[test]
fn whoever_is_signed_in_writes_through_themselves_and_so_only_while_they_are() {
    let mut around = Vec::new();
    for file in source::rust().iter().filter(|file| file.path.starts_with("rooms/")) {
        for function in file.rust().functions() {
            let is_a_members = ["Member", "Holding<", "Fresh"].iter().any(|who| function.head.contains(who));
            if (is_a_members && function.body.contains("house.begin()"))
                || function.body.contains("member.house.begin()")
            {
                around.push(format!("{} in {}", function.name, file.path));
            }
        }
    }
    // The one way in which a write with power begins looks at the seat and at the session.
    assert!(around.is_empty(), "they call `member.begin()`: {around:#?}");
}

#[test]
fn every_module_opens_with_its_card() {
    let bare: Vec<_> = source::rust()
        .into_iter()
        .filter(|file| !file.text.starts_with("//! ") && !file.path.ends_with("main.rs"))
        .map(|file| file.path)
        .collect();
    assert!(bare.is_empty(), "without a card: {bare:#?}");
}

/// A name that says something here: the file, and what it says.
const SAYS_SOMETHING: &[(&str, &str)] = &[("rooms/people/src/password/common.rs", "passwords that are common")];

#[test]
fn no_module_has_a_name_that_says_nothing() {
    for file in source::rust().into_iter().filter(|file| !SAYS_SOMETHING.iter().any(|(known, _)| *known == file.path)) {
        for word in ["util", "utils", "helper", "helpers", "manager", "service", "common", "misc"] {
            assert!(!file.path.split(['/', '.', '_']).any(|part| part == word), "{} is called {word}", file.path);
        }
    }
}

// ---- The face.

#[test]
fn every_class_in_a_page_is_in_the_style_sheet_and_its_readme_and_no_page_has_style_or_script_of_its_own() {
    let styles: String = source::files(&["assets"], ".css").into_iter().map(|file| file.text).collect();
    let classes: BTreeSet<_> = styles
        .split('.')
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>())
        .collect();
    let readme = std::fs::read_to_string(source::top().join("assets/README.md")).unwrap();
    let told: BTreeSet<_> = readme
        .split('`')
        .skip(1)
        .step_by(2)
        .flat_map(|code| code.split(|c: char| !c.is_ascii_alphanumeric() && c != '-'))
        .collect();
    let mut unknown = BTreeSet::new();
    for file in source::files(&["base/templates", "rooms", "server/src"], ".html") {
        for class in file.text.split("class=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let plain = without_tags(class);
            unknown.extend(
                plain
                    .split_whitespace()
                    .filter(|class| !classes.contains(*class) || !told.contains(class))
                    .map(|class| format!("{class} in {}", file.path)),
            );
        }
        assert!(
            !file.text.contains(" style=") && !file.text.contains("<style") && !file.text.contains(" onclick="),
            "{} has a style of its own",
            file.path
        );
    }
    assert!(
        classes.len() > 50 && unknown.is_empty(),
        "not in the style sheet, or not in assets/README.md: {unknown:#?}"
    );
}

/// A template's text without its tags.
fn without_tags(text: &str) -> String {
    let mut parts = text.split("{%");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + " " + part.split_once("%}").map_or("", |(_, rest)| rest))
}

// ---- The rules of the product.

#[test]
fn every_patch_that_breaks_a_rule_fits_the_code_and_stands_in_the_list() {
    let list = std::fs::read_to_string(source::top().join("rules/README.md")).unwrap();
    for patch in source::files(&["rules"], ".patch") {
        assert!(
            list.contains(&format!("`{}`", patch.path.trim_start_matches("rules/"))),
            "rules/README.md does not name {}",
            patch.path
        );
        let Ok(said) = Command::new("git").current_dir(source::top()).args(["apply", "--check", &patch.path]).output()
        else {
            eprintln!("git is not here: whether the patches in rules/ fit was not looked at");
            return;
        };
        assert!(
            said.status.success(),
            "{} does not fit any more: {}",
            patch.path,
            String::from_utf8_lossy(&said.stderr)
        );
    }
}

// ---- And the reader of all this.

#[test]
fn rust_is_read_as_the_compiler_reads_it() {
    let rust = Rust::read(
        "// a \"b\"\nfn one<'a>(x: &'a str) -> char { let _ = \"say \\\"}\\\" \\\n      on\"; '\\'' }\nconst R: &str = r#\"raw \"x\" \"#; /* fn no() {} */",
    );
    let strings: Vec<_> = rust.strings.iter().map(|(_, string)| string.as_str()).collect();
    assert_eq!(strings, ["say \"}\" on", "raw \"x\" "]);
    let functions = rust.functions();
    assert_eq!(functions.iter().map(|function| function.name.as_str()).collect::<Vec<_>>(), ["one"]);
    assert!(functions[0].body.ends_with('}') && !rust.code.contains("raw") && !rust.code.contains("no()"));
}
