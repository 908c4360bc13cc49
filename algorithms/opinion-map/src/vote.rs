//! One vote, and how a statement stands. Promises: agree is +1, pass 0, disagree −1 everywhere in this crate (Polis'
//! database holds the opposite sign; its CSV exports hold ours). Never stands for "has not seen it": that is an absent
//! vote.

/// What a person said about a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i8)]
pub enum Vote {
    /// "No", −1.
    Disagree = -1,
    /// Saw it and took no side, 0.
    Pass = 0,
    /// "Yes", +1.
    Agree = 1,
}

impl Vote {
    /// −1, 0 or +1.
    #[must_use]
    pub const fn value(self) -> i8 {
        self as i8
    }

    /// The vote with this value; `None` for any other number.
    #[must_use]
    pub const fn from_value(value: i64) -> Option<Self> {
        match value {
            -1 => Some(Self::Disagree),
            0 => Some(Self::Pass),
            1 => Some(Self::Agree),
            _ => None,
        }
    }
}

/// How a statement stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Takes part in everything.
    #[default]
    Live,
    /// Turned down by whoever looks after the conversation: it shapes no map and represents nobody.
    Rejected,
    /// About the people rather than their opinions ("I live here"): shapes no map, and is asked of everybody first.
    Meta,
}

impl Standing {
    /// Whether votes on it shape the map.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live)
    }
}

/// How the votes on one statement fell, in people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tally {
    /// People who agree.
    pub agree: u32,
    /// People who disagree.
    pub disagree: u32,
    /// People who passed.
    pub pass: u32,
}

impl Tally {
    /// People who voted on it, passes included.
    #[must_use]
    pub const fn seen(self) -> u32 {
        self.agree + self.disagree + self.pass
    }

    /// Mean vote, −1 to +1; 0 where nobody has seen it.
    #[must_use]
    pub fn mean(self) -> f64 {
        if self.seen() == 0 { 0.0 } else { (f64::from(self.agree) - f64::from(self.disagree)) / f64::from(self.seen()) }
    }

    pub(crate) const fn count(&mut self, vote: Vote) {
        *self.of(vote) += 1;
    }

    pub(crate) const fn uncount(&mut self, vote: Vote) {
        *self.of(vote) -= 1;
    }

    pub(crate) const fn of(&mut self, vote: Vote) -> &mut u32 {
        match vote {
            Vote::Agree => &mut self.agree,
            Vote::Disagree => &mut self.disagree,
            Vote::Pass => &mut self.pass,
        }
    }
}

impl std::ops::Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { agree: self.agree + other.agree, disagree: self.disagree + other.disagree, pass: self.pass + other.pass }
    }
}

impl std::ops::Sub for Tally {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { agree: self.agree - other.agree, disagree: self.disagree - other.disagree, pass: self.pass - other.pass }
    }
}
