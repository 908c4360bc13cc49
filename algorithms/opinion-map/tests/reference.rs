//! The same votes through this crate and through the programs it must agree with.

#![expect(clippy::unwrap_used, reason = "whatever is missing here should fail the test")]

mod open_data;

use opinion_map::{
    Consensus, GroupStatistics, OpinionMap, Plane, Point, Representative, Settings, Standing, Verdict, Vote, bridging,
    consensus, popular, priorities, proportional,
};
use serde_json::Value;

const OPEN: [&str; 5] = [
    "15-per-hour-seattle", "brexit-consensus", "london.youth.policing", "scoop-hivemind.biodiversity",
    "scoop-hivemind.taxes",
];

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// Largest difference, relative above 1; the expected file holds nine decimals, hence never below half of the last.
fn apart(one: &[f64], other: &[f64]) -> f64 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f64::max)
}

fn apart_but_for_sign(one: &[f64], other: &[f64]) -> f64 {
    apart(one, other).min(apart(&one.iter().map(|value| -value).collect::<Vec<_>>(), other))
}

fn along(points: &[Point], axis: usize) -> Vec<f64> {
    points.iter().map(|point| point[axis]).collect()
}

fn assert_speaks_as(found: &[Representative], expected: &Value, ids: &[u64]) {
    let expected = expected.as_array().unwrap();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(ids[found.statement], expected["tid"].as_u64().unwrap());
        assert_eq!(if found.side == Vote::Agree { "agree" } else { "disagree" }, expected["repful-for"]);
        assert_eq!(
            [found.successes, found.trials].map(u64::from),
            ["n-success", "n-trials"].map(|key| expected[key].as_u64().unwrap())
        );
        let keys = ["p-success", "p-test", "repness", "repness-test"].map(|key| expected[key].as_f64().unwrap());
        // Production computes one of the four in single precision.
        assert!(apart(&[found.probability, found.probability_z, found.ratio], &keys[..3]) < 1e-12);
        assert!((found.ratio_z - keys[3]).abs() < 1e-6);
    }
}

fn assert_shared_as(found: &Consensus, expected: &Value, ids: &[u64]) {
    for (found, expected) in [(&found.agree, &expected["agree"]), (&found.disagree, &expected["disagree"])] {
        let listed: Vec<u64> = found.iter().map(|one| ids[one.statement]).collect();
        assert_eq!(
            listed,
            expected.as_array().unwrap().iter().map(|one| one["tid"].as_u64().unwrap()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn compatible_maps_equal_the_restatement_of_polis() {
    for folder in OPEN {
        let (conversation, expected) =
            (open_data::read(folder, "participants-votes.csv", None), open_data::json(folder, "expected.json"));
        let map = OpinionMap::compatible(&conversation.votes, None);
        assert!(apart(&map.plane.center, &numbers(&expected["center"])) < 1e-9);
        assert!(apart(&map.extremity, &numbers(&expected["extremity"])) < 1e-9);
        for (axis, key) in ["pc1", "pc2"].into_iter().enumerate() {
            assert!(apart_but_for_sign(&map.plane.loadings[axis], &numbers(&expected[key])) < 1e-9, "{folder} {key}");
            let places: Vec<f64> = conversation
                .people
                .iter()
                .map(|id| expected["projection"][id.to_string()][axis].as_f64().unwrap())
                .collect();
            assert!(apart_but_for_sign(&along(&map.positions, axis), &places) < 1e-9, "{folder} {key}");
        }
        let labels: Vec<Option<usize>> = conversation
            .people
            .iter()
            .map(|id| expected["labels"][id.to_string()].as_u64().map(|label| label as usize))
            .collect();
        assert_eq!(map.labels, labels, "{folder}");
        assert!(apart(&map.statistics.group_aware_consensus, &numbers(&expected["group_aware_consensus"])) < 1e-9);
        assert!(apart(&map.priorities, &numbers(&expected["priority"])) < 1e-9);
        for (group, spoken) in map.statistics.representatives.iter().enumerate() {
            assert_speaks_as(spoken, &expected["repness"][group.to_string()], &conversation.statements);
        }
        assert_shared_as(&map.consensus, &expected["consensus"], &conversation.statements);
    }
}

#[test]
fn productions_own_groups_say_what_production_says_they_say() {
    for folder in OPEN {
        let (conversation, expected) =
            (open_data::read(folder, "participants-votes.csv", None), open_data::json(folder, "expected.json"));
        let statistics = GroupStatistics::of(&conversation.votes, &conversation.given.0, conversation.given.1);
        let expected = &expected["given_production_groups"];
        assert!(apart(&statistics.group_aware_consensus, &numbers(&expected["group_aware_consensus"])) < 1e-9);
        for (group, spoken) in statistics.representatives.iter().enumerate() {
            assert_speaks_as(spoken, &expected["repness"][group.to_string()], &conversation.statements);
        }
    }
}

#[test]
fn production_itself_is_met_to_rounding() {
    for folder in ["production_25ptpt-3gp-no-strict-with-meta", "production_below-100-ptpts"] {
        let expected = open_data::json(folder, "production_math.json");
        let listed =
            |key: &str| expected[key].as_array().unwrap().iter().map(|id| id.as_u64().unwrap()).collect::<Vec<_>>();
        let standing =
            |key: &str, standing: Standing| listed(key).into_iter().map(move |id| (id, standing)).collect::<Vec<_>>();
        let standings = [standing("mod-out", Standing::Rejected), standing("meta-tids", Standing::Meta)].concat();
        let conversation = open_data::read(folder, "votes.csv", Some(&standings));
        let (votes, ids) = (&conversation.votes, &conversation.statements);
        let map = OpinionMap::compatible(votes, conversation.arrivals.as_deref());
        let center: Vec<f64> = numbers(&expected["pca"]["center"]).into_iter().map(|mean| -mean).collect();
        assert!(apart(&map.plane.center, &center) < 1e-14);
        for axis in 0..2 {
            assert!(apart_but_for_sign(&map.plane.loadings[axis], &numbers(&expected["pca"]["comps"][axis])) < 1e-12);
        }
        assert!(apart(&map.extremity, &numbers(&expected["pca"]["comment-extremity"])) < 1e-12);
        let taken: Vec<u64> =
            conversation.people.iter().zip(&map.clustered).filter(|(_, taken)| **taken).map(|(id, _)| *id).collect();
        let mut in_conversation = listed("in-conv");
        in_conversation.sort_unstable();
        assert_eq!(taken, in_conversation);
        let of_statement =
            |key: &str| ids.iter().map(|id| expected[key][id.to_string()].as_f64().unwrap()).collect::<Vec<_>>();
        assert!(apart(&map.priorities, &of_statement("comment-priorities")) < 1e-12);
        assert_shared_as(&map.consensus, &expected["consensus"], ids);
        let (labels, groups) = production_labels(&expected, &conversation.people);
        let statistics = GroupStatistics::of(votes, &labels, groups);
        assert!(apart(&statistics.group_aware_consensus, &of_statement("group-aware-consensus")) < 1e-14);
        for (group, spoken) in statistics.representatives.iter().enumerate() {
            assert_speaks_as(spoken, &expected["repness"][group.to_string()], ids);
        }
    }
}

/// Groups hold base clusters, which hold people.
fn production_labels(expected: &Value, people: &[u64]) -> (Vec<Option<usize>>, usize) {
    let (base, groups) = (&expected["base-clusters"], expected["group-clusters"].as_array().unwrap());
    let held = |value: &Value, id: &Value| value.as_array().unwrap().contains(id);
    let group_of = |person: &u64| {
        let at = base["members"].as_array().unwrap().iter().position(|members| held(members, &Value::from(*person)))?;
        groups.iter().find(|group| held(&group["members"], &base["id"][at]))?["id"].as_u64().map(|id| id as usize)
    };
    (people.iter().map(group_of).collect(), groups.len())
}

#[test]
fn bridging_scores_reach_the_optimum_all_starts_reach() {
    for folder in ["15-per-hour-seattle", "brexit-consensus", "scoop-hivemind.biodiversity", "scoop-hivemind.taxes"] {
        let (conversation, expected) =
            (open_data::read(folder, "participants-votes.csv", None), open_data::json(folder, "bridging.json"));
        let found = bridging(&conversation.votes);
        let counts = [found.people.len(), found.statements.len(), found.ratings].map(|count| count as u64);
        assert_eq!(counts, ["raters", "statements", "ratings"].map(|key| expected[key].as_u64().unwrap()));
        assert!((found.loss - expected["loss"].as_f64().unwrap()).abs() < 1e-12);
        assert!(
            apart(
                &found.statements.iter().map(|one| one.intercept).collect::<Vec<_>>(),
                &numbers(&expected["intercept"])
            ) < 1e-6
        );
        assert!(
            apart(&found.statements.iter().map(|one| one.side).collect::<Vec<_>>(), &numbers(&expected["factor"]))
                < 1e-6
        );
        assert!(found.statements.iter().all(|one| one.low <= one.share + 1e-12 && one.share <= one.high + 1e-12));
        let steady = |one: &&opinion_map::BridgingScore| one.verdict == Verdict::Bridges;
        assert!(
            found
                .statements
                .iter()
                .filter(steady)
                .all(|one| one.least_without_one < one.intercept && one.least_without_one > one.intercept - 0.05)
        );
        let verdict = |status: &Value| match status.as_str() {
            Some("helpful") => Verdict::Bridges,
            Some("not_helpful") => Verdict::Rejected,
            _ => Verdict::NeedsMore,
        };
        let expected: Vec<Verdict> =
            expected["status_with_community_notes_thresholds"].as_array().unwrap().iter().map(verdict).collect();
        assert!(found.is_enough && found.statements.iter().map(|one| one.verdict).eq(expected), "{folder}");
    }
}

#[test]
fn sets_of_statements_are_those_of_abcvoting() {
    for folder in ["brexit-consensus", "scoop-hivemind.biodiversity", "scoop-hivemind.taxes"] {
        let (conversation, expected) = (
            open_data::read(folder, "participants-votes.csv", None),
            open_data::json(folder, "approval_committee.json"),
        );
        for (found, rule) in
            [(popular(&conversation.votes, 10), "av"), (proportional(&conversation.votes, 10), "seqpav")]
        {
            let mut ids: Vec<u64> =
                found.statements.iter().map(|statement| conversation.statements[*statement]).collect();
            ids.sort_unstable();
            let expected_ids: Vec<u64> =
                numbers(&expected["rules"][rule]["statements"]).into_iter().map(|id| id as u64).collect();
            assert_eq!(ids, expected_ids);
            assert_eq!(found.reached as u64, expected["rules"][rule]["voters_with_at_least_one"].as_u64().unwrap());
            assert_eq!(found.people as u64, expected["voters"].as_u64().unwrap());
        }
    }
}

#[test]
fn the_mended_map_finds_the_groups_that_are_there() {
    for folder in ["scoop-hivemind.biodiversity", "scoop-hivemind.taxes"] {
        let conversation = open_data::read(folder, "participants-votes.csv", None);
        let map = OpinionMap::draw(&conversation.votes, &Settings::default());
        assert!(rand_index(&map.labels, &conversation.given.0) > 0.9, "{folder}");
        assert!(map.groups.iter().all(|group| group.stability.unwrap() > 0.75));
        assert!(map.divisions.windows(2).all(|two| two[0].low >= two[1].low));
    }
}

/// Adjusted Rand index over people who have a group in both.
fn rand_index(one: &[Option<usize>], other: &[Option<usize>]) -> f64 {
    let both: Vec<(usize, usize)> = one.iter().zip(other).filter_map(|(a, b)| a.zip(*b)).collect();
    let pairs = |count: usize| (count * count.saturating_sub(1)) as f64 / 2.0;
    let total = |of: &dyn Fn(usize, usize) -> usize| {
        (0..10).flat_map(|a| (0..10).map(move |b| (a, b))).map(|(a, b)| pairs(of(a, b))).sum::<f64>()
    };
    let together = total(&|a, b| both.iter().filter(|pair| **pair == (a, b)).count());
    let first = total(&|a, b| if b == 0 { both.iter().filter(|pair| pair.0 == a).count() } else { 0 });
    let second = total(&|a, b| if b == 0 { both.iter().filter(|pair| pair.1 == a).count() } else { 0 });
    let expected = first * second / pairs(both.len());
    (together - expected) / (f64::midpoint(first, second) - expected)
}

#[test]
fn without_tables_the_same_plane_is_reached() {
    let conversation = open_data::read("brexit-consensus", "participants-votes.csv", None);
    let (with, without) =
        (OpinionMap::compatible(&conversation.votes, None).plane, Plane::cold(&conversation.votes, None));
    assert!((0..2).all(|axis| apart(&with.loadings[axis], &without.loadings[axis]) < 1e-9));
}

#[test]
fn priorities_and_consensus_tell_statements_apart() {
    let conversation = open_data::read("brexit-consensus", "participants-votes.csv", None);
    let map = OpinionMap::draw(&conversation.votes, &Settings::default());
    let mut distinct = priorities(conversation.votes.tallies(), &map.extremity, |_| false);
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    assert!(distinct.len() > 40);
    assert!(
        consensus(conversation.votes.tallies(), |statement| statement != 14)
            .agree
            .iter()
            .all(|one| one.statement != 14)
    );
}
