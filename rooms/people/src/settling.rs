//! The desk: what a community has settled about itself and may settle anew. What it is called, how people join, whether
//! any member may invite, whose helplines come first.
//!
//! Promises: a change is one write with its act, and the act says what it was before; one made from an old copy is
//! refused, not lost; this process shows it at once, others within half a minute.

use base::db::{Ask as _, DbResult};
use base::form::Form;
use base::house::{COUNTRY, House, NAME, Settled, settle};
use base::page::Frame;
use base::refusal::Refusal;
use base::vals;

use crate::joining::{INVITING, JOINING, Mode, members_invite};
use crate::power::{ChangeSettings, Deed, Holding};

/// Characters of a community's name.
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 2..=60;

/// What is settled, or is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    pub name: String,
    pub joining: Mode,
    pub members_invite: bool,
    pub country: String,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    Kept,
    /// It is like that already.
    Nothing,
    /// Somebody changed it since the form was filled.
    Meanwhile,
}

/// How people can join, as rows to choose.
#[must_use]
pub fn ways(f: &Frame) -> Vec<(&str, &str)> {
    Mode::ALL.iter().map(|mode| (mode.id(), f.say(mode.key()))).collect()
}

impl Desk {
    /// As it stands, and the change of it that this is.
    pub async fn now(house: &House) -> DbResult<(Self, i64)> {
        let Settled { name, country } = Settled::read(&house.db, &house.pack).await?;
        let (joining, members_invite) = (Mode::of(&house.db).await?, members_invite(house).await?);
        let seen: Option<i64> = house.db.first("SELECT changed_at FROM setting WHERE name = $1", vals![NAME]).await?;
        Ok((Self { name, joining, members_invite, country }, seen.unwrap_or(0)))
    }

    /// Reads the form; what is wrong is noted at its field.
    pub fn read(form: &mut Form, house: &House) -> Self {
        let countries: Vec<_> = house.pack.countries().into_iter().map(|(id, _)| id).collect();
        let joining = Mode::read(&form.choice("joining", Mode::IDS)).unwrap_or(Mode::Invite);
        Self {
            name: form.line("name", NAME_CHARS),
            joining,
            members_invite: form.has("inviting"),
            country: form.choice("country", &countries),
        }
    }

    /// The form as it is filled with this.
    #[must_use]
    pub fn form(&self, seen: i64) -> Form {
        let (seen, inviting) = (seen.to_string(), if self.members_invite { "yes" } else { "" });
        Form::filled([
            ("name", self.name.as_str()),
            ("joining", self.joining.id()),
            ("inviting", inviting),
            ("country", &self.country),
            ("seen", &seen),
        ])
    }

    /// Settles it. `seen` is the change that whoever asks had before them.
    pub async fn keep(&self, holding: &Holding<ChangeSettings>, seen: i64, why: &str) -> Result<Changed, Refusal> {
        let house = &holding.member.house;
        let changes = self.since(&Self::now(house).await?.0, house);
        if changes.is_empty() {
            return Ok(Changed::Nothing);
        }
        let (why, now) = (format!("{} {why}", changes.join(" ")), house.now().max(seen + 1));
        let tx = holding.act(&Deed { what: "act-settings-changed", why: &why, ..Deed::default() }).await?;
        tx.run(
            "INSERT INTO setting (name, value, changed_at) VALUES ($1, $2, 0) ON CONFLICT (name) DO NOTHING",
            vals![NAME, &self.name],
        )
        .await?;
        let sql = "UPDATE setting SET value = $1, changed_at = $2 WHERE name = $3 AND changed_at = $4";
        if tx.run(sql, vals![&self.name, now, NAME, seen]).await? == 0 {
            return Ok(Changed::Meanwhile); // dropped without keep: neither the change nor its act was
        }
        let inviting = if self.members_invite { "members" } else { "seats" };
        for (name, value) in [(JOINING, self.joining.id()), (INVITING, inviting), (COUNTRY, &self.country)] {
            settle(&tx, name, value, now).await?;
        }
        tx.keep().await?;
        house.look_again().await?;
        Ok(Changed::Kept)
    }

    /// What is new in it, each in a sentence for the log.
    fn since(&self, before: &Self, house: &House) -> Vec<String> {
        let pairs = self.in_words(house).into_iter().zip(before.in_words(house));
        let changes = pairs.filter(|((_, to), (_, from))| to != from);
        changes
            .map(|((what, to), (_, from))| {
                house.words.fill(
                    "desk-changed",
                    &[("what", house.words.say(what).into()), ("from", from.into()), ("to", to.into())],
                )
            })
            .collect()
    }

    fn in_words(&self, house: &House) -> [(&'static str, String); 4] {
        let say = |key| house.words.say(key).to_owned();
        let country =
            house.pack.countries().into_iter().find(|(id, _)| *id == self.country).map_or("", |(_, name)| name);
        [
            ("desk-log-name", format!("“{}”", self.name)),
            ("desk-log-joining", say(self.joining.key())),
            ("desk-log-inviting", say(if self.members_invite { "desk-yes" } else { "desk-no" })),
            ("desk-log-country", country.to_owned()),
        ]
    }
}
