//! Founding: what a host settles before anybody can come in. It is one write and one act, in the open like any other.

use base::house::{House, settle};
use base::pack::Pack;
use base::refusal::Refusal;
use people::Person;
use people::person::Joining;
use people::power::{Deed, Seat, act_of_host};

use crate::open;

/// The setting that says how people join.
pub const JOINING: &str = "joining";
/// What it can say: anybody, by invitation, or after two members said yes to a few words.
pub const WAYS: [&str; 3] = ["open", "invite", "request"];
/// Characters of a community's name.
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 2..=60;

/// A community, as its host wants it; everything checked already.
#[derive(Clone, Debug)]
pub struct Founding<'a> {
    pub name: &'a str,
    pub pack: &'a str,
    pub joining: &'a str,
    /// The first person, who takes the founding seats.
    pub first: Option<Joining<'a>>,
    /// The duties whose founding seats they take.
    pub duties: &'a [String],
}

/// Settles it all, and returns the first person. The house itself has to be opened anew to know its name.
pub async fn found(house: &House, founding: &Founding<'_>) -> Result<Option<Person>, Refusal> {
    let now = house.now();
    let deed = Deed { what: "act-founded", why: "The host set the house up.", ..Deed::default() };
    let tx = act_of_host(house, &deed).await?;
    for (name, value) in [(open::NAME, founding.name), (open::PACK, founding.pack), (JOINING, founding.joining)] {
        settle(&tx, name, value, now).await?;
    }
    if let Ok(pack) = Pack::load(founding.pack) {
        library::article::first_pages(&tx, &pack, now).await?;
    }
    let person = match &founding.first {
        Some(joining) => Some(Person::join(&tx, joining, now).await?),
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

/// The ids of a pack's duties.
#[must_use]
pub fn duties_of(pack: &Pack) -> Vec<String> {
    pack.duties.iter().map(|duty| duty.id.clone()).collect()
}
