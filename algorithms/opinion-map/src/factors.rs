//! What lies behind votes: a vote is a statement's ease, a person's readiness, a few factors of the person times the
//! statement's loadings, and noise of the statement's own. Source: factor analysis fitted by mean-field variational
//! Bayes with learned variances (Bishop 1999; for missing votes Ilin and Raiko 2010), so that a factor the votes do not
//! ask for shrinks to nothing and whoever voted little is believed little. Nothing is tuned but how many factors there
//! may be and how often to go round. Promises: exact solves in turn, additions and multiplications only; no chance but
//! a fixed start by a statement's number. Never uses a vote on a statement that is not live.

use crate::chance::Chance;
use crate::votes::Votes;

/// Most factors, and rounds.
const FACTORS: usize = 8;
const ROUNDS: usize = 40;
/// A statement's noise is taken for the mean of all until so many votes outweigh it.
const NOISE_VOTES: f64 = 10.0;
const VARIANCE_MIN: f64 = 1e-9;
const NOISE_MIN: f64 = 1e-6;
/// A person's line is (1, readiness, factors), a statement's (ease, 1, loadings): their product is the vote expected.
const WIDTH: usize = FACTORS + 2;
const OF_PERSON: usize = 0;
const OF_STATEMENT: usize = 1;

type Line = [f64; WIDTH];

/// What is believed of a line: its mean, and the mean of its products.
#[derive(Clone, Debug)]
struct Belief {
    mean: Line,
    products: [Line; WIDTH],
}

/// What is believed before any vote: mean and variance of each place of a line but the fixed one.
#[derive(Clone, Copy, Debug)]
struct Prior {
    fixed: usize,
    mean: Line,
    variance: Line,
}

/// Votes of one person (or on one statement): whose the other line is, and the vote.
type Known = Vec<(usize, f64)>;

#[derive(Clone, Debug)]
pub(crate) struct Factors {
    people: Vec<Belief>,
    statements: Vec<Belief>,
}

impl Factors {
    pub(crate) fn of(votes: &Votes) -> Self {
        let mut by_statement: Vec<Known> = vec![Vec::new(); votes.statements()];
        let mut by_person: Vec<Known> = vec![Vec::new(); votes.people()];
        for (person, row) in votes.rows().enumerate() {
            for cell in row.iter().filter(|cell| votes.standings()[cell.statement as usize].is_live()) {
                by_person[person].push((cell.statement as usize, f64::from(cell.vote.value())));
                by_statement[cell.statement as usize].push((person, f64::from(cell.vote.value())));
            }
        }
        let start = |statement: usize| {
            let mut chance = Chance::from_seed(statement as u64);
            Belief::sure(std::array::from_fn(|at| match at {
                0 => 0.0,
                OF_STATEMENT => 1.0,
                _ => chance.share() - 0.5,
            }))
        };
        let statements = (0..votes.statements()).map(start).collect();
        let mut factors = Self { people: Vec::new(), statements };
        factors.settle(&by_person, &by_statement);
        factors
    }

    /// Per statement, the vote expected of this person; of somebody who has not voted, what is expected of most.
    pub(crate) fn expected(&self, person: usize) -> Vec<f64> {
        let own = self.people.get(person).map(|belief| belief.mean);
        let own = own.unwrap_or_else(|| std::array::from_fn(|at| if at == OF_PERSON { 1.0 } else { 0.0 }));
        self.statements.iter().map(|belief| dot(&own, &belief.mean)).collect()
    }

    fn settle(&mut self, by_person: &[Known], by_statement: &[Known]) {
        let mut noise = vec![0.5; by_statement.len()];
        let mut of_person = Prior { fixed: OF_PERSON, mean: [0.0; WIDTH], variance: [1.0; WIDTH] };
        let mut of_statement = Prior { fixed: OF_STATEMENT, mean: [0.0; WIDTH], variance: [0.25; WIDTH] };
        for _ in 0..ROUNDS {
            let heard = |known: &Known| {
                known.iter().map(|(at, vote)| (&self.statements[*at], *vote, 1.0 / noise[*at])).collect::<Vec<_>>()
            };
            self.people = by_person.iter().map(|known| of_person.after(&heard(known))).collect();
            let heard = |(at, known): (usize, &Known)| {
                known.iter().map(|(person, vote)| (&self.people[*person], *vote, 1.0 / noise[at])).collect::<Vec<_>>()
            };
            self.statements = by_statement.iter().enumerate().map(|known| of_statement.after(&heard(known))).collect();
            noise = self.noise(by_statement);
            let (people, statements) = (spoken(&self.people, by_person), spoken(&self.statements, by_statement));
            of_person.variance[1] = mean_square(&people, 1, 0.0);
            of_statement.mean[0] =
                statements.iter().map(|belief| belief.mean[0]).sum::<f64>() / statements.len().max(1) as f64;
            of_statement.variance[0] = mean_square(&statements, 0, of_statement.mean[0]);
            // Only the product of the two counts: people's factors are held at variance 1.
            (2..WIDTH).for_each(|at| {
                of_statement.variance[at] =
                    (mean_square(&people, at, 0.0) * mean_square(&statements, at, 0.0)).max(VARIANCE_MIN)
            });
        }
    }

    /// Per statement, how far votes are off, squared.
    fn noise(&self, by_statement: &[Known]) -> Vec<f64> {
        let off = |(own, known): (&Belief, &Known)| {
            known
                .iter()
                .map(|(person, vote)| {
                    let person = &self.people[*person];
                    let square: f64 =
                        own.products.iter().zip(&person.products).map(|(own, person)| dot(own, person)).sum();
                    vote * vote - 2.0 * vote * dot(&own.mean, &person.mean) + square
                })
                .sum()
        };
        let off: Vec<f64> = self.statements.iter().zip(by_statement).map(off).collect();
        let votes: usize = by_statement.iter().map(Vec::len).sum();
        let mean = off.iter().sum::<f64>() / votes.max(1) as f64;
        off.iter()
            .zip(by_statement)
            .map(|(off, known)| ((off + NOISE_VOTES * mean) / (known.len() as f64 + NOISE_VOTES)).max(NOISE_MIN))
            .collect()
    }
}

impl Belief {
    fn sure(mean: Line) -> Self {
        Self { mean, products: mean.map(|one| mean.map(|other| one * other)) }
    }
}

impl Prior {
    /// What is believed after so many votes: the other's line, the vote, and one over its noise.
    fn after(&self, heard: &[(&Belief, f64, f64)]) -> Belief {
        let (mut precision, mut pull) = ([[0.0; WIDTH]; WIDTH], [0.0; WIDTH]);
        for (other, vote, weight) in heard {
            for at in 0..WIDTH {
                pull[at] += weight * vote * other.mean[at];
                precision[at].iter_mut().zip(&other.products[at]).for_each(|(sum, product)| *sum += weight * product);
            }
        }
        for at in (0..WIDTH).filter(|at| *at != self.fixed) {
            pull[at] += self.mean[at] / self.variance[at] - precision[at][self.fixed];
            precision[at][at] += 1.0 / self.variance[at];
            (precision[at][self.fixed], precision[self.fixed][at]) = (0.0, 0.0);
        }
        (precision[self.fixed][self.fixed], pull[self.fixed]) = (1.0, 1.0);
        let mut spread = inverse(precision);
        let mean: Line = std::array::from_fn(|at| dot(&spread[at], &pull));
        spread[self.fixed][self.fixed] = 0.0;
        Belief {
            mean,
            products: std::array::from_fn(|at| std::array::from_fn(|other| spread[at][other] + mean[at] * mean[other])),
        }
    }
}

/// By Gauss and Jordan, without exchanging lines: the matrix is positive definite.
fn inverse(mut matrix: [Line; WIDTH]) -> [Line; WIDTH] {
    let mut inverse: [Line; WIDTH] =
        std::array::from_fn(|at| std::array::from_fn(|other| f64::from(u8::from(at == other))));
    for pivot in 0..WIDTH {
        let scale = 1.0 / matrix[pivot][pivot];
        let (line, own) = (matrix[pivot].map(|value| value * scale), inverse[pivot].map(|value| value * scale));
        for at in 0..WIDTH {
            let factor = matrix[at][pivot];
            matrix[at] =
                if at == pivot { line } else { std::array::from_fn(|other| matrix[at][other] - factor * line[other]) };
            inverse[at] =
                if at == pivot { own } else { std::array::from_fn(|other| inverse[at][other] - factor * own[other]) };
        }
    }
    inverse
}

/// Those with any votes.
fn spoken<'a>(beliefs: &'a [Belief], known: &[Known]) -> Vec<&'a Belief> {
    beliefs.iter().zip(known).filter(|(_, known)| !known.is_empty()).map(|(belief, _)| belief).collect()
}

fn mean_square(beliefs: &[&Belief], at: usize, from: f64) -> f64 {
    let sum: f64 =
        beliefs.iter().map(|belief| belief.products[at][at] - 2.0 * from * belief.mean[at] + from * from).sum();
    (sum / beliefs.len().max(1) as f64).max(VARIANCE_MIN)
}

fn dot(one: &Line, other: &Line) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}
