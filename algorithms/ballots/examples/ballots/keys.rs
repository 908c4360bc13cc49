//! What each rule decides, by the keys of the reference files. Promises: candidates go by their numbers. Never counts
//! twice what the library has counted.

use ballots::stv::{Next, UNIT};
use ballots::{Lot, Poll, Rankings, Scores, Settled, Tie, approval, consent, irv, schulze, score, star, stv};
use serde_json::{Map, Value, json};

use crate::Why;

/// Keys, the trail, and the ties.
pub(crate) type Shown = (Value, String, Vec<Tie>);

pub(crate) fn by_consent(counted: &consent::Consent) -> Shown {
    let objections: Vec<_> =
        counted.objections.iter().map(|one| json!({ "count": one.count, "reason": one.reason })).collect();
    let consent = json!({
        "passes": counted.passes, "agree": counted.agree, "stand_aside": counted.stand_aside,
        "abstain": counted.abstain,
        "object": counted.object, "objections": objections,
    });
    (json!({ "passes": counted.passes, "consent": consent }), counted.trail(), Vec::new())
}

pub(crate) fn by_approval(poll: &Poll, counted: &approval::Approval) -> Shown {
    let ids = poll.ids();
    let keys = json!({
        "approval_if_any_score": by_number(&ids, &counted.approvals),
        "approval_winners": numbers(&ids, &counted.winners),
        "elected": numbers(&ids, &counted.elected),
    });
    (keys, counted.trail(&poll.candidates), counted.ties.clone())
}

pub(crate) fn by_score(poll: &Poll, counted: &score::Score) -> Shown {
    let ids = poll.ids();
    let keys = json!({
        "score_totals": by_number(&ids, &counted.totals), "score_winners": numbers(&ids, &counted.winners),
        "elected": numbers(&ids, &counted.elected),
    });
    (keys, counted.trail(&poll.candidates), counted.ties.clone())
}

pub(crate) fn by_star(poll: &Poll, scores: &Scores, counted: &star::Star, lot: &Lot) -> Result<Shown, Why> {
    let ids = poll.ids();
    let mut runoff: Map<_, _> = counted
        .finalists
        .iter()
        .zip(&counted.runoff)
        .map(|(one, votes)| (ids[*one].to_string(), json!(votes)))
        .collect();
    runoff.insert("no_preference".to_owned(), json!(counted.no_preference));
    let star = json!({
        "totals": by_number(&ids, &counted.totals), "finalists": numbers(&ids, &counted.finalists), "runoff": runoff,
        "finalist_tie": counted.finalist_tie, "runoff_tie": counted.runoff_tie,
        "winner": counted.elected.map(|one| ids[one]),
    });
    let score_winners = numbers(&ids, &score::count(scores, 1, lot)?.winners);
    let keys =
        json!({ "star": star, "score_winners": score_winners, "elected": numbers(&ids, counted.elected.as_slice()) });
    Ok((keys, counted.trail(&poll.candidates), counted.ties.clone()))
}

pub(crate) fn by_schulze(poll: &Poll, counted: schulze::Schulze) -> Shown {
    let ids = poll.ids();
    let keys = json!({
        "pairwise": counted.pairs.rows(), "condorcet_winner": counted.pairs.condorcet_winner().map(|one| ids[one]),
        "smith_set": numbers(&ids, &counted.pairs.smith_set()), "schulze_path_strengths": counted.paths.rows(),
        "schulze_winners_winning_votes": numbers(&ids, &counted.winners),
        "schulze_winners_margins": numbers(&ids, &counted.winners_by_margins),
        "schulze_order": numbers(&ids, &counted.order), "elected": numbers(&ids, counted.elected.as_slice()),
    });
    (keys, counted.trail(&poll.candidates), counted.ties)
}

pub(crate) fn by_irv(poll: &Poll, counted: irv::Irv) -> Shown {
    let ids = poll.ids();
    let figure = |units: u128| {
        if units.is_multiple_of(counted.unit) {
            json!(u64::try_from(units / counted.unit).ok())
        } else {
            json!(units as f64 / counted.unit as f64)
        }
    };
    let counts = |round: &irv::Round| {
        ids.iter()
            .zip(&round.votes)
            .filter_map(|(id, votes)| Some((id.to_string(), figure((*votes)?))))
            .collect::<Map<_, _>>()
    };
    let rounds: Vec<_> = counted
        .rounds
        .iter()
        .map(|round| json!({ "counts": counts(round), "exhausted": figure(round.exhausted) }))
        .collect();
    let least = |tie: &Tie| counted.rounds[tie.at - 1].votes[tie.picked].map(figure);
    let ties: Vec<_> = counted
        .ties
        .iter()
        .map(|tie| json!({ "round": tie.at, "tied": numbers(&ids, &tie.tied), "votes": least(tie) }))
        .collect();
    let keys = json!({
        "first_preferences": counts(&counted.rounds[0]),
        "plurality_winners": numbers(&ids, &counted.plurality_winners()), "irv_rounds": rounds,
        "irv_ties": ties, "irv_winners": numbers(&ids, &counted.winners),
        "irv_winners_complete": counted.winners_complete,
        "elected": numbers(&ids, counted.elected.as_slice()),
    });
    (keys, counted.trail(&poll.candidates), counted.ties)
}

pub(crate) fn by_stv(poll: &Poll, rankings: &Rankings, lot: &Lot) -> Result<Shown, Why> {
    let counted = stv::count(rankings, poll.seats.ok_or(Why::NoSeats)?, lot)?;
    let ids = poll.ids();
    let figure = |units: u64| json!(units as f64 / UNIT as f64);
    let stage = |stage: &stv::Stage| {
        let votes: Map<_, _> =
            ids.iter().zip(&stage.votes).filter_map(|(id, votes)| Some((id.to_string(), figure((*votes)?)))).collect();
        let mut row = json!({
            "votes": votes, "elected": numbers(&ids, &stage.elected), "exhausted": figure(stage.exhausted),
            "ignored_decimals": figure(stage.cut_off),
        });
        match stage.next {
            Next::Surplus { of, .. } => row["surplus_of"] = json!(ids[of]),
            Next::Exclusion(of) => row["eliminated"] = json!(ids[of]),
            Next::End => {}
        }
        row
    };
    let by_lowest_id = counted.ties.iter().filter(|tie| tie.settled == Settled::Lot && !lot.is_drawn());
    let scottish = json!({
        "seats": counted.seats, "valid": counted.valid, "quota": counted.quota,
        "elected": numbers(&ids, &counted.elected),
        "stages": counted.stages.iter().map(stage).collect::<Vec<_>>(),
        "ties_broken_by_lowest_id": by_lowest_id.map(|tie| json!({
            "stage": tie.at, "tied": numbers(&ids, &tie.tied)
        })).collect::<Vec<_>>(),
    });
    Ok((
        json!({ "scottish_stv": scottish, "elected": numbers(&ids, &counted.elected) }),
        counted.trail(&poll.candidates),
        counted.ties,
    ))
}

pub(crate) fn tie_as_json(ids: &[u32], tie: &Tie) -> Value {
    let by = match tie.settled {
        Settled::EarlierStage => tie.earlier.last().map_or(String::new(), |last| format!("stage {}", last.stage)),
        Settled::Total => "total".to_owned(),
        Settled::Lot => "lot".to_owned(),
    };
    let earlier: Vec<_> =
        tie.earlier.iter().map(|one| json!({ "stage": one.stage, "left": numbers(ids, &one.left) })).collect();
    json!({
        "at": tie.at, "about": tie.about, "tied": numbers(ids, &tie.tied), "earlier": earlier,
        "picked": ids[tie.picked], "by": by
    })
}

pub(crate) fn numbers(ids: &[u32], candidates: &[usize]) -> Value {
    candidates.iter().map(|one| ids[*one]).collect()
}

fn by_number(ids: &[u32], values: &[u64]) -> Map<String, Value> {
    ids.iter().zip(values).map(|(id, value)| (id.to_string(), json!(value))).collect()
}
