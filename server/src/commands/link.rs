//! `link`: lets somebody in who lost every way in, once whoever looks after the machine knows that it is them. It is an
//! act of the host: they are told, and everybody sees that a link was made. It works once, for an hour; one made before
//! is void.

use anyhow::Result;
use clap::Args;
use people::way_in::WayIn;

use super::{Place, called_so, refused};

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
        let person = called_so(&house, &self.name).await?;
        let secret =
            WayIn::help_back_in(&house, &person.id, &self.why).await.map_err(|refusal| refused(&house, &refusal))?;
        println!(
            "{} signs in by this link, once, within an hour. They are told, and everybody sees that it was made.\n\n  {}\n",
            person.name,
            house.address(&format!("/in/{secret}"))
        );
        place.says_where(&house);
        Ok(())
    }
}
