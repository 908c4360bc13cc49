//! Says a map in words, for reading in a terminal. Promises: whatever must be known before believing it comes first.
//! Never says anything about a hidden group but that there is one.

use std::fmt::Write as _;

use opinion_map::{OpinionMap, Representative};

use crate::printing::{Given, notes, side};
use crate::reading::Conversation;

const LISTED: usize = 5;

/// The map in words.
pub(crate) fn map(conversation: &Conversation, map: &OpinionMap) -> String {
    let Conversation { votes, statements, .. } = conversation;
    let mut out = format!(
        "{} people, {} statements, {} votes; {} groups\n",
        votes.people(),
        votes.statements(),
        votes.count(),
        map.groups.len()
    );
    for note in notes(conversation, map) {
        line(&mut out, format_args!("note: {note}"));
    }
    for (number, (group, spoken)) in
        map.groups.iter().zip(&map.statistics.representatives).enumerate().filter(|(_, (group, _))| !group.is_hidden)
    {
        let stability =
            group.stability.map_or(String::new(), |stability| format!(", found again {:.0} %", stability * 100.0));
        line(&mut out, format_args!("group {number}: {} people{stability}", group.people));
        spoken.iter().for_each(|one| speak(&mut out, one, statements));
    }
    for (what, list) in [("agree", &map.consensus.agree), ("disagree", &map.consensus.disagree)] {
        for one in list {
            line(
                &mut out,
                format_args!("most {what} with {}: {} of {}", statements[one.statement], one.successes, one.trials),
            );
        }
    }
    for one in map.divisions.iter().filter(|one| one.low > 0.0).take(LISTED) {
        let points = |share: f64| (share * 100.0).round();
        line(
            &mut out,
            format_args!(
                "{} divides groups {} and {}: {} points apart ({} to {})",
                statements[one.statement],
                one.more,
                one.less,
                points(one.difference),
                points(one.low),
                points(one.high)
            ),
        );
    }
    out.truncate(out.trim_end().len());
    out
}

/// What the groups that came with the file say, in words.
pub(crate) fn given(conversation: &Conversation, given: &Given) -> String {
    let mut out = String::new();
    for (id, spoken) in given.ids.iter().zip(&given.statistics.representatives) {
        line(&mut out, format_args!("given group {id}:"));
        spoken.iter().for_each(|one| speak(&mut out, one, &conversation.statements));
    }
    out.truncate(out.trim_end().len());
    out
}

fn speak(out: &mut String, one: &Representative, statements: &[u64]) {
    let (side, statement) = (side(one.side), statements[one.statement]);
    line(out, format_args!("  {side} with {statement}: {} of {} here", one.successes, one.trials));
}

fn line(out: &mut String, words: std::fmt::Arguments<'_>) {
    writeln!(out, "{words}").expect("writing to memory cannot fail");
}
