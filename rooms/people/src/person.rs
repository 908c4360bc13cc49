//! A person: a name, an age as they said it, a face drawn from a seed. One kind of account (R1).

use base::db::{Ask, DbResult, Tx, Walk};
use base::form::Form;
use base::house::House;
use base::refusal::Refusal;
use base::{row, vals};
use unicode_security::skeleton;

use crate::naming;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub face: String,
    pub age: String,
    pub joined_at: i64,
    pub leaving_at: Option<i64>,
}
row!(Person { id, name, face, age, joined_at, leaving_at });

/// Characters of a name.
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 2..=40;

/// Somebody on their way in: what they chose, checked already.
#[derive(Clone, Copy, Debug)]
pub struct Joining<'a> {
    pub name: &'a str,
    /// `16-17` or `18`, as they said it.
    pub age: &'a str,
    /// The hash of a password, where they chose one.
    pub password: Option<&'a str>,
}

/// Nobody comes in as this person, or changes how they do, until this write is over; false where they left.
pub(crate) async fn hold(tx: &Tx, person: &str) -> DbResult<bool> {
    Ok(tx.hold("SELECT id FROM person WHERE id = $1 AND left_at IS NULL", vals![person]).await? == 1)
}

/// Sentences that stand where a name would: for the host, for the members together, for whoever gave none.
const NOBODYS_NAMES: [&str; 3] = ["duty-host", "duty-members", "nameless"];

/// Why nobody may be called so, whichever way they come: nobody could read it, or it is what the house calls those who
/// are nobody, and they would speak for it.
#[must_use]
pub fn no_name(house: &House, name: &str) -> Option<&'static str> {
    if folded(name).is_empty() {
        return Some("name-wrong-empty");
    }
    NOBODYS_NAMES.iter().any(|key| looks(house.words.say(key)) == looks(name)).then_some("name-wrong-nobodys")
}

/// Reads a name from a field.
pub fn read_name(form: &mut Form, house: &House, field: &str) -> String {
    let name = form.line(field, NAME_CHARS);
    if let Some(why) = no_name(house, &name).filter(|_| form.is_right()) {
        form.refuse(field, why);
    }
    name
}

/// Whether somebody else has this name or one that looks like it, had it not long ago, or asks for it. Nobody takes a
/// name until this write ends: two names that look alike are no clash to the database.
pub(crate) async fn is_taken(tx: &Tx, name: &str, whose: &str) -> DbResult<bool> {
    tx.take_turn("names").await?;
    let sql = "SELECT 1 FROM person WHERE (folded = $1 OR looks = $2) AND id <> $3
               UNION ALL SELECT 1 FROM join_request WHERE (folded = $1 OR looks = $2) AND id <> $3";
    Ok(tx.any(sql, vals![folded(name), looks(name), whose]).await? || naming::is_kept(tx, name, whose).await?)
}

impl Person {
    /// Makes the account. A name that is taken is a [`base::db::DbTrouble::Clash`].
    pub async fn join(tx: &Tx, joining: &Joining<'_>, now: i64) -> DbResult<Self> {
        let person = Self {
            id: base::id::at(now),
            name: joining.name.to_owned(),
            face: base::id::secret(),
            age: joining.age.to_owned(),
            joined_at: now,
            leaving_at: None,
        };
        let sql = "INSERT INTO person (id, name, folded, looks, age, age_said_at, joined_at, face, password)
                   VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)";
        tx.run(
            sql,
            vals![
                &person.id,
                &person.name,
                folded(&person.name),
                looks(&person.name),
                &person.age,
                now,
                &person.face,
                joining.password
            ],
        )
        .await?;
        Ok(person)
    }

    pub async fn find(ask: &impl Ask, id: &str) -> DbResult<Option<Self>> {
        ask.first(
            "SELECT id, name, face, age, joined_at, leaving_at FROM person WHERE id = $1 AND left_at IS NULL",
            vals![id],
        )
        .await
    }

    /// By name, however it is written. A name that an import brought is nobody's until it is claimed.
    pub async fn named(ask: &impl Ask, name: &str) -> DbResult<Option<Self>> {
        let sql = "SELECT id, name, face, age, joined_at, leaving_at FROM person
                   WHERE folded = $1 AND left_at IS NULL AND (brought IS NULL OR claimed_at IS NOT NULL)";
        ask.first(sql, vals![folded(name)]).await
    }

    #[must_use]
    pub fn is_under_18(&self) -> bool {
        self.age == "16-17"
    }
}

/// A name as it is compared: no case, no accents, no spaces, no look-alike punctuation.
#[must_use]
pub fn folded(name: &str) -> String {
    base::search::words(name).collect()
}

/// A name as the eye takes it: what is drawn alike is alike, in whatever script, so that nobody passes for another
/// (Unicode Technical Standard 39, the skeleton of a string).
#[must_use]
pub fn looks(name: &str) -> String {
    let drawn: String = skeleton(name).collect();
    skeleton(&folded(&drawn)).flat_map(char::to_lowercase).collect()
}

/// Looks at the names that nobody has looked at yet: those that an import or a backup brought.
pub(crate) async fn look_at_names(house: House) -> Result<(), Refusal> {
    let mut walk =
        Walk::over("SELECT id FROM person WHERE id > $1 AND looks = '' AND name <> '' ORDER BY id LIMIT 100");
    while let Some(ids) = walk.next(&house.db).await? {
        let tx = house.begin().await?;
        for id in &ids {
            let name: String = tx.one("SELECT name FROM person WHERE id = $1", vals![id]).await?;
            tx.run("UPDATE person SET looks = $1 WHERE id = $2", vals![looks(&name), id]).await?;
        }
        tx.keep().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_however_it_is_written() {
        assert_eq!(folded("Ada of Leeds"), folded("  ADA  óf-leeds "));
        assert_ne!(folded("Ada"), folded("Ada III"));
    }

    #[test]
    fn names_that_the_eye_takes_for_one_look_alike() {
        for (name, others) in [
            ("Ada", &["Adа", "Αda", "Ꭺda", "ADA", "A d a"][..]),
            ("Oda", &["0da"]),
            ("Gus", &["Gᴜs"]),
            ("Mem Ber", &["Меm Ber"]),
        ] {
            for other in others {
                assert_eq!(looks(name), looks(other), "{other}");
            }
        }
        for (one, other) in [("Ada", "Ida"), ("Gus", "Guus"), ("金属", "金")] {
            assert_ne!(looks(one), looks(other), "{one}, {other}");
        }
    }
}
