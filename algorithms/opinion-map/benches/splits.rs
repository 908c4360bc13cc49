//! How often crowds without groups are split, and how often groups that are there are found: `cargo bench -p
//! opinion-map --bench splits`, with two numbers for so many crowds of each kind (20) and the first of them (20: those
//! before it were looked at while the test was chosen). Promises: the same crowds every time. Never part of the
//! library.

use opinion_map::{OpinionMap, Settings, Standing, Vote, Votes};

use chance::Chance;

#[expect(dead_code, reason = "crowds are drawn from shares alone")]
#[path = "../src/chance.rs"]
mod chance;

/// How one person's opinion comes about.
#[derive(Clone, Copy)]
enum Opinions {
    /// Nothing in common: every answer is a coin of the statement's own.
    None,
    /// One bell-shaped line, this steep.
    Line(f64),
    /// One line, evenly filled.
    EvenLine(f64),
    /// Two bell-shaped lines.
    Plane(f64),
    /// A disc, evenly filled.
    EvenDisc(f64),
    /// So many groups around the middle, this far from it in standard deviations of a group, the first the larger by so
    /// many times.
    Groups(usize, f64, f64),
}

/// How many statements each person sees.
#[derive(Clone, Copy)]
enum Seen {
    All,
    /// Each with this chance.
    Share(f64),
    /// Most few, some nearly all.
    Uneven(f64),
}

const SIZES: [(usize, usize, Seen); 8] = [
    (30, 20, Seen::All),
    (60, 40, Seen::Share(0.5)),
    (150, 20, Seen::All),
    (150, 60, Seen::Uneven(0.4)),
    (400, 100, Seen::Share(0.2)),
    (400, 150, Seen::Uneven(0.3)),
    (1_000, 50, Seen::All),
    (2_000, 200, Seen::Uneven(0.1)),
];

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let crowds = (numbers.next().unwrap_or(20), numbers.next().unwrap_or(20));
    println!(
        "of {} crowds from number {} on: those split, then how many groups were found in how many",
        crowds.0, crowds.1
    );
    let without = [
        Opinions::None,
        Opinions::Line(0.3),
        Opinions::Line(1.0),
        Opinions::EvenLine(0.5),
        Opinions::Plane(0.7),
        Opinions::EvenDisc(1.0),
    ];
    let mut all = (0, 0);
    for (people, statements, seen) in SIZES {
        for opinions in without {
            let found = groups_found(opinions, people, statements, seen, crowds);
            let split: u64 = found[2..].iter().sum();
            all = (all.0 + split, all.1 + crowds.0);
            println!(
                "none {:<14} {people:>5} x {statements:<4} {:<8} split {split:>3}   {found:?}",
                name(opinions),
                sight(seen)
            );
        }
    }
    println!("split in all: {} of {} ({:.1} %)", all.0, all.1, 100.0 * all.0 as f64 / all.1 as f64);
    for (people, statements, seen) in SIZES {
        let even = (2..=5).flat_map(|groups| [2.0, 3.0, 4.0].map(|apart| Opinions::Groups(groups, apart, 1.0)));
        for opinions in even.chain([Opinions::Groups(2, 3.0, 4.0), Opinions::Groups(3, 3.0, 3.0)]) {
            let found = groups_found(opinions, people, statements, seen, crowds);
            let split: u64 = found[2..].iter().sum();
            println!(
                "{:<19} {people:>5} x {statements:<4} {:<8} split {split:>3}   {found:?}",
                name(opinions),
                sight(seen)
            );
        }
    }
}

fn name(opinions: Opinions) -> String {
    match opinions {
        Opinions::None => "coins".to_owned(),
        Opinions::Line(steep) => format!("line {steep}"),
        Opinions::EvenLine(steep) => format!("even line {steep}"),
        Opinions::Plane(steep) => format!("plane {steep}"),
        Opinions::EvenDisc(steep) => format!("disc {steep}"),
        Opinions::Groups(groups, apart, larger) => format!("{groups} at {apart} sd, {larger}:1"),
    }
}

fn sight(seen: Seen) -> String {
    match seen {
        Seen::All => "all".to_owned(),
        Seen::Share(share) => format!("{share}"),
        Seen::Uneven(share) => format!("~{share}"),
    }
}

/// In how many crowds 0, 1, … 5 groups were found.
fn groups_found(
    opinions: Opinions,
    people: usize,
    statements: usize,
    seen: Seen,
    (crowds, first): (u64, u64),
) -> [u64; 6] {
    let mut found = [0; 6];
    for seed in first..first + crowds {
        let votes = made_up(opinions, people, statements, seen, seed * 1_000_003 + people as u64);
        found[OpinionMap::draw(&votes, &Settings { resamples: 0, ..Settings::default() }).groups.len()] += 1;
    }
    found
}

fn made_up(opinions: Opinions, people: usize, statements: usize, seen: Seen, seed: u64) -> Votes {
    let mut chance = Chance::from_seed(seed);
    let leanings: Vec<[f64; 3]> =
        (0..statements).map(|_| [bell(&mut chance), bell(&mut chance), bell(&mut chance) * 0.6]).collect();
    let mut votes = Votes::on(vec![Standing::Live; statements]).expect("the sizes are within the limits");
    for person in 0..people {
        let place = place(opinions, &mut chance);
        let share = match seen {
            Seen::All => 1.0,
            Seen::Share(share) => share,
            Seen::Uneven(mean) => (-mean * (1.0 - chance.share()).ln()).clamp(0.02, 1.0),
        };
        for (statement, [x, y, ease]) in leanings.iter().enumerate() {
            if chance.share() < share {
                let opinion = x * place[0] + y * place[1] + ease + bell(&mut chance);
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

fn place(opinions: Opinions, chance: &mut Chance) -> [f64; 2] {
    match opinions {
        Opinions::None => [0.0; 2],
        Opinions::Line(steep) => [bell(chance) * steep, 0.0],
        Opinions::EvenLine(steep) => [(chance.share() - 0.5) * 12.0_f64.sqrt() * steep, 0.0],
        Opinions::Plane(steep) => [bell(chance) * steep, bell(chance) * steep],
        Opinions::EvenDisc(steep) => loop {
            let place = [0; 2].map(|_| (chance.share() * 2.0 - 1.0) * steep * 2.0);
            if place[0].hypot(place[1]) <= steep * 2.0 {
                return place;
            }
        },
        Opinions::Groups(groups, apart, larger) => {
            let at =
                ((chance.share() * (groups as f64 - 1.0 + larger) - larger + 1.0).max(0.0) as usize).min(groups - 1);
            let turn = std::f64::consts::TAU * at as f64 / groups as f64;
            // Opinions of a group differ by 0.3; answers add whims of their own.
            [turn.cos(), turn.sin()].map(|along| 0.3 * (apart * along + bell(chance)))
        }
    }
}

/// Bell-shaped, nearly: mean 0, standard deviation 1.
fn bell(chance: &mut Chance) -> f64 {
    (0..12).map(|_| chance.share()).sum::<f64>() - 6.0
}
