//! A large WordPress export comes in within little memory, and an import that is killed again and again ends as one
//! that was left alone. `bin/prove` does it with 500 MB and ten kills.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use base::clock::stopwatch;
use base::db::{Ask as _, Db, Where};
use base::id;

use crate::commands::circlepit;

/// What the import may take, whatever the size of the export.
const MEMORY_KB_MAX: u64 = 64 << 10;

fn asked(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_again_and_again_ends_as_one_left_alone_and_takes_little_memory() {
    let (megabytes, kills) = (asked("CIRCLEPIT_IMPORT_MB", 1), asked("CIRCLEPIT_IMPORT_KILLS", 3));
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("export.xml");
    let items = write_export(&export, megabytes << 20);
    let (alone, killed) = (folder.path().join("alone"), folder.path().join("killed"));
    let begun = stopwatch();
    let (output, peak) = run(import(&alone, &export), None);
    let took = begun.elapsed();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut cut, mut most) = (0, peak);
    for _ in 0..kills {
        let after = took / (u32::try_from(kills).unwrap() + 1) + Duration::from_millis(u64::from(id::below(40)));
        let (output, peak) = run(import(&killed, &export), Some(after));
        cut += u64::from(output.status.code().is_none());
        most = most.max(peak);
    }
    let (output, peak) = run(import(&killed, &export), None);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let megabytes = std::fs::metadata(&export).unwrap().len() >> 20;
    println!(
        "\nproof: import of a WordPress export of {megabytes} MB ({items} posts) in {:.1} s: {} MB of memory at most; killed {cut} times and run again: the same, {} MB at most",
        took.as_secs_f64(),
        most.max(peak) >> 10,
        peak >> 10
    );
    assert!(cut > 0, "nobody was quick enough to kill it");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), said, "it says the same");
    assert!(
        what_stands(&killed).await == what_stands(&alone).await,
        "what stands in the one is not what stands in the other"
    );
    assert!(most.max(peak) <= MEMORY_KB_MAX, "{} kB of memory", most.max(peak));
}

fn import(house: &Path, export: &Path) -> Command {
    circlepit(house, &["import", "wordpress", export.to_str().unwrap(), "--json"])
}

/// Runs it to its end, or kills it after a while; what it left, and the most memory it had, in kB.
fn run(mut command: Command, kill_after: Option<Duration>) -> (Output, u64) {
    let begun = stopwatch();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let said = std::fs::read_to_string(&status).unwrap_or_default();
        let most = said
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = most.unwrap_or(0).max(peak);
        if kill_after.is_some_and(|after| begun.elapsed() >= after) {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    (child.wait_with_output().unwrap(), peak)
}

/// Everything that was brought, without the ids that were made for it.
async fn what_stands(house: &Path) -> Vec<String> {
    let db = Db::open(&Where::File(house.join("circlepit.db"))).await.unwrap();
    let mut all = Vec::new();
    for sql in [
        "SELECT 'article ' || a.slug || ' ' || a.title || ' ' || a.words || ' ' || a.since || ' ' || COALESCE(p.name,
         '') FROM article a LEFT JOIN person p ON p.id = a.author WHERE a.kind = 'article' ORDER BY 1",
        "SELECT 'remark ' || a.slug || ' ' || r.n || ' ' || r.name || ' ' || r.words || ' ' || r.since
         FROM remark r JOIN article a ON r.place = '/articles/' || a.id OR r.place = '/articles/' || a.slug ORDER BY 1",
        "SELECT 'counts ' || (SELECT count(*) FROM article) || ' ' || (SELECT count(*)
         FROM remark) || ' ' || (SELECT count(*) FROM findable) || ' ' || (SELECT count(*)
         FROM redirect) || ' ' || (SELECT count(*) FROM person)",
        "SELECT 'redirect ' || old FROM redirect ORDER BY 1",
    ] {
        all.extend(db.all::<String>(sql, &[]).await.unwrap());
    }
    assert!(all.len() > 10 && db.what_is_broken().await.unwrap().is_none());
    all
}

/// Writes an export of about this many bytes: posts of some pages each, with comments; how many posts.
fn write_export(to: &Path, bytes: u64) -> u64 {
    let mut out = BufWriter::new(File::create(to).unwrap());
    write!(out, "<?xml version=\"1.0\"?><rss><channel><title>Old</title><link>https://old.example</link><wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://old.example</wp:base_site_url><wp:base_blog_url>https://old.example</wp:base_blog_url>").unwrap();
    for author in 0..5 {
        write!(out, "<wp:author><wp:author_id>{author}</wp:author_id><wp:author_login>author{author}</wp:author_login><wp:author_display_name>Author {author}</wp:author_display_name></wp:author>").unwrap();
    }
    let (mut written, mut n) = (0, 1);
    while written < bytes {
        let item = item(n);
        out.write_all(item.as_bytes()).unwrap();
        written += item.len() as u64;
        n += 1;
    }
    write!(out, "</channel></rss>").unwrap();
    out.flush().unwrap();
    n - 1
}

/// The post with this number: the same words at every run.
fn item(n: u64) -> String {
    const WORDS: [&str; 12] =
        ["loud", "quiet", "the", "night", "after", "work", "we", "stood", "there", "and", "listened", "again"];
    let words = |seed: u64, count: u64| {
        (0..count).map(|at| WORDS[(seed * 7 + at * at + at / 3) as usize % WORDS.len()]).collect::<Vec<_>>().join(" ")
    };
    let text: String = (0..6).map(|part| format!("<!-- wp:paragraph --><p>{} <strong>{}</strong> <a href=\"https://old.example/post-{}/\">{}</a></p><!-- /wp:paragraph -->\n", words(n + part, 60), words(n, 3), n / 2, words(part, 2))).collect();
    let comments: String = (0..4).map(|at| {
        let id = n * 4 + at + 1;
        let answers = if at == 0 { 0 } else { id - 1 };
        format!("<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author>Guest {at}</wp:comment_author><wp:comment_date_gmt>2020-01-03 00:00:00</wp:comment_date_gmt><wp:comment_content><![CDATA[{}]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_parent>{answers}</wp:comment_parent></wp:comment>", words(id, 30))
    }).collect();
    format!(
        "<item><title>Post {n} {}</title><link>https://old.example/post-{n}/</link><dc:creator>author{}</dc:creator><content:encoded><![CDATA[{text}]]></content:encoded><wp:post_id>{n}</wp:post_id><wp:post_date_gmt>2020-01-02 03:04:05</wp:post_date_gmt><wp:post_name>post-{n}</wp:post_name><wp:status>publish</wp:status><wp:post_type>post</wp:post_type><wp:comment_status>open</wp:comment_status>{comments}</item>\n",
        words(n, 4),
        n % 5
    )
}
