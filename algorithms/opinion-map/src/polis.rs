//! Polis' own choices, for those who must match it: everyone's zero on rejected statements, base clusters, first-come
//! starts, two to five groups, a new number of groups only after four wins. Source: compdemocracy/polis,
//! math/{conversation,clusters}.clj. Promises: from a cold start, the same as Polis' with its random parts removed.
//! Never mends anything: [`crate::OpinionMap::draw`] does.

use crate::cluster::{Clusters, Stop, first_distinct, lloyd, silhouettes};
use crate::plane::Point;
use crate::votes::Votes;

const VOTES_NEEDED: usize = 7;
const PEOPLE_NEEDED: usize = 15;
const BASE_CLUSTERS: usize = 100;
const GROUPS_MAX: usize = 5;
const BASE_STOP: Stop = Stop { rounds: 100, shift: 0.01 };
const GROUP_STOP: Stop = Stop { rounds: 20, shift: 0.01 };

/// Who is clustered: whoever has cast min(7, statements) votes; if that is fewer than 15 people, the most active as
/// well; and once in, always in, which keeps the first fifteen who ever voted.
pub(crate) fn clustered(votes: &Votes, arrivals: Option<&[usize]>) -> Vec<bool> {
    let needed = VOTES_NEEDED.min(votes.statements());
    let cast: Vec<usize> = votes.rows().map(<[_]>::len).collect();
    let mut taken: Vec<bool> = cast.iter().map(|cast| *cast >= needed && *cast > 0).collect();
    arrivals.unwrap_or_default().iter().take(PEOPLE_NEEDED).for_each(|person| taken[*person] = true);
    let qualified = taken.iter().filter(|taken| **taken).count();
    if qualified < PEOPLE_NEEDED {
        let mut rest: Vec<usize> = (0..cast.len()).filter(|person| !taken[*person] && cast[*person] > 0).collect();
        rest.sort_by_key(|person| std::cmp::Reverse(cast[*person]));
        rest.into_iter().take(PEOPLE_NEEDED - qualified).for_each(|person| taken[person] = true);
    }
    taken
}

/// A grouping as Polis would make it, cold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grouping {
    /// Group of each of the points, from 0.
    pub labels: Vec<usize>,
    pub groups: usize,
    /// Mean silhouette over base clusters, from two groups up.
    pub silhouettes: Vec<f64>,
}

/// Groups the points of the people who are clustered, in their order.
pub(crate) fn group(points: &[Point]) -> Grouping {
    let ones = vec![1.0; points.len()];
    let base = lloyd(points, &ones, first_distinct(points, BASE_CLUSTERS), BASE_STOP);
    let mut weights = vec![0.0; base.centers.len()];
    base.labels.iter().for_each(|label| weights[*label] += 1.0);
    let most = GROUPS_MAX.min(2 + base.centers.len() / 12);
    let tried: Vec<Clusters> =
        (2..=most).map(|k| lloyd(&base.centers, &weights, first_distinct(&base.centers, k), GROUP_STOP)).collect();
    let silhouettes = silhouettes(&base.centers, &weights, &tried.iter().collect::<Vec<_>>(), false);
    let best = (0..tried.len()).fold(0, |best, next| if silhouettes[next] >= silhouettes[best] { next } else { best });
    let chosen = &tried[best];
    Grouping {
        labels: base.labels.iter().map(|label| chosen.labels[*label]).collect(),
        groups: chosen.centers.len(),
        silhouettes,
    }
}

/// Holds the number of groups steady between updates: another number must win four times in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Smoothing {
    shown: Option<usize>,
    challenger: usize,
    wins: u8,
}

impl Smoothing {
    /// Hears which number of groups scored best this time and says which to show.
    pub fn hear(&mut self, best: usize) -> usize {
        let shown = *self.shown.get_or_insert(best);
        self.wins = match (best == shown, best == self.challenger) {
            (true, _) => 0,
            (false, true) => self.wins + 1,
            (false, false) => 1,
        };
        self.challenger = best;
        if self.wins == 4 {
            (self.shown, self.wins) = (Some(best), 0);
        }
        self.shown.unwrap_or(best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::{Standing, Vote};

    #[test]
    fn the_most_active_fill_up_to_fifteen() {
        let mut votes = Votes::on(vec![Standing::Live; 9]).unwrap();
        for (person, cast) in [(0, 8), (1, 2), (2, 7), (3, 1)].into_iter().chain((4..20).map(|person| (person, 3))) {
            (0..cast).for_each(|statement| {
                votes.cast(person, statement, Vote::Agree).unwrap();
            });
        }
        let taken = clustered(&votes, None);
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 15);
        assert!(taken[0] && taken[2] && !taken[1] && !taken[3] && taken[16] && !taken[17]);
        assert!(clustered(&votes, Some(&[3, 1]))[3]);
    }

    #[test]
    fn another_number_of_groups_must_win_four_times_running() {
        let mut smoothing = Smoothing::default();
        let shown = [3, 2, 2, 2, 3, 2, 2, 2, 2, 2].map(|best| smoothing.hear(best));
        assert_eq!(shown, [3, 3, 3, 3, 3, 3, 3, 3, 2, 2]);
    }
}
