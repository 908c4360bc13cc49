//! `seat`: opens a seat in an emergency, for a week. It is an act of the host, and everybody sees it.

use anyhow::{Result, bail};
use base::clock::day;
use clap::Args;
use people::power::EMERGENCY_MS;

use super::{Place, called_so, refused};

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
        let person = called_so(&house, &self.name).await?;
        people::power::Seat::emergency(&house, &person, duty, &self.why)
            .await
            .map_err(|refusal| refused(&house, &refusal))?;
        println!("{} holds {} until {}; everybody sees it", person.name, duty.name, day(house.now() + EMERGENCY_MS));
        Ok(())
    }
}
