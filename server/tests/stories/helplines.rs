//! Helplines, help and the way out: there on every day, corrected by whoever keeps them, remembering nothing.

use base::clock::DAY_MS;
use care::helpline;

use crate::house::{TestHouse, both};

/// The path of a line of the pack.
fn path_of(house: &TestHouse, name: &str) -> String {
    let line = house.house.pack.helplines.iter().find(|line| line.name == name).unwrap();
    helpline::place_of(line).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_is_by_country_with_or_without_an_account_and_remembers_nothing() {
    both(async |house| {
        let ada = house.member("Ada").await;
        for browser in [house.guest(), ada] {
            let page = browser.get("/help").await;
            page.is(200).says("Samaritans").says("Not a crisis service").says("to be checked by the host");
            let chosen = browser.get("/help?country=US").await;
            chosen.is(200).says("988").says_not("Samaritans").says("All other countries");
            assert!(!chosen.headers.contains_key("set-cookie"), "the country was remembered");
            browser.get("/help").await.says("Samaritans");
            browser.get("/help?country=nowhere").await.is(200).says("Samaritans");
            browser.get("/help?country=%FF%FE").await.is(200).says("Samaritans");
        }
        for country in helpline::countries(&house.house) {
            let page = house.guest().get(&format!("/help?country={}", country.id)).await;
            assert!(page.html.contains(&format!("id=\"{}\"", country.id)), "{} has no anchor", country.id);
        }
        assert!(helpline::countries(&house.house).len() >= 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_fast_goes_to_the_weather_and_keeps_nothing() {
    both(async |house| {
        let page = house.guest().get("/leave-fast").await;
        page.is(303);
        assert_eq!(page.to(), "https://www.bbc.co.uk/weather");
        assert_eq!(page.headers["cache-control"], "no-store");
        assert!(!page.headers.contains_key("set-cookie"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_keeps_the_numbers_says_that_one_was_checked_and_after_ninety_days_it_says_so() {
    both(async |house| {
        let (cleo, brook) =
            (house.holder("Cleo", &house.duty_that("keep_helplines")).await, house.member("Brook").await);
        let path = path_of(&house, "Samaritans");
        house.guest().get(&path).await.is(200).says("to be checked by the host").says_not("Checked today");
        brook.post(&format!("{path}/check"), &[("way", "rang")]).await.is(403);
        cleo.post(&format!("{path}/check"), &[]).await.is(422);
        assert_eq!(house.count("SELECT count(*) FROM act").await, 0);
        cleo.post_and_follow(&format!("{path}/check"), &[("way", "rang")])
            .await
            .says("Done, and written into the log.");
        house.guest().get("/help").await.says("checked 26 November 2026").says_not("more than ninety days");
        brook.get("/acts").await.says("checked a helpline").says("Samaritans").says("Rang it, and somebody answered.");
        house.house.clock.turn(91 * DAY_MS);
        house.guest().get("/help").await.says("checked 26 November 2026").says("more than ninety days ago");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_changed_is_corrected_everywhere_at_once() {
    both(async |house| {
        let cleo = house.holder("Cleo", &house.duty_that("keep_helplines")).await;
        let path = format!("{}/correct", path_of(&house, "Samaritans"));
        let right = [
            ("number", "116 124"),
            ("text", ""),
            ("url", "https://www.samaritans.org/"),
            ("how", "A person listens."),
            ("hours", "any hour"),
            ("ages", "all ages"),
            ("why", "Their page says so since Monday."),
        ];
        let with = |field: &str, value: &'static str| {
            right.map(|(name, old)| if name == field { (name, value) } else { (name, old) })
        };
        house.guest().get("/").await.says("116 123");
        cleo.post(&path, &with("number", "soon")).await.is(422).says("There has to be a digit in it");
        cleo.post(&path, &with("url", "javascript:alert(1)")).await.is(422).says("begins with https://");
        cleo.post(&path, &with("why", "")).await.is(422);
        cleo.post(&path, &right.map(|(name, value)| (name, if matches!(name, "number" | "url") { "" } else { value })))
            .await
            .is(422)
            .says("one of them has to be there");
        cleo.post(&path, &right).await.is(303);
        for page in ["/", "/help?country=GB"] {
            house.guest().get(page).await.says("116 124").says_not("116 123");
        }
        cleo.get("/acts").await.says("corrected a helpline").says("since Monday");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_answers_no_more_is_taken_off_and_can_be_put_back() {
    both(async |house| {
        let cleo = house.holder("Cleo", &house.duty_that("keep_helplines")).await;
        let path = path_of(&house, "Samaritans");
        cleo.post(&format!("{path}/take-off"), &[("off-why", "Rang three times: dead.")]).await.is(303);
        house.guest().get("/help?country=GB").await.says("999").says_not("Samaritans");
        house.guest().get(&path).await.says("taken off the list");
        cleo.post(&format!("{path}/take-off"), &[("off-why", "It was our phone.")]).await.is(303);
        house.guest().get("/help?country=GB").await.says("Samaritans");
        assert_eq!(
            house.count("SELECT count(*) FROM act WHERE what IN ('act-helpline-off', 'act-helpline-back')").await,
            2
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_and_the_way_out_are_there_when_the_database_is_not() {
    both(async |house| {
        let cleo = house.holder("Cleo", &house.duty_that("keep_helplines")).await;
        let path = format!("{}/check", path_of(&house, "Samaritans"));
        cleo.post(&path, &[("way", "read")]).await.is(303);
        let tx = house.house.begin().await.unwrap();
        for sql in [
            "ALTER TABLE session RENAME TO session_away",
            "ALTER TABLE helpline RENAME TO helpline_away",
            "ALTER TABLE person RENAME TO person_away",
        ] {
            tx.run(sql, &[]).await.unwrap();
        }
        tx.keep().await.unwrap();
        cleo.get("/songs").await.is(500);
        cleo.get("/help").await.is(200).says("Samaritans").says("checked 26 November 2026");
        cleo.get("/leave-fast").await.is(303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_corrected_number_is_the_one_that_somebody_under_sixteen_is_given() {
    both(async |house| {
        let cleo = house.holder("Cleo", &house.duty_that("keep_helplines")).await;
        let path = path_of(&house, "Childline");
        let asked = async || house.guest().post("/join", &[("name", "Brook"), ("age", "under")]).await;
        asked().await.is(200).says("0800 1111");
        let change = [
            ("number", "0800 2222"),
            ("url", ""),
            ("how", "Free."),
            ("hours", "any hour"),
            ("why", "It is on their page."),
        ];
        cleo.post(&format!("{path}/correct"), &change).await.is(303);
        let page = asked().await;
        page.says("0800 2222").says_not("0800 1111");
        assert!(page.html.contains("href=\"tel:08002222\""));
        cleo.post(&format!("{path}/take-off"), &[("off-why", "It answers no more.")]).await.is(303);
        asked().await.is(200).says_not("0800 2222").says("Help now");
    })
    .await;
}
