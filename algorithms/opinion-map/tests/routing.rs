//! Replay: people of a real conversation come by in turn, each answering one statement a visit among those they really answered.
//! How many answers until the five statements each group shares are the ones the whole conversation ends with?

#![expect(clippy::unwrap_used, reason = "whatever is missing here should fail the test")]

#[expect(dead_code, reason = "a replay needs the votes alone")]
mod open_data;

use opinion_map::{GroupStatistics, OpinionMap, Plane, Settings, Tally, Vote, Votes, draw_in_proportion, next_of, priorities};

const SHARED: usize = 5;
/// Share of the statements sought that must be in place, from then on.
const ENOUGH: f64 = 0.8;

#[derive(Clone, Copy)]
enum Way {
    Ours,
    /// Polis' draw, with this seed.
    Proportion(u64),
}

/// The five statements a group is surest to be on one side of.
fn shared(tallies: &[Tally]) -> Vec<usize> {
    let weight = |tally: &Tally| {
        let (most, seen) = (f64::from(tally.agree.max(tally.disagree)), f64::from(tally.seen()));
        (most + 1.0) / (seen + 2.0) * 2.0 * (seen + 1.0).sqrt() * ((most + 1.0) / (seen + 1.0) - 0.5)
    };
    let mut order: Vec<usize> = (0..tallies.len()).collect();
    order.sort_by(|a, b| weight(&tallies[*b]).total_cmp(&weight(&tallies[*a])));
    order.truncate(SHARED);
    order
}

fn votes_needed(whole: &Votes, labels: &[Option<usize>], groups: usize, way: Way) -> usize {
    let sought: Vec<Vec<usize>> = GroupStatistics::of(whole, labels, groups).tallies.iter().map(|tallies| shared(tallies)).collect();
    let mut heard = Votes::on(whole.standings().to_vec()).unwrap();
    heard.seat(whole.people()).unwrap();
    let mut tallies = vec![vec![Tally::default(); whole.statements()]; groups];
    let (mut weights, mut word) = (priorities(heard.tallies(), &vec![0.0; whole.statements()], |_| false), 0_u64);
    let (mut count, mut short_at) = (0, 0);
    let longest = (0..whole.people()).map(|person| whole.row(person).len()).max().unwrap_or(0);
    for _ in 0..longest {
        for (person, label) in labels.iter().enumerate() {
            let answered = heard.row(person).len();
            let is_open = |statement: &usize| heard.vote(person, *statement).is_none();
            let answers = whole.row(person).iter().map(|cell| cell.statement as usize).filter(|at| whole.standings()[*at].is_live());
            let open: Vec<usize> = answers.filter(is_open).collect();
            let next = match way {
                // A person's group is known once they have answered seven.
                Way::Ours => next_of(&heard, &open, &tallies, label.filter(|_| answered >= 7)),
                Way::Proportion(seed) => {
                    word = (word ^ seed).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    draw_in_proportion(&weights, &open, (word >> 11) as f64 / (1_u64 << 53) as f64)
                }
            };
            let Some(next) = next else { continue };
            heard.cast(person, next, whole.vote(person, next).unwrap()).unwrap();
            count += 1;
            if count % 50 == 0 && matches!(way, Way::Proportion(_)) {
                weights = priorities(heard.tallies(), &Plane::cold(&heard, None).extremity(), |_| false);
            }
            if let Some(group) = *label {
                add(&mut tallies[group][next], whole.vote(person, next).unwrap());
            }
            let found: usize = tallies.iter().zip(&sought).map(|(own, sought)| shared(own).iter().filter(|at| sought.contains(at)).count()).sum();
            if (found as f64) < ENOUGH * (SHARED * groups) as f64 {
                short_at = count;
            }
        }
    }
    short_at + 1
}

#[test]
fn what_each_group_shares_is_found_with_a_quarter_fewer_votes() {
    for folder in ["15-per-hour-seattle", "brexit-consensus", "scoop-hivemind.taxes"] {
        let conversation = open_data::read(folder, "participants-votes.csv", None);
        let map = OpinionMap::draw(&conversation.votes, &Settings { resamples: 0, ..Settings::default() });
        let (labels, groups) = if map.groups.len() > 1 { (map.labels.clone(), map.groups.len()) } else { conversation.given.clone() };
        let ours = votes_needed(&conversation.votes, &labels, groups, Way::Ours);
        let draws: Vec<usize> = (1..=5).map(|seed| votes_needed(&conversation.votes, &labels, groups, Way::Proportion(seed))).collect();
        let mean = draws.iter().sum::<usize>() as f64 / draws.len() as f64;
        println!("{folder}: {ours} votes, in proportion to priority {mean} ({draws:?}) of {}", conversation.votes.count());
        assert!((ours as f64) < 0.75 * mean, "{folder}: {ours} against {mean}");
    }
}

fn add(tally: &mut Tally, vote: Vote) {
    match vote {
        Vote::Agree => tally.agree += 1,
        Vote::Disagree => tally.disagree += 1,
        Vote::Pass => tally.pass += 1,
    }
}
