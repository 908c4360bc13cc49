//! Migrations: `migrations/NNNN_<what>.sql`, in one order, in one dialect. Each runs once, in a transaction of its
//! own together with the row that says it ran, so one that is cut off is simply run again.

use include_dir::{Dir, include_dir};

use super::{Ask, Db, DbResult, DbTrouble, Engine, Tx, TxInside};
use crate::{id, vals};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../migrations");

/// One step of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub number: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

/// Every migration this program knows, in order.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    let mut all: Vec<_> = FILES.files().filter_map(read).collect();
    all.sort_by_key(|migration| migration.number);
    all
}

fn read(file: &'static include_dir::File<'_>) -> Option<Migration> {
    let name = file.path().file_stem()?.to_str()?;
    Some(Migration { number: name.split('_').next()?.parse().ok()?, name, sql: file.contents_utf8()? })
}

impl Migration {
    /// The same step in an engine's own words.
    ///
    /// A line that starts with `--sqlite:` or `--postgres:` is for that engine alone (search needs a few).
    #[must_use]
    pub fn for_engine(&self, engine: Engine) -> String {
        let (mine, theirs) = match engine {
            Engine::Sqlite => ("--sqlite:", "--postgres:"),
            Engine::Postgres => ("--postgres:", "--sqlite:"),
        };
        let lines = self
            .sql
            .lines()
            .filter(|line| !line.starts_with(theirs))
            .map(|line| line.strip_prefix(mine).unwrap_or(line));
        let sql = lines.collect::<Vec<_>>().join("\n");
        match engine {
            Engine::Sqlite => sql.replace("BIGINT", "INTEGER").replace("BYTEA", "BLOB").replace("\n);", "\n) STRICT;"),
            Engine::Postgres => sql,
        }
    }
}

impl Db {
    /// Runs what has not run yet; returns the names of what it ran.
    pub async fn migrate(&self) -> DbResult<Vec<&'static str>> {
        self.migrate_to(i64::MAX).await
    }

    /// The same, up to and with a number: a restore fills the tables as they were before it brings them up to date.
    pub async fn migrate_to(&self, last: i64) -> DbResult<Vec<&'static str>> {
        let done = self.migrations_done().await?;
        let newest = migrations().last().map_or(0, |last| last.number);
        if let Some((number, name, _)) = done.iter().find(|(number, ..)| *number > newest) {
            return Err(DbTrouble::Migration(format!(
                "this data is from a newer Circlepit (it has migration {number}, {name}): use that one"
            )));
        }
        let mut ran = Vec::new();
        for migration in migrations().into_iter().filter(|migration| migration.number <= last) {
            match done.iter().find(|(number, ..)| *number == migration.number) {
                Some((_, _, hash)) if *hash == id::hash(migration.sql) => {}
                Some((_, name, _)) => {
                    return Err(DbTrouble::Migration(format!(
                        "migration {name} is not the one this data was made with"
                    )));
                }
                None => {
                    self.step(&migration).await?;
                    ran.push(migration.name);
                }
            }
        }
        Ok(ran)
    }

    /// Number, name and hash of every migration that has run.
    pub async fn migrations_done(&self) -> DbResult<Vec<(i64, String, String)>> {
        let there = match self.engine() {
            Engine::Sqlite => "SELECT 1 FROM sqlite_master WHERE name = 'migration'",
            Engine::Postgres => {
                "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migration'"
            }
        };
        if !self.any(there, &[]).await? {
            return Ok(Vec::new());
        }
        self.all("SELECT number, name, hash FROM migration ORDER BY number", &[]).await
    }

    async fn step(&self, migration: &Migration) -> DbResult<()> {
        let tx = self.begin().await?;
        tx.run_script(&migration.for_engine(self.engine())).await?;
        tx.run(
            "INSERT INTO migration (number, name, hash) VALUES ($1, $2, $3)",
            vals![migration.number, migration.name, id::hash(migration.sql)],
        )
        .await?;
        tx.keep().await
    }
}

impl Tx {
    pub(super) async fn run_script(&self, sql: &str) -> DbResult<()> {
        match &self.inside {
            TxInside::Sqlite(tx) => tx.run_script(sql),
            TxInside::Postgres(tx) => tx.run_script(sql).await,
        }
    }
}
