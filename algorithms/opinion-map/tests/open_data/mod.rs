//! The conversations under `fixtures/`, read as the command reads them.

#[path = "../../examples/opinion-map/reading.rs"]
#[expect(dead_code, reason = "each test reads only part of what the command does")]
mod reading;

use std::path::PathBuf;

use opinion_map::{Standing, Votes};
use serde_json::Value;

/// One conversation, by the ids of its files.
pub(crate) struct Conversation {
    pub(crate) votes: Votes,
    pub(crate) people: Vec<u64>,
    pub(crate) statements: Vec<u64>,
    /// Production's group of each person, and how many there are.
    pub(crate) given: (Vec<Option<usize>>, usize),
    pub(crate) arrivals: Option<Vec<usize>>,
}

pub(crate) fn read(folder: &str, file: &str, standings: Option<&[(u64, Standing)]>) -> Conversation {
    let bytes = |name: &str| std::fs::read(path(folder, name)).expect("the fixture is there");
    let ballots = reading::votes(&bytes(file), true).expect("the fixture can be read");
    let comments = match standings {
        Some(standings) => standings.iter().copied().collect(),
        None => reading::comments(&bytes("comments.csv")).expect("the fixture can be read"),
    };
    let conversation = ballots.number(&comments).expect("the fixture is within the limits");
    let groups = ballots.groups.clone().unwrap_or_default();
    let label = |person: &u64| groups.get(person).and_then(|group| usize::try_from(*group).ok());
    let labels: Vec<Option<usize>> = conversation.people.iter().map(label).collect();
    let count = labels.iter().flatten().max().map_or(0, |most| most + 1);
    let arrivals = ballots.arrivals_in(&conversation);
    Conversation {
        given: (labels, count),
        arrivals,
        votes: conversation.votes,
        people: conversation.people,
        statements: conversation.statements,
    }
}

pub(crate) fn json(folder: &str, file: &str) -> Value {
    let text = std::fs::read_to_string(path(folder, file)).expect("the fixture is there");
    serde_json::from_str(&text).expect("the fixture is JSON")
}

fn path(folder: &str, file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder).join(file)
}
