//! One line below `ballots:`.
//!
//! Promises that a line is taken whole or not at all. Never merges lines: the same ballot may stand on several.

use super::{quoted, whole};
use crate::consent::{Position, Positions};
use crate::poll::{Ballots, Candidate, Refusal};
use crate::rankings::Rankings;
use crate::receipt::split_tag;
use crate::scores::{SCORE_MAX, Scores};
use crate::text::garbles;

/// Reads lines for one list of candidates.
pub(super) struct Reader<'a> {
    candidates: &'a [Candidate],
    /// Place by number, so that a mark is found at once.
    places: Vec<Option<Place>>,
    /// Those who withdrew and are named on the ballot that is being read.
    struck: Vec<u32>,
    /// The tag of the ballot before; `None` above the first ballot.
    before: Option<Option<String>>,
}

/// Where a mark for a candidate goes.
#[derive(Clone, Copy)]
enum Place {
    Position(usize),
    Withdrawn,
}

impl<'a> Reader<'a> {
    pub(super) fn new(candidates: &'a [Candidate], withdrawn: &[Candidate]) -> Self {
        let ids = candidates.iter().chain(withdrawn).map(|candidate| candidate.id as usize + 1).max().unwrap_or(0);
        let mut places = vec![None; ids];
        candidates
            .iter()
            .enumerate()
            .for_each(|(position, candidate)| places[candidate.id as usize] = Some(Place::Position(position)));
        withdrawn.iter().for_each(|candidate| places[candidate.id as usize] = Some(Place::Withdrawn));
        Self { candidates, places, struck: Vec::new(), before: None }
    }

    /// Reads `COUNT: BALLOT` and adds it.
    pub(super) fn read(&mut self, text: &str, ballots: &mut Ballots) -> Result<(), String> {
        let (count, ballot) =
            text.split_once(':').ok_or_else(|| format!("expected \"COUNT: BALLOT\", found {}", quoted(text)))?;
        let count = whole(count.trim())
            .ok_or_else(|| format!("a count is a whole number in digits, found {}", quoted(count.trim())))?;
        let (ballot, tag) = split_tag(ballot.trim());
        self.tag(tag, count)?;
        self.struck.clear();
        match ballots {
            Ballots::Ranked(rankings) => self.ranks(count, ballot, rankings),
            Ballots::Scored(scores) => self.scores(count, ballot, scores),
            Ballots::Consent(positions) => position(count, ballot, positions),
        }
    }

    /// A public file has one tag for each ballot, and stands in their order, so that the order says nothing; any other
    /// file has none.
    fn tag(&mut self, tag: Option<&str>, count: u64) -> Result<(), String> {
        match (&self.before, tag) {
            (Some(Some(_)), None) => return Err("this ballot has no receipt tag, the ones before have".to_owned()),
            (Some(None), Some(_)) => return Err("this ballot has a receipt tag, the ones before have none".to_owned()),
            (_, Some(_)) if count != 1 => {
                return Err(format!("a ballot with a receipt tag was cast once, found {count}"));
            }
            (Some(Some(before)), Some(tag)) if before == tag => {
                return Err(format!("the receipt tag {tag} stands here a second time"));
            }
            (Some(Some(before)), Some(tag)) if before.as_str() > tag => {
                return Err(format!(
                    "the receipt tag {tag} stands below {before}: ballots with tags stand in the order of the tags"
                ));
            }
            _ => {}
        }
        self.before = Some(tag.map(str::to_owned));
        Ok(())
    }

    fn ranks(&mut self, count: u64, ballot: &str, rankings: &mut Rankings) -> Result<(), String> {
        let ranks = if ballot.is_empty() { None } else { Some(ballot.split('>')) };
        for rank in ranks.into_iter().flatten().map(str::trim) {
            if rank.is_empty() {
                rankings.skip();
                continue;
            }
            let mut shares = false;
            for id in rank.split('=') {
                let Some(candidate) = self.position(id.trim())? else { continue };
                rankings.mark(candidate, shares).map_err(|refusal| self.said(&refusal))?;
                shares = true;
            }
        }
        rankings.close(count).map_err(|refusal| self.said(&refusal))
    }

    fn scores(&mut self, count: u64, ballot: &str, scores: &mut Scores) -> Result<(), String> {
        for mark in ballot.split_whitespace() {
            let (id, score) =
                mark.split_once('/').ok_or_else(|| format!("expected CANDIDATE/SCORE, found {}", quoted(mark)))?;
            let given = whole(score).and_then(|score| u16::try_from(score).ok()).filter(|score| *score <= SCORE_MAX);
            let given = given
                .ok_or_else(|| format!("a score is a whole number from 0 to {SCORE_MAX}, found {}", quoted(score)))?;
            let Some(candidate) = self.position(id)? else { continue };
            scores.mark(candidate, given).map_err(|refusal| self.said(&refusal))?;
        }
        scores.close(count).map_err(|refusal| self.said(&refusal))
    }

    /// The position of a candidate, or none for one who withdrew.
    fn position(&mut self, id: &str) -> Result<Option<usize>, String> {
        let number = whole(id).ok_or_else(|| format!("expected the number of a candidate, found {}", quoted(id)))?;
        let id = u32::try_from(number).ok();
        match id.and_then(|id| Some((id, self.places.get(id as usize).copied().flatten()?))) {
            None => Err(format!("there is no candidate {number}")),
            Some((_, Place::Position(position))) => Ok(Some(position)),
            Some((id, Place::Withdrawn)) if self.struck.contains(&id) => Err(twice(id)),
            Some((id, Place::Withdrawn)) => {
                self.struck.push(id);
                Ok(None)
            }
        }
    }

    /// A refusal with the candidate's number instead of the position.
    fn said(&self, refusal: &Refusal) -> String {
        match refusal {
            Refusal::Twice(candidate) => twice(self.candidates[*candidate].id),
            other => other.to_string(),
        }
    }
}

fn twice(id: u32) -> String {
    format!("candidate {id} is named twice on one ballot")
}

fn position(count: u64, ballot: &str, positions: &mut Positions) -> Result<(), String> {
    let (word, rest) = ballot.split_once(char::is_whitespace).unwrap_or((ballot, ""));
    let position = match (word, rest.trim()) {
        ("agree", "") => Position::Agree,
        ("stand", "aside") => Position::StandAside,
        ("abstain", "") => Position::Abstain,
        ("object", reason) if reason.chars().any(garbles) => {
            return Err(format!("a reason holds a control character: {}", quoted(reason)));
        }
        ("object", reason) => Position::Object(reason),
        _ => return Err(format!("expected agree, stand aside, abstain or object REASON, found {}", quoted(ballot))),
    };
    positions.add(count, position).map_err(|refusal| refusal.to_string())
}
