//! Many ballots in little memory: each line is one ballot cast a number of times; all marks stand in one list.
//!
//! Promises that a line that was refused leaves nothing behind. Never merges or reorders lines.

use crate::poll::{BALLOTS_MAX, Refusal};

/// The most lines, so that a line's number fits into 32 bits.
const LINES_MAX: usize = u32::MAX as usize;

#[derive(Clone, Debug)]
pub(crate) struct Lines<Mark> {
    counts: Vec<u64>,
    ends: Vec<usize>,
    marks: Vec<Mark>,
    /// The sum of all counts.
    pub ballots: u64,
    /// How many of them have no mark at all.
    pub blank: u64,
}

impl<Mark> Lines<Mark> {
    pub(crate) fn new() -> Self {
        Self { counts: Vec::new(), ends: Vec::new(), marks: Vec::new(), ballots: 0, blank: 0 }
    }

    /// Adds one mark to the line that is being written.
    pub(crate) fn mark(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// Whether the line that is being written has a mark already.
    pub(crate) fn begun(&self) -> bool {
        self.marks.len() > self.written()
    }

    /// Ends the line that is being written.
    pub(crate) fn close(&mut self, count: u64) -> Result<(), Refusal> {
        let ballots = self.ballots.checked_add(count).filter(|all| *all <= BALLOTS_MAX && self.len() < LINES_MAX);
        let (Some(ballots), true) = (ballots, count > 0) else {
            self.drop_open();
            return Err(if count == 0 { Refusal::NoCount } else { Refusal::TooManyBallots });
        };
        if !self.begun() {
            self.blank += count;
        }
        self.ballots = ballots;
        self.counts.push(count);
        self.ends.push(self.marks.len());
        Ok(())
    }

    /// Forgets the line that is being written.
    pub(crate) fn drop_open(&mut self) {
        self.marks.truncate(self.written());
    }

    pub(crate) fn len(&self) -> usize {
        self.counts.len()
    }

    pub(crate) fn get(&self, line: usize) -> (u64, &[Mark]) {
        let start = if line == 0 { 0 } else { self.ends[line - 1] };
        (self.counts[line], &self.marks[start..self.ends[line]])
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &[Mark])> {
        let mut start = 0;
        self.counts.iter().zip(&self.ends).map(move |(count, end)| {
            let marks = &self.marks[start..*end];
            start = *end;
            (*count, marks)
        })
    }

    pub(crate) fn marks(&self) -> usize {
        self.marks.len()
    }

    fn written(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }
}
