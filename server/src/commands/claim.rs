//! `claim`: the link by which somebody takes over a name that an import brought. It works once, for two weeks; printing
//! a new one makes the old one void.

use anyhow::{Context as _, Result};
use base::clock::day;
use clap::Args;
use people::claiming::Unclaimed;
use people::way_in::Kind;

use super::{Place, refused};

#[derive(Args, Debug)]
pub(super) struct Claim {
    /// The imported name
    name: String,
}

impl Claim {
    pub(super) async fn run(self, place: &Place) -> Result<()> {
        let house = place.house().await?;
        let theirs = Unclaimed::named(&house.db, &self.name).await?.with_context(|| {
            format!("{} is not a name that an import brought, or somebody has claimed it", self.name)
        })?;
        let secret = theirs
            .issue_by_host(&house, "Asked for at the console.")
            .await
            .map_err(|refusal| refused(&house, &refusal))?;
        println!("{}", house.address(&format!("/claim/{secret}")));
        eprintln!(
            "circlepit: it hands over the name {}, once, until {}; a newer one makes it void",
            theirs.name,
            day(house.now() + Kind::Claim.lasts_ms())
        );
        place.says_where(&house);
        Ok(())
    }
}
