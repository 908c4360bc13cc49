//! PostgreSQL: a pool of connections, each with its statements kept.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::Handle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Config, Row};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Cells, DbResult, DbTrouble, Val};

const CONNECTIONS_MAX: usize = 16;
const WAIT_MAX: std::time::Duration = std::time::Duration::from_secs(5);

pub(super) struct Postgres {
    pool: Pool,
    /// Counts the commits.
    writes: Arc<AtomicU64>,
}

impl Postgres {
    pub(super) async fn connect(address: &str, writes: Arc<AtomicU64>) -> DbResult<Self> {
        let mut config: Config = address.parse().map_err(|e| DbTrouble::Away(format!("{e}")))?;
        config.connect_timeout(WAIT_MAX).application_name("circlepit");
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config, MakeRustlsConnect::new(tls), recycling);
        let timeouts = Timeouts { wait: Some(WAIT_MAX), create: Some(WAIT_MAX), recycle: Some(WAIT_MAX) };
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS_MAX)
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()
            .expect("a runtime is given");
        let postgres = Self { pool, writes };
        drop(postgres.client().await?);
        Ok(postgres)
    }

    async fn client(&self) -> DbResult<Object> {
        self.pool.get().await.map_err(|e| DbTrouble::Away(e.to_string()))
    }

    pub(super) async fn rows(&self, sql: &str, vals: &[Val]) -> DbResult<Vec<Cells>> {
        rows(&self.client().await?, sql, vals).await
    }

    pub(super) async fn prepare(&self, sql: &str) -> DbResult<()> {
        self.client().await?.prepare(sql).await?;
        Ok(())
    }

    pub(super) async fn begin(&self) -> DbResult<PostgresTx> {
        let client = self.client().await?;
        client.batch_execute("BEGIN").await?;
        Ok(PostgresTx { client: Some(client), writes: self.writes.clone() })
    }

    /// Reads alone, and all of them as of now.
    pub(super) async fn snapshot(&self) -> DbResult<PostgresTx> {
        let client = self.client().await?;
        client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1").await?;
        Ok(PostgresTx { client: Some(client), writes: self.writes.clone() })
    }
}

pub(super) struct PostgresTx {
    client: Option<Object>,
    writes: Arc<AtomicU64>,
}

impl PostgresTx {
    fn client(&self) -> &Object {
        self.client.as_ref().expect("held until kept or dropped")
    }

    pub(super) async fn rows(&self, sql: &str, vals: &[Val]) -> DbResult<Vec<Cells>> {
        rows(self.client(), sql, vals).await
    }

    /// The next rows of a cursor, whose statement cannot be kept: the table behind the same words differs.
    pub(super) async fn fetch(&self, sql: &str) -> DbResult<Vec<Cells>> {
        Ok(self.client().query(sql, &[]).await?.iter().map(cells).collect())
    }

    pub(super) async fn run(&self, sql: &str, vals: &[Val]) -> DbResult<u64> {
        let statement = self.client().prepare_cached(sql).await?;
        Ok(self.client().execute_raw(&statement, vals).await?)
    }

    pub(super) async fn run_script(&self, sql: &str) -> DbResult<()> {
        Ok(self.client().batch_execute(sql).await?)
    }

    /// Goes on when whoever waits for it goes away, for the server does, too.
    pub(super) async fn keep(mut self) -> DbResult<()> {
        tokio::spawn(async move {
            // After a statement that failed, COMMIT alone rolls back and says that all is well.
            self.client().batch_execute("SELECT; COMMIT").await?;
            self.writes.fetch_add(1, Ordering::Release);
            drop(self.client.take());
            Ok(())
        })
        .await?
    }
}

impl Drop for PostgresTx {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        let Ok(runtime) = Handle::try_current() else { return drop(Object::take(client)) }; // which closes it
        runtime.spawn(async move {
            if client.batch_execute("ROLLBACK").await.is_err() {
                drop(Object::take(client));
            }
        });
    }
}

async fn rows(client: &Object, sql: &str, vals: &[Val]) -> DbResult<Vec<Cells>> {
    let statement = client.prepare_cached(sql).await?;
    let params: Vec<&(dyn ToSql + Sync)> = vals.iter().map(|val| val as &(dyn ToSql + Sync)).collect();
    Ok(client.query(&statement, &params).await?.iter().map(cells).collect())
}

fn cells(row: &Row) -> Cells {
    Cells::new(row.columns().iter().enumerate().map(|(at, column)| val(row, at, column.type_())).collect())
}

fn val(row: &Row, at: usize, of: &Type) -> Val {
    let some = match *of {
        Type::INT8 => row.get::<_, Option<i64>>(at).map(Val::Int),
        Type::INT4 => row.get::<_, Option<i32>>(at).map(|int| Val::Int(int.into())),
        Type::INT2 => row.get::<_, Option<i16>>(at).map(|int| Val::Int(int.into())),
        Type::BOOL => row.get::<_, Option<bool>>(at).map(|is| Val::Int(is.into())),
        Type::FLOAT8 => row.get::<_, Option<f64>>(at).map(Val::Real),
        Type::FLOAT4 => row.get::<_, Option<f32>>(at).map(|real| Val::Real(real.into())),
        Type::BYTEA => row.get::<_, Option<Vec<u8>>>(at).map(Val::Bytes),
        Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => {
            row.get::<_, Option<String>>(at).map(Val::Text)
        }
        _ => panic!("a statement returns {of}: cast it to TEXT, BIGINT or BYTEA"),
    };
    some.unwrap_or(Val::Null)
}

impl ToSql for Val {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Text(text) => text.to_sql(of, out),
            Self::Int(int) if *of == Type::INT4 => i32::try_from(*int)?.to_sql(of, out),
            Self::Int(int) if *of == Type::FLOAT8 => (*int as f64).to_sql(of, out),
            Self::Int(int) => int.to_sql(of, out),
            Self::Real(real) => real.to_sql(of, out),
            Self::Bytes(bytes) => bytes.to_sql(of, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// How the codes of a server begin that is stopped, comes up again, or has lost its database.
const IT_SHUTS_DOWN: &str = "57P";

impl From<tokio_postgres::Error> for DbTrouble {
    fn from(e: tokio_postgres::Error) -> Self {
        let message = e.as_db_error().map_or_else(|| e.to_string(), |db| db.message().to_owned());
        match e.code() {
            Some(
                &SqlState::UNIQUE_VIOLATION
                | &SqlState::FOREIGN_KEY_VIOLATION
                | &SqlState::CHECK_VIOLATION
                | &SqlState::T_R_DEADLOCK_DETECTED,
            ) => Self::Clash(message),
            Some(&SqlState::DISK_FULL) => Self::DiskFull,
            Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => Self::ReadOnly,
            None | Some(&SqlState::TOO_MANY_CONNECTIONS) => Self::Away(message),
            Some(state) if state.code().starts_with(IT_SHUTS_DOWN) => Self::Away(message),
            Some(_) => Self::Engine(message),
        }
    }
}
