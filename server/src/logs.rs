//! What happens, for the host: structured lines on standard error, as text or JSON. Never an address, what a browser
//! calls itself, or words of people; whoever logs names things by id.

use std::io::IsTerminal as _;

use anyhow::{Context as _, Result};
use base::settings::Settings;
use tracing_subscriber::EnvFilter;

/// Begins to log as the settings say; once in a process.
pub fn begin(settings: &Settings) -> Result<()> {
    // The reader of old HTML warns at each tag that is nested wrongly, thousands of times in one import.
    let filter = EnvFilter::try_new(format!("html5ever=error,{}", settings.log))
        .context("log: is not a level or filter such as info or info,base=debug")?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_target(true).with_writer(std::io::stderr);
    let begun = if settings.log_json {
        lines.json().try_init()
    } else {
        lines.with_ansi(std::io::stderr().is_terminal()).try_init()
    };
    // A second start in one process (a test) goes on with the first one's log.
    drop(begun);
    Ok(())
}
