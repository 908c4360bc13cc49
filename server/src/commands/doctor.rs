//! `doctor`: looks for what is wrong and changes nothing. Each line says what was looked at and how it is; the exit
//! code is 1 when something needs mending, and 0 when there is at most something to think about.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use base::clock::{Clock, DAY_MS, day, read_date};
use base::db::{Ask as _, Db, Where, migrations};
use base::file::File;
use base::house::House;
use base::settings::Settings;
use clap::Args;

use super::{Place, called, unprotected};
use crate::{founding, open};

/// After how long a number is looked at again.
const HELPLINE_DAYS_MAX: i64 = 90;

#[derive(Args, Debug)]
pub(super) struct Doctor {
    /// Look at the size of files alone, not at every byte
    #[arg(long)]
    quick: bool,
}

/// How something is.
enum Finding {
    Fine(String),
    /// Worth a thought.
    Odd(String),
    /// Needs mending.
    Wrong(String),
}
use Finding::{Fine, Odd, Wrong};

impl Doctor {
    pub(super) async fn run(self, place: &Place) -> Result<()> {
        let folder = place.folder();
        let mut report = Report::default();
        report.says("folder", look_at_folder(&folder));
        if report.wrong > 0 {
            return report.end();
        }
        let settings = place.settings()?;
        look_at_settings(&settings).into_iter().for_each(|finding| report.says("settings", finding));
        // To connect to a file makes it.
        if matches!(&settings.database, Where::File(path) if !path.exists()) {
            report.says(
                "database",
                Wrong(format!(
                    "there is none yet: {} or {} makes one",
                    called("serve", &folder),
                    called("init", &folder)
                )),
            );
            return report.end();
        }
        match Db::connect(&settings.database).await {
            Ok(db) => self.look_inside(&mut report, &folder, settings, db).await?,
            Err(why) => report.says("database", Wrong(why.to_string())),
        }
        report.end()
    }

    async fn look_inside(&self, report: &mut Report, folder: &Path, settings: Settings, db: Db) -> Result<()> {
        report.says("database", look_at_database(&db).await);
        report.says("migrations", look_at_migrations(&db).await);
        if report.wrong > 0 {
            return Ok(());
        }
        let house = House::new(open::inside(folder, settings, Clock::Machine, db).await?);
        report.says("community", look_at_community(&house).await?);
        report.says("clock", look_at_clock(&house).await?);
        report.says("files", self.look_at_files(&house).await?);
        report.says("helplines", look_at_helplines(&house));
        Ok(())
    }

    async fn look_at_files(&self, house: &House) -> Result<Finding> {
        let files = File::all(&house.db).await?;
        let is_whole = |file: &File| match (self.quick, file.on_disk(house)) {
            (true, path) => fs::metadata(path).is_ok_and(|known| i64::try_from(known.len()) == Ok(file.bytes)),
            (false, path) => fs::read(path).is_ok_and(|bytes| base::id::hash_bytes(&bytes) == file.hash),
        };
        let broken: Vec<_> = files.iter().filter(|file| !is_whole(file)).map(|file| file.hash.as_str()).collect();
        Ok(match broken.as_slice() {
            [] => Fine(format!("{} of {} are there and whole", files.len(), files.len())),
            broken => Wrong(format!("missing or damaged: {}", broken.join(", "))),
        })
    }
}

fn look_at_folder(folder: &Path) -> Finding {
    let Ok(known) = fs::metadata(folder) else {
        return Wrong(format!("{} is not there (--data says where the community lives)", folder.display()));
    };
    if known.permissions().readonly() || try_to_write(folder).is_err() {
        return Wrong(format!("{} cannot be written to", folder.display()));
    }
    use std::os::unix::fs::PermissionsExt as _;
    let others = known.permissions().mode() & 0o007;
    if others == 0 {
        Fine(folder.display().to_string())
    } else {
        Odd(format!("everybody on this machine may look into {} (chmod o-rwx)", folder.display()))
    }
}

/// Writes nothing that stays.
fn try_to_write(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join("doctor.part");
    fs::write(&probe, "")?;
    fs::remove_file(probe)
}

fn look_at_settings(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_public = !settings.is_plain();
    if is_public && settings.trusted_proxies.is_empty() {
        findings.push(Odd("public_url is https:// and no proxy is trusted: everybody then counts as one caller, the proxy (trusted_proxies)".into()));
    }
    findings.extend(unprotected(settings).map(Wrong));
    if is_public && !settings.listen.ip().is_loopback() {
        findings.push(Odd(format!("it listens on {}: whoever reaches that goes round the proxy", settings.listen)));
    }
    if findings.is_empty() {
        findings.push(Fine(format!("{} behind {}", settings.listen, settings.public_url)));
    }
    findings
}

async fn look_at_database(db: &Db) -> Finding {
    match db.what_is_broken().await {
        Ok(None) => Fine(format!("{:?}", db.engine())),
        Ok(Some(what)) => Wrong(format!("it is damaged: {what}; restore a backup")),
        Err(why) => Wrong(why.to_string()),
    }
}

async fn look_at_migrations(db: &Db) -> Finding {
    let (known, done) = (
        migrations(),
        match db.migrations_done().await {
            Ok(done) => done,
            Err(why) => return Wrong(why.to_string()),
        },
    );
    if let Some((_, name, _)) = done
        .iter()
        .find(|(number, _, hash)| !known.iter().any(|mine| mine.number == *number && base::id::hash(mine.sql) == *hash))
    {
        return Wrong(format!("{name} is not one that this program knows: a newer one made this"));
    }
    match known.len() - done.len() {
        0 => Fine(format!("all {} have run", known.len())),
        waiting => Wrong(format!("{waiting} have not run: `circlepit migrate`, or start the house")),
    }
}

async fn look_at_community(house: &House) -> Result<Finding> {
    if !open::is_settled(&house.db).await? {
        return Ok(Odd(format!("nobody has set it up yet: {} shows a page for that", called("serve", &house.folder))));
    }
    let people: i64 = house.db.one("SELECT count(*) FROM person WHERE left_at IS NULL", &[]).await?;
    let (is_anybody_seated, now) = (founding::is_anybody_seated(&house.db, house.now()).await?, house.now());
    Ok(match (founding::can_anybody_come_in(&house.db, now).await?, is_anybody_seated) {
        (false, false) => Wrong(format!(
            "nobody can come in, and nobody holds a seat: {} asks for the first person",
            called("serve", &house.folder)
        )),
        (false, true) => Wrong("nobody can come in: no password, no passkey, and no link that still works".into()),
        (true, false) => Odd(format!(
            "{}, {people} people, and nobody holds a seat: `circlepit seat` opens one for a week",
            house.name()
        )),
        (true, true) => Fine(format!("{}, {people} people", house.name())),
    })
}

/// The newest thing that happened cannot lie in the future.
async fn look_at_clock(house: &House) -> Result<Finding> {
    let newest: Option<i64> = house
        .db
        .one(
            "SELECT max(at) FROM (SELECT max(at) AS at FROM act UNION ALL
             SELECT max(changed_at) FROM setting) AS known",
            &[],
        )
        .await?;
    let now = house.now();
    Ok(match newest {
        Some(newest) if newest > now => {
            Wrong(format!("it says {}, and something here happened on {}", day(now), day(newest)))
        }
        _ => Fine(day(now)),
    })
}

fn look_at_helplines(house: &House) -> Finding {
    let since = house.now() - HELPLINE_DAYS_MAX * DAY_MS;
    let countries = care::helpline::countries(house);
    let lines: Vec<_> = countries.iter().flat_map(|country| &country.lines).collect();
    let stale = lines.iter().filter(|line| read_date(&line.checked).is_none_or(|checked| checked < since)).count();
    if stale == 0 {
        Fine(format!("{} were all checked within {HELPLINE_DAYS_MAX} days", lines.len()))
    } else {
        Odd(format!("{stale} of {} were not checked within {HELPLINE_DAYS_MAX} days", lines.len()))
    }
}

/// What was said so far.
#[derive(Default)]
struct Report {
    wrong: usize,
}

impl Report {
    fn says(&mut self, what: &str, finding: Finding) {
        let (how, text) = match finding {
            Fine(text) => ("fine ", text),
            Odd(text) => ("odd  ", text),
            Wrong(text) => ("WRONG", text),
        };
        self.wrong += usize::from(how == "WRONG");
        println!("{how}  {what}: {text}");
    }

    fn end(self) -> Result<()> {
        match self.wrong {
            0 => Ok(()),
            wrong => bail!("{wrong} to mend"),
        }
    }
}
