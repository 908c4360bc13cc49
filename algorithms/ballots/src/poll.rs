//! A poll: what was asked, who stands, and every ballot. Also why a count may be refused.
//!
//! Promises limits with names on everything that comes from outside. Never holds who cast what.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use crate::consent::Positions;
use crate::rankings::Rankings;
use crate::scores::Scores;
use crate::text::on_one_line;

/// The most candidates in a poll.
pub const CANDIDATES_MAX: usize = 127;
/// The most ballots in a poll. Keeps every sum of votes, in hundred-thousandths, inside 64 bits.
pub const BALLOTS_MAX: u64 = 1_000_000_000_000;

/// Someone or something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The number people see, unique in a poll; goes into the lot.
    pub id: u32,
    /// The name people see; may be shared by two candidates, so it decides nothing.
    pub name: String,
}

/// One question and all its ballots.
#[derive(Clone, Debug)]
pub struct Poll {
    /// What it was about; empty when not said.
    pub title: String,
    /// Where the ballots come from; empty when not said.
    pub source: String,
    /// How many can be elected, when said: from 1 to the number of candidates. [`crate::stv`] needs it.
    pub seats: Option<usize>,
    /// Who stands, in the order of the ballot paper. Empty in a consent.
    pub candidates: Vec<Candidate>,
    /// Who stood on the ballot paper and withdrew after it was printed: struck from every ballot, and what was below
    /// moves up.
    pub withdrawn: Vec<Candidate>,
    /// What was cast.
    pub ballots: Ballots,
}

/// Everything that was cast, in the one form this poll asked for.
#[derive(Clone, Debug)]
pub enum Ballots {
    /// First, second, third … preferences.
    Ranked(Rankings),
    /// A whole number for each candidate.
    Scored(Scores),
    /// Agree, stand aside, abstain or object.
    Consent(Positions),
}

impl Poll {
    /// The candidates' numbers, in the order of the ballot paper.
    #[must_use]
    pub fn ids(&self) -> Vec<u32> {
        self.candidates.iter().map(|candidate| candidate.id).collect()
    }

    /// How many ballots were cast, blank ones included.
    #[must_use]
    pub fn ballot_count(&self) -> u64 {
        match &self.ballots {
            Ballots::Ranked(rankings) => rankings.ballots(),
            Ballots::Scored(scores) => scores.ballots(),
            Ballots::Consent(positions) => positions.ballots(),
        }
    }

    /// The poll without its ballots, as the plain-text form of [`crate::file`] begins: up to and with the line
    /// `ballots:`. Each text stands on one line, so none can pass for another header.
    #[must_use]
    pub fn head(&self) -> String {
        let kind = self.ballots.kind();
        let mut head = format!("title: {}\nsource: {}\n", on_one_line(&self.title), on_one_line(&self.source));
        if let Some(seats) = self.seats {
            head += &format!("seats: {seats}\n");
        }
        head += &format!("type: {kind}\n");
        for candidate in self.candidates.iter().chain(&self.withdrawn) {
            head += &format!("candidate: {} {}\n", candidate.id, on_one_line(&candidate.name));
        }
        for candidate in &self.withdrawn {
            head += &format!("withdrawn: {}\n", candidate.id);
        }
        head + "ballots:\n"
    }
}

impl Ballots {
    /// The word after `type:` in the plain-text form.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ranked(_) => "ranked",
            Self::Scored(_) => "scored",
            Self::Consent(_) => "consent",
        }
    }
}

/// Why ballots cannot be taken or counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody stands, or more than [`CANDIDATES_MAX`] do. Carries how many.
    Candidates(usize),
    /// No seats, or more than candidates.
    Seats {
        /// How many were asked for.
        seats: usize,
        /// How many stand.
        candidates: usize,
    },
    /// A ballot names a candidate that is not in the list.
    Unknown(usize),
    /// A ballot names the same candidate twice.
    Twice(usize),
    /// A score above [`crate::scores::SCORE_MAX`].
    Score(u16),
    /// A ballot that was cast zero times.
    NoCount,
    /// More than [`BALLOTS_MAX`] ballots.
    TooManyBallots,
    /// An objection without a reason, or with one that is too long.
    Reason,
    /// So many candidates share one rank that a vote cannot be divided exactly. Carries how many.
    SharedTooWide(usize),
    /// The lot was drawn for another number of candidates.
    LotOfOthers,
}

impl Error for Refusal {}

impl Display for Refusal {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Candidates(0) => write!(out, "nobody stands"),
            Self::Candidates(many) => write!(out, "{many} candidates, at most {CANDIDATES_MAX} can be counted"),
            Self::Seats { seats, candidates } => write!(out, "{seats} seats for {candidates} candidates"),
            Self::Unknown(candidate) => write!(out, "no candidate at position {candidate}"),
            Self::Twice(candidate) => write!(out, "the candidate at position {candidate} is named twice on one ballot"),
            Self::Score(score) => write!(out, "a score of {score}, at most {} is read", crate::scores::SCORE_MAX),
            Self::NoCount => write!(out, "a ballot that was cast zero times"),
            Self::TooManyBallots => write!(out, "more than {BALLOTS_MAX} ballots"),
            Self::Reason => {
                write!(out, "an objection needs a reason of at most {} bytes", crate::consent::REASON_BYTES_MAX)
            }
            Self::SharedTooWide(many) => {
                write!(out, "{many} candidates share one rank, too many to divide a vote exactly")
            }
            Self::LotOfOthers => write!(out, "the lot was drawn for another number of candidates"),
        }
    }
}
