//! How well hidden votes are foretold, beside other ways to do it: by our protocol on eight conversations, and on the
//! very votes that were hidden for the figures known before. Chosen on brexit, ubi and freshwater (the README says what
//! else was seen).

#![expect(clippy::unwrap_used, reason = "whatever is missing here should fail the test")]

#[path = "predict/baselines.rs"]
mod baselines;
#[expect(dead_code, reason = "foretelling needs the votes and the ids alone")]
mod open_data;

use baselines::{Hidden, factorisation, group_mean, neighbours, statement_mean};
use opinion_map::{Predictability, Predictor, Vote, Votes};

/// As in the README.
const SEED: u64 = 1;

type Way = fn(&Votes, &Hidden) -> Vec<f64>;
const WAYS: [(&str, Way); 5] = [
    ("statement mean", statement_mean),
    ("group mean", group_mean),
    ("30 neighbours", neighbours),
    ("rank 1", factorisation),
    ("ours", ours),
];

fn ours(shown: &Votes, hidden: &Hidden) -> Vec<f64> {
    let predictor = Predictor::fit(shown);
    let of_person = |own: &Hidden| {
        let expected = predictor.expected(own[0].0);
        own.iter().map(|(_, statement)| expected[*statement].unwrap()).collect::<Vec<_>>()
    };
    hidden.chunk_by(|one, next| one.0 == next.0).flat_map(of_person).collect()
}

fn votes_of(folder: &str) -> open_data::Conversation {
    open_data::read(folder, "participants-votes.csv", None)
}

#[test]
fn hidden_votes_are_foretold_better_than_by_any_other_way() {
    let figures = [
        ("brexit-consensus", 0.928),
        ("scoop-hivemind.ubi", 0.917),
        ("scoop-hivemind.freshwater", 0.920),
        ("scoop-hivemind.biodiversity", 0.916),
        ("scoop-hivemind.taxes", 0.914),
        ("15-per-hour-seattle", 0.818),
        ("football-concussions", 0.764),
        ("london.youth.policing", 0.863),
    ];
    for (folder, figure) in figures {
        let votes = votes_of(folder).votes;
        let all = WAYS.map(|(_, way)| Predictability::by(&votes, SEED, way).unwrap());
        println!("{folder}, {} hidden: {}", all[4].hidden, listed(&all.each_ref().map(|one| one.auc)));
        let spread = (all[4].parts.iter().map(|part| (part - all[4].auc).powi(2)).sum::<f64>() / 9.0).sqrt();
        println!("    standard deviation of ours over the ten parts {spread:.3}");
        // That the library's own figure is this one takes ten more fits; the smallest conversations show it.
        if votes.count() < 6_000 {
            assert_eq!(Predictability::of(&votes, SEED), Some(all[4].clone()));
        }
        assert!((all[4].auc - figure).abs() < 5.1e-4, "{folder}: {}", all[4].auc);
        assert!(all[..4].iter().all(|other| other.auc < all[4].auc), "{folder}");
    }
}

#[test]
fn the_votes_hidden_for_the_figures_known_before_are_foretold_as_the_readme_says() {
    // The best before: 0.914, 0.903 (30 neighbours) and 0.848 (rank 1, on 225 votes, whose standard error is 0.026).
    for (folder, figure) in
        [("scoop-hivemind.biodiversity", 0.918), ("scoop-hivemind.taxes", 0.910), ("15-per-hour-seattle", 0.841)]
    {
        let conversation = votes_of(folder);
        let text =
            std::fs::read_to_string(format!("{}/fixtures/{folder}/hidden-votes.csv", env!("CARGO_MANIFEST_DIR")))
                .unwrap();
        let place = |ids: &[u64], id: &str| ids.binary_search(&id.parse().unwrap()).unwrap();
        let pair = |line: &str| {
            line.split_once(',').map(|(person, statement)| {
                (place(&conversation.people, person), place(&conversation.statements, statement))
            })
        };
        let hidden: Vec<(usize, usize)> = text.lines().skip(1).map(|line| pair(line).unwrap()).collect();
        let shown = without(&conversation.votes, &hidden);
        let areas = WAYS.map(|(_, way)| area(&conversation.votes, &hidden, &way(&shown, &hidden)));
        println!("{folder}, {} hidden: {}", hidden.len(), listed(&areas));
        assert!((areas[4] - figure).abs() < 5.1e-4, "{folder}: {}", areas[4]);
    }
}

fn listed(areas: &[f64; 5]) -> String {
    WAYS.iter().zip(areas).map(|((name, _), area)| format!("{name} {area:.3}")).collect::<Vec<_>>().join(", ")
}

fn without(votes: &Votes, hidden: &Hidden) -> Votes {
    let mut shown = Votes::on(votes.standings().to_vec()).unwrap();
    shown.seat(votes.people()).unwrap();
    for person in 0..votes.people() {
        for cell in votes.row(person).iter().filter(|cell| !hidden.contains(&(person, cell.statement as usize))) {
            shown.cast(person, cell.statement as usize, cell.vote).unwrap();
        }
    }
    shown
}

/// Pairs of an agreement and a disagreement that are the right way round, counted one by one.
fn area(votes: &Votes, hidden: &Hidden, foretold: &[f64]) -> f64 {
    let (agree, disagree): (Vec<_>, Vec<_>) = hidden
        .iter()
        .zip(foretold)
        .partition(|((person, statement), _)| votes.vote(*person, *statement) == Some(Vote::Agree));
    let right = |(high, low): (f64, f64)| {
        if high > low {
            1.0
        } else if high < low {
            0.0
        } else {
            0.5
        }
    };
    let pairs = agree.iter().flat_map(|(_, high)| disagree.iter().map(move |(_, low)| (**high, **low)));
    pairs.map(right).sum::<f64>() / (agree.len() * disagree.len()) as f64
}
