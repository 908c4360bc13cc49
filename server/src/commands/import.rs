//! `import`: brings another site's content in. What was taken and what was left, with why, is the result; run again, it
//! changes nothing.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use base::backup::Stage;
use base::clock::Clock;
use base::db::{Ask as _, Db, Where, migrations};
use base::form::one_line;
use base::house::{House, settle};
use base::pack::{Pack, PackTrouble};
use base::settings::Settings;
use clap::{Args, Subcommand};
use door::import::{Report, Wanted};
use people::power::{Capability, Deed, Seat, act_of_host};

use super::{Place, called, refused};
use crate::founding::{BROUGHT_NAME, NAME_CHARS};
use crate::progress::Bar;
use crate::{lock, open};

#[derive(Args, Debug)]
pub(super) struct Import {
    #[command(subcommand)]
    from: From,
}

#[derive(Subcommand, Debug)]
enum From {
    /// A WordPress export (WXR): posts become articles, with their comments, files and old addresses
    Wordpress(Wordpress),
    /// A pack of your own: the words, feelings, duties and colours of a house that is set up. Its pages stay as they are
    Pack(OwnPack),
}

#[derive(Args, Debug)]
struct OwnPack {
    /// A folder with a pack.toml, or metal or plain for one that is built in
    #[arg(value_name = "DIR")]
    pack: String,
}

#[derive(Args, Debug)]
struct Wordpress {
    /// The export: an XML file, as it is, packed with gzip, or its parts in a zip
    file: PathBuf,
    /// The site's wp-content/uploads, as a folder or a zip
    #[arg(long, value_name = "DIR|ZIP")]
    uploads: Option<PathBuf>,
    /// A kind of the site's own whose things become articles, too, such as `recipe`; may be said several times
    #[arg(long, value_name = "KIND")]
    also: Vec<String>,
    /// Read everything, keep nothing, and say what would be taken and left
    #[arg(long)]
    dry_run: bool,
    /// The result as JSON
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(super) async fn run(self, place: &Place) -> Result<()> {
        let wordpress = match self.from {
            From::Wordpress(wordpress) => wordpress,
            From::Pack(own) => return own.take(place).await,
        };
        let (folder, settings) = (place.folder(), place.settings()?);
        let report = if wordpress.dry_run {
            wordpress.dry(&folder, settings).await?
        } else {
            wordpress.take(&folder, settings).await?
        };
        wordpress.print(&report)
    }
}

impl OwnPack {
    async fn take(self, place: &Place) -> Result<()> {
        let (pack, house) = (own_pack(&self.pack)?, place.house().await?);
        let _lock = lock::take(&house.folder)?;
        let mut missing = Vec::new();
        for seat in Seat::held(&house.db, house.now()).await? {
            if pack.duties.iter().all(|duty| duty.id != seat.duty) && !missing.contains(&seat.duty) {
                missing.push(seat.duty);
            }
        }
        ensure!(missing.is_empty(), "somebody holds a seat of {}, and the pack has no such duty", missing.join(", "));
        let why = house.words.fill("pack-why", &[("name", pack.community.name.as_str().into())]);
        let deed = Deed { what: "act-pack", why: &why, ..Deed::default() };
        let act = act_of_host(&house, &deed).await.map_err(|refusal| refused(&house, &refusal))?;
        settle(&act, open::PACK, &pack.kept()?, house.now()).await?;
        act.keep().await?;
        println!("the house has the words of “{}” from its next start on", pack.id);
        Ok(house.db.rest().await?)
    }
}

/// A pack by name or from a folder, whose duties can do what there is to do.
pub(super) fn own_pack(named: &str) -> Result<Pack> {
    let pack = Pack::load(named)?;
    let faults = Capability::faults(&pack);
    if faults.is_empty() { Ok(pack) } else { Err(PackTrouble::Faulty(faults).into()) }
}

impl Wordpress {
    async fn take(&self, folder: &Path, settings: Settings) -> Result<Report> {
        lock::or_nothing(folder, async || {
            let house = open::open(folder, settings, Clock::Machine).await?;
            let report = self.read(&house).await?;
            if open::is_settled(&house.db).await? {
                say_so(&house, &report).await?;
            } else {
                keep_name(&house, &report.title).await?;
                eprintln!(
                    "circlepit: all of it waits for its house: {} shows a page that asks for the rest",
                    called("serve", folder)
                );
            }
            house.db.rest().await?;
            Ok(report)
        })
        .await
    }

    /// Where nobody lives yet it is tried in a folder that goes away again; a house that is there is read as it is.
    async fn dry(&self, folder: &Path, mut settings: Settings) -> Result<Report> {
        let is_there = match &settings.database {
            Where::File(path) => path.exists(),
            Where::Server(_) => folder.is_dir(),
        };
        if is_there {
            let db = Db::connect(&settings.database).await?;
            let done = db.migrations_done().await?.len();
            ensure!(
                done == 0 || done == migrations().len(),
                "this house was last open in another Circlepit, and a dry run changes nothing: run {} first",
                called("migrate", folder)
            );
            if done > 0 {
                return self.read(&House::new(open::inside(folder, settings, Clock::Machine, db).await?)).await;
            }
        }
        let aside = std::env::temp_dir().join(format!("circlepit-dry-{}", base::id::secret()));
        settings.database = Where::File(aside.join("circlepit.db"));
        let report = match open::open(&aside, settings, Clock::Machine).await {
            Ok(house) => self.read(&house).await,
            Err(why) => Err(why),
        };
        let _ = std::fs::remove_dir_all(&aside);
        report
    }

    async fn read(&self, house: &House) -> Result<Report> {
        house.db.spare_memory().await?;
        let bar = Bar::new();
        let progress = |done, of| bar.at(Stage { what: "reading", done, of });
        let uploads = self.uploads.as_deref();
        let wanted = Wanted { file: &self.file, uploads, also: &self.also, is_dry: self.dry_run };
        door::import::import(house, wanted, &progress).await.map_err(|refusal| refused(house, &refusal))
    }

    fn print(&self, report: &Report) -> Result<()> {
        if self.json {
            println!("{}", serde_json::to_string(report)?);
            return Ok(());
        }
        let taken = &report.taken;
        println!(
            "{}: {} people, {} posts, {} pages, {} comments, {} files, {} old addresses",
            if self.dry_run { "would take" } else { "taken" },
            taken.people,
            taken.posts,
            taken.pages,
            taken.comments,
            taken.files,
            taken.redirects
        );
        report.left.iter().for_each(|left| println!("left: {} ({})", left.what, left.why));
        Ok(())
    }
}

/// Keeps what the site was called, for the page that asks what the house is called.
async fn keep_name(house: &House, title: &str) -> Result<()> {
    let Some(name) = name_of(title) else { return Ok(()) };
    let tx = house.begin().await?;
    settle(&tx, BROUGHT_NAME, &name, house.now()).await?;
    Ok(tx.keep().await?)
}

/// An import into a house where people live is an act of the host, once for all that came in since the last one.
async fn say_so(house: &House, report: &Report) -> Result<()> {
    let sql = "SELECT 1 FROM brought
               WHERE at > COALESCE((SELECT max(at) FROM act WHERE what IN ('act-founded', 'act-imported')), 0)";
    if !house.db.any(sql, &[]).await? {
        return Ok(());
    }
    let taken = report.taken;
    let counts = [
        ("title", report.title.as_str().into()),
        ("people", taken.people.into()),
        ("texts", (taken.posts + taken.pages).into()),
        ("comments", taken.comments.into()),
    ];
    let why = house.words.fill("import-why", &counts);
    let act = act_of_host(house, &Deed { what: "act-imported", why: &why, ..Deed::default() })
        .await
        .map_err(|refusal| refused(house, &refusal))?;
    Ok(act.keep().await?)
}

/// A site's title as a community's name: on one line, no longer than names are.
fn name_of(title: &str) -> Option<String> {
    let name = one_line(title).chars().take(*NAME_CHARS.end()).collect::<String>().trim_end().to_owned();
    NAME_CHARS.contains(&name.chars().count()).then_some(name)
}
