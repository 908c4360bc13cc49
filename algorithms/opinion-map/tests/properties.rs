//! What holds for any votes at all.

#![expect(clippy::unwrap_used, reason = "whatever is missing here should fail the test")]

use opinion_map::{
    CoVotes, GroupStatistics, LiveMap, OpinionMap, Plane, Predictability, Predictor, Settings, Standing, Vote, Votes,
    bridging, next_statement, popular, priorities, proportional,
};
use proptest::prelude::*;

const QUICK: Settings = Settings {
    votes_needed: 3,
    groups_max: 4,
    group_people_min: 2,
    group_share_min: 0.05,
    privacy_floor: 3,
    resamples: 3,
    seed: 1,
};

type Cast = (usize, usize, Vote);

fn table(statements: usize, cast: &[Cast]) -> Votes {
    let standings = (0..statements).map(|at| if at % 7 == 6 { Standing::Rejected } else { Standing::Live }).collect();
    let mut votes = Votes::on(standings).unwrap();
    for (person, statement, vote) in cast {
        votes.cast(*person, *statement, *vote).unwrap();
    }
    votes
}

fn some_votes() -> impl Strategy<Value = (usize, Vec<Cast>)> {
    let vote = prop_oneof![3 => Just(Vote::Agree), 2 => Just(Vote::Disagree), 1 => Just(Vote::Pass)];
    (1..16_usize).prop_flat_map(move |statements| {
        (Just(statements), proptest::collection::vec((0..30_usize, 0..statements, vote.clone()), 0..300))
    })
}

/// One vote per cell, so that the order says nothing.
fn without_repeats(mut cast: Vec<Cast>) -> Vec<Cast> {
    let mut seen = std::collections::BTreeSet::new();
    cast.retain(|(person, statement, _)| seen.insert((*person, *statement)));
    cast
}

fn is_finite(map: &OpinionMap) -> bool {
    let plane = map.plane.center.iter().chain(map.plane.loadings.iter().flatten()).chain(&map.plane.share);
    let places = map
        .positions
        .iter()
        .flatten()
        .chain(&map.priorities)
        .chain(&map.extremity)
        .chain(&map.statistics.group_aware_consensus);
    let spoken =
        map.statistics.representatives.iter().flatten().flat_map(|one| [one.ratio, one.ratio_z, one.probability_z]);
    plane.chain(places).all(|value| value.is_finite()) && spoken.into_iter().all(f64::is_finite)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_votes_in_any_order_give_the_same_map_bit_for_bit(((statements, cast), shuffled) in some_votes().prop_flat_map(|(statements, cast)| {
        let cast = without_repeats(cast);
        (Just((statements, cast.clone())), Just(cast).prop_shuffle())
    })) {
        prop_assert_eq!(OpinionMap::draw(&table(statements, &cast), &QUICK), OpinionMap::draw(&table(statements, &shuffled), &QUICK));
    }

    #[test]
    fn the_same_votes_in_any_order_foretell_the_same((statements, cast, shuffled) in some_votes().prop_flat_map(|(statements, cast)| {
        let cast = without_repeats(cast);
        (Just(statements), Just(cast.clone()), Just(cast).prop_shuffle())
    })) {
        let (votes, again) = (table(statements, &cast), table(statements, &shuffled));
        prop_assert_eq!(Predictability::of(&votes, 3), Predictability::of(&again, 3));
        let (one, other) = (Predictor::fit(&votes), Predictor::fit(&again));
        for person in 0..31 {
            let expected = one.expected(person);
            prop_assert_eq!(&expected, &other.expected(person));
            prop_assert!((0..statements).all(|at| expected[at].is_some() == votes.standings()[at].is_live() && expected[at].is_none_or(f64::is_finite)));
        }
    }

    #[test]
    fn every_map_is_whole_and_every_group_large_enough((statements, cast) in some_votes()) {
        let votes = table(statements, &cast);
        for map in [OpinionMap::draw(&votes, &QUICK), OpinionMap::compatible(&votes, None)] {
            prop_assert!(is_finite(&map));
            let grouped = map.labels.iter().flatten().count();
            prop_assert_eq!(grouped, map.groups.iter().map(|group| group.people).sum::<usize>());
            let outside = map.outside(&votes);
            prop_assert_eq!(grouped + outside.never_voted + outside.too_few_votes, votes.people());
        }
        let map = OpinionMap::draw(&votes, &QUICK);
        prop_assert!(map.groups.len() < 2 || map.groups.iter().all(|group| group.people >= 2));
        prop_assert!(map.divisions.iter().all(|one| one.low <= one.difference && one.difference <= one.high && votes.standings()[one.statement].is_live()));
        let scores = bridging(&votes);
        prop_assert!(scores.loss.is_finite() && scores.statements.iter().all(|one| one.intercept.is_finite() && one.least_without_one.is_finite()));
    }

    #[test]
    fn a_live_map_agrees_with_a_cold_one_and_publishes_it(
        (statements, cast) in some_votes(), later in proptest::collection::vec((0..30_usize, 0..1_000_usize), 1..20)
    ) {
        let mut live = LiveMap::open(table(statements, &cast), QUICK);
        for (at, (person, statement)) in later.into_iter().enumerate() {
            live.cast(person, statement % statements, [Vote::Agree, Vote::Disagree, Vote::Pass][at % 3]).unwrap();
            live.refresh();
        }
        // Somebody who has not voted is counted, and moves nobody.
        live.seat(31).unwrap();
        live.refresh();
        let cold = OpinionMap::draw(live.votes(), &QUICK);
        let warm = live.map().clone();
        prop_assert_eq!(warm.positions.len(), 31);
        // Where two directions spread (nearly) alike, any turn of the pair is as right.
        let tables = CoVotes::count(live.votes());
        let is_clear = cold.plane.share[0] > cold.plane.share[1] * 1.05 && has_clear_second(live.votes(), &tables, &cold.plane);
        if is_clear {
            for axis in 0..2 {
                let sign = if warm.plane.loadings[axis].iter().zip(&cold.plane.loadings[axis]).map(|(a, b)| a * b).sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
                for (warm, cold) in warm.positions.iter().zip(&cold.positions) {
                    prop_assert!((warm[axis] * sign - cold[axis]).abs() < 1e-6);
                }
            }
        }
        prop_assert_eq!(warm.consensus, cold.consensus.clone());
        prop_assert_eq!(live.publish(), &cold);
    }

    #[test]
    fn a_rejected_statement_shapes_nothing((statements, cast) in some_votes()) {
        let votes = table(statements, &cast);
        let without: Vec<Cast> = cast.iter().filter(|(_, statement, _)| statement % 7 != 6).copied().collect();
        let mut bare = table(statements, &without);
        bare.seat(votes.people()).unwrap();
        let (with, without) = (OpinionMap::draw(&votes, &QUICK), OpinionMap::draw(&bare, &QUICK));
        prop_assert_eq!((&with.positions, &with.labels, &with.plane), (&without.positions, &without.labels, &without.plane));
        prop_assert_eq!(Predictability::of(&votes, 3), Predictability::of(&bare, 3));
        prop_assert_eq!(popular(&votes, 5), popular(&bare, 5));
        prop_assert_eq!(proportional(&votes, 5), proportional(&bare, 5));
    }

    #[test]
    fn nobody_is_asked_twice((statements, cast) in some_votes()) {
        let mut votes = table(statements, &cast);
        let map = OpinionMap::draw(&votes, &QUICK);
        while let Some(next) = next_statement(&votes, 0, &map.statistics.tallies, None) {
            prop_assert_eq!(votes.cast(0, next, Vote::Pass).unwrap(), None);
        }
        prop_assert!((0..statements).all(|statement| votes.vote(0, statement).is_some() || !votes.standings()[statement].is_live()));
    }
}

/// Whether the second direction stands apart from a third: what is left along it, turned by nothing, shows in its
/// share.
fn has_clear_second(votes: &Votes, tables: &CoVotes, plane: &Plane) -> bool {
    let size = votes.statements();
    let is_live = |at: usize| votes.standings()[at].is_live();
    let cell = |c: usize, d: usize| {
        let (pair, back) = (tables.pair(c, d), tables.pair(d, c));
        let (mean, other) = (plane.center[c], plane.center[d]);
        if is_live(c) && is_live(d) {
            pair.product as f64 - other * pair.first as f64 - mean * back.first as f64
                + mean * other * pair.people as f64
        } else {
            0.0
        }
    };
    let total: f64 = (0..size).map(|c| cell(c, c)).sum();
    // The largest a third share can be, from the sum of squared eigenvalues.
    let squares: f64 = (0..size).flat_map(|c| (0..size).map(move |d| (c, d))).map(|(c, d)| cell(c, d).powi(2)).sum();
    let rest = (squares / total.max(f64::MIN_POSITIVE).powi(2) - plane.share[0].powi(2) - plane.share[1].powi(2))
        .max(0.0)
        .sqrt();
    plane.share[1] > rest * 1.05 || plane.share[1] == 0.0
}

#[test]
fn nothing_to_go_on_is_an_answer() {
    let none = OpinionMap::draw(&Votes::on(vec![]).unwrap(), &Settings::default());
    assert_eq!((none.groups.len(), none.positions.len()), (0, 0));
    let silent = OpinionMap::draw(&table(3, &[]), &Settings::default());
    assert_eq!((silent.groups.len(), silent.plane.share), (0, [0.0, 0.0]));
    let one_person = OpinionMap::draw(
        &table(3, &[(0, 0, Vote::Agree), (0, 1, Vote::Agree), (0, 2, Vote::Pass)]),
        &Settings::default(),
    );
    assert_eq!((one_person.groups.len(), one_person.positions[0]), (1, [0.0, 0.0]));
    assert!(one_person.groups[0].is_hidden);
    let one_statement: Vec<Cast> =
        (0..40).map(|person| (person, 0, if person < 20 { Vote::Agree } else { Vote::Disagree })).collect();
    let halves = OpinionMap::draw(&table(1, &one_statement), &Settings::default());
    assert!((halves.plane.loadings[0][0] - 1.0).abs() < 1e-14 && halves.plane.loadings[1] == [0.0]);
    // One answer each falls into two heaps whatever people think; whether they vote alike takes a second statement.
    assert_eq!((halves.groups.len(), halves.fits[0].chance), (1, Some(1.0)));
    let alike: Vec<Cast> =
        (0..40).flat_map(|person| (0..6).map(move |statement| (person, statement, Vote::Agree))).collect();
    let agreed = OpinionMap::draw(&table(6, &alike), &Settings::default());
    assert_eq!((agreed.groups.len(), agreed.consensus.agree.len(), agreed.plane.share), (1, 5, [0.0, 0.0]));
    assert_eq!(agreed.statistics.tallies[0][5].seen(), 40);
}

#[test]
fn without_groups_there_is_still_a_priority_for_each_statement() {
    let silent = table(3, &[]);
    let map = OpinionMap::compatible(&silent, None);
    assert_eq!(map.priorities, priorities(silent.tallies(), &[0.0; 3], |_| false));
}

#[test]
fn what_nobody_of_a_group_saw_speaks_for_it_only_as_polis_has_it() {
    let passes: Vec<Cast> =
        (0..10).flat_map(|person| (0..3).map(move |statement| (person, statement, Vote::Pass))).collect();
    let votes = table(4, &passes);
    let map = OpinionMap::draw(&votes, &QUICK);
    let spoken = |statistics: &GroupStatistics| {
        statistics.representatives[0].iter().map(|one| (one.statement, one.trials)).collect::<Vec<_>>()
    };
    assert_eq!(spoken(&map.statistics), [(0, 10)]);
    assert_eq!(spoken(&GroupStatistics::of(&votes, &map.labels, 1)), [(3, 0)]);
}

#[test]
fn bridging_scores_come_to_rest_at_the_lowest_place() {
    // One person who voted on all ten, and enough others on each for it to be scored. What is left
    // of theirs is best explained by a side, to which the direction the ratings vary most along does not lead.
    let side = |at: usize| if (at * at + 1) % 7 < 4 { Vote::Agree } else { Vote::Disagree };
    let cast: Vec<Cast> = (0..10)
        .map(|at| (0, at, side(at)))
        .chain((1..6).flat_map(|person| (0..9).map(move |at| (person, at, Vote::Agree))))
        .chain((6..11).map(|person| (person, 9, Vote::Agree)))
        .collect();
    let mut votes = Votes::on(vec![Standing::Live; 10]).unwrap();
    for (person, statement, vote) in cast {
        votes.cast(person, statement, vote).unwrap();
    }
    let found = bridging(&votes);
    assert_eq!(found.ratings, 10);
    assert!((found.loss - 0.036_271_372_479_7).abs() < 1e-9, "{}", found.loss);
}

/// People whose opinions come from `place`, answering 20 statements, some more steeply than others.
fn answers(
    people: usize,
    luck: &mut impl FnMut() -> f64,
    place: impl Fn(usize, &mut dyn FnMut() -> f64) -> [f64; 2],
) -> Votes {
    let mut bell = || (0..12).map(|_| luck()).sum::<f64>() - 6.0;
    let leanings: Vec<[f64; 2]> = (0..20).map(|_| [bell(), bell()]).collect();
    let mut cast = Vec::new();
    for person in 0..people {
        let [x, y] = place(person, &mut bell);
        for (statement, [a, b]) in leanings.iter().enumerate() {
            cast.push((person, statement, if a * x + b * y + bell() > 0.0 { Vote::Agree } else { Vote::Disagree }));
        }
    }
    table(20, &cast)
}

#[test]
fn two_camps_are_foretold_and_coins_are_not() {
    let mut word = 5_u64;
    let mut luck = move || {
        word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (word >> 33) as f64 / (1_u64 << 31) as f64
    };
    let camps = answers(60, &mut luck, |person, _| if person % 2 == 0 { [4.0, 0.0] } else { [-4.0, 0.0] });
    let coins: Vec<Cast> = (0..60)
        .flat_map(|person| (0..20).map(move |at| (person, at)))
        .map(|(person, at)| (person, at, if luck() < 0.5 { Vote::Agree } else { Vote::Disagree }))
        .collect();
    let auc = |votes: &Votes| Predictability::of(votes, 1).unwrap().auc;
    assert!(auc(&camps) > 0.95, "{}", auc(&camps));
    assert!((auc(&table(20, &coins)) - 0.5).abs() < 0.06, "{}", auc(&table(20, &coins)));
    // Somebody who sees one statement and takes a camp's side is expected to take it on another.
    let side = |person: usize| if person.is_multiple_of(2) { Vote::Agree } else { Vote::Disagree };
    let cast: Vec<Cast> = (0..40)
        .flat_map(|person| (0..4).map(move |at| (person, at, side(person))))
        .chain([(40, 0, Vote::Agree), (41, 0, Vote::Disagree)])
        .collect();
    let predictor = Predictor::fit(&table(4, &cast));
    let expected = |person: usize| predictor.expected(person)[3].unwrap();
    assert!(
        expected(40) > 0.4 && expected(41) < -0.4 && expected(99).abs() < 0.1,
        "{} {} {}",
        expected(40),
        expected(41),
        expected(99)
    );
}

#[test]
fn crowds_without_groups_stay_whole_and_three_groups_are_found() {
    let mut word = 9_u64;
    let mut luck = move || {
        word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (word >> 33) as f64 / (1_u64 << 31) as f64
    };
    let groups =
        |votes: &Votes| OpinionMap::draw(votes, &Settings { resamples: 0, ..Settings::default() }).groups.len();
    let line = |_: usize, bell: &mut dyn FnMut() -> f64| [0.6 * bell(), 0.0];
    let plane = |_: usize, bell: &mut dyn FnMut() -> f64| [0.6 * bell(), 0.6 * bell()];
    let corners = |person: usize, bell: &mut dyn FnMut() -> f64| {
        [[1.2, 0.0], [-0.6, 1.0], [-0.6, -1.0]][person % 3].map(|along| along + 0.3 * bell())
    };
    let split = (0..10)
        .flat_map(|_| [answers(120, &mut luck, line), answers(120, &mut luck, plane)])
        .filter(|votes| groups(votes) > 1)
        .count();
    let found = (0..10).map(|_| answers(120, &mut luck, corners)).filter(|votes| groups(votes) == 3).count();
    assert!(split <= 2, "{split} of 20 crowds without groups were split");
    assert!(found >= 8, "three groups were found in {found} of 10 crowds");
}
