//! Many ballots in little memory: each line is one ballot cast a number of times; all marks stand in one list.
//!
//! Promises that a line that was refused leaves nothing behind. Never merges or reorders lines.

use crate::poll::{BALLOTS_MAX, Refusal};

/// The most marks, so that the place of one fits into 32 bits.
const MARKS_MAX: usize = u32::MAX as usize;
/// How many papers are asked for together, see [`Lines::ask`].
pub(crate) const ASKED_TOGETHER: usize = 32;

#[derive(Clone, Debug)]
pub(crate) struct Lines<Mark> {
    heads: Vec<Head>,
    marks: Vec<Mark>,
    /// The sum of all counts.
    pub ballots: u64,
    /// How many of them have no mark at all.
    pub blank: u64,
}

/// How often a line was cast and where its marks end.
#[derive(Clone, Copy, Debug)]
struct Head {
    count: u64,
    end: usize,
}

/// A line as it lies on a pile: how often it was cast, and those of its marks that still matter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest {
    pub count: u64,
    from: u32,
    left: u8,
}

impl Rest {
    /// Without its first few marks.
    pub(crate) fn after(self, marks: usize) -> Self {
        let fewer = "a ballot names each of at most 127 candidates once";
        let (from, left) = (u32::try_from(marks).expect(fewer), u8::try_from(marks).expect(fewer));
        Self { from: self.from + from, left: self.left - left, ..self }
    }
}

impl<Mark: Copy> Lines<Mark> {
    pub(crate) fn new() -> Self {
        Self { heads: Vec::new(), marks: Vec::new(), ballots: 0, blank: 0 }
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
        let ballots =
            self.ballots.checked_add(count).filter(|all| *all <= BALLOTS_MAX && self.marks.len() <= MARKS_MAX);
        let (Some(ballots), true) = (ballots, count > 0) else {
            self.drop_open();
            return Err(if count == 0 { Refusal::NoCount } else { Refusal::TooManyBallots });
        };
        if !self.begun() {
            self.blank += count;
        }
        self.ballots = ballots;
        self.heads.push(Head { count, end: self.marks.len() });
        Ok(())
    }

    /// Forgets the line that is being written.
    pub(crate) fn drop_open(&mut self) {
        self.marks.truncate(self.written());
    }

    pub(crate) fn len(&self) -> usize {
        self.heads.len()
    }

    /// Every line as it lies on a pile at the beginning.
    pub(crate) fn rests(&self) -> impl Iterator<Item = Rest> {
        let mut from = 0;
        self.heads.iter().map(move |head| {
            let left = u8::try_from(head.end - from).expect("a ballot names each of at most 127 candidates once");
            let rest =
                Rest { count: head.count, from: u32::try_from(from).expect("there are at most MARKS_MAX marks"), left };
            from = head.end;
            rest
        })
    }

    /// The marks that still matter.
    pub(crate) fn marks_of(&self, rest: Rest) -> &[Mark] {
        &self.marks[rest.from as usize..][..usize::from(rest.left)]
    }

    /// Asks memory for several ballots at once. A pile holds ballots from all over the list; taken one by one each is
    /// waited for, and that was four fifths of the time of counting a million.
    pub(crate) fn ask(&self, rests: impl Iterator<Item = Rest>) {
        for rest in rests {
            std::hint::black_box(self.marks.get(rest.from as usize).copied());
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &[Mark])> {
        let mut start = 0;
        self.heads.iter().map(move |head| {
            let marks = &self.marks[start..head.end];
            start = head.end;
            (head.count, marks)
        })
    }

    /// The marks of the line that was added last.
    pub(crate) fn last(&self) -> &[Mark] {
        let start = self.heads.len().checked_sub(2).map_or(0, |before| self.heads[before].end);
        &self.marks[start.min(self.written())..self.written()]
    }

    pub(crate) fn marks(&self) -> usize {
        self.marks.len()
    }

    fn written(&self) -> usize {
        self.heads.last().map_or(0, |head| head.end)
    }
}
