//! Writing and changing the community's pages: an act each time (R4).

use base::place::Place;
use base::refusal::Refusal;
use people::power::{Deed, Holding, TendPages};

use super::{Article, Draft, Kind, slug_of};

impl Article {
    /// Changes a page of the community's, with a reason that stands in the log (R4).
    pub async fn change_page(
        &self,
        holding: &Holding<TendPages>,
        draft: &Draft,
        seen: i64,
        why: &str,
    ) -> Result<bool, Refusal> {
        let place = self.place();
        let tx = holding.act(&Deed { what: "act-page-changed", place: Some(&place), why, ..Deed::default() }).await?;
        let changed = self.write(&tx, draft, seen, false, holding.member.house.now()).await?.is_some();
        if changed {
            tx.keep().await?;
        }
        Ok(changed)
    }

    /// Writes a new page of the community's (R4).
    pub async fn add_page(holding: &Holding<TendPages>, draft: &Draft, why: &str) -> Result<Place, Refusal> {
        let now = holding.member.house.now();
        let tx = holding.act(&Deed { what: "act-page-written", why, ..Deed::default() }).await?;
        let place = Self::add(&tx, Kind::Page, &slug_of(&draft.title), draft, None, now, Some(now)).await?;
        tx.keep().await?;
        Ok(place)
    }
}
