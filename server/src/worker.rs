//! Runs the jobs of the rooms and of the base when their time comes round. A job that fails is tried again at its next
//! turn.

use std::time::Duration;

use base::clock::HOUR_MS;
use base::house::House;
use base::room::Job;
use tokio::task::JoinSet;

use crate::bad_days;
use crate::rooms::ROOMS;

/// How often the worker looks at its list.
const LOOK: Duration = Duration::from_secs(20);

/// Runs jobs until the process ends.
pub async fn run(house: House) {
    let jobs: Vec<_> = ROOMS
        .iter()
        .flat_map(|room| room.jobs())
        .chain(base::caller::JOBS)
        .chain(base::search::JOBS)
        .chain(base::ledger::JOBS)
        .chain(base::house::JOBS)
        .chain(bad_days::JOBS)
        .collect();
    let mut due = vec![house.now(); jobs.len()];
    loop {
        let mut has_read_much = false;
        for (job, due) in jobs.iter().zip(&mut due) {
            let now = house.now();
            if is_due(*due, now, job.every_ms) {
                *due = now + job.every_ms;
                has_read_much |= job.every_ms >= HOUR_MS;
                take_turn(&house, job).await;
            }
        }
        if has_read_much && let Err(why) = house.db.let_go().await {
            tracing::warn!(%why, "the database let go of nothing");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Whether a job's time has come; so it has where the clock was wrong when it last ran, and says now that this is far
/// off.
fn is_due(due: i64, now: i64, every_ms: i64) -> bool {
    !(1..=every_ms).contains(&(due - now))
}

/// Runs a job once, in a task of its own which ends when this one does: a job that panics ends no other.
pub async fn take_turn(house: &House, job: &Job) {
    let mut task = JoinSet::new();
    task.spawn((job.run)(house.clone()));
    match task.join_next().await.expect("it was spawned") {
        Ok(Ok(())) => {}
        Ok(Err(refusal)) => tracing::warn!(job = job.name, ?refusal, "a job was refused"),
        Err(why) => tracing::error!(job = job.name, %why, "a job broke off"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::clock::DAY_MS;

    #[test]
    fn a_job_comes_round_also_when_the_clock_was_wrong() {
        let due = 100 * DAY_MS + HOUR_MS;
        for (now, expected) in [
            (due - HOUR_MS, false),
            (due - 1, false),
            (due, true),
            (due + 400 * DAY_MS, true),
            (due - 400 * DAY_MS, true),
        ] {
            assert_eq!(is_due(due, now, HOUR_MS), expected, "{now}");
        }
    }
}
