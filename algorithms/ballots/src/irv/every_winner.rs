//! Everybody whom some way of breaking IRV's ties elects.
//!
//! Follows every branch, and makes few of them: candidates who together have fewer votes than the next one all drop out
//! before that one, in whatever order, so their ties need no branch; a majority settles a branch; a branch of known
//! winners adds nothing. Promises to stop: past [`WINNERS_WORK_MAX`] it gives what it found and says that it is not
//! all.

use std::collections::HashSet;

use super::share;
use crate::rankings::{Rankings, Set, everyone, members, only, top};

/// The most marks on ballots that are read while following branches: about a second.
pub const WINNERS_WORK_MAX: usize = 300_000_000;

/// The winners, and whether they are all.
pub(crate) fn search(rankings: &Rankings, unit: u128) -> (Set, bool) {
    let cost = rankings.lines().marks() + rankings.lines().len() + 1;
    let (mut winners, mut work) = (0, 0);
    let (mut seen, mut open) = (HashSet::new(), vec![everyone(rankings.candidates())]);
    while let Some(still_in) = open.pop() {
        if still_in & !winners == 0 || !seen.insert(still_in) {
            continue;
        }
        if work > WINNERS_WORK_MAX {
            return (winners, false);
        }
        work += cost;
        match step(rankings, unit, still_in) {
            Step::Won(by) => winners |= by,
            Step::On(next) => open.extend(next),
        }
    }
    (winners, true)
}

enum Step {
    Won(Set),
    On(Vec<Set>),
}

fn step(rankings: &Rankings, unit: u128, still_in: Set) -> Step {
    let votes = votes(rankings, unit, still_in);
    let mut order: Vec<_> = members(still_in).collect();
    order.sort_by_key(|one| votes[*one]);
    let (cast, most) = (votes.iter().sum::<u128>(), order[order.len() - 1]);
    if cast == 0 {
        return Step::Won(still_in);
    }
    if votes[most] * 2 > cast {
        return Step::Won(only(most));
    }
    let mut together = 0;
    let mut sure_losers = 0;
    for place in 0..order.len() - 1 {
        together += votes[order[place]];
        sure_losers = if together < votes[order[place + 1]] { place + 1 } else { sure_losers };
    }
    let without = |gone: &[usize]| gone.iter().fold(still_in, |left, one| left & !only(*one));
    if sure_losers > 0 {
        return Step::On(vec![without(&order[..sure_losers])]);
    }
    let level = order.iter().filter(|one| votes[**one] == votes[order[0]]);
    Step::On(level.map(|one| without(&[*one])).collect())
}

fn votes(rankings: &Rankings, unit: u128, still_in: Set) -> Vec<u128> {
    let mut votes = vec![0; rankings.candidates()];
    for (count, marks) in rankings.lines().iter() {
        let (with, _) = top(marks, still_in);
        let share = share(unit * u128::from(count), with);
        members(with).for_each(|candidate| votes[candidate] += share);
    }
    votes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_level_candidates_are_all_found_without_following_every_branch() {
        let mut rankings = Rankings::new(60).unwrap();
        (0..60).for_each(|one| rankings.add(1, &[[one]]).unwrap());
        assert_eq!(search(&rankings, 1), (everyone(60), true));
    }

    #[test]
    fn candidates_without_votes_need_no_branch() {
        let mut rankings = Rankings::new(100).unwrap();
        rankings.add(3, &[[0], [1]]).unwrap();
        rankings.add(3, &[[1], [0]]).unwrap();
        assert_eq!(search(&rankings, 1), (only(0) | only(1), true));
    }
}
