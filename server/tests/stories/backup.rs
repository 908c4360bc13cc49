//! A backup is the way from one engine to the other, and back.

use base::backup::{self, Backup, Manifest, Restored, Stage};
use base::db::{Ask as _, Db, Where};
use base::ledger::{self, Ledger};
use base::vals;

use crate::postgres;

const NOW: i64 = 1_780_000_000_000;

fn quiet(_: Stage<'_>) {}

/// Two people; one holds a seat that an act was done from, and the act stands before the seat in every list of tables.
async fn live_in(db: &Db) {
    let tx = db.begin().await.unwrap();
    for (id, name) in [("a", "Ada"), ("b", "brook ÅÄÖ"), ("B", "Brook")] {
        let sql = "INSERT INTO person (id, name, folded, age, age_said_at, joined_at, face)
                   VALUES ($1, $2, $1, '18', $3, $3, 'f')";
        tx.run(sql, vals![id, name, NOW]).await.unwrap();
    }
    tx.run(
        "INSERT INTO seat (id, duty, person, filled, since, until) VALUES ('s', 'welcome', 'a', 'founding', $1, $2)",
        vals![NOW, i64::MAX],
    )
    .await
    .unwrap();
    tx.run(
        "INSERT INTO act (id, seat, duty, person, what, why, at) VALUES ('x', 's', 'welcome', 'a', 'act-x', 'why', $1)",
        vals![NOW],
    )
    .await
    .unwrap();
    tx.keep().await.unwrap();
}

async fn carry(
    from: &Db,
    file: &std::path::Path,
    to: &Where,
    folder: &std::path::Path,
    ledger: &Ledger,
) -> (Manifest, Restored) {
    let manifest = backup::make(from, folder, file, NOW, &quiet).await.unwrap();
    let restored = backup::restore(&mut Backup::open(file).unwrap(), to, folder, ledger, NOW, &quiet).await.unwrap();
    (manifest, restored)
}

fn tables(manifest: &Manifest) -> Vec<(&str, u64, &str)> {
    let all = manifest.tables.iter().filter(|part| part.name != "setting");
    all.map(|part| (part.name.as_str(), part.rows, part.sha256.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_moves_from_sqlite_to_postgres_and_back_and_is_the_same_byte_for_byte() {
    let Some(server) = postgres::database().await.map(Where::Server) else { return };
    let folder = tempfile::tempdir().unwrap();
    let here = |name: &str| folder.path().join(name);
    let first = Db::open(&Where::File(here("first.db"))).await.unwrap();
    live_in(&first).await;
    let (before, restored) = carry(&first, &here("one"), &server, folder.path(), &Ledger::default()).await;
    assert_eq!(restored.rows, 5);
    let second = Db::open(&server).await.unwrap();
    let (between, _) =
        carry(&second, &here("two"), &Where::File(here("third.db")), folder.path(), &Ledger::default()).await;
    let third = Db::open(&Where::File(here("third.db"))).await.unwrap();
    let after = backup::make(&third, folder.path(), &here("three"), NOW, &quiet).await.unwrap();
    assert_eq!(tables(&before), tables(&between));
    assert_eq!(tables(&before), tables(&after));
}

#[tokio::test(flavor = "multi_thread")]
async fn references_hold_again_after_a_restore_into_postgres() {
    let Some(server) = postgres::database().await.map(Where::Server) else { return };
    let folder = tempfile::tempdir().unwrap();
    let first = Db::open(&Where::File(folder.path().join("first.db"))).await.unwrap();
    live_in(&first).await;
    carry(&first, &folder.path().join("one"), &server, folder.path(), &Ledger::default()).await;
    let db = Db::open(&server).await.unwrap();
    let tx = db.begin().await.unwrap();
    let nobody = tx
        .run("INSERT INTO session (hash, person, since, seen_day, fresh_until) VALUES ('h', 'nobody', 1, 1, 1)", &[])
        .await;
    assert!(matches!(nobody, Err(base::db::DbTrouble::Clash(_))), "{nobody:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_stays_erased_in_postgres_too() {
    let Some(server) = postgres::database().await.map(Where::Server) else { return };
    let folder = tempfile::tempdir().unwrap();
    let first = Db::open(&Where::File(folder.path().join("first.db"))).await.unwrap();
    live_in(&first).await;
    let tx = first.begin().await.unwrap();
    ledger::gone(&tx, "person", "b", NOW).await.unwrap();
    ledger::emptied(&tx, "act", "x", &["why", "person"], NOW).await.unwrap();
    let ledger = Ledger::of(&tx, NOW).await.unwrap();
    drop(tx);
    let (_, restored) = carry(&first, &folder.path().join("one"), &server, folder.path(), &ledger).await;
    assert_eq!(restored.erased, 2);
    let db = Db::open(&server).await.unwrap();
    assert_eq!(
        db.all::<String>("SELECT id FROM person ORDER BY joined_at, folded COLLATE \"C\"", &[]).await.unwrap(),
        ["B", "a"]
    );
    assert_eq!(
        db.one::<(String, Option<String>)>("SELECT why, person FROM act", &[]).await.unwrap(),
        (String::new(), None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_postgres_is_of_one_moment_while_writers_go_on() {
    let Some(server) = postgres::database().await.map(Where::Server) else { return };
    let db = Db::open(&server).await.unwrap();
    live_in(&db).await;
    let snapshot = db.snapshot().await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.run("DELETE FROM act", &[]).await.unwrap();
    tx.keep().await.unwrap();
    let act = db.tables().await.unwrap().into_iter().find(|table| table.name == "act").unwrap();
    let mut rows = 0;
    snapshot
        .each::<base::db::DbTrouble>(&act, |_| {
            rows += 1;
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!((rows, db.one::<i64>("SELECT count(*) FROM act", &[]).await.unwrap()), (1, 0));
}
