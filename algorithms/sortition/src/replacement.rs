//! Filling the seats of people who dropped out.
//!
//! What for: after some of a drawn panel decline, the rest stay and their seats are drawn again.
//! Promises: those kept and those drawn keep every quota and every household together, and the draw for the empty seats
//! is as fair as any: it is the same problem with fewer seats.

use crate::pool::Pool;

/// The draw for the empty seats.
#[derive(Clone, Debug, PartialEq)]
pub struct Replacement {
    /// Who can take a seat, under what is left of the quotas.
    pub pool: Pool,
    /// Per person of that pool: the row in the pool drawn from at first.
    pub rows: Vec<usize>,
}

impl Replacement {
    /// `kept` are the panel members who stay; `gone` all who are out of it, panel members or not. Row numbers from 0.
    ///
    /// # Errors
    /// When a row is unknown or named twice, no seat is empty, or those kept break a quota by themselves.
    pub fn of(pool: &Pool, kept: &[usize], gone: &[usize]) -> Result<Self, String> {
        let mut out = vec![false; pool.people.len()];
        for &row in kept.iter().chain(gone) {
            let seen = out.get_mut(row).ok_or_else(|| format!("row {row} is not in the pool"))?;
            if std::mem::replace(seen, true) {
                return Err(format!("row {row} is named twice"));
            }
        }
        let seats =
            u32::try_from(kept.len()).ok().and_then(|kept| pool.seats.checked_sub(kept)).filter(|&seats| seats > 0);
        let seats =
            seats.ok_or_else(|| format!("{} people are kept, so none of {} seats is empty", kept.len(), pool.seats))?;
        let mut left = pool.clone();
        left.seats = seats;
        for &row in kept {
            for &quota in &pool.people[row].answers {
                let quota = &mut left.quotas[quota];
                let full = format!("those kept are more than the quota for {quota} allows");
                quota.max = quota.max.checked_sub(1).ok_or(full)?;
                quota.min = quota.min.saturating_sub(1);
                quota.min_flex = quota.min_flex.saturating_sub(1);
                quota.max_flex = quota.max_flex.saturating_sub(1);
            }
        }
        let homes: Vec<usize> = kept.iter().filter_map(|&row| pool.people[row].household).collect();
        let free = |row: &usize| !out[*row] && pool.people[*row].household.is_none_or(|home| !homes.contains(&home));
        let rows: Vec<usize> = (0..pool.people.len()).filter(free).collect();
        left.people = rows.iter().map(|&row| pool.people[row].clone()).collect();
        Ok(Self { pool: left, rows })
    }
}
