//! What duties and acts keep about a person, and how it is forgotten: the rows stay, because power is answered for;
//! names and words go as the person chose.

use base::clock::rfc3339;
use base::db::{Ask, DbResult, Tx};
use base::house::House;
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Audience, Kept, Leaving, Preview, Reader};
use base::{ledger, vals};
use serde_json::json;

use super::{Act, Ended, Seat, SeatOffer, duty_name};

/// Everything about this person in the log and the seats.
pub(crate) async fn keeps(house: &House, person: &str) -> Result<Vec<Kept>, Refusal> {
    let db = &house.db;
    let seats = Seat::of_person(db, person).await?.into_iter().map(|seat| {
        json!({
            "duty": duty_name(house, &seat.duty), "filled": seat.filled.id(), "since": rfc3339(seat.since),
            "until": rfc3339(seat.end()), "ended": seat.ended_how.map(Ended::id), "why": seat.ended_why
        })
    });
    let offers: Vec<(String, String, i64, Option<String>)> =
        db.all("SELECT duty, filled, at, answer FROM seat_offer WHERE person = $1 ORDER BY id", vals![person]).await?;
    let offers = offers.into_iter().map(|(duty, filled, at, answer)| {
        json!({
            "duty": duty_name(house, &duty), "filled": filled, "asked": rfc3339(at), "answer": answer
        })
    });
    let secondings: Vec<(String, i64)> =
        db.all("SELECT seat, at FROM seconding WHERE person = $1 ORDER BY at, seat", vals![person]).await?;
    let secondings =
        secondings.into_iter().map(|(seat, at)| json!({ "seat": Seat::place_of(&seat).as_str(), "said": rfc3339(at) }));
    Ok(vec![
        Kept::of("seats", seats.collect()),
        Kept::of("seats-offered", offers.collect()),
        Kept::of("seats-seconded", secondings.collect()),
        Kept::of("acts-of-mine", acts_of(house, person).await?),
        Kept::of("acts-about-me", acts_about(house, person).await?),
    ])
}

async fn acts_of(house: &House, person: &str) -> DbResult<Vec<serde_json::Value>> {
    let acts: Vec<(String, String, Option<String>, String, i64)> =
        house.db.all("SELECT id, what, place, why, at FROM act WHERE person = $1 ORDER BY id", vals![person]).await?;
    let row = |(id, what, place, why, at): (String, String, Option<String>, String, i64)| {
        json!({
            "act": Act::place_of(&id).as_str(), "what": house.words.say(&what), "place": place, "why": why,
            "at": rfc3339(at)
        })
    };
    Ok(acts.into_iter().map(row).collect())
}

/// What was done that affects them, with the copy of their words, whether they have seen it, and the second look they
/// asked for.
async fn acts_about(house: &House, person: &str) -> DbResult<Vec<serde_json::Value>> {
    let sql = "SELECT a.what, a.why, a.at, a.place, w.words FROM act a LEFT JOIN act_words w ON w.act = a.id
               WHERE a.whom = $1 OR EXISTS (SELECT 1 FROM notice n WHERE n.act = a.id AND n.person = $1) ORDER BY a.id";
    type Done = (String, String, i64, Option<String>, Option<String>);
    let acts: Vec<Done> = house.db.all(sql, vals![person]).await?;
    let acts = acts.into_iter().map(|(what, why, at, place, words)| {
        json!({
            "what": house.words.say(&what), "why": why, "at": rfc3339(at), "place": place, "your_words": words
        })
    });
    let looks: Vec<(String, String, i64, Option<String>)> = house
        .db
        .all("SELECT act, words, asked_at, answer FROM second_look WHERE person = $1 ORDER BY act", vals![person])
        .await?;
    let looks = looks.into_iter().map(|(act, words, at, answer)| {
        json!({
            "second_look_at": Act::place_of(&act).as_str(), "words": words, "asked": rfc3339(at), "answer": answer
        })
    });
    Ok(acts.chain(looks).collect())
}

/// A person leaves: their seats end now; the copies that only they could read are emptied; names and words go as they
/// chose.
pub(crate) async fn forget(tx: &Tx, person: &str, how: Leaving, now: i64) -> DbResult<()> {
    let sql = "UPDATE seat SET ended_at = $1, ended_how = $3, ended_why = '' WHERE person = $2 AND ended_at IS NULL
               AND until > $1";
    tx.run(sql, vals![now, person, Ended::Left]).await?;
    tx.run("DELETE FROM notice WHERE person = $1", vals![person]).await?;
    tx.run("DELETE FROM seat_offer WHERE person = $1", vals![person]).await?;
    let sql = "UPDATE act_words SET words = '', emptied_at = $1, whose = NULL WHERE whose = $2";
    tx.run(sql, vals![now, person]).await?;
    if how == Leaving::KeepWords {
        return Ok(());
    }
    if how == Leaving::Remove {
        empty_words(tx, person).await?;
    }
    tx.run("UPDATE act SET whom = NULL WHERE whom = $1", vals![person]).await?;
    tx.run("UPDATE act SET person = NULL WHERE person = $1", vals![person]).await?;
    tx.run("UPDATE seat SET person = NULL WHERE person = $1", vals![person]).await?;
    tx.run("UPDATE second_look SET person = NULL WHERE person = $1", vals![person]).await?;
    tx.run("DELETE FROM seconding WHERE person = $1", vals![person]).await.map(drop)
}

/// The words at a place were taken back for good: so are the copies that acts keep of them.
pub async fn forget_words(tx: &Tx, place: &Place, now: i64) -> DbResult<()> {
    let acts: Vec<String> = tx
        .all(
            "SELECT w.act FROM act_words w JOIN act a ON a.id = w.act WHERE a.place = $1
             AND w.emptied_at IS NULL ORDER BY w.act",
            vals![place],
        )
        .await?;
    for act in acts {
        tx.run("UPDATE act_words SET words = '', emptied_at = $1 WHERE act = $2", vals![now, &act]).await?;
        ledger::emptied(tx, "act_words", &act, &["words"], now).await?;
    }
    Ok(())
}

/// Reasons they gave and words they asked with, wherever a copy stands.
async fn empty_words(tx: &Tx, person: &str) -> DbResult<()> {
    let sql = "UPDATE veil SET why = ''
               WHERE EXISTS (SELECT 1 FROM act a WHERE a.person = $1 AND a.place = veil.place AND a.why = veil.why)";
    tx.run(sql, vals![person]).await?;
    let sql = "UPDATE seat SET ended_why = '' WHERE ended_why <> '' AND (person = $1
               OR EXISTS (SELECT 1 FROM act a WHERE a.person = $1 AND a.place = '/seats/' || seat.id
               AND a.why = seat.ended_why))";
    tx.run(sql, vals![person]).await?;
    tx.run("UPDATE act SET why = '' WHERE person = $1", vals![person]).await?;
    tx.run("UPDATE second_look SET words = '' WHERE person = $1", vals![person]).await.map(drop)
}

/// What is at a seat or an offer, for members; the log names it.
pub(crate) async fn at(house: &House, reader: &Reader, place: &Place) -> Result<Option<Preview>, Refusal> {
    let duty = match place.parts() {
        Some(("seats", id)) => Seat::find(&house.db, id).await?.map(|seat| seat.duty),
        Some(("seat-offers", id)) => match &reader.person {
            Some(person) => SeatOffer::to(&house.db, person, id).await?.map(|offer| offer.duty),
            None => None,
        },
        _ => return Ok(None),
    };
    let duty = duty.ok_or(Refusal::NotFound)?;
    Ok(Some(Preview {
        kind: "seat",
        title: duty_name(house, &duty).to_owned(),
        line: String::new(),
        audience: Audience::Members,
        owner: None,
        open: false,
    }))
}
