//! Co-vote tables: for each ordered pair of statements how many people voted on both, the sum of the products of their
//! two votes, and the sum of the first vote. A missing vote counts as its statement's mean and so as zero once centred;
//! these three whole numbers per pair therefore hold the exact covariance, and one vote by a person who has cast *v*
//! changes only 2*v* of them. Promises: whole numbers only, so the order of votes leaves no trace.
//! Never looks at how a statement stands: leaving one out is the reader's business.

use crate::vote::Vote;
use crate::votes::{Cell, Votes};

const BITS: u32 = 21;
const MASK: u64 = (1 << BITS) - 1;

/// The three tables, packed in one number per pair: people who voted on both, then two sums kept from going negative by
/// adding 1 per person: Σ(xy + 1), Σ(x + 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoVotes {
    statements: usize,
    packed: Vec<u64>,
}

/// What people who voted on both of two statements said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// People who voted on both.
    pub people: i64,
    /// Sum over them of the product of their two votes.
    pub product: i64,
    /// Sum over them of their vote on the first.
    pub first: i64,
}

impl CoVotes {
    /// Counts a whole table of votes. Takes 8 bytes times the square of the number of statements.
    #[must_use]
    pub fn count(votes: &Votes) -> Self {
        let statements = votes.statements();
        let mut tables = Self { statements, packed: vec![0; statements * statements] };
        // A row is taken by what was said, so that the innermost loop adds a constant.
        let mut said: [Vec<u32>; 3] = Default::default();
        for row in votes.rows() {
            said.iter_mut().for_each(Vec::clear);
            for cell in row {
                said[place(cell.vote)].push(cell.statement);
            }
            for first in row {
                let line = &mut tables.packed[first.statement as usize * statements..][..statements];
                for vote in [Vote::Disagree, Vote::Pass, Vote::Agree] {
                    let one = one_person(first.vote, vote);
                    for second in &said[place(vote)] {
                        line[*second as usize] += one;
                    }
                }
            }
        }
        tables
    }

    /// Follows one vote, already cast: `row` is the person's row as it now is, `earlier` what the vote replaced.
    ///
    /// # Panics
    /// When the row holds a statement these tables have no room for (see [`Self::widen`]).
    pub fn follow(&mut self, row: &[Cell], statement: usize, earlier: Option<Vote>) {
        let Some(now) = row.iter().find(|cell| cell.statement as usize == statement).map(|cell| cell.vote) else {
            return;
        };
        for cell in row {
            let other = cell.statement as usize;
            let other_earlier = if other == statement { earlier } else { Some(cell.vote) };
            self.change(statement, other, earlier.zip(other_earlier), (now, cell.vote));
            if other != statement {
                self.change(other, statement, other_earlier.zip(earlier), (cell.vote, now));
            }
        }
    }

    /// Makes room for statements added since.
    pub fn widen(&mut self, statements: usize) {
        if statements <= self.statements {
            return;
        }
        let mut packed = vec![0; statements * statements];
        for (line, old) in packed.chunks_exact_mut(statements).zip(self.packed.chunks_exact(self.statements.max(1))) {
            line[..self.statements].copy_from_slice(old);
        }
        *self = Self { statements, packed };
    }

    /// Statements there is room for.
    #[must_use]
    pub const fn statements(&self) -> usize {
        self.statements
    }

    /// The counts for two statements.
    ///
    /// # Panics
    /// When either number is not below [`Self::statements`].
    #[must_use]
    pub fn pair(&self, first: usize, second: usize) -> Pair {
        unpack(self.line(first)[second])
    }

    pub(crate) fn line(&self, first: usize) -> &[u64] {
        &self.packed[first * self.statements..][..self.statements]
    }

    fn change(&mut self, first: usize, second: usize, earlier: Option<(Vote, Vote)>, now: (Vote, Vote)) {
        let held = &mut self.packed[first * self.statements + second];
        *held = *held + one_person(now.0, now.1) - earlier.map_or(0, |(x, y)| one_person(x, y));
    }
}

pub(crate) const fn unpack(packed: u64) -> Pair {
    let people = (packed & MASK).cast_signed();
    Pair {
        people,
        product: ((packed >> BITS) & MASK).cast_signed() - people,
        first: (packed >> (2 * BITS)).cast_signed() - people,
    }
}

fn one_person(first: Vote, second: Vote) -> u64 {
    let (x, y) = (i64::from(first.value()), i64::from(second.value()));
    1 | ((x * y + 1).cast_unsigned() << BITS) | ((x + 1).cast_unsigned() << (2 * BITS))
}

const fn place(vote: Vote) -> usize {
    (vote.value() + 1).cast_unsigned() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::Standing;

    fn said(value: i64) -> Vote {
        Vote::from_value(value).expect("−1, 0 or 1")
    }

    #[test]
    fn a_pair_counts_only_people_who_voted_on_both() {
        let mut votes = Votes::on(vec![Standing::Live; 2]).unwrap();
        for (person, statement, value) in [(0, 0, 1), (0, 1, -1), (1, 0, -1), (1, 1, -1), (2, 0, 1)] {
            votes.cast(person, statement, said(value)).unwrap();
        }
        let tables = CoVotes::count(&votes);
        assert_eq!(tables.pair(0, 1), Pair { people: 2, product: 0, first: 0 });
        assert_eq!(tables.pair(1, 0), Pair { people: 2, product: 0, first: -2 });
        assert_eq!(tables.pair(0, 0), Pair { people: 3, product: 3, first: 1 });
    }

    #[test]
    fn following_every_vote_ends_where_counting_begins() {
        let mut votes = Votes::on(Vec::new()).unwrap();
        let mut tables = CoVotes::count(&votes);
        for step in 0..400_usize {
            if step % 40 == 0 {
                votes.add_statement(Standing::Live).unwrap();
                tables.widen(votes.statements());
            }
            let (person, statement) = (step * 7 % 23, step * 5 % votes.statements());
            let earlier = votes.cast(person, statement, said((step * step % 3) as i64 - 1)).unwrap();
            tables.follow(votes.row(person), statement, earlier);
        }
        assert_eq!(tables, CoVotes::count(&votes));
    }
}
