//! Carried over unchanged from the side-by-side performance kit: what axum and SQLite alone can do on this machine.
//! The ceiling of an axum server here.  hello [addr] [db]
//!   /hello    12 bytes           /static   30 kB precomputed HTML, no database
//!   /topic/N  20 rows through rusqlite (prepared, one connection a thread) rendered and escaped into about 15-30 kB of HTML
//!   /big      the 500-reply topic, all of it      /front 30 latest topics      /search?q=  FTS5, 20 hits
//!   POST /reply/N   body stored by one writer thread, group commit, answered after COMMIT (FULL=1: synchronous=FULL)
use axum::{
    extract::{Path, Query},
    http::header,
    response::IntoResponse,
    routing::{get, post},
    Router,
};
use bytes::Bytes;
use rusqlite::{params, Connection, OpenFlags};
use std::cell::RefCell;
use std::fmt::Write;
use std::sync::{mpsc, OnceLock};

static DB: OnceLock<String> = OnceLock::new();
static WRITER: OnceLock<mpsc::Sender<(i64, String, tokio::sync::oneshot::Sender<i64>)>> = OnceLock::new();
thread_local! { static CONN: RefCell<Option<Connection>> = const { RefCell::new(None) }; }

fn open(ro: bool) -> Connection {
    let p = DB.get().expect("no database given");
    let f = if ro {
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX
    };
    let c = Connection::open_with_flags(p, f).unwrap();
    c.execute_batch(
        "PRAGMA mmap_size=268435456; PRAGMA cache_size=-16000; PRAGMA temp_store=memory; PRAGMA busy_timeout=5000",
    )
    .unwrap();
    c
}
fn with<T>(f: impl FnOnce(&Connection) -> T) -> T {
    CONN.with(|c| {
        let mut c = c.borrow_mut();
        f(c.get_or_insert_with(|| open(true)))
    })
}
fn esc(o: &mut String, s: &str) {
    let mut last = 0;
    for (i, b) in s.bytes().enumerate() {
        let r = match b {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            b'"' => "&quot;",
            _ => continue,
        };
        o.push_str(&s[last..i]);
        o.push_str(r);
        last = i + 1;
    }
    o.push_str(&s[last..]);
}
fn html(s: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], s)
}
fn head(o: &mut String, t: &str) {
    o.push_str("<!doctype html><html lang=en><head><meta charset=utf-8><title>");
    esc(o, t);
    o.push_str("</title><link rel=stylesheet href=/s.css></head><body><header><nav><a href=/>Home</a> <a href=/search>Search</a></nav></header><main><h1>");
    esc(o, t);
    o.push_str("</h1>");
}
fn topic(id: i64) -> String {
    with(|c| {
        let mut o = String::with_capacity(32 * 1024);
        let t: String = c
            .prepare_cached("SELECT title FROM topic WHERE id=?1")
            .unwrap()
            .query_row([id], |r| r.get(0))
            .unwrap_or_default();
        head(&mut o, &t);
        let mut q = c
            .prepare_cached(
                "SELECT p.id,p.body,p.ts,u.name FROM post p JOIN user u ON u.id=p.user WHERE p.topic=?1 ORDER BY p.id",
            )
            .unwrap();
        let mut rows = q.query([id]).unwrap();
        while let Ok(Some(r)) = rows.next() {
            let (pid, ts): (i64, i64) = (r.get_unwrap(0), r.get_unwrap(2));
            let _ = write!(o, "<article id=p{pid}><header><a href=\"/u/");
            let name = r.get_ref_unwrap(3).as_str().unwrap();
            esc(&mut o, name);
            o.push_str("\">");
            esc(&mut o, name);
            let _ = write!(o, "</a> <a href=\"#p{pid}\"><time>{ts}</time></a></header><div class=body><p>");
            esc(&mut o, r.get_ref_unwrap(1).as_str().unwrap());
            let _ = write!(o, "</p></div><footer><a href=\"/reply/{pid}\">Reply</a> <a href=\"/report/{pid}\">Report</a></footer></article>");
        }
        o.push_str("</main></body></html>");
        o
    })
}
#[derive(serde::Deserialize)]
struct Q {
    q: String,
}

async fn route() -> Router {
    let page: &'static [u8] = Box::leak({
        let mut s = String::from("<!doctype html><title>x</title><body>");
        while s.len() < 30_000 {
            s.push_str("<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit.</p>\n");
        }
        s.truncate(30_000);
        s.into_bytes().into_boxed_slice()
    });
    let st = Bytes::from_static(page);
    Router::new()
        .route("/hello", get(|| async { "hello world\n" }))
        .route("/static", get(move || { let b = st.clone(); async move { ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], b) } }))
        .route("/topic/{id}", get(|Path(id): Path<i64>| async move { html(topic(id)) }))
        .route("/front", get(|| async { html(with(|c| {
            let mut o = String::with_capacity(16 * 1024);
            head(&mut o, "Topics");
            let mut q = c.prepare_cached("SELECT t.id,t.title,t.replies,t.last,u.name FROM topic t JOIN user u ON u.id=t.user ORDER BY t.last DESC LIMIT 30").unwrap();
            let mut rows = q.query([]).unwrap();
            while let Ok(Some(r)) = rows.next() {
                let (id, n, ts): (i64, i64, i64) = (r.get_unwrap(0), r.get_unwrap(2), r.get_unwrap(3));
                let _ = write!(o, "<article><h2><a href=\"/topic/{id}\">"); esc(&mut o, r.get_ref_unwrap(1).as_str().unwrap());
                let _ = write!(o, "</a></h2><p>{n} replies, <time>{ts}</time> by "); esc(&mut o, r.get_ref_unwrap(4).as_str().unwrap()); o.push_str("</p></article>");
            }
            o.push_str("</main></body></html>"); o
        })) }))
        .route("/search", get(|Query(q): Query<Q>| async move { html(with(|c| {
            let mut o = String::with_capacity(16 * 1024);
            head(&mut o, &q.q);
            let m = format!("\"{}\"", q.q.replace('"', ""));
            let mut s = c.prepare_cached("SELECT f.rowid, snippet(fts,0,'<b>','</b>','…',20), p.topic FROM fts f JOIN post p ON p.id=f.rowid WHERE fts MATCH ?1 ORDER BY f.rowid DESC LIMIT 20").unwrap();
            let mut rows = s.query([m]).unwrap();
            while let Ok(Some(r)) = rows.next() {
                let (id, t): (i64, i64) = (r.get_unwrap(0), r.get_unwrap(2));
                let _ = write!(o, "<p><a href=\"/topic/{t}#p{id}\">"); esc(&mut o, r.get_ref_unwrap(1).as_str().unwrap()); o.push_str("</a></p>");
            }
            o.push_str("</main></body></html>"); o
        })) }))
        .route("/reply/{id}", post(|Path(id): Path<i64>, body: String| async move {
            let (tx, rx) = tokio::sync::oneshot::channel();
            WRITER.get().unwrap().send((id, body, tx)).unwrap();
            ([(header::LOCATION, format!("/topic/{id}#p{}", rx.await.unwrap()))], axum::http::StatusCode::SEE_OTHER)
        }))
}

fn writer(full: bool) {
    let (tx, rx) = mpsc::channel::<(i64, String, tokio::sync::oneshot::Sender<i64>)>();
    WRITER.set(tx).ok();
    std::thread::spawn(move || {
        let c = open(false);
        c.execute_batch(if full { "PRAGMA synchronous=FULL" } else { "PRAGMA synchronous=NORMAL" }).unwrap();
        while let Ok(first) = rx.recv() {
            let mut batch = vec![first];
            while batch.len() < 256 {
                match rx.try_recv() {
                    Ok(m) => batch.push(m),
                    Err(_) => break,
                }
            }
            c.execute_batch("BEGIN IMMEDIATE").unwrap();
            let mut done = Vec::with_capacity(batch.len());
            for (t, b, tx) in batch {
                c.prepare_cached("INSERT INTO post(topic,user,body,ts) VALUES(?1,1,?2,unixepoch())")
                    .unwrap()
                    .execute(params![t, b])
                    .unwrap();
                let id = c.last_insert_rowid();
                c.prepare_cached("INSERT INTO fts(rowid,body) VALUES(?1,?2)").unwrap().execute(params![id, b]).unwrap();
                c.prepare_cached("UPDATE topic SET replies=replies+1,last=unixepoch() WHERE id=?1")
                    .unwrap()
                    .execute([t])
                    .unwrap();
                done.push((tx, id));
            }
            c.execute_batch("COMMIT").unwrap();
            for (tx, id) in done {
                let _ = tx.send(id);
            }
        }
    });
}

fn main() {
    let a: Vec<String> = std::env::args().collect();
    let addr = a.get(1).cloned().unwrap_or("127.0.0.1:8150".into());
    if let Some(d) = a.get(2) {
        DB.set(d.clone()).unwrap();
        writer(std::env::var("FULL").is_ok());
    }
    let n: usize = std::env::var("THREADS").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let b = if n == 1 {
        tokio::runtime::Builder::new_current_thread().enable_all().build()
    } else {
        tokio::runtime::Builder::new_multi_thread().worker_threads(n).enable_all().build()
    };
    b.unwrap().block_on(async {
        let l = tokio::net::TcpListener::bind(&addr).await.unwrap();
        axum::serve(l, route().await).await.unwrap();
    });
}
