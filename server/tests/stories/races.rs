//! Races: whatever changes something is stopped before each of its statements in turn, while whatever could pull the
//! ground away from under it runs whole. Afterwards everything stands as if one had come after the other, and both were
//! told so. On PostgreSQL alone: SQLite lets one writer in at a time.
//!
//! A run takes one in [`PART`] of all crossings, at one stop each; with `CIRCLEPIT_RACES=5` one in five, with `all` each
//! at every stop, and with a noun or other words those of that noun or whose names have them.

mod kept;
mod proxy;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use base::clock::{DAY_MS, MINUTE_MS, SECOND_MS};
use base::db::Where;

use crate::bad_input::doors;
use crate::house::{Page, TestHouse};
use crate::postgres;
use kept::{Kept, State, differences};
use proxy::Proxy;
use world::{Does, Verb, verbs};

/// The longest that a verb may take that waits for nobody.
const PATIENCE: Duration = Duration::from_secs(20);

/// What somebody was told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    /// It is done, and what is shown then.
    Done(String),
    No(u16),
    /// The house broke down.
    Broke(String),
}

/// How an evening ended: what stands, and what each of two was told, if they came.
#[derive(Clone, Debug)]
struct Ending {
    state: State,
    told: [Option<Told>; 2],
}

struct Crossing<'a> {
    house: &'a TestHouse,
    proxy: Arc<Proxy>,
    kept: Kept,
    /// What each verb does alone: its statements, and how it ends.
    alone: BTreeMap<&'static str, (Vec<String>, Ending)>,
    found: Crossed,
}

/// What crossing has found.
#[derive(Default)]
struct Crossed {
    verbs: usize,
    pairs: usize,
    stops: usize,
    waits: usize,
    noes: usize,
    wrong: Vec<String>,
}

impl Crossing<'_> {
    /// A new evening: everything as it was, and an hour at which nobody has done anything yet.
    async fn begin(&mut self, verbs: &[&Verb<'_>]) {
        let leaves = verbs.iter().find_map(|verb| match &verb.does {
            Does::Leaves(person) => Some(person.as_str()),
            Does::Sends { .. } => None,
        });
        self.house.house.clock.turn(-1);
        while (self.house.house.now() + 1).rem_euclid(SECOND_MS) < 2 {
            self.house.house.clock.turn(-1); // what stood before is never whole seconds away from what comes
        }
        // Whoever counts tries begins anew.
        self.house.house.callers.forget();
        self.kept.go_back(leaves, self.house.house.now() - 8 * DAY_MS).await;
        // What the house keeps in memory, too.
        if verbs.iter().any(|verb| verb.nouns.iter().any(|noun| ["desk", "helpline"].contains(noun))) {
            self.house.house.look_again().await.unwrap();
            care::helpline::refresh(&self.house.house).await.unwrap();
        }
    }

    async fn ending(&mut self, told: [Option<Told>; 2]) -> Ending {
        Ending { state: self.kept.now(self.house.house.now()).await, told }
    }

    async fn alone(&mut self, verb: &Verb<'_>) -> (Vec<String>, Ending) {
        if !self.alone.contains_key(verb.name) {
            self.begin(&[verb]).await;
            self.proxy.stop_at(usize::MAX);
            let told = does(self.house, verb).await;
            let statements = self.proxy.open();
            let ending = self.ending([Some(told), None]).await;
            self.alone.insert(verb.name, (statements, ending));
        }
        self.alone[verb.name].clone()
    }

    /// How it ends when only one of two does something.
    async fn of_two(&mut self, one: &Verb<'_>, other: &Verb<'_>) -> Ending {
        if !matches!(other.does, Does::Leaves(_)) {
            return self.alone(one).await.1;
        }
        self.begin(&[one, other]).await;
        let told = does(self.house, one).await;
        self.ending([Some(told), None]).await
    }

    /// One after the other.
    async fn in_turn(&mut self, first: &Verb<'_>, then: &Verb<'_>) -> Ending {
        self.begin(&[first, then]).await;
        let told = does(self.house, first).await;
        let told = [Some(told), Some(does(self.house, then).await)];
        self.ending(told).await
    }

    /// The first is stopped before a statement; the other runs until it is done or waits; then the first goes on.
    async fn at_once(&mut self, first: &Verb<'_>, other: &Verb<'_>, stop: usize) -> Option<Ending> {
        self.begin(&[first, other]).await;
        self.proxy.stop_at(stop);
        let house = self.house;
        let mut one = std::pin::pin!(does(house, first));
        tokio::select! {
            _ = &mut one => { self.proxy.open(); return None }
            () = self.proxy.has_stopped() => {}
        }
        let mut two = std::pin::pin!(does(house, other));
        let mut told = None;
        while told.is_none() {
            tokio::select! {
                answer = &mut two => told = Some(answer),
                () = tokio::time::sleep(Duration::from_millis(8)) => if self.kept.does_somebody_wait().await {
                    self.found.waits += 1;
                    break;
                },
            }
        }
        self.proxy.open();
        let (one, two) = tokio::time::timeout(PATIENCE, async {
            match told {
                Some(told) => (one.await, told),
                None => tokio::join!(one, two),
            }
        })
        .await
        .unwrap_or_else(|_| panic!("{} and {} wait for each other", first.name, other.name));
        self.found.stops += 1;
        Some(self.ending([Some(one), Some(two)]).await)
    }

    async fn each_is_done_alone(&mut self, verbs: &[Verb<'_>]) {
        let mut not_done = Vec::new();
        for verb in verbs {
            let told = self.alone(verb).await.1.told[0].clone();
            if !matches!(told, Some(Told::Done(_))) && !NOT_ALONE.contains(&verb.name) {
                not_done.push(format!("{}: {told:?}", verb.name));
            }
        }
        assert!(not_done.is_empty(), "alone they are not done: {not_done:#?}");
    }

    /// Crosses two verbs at all the stops where it makes a difference, or at one that the seed chooses.
    async fn cross(&mut self, first: &Verb<'_>, other: &Verb<'_>, all: bool, seed: u64) {
        let (statements, _) = self.alone(first).await;
        let (_, other_alone) = self.alone(other).await;
        let stops = stops(&statements, &changes_of(&other_alone));
        if stops.is_empty() {
            return;
        }
        let (ab, mut ba) = (self.in_turn(first, other).await, self.in_turn(other, first).await);
        ba.told.reverse();
        // Where both wait for each other one is told no, and may try again.
        let (mut a_only, mut b_only) = (self.of_two(first, other).await, self.of_two(other, first).await);
        a_only.told[1] = Some(Told::No(409));
        b_only.told = [Some(Told::No(409)), b_only.told[0].clone()];
        let right = [ab, ba, a_only, b_only];
        let chosen: Vec<usize> = if all { stops } else { vec![stops[usize::try_from(seed).unwrap() % stops.len()]] };
        for stop in chosen {
            let Some(ending) = self.at_once(first, other, stop).await else { continue };
            if let Some(Told::Broke(why)) = ending.told.iter().flatten().find(|told| matches!(told, Told::Broke(_))) {
                self.found.wrong.push(format!("{} × {}, stopped before {stop}: {why}", first.name, other.name));
            }
            let is_no = |told: &Option<Told>| matches!(told, Some(Told::No(_)));
            let same = |one: &Option<Told>, other: &Option<Told>| one == other || (is_no(one) && is_no(other));
            let says_same = |right: &&Ending| ending.told.iter().zip(&right.told).all(|(one, other)| same(one, other));
            if right[..2].iter().filter(says_same).any(|right| right.state == ending.state) {
                continue;
            }
            if right[2..].iter().filter(says_same).any(|right| right.state == ending.state) {
                self.found.noes += 1;
                continue;
            }
            let nearest = right.iter().min_by_key(|right| differences(&ending.state, &right.state).len()).unwrap();
            let line = format!(
                "{} × {}, stopped before {stop}: {}\n    told {:?}; one after the other {:?} or {:?}\n    {}",
                first.name,
                other.name,
                statements.get(stop - 1).map_or("", String::as_str),
                ending.told,
                right[0].told,
                right[1].told,
                differences(&ending.state, &nearest.state).join("\n    ")
            );
            eprintln!("{line}");
            self.found.wrong.push(line);
        }
    }
}

/// The tables that an evening changed.
fn changes_of(ending: &Ending) -> BTreeSet<String> {
    ending.state.iter().filter_map(|line| line.split(' ').nth(1)).map(str::to_owned).collect()
}

/// Where it makes a difference to stop: before whatever touches what the other changes, and before the end.
fn stops(statements: &[String], changed: &BTreeSet<String>) -> Vec<usize> {
    let touches = |statement: &String| {
        let mut words = statement.split(|c: char| !c.is_alphanumeric() && c != '_');
        statement.contains("COMMIT") || words.any(|word| changed.contains(word))
    };
    if changed.is_empty() || !statements.iter().any(|statement| statement.contains("COMMIT")) {
        return Vec::new();
    }
    (2..=statements.len()).filter(|at| touches(&statements[at - 1])).collect()
}

async fn does(house: &TestHouse, verb: &Verb<'_>) -> Told {
    match &verb.does {
        Does::Sends { who, path, fields } => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            told(&who.post(path, &fields).await, path)
        }
        Does::Leaves(_) => match people::leaving::finish(house.house.clone()).await {
            Ok(()) => Told::Done("left".into()),
            // Done again within the hour.
            Err(refusal) if refusal.status() == 500 => Told::Broke(format!("{refusal:?}")),
            Err(refusal) => Told::No(refusal.status().as_u16()),
        },
    }
}

/// Words are taken back there: where one is led then is whatever is open by the time one is led, and no more part of it.
fn leads_later(path: &str) -> bool {
    path.ends_with("/helped/unsay") || (path.starts_with("/remarks/") && path.ends_with("/take-back"))
}

fn told(page: &Page, path: &str) -> Told {
    let status = page.status.as_u16();
    match status {
        303 if page.to().starts_with("/sign-in") => Told::No(status),
        303 if leads_later(path) => Told::Done("taken back".into()),
        303 => Told::Done(
            page.to()
                .split(['/', '?', '='])
                .map(|part| if part.len() > 25 { "#" } else { part })
                .collect::<Vec<_>>()
                .join("/"),
        ),
        200 => Told::Done(String::new()),
        400..=428 | 430..500 => Told::No(status),
        _ => Told::Broke(format!("{status}: {}", page.words())),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_acts_at_the_same_moment_leaves_everything_as_if_one_came_after_the_other() {
    let mut lanes = Vec::new();
    for lane in 0..LANES {
        let Some(server) = postgres::database().await else { return };
        lanes.push(tokio::spawn(crossed(lane, server)));
    }
    let mut all = Crossed::default();
    for lane in lanes {
        let lane = lane.await.unwrap();
        all.verbs = lane.verbs;
        all.pairs += lane.pairs;
        all.stops += lane.stops;
        all.waits += lane.waits;
        all.noes += lane.noes;
        all.wrong.extend(lane.wrong);
    }
    println!(
        "\nproof: {} crossings of {} verbs, {} stops between statements, at {} of which the other had to wait; one was \
         told no because of the other {} times",
        all.pairs, all.verbs, all.stops, all.waits, all.noes
    );
    assert!(all.wrong.is_empty(), "{} of {} stops:\n{}", all.wrong.len(), all.stops, all.wrong.join("\n"));
}

/// What one lane crossed, in a house of its own on this database.
async fn crossed(lane: usize, server: String) -> Crossed {
    let folder = tempfile::tempdir().unwrap();
    let (at, database) = server.strip_prefix("postgres://circlepit@").unwrap().split_once('/').unwrap();
    let proxy = Proxy::before(&at.replace("%2F", "/"), folder.path());
    let through =
        format!("postgres://circlepit@{}/{database}", folder.path().display().to_string().replace('/', "%2F"));
    let house = TestHouse::open(folder, Where::Server(through)).await;
    let verbs = verbs(&house).await;
    house.house.clock.turn(2 * MINUTE_MS);
    let kept = Kept::of(&server).await;
    let found = Crossed { verbs: verbs.len(), ..Crossed::default() };
    let mut crossing = Crossing { house: &house, proxy, kept, alone: BTreeMap::new(), found };
    if lane == 0 {
        every_door_has_a_verb(&verbs);
        crossing.each_is_done_alone(&verbs).await;
    }
    let asked = std::env::var("CIRCLEPIT_RACES").unwrap_or_default();
    let (part, is_part) = (asked.parse().unwrap_or(PART), asked.is_empty() || asked.parse::<u64>().is_ok());
    let mut turn = (0..LANES).cycle();
    for first in &verbs {
        for other in verbs.iter().filter(|other| first.nouns.iter().any(|noun| other.nouns.contains(noun))) {
            let pair = format!("{} × {}", first.name, other.name);
            let seed = u64::from_str_radix(&base::id::hash(&pair)[..8], 16).unwrap();
            let is_of = |noun: &str| first.nouns.contains(&noun) && other.nouns.contains(&noun);
            let all = asked == "all" || is_of(&asked) || (!asked.is_empty() && pair.contains(&asked));
            if (all || (is_part && seed.is_multiple_of(part))) && turn.next() == Some(lane) {
                crossing.found.pairs += 1;
                crossing.cross(first, other, all, seed / part).await;
            }
        }
    }
    crossing.found
}

fn every_door_has_a_verb(verbs: &[Verb<'_>]) {
    for (door, _) in doors().into_iter().filter(|(_, is_post)| *is_post) {
        assert!(
            NOT_CROSSED.contains(&door.as_str()) || verbs.iter().any(|verb| verb.goes_through(&door)),
            "nobody goes through {door} here: write into `world` how, so that this test can cross it"
        );
    }
}

/// What nobody may do before somebody else did something.
const NOT_ALONE: &[&str] = &["Dara takes the list back"];

/// So many houses stand beside each other, each with a part of what is crossed: most of the time is waiting.
const LANES: usize = 4;

/// One in so many crossings is taken when nobody asks for more.
const PART: u64 = 24;

/// Doors that change nothing that is kept of the community, or that are there before there is one.
const NOT_CROSSED: &[&str] = &["/", "/theme"];
