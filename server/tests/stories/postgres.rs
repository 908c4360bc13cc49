//! A PostgreSQL for the stories: the one that Debian's package brings, started by whoever comes first, shared by every
//! thread and process of a test run, and ended by itself when nobody has used it for two minutes.
//!
//! Promises: each [`database`] is fresh and migrated, copied from a template; nothing is left behind for ever. Never:
//! a server that keeps what it is told (fsync is off), or one that runs as root (it would refuse).

use std::fs::File;
use std::os::unix::fs::{DirBuilderExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Once, OnceLock};
use std::time::Duration;

use base::db::{Db, Where};
use tokio_postgres::{Client, NoTls};

/// Starts the server and ends it: arguments are its folder and where the programs are.
const KEEPER: &str = r#"
trap 'rm -rf "$1"' EXIT
"$2/initdb" -D "$1/data" -U circlepit -A trust -E UTF8 --locale=C --locale-provider=icu --icu-locale=en --no-sync --no-instructions >"$1/log" 2>&1 || exit 1
"$2/postgres" -D "$1/data" -k "$1" -c listen_addresses= -c max_connections=400 -c shared_buffers=32MB \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off >>"$1/log" 2>&1 &
server=$!
while kill -0 $server && [ -n "$(find "$1/used" -mmin -2)" ]; do sleep 5; done
kill -INT $server
wait $server
"#;
/// How long the server may take to answer for the first time, in tenths of a second.
const START_TENTHS_MAX: u32 = 300;

/// The address of a fresh, migrated database without a row in it; `None` when this machine has no PostgreSQL.
pub(crate) async fn database() -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Some(programs) = programs() else {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "PostgreSQL has to be there in CI: the stories run on both engines"
        );
        static SAID: Once = Once::new();
        SAID.call_once(|| {
            eprintln!("no PostgreSQL here (Debian: apt-get install postgresql): its half of the stories is left out")
        });
        return None;
    };
    let (folder, template) = server(&programs).await;
    let name = format!("story_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let client = connect(&folder).await.expect("the server was just there");
    drop_forgotten(&client).await;
    copy(&client, &template, &name).await;
    Some(address(&folder, &name))
}

/// Where `initdb` and `postgres` are: Debian keeps each version in a folder of its own.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = versions
        .filter_map(|version| Some((version.file_name().to_str()?.parse::<u32>().ok()?, version.path().join("bin"))))
        .collect();
    found.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = found.into_iter().rev().map(|(_, bin)| bin).chain(std::env::split_paths(&path));
    folders.into_iter().find(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
}

/// The running server's folder and the name of its template for our migrations; starts and makes what is not there.
async fn server(programs: &Path) -> (PathBuf, String) {
    // Within a process one waits for another without holding up its thread, which the other may need.
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _turn = TURN.lock().await;
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres");
    let lock = File::create(state.with_extension("lock")).expect("target/ can be written to");
    lock.lock().expect("a lock on our own file");
    let known = std::fs::read_to_string(&state).ok().map(PathBuf::from).filter(|folder| touch(folder));
    let running = match &known {
        Some(folder) => connect(folder).await,
        None => None,
    };
    let (folder, client) = match (known, running) {
        (Some(folder), Some(client)) => (folder, client),
        _ => start(programs).await,
    };
    std::fs::write(&state, folder.to_str().expect("a plain path")).expect("target/ can be written to");
    stay_awake(&folder);
    let template = template(&client, &folder).await;
    (folder, template)
}

async fn start(programs: &Path) -> (PathBuf, Client) {
    let folder = std::env::temp_dir().join(format!("circlepit-postgres-{}", &base::id::secret()[..12]));
    std::fs::DirBuilder::new().mode(0o700).create(&folder).expect("a temporary folder");
    assert!(touch(&folder));
    let mut keeper = Command::new("sh");
    keeper.args(["-c", KEEPER, "keeper"]).arg(&folder).arg(programs).current_dir("/").process_group(0);
    if let Some((user, group)) = somebody_else() {
        chown(&folder, Some(user), Some(group))
            .and_then(|()| chown(folder.join("used"), Some(user), Some(group)))
            .expect("root may give a folder away");
        keeper.uid(user).gid(group);
    }
    #[expect(clippy::zombie_processes, reason = "it outlives us: others use it, and it ends by itself")]
    let _ = keeper.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("sh is there");
    for _ in 0..START_TENTHS_MAX {
        if let Some(client) = connect(&folder).await {
            return (folder, client);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("PostgreSQL did not start: {}", std::fs::read_to_string(folder.join("log")).unwrap_or_default());
}

/// Whom to run as when we are root: the package's own account, or nobody.
fn somebody_else() -> Option<(u32, u32)> {
    let number = |which: &str, who: &str| -> Option<u32> {
        let said = Command::new("id").args([which, who]).output().ok()?.stdout;
        String::from_utf8(said).ok()?.trim().parse().ok()
    };
    let me = Command::new("id").arg("-u").output().expect("id is there").stdout;
    (me == b"0\n").then(|| {
        ["postgres", "nobody"]
            .iter()
            .find_map(|who| Some((number("-u", who)?, number("-g", who)?)))
            .expect("an account that is not root")
    })
}

/// Says that the server is in use; false when its folder is gone.
fn touch(folder: &Path) -> bool {
    std::fs::write(folder.join("used"), "yes").is_ok()
}

/// Keeps the server while this process lives.
fn stay_awake(folder: &Path) {
    static AWAKE: OnceLock<()> = OnceLock::new();
    let folder = folder.to_owned();
    AWAKE.get_or_init(|| {
        std::thread::spawn(move || {
            while touch(&folder) {
                std::thread::sleep(Duration::from_secs(20));
            }
        });
    });
}

/// Migrates a database once for each set of migrations, to copy from.
async fn template(client: &Client, folder: &Path) -> String {
    let all: String = base::db::migrations().iter().map(|migration| migration.sql).collect();
    let name = format!("template_{}", &base::id::hash(&all)[..16]);
    if client
        .query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name])
        .await
        .expect("a question about databases")
        .is_none()
    {
        let making = format!("{name}_making");
        client
            .batch_execute(&format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)"))
            .await
            .expect("nobody else makes it: we hold the lock");
        client.batch_execute(&format!("CREATE DATABASE {making}")).await.expect("a new database");
        drop(Db::open(&Where::Server(address(folder, &making))).await.expect("the migrations run on PostgreSQL"));
        copy(client, &making, &name).await;
    }
    name
}

/// Copies a database; waits for connections to it that are still closing.
async fn copy(client: &Client, from: &str, to: &str) {
    for _ in 0..START_TENTHS_MAX {
        match client.batch_execute(&format!("CREATE DATABASE {to} TEMPLATE {from} STRATEGY FILE_COPY")).await {
            Ok(()) => return,
            Err(e) if e.code() == Some(&tokio_postgres::error::SqlState::OBJECT_IN_USE) => {
                tokio::time::sleep(Duration::from_millis(100)).await
            }
            Err(e) => panic!("{from} could not be copied: {e:?}"),
        }
    }
    panic!("{from} stays in use");
}

/// Drops the databases of processes that have ended, so that a long evening of test runs does not fill the disk.
async fn drop_forgotten(client: &Client) {
    let rows = client
        .query("SELECT datname::TEXT FROM pg_database WHERE datname LIKE 'story%' ORDER BY datname", &[])
        .await
        .expect("a question about databases");
    let ended = |name: &String| {
        Path::new("/proc/self").exists()
            && name.split('_').nth(1).is_some_and(|pid| !Path::new("/proc").join(pid).exists())
    };
    for name in rows.iter().map(|row| row.get::<_, String>(0)).filter(ended).take(4) {
        // Another process may be dropping the same one: then it is gone, which is what we want.
        let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    }
}

async fn connect(folder: &Path) -> Option<Client> {
    let (client, connection) = tokio_postgres::connect(&address(folder, "postgres"), NoTls).await.ok()?;
    tokio::spawn(connection);
    Some(client)
}

fn address(folder: &Path, database: &str) -> String {
    format!("postgres://circlepit@{}/{database}", folder.display().to_string().replace('/', "%2F"))
}

#[cfg(test)]
mod tests {
    use base::db::{Ask as _, DbTrouble};
    use base::vals;

    use super::*;

    #[tokio::test]
    async fn each_story_gets_a_database_of_its_own_with_every_migration_in_it() {
        let (Some(one), Some(other)) = (database().await, database().await) else { return };
        assert_ne!(one, other);
        let db = Db::connect(&Where::Server(one)).await.unwrap();
        assert_eq!(db.migrations_done().await.unwrap().len(), base::db::migrations().len());
        assert_eq!(db.one::<i64>("SELECT count(*) FROM person", &[]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn of_two_who_wait_for_each_other_one_is_told_that_the_other_was_first() {
        let Some(server) = database().await else { return };
        let db = Db::connect(&Where::Server(server)).await.unwrap();
        let (add, change) = (
            "INSERT INTO setting (name, value, changed_at) VALUES ($1, '', 0)",
            "UPDATE setting SET value = 'x' WHERE name = $1",
        );
        let tx = db.begin().await.unwrap();
        tx.run(add, vals!["one"]).await.unwrap();
        tx.run(add, vals!["two"]).await.unwrap();
        tx.keep().await.unwrap();
        let (a, b) = (db.begin().await.unwrap(), db.begin().await.unwrap());
        a.run(change, vals!["one"]).await.unwrap();
        b.run(change, vals!["two"]).await.unwrap();
        // Whoever is refused lets go, or the other waits for ever.
        let finish = async |tx: base::db::Tx, name: &'static str| match tx.run(change, vals![name]).await {
            Ok(_) => tx.keep().await,
            Err(why) => Err(why),
        };
        let outcomes: [_; 2] = tokio::join!(finish(a, "two"), finish(b, "one")).into();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        assert!(outcomes.iter().any(|outcome| matches!(outcome, Err(DbTrouble::Clash(_)))), "{outcomes:?}");
    }
}
