//! A million ballots, twenty candidates, every rule, one thread: `cargo bench -p ballots`. Another number of ballots:
//! `cargo bench -p ballots -- 100000`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use ballots::consent::{self, Position, Positions};
use ballots::{Lot, Rankings, Scores, approval, irv, schulze, score, star, stv};

const CANDIDATES: usize = 20;
const SEATS: usize = 7;
/// The best of so many runs is shown: other work on the machine only ever adds.
const RUNS: usize = 5;

/// SplitMix64: the same ballots on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}

fn main() {
    let ballots = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let mut chance = Chance(4);
    let (short, full) = (rankings(ballots, &mut chance, false), rankings(ballots, &mut chance, true));
    let (scores, positions) = (scores(ballots, &mut chance), positions(ballots, &mut chance));
    let lot = Lot::in_paper_order(CANDIDATES);
    println!("{ballots} ballots, {CANDIDATES} candidates, best of {RUNS}");
    let shared = [
        timed("approval", || approval::count(&scores, 1, &lot).map(|count| count.elected)),
        timed("score", || score::count(&scores, 1, &lot).map(|count| count.elected)),
        timed("STAR", || star::count(&scores, &lot).map(|count| count.elected)),
        timed("consent", || consent::count(&positions).passes),
    ];
    for (name, rankings) in [("1 to 20 of 20 ranked", &short), ("20 of 20 ranked", &full)] {
        println!("{name}");
        let ranked = [
            timed("IRV", || irv::count(rankings, &lot).map(|count| count.elected)),
            timed("Scottish STV, 7 seats", || stv::count(rankings, SEATS, &lot).map(|count| count.elected)),
            timed("Schulze", || schulze::count(rankings, &lot).map(|count| count.elected)),
        ];
        println!(
            "  {:<24}{:>8.1} ms",
            "all seven rules",
            shared.iter().chain(&ranked).sum::<Duration>().as_secs_f64() * 1e3
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark is about the clock")]
fn timed<Answer>(rule: &str, count: impl Fn() -> Answer) -> Duration {
    let run = |_| {
        let begun = Instant::now();
        black_box(count());
        begun.elapsed()
    };
    let best = (0..RUNS).map(run).min().unwrap_or_default();
    println!("  {rule:<24}{:>8.1} ms", best.as_secs_f64() * 1e3);
    best
}

/// Favourites are likelier to stand early; one ballot in ten has an equal rank.
fn rankings(ballots: usize, chance: &mut Chance, full: bool) -> Rankings {
    let mut rankings = Rankings::new(CANDIDATES).expect("twenty can be counted");
    for _ in 0..ballots {
        let mut left: Vec<_> = (0..CANDIDATES).collect();
        let named = if full { CANDIDATES } else { 1 + chance.below(CANDIDATES) };
        let mut ranks: Vec<Vec<usize>> =
            (0..named).map(|_| vec![left.remove(chance.below(left.len()).min(chance.below(left.len())))]).collect();
        if ranks.len() > 1 && chance.below(10) == 0 {
            let joined = ranks.remove(chance.below(ranks.len() - 1) + 1);
            ranks[0].extend(joined);
        }
        rankings.add(1, &ranks).expect("nobody is named twice");
    }
    rankings
}

fn scores(ballots: usize, chance: &mut Chance) -> Scores {
    let mut scores = Scores::new(CANDIDATES).expect("twenty can be counted");
    for _ in 0..ballots {
        let given: Vec<_> =
            (0..CANDIDATES).map(|one| (one, chance.below(6).min(chance.below(7 + one % 3)) as u16)).collect();
        scores.add(1, &given).expect("nobody is named twice");
    }
    scores
}

fn positions(ballots: usize, chance: &mut Chance) -> Positions {
    let mut positions = Positions::default();
    for _ in 0..ballots {
        let position = match chance.below(100) {
            0 => Position::Object("it is too loud"),
            1..10 => Position::StandAside,
            10..20 => Position::Abstain,
            _ => Position::Agree,
        };
        positions.add(1, position).expect("every objection has a reason");
    }
    positions
}
