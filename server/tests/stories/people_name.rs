//! Another name: everywhere at once, the one before for nobody else, and what stands in the way.

use base::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use base::db::Ask as _;
use base::place::Place;
use base::vals;
use people::claiming::Unclaimed;

use crate::house::{Browser, TestHouse, both};
use crate::people::{PASSWORD, browser, joined};
use crate::people_backstage::bring_named;

async fn called(who: &Browser<'_>, name: &str) {
    who.post_and_follow("/backstage/name", &[("name", name)]).await.is(200).says(name).says("That is your name now");
}

/// Where in the house a name still stands, but for what waits to be forgotten.
async fn still_says(house: &TestHouse, name: &str) -> Vec<String> {
    let mut saying = Vec::new();
    let tables = house.house.db.tables().await.unwrap();
    let texts = tables.iter().filter(|table| table.name != "name_before").flat_map(|table| {
        table.columns.iter().filter(|column| column.kind == "text").map(|column| (&*table.name, &*column.name))
    });
    for (table, column) in texts.chain([("findable", "author"), ("findable", "title"), ("findable", "marks")]) {
        let sql = format!("SELECT count(*) FROM {table} WHERE lower({column}) LIKE $1").leak();
        if house.house.db.one::<i64>(sql, vals![format!("%{name}%")]).await.unwrap() > 0 {
            saying.push(format!("{table}.{column}"));
        }
    }
    saying
}

async fn an_hour_later(house: &TestHouse) {
    house.house.clock.turn(HOUR_MS);
    for job in house.house.rooms.iter().flat_map(|room| room.jobs()) {
        (job.run)(house.house.clone()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_name_stands_on_everything_said_before_and_the_old_one_nowhere() {
    both(async |house| {
        let (ada, brook) = (joined(&house, "Ada Passport").await, joined(&house, "Brook").await);
        let song = [("artist", "Earth"), ("title", "Old Black"), ("feeling", "rage"), ("why", "Slow enough.")];
        let place = ada.post("/songs", &song).await.is(303).to();
        let list = [("title", "For the bus"), ("brief", "Loud ones."), ("feeling", "rage"), ("days", "7")];
        let list = ada.post("/playlists", &list).await.is(303).to();
        ada.post("/remarks", &[("place", &place), ("words", "Still true.")]).await.is(303);
        brook.get("/search?q=by:%22ada+passport%22").await.says("Old Black").says("Still true.").says("For the bus");
        assert!(still_says(&house, "passport").await.contains(&"findable.author".to_owned()));
        called(&ada, "Mist").await;
        for path in [&place, &list, &format!("/people/{}", ada.person)] {
            brook.get(path).await.is(200).says("Mist").says_not("Passport");
            house.guest().get(path).await.is(200).says_not("Passport");
        }
        house.guest().get("/feeds/songs.atom").await.is(200).says("Mist").says_not("Passport");
        brook.get("/search?q=by:mist").await.says("Old Black").says("Still true.").says("For the bus");
        brook.get("/search?q=by:%22ada+passport%22").await.says_not("Old Black").says_not("Still true.");
        assert_eq!(still_says(&house, "passport").await, [""; 0]);
        an_hour_later(&house).await;
        assert_eq!(house.count("SELECT count(*) FROM name_before WHERE name = ''").await, 1, "a hash is left");
        house.house.clock.turn(30 * DAY_MS);
        an_hour_later(&house).await;
        assert_eq!(house.count("SELECT count(*) FROM name_before").await, 0, "and goes with its time");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_signs_in_by_the_new_name_and_nobody_else_gets_the_old_one_for_thirty_days() {
    both(async |house| {
        let ada = joined(&house, "Ada Passport").await;
        called(&ada, "Mist").await;
        let enter = async |name: &str| house.guest().post("/sign-in", &[("name", name), ("password", PASSWORD)]).await;
        enter("mist").await.is(303);
        enter("Ada Passport").await.is(422);
        let ask = async |name: &str| {
            house.guest().post("/join", &[("name", name), ("age", "18"), ("password", PASSWORD)]).await
        };
        ask("ADA passport").await.is(422).says("Somebody here has that name");
        ask("Аda Passport").await.is(422); // a Cyrillic А
        house.house.clock.turn(31 * DAY_MS);
        an_hour_later(&house).await;
        ask("Ada Passport").await.is(303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_may_be_spelt_anew_and_taken_back_at_any_time_but_a_third_one_waits() {
    both(async |house| {
        let ada = joined(&house, "ada").await;
        called(&ada, "Ada").await;
        called(&ada, "Mist").await;
        ada.post("/backstage/name", &[("name", "Fog")]).await.is(422).says("not long ago");
        called(&ada, "MIST").await;
        called(&ada, "ADA").await;
        ada.post("/backstage/name", &[("name", "Fog")]).await.is(422).says("not long ago");
        called(&ada, "Mist").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_name_or_somebody_elses_is_said_at_the_field_and_an_old_sign_in_is_not_enough() {
    both(async |house| {
        let (ada, _brook) = (joined(&house, "Ada").await, joined(&house, "Brook").await);
        for (name, said) in [
            ("", "empty"),
            ("B", "2 characters"),
            ("bróok", "Somebody here has that name"),
            ("!!", "a letter or a number"),
            ("The host", "no name here"),
            (&"a".repeat(41), "40"),
        ] {
            let page = ada.post("/backstage/name", &[("name", name)]).await;
            assert!(page.is(422).says(said).html.contains(&format!("value=\"{name}\"")), "{name} is lost");
        }
        house.guest().get("/backstage/name").await.is(303);
        house.house.clock.turn(16 * MINUTE_MS);
        let to = ada.post("/backstage/name", &[("name", "Mist")]).await.is(303).to();
        assert!(to.starts_with("/sign-in?"), "{to}");
        ada.get("/backstage").await.says("Ada").says_not("Mist");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_claims_a_name_under_another_one_is_found_under_that_alone() {
    both(async |house| {
        let id = bring_named(&house, "Dara Passport").await;
        let song = [("artist", "Earth"), ("title", "Old Black"), ("feeling", "rage"), ("why", "Slow enough.")];
        let place = joined(&house, "Ada").await.post("/songs", &song).await.is(303).to();
        let tx = house.house.begin().await.unwrap();
        tx.run("UPDATE song SET giver = $1", vals![&id]).await.unwrap();
        house.house.index(&tx, &Place::read(&place).unwrap()).await.unwrap();
        tx.keep().await.unwrap();
        assert!(still_says(&house, "passport").await.contains(&"findable.author".to_owned()));
        let dara = Unclaimed::find(&house.house.db, &id).await.unwrap().unwrap();
        let link = format!("/claim/{}", dara.issue_by_host(&house.house, "Known since school.").await.unwrap());
        let form = [("name", "Mist"), ("age", "18"), ("password", PASSWORD)];
        let mist = browser(&house, house.guest().post(&link, &form).await.is(303)).await;
        assert_eq!(mist.person, dara.id);
        // The key by which another import knows them goes when they leave.
        assert_eq!(still_says(&house, "passport").await, ["person.brought"]);
    })
    .await;
}
