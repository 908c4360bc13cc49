//! `init`: founds a community in the terminal, asking for what was not given; without a terminal everything has to be.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use base::clock::Clock;
use base::form::Form;
use base::house::{House, settled};
use base::pack::Pack;
use base::page::{Frame, Theme};
use clap::Args;
use clap::builder::PossibleValuesParser;
use people::joining::Mode;
use people::password;
use people::person::Joining;
use people::way_in::{Kind, WayIn};

use super::import::own_pack;
use super::{Place, called, refused};
use crate::first_start::{HouseAnswers, PACKS, PersonAnswers};
use crate::founding::{self, BROUGHT_NAME, Founding, duties_of, found};
use crate::{lock, open};

#[derive(Args, Debug)]
pub(super) struct Init {
    /// What the community is called
    #[arg(long)]
    name: Option<String>,
    /// The pack with its words: metal, plain, or a folder with one of your own
    #[arg(long, value_name = "PACK|DIR")]
    pack: Option<String>,
    /// How people join
    #[arg(long, value_parser = PossibleValuesParser::new(Mode::IDS))]
    joining: Option<String>,
    /// The country whose helplines come first, such as GB [default: the pack's first]
    #[arg(long)]
    country: Option<String>,
    /// The first person, who takes every founding seat for 90 days
    #[arg(long, value_name = "NAME")]
    nickname: Option<String>,
    /// Their age
    #[arg(long, value_parser = ["16-17", "18"])]
    age: Option<String>,
    /// Their password, through the environment alone: a command line is seen by others. Without it a link to sign in
    /// with is printed
    #[arg(long, env = "CIRCLEPIT_PASSWORD", hide_env_values = true, hide = true)]
    password: Option<String>,
}

impl Init {
    pub(super) async fn run(self, place: &Place) -> Result<()> {
        let (folder, settings) = (place.folder(), place.settings()?);
        lock::or_nothing(&folder, async || {
            self.found(place, &folder, &open::open(&folder, settings, Clock::Machine).await?).await
        })
        .await
    }

    async fn found(&self, place: &Place, folder: &Path, house: &House) -> Result<()> {
        ensure!(
            founding::is_needed(&house.db, house.now()).await?,
            "a community lives in {} already",
            folder.display()
        );
        let (answers, pack) = self.about_house(house).await?;
        let first = self.about_person(house, &answers, &pack)?;
        ensure!(
            !founding::is_taken(&house.db, &first.nickname).await?,
            "nickname: {}",
            house.words.say("name-wrong-taken")
        );
        let hash = match first.password.as_str() {
            "" => None,
            password => Some(password::hash(house, password).await.map_err(|refusal| refused(house, &refusal))?),
        };
        let joining = Joining { name: &first.nickname, age: &first.age, password: hash.as_deref() };
        let founding = Founding {
            name: &answers.name,
            pack: &pack,
            joining: &answers.joining,
            country: Some(&answers.country),
            first: Some(joining),
            duties: &duties_of(&pack),
        };
        let founder = found(house, &founding).await.map_err(|refusal| refused(house, &refusal))?;
        println!("{} is set up in {}; {} opens it", answers.name, folder.display(), called("serve", folder));
        if let (Some(person), None) = (founder, hash) {
            let tx = house.begin().await?;
            let secret = WayIn::make(&tx, Kind::SignIn, Some(&person.id), None, house.now()).await?;
            tx.keep().await?;
            println!(
                "{} comes in by this link, once, until tomorrow:\n\n  {}\n",
                person.name,
                house.address(&format!("/in/{secret}"))
            );
            place.says_where(house);
        }
        Ok(house.db.rest().await?)
    }

    async fn about_house(&self, house: &House) -> Result<(HouseAnswers, Pack)> {
        let own = self.pack.as_ref().filter(|pack| !PACKS.contains(&pack.as_str()));
        let own = own.map(|folder| own_pack(folder)).transpose()?;
        let pack = own.as_ref().unwrap_or(&house.pack);
        let brought = settled(&house.db, base::house::NAME).await?.or(settled(&house.db, BROUGHT_NAME).await?);
        let known = pack.countries().into_iter().map(|(id, _)| id).collect::<Vec<_>>().join(", ");
        let whose = format!("Whose helplines come first ({known})?");
        let usual = own.as_ref().map_or_else(|| house.settled().country.clone(), |own| own.first_country().to_owned());
        let ask = |field, given: &Option<String>, question, usual| {
            let asked = Question { house, field, question, usual };
            asked.answer(given.as_deref(), |answer| {
                filled(&[(field, answer)], |form| drop(HouseAnswers::read(form, pack)))
            })
        };
        let name = ask("name", &self.name, "What is it called?", brought.as_deref())?;
        let named = match &own {
            Some(own) => own.id.clone(),
            None => ask("pack", &self.pack, "Which pack (metal, plain)?", Some("metal"))?,
        };
        let joining = ask("joining", &self.joining, "How do people join (open, invite, request)?", Some("request"))?;
        let country = ask("country", &self.country, &whose, Some(&usual))?;
        let answers = HouseAnswers { name, pack: named, joining, country };
        let pack = own.map_or_else(|| Pack::load(&answers.pack), Ok)?;
        Ok((answers, pack))
    }

    /// The first person; an empty password where they come in by a link.
    fn about_person(&self, house: &House, answers: &HouseAnswers, pack: &Pack) -> Result<PersonAnswers> {
        let read = |form: &mut Form| drop(PersonAnswers::read(form, house, answers, pack));
        ensure!(
            self.nickname.is_some() || is_watched(),
            "--nickname has to be given: nobody could come in (see `circlepit init --help`; {} asks for it on a page)",
            called("serve", &house.folder)
        );
        let nickname = Question { house, field: "nickname", question: "The first person's nickname?", usual: None };
        let nickname = nickname.answer(self.nickname.as_deref(), |answer| filled(&[("nickname", answer)], read))?;
        let age = Question { house, field: "age", question: "Their age (16-17, 18)?", usual: None };
        let age = age.answer(self.age.as_deref(), |answer| filled(&[("age", answer)], read))?;
        let password = if self.password.is_some() || is_watched() {
            let password = Question { house, field: "password", question: PASSWORD, usual: None };
            password.answer(self.password.as_deref(), |answer| {
                filled(&[("nickname", &nickname), ("password", answer)], read)
            })?
        } else {
            String::new()
        };
        Ok(PersonAnswers { nickname, age, password, duties: Vec::new() })
    }
}

const PASSWORD: &str = "Their password (it is not shown):";

/// Something that a host has to say.
struct Question<'a> {
    house: &'a House,
    /// The field of the set-up page that asks for the same.
    field: &'a str,
    question: &'a str,
    /// What an empty line means.
    usual: Option<&'a str>,
}

impl Question<'_> {
    /// What was given, if it is right; or what a person at the terminal says now, who is asked until it is.
    fn answer(&self, given: Option<&str>, read: impl Fn(&str) -> Form) -> Result<String> {
        if let Some(given) = given.or(self.usual.filter(|_| !is_watched())) {
            return match self.wrong(&read(given)) {
                None => Ok(given.to_owned()),
                Some(sentence) => bail!("{}: {sentence}", self.field),
            };
        }
        ensure!(
            is_watched(),
            "--{} has to be given: nobody is at the terminal (see `circlepit init --help`)",
            self.field
        );
        loop {
            let answer = self.asked()?;
            match self.wrong(&read(&answer)) {
                None => return Ok(answer),
                Some(sentence) => eprintln!("{sentence}"),
            }
        }
    }

    /// The sentence that would stand at the field.
    fn wrong(&self, form: &Form) -> Option<String> {
        form.wrong(&Frame::new(self.house, None, Theme::AsTheMachine, "/"), self.field)
    }

    fn asked(&self) -> Result<String> {
        if self.question == PASSWORD {
            return rpassword::prompt_password(format!("{PASSWORD} ")).context("no password was read");
        }
        eprint!("{} {}", self.question, self.usual.map_or_else(String::new, |usual| format!("[{usual}] ")));
        std::io::stderr().flush()?;
        let mut line = String::new();
        ensure!(std::io::stdin().read_line(&mut line)? > 0, "the terminal was closed");
        Ok(Some(line.trim()).filter(|line| !line.is_empty()).or(self.usual).unwrap_or_default().to_owned())
    }
}

/// A form with these fields, as the set-up page reads it.
fn filled(fields: &[(&str, &str)], read: impl Fn(&mut Form)) -> Form {
    let mut form = Form::filled(fields.iter().copied());
    read(&mut form);
    form
}

fn is_watched() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}
