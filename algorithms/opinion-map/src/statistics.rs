//! What a grouping says about each statement: who it speaks for, what everybody shares. Source: Polis' repness
//! (compdemocracy/polis, math/repness.clj), restated. Promises: exact counts in, plain formulas out; ties keep the
//! order of statements. Never guesses about a statement nobody saw: it has no trials, and its shares stand at one half.

use std::cmp::Ordering;

use crate::vote::{Tally, Vote};

/// One-sided 90 % of the normal distribution, to Polis' digits.
const Z_90: f64 = 1.2816;
/// Statements listed per group and per side of a consensus.
const LISTED: usize = 5;

/// A statement that speaks for a group: more of its people are on one side of it than of everybody else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Representative {
    /// Its number in [`crate::Votes`].
    pub statement: usize,
    /// [`Vote::Agree`] or [`Vote::Disagree`].
    pub side: Vote,
    /// People of the group on that side, of those who saw it, passes included.
    pub successes: u32,
    /// People of the group who saw it.
    pub trials: u32,
    /// (successes + 1) / (trials + 2).
    pub probability: f64,
    /// How sure it is that more than half of the group is on that side, in standard deviations.
    pub probability_z: f64,
    /// The group's probability over that of everybody else.
    pub ratio: f64,
    /// How sure it is that the ratio is above 1, in standard deviations.
    pub ratio_z: f64,
    /// Put first because the group agrees with it most, whichever side it ends up listed for.
    pub is_best_agree: bool,
}

/// A statement most people are on one side of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shared {
    /// Its number in [`crate::Votes`].
    pub statement: usize,
    /// People on that side, of those who saw it, passes included.
    pub successes: u32,
    /// People who saw it.
    pub trials: u32,
    /// (successes + 1) / (trials + 2).
    pub probability: f64,
    /// How sure it is that more than half are on that side, in standard deviations.
    pub probability_z: f64,
}

/// What most people agree with and disagree with, the surest first, at most five each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Consensus {
    /// What most agree with.
    pub agree: Vec<Shared>,
    /// What most disagree with.
    pub disagree: Vec<Shared>,
}

/// One side of one statement in one group against the others.
#[derive(Clone, Copy, Debug)]
struct Side {
    successes: u32,
    probability: f64,
    probability_z: f64,
    ratio: f64,
    ratio_z: f64,
}

impl Side {
    fn of(vote: Vote, own: Tally, others: Tally) -> Self {
        let count = |tally: Tally| if vote == Vote::Agree { tally.agree } else { tally.disagree };
        let probability = smoothed(count(own), own.seen());
        Self {
            successes: count(own),
            probability,
            probability_z: one_sample_z(count(own), own.seen()),
            ratio: probability / smoothed(count(others), others.seen()),
            ratio_z: two_sample_z(count(own), own.seen(), count(others), others.seen()),
        }
    }

    fn is_sure(&self) -> bool {
        self.ratio_z > Z_90 && self.probability_z > Z_90
    }
}

/// Both sides of one statement in one group.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    statement: usize,
    own: Tally,
    agree: Side,
    disagree: Side,
}

impl Candidate {
    fn as_representative(&self) -> Representative {
        let (vote, side) = if self.agree.ratio_z > self.disagree.ratio_z {
            (Vote::Agree, self.agree)
        } else {
            (Vote::Disagree, self.disagree)
        };
        Representative {
            statement: self.statement,
            side: vote,
            successes: side.successes,
            trials: self.own.seen(),
            probability: side.probability,
            probability_z: side.probability_z,
            ratio: side.ratio,
            ratio_z: side.ratio_z,
            is_best_agree: false,
        }
    }

    /// Whether more speaks for this one as what the group agrees with most. Once the best so far is agreed with more
    /// here than elsewhere, that counts too.
    fn is_agreed_more_than(&self, best: Option<&Self>) -> bool {
        let agree = &self.agree;
        if self.own.agree == 0 && self.own.disagree == 0 {
            return false;
        }
        match best.map(|best| best.agree) {
            Some(best) if best.ratio > 1.0 => {
                agree.ratio * agree.ratio_z * agree.probability * agree.probability_z
                    > best.ratio * best.ratio_z * best.probability * best.probability_z
            }
            Some(best) => agree.probability * agree.probability_z > best.probability * best.probability_z,
            None => agree.probability_z > Z_90 || (agree.ratio > 1.0 && agree.probability > 0.5),
        }
    }
}

/// The statements that speak for a group, at most five, agreed ones first. `own` and `others` are tallies per statement
/// within the group and among everybody else who was grouped; statements for which `may` is false are passed over.
/// Where none is sure, it is the one most agreed with, or else the one that sets the group most apart: as with Polis,
/// that can be one its people have not seen unless `may` forbids it.
#[must_use]
pub fn representatives(own: &[Tally], others: &[Tally], may: impl Fn(usize) -> bool) -> Vec<Representative> {
    let (mut sure, mut best_agree, mut best) = (Vec::new(), None::<Candidate>, None::<Candidate>);
    for (statement, (own, others)) in own.iter().zip(others).enumerate().filter(|(statement, _)| may(*statement)) {
        let (agree, disagree) = (Side::of(Vote::Agree, *own, *others), Side::of(Vote::Disagree, *own, *others));
        let candidate = Candidate { statement, own: *own, agree, disagree };
        if agree.is_sure() || disagree.is_sure() {
            sure.push(candidate.as_representative());
        }
        if candidate.is_agreed_more_than(best_agree.as_ref()) {
            best_agree = Some(candidate);
        }
        let surest = |candidate: &Candidate| candidate.agree.ratio_z.max(candidate.disagree.ratio_z);
        if best.as_ref().is_none_or(|best| surest(&candidate) > surest(best)) {
            best = Some(candidate);
        }
    }
    let best_agree =
        best_agree.map(|candidate| Representative { is_best_agree: true, ..candidate.as_representative() });
    if sure.is_empty() {
        return best_agree.or_else(|| best.map(|candidate| candidate.as_representative())).into_iter().collect();
    }
    let weight = |one: &Representative| one.ratio * one.ratio_z * one.probability * one.probability_z;
    sure.retain(|one| best_agree.is_none_or(|best| best.statement != one.statement));
    sure.sort_by(|a, b| weight(b).partial_cmp(&weight(a)).unwrap_or(Ordering::Equal));
    let mut listed: Vec<_> = best_agree.into_iter().chain(sure).take(LISTED).collect();
    listed.sort_by_key(|one| one.side != Vote::Agree);
    listed
}

/// What most people who saw it agree or disagree with.
#[must_use]
pub fn consensus(tallies: &[Tally], may: impl Fn(usize) -> bool) -> Consensus {
    let side = |count: fn(Tally) -> u32| {
        let candidates =
            tallies.iter().enumerate().filter(|(statement, _)| may(*statement)).map(|(statement, tally)| Shared {
                statement,
                successes: count(*tally),
                trials: tally.seen(),
                probability: smoothed(count(*tally), tally.seen()),
                probability_z: one_sample_z(count(*tally), tally.seen()),
            });
        let mut most: Vec<_> = candidates.filter(|one| one.probability > 0.5 && one.probability_z > Z_90).collect();
        let weight = |one: &Shared| one.probability * one.probability_z;
        most.sort_by(|a, b| weight(b).partial_cmp(&weight(a)).unwrap_or(Ordering::Equal));
        most.truncate(LISTED);
        most
    };
    Consensus { agree: side(|tally| tally.agree), disagree: side(|tally| tally.disagree) }
}

/// Per statement, the product over groups of the share of the group that agrees, (A + 1) / (S + 2): high only where
/// every group agrees. An unseen statement stands at ½ per group, so look at how many saw it as well.
#[must_use]
pub fn group_aware_consensus(groups: &[Vec<Tally>], statements: usize) -> Vec<f64> {
    let of = |statement: usize| {
        groups.iter().map(|group| smoothed(group[statement].agree, group[statement].seen())).product()
    };
    (0..statements).map(of).collect()
}

/// Polis' priority of each statement in line to be asked: unsure, far out and agreed ones first, new ones before all.
/// `tallies` of everybody, `extremity` of [`crate::Plane::extremity`]; statements for which `is_meta` holds stand at
/// 49.
#[must_use]
pub fn priorities(tallies: &[Tally], extremity: &[f64], is_meta: impl Fn(usize) -> bool) -> Vec<f64> {
    let of = |(statement, (tally, extremity)): (usize, (&Tally, &f64))| {
        if is_meta(statement) {
            return 49.0;
        }
        let (agreed, passed) = (smoothed(tally.agree, tally.seen()), smoothed(tally.pass, tally.seen()));
        let importance = (1.0 - passed) * (extremity + 1.0) * agreed;
        (importance * 2.0_f64.powf(-f64::from(tally.seen()) / 5.0).mul_add(8.0, 1.0)).powi(2)
    };
    tallies.iter().zip(extremity).enumerate().map(of).collect()
}

/// (successes + 1) / (trials + 2).
pub(crate) fn smoothed(successes: u32, trials: u32) -> f64 {
    (f64::from(successes) + 1.0) / (f64::from(trials) + 2.0)
}

/// How far a share is above one half, in standard deviations, one success and one trial added.
pub(crate) fn one_sample_z(successes: u32, trials: u32) -> f64 {
    let trials = f64::from(trials) + 1.0;
    2.0 * trials.sqrt() * ((f64::from(successes) + 1.0) / trials - 0.5)
}

/// How far one share is above another, in standard deviations, with one success and one trial added to both.
pub(crate) fn two_sample_z(successes: u32, trials: u32, other_successes: u32, other_trials: u32) -> f64 {
    let [successes, trials, other_successes, other_trials] =
        [successes, trials, other_successes, other_trials].map(|count| f64::from(count) + 1.0);
    let pooled = (successes + other_successes) / (trials + other_trials);
    if pooled >= 1.0 {
        return 0.0;
    }
    (successes / trials - other_successes / other_trials)
        / (pooled * (1.0 - pooled) * (1.0 / trials + 1.0 / other_trials)).sqrt()
}
