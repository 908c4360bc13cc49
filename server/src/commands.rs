//! The command line. Exit codes: 0 done; 1 refused, with the reason on standard error and nothing half-written; 2 wrong
//! usage. What a command says of its result goes to standard output, everything else to standard error.

mod backup;
mod claim;
mod demo;
mod doctor;
mod export;
mod import;
mod init;
mod link;
mod migrate;
mod restore;
mod seat;
mod serve;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use base::clock::Clock;
use base::db::{Db, Where, migrations};
use base::house::House;
use base::refusal::Refusal;
use base::settings::Settings;
use clap::{Args, Parser, Subcommand};

pub use export::GOES_OUT;
use people::Person;
use people::claiming::Unclaimed;

use crate::{logs, open};

const FOLDER: &str = "circlepit-data";

/// A community site for people who look after each other. Without a command it opens the demo on this machine.
#[derive(Parser, Debug)]
#[command(name = "circlepit", version, propagate_version = true)]
struct Line {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Where the community lives and where it is met.
#[derive(Args, Clone, Debug)]
pub(crate) struct Place {
    /// The data folder [default: circlepit-data; for the demo circlepit-demo]
    #[arg(long, value_name = "DIR", env = "CIRCLEPIT_DATA", global = true)]
    data: Option<PathBuf>,
    /// Address and port to listen on, instead of the setting
    #[arg(long, value_name = "ADDR:PORT", env = "CIRCLEPIT_LISTEN", global = true)]
    listen: Option<SocketAddr>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Open the house; on an empty folder, a set-up page first
    Serve,
    /// Set up a community in the terminal
    Init(init::Init),
    /// Bring the database up to date
    Migrate,
    /// Write everything into one file, while the house goes on
    Backup(backup::Backup),
    /// Bring a backup into an empty folder, of either database
    Restore(restore::Restore),
    /// Write everything into a zip that can be read without any software
    Export(export::Export),
    /// Bring another site's content in, before the house is set up or after
    Import(import::Import),
    /// Look for what is wrong, and change nothing
    Doctor(doctor::Doctor),
    /// Open an invented community in a folder of its own, on this machine alone
    Demo,
    /// Open a seat in an emergency, for a week; everybody sees that the host did
    Seat(seat::Seat),
    /// Print the link by which somebody takes over a name that an import brought
    Claim(claim::Claim),
    /// Print a link that signs in somebody who lost every way in; they are told, and everybody sees that it was made
    Link(link::Link),
}

/// Reads the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    let line = Line::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime.context("no threads to run on").and_then(|runtime| runtime.block_on(run(line)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("circlepit: {why:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(line: Line) -> Result<()> {
    let place = line.place;
    match line.command {
        None | Some(Command::Demo) => demo::run(&place).await,
        Some(Command::Serve) => serve::run(&place).await,
        Some(Command::Init(init)) => init.run(&place).await,
        Some(Command::Migrate) => migrate::run(&place).await,
        Some(Command::Backup(backup)) => backup.run(&place).await,
        Some(Command::Restore(restore)) => restore.run(&place).await,
        Some(Command::Export(export)) => export.run(&place).await,
        Some(Command::Import(import)) => import.run(&place).await,
        Some(Command::Doctor(doctor)) => doctor.run(&place).await,
        Some(Command::Seat(seat)) => seat.run(&place).await,
        Some(Command::Claim(claim)) => claim.run(&place).await,
        Some(Command::Link(link)) => link.run(&place).await,
    }
}

impl Place {
    /// The data folder.
    fn folder(&self) -> PathBuf {
        self.folder_or(FOLDER)
    }

    fn folder_or(&self, usual: &str) -> PathBuf {
        self.data.clone().unwrap_or_else(|| usual.into())
    }

    /// The settings that hold here; from then on what happens is logged as they say.
    fn settings(&self) -> Result<Settings> {
        self.settings_in(&self.folder())
    }

    fn settings_in(&self, folder: &std::path::Path) -> Result<Settings> {
        let listen = self.listen.map(|listen| listen.to_string());
        let settings = Settings::read(folder, |name| match name {
            "CIRCLEPIT_LISTEN" => listen.clone(),
            name => std::env::var(name).ok(),
        })?;
        logs::begin(&settings)?;
        Ok(settings)
    }

    /// Says of a link that was printed that it leads to this machine alone, where that is so.
    fn says_where(&self, house: &House) {
        if house.settings.is_plain() {
            eprintln!(
                "circlepit: that address is for this machine alone; once public_url is set (docs/proxy.md), links carry the one that people type"
            );
        }
    }

    /// The data folder and the settings of a house whose database is there already.
    fn kept(&self) -> Result<(PathBuf, Settings)> {
        let (folder, settings) = (self.folder(), self.settings()?);
        if let Where::File(path) = &settings.database {
            anyhow::ensure!(
                path.exists(),
                "there is no community in {} (--data says where it lives)",
                folder.display()
            );
        }
        Ok((folder, settings))
    }

    /// The house that is there already.
    async fn house(&self) -> Result<House> {
        let (folder, settings) = self.kept()?;
        let db = Db::connect(&settings.database).await?;
        let done = db.migrations_done().await?.len();
        // It may be open in an older Circlepit, under which nobody changes the tables.
        anyhow::ensure!(
            done == 0 || done == migrations().len(),
            "this house was last open in another Circlepit: run {} first, or start it anew",
            called("migrate", &folder)
        );
        anyhow::ensure!(
            done > 0 && open::is_settled(&db).await?,
            "there is no community in {} yet: {} or {} makes one",
            folder.display(),
            called("serve", &folder),
            called("init", &folder)
        );
        Ok(House::new(open::inside(&folder, settings, Clock::Machine, db).await?))
    }
}

/// Whoever has this name and can sign in with it.
async fn called_so(house: &House, name: &str) -> Result<Person> {
    if let Some(person) = Person::named(&house.db, name).await? {
        return Ok(person);
    }
    let is_brought = Unclaimed::named(&house.db, name).await?.is_some();
    anyhow::ensure!(
        !is_brought,
        "{name} is a name that an import brought: `circlepit claim` makes the link for whoever it belongs to"
    );
    anyhow::bail!("nobody here is called “{name}”")
}

/// Refuses to write over what is there: a file only by force, anything else never (a name that was typed wrong may be a
/// device's).
fn is_free(to: &std::path::Path, force: bool) -> Result<()> {
    anyhow::ensure!(!to.exists() || to.is_file(), "{} is there and is no file", to.display());
    anyhow::ensure!(
        force || !to.exists(),
        "{} is there already: take another name, or --force to write over it",
        to.display()
    );
    Ok(())
}

/// Says it where people would come from elsewhere over plain HTTP.
fn unprotected(settings: &Settings) -> Option<String> {
    let goes_out = settings.is_plain() && !settings.listen.ip().is_loopback();
    goes_out.then(|| format!("it listens on {} for others, and public_url says it is for this machine alone: cookies would go unprotected", settings.listen))
}

/// How the program is called for this folder.
fn called(command: &str, folder: &std::path::Path) -> String {
    if folder == std::path::Path::new(FOLDER) {
        format!("`circlepit {command}`")
    } else {
        format!("`circlepit {command} --data {}`", folder.display())
    }
}

/// A refusal as a reason on the console, in the house's own words.
fn refused(house: &House, refusal: &Refusal) -> anyhow::Error {
    let (heading, more) = refusal.words();
    match refusal {
        Refusal::Broken(what) => anyhow::anyhow!("{what}"),
        _ => anyhow::anyhow!("{}. {}", house.words.say(heading), house.words.say(more)),
    }
}
