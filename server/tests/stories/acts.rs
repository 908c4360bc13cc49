//! Acts (R4): every use of power is a row that members read, that the person affected is told of, and may have looked
//! at again.

use base::db::Ask as _;
use base::room::{Leaving, Room as _};
use base::vals;

use crate::house::{Browser, TestHouse, both};

const BLEED: &[(&str, &str)] = &[
    ("artist", "Meshuggah"),
    ("title", "Bleed"),
    ("feeling", "rage"),
    ("why", "Head gives up trying to follow and lets go."),
];

/// Ada brings a song and Cleo withdraws it: the path of the act.
async fn withdrawn(ada: &Browser<'_>, cleo: &Browser<'_>) -> String {
    let song = ada.post("/songs", BLEED).await.is(303).to();
    cleo.post(&format!("{song}/tend"), &[("what", "withdraw"), ("why", "The singer asked us to.")]).await.is(303);
    let id: String = ada.house.house.db.one("SELECT id FROM act ORDER BY id DESC LIMIT 1", &[]).await.unwrap();
    format!("/acts/{id}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_read_who_did_what_and_why_and_guests_read_totals() {
    both(async |house| {
        let (ada, brook, cleo) = (
            house.member("Ada").await,
            house.member("Brook").await,
            house.holder("Cleo", &house.duty_that("tend_library")).await,
        );
        house.guest().get("/acts").await.is(200).says("Nothing was done yet");
        let act = withdrawn(&ada, &cleo).await;
        let log = brook.get("/acts").await;
        log.says("took a song off the shelf").says("The singer asked us to.").says("Cleo").says_not("Ada");
        let page = brook.get(&act).await;
        page.says("take off what should not stand")
            .says("Cleo")
            .says("no longer here")
            .says_not("Head gives up")
            .says_not("Your words");
        let totals = house.guest().get("/acts").await;
        totals
            .says("November 2026")
            .says(people::power::duty_name(&house.house, &house.duty_that("tend_library")))
            .says_not("Cleo")
            .says_not("The singer")
            .says_not("off the shelf");
        assert_eq!(house.guest().get(&act).await.to(), format!("/sign-in?then={act}"));
        brook.get("/acts/nothing").await.is(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_goes_on_over_its_pages_and_repeats_nothing() {
    both(async |house| {
        let ada = house.member("Ada").await;
        for n in 0..65 {
            house.house.clock.turn(1);
            let why = format!("No. {n}.");
            people::power::act_of_host(
                &house.house,
                &people::Deed { what: "act-founded", why: &why, ..Default::default() },
            )
            .await
            .unwrap()
            .keep()
            .await
            .unwrap();
        }
        let (mut path, mut seen) = ("/acts".to_owned(), Vec::new());
        loop {
            let page = ada.get(&path).await;
            seen.extend(
                page.words().split("No. ").skip(1).map(|rest| rest.split('.').next().unwrap().parse::<i32>().unwrap()),
            );
            let Some(older) = page.older() else { break };
            path = format!("/acts{older}");
        }
        assert_eq!(seen, (0..65).rev().collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_person_affected_is_told_and_has_a_copy_of_their_words() {
    both(async |house| {
        let (ada, cleo) = (house.member("Ada").await, house.holder("Cleo", &house.duty_that("tend_library")).await);
        let act = withdrawn(&ada, &cleo).await;
        assert!(ada.get("/songs").await.html.contains("1 for you"));
        assert!(!cleo.get("/songs").await.html.contains("for you</a>"));
        let page = ada.get("/backstage/notices").await;
        page.says("A song of yours was taken off the shelf")
            .says("Meshuggah – Bleed")
            .says("The singer asked us to.")
            .says("new");
        ada.get(&act).await.says("Meshuggah – Bleed: Head gives up trying").says("This was about something of yours.");
        cleo.get(&act).await.says_not("Head gives up trying");
        let id = act.trim_start_matches("/acts/");
        ada.post("/backstage/notices/seen", &[("up-to", id)]).await.is(303);
        assert!(!ada.get("/songs").await.html.contains("for you</a>"));
        ada.get("/backstage/notices").await.says("A song of yours was taken off the shelf").says_not("I've seen these");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_look_is_taken_by_another_seat_and_is_an_act_itself() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let (cleo, dara) =
            (house.holder("Cleo", &house.duty_that("tend_library")).await, house.holder("Dara", "pages").await);
        let act = withdrawn(&ada, &cleo).await;
        let (ask, answer) = (format!("{act}/second-look"), format!("{act}/second-look/answer"));
        brook.post(&ask, &[("words", "I liked it.")]).await.is(403);
        ada.post(&ask, &[("words", "")]).await.is(422).says("can't be empty");
        ada.post_and_follow(&ask, &[("words", "The singer said yes on Monday.")])
            .await
            .says("Asked. Somebody in another seat")
            .says("Nobody has answered yet.");
        ada.post(&ask, &[("words", "Once more.")]).await.is(409);
        brook.get(&act).await.says("Nobody has answered yet.").says_not("said yes on Monday");
        brook.get("/acts/second-looks").await.is(403);
        cleo.get("/acts/second-looks").await.says_not("said yes on Monday");
        cleo.get(&answer).await.is(403).says("Somebody else has to look");
        cleo.post(&answer, &[("answer", "stands"), ("why", "I was right.")]).await.is(403);
        dara.get("/acts/second-looks").await.says("The singer said yes on Monday.");
        dara.get(&answer).await.is(200).says("Head gives up trying").says("The singer said yes on Monday.");
        dara.post(&answer, &[("answer", "maybe"), ("why", "")]).await.is(422);
        dara.post(&answer, &[("answer", "wrong"), ("why", "There is a letter from Monday.")]).await.is(303);
        dara.post(&answer, &[("answer", "stands"), ("why", "Or not.")]).await.is(409);
        for told in [&ada, &cleo] {
            told.get("/backstage/notices")
                .await
                .says("Somebody looked again: it was wrong")
                .says("There is a letter from Monday.");
        }
        brook.get("/acts").await.says("looked again: it was wrong").says("Dara");
        ada.get(&act).await.says("Read the answer");
        assert_eq!(house.count("SELECT count(*) FROM act").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_else_holds_a_seat_whoever_asks_for_a_second_look_is_told_so() {
    both(async |house| {
        let (ada, cleo) = (house.member("Ada").await, house.holder("Cleo", &house.duty_that("tend_library")).await);
        let act = withdrawn(&ada, &cleo).await;
        ada.get(&act).await.says("Right now nobody else holds a seat who could look.");
        ada.post_and_follow(&format!("{act}/second-look"), &[("words", "The singer said yes.")])
            .await
            .says("Asked. Right now nobody else holds a seat");
        cleo.get("/acts/second-looks")
            .await
            .says("One waits that only somebody else can take")
            .says_not("Nobody is waiting")
            .says_not("The singer said yes.");
        cleo.get(&act).await.says("Right now nobody else holds a seat who could look.");
        let dara = house.holder("Dara", "pages").await;
        dara.get("/acts/second-looks").await.says("The singer said yes.").says_not("only somebody else");
        ada.get(&act).await.says("Nobody has answered yet.").says_not("Right now nobody else");
        dara.post(&format!("{act}/second-look/answer"), &[("answer", "stands"), ("why", "She said no on Monday.")])
            .await
            .is(303);
        cleo.get("/acts/second-looks").await.says("Nobody is waiting for one");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_led_to_second_looks_before_they_may_open_them() {
    both(async |house| {
        let cleo = house.holder("Cleo", &house.duty_that("read_requests")).await;
        for path in ["/acts", "/seats"] {
            assert!(cleo.get(path).await.html.contains("href=\"/acts/second-looks\""), "{path}");
        }
        let tx = house.house.begin().await.unwrap();
        tx.run("UPDATE person SET totp = NULL, totp_since = NULL WHERE id = $1", vals![&cleo.person]).await.unwrap();
        tx.keep().await.unwrap();
        cleo.get("/acts/second-looks").await.is(403);
        for path in ["/acts", "/seats"] {
            assert!(!cleo.get(path).await.is(200).html.contains("href=\"/acts/second-looks\""), "{path}");
        }
    })
    .await;
}

async fn leave(house: &TestHouse, person: &str, how: Leaving) {
    let tx = house.house.begin().await.unwrap();
    people::People.forget(&house.house, &tx, person, how).await.unwrap();
    tx.keep().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasing_empties_the_copy_and_takes_names_off_while_the_row_stays() {
    both(async |house| {
        let (ada, brook, cleo) = (
            house.member("Ada").await,
            house.member("Brook").await,
            house.holder("Cleo", &house.duty_that("tend_library")).await,
        );
        let act = withdrawn(&ada, &cleo).await;
        ada.post(&format!("{act}/second-look"), &[("words", "Words of mine.")]).await.is(303);
        leave(&house, &ada.person, Leaving::Remove).await;
        assert_eq!(
            house
                .count("SELECT count(*) FROM act_words WHERE words = '' AND emptied_at IS NOT NULL AND whose IS NULL")
                .await,
            1
        );
        assert_eq!(house.count("SELECT count(*) FROM second_look WHERE words <> '' OR person IS NOT NULL").await, 0);
        assert_eq!(house.count("SELECT count(*) FROM notice").await, 0);
        brook.get(&act).await.says("Cleo").says("The singer asked us to.");
        leave(&house, &cleo.person, Leaving::Remove).await;
        brook
            .get(&act)
            .await
            .says("took a song off the shelf")
            .says("somebody")
            .says("emptied by whoever wrote it")
            .says_not("Cleo")
            .says_not("The singer");
        assert_eq!(house.count("SELECT count(*) FROM act").await, 1);
        assert_eq!(house.count("SELECT count(*) FROM veil WHERE why <> ''").await, 0);
        brook
            .get(&format!("/duties/{}", house.duty_that("tend_library")))
            .await
            .says("They left this place.")
            .says_not("Cleo");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_keeps_their_words_keeps_their_name_in_the_log_but_not_their_seat() {
    both(async |house| {
        let (ada, brook, cleo) = (
            house.member("Ada").await,
            house.member("Brook").await,
            house.holder("Cleo", &house.duty_that("tend_library")).await,
        );
        let act = withdrawn(&ada, &cleo).await;
        leave(&house, &cleo.person, Leaving::KeepWords).await;
        brook.get(&act).await.says("Cleo").says("The singer asked us to.");
        brook.get("/duties").await.says_not("Cleo");
        let held: i64 = house
            .house
            .db
            .one("SELECT count(*) FROM seat WHERE ended_at IS NULL AND person = $1", vals![&cleo.person])
            .await
            .unwrap();
        assert_eq!(held, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seats_and_acts_are_in_a_persons_export() {
    both(async |house| {
        let (ada, cleo) = (house.member("Ada").await, house.holder("Cleo", &house.duty_that("tend_library")).await);
        withdrawn(&ada, &cleo).await;
        let export = async |person: &str| {
            serde_json::to_string(&people::People.keeps(&house.house, person).await.unwrap()).unwrap()
        };
        let adas = export(&ada.person).await;
        assert!(adas.contains("Head gives up trying") && adas.contains("The singer asked us to."), "{adas}");
        let cleos = export(&cleo.person).await;
        assert!(
            cleos.contains("founding")
                && cleos.contains("The singer asked us to.")
                && !cleos.contains("Head gives up trying"),
            "{cleos}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_look_shows_private_words_and_takes_a_second_factor() {
    both(async |house| {
        let (ada, cleo) = (house.member("Ada").await, house.holder("Cleo", &house.duty_that("tend_library")).await);
        let numbers = people::power::duty(&house.house, &house.duty_that("keep_helplines")).unwrap();
        assert!(!numbers.sees_private, "a duty that says it sees nothing private");
        let dara = house.holder("Dara", &numbers.id).await;
        let act = withdrawn(&ada, &cleo).await;
        ada.get(&act).await.says("people in other seats read it");
        ada.post(&format!("{act}/second-look"), &[("words", "It kept me alive in March.")]).await.is(303);
        let (list, answer) = ("/acts/second-looks", format!("{act}/second-look/answer"));
        dara.get(list).await.is(200).says("It kept me alive");
        let tx = house.house.begin().await.unwrap();
        tx.run("UPDATE person SET totp = NULL, totp_since = NULL WHERE id = $1", vals![&dara.person]).await.unwrap();
        tx.keep().await.unwrap();
        for path in [list, &answer] {
            dara.get(path)
                .await
                .is(403)
                .says("set up a second way of showing it's you")
                .says_not("It kept me alive")
                .says_not("Head gives up");
        }
        dara.post(&answer, &[("answer", "stands"), ("why", "Still.")]).await.is(403);
        dara.get("/helplines").await.is(200);
    })
    .await;
}
