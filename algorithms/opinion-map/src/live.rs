//! A map that follows votes as they are cast. Promises: [`LiveMap::refresh`] agrees with a cold computation to about
//! 1e-9 in places and exactly in every count given the same groups; [`LiveMap::publish`] *is* the cold computation, bit
//! for bit what [`OpinionMap::draw`] gives for the same votes. Never publishes a warm map.

use crate::covotes::CoVotes;
use crate::map::{OpinionMap, Settings};
use crate::plane::TABLES_MAX;
use crate::vote::{Standing, Vote};
use crate::votes::{VoteError, Votes};

/// Votes, their co-vote tables and the map last made from them.
#[derive(Clone, Debug)]
pub struct LiveMap {
    votes: Votes,
    /// `None` beyond [`TABLES_MAX`] statements.
    tables: Option<CoVotes>,
    map: OpinionMap,
    settings: Settings,
}

impl LiveMap {
    /// Counts the votes there are and draws their map.
    #[must_use]
    pub fn open(votes: Votes, settings: Settings) -> Self {
        let tables = (votes.statements() <= TABLES_MAX).then(|| CoVotes::count(&votes));
        let map = OpinionMap::draw_with(&votes, tables.as_ref(), &settings);
        Self { votes, tables, map, settings }
    }

    /// Takes a vote into the tables: work in proportion to the votes this person has cast. The map stays as it was.
    ///
    /// # Errors
    /// As [`Votes::cast`], and nothing changes.
    pub fn cast(&mut self, person: usize, statement: usize, vote: Vote) -> Result<(), VoteError> {
        let earlier = self.votes.cast(person, statement, vote)?;
        if earlier != Some(vote)
            && let Some(tables) = &mut self.tables
        {
            tables.follow(self.votes.row(person), statement, earlier);
        }
        Ok(())
    }

    /// Makes room for so many people, so that those who have not voted are counted too.
    ///
    /// # Errors
    /// As [`Votes::seat`].
    pub fn seat(&mut self, people: usize) -> Result<(), VoteError> {
        self.votes.seat(people)
    }

    /// Adds a statement and returns its number.
    ///
    /// # Errors
    /// As [`Votes::add_statement`].
    pub fn add_statement(&mut self, standing: Standing) -> Result<usize, VoteError> {
        let statement = self.votes.add_statement(standing)?;
        if self.votes.statements() > TABLES_MAX {
            self.tables = None;
        }
        if let Some(tables) = &mut self.tables {
            tables.widen(statement + 1);
        }
        Ok(statement)
    }

    /// Changes how a statement stands.
    ///
    /// # Errors
    /// As [`Votes::set_standing`].
    pub fn set_standing(&mut self, statement: usize, standing: Standing) -> Result<(), VoteError> {
        self.votes.set_standing(statement, standing)
    }

    /// Brings components, places, groups and statistics up to the votes cast, starting from the last map. The number of
    /// groups stays until the next publication.
    pub fn refresh(&mut self) -> &OpinionMap {
        self.map = self.map.redraw(&self.votes, self.tables.as_ref(), &self.settings);
        &self.map
    }

    /// Draws the map from nothing but the votes.
    pub fn publish(&mut self) -> &OpinionMap {
        self.map = OpinionMap::draw_with(&self.votes, self.tables.as_ref(), &self.settings);
        &self.map
    }

    /// The votes as cast so far.
    #[must_use]
    pub const fn votes(&self) -> &Votes {
        &self.votes
    }

    /// The map last refreshed or published.
    #[must_use]
    pub const fn map(&self) -> &OpinionMap {
        &self.map
    }
}
