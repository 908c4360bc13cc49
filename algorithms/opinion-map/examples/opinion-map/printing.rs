//! Says a map as JSON: the keys of a Polis reference file first, then what the default mode adds.
use opinion_map::{Consensus, OpinionMap, GroupStatistics, Representative, Shared, Vote};
use serde_json::{Map, Value, json};
use crate::reading::{Ballots, Comments, Conversation, };

pub fn map(conversation: &Conversation, comments: &Comments, map: &OpinionMap) -> Map<String, Value> {
    let Conversation { votes, people, statements } = conversation;
    let mut out = Map::new();
    let by_person = |value: &dyn Fn(usize) -> Option<Value>| -> Map<String, Value> {
        people.iter().enumerate().filter_map(|(person, id)| Some((id.to_string(), value(person)?))).collect()
    };
    let mod_out: Vec<u64> = comments.iter().filter(|(_, standing)| !standing.is_live()).map(|(id, _)| *id).collect();
    let in_conv: Vec<u64> = people.iter().zip(&map.clustered).filter(|(_, taken)| **taken).map(|(id, _)| *id).collect();
    for (key, value) in [
        ("n", json!(votes.people())),
        ("statements", json!(votes.statements())),
        ("votes", json!(votes.count())),
        ("mod_out", json!(mod_out)),
        ("statement_ids", json!(statements)),
        ("center", json!(map.plane.center)),
        ("pc1", json!(map.plane.loadings[0])),
        ("pc2", json!(map.plane.loadings[1])),
        ("explained_share", json!(map.plane.share)),
        ("extremity", json!(map.extremity)),
        ("projection", Value::Object(by_person(&|person| Some(json!(map.positions[person]))))),
        ("in_conv", json!(in_conv)),
        ("k", json!(map.groups.len())),
        ("silhouette_by_k", map.fits.iter().map(|fit| (fit.groups.to_string(), json!(fit.silhouette))).collect::<Map<_,_>>().into()),("fits", json!(format!("{:?}",map.fits))),("groups", json!(format!("{:?}",map.groups))),
        ("labels", Value::Object(by_person(&|person| map.labels[person].map(Value::from)))),
        ("group_aware_consensus", json!(map.statistics.group_aware_consensus)),
        ("priority", json!(map.priorities)),
        ("repness", Value::Object(map.statistics.representatives.iter().enumerate().map(|(g, l)| (g.to_string(), speak(l, statements))).collect())),
        ("consensus", both(&map.consensus, statements)),
    ] {
        out.insert(key.to_owned(), value);
    }
    out
}

fn speak(list: &[Representative], statements: &[u64]) -> Value {
    list.iter().map(|one| {
        let side = if one.side == Vote::Agree { "agree" } else { "disagree" };
        json!({"tid": statements[one.statement], "repful-for": side, "n-success": one.successes, "n-trials": one.trials,
            "p-success": one.probability, "p-test": one.probability_z, "repness": one.ratio, "repness-test": one.ratio_z, "best-agree": one.is_best_agree})
    }).collect()
}

fn both(consensus: &Consensus, statements: &[u64]) -> Value {
    let side = |list: &[Shared]| -> Value {
        list.iter().map(|one| json!({"tid": statements[one.statement], "n-success": one.successes, "n-trials": one.trials,
            "p-success": one.probability, "p-test": one.probability_z})).collect()
    };
    json!({"agree": side(&consensus.agree), "disagree": side(&consensus.disagree)})
}

/// What the groups that came with the file say.
pub fn given(conversation: &Conversation, ballots: &Ballots) -> Option<Value> {
    let groups = ballots.groups.as_ref()?;
    let ids: std::collections::BTreeSet<i64> = groups.values().copied().collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let labels: Vec<Option<usize>> = conversation.people.iter().map(|person| ids.binary_search(groups.get(person)?).ok()).collect();
    let statistics = GroupStatistics::of(&conversation.votes, &labels, ids.len());
    let repness: Map<String, Value> = ids.iter().zip(&statistics.representatives).map(|(id, list)| (id.to_string(), speak(list, &conversation.statements))).collect();
    Some(json!({
        "group_ids": ids.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "labels": groups.iter().map(|(p, g)| (p.to_string(), Value::from(g.to_string()))).collect::<Map<_, _>>(),
        "group_aware_consensus": statistics.group_aware_consensus,
        "repness": repness,
    }))
}
