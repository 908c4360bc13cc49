//! Pulling the plug: the program is killed (`kill -9`) again and again while people write. What was acknowledged is
//! there afterwards, and nothing is there by half. A house that acknowledges before it keeps goes through the same, to
//! show that the loss would be seen. `bin/prove` does this five hundred times.

use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse as _, Redirect};
use base::clock::{Clock, stopwatch};
use base::db::{Ask as _, Db, Where};
use base::id;
use base::settings::Settings;
use people::Person;
use people::session::Session;
use tower::ServiceExt as _;

use crate::commands::{Running, settled};

/// How many people write at once.
const WRITERS: usize = 4;
/// How often the plug is pulled on the house that acknowledges too early.
const HASTY_KILLS: u64 = 3;

fn kills() -> u64 {
    std::env::var("CIRCLEPIT_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(6)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_write_is_lost_and_none_is_there_by_half_when_the_house_is_killed() {
    let found = pull_the_plug(kills(), |house| Running::start(house, &["serve"])).await;
    found.say("the house", kills());
    assert!(found.acknowledged > kills() as usize, "people wrote: {}", found.acknowledged);
    assert_eq!((found.lost, found.halves), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_rig_sees_what_a_house_loses_that_acknowledges_before_it_keeps() {
    let found = pull_the_plug(HASTY_KILLS, |house| Running::of(hasty(house))).await;
    found.say("the control, which acknowledges first", HASTY_KILLS);
    assert!(found.lost > 0, "the rig would not see a loss");
}

/// What was left when the plug had been pulled for the last time.
struct Found {
    acknowledged: usize,
    lost: usize,
    halves: i64,
    /// Milliseconds until it was open again, sorted.
    starts: Vec<u128>,
}

impl Found {
    fn say(&self, what: &str, kills: u64) {
        let (p95, most) = (self.starts[self.starts.len() * 95 / 100], self.starts.last().unwrap());
        println!(
            "\nproof: kill -9, {what}: killed {kills} times, {} writes acknowledged, {} lost, {} by half; open again after {p95} ms (p95), {most} ms at most",
            self.acknowledged, self.lost, self.halves
        );
    }
}

async fn pull_the_plug(kills: u64, open: impl Fn(&Path) -> Running) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house");
    settled(&house);
    let place = Where::File(house.join("circlepit.db"));
    let cookie = signed_in(&place).await;
    let (mut acknowledged, mut starts) = (Vec::new(), Vec::new());
    for round in 0..kills {
        let begun = stopwatch();
        let running = open(&house);
        starts.push(begun.elapsed().as_millis());
        acknowledged.extend(write_until_killed(running, &cookie, round));
    }
    starts.sort_unstable();
    let db = Db::open(&place).await.unwrap();
    let kept: HashSet<String> = db
        .all("SELECT title FROM song UNION ALL SELECT words FROM remark ORDER BY 1", &[])
        .await
        .unwrap()
        .into_iter()
        .collect();
    let lost = acknowledged.iter().filter(|words| !kept.contains(*words)).count();
    assert_eq!(db.what_is_broken().await.unwrap(), None);
    Found { acknowledged: acknowledged.len(), lost, halves: halves(&db).await, starts }
}

async fn signed_in(place: &Where) -> String {
    let db = Db::open(place).await.unwrap();
    let tx = db.begin().await.unwrap();
    let ada = Person::named(&tx, "Ada").await.unwrap().unwrap();
    let secret = Session::open(&tx, &ada.id, 1, Clock::Machine.now()).await.unwrap();
    tx.keep().await.unwrap();
    format!("circlepit={secret}")
}

/// Songs without what they are for or where they are found, remarks that are not found, and threads that count wrongly.
async fn halves(db: &Db) -> i64 {
    let sql = "SELECT (SELECT count(*) FROM song s WHERE NOT EXISTS (SELECT 1 FROM song_feeling f WHERE f.song = s.id)
                     OR NOT EXISTS (SELECT 1 FROM findable f WHERE f.place = '/songs/' || s.id))
               + (SELECT count(*) FROM remark r WHERE NOT EXISTS (SELECT 1 FROM findable f
               WHERE f.place = '/remarks/' || r.id))
               + (SELECT count(*) FROM thread t WHERE t.last_n <> (SELECT count(*) FROM remark r
               WHERE r.place = t.place) OR t.standing <> t.last_n)";
    db.one(sql, &[]).await.unwrap()
}

/// Several people bring songs, and say something under them, until the plug is pulled at a moment nobody can foresee;
/// what was acknowledged before.
fn write_until_killed(running: Running, cookie: &str, round: u64) -> Vec<String> {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (address, is_over) = (running.address.clone(), &is_over);
                scope.spawn(move || {
                    let mut acknowledged = Vec::new();
                    let mut under = None;
                    for n in (0..).take_while(|_| !is_over.load(Ordering::Relaxed)) {
                        let (words, path, form) = match &under {
                            Some(song) if n % 4 == 3 => {
                                (format!("Said {round} by {writer} at {n}"), "/remarks", format!("place={song}&words="))
                            }
                            _ => (
                                format!("Round {round} of {writer} at {n}"),
                                "/songs",
                                "artist=Nobody&feeling=rage&why=It+is+loud.&way=stay&title=".to_owned(),
                            ),
                        };
                        let Ok(answer) = send(&address, cookie, path, &(form + &words.replace(' ', "+"))) else {
                            continue;
                        };
                        if answer.starts_with("HTTP/1.1 303") {
                            let song = answer
                                .split("\r\nlocation: ")
                                .nth(1)
                                .and_then(|rest| rest.split("\r\n").next())
                                .filter(|to| to.starts_with("/songs/"));
                            under = song.map(str::to_owned).filter(|_| path == "/songs").or(under);
                            acknowledged.push(words);
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(60 + u64::from(id::below(240))));
        drop(running);
        is_over.store(true, Ordering::Relaxed);
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    })
}

fn send(address: &str, cookie: &str, path: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nsec-fetch-site: same-origin\r\ncookie: {cookie}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// This very program as a house that says yes to every change and makes it afterwards.
fn hasty(folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "kill::a_house_that_acknowledges_first", "--ignored", "--nocapture"])
        .env("CIRCLEPIT_HASTY", folder);
    command
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the house that the control kills"]
async fn a_house_that_acknowledges_first() {
    let folder = std::env::var("CIRCLEPIT_HASTY").unwrap();
    let settings = Settings::read(Path::new(&folder), |name| std::env::var(name).ok()).unwrap();
    let listener = tokio::net::TcpListener::bind(settings.listen).await.unwrap();
    let house = circlepit::open::open(Path::new(&folder), settings, Clock::Machine).await.unwrap();
    let honest = circlepit::web::app(&house);
    let hasty = Router::new().fallback(move |request: Request| {
        let honest = honest.clone();
        async move {
            if request.method() != Method::POST {
                return honest.oneshot(request).await.unwrap();
            }
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, 1 << 20).await.unwrap();
            tokio::spawn(honest.oneshot(Request::from_parts(parts, Body::from(body))));
            Redirect::to("/").into_response()
        }
    });
    println!("\n{} is open at {}", house.name(), house.settings.public_url);
    circlepit::web::serve(hasty, &house, listener, std::future::pending()).await.unwrap();
}
