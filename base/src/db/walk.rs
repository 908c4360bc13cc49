//! Going through a whole table in small writes, so that nobody waits long for the one writer: its ids in order, some at
//! a time.

use super::{Ask, DbResult};
use crate::vals;

/// How far such a walk is.
#[derive(Debug)]
pub struct Walk {
    sql: &'static str,
    after: String,
}

impl Walk {
    /// Over a statement that takes the id to begin after and answers with the next ids in order, such as
    /// `SELECT id FROM song WHERE id > $1 ORDER BY id LIMIT 100`.
    #[must_use]
    pub fn over(sql: &'static str) -> Self {
        Self { sql, after: String::new() }
    }

    /// The next ids; `None` at the end.
    pub async fn next(&mut self, ask: &impl Ask) -> DbResult<Option<Vec<String>>> {
        let ids: Vec<String> = ask.all(self.sql, vals![&self.after]).await?;
        let Some(last) = ids.last() else { return Ok(None) };
        self.after.clone_from(last);
        Ok(Some(ids))
    }
}
