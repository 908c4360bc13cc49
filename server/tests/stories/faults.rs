//! Faults of the machine: a full disk, a folder that cannot be written to, senders that never finish, commands beside
//! an open house. Reading, help and the way out go on; what cannot be kept is refused in words.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base::backup::{self, Backup, BackupTrouble};
use base::clock::stopwatch;
use base::db::{Ask as _, Db, Where};
use base::ledger::Ledger;
use base::room::Job;
use base::vals;
use people::session::Session;

use crate::commands::{Running, circlepit, done, is, settled};
use crate::house::{EVENING, TestHouse, both};
use crate::postgres;

/// Runs a line of shell, and then the program, where a file system of its own can be mounted without being root.
fn apart(shell: &str, folder: &Path, line: &[&str]) -> Option<Command> {
    let inside = ["--user", "--map-root-user", "--mount"];
    if !Command::new("unshare")
        .args(inside)
        .args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .output()
        .is_ok_and(|output| output.status.success())
    {
        eprintln!("this machine lets nobody mount anything: the story of a full or locked disk is left out");
        return None;
    }
    let program = circlepit(folder, line);
    let mut command = Command::new("unshare");
    command
        .args(inside)
        .args(["sh", "-ec", &format!("{shell}; exec \"$@\"")])
        .arg(folder)
        .arg(program.get_program())
        .args(program.get_args());
    for (name, _) in program.get_envs() {
        command.env_remove(name);
    }
    command.current_dir(folder.parent().unwrap());
    Some(command)
}

const SMALL_DISK: &str = "mount -t tmpfs -o size=6m tmpfs \"$0\"; \"$1\" init --data \"$0\" --name 'Night shift' --pack metal --joining open --nickname Ada --age 18 >\"$0/said\" 2>&1";

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_reading_and_help_go_on_and_writing_waits_and_nothing_is_kept_by_half() {
    let folder = tempfile::tempdir().unwrap();
    let Some(command) = apart(SMALL_DISK, folder.path(), &["serve"]) else { return };
    let house = Running::of(command);
    let inside = PathBuf::from(format!("/proc/{}/root{}", house.pid(), folder.path().display()));
    let cookie = let_in(&house, &std::fs::read_to_string(inside.join("said")).unwrap());
    let bring = |n: usize| {
        post(
            &house.address,
            &cookie,
            "/songs",
            &format!("artist=Nobody&title=Song+{n}+of+many&feeling=rage&why=It+is+loud.&way=stay"),
        )
    };
    is(&bring(0), 303);
    let filler = inside.join("filler");
    let full = std::io::copy(&mut std::io::repeat(7), &mut File::create(&filler).unwrap()).unwrap_err();
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    let answers: Vec<String> = (1..40).map(bring).collect();
    let kept = 1 + answers.iter().filter(|answer| answer.starts_with("HTTP/1.1 303")).count();
    let said: Vec<_> = answers.iter().filter(|answer| !answer.starts_with("HTTP/1.1 303")).collect();
    assert!(!said.is_empty(), "the disk is not full");
    for answer in said {
        is(answer, 507);
        assert!(answer.contains("The disk is full or locked") && answer.contains("/help"), "{answer}");
    }
    for (path, status) in
        [("/", 200), ("/songs", 200), ("/help", 200), ("/leave-fast", 303), ("/health", 200), ("/search?q=nobody", 200)]
    {
        is(&house.get(path), status);
    }
    is(&get_as(&house.address, &cookie, "/backstage/profile"), 200);
    std::fs::remove_file(&filler).unwrap();
    // A copy: SQLite would look for the path it is told outside.
    let copy = tempfile::tempdir().unwrap();
    for name in ["circlepit.db", "circlepit.db-wal"] {
        std::fs::copy(inside.join(name), copy.path().join(name)).unwrap();
    }
    let db = Db::connect(&Where::File(copy.path().join("circlepit.db"))).await.unwrap();
    let count = "SELECT count(*) FROM song s JOIN song_feeling f ON f.song = s.id
                 JOIN findable x ON x.place = '/songs/' || s.id";
    assert_eq!(
        db.one::<(i64, i64)>("SELECT (SELECT count(*) FROM song), (SELECT count(*) FROM song_feeling)", &[])
            .await
            .unwrap(),
        (kept as i64, kept as i64)
    );
    assert_eq!(db.one::<i64>(count, &[]).await.unwrap(), kept as i64);
    is(&bring(60), 303);
}

#[test]
fn a_house_in_a_folder_that_cannot_be_written_to_says_so_and_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    let Some(mut command) = apart("mount --bind \"$0\" \"$0\"; mount -o remount,bind,ro \"$0\"", &house, &["serve"])
    else {
        return;
    };
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("cannot be written to"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Signs in with the link that `init` printed; the cookie.
fn let_in(house: &Running, said: &str) -> String {
    let path = format!(
        "/in/{}",
        said.split("/in/").nth(1).unwrap_or_else(|| panic!("{said}")).split_whitespace().next().unwrap()
    );
    let answer = post(&house.address, "", &path, "");
    is(&answer, 303);
    answer.split("set-cookie: ").nth(1).unwrap().split(';').next().unwrap().to_owned()
}

fn post(address: &str, cookie: &str, path: &str, body: &str) -> String {
    asked(
        address,
        &format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nsec-fetch-site: same-origin\r\ncookie: {cookie}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}

fn get_as(address: &str, cookie: &str, path: &str) -> String {
    asked(address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie}\r\n\r\n"))
}

fn asked(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// What somebody sends at once, and what they go on with, a byte a second.
const HALVES: &[(&str, &str)] = &[
    ("", ""),
    ("GET / HT", ""),
    ("GET / HTTP/1.1\r\nhost: x\r\n", ""),
    ("GET / HTTP/1.1\r\nhost: x\r\n", "x-slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    ("GET /help HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\nhalf", ""),
    (
        "POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 50\r\n\r\nname=",
        "",
    ),
    (
        "POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 50\r\n\r\nname=",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    (
        "POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\n5\r\nna",
        "",
    ),
    (
        "POST /join HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: 900\r\n\r\n--x\r\n",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_half_a_request_or_a_byte_a_second_is_let_go_within_ten_seconds() {
    let house = TestHouse::on_a_file("").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(circlepit::web::run(house.house.clone(), listener, std::future::pending()));
    let senders: Vec<_> = HALVES
        .iter()
        .map(|(first, rest)| {
            std::thread::spawn(move || (*first, open_for(TcpStream::connect(address).unwrap(), first, rest)))
        })
        .collect();
    for sender in senders {
        let (first, (open_for, answer)) = sender.join().unwrap();
        assert!(open_for < Duration::from_secs(10), "after {open_for:?} this was still open: {first}");
        if first.starts_with("POST") && first.contains("content-length") {
            assert!(
                answer.starts_with("HTTP/1.1 408 ") && answer.contains("The line was too slow"),
                "{first} was answered with {answer:.300}"
            );
        }
    }
}

/// How long a connection stays open, though its sender never finishes, and what it is told.
fn open_for(mut stream: TcpStream, first: &str, rest: &str) -> (Duration, String) {
    let (begun, mut part, mut answer) = (stopwatch(), [0; 4096], Vec::new());
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    stream.write_all(first.as_bytes()).unwrap();
    let mut rest = rest.bytes();
    while begun.elapsed() < Duration::from_secs(15) {
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&part[..read]),
            Err(why) if !matches!(why.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => break,
            _ => {}
        }
        if let Some(byte) = rest.next()
            && stream.write_all(&[byte]).is_err()
        {
            break;
        }
    }
    (begun.elapsed(), String::from_utf8_lossy(&answer).into_owned())
}

/// Starts the program with so many file handles and no more.
fn with_handles(folder: &Path, most: usize) -> Command {
    let program = circlepit(folder, &["serve"]);
    let mut command = Command::new("sh");
    command
        .args(["-ec", &format!("ulimit -n {most}; exec \"$@\""), "sh"])
        .arg(program.get_program())
        .args(program.get_args());
    for (name, _) in program.get_envs() {
        command.env_remove(name);
    }
    command
}

#[test]
fn hundreds_who_never_finish_keep_nobody_else_waiting() {
    const ENOUGH: Duration = Duration::from_millis(500);
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    let open = Running::of(with_handles(&house, 400));
    let answers = |path: &str, status: u16| {
        let begun = stopwatch();
        is(&get_as(&open.address, "", path), status);
        assert!(begun.elapsed() < ENOUGH, "{path} took {:?}", begun.elapsed());
    };
    let half = |first: &str| {
        let mut stream = TcpStream::connect(&open.address).unwrap();
        let _ = stream.write_all(first.as_bytes()); // it may be let go before
        stream
    };
    // More than there are handles, and more than requests may be under way.
    let heads: Vec<_> = (0..450).map(|_| half("GET / HT")).collect();
    ["/", "/songs", "/help"].iter().for_each(|path| answers(path, 200));
    drop(heads);
    let bodies: Vec<_> = (0..450).map(|_| half("POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 50\r\n\r\nname=")).collect();
    ["/", "/songs", "/help"].iter().for_each(|path| answers(path, 200));
    drop(bodies);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_breaks_off_ends_no_other() {
    let house = TestHouse::on_a_file("").await;
    let breaks_off = Job { name: "breaks off", every_ms: 0, run: |_| Box::pin(async { panic!("on purpose") }) };
    let writes = Job {
        name: "writes",
        every_ms: 0,
        run: |house| Box::pin(async move { Ok(house.begin().await?.keep().await?) }),
    };
    let before = house.house.db.writes();
    for job in [breaks_off, writes] {
        circlepit::worker::take_turn(&house.house, &job).await;
    }
    assert_eq!(house.house.db.writes(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_fails_leaves_postgres_without_a_table() {
    let Some(url) = postgres::database().await else { return };
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (house, file) = (folder.path().join("house"), folder.path().join("backup"));
    settled(&house);
    let db = Db::open(&Where::File(house.join("circlepit.db"))).await.unwrap();
    backup::make(&db, &house, &file, EVENING, &|_| {}).await.unwrap();
    let mut broken = Backup::open(&file).unwrap();
    // A file of the backup that is not there: the tables have been made by then.
    broken.manifest.files.push(backup::FilePart { sha256: "a".repeat(64), bytes: 1 });
    let failed =
        backup::restore(&mut broken, &Where::Server(url), folder.path(), &Ledger::default(), EVENING, &|_| {}).await;
    assert!(matches!(failed, Err(BackupTrouble::Damaged { .. } | BackupTrouble::Disk { .. })), "{failed:?}");
    let tables = client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", &[]).await.unwrap();
    assert!(tables.is_empty(), "{} tables are left", tables.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restore_nobody_is_signed_in_and_no_link_that_may_have_been_used_works() {
    let folder = tempfile::tempdir().unwrap();
    let (house, again, file) = (folder.path().join("house"), folder.path().join("again"), folder.path().join("backup"));
    settled(&house);
    let db = Db::open(&Where::File(house.join("circlepit.db"))).await.unwrap();
    let ada: String = db.one("SELECT id FROM person WHERE name = 'Ada'", &[]).await.unwrap();
    let tx = db.begin().await.unwrap();
    Session::open(&tx, &ada, 1, EVENING).await.unwrap();
    tx.run(
        "INSERT INTO ceremony (hash, person, state, until) VALUES ('x', NULL, $1, $2)",
        vals![Vec::<u8>::new(), i64::MAX],
    )
    .await
    .unwrap();
    for kind in ["sign-in", "second", "second-after-code", "claim", "invitation"] {
        tx.run(
            "INSERT INTO way_in (hash, kind, person, giver, since, until) VALUES ($1, $1, $2, NULL, 0, $3)",
            vals![kind, &ada, i64::MAX],
        )
        .await
        .unwrap();
    }
    tx.keep().await.unwrap();
    done(&house, &["backup", "--to", file.to_str().unwrap()]);
    done(&again, &["restore", file.to_str().unwrap()]);
    let db = Db::open(&Where::File(again.join("circlepit.db"))).await.unwrap();
    let left: (i64, i64, i64) = db
        .one(
            "SELECT (SELECT count(*) FROM session), (SELECT count(*) FROM ceremony), (SELECT count(*) FROM way_in)",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(left, (0, 0, 0));
}

#[test]
fn what_the_host_does_at_the_console_shows_in_the_open_house_a_moment_later() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    let open = Running::start(&house, &["serve"]);
    let seats = || open.get("/duties").split("\r\n\r\n").nth(1).unwrap().to_owned();
    let before = seats();
    assert_eq!(seats(), before, "a kept page");
    // A write that came to nothing holds no lock on the file.
    let taken = post(
        &open.address,
        "",
        "/join",
        "name=Ada&age=18&password=a+long+and+quiet+night&why=I+heard+of+you+at+a+gig+in+Leeds.",
    );
    is(&taken, 422);
    done(&house, &["seat", "Ada", "shelf"]);
    let begun = stopwatch();
    while seats() == before {
        assert!(begun.elapsed() < Duration::from_secs(4), "the seat does not show");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_said_to_be_kept_is_there_also_where_a_statement_of_it_failed() {
    both(async |house| {
        let tx = house.house.begin().await.unwrap();
        base::house::settle(&tx, "first", "yes", 1).await.unwrap();
        tx.run("INSERT INTO setting (name, value, changed_at) VALUES ('first', 'no', 1)", &[]).await.unwrap_err();
        let is_kept = tx.keep().await.is_ok();
        assert_eq!(house.count("SELECT count(*) FROM setting WHERE name = 'first'").await == 1, is_kept);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_saving_at_once_lose_nothing() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        // Two songs with one name, at the same time: one becomes the other's second line.
        let song =
            |why| [("artist", "Nobody"), ("title", "At once"), ("feeling", "rage"), ("way", "stay"), ("why", why)];
        let (one, other) = (song("It is loud."), song("It is quick."));
        let (first, second) = tokio::join!(ada.post("/songs", &one), brook.post("/songs", &other));
        // PostgreSQL may tell one of them that somebody was quicker; what they send again is the second line.
        let first = if first.status == 409 { ada.post("/songs", &one).await } else { first };
        let second = if second.status == 409 { brook.post("/songs", &other).await } else { second };
        let place = first.is(303).place();
        assert_eq!(second.is(303).to().split('?').next(), Some(place.as_str()));
        ada.get(&place).await.says("It is loud.").says("It is quick.");
        // Two tabs of one profile: the later one is told, and keeps what it wrote.
        let seen = |page: crate::house::Page| {
            page.html
                .split("name=\"seen\" value=\"")
                .nth(1)
                .map(|rest| rest.split('"').next().unwrap().to_owned())
                .unwrap()
        };
        let seen = seen(ada.get("/backstage/profile").await);
        let about = |words| [("about", words), ("about-for", "members"), ("seen", seen.as_str())];
        let (left, right) = (about("From the left."), about("From the right."));
        let (left, right) = tokio::join!(ada.post("/backstage/profile", &left), ada.post("/backstage/profile", &right));
        let (kept, told) = if left.status == 303 { (left, right) } else { (right, left) };
        kept.is(303);
        told.is(422).says("changed");
        assert!(told.html.contains("From the "));
        // A suggestion that comes while the curator orders the list is not passed over.
        let list = ada
            .post(
                "/playlists",
                &[("title", "Up the stairs"), ("brief", "Songs for the stairs."), ("feeling", "rage"), ("days", "7")],
            )
            .await
            .is(303)
            .place();
        brook
            .post(
                &format!("{list}/suggestions"),
                &[
                    ("song", place.trim_start_matches("/songs/")),
                    ("reason", "It climbs."),
                    ("artist", "Nobody"),
                    ("title", "At once"),
                ],
            )
            .await
            .is(303);
        ada.post(&format!("{list}/order"), &[]).await.is(422).says("Nobody");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_help_goes_on_and_everything_else_says_so() {
    let Some(server) = postgres::database().await else { return };
    let house = TestHouse::open(tempfile::tempdir().unwrap(), Where::Server(server.clone())).await;
    let ada = house.member("Ada").await;
    ada.get("/articles").await.is(200);
    let (beside, name) = server.rsplit_once('/').unwrap();
    let (client, connection) =
        tokio_postgres::connect(&format!("{beside}/postgres"), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    // What was connected already learns of it first, and then whoever connects anew.
    for _ in 0..40 {
        ada.get("/articles").await.is(503).says("Back in a moment");
    }
    ada.post("/songs", &[("artist", "Sleep"), ("title", "Dopesmoker"), ("feeling", "numb"), ("why", "One hour.")])
        .await
        .is(503)
        .says("Back in a moment");
    for open in ["/help", "/leave-fast"] {
        assert!(house.guest().get(open).await.status.as_u16() < 400, "{open}");
    }
}
