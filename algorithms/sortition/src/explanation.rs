//! One person's chance in plain words.
//!
//! What for: the letter that everybody in the pool gets.
//! Promises: says nothing about anybody else but how many share the chance.

use std::fmt;

use crate::odds::{Method, Odds};

/// What one person may want to know. Chances are from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// This person's.
    pub chance: f64,
    /// The least that anyone who could be drawn had.
    pub least: f64,
    /// The most that anyone had.
    pub most: f64,
    /// How many people share this chance because they are at the same level, this person included.
    pub alike: usize,
    /// The proven most that the lowest chance at this person's level could be.
    pub at_most: Option<f64>,
    /// Whether any panel can hold this person.
    pub reachable: bool,
}

impl Odds {
    /// Explains the chance of a person, by row number.
    ///
    /// # Panics
    /// When there is no such person.
    #[must_use]
    pub fn explain(&self, person: usize) -> Explanation {
        // One of each kind speaks for all: a letter to everybody in a large pool should not read the whole pool each
        // time.
        let able = || {
            self.kinds
                .kinds
                .iter()
                .map(|kind| kind.people[0])
                .filter(|row| self.unreachable.binary_search(row).is_err())
                .map(|row| self.chances[row])
        };
        let kind = self.kinds.of_person[person];
        let level = self.levels.iter().find(|level| level.kinds.contains(&kind));
        Explanation {
            chance: self.chances[person],
            least: able().fold(f64::INFINITY, f64::min),
            most: able().fold(0.0, f64::max),
            alike: level.map_or(self.kinds.kinds[kind].people.len(), |level| {
                level.kinds.iter().map(|&kind| self.kinds.kinds[kind].people.len()).sum()
            }),
            at_most: level.filter(|_| self.method == Method::Leximin).map(|level| level.upper_bound),
            reachable: self.unreachable.binary_search(&person).is_err(),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.reachable {
            return write!(
                f,
                "You could not be drawn: no panel that keeps all quotas has room for somebody with your answers."
            );
        }
        let percent = |chance: f64| format!("{:.1} %", chance * 100.0);
        write!(
            f,
            "Your chance was {}, the least anyone had was {}, the most {}.",
            percent(self.chance),
            percent(self.least),
            percent(self.most)
        )?;
        match (self.at_most, self.alike) {
            (Some(at_most), alike) if alike > 1 => {
                write!(
                    f,
                    " {alike} people were at your level, and it is proven that no draw under these quotas gives all of you more than {}",
                    percent(at_most)
                )?;
                write!(f, " without taking from somebody who has less.")
            }
            (Some(at_most), _) => write!(
                f,
                " It is proven that no draw under these quotas gives you more than {} without taking from somebody who has less.",
                percent(at_most)
            ),
            _ => Ok(()),
        }
    }
}
