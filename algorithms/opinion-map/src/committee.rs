//! A few statements to stand for all: the most agreed with, and beside it a set chosen so that everybody's agreement
//! counts anew less the more they already have in it (sequential proportional approval voting, Thiele 1895). Promises:
//! exact fractions, ties to the earlier statement. Never counts a pass or a statement that is not live.

use crate::vote::Vote;
use crate::votes::Votes;

/// Largest set; beyond it the exact fractions no longer fit.
pub const CHOSEN_MAX: usize = 60;

/// A set of statements, in the order in which they were chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Their numbers in [`Votes`]: live statements only, fewer than wanted where there are fewer.
    pub statements: Vec<usize>,
    /// People who agree with at least one of them.
    pub reached: usize,
    /// People who agree with any live statement.
    pub people: usize,
}

/// The `wanted` (at most [`CHOSEN_MAX`]) statements that most people agree with.
#[must_use]
pub fn popular(votes: &Votes, wanted: usize) -> Chosen {
    let mut order: Vec<usize> = live(votes).collect();
    order.sort_by_key(|statement| std::cmp::Reverse(votes.tallies()[*statement].agree));
    order.truncate(wanted.min(CHOSEN_MAX));
    chosen(votes, order)
}

/// `wanted` (at most [`CHOSEN_MAX`]) statements in proportion: each next one is where the sum of 1 / (1 + chosen
/// already agreed with), over the people who agree with it, is largest.
#[must_use]
pub fn proportional(votes: &Votes, wanted: usize) -> Chosen {
    let wanted = wanted.min(CHOSEN_MAX).min(live(votes).count());
    let whole = (1..=wanted as u128).fold(1, |whole, next| whole / greatest_common_divisor(whole, next) * next);
    let mut content = vec![0_u128; votes.people()];
    let mut picked: Vec<usize> = Vec::with_capacity(wanted);
    while picked.len() < wanted {
        let mut worth = vec![0_u128; votes.statements()];
        for (person, content) in content.iter().enumerate() {
            let counts = whole / (content + 1);
            agreed(votes, person).for_each(|statement| worth[statement] += counts);
        }
        let open = live(votes).filter(|statement| !picked.contains(statement));
        let next = open.reduce(|best, next| if worth[next] > worth[best] { next } else { best });
        let Some(next) = next else { break };
        picked.push(next);
        (0..votes.people())
            .filter(|person| votes.vote(*person, next) == Some(Vote::Agree))
            .for_each(|person| content[person] += 1);
    }
    chosen(votes, picked)
}

fn chosen(votes: &Votes, statements: Vec<usize>) -> Chosen {
    let mut is_chosen = vec![false; votes.statements()];
    statements.iter().for_each(|statement| is_chosen[*statement] = true);
    let people = (0..votes.people()).filter(|person| agreed(votes, *person).next().is_some()).count();
    let reached =
        (0..votes.people()).filter(|person| agreed(votes, *person).any(|statement| is_chosen[statement])).count();
    Chosen { statements, reached, people }
}

fn live(votes: &Votes) -> impl Iterator<Item = usize> + '_ {
    (0..votes.statements()).filter(|statement| votes.standings()[*statement].is_live())
}

fn agreed(votes: &Votes, person: usize) -> impl Iterator<Item = usize> + '_ {
    let agreed = votes.row(person).iter().filter(|cell| cell.vote == Vote::Agree).map(|cell| cell.statement as usize);
    agreed.filter(|statement| votes.standings()[*statement].is_live())
}

const fn greatest_common_divisor(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
