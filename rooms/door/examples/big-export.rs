//! Writes a WordPress export of as many megabytes as asked to standard output: `big-export 500 > large.xml`.

#[path = "../tests/door/generate.rs"]
mod generate;

fn main() -> std::io::Result<()> {
    let megabytes: u64 = std::env::args().nth(1).and_then(|mb| mb.parse().ok()).unwrap_or(10);
    let (posts, pages, comments) =
        generate::write(&mut std::io::BufWriter::new(std::io::stdout().lock()), megabytes << 20)?;
    eprintln!("{posts} posts, {pages} pages, {comments} comments to be taken");
    Ok(())
}
