//! An opinion map: the plane, everybody's place on it, the groups, and what the groups say about each statement.
use crate::covotes::CoVotes;
use crate::plane::{Plane, Point, Stretch, TABLES_MAX};
use crate::polis;
use crate::statistics::{Consensus, Representative, consensus, group_aware_consensus, priorities, representatives};
use crate::vote::{Standing, Tally};
use crate::votes::Votes;

/// What a grouping says, however it was come by.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupStatistics {
    pub tallies: Vec<Vec<Tally>>,
    pub group_aware_consensus: Vec<f64>,
    pub representatives: Vec<Vec<Representative>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OpinionMap {
    pub plane: Plane,
    pub positions: Vec<Point>,
    pub clustered: Vec<bool>,
    pub labels: Vec<Option<usize>>,
    pub groups: usize,
    pub silhouettes: Vec<f64>,
    pub extremity: Vec<f64>,
    pub statistics: GroupStatistics,
    pub consensus: Consensus,
    pub priorities: Vec<f64>,
}

impl GroupStatistics {
    #[must_use]
    pub fn of(votes: &Votes, labels: &[Option<usize>], groups: usize) -> Self {
        let tallies = votes.tallies_by_group(labels, groups);
        let may = |statement: usize| votes.standings()[statement].is_live();
        let mut all = vec![Tally::default(); votes.statements()];
        for group in &tallies {
            all.iter_mut().zip(group).for_each(|(all, own)| *all = *all + *own);
        }
        let speak = |own: &Vec<Tally>| {
            let others: Vec<Tally> = all.iter().zip(own).map(|(all, own)| *all - *own).collect();
            representatives(own, &others, may)
        };
        Self { group_aware_consensus: group_aware_consensus(&tallies, votes.statements()), representatives: tallies.iter().map(speak).collect(), tallies }
    }
}

impl OpinionMap {
    #[must_use]
    pub fn compatible(votes: &Votes) -> Self {
        let tables = (votes.statements() <= TABLES_MAX).then(|| CoVotes::count(votes));
        let plane = Plane::cold(votes, tables.as_ref());
        let positions = plane.place_everybody(votes, Stretch::Polis);
        let clustered = polis::clustered(votes);
        let points: Vec<Point> = positions.iter().zip(&clustered).filter(|(_, taken)| **taken).map(|(point, _)| *point).collect();
        let grouping = polis::group(&points);
        let mut next = grouping.labels.iter();
        let labels: Vec<Option<usize>> = clustered.iter().map(|taken| if *taken { next.next().copied() } else { None }).collect();
        let extremity = plane.extremity();
        let is_meta = |statement: usize| votes.standings()[statement] == Standing::Meta;
        Self {
            statistics: GroupStatistics::of(votes, &labels, grouping.groups),
            consensus: consensus(votes.tallies(), |statement| votes.standings()[statement].is_live()),
            priorities: priorities(&votes.tallies_by_group(&clustered.iter().map(|taken| taken.then_some(0)).collect::<Vec<_>>(), 1)[0], &extremity, is_meta),
            plane, positions, clustered, labels, groups: grouping.groups, silhouettes: grouping.silhouettes, extremity,
        }
    }
}
