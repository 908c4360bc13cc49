//! Backups of the embedded database; the stories of the server do the same from one engine to the other.

use proptest::prelude::*;

use super::*;
use crate::db::{Ask, Db, Val, Where};
use crate::file::on_shelf;
use crate::ledger::{self, Ledger};
use crate::{house, id, vals};

const NOW: i64 = 1_780_000_000_000;

fn quiet(_: Stage<'_>) {}

/// A house in a folder of its own, with a person, a session of theirs, a veil and a file.
async fn lived_in(folder: &Path) -> Db {
    let db = Db::open(&place_in(folder)).await.unwrap();
    let tx = db.begin().await.unwrap();
    let sql = "INSERT INTO person (id, name, folded, age, age_said_at, joined_at, face)
               VALUES ($1, $2, $1, '18', $3, $3, 'f')";
    for name in ["ada", "brook"] {
        tx.run(sql, vals![name, format!("{name} “Ⅲ”\n\t\\ 🤘"), NOW]).await.unwrap();
    }
    tx.run(
        "INSERT INTO session (hash, person, since, seen_day, fresh_until) VALUES ('h', 'brook', $1, $1, $2)",
        vals![NOW, i64::MAX],
    )
    .await
    .unwrap();
    let bytes = b"a picture";
    let hash = id::hash_bytes(bytes);
    let sql = "INSERT INTO file (id, hash, name, mime, bytes, giver, audience, since)
               VALUES ('f', $1, 'a.png', 'image/png', 9, 'ada', 'everyone', $2)";
    tx.run(sql, vals![&hash, NOW]).await.unwrap();
    tx.keep().await.unwrap();
    let shelf = on_shelf(&folder.join("files"), &hash);
    std::fs::create_dir_all(shelf.parent().unwrap()).unwrap();
    std::fs::write(shelf, bytes).unwrap();
    db
}

fn place_in(folder: &Path) -> Where {
    Where::File(folder.join("circlepit.db"))
}

/// A folder with a house in it, and its backup.
async fn backed_up() -> (tempfile::TempDir, Db, PathBuf, Manifest) {
    let folder = tempfile::tempdir().unwrap();
    let db = lived_in(folder.path()).await;
    let file = folder.path().join("house.backup");
    let manifest = make(&db, folder.path(), &file, NOW, &quiet).await.unwrap();
    (folder, db, file, manifest)
}

async fn restore_into(folder: &Path, file: &Path, ledger: &Ledger) -> Result<Restored, BackupTrouble> {
    restore(&mut Backup::open(file)?, &place_in(folder), folder, ledger, NOW, &quiet).await
}

/// What lies in a folder, by name.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn parts(manifest: &Manifest) -> Vec<&TablePart> {
    manifest.tables.iter().filter(|part| part.name != "setting").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_house_is_the_one_that_was_backed_up() {
    let (_folder, _db, file, manifest) = backed_up().await;
    assert!(manifest.rows() >= 4, "there is something to lose");
    let other = tempfile::tempdir().unwrap();
    let restored = restore_into(other.path(), &file, &Ledger::default()).await.unwrap();
    assert_eq!(restored, Restored { rows: manifest.rows(), files: 1, erased: 0 });
    assert_eq!(names(other.path()), ["circlepit.db", "files"]);
    let db = Db::open(&place_in(other.path())).await.unwrap();
    let again = make(&db, other.path(), &other.path().join("again"), NOW, &quiet).await.unwrap();
    assert_eq!(parts(&manifest), parts(&again), "byte for byte");
    assert_eq!(manifest.files, again.files);
    assert_eq!(house::settled(&db, UNFINISHED).await.unwrap().as_deref(), Some("yes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_of_one_moment_while_writers_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let db = lived_in(folder.path()).await;
    let snapshot = db.snapshot().await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.run("DELETE FROM session", &[]).await.unwrap();
    tx.keep().await.unwrap();
    assert_eq!(db.one::<i64>("SELECT count(*) FROM session", &[]).await.unwrap(), 0);
    let session = db.tables().await.unwrap().into_iter().find(|table| table.name == "session").unwrap();
    let mut rows = Vec::new();
    snapshot
        .each::<crate::db::DbTrouble>(&session, |row| {
            rows.push(row);
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][4], Val::Int(i64::MAX));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_flipped_bit_anywhere_is_noticed() {
    let (folder, _db, file, _) = backed_up().await;
    let whole = std::fs::read(&file).unwrap();
    let bad = folder.path().join("bad");
    for at in (0..whole.len()).step_by(whole.len() / 150).chain(whole.len() - 80..whole.len()) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&bad, bytes).unwrap();
        let trouble = Backup::open(&bad).expect_err("it is not what was written");
        let named =
            matches!(trouble, BackupTrouble::Damaged { .. } | BackupTrouble::NotABackup(_) | BackupTrouble::Newer(_));
        assert!(named, "byte {at}: {trouble}");
    }
    assert!(Backup::open(&file).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_is_named() {
    let (folder, _db, file, _) = backed_up().await;
    let whole = std::fs::read(&file).unwrap();
    let bad = folder.path().join("bad");
    let at = whole.windows(9).position(|window| window == b"a picture").unwrap();
    let mut bytes = whole.clone();
    bytes[at] ^= 1;
    std::fs::write(&bad, bytes).unwrap();
    let said = Backup::open(&bad).unwrap_err().to_string();
    assert!(said.contains("bad") && said.contains(&format!("files/{}", id::hash_bytes(b"a picture"))), "{said}");
    for length in [whole.len() - 1, whole.len() / 2, 10] {
        std::fs::write(&bad, &whole[..length]).unwrap();
        let said = Backup::open(&bad).unwrap_err().to_string();
        assert!(said.contains("cut off"), "{length}: {said}");
    }
    std::fs::write(&bad, "not at all").unwrap();
    assert!(matches!(Backup::open(&bad).unwrap_err(), BackupTrouble::NotABackup(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_refused_leaves_nothing_and_touches_nothing() {
    let (folder, _db, file, _) = backed_up().await;
    let before = names(folder.path());
    assert!(matches!(restore_into(folder.path(), &file, &Ledger::default()).await, Err(BackupTrouble::NotEmpty(_))));
    assert_eq!(names(folder.path()), before);
    let other = tempfile::tempdir().unwrap();
    let mut backup = Backup::open(&file).unwrap();
    backup.manifest.tables.iter_mut().find(|part| part.name == "session").unwrap().rows += 1;
    let trouble =
        restore(&mut backup, &place_in(other.path()), other.path(), &Ledger::default(), NOW, &quiet).await.unwrap_err();
    assert!(trouble.to_string().starts_with("table session, row 2"), "{trouble}");
    assert_eq!(names(other.path()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_from_a_newer_program_is_refused_before_anything_is_written() {
    let (_folder, _db, file, _) = backed_up().await;
    let other = tempfile::tempdir().unwrap();
    let mut backup = Backup::open(&file).unwrap();
    backup.manifest.migrations.push(Step { number: 9_000, name: "9000_later".into(), hash: "x".into() });
    let trouble =
        restore(&mut backup, &place_in(other.path()), other.path(), &Ledger::default(), NOW, &quiet).await.unwrap_err();
    assert!(matches!(trouble, BackupTrouble::Newer(_)), "{trouble}");
    assert_eq!(names(other.path()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_since_stays_erased() {
    let (folder, db, file, _) = backed_up().await;
    let tx = db.begin().await.unwrap();
    ledger::gone(&tx, "person", "brook", NOW).await.unwrap();
    ledger::emptied(&tx, "file", "f", &["giver", "name", "no such column"], NOW).await.unwrap();
    tx.keep().await.unwrap();
    let written = folder.path().join(ledger::FILE);
    Ledger::of(&db, NOW + 1).await.unwrap().write(&written).unwrap();
    let ledger = Ledger::read(&written).unwrap();
    assert_eq!((ledger.len(), ledger.made_at), (2, NOW + 1));
    let other = tempfile::tempdir().unwrap();
    assert_eq!(restore_into(other.path(), &file, &ledger).await.unwrap().erased, 2);
    let db = Db::open(&place_in(other.path())).await.unwrap();
    assert_eq!(db.all::<String>("SELECT id FROM person ORDER BY id", &[]).await.unwrap(), ["ada"]);
    assert_eq!(db.one::<i64>("SELECT count(*) FROM session", &[]).await.unwrap(), 0, "what pointed to it went with it");
    assert_eq!(
        db.one::<(String, Option<String>)>("SELECT name, giver FROM file", &[]).await.unwrap(),
        (String::new(), None)
    );
    assert_eq!(Ledger::of(&db, 0).await.unwrap().len(), 2, "the ledger goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_ledgers_that_speak_of_one_day_the_newer_is_right_whichever_is_laid_over_which() {
    let (_folder, db, _, _) = backed_up().await;
    let mut ledgers = Vec::new();
    for (minute, columns) in [&["quoted"][..], &["author", "words", "html"]].into_iter().enumerate() {
        let (tx, now) = (db.begin().await.unwrap(), NOW + minute as i64);
        ledger::emptied(&tx, "remark", "r", columns, now).await.unwrap();
        tx.keep().await.unwrap();
        ledgers.push(Ledger::of(&db, now).await.unwrap());
    }
    let [older, newer] = ledgers.try_into().unwrap();
    assert!(!older.says_the_same(&newer), "a changed line is a reason to write it down again");
    assert!(older.clone().with(newer.clone()).says_the_same(&newer) && newer.clone().with(older).says_the_same(&newer));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_ledger_is_refused() {
    let (folder, db, _, _) = backed_up().await;
    let tx = db.begin().await.unwrap();
    ledger::left(&tx, "brook", crate::room::Leaving::Remove, NOW).await.unwrap();
    tx.keep().await.unwrap();
    let file = folder.path().join(ledger::FILE);
    let ledger = Ledger::of(&db, NOW).await.unwrap();
    ledger.write(&file).unwrap();
    assert_eq!(ledger.leaving("brook"), Some(crate::room::Leaving::Remove));
    let text = std::fs::read_to_string(&file).unwrap();
    for changed in
        [text.replace("remove", "keep"), text.lines().next().unwrap().to_owned() + "\n", "something else\n".into()]
    {
        assert_ne!(changed, text);
        std::fs::write(&file, changed).unwrap();
        assert!(Ledger::read(&file).is_err());
    }
}

fn any_val() -> impl Strategy<Value = Val> {
    let real = any::<f64>().prop_filter("not a number is never equal to itself", |real| !real.is_nan());
    prop_oneof![
        Just(Val::Null),
        any::<String>().prop_map(Val::Text),
        any::<i64>().prop_map(Val::Int),
        real.prop_map(Val::Real),
        any::<Vec<u8>>().prop_map(Val::Bytes)
    ]
}

proptest! {
    #[test]
    fn every_value_comes_back_from_a_line_as_it_was(row in prop::collection::vec(any_val(), 1..8)) {
        let text = serde_json::to_string(&line::Line(&row)).unwrap();
        prop_assert!(!text.contains('\n'));
        prop_assert_eq!(line::read(text.as_bytes(), row.len()).unwrap(), row);
    }

    #[test]
    fn a_line_that_somebody_made_up_is_refused_and_never_a_panic(text in ".*") {
        let _ = line::read(text.as_bytes(), 3);
    }
}
