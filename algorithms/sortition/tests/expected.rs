//! Every pool of `fixtures/` gets the odds that an independent program found (see `fixtures/README.md`).

use serde_json::Value;
use sortition::{Method, NoOdds, Odds, Pool, Price, Relaxation};

fn fixture(name: &str) -> (Pool, Value) {
    let file = |file: &str| {
        std::fs::read_to_string(format!("{}/fixtures/{name}/{file}", env!("CARGO_MANIFEST_DIR")))
            .expect("the fixture is there")
    };
    let seats = name.rsplit('_').next().and_then(|seats| seats.parse().ok()).expect("the name ends in the seats");
    let pool = Pool::read(&file("respondents.csv"), &file("categories.csv"), seats).expect("the fixture is right");
    (pool, serde_json::from_str(&file("expected.json")).expect("the fixture is JSON"))
}

fn names() -> Vec<String> {
    let entries = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures")).expect("the fixtures are there");
    let folders = entries.flatten().filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    assert!(names.len() >= 13, "the fixtures are there");
    names
}

#[test]
fn leximin_gives_everybody_the_chance_the_reference_found() {
    for name in names() {
        let (pool, expected) = fixture(&name);
        if expected["feasible"] == false {
            continue;
        }
        let odds = Odds::of(&pool, Method::Leximin, &mut |_| true).unwrap();
        assert!(odds.finished && odds.gap() <= 1e-6, "{name}: {}", odds.gap());
        for (row, (chance, expected)) in
            odds.chances.iter().zip(expected["probability"].as_array().unwrap()).enumerate()
        {
            let expected = expected.as_f64().unwrap();
            assert!((chance - expected).abs() < 1e-6, "{name}, row {row}: {chance} instead of {expected}");
        }
    }
}

#[test]
fn small_pools_have_the_exact_fractions_found_by_trying_every_panel() {
    let mut tried = 0;
    for name in names().into_iter().filter(|name| name.starts_with("tiny")) {
        let (pool, expected) = fixture(&name);
        let odds = Odds::of(&pool, Method::Leximin, &mut |_| true).unwrap();
        for (chance, exact) in odds.chances.iter().zip(expected["exact"].as_array().unwrap()) {
            let (above, below) = exact.as_str().unwrap().split_once('/').unwrap_or((exact.as_str().unwrap(), "1"));
            let exact = above.parse::<f64>().unwrap() / below.parse::<f64>().unwrap();
            assert!((chance - exact).abs() < 1e-8, "{name}: {chance} instead of {exact}");
            tried += 1;
        }
    }
    assert!(tried > 40);
}

#[test]
fn maximin_has_the_same_lowest_chance_as_leximin() {
    for name in names() {
        let (pool, expected) = fixture(&name);
        let Some(expected) = expected["probability"].as_array() else { continue };
        let odds = Odds::of(&pool, Method::Maximin, &mut |_| true).unwrap();
        let lowest = expected.iter().map(|chance| chance.as_f64().unwrap()).fold(1.0, f64::min);
        assert!((odds.min() - lowest).abs() < 1e-6 && odds.gap() <= 1e-6, "{name}: {} instead of {lowest}", odds.min());
    }
}

#[test]
fn goldilocks_reaches_the_objective_the_reference_found() {
    let mut tried = 0;
    for name in names() {
        let (pool, expected) = fixture(&name);
        let Some(expected) = expected["goldilocks"].as_f64() else { continue };
        let objective = Odds::of(&pool, Method::Goldilocks, &mut |_| true).unwrap().objective.unwrap();
        assert!((objective.value - expected).abs() < 1e-6, "{name}: {} instead of {expected}", objective.value);
        assert!((objective.value - objective.lower_bound).abs() < 1e-6, "{name}");
        tried += 1;
    }
    assert!(tried >= 5);
}

#[test]
fn quotas_that_cannot_be_kept_get_the_cheapest_change_and_then_work() {
    let (pool, expected) = fixture("infeasible_a_6");
    assert_eq!(Odds::of(&pool, Method::Leximin, &mut |_| true).unwrap_err(), NoOdds::Infeasible);
    let relaxation = Relaxation::smallest(&pool, None, &mut || true).unwrap();
    assert!((relaxation.cost - expected["min_relaxation_cost"].as_f64().unwrap()).abs() < 1e-9);
    assert!(Odds::of(&relaxation.apply(&pool), Method::Leximin, &mut |_| true).is_ok());
}

#[test]
fn somebody_whom_no_panel_can_hold_is_named_and_the_change_that_makes_room_does() {
    let (pool, _) = fixture("tiny_04_4");
    let odds = Odds::of(&pool, Method::Leximin, &mut |_| true).unwrap();
    assert_eq!(odds.unreachable.len(), 3);
    for &person in &odds.unreachable {
        let relaxation = Relaxation::smallest(&pool, Some(person), &mut || true).unwrap();
        assert!(relaxation.cost >= 1.0 && odds.chances[person] == 0.0);
        let changed = Odds::of(&relaxation.apply(&pool), Method::Leximin, &mut |_| true).unwrap();
        assert!(changed.chances[person] > 0.0);
        assert!(odds.explain(person).to_string().starts_with("You could not be drawn"));
    }
}

#[test]
fn the_price_of_a_quota_is_the_difference_of_two_certified_solves() {
    let (pool, _) = fixture("small_60_12");
    let prices = Price::of_each(&pool, &mut |_| true).unwrap();
    assert!(prices.iter().any(|price| price.price() > 0.005));
    for price in prices {
        assert!(price.before_at_most - price.before < 1e-6 && price.after_at_most - price.after < 1e-6);
        let mut quotas = pool.quotas().to_vec();
        let quota = quotas
            .iter_mut()
            .find(|quota| quota.category == price.change.category && quota.value == price.change.value)
            .unwrap();
        (quota.min, quota.max) = price.change.new;
        let again = Odds::of(&pool.with_quotas(&quotas), Method::Leximin, &mut |_| true).unwrap();
        assert!((again.min() - price.after).abs() < 1e-6, "{:?}", price.change);
    }
}

#[test]
fn a_solver_told_to_stop_says_how_far_each_level_is_from_the_best() {
    let (pool, expected) = fixture("hdlike_239_30");
    let mut calls = 0;
    let odds = Odds::of(&pool, Method::Leximin, &mut |_| {
        calls += 1;
        calls < 60
    })
    .unwrap();
    assert!(!odds.finished && odds.gap() > 1e-6);
    assert!((odds.chances.iter().sum::<f64>() - 30.0).abs() < 1e-9);
    let lowest =
        expected["probability"].as_array().unwrap().iter().map(|chance| chance.as_f64().unwrap()).fold(1.0, f64::min);
    assert!((odds.levels[0].upper_bound - lowest).abs() < 1e-6);
    assert!(!Odds::of(&pool, Method::Leximin, &mut |_| false).is_ok_and(|odds| odds.finished));
}
