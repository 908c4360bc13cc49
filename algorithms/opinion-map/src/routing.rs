//! Which statement to ask somebody next. Promises: [`next_statement`] asks what soonest settles which five statements each group
//! shares: those whose share on the stronger side may still be high (an upper bound, as in Lai and Robbins 1985), and of those
//! the ones asked least, so that new statements are always tried and the best ones compared on equal terms. No chance: whoever
//! wants Polis' draw brings the number for [`draw_in_proportion`]. Never asks the same person twice.

use crate::statistics::smoothed;
use crate::vote::{Standing, Tally};
use crate::votes::Votes;

/// Standard deviations of doubt that a statement is given.
const DOUBT: f64 = 0.5;
/// How much more a statement is asked for being hoped for more: as the sixteenth power.
const KEENNESS: i32 = 16;

/// What one person should be asked next, or `None` when they have seen everything. `groups` are tallies by group and statement
/// (see [`crate::GroupStatistics::tallies`]), `group` the person's own once it is known. Meta statements come first, in order.
#[must_use]
pub fn next_statement(votes: &Votes, person: usize, groups: &[Vec<Tally>], group: Option<usize>) -> Option<usize> {
    let open: Vec<usize> = (0..votes.statements()).filter(|statement| votes.vote(person, *statement).is_none()).collect();
    next_of(votes, &open, groups, group)
}

/// As [`next_statement`], for a caller who knows which statements may be asked.
#[must_use]
pub fn next_of(votes: &Votes, open: &[usize], groups: &[Vec<Tally>], group: Option<usize>) -> Option<usize> {
    let standing = |statement: &&usize| votes.standings()[**statement];
    if let Some(meta) = open.iter().find(|statement| standing(statement) == Standing::Meta) {
        return Some(*meta);
    }
    let own = group.and_then(|group| groups.get(group)).map(std::slice::from_ref);
    let heard = own.unwrap_or(groups);
    let promise = |statement: usize| {
        let all = [votes.tallies()[statement]];
        let tallies = heard.iter().map(|group| group[statement]);
        if heard.is_empty() { hope(all[0]) } else { tallies.clone().map(hope).sum::<f64>() / tallies.len() as f64 }
    };
    let live = open.iter().filter(|statement| standing(statement).is_live()).map(|statement| (*statement, promise(*statement)));
    live.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(statement, _)| statement)
}

/// What may be hoped for of the share on the stronger side of a statement, raised to a power, for each time it was asked.
fn hope(tally: Tally) -> f64 {
    let share = smoothed(tally.agree.max(tally.disagree), tally.seen());
    let most = share + DOUBT * (share * (1.0 - share) / (f64::from(tally.seen()) + 3.0)).sqrt();
    most.powi(KEENNESS) / (f64::from(tally.seen()) + 1.0)
}

/// Polis' way: one of the open statements, each with a chance in proportion to its priority (see [`crate::priorities`]). `share`,
/// from 0 up to 1, is the caller's random number.
#[must_use]
pub fn draw_in_proportion(priorities: &[f64], open: &[usize], share: f64) -> Option<usize> {
    let mut left = share * open.iter().map(|statement| priorities[*statement]).sum::<f64>();
    let drawn = open.iter().find(|statement| { left -= priorities[**statement]; left < 0.0 });
    drawn.or(open.last()).copied()
}
