//! What holds for every pool: quotas are kept, chances add up, order means nothing, proofs stand against every panel,
//! and no text makes the reader panic.

use proptest::prelude::*;
use sortition::{Lottery, Method, NoOdds, Odds, Pool, Relaxation};

/// People as answers and households, quotas around one panel that exists.
#[derive(Clone, Debug)]
struct Case {
    people: Vec<(Vec<usize>, Option<usize>)>,
    quotas: Vec<Vec<(u32, u32)>>,
    seats: usize,
}

impl Case {
    fn pool(&self, order: &[usize]) -> Pool {
        let categories: Vec<String> = (0..self.quotas.len()).map(|category| format!("c{category}")).collect();
        let mut people = format!("{},household\n", categories.join(","));
        for &person in order {
            let (answers, home) = &self.people[person];
            answers.iter().for_each(|answer| people += &format!("v{answer},"));
            people += &format!("{}\n", home.map_or(String::new(), |home| format!("h{home}")));
        }
        let mut quotas = String::from("category,feature,min,max\n");
        for (category, values) in self.quotas.iter().enumerate() {
            values
                .iter()
                .enumerate()
                .for_each(|(value, (min, max))| quotas += &format!("c{category},v{value},{min},{max}\n"));
        }
        Pool::read(&people, &quotas, self.seats as u32).expect("made to be right")
    }

    fn in_order(&self) -> Pool {
        self.pool(&(0..self.people.len()).collect::<Vec<_>>())
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let person = (prop::collection::vec(0_usize..3, 4), prop::option::weighted(0.5, 0_usize..6));
    (prop::collection::vec(person, 5..11), 1_usize..5, 2_usize..5, prop::collection::vec((0_u32..2, 0_u32..2), 12))
        .prop_map(|(mut people, categories, seats, play)| {
            people.iter_mut().for_each(|person| person.0.truncate(categories));
            let quota = |category: usize, value: usize| {
                let there = people[..seats].iter().filter(|person| person.0[category] == value).count() as u32;
                let (less, more) = play[category * 3 + value];
                (there.saturating_sub(less), there + more)
            };
            let quotas = (0..categories).map(|category| (0..3).map(|value| quota(category, value)).collect()).collect();
            Case { people, quotas, seats }
        })
}

fn every_panel(pool: &Pool) -> Vec<Vec<usize>> {
    let subsets = (0_u32..1 << pool.people()).filter(|set| set.count_ones() == pool.seats());
    let panels = subsets.map(|set| (0..pool.people()).filter(|person| set >> person & 1 == 1).collect::<Vec<_>>());
    panels.filter(|panel| pool.check(panel).is_ok()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn odds_are_proven_against_every_panel_there_is(case in cases()) {
        let pool = case.in_order();
        let panels = every_panel(&pool);
        match Odds::of(&pool, Method::Leximin, &mut |_| true) {
            Err(why) => {
                prop_assert_eq!(why, NoOdds::Infeasible);
                prop_assert!(panels.is_empty());
                let relaxation = Relaxation::smallest(&pool, None, &mut || true);
                prop_assert_eq!(relaxation.is_some(), pool.most_seats() >= case.seats);
                if let Some(relaxation) = relaxation {
                    prop_assert!(!every_panel(&relaxation.apply(&pool)).is_empty());
                }
            }
            Ok(odds) => {
                prop_assert!((odds.chances.iter().sum::<f64>() - case.seats as f64).abs() < 1e-9);
                prop_assert!(odds.finished && odds.gap() <= 1e-6);
                let sizes = odds.kind_sizes();
                for level in &odds.levels {
                    let mut share = vec![0.0; sizes.len()];
                    level.certificate.shares.iter().for_each(|&(kind, part)| share[kind] = part / sizes[kind] as f64);
                    for panel in &panels {
                        let weight: f64 = panel.iter().map(|&person| share[odds.kind_of_person()[person]]).sum();
                        prop_assert!(weight <= level.certificate.cap + 1e-8);
                    }
                }
                for person in 0..pool.people() {
                    prop_assert_eq!(odds.unreachable.contains(&person), !panels.iter().any(|panel| panel.contains(&person)));
                }
            }
        }
    }

    #[test]
    fn every_panel_of_a_lottery_keeps_every_quota_and_household(case in cases()) {
        let pool = case.in_order();
        for method in [Method::Leximin, Method::Maximin, Method::Goldilocks] {
            if let Ok(odds) = Odds::of(&pool, method, &mut |_| true) {
                let lottery = Lottery::of(&odds, Lottery::PANELS);
                prop_assert!(lottery.farthest <= Lottery::NEAR, "{}", lottery.farthest);
                for panel in &lottery.panels {
                    prop_assert_eq!(pool.check(panel), Ok(()));
                }
                prop_assert!(odds.objective.as_ref().is_none_or(|objective| objective.value - objective.lower_bound < 1e-6));
            }
        }
    }

    #[test]
    fn the_order_of_people_changes_nothing(case in cases(), turn in 0_usize..10) {
        let order: Vec<usize> = (0..case.people.len()).rev().cycle().skip(turn).take(case.people.len()).collect();
        let (straight, turned) = (Odds::of(&case.in_order(), Method::Leximin, &mut |_| true), Odds::of(&case.pool(&order), Method::Leximin, &mut |_| true));
        match (straight, turned) {
            (Ok(straight), Ok(turned)) => {
                for (at, &person) in order.iter().enumerate() {
                    prop_assert_eq!(turned.chances[at].to_bits(), straight.chances[person].to_bits());
                }
            }
            (straight, turned) => prop_assert_eq!(straight.err(), turned.err()),
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(people in any::<String>(), quotas in any::<String>(), seats in any::<u32>()) {
        let _ = Pool::read(&people, &quotas, seats);
    }

    #[test]
    fn nearly_right_text_is_read_or_refused_with_its_row(
        people in "(age|household|,|\"|\n|young|old| |\u{feff}|;){0,30}",
        quotas in "category,feature,min,max\n(age|,|\"|\n|young|old|1|-|9999999999| |,0,3\n){0,30}",
        seats in 0_u32..5,
    ) {
        match Pool::read(&people, &quotas, seats) {
            Ok(pool) => drop(Odds::of(&pool, Method::Leximin, &mut |_| true)),
            Err(error) => prop_assert!(error.row >= 1 && !error.fault.is_empty()),
        }
    }
}

#[test]
fn each_fault_names_its_row() {
    let good = "category,feature,min,max\nage,young,1,1\nage,old,1,2\n";
    let faults = [
        ("age\nyoung\nmiddle\n", good, "people, row 3: no quota for age \"middle\""),
        ("region\nnorth\n", good, "people, row 1: no column \"age\""),
        ("age,age\nold,old\n", good, "people, row 1: two columns are called \"age\""),
        ("age\nyoung,old\n", good, "people, row 2: 2 fields, but the header has 1"),
        ("age\n", good, "people, row 1: nothing below the header"),
        (
            "age\nold\n",
            "category,feature,min,max\nage,old,3,2\n",
            "quotas, row 2: at least 3 and at most 2 with age old contradict each other",
        ),
        (
            "age\nold\n",
            "category,feature,min,max\nage,old,1,2\nAge,OLD ,1,2\n",
            "quotas, row 3: age old has a quota already",
        ),
        (
            "age\nold\n",
            "category,feature,min,max\nage,old,-1,2\n",
            "quotas, row 2: \"min\" should be a whole number, but is \"-1\"",
        ),
        ("age\nold\n", "category,feature,min\nage,old,1\n", "quotas, row 1: no column \"max\""),
    ];
    for (people, quotas, fault) in faults {
        assert_eq!(Pool::read(people, quotas, 1).unwrap_err().to_string(), fault);
    }
    let wide = |columns: usize| (0..columns).map(|at| format!("h{at}")).collect::<Vec<_>>().join(",") + "\n";
    assert_eq!(
        Pool::read(&wide(300_000), good, 1).unwrap_err().to_string(),
        "people, row 1: 300000 columns, more than 2500"
    );
    // Three thousand couples, no two with the same answers: a matrix of 3,000 by 3,000 and more.
    let values: Vec<String> = (0..80).map(|value| format!("v{value}")).collect();
    let couple = |home: usize| {
        format!(
            "{},{home}\n{},{home}\n",
            values[home / 79],
            values[if home % 79 >= home / 79 { home % 79 + 1 } else { home % 79 }]
        )
    };
    let quotas =
        values.iter().fold("category,feature,min,max\n".to_owned(), |text, value| text + &format!("c,{value},0,9\n"));
    let fault = Pool::read(
        &((0..6_320).map(couple).fold("c,household\n".to_owned(), |text, couple| text + &couple)),
        &quotas,
        9,
    )
    .unwrap_err();
    assert_eq!(
        fault.to_string(),
        "people, row 12641: 3240 quotas and kinds of shared households up to here, more than 3000"
    );
    assert!(
        Pool::read("\u{feff}Age,name\n YOUNG ,Ada\nold,Brook\n", good, 2).is_ok(),
        "capitals, spaces and a byte order mark do not matter"
    );
}
