//! `seat`: opens a seat in an emergency, for a week. It is an act of the host, and everybody sees it.

use anyhow::{Context as _, Result, bail};
use base::clock::{DAY_MS, day};
use base::{id, vals};
use clap::Args;
use people::power::{Deed, act_of_host};
use people::Person;

use super::{Place, refused};

const WEEK_MS: i64 = 7 * DAY_MS;

#[derive(Args, Debug)]
pub(super) struct Seat {
    /// Who takes it
    name: String,
    /// The duty, as the pack names it
    duty: String,
    /// Why; everybody reads it
    #[arg(long, value_name = "TEXT", default_value = "The host opened it at the console in an emergency.")]
    why: String,
}

impl Seat {
    pub(super) async fn run(self, place: &Place) -> Result<()> {
        let house = place.house().await?;
        let Some(duty) = house.pack.duties.iter().find(|duty| duty.id == self.duty) else {
            let known = house.pack.duties.iter().map(|duty| duty.id.as_str()).collect::<Vec<_>>().join(", ");
            bail!("there is no duty “{}”; there are {known}", self.duty);
        };
        let person = Person::named(&house.db, &self.name).await?.with_context(|| format!("nobody here is called “{}”", self.name))?;
        let now = house.now();
        let deed = Deed { what: "act-emergency-seat", whom: Some(&person.id), why: &self.why, ..Deed::default() };
        let tx = act_of_host(&house, &deed).await.map_err(|refusal| refused(&house, &refusal))?;
        let sql = "INSERT INTO seat (id, duty, person, filled, since, until) VALUES ($1, $2, $3, 'emergency', $4, $5)";
        tx.run(sql, vals![id::at(now), &duty.id, &person.id, now, now + WEEK_MS]).await?;
        tx.keep().await?;
        println!("{} holds {} until {}; everybody sees it", person.name, duty.name, day(now + WEEK_MS));
        Ok(())
    }
}
