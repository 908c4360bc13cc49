//! `claim`: the link by which somebody takes over a name that an import brought. It works once, for two weeks; printing a
//! new one makes the old one void.

use anyhow::{Context as _, Result, ensure};
use base::db::Ask as _;
use base::vals;
use clap::Args;
use people::Person;
use people::power::{Deed, act_of_host};
use people::way_in::{Kind, WayIn};

use super::{Place, refused};

#[derive(Args, Debug)]
pub(super) struct Claim {
    /// The imported name
    name: String,
}

impl Claim {
    pub(super) async fn run(self, place: &Place) -> Result<()> {
        let house = place.house().await?;
        let person = Person::named(&house.db, &self.name).await?.with_context(|| format!("nobody here is called “{}”", self.name))?;
        let brought: Option<Option<String>> = house.db.first("SELECT brought FROM person WHERE id = $1", vals![&person.id]).await?;
        ensure!(brought.flatten().is_some(), "{} is not a name that an import brought, or somebody has claimed it", person.name);
        let deed = Deed { what: "act-claim-issued", whom: Some(&person.id), why: "Asked for at the console.", ..Deed::default() };
        let tx = act_of_host(&house, &deed).await.map_err(|refusal| refused(&house, &refusal))?;
        tx.run("DELETE FROM way_in WHERE kind = $1 AND person = $2", vals![Kind::Claim.id(), &person.id]).await?;
        let secret = WayIn::make(&tx, Kind::Claim, Some(&person.id), None, house.now()).await?;
        tx.keep().await?;
        println!("{}", house.address(&format!("/claim/{secret}")));
        Ok(())
    }
}
