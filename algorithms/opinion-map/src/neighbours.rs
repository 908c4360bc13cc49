//! What people who voted alike said of a statement: its mean, and how far those most like a person were off it. Source:
//! k-nearest neighbours with shrunken likeness (Herlocker et al. 1999). Promises: no chance; equally like people are
//! asked by number. Never asks somebody whose votes are no more like this person's than by chance.

use std::cmp::Reverse;

use crate::votes::{Cell, Votes};

/// People asked about each statement.
const ASKED: usize = 30;
/// Likeness is halved where this many statements are all that both voted on.
const DOUBT: f64 = 5.0;
/// People who may be asked: those who voted most, where there are more.
const CANDIDATES_MAX: usize = 1_000;

type Off = Vec<(usize, f64)>;

/// Votes on live statements, each less its statement's mean.
#[derive(Clone, Debug)]
pub(crate) struct Neighbours {
    means: Vec<f64>,
    by_person: Vec<Off>,
    candidates: Vec<usize>,
}

impl Neighbours {
    pub(crate) fn of(votes: &Votes) -> Self {
        let means: Vec<f64> = votes.tallies().iter().map(|tally| tally.mean()).collect();
        let off = |at: usize, vote: i8| (at, f64::from(vote) - means[at]);
        let live = |at: &usize| votes.standings()[*at].is_live();
        let of_row = |row: &[Cell]| {
            row.iter()
                .filter(|cell| live(&(cell.statement as usize)))
                .map(|cell| off(cell.statement as usize, cell.vote.value()))
                .collect()
        };
        let by_person: Vec<Off> = votes.rows().map(of_row).collect();
        let mut candidates: Vec<usize> = (0..by_person.len()).collect();
        candidates.sort_by_key(|person| Reverse(by_person[*person].len()));
        candidates.truncate(CANDIDATES_MAX);
        candidates.sort_unstable();
        Self { means, by_person, candidates }
    }

    /// Per statement, the vote expected of this person.
    pub(crate) fn expected(&self, person: usize) -> Vec<f64> {
        let mut own = vec![None; self.means.len()];
        self.by_person.get(person).into_iter().flatten().for_each(|(at, off)| own[*at] = Some(*off));
        let alike = self
            .candidates
            .iter()
            .filter(|other| **other != person)
            .map(|other| (likeness(&own, &self.by_person[*other]), *other));
        let mut alike: Vec<(f64, usize)> = alike.filter(|(likeness, _)| *likeness > 0.0).collect();
        alike.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut sums = vec![(0, 0.0, 0.0); self.means.len()];
        for (likeness, other) in alike {
            for (at, off) in &self.by_person[other] {
                let (asked, all, sum) = sums[*at];
                if asked < ASKED {
                    sums[*at] = (asked + 1, all + likeness, sum + likeness * off);
                }
            }
        }
        sums.iter()
            .zip(&self.means)
            .map(|((_, all, sum), mean)| if *all > 0.0 { mean + sum / all } else { *mean })
            .collect()
    }
}

/// Cosine over statements both voted on, shrunk where these are few: −1 to 1.
fn likeness(own: &[Option<f64>], other: &Off) -> f64 {
    let both = other.iter().filter_map(|(at, off)| Some((own[*at]?, *off)));
    let [xy, xx, yy, count] =
        both.fold([0.0; 4], |[xy, xx, yy, count], (x, y)| [xy + x * y, xx + x * x, yy + y * y, count + 1.0]);
    if xx > 0.0 && yy > 0.0 { xy / (xx * yy).sqrt() * count / (count + DOUBT) } else { 0.0 }
}
