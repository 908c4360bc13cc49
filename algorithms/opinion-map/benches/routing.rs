//! Asking less, on eight conversations and several orders of people: `cargo bench -p opinion-map --bench routing`, with
//! a number for so many orders (64 otherwise), with `share` for statements of the largest share instead of the surest
//! ones. Promises: the same figures every time. Never part of the library.

#![expect(clippy::unwrap_used, reason = "whatever is missing here should stop the bench")]

#[path = "../tests/open_data/mod.rs"]
#[expect(dead_code, reason = "a replay needs the votes alone")]
mod open_data;
#[path = "../tests/routing/replay.rs"]
mod replay;

const FOLDERS: [&str; 8] = [
    "15-per-hour-seattle", "brexit-consensus", "scoop-hivemind.taxes", "scoop-hivemind.biodiversity",
    "scoop-hivemind.ubi", "scoop-hivemind.freshwater", "football-concussions", "london.youth.policing",
];

fn main() {
    // `cargo test` and nextest start this too; only `cargo bench` asks for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let by_share = std::env::args().any(|argument| argument == "share");
    let weight = if by_share { replay::share } else { replay::surety };
    let orders: u64 = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(64);
    println!(
        "of {orders} orders | in place | answers, ours: mean (standard deviation) | in proportion to priority | fewer by (of one order to another)"
    );
    for folder in FOLDERS {
        for (in_place, needed) in ["all", "four in five"].iter().zip(replay::answers_needed(folder, orders, weight)) {
            let told = |all: Vec<f64>| {
                let (mean, spread) = replay::mean_and_spread(&all);
                format!("{mean:.0} ({spread:.0})")
            };
            let (ours, drawn) = needed.iter().map(|(ours, drawn)| (*ours as f64, *drawn as f64)).unzip();
            let (saved, spread) = replay::saved(&needed);
            println!(
                "{folder} | {in_place} | {} | {} | {:.1} % ({:.1})",
                told(ours),
                told(drawn),
                100.0 * saved,
                100.0 * spread
            );
        }
    }
}
