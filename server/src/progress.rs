//! How far a long thing is, for a person who watches: nothing in the first second, and nothing where nobody watches.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use base::backup::Stage;
use base::clock::stopwatch;
use indicatif::{ProgressBar, ProgressStyle};
use parking_lot::Mutex;

/// How long a thing may take without saying so.
const QUIET: Duration = Duration::from_secs(1);

/// One bar; it goes away when it is dropped.
#[derive(Debug)]
pub struct Bar {
    since: Instant,
    shown: Mutex<Option<ProgressBar>>,
    is_watched: bool,
}

impl Bar {
    #[must_use]
    pub fn new() -> Self {
        Self { since: stopwatch(), shown: Mutex::default(), is_watched: std::io::stderr().is_terminal() }
    }

    /// Says how far it is.
    pub fn at(&self, stage: Stage<'_>) {
        if !self.is_watched || self.since.elapsed() < QUIET {
            return;
        }
        let mut shown = self.shown.lock();
        let bar = shown.get_or_insert_with(ProgressBar::new_spinner);
        match stage.of {
            0 => bar.unset_length(),
            of => bar.set_length(of),
        }
        let template = if stage.of == 0 {
            "{spinner} {msg}: {human_pos} ({elapsed})"
        } else {
            "{msg} {wide_bar} {human_pos}/{human_len} ({eta})"
        };
        bar.set_style(ProgressStyle::with_template(template).expect("a template of ours"));
        bar.set_message(stage.what.to_owned());
        bar.set_position(stage.done);
    }
}

impl Default for Bar {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = self.shown.lock().take() {
            bar.finish_and_clear();
        }
    }
}
