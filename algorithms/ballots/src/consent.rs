//! Consent: a proposal passes when nobody objects. An objection carries a reason; standing aside and abstaining are
//! counted, and never hinder.
//!
//! Stated rules: one objection is enough to stop it, whatever the others say. An objection is lifted only by its owner,
//! who answers the amended proposal anew; this count knows no other way. Whether enough people answered (a quorum) is
//! for the caller: it has to be fixed before the question opens. Nobody answering is no consent.

use crate::poll::{BALLOTS_MAX, Refusal};

/// The longest reason, in bytes.
pub const REASON_BYTES_MAX: usize = 10_000;

/// One answer to a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position<'a> {
    /// Yes.
    Agree,
    /// Not mine, and I won't stop it.
    StandAside,
    /// Nothing to say.
    Abstain,
    /// No, and this is why.
    Object(&'a str),
}

/// All answers to a proposal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Positions {
    agree: u64,
    stand_aside: u64,
    abstain: u64,
    object: u64,
    objections: Vec<Objection>,
}

/// A reason against, and how many people gave it in these words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Objection {
    /// In the words of those who object.
    pub reason: String,
    /// How many they are.
    pub count: u64,
}

/// A count by consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Whether at least one person answered and nobody objects.
    pub passes: bool,
    /// How many agree.
    pub agree: u64,
    /// How many stand aside.
    pub stand_aside: u64,
    /// How many abstain.
    pub abstain: u64,
    /// How many object.
    pub object: u64,
    /// What they object, each reason once, in alphabetical order so that the order tells nothing.
    pub objections: Vec<Objection>,
}

impl Positions {
    /// Adds an answer that `count` people gave.
    ///
    /// # Errors
    /// [`Refusal::Reason`] for an objection whose reason is empty or longer than [`REASON_BYTES_MAX`];
    /// [`Refusal::NoCount`], [`Refusal::TooManyBallots`].
    pub fn add(&mut self, count: u64, position: Position) -> Result<(), Refusal> {
        if count == 0 {
            return Err(Refusal::NoCount);
        }
        if self.ballots().checked_add(count).is_none_or(|all| all > BALLOTS_MAX) {
            return Err(Refusal::TooManyBallots);
        }
        match position {
            Position::Agree => self.agree += count,
            Position::StandAside => self.stand_aside += count,
            Position::Abstain => self.abstain += count,
            Position::Object(reason) => {
                let reason = reason.trim();
                if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
                    return Err(Refusal::Reason);
                }
                self.object += count;
                self.objections.push(Objection { reason: reason.to_owned(), count });
            }
        }
        Ok(())
    }

    /// How many people answered.
    #[must_use]
    pub fn ballots(&self) -> u64 {
        self.agree + self.stand_aside + self.abstain + self.object
    }

    /// How many answers there are of each kind; each reason is a kind of its own.
    pub(crate) fn kinds(&self) -> Vec<u64> {
        let objections = count(self).objections.into_iter().map(|objection| objection.count);
        [self.agree, self.stand_aside, self.abstain].into_iter().chain(objections).filter(|count| *count > 0).collect()
    }
}

/// Counts the answers.
#[must_use]
pub fn count(positions: &Positions) -> Consent {
    let mut objections: Vec<Objection> = positions.objections.clone();
    objections.sort();
    objections.dedup_by(|next, kept| {
        let same = next.reason == kept.reason;
        kept.count += if same { next.count } else { 0 };
        same
    });
    let Positions { agree, stand_aside, abstain, object, .. } = *positions;
    Consent { passes: object == 0 && positions.ballots() > 0, agree, stand_aside, abstain, object, objections }
}

impl Consent {
    /// The count for a person to replay.
    #[must_use]
    pub fn trail(&self) -> String {
        let rows = [
            ("agree", self.agree),
            ("stand aside", self.stand_aside),
            ("abstain", self.abstain),
            ("object", self.object),
        ];
        let rows: Vec<_> = rows.iter().map(|(what, count)| vec![(*what).to_owned(), count.to_string()]).collect();
        let mut trail = format!("Consent\n{}", crate::text::table(&rows));
        for objection in &self.objections {
            trail += &format!("  Objection of {}: {}\n", objection.count, crate::text::on_one_line(&objection.reason));
        }
        trail += match (self.passes, self.agree, self.object) {
            (true, 0, _) => "Passes: nobody objects. Nobody agrees either.\n",
            (true, ..) => "Passes: nobody objects.\n",
            (false, _, 0) => "Does not pass: nobody answered.\n",
            _ => {
                "Does not pass: an objection stands until the person who raised it answers an amended proposal anew.\n"
            }
        };
        trail
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reasoned_objection_is_enough() {
        let mut positions = Positions::default();
        positions.add(40, Position::Agree).unwrap();
        positions.add(2, Position::StandAside).unwrap();
        assert!(count(&positions).passes);
        positions.add(1, Position::Object(" the ramp is too steep ")).unwrap();
        positions.add(2, Position::Object("the ramp is too steep")).unwrap();
        let consent = count(&positions);
        assert!(!consent.passes);
        assert_eq!(consent.objections, [Objection { reason: "the ramp is too steep".to_owned(), count: 3 }]);
        assert!(consent.trail().contains("Objection of 3: the ramp is too steep"));
    }

    #[test]
    fn a_reason_of_several_lines_cannot_pass_for_a_line_of_the_trail() {
        let mut positions = Positions::default();
        positions.add(1, Position::Object("no\nPasses: nobody objects.")).unwrap();
        let consent = count(&positions);
        assert_eq!(consent.objections[0].reason, "no\nPasses: nobody objects.");
        assert!(!consent.trail().lines().any(|line| line.starts_with("Passes")), "{}", consent.trail());
    }

    #[test]
    fn an_objection_without_a_reason_is_refused_and_not_counted() {
        let mut positions = Positions::default();
        assert_eq!(positions.add(1, Position::Object("  ")), Err(Refusal::Reason));
        assert_eq!(positions.add(1, Position::Object(&"x".repeat(REASON_BYTES_MAX + 1))), Err(Refusal::Reason));
        assert_eq!(positions, Positions::default());
    }

    #[test]
    fn nobody_answering_is_no_consent() {
        assert!(!count(&Positions::default()).passes);
    }
}
