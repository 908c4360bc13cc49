//! Made-up conversations of the sizes that matter, and what a map of them costs: `cargo bench -p opinion-map`.
//! Promises: the same conversation every time; one thread. Never part of the library.

use std::time::{Duration, Instant};

use opinion_map::{LiveMap, OpinionMap, Predictability, Settings, Standing, Vote, Votes, bridging};

use chance::Chance;

#[path = "../src/chance.rs"]
mod chance;

/// People, statements, votes wanted.
const SIZES: [(usize, usize, usize); 4] =
    [(1_000, 200, 53_000), (10_000, 500, 673_000), (33_422, 783, 2_070_000), (100_000, 1_000, 5_500_000)];
const SINGLE_VOTES: usize = 20;

fn main() {
    // `cargo test` and nextest start this too; only `cargo bench` asks for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!("people x statements, votes | cold map s | of it drawing anew s | one vote ms: median, most | peak MB");
    for (people, statements, wanted) in SIZES {
        let votes = made_up(people, statements, wanted, 7);
        let count = votes.count();
        let (cold, _) = timed(|| OpinionMap::draw(&votes, &Settings::default()));
        let (bare, _) = timed(|| OpinionMap::draw(&votes, &Settings { resamples: 0, ..Settings::default() }));
        let mut live = LiveMap::open(votes, Settings { resamples: 0, ..Settings::default() });
        let mut chance = Chance::from_seed(11);
        let mut single: Vec<Duration> = (0..SINGLE_VOTES)
            .map(|_| {
                let (person, statement) = (chance.below(people), chance.below(statements));
                let vote = [Vote::Disagree, Vote::Pass, Vote::Agree][chance.below(3)];
                timed(|| {
                    live.cast(person, statement, vote).expect("the person and the statement are in the table");
                    live.refresh().groups.len()
                })
                .0
            })
            .collect();
        single.sort();
        let milliseconds = |at: usize| single[at].as_secs_f64() * 1e3;
        let (median, most) = (milliseconds(SINGLE_VOTES / 2), milliseconds(SINGLE_VOTES - 1));
        let (cold, anew) = (cold.as_secs_f64(), cold.saturating_sub(bare).as_secs_f64());
        println!(
            "{people} x {statements}, {count} | {cold:.2} | {anew:.2} | {median:.1}, {most:.1} | {}",
            peak_megabytes()
        );
    }
    time_bridging();
    time_predictability();
}

/// Bridging scores of a conversation of 100,000 votes.
fn time_bridging() {
    let votes = made_up(2_000, 100, 105_000, 7);
    let (taken, scores) = timed(|| bridging(&votes));
    println!(
        "bridging: {} ratings by {} people on {} statements in {:.1} ms",
        scores.ratings,
        scores.people.len(),
        scores.statements.len(),
        taken.as_secs_f64() * 1e3
    );
}

/// How well hidden votes are foretold: ten fits.
fn time_predictability() {
    for (people, statements, wanted) in &SIZES[..2] {
        let votes = made_up(*people, *statements, *wanted, 7);
        let (taken, found) = timed(|| Predictability::of(&votes, 1));
        let auc = found.map_or(0.0, |found| found.auc);
        println!(
            "predictability: {people} x {statements}, {} votes: {auc:.3} in {:.1} s",
            votes.count(),
            taken.as_secs_f64()
        );
    }
}

/// A conversation whose people fall into four uneven groups, vote on a share of statements that differs widely from one
/// to the next, and pass now and then.
fn made_up(people: usize, statements: usize, wanted: usize, seed: u64) -> Votes {
    let mut chance = Chance::from_seed(seed);
    let leanings: Vec<[f64; 3]> = (0..statements)
        .map(|_| [bell(&mut chance) * 0.8, bell(&mut chance) * 0.6, bell(&mut chance) * 0.7 + 0.3])
        .collect();
    let homes = [[-1.2, 0.2], [1.1, 0.6], [0.5, -1.3], [-0.2, 1.4]];
    let mut votes = Votes::on(vec![Standing::Live; statements]).expect("the sizes are within the limits");
    let mean = wanted as f64 / people as f64 / statements as f64;
    for person in 0..people {
        let home = homes[[0, 0, 0, 0, 1, 1, 1, 2, 2, 3][chance.below(10)]];
        let place = home.map(|along| along + bell(&mut chance) * 0.5);
        // Exponential shares: most people vote on little, some on almost everything.
        let share = (-mean * (1.0 - chance.share()).ln()).clamp(1.0 / statements as f64, 1.0);
        for (statement, [x, y, ease]) in leanings.iter().enumerate() {
            if chance.share() < share {
                let opinion = x * place[0] + y * place[1] + ease + bell(&mut chance) * 0.5;
                let vote = if opinion.abs() < 0.15 {
                    Vote::Pass
                } else if opinion > 0.0 {
                    Vote::Agree
                } else {
                    Vote::Disagree
                };
                votes.cast(person, statement, vote).expect("the person and the statement are in the table");
            }
        }
    }
    votes
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock; the library never does")]
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

/// Most memory this process ever held, where the system says.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().split(' ').next().and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or_default() / 1_024
}

/// Bell-shaped, nearly: mean 0, standard deviation 1.
fn bell(chance: &mut Chance) -> f64 {
    (0..12).map(|_| chance.share()).sum::<f64>() - 6.0
}
