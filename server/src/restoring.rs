//! The end of a restore, once the rows are there: everybody who had left since is forgotten again by every room, the
//! search index is made, and nobody is signed in: a session may have been ended since, and a link used.
//! Until that is done nobody is let in; whoever opens the house next goes on with it.

use anyhow::{Result, anyhow};
use base::backup::UNFINISHED;
use base::db::Ask as _;
use base::house::{House, settled};
use base::ledger::Ledger;
use base::refusal::Refusal;
use base::vals;

/// Finishes a restore, if one is not finished. How many people it forgot.
pub async fn finish(house: &House) -> Result<u64> {
    if settled(&house.db, UNFINISHED).await?.is_none() {
        return Ok(0);
    }
    let ledger = Ledger::of(&house.db, house.now()).await?;
    let people: Vec<String> = house.db.all("SELECT id FROM person WHERE left_at IS NULL ORDER BY id", &[]).await?;
    let mut forgotten = 0;
    for person in people {
        let Some(how) = ledger.leaving(&person) else { continue };
        let tx = house.begin().await?;
        for room in house.rooms {
            room.forget(house, &tx, &person, how).await.map_err(|refusal| refused(room.name(), &refusal))?;
        }
        tx.keep().await?;
        forgotten += 1;
    }
    for room in house.rooms {
        room.index_again(house).await.map_err(|refusal| refused(room.name(), &refusal))?;
    }
    let tx = house.begin().await?;
    tx.run("DELETE FROM session", &[]).await?;
    tx.run("DELETE FROM ceremony", &[]).await?;
    tx.run("DELETE FROM way_in", &[]).await?;
    tx.run("DELETE FROM setting WHERE name = $1", vals![UNFINISHED]).await?;
    tx.keep().await?;
    Ok(forgotten)
}

fn refused(room: &str, refusal: &Refusal) -> anyhow::Error {
    anyhow!("finishing the restore: {room} says {refusal:?}")
}
