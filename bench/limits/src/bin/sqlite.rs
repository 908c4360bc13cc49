//! Carried over unchanged from the side-by-side performance kit: what axum and SQLite alone can do on this machine.
//! The ceiling of SQLite here, in process.
//!   sqlite make DB < content.jsonl     build the database (content.py's rows), FTS5 over every post
//!   sqlite read DB                     rows/s for 20-row, 500-row and front page queries, FTS5 searches/s
//!   sqlite write DIR                   commits/s: WAL NORMAL/FULL, groups of 1/8/32 posts, fresh file in DIR
use rusqlite::{params, Connection};
use serde_json::{json, Value};
use std::io::BufRead;
use std::time::{Duration, Instant};

const SCHEMA: &str = "PRAGMA journal_mode=WAL; PRAGMA page_size=4096;
CREATE TABLE user(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE topic(id INTEGER PRIMARY KEY, user INTEGER NOT NULL, title TEXT NOT NULL, replies INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;
CREATE INDEX topic_last ON topic(last DESC);
CREATE TABLE post(id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, user INTEGER NOT NULL, body TEXT NOT NULL, ts INTEGER NOT NULL) STRICT;
CREATE INDEX post_topic ON post(topic, id);
CREATE VIRTUAL TABLE fts USING fts5(body, content='post', content_rowid='id', tokenize='porter unicode61');";

fn make(db: &str) {
    let _ = std::fs::remove_file(db);
    let mut c = Connection::open(db).unwrap();
    c.execute_batch(SCHEMA).unwrap();
    let t0 = Instant::now();
    let tx = c.transaction().unwrap();
    let mut n = 0;
    for l in std::io::stdin().lock().lines() {
        let v: Value = serde_json::from_str(&l.unwrap()).unwrap();
        let i = |k: &str| v[k].as_i64().unwrap();
        let s = |k: &str| v[k].as_str().unwrap();
        let mut add = |topic: i64| {
            tx.prepare_cached("INSERT INTO post(topic,user,body,ts) VALUES(?1,?2,?3,?4)")
                .unwrap()
                .execute(params![topic, i("user"), s("body"), i("ts")])
                .unwrap();
            tx.prepare_cached("INSERT INTO fts(rowid,body) VALUES(?1,?2)")
                .unwrap()
                .execute(params![tx.last_insert_rowid(), s("body")])
                .unwrap();
            n += 1;
        };
        match s("t") {
            "user" => {
                tx.prepare_cached("INSERT INTO user VALUES(?1,?2)")
                    .unwrap()
                    .execute(params![i("id"), s("name")])
                    .unwrap();
            }
            "topic" => {
                tx.prepare_cached("INSERT INTO topic VALUES(?1,?2,?3,0,?4)")
                    .unwrap()
                    .execute(params![i("id"), i("user"), s("title"), i("ts")])
                    .unwrap();
                add(i("id"));
            }
            _ => {
                add(i("topic"));
                tx.prepare_cached("UPDATE topic SET replies=replies+1,last=?2 WHERE id=?1")
                    .unwrap()
                    .execute(params![i("topic"), i("ts")])
                    .unwrap();
            }
        }
    }
    tx.commit().unwrap();
    c.execute_batch("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    println!(
        "{}",
        json!({"what":"make","posts":n,"s":t0.elapsed().as_secs_f64(),"mb":std::fs::metadata(db).unwrap().len() as f64/1048576.0})
    );
}

fn rate(name: &str, secs: f64, mut f: impl FnMut(u64) -> u64) {
    for i in 0..20 {
        f(i);
    }
    let (t0, mut k, mut rows) = (Instant::now(), 0u64, 0u64);
    let mut lat = vec![];
    while t0.elapsed() < Duration::from_secs_f64(secs) {
        let t = Instant::now();
        rows += f(k);
        lat.push(t.elapsed().as_nanos() as u64);
        k += 1;
    }
    let dt = t0.elapsed().as_secs_f64();
    lat.sort_unstable();
    println!(
        "{}",
        json!({"what":name,"per_s":(k as f64/dt).round(),"rows_per_s":(rows as f64/dt).round(),"p50_us":lat[lat.len()/2]/1000,"p99_us":lat[lat.len()*99/100]/1000})
    );
}

fn read(db: &str) {
    let c = Connection::open(db).unwrap();
    c.execute_batch("PRAGMA mmap_size=268435456; PRAGMA cache_size=-16000").unwrap();
    let topics: i64 = c.query_row("SELECT max(id) FROM topic", [], |r| r.get(0)).unwrap();
    let posts: i64 = c.query_row("SELECT max(id) FROM post", [], |r| r.get(0)).unwrap();
    println!("{}", json!({"what":"size","topics":topics,"posts":posts}));
    let page = |id: i64| {
        let mut q = c
            .prepare_cached(
                "SELECT p.id,p.body,p.ts,u.name FROM post p JOIN user u ON u.id=p.user WHERE p.topic=?1 ORDER BY p.id",
            )
            .unwrap();
        let mut rows = q.query([id]).unwrap();
        let (mut n, mut sink) = (0u64, 0usize);
        while let Ok(Some(r)) = rows.next() {
            sink += r.get_ref_unwrap(1).as_str().unwrap().len() + r.get_ref_unwrap(3).as_str().unwrap().len();
            n += 1;
        }
        std::hint::black_box(sink);
        n
    };
    rate("topic of 20 replies", 3.0, |k| page((k as i64 * 7919) % (topics - 1) + 1));
    rate("topic of 500 replies", 3.0, |_| page(topics));
    let listq = |sql: &str, arg: Option<&str>| {
        let mut q = c.prepare_cached(sql).unwrap();
        let mut rows = match arg {
            Some(a) => q.query([a]).unwrap(),
            None => q.query([]).unwrap(),
        };
        let mut n = 0u64;
        while let Ok(Some(r)) = rows.next() {
            std::hint::black_box(r.get_ref_unwrap(1));
            n += 1;
        }
        n
    };
    rate("front, 30 topics", 2.0, |_| {
        listq("SELECT t.id,t.title,t.replies,t.last,u.name FROM topic t JOIN user u ON u.id=t.user ORDER BY t.last DESC LIMIT 30", None)
    });
    for (name, w) in [("rare", "marzipan"), ("common", "voices")] {
        rate(&format!("fts {name} word, 20 newest + snippet"), 2.0, |_| {
            listq("SELECT f.rowid, snippet(fts,0,'<b>','</b>','…',20) FROM fts f WHERE fts MATCH ?1 ORDER BY f.rowid DESC LIMIT 20", Some(w))
        });
        rate(&format!("fts {name} word, 20 best by bm25 + snippet"), 2.0, |_| {
            listq("SELECT f.rowid, snippet(fts,0,'<b>','</b>','…',20) FROM fts f WHERE fts MATCH ?1 ORDER BY rank LIMIT 20", Some(w))
        });
        rate(&format!("LIKE scan, {name} word"), 2.0, |_| {
            listq("SELECT id, body FROM post WHERE body LIKE '%'||?1||'%' ORDER BY id DESC LIMIT 20", Some(w))
        });
    }
}

fn write(dir: &str) {
    let body = "Lorem ipsum dolor sit amet ".repeat(11);
    let only = std::env::var("SYNC").ok(); // SYNC=FULL or NORMAL: that mode alone
    for (mode, sync) in [("NORMAL", 1), ("FULL", 2)] {
        if only.as_deref().is_some_and(|o| o != mode) {
            continue;
        }
        for group in [1usize, 8, 32] {
            for fts in [false, true] {
                let db = format!("{dir}/w.db");
                for s in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{db}{s}"));
                }
                let c = Connection::open(&db).unwrap();
                c.execute_batch(SCHEMA).unwrap();
                c.execute_batch(&format!("PRAGMA synchronous={sync}; INSERT INTO user VALUES(1,'a'); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<1000) INSERT INTO topic SELECT i,1,'t',0,0 FROM n")).unwrap();
                let (t0, mut k, mut lat) = (Instant::now(), 0usize, vec![]);
                while t0.elapsed().as_secs_f64() < 3.0 {
                    let t = Instant::now();
                    c.execute_batch("BEGIN IMMEDIATE").unwrap();
                    for _ in 0..group {
                        k += 1;
                        let topic = (k * 7919 % 1000) as i64 + 1;
                        c.prepare_cached("INSERT INTO post(topic,user,body,ts) VALUES(?1,1,?2,unixepoch())")
                            .unwrap()
                            .execute(params![topic, body])
                            .unwrap();
                        if fts {
                            c.prepare_cached("INSERT INTO fts(rowid,body) VALUES(?1,?2)")
                                .unwrap()
                                .execute(params![c.last_insert_rowid(), body])
                                .unwrap();
                        }
                        c.prepare_cached("UPDATE topic SET replies=replies+1,last=unixepoch() WHERE id=?1")
                            .unwrap()
                            .execute([topic])
                            .unwrap();
                    }
                    c.execute_batch("COMMIT").unwrap();
                    lat.push(t.elapsed().as_micros() as u64);
                }
                let dt = t0.elapsed().as_secs_f64();
                lat.sort_unstable();
                println!(
                    "{}",
                    json!({"what":"commit","sync":mode,"group":group,"fts":fts,"commits_per_s":(lat.len() as f64/dt).round(),"posts_per_s":(k as f64/dt).round(),"p50_us":lat[lat.len()/2],"p99_us":lat[lat.len()*99/100]})
                );
            }
        }
    }
    let p = format!("{dir}/fsync.bin");
    let f = std::fs::File::create(&p).unwrap();
    use std::os::unix::fs::FileExt;
    f.write_all_at(&[0; 1 << 20], 0).unwrap();
    f.sync_all().unwrap();
    let (t0, mut lat) = (Instant::now(), vec![]);
    while t0.elapsed().as_secs_f64() < 3.0 {
        let t = Instant::now();
        f.write_all_at(&[lat.len() as u8; 4096], (lat.len() as u64 % 256) * 4096).unwrap();
        f.sync_data().unwrap();
        lat.push(t.elapsed().as_micros() as u64);
    }
    lat.sort_unstable();
    println!(
        "{}",
        json!({"what":"fdatasync of 4 kB","per_s":(lat.len() as f64/t0.elapsed().as_secs_f64()).round(),"p50_us":lat[lat.len()/2],"p99_us":lat[lat.len()*99/100]})
    );
}

fn main() {
    let a: Vec<String> = std::env::args().collect();
    match a[1].as_str() {
        "make" => make(&a[2]),
        "read" => read(&a[2]),
        _ => write(&a[2]),
    }
}
