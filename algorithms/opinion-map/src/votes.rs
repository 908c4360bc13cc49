//! The table of votes: who said what about which statement. People and statements are numbers from 0; whoever calls
//! keeps the names. Promises: one vote per person and statement, the last one cast; a row lists its votes by statement,
//! so nothing computed from it depends on the order in which votes arrived. Never holds more than the stated limits.

use std::error::Error;
use std::fmt;

use crate::vote::{Standing, Tally, Vote};

/// Most people a table takes: the co-vote counts are packed in 21 bits each.
pub const PEOPLE_MAX: usize = 1_000_000;
/// Most statements a table takes.
pub const STATEMENTS_MAX: usize = 10_000;

/// One vote in a person's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its number, as [`Votes::cast`] takes it.
    pub statement: u32,
    /// What was said of it.
    pub vote: Vote,
}

/// Votes of many people on many statements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    standings: Vec<Standing>,
    rows: Vec<Vec<Cell>>,
    tallies: Vec<Tally>,
}

/// Why a vote or a statement was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoteError {
    /// The statement has not been added.
    UnknownStatement {
        /// The number that was given.
        statement: usize,
        /// How many statements there are.
        statements: usize,
    },
    /// More than [`STATEMENTS_MAX`] statements.
    TooManyStatements,
    /// A person numbered [`PEOPLE_MAX`] or above.
    TooManyPeople,
}

impl Votes {
    /// A table of so many statements, in this order, that nobody has voted on.
    ///
    /// # Errors
    /// [`VoteError::TooManyStatements`] beyond [`STATEMENTS_MAX`].
    pub fn on(standings: Vec<Standing>) -> Result<Self, VoteError> {
        if standings.len() > STATEMENTS_MAX {
            return Err(VoteError::TooManyStatements);
        }
        Ok(Self { tallies: vec![Tally::default(); standings.len()], standings, rows: Vec::new() })
    }

    /// Adds a statement and returns its number.
    ///
    /// # Errors
    /// [`VoteError::TooManyStatements`] beyond [`STATEMENTS_MAX`].
    pub fn add_statement(&mut self, standing: Standing) -> Result<usize, VoteError> {
        if self.standings.len() == STATEMENTS_MAX {
            return Err(VoteError::TooManyStatements);
        }
        self.standings.push(standing);
        self.tallies.push(Tally::default());
        Ok(self.standings.len() - 1)
    }

    /// Changes how a statement stands; its votes are kept.
    ///
    /// # Errors
    /// [`VoteError::UnknownStatement`].
    pub fn set_standing(&mut self, statement: usize, standing: Standing) -> Result<(), VoteError> {
        let statements = self.standings.len();
        *self.standings.get_mut(statement).ok_or(VoteError::UnknownStatement { statement, statements })? = standing;
        Ok(())
    }

    /// Makes room for so many people, numbered from 0, so that those who have not voted are counted too.
    ///
    /// # Errors
    /// [`VoteError::TooManyPeople`] beyond [`PEOPLE_MAX`].
    pub fn seat(&mut self, people: usize) -> Result<(), VoteError> {
        if people > PEOPLE_MAX {
            return Err(VoteError::TooManyPeople);
        }
        if people > self.rows.len() {
            self.rows.resize_with(people, Vec::new);
        }
        Ok(())
    }

    /// Casts a vote, in place of an earlier one by the same person on the same statement, which is returned.
    ///
    /// # Errors
    /// [`VoteError`], and nothing changes.
    pub fn cast(&mut self, person: usize, statement: usize, vote: Vote) -> Result<Option<Vote>, VoteError> {
        if statement >= self.standings.len() {
            return Err(VoteError::UnknownStatement { statement, statements: self.standings.len() });
        }
        self.seat(person.saturating_add(1))?;
        self.tallies[statement].count(vote);
        let row = &mut self.rows[person];
        let cell =
            Cell { statement: u32::try_from(statement).expect("there are at most STATEMENTS_MAX statements"), vote };
        match row.binary_search_by_key(&cell.statement, |held| held.statement) {
            Ok(place) => {
                let earlier = std::mem::replace(&mut row[place], cell).vote;
                self.tallies[statement].uncount(earlier);
                Ok(Some(earlier))
            }
            Err(place) => {
                row.insert(place, cell);
                Ok(None)
            }
        }
    }

    /// People seated, those who have not voted included: one more than the largest number.
    #[must_use]
    pub const fn people(&self) -> usize {
        self.rows.len()
    }

    /// Statements, whatever their standing.
    #[must_use]
    pub const fn statements(&self) -> usize {
        self.standings.len()
    }

    /// Votes that stand.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// What a person said, by statement; empty for somebody who has not voted.
    #[must_use]
    pub fn row(&self, person: usize) -> &[Cell] {
        self.rows.get(person).map_or(&[], Vec::as_slice)
    }

    /// What a person said about one statement.
    #[must_use]
    pub fn vote(&self, person: usize, statement: usize) -> Option<Vote> {
        let row = self.row(person);
        let place = row.binary_search_by_key(&u32::try_from(statement).ok()?, |cell| cell.statement).ok()?;
        Some(row[place].vote)
    }

    /// How each statement stands.
    #[must_use]
    pub fn standings(&self) -> &[Standing] {
        &self.standings
    }

    /// How everybody's votes fell, by statement.
    #[must_use]
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        self.rows.iter().map(Vec::as_slice)
    }

    /// Tallies within each group: `labels` gives each person's group, below `groups`, or none.
    pub(crate) fn tallies_by_group(&self, labels: &[Option<usize>], groups: usize) -> Vec<Vec<Tally>> {
        let mut tallies = vec![vec![Tally::default(); self.statements()]; groups];
        for (row, label) in self.rows.iter().zip(labels) {
            let Some(group) = *label else { continue };
            let own = &mut tallies[group];
            for cell in row {
                own[cell.statement as usize].count(cell.vote);
            }
        }
        tallies
    }
}

impl fmt::Display for VoteError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownStatement { statement, statements } => {
                write!(out, "there is no statement {statement}: there are {statements}")
            }
            Self::TooManyStatements => write!(out, "more than {STATEMENTS_MAX} statements"),
            Self::TooManyPeople => write!(out, "more than {PEOPLE_MAX} people"),
        }
    }
}

impl Error for VoteError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_vote_stands_and_the_tally_follows_it() {
        let mut votes = Votes::on(vec![Standing::Live; 2]).unwrap();
        assert_eq!(votes.cast(3, 1, Vote::Agree), Ok(None));
        assert_eq!(votes.cast(3, 1, Vote::Pass), Ok(Some(Vote::Agree)));
        assert_eq!((votes.people(), votes.count()), (4, 1));
        assert_eq!(votes.tallies()[1], Tally { agree: 0, disagree: 0, pass: 1 });
        assert_eq!(votes.vote(3, 1), Some(Vote::Pass));
        assert_eq!(votes.vote(9, 1), None);
    }

    #[test]
    fn what_is_beyond_the_table_is_refused_and_changes_nothing() {
        let mut votes = Votes::on(vec![Standing::Live]).unwrap();
        let before = votes.clone();
        assert_eq!(votes.cast(0, 1, Vote::Agree), Err(VoteError::UnknownStatement { statement: 1, statements: 1 }));
        assert_eq!(votes.cast(PEOPLE_MAX, 0, Vote::Agree), Err(VoteError::TooManyPeople));
        assert_eq!(votes.cast(usize::MAX, 0, Vote::Agree), Err(VoteError::TooManyPeople));
        assert_eq!(votes, before);
        assert_eq!(Votes::on(vec![Standing::Live; STATEMENTS_MAX + 1]), Err(VoteError::TooManyStatements));
    }
}
