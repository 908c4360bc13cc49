//! The commands, run as a host runs them: the real program, its exit codes, what it prints and what it leaves on the
//! disk.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use base::db::{Ask as _, Db, Where};
use base::{ledger, vals};
use circlepit::commands::GOES_OUT;

use crate::postgres;

/// The program with nothing from outside in its way.
pub(crate) fn circlepit(folder: &Path, line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_circlepit"));
    command.args(line).arg("--data").arg(folder).stdin(Stdio::null()).current_dir(folder.parent().unwrap());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CIRCLEPIT_")) {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, line: &[&str]) -> Output {
    circlepit(folder, line).output().unwrap()
}

/// Runs it, asserts that it is done, and gives what it printed.
#[track_caller]
pub(crate) fn done(folder: &Path, line: &[&str]) -> String {
    let output = run(folder, line);
    assert_eq!(output.status.code(), Some(0), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs it, asserts that it is refused with a reason, and gives the reason.
#[track_caller]
fn refused(folder: &Path, line: &[&str]) -> String {
    let output = run(folder, line);
    assert_eq!(output.status.code(), Some(1), "{line:?}: {}", String::from_utf8_lossy(&output.stdout));
    let why = String::from_utf8(output.stderr).unwrap();
    assert!(why.starts_with("circlepit: "), "{why}");
    why
}

/// A house that is open; it is told to end when the story does.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: String,
    said: Vec<String>,
}

impl Running {
    pub(crate) fn start(folder: &Path, line: &[&str]) -> Self {
        Self::of(circlepit(folder, line))
    }

    /// The same, however it is started: it opens where `CIRCLEPIT_LISTEN` says.
    #[expect(
        clippy::zombie_processes,
        reason = "it is waited for when it is stopped or dropped; a panic ends the story"
    )]
    pub(crate) fn of(mut command: Command) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let mut child =
            command.env("CIRCLEPIT_LISTEN", &address).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = Vec::new();
        for line in BufReader::new(child.stdout.as_mut().unwrap()).lines() {
            let line = line.unwrap();
            let is_last = line.contains(" is open at ") || line.contains("?token=");
            said.push(line);
            if is_last {
                return Self { child, address, said };
            }
        }
        panic!("it never opened: {said:?}");
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// One request; the answer as it came.
    fn ask(&self, request: &str, path: &str, body: &str) -> String {
        ask(&self.address, request, path, body)
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.ask("GET", path, "")
    }

    /// Asks it to end, and gives its exit code.
    fn stop(mut self) -> Option<i32> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    /// `kill -9`, if it still runs.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask(address: &str, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nsec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[track_caller]
pub(crate) fn is(answer: &str, status: u16) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{}", answer.lines().next().unwrap_or_default());
}

/// A community with Ada in it, in a folder that is there already.
pub(crate) fn settled(folder: &Path) {
    let said = done(
        folder,
        &["init", "--name", "Night shift", "--pack", "metal", "--joining", "open", "--nickname", "Ada", "--age", "18"],
    );
    assert!(said.contains("Night shift is set up") && said.contains("/in/"), "{said}");
}

#[test]
fn wrong_usage_is_two_and_a_refusal_is_one_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    for line in [&["nonsense"][..], &["backup"], &["restore"], &["serve", "--listen", "here"]] {
        assert_eq!(run(&house, line).status.code(), Some(2), "{line:?}");
    }
    assert!(refused(&house, &["backup", "--to", "x"]).contains("no community"));
    assert!(refused(&house, &["doctor"]).contains("to mend"));
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    refused(&empty, &["doctor"]);
    assert_eq!(fs::read_dir(&empty).unwrap().count(), 0, "whoever looks makes nothing");
    assert!(done(&house, &["--help"]).lines().next().unwrap().contains("community"));
    let help = Command::new(env!("CARGO_BIN_EXE_circlepit")).args(["help", "backup"]).output().unwrap();
    assert!(String::from_utf8_lossy(&help.stdout).contains("--to <FILE>"));
    let loud = circlepit(&house, &["serve"]).env("CIRCLEPIT_LOG", "loud").output().unwrap();
    assert_eq!(loud.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&loud.stderr).contains("log: is error, warn, info or debug"));
    assert!(!house.exists(), "looking leaves nothing behind");
}

#[test]
fn without_a_command_the_demo_opens_with_links_made_afresh_and_stops_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    let links =
        |running: &Running| running.said.iter().filter(|line| line.contains("/in/")).cloned().collect::<Vec<_>>();
    let first = Running::start(&house, &[]);
    let (songs, links_then) = (first.get("/songs"), links(&first));
    is(&songs, 200);
    assert!(songs.contains("href=\"/songs/"), "there are songs on the shelf");
    assert!(links_then.len() >= 2);
    assert_eq!(first.stop(), Some(0));
    let second = Running::start(&house, &[]);
    assert!(links(&second).iter().all(|link| !links_then.contains(link)));
    assert!(refused(&house, &["migrate"]).contains("another Circlepit"));
}

#[test]
fn the_demo_never_opens_to_others_nor_over_a_real_community() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    assert!(refused(&house, &["--listen", "0.0.0.0:0"]).contains("this machine alone"));
    settled(&house);
    assert!(refused(&house, &[]).contains("a real community"));
}

#[test]
fn first_start_is_one_page_behind_a_token_and_then_the_house_opens_at_the_same_door() {
    let folder = tempfile::tempdir().unwrap();
    let house = Running::start(&folder.path().join("house"), &["serve"]);
    let token = house.said.last().unwrap().rsplit_once('=').unwrap().1.to_owned();
    is(&house.get("/help"), 200);
    is(&house.get("/leave-fast"), 303);
    is(&house.get("/songs"), 404);
    is(&house.get("/"), 200);
    is(&house.get("/?token=guessed"), 403);
    is(&house.get(&format!("/?token={token}")), 200);
    let first = "name=Night+shift&pack=plain&joining=open&country=DE";
    is(&house.ask("POST", "/", &format!("token=guessed&{first}")), 403);
    let wrong = house.ask("POST", "/", &format!("token={token}&name=x&pack=plain&joining=open"));
    is(&wrong, 422);
    assert!(
        wrong.contains("id=\"name-wrong\"") && wrong.contains("value=\"x\""),
        "what is wrong stands at its field, and what was typed is kept"
    );
    let second = house.ask("POST", "/", &format!("token={token}&{first}"));
    is(&second, 200);
    assert!(second.contains("name=\"duty\"") && second.contains("autocomplete=\"new-password\""));
    is(&house.ask("POST", "/", &format!("token={token}&{first}&person=yes&nickname=Ada&age=18&password=short")), 422);
    is(
        &house.ask(
            "POST",
            "/",
            &format!("token={token}&{first}&person=yes&nickname=the+host&age=18&password=a+wet+tuesday+in+may"),
        ),
        422,
    );
    let settled = house.ask(
        "POST",
        "/",
        &format!("token={token}&{first}&person=yes&nickname=Ada&age=18&password=a+wet+tuesday+in+may&duty=seats"),
    );
    is(&settled, 303);
    assert!(settled.contains("set-cookie: circlepit="), "the first person is in");
    let open = house.get("/");
    is(&open, 200);
    assert!(open.contains("<title>Night shift</title>"), "the house opened under its name");
    is(&house.get(&format!("/?token={token}")), 200);
    assert!(!house.get(&format!("/?token={token}")).contains("name=\"token\""), "the set-up page is gone");
    assert!(!open.contains("Samaritans") && open.contains("TelefonSeelsorge"), "its own country's numbers come first");
    let help = std::fs::read_to_string(folder.path().join("house/help.html")).unwrap();
    assert!(help.find("id=\"DE\"") < help.find("id=\"GB\""), "and on the page for bad days");
    assert_eq!(house.stop(), Some(0));
}

#[test]
fn init_says_what_is_wrong_and_founds_a_community_once() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    assert!(refused(&house, &["init"]).contains("has to be given"));
    assert!(refused(&house, &["init", "--name", "x"]).contains("name: "));
    assert!(
        refused(&house, &["init", "--name", "Night shift"])
            .contains("--nickname has to be given: nobody could come in")
    );
    assert!(refused(&house, &["init", "--name", "Night shift", "--nickname", "Ada"]).contains("--age has to be given"));
    let short = circlepit(&house, &["init", "--name", "Night shift", "--nickname", "Ada", "--age", "18"])
        .env("CIRCLEPIT_PASSWORD", "short")
        .output()
        .unwrap();
    assert_eq!(short.status.code(), Some(1));
    assert!(
        refused(&house, &["init", "--name", "Night shift", "--nickname", "The  Hоst"]).contains("nickname: "),
        "nobody is called what the house calls its host"
    );
    let elsewhere = ["init", "--name", "Night shift", "--nickname", "Ada", "--age", "18", "--country", "Atlantis"];
    assert!(refused(&house, &elsewhere).contains("country: "));
    assert!(!house.exists(), "nothing half-made is left");
    let elsewhere = folder.path().join("elsewhere");
    done(&elsewhere, &["init", "--name", "Yövuoro", "--country", "FI", "--nickname", "Ada", "--age", "18"]);
    let open = Running::start(&elsewhere, &["serve"]);
    assert!(!open.get("/").contains("Samaritans"));
    drop(open);
    settled(&house);
    assert!(refused(&house, &["init", "--name", "Another"]).contains("already"));
    let lived_in = folder.path().join("lived-in");
    fs::create_dir(&lived_in).unwrap();
    fs::write(lived_in.join("circlepit.toml"), "").unwrap();
    assert!(refused(&lived_in, &["init"]).contains("has to be given"));
    let left: Vec<_> = fs::read_dir(&lived_in).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["circlepit.toml"], "what was there stays, and nothing more");
}

#[test]
fn nothing_is_made_where_a_name_was_typed_wrong_and_nothing_written_over_but_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (house, typo) = (folder.path().join("house"), folder.path().join("huose"));
    settled(&house);
    for line in [&["migrate"][..], &["backup", "--to", "b"], &["export", "--to", "e.zip"], &["doctor"]] {
        refused(&typo, line);
        assert!(!typo.exists(), "{line:?}");
    }
    let taken = folder.path().join("taken");
    fs::create_dir(&taken).unwrap();
    let file = folder.path().join("older");
    for command in ["backup", "export"] {
        assert!(refused(&house, &[command, "--to", taken.to_str().unwrap(), "--force"]).contains("is no file"));
        fs::write(&file, "of last week").unwrap();
        assert!(refused(&house, &[command, "--to", file.to_str().unwrap()]).contains("is there already"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "of last week");
        done(&house, &[command, "--to", file.to_str().unwrap(), "--force"]);
        assert!(fs::metadata(&file).unwrap().len() > 100, "{command} wrote over it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_while_the_house_is_open_is_restored_elsewhere_without_whom_has_left() {
    let folder = tempfile::tempdir().unwrap();
    let here = |name: &str| folder.path().join(name);
    settled(&here("house"));
    let open = Running::start(&here("house"), &["serve"]);
    let to = here("night.backup").display().to_string();
    assert!(done(&here("house"), &["backup", "--to", &to]).contains("rows in"));
    assert_eq!(open.stop(), Some(0));
    let db = Db::open(&Where::File(here("house").join("circlepit.db"))).await.unwrap();
    let tx = db.begin().await.unwrap();
    let seats: i64 = tx.one("SELECT count(*) FROM seat", &[]).await.unwrap();
    assert!(seats > 0, "there is something to erase");
    ledger::gone(&tx, "seat", &tx.one::<String>("SELECT id FROM seat ORDER BY id LIMIT 1", &[]).await.unwrap(), 1)
        .await
        .unwrap();
    let newest = here("newest.ledger");
    ledger::Ledger::of(&tx, i64::MAX / 2).await.unwrap().write(&newest).unwrap();
    let said = done(&here("other"), &["restore", &to, "--ledger", &newest.display().to_string()]);
    assert!(said.contains("1 things and 0 people erased again"), "{said}");
    let other = Db::open(&Where::File(here("other").join("circlepit.db"))).await.unwrap();
    assert_eq!(other.one::<i64>("SELECT count(*) FROM seat", &[]).await.unwrap(), seats - 1);
    assert_eq!(
        other
            .one::<i64>("SELECT count(*) FROM setting WHERE name = $1", vals![base::backup::UNFINISHED])
            .await
            .unwrap(),
        0
    );
    assert!(refused(&here("other"), &["restore", &to]).contains("empty place"));
}

#[test]
fn a_damaged_backup_is_refused_by_name_and_leaves_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    let file = folder.path().join("night.backup");
    done(&house, &["backup", "--to", file.to_str().unwrap()]);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(&file, bytes).unwrap();
    let other = folder.path().join("other");
    let why = refused(&other, &["restore", file.to_str().unwrap()]);
    assert!(why.contains("night.backup is damaged"), "{why}");
    assert!(!other.exists());
}

#[test]
fn an_old_ledger_is_warned_about() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    let file = folder.path().join("night.backup");
    done(&house, &["backup", "--to", file.to_str().unwrap()]);
    fs::remove_file(folder.path().join("night.backup.ledger")).unwrap();
    let output = run(&folder.path().join("other"), &["restore", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no erasure ledger from the day of the backup"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_setting_moves_a_house_to_postgres() {
    let Some(url) = postgres::database().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    // A link to come in by does not outlast a restore; a password does.
    let init = circlepit(&house, &["init", "--name", "Night shift", "--nickname", "Ada", "--age", "18"])
        .env("CIRCLEPIT_PASSWORD", "a wet tuesday in may")
        .output()
        .unwrap();
    assert_eq!(init.status.code(), Some(0));
    let file = folder.path().join("night.backup");
    done(&house, &["backup", "--to", file.to_str().unwrap()]);
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("circlepit.toml"), format!("database = {url:?}\n")).unwrap();
    done(&other, &["restore", file.to_str().unwrap()]);
    let open = Running::start(&other, &["serve"]);
    assert!(open.get("/").contains("<title>Night shift</title>"));
    assert!(done(&other, &["doctor"]).contains("Postgres"));
    assert_eq!(open.stop(), Some(0));
}

#[test]
fn help_and_the_way_out_lie_as_files_that_need_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    assert_eq!(Running::start(&house, &["serve"]).stop(), Some(0));
    let help = fs::read_to_string(house.join("help.html")).unwrap();
    assert!(help.contains("<style>") && help.contains("href=\"tel:"));
    assert!(!help.contains("/assets/") && !help.contains("<script"));
    let leave = fs::read_to_string(house.join("leave-fast.html")).unwrap();
    assert!(leave.contains("http-equiv=\"refresh\""));
}

#[test]
fn what_people_gave_is_for_the_owner_of_the_folder_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    let rights = |name: &str| fs::metadata(house.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((rights(""), rights("circlepit.db"), rights("files")), (0o750, 0o600, 0o700));
}

#[test]
fn figures_are_off_until_they_get_a_port_of_their_own_and_name_no_page() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    let open = Running::start(&house, &["serve"]);
    is(&open.get("/metrics"), 404);
    assert_eq!(open.stop(), Some(0));
    let figures = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    fs::write(house.join("circlepit.toml"), format!("metrics = {figures:?}\n")).unwrap();
    let open = Running::start(&house, &["serve"]);
    let answers = || {
        ask(&figures, "GET", "/metrics", "")
            .lines()
            .find_map(|line| line.strip_prefix("circlepit_answers_total{status=\"2xx\"} ")?.parse::<u64>().ok())
            .unwrap()
    };
    let before = answers();
    is(&open.get("/help?country=gb"), 200);
    assert_eq!(answers(), before + 1);
    assert!(!ask(&figures, "GET", "/metrics", "").contains("help"));
    is(&open.get("/metrics"), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_seat_lasts_a_week_and_is_an_act_of_the_host() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    assert!(refused(&house, &["seat", "Nobody", "door"]).contains("Nobody"));
    assert!(refused(&house, &["seat", "Ada", "king"]).contains("there are door"));
    assert!(done(&house, &["seat", "ada", "door", "--why", "Everybody else is ill."]).contains("everybody sees it"));
    let db = Db::open(&Where::File(house.join("circlepit.db"))).await.unwrap();
    let (until, since): (i64, i64) =
        db.one("SELECT until, since FROM seat WHERE filled = 'emergency'", &[]).await.unwrap();
    assert_eq!(until - since, 7 * base::clock::DAY_MS);
    let why: String = db
        .one("SELECT why FROM act WHERE what = 'act-emergency-seat' AND duty = 'host' AND whom IS NOT NULL", &[])
        .await
        .unwrap();
    assert_eq!(why, "Everybody else is ill.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_a_link_for_an_imported_name_alone() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    assert!(refused(&house, &["claim", "Ada"]).contains("not a name that an import brought"));
    assert!(refused(&house, &["claim", "Nobody"]).contains("not a name that an import brought"));
    let db = Db::open(&Where::File(house.join("circlepit.db"))).await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.run("UPDATE person SET brought = 'wordpress:example:user:1'", &[]).await.unwrap();
    tx.keep().await.unwrap();
    let first = done(&house, &["claim", "Ada"]);
    let again = run(&house, &["claim", "Ada"]);
    let (second, beside) = (String::from_utf8(again.stdout).unwrap(), String::from_utf8(again.stderr).unwrap());
    assert!(
        beside.contains("hands over the name Ada, once, until") && beside.contains("for this machine alone"),
        "{beside}"
    );
    let kept = async || {
        db.one::<(i64, i64, i64)>(
            "SELECT (SELECT count(*) FROM act), (SELECT count(*) FROM notice), (SELECT count(*) FROM way_in)",
            &[],
        )
        .await
        .unwrap()
    };
    let before = kept().await;
    for claimed in [Some(1), None] {
        let tx = db.begin().await.unwrap();
        tx.run("UPDATE person SET claimed_at = $1", vals![claimed]).await.unwrap();
        tx.keep().await.unwrap();
        assert!(claimed.is_none() || refused(&house, &["claim", "Ada"]).contains("somebody has claimed it"));
    }
    assert_eq!(kept().await, before, "a no leaves nothing");
    let open = Running::start(&house, &["serve"]);
    let path = |link: &str| link.trim().strip_prefix("http://127.0.0.1:3000").unwrap().to_owned();
    is(&open.get(&path(&first)), 409);
    is(&open.get(&path(&second)), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_lets_somebody_in_once_while_the_house_is_open_and_everybody_sees_that_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    assert!(refused(&house, &["link", "Nobody"]).contains("nobody here is called"));
    let open = Running::start(&house, &["serve"]);
    let (first, second) =
        (done(&house, &["link", "ada"]), done(&house, &["link", "Ada", "--why", "She rang from her own phone."]));
    assert!(first.contains("Ada signs in by this link, once, within an hour"), "{first}");
    let path = |said: &str| {
        said.split_whitespace().find_map(|word| word.strip_prefix("http://127.0.0.1:3000")).unwrap().to_owned()
    };
    is(&open.get(&path(&first)), 409);
    is(&open.get(&path(&second)), 200);
    let answer = open.ask("POST", &path(&second), "");
    assert!(answer.starts_with("HTTP/1.1 303 ") && answer.contains("set-cookie: circlepit="));
    is(&open.ask("POST", &path(&second), ""), 409);
    let db = Db::open(&Where::File(house.join("circlepit.db"))).await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.run("UPDATE person SET brought = 'wordpress:example:user:1'", &[]).await.unwrap();
    tx.keep().await.unwrap();
    assert!(refused(&house, &["link", "Ada"]).contains("circlepit claim"));
    assert!(refused(&house, &["seat", "Ada", "door"]).contains("circlepit claim"));
    assert_eq!(
        db.one::<i64>("SELECT count(*) FROM act WHERE what = 'act-link-made' AND duty = 'host'", &[]).await.unwrap(),
        2
    );
}

#[test]
fn an_export_is_read_with_a_browser_and_holds_no_way_in() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    assert_eq!(Running::start(&house, &["demo"]).stop(), Some(0));
    let to = folder.path().join("all.zip");
    assert!(done(&house, &["export", "--to", to.to_str().unwrap()]).contains("tables"));
    assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600, "it holds what members alone may see");
    let mut zip = zip::ZipArchive::new(fs::File::open(&to).unwrap()).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut read = |name: &str| std::io::read_to_string(zip.by_name(name).unwrap()).unwrap();
    let (index, songs, people) = (read("index.html"), read("pages/songs.html"), read("data/person.json"));
    assert!(index.contains("pages/songs.html") && index.contains("data/person.json"));
    assert!(songs.contains("href=\"../house.css\"") && !songs.contains("/assets/") && !songs.contains("<script"));
    let link = songs.split("href=\"../pages/songs/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(names.contains(&format!("pages/songs/{link}")), "{link}");
    let people: Vec<serde_json::Value> = serde_json::from_str(&people).unwrap();
    assert!(people.iter().any(|person| person["name"] == "Ada"));
    for (table, columns) in GOES_OUT {
        let rows: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(&read(&format!("data/{table}.json"))).unwrap();
        assert!(
            rows.iter()
                .all(|row| row.keys().map(String::as_str).collect::<HashSet<_>>() == columns.iter().copied().collect()),
            "{table}"
        );
    }
    assert_eq!(names.iter().filter(|name| name.starts_with("data/")).count(), GOES_OUT.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_command_but_migrate_changes_the_tables_of_a_house_that_an_older_circlepit_may_have_open() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    let db = Db::open(&Where::File(house.join("circlepit.db"))).await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.run("DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)", &[]).await.unwrap();
    tx.keep().await.unwrap();
    drop(db);
    let to = folder.path().join("all.zip");
    for line in [
        &["export", "--to", to.to_str().unwrap()][..],
        &["seat", "Ada", "shelf", "--why", "Nobody is there."],
        &["link", "Ada", "--why", "Lost the phone."],
    ] {
        let why = refused(&house, line);
        assert!(why.contains("run `circlepit migrate") && why.contains("first"), "{line:?}: {why}");
    }
}

/// What the export for reading keeps back, by table: all of it, or the columns.
const STAYS_IN: &[(&str, &[&str])] = &[
    ("act", &["seat", "person", "what", "place", "whom", "why", "rule"]),
    ("act_words", &[]),
    ("article", &["version", "withdrawn_at"]),
    ("article_file", &[]),
    ("article_term", &["published_at"]),
    ("brought", &[]),
    ("ceremony", &[]),
    ("draft", &[]),
    ("erasure", &[]),
    ("join_request", &[]),
    ("join_word", &[]),
    ("name_before", &[]),
    ("notice", &[]),
    ("passkey", &[]),
    (
        "person",
        &[
            "folded", "looks", "age", "age_said_at", "joined_at", "profile_at", "password", "totp", "totp_since",
            "totp_step", "brought", "claimed_at", "let_in_by", "leaving_at", "leaving_how", "left_at",
        ],
    ),
    ("profile_line", &["audience"]),
    ("recovery_code", &[]),
    ("remark", &["version"]),
    ("remark_word", &[]),
    ("seat", &["person", "ended_why"]),
    ("seat_offer", &[]),
    ("second_look", &[]),
    ("seconding", &[]),
    ("session", &[]),
    ("song", &["folded"]),
    ("song_feeling", &["person"]),
    ("thread", &[]),
    ("veil", &["why"]),
    ("voice", &["id"]),
    ("way_in", &[]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_every_column_there_is_somebody_said_whether_an_export_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&Where::File(folder.path().join("circlepit.db"))).await.unwrap();
    let of = |lists: &[(&str, &[&'static str])], table: &str| {
        lists.iter().find(|(name, _)| *name == table).map(|(_, columns)| columns.to_vec())
    };
    let mut wrong = Vec::new();
    for table in db.tables().await.unwrap() {
        let (out, kept_in) = (of(GOES_OUT, &table.name).unwrap_or_default(), of(STAYS_IN, &table.name));
        let is_all_in = out.is_empty() && kept_in.as_ref().is_some_and(Vec::is_empty);
        let said = out.iter().copied().chain(kept_in.unwrap_or_default()).collect::<Vec<_>>();
        let columns: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let is_once = columns.iter().all(|column| said.iter().filter(|one| *one == column).count() == 1)
            && said.len() == columns.len();
        if !is_all_in && !is_once {
            wrong.push(format!("{}: it has {columns:?}, said of {said:?}", table.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_holds_no_word_that_was_withdrawn_and_all_others_as_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    assert_eq!(Running::start(&house, &["demo"]).stop(), Some(0));
    let db = Db::open(&Where::File(house.join("circlepit.db"))).await.unwrap();
    let song: (String, String) = db
        .one(
            "SELECT s.id, s.why FROM song s JOIN suggestion g ON g.song = s.id
             WHERE length(s.why) > 20 ORDER BY s.id LIMIT 1",
            &[],
        )
        .await
        .unwrap();
    let remark: (String, String) =
        db.one("SELECT id, words FROM remark WHERE length(words) > 20 ORDER BY id LIMIT 1", &[]).await.unwrap();
    let kept: (String, String) =
        db.one("SELECT id, words FROM remark WHERE length(words) > 20 ORDER BY id DESC LIMIT 1", &[]).await.unwrap();
    let article: (String, String) =
        db.one("SELECT slug, words FROM article WHERE kind = 'article' ORDER BY id LIMIT 1", &[]).await.unwrap();
    let other: (String, String) =
        db.one("SELECT slug, words FROM article WHERE kind = 'article' ORDER BY id DESC LIMIT 1", &[]).await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.run(
        "INSERT INTO veil (place, state, why, since)
         VALUES ('/songs/' || $1, 'withdrawn', 'Asked for.', 1), ('/remarks/' || $2, 'withdrawn', 'Asked for.', 1)",
        vals![&song.0, &remark.0],
    )
    .await
    .unwrap();
    tx.run("UPDATE article SET withdrawn_at = 1 WHERE slug = $1", vals![&article.0]).await.unwrap();
    tx.run(
        "INSERT INTO join_request (id, hash, name, folded, age, why, since)
         VALUES ('j', 'link-hash', 'Eli', 'eli', '18', 'Heard of you.', 1)",
        &[],
    )
    .await
    .unwrap();
    tx.run(
        "INSERT INTO profile_line (person, kind, words, audience) SELECT id, 'line', 'For members alone.', 'members'
         FROM person WHERE name = 'Max'",
        &[],
    )
    .await
    .unwrap();
    tx.run(
        "INSERT INTO file (id, hash, name, mime, bytes, audience, since)
         VALUES ('f', 'h', 'my-diagnosis.pdf', 'application/pdf', 1, 'only', 1)",
        &[],
    )
    .await
    .unwrap();
    tx.run(
        "INSERT INTO person (id, name, folded, age, age_said_at, joined_at, face)
         VALUES ('p', 'Somebody who just reads', 'somebodywhojustreads', '18', 1, 1, 'f')",
        &[],
    )
    .await
    .unwrap();
    tx.run("INSERT INTO redirect (old, place) VALUES ('/old/7', '/files/f/my-diagnosis.pdf')", &[]).await.unwrap();
    tx.keep().await.unwrap();
    drop(db);
    let to = folder.path().join("all.zip");
    done(&house, &["export", "--to", to.to_str().unwrap()]);
    let mut zip = zip::ZipArchive::new(fs::File::open(&to).unwrap()).unwrap();
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .filter(|name| name.starts_with("data/") || name.starts_with("markdown/"))
        .collect();
    let mut read = |name: &str| std::io::read_to_string(zip.by_name(name).unwrap()).unwrap();
    let all: Vec<(String, String)> = names.iter().map(|name| (name.clone(), read(name))).collect();
    let first_line =
        |words: &str| serde_json::to_string(words.lines().next().unwrap()).unwrap().trim_matches('"').to_owned();
    for gone in [&song.1, &remark.1, &article.1].map(|words| first_line(words)).iter().chain(
        &["link-hash", "Heard of you.", "For members alone.", "16-17", "my-diagnosis", "Somebody who just reads"]
            .map(str::to_owned),
    ) {
        let held: Vec<_> = all.iter().filter(|(_, text)| text.contains(gone.as_str())).map(|(name, _)| name).collect();
        assert!(held.is_empty(), "{gone} stands in {held:?}");
    }
    assert!(read(&format!("markdown/articles/{}.md", other.0)).contains(&other.1));
    assert!(
        all.iter().any(|(name, text)| name.starts_with("markdown/said-under/") && text.contains(&kept.1)),
        "{names:?}"
    );
}

/// A WordPress export with this title and these who wrote.
fn write_export(to: &Path, title: &str, writers: &[&str]) {
    let writers: String = writers.iter().enumerate().map(|(n, name)| format!("<wp:author><wp:author_id>{n}</wp:author_id><wp:author_login>w{n}</wp:author_login><wp:author_display_name>{name}</wp:author_display_name></wp:author>")).collect();
    fs::write(to, format!("<rss xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><title>{title}</title><link>https://old.example</link><wp:wxr_version>1.2</wp:wxr_version>{writers}</channel></rss>")).unwrap();
}

#[test]
fn an_import_into_an_empty_folder_waits_for_its_host_under_the_sites_own_name() {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("site.xml");
    let (long, cut) = ("Long ".repeat(40), "Long ".repeat(12));
    for (house, title, name) in [
        ("one", "Riffs &amp; Rest\n of Us", "Riffs &#38; Rest of Us"),
        ("two", long.as_str(), cut.trim_end()),
        ("three", "", ""),
    ] {
        write_export(&export, title, &[]);
        let house = folder.path().join(house);
        done(&house, &["import", "wordpress", export.to_str().unwrap()]);
        assert!(refused(&house, &["claim", "Ada"]).contains("no community"));
        assert!(done(&house, &["doctor"]).contains("nobody has set it up yet"));
        let open = Running::start(&house, &["serve"]);
        let token = open.said.last().unwrap().rsplit_once('=').unwrap().1;
        let page = open.get(&format!("/?token={token}"));
        is(&page, 200);
        assert!(page.contains(&format!("value=\"{name}\"")), "{page}");
        assert_eq!(open.stop(), Some(0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_wrote_the_old_site_founds_the_house_under_their_own_name() {
    let folder = tempfile::tempdir().unwrap();
    let (export, house) = (folder.path().join("site.xml"), folder.path().join("house"));
    write_export(&export, "Riffs", &["Ada", "Brook"]);
    done(&house, &["import", "wordpress", export.to_str().unwrap()]);
    let said = done(&house, &["init", "--name", "Riffs", "--nickname", "ada", "--age", "18"]);
    assert!(said.contains("/in/") && said.contains(&format!("circlepit serve --data {}", house.display())), "{said}");
    let db = Db::open(&Where::File(house.join("circlepit.db"))).await.unwrap();
    let people: Vec<(String, i64)> = db
        .all("SELECT p.name, (SELECT count(*) FROM seat s WHERE s.person = p.id) FROM person p ORDER BY p.folded", &[])
        .await
        .unwrap();
    assert!(
        matches!(people.as_slice(), [(ada, seats), (brook, 0)] if ada == "ada" && *seats > 0 && brook == "Brook"),
        "{people:?}"
    );
    assert!(refused(&house, &["claim", "Ada"]).contains("somebody has claimed it"));
    assert!(refused(&house, &["init", "--name", "Riffs", "--nickname", "Cleo", "--age", "18"]).contains("already"));
    assert!(done(&house, &["doctor"]).contains("Riffs, 2 people"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_that_nobody_can_enter_says_so_and_asks_for_its_first_person_again() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    let db = Db::open(&Where::File(house.join("circlepit.db"))).await.unwrap();
    let change = async |sql: &'static str| {
        let tx = db.begin().await.unwrap();
        tx.run(sql, &[]).await.unwrap();
        tx.keep().await.unwrap();
    };
    change("DELETE FROM way_in").await;
    assert!(refused(&house, &["doctor"]).contains("1 to mend"), "a seat is held, and nobody can come in to it");
    let open = Running::start(&house, &["serve"]);
    is(&open.get("/songs"), 200);
    assert_eq!(open.stop(), Some(0));
    change("DELETE FROM seat").await;
    let said = String::from_utf8(run(&house, &["doctor"]).stdout).unwrap();
    assert!(said.contains("WRONG  community: nobody can come in, and nobody holds a seat"), "{said}");
    let open = Running::start(&house, &["serve"]);
    let token = open.said.last().unwrap().rsplit_once('=').unwrap().1.to_owned();
    let page = open.get(&format!("/?token={token}"));
    assert!(page.contains("value=\"Night shift\""), "what was settled stands there");
    let answers = |name: &str| {
        format!(
            "token={token}&name=Night+shift&pack=metal&joining=open&person=yes&nickname={name}&age=18&password=a+wet+tuesday+in+may&duty=seats"
        )
    };
    let taken = open.ask("POST", "/", &answers("Ada"));
    is(&taken, 422);
    assert!(taken.contains("id=\"nickname-wrong\""), "Ada is somebody already");
    is(&open.ask("POST", "/", &answers("Cleo")), 303);
    is(&open.get("/songs"), 200);
    assert_eq!(open.stop(), Some(0));
    assert!(done(&house, &["doctor"]).contains("Night shift, 2 people"));
}

#[test]
fn a_house_that_is_open_to_others_without_https_says_so_as_it_opens() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    for (listen, is_said) in [("127.0.0.1:0", false), ("0.0.0.0:0", true)] {
        let mut child = circlepit(&house, &["serve", "--listen", listen])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let opened =
            BufReader::new(child.stdout.as_mut().unwrap()).lines().any(|line| line.unwrap().contains(" is open at "));
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(
            opened && String::from_utf8_lossy(&output.stderr).contains("cookies would go unprotected") == is_said,
            "{listen}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_where_people_live_is_one_act_of_the_host_and_a_dry_run_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (house, export) = (folder.path().join("house"), folder.path().join("site.xml"));
    settled(&house);
    let item = "<item><title>First</title><dc:creator>ada</dc:creator><content:encoded>Words</content:encoded><wp:post_id>1</wp:post_id><wp:post_type>post</wp:post_type><wp:status>publish</wp:status></item>";
    fs::write(&export, format!("<rss><channel><title>Riffs</title><link>https://old.example</link><wp:wxr_version>1.2</wp:wxr_version>{item}</channel></rss>")).unwrap();
    let line = ["import", "wordpress", export.to_str().unwrap()];
    let db = Db::open(&Where::File(house.join("circlepit.db"))).await.unwrap();
    let acts = async || {
        db.all::<String>("SELECT why FROM act WHERE what = 'act-imported' AND duty = 'host' ORDER BY id", &[])
            .await
            .unwrap()
    };

    let tx = db.begin().await.unwrap();
    tx.run("DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)", &[]).await.unwrap();
    tx.keep().await.unwrap();
    let known = db.migrations_done().await.unwrap();
    assert!(refused(&house, &[&line[..], &["--dry-run"]].concat()).contains("circlepit migrate"));
    assert_eq!(db.migrations_done().await.unwrap(), known);
    let tx = db.begin().await.unwrap();
    let last = base::db::migrations().pop().unwrap();
    tx.run(
        "INSERT INTO migration (number, name, hash) VALUES ($1, $2, $3)",
        base::vals![last.number, last.name, base::id::hash(last.sql)],
    )
    .await
    .unwrap();
    tx.keep().await.unwrap();

    assert!(done(&house, &[&line[..], &["--dry-run"]].concat()).contains("would take: 1 people, 1 posts"));
    assert_eq!(db.one::<i64>("SELECT count(*) FROM brought", &[]).await.unwrap(), 0);
    assert!(acts().await.is_empty());
    done(&house, &line);
    assert_eq!(acts().await, ["From the export of “Riffs”: one person, one text, 0 comments."]);
    done(&house, &line);
    assert_eq!(acts().await.len(), 1, "nothing new came in");
}

#[test]
fn doctor_names_what_is_wrong_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    let before: Vec<_> = fs::read_dir(&house).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let said = done(&house, &["doctor"]);
    for what in ["folder", "settings", "database", "migrations", "community", "clock", "files", "helplines"] {
        assert!(said.contains(&format!("{what}: ")), "{what}\n{said}");
    }
    let after: Vec<_> = fs::read_dir(&house)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| !name.to_string_lossy().ends_with("-wal") && !name.to_string_lossy().ends_with("-shm"))
        .collect();
    assert_eq!(before, after);
    fs::write(house.join("circlepit.toml"), "listen = \"0.0.0.0:3000\"\n").unwrap();
    assert!(refused(&house, &["doctor"]).contains("1 to mend"));
    fs::write(house.join("circlepit.toml"), "lisen = \"x\"\n").unwrap();
    assert!(refused(&house, &["doctor"]).contains("lisen: there is no setting of this name"));
}

#[test]
fn a_house_wears_a_pack_of_ones_own_and_changes_it_while_it_is_closed() {
    let above = tempfile::tempdir().unwrap();
    let (folder, own) = (above.path().join("data"), above.path().join("knitters"));
    fs::create_dir_all(own.join("pages")).unwrap();
    let plain = crate::source::top().join("packs/plain");
    for page in fs::read_dir(plain.join("pages")).unwrap() {
        let page = page.unwrap();
        fs::copy(page.path(), own.join("pages").join(page.file_name())).unwrap();
    }
    let text = fs::read_to_string(plain.join("pack.toml")).unwrap().replace("id = \"plain\"", "id = \"knitters\"");
    let write = |change: &dyn Fn(&str) -> String| fs::write(own.join("pack.toml"), change(&text)).unwrap();
    let init =
        ["init", "--name", "Stitches", "--joining", "open", "--country", "GB", "--nickname", "Ada", "--age", "18"];
    let init = [&init[..], &["--pack", "knitters"]].concat();

    write(&|text| text.replacen("term_days = ", "term_days = 9", 1).replace("\"welcome\"", "\"wellcome\""));
    assert!(refused(&folder, &init).contains("a term is 1 to 365 days"));
    write(&|text| text.replace("\"welcome\"", "\"wellcome\""));
    let why = refused(&folder, &init);
    assert!(why.contains("there is no “wellcome”") && why.contains("none can “welcome”"), "{why}");
    assert!(!folder.exists(), "nothing was made");
    refused(&folder, &["import", "pack", "knitters"]);

    write(&|text| text.replace("library = \"Library\"", "library = \"Yarn shelf\""));
    done(&folder, &init);
    let moved = above.path().join("elsewhere");
    done(&folder, &["backup", "--to", "kept.circlepit"]);
    done(&moved, &["restore", "kept.circlepit"]);
    let house = Running::start(&moved, &["serve"]);
    assert!(house.get("/songs").contains("Yarn shelf"), "the pack came along in the backup");
    assert!(refused(&moved, &["import", "pack", "knitters"]).contains("stop it first"));
    assert_eq!(house.stop(), Some(0));

    write(&|text| text.replace("id = \"door\"", "id = \"gate\""));
    assert!(refused(&moved, &["import", "pack", "knitters"]).contains("somebody holds a seat of door"));
    write(&|text| text.replace("library = \"Library\"", "library = \"Wool shelf\""));
    done(&moved, &["import", "pack", "knitters"]);
    let house = Running::start(&moved, &["serve"]);
    assert!(house.get("/songs").contains("Wool shelf"));
}
