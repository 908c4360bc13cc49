//! Fills an empty folder with the rows of bench/content.py, read from standard input, and prints the secret of one open
//! session a person, a line each: `python3 bench/content.py | seed FOLDER > secrets`.
//!
//! A topic becomes an article (`topic-1` is the first), a reply a comment under it, through the door that every import
//! takes, so each is rendered, indexed and counted as it would be in use.

use std::collections::HashMap;
use std::io::BufRead as _;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use base::brought::{Brought, BroughtArticle, BroughtComment};
use base::clock::Clock;
use base::db::Tx;
use base::house::House;
use base::pack::Pack;
use base::place::Place;
use base::settings::Settings;
use circlepit::founding::{Founding, found};
use circlepit::open;
use people::Person;
use people::person::Joining;
use people::session::Session;
use serde::Deserialize;

/// Rows that are kept together.
const ROWS_AT_ONCE: usize = 2_000;

/// One line of the content; times are seconds since 1970.
#[derive(Deserialize)]
#[serde(tag = "t", rename_all = "lowercase")]
enum Row {
    User { id: u64, name: String },
    Topic { id: u64, user: u64, title: String, body: String, ts: i64 },
    Reply { id: u64, topic: u64, user: u64, body: String, ts: i64 },
}

#[tokio::main]
async fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).context("seed FOLDER, with rows on standard input")?;
    let folder = Path::new(&folder);
    open_a_community(folder).await?;
    let house = open::open(folder, Settings::read(folder, |_| None)?, Clock::Machine).await?;
    let mut lines = std::io::stdin().lock().lines().peekable();
    let mut people = HashMap::new();
    while lines.peek().is_some() {
        let tx = house.begin().await.map_err(|why| anyhow!("{why:?}"))?;
        for line in lines.by_ref().take(ROWS_AT_ONCE) {
            move_in(&house, &tx, serde_json::from_str(&line?)?, &mut people).await?;
        }
        tx.keep().await?;
    }
    Ok(house.db.rest().await?)
}

/// A house learns its own name when it is opened, so this one is opened twice.
async fn open_a_community(folder: &Path) -> Result<()> {
    let house = open::open(folder, Settings::read(folder, |_| None)?, Clock::Machine).await?;
    let pack = Pack::load("metal")?;
    let founding = Founding { name: "Bench", pack: &pack, joining: "open", country: None, first: None, duties: &[] };
    found(&house, &founding).await.map_err(|why| anyhow!("{why:?}"))?;
    Ok(())
}

async fn move_in(house: &House, tx: &Tx, row: Row, people: &mut HashMap<u64, Place>) -> Result<()> {
    let brought = match row {
        Row::User { id, name } => {
            let person = Person::join(tx, &Joining { name: &name, age: "18", password: None }, house.now()).await?;
            println!("{}", Session::open(tx, &person.id, 1, house.now()).await?);
            people.insert(id, Place::of("people", &person.id));
            return Ok(());
        }
        Row::Topic { id, user, title, body, ts } => {
            let author = Some(people.get(&user).context("a topic of nobody")?.clone());
            let (slug, at) = (format!("topic-{id}"), ts * 1_000);
            Brought::Article(BroughtArticle {
                key: slug.clone(),
                slug,
                title,
                words: body,
                author,
                at,
                changed_at: at,
                comments_open: true,
                ..Default::default()
            })
        }
        Row::Reply { id, topic, user, body, ts } => {
            let author = Some(people.get(&user).context("a reply of nobody")?.clone());
            let under = Place::of("articles", &format!("topic-{topic}"));
            Brought::Comment(BroughtComment {
                key: format!("reply-{id}"),
                under,
                answers: None,
                author,
                name: String::new(),
                words: body,
                at: ts * 1_000,
            })
        }
    };
    for room in house.rooms {
        if room.take_in(house, tx, &brought).await.map_err(|why| anyhow!("{why:?}"))?.is_some() {
            return Ok(());
        }
    }
    bail!("no room took {}", brought.key())
}
