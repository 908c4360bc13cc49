//! What divides the groups, statement by statement: how far apart the shares that agree are, between the two groups
//! that are surest to differ, with an interval. Promises: a statement every group agrees with stands at the bottom,
//! however extreme the places it sends people to. Never compares groups that have not seen it.

use crate::statistics::{smoothed, two_sample_z};
use crate::vote::Tally;

/// Two-sided 95 % of the normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// How one statement divides two groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Division {
    /// Its number in [`crate::Votes`].
    pub statement: usize,
    /// The group that agrees more.
    pub more: usize,
    /// The group that agrees less.
    pub less: usize,
    /// (A + 1) / (S + 2) of the first less that of the second, 0 to 1.
    pub difference: f64,
    /// 95 % interval of the difference (Agresti and Caffo 2000). The pair is picked among all pairs, which the interval
    /// does not make up for.
    pub low: f64,
    /// Upper end of that interval.
    pub high: f64,
    /// The difference in standard deviations, as in [`crate::Representative::ratio_z`].
    pub z: f64,
}

/// Statements by how surely they divide, the surest first. `groups` are tallies per group and statement; groups for
/// which `may_compare` is false are left out, and statements for which `may` is false.
///
/// # Panics
/// When a later group has tallies of fewer statements than the first.
#[must_use]
pub fn divisions(
    groups: &[Vec<Tally>],
    may_compare: impl Fn(usize) -> bool,
    may: impl Fn(usize) -> bool,
) -> Vec<Division> {
    let statements = groups.first().map_or(0, Vec::len);
    let mut found: Vec<Division> = (0..statements)
        .filter(|statement| may(*statement))
        .filter_map(|statement| {
            let compared: Vec<usize> =
                (0..groups.len()).filter(|group| may_compare(*group) && groups[*group][statement].seen() > 0).collect();
            let pairs = compared
                .iter()
                .flat_map(|more| compared.iter().map(move |less| (*more, *less)))
                .filter(|(more, less)| more != less);
            let all = pairs
                .map(|(more, less)| between(statement, more, less, groups[more][statement], groups[less][statement]));
            all.reduce(|best, next| if next.low > best.low { next } else { best })
        })
        .collect();
    found.sort_by(|a, b| b.low.total_cmp(&a.low));
    found
}

fn between(statement: usize, more: usize, less: usize, a: Tally, b: Tally) -> Division {
    let shares = [a, b].map(|tally| smoothed(tally.agree, tally.seen()));
    let variance: f64 =
        [a, b].iter().zip(shares).map(|(tally, share)| share * (1.0 - share) / (f64::from(tally.seen()) + 2.0)).sum();
    let difference = shares[0] - shares[1];
    let reach = Z_95 * variance.sqrt();
    Division {
        statement,
        more,
        less,
        difference,
        low: (difference - reach).max(-1.0),
        high: (difference + reach).min(1.0),
        z: two_sample_z(a.agree, a.seen(), b.agree, b.seen()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(agree: u32, disagree: u32) -> Tally {
        Tally { agree, disagree, pass: 0 }
    }

    #[test]
    fn what_all_agree_with_divides_least_and_what_one_group_has_not_seen_not_at_all() {
        let groups = [vec![tally(40, 0), tally(30, 10), tally(9, 0)], vec![tally(41, 1), tally(5, 35), tally(0, 0)]];
        let found = divisions(&groups, |_| true, |_| true);
        assert_eq!(found.iter().map(|one| one.statement).collect::<Vec<_>>(), [1, 0]);
        let most = found[0];
        assert_eq!((most.more, most.less), (0, 1));
        assert!(most.low > 0.4 && most.low < most.difference && most.difference < most.high && most.z > 4.0);
        assert!(found[1].low < 0.0);
    }
}
