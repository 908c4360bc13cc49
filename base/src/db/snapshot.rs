//! The database at one moment: every table as it stood together, while writers go on. One row is in memory at a time
//! (PostgreSQL hands them over a few hundred at once).

use super::{Db, DbResult, DbTrouble, Inside, Table, Val, postgres, sqlite};

/// A consistent view over all tables. Drop it soon: SQLite's log grows while it is held.
pub struct Snapshot {
    inside: SnapshotInside,
}

enum SnapshotInside {
    Sqlite(sqlite::SqliteSnapshot),
    Postgres(postgres::PostgresTx),
}

impl Db {
    /// Takes a snapshot of the last kept state.
    pub async fn snapshot(&self) -> DbResult<Snapshot> {
        let inside = match &*self.inside {
            Inside::Sqlite(sqlite) => SnapshotInside::Sqlite(sqlite.snapshot()?),
            Inside::Postgres(postgres) => SnapshotInside::Postgres(postgres.snapshot().await?),
        };
        Ok(Snapshot { inside })
    }
}

impl Snapshot {
    /// Hands over every row of a table, by key, in the order of its columns; stops at the first error.
    pub async fn each<E: From<DbTrouble>>(
        &self,
        table: &Table,
        mut take: impl FnMut(Vec<Val>) -> Result<(), E>,
    ) -> Result<(), E> {
        match &self.inside {
            SnapshotInside::Sqlite(snapshot) => snapshot.each(&table.select(super::Engine::Sqlite), take),
            SnapshotInside::Postgres(tx) => {
                tx.run_script(&format!(
                    "DECLARE snapshot NO SCROLL CURSOR FOR {}",
                    table.select(super::Engine::Postgres)
                ))
                .await?;
                loop {
                    let some = tx.fetch("FETCH 500 FROM snapshot").await?;
                    if some.is_empty() {
                        break;
                    }
                    some.into_iter().try_for_each(|cells| take(cells.into_vals()))?;
                }
                Ok(tx.run_script("CLOSE snapshot").await?)
            }
        }
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").finish_non_exhaustive()
    }
}
