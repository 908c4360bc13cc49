//! IRV (instant runoff, alternative vote): round by round the candidate with the fewest votes drops out, and each of
//! their ballots moves to the next preference who is still in.
//!
//! Stated rules:
//! - Rounds go on until two are left, so that the last pair is always shown; the one with more votes wins. A majority
//!   in an earlier round can no longer be lost, so this never changes the winner.
//! - A vote is divided equally, and exactly, among candidates that share a rank ([`Rankings`]); as they drop out the
//!   rest get more.
//! - Level candidates: the one earliest in the [`Lot`] drops out. [`Irv::winners`] says who could have won under any
//!   other lot.

pub(crate) mod every_winner;

use crate::lines::{ASKED_TOGETHER, Rest};
use crate::lot::{Lot, Tie};
use crate::poll::{Candidate, Refusal};
use crate::rankings::{Rankings, Set, everyone, members, only, top};
use crate::text;

/// A count by IRV.
#[derive(Clone, Debug)]
pub struct Irv {
    /// Votes are whole numbers of `1 / unit`: the smallest that divides exactly by every number of candidates sharing a
    /// rank.
    pub unit: u128,
    /// Every round.
    pub rounds: Vec<Round>,
    /// Every candidate whom some way of breaking the ties elects, in the order of the ballot paper; nobody when no
    /// ballot names anyone.
    pub winners: Vec<usize>,
    /// Whether all ways of breaking the ties were followed. False only when there are so many that [`every_winner`'s
    /// limit][limit] was met: `winners` then holds those found, and others may be missing.
    ///
    /// [limit]: WINNERS_WORK_MAX
    pub winners_complete: bool,
    /// The winner by the lot; nobody when no ballot names anyone.
    pub elected: Option<usize>,
    /// Every tie for the fewest votes and who dropped out.
    pub ties: Vec<Tie>,
    unusual: String,
}

pub use every_winner::WINNERS_WORK_MAX;

/// One round: the votes at its beginning, who then drops out, and where their votes go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// In units; `None` once a candidate is out.
    pub votes: Vec<Option<u128>>,
    /// Ballots, in units, that name nobody who is still in, blank ones included.
    pub exhausted: u128,
    /// Who has the fewest votes (of the level, by lot). `None` when one candidate stands alone.
    pub dropped: Option<usize>,
    /// What each candidate gets of the dropped one's votes, in units; all 0 after the last round.
    pub moved: Vec<u128>,
}

/// Counts ranked ballots.
///
/// # Errors
/// [`Refusal::LotOfOthers`]; [`Refusal::SharedTooWide`] when a vote shared by so many cannot be divided in 128 bits.
pub fn count(rankings: &Rankings, lot: &Lot) -> Result<Irv, Refusal> {
    lot.fits(rankings.candidates())?;
    let mut piles = Piles::of(rankings, unit(rankings)?);
    let (mut rounds, mut ties) = (Vec::new(), Vec::new());
    let winner = loop {
        let dropped = (piles.still_in.count_ones() > 1)
            .then(|| lot.settle(piles.fewest(), rounds.len() + 1, "who drops out is", &mut ties));
        let mut round = piles.round(dropped);
        match dropped {
            None => {
                rounds.push(round);
                break piles.still_in;
            }
            Some(last) if piles.still_in.count_ones() == 2 => {
                rounds.push(round);
                break piles.still_in & !only(last);
            }
            Some(dropped) => {
                round.moved = piles.drop_out(dropped);
                rounds.push(round);
            }
        }
    };
    let (winners, winners_complete) = match (rankings.names_anyone(), ties.is_empty()) {
        (false, _) => (0, true),
        (true, true) => (winner, true),
        (true, false) => every_winner::search(rankings, piles.unit),
    };
    let elected = members(winner).next().filter(|_| rankings.names_anyone());
    let winners = members(winners).collect();
    Ok(Irv { unit: piles.unit, rounds, winners, winners_complete, elected, ties, unusual: rankings.unusual() })
}

/// The smallest number that divides by every possible number of candidates sharing a rank.
fn unit(rankings: &Rankings) -> Result<u128, Refusal> {
    let wide = Refusal::SharedTooWide(rankings.widest());
    let least_multiple = |unit: u128, share: u128| unit.checked_mul(share / text::greatest_divisor(unit, share));
    let unit = (2..=rankings.widest() as u128).try_fold(1, least_multiple).ok_or(wide.clone())?;
    // Twice, because halves of the sum are compared.
    unit.checked_mul(2 * u128::from(crate::poll::BALLOTS_MAX)).map(|_| unit).ok_or(wide)
}

/// The part of a ballot's votes for each of those it stands with. Dividing 128 bits is slow, and seldom needed.
fn share(votes: u128, with: Set) -> u128 {
    match with.count_ones() {
        0 | 1 => votes,
        several => votes / u128::from(several),
    }
}

/// The ballots on the table: one pile for each candidate; a ballot of equal ranks lies in the pile of each of them.
struct Piles<'a> {
    rankings: &'a Rankings,
    unit: u128,
    still_in: Set,
    papers: Vec<Vec<Rest>>,
    votes: Vec<u128>,
    exhausted: u128,
}

impl<'a> Piles<'a> {
    fn of(rankings: &'a Rankings, unit: u128) -> Self {
        let candidates = rankings.candidates();
        let (papers, votes) = (vec![Vec::new(); candidates], vec![0; candidates]);
        let mut piles = Self { rankings, unit, still_in: everyone(candidates), papers, votes, exhausted: 0 };
        for paper in rankings.lines().rests() {
            piles.lay(paper, |_, _| ());
        }
        piles
    }

    /// Lays a ballot on the piles of those it stands with.
    fn lay(&mut self, paper: Rest, mut told: impl FnMut(usize, u128)) {
        let (with, passed) = top(self.rankings.lines().marks_of(paper), self.still_in);
        let (paper, votes) = (paper.after(passed), self.unit * u128::from(paper.count));
        if with == 0 {
            self.exhausted += votes;
        }
        let share = share(votes, with);
        for candidate in members(with) {
            self.papers[candidate].push(paper);
            self.votes[candidate] += share;
            told(candidate, share);
        }
    }

    fn fewest(&self) -> Set {
        let least = members(self.still_in).map(|one| self.votes[one]).min().unwrap_or(0);
        members(self.still_in).filter(|one| self.votes[*one] == least).fold(0, |set, one| set | only(one))
    }

    fn round(&self, dropped: Option<usize>) -> Round {
        let votes = |one: usize| (self.still_in & only(one) != 0).then(|| self.votes[one]);
        let all = 0..self.votes.len();
        Round { votes: all.map(votes).collect(), exhausted: self.exhausted, dropped, moved: vec![0; self.votes.len()] }
    }

    /// Takes a candidate out and moves the votes of their pile; gives what each other one gets.
    fn drop_out(&mut self, dropped: usize) -> Vec<u128> {
        let mut moved = vec![0; self.votes.len()];
        let before = self.still_in;
        self.still_in &= !only(dropped);
        for papers in std::mem::take(&mut self.papers[dropped]).chunks(ASKED_TOGETHER) {
            self.rankings.lines().ask(papers.iter().copied());
            for paper in papers {
                let (stood, _) = top(self.rankings.lines().marks_of(*paper), before);
                if stood == only(dropped) {
                    self.lay(*paper, |candidate, share| moved[candidate] += share);
                    continue;
                }
                // It lies with the others of its rank already; each of them gets a larger part.
                let (votes, stands) = (self.unit * u128::from(paper.count), stood & self.still_in);
                let more = share(votes, stands) - share(votes, stood);
                for candidate in members(stands) {
                    self.votes[candidate] += more;
                    moved[candidate] += more;
                }
            }
        }
        moved
    }
}

impl Irv {
    /// Who has the most first preferences, in the order of the ballot paper; nobody when no ballot names anyone.
    #[must_use]
    pub fn plurality_winners(&self) -> Vec<usize> {
        let first = &self.rounds[0].votes;
        let most = first.iter().flatten().max().filter(|most| **most > 0);
        (0..first.len()).filter(|one| most.is_some() && first[*one].as_ref() == most).collect()
    }

    /// The count, round by round, for a person to replay.
    #[must_use]
    pub fn trail(&self, candidates: &[Candidate]) -> String {
        let mut trail = format!("IRV\n{}", self.unusual);
        for (at, round) in self.rounds.iter().enumerate() {
            trail += &self.round(at, round, candidates);
        }
        if self.winners.len() > 1 || !self.winners_complete {
            let known = if self.winners_complete { "" } else { " (found so far; too many ways to follow them all)" };
            let winners = text::labels(candidates, self.winners.iter().copied());
            trail += &format!("The lot decided: with other lots these can win: {winners}{known}.\n");
        }
        trail + &format!("Elected: {}.\n", text::labels(candidates, self.elected))
    }

    fn round(&self, at: usize, round: &Round, candidates: &[Candidate]) -> String {
        let figure = |units: u128| text::quotient(units, self.unit);
        let mut rows = Vec::new();
        for (candidate, votes) in round.votes.iter().enumerate() {
            let Some(votes) = votes else { continue };
            let mut row = vec![text::label(candidates, candidate), figure(*votes)];
            row.extend((round.moved[candidate] > 0).then(|| format!("+{}", figure(round.moved[candidate]))));
            rows.push(row);
        }
        rows.push(vec!["exhausted".to_owned(), figure(round.exhausted)]);
        let after = self.rounds.get(at + 1).map_or(round.exhausted, |next| next.exhausted);
        rows.extend((after > round.exhausted).then(|| {
            vec!["becomes exhausted".to_owned(), String::new(), format!("+{}", figure(after - round.exhausted))]
        }));
        let last = at + 1 == self.rounds.len();
        let ties = self.ties.iter().filter(|tie| tie.at == at + 1).map(|tie| text::tie(candidates, tie));
        let what = round.dropped.map_or(String::new(), |dropped| {
            let label = text::label(candidates, dropped);
            if last {
                format!("  Two are left; {label} loses.\n")
            } else {
                format!("  {label} drops out; their votes move as shown (+).\n")
            }
        });
        format!("Round {}\n{}{}{what}", at + 1, text::table(&rows), ties.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rankings(candidates: usize, lines: &[(u64, &[&[usize]])]) -> Rankings {
        let mut rankings = Rankings::new(candidates).unwrap();
        lines.iter().for_each(|(count, ranks)| rankings.add(*count, ranks).unwrap());
        rankings
    }

    #[test]
    fn a_vote_shared_by_three_is_divided_exactly_and_grows_as_they_drop_out() {
        let poll = rankings(4, &[(1, &[&[0, 1, 2]]), (3, &[&[0]]), (2, &[&[1]]), (4, &[&[3]])]);
        let irv = count(&poll, &Lot::in_paper_order(4)).unwrap();
        assert_eq!(irv.unit, 6);
        assert_eq!(irv.rounds[0].votes, [Some(20), Some(14), Some(2), Some(24)]);
        assert_eq!(irv.rounds[1].votes, [Some(21), Some(15), None, Some(24)]);
        assert_eq!(irv.rounds[2].votes, [Some(24), None, None, Some(24)]);
        assert_eq!((irv.rounds[2].exhausted, &irv.winners), (12, &vec![0, 3]));
    }

    #[test]
    fn exhausted_ballots_are_shown() {
        let poll = rankings(3, &[(5, &[&[0]]), (4, &[&[1]]), (2, &[&[2]]), (1, &[&[2], &[1]]), (7, &[])]);
        let irv = count(&poll, &Lot::in_paper_order(3)).unwrap();
        assert_eq!(irv.rounds.iter().map(|round| round.exhausted).collect::<Vec<_>>(), [7, 9]);
        let trail = irv.trail(&[]);
        assert!(trail.contains("becomes exhausted") && trail.contains("+2") && trail.contains("7 blank"), "{trail}");
    }

    #[test]
    fn one_candidate_wins_alone_and_a_blank_poll_elects_nobody() {
        let alone = count(&rankings(1, &[(2, &[&[0]])]), &Lot::in_paper_order(1)).unwrap();
        assert_eq!((alone.rounds.len(), alone.elected), (1, Some(0)));
        let blank = count(&rankings(3, &[(2, &[])]), &Lot::in_paper_order(3)).unwrap();
        assert_eq!((blank.plurality_winners(), blank.winners, blank.elected), (vec![], vec![], None));
    }

    #[test]
    fn a_rank_too_wide_to_divide_is_refused() {
        let all: Vec<_> = (0..127).collect();
        let refused = count(&rankings(127, &[(1, &[&all])]), &Lot::in_paper_order(127)).unwrap_err();
        assert_eq!(refused, Refusal::SharedTooWide(127));
    }
}
