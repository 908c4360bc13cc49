//! Duties and seats (R2): who holds what, for how long, and how it begins and ends.

use base::clock::DAY_MS;
use base::db::Ask as _;
use base::vals;

use crate::house::{Browser, TestHouse, both};
use crate::people::{PASSWORD, browser, set};
use crate::people_backstage::bring_named as bring;

/// Asks somebody to take a seat and returns the path of the offer.
async fn ask(cleo: &Browser<'_>, duty: &str, name: &str) -> String {
    let fields = [("name", name), ("filled", "invitation"), ("days", "60"), ("why", "Knows the shelf by heart.")];
    cleo.post_and_follow(&format!("/duties/{duty}/fill"), &fields).await.says("Asked.");
    let id: String = cleo.house.house.db.one("SELECT id FROM seat_offer ORDER BY id DESC LIMIT 1", &[]).await.unwrap();
    format!("/seat-offers/{id}")
}

/// One more seat for somebody, from the founding.
async fn give_seat(house: &TestHouse, who: &Browser<'_>, duty: &str) {
    let now = house.house.now();
    let tx = house.house.begin().await.unwrap();
    people::power::Seat::found(&tx, &who.person, duty, now).await.unwrap();
    tx.keep().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_the_duties_and_members_see_who_holds_them() {
    both(async |house| {
        let duty = house.duty_that("tend_library");
        house.guest().get("/duties").await.is(200).says("Nobody holds this.");
        let (cleo, ada) = (house.holder("Cleo", &duty).await, house.member("Ada").await);
        let page = house.guest().get("/duties").await;
        page.says("Only one person holds this.")
            .says("from the founding")
            .says("26 November 2026 – 26 December 2026")
            .says_not("Cleo")
            .says_not("Somebody");
        assert_eq!(
            page.words().matches("Who they are is for members to see").count(),
            1,
            "why no names stand here is said once"
        );
        house
            .guest()
            .get(&format!("/duties/{duty}"))
            .await
            .is(200)
            .says("take off what should not stand")
            .says_not("Cleo");
        ada.get("/duties").await.says("Cleo").says_not("for members to see");
        cleo.get(&format!("/duties/{duty}")).await.says("Cleo").says("Nobody yet. This is the first round.");
        house.holder("Brook", &duty).await;
        ada.get("/duties").await.says("2 people hold this.");
        house.guest().get("/duties/king").await.is(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_begins_when_the_person_says_yes_and_not_before() {
    both(async |house| {
        let (cleo, ada) = (house.holder("Cleo", &house.duty_that("fill_seats")).await, house.member("Ada").await);
        let duty = house.duty_that("tend_library");
        let offer = ask(&cleo, &duty, "ada").await;
        ada.get("/songs").await.is(200);
        assert!(ada.get("/songs").await.html.contains("1 for you"), "the rail says that something waits");
        ada.get("/backstage/notices")
            .await
            .says("You were asked to take a seat")
            .says("Shelf")
            .says("Knows the shelf by heart.");
        assert_eq!(house.count("SELECT count(*) FROM seat WHERE filled = 'invitation'").await, 0);
        house.member("Brook").await.get(&offer).await.is(404);
        ada.get(&offer).await.says("60 days from the day you say yes");
        ada.post_and_follow(&format!("{offer}/yes"), &[]).await.says("The seat is yours");
        house.guest().get(&format!("/duties/{duty}")).await.says("by invitation").says_not("Ada");
        ada.post(&format!("{offer}/yes"), &[]).await.is(409).says("answered already");
        assert_eq!(house.count("SELECT (until - since) / 86400000 FROM seat WHERE filled = 'invitation'").await, 60);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_needs_no_reason_and_an_offer_lapses() {
    both(async |house| {
        let (cleo, ada) = (house.holder("Cleo", &house.duty_that("fill_seats")).await, house.member("Ada").await);
        let offer = ask(&cleo, &house.duty_that("tend_library"), "Ada").await;
        ada.get(&offer).await.is(200).says("Cleo asked you, saying:");
        ada.post_and_follow(&format!("{offer}/no"), &[]).await.says("That's a no");
        let offer = ask(&cleo, &house.duty_that("tend_pages"), "Ada").await;
        house.house.clock.turn(15 * DAY_MS);
        ada.get(&offer).await.says("the time for it is over");
        ada.post(&format!("{offer}/yes"), &[]).await.is(409);
        assert_eq!(house.count("SELECT count(*) FROM seat WHERE filled = 'invitation'").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filling_takes_a_duty_a_name_a_reason_and_somebody_else() {
    both(async |house| {
        let (fills, duty) = (house.duty_that("fill_seats"), house.duty_that("tend_pages"));
        let (cleo, ada) = (house.holder("Cleo", &fills).await, house.member("Ada").await);
        let (path, term) = (
            format!("/duties/{duty}/fill"),
            house.house.pack.duties.iter().find(|known| known.id == duty).unwrap().term_days,
        );
        let right = [("name", "Ada"), ("filled", "open call"), ("days", "30"), ("why", "Asked for on Sunday.")];
        let with = |field: &str, value: &'static str| {
            right.map(|(name, old)| if name == field { (name, value) } else { (name, old) })
        };
        ada.get(&path).await.is(403);
        ada.post(&path, &right).await.is(403);
        cleo.get(&path).await.is(200);
        cleo.post(&path, &with("name", "Nobody at all")).await.is(422).says("Nobody here has that name");
        bring(&house, "Moss").await;
        cleo.post(&path, &with("name", "Moss")).await.is(422).says("Nobody here has that name"); // not claimed yet
        cleo.post(&path, &with("name", "Cleo")).await.is(422).says("Not yourself");
        cleo.post(&path, &with("why", "")).await.is(422).says("can't be empty");
        cleo.post(&path, &with("filled", "by decree")).await.is(422);
        cleo.post(&path, &with("filled", "draw")).await.is(422).says_not("by draw");
        cleo.post(&path, &with("days", Box::leak((term + 1).to_string().into_boxed_str())))
            .await
            .is(422)
            .says("A whole number from 7");
        assert_eq!(house.count("SELECT count(*) FROM act").await, 0);
        cleo.post(&path, &right).await.is(303);
        cleo.post(&path, &right).await.is(422).says("hold one of these already, or were asked");
        house.member("Brook").await;
        house.member("Dara").await;
        cleo.post(&path, &with("name", "Brook")).await.is(303);
        cleo.post(&path, &with("name", "Dara")).await.is(422).says("Every seat of this duty is held or offered");
        assert_eq!(house.count("SELECT count(*) FROM act WHERE what = 'act-seat-offered'").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_fill_seats_at_once_ask_no_more_people_than_there_are_seats() {
    both(async |house| {
        let (fills, duty) = (house.duty_that("fill_seats"), house.duty_that("tend_pages"));
        let (cleo, dara) = (house.holder("Cleo", &fills).await, house.holder("Dara", &fills).await);
        let seats = house.house.pack.duties.iter().find(|known| known.id == duty).unwrap().seats;
        house.holder("Eli", &duty).await;
        house.member("Ada").await;
        house.member("Brook").await;
        assert_eq!(seats, 2, "the premise: one is free");
        let path = format!("/duties/{duty}/fill");
        for round in 0..8 {
            let ask = |name: &'static str| {
                [("name", name), ("filled", "invitation"), ("days", "30"), ("why", "Asked for on Sunday.")]
            };
            let (one, other) = (ask("Ada"), ask("Brook"));
            tokio::join!(cleo.get(&path), dara.get(&path), cleo.get(&path), dara.get(&path)); // so that nobody waits for a connection
            let (one, other) = tokio::join!(cleo.post(&path, &one), dara.post(&path, &other));
            let mut statuses = [one.status, other.status].map(|status| status.as_u16());
            statuses.sort_unstable();
            assert_eq!(statuses, [303, 422], "{round}");
            assert_eq!(house.count("SELECT count(*) FROM seat_offer").await, 1, "{round}");
            let tx = house.house.begin().await.unwrap();
            tx.run("DELETE FROM seat_offer", &[]).await.unwrap();
            tx.keep().await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_is_handed_back_in_two_taps() {
    both(async |house| {
        let duty = house.duty_that("tend_library");
        let (cleo, ada) = (house.holder("Cleo", &duty).await, house.member("Ada").await);
        let page = cleo.get("/seats").await;
        let path = page
            .html
            .split("href=\"")
            .find_map(|part| part.split('"').next().filter(|path| path.ends_with("/hand-back")))
            .unwrap()
            .to_owned();
        ada.get(&path).await.is(403);
        ada.post(&path, &[]).await.is(403);
        cleo.post_and_follow(&path, &[("why", "")])
            .await
            .says("Handed back. Thank you")
            .says("None. Nothing wrong with that.");
        ada.get(&format!("/duties/{duty}")).await.says("Nobody holds this.").says("Handed back.").says("Cleo");
        cleo.post(&path, &[]).await.is(403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ending_somebodys_seat_is_an_act_that_they_are_told_of() {
    both(async |house| {
        let duty = house.duty_that("tend_library");
        let (cleo, ada) =
            (house.holder("Cleo", &house.duty_that("fill_seats")).await, house.holder("Ada", &duty).await);
        let seat: String =
            house.house.db.one("SELECT id FROM seat WHERE person = $1", vals![&ada.person]).await.unwrap();
        let path = format!("/seats/{seat}/end");
        ada.post(&path, &[("why", "Mine.")]).await.is(403);
        cleo.post(&path, &[("why", "")]).await.is(422);
        cleo.get(&path).await.is(200).says("Ada");
        cleo.post_and_follow(&path, &[("why", "Asked twice, no answer since June.")])
            .await
            .says("Ended before its time")
            .says("no answer since June");
        ada.get("/backstage/notices")
            .await
            .says("Your seat was ended before its time")
            .says("Shelf")
            .says("no answer since June");
        ada.get("/seats").await.says("Ended before its time: Asked twice, no answer since June.");
        ada.get("/songs").await.is(200);
        cleo.post(&path, &[("why", "Again.")]).await.is(409);
        assert_eq!(house.count("SELECT count(*) FROM act WHERE what = 'act-seat-ended'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_gives_nothing_before_its_time_after_its_term_or_once_it_ended() {
    both(async |house| {
        let duty = house.duty_that("fill_seats");
        let cleo = house.holder("Cleo", &duty).await;
        let path = format!("/duties/{}/fill", house.duty_that("tend_pages"));
        let may = async || cleo.get(&path).await.status.as_u16();
        assert_eq!(may().await, 200);
        house.house.clock.turn(-DAY_MS);
        assert_eq!(may().await, 403, "it has not begun");
        house.house.clock.turn(30 * DAY_MS);
        assert_eq!(may().await, 200, "its last day");
        house.house.clock.turn(DAY_MS);
        assert_eq!(may().await, 403, "its term is over");
        house.guest().get("/duties").await.says_not("from the founding");
        house.house.clock.turn(-15 * DAY_MS);
        assert_eq!(may().await, 200);
        let seat: String = house.house.db.one("SELECT id FROM seat", &[]).await.unwrap();
        cleo.post(&format!("/seats/{seat}/hand-back"), &[]).await.is(303);
        assert_eq!(may().await, 403, "it was handed back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_founding_seat_goes_on_only_when_two_members_who_hold_none_say_so() {
    both(async |house| {
        let duty = house.duty_that("tend_library");
        let (cleo, holder) =
            (house.holder("Cleo", &duty).await, house.holder("Ada", &house.duty_that("tend_pages")).await);
        let (brook, dara) = (house.member("Brook").await, house.member("Dara").await);
        let seat: String =
            house.house.db.one("SELECT id FROM seat WHERE person = $1", vals![&cleo.person]).await.unwrap();
        let tx = house.house.begin().await.unwrap();
        tx.run("UPDATE seat SET until = $1 WHERE id = $2", vals![house.house.now() + 60 * DAY_MS, &seat])
            .await
            .unwrap();
        tx.keep().await.unwrap();
        let (path, second) = (format!("/seats/{seat}"), format!("/seats/{seat}/second"));
        brook.post(&second, &[]).await.is(409).says("only in its last thirty days");
        house.house.clock.turn(31 * DAY_MS);
        let tx = house.house.begin().await.unwrap();
        tx.run("UPDATE seat SET until = $1 WHERE id <> $2", vals![house.house.now() + 60 * DAY_MS, &seat])
            .await
            .unwrap();
        tx.keep().await.unwrap();
        brook.get(&path).await.says("Nobody has said so yet.").says("It may go on");
        holder.post(&second, &[]).await.is(403).says("people who hold none");
        cleo.post(&second, &[]).await.is(403);
        brook.post_and_follow(&second, &[]).await.says("One more and it goes on.");
        brook.post_and_follow(&second, &[]).await.says("One more and it goes on.");
        assert_eq!(house.count("SELECT count(*) FROM act").await, 0, "one person is not two");
        let new = house.member("Eli").await;
        let tx = house.house.begin().await.unwrap();
        tx.run("UPDATE person SET joined_at = $1 WHERE id = $2", vals![house.house.now() - 13 * DAY_MS, &new.person])
            .await
            .unwrap();
        tx.keep().await.unwrap();
        new.post(&second, &[]).await.is(409).says("After two weeks");
        let end: i64 = house.house.db.one("SELECT until FROM seat WHERE id = $1", vals![&seat]).await.unwrap();
        dara.post_and_follow(&second, &[]).await.says("it goes on for ninety days");
        let renewed: i64 = house.house.db.one("SELECT until FROM seat WHERE id = $1", vals![&seat]).await.unwrap();
        assert_eq!((renewed - end) / DAY_MS, 90);
        assert_eq!(house.count("SELECT count(*) FROM act WHERE what = 'act-seat-renewed' AND seat IS NULL").await, 1);
        cleo.get("/backstage/notices").await.says("Your founding seat goes on");
        dara.get("/acts").await.says("let a founding seat go on");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_that_nobody_seconds_ends_by_itself() {
    both(async |house| {
        let duty = house.duty_that("tend_library");
        house.holder("Cleo", &duty).await;
        let brook = house.member("Brook").await;
        let seat: String = house.house.db.one("SELECT id FROM seat", &[]).await.unwrap();
        brook.post(&format!("/seats/{seat}/second"), &[]).await.is(303);
        house.house.clock.turn(31 * DAY_MS);
        brook.get(&format!("/duties/{duty}")).await.says("Nobody holds this.").says("The term was over.");
        house.member("Dara").await.post(&format!("/seats/{seat}/second"), &[]).await.is(409);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duty_that_sees_private_things_takes_a_second_factor() {
    both(async |house| {
        let duty = house.house.pack.duties.iter().find(|duty| duty.sees_private).unwrap().id.clone();
        let (cleo, ada) = (house.holder("Cleo", &house.duty_that("fill_seats")).await, house.member("Ada").await);
        let offer = ask(&cleo, &duty, "Ada").await;
        let no = ada.post(&format!("{offer}/yes"), &[]).await;
        no.is(403).says("set up a second way of showing it's you");
        assert!(no.html.contains("href=\"/backstage/ways-in\""), "the page leads to where one is set up");
        assert_eq!(house.count("SELECT count(*) FROM seat WHERE filled = 'invitation'").await, 0);
        let tx = house.house.begin().await.unwrap();
        tx.run("UPDATE person SET totp = 'A', totp_since = 1 WHERE id = $1", vals![&ada.person]).await.unwrap();
        tx.keep().await.unwrap();
        ada.post(&format!("{offer}/yes"), &[]).await.is(303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_host_opens_an_emergency_seat_for_a_week_and_everybody_sees_it() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let person = people::Person::find(&house.house.db, &ada.person).await.unwrap().unwrap();
        let duty = people::power::duty(&house.house, &house.duty_that("fill_seats")).unwrap();
        people::power::Seat::emergency(&house.house, &person, duty, "Nobody was left who could fill a seat.")
            .await
            .unwrap();
        brook
            .get("/acts")
            .await
            .says("opened a seat in an emergency, for a week")
            .says("the host, at the console")
            .says("Nobody was left");
        house.guest().get("/duties").await.says("by the host in an emergency");
        house.guest().get("/acts").await.says("the host").says_not("Nobody was left");
        ada.get("/backstage/notices").await.says("You hold a seat for a week");
        house.house.clock.turn(7 * DAY_MS);
        brook.get("/duties").await.says_not("by the host in an emergency");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_still_on_its_way_when_the_seat_or_the_session_ends_changes_nothing() {
    both(async |house| {
        let (cleo, ada) = (house.holder("Cleo", &house.duty_that("fill_seats")).await, house.member("Ada").await);
        for (n, (what, status)) in
            [("nothing", 303), ("the seat is ended", 403), ("signed out everywhere", 303), ("the term is over", 403)]
                .into_iter()
                .enumerate()
        {
            let dara = house.holder(&format!("Dara the {n}th"), &house.duty_that("tend_library")).await;
            let title = format!("Bleed {n}");
            let song = ada
                .post("/songs", &[("artist", "Meshuggah"), ("title", &title), ("feeling", "rage"), ("why", "Lets go.")])
                .await
                .is(303)
                .to();
            let seat: String =
                house.house.db.one("SELECT id FROM seat WHERE person = $1", vals![&dara.person]).await.unwrap();
            let fields = [("what", "withdraw"), ("why", "The singer asked us to.")];
            let answer = dara
                .post_slowly(&format!("{song}/tend"), &fields, async || match n {
                    1 => {
                        cleo.post(&format!("/seats/{seat}/end"), &[("why", "Took songs off for fun.")]).await.is(303);
                    }
                    2 => {
                        dara.post("/backstage/sessions/end-all", &[]).await.is(303);
                    }
                    3 => house.house.clock.turn(31 * DAY_MS),
                    _ => {}
                })
                .await;
            answer.is(status);
            let acts: i64 =
                house.house.db.one("SELECT count(*) FROM act WHERE person = $1", vals![&dara.person]).await.unwrap();
            let is_there = house.guest().get(&song).await.status == 200;
            assert_eq!((acts, is_there), if n == 0 { (1, false) } else { (0, true) }, "{what}");
            assert_eq!(answer.to().starts_with("/sign-in?"), n == 2, "{what}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_came_by_a_link_of_the_holders_does_not_second_their_seat() {
    both(async |house| {
        let cleo = house.holder("Cleo", &house.duty_that("issue_claims")).await;
        give_seat(&house, &cleo, &house.duty_that("welcome")).await;
        let dara = bring(&house, "Dara").await;
        house.house.clock.turn(20 * DAY_MS);
        let (brook, fern) = (house.member("Brook").await, bring(&house, "Fern").await);
        let made = async |path: &str, fields: &[(&str, &str)], link: &str| {
            let page = cleo.post(path, fields).await;
            format!("{link}{}", page.is(200).html.split(link).nth(1).unwrap().split(['<', '"']).next().unwrap())
        };
        let by_claim = made("/claims", &[("person", &dara), ("why", "Wrote to us.")], "/claim/").await;
        let by_invitation = made("/join/invitations", &[("why", "A friend from the bus.")], "/join/").await;
        let fern_unclaimed = people::claiming::Unclaimed::find(&house.house.db, &fern).await.unwrap().unwrap();
        let by_host =
            format!("/claim/{}", fern_unclaimed.issue_by_host(&house.house, "Known since school.").await.unwrap());
        let mut came = Vec::new();
        for (link, name) in [(&by_claim, "Dara"), (&by_invitation, "Eli"), (&by_host, "Fern")] {
            came.push(
                browser(
                    &house,
                    house.guest().post(link, &[("name", name), ("age", "18"), ("password", PASSWORD)]).await.is(303),
                )
                .await,
            );
        }
        let seat: String = house
            .house
            .db
            .one("SELECT id FROM seat WHERE person = $1 ORDER BY until LIMIT 1", vals![&cleo.person])
            .await
            .unwrap();
        let second = format!("/seats/{seat}/second");
        // Her name has been here for twenty days; she has not.
        came[0].post(&second, &[]).await.is(409).says("After two weeks");
        house.house.clock.turn(15 * DAY_MS);
        let tx = house.house.begin().await.unwrap();
        tx.run("UPDATE seat SET until = $1", vals![house.house.now() + 9 * DAY_MS]).await.unwrap();
        tx.keep().await.unwrap();
        came[0].post(&second, &[]).await.is(403).says("by a link from whoever holds this seat");
        came[1].post(&second, &[]).await.is(403).says("by a link from whoever holds this seat");
        assert_eq!(house.count("SELECT count(*) FROM seconding").await, 0);
        came[2].post_and_follow(&second, &[]).await.says("One more and it goes on.");
        brook.post_and_follow(&second, &[]).await.says("it goes on for ninety days");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_ends_with_the_seat_it_came_from() {
    both(async |house| {
        set(&house, "joining", "invite").await;
        let (cleo, door) = (house.holder("Cleo", &house.duty_that("fill_seats")).await, house.duty_that("welcome"));
        for (n, ends) in ["ended", "handed back", "over"].into_iter().enumerate() {
            let dara = house.holder(&format!("Dara the {n}th"), &door).await;
            let seat: String =
                house.house.db.one("SELECT id FROM seat WHERE person = $1", vals![&dara.person]).await.unwrap();
            house.house.clock.turn(20 * DAY_MS);
            let page = dara.post("/join/invitations", &[("why", "A friend from the bus.")]).await;
            let link = format!(
                "/join/{}",
                page.is(200)
                    .html
                    .split("class=\"key\">")
                    .nth(1)
                    .unwrap()
                    .split('<')
                    .next()
                    .unwrap()
                    .rsplit('/')
                    .next()
                    .unwrap()
            );
            house.guest().get(&link).await.is(200);
            match ends {
                "ended" => {
                    cleo.post(&format!("/seats/{seat}/end"), &[("why", "Handed out invitations for money.")])
                        .await
                        .is(303);
                }
                "handed back" => {
                    dara.post(&format!("/seats/{seat}/hand-back"), &[]).await.is(303);
                }
                _ => house.house.clock.turn(11 * DAY_MS),
            }
            house.guest().get(&link).await.is(409);
            house.guest().post(&link, &[("name", "Eli"), ("age", "18"), ("password", PASSWORD)]).await.is(409);
            let tx = house.house.begin().await.unwrap();
            tx.run(
                "UPDATE seat SET until = $1 WHERE person = $2",
                vals![house.house.now() + 30 * DAY_MS, &cleo.person],
            )
            .await
            .unwrap();
            tx.keep().await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_waits_is_seen_by_whoever_fills_seats_and_can_be_taken_back_with_a_reason() {
    both(async |house| {
        let (cleo, ada, brook) = (
            house.holder("Cleo", &house.duty_that("fill_seats")).await,
            house.member("Ada").await,
            house.member("Brook").await,
        );
        let duty = house.duty_that("tend_library");
        let (offer, page) = (ask(&cleo, &duty, "Ada").await, format!("/duties/{duty}"));
        cleo.get(&page).await.says("Ada was asked; may answer until 10 December 2026");
        brook.get(&page).await.says_not("may answer until");
        let log = brook.get("/acts").await;
        log.says("asked somebody to take a seat Shelf").says_not("no longer here").says_not("Ada");
        assert!(
            log.html.contains(&format!("href=\"{page}\"")) && !log.html.contains(&offer),
            "others are led to the duty"
        );
        assert!(ada.get("/acts").await.html.contains(&format!("href=\"{offer}\"")));
        let path = format!("{offer}/take-back");
        ada.post(&path, &[("why", "Not me.")]).await.is(403);
        cleo.get(&path).await.is(200).says("Whoever was asked is told");
        cleo.post(&path, &[("why", "")]).await.is(422);
        cleo.post_and_follow(&path, &[("why", "Brook is back after all.")])
            .await
            .says("written into the log")
            .says_not("may answer until");
        ada.post(&format!("{offer}/yes"), &[]).await.is(409).says("taken back");
        ada.get("/backstage/notices")
            .await
            .says("You are no longer asked to take a seat")
            .says("Brook is back after all.");
        brook.get("/acts").await.says("took back the offer of a seat").says("Cleo");
        cleo.post(&path, &[("why", "Again.")]).await.is(409);
        cleo.post("/seat-offers/none/take-back", &[("why", "Again.")]).await.is(404);
        assert_eq!(house.count("SELECT count(*) FROM act WHERE what = 'act-seat-offer-taken-back'").await, 1);
        ask(&cleo, &duty, "Ada").await;
    })
    .await;
}

const DESK: [(&str, &str); 5] = [
    ("name", "Day shift"),
    ("joining", "invite"),
    ("inviting", "yes"),
    ("country", "FI"),
    ("why", "The night is over."),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_holds_the_desk_settles_things_anew_in_one_act_and_everybody_sees_it_at_once() {
    both(async |house| {
        let duty = house.duty_that("change_settings");
        let (cleo, ada) = (house.holder("Cleo", &duty).await, house.member("Ada").await);
        for path in ["/backstage".to_owned(), format!("/duties/{duty}")] {
            assert!(
                cleo.get(&path).await.html.contains("href=\"/desk\"")
                    && !ada.get(&path).await.html.contains("href=\"/desk\""),
                "{path}"
            );
        }
        ada.get("/desk").await.is(403);
        let (form, before) = (cleo.get("/desk").await, house.house.name());
        assert_eq!(form.is(200).field("name"), before);
        assert!(
            form.html.contains("value=\"open\" checked") && form.html.contains("value=\"GB\" selected"),
            "it is filled with what is settled"
        );
        let seen = form.field("seen");
        let sent: Vec<_> = DESK.into_iter().chain([("seen", seen.as_str())]).collect();
        for (field, wrong) in [("name", "x"), ("joining", "by decree"), ("country", "Atlantis"), ("why", "")] {
            let sent: Vec<_> =
                sent.iter().map(|(name, value)| (*name, if *name == field { wrong } else { value })).collect();
            let again = cleo.post("/desk", &sent).await;
            assert!(again.is(422).html.contains(&format!("id=\"{field}-wrong\"")), "{field}");
        }
        assert_eq!(house.count("SELECT count(*) FROM act").await, 0);
        cleo.post_and_follow("/desk", &sent).await.says("written into the log");
        let front = house.guest().get("/").await;
        assert!(front.html.contains("<title>Day shift</title>"), "every page says the new name");
        front.says("MIELI Kriisipuhelin").says_not("Samaritans");
        house.guest().get("/join").await.says("by invitation");
        ada.post("/join/invitations", &[]).await.is(200).says("Here it is");
        let log = ada.get("/acts").await;
        log.says("changed what is settled here")
            .says(&format!("Name: “{before}”, now “Day shift”."))
            .says("Joining: Anybody, at once, now Only people who were invited.");
        log.says("Members invite: no, now yes.")
            .says("Numbers first: United Kingdom, now Finland.")
            .says("The night is over.")
            .says("Cleo");
        assert_eq!(house.count("SELECT count(*) FROM act WHERE what = 'act-settings-changed'").await, 1);
        let seen = cleo.get("/desk").await.field("seen");
        let same: Vec<_> = DESK.into_iter().chain([("seen", seen.as_str())]).collect();
        cleo.post("/desk", &same).await.is(422).says("That is how it is already");
        assert_eq!(house.count("SELECT count(*) FROM act").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_at_the_desk_at_once_lose_nothing() {
    both(async |house| {
        let duty = house.duty_that("change_settings");
        let (cleo, dara) = (house.holder("Cleo", &duty).await, house.holder("Dara", &duty).await);
        let seen = cleo.get("/desk").await.field("seen");
        assert_eq!(dara.get("/desk").await.field("seen"), seen);
        let with = |name| {
            [
                ("name", name),
                ("joining", "open"),
                ("country", "GB"),
                ("why", "So it was decided."),
                ("seen", seen.as_str()),
            ]
        };
        cleo.post("/desk", &with("First to the desk")).await.is(303);
        let late = dara.post("/desk", &with("Second to the desk")).await;
        late.is(422).says("Somebody changed this while you were at it");
        assert_eq!(late.field("name"), "Second to the desk", "what was typed is there still");
        assert_eq!(
            (house.house.name().as_str(), house.count("SELECT count(*) FROM act").await),
            ("First to the desk", 1)
        );
        let seen = late.field("seen");
        dara.post(
            "/desk",
            &[
                ("name", "Second to the desk"),
                ("joining", "open"),
                ("country", "GB"),
                ("why", "With open eyes."),
                ("seen", &seen),
            ],
        )
        .await
        .is(303);
        dara.get("/acts").await.says("Name: “First to the desk”, now “Second to the desk”. With open eyes.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_settled_is_seen_when_the_job_comes_round() {
    both(async |house| {
        set(&house, "name", "Named elsewhere").await;
        set(&house, "country", "nowhere").await;
        assert_ne!(house.house.name(), "Named elsewhere");
        (base::house::JOBS[0].run)(house.house.clone()).await.unwrap();
        assert_eq!(house.house.name(), "Named elsewhere");
        house.guest().get("/").await.says("Named elsewhere").says("Samaritans");
    })
    .await;
}
