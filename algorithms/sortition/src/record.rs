//! A draw that anybody can do again from its public files alone.
//!
//! What for: the answer to "who ran it, and is the seed public?".
//! Promises: everything but the chance itself is fixed and published, as one SHA-256, before the randomness exists. The
//! randomness is named in advance, and one changed byte in any of the files makes [`crate::verify`] fail.
//! Never does: publish names, row order or households; people appear under pseudonyms made from a secret salt.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::lottery::Lottery;
use crate::odds::{Certificate, Method, Odds};
use crate::pool::Pool;

pub(crate) const POOL: &str = "pool.csv";
pub(crate) const QUOTAS: &str = "quotas.csv";
pub(crate) const ODDS: &str = "odds.json";
pub(crate) const LOTTERY: &str = "lottery.csv";
pub(crate) const ANNOUNCEMENT: &str = "announcement.json";
pub(crate) const RESULT: &str = "result.json";
/// Names the format and the algorithm; another one would be another draw.
pub(crate) const VERSION: &str = "sortition 1";

/// The names of all public files; [`crate::verify`] looks at no other.
pub const FILES: [&str; 6] = [POOL, QUOTAS, ODDS, LOTTERY, ANNOUNCEMENT, RESULT];

/// Public files by name.
pub type Files = BTreeMap<String, String>;

/// The pool under pseudonyms, in the order of the public file.
#[derive(Clone, Debug)]
pub struct Register {
    /// The same people in public order; everything that is published counts them from 0 in this order.
    pub pool: Pool,
    /// Per person of that pool: the row they had in the organiser's file. Not for publication.
    pub rows: Vec<usize>,
    /// Per person of that pool. Tell each person theirs.
    pub pseudonyms: Vec<String>,
}

/// Everything that is fixed before the draw. Its SHA-256 is the commitment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// The format and the algorithm.
    pub version: String,
    /// What "fair" means.
    pub method: Method,
    /// People on a panel.
    pub seats: u32,
    /// How many equally likely panels the lottery has.
    pub panels: usize,
    /// Where the randomness will come from, in words: a public beacon and its round, dice thrown on stage.
    pub randomness: String,
    /// SHA-256 of each other file published before the draw.
    pub sha256: BTreeMap<String, String>,
}

/// What the randomness chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    /// The SHA-256 of the announcement.
    pub commitment: String,
    /// The public randomness, in hexadecimal.
    pub randomness: String,
    /// SHA-256 of `commitment|randomness|tries`, for the first number of tries (from 0) whose first 64 bits, modulo the
    /// number of panels, are not biased.
    pub tries: u32,
    /// That SHA-256.
    pub digest: String,
    /// Which panel of the lottery, from 0.
    pub number: usize,
    /// Its members: places in the public pool.
    pub panel: Vec<usize>,
    /// The same people's pseudonyms.
    pub pseudonyms: Vec<String>,
}

/// The chances as published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishedOdds {
    pub(crate) finished: bool,
    pub(crate) chances: Vec<f64>,
    pub(crate) kind_of_person: Vec<usize>,
    pub(crate) unreachable: Vec<usize>,
    pub(crate) levels: Vec<PublishedLevel>,
    pub(crate) objective: Option<PublishedObjective>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishedLevel {
    pub(crate) value: f64,
    pub(crate) upper_bound: f64,
    pub(crate) kinds: Vec<usize>,
    pub(crate) shares: Vec<(usize, f64)>,
    pub(crate) cap: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishedObjective {
    pub(crate) value: f64,
    pub(crate) lower_bound: f64,
    pub(crate) certificates: Vec<(Vec<(usize, f64)>, f64)>,
}

impl Register {
    /// Gives everybody a pseudonym, the SHA-256 of the salt and their row, and sorts by it. The salt must be secret and
    /// hard to guess (32 bytes of chance), or pseudonyms tell who stood where in the file. Tell everybody theirs before
    /// the draw: no file says who it is. A [`crate::Replacement`] keeps the pseudonyms of the first draw.
    #[must_use]
    pub fn new(pool: &Pool, salt: &[u8]) -> Self {
        let name =
            |what: &str, which: usize| sha256(&[salt, format!("|{what}|{which}").as_bytes()].concat())[..20].to_owned();
        let mut order: Vec<(String, usize)> =
            pool.people.iter().enumerate().map(|(at, person)| (name("person", person.row), at)).collect();
        order.sort_unstable();
        let mut public = pool.clone();
        public.people = order.iter().map(|&(_, row)| pool.people[row].clone()).collect();
        public.households = (0..pool.households.len()).map(|home| name("household", home)).collect();
        let (pseudonyms, rows) = order.into_iter().unzip();
        Self { pool: public, rows, pseudonyms }
    }

    /// The files to publish before the randomness exists. `odds` and `lottery` are those of [`Register::pool`].
    #[must_use]
    pub fn announce(&self, odds: &Odds, lottery: &Lottery, randomness: &str) -> Files {
        let mut files: Files = [
            (POOL, self.pool_file()),
            (QUOTAS, quotas_file(&self.pool)),
            (ODDS, json(&PublishedOdds::of(odds))),
            (LOTTERY, lottery_file(lottery)),
        ]
        .map(|(name, text)| (name.to_owned(), text))
        .into();
        let announcement = Announcement {
            version: VERSION.to_owned(),
            method: odds.method,
            seats: self.pool.seats,
            panels: lottery.panels.len(),
            randomness: randomness.to_owned(),
            sha256: files.iter().map(|(name, text)| (name.clone(), sha256(text.as_bytes()))).collect(),
        };
        files.insert(ANNOUNCEMENT.to_owned(), json(&announcement));
        files
    }

    pub(crate) fn pool_file(&self) -> String {
        let head =
            ["pseudonym".to_owned(), "household".to_owned()].into_iter().chain(self.pool.categories.iter().cloned());
        let people = self.pool.people.iter().zip(&self.pseudonyms).map(|(person, pseudonym)| {
            let home = person.household.map_or(String::new(), |home| self.pool.households[home].clone());
            [pseudonym.clone(), home]
                .into_iter()
                .chain(person.answers.iter().map(|&quota| self.pool.quotas[quota].value.clone()))
                .collect()
        });
        csv_text(std::iter::once(head.collect()).chain(people))
    }
}

/// The SHA-256 of the announcement: publish it, in print if you can, before the draw. Empty without an announcement.
#[must_use]
pub fn commitment(files: &Files) -> String {
    files.get(ANNOUNCEMENT).map_or(String::new(), |text| sha256(text.as_bytes()))
}

impl Drawn {
    /// Draws with the public randomness: any bytes that nobody could foresee when the commitment was published.
    #[must_use]
    pub fn by(register: &Register, lottery: &Lottery, commitment: &str, randomness: &[u8]) -> Self {
        Self::from_lists(&register.pseudonyms, &lottery.panels, commitment, &HEXLOWER.encode(randomness))
    }

    pub(crate) fn from_lists(pseudonyms: &[String], panels: &[Vec<usize>], commitment: &str, randomness: &str) -> Self {
        let (tries, digest, number) = ticket(commitment, randomness, panels.len());
        let panel = panels[number].clone();
        let pseudonyms = panel.iter().map(|&person| pseudonyms[person].clone()).collect();
        Self {
            commitment: commitment.to_owned(),
            randomness: randomness.to_owned(),
            tries,
            digest,
            number,
            panel,
            pseudonyms,
        }
    }

    /// Adds the result to the public files.
    pub fn publish(&self, files: &mut Files) {
        files.insert(RESULT.to_owned(), json(self));
    }
}

/// Rejection sampling: numbers from the last, incomplete round of panels are thrown away, so all are equally likely.
fn ticket(commitment: &str, randomness: &str, panels: usize) -> (u32, String, usize) {
    let panels = panels as u64;
    let whole_rounds = u64::MAX - (u64::MAX % panels + 1) % panels;
    for tries in 0..u32::MAX {
        let digest = Sha256::digest(format!("{commitment}|{randomness}|{tries}"));
        let number = digest.iter().take(8).fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
        if number <= whole_rounds {
            return (tries, HEXLOWER.encode(&digest), (number % panels) as usize);
        }
    }
    unreachable!("each try fails with a chance below one half")
}

impl PublishedOdds {
    pub(crate) fn of(odds: &Odds) -> Self {
        let pair = |certificate: &Certificate| (certificate.shares.clone(), certificate.cap);
        Self {
            finished: odds.finished,
            chances: odds.chances.clone(),
            kind_of_person: odds.kind_of_person().to_vec(),
            unreachable: odds.unreachable.clone(),
            levels: odds
                .levels
                .iter()
                .map(|level| PublishedLevel {
                    value: level.value,
                    upper_bound: level.upper_bound,
                    kinds: level.kinds.clone(),
                    shares: level.certificate.shares.clone(),
                    cap: level.certificate.cap,
                })
                .collect(),
            objective: odds.objective.as_ref().map(|objective| PublishedObjective {
                value: objective.value,
                lower_bound: objective.lower_bound,
                certificates: objective.certificates.iter().map(pair).collect(),
            }),
        }
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

pub(crate) fn json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("plain records have a JSON form");
    text.push('\n');
    text
}

pub(crate) fn quotas_file(pool: &Pool) -> String {
    let head = ["category", "feature", "min", "max"].map(str::to_owned).to_vec();
    let row = |quota: &crate::pool::Quota| {
        vec![quota.category.clone(), quota.value.clone(), quota.min.to_string(), quota.max.to_string()]
    };
    csv_text(std::iter::once(head).chain(pool.quotas.iter().map(row)))
}

pub(crate) fn lottery_file(lottery: &Lottery) -> String {
    let mut text = String::from("number,members\n");
    for (number, panel) in lottery.panels.iter().enumerate() {
        let members = panel.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
        writeln!(text, "{number},{members}").expect("a string takes any text");
    }
    text
}

fn csv_text(rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.for_each(|row| writer.write_record(row).expect("memory takes any row"));
    let bytes = writer.into_inner().expect("memory takes any row");
    String::from_utf8(bytes).expect("rows of strings are UTF-8")
}
