//! The other ways to foretell a vote that ours is measured against, each from the votes shown alone. Their constants
//! are the best of a few tried on the listed hidden votes, which favours them.

use opinion_map::{OpinionMap, Tally, Votes};

pub(crate) type Hidden = [(usize, usize)];
/// Neighbours asked, and votes in common that halve the trust in a likeness.
const NEIGHBOURS: usize = 30;
const DOUBT: f64 = 5.0;
const RIDGE: f64 = 2.0;
const ROUNDS: usize = 40;

pub(crate) fn statement_mean(shown: &Votes, hidden: &Hidden) -> Vec<f64> {
    hidden.iter().map(|(_, statement)| leaning(shown.tallies()[*statement])).collect()
}

/// The mean within the person's group, as Polis groups the votes shown.
pub(crate) fn group_mean(shown: &Votes, hidden: &Hidden) -> Vec<f64> {
    let map = OpinionMap::compatible(shown, None);
    let of = |(person, statement): &(usize, usize)| {
        let own = map.labels[*person].map(|group| map.statistics.tallies[group][*statement]);
        leaning(own.filter(|tally| tally.seen() > 0).unwrap_or(shown.tallies()[*statement]))
    };
    hidden.iter().map(of).collect()
}

fn leaning(tally: Tally) -> f64 {
    (f64::from(tally.agree) - f64::from(tally.disagree)) / (f64::from(tally.seen()) + 2.0)
}

/// The statement's mean and how far the 30 people most like this one who voted on it are off that, weighted by likeness
/// (cosine of votes less their means over statements both voted on).
pub(crate) fn neighbours(shown: &Votes, hidden: &Hidden) -> Vec<f64> {
    let means: Vec<f64> = shown.tallies().iter().map(|tally| tally.mean()).collect();
    let off = |person: usize| {
        let mut line = vec![None; shown.statements()];
        shown.row(person).iter().for_each(|cell| {
            line[cell.statement as usize] = Some(f64::from(cell.vote.value()) - means[cell.statement as usize])
        });
        line
    };
    let lines: Vec<Vec<Option<f64>>> = (0..shown.people()).map(off).collect();
    let mut likeness: Vec<Option<Vec<f64>>> = vec![None; lines.len()];
    hidden
        .iter()
        .map(|(person, statement)| {
            let alike = likeness[*person].get_or_insert_with(|| {
                let own: Vec<(usize, f64)> =
                    lines[*person].iter().enumerate().filter_map(|(at, off)| Some((at, (*off)?))).collect();
                lines.iter().map(|other| likeness_of(&own, other)).collect()
            });
            let voted = (0..lines.len()).filter(|other| other != person && alike[*other] > 0.0);
            let mut near: Vec<(f64, f64)> =
                voted.filter_map(|other| Some((alike[other], lines[other][*statement]?))).collect();
            near.sort_by(|a, b| b.0.total_cmp(&a.0));
            near.truncate(NEIGHBOURS);
            let all: f64 = near.iter().map(|one| one.0).sum();
            means[*statement]
                + if all > 0.0 { near.iter().map(|(alike, off)| alike * off).sum::<f64>() / all } else { 0.0 }
        })
        .collect()
}

fn likeness_of(one: &[(usize, f64)], other: &[Option<f64>]) -> f64 {
    let both = one.iter().filter_map(|(at, a)| Some((a, other[*at].as_ref()?)));
    let [xy, xx, yy, count] =
        both.fold([0.0; 4], |[xy, xx, yy, count], (x, y)| [xy + x * y, xx + x * x, yy + y * y, count + 1.0]);
    if xx > 0.0 && yy > 0.0 { xy / (xx * yy).sqrt() * count / (count + DOUBT) } else { 0.0 }
}

/// Matrix factorisation of rank one with biases, by ridge regressions in turn.
pub(crate) fn factorisation(shown: &Votes, hidden: &Hidden) -> Vec<f64> {
    let (mut by_person, mut by_statement) = (vec![Vec::new(); shown.people()], vec![Vec::new(); shown.statements()]);
    for (person, own) in by_person.iter_mut().enumerate() {
        for cell in shown.row(person) {
            own.push((cell.statement as usize, f64::from(cell.vote.value())));
            by_statement[cell.statement as usize].push((person, f64::from(cell.vote.value())));
        }
    }
    let mean = by_person.iter().flatten().map(|one| one.1).sum::<f64>() / shown.count() as f64;
    let solve = |own: &Vec<(usize, f64)>, others: &[[f64; 2]]| {
        let [mut n, mut x, mut xx, mut y, mut xy] = [RIDGE, 0.0, RIDGE, 0.0, 0.0];
        for (at, vote) in own {
            let (left, side) = (vote - mean - others[*at][0], others[*at][1]);
            (n, x, xx, y, xy) = (n + 1.0, x + side, xx + side * side, y + left, xy + side * left);
        }
        [(xx * y - x * xy) / (n * xx - x * x), (n * xy - x * y) / (n * xx - x * x)]
    };
    let mut people: Vec<[f64; 2]> = Vec::new();
    let start = |at: usize| [0.0, if at.is_multiple_of(2) { 0.5 } else { -0.4 } * (1.0 + (at % 5) as f64 / 5.0)];
    let mut statements: Vec<[f64; 2]> = (0..by_statement.len()).map(start).collect();
    for _ in 0..ROUNDS {
        people = by_person.iter().map(|own| solve(own, &statements)).collect();
        statements = by_statement.iter().map(|own| solve(own, &people)).collect();
    }
    hidden
        .iter()
        .map(|(person, statement)| {
            people[*person][0] + statements[*statement][0] + people[*person][1] * statements[*statement][1]
        })
        .collect()
}
