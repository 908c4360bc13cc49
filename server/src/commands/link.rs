//! `link`: lets somebody in who lost every way in, once whoever looks after the machine knows that it is them. It is an
//! act of the host: they are told, and everybody sees that a link was made. It works once, for an hour; one made before
//! is void.

use anyhow::{Context as _, Result, ensure};
use base::db::Ask as _;
use base::vals;
use clap::Args;
use people::Person;
use people::way_in::WayIn;

use super::{Place, refused};

#[derive(Args, Debug)]
pub(super) struct Link {
    /// Their name
    name: String,
    /// Why; everybody reads it
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "They lost every other way in and asked whoever looks after the machine."
    )]
    why: String,
}

impl Link {
    pub(super) async fn run(self, place: &Place) -> Result<()> {
        let house = place.house().await?;
        let person = Person::named(&house.db, &self.name)
            .await?
            .with_context(|| format!("nobody here is called “{}”", self.name))?;
        let is_unclaimed: i64 = house
            .db
            .one(
                "SELECT count(*) FROM person WHERE id = $1 AND brought IS NOT NULL AND claimed_at IS NULL",
                vals![&person.id],
            )
            .await?;
        ensure!(
            is_unclaimed == 0,
            "{} is a name that an import brought: `circlepit claim` makes the link for whoever it belongs to",
            person.name
        );
        let secret =
            WayIn::help_back_in(&house, &person.id, &self.why).await.map_err(|refusal| refused(&house, &refusal))?;
        println!(
            "{} signs in by this link, once, within an hour. They are told, and everybody sees that it was made.\n\n  {}\n",
            person.name,
            house.address(&format!("/in/{secret}"))
        );
        Ok(())
    }
}
