//! Founding: what a host settles before anybody can come in. It is one write and one act, in the open like any other.

use base::db::{Ask as _, Db, DbResult, Tx};
use base::house::{COUNTRY, House, NAME, settle};
use base::pack::Pack;
use base::place::Place;
use base::refusal::Refusal;
use base::vals;
use people::Person;
use people::claiming::Unclaimed;
use people::joining::JOINING;
use people::person::Joining;
use people::power::{Deed, Seat, act_of_host};

pub use people::settling::NAME_CHARS;

use crate::open;

/// The setting that keeps what a site was called from which an import came, until the host settles the house's own
/// name.
pub const BROUGHT_NAME: &str = "brought-name";

/// A community, as its host wants it; everything checked already.
#[derive(Clone, Debug)]
pub struct Founding<'a> {
    pub name: &'a str,
    pub pack: &'a Pack,
    pub joining: &'a str,
    /// The country whose helplines come first; the pack's first where nobody said.
    pub country: Option<&'a str>,
    /// The first person, who takes the founding seats.
    pub first: Option<Joining<'a>>,
    /// The duties whose founding seats they take.
    pub duties: &'a [String],
}

/// Whether a house waits for its host: nobody has set it up, or nobody holds a seat and nobody could come in.
pub async fn is_needed(db: &Db, now: i64) -> DbResult<bool> {
    Ok(!open::is_settled(db).await? || !(is_anybody_seated(db, now).await? || can_anybody_come_in(db, now).await?))
}

/// Whether anybody holds a seat now.
pub async fn is_anybody_seated(db: &Db, now: i64) -> DbResult<bool> {
    Ok(Seat::held(db, now).await?.iter().any(|seat| seat.person.is_some()))
}

/// Whether anybody is in, or has a way in that works.
pub async fn can_anybody_come_in(db: &Db, now: i64) -> DbResult<bool> {
    let sql = "SELECT 1 FROM person p WHERE p.left_at IS NULL AND (p.password IS NOT NULL
               OR EXISTS (SELECT 1 FROM passkey k WHERE k.person = p.id)
               OR EXISTS (SELECT 1 FROM recovery_code c WHERE c.person = p.id)
               OR EXISTS (SELECT 1 FROM session s WHERE s.person = p.id)
               OR EXISTS (SELECT 1 FROM way_in w WHERE w.person = p.id AND w.kind IN ('sign-in', 'claim')
               AND w.until > $1))";
    db.any(sql, vals![now]).await
}

/// Settles it all, and returns the first person. The house itself has to be opened anew to know its name.
pub async fn found(house: &House, founding: &Founding<'_>) -> Result<Option<Person>, Refusal> {
    let now = house.now();
    let theirs = match &founding.first {
        Some(joining) => Unclaimed::named(&house.db, joining.name).await?,
        None => None,
    };
    let place = theirs.as_ref().map(|theirs| Place::of("people", &theirs.id));
    let why = if theirs.is_some() {
        "The host set the house up, under a name of theirs that an import brought."
    } else {
        "The host set the house up."
    };
    let pack = founding.pack.kept().map_err(|why| Refusal::Broken(why.to_string()))?;
    let tx = act_of_host(house, &Deed { what: "act-founded", place: place.as_ref(), why, ..Deed::default() }).await?;
    for (name, value) in [
        (NAME, Some(founding.name)),
        (open::PACK, Some(pack.as_str())),
        (JOINING, Some(founding.joining)),
        (COUNTRY, founding.country),
    ] {
        let Some(value) = value else { continue };
        settle(&tx, name, value, now).await?;
    }
    tx.run("DELETE FROM setting WHERE name = $1", vals![BROUGHT_NAME]).await?;
    library::article::first_pages(&tx, founding.pack, now).await?;
    let person = match &founding.first {
        Some(joining) => Some(first(&tx, joining, theirs.as_ref(), now).await?),
        None => None,
    };
    if let Some(person) = &person {
        for duty in founding.duties {
            Seat::found(&tx, &person.id, duty, now).await?;
        }
    }
    tx.keep().await?;
    Ok(person)
}

/// The first person: somebody new, or whoever an import brought under this name.
async fn first(tx: &Tx, joining: &Joining<'_>, theirs: Option<&Unclaimed>, now: i64) -> Result<Person, Refusal> {
    let Some(theirs) = theirs else { return Ok(Person::join(tx, joining, now).await?) };
    theirs.hand_over(tx, joining, now).await?;
    Person::find(tx, &theirs.id).await?.ok_or_else(|| Refusal::Broken("whoever was brought is gone".into()))
}

/// Whether somebody who is not waiting to be claimed has this name: nobody founds a house under that.
pub async fn is_taken(db: &Db, name: &str) -> DbResult<bool> {
    let sql = "SELECT 1 FROM person WHERE folded = $1
               AND NOT (brought IS NOT NULL AND claimed_at IS NULL AND left_at IS NULL)";
    db.any(sql, vals![people::person::folded(name)]).await
}

/// The ids of a pack's duties.
#[must_use]
pub fn duties_of(pack: &Pack) -> Vec<String> {
    pack.duties.iter().map(|duty| duty.id.clone()).collect()
}
