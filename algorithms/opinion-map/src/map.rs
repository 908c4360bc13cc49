//! A whole opinion map: where everybody stands, who stands together, what each group says, what all share and what
//! divides. Promises: the same votes give the same map, bit for bit, in whatever order they came; [`OpinionMap::draw`]
//! says "one group" when there is one, and who is in none; [`OpinionMap::compatible`] does what Polis does. Never looks
//! at a clock, a file or a random number.

use crate::continuum::Continuum;
use crate::covotes::CoVotes;
use crate::crowd::Crowd;
use crate::division::{Division, divisions};
use crate::grouping::{self, Fit, Found, Limits};
use crate::plane::{Plane, Point, Stretch, TABLES_MAX, pull};
use crate::polis;
use crate::stability::steadiness;
use crate::statistics::{Consensus, Representative, consensus, group_aware_consensus, priorities, representatives};
use crate::vote::{Standing, Tally};
use crate::votes::{Cell, Votes};

/// What the default mode may be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Votes on live statements a person must have cast to be grouped (fewer where there are fewer statements).
    pub votes_needed: usize,
    /// Most groups shown.
    pub groups_max: usize,
    /// A group has at least so many people.
    pub group_people_min: usize,
    /// A group has at least this share of all who are grouped, 0 to 1.
    pub group_share_min: f64,
    /// A smaller group is marked [`Group::is_hidden`]: what it says could be traced to its people.
    pub privacy_floor: usize,
    /// Times the grouping is repeated on people drawn anew, for [`Group::stability`]; 0 leaves it out.
    pub resamples: usize,
    /// Where those draws begin. Publish it with the map.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            votes_needed: 7,
            groups_max: 5,
            group_people_min: 3,
            group_share_min: 0.05,
            privacy_floor: 5,
            resamples: 100,
            seed: 1,
        }
    }
}

/// One group of people who vote alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// How many there are.
    pub people: usize,
    /// Mean place of its people.
    pub center: Point,
    /// 0 to 1: how much of it is found again when people are drawn anew (mean largest overlap, Hennig 2007; below 0.6
    /// it should not be believed, from 0.75 on it is stable). The plane is held as it is. `None` where it was not
    /// computed.
    pub stability: Option<f64>,
    /// Smaller than [`Settings::privacy_floor`]. All about it is still here: whoever publishes the map leaves it out.
    pub is_hidden: bool,
}

/// What a grouping says, however it was come by. Indexed by group, then by statement where there are two.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupStatistics {
    /// Every vote of the group's people, rejected statements included.
    pub tallies: Vec<Vec<Tally>>,
    /// Per statement, see [`group_aware_consensus`].
    pub group_aware_consensus: Vec<f64>,
    /// See [`representatives`].
    pub representatives: Vec<Vec<Representative>>,
}

/// The map. Lists are indexed by person, statement or group, as [`Votes`] numbers them.
#[derive(Clone, Debug, PartialEq)]
pub struct OpinionMap {
    /// Mean vote and two loadings per statement.
    pub plane: Plane,
    /// Per person; the middle for someone who has not voted.
    pub positions: Vec<Point>,
    /// Per person, whether they have voted enough to be grouped.
    pub clustered: Vec<bool>,
    /// Per person, their group.
    pub labels: Vec<Option<usize>>,
    /// The largest first in [`OpinionMap::draw`]; in Polis' order in [`OpinionMap::compatible`].
    pub groups: Vec<Group>,
    /// How each number of groups fitted, from two up.
    pub fits: Vec<Fit>,
    /// Mean adjusted Rand index of the grouping under resampling, 1 the same every time.
    pub stability: Option<f64>,
    /// Per statement, see [`Plane::extremity`].
    pub extremity: Vec<f64>,
    /// What the groups say.
    pub statistics: GroupStatistics,
    /// What all people share, in groups or not.
    pub consensus: Consensus,
    /// What divides the groups that are not hidden, the surest first.
    pub divisions: Vec<Division>,
    /// Per statement, see [`priorities`].
    pub priorities: Vec<f64>,
}

/// People who are in no group, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outside {
    /// Have not voted on any statement.
    pub never_voted: usize,
    /// Have voted, on too few statements to be placed with others.
    pub too_few_votes: usize,
}

impl OpinionMap {
    /// The map of these votes, with what is known to be wrong in Polis' steps mended (the README lists what).
    #[must_use]
    pub fn draw(votes: &Votes, settings: &Settings) -> Self {
        let tables = (votes.statements() <= TABLES_MAX).then(|| CoVotes::count(votes));
        Self::draw_with(votes, tables.as_ref(), settings)
    }

    pub(crate) fn draw_with(votes: &Votes, tables: Option<&CoVotes>, settings: &Settings) -> Self {
        let plane = Plane::cold(votes, tables);
        let mut steady = None;
        let mut map = Self::assemble(votes, settings, plane, |crowd, limits, plane, clustered| {
            let continuum = Continuum::of(votes, plane, clustered, crowd, settings.seed);
            let found = grouping::find(crowd, limits, settings.seed, &continuum);
            steady = (settings.resamples > 0)
                .then(|| steadiness(crowd, &found.labels, found.groups, settings.resamples, settings.seed));
            found
        });
        if let Some(steady) = steady {
            map.groups.iter_mut().zip(steady.by_group).for_each(|(group, steady)| group.stability = Some(steady));
            map.stability = Some(steady.overall);
        }
        map
    }

    /// The map a few votes later: components from where they were, as many groups as there were, from where they stood.
    /// What was judged at the last drawing (fits, stability) is carried over.
    pub(crate) fn redraw(&self, votes: &Votes, tables: Option<&CoVotes>, settings: &Settings) -> Self {
        let plane = Plane::warm(votes, tables, &self.plane);
        let earlier = |clustered: &[bool]| -> Vec<Option<usize>> {
            let of = |(person, _): (usize, &bool)| self.labels.get(person).copied().flatten();
            clustered.iter().enumerate().filter(|(_, taken)| **taken).map(of).collect()
        };
        let follow = |crowd: &Crowd, _, _: &Plane, clustered: &[bool]| {
            grouping::follow(crowd, &earlier(clustered), self.groups.len())
        };
        let mut map = Self::assemble(votes, settings, plane, follow);
        map.fits.clone_from(&self.fits);
        map.stability = self.stability;
        if map.groups.len() == self.groups.len() {
            map.groups.iter_mut().zip(&self.groups).for_each(|(group, earlier)| group.stability = earlier.stability);
        }
        map
    }

    /// The map as Polis makes it from a cold start. `arrivals`, people in the order of their first vote, brings in
    /// those whom Polis took before fifteen had voted enough and has kept since; without it they are unknown.
    ///
    /// # Panics
    /// When one of the first fifteen of `arrivals` is not a person of `votes`.
    #[must_use]
    pub fn compatible(votes: &Votes, arrivals: Option<&[usize]>) -> Self {
        let tables = (votes.statements() <= TABLES_MAX).then(|| CoVotes::count(votes));
        let plane = Plane::cold(votes, tables.as_ref());
        let positions = plane.place_everybody(votes, Stretch::Polis);
        let clustered = polis::clustered(votes, arrivals);
        let points: Vec<Point> = taken(&positions, &clustered).collect();
        let grouping = polis::group(&points);
        let mut next = grouping.labels.iter();
        let labels: Vec<Option<usize>> =
            clustered.iter().map(|taken| if *taken { next.next().copied() } else { None }).collect();
        let statistics = GroupStatistics::of(votes, &labels, grouping.groups);
        let fits = (2..)
            .zip(grouping.silhouettes)
            .map(|(groups, silhouette)| Fit { groups, silhouette, chance: None })
            .collect();
        let settings = Settings { privacy_floor: 0, ..Settings::default() };
        let mut map = Self::with(votes, &settings, plane, positions, clustered, labels, statistics);
        map.fits = fits;
        // Polis adds up its groups, so that those who are in none have no say in what is asked next.
        let grouped = map.statistics.everybody(votes.statements());
        map.priorities =
            priorities(&grouped, &map.extremity, |statement| votes.standings()[statement] == Standing::Meta);
        map
    }

    /// How many people are in no group.
    #[must_use]
    pub fn outside(&self, votes: &Votes) -> Outside {
        let without = self.labels.iter().enumerate().filter(|(_, label)| label.is_none());
        without.fold(Outside::default(), |outside, (person, _)| {
            let is_silent = votes.row(person).is_empty();
            Outside {
                never_voted: outside.never_voted + usize::from(is_silent),
                too_few_votes: outside.too_few_votes + usize::from(!is_silent),
            }
        })
    }

    fn assemble(
        votes: &Votes,
        settings: &Settings,
        plane: Plane,
        group: impl FnOnce(&Crowd, Limits, &Plane, &[bool]) -> Found,
    ) -> Self {
        let positions = plane.place_everybody(votes, Stretch::Live);
        let live = votes.standings().iter().filter(|standing| standing.is_live()).count();
        let cast = live_votes(votes, live);
        let clustered: Vec<bool> = cast.iter().map(|cast| *cast >= settings.votes_needed.min(live).max(1)).collect();
        let shown: Vec<Point> = taken(&positions, &clustered).collect();
        let drawn_in: Vec<Point> = taken(&cast, &clustered)
            .zip(&shown)
            .map(|(cast, place)| place.map(|along| along * pull(cast, live)))
            .collect();
        let crowd = Crowd::of(&drawn_in, &shown);
        let people_min = settings.group_people_min.max((settings.group_share_min * shown.len() as f64).ceil() as usize);
        let found = group(&crowd, Limits { groups_max: settings.groups_max, people_min }, &plane, &clustered);
        let mut standing = crowd.standing.iter();
        let mut label = || standing.next().map(|point| found.labels[*point]);
        let labels: Vec<Option<usize>> = clustered.iter().map(|taken| if *taken { label() } else { None }).collect();
        let statistics = GroupStatistics::where_seen(votes, &labels, found.groups);
        Self { fits: found.fits, ..Self::with(votes, settings, plane, positions, clustered, labels, statistics) }
    }

    fn with(
        votes: &Votes,
        settings: &Settings,
        plane: Plane,
        positions: Vec<Point>,
        clustered: Vec<bool>,
        labels: Vec<Option<usize>>,
        statistics: GroupStatistics,
    ) -> Self {
        let (extremity, is_live) = (plane.extremity(), |statement: usize| votes.standings()[statement].is_live());
        let groups = groups(&positions, &labels, statistics.tallies.len(), settings.privacy_floor);
        Self {
            consensus: consensus(votes.tallies(), is_live),
            divisions: divisions(&statistics.tallies, |group| !groups[group].is_hidden, is_live),
            priorities: priorities(votes.tallies(), &extremity, |statement| {
                votes.standings()[statement] == Standing::Meta
            }),
            fits: Vec::new(),
            stability: None,
            plane,
            positions,
            clustered,
            labels,
            groups,
            extremity,
            statistics,
        }
    }
}

impl GroupStatistics {
    /// What any grouping says: `labels` gives each person's group, below `groups`, or none; people beyond the list are
    /// in none. As Polis has it: a group of which nothing sure can be said may be given a statement none of its people
    /// has seen ([`Representative::trials`] is 0 then); [`OpinionMap::draw`] gives it one they have seen.
    ///
    /// # Panics
    /// When a label is not below `groups`.
    #[must_use]
    pub fn of(votes: &Votes, labels: &[Option<usize>], groups: usize) -> Self {
        Self::counted(votes, labels, groups, |_| true)
    }

    /// As [`Self::of`], but only what some of a group's people have seen speaks for it.
    fn where_seen(votes: &Votes, labels: &[Option<usize>], groups: usize) -> Self {
        Self::counted(votes, labels, groups, |own| own.seen() > 0)
    }

    fn counted(votes: &Votes, labels: &[Option<usize>], groups: usize, may_speak: impl Fn(&Tally) -> bool) -> Self {
        let mut statistics = Self {
            tallies: votes.tallies_by_group(labels, groups),
            group_aware_consensus: Vec::new(),
            representatives: Vec::new(),
        };
        let all = statistics.everybody(votes.statements());
        let speak = |own: &Vec<Tally>| {
            let others: Vec<Tally> = all.iter().zip(own).map(|(all, own)| *all - *own).collect();
            let may = |statement: usize| votes.standings()[statement].is_live() && may_speak(&own[statement]);
            representatives(own, &others, may)
        };
        statistics.representatives = statistics.tallies.iter().map(speak).collect();
        statistics.group_aware_consensus = group_aware_consensus(&statistics.tallies, votes.statements());
        statistics
    }

    /// Tallies of all groups together, per statement.
    fn everybody(&self, statements: usize) -> Vec<Tally> {
        let mut all = vec![Tally::default(); statements];
        for group in &self.tallies {
            all.iter_mut().zip(group).for_each(|(all, own)| *all = *all + *own);
        }
        all
    }
}

/// Votes each person has cast on live statements.
fn live_votes(votes: &Votes, live: usize) -> Vec<usize> {
    let is_live = |cell: &&Cell| votes.standings()[cell.statement as usize].is_live();
    votes
        .rows()
        .map(|row| if live == votes.statements() { row.len() } else { row.iter().filter(is_live).count() })
        .collect()
}

fn taken<'a, T: Copy>(each: &'a [T], clustered: &'a [bool]) -> impl Iterator<Item = T> + 'a {
    each.iter().zip(clustered).filter(|(_, taken)| **taken).map(|(one, _)| *one)
}

fn groups(positions: &[Point], labels: &[Option<usize>], groups: usize, privacy_floor: usize) -> Vec<Group> {
    let mut found = vec![Group { people: 0, center: [0.0; 2], stability: None, is_hidden: false }; groups];
    for (position, label) in positions.iter().zip(labels) {
        let Some(group) = label.and_then(|label| found.get_mut(label)) else { continue };
        group.people += 1;
        group.center = [group.center[0] + position[0], group.center[1] + position[1]];
    }
    for group in &mut found {
        group.center = group.center.map(|sum| sum / group.people.max(1) as f64);
        group.is_hidden = group.people < privacy_floor;
    }
    found
}
