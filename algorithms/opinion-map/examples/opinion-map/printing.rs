//! Says a map as JSON: first the keys and shapes of a Polis reference file, then what the default mode adds. Promises:
//! statements and people go by the ids of their files; a group that is hidden gives no members, place, statements or
//! counts, only its size. Never leaves out a key because it is empty.

use std::collections::{BTreeMap, BTreeSet};

use opinion_map::{
    Bridging, Chosen, Consensus, Group, GroupStatistics, OpinionMap, Representative, Shared, Tally, Verdict, Vote,
    bridging, popular, proportional,
};
use serde_json::{Map, Value, json};

use crate::reading::{Comments, Conversation};

/// Statements in each of the two sets beside the map.
const SET: usize = 10;

/// What a Polis reference file holds.
pub(crate) fn polis(conversation: &Conversation, comments: &Comments, map: &OpinionMap) -> Map<String, Value> {
    let Conversation { votes, people, statements, .. } = conversation;
    let hidden = |group: usize| map.groups.get(group).is_some_and(|group| group.is_hidden);
    let label = |person: usize| map.labels[person].filter(|group| !hidden(*group)).map(Value::from);
    let may_show = |person: usize| map.clustered[person] && !map.labels[person].is_some_and(hidden);
    let speaking = |(group, list): (usize, &Vec<Representative>)| {
        let list = if hidden(group) { Value::Array(Vec::new()) } else { representatives(list, statements) };
        (group.to_string(), list)
    };
    let keys = json!({
        "n": votes.people(),
        "statements": votes.statements(),
        "votes": votes.count(),
        "mod_out": comments.iter().filter(|(_, standing)| !standing.is_live()).map(|(id, _)| *id).collect::<Vec<_>>(),
        "statement_ids": statements,
        "center": map.plane.center,
        "pc1": map.plane.loadings[0],
        "pc2": map.plane.loadings[1],
        "explained_share": map.plane.share,
        "extremity": map.extremity,
        "projection": by_person(people, |person| Some(json!(map.positions[person]))),
        "in_conv": people.iter().enumerate().filter(|(person, _)| may_show(*person)).map(|(_, id)| *id).collect::<Vec<_>>(),
        "k": map.groups.len(),
        "silhouette_by_k": map.fits.iter().map(|fit| (fit.groups.to_string(), json!(fit.silhouette))).collect::<Map<_, _>>(),
        "labels": by_person(people, label),
        "group_aware_consensus": map.statistics.group_aware_consensus,
        "priority": map.priorities,
        "repness": map.statistics.representatives.iter().enumerate().map(speaking).collect::<Map<_, _>>(),
        "consensus": consensus(&map.consensus, statements),
    });
    match keys {
        Value::Object(keys) => keys,
        _ => Map::new(),
    }
}

/// What the default mode adds.
pub(crate) fn beyond_polis(conversation: &Conversation, map: &OpinionMap) -> Map<String, Value> {
    let Conversation { votes, statements, .. } = conversation;
    let seen = |statement: usize| votes.tallies()[statement].seen();
    let outside = map.outside(votes);
    let groups = map.groups.iter().map(|group| {
        json!({
            "people": group.people, "center": (!group.is_hidden).then_some(group.center), "stability": group.stability,
            "hidden": group.is_hidden
        })
    });
    let divisions = map.divisions.iter().map(|one| {
        json!({"tid": statements[one.statement], "more": one.more, "less": one.less, "difference": one.difference,
            "low": one.low, "high": one.high, "z": one.z})
    });
    let fits = map.fits.iter().map(|fit| json!({"k": fit.groups, "silhouette": fit.silhouette, "chance": fit.chance}));
    let counts = |(tallies, group): (&Vec<Tally>, &Group)| {
        if group.is_hidden { Vec::new() } else { tallies.iter().map(|tally| tally.seen()).collect() }
    };
    let seen_by_group: Vec<Vec<u32>> = map.statistics.tallies.iter().zip(&map.groups).map(counts).collect();
    let keys = json!({
        "groups": groups.collect::<Vec<_>>(),
        "fits": fits.collect::<Vec<_>>(),
        "stability": map.stability,
        "outside": {"never_voted": outside.never_voted, "too_few_votes": outside.too_few_votes},
        "seen": (0..statements.len()).map(seen).collect::<Vec<_>>(),
        "seen_by_group": seen_by_group,
        "unseen": conversation.unseen,
        "divisive": divisions.collect::<Vec<_>>(),
        "popular": chosen(&popular(votes, SET), statements),
        "proportional": chosen(&proportional(votes, SET), statements),
        "bridging": bridges(&bridging(votes), statements),
        "notes": notes(conversation, map),
    });
    match keys {
        Value::Object(keys) => keys,
        _ => Map::new(),
    }
}

/// Groups that came with a file and what they say.
pub(crate) struct Given {
    /// What the file calls each, ascending.
    pub(crate) ids: Vec<i64>,
    pub(crate) statistics: GroupStatistics,
}

/// Asks the groups that came with the file: `groups` gives people's, by their ids.
pub(crate) fn given(conversation: &Conversation, groups: &BTreeMap<u64, i64>) -> Given {
    let ids: Vec<i64> = groups.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let label = |person: &u64| ids.binary_search(groups.get(person)?).ok();
    let labels: Vec<Option<usize>> = conversation.people.iter().map(label).collect();
    Given { statistics: GroupStatistics::of(&conversation.votes, &labels, ids.len()), ids }
}

/// What a Polis reference file holds of them.
pub(crate) fn given_keys(conversation: &Conversation, groups: &BTreeMap<u64, i64>, given: &Given) -> Value {
    let Given { ids, statistics } = given;
    let speaking = ids
        .iter()
        .zip(&statistics.representatives)
        .map(|(id, list)| (id.to_string(), representatives(list, &conversation.statements)));
    json!({
        "group_ids": ids.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "labels": groups.iter().map(|(person, group)| (person.to_string(), Value::from(group.to_string()))).collect::<Map<_, _>>(),
        "group_aware_consensus": statistics.group_aware_consensus,
        "repness": speaking.collect::<Map<_, _>>(),
    })
}

/// What a reader has to know before believing the map, in sentences.
pub(crate) fn notes(conversation: &Conversation, map: &OpinionMap) -> Vec<String> {
    let votes = &conversation.votes;
    let (mut notes, outside) = (Vec::new(), map.outside(votes));
    if votes.count() == 0 {
        notes.push("nobody has voted".to_owned());
    } else if !votes.standings().iter().any(|standing| standing.is_live()) {
        notes.push("no statement is left to draw from: each was rejected, or is about the people".to_owned());
    } else if map.plane.share[0] == 0.0 {
        notes.push(
            "nobody's votes differ from anybody else's on any statement: there is no direction to draw".to_owned(),
        );
    }
    match map.groups.len() {
        0 => notes.push("nobody has voted enough to be grouped".to_owned()),
        1 if map.fits.iter().any(|fit| fit.chance.is_some()) => {
            notes.push("one group: no split is cleaner than chance would give".to_owned());
        }
        _ => {}
    }
    if outside.never_voted + outside.too_few_votes > 0 {
        notes.push(format!(
            "{} of {} people are in no group: {} voted on too few statements, {} on none",
            outside.never_voted + outside.too_few_votes,
            votes.people(),
            outside.too_few_votes,
            outside.never_voted
        ));
    }
    if !conversation.unseen.is_empty() {
        notes.push(format!("{} statements nobody has seen", conversation.unseen.len()));
    }
    if !conversation.unlisted.is_empty() {
        notes.push(format!("{} statements not among those listed, taken as live", conversation.unlisted.len()));
    }
    for (number, group) in map.groups.iter().enumerate() {
        if group.is_hidden {
            notes.push(format!("group {number} is too small to show"));
        } else if group.stability.is_some_and(|stability| stability < 0.6) {
            notes.push(format!("group {number} is not found again when people are drawn anew"));
        }
    }
    notes
}

fn by_person(people: &[u64], value: impl Fn(usize) -> Option<Value>) -> Map<String, Value> {
    people.iter().enumerate().filter_map(|(person, id)| Some((id.to_string(), value(person)?))).collect()
}

fn representatives(list: &[Representative], statements: &[u64]) -> Value {
    let one = |one: &Representative| {
        json!({"tid": statements[one.statement], "repful-for": side(one.side), "n-success": one.successes, "n-trials": one.trials,
            "p-success": one.probability, "p-test": one.probability_z, "repness": one.ratio,
            "repness-test": one.ratio_z})
    };
    list.iter().map(one).collect()
}

pub(crate) const fn side(vote: Vote) -> &'static str {
    if matches!(vote, Vote::Agree) { "agree" } else { "disagree" }
}

fn consensus(consensus: &Consensus, statements: &[u64]) -> Value {
    let one = |one: &Shared| {
        json!({"tid": statements[one.statement], "n-success": one.successes, "n-trials": one.trials,
            "p-success": one.probability, "p-test": one.probability_z})
    };
    json!({
        "agree": consensus.agree.iter().map(one).collect::<Vec<_>>(),
        "disagree": consensus.disagree.iter().map(one).collect::<Vec<_>>()
    })
}

fn chosen(chosen: &Chosen, statements: &[u64]) -> Value {
    let ids: Vec<u64> = chosen.statements.iter().map(|statement| statements[*statement]).collect();
    json!({"statements": ids, "people_with_at_least_one": chosen.reached, "people": chosen.people})
}

fn bridges(scores: &Bridging, statements: &[u64]) -> Value {
    let verdict = |verdict: Verdict| match verdict {
        Verdict::Bridges => "helpful",
        Verdict::Rejected => "not_helpful",
        Verdict::NeedsMore => "needs_more",
        Verdict::NotEnough => "not_enough",
    };
    let each = scores.statements.iter();
    json!({
        "raters": scores.people.len(),
        "ratings": scores.ratings,
        "mu": scores.mean,
        "loss": scores.loss,
        "statement_ids": each.clone().map(|one| statements[one.statement]).collect::<Vec<_>>(),
        "intercept": each.clone().map(|one| one.intercept).collect::<Vec<_>>(),
        "factor": each.clone().map(|one| one.side).collect::<Vec<_>>(),
        "least_without_one": each.clone().map(|one| one.least_without_one).collect::<Vec<_>>(),
        "agree_share": each.clone().map(|one| [one.share, one.low, one.high]).collect::<Vec<_>>(),
        "status": each.map(|one| verdict(one.verdict)).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use opinion_map::{Settings, Standing, Votes};

    fn conversation(standing: Standing) -> Conversation {
        let mut votes = Votes::on(vec![standing; 3]).unwrap();
        for person in 0..40 {
            let side = if person % 2 == 0 { Vote::Agree } else { Vote::Disagree };
            (0..3).for_each(|statement| {
                votes.cast(person, statement, side).unwrap();
            });
        }
        Conversation {
            votes,
            people: (0..40).collect(),
            statements: vec![0, 1, 2],
            unseen: Vec::new(),
            unlisted: Vec::new(),
        }
    }

    #[test]
    fn a_hidden_group_gives_its_size_alone() {
        let conversation = conversation(Standing::Live);
        let map = OpinionMap::draw(&conversation.votes, &Settings { privacy_floor: 30, ..Settings::default() });
        let (keys, beyond) = (polis(&conversation, &Comments::default(), &map), beyond_polis(&conversation, &map));
        assert_eq!(
            (&keys["k"], &keys["labels"], &keys["in_conv"], &keys["repness"]),
            (&json!(2), &json!({}), &json!([]), &json!({"0": [], "1": []}))
        );
        assert_eq!(
            (&beyond["groups"][0]["people"], &beyond["groups"][0]["center"], &beyond["seen_by_group"]),
            (&json!(20), &Value::Null, &json!([[], []]))
        );
    }

    #[test]
    fn where_every_statement_was_rejected_that_is_the_reason() {
        let conversation = conversation(Standing::Rejected);
        let map = OpinionMap::draw(&conversation.votes, &Settings::default());
        assert!(notes(&conversation, &map)[0].starts_with("no statement is left"));
    }
}
