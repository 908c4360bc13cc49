//! `demo`: an invented community in a folder of its own, on this machine alone. Nobody in it has a password; the links
//! to come in are made afresh at every start.

use std::path::Path;

use anyhow::{Result, ensure};
use base::clock::{Clock, MINUTE_MS};
use base::db::Ask as _;
use base::house::{House, settle, settled};
use base::settings::Settings;
use base::vals;
use people::joining::Mode;
use people::way_in::{Kind, WayIn};

use super::{Place, refused, serve};
use crate::founding::{Founding, found};
use crate::progress::Bar;
use crate::{demo, lock, open, restoring};

const FOLDER: &str = "circlepit-demo";
const PACK: &str = "metal";
/// The setting that marks a house as a demo.
const DEMO: &str = "demo";
const BEGUN: &str = "begun";
const IN: &str = "in";
/// Who gets a link, and who that is.
const LINKS: [(&str, &str); 3] = [
    ("Ada", "listens, and holds a seat at the door"),
    ("Brook", "is new here"),
    ("Gus", "holds a seat in the pit crew: he may fold comments"),
];

pub(super) async fn run(place: &Place) -> Result<()> {
    let folder = place.folder_or(FOLDER);
    let settings = place.settings_in(&folder)?;
    ensure!(
        settings.listen.ip().is_loopback(),
        "the demo opens on this machine alone, not on {}: `circlepit serve` opens a real one",
        settings.listen
    );
    ensure!(settings.is_plain(), "the demo is for this machine alone: take public_url away, or use `circlepit serve`");
    let lock = lock::take(&folder)?;
    let house = open::open(&folder, settings.clone(), Clock::Machine).await?;
    let (is_settled, demo) = (open::is_settled(&house.db).await?, settled(&house.db, DEMO).await?);
    ensure!(
        demo.is_some() || !is_settled,
        "a real community lives in {}: `circlepit serve` opens it",
        folder.display()
    );
    let house = if demo.as_deref() == Some(IN) { house } else { begin(house, &folder, settings).await? };
    restoring::finish(&house).await?;
    let listener = serve::listen(house.settings.listen).await?;
    println!(
        "This is the demo: everybody in it is invented. It lies in {}; take that away to begin it anew. Come in as\n",
        folder.display()
    );
    for (name, who, link) in links(&house).await? {
        println!("  {name}, who {who}\n    {link}");
    }
    println!("\nEach link works once; the next start prints new ones.\n");
    let done = serve::open_to_all(house, listener).await;
    drop(lock);
    done
}

/// Moves in, and opens the house anew under the name it has then.
async fn begin(house: House, folder: &Path, settings: Settings) -> Result<House> {
    move_in(&house, folder, settings.clone()).await?;
    Ok(House::new(open::inside(folder, settings, Clock::Machine, house.db.clone()).await?))
}

/// Founds the community, on the day on which the first of its people came, and fills it. The mark says first that a
/// demo began here, and at last that all of it is in.
async fn move_in(house: &House, folder: &Path, settings: Settings) -> Result<()> {
    mark(house, BEGUN).await?;
    if !open::is_settled(&house.db).await? {
        let pack = base::pack::Pack::load(PACK)?;
        let then = Clock::set_to(house.now() - demo::content::Demo::load(PACK)?.opened_minutes_ago() * MINUTE_MS);
        let founded = House::new(open::inside(folder, settings, then, house.db.clone()).await?);
        let founding = Founding {
            name: &pack.community.name,
            pack: &pack,
            joining: Mode::Open.id(),
            country: None,
            first: None,
            duties: &[],
        };
        found(&founded, &founding).await.map_err(|refusal| refused(house, &refusal))?;
    }
    let bar = Bar::new();
    let tx = house.begin().await?;
    demo::moving_in::fill(house, &tx, PACK, &|stage| bar.at(stage)).await?;
    settle(&tx, DEMO, IN, house.now()).await?;
    Ok(tx.keep().await?)
}

async fn mark(house: &House, value: &str) -> Result<()> {
    let tx = house.begin().await?;
    settle(&tx, DEMO, value, house.now()).await?;
    Ok(tx.keep().await?)
}

/// New links to sign in with; the ones from the last start are void.
async fn links(house: &House) -> Result<Vec<(&'static str, &'static str, String)>> {
    let tx = house.begin().await?;
    tx.run("DELETE FROM way_in WHERE kind = $1", vals![Kind::SignIn.id()]).await?;
    let mut links = Vec::new();
    for (name, who) in LINKS {
        let person: Option<String> =
            tx.first("SELECT id FROM person WHERE name = $1 AND left_at IS NULL", vals![name]).await?;
        if let Some(person) = person {
            let secret = WayIn::make(&tx, Kind::SignIn, Some(&person), None, house.now()).await?;
            links.push((name, who, house.address(&format!("/in/{secret}"))));
        }
    }
    tx.keep().await?;
    Ok(links)
}
