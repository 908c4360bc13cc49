//! What keepers may do: write and change the community's pages, withdraw an article and open it again. Each is an act (R4).

use base::place::Place;
use base::refusal::Refusal;
use base::veil::{self, Veil};
use people::power::{Deed, Holding, TendLibrary, TendPages};

use super::{Article, Draft, Kind, slug_of};
use crate::article_shelf;

impl Article {
    /// Changes a page of the community's, with a reason that stands in the log (R4).
    pub async fn change_page(&self, holding: &Holding<TendPages>, draft: &Draft, seen: i64, why: &str) -> Result<bool, Refusal> {
        let place = self.place();
        let tx = holding.act(&Deed { what: "act-page-changed", place: Some(&place), why, ..Deed::default() }).await?;
        let changed = self.write(&tx, draft, seen, false, holding.member.house.now()).await?;
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

    /// Withdraws it or opens it again, by whoever tends the library, with a reason that its author is told (R4).
    pub async fn tend(&self, holding: &Holding<TendLibrary>, lift: bool, why: &str) -> Result<(), Refusal> {
        if self.is_by(Some(&holding.member.person.id)) {
            return Err(Refusal::NotYours("article-tend-own"));
        }
        let (place, what) = (self.place(), if lift { "act-article-opened" } else { "act-article-withdrawn" });
        let tx = holding.act(&Deed { what, place: Some(&place), whom: self.author.as_deref(), why, words: Some(&self.words) }).await?;
        if lift {
            veil::lift(&tx, &place).await?;
        } else {
            veil::lay(&tx, &place, Veil::Withdrawn, why, holding.member.house.now()).await?;
        }
        article_shelf::index(&tx, &place).await?;
        talk::place_again(&tx, &place).await?;
        Ok(tx.keep().await?)
    }
}
