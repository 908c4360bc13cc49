//! The house in a real browser: each main journey walked in five ways, every page looked at by axe in both themes,
//! nothing asked of another host, nothing hostile that runs, and what comes out on paper.

#![expect(clippy::unwrap_used, reason = "a walk that cannot go on has failed")]

mod chromium;
mod hostile;
mod house;
mod journeys;
mod pages;
mod paper;
mod walk;

use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;

/// axe's rules, which `bin/setup` fetches beside what is built; nothing, said in a line, where they are not. In CI they
/// are.
fn axe() -> Option<&'static str> {
    static AXE: OnceLock<Option<String>> = OnceLock::new();
    let read = || {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("axe").join("axe.min.js");
        let text = std::fs::read_to_string(&file).ok();
        if text.is_none() {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "axe has to be there in CI");
            say("axe is not here (bin/setup fetches it): its rules are left out");
        }
        text
    };
    AXE.get_or_init(read).as_deref()
}

/// Says a line that is read, too, where every test passes: what the print macros write is kept back then.
fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("somebody listens");
}
