//! Correcting what a song is called: an act (R4), and not for what the keeper brought themselves. The giver's line,
//! feelings and links stay as they are.

use base::refusal::Refusal;
use base::{vals, veil};
use people::power::{Deed, Holding, TendLibrary};

use super::{Corrected, Song, folded, index};
use crate::playlist;
use crate::tended::must_be_of_another;

impl Song {
    /// Corrects artist and title; the act keeps what it was called, and its giver is told.
    pub async fn rename(
        &self,
        artist: &str,
        title: &str,
        holding: &Holding<TendLibrary>,
        why: &str,
    ) -> Result<Corrected, Refusal> {
        must_be_of_another(holding, self.giver.as_deref())?;
        let (place, called) = (self.place(), self.called());
        let tx = holding
            .act(&Deed {
                what: "act-song-renamed",
                place: Some(&place),
                whom: self.giver.as_deref(),
                why,
                words: Some(&called),
            })
            .await?;
        if Self::find(&*tx, &self.id).await?.as_ref() != Some(self) {
            return Err(Refusal::NotNow("refusal-clash")); // somebody corrected it meanwhile
        }
        veil::must_be_seen(&*tx, &place, false).await?;
        if let Some(other) = Self::known(&*tx, artist, title).await?.filter(|id| *id != self.id) {
            return Ok(Corrected::IsAnother(Self::place_of(&other)));
        }
        let now = holding.member.house.now().max(self.changed_at + 1);
        let sql = "UPDATE song SET artist = $1, title = $2, folded = $3, changed_at = $4 WHERE id = $5";
        tx.run(sql, vals![artist, title, folded(artist, title), now, &self.id]).await?;
        index(&tx, &self.id).await?;
        playlist::index_with(&tx, &self.id).await?;
        talk::place_again(&tx, &place).await?;
        tx.keep().await?;
        Ok(Corrected::Done)
    }
}
