//! Which statement to ask somebody next. Promises: [`next_statement`] asks what soonest settles which five statements
//! each group is surest to be on one side of: where most doubt is left that matters. A statement counts for how unsure
//! it is whether it is among the five, times how far off it may still be, so that new statements are tried, what is
//! surely in or surely out is let be, and what is near the cut is compared. Whose group is not known yet counts for each
//! group as far as its people answer like them. No chance: whoever wants Polis' draw brings the number for
//! [`draw_in_proportion`]. Never asks the same person twice.

use crate::statistics::smoothed;
use crate::vote::{Standing, Tally};
use crate::votes::{Cell, Votes};

/// Statements sought in each group.
const SOUGHT: usize = 5;
/// See [`Race::ahead`].
const AHEAD: f64 = 2.0;

/// What one person should be asked next, or `None` when they have seen everything. `groups` are tallies by group and
/// statement (see [`crate::GroupStatistics::tallies`]), `group` the person's own once it is known; until then none of
/// the tallies may hold this person's answers. A statement added since those were counted is taken as unseen. Meta
/// statements come first, in order.
#[must_use]
pub fn next_statement(votes: &Votes, person: usize, groups: &[Vec<Tally>], group: Option<usize>) -> Option<usize> {
    let open: Vec<usize> =
        (0..votes.statements()).filter(|statement| votes.vote(person, *statement).is_none()).collect();
    next_of(votes, person, &open, groups, group)
}

/// As [`next_statement`], for a caller who knows which statements may be asked.
///
/// # Panics
/// When `open` names a statement that is not in `votes`.
#[must_use]
pub fn next_of(
    votes: &Votes,
    person: usize,
    open: &[usize],
    groups: &[Vec<Tally>],
    group: Option<usize>,
) -> Option<usize> {
    let standing = |statement: &&usize| votes.standings()[**statement];
    if let Some(meta) = open.iter().find(|statement| standing(statement) == Standing::Meta) {
        return Some(*meta);
    }
    let own = group.and_then(|group| groups.get(group)).map(std::slice::from_ref);
    let mut heard: Vec<&[Tally]> = own.unwrap_or(groups).iter().map(Vec::as_slice).collect();
    if heard.is_empty() {
        heard.push(votes.tallies());
    }
    let likeness = likeness(votes.row(person), &heard);
    let races: Vec<Race> = heard.iter().map(|tallies| Race::of(votes, tallies)).collect();
    let promise = |statement: usize| {
        let weighed = heard.iter().zip(&races).zip(&likeness);
        weighed.map(|((tallies, race), like)| like * race.doubt_that_matters(heard_on(tallies, statement))).sum::<f64>()
    };
    let live = open
        .iter()
        .filter(|statement| standing(statement).is_live())
        .map(|statement| (*statement, promise(*statement)));
    live.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(statement, _)| statement)
}

/// How likely each group's people are to answer as this person did, for the likeliest 1.
fn likeness(answers: &[Cell], heard: &[&[Tally]]) -> Vec<f64> {
    let mut likeness = vec![1.0; heard.len()];
    for cell in answers {
        for (like, tallies) in likeness.iter_mut().zip(heard) {
            let mut tally = heard_on(tallies, cell.statement as usize);
            *like *= (f64::from(*tally.of(cell.vote)) + 1.0) / (f64::from(tally.seen()) + 3.0);
        }
        let most = likeness.iter().copied().fold(0.0, f64::max);
        likeness.iter_mut().for_each(|like| *like /= most);
    }
    likeness
}

fn heard_on(tallies: &[Tally], statement: usize) -> Tally {
    tallies.get(statement).copied().unwrap_or_default()
}

/// What it takes in one group to be among the statements sought.
struct Race {
    /// Answers each statement is taken to get beyond those it has, with the same shares: [`AHEAD`] times what the
    /// statement heard most has, lest all that is new lose to what is old.
    ahead: f64,
    /// Halfway between the last that is among those sought and the first that is not.
    cut: f64,
}

impl Race {
    fn of(votes: &Votes, tallies: &[Tally]) -> Self {
        let live = || tallies.iter().zip(votes.standings()).filter(|(_, standing)| standing.is_live());
        let heard_most = live().map(|(tally, _)| tally.seen()).max().unwrap_or(0);
        let mut race = Self { ahead: AHEAD * f64::from(heard_most), cut: f64::NEG_INFINITY };
        let mut sureties: Vec<f64> = live().map(|(tally, _)| race.surety(*tally).0).collect();
        if sureties.len() > SOUGHT {
            let (among, first_out, _) = sureties.select_nth_unstable_by(SOUGHT, |a, b| b.total_cmp(a));
            race.cut = f64::midpoint(among.iter().copied().fold(f64::INFINITY, f64::min), *first_out);
        }
        race
    }

    /// How surely the group is on the stronger side, in Polis' measure of what is shared (share times its standard
    /// deviations above a half), and the standard error of that.
    fn surety(&self, tally: Tally) -> (f64, f64) {
        let seen = f64::from(tally.seen());
        let share = smoothed(tally.agree.max(tally.disagree), tally.seen());
        let error = (share * (1.0 - share) / (seen + 3.0)).sqrt();
        let deviations = 2.0 * (seen + self.ahead + 1.0).sqrt();
        // The slope of share (share - 1/2); below a half nothing is shared, and the slope of a half will do.
        (deviations * share * (share - 0.5), deviations * (2.0 * share - 0.5).max(0.5) * error)
    }

    /// How unsure it is whether a statement is among those sought (the variance of that), times how far off its surety
    /// may be.
    fn doubt_that_matters(&self, tally: Tally) -> f64 {
        let (surety, error) = self.surety(tally);
        let above = (surety - self.cut) / error;
        error * chance_above(above) * chance_above(-above)
    }
}

/// The chance of being above something that lies so many standard errors below: a bell curve, nearly (the logistic one
/// of about its spread).
fn chance_above(errors: f64) -> f64 {
    1.0 / (1.0 + exponential(-1.702 * errors))
}

/// e to this power to within 1 in 500 where it is of any weight (between -20 and 20), by products alone: machines agree
/// on those to the last bit and not on `exp`, so everywhere the same statement is asked.
fn exponential(power: f64) -> f64 {
    let part = power.clamp(-40.0, 40.0) / 1_024.0;
    (0..10).fold(1.0 + part * (1.0 + part / 2.0), |root, _| root * root)
}

/// Polis' way: one of the open statements, each with a chance in proportion to its priority (see
/// [`crate::priorities`]). `share`, from 0 up to 1, is the caller's random number.
///
/// # Panics
/// When `open` names a statement without a priority, such as one added since they were computed.
#[must_use]
pub fn draw_in_proportion(priorities: &[f64], open: &[usize], share: f64) -> Option<usize> {
    let mut left = share * open.iter().map(|statement| priorities[*statement]).sum::<f64>();
    let drawn = open.iter().find(|statement| {
        left -= priorities[**statement];
        left < 0.0
    });
    drawn.or(open.last()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::Vote;

    fn tallies(of: &[(u32, u32)]) -> Vec<Tally> {
        of.iter().map(|(agree, disagree)| Tally { agree: *agree, disagree: *disagree, pass: 0 }).collect()
    }

    #[test]
    fn products_give_the_exponential_nearly_and_a_chance_that_only_rises() {
        for tenth in -200..=200 {
            let power = f64::from(tenth) / 10.0;
            assert!((exponential(power) / power.exp() - 1.0).abs() < 2e-3, "{power}");
        }
        let chances: Vec<f64> = (-400..=400).map(|tenth| chance_above(f64::from(tenth) / 10.0)).collect();
        assert!(
            chances.is_sorted() && chances[400] == 0.5 && chances.iter().all(|chance| (0.0..=1.0).contains(chance))
        );
    }

    #[test]
    fn what_is_new_or_near_the_cut_is_asked_and_what_is_settled_is_not() {
        let votes = Votes::on(vec![Standing::Live; 9]).unwrap();
        let all: Vec<usize> = (0..9).collect();
        // Five that are surely shared, one near, one that is out of the race, one less heard at the cut, one new.
        let heard = [tallies(&[(95, 5), (95, 5), (95, 5), (80, 20), (80, 20), (78, 22), (55, 45), (8, 2), (0, 0)])];
        let mut open = all.clone();
        let mut asked = Vec::new();
        while let Some(next) = next_of(&votes, 0, &open, &heard, Some(0)) {
            open.retain(|statement| *statement != next);
            asked.push(next);
        }
        assert_eq!(asked[0], 7, "{asked:?}");
        let mut near = asked[1..4].to_vec();
        near.sort_unstable();
        assert_eq!((near, asked[4]), (vec![3, 4, 5], 8), "{asked:?}");
        // A statement added since the groups were counted is new, too.
        assert_eq!(next_of(&votes, 0, &[0, 8], &[heard[0][..8].to_vec()], Some(0)), Some(8));
        // With five statements all are sought, and the least heard is asked.
        let few = Votes::on(vec![Standing::Live; 3]).unwrap();
        assert_eq!(next_of(&few, 0, &[0, 1, 2], &[tallies(&[(9, 0), (2, 1), (9, 9)])], None), Some(1));
    }

    #[test]
    fn whose_group_is_not_known_is_asked_what_those_who_answer_like_them_have_not_settled() {
        let mut votes = Votes::on(vec![Standing::Live; 8]).unwrap();
        votes.cast(0, 0, Vote::Agree).unwrap();
        votes.cast(1, 0, Vote::Disagree).unwrap();
        // They part on the first statement; the first group has not heard the last but one, the second not the last.
        let shared = [(95, 5); 5];
        let heard = [[(20, 0), (0, 0), (55, 45)], [(0, 20), (55, 45), (0, 0)]]
            .map(|[first, new, old]| tallies(&[&[first], shared.as_slice(), &[new, old]].concat()));
        let asked = [0, 1, 2].map(|person| next_of(&votes, person, &[7, 6], &heard, None));
        assert_eq!(asked, [Some(6), Some(7), Some(7)]);
        assert_eq!(next_of(&votes, 0, &[7, 6], &heard, Some(1)), Some(7));
    }
}
