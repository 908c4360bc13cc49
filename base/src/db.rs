//! One SQL text, two engines. Rooms write each statement once, in the dialect both understand, and never learn which
//! engine runs it: `TEXT`, `BIGINT` and `BYTEA` columns, `$1` placeholders, no booleans, an `ORDER BY` down to the last
//! tie-breaker. [`Db`] reads; [`Tx`] reads and writes, all or nothing; both answer through [`Ask`].
//!
//! Promises: what [`Tx::keep`] acknowledged survives power loss (SQLite `synchronous=FULL`, PostgreSQL's defaults), and
//! a `Tx` dropped without `keep` leaves nothing behind. Never: a statement built from people's words (`&'static str`
//! only).

mod migration;
mod postgres;
mod snapshot;
mod sqlite;
mod table;
mod val;
mod walk;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use migration::{Migration, migrations};
pub use snapshot::Snapshot;
pub use table::{Column, Table};
pub use val::{Cells, FromCells, FromVal, Val, unreadable};
pub use walk::Walk;

/// Why the database did not do it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DbTrouble {
    #[error("the database says: {0}")]
    Engine(String),
    #[error("the disk is full")]
    DiskFull,
    #[error("the data folder cannot be written to")]
    ReadOnly,
    /// A `UNIQUE` or foreign key said no: somebody else was first, or what it points to is gone.
    #[error("that clashes with what is already there: {0}")]
    Clash(String),
    #[error("the database cannot be reached: {0}")]
    Away(String),
    #[error("{0}")]
    Migration(String),
}

pub type DbResult<T> = Result<T, DbTrouble>;

impl From<tokio::task::JoinError> for DbTrouble {
    fn from(e: tokio::task::JoinError) -> Self {
        Self::Engine(e.to_string())
    }
}

/// How often folding is tried, and the moment between.
const FOLD_TRIES: u32 = 20;
const FOLD_WAIT: Duration = Duration::from_millis(50);

/// Where the community's rows live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// A SQLite file, made when it is not there.
    File(PathBuf),
    /// A `postgres://…` address.
    Server(String),
}

/// Which dialect runs underneath. Only this module and `search` may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The parameters of a statement: `vals![id, title, None::<i64>]`.
#[macro_export]
macro_rules! vals {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Val::from($value)),*][..] };
}

/// A database that can be asked and written to. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inside: Arc<Inside>,
    /// Counts commits, so that a cached page knows when it may be out of date.
    writes: Arc<AtomicU64>,
}

enum Inside {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

/// Asking: the same calls on a [`Db`] (its last kept state) and on a [`Tx`] (with its own changes).
pub trait Ask: Sync {
    /// Runs one statement and returns its rows (none for a plain write).
    fn rows(&self, sql: &'static str, vals: &[Val]) -> impl Future<Output = DbResult<Vec<Cells>>> + Send;

    /// Every row, as `T`.
    fn all<T: FromCells + Send>(
        &self,
        sql: &'static str,
        vals: &[Val],
    ) -> impl Future<Output = DbResult<Vec<T>>> + Send {
        async move { self.rows(sql, vals).await?.into_iter().map(|mut cells| T::from_cells(&mut cells)).collect() }
    }

    /// The first row, if there is one.
    fn first<T: FromCells + Send>(
        &self,
        sql: &'static str,
        vals: &[Val],
    ) -> impl Future<Output = DbResult<Option<T>>> + Send {
        async move { self.rows(sql, vals).await?.into_iter().next().map(|mut cells| T::from_cells(&mut cells)).transpose() }
    }

    /// Whether a statement finds anything.
    fn any(&self, sql: &'static str, vals: &[Val]) -> impl Future<Output = DbResult<bool>> + Send {
        async move { Ok(!self.rows(sql, vals).await?.is_empty()) }
    }

    /// The one row of a statement that always has one, such as a count.
    fn one<T: FromCells + Send>(&self, sql: &'static str, vals: &[Val]) -> impl Future<Output = DbResult<T>> + Send {
        async move { self.first(sql, vals).await?.ok_or_else(|| DbTrouble::Engine("a row was expected".into())) }
    }
}

impl Db {
    /// Opens the database and brings its tables up to date.
    pub async fn open(place: &Where) -> DbResult<Self> {
        let db = Self::connect(place).await?;
        db.migrate().await?;
        Ok(db)
    }

    /// Opens the database as it is.
    pub async fn connect(place: &Where) -> DbResult<Self> {
        let writes = Arc::<AtomicU64>::default();
        let inside = match place {
            Where::File(path) => Inside::Sqlite(sqlite::Sqlite::open(path, writes.clone())?),
            Where::Server(address) => Inside::Postgres(postgres::Postgres::connect(address, writes.clone()).await?),
        };
        Ok(Self { inside: Arc::new(inside), writes })
    }

    /// Begins a write. Nothing is visible to others, or kept, before [`Tx::keep`].
    pub async fn begin(&self) -> DbResult<Tx> {
        let inside = match &*self.inside {
            Inside::Sqlite(sqlite) => TxInside::Sqlite(sqlite.begin().await?),
            Inside::Postgres(postgres) => TxInside::Postgres(postgres.begin().await?),
        };
        Ok(Tx { inside, db: self.clone() })
    }

    /// Uses as little memory as it can from now on, and takes longer; for long work in one piece, such as an import.
    pub async fn spare_memory(&self) -> DbResult<()> {
        match &*self.inside {
            Inside::Sqlite(sqlite) => sqlite.map_nothing().await,
            Inside::Postgres(_) => Ok(()),
        }
    }

    /// Lets go of what is held in memory of the file, after work that read much of it once.
    pub async fn let_go(&self) -> DbResult<()> {
        match &*self.inside {
            Inside::Sqlite(sqlite) => sqlite.let_go().await,
            Inside::Postgres(_) => Ok(()),
        }
    }

    /// Looks whether another process (`circlepit seat`, say) wrote to the file since `known`, and counts that as a
    /// write, too. What to know at the next look. Other nodes at one PostgreSQL are not seen.
    pub async fn look_for_others(&self, known: Option<i64>) -> DbResult<Option<i64>> {
        let Inside::Sqlite(sqlite) = &*self.inside else { return Ok(None) };
        let now = sqlite.others_writes().await?;
        if known.is_some_and(|known| known != now) {
            self.writes.fetch_add(1, Ordering::Release);
        }
        Ok(Some(now))
    }

    /// How many times something was kept so far, by this process or seen by [`look_for_others`](Self::look_for_others).
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Acquire)
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        match &*self.inside {
            Inside::Sqlite(_) => Engine::Sqlite,
            Inside::Postgres(_) => Engine::Postgres,
        }
    }

    /// Asks the engine to understand a statement without running it; the house's tests do this with every one.
    pub async fn prepare(&self, sql: &str) -> DbResult<()> {
        match &*self.inside {
            Inside::Sqlite(sqlite) => sqlite.prepare(sql),
            Inside::Postgres(postgres) => postgres.prepare(sql).await,
        }
    }

    /// Folds SQLite's log into its file, so that what was erased leaves the log as well. Whoever reads just now is
    /// given a moment; `false` when somebody reads for longer (a backup, say).
    pub async fn fold(&self) -> DbResult<bool> {
        let Inside::Sqlite(sqlite) = &*self.inside else { return Ok(true) };
        for _ in 0..FOLD_TRIES {
            if sqlite.fold().await? {
                return Ok(true);
            }
            tokio::time::sleep(FOLD_WAIT).await;
        }
        Ok(false)
    }

    /// Commits what waits and folds SQLite's log into its file; called at a graceful stop.
    pub async fn rest(&self) -> DbResult<()> {
        match &*self.inside {
            Inside::Sqlite(sqlite) => sqlite.rest().await,
            Inside::Postgres(_) => Ok(()),
        }
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("engine", &self.engine()).finish_non_exhaustive()
    }
}

impl Ask for Db {
    async fn rows(&self, sql: &'static str, vals: &[Val]) -> DbResult<Vec<Cells>> {
        match &*self.inside {
            Inside::Sqlite(sqlite) => sqlite.rows(sql, vals),
            Inside::Postgres(postgres) => postgres.rows(sql, vals).await,
        }
    }
}

/// A write in progress: all or nothing. Dropped without [`keep`](Tx::keep), it leaves nothing behind.
pub struct Tx {
    inside: TxInside,
    db: Db,
}

enum TxInside {
    Sqlite(sqlite::SqliteTx),
    Postgres(postgres::PostgresTx),
}

impl Tx {
    /// Runs a write and returns how many rows it changed.
    pub async fn run(&self, sql: &'static str, vals: &[Val]) -> DbResult<u64> {
        self.made_run(sql, vals).await
    }

    /// Runs a statement that was made, of the engine's own names of tables and columns.
    async fn made_run(&self, sql: &str, vals: &[Val]) -> DbResult<u64> {
        match &self.inside {
            TxInside::Sqlite(tx) => tx.run(sql, vals),
            TxInside::Postgres(tx) => tx.run(sql, vals).await,
        }
    }

    async fn made_rows(&self, sql: &str, vals: &[Val]) -> DbResult<Vec<Cells>> {
        match &self.inside {
            TxInside::Sqlite(tx) => tx.rows(sql, vals),
            TxInside::Postgres(tx) => tx.rows(sql, vals).await,
        }
    }

    /// Runs a write after all others, in the order in which such were given; nothing of it is seen before. For the words
    /// of the index: SQLite writes out what it gathered of them at each savepoint, and so does it once for all who are
    /// committed together.
    pub async fn run_last(&self, sql: &'static str, vals: &[Val]) -> DbResult<()> {
        match &self.inside {
            TxInside::Sqlite(tx) => {
                tx.run_last(sql, vals);
                Ok(())
            }
            TxInside::Postgres(tx) => tx.run(sql, vals).await.map(drop),
        }
    }

    /// How many rows a `SELECT` finds, none of which anybody else can change or delete before this write is over.
    /// SQLite has one writer at a time; on PostgreSQL whoever else would waits.
    pub async fn hold(&self, sql: &'static str, vals: &[Val]) -> DbResult<usize> {
        let rows = match &self.inside {
            TxInside::Sqlite(tx) => tx.rows(sql, vals)?,
            TxInside::Postgres(tx) => tx.rows(&format!("{sql} FOR UPDATE"), vals).await?,
        };
        Ok(rows.len())
    }

    /// Waits until no other write holds the turn at this thing, whatever it is called, then holds it until this write
    /// ends. For what no single row stands for.
    pub async fn take_turn(&self, at: &str) -> DbResult<()> {
        match &self.inside {
            TxInside::Sqlite(_) => Ok(()),
            TxInside::Postgres(tx) => {
                tx.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", &[Val::from(at)]).await.map(drop)
            }
        }
    }

    /// Makes it durable. When this returns `Ok`, a power cut no longer loses it.
    pub async fn keep(self) -> DbResult<()> {
        match self.inside {
            TxInside::Sqlite(tx) => tx.keep().await,
            TxInside::Postgres(tx) => tx.keep().await,
        }
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        self.db.engine()
    }
}

impl Ask for Tx {
    async fn rows(&self, sql: &'static str, vals: &[Val]) -> DbResult<Vec<Cells>> {
        self.made_rows(sql, vals).await
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}
