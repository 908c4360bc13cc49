//! The stage table of a count by STV, as a returning officer would publish it, with the parcels of papers that move.

use super::{Next, Parcel, Stage, Stv};
use crate::lot::Settled;
use crate::poll::Candidate;
use crate::text::{self, decimal, label, labels};

impl Stv {
    /// The count, stage by stage, for a person to replay.
    #[must_use]
    pub fn trail(&self, candidates: &[Candidate]) -> String {
        let mut trail = format!(
            "Scottish STV\n{}Quota: {} valid ballots ÷ ({} seats + 1), rounded down, + 1 = {}.\n",
            self.unusual, self.valid, self.seats, self.quota
        );
        for (at, stage) in self.stages.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| &self.stages[before]);
            trail += &format!("Stage {}\n{}", at + 1, stage_table(stage, before, candidates));
            trail += &self.what_follows(at, stage, candidates);
        }
        let by_lot = self.ties.iter().filter(|tie| tie.settled == Settled::Lot).count();
        if by_lot > 0 {
            trail += &format!("The lot decided {by_lot} of these ties.\n");
        }
        trail + &format!("Elected: {}.\n", labels(candidates, self.elected.iter().copied()))
    }

    fn what_follows(&self, at: usize, stage: &Stage, candidates: &[Candidate]) -> String {
        let mut text = String::new();
        if !stage.elected.is_empty() {
            let below =
                stage.elected.iter().any(|one| stage.votes[*one].is_some_and(|votes| votes < self.quota * super::UNIT));
            let why = if below { " (as many left as seats)" } else { "" };
            text += &format!("  Elected: {}{why}.\n", labels(candidates, stage.elected.iter().copied()));
        }
        text.extend(self.ties.iter().filter(|tie| tie.at == at + 1).map(|tie| text::tie(candidates, tie)));
        text += &match stage.next {
            Next::Surplus { of, surplus, total } => {
                let (of, surplus, total) = (label(candidates, of), decimal(surplus), decimal(total));
                format!(
                    "  The surplus of {of}, {surplus}, moves: each paper at its value × {surplus} ÷ {total}, five decimals, the rest ignored.\n"
                )
            }
            Next::Exclusion(of) => {
                format!("  {} is excluded; their papers move at the value they have.\n", label(candidates, of))
            }
            Next::End => String::new(),
        };
        text + &stage.parcels.iter().map(|parcel| parcel_line(parcel, candidates)).collect::<String>()
    }
}

/// Votes, and what changed since the stage before.
fn stage_table(stage: &Stage, before: Option<&Stage>, candidates: &[Candidate]) -> String {
    let row = |what: String, now: u64, was: Option<u64>| {
        let change = was.map(|was| match now.checked_sub(was) {
            Some(0) => String::new(),
            Some(more) => format!("+{}", decimal(more)),
            None => format!("−{}", decimal(was - now)),
        });
        std::iter::once(what).chain(std::iter::once(decimal(now))).chain(change).collect::<Vec<_>>()
    };
    let mut rows = Vec::new();
    for (one, votes) in stage.votes.iter().enumerate() {
        let was = before.map(|before| before.votes[one].unwrap_or(0));
        rows.extend(votes.map(|votes| row(label(candidates, one), votes, was)));
    }
    rows.push(row("exhausted".to_owned(), stage.exhausted, before.map(|before| before.exhausted)));
    rows.push(row("ignored decimals".to_owned(), stage.cut_off, before.map(|before| before.cut_off)));
    text::table(&rows)
}

/// `38 papers worth 1, now 0.0301: 30 to 5, 8 exhausted`, candidates by their numbers.
fn parcel_line(parcel: &Parcel, candidates: &[Candidate]) -> String {
    let to = parcel.to.iter().enumerate().filter(|(_, papers)| **papers > 0);
    let mut to: Vec<_> = to.map(|(one, papers)| format!("{papers} to {}", text::number(candidates, one))).collect();
    to.extend((parcel.exhausted > 0).then(|| format!("{} exhausted", parcel.exhausted)));
    let papers = parcel.to.iter().sum::<u64>() / parcel.shared_by + parcel.exhausted;
    let now = if parcel.value == parcel.was { String::new() } else { format!(", now {}", decimal(parcel.value)) };
    let each = if parcel.shared_by > 1 { format!(" to each of {}", parcel.shared_by) } else { String::new() };
    format!("    {papers} papers worth {}{now}{each}: {}\n", decimal(parcel.was), to.join(", "))
}
