//! Receipts and the public file: everybody can recount, and the holder of a receipt finds the ballot it belongs to.
//!
//! How it works. A voter gets a secret code (chance comes in from the caller) and may add words of their own. The
//! ballot is kept beside a *tag* alone: the first 32 hex digits of
//!
//! ```text
//! printf 'ballots receipt 1\nPOLL\nCODE\nWORDS' | sha256sum
//! ```
//!
//! After the poll the public file lists every ballot with its tag, in the order of the tags. A tag looks like chance to
//! whoever doesn't hold the code, so that order says nothing about who voted or when; the holder computes the tag and
//! finds the line. A file in another order is refused when it is read, and ballots that say the same are written the
//! same ([`public_file`]).
//!
//! **What it promises.** A voter can see that their ballot is in the file and says what they cast. Anyone can recount
//! the file with [`crate::parse`] and any rule. From the file alone nobody can tell whose ballot is whose.
//!
//! **What it does not, and people must be told so:**
//! - **A receipt shown under pressure gives the vote away.** Whoever sees the code (and words) sees the ballot. This is
//!   no protection against someone who stands beside you or demands proof; do not use it where votes are bought or
//!   forced.
//! - Whoever makes or carries the code could remember it. The caller must hand it over and forget it: no log, no
//!   database, no time.
//! - Ballots must also be *kept* without an order: a table's row order, a write-ahead log and hourly backups all tell.
//! - A dishonest server could give two people who vote alike the same code and use the spare place. Own words prevent
//!   it: two people with different words never share a tag.
//! - A long ranking can be a signature ("put the last three in this order"), a rare ballot points at its owner, and a
//!   unanimous result reveals everybody. [`secrecy`] counts these, to warn before and after.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};

use sha2::{Digest, Sha256};

use crate::file::{Malformed, ends_head, parse, written};
use crate::lines::Lines;
use crate::poll::{Ballots, Poll};
use crate::text::hex;

/// Below so many ballots secrecy can hardly hold.
pub const FEW_BALLOTS: u64 = 10;
/// Hex digits of a tag: 128 bits.
const TAG_DIGITS: usize = 32;

/// What a voter keeps. Its text form is the code in hex, then the voter's own words if any.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    code: String,
    words: String,
}

impl fmt::Debug for Receipt {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("Receipt(secret)")
    }
}

impl Display for Receipt {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let space = if self.words.is_empty() { "" } else { " " };
        write!(out, "{}{space}{}", self.code, self.words)
    }
}

impl Receipt {
    /// A receipt from 128 bits of chance, fresh for each ballot, and words that the voter chose (may be empty). Runs of
    /// white space in the words count as one space.
    #[must_use]
    pub fn new(chance: [u8; 16], words: &str) -> Self {
        Self { code: hex(&chance), words: words.split_whitespace().collect::<Vec<_>>().join(" ") }
    }

    /// From the text form, as a voter types it.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split_whitespace();
        let code = parts
            .next()
            .filter(|code| code.len() == TAG_DIGITS && code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        Some(Self { code: code.to_ascii_lowercase(), words: parts.collect::<Vec<_>>().join(" ") })
    }

    /// What stands beside the ballot. `poll` is a name that no other poll has, so that tags of two polls can't be
    /// matched.
    #[must_use]
    pub fn tag(&self, poll: &str) -> String {
        let digest = Sha256::digest(format!("ballots receipt 1\n{poll}\n{}\n{}", self.code, self.words).as_bytes());
        hex(&digest[..TAG_DIGITS / 2])
    }
}

/// A ballot as it was cast, in the text form of [`crate::file`] (what follows `COUNT:`), and the tag of its receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// From [`Receipt::tag`].
    pub tag: String,
    /// Such as `3>1=2`, `1/5 2/0` or `object it is too loud`.
    pub ballot: String,
}

/// The public file: the head of the poll, then every ballot with its tag, in the order of the tags. The ballots of
/// `poll` itself are left aside. Ballots that say the same are written the same: spaces, the order of equal candidates
/// or of scores, scores of 0, and how many ranks are skipped in a row don't survive. It is read back before it is
/// given, so what is published can be counted.
///
/// # Errors
/// [`Malformed`] when a ballot does not fit the poll, a tag is none or stands twice; the row is that of the file.
pub fn public_file(poll: &Poll, mut sealed: Vec<Sealed>) -> Result<String, Malformed> {
    sealed.sort_unstable_by(|one, other| one.tag.cmp(&other.tag));
    let head = poll.head();
    let (mut given, mut file) = (head.clone(), head);
    let before = file.lines().count();
    for (at, one) in sealed.iter().enumerate() {
        let line = format!("1: {} #{}\n", one.ballot.trim(), one.tag);
        if split_tag(line[2..].trim()).1 != Some(&one.tag) || one.ballot.contains(['\n', '\r']) {
            return Err(Malformed { line: before + at + 1, what: "not one ballot with one receipt tag".to_owned() });
        }
        given += &line;
        file += &format!("1: {} #{}\n", written(&one.ballot, poll), one.tag);
    }
    parse(given.as_bytes()).and_then(|_| parse(file.as_bytes())).map(|_| file)
}

/// The ballot that a receipt belongs to, and its row in the public file, from 1.
#[must_use]
pub fn find<'a>(public_file: &'a str, poll: &str, receipt: &Receipt) -> Option<(usize, &'a str)> {
    let tag = receipt.tag(poll);
    let mut lines = public_file.lines().zip(1..).skip_while(|(text, _)| !ends_head(text)).skip(1);
    lines.find_map(|(text, line)| {
        let (_, ballot) = text.split_once(':')?;
        let (ballot, found) = split_tag(ballot.trim());
        (found == Some(tag.as_str())).then_some((line, ballot))
    })
}

/// SHA-256 of the public file in hex, to announce in another place, so that everybody knows they look at the same file.
#[must_use]
pub fn fingerprint(public_file: &str) -> String {
    hex(&Sha256::digest(public_file.as_bytes()))
}

/// How much a published poll gives away by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Secrecy {
    /// All ballots.
    pub ballots: u64,
    /// Ballots that nobody else cast alike: each can be pointed at by whoever guesses it.
    pub alone: u64,
    /// Whether all are alike: then everybody's vote is known.
    pub unanimous: bool,
}

impl Secrecy {
    /// Whether people should be warned: fewer than [`FEW_BALLOTS`], or all alike.
    #[must_use]
    pub fn cannot_hold(&self) -> bool {
        self.ballots < FEW_BALLOTS || self.unanimous
    }
}

/// Counts what the ballots of a poll give away.
#[must_use]
pub fn secrecy(poll: &Poll) -> Secrecy {
    let kinds = match &poll.ballots {
        Ballots::Ranked(rankings) => kinds(rankings.candidates(), rankings.lines(), |marks, alike| {
            let mut rank = 0;
            for mark in marks {
                rank += u16::from(!mark.shares());
                alike[mark.candidate()] = rank;
            }
        }),
        Ballots::Scored(scores) => kinds(scores.candidates(), scores.lines(), |given, alike| {
            given.iter().for_each(|one| alike[one.candidate()] = one.score);
        }),
        Ballots::Consent(positions) => positions.kinds(),
    };
    let ballots = kinds.iter().sum();
    Secrecy { ballots, alone: kinds.iter().filter(|count| **count == 1).sum(), unanimous: kinds.len() == 1 }
}

/// How many ballots there are of each kind: two are alike when they say the same of every candidate.
fn kinds<Mark: Copy>(candidates: usize, lines: &Lines<Mark>, says: impl Fn(&[Mark], &mut [u16])) -> Vec<u64> {
    let mut kinds: HashMap<Box<[u16]>, u64> = HashMap::new();
    for (count, marks) in lines.iter() {
        let mut alike = vec![0; candidates].into_boxed_slice();
        says(marks, &mut alike);
        *kinds.entry(alike).or_insert(0) += count;
    }
    kinds.into_values().collect()
}

/// A ballot line's text without its tag, and the tag.
pub(crate) fn split_tag(text: &str) -> (&str, Option<&str>) {
    let is_tag = |tag: &str| {
        tag.len() == TAG_DIGITS && tag.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    match text.rsplit_once('#') {
        Some((ballot, tag)) if is_tag(tag) && (ballot.is_empty() || ballot.ends_with(' ')) => {
            (ballot.trim_end(), Some(tag))
        }
        _ => (text, None),
    }
}
