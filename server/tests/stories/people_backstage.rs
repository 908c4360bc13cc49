//! Backstage: what one says about oneself, taking everything along, leaving, and names that were brought along.

use std::io::{Cursor, Read as _};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use base::brought::{Brought, BroughtPerson};
use base::clock::{DAY_MS, MINUTE_MS};
use base::db::Ask as _;
use base::house::House;
use base::ledger::Ledger;
use base::place::Place;
use base::room::{Leaving, Reader};
use base::search::{self, Order, Query};
use base::vals;
use http_body_util::BodyExt as _;
use people::leaving::Goodbye;
use people::way_in::WayIn;
use tower::ServiceExt as _;

use crate::house::{Browser, TestHouse, both};
use crate::people::{PASSWORD, browser, joined, people_see_to_it, set};

const LINES: &[(&str, &str)] = &[
    ("pronouns", "she/her"),
    ("pronouns-for", "everyone"),
    ("about", "Drums, mostly.\nBad at mornings."),
    ("about-for", "members"),
    ("helps", "Being left alone for an hour."),
    ("helps-for", "only"),
    ("hat-1", "hears voices"),
    ("hat-1-for", "members"),
];

async fn seen(who: &Browser<'_>) -> String {
    who.get("/backstage/profile").await.is(200).field("seen")
}

async fn say(who: &Browser<'_>, lines: &[(&str, &str)]) {
    let seen = seen(who).await;
    let fields: Vec<_> = lines.iter().copied().chain([("seen", seen.as_str())]).collect();
    who.post("/backstage/profile", &fields).await.is(303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_line_about_oneself_is_seen_by_whom_it_is_for() {
    both(async |house| {
        let (ada, brook) = (joined(&house, "Ada").await, joined(&house, "Brook").await);
        let page = format!("/people/{}", ada.person);
        ada.get(&page).await.says("Nobody has to");
        say(&ada, LINES).await;
        ada.get(&page)
            .await
            .says("she/her")
            .says("Drums, mostly.")
            .says("Being left alone")
            .says("hears voices")
            .says("only me");
        ada.get(&page).await.says("In your words").says_not("In their words");
        brook.get(&page).await.says("In their words").says_not("In your words");
        brook
            .get(&page)
            .await
            .says("she/her")
            .says("Bad at mornings.")
            .says("hears voices")
            .says_not("Being left alone");
        house.guest().get(&page).await.is(200).says("Ada").says("she/her").says_not("Drums").says_not("hears voices");
        house.guest().get("/people/nobody").await.is(404);
        let form = ada.get("/backstage/profile").await;
        assert!(form.html.contains("Being left alone for an hour.") && form.html.contains("value=\"hears voices\""));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_under_18_shows_nothing_outside() {
    both(async |house| {
        let answer = house.guest().post("/join", &[("name", "Brook"), ("age", "16-17"), ("password", PASSWORD)]).await;
        let brook = browser(&house, &answer).await;
        let seen = seen(&brook).await;
        brook
            .post("/backstage/profile", &[("about", "Hi."), ("about-for", "everyone"), ("seen", &seen)])
            .await
            .is(422)
            .says("Choose who may see");
        say(&brook, &[("about", "Hi there."), ("about-for", "members")]).await;
        house.guest().get(&format!("/people/{}", brook.person)).await.says_not("Hi there.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_windows_that_change_one_profile_lose_nothing() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let seen = seen(&ada).await;
        let with = |words| [("about", words), ("about-for", "members"), ("seen", seen.as_str())];
        ada.post("/backstage/profile", &with("The first to be kept.")).await.is(303);
        let late = ada.post("/backstage/profile", &with("Written in another window.")).await;
        late.is(422).says("changed in another window").says("Written in another window.");
        ada.get(&format!("/people/{}", ada.person)).await.says("The first to be kept.");
        let seen = late.field("seen");
        let again = [("about", "Written in another window."), ("about-for", "members"), ("seen", seen.as_str())];
        ada.post("/backstage/profile", &again).await.is(303);
        ada.get(&format!("/people/{}", ada.person)).await.says("Written in another window.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_about_oneself_have_limits_that_are_said_at_the_field() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        for (field, most) in
            [("pronouns", 40), ("about", 1_000), ("bands", 400), ("helps", 600), ("hat-1", 120), ("hat-12", 120)]
        {
            let (audience, long) = (format!("{field}-for"), "x".repeat(most + 1));
            let seen = seen(&ada).await;
            ada.post("/backstage/profile", &[(field, &long), (&audience, "members"), ("seen", &seen)])
                .await
                .is(422)
                .says("characters at most");
            ada.post("/backstage/profile", &[(field, &long[1..]), (&audience, "members"), ("seen", &seen)])
                .await
                .is(303);
            ada.post("/backstage/profile", &[(field, &"x".repeat(1 << 20)), (&audience, "members"), ("seen", &seen)])
                .await
                .is(422);
        }
    })
    .await;
}

async fn finds(house: &TestHouse, reader: &Reader, words: &str) -> bool {
    let found = search::find(&house.house.db, reader, &Query::read(words), Order::NewestFirst, None, 10).await.unwrap();
    found.iter().any(|found| found.kind == "person")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hats_cannot_be_searched_for_and_grant_nothing() {
    both(async |house| {
        let (ada, brook) = (joined(&house, "Ada").await, joined(&house, "Brook").await);
        say(&ada, LINES).await;
        let member = Reader::member(&brook.person);
        assert!(finds(&house, &member, "drums").await, "what members may see can be found by members");
        assert!(!finds(&house, &Reader::guest(), "drums").await);
        assert!(!finds(&house, &member, "voices").await, "a hat was found");
        assert!(!finds(&house, &member, "alone").await, "a line for oneself was found");
        let before = ada.get("/claims").await.status;
        say(&ada, &[("hat-1", "lost-property, issue_claims, moderator, admin"), ("hat-1-for", "everyone")]).await;
        assert_eq!((before, ada.get("/claims").await.status.as_u16()), (axum::http::StatusCode::FORBIDDEN, 403));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_face_is_drawn_when_one_asks() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        let face = async || {
            ada.get("/backstage")
                .await
                .is(200)
                .html
                .split("class=\"profile\">")
                .nth(1)
                .unwrap()
                .split("</svg>")
                .next()
                .unwrap()
                .to_owned()
        };
        let before = face().await;
        assert_eq!(before, face().await);
        ada.post_and_follow("/backstage/face", &[]).await.says("That's you now");
        assert_ne!(before, face().await);
    })
    .await;
}

/// The zip that a person is sent: name and bytes of each file.
async fn take(house: &TestHouse, who: &Browser<'_>) -> Vec<(String, Vec<u8>)> {
    let request = Request::post("/backstage/take")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", who.cookie.as_deref().unwrap());
    let response = house.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(response.headers()["content-type"], "application/zip");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut file = zip.by_index(at).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_kept_about_a_person_can_be_taken_along_and_nothing_of_others() {
    both(async |house| {
        let (ada, brook) = (joined(&house, "Ada").await, joined(&house, "Brook").await);
        say(&ada, LINES).await;
        ada.post(
            "/songs",
            &[
                ("artist", "Earth"),
                ("title", "Old Black"),
                ("feeling", "numb"),
                ("why", "Slow enough <b>to breathe</b> to."),
            ],
        )
        .await
        .is(303);
        brook
            .post(
                "/songs",
                &[("artist", "Sleep"), ("title", "Dopesmoker"), ("feeling", "numb"), ("why", "Brook's own reason.")],
            )
            .await
            .is(303);
        let tx = house.house.begin().await.unwrap();
        let sql = "INSERT INTO file (id, hash, name, mime, bytes, giver, audience, since)
                   VALUES ('lost', $1, 'lost.png', 'image/png', 1, $2, 'only', 1)";
        tx.run(sql, vals!["0".repeat(64), &ada.person]).await.unwrap(); // a row whose bytes the disk lost
        tx.keep().await.unwrap();
        let files = take(&house, &ada).await;
        let text =
            |name: &str| String::from_utf8(files.iter().find(|(known, _)| known == name).unwrap().1.clone()).unwrap();
        let (page, data) = (text("read-me-first.html"), text("data.json"));
        for mine in ["Being left alone for an hour.", "hears voices", "Old Black", "Slow enough"] {
            assert!(page.contains(mine) && data.contains(mine), "{mine} is missing");
        }
        assert!(!page.contains("<b>to breathe"), "what a person wrote became HTML");
        let style = files.iter().any(|(name, bytes)| name == "house.css" && !bytes.is_empty());
        assert!(style && page.contains("href=\"house.css\""), "it does not look like anything");
        for raw in ["null", "kept-", "T02:", "[]", "before_you"] {
            assert!(!page.contains(raw), "“{raw}” is for programs");
        }
        let tables = serde_json::from_str::<serde_json::Value>(&data).unwrap()["kept"].as_array().unwrap().clone();
        for table in tables {
            let table = table["what"].as_str().unwrap().to_owned();
            assert!(house.house.words.knows(&format!("kept-{table}")), "nobody wrote what {table} is called");
        }
        for other in ["Brook", "Dopesmoker", "$argon2id$"] {
            assert!(!page.contains(other) && !data.contains(other), "{other} went along");
        }
        serde_json::from_str::<serde_json::Value>(&data).unwrap();
        house.guest().post("/backstage/take", &[]).await.is(303);
        house.house.clock.turn(16 * MINUTE_MS);
        assert!(ada.post("/backstage/take", &[]).await.is(303).to().starts_with("/sign-in?"));
        assert!(ada.get("/backstage/take").await.is(303).to().starts_with("/sign-in?"));
    })
    .await;
}

async fn finish(house: &House) {
    people::leaving::finish(house.clone()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_asked_to_leave_has_seven_days_to_change_their_mind() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        ada.post("/backstage/leave", &[("how", "")]).await.is(422).says("Choose one of these");
        ada.post_and_follow("/backstage/leave", &[("how", "remove")])
            .await
            .says("you can change your mind")
            .says("3 December 2026");
        ada.get("/songs").await.says("You asked to leave");
        ada.get("/backstage/leave").await.says_not("under your name, at Leave").says("Take everything with you");
        house.house.clock.turn(6 * DAY_MS);
        finish(&house.house).await;
        let back = house.guest().post("/sign-in", &[("name", "Ada"), ("password", PASSWORD)]).await;
        assert_eq!(back.is(303).to(), "/backstage/leave");
        let ada = browser(&house, &back).await;
        ada.post_and_follow("/backstage/leave/stay", &[]).await.says("Nothing was changed");
        house.house.clock.turn(3 * DAY_MS);
        finish(&house.house).await;
        ada.get("/backstage").await.is(200).says_not("You asked to leave");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_stays_at_the_very_last_moment_stays() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        ada.post("/backstage/leave", &[("how", "remove")]).await.is(303);
        house.house.clock.turn(8 * DAY_MS);
        let tx = house.house.begin().await.unwrap();
        Goodbye::cancel(&tx, &ada.person).await.unwrap();
        let going = tokio::spawn(people::leaving::finish(house.house.clone()));
        tokio::time::sleep(Duration::from_millis(200)).await; // it has read who leaves, and waits for its turn to write
        tx.keep().await.unwrap();
        going.await.unwrap().unwrap();
        ada.get("/backstage").await.is(200).says_not("You asked to leave");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_left_is_gone_in_the_way_they_chose() {
    for (how, name_stays, words_stay) in [("keep", true, true), ("nameless", false, true), ("remove", false, false)] {
        both(async |house| {
            let (ada, brook) = (joined(&house, "Ada").await, joined(&house, "Brook").await);
            say(&ada, LINES).await;
            let song = ada
                .post(
                    "/songs",
                    &[
                        ("artist", "Earth"),
                        ("title", "Old Black"),
                        ("feeling", "numb"),
                        ("why", "Slow enough to breathe to."),
                    ],
                )
                .await
                .is(303)
                .to();
            brook.get(&song).await.says("Brought by Ada").says("Slow enough");
            ada.post("/backstage/leave", &[("how", how)]).await.is(303);
            house.house.clock.turn(8 * DAY_MS);
            finish(&house.house).await;
            let page = brook.get(&song).await;
            assert_eq!(
                (page.words().contains("Brought by Ada"), page.words().contains("Slow enough")),
                (name_stays, words_stay),
                "{how}: {}",
                page.words()
            );
            brook.get(&format!("/people/{}", ada.person)).await.is(404);
            ada.get("/backstage").await.is(303);
            house.guest().post("/sign-in", &[("name", "Ada"), ("password", PASSWORD)]).await.is(422);
            assert!(!finds(&house, &Reader::member(&brook.person), "Ada").await);
            assert_eq!(house.count("SELECT count(*) FROM session").await, 1);
            assert_eq!(house.count("SELECT count(*) FROM profile_line").await, 0);
            assert_eq!(
                house
                    .count("SELECT count(*) FROM person WHERE left_at IS NOT NULL AND password IS NULL AND age = ''")
                    .await,
                1
            );
            let ledger = Ledger::of(&house.house.db, house.house.now()).await.unwrap();
            assert_eq!(ledger.leaving(&ada.person), Leaving::read(how));
            // A name under which words stay is nobody else's; one that came off is free.
            house
                .guest()
                .post("/join", &[("name", "Ada"), ("age", "18"), ("password", PASSWORD)])
                .await
                .is(if name_stays { 422 } else { 303 });
            finish(&house.house).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_stays_leads_nowhere_once_whoever_had_it_left() {
    both(async |house| {
        let (ada, brook) = (joined(&house, "Ada").await, joined(&house, "Brook").await);
        let article = ada
            .post("/articles", &[("title", "Two ears"), ("words", "Plugs in first."), ("do", "publish")])
            .await
            .is(303)
            .to();
        let article = article.split('?').next().unwrap();
        ada.post("/remarks", &[("place", article), ("words", "And out last.")]).await.is(303);
        let page = format!("/people/{}", ada.person);
        assert_eq!(
            brook.get(article).await.is(200).html.matches(&format!("href=\"{page}\"")).count(),
            2,
            "the article's and the comment's"
        );
        ada.post("/backstage/leave", &[("how", "keep")]).await.is(303);
        house.house.clock.turn(8 * DAY_MS);
        finish(&house.house).await;
        let left = brook.get(article).await;
        left.is(200).says("And out last.");
        assert_eq!((left.words().matches("Ada").count(), left.html.contains(&page)), (2, false), "{}", left.words());
        brook.get(&page).await.is(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_leaves_by_a_session_that_was_left_open() {
    both(async |house| {
        let ada = joined(&house, "Ada").await;
        house.house.clock.turn(16 * MINUTE_MS);
        assert!(ada.post("/backstage/leave", &[("how", "remove")]).await.is(303).to().starts_with("/sign-in?"));
        assert_eq!(house.count("SELECT count(*) FROM person WHERE leaving_at IS NOT NULL").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_founder_without_a_second_factor_gets_backstage_and_is_told_before_typing() {
    both(async |house| {
        set(&house, "joining", "request").await;
        let cleo = house.holder("Cleo", &house.duty_that("read_requests")).await;
        let tx = house.house.begin().await.unwrap();
        tx.run("UPDATE person SET totp = NULL, totp_since = NULL WHERE id = $1", vals![&cleo.person]).await.unwrap();
        tx.keep().await.unwrap();
        let page = cleo.get("/backstage").await;
        page.is(200)
            .says("About you")
            .says("Who asks to join First a second way of showing it's you.")
            .says("Ask somebody in First a second way");
        cleo.get("/join/requests").await.is(403).says("One thing first");
        let form = cleo.get("/join/invitations").await;
        form.is(200).says("set up a second way of showing it's you");
        assert!(
            form.html.contains("href=\"/backstage/ways-in\"") && !form.html.contains("name=\"why\""),
            "there is nothing to type yet"
        );
        people_see_to_it(&house, &cleo).await;
        cleo.get("/backstage").await.says_not("First a second way");
        cleo.get("/join/requests").await.is(200);
        assert!(cleo.get("/join/invitations").await.html.contains("name=\"why\""));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_a_password_alone_is_pointed_to_recovery_codes() {
    both(async |house| {
        let answer = house.guest().post("/join", &[("name", "Ada"), ("age", "18"), ("password", PASSWORD)]).await;
        let ada = browser(&house, &answer).await;
        let front = ada.get(&answer.to()).await;
        front.is(200).says("You're in.").says("No mail brings a lost password back");
        assert!(front.html.contains("href=\"/backstage/ways-in#codes\""));
        ada.get("/").await.says_not("lost password");
        house.guest().get("/?done=joined").await.says_not("lost password");
        ada.get("/backstage").await.says("You have no recovery codes");
        ada.post("/backstage/ways-in/codes", &[]).await.is(200);
        ada.get("/backstage").await.says_not("You have no recovery codes");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_helps_somebody_back_in_lasts_an_hour_and_is_told_to_them_and_to_everybody() {
    both(async |house| {
        let (ada, brook) = (joined(&house, "Ada").await, joined(&house, "Brook").await);
        house.guest().get("/sign-in/recovery").await.says("whoever looks after the machine can make you a link");
        let link =
            async || format!("/in/{}", WayIn::help_back_in(&house.house, &ada.person, "She rang.").await.unwrap());
        let (void, works) = (link().await, link().await);
        house.guest().post(&void, &[]).await.is(409);
        house.house.clock.turn(59 * MINUTE_MS);
        let back = browser(&house, house.guest().post(&works, &[]).await.is(303)).await;
        assert_eq!(back.person, ada.person);
        back.get("/backstage/ways-in/password").await.is(200);
        back.get("/backstage/notices").await.says("A link was made that signs in as you").says("She rang.");
        brook
            .get("/acts")
            .await
            .says("made a link that signs somebody in")
            .says("the host, at the console")
            .says_not("Ada");
        let late = link().await;
        house.house.clock.turn(61 * MINUTE_MS);
        house.guest().post(&late, &[]).await.is(409);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drafts_stand_in_one_list_that_backstage_leads_to() {
    both(async |house| {
        let (ada, brook) = (joined(&house, "Ada").await, joined(&house, "Brook").await);
        let front = ada.get("/backstage").await;
        assert!(front.html.contains("href=\"/backstage/drafts\"") && front.html.contains("href=\"/seats\""));
        ada.get("/backstage/drafts").await.is(200).says("Nothing is waiting here");
        let song = brook
            .post(
                "/songs",
                &[("artist", "Earth"), ("title", "Old Black"), ("feeling", "numb"), ("why", "Slow enough.")],
            )
            .await
            .is(303)
            .to();
        ada.post("/remarks", &[("place", &song), ("words", "Half a <b>thought</b>."), ("keep", "draft")]).await.is(303);
        ada.post("/articles", &[("title", "You only get the two"), ("words", "Not done."), ("do", "draft")])
            .await
            .is(303);
        let drafts = ada.get("/backstage/drafts").await;
        drafts.says("You only get the two").says("Half a <b>thought</b>.").says("Old Black");
        assert!(drafts.html.contains(&format!("href=\"{song}#say\"")));
        brook.get("/backstage/drafts").await.says("Nothing is waiting here");
        house.guest().get("/backstage/drafts").await.is(303);
        brook.post(&format!("{song}/take-back"), &[]).await.is(303);
        ada.get("/backstage/drafts").await.says("What this stood under is no longer here").says("Half a");
    })
    .await;
}

/// Brings a name in and returns the person it stands for.
async fn bring(house: &TestHouse, key: &str, name: &str) -> String {
    let tx = house.house.begin().await.unwrap();
    let brought = Brought::Person(BroughtPerson { key: key.to_owned(), name: name.to_owned() });
    let mut place: Option<Place> = None;
    for room in house.house.rooms {
        place = place.or(room.take_in(&house.house, &tx, &brought).await.unwrap());
    }
    tx.keep().await.unwrap();
    place.unwrap().id_of("people").unwrap().to_owned()
}

pub async fn bring_named(house: &TestHouse, name: &str) -> String {
    bring(house, &format!("wordpress:old.example:person:{name}"), name).await
}

async fn keeper_of_claims<'a>(house: &'a TestHouse) -> Browser<'a> {
    let duty = house.duty_that("issue_claims");
    let cleo = house.holder("Cleo", &duty).await;
    people_see_to_it(house, &cleo).await;
    cleo
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_was_brought_is_claimed_by_a_link_and_keeps_its_words() {
    both(async |house| {
        let id = bring(&house, "wordpress:old.example:person:dara", "Dara").await;
        assert_eq!(bring(&house, "wordpress:old.example:person:dara", "Dara Changed").await, id);
        house.guest().post("/sign-in", &[("name", "Dara"), ("password", "")]).await.is(422);
        house.guest().post("/join", &[("name", "Dara"), ("age", "18"), ("password", PASSWORD)]).await.is(422);
        joined(&house, "Brook").await.get("/claims").await.is(403);
        let cleo = keeper_of_claims(&house).await;
        cleo.post("/claims", &[("person", &id), ("why", "")]).await.is(422);
        cleo.post("/claims", &[("person", "nobody"), ("why", "Wrote to us.")]).await.is(422);
        let page = cleo.post("/claims", &[("person", &id), ("why", "Wrote from the address on the old page.")]).await;
        let link = format!(
            "/claim/{}",
            page.is(200)
                .says("A link for Dara")
                .html
                .split("/claim/")
                .nth(1)
                .unwrap()
                .split(['<', '"'])
                .next()
                .unwrap()
        );
        assert_eq!(house.count("SELECT count(*) FROM act WHERE what = 'act-claim-issued'").await, 1);
        house.guest().get(&link).await.is(200).says("Dara: is that you?");
        house
            .guest()
            .post(&link, &[("name", "Brook"), ("age", "18"), ("password", PASSWORD)])
            .await
            .is(422)
            .says("Somebody here has that name");
        house
            .guest()
            .post(&link, &[("name", "Dara"), ("age", "under"), ("password", PASSWORD)])
            .await
            .is(200)
            .says("We kept nothing");
        let answer =
            house.guest().post(&link, &[("name", "Dara of Hull"), ("age", "18"), ("password", PASSWORD)]).await;
        let dara = browser(&house, answer.is(303)).await;
        assert_eq!(dara.person, id);
        house.guest().get(&link).await.is(409).says("used before");
        house.guest().post("/sign-in", &[("name", "dara of hull"), ("password", PASSWORD)]).await.is(303);
        assert_eq!(
            bring(&house, "wordpress:old.example:person:dara", "Dara").await,
            id,
            "a second import leaves the claimed name alone"
        );
        dara.get("/backstage").await.says("Dara of Hull");
        cleo.get("/claims").await.says("No name is waiting");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_left_is_not_brought_back_by_a_second_import() {
    both(async |house| {
        let key = "wordpress:old.example:person:dara";
        let id = bring(&house, key, "Dara").await;
        let tx = house.house.begin().await.unwrap();
        for room in house.house.rooms {
            room.forget(&house.house, &tx, &id, Leaving::Remove).await.unwrap();
        }
        tx.keep().await.unwrap();
        assert_eq!(bring(&house, key, "Dara").await, id);
        let kept: Vec<(String, String)> =
            house.house.db.all("SELECT name, brought FROM person WHERE id = $1", vals![&id]).await.unwrap();
        assert!(kept[0].0.is_empty() && !kept[0].1.contains("dara"), "{kept:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_are_brought_fit_whatever_they_were() {
    both(async |house| {
        joined(&house, "Dara").await;
        for (at, name) in ["Dara", "dara", "", "\u{1f918}", &"x".repeat(500), "  A  \n B "].into_iter().enumerate() {
            bring(&house, &format!("wordpress:old.example:person:{at}"), name).await;
        }
        let names: Vec<String> = house
            .house
            .db
            .all("SELECT name FROM person WHERE brought IS NOT NULL ORDER BY brought", &[])
            .await
            .unwrap();
        assert_eq!((names[0].as_str(), names[1].as_str(), names[5].as_str()), ("Dara 2", "dara 3", "A B"));
        assert!(names.iter().all(|name| (2..=40).contains(&name.chars().count())), "{names:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_host_hands_out_a_name_from_the_console_and_everyone_sees_it() {
    both(async |house| {
        let id = bring(&house, "wordpress:old.example:person:dara", "Dara").await;
        let unclaimed = people::claiming::Unclaimed::find(&house.house.db, &id).await.unwrap().unwrap();
        let secret = unclaimed.issue_by_host(&house.house, "Known since school.").await.unwrap();
        assert_eq!(house.count("SELECT count(*) FROM act WHERE what = 'act-claim-issued' AND seat IS NULL").await, 1);
        house.guest().get(&format!("/claim/{secret}")).await.is(200);
        let newer = unclaimed.issue_by_host(&house.house, "The first one went to the wrong phone.").await.unwrap();
        house.guest().get(&format!("/claim/{secret}")).await.is(409);
        house.guest().get(&format!("/claim/{newer}")).await.is(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_is_brought_is_nobodys_and_nobody_takes_one_that_looks_like_it() {
    both(async |house| {
        for name in ["The host", "Somebody", "Dara"] {
            bring_named(&house, name).await;
        }
        let names: Vec<String> = house.house.db.all("SELECT name FROM person ORDER BY folded", &[]).await.unwrap();
        assert_eq!(names, ["Dara", "Somebody 2", "The host 2"]);
        for alike in ["Dаra", "The hоst 2"] {
            house
                .guest()
                .post("/join", &[("name", alike), ("age", "18"), ("password", PASSWORD)])
                .await
                .is(422)
                .says("reads the same");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_was_claimed_is_looked_at_and_is_not_the_hosts() {
    both(async |house| {
        let (id, other) = (bring_named(&house, "Dara").await, bring_named(&house, "Fern").await);
        let link = async |id: &str| {
            let unclaimed = people::claiming::Unclaimed::find(&house.house.db, id).await.unwrap().unwrap();
            format!("/claim/{}", unclaimed.issue_by_host(&house.house, "Known since school.").await.unwrap())
        };
        let (dara, fern) = (link(&id).await, link(&other).await);
        house
            .guest()
            .post(&dara, &[("name", "the hоst"), ("age", "18"), ("password", PASSWORD)])
            .await
            .is(422)
            .says("only yours");
        house.guest().post(&dara, &[("name", "Oda"), ("age", "18"), ("password", PASSWORD)]).await.is(303);
        house
            .guest()
            .post(&fern, &[("name", "0da"), ("age", "18"), ("password", PASSWORD)])
            .await
            .is(422)
            .says("reads the same");
        house
            .guest()
            .post("/join", &[("name", "0da"), ("age", "18"), ("password", PASSWORD)])
            .await
            .is(422)
            .says("reads the same");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_face_is_drawn_anew_at_the_pace_of_a_hand() {
    both(async |house| {
        let ada = house.member("Ada").await;
        for _ in 0..60 {
            ada.post("/backstage/face", &[]).await.is(303);
        }
        ada.post("/backstage/face", &[]).await.is(429);
    })
    .await;
}
