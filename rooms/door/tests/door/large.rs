//! A large site, within bounds.

use std::fs::File;
use std::io::BufWriter;

use base::clock;
use door::import::{Wanted, import};

use crate::bare::Bare;
use crate::generate;

/// Megabytes of the export, unless `CIRCLEPIT_EXPORT_MB` says otherwise.
const MEGABYTES: u64 = 12;
/// Memory that an import may take, whatever the size of what it reads.
const MEMORY_KB_MAX: u64 = 64 << 10;

/// The most memory that this process had at once, in kilobytes.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_export_comes_in_whole_and_takes_little_memory() {
    let megabytes = std::env::var("CIRCLEPIT_EXPORT_MB").ok().and_then(|mb| mb.parse().ok()).unwrap_or(MEGABYTES);
    let bare = Bare::open().await;
    let path = bare.folder.path().join("large.xml");
    let (posts, pages, comments) =
        generate::write(&mut BufWriter::new(File::create(&path).unwrap()), megabytes << 20).unwrap();
    let (before, watch) = (peak_kb(), clock::stopwatch());
    let report = import(&bare.house, Wanted::of(&path), &|_, _| {}).await.unwrap();
    println!("{megabytes} MB: {:?}, {before} kB before and {} kB at most", watch.elapsed(), peak_kb());
    assert_eq!(
        (report.taken.people, report.taken.posts, report.taken.pages, report.taken.comments),
        (4, posts, pages, comments)
    );
    assert_eq!(report.taken.redirects, bare.count("SELECT COUNT(*) FROM redirect").await);
    assert!(report.taken.redirects > posts * 2 + pages * 3);
    assert!(peak_kb() < MEMORY_KB_MAX, "{} kB", peak_kb());
}
