//! Tending the talk: whoever holds a duty for it folds a remark, withdraws it, or opens it again, with a reason. Each
//! is an act that its author is told of (R4), and nobody does it to their own.

use base::kept_as;
use base::refusal::Refusal;
use base::veil::{self, Veil};
use people::power::{Deed, Holding, TendTalk};

use crate::index;
use crate::remark::Remark;

kept_as! {
    /// What is done to a remark.
    pub enum Tending {
        Fold = "fold",
        Withdraw = "withdraw",
        Lift = "lift",
    }
}

impl Tending {
    fn deed(self) -> &'static str {
        match self {
            Self::Fold => "act-remark-folded",
            Self::Withdraw => "act-remark-withdrawn",
            Self::Lift => "act-remark-lifted",
        }
    }

    /// The key of the words for it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Fold => "remark-fold",
            Self::Withdraw => "remark-withdraw",
            Self::Lift => "remark-lift",
        }
    }

    /// The veil that lies over a remark afterwards.
    pub fn veil(self) -> Option<Veil> {
        [Some(Veil::Folded), Some(Veil::Withdrawn), None][self as usize]
    }
}

impl Remark {
    /// Folds it, withdraws it, or opens it again.
    pub async fn tend(&self, holding: &Holding<TendTalk>, tending: Tending, why: &str) -> Result<(), Refusal> {
        if self.is_by(Some(&holding.member.person.id)) {
            return Err(Refusal::NotYours("remark-tend-own"));
        }
        if self.gone_at.is_some() {
            return Err(Refusal::Gone);
        }
        let place = Self::place_of(&self.id);
        let deed = Deed {
            what: tending.deed(),
            place: Some(&place),
            whom: self.author.as_deref(),
            why,
            words: Some(&self.words),
        };
        let tx = holding.act(&deed).await?;
        tx.take_turn(self.under().as_str()).await?;
        if self.as_it_stands(&tx).await? != *self {
            return Err(Refusal::NotNow("refusal-clash")); // words taken back meanwhile are in no act
        }
        if veil::over(&*tx, &place).await?.map(|(veil, _)| veil) == tending.veil() {
            return Err(Refusal::NotNow("tend-is-so"));
        }
        match tending.veil() {
            Some(veil) => veil::lay(&tx, &place, veil, why, holding.member.house.now()).await?,
            None => veil::lift(&tx, &place).await?,
        }
        index::again(&tx, &self.id).await?;
        Ok(tx.keep().await?)
    }
}
