//! `init`: founds a community in the terminal, asking for what was not given; without a terminal everything has to be.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use base::clock::Clock;
use base::form::Form;
use base::house::House;
use base::pack::Pack;
use base::page::{Frame, Theme};
use clap::Args;
use people::password;
use people::person::Joining;
use people::way_in::{Kind, WayIn};

use super::{Place, refused};
use crate::first_start::{HouseAnswers, PACKS, PersonAnswers};
use crate::founding::{Founding, WAYS, duties_of, found};
use crate::{lock, open};

#[derive(Args, Debug)]
pub(super) struct Init {
    /// What the community is called
    #[arg(long)]
    name: Option<String>,
    /// The pack with its words
    #[arg(long, value_parser = PACKS)]
    pack: Option<String>,
    /// How people come in
    #[arg(long, value_parser = WAYS)]
    joining: Option<String>,
    /// The first person, who takes every founding seat for 90 days; without one nobody holds any
    #[arg(long, value_name = "NAME")]
    nickname: Option<String>,
    /// Their age
    #[arg(long, value_parser = ["16-17", "18"])]
    age: Option<String>,
    /// Their password, through the environment alone: a command line is seen by others. Without it a link to sign in with is printed
    #[arg(long, env = "CIRCLEPIT_PASSWORD", hide_env_values = true, hide = true)]
    password: Option<String>,
}

impl Init {
    pub(super) async fn run(self, place: &Place) -> Result<()> {
        let (folder, settings) = (place.folder(), place.settings()?);
        lock::or_nothing(&folder, async || self.found(&folder, &open::open(&folder, settings, Clock::Machine).await?).await).await
    }

    async fn found(&self, folder: &Path, house: &House) -> Result<()> {
        ensure!(!open::is_settled(&house.db).await?, "a community lives in {} already", folder.display());
        let answers = self.about_house(house)?;
        let pack = Pack::load(&answers.pack)?;
        let (nickname, age, given) = self.about_person()?;
        let hash = match &given {
            Some(given) => Some(self.checked(house, &answers, &pack, &nickname, &age, given).await?),
            None => None,
        };
        let first = (!nickname.is_empty()).then(|| Joining { name: &nickname, age: &age, password: hash.as_deref() });
        let founding = Founding { name: &answers.name, pack: &answers.pack, joining: &answers.joining, first, duties: &duties_of(&pack) };
        let founder = found(house, &founding).await.map_err(|refusal| refused(house, &refusal))?;
        println!("{} is set up in {}; `circlepit serve` opens it", answers.name, folder.display());
        if let (Some(person), None) = (founder, given) {
            let tx = house.begin().await?;
            let secret = WayIn::make(&tx, Kind::SignIn, Some(&person.id), None, house.now()).await?;
            tx.keep().await?;
            println!("{} comes in by this link, once, until tomorrow:\n\n  {}\n", person.name, house.address(&format!("/in/{secret}")));
        }
        Ok(house.db.rest().await?)
    }

    fn about_house(&self, house: &House) -> Result<HouseAnswers> {
        let name = asked(self.name.as_deref(), "What is it called?", None)?;
        let pack = asked(self.pack.as_deref(), "Which pack (metal, plain)?", Some("metal"))?;
        let joining = asked(self.joining.as_deref(), "How do people come in (open, invite, request)?", Some("request"))?;
        let mut form = Form::filled([("name", name.as_str()), ("pack", &pack), ("joining", &joining)]);
        let answers = HouseAnswers::read(&mut form);
        right(house, &form, &["name", "pack", "joining"])?;
        Ok(answers)
    }

    /// Nickname (empty: nobody), age, and the password if there is to be one.
    fn about_person(&self) -> Result<(String, String, Option<String>)> {
        let nickname = match (&self.nickname, is_watched()) {
            (None, false) => return Ok((String::new(), "18".into(), None)),
            (nickname, _) => asked(nickname.as_deref(), "The first person's nickname?", None)?,
        };
        let age = asked(self.age.as_deref(), "Their age (16-17, 18)?", Some("18"))?;
        let password = match (&self.password, is_watched()) {
            (Some(password), _) => Some(password.clone()),
            (None, false) => None,
            (None, true) => Some(rpassword::prompt_password("Their password (it is not shown): ").context("no password was read")?),
        };
        Ok((nickname, age, password))
    }

    async fn checked(&self, house: &House, answers: &HouseAnswers, pack: &Pack, nickname: &str, age: &str, given: &str) -> Result<String> {
        let mut form = Form::filled([("nickname", nickname), ("age", age), ("password", given)]);
        PersonAnswers::read(&mut form, answers, pack);
        right(house, &form, &["nickname", "age", "password"])?;
        password::hash(house, given).await.map_err(|refusal| refused(house, &refusal))
    }
}

fn is_watched() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// What was given, or what a person at the terminal says now; an empty line means `usual`.
fn asked(given: Option<&str>, question: &str, usual: Option<&str>) -> Result<String> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    if !is_watched() {
        return usual.map(str::to_owned).with_context(|| format!("“{question}” has to be given: nobody is at the terminal (see --help)"));
    }
    eprint!("{question} {}", usual.map_or_else(String::new, |usual| format!("[{usual}] ")));
    std::io::stderr().flush()?;
    let mut line = String::new();
    ensure!(std::io::stdin().read_line(&mut line)? > 0, "the terminal was closed");
    Ok(Some(line.trim()).filter(|line| !line.is_empty()).or(usual).unwrap_or_default().to_owned())
}

/// Refuses with the sentences that would stand at the fields.
fn right(house: &House, form: &Form, fields: &[&str]) -> Result<()> {
    let f = Frame::new(house, None, Theme::AsTheMachine, "/");
    let wrong: Vec<_> = fields.iter().filter_map(|field| form.wrong(&f, field).map(|sentence| format!("{field}: {sentence}"))).collect();
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}
