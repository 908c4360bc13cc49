//! SQLite: several readers that cannot write, and one writer whose waiting transactions are committed together.
//!
//! Group commit: each transaction is a savepoint inside one open transaction. Whoever has finished queues for the
//! writer once more; those who queued earlier put their savepoints in first, and then a single `COMMIT` keeps them all.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement, ToSql, ffi};
use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

use super::{Cells, DbResult, DbTrouble, Val};

const STATEMENTS_KEPT: usize = 256;
const READERS_KEPT: usize = 8;
/// How long one connection waits for another.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// How much of the file is read through a mapping, in bytes.
const MAP: &str = "PRAGMA mmap_size=29360128;";
const MAP_NOTHING: &str = "PRAGMA mmap_size=0;";

pub(super) struct Sqlite {
    path: PathBuf,
    readers: Mutex<Vec<Connection>>,
    writer: Arc<Queue<Writer>>,
    /// Whether the file is read through a mapping, which is quicker and counts as memory of this process.
    maps: AtomicBool,
}

struct Writer {
    conn: Connection,
    /// Counts the commits.
    writes: Arc<AtomicU64>,
    /// The group whose transaction is open, if one is.
    group: Option<Arc<Group>>,
}

/// The transactions that will be committed together, and how that went.
#[derive(Default)]
struct Group {
    /// What its members left for the end.
    last: Mutex<Vec<Later>>,
    outcome: OnceLock<DbResult<()>>,
}

/// A statement and its values.
type Later = (&'static str, Vec<Val>);

impl Group {
    /// Why its members were not kept, or that they were.
    fn outcome(&self) -> DbResult<()> {
        let was_left = || Err(DbTrouble::Engine("the group was not committed".into()));
        self.outcome.get().cloned().unwrap_or_else(was_left)
    }
}

impl Sqlite {
    pub(super) fn open(path: &Path, writes: Arc<AtomicU64>) -> DbResult<Self> {
        keep_private(path);
        let conn = Connection::open(path)?;
        tune(&conn)?;
        conn.execute_batch(MAP)?;
        conn.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=2000;")?;
        let writer = Writer { conn, writes, group: None };
        Ok(Self {
            path: path.to_owned(),
            readers: Mutex::default(),
            writer: Arc::new(Queue::new(writer)),
            maps: AtomicBool::new(true),
        })
    }

    fn reader(&self) -> DbResult<Connection> {
        if let Some(conn) = self.readers.lock().pop() {
            return Ok(conn);
        }
        let conn = Connection::open_with_flags(
            &self.path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        tune(&conn)?;
        conn.execute_batch("PRAGMA query_only=ON;")?;
        conn.execute_batch(self.map())?;
        Ok(conn)
    }

    fn map(&self) -> &'static str {
        if self.maps.load(Ordering::Relaxed) { MAP } else { MAP_NOTHING }
    }

    fn with_reader<T>(&self, ask: impl FnOnce(&Connection) -> DbResult<T>) -> DbResult<T> {
        let conn = self.reader()?;
        let answer = ask(&conn);
        let mut readers = self.readers.lock();
        if readers.len() < READERS_KEPT {
            readers.push(conn);
        }
        answer
    }

    pub(super) fn rows(&self, sql: &str, vals: &[Val]) -> DbResult<Vec<Cells>> {
        self.with_reader(|conn| rows(conn, sql, vals))
    }

    pub(super) fn prepare(&self, sql: &str) -> DbResult<()> {
        self.with_reader(|conn| {
            conn.prepare(sql)?;
            Ok(())
        })
    }

    pub(super) async fn begin(&self) -> DbResult<SqliteTx> {
        let mut writer = self.writer.clone().lock_owned().await;
        let group = match &writer.group {
            Some(group) => group.clone(),
            None => {
                tokio::task::block_in_place(|| step(&writer.conn, "BEGIN IMMEDIATE"))?; // another process may be at it
                writer.group.insert(Arc::default()).clone()
            }
        };
        step(&writer.conn, "SAVEPOINT one")?;
        Ok(SqliteTx { writer: Some(Mutex::new(writer)), group, last: Mutex::default(), queue: self.writer.clone() })
    }

    pub(super) fn snapshot(&self) -> DbResult<SqliteSnapshot> {
        let conn = self.reader()?;
        conn.execute_batch("BEGIN; SELECT 1 FROM sqlite_master LIMIT 1;")?;
        Ok(SqliteSnapshot { conn: Mutex::new(conn) })
    }

    pub(super) async fn map_nothing(&self) -> DbResult<()> {
        self.maps.store(false, Ordering::Relaxed);
        self.readers.lock().clear();
        Ok(self.writer.lock().await.conn.execute_batch(MAP_NOTHING)?)
    }

    /// Closes the readers that nobody uses just now; the writer forgets its plans and maps the file anew.
    pub(super) async fn let_go(&self) -> DbResult<()> {
        self.readers.lock().clear();
        let mut writer = self.writer.lock().await;
        writer.commit();
        writer.conn.flush_prepared_statement_cache();
        writer.conn.execute_batch("PRAGMA shrink_memory")?;
        writer.conn.execute_batch(MAP_NOTHING)?;
        Ok(writer.conn.execute_batch(self.map())?)
    }

    /// A number that changes when another process has written.
    pub(super) async fn others_writes(&self) -> DbResult<i64> {
        Ok(self.writer.lock().await.conn.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// Folds the log into the file and empties it, when nobody reads from it just now; whether it was emptied.
    pub(super) async fn fold(&self) -> DbResult<bool> {
        let mut writer = self.writer.lock().await;
        writer.commit();
        tokio::task::block_in_place(|| {
            writer.conn.busy_timeout(Duration::ZERO)?; // everybody who writes waits for this
            let is_busy = writer.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
            writer.conn.busy_timeout(BUSY_WAIT)?;
            Ok(!is_busy?)
        })
    }

    pub(super) async fn rest(&self) -> DbResult<()> {
        let mut writer = self.writer.lock().await;
        writer.commit();
        writer.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

impl Writer {
    /// Commits the open group, if any, and tells its members how it went.
    fn commit(&mut self) {
        let Some(group) = self.group.take() else { return };
        let outcome = tokio::task::block_in_place(|| {
            // Outside of a transaction each would be kept by itself.
            for (sql, vals) in group.last.lock().drain(..).take_while(|_| !self.conn.is_autocommit()) {
                run(&self.conn, sql, &vals)?;
            }
            Ok(self.conn.execute_batch("COMMIT")?)
        });
        match outcome {
            Ok(()) => drop(self.writes.fetch_add(1, Ordering::Release)),
            Err(_) => drop(self.conn.execute_batch("ROLLBACK")),
        }
        let _ = group.outcome.set(outcome);
    }

    /// Commits this group, unless somebody else of it did.
    fn commit_if_open(&mut self, group: &Arc<Group>) {
        if self.group.as_ref().is_some_and(|open| Arc::ptr_eq(open, group)) {
            self.commit();
        }
    }
}

/// A savepoint; holds the one writer until it is kept or dropped.
pub(super) struct SqliteTx {
    writer: Option<Mutex<OwnedMutexGuard<Writer>>>,
    group: Arc<Group>,
    last: Mutex<Vec<Later>>,
    queue: Arc<Queue<Writer>>,
}

impl SqliteTx {
    /// A full disk or a failing one makes SQLite roll back the whole group, not this savepoint alone: then all of its
    /// members are told so, and the next write opens a group of its own.
    fn with<T>(&self, work: impl FnOnce(&Connection) -> DbResult<T>) -> DbResult<T> {
        let mut writer = self.writer.as_ref().expect("held until kept or dropped").lock();
        if let Some(outcome) = self.group.outcome.get() {
            outcome.clone()?;
        }
        let done = work(&writer.conn);
        if let Err(why) = &done
            && writer.conn.is_autocommit()
        {
            writer.group = None;
            let _ = self.group.outcome.set(Err(why.clone()));
        }
        done
    }

    pub(super) fn rows(&self, sql: &str, vals: &[Val]) -> DbResult<Vec<Cells>> {
        self.with(|conn| rows(conn, sql, vals))
    }

    pub(super) fn run(&self, sql: &str, vals: &[Val]) -> DbResult<u64> {
        self.with(|conn| run(conn, sql, vals))
    }

    pub(super) fn run_last(&self, sql: &'static str, vals: &[Val]) {
        self.last.lock().push((sql, vals.to_vec()));
    }

    pub(super) fn run_script(&self, sql: &str) -> DbResult<()> {
        self.with(|conn| Ok(conn.execute_batch(sql)?))
    }

    /// Goes on when whoever waits for it goes away: nobody may come after us to commit the group.
    pub(super) async fn keep(mut self) -> DbResult<()> {
        self.with(|conn| step(conn, "RELEASE one"))?;
        self.group.last.lock().append(self.last.get_mut());
        drop(self.writer.take());
        let (queue, group) = (self.queue.clone(), self.group.clone());
        tokio::spawn(async move { queue.lock().await.commit_if_open(&group) }).await?;
        self.group.outcome()
    }
}

impl Drop for SqliteTx {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            let mut writer = writer.into_inner();
            if writer.conn.execute_batch("ROLLBACK TO one; RELEASE one").is_err() {
                let _ = writer.conn.execute_batch("ROLLBACK"); // or half of this would be kept with what the others wrote
            }
            // Nobody may come after us: an open transaction would keep every other process out.
            writer.commit();
        }
    }
}

/// A read transaction on a connection of its own.
pub(super) struct SqliteSnapshot {
    conn: Mutex<Connection>,
}

impl SqliteSnapshot {
    pub(super) fn each<E: From<DbTrouble>>(
        &self,
        sql: &str,
        mut take: impl FnMut(Vec<Val>) -> Result<(), E>,
    ) -> Result<(), E> {
        let conn = self.conn.lock();
        let mut statement = conn.prepare(sql).map_err(DbTrouble::from)?;
        let width = statement.column_count();
        let mut rows = statement.query([]).map_err(DbTrouble::from)?;
        while let Some(row) = rows.next().map_err(DbTrouble::from)? {
            take(
                (0..width)
                    .map(|column| row.get_ref(column).map(val))
                    .collect::<Result<_, _>>()
                    .map_err(DbTrouble::from)?,
            )?;
        }
        Ok(())
    }
}

/// A new file is for its owner alone; SQLite gives its log the same rights. Where that fails, opening says why.
fn keep_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let _ = std::fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(path);
    }
}

/// One step of a transaction, planned once.
fn step(conn: &Connection, sql: &str) -> DbResult<()> {
    conn.prepare_cached(sql)?.raw_execute()?;
    Ok(())
}

fn tune(conn: &Connection) -> DbResult<()> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // One plan a statement: without this SQLite plans anew whenever a value is bound that could matter to the plan.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.busy_timeout(BUSY_WAIT)?;
    conn.execute_batch(
        "PRAGMA foreign_keys=ON; PRAGMA cache_size=-2000; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF; PRAGMA secure_delete=ON;",
    )?;
    Ok(())
}

fn run(conn: &Connection, sql: &str, vals: &[Val]) -> DbResult<u64> {
    let mut statement = conn.prepare_cached(sql)?;
    bind(&mut statement, vals)?;
    Ok(statement.raw_execute()? as u64)
}

fn rows(conn: &Connection, sql: &str, vals: &[Val]) -> DbResult<Vec<Cells>> {
    let mut statement = conn.prepare_cached(sql)?;
    let width = statement.column_count();
    bind(&mut statement, vals)?;
    let mut rows = statement.raw_query();
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let mut cells = Vec::with_capacity(width);
        for column in 0..width {
            cells.push(val(row.get_ref(column)?));
        }
        all.push(Cells::new(cells));
    }
    Ok(all)
}

/// Binds by number. To SQLite `$2` is a name, counted from where it first stands: `SET a = $2 WHERE id = $1` would get
/// the two the wrong way round.
fn bind(statement: &mut Statement<'_>, vals: &[Val]) -> DbResult<()> {
    for at in 1..=statement.parameter_count() {
        let number = statement.parameter_name(at).and_then(|name| name[1..].parse().ok()).unwrap_or(at);
        let val = vals.get(number - 1).ok_or_else(|| DbTrouble::Engine(format!("${number} was not given")))?;
        statement.raw_bind_parameter(at, val)?;
    }
    Ok(())
}

fn val(value: ValueRef<'_>) -> Val {
    match value {
        ValueRef::Null => Val::Null,
        ValueRef::Integer(int) => Val::Int(int),
        ValueRef::Real(real) => Val::Real(real),
        ValueRef::Text(text) => Val::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Val::Bytes(bytes.to_vec()),
    }
}

impl ToSql for Val {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Int(int) => ValueRef::Integer(*int),
            Self::Real(real) => ValueRef::Real(*real),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<rusqlite::Error> for DbTrouble {
    fn from(e: rusqlite::Error) -> Self {
        // What is missing, or of another kind, clashes with nobody's: it is a mistake of ours, as PostgreSQL has it.
        let is_ours = e.sqlite_error().is_some_and(|e| {
            [ffi::SQLITE_CONSTRAINT_NOTNULL, ffi::SQLITE_CONSTRAINT_DATATYPE].contains(&e.extended_code)
        });
        let code = e.sqlite_error_code().filter(|_| !is_ours);
        trouble(code.unwrap_or(ErrorCode::Unknown), e.to_string())
    }
}

fn trouble(code: ErrorCode, message: String) -> DbTrouble {
    match code {
        ErrorCode::DiskFull => DbTrouble::DiskFull,
        ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::SystemIoFailure => {
            DbTrouble::ReadOnly
        }
        ErrorCode::ConstraintViolation => DbTrouble::Clash(message),
        _ => DbTrouble::Engine(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_deleted_is_nowhere_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let sqlite = Sqlite::open(&path, Arc::default()).unwrap();
        for (sql, vals) in [
            ("CREATE TABLE said (id INTEGER PRIMARY KEY, words TEXT)", &[][..]),
            (
                "INSERT INTO said (words) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
                 SELECT $1 FROM n",
                &[Val::Text("something I would rather not have said".into())],
            ),
            ("DELETE FROM said", &[]),
        ] {
            let tx = sqlite.begin().await.unwrap();
            tx.run(sql, vals).unwrap();
            tx.keep().await.unwrap();
        }
        sqlite.rest().await.unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(10).any(|window| window == b"would rath"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_deleted_leaves_the_log_too_as_soon_as_nobody_reads() {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = Sqlite::open(&folder.path().join("a.db"), Arc::default()).unwrap();
        for sql in [
            "CREATE TABLE said (words TEXT)",
            "INSERT INTO said (words) VALUES ('I would rather not')",
            "DELETE FROM said",
        ] {
            let tx = sqlite.begin().await.unwrap();
            tx.run(sql, &[]).unwrap();
            tx.keep().await.unwrap();
        }
        let is_there = || {
            ["a.db", "a.db-wal"].iter().any(|name| {
                std::fs::read(folder.path().join(name)).unwrap().windows(10).any(|window| window == b"would rath")
            })
        };
        assert!(is_there(), "the premise: it is in the log");
        let reading = sqlite.snapshot().unwrap();
        let tx = sqlite.begin().await.unwrap();
        tx.run("INSERT INTO said (words) VALUES ('else')", &[]).unwrap();
        tx.keep().await.unwrap();
        let begun = crate::clock::stopwatch();
        assert!(!sqlite.fold().await.unwrap() && begun.elapsed().as_secs() < 2, "nobody waits for who reads");
        drop(reading);
        assert!(sqlite.fold().await.unwrap());
        assert!(!is_there());
    }

    /// A database with one table, and a write of one row that is under way.
    async fn writing(path: &Path) -> (Sqlite, SqliteTx) {
        let sqlite = Sqlite::open(path, Arc::default()).unwrap();
        let tx = sqlite.begin().await.unwrap();
        tx.run("CREATE TABLE said (words TEXT NOT NULL)", &[]).unwrap();
        tx.keep().await.unwrap();
        let tx = sqlite.begin().await.unwrap();
        tx.run("INSERT INTO said VALUES ('half of it')", &[]).unwrap();
        (sqlite, tx)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_write_that_cannot_be_undone_alone_takes_its_group_along() {
        let folder = tempfile::tempdir().unwrap();
        let (sqlite, tx) = writing(&folder.path().join("a.db")).await;
        tx.run_script("RELEASE one").unwrap(); // there is nothing to go back to
        drop(tx);
        assert_eq!(sqlite.rows("SELECT words FROM said", &[]).unwrap().len(), 0);
        let tx = sqlite.begin().await.unwrap();
        tx.run("INSERT INTO said VALUES ('all of it')", &[]).unwrap();
        tx.keep().await.unwrap();
        assert_eq!(sqlite.rows("SELECT words FROM said", &[]).unwrap().len(), 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn somebody_who_goes_away_before_their_write_is_kept_keeps_no_other_process_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let (sqlite, tx) = writing(&path).await;
        let queue = sqlite.writer.clone();
        let looking = tokio::spawn(async move {
            let _writer = queue.lock().await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(tokio::time::timeout(Duration::from_millis(50), tx.keep()).await.is_err(), "the premise: it waits");
        looking.await.unwrap();
        let other = Connection::open(&path).unwrap();
        other.busy_timeout(Duration::from_secs(2)).unwrap();
        other.execute_batch("BEGIN IMMEDIATE; INSERT INTO said VALUES ('from elsewhere'); COMMIT").unwrap();
        assert_eq!(sqlite.writer.lock().await.writes.load(Ordering::Acquire), 2, "kept pages know of it");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_left_for_the_end_is_kept_with_the_rest_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let (sqlite, tx) = writing(&folder.path().join("a.db")).await;
        let said = |ask: &str| sqlite.rows(&format!("SELECT 1 FROM said WHERE words = '{ask}'"), &[]).unwrap().len();
        tx.run_last("UPDATE said SET words = 'the other half'", &[]);
        assert_eq!(tx.rows("SELECT 1 FROM said WHERE words = 'half of it'", &[]).unwrap().len(), 1);
        tx.keep().await.unwrap();
        assert_eq!(said("the other half"), 1);
        let tx = sqlite.begin().await.unwrap();
        tx.run_last("DELETE FROM said", &[]);
        drop(tx);
        let (one, other) = (sqlite.begin().await.unwrap(), async {
            let tx = sqlite.begin().await.unwrap();
            tx.run("INSERT INTO said VALUES ('with somebody else')", &[]).unwrap();
            tx.keep().await
        });
        one.run_last("INSERT INTO said VALUES (NULL)", &[]);
        let (one, other) = tokio::join!(one.keep(), other);
        assert!(one.is_err() && (other.is_err() || said("with somebody else") == 1));
        assert_eq!(said("the other half"), 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn only_what_somebody_else_wrote_is_a_clash() {
        let folder = tempfile::tempdir().unwrap();
        let (_sqlite, tx) = writing(&folder.path().join("a.db")).await;
        tx.run("CREATE UNIQUE INDEX once ON said (words)", &[]).unwrap();
        assert!(matches!(tx.run("INSERT INTO said VALUES ('half of it')", &[]), Err(DbTrouble::Clash(_))));
        assert!(matches!(tx.run("INSERT INTO said VALUES (NULL)", &[]), Err(DbTrouble::Engine(_))));
    }

    #[test]
    fn a_value_goes_where_its_number_stands_whatever_the_order() {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = Sqlite::open(&folder.path().join("a.db"), Arc::default()).unwrap();
        let vals = [Val::Int(1), Val::Text("two".into())];
        let rows = sqlite.rows("SELECT $2, $1, $2", &vals).unwrap().remove(0).into_vals();
        assert_eq!(rows, [vals[1].clone(), vals[0].clone(), vals[1].clone()]);
        assert!(sqlite.rows("SELECT $3", &vals).is_err());
    }
}
