//! How long odds and lotteries take. `cargo bench -p sortition`; name pools to run only those, `large` for the big
//! ones.
//!
//! The large pools are made up: answers hang together through a hidden trait, some groups say yes three times as often
//! as others, and quotas follow the population, so that chances differ as much as they do in real pools.

use std::time::{Duration, Instant};

use sortition::{Lottery, Method, Odds, Pool};

/// A solve that takes longer is stopped; its gap then says how far it got.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str, usual: bool| {
        if asked.is_empty() { usual } else { asked.iter().any(|asked| name.contains(asked.as_str())) }
    };
    println!(
        "{:<22} {:>6} {:>6} {:>6} {:>9} {:>9} {:>9} {:>10}",
        "pool", "people", "kinds", "seats", "leximin s", "lottery s", "gap", "moved"
    );
    for name in ["small_60_12", "example_small_20", "example_large_200", "hdlike_239_30", "esslike_250_20"] {
        if wanted(name, true) {
            let file = |file: &str| {
                std::fs::read_to_string(format!("{}/fixtures/{name}/{file}", env!("CARGO_MANIFEST_DIR")))
                    .expect("the fixtures are there")
            };
            let seats =
                name.rsplit('_').next().and_then(|seats| seats.parse().ok()).expect("the name ends in the seats");
            measure(
                name,
                &Pool::read(&file("respondents.csv"), &file("categories.csv"), seats).expect("the fixtures are right"),
            );
        }
    }
    if wanted("tight_200_25", true) {
        measure("tight_200_25", &tight(200, 8, 5, 25));
    }
    for (name, people, seats, shared) in [
        ("made_825_75", 825, 75, 0),
        ("large_1727_110", 1_727, 110, 0),
        ("large_1727_110_homes", 1_727, 110, 3),
        ("large_10000_150", 10_000, 150, 0),
    ] {
        if wanted(name, !name.starts_with("large")) {
            measure(name, &made(people, seats, shared));
        }
    }
}

fn measure(name: &str, pool: &Pool) {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    let start = Instant::now();
    let (odds, solve) = timed(|| Odds::of(pool, Method::Leximin, &mut |_| start.elapsed() < PATIENCE));
    let Ok(odds) = odds else { return println!("{name:<22} no panel found in time") };
    let (lottery, draw) = timed(|| Lottery::of(&odds, Lottery::PANELS));
    let kinds = odds.kind_sizes().len();
    println!(
        "{name:<22} {:>6} {kinds:>6} {:>6} {solve:>9.3} {draw:>9.3} {:>9.1e} {:>7.3} pp",
        pool.people(),
        pool.seats(),
        odds.gap(),
        lottery.farthest * 100.0
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    let start = Instant::now();
    let done = work();
    (done, start.elapsed().as_secs_f64())
}

/// Numbers below a bound, one after the other, the same every time.
fn numbers() -> impl FnMut(u64) -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

/// A small pool whose quotas leave little room: so many questions of so many answers, each quota half-way between the
/// pool's own share and an equal one, give or take half a seat.
fn tight(people: usize, questions: usize, answers: usize, seats: u32) -> Pool {
    let mut chance = numbers();
    let liked: Vec<Vec<u64>> = (0..questions).map(|_| (0..answers).map(|_| 2 + chance(9)).collect()).collect();
    let mut answer = |question: usize| {
        let mut left = chance(liked[question].iter().sum());
        liked[question]
            .iter()
            .position(|&liked| left.checked_sub(liked).map(|less| left = less).is_none())
            .expect("one of the answers")
    };
    let pool: Vec<Vec<usize>> = (0..people).map(|_| (0..questions).map(&mut answer).collect()).collect();
    let row = |cells: Vec<String>| cells.join(",") + "\n";
    let head = row((0..questions).map(|question| format!("c{question}")).collect());
    let rows = pool.iter().map(|person| row(person.iter().map(|value| format!("v{value}")).collect()));
    let mut quotas = String::from("category,feature,min,max\n");
    for question in 0..questions {
        for value in 0..answers {
            let share = pool.iter().filter(|person| person[question] == value).count() as f64 / people as f64;
            let ideal = f64::from(seats) * (share + 1.0 / answers as f64) / 2.0;
            quotas +=
                &format!("c{question},v{value},{},{}\n", (ideal - 0.4).max(0.0).floor(), (ideal + 0.4).floor() + 1.0);
        }
    }
    Pool::read(&(head + &rows.collect::<String>()), &quotas, seats).expect("made to be right")
}

/// A pool of so many people, of whom `shared` in ten live with the next one.
fn made(people: usize, seats: u32, shared: u64) -> Pool {
    const VALUES: [usize; 7] = [2, 4, 12, 3, 5, 2, 4];
    let mut chance = numbers();
    let mut answer = |population: bool| -> Vec<usize> {
        loop {
            let trait_ = chance(3);
            let answers: Vec<usize> = VALUES
                .iter()
                .map(|&values| {
                    ((chance(values as u64) + if chance(2) == 0 { trait_ } else { 0 }) % values as u64) as usize
                })
                .collect();
            let keen = answers.iter().enumerate().all(|(category, value)| (category + value) % 3 > 0 || chance(3) < 2);
            if population || keen {
                return answers;
            }
        }
    };
    let sample: Vec<Vec<usize>> = (0..20_000).map(|_| answer(true)).collect();
    let names: Vec<String> = (0..VALUES.len()).map(|category| format!("c{category}")).collect();
    let mut file = format!("{},household\n", names.join(","));
    for person in 0..people {
        let home = if (person / 2) as u64 * 7 % 10 < shared { (person / 2).to_string() } else { String::new() };
        let answers: Vec<String> = answer(false).iter().map(|value| format!("v{value}")).collect();
        file += &format!("{},{home}\n", answers.join(","));
    }
    let mut quotas = String::from("category,feature,min,max\n");
    for (category, &values) in VALUES.iter().enumerate() {
        for value in 0..values {
            let share = sample.iter().filter(|answers| answers[category] == value).count() as f64 / sample.len() as f64
                * f64::from(seats);
            quotas += &format!("c{category},v{value},{},{}\n", (share - 1.0).floor().max(0.0), (share + 1.0).ceil());
        }
    }
    Pool::read(&file, &quotas, seats).expect("made to be right")
}
