//! Remarks: saying, answering, quoting, changing, taking back, words with one tap, tending, and being forgotten.

use base::db::Ask as _;
use base::place::Place;
use base::room::Leaving;
use base::vals;
use talk::remark::{Remark, Saying};

use crate::house::{Browser, Page, TestHouse, both};

const BLEED: &[(&str, &str)] =
    &[("artist", "Meshuggah"), ("title", "Bleed"), ("feeling", "rage"), ("why", "Feet can't follow it.")];

async fn a_song(who: &Browser<'_>) -> String {
    who.post("/songs", BLEED).await.is(303).to()
}

/// The id in the address that an answer leads to: `…#r-ID`.
fn id_in(answer: &Page) -> String {
    let to = answer.headers["location"].to_str().unwrap();
    to.split_once("#r-").unwrap_or_else(|| panic!("{to} leads to no remark")).1.to_owned()
}

async fn say(who: &Browser<'_>, place: &str, words: &str) -> String {
    id_in(who.post("/remarks", &[("place", place), ("words", words)]).await.is(303))
}

async fn answer(who: &Browser<'_>, remark: &str, words: &str, quoted: &str) -> String {
    id_in(who.post("/remarks", &[("answers", remark), ("words", words), ("quoted", quoted)]).await.is(303))
}

fn seen(page: &Page) -> String {
    page.field("seen")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_remark_stands_under_its_song_for_everybody_and_can_be_found() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = a_song(&ada).await;
        house.guest().get(&song).await.says("Nobody has said anything yet").says("Sign in and say something");
        let id = say(&brook, &song, "Played it **twice** on the bus.").await;
        let page = house.guest().get(&song).await;
        page.is(200).says("Brook").says("Played it twice on the bus.").says("one comment");
        assert!(
            page.html.contains("<strong>twice</strong>") && page.html.contains(&format!("id=\"r-{id}\"")),
            "{}",
            page.html
        );
        let found: Option<String> = house
            .house
            .db
            .first(
                "SELECT title FROM findable WHERE place = $1 AND kind = 'comment' AND audience = 'everyone'",
                vals![format!("/remarks/{id}")],
            )
            .await
            .unwrap();
        assert_eq!(found.as_deref(), Some("Bleed"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_says_nothing_before_they_come_in() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = a_song(&ada).await;
        let id = say(&ada, &song, "Here.").await;
        for (path, fields) in [
            ("/remarks".to_owned(), vec![("place", song.as_str()), ("words", "Hello.")]),
            (format!("/remarks/{id}/words"), vec![("word", "me-too")]),
            (format!("/remarks/{id}/take-back"), vec![]),
        ] {
            let answer = house.guest().post(&path, &fields).await;
            assert!(answer.is(303).to().starts_with("/sign-in"), "{path} led to {}", answer.to());
        }
        assert_eq!(house.count("SELECT count(*) FROM remark WHERE gone_at IS NULL").await, 1);
        assert_eq!(house.count("SELECT count(*) FROM remark_word").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_said_at_places_that_are_not_there_or_not_to_be_talked_at() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = a_song(&ada).await;
        let id = say(&ada, &song, "Here.").await;
        for place in ["/songs/none", "/nowhere", "https://evil.example/", "", "/help"] {
            ada.post("/remarks", &[("place", place), ("words", "Hello.")]).await.is(404);
        }
        ada.post("/remarks", &[("place", &format!("/remarks/{id}")), ("words", "Hello.")])
            .await
            .is(409)
            .says("Comments are closed here");
        ada.post("/remarks", &[("answers", "none"), ("words", "Hello.")]).await.is(404);
        assert_eq!(house.count("SELECT count(*) FROM remark").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_little_and_too_much_come_back_with_what_was_typed() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = a_song(&ada).await;
        for nothing in ["", " \n\t ", "\u{0}\u{1b}"] {
            ada.post("/remarks", &[("place", &song), ("words", nothing)]).await.is(422).says("can't be empty");
        }
        say(&ada, &song, &"ä".repeat(10_000)).await;
        let page = ada.post("/remarks", &[("place", &song), ("words", &"ä".repeat(10_001))]).await;
        page.is(422).says("Say something: 10000 characters at most. This is 10001.").says("ääää");
        let page =
            ada.post("/remarks", &[("place", &song), ("words", "Kept."), ("speaking_as", &"x".repeat(61))]).await;
        page.is(422).says("60 characters at most").says("Kept.");
        ada.post("/remarks", &[("place", &song), ("words", &"x".repeat(1_000_000))]).await.is(422);
        assert_eq!(house.count("SELECT count(*) FROM remark").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hat_is_worn_in_ones_own_words() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = a_song(&ada).await;
        ada.post(
            "/remarks",
            &[("place", &song), ("words", "Wear plugs."), ("speaking_as", "drummer with <b>tinnitus</b>")],
        )
        .await
        .is(303);
        house.guest().get(&song).await.says("speaking as drummer with <b>tinnitus</b>");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_words_are_only_words() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = a_song(&ada).await;
        let hostile = "<script>alert(1)</script>\n\n[click](javascript:alert(1)) ![x](https://evil.example/x.png) <img src=x onerror=alert(1)>\n\n</li></ol><h1>mine</h1>";
        let id = say(&ada, &song, hostile).await;
        let cleo = house.holder("Cleo", &house.duty_that("tend_talk")).await;
        for page in [house.guest().get(&song).await, ada.get(&format!("/remarks/{id}/history")).await, cleo.get(&format!("/remarks/{id}/answer?quote=yes")).await, cleo.get(&format!("/remarks/{id}/tend")).await] {
            page.is(200).says("alert(1)");
            let main = page.html.split("<main").nth(1).unwrap();
            for bad in ["<script>alert", "href=\"javascript", "src=\"https://evil", "<img src=x", "<h1>mine"] {
                assert!(!main.contains(bad), "{bad} in {main}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_says_whom_it_answers_and_a_quote_is_their_own_words() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = a_song(&ada).await;
        let first = say(&ada, &song, "The *second* half is where it lives.\n\nTrust me.").await;
        let form = brook.get(&format!("/remarks/{first}/answer?quote=yes")).await;
        form.is(200).says("The second half is where it lives. Trust me.").says("Cut it down");
        answer(&brook, &first, "It does.", "The second half is where it lives.").await;
        let page = house.guest().get(&song).await;
        page.says("to Ada").says("2 comments");
        assert!(
            page.html.contains("<blockquote><p>The second half is where it lives.</p></blockquote>"),
            "{}",
            page.html
        );
        let put_into_her_mouth = brook
            .post("/remarks", &[("answers", &first), ("words", "Ha."), ("quoted", "I was wrong about everything.")])
            .await;
        put_into_her_mouth.is(422).says("These words don't stand in what you are answering").says("Ha.");
        assert_eq!(house.count("SELECT count(*) FROM remark").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_says_so_and_what_it_said_before_stays_until_its_author_takes_that_away() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = a_song(&ada).await;
        let id = say(&ada, &song, "First go.").await;
        let (edit, history) = (format!("/remarks/{id}/edit"), format!("/remarks/{id}/history"));
        brook.get(&edit).await.is(403).says("Only whoever said it");
        brook.post(&edit, &[("words", "Mine now."), ("seen", "0")]).await.is(403);
        house.house.clock.turn(60_000);
        let seen = seen(&ada.get(&edit).await);
        ada.post(&edit, &[("words", ""), ("seen", &seen)]).await.is(422).says("can't be empty");
        ada.post(&edit, &[("words", "Second go."), ("seen", &seen)]).await.is(303);
        house.guest().get(&song).await.says("Second go.").says("edited").says_not("First go.");
        house
            .guest()
            .get(&history)
            .await
            .is(200)
            .says("First go.")
            .says("Second go.")
            .says_not("Take this wording away");
        let wording: String = house.house.db.one("SELECT id FROM remark_edit", &[]).await.unwrap();
        brook.post(&format!("{history}/unsay"), &[("wording", &wording)]).await.is(403);
        ada.get(&history).await.says("Take this wording away");
        ada.post_and_follow(&format!("{history}/unsay"), &[("wording", &wording)])
            .await
            .says("That wording is gone")
            .says_not("First go.");
        assert_eq!(house.count("SELECT count(*) FROM erasure WHERE kind = 'remark_edit'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_changes_at_once_lose_nothing() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = a_song(&ada).await;
        let id = say(&ada, &song, "First go.").await;
        let edit = format!("/remarks/{id}/edit");
        let seen = seen(&ada.get(&edit).await);
        let (phone, desk) = (
            [("words", "From the phone."), ("seen", seen.as_str())],
            [("words", "From the desk."), ("seen", seen.as_str())],
        );
        let (one, other) = tokio::join!(ada.post(&edit, &phone), ada.post(&edit, &desk));
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422]);
        let late = if one.status == 422 { one } else { other };
        late.says("You changed this somewhere else").says("From the");
        assert_eq!(house.count("SELECT count(*) FROM remark_edit").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn within_ten_seconds_it_was_never_there() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = a_song(&ada).await;
        say(&brook, &song, "Stays.").await;
        house.house.clock.turn(20_000);
        let id = say(&ada, &song, "Oh no.").await;
        ada.get(&song).await.says("It's up.").says("Take it back ( 10 )");
        brook.get(&song).await.says_not("It's up.");
        brook.post(&format!("/remarks/{id}/take-back"), &[]).await.is(403);
        house.house.clock.turn(9_000);
        ada.post_and_follow(&format!("/remarks/{id}/take-back"), &[])
            .await
            .says("It was never here")
            .says("one comment")
            .says_not("Took these words back");
        brook.get(&song).await.says_not("Oh no.");
        ada.get(&format!("/remarks/{id}")).await.is(404);
        let next = say(&ada, &song, "Better.").await;
        assert_eq!(
            house.house.db.one::<i64>("SELECT n FROM remark WHERE id = $1", vals![next]).await.unwrap(),
            2,
            "the number is free again"
        );
        assert_eq!(house.count("SELECT count(*) FROM erasure WHERE kind = 'remark' AND how = 'gone'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn later_a_line_stays_and_the_words_go_from_quotes_search_and_history() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = a_song(&ada).await;
        let id = say(&ada, &song, "My sister's name is in here.").await;
        let edit = format!("/remarks/{id}/edit");
        let seen = seen(&ada.get(&edit).await);
        ada.post(&edit, &[("words", "My sister's name was in here."), ("seen", &seen)]).await.is(303);
        answer(&brook, &id, "I hear you.", "sister's name was in here").await;
        brook.post(&format!("/remarks/{id}/words"), &[("word", "me-too")]).await.is(303);
        house.house.clock.turn(11_000);
        ada.post_and_follow(&format!("/remarks/{id}/take-back"), &[])
            .await
            .says("Took these words back")
            .says("I hear you.")
            .says("one comment")
            .says_not("sister");
        house.guest().get(&song).await.says_not("Ada said").says_not("sister").says("to somebody");
        house.guest().get(&format!("/remarks/{id}")).await.is(303);
        for (method, path) in [
            ("get", format!("/remarks/{id}/history")),
            ("get", edit.clone()),
            ("get", format!("/remarks/{id}/answer")),
            ("post", format!("/remarks/{id}/take-back")),
            ("post", format!("/remarks/{id}/words")),
        ] {
            let page =
                if method == "get" { ada.get(&path).await } else { ada.post(&path, &[("word", "me-too")]).await };
            page.is(410);
        }
        for left in [
            "SELECT count(*) FROM remark WHERE words LIKE '%sister%' OR html LIKE '%sister%' OR quoted LIKE '%sister%'",
            "SELECT count(*) FROM remark_edit",
            "SELECT count(*) FROM remark_word",
            "SELECT count(*) FROM findable WHERE preview LIKE '%sister%'",
        ] {
            assert_eq!(house.count(left).await, 0, "{left}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_tap_says_a_word_and_another_takes_it_away() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = a_song(&ada).await;
        let id = say(&ada, &song, "Again, no sleep.").await;
        let words = format!("/remarks/{id}/words");
        house.guest().get(&song).await.says_not("me too");
        brook.post(&words, &[("word", "me-too")]).await.is(303);
        ada.post(&words, &[("word", "me-too")]).await.is(303);
        brook.post(&words, &[("word", "five-stars")]).await.is(404);
        house.guest().get(&song).await.says("me too 2");
        let page = brook.get(&song).await;
        assert_eq!(page.html.matches("aria-pressed=\"true\">me too").count(), 1, "{}", page.html);
        brook.post(&words, &[("word", "me-too")]).await.is(303);
        house.guest().get(&song).await.says("me too 1");
        ada.post(&words, &[("word", "me-too")]).await.is(303);
        house.guest().get(&song).await.says_not("me too");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_kept_without_a_script_for_its_writer_alone() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = a_song(&ada).await;
        let first = say(&ada, &song, "Go on.").await;
        brook
            .post_and_follow("/remarks", &[("place", &song), ("words", "Not sure yet."), ("keep", "draft")])
            .await
            .says("Kept. Only you see it.")
            .says("Not sure yet.");
        brook
            .post_and_follow("/remarks", &[("answers", &first), ("words", "An answer, half."), ("keep", "draft")])
            .await
            .says("An answer, half.");
        brook.get(&song).await.says("Not sure yet.").says("the draft you kept").says_not("An answer, half.");
        ada.get(&song).await.says_not("Not sure yet.");
        brook.post("/remarks", &[("place", &song), ("words", &"x".repeat(10_001)), ("keep", "draft")]).await.is(413);
        brook.get(&song).await.says("Not sure yet.");
        say(&brook, &song, "Sure now.").await;
        brook.get(&song).await.says_not("the draft you kept");
        assert_eq!(house.count("SELECT count(*) FROM draft").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_into_a_long_thread_leads_to_the_same_words_for_ever() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = a_song(&ada).await;
        let place = Place::read(&song).unwrap();
        let member = ada.member().await;
        let mut ids = Vec::new();
        for n in 1..=120 {
            let saying = Saying {
                words: format!("Number {n}."),
                answers: ids.first().cloned().filter(|_| n == 120),
                ..Saying::default()
            };
            ids.push(Remark::say(&member, &place, &saying).await.unwrap().id);
        }
        let page = house.guest().get(&song).await;
        page.says("120 comments")
            .says("Number 1.")
            .says("Number 50.")
            .says_not("Number 51.")
            .says("Page 1 of 3")
            .says("Later")
            .says_not("Earlier");
        house
            .guest()
            .get(&format!("{song}?page=2"))
            .await
            .says("Number 51.")
            .says("Number 100.")
            .says_not("Number 101.")
            .says("Earlier");
        for odd in ["0", "-1", "99", "x", "9223372036854775807"] {
            house.guest().get(&format!("{song}?page={odd}")).await.is(200);
        }
        let link = format!("/remarks/{}", ids[74]);
        let before = house.guest().get(&link).await;
        assert_eq!(before.is(303).headers["location"], format!("{song}?page=2#r-{}", ids[74]).as_str());
        house.guest().get(&before.to()).await.says("Number 75.");
        house.house.clock.turn(60_000);
        ada.post(&format!("/remarks/{}/take-back", ids[3]), &[]).await.is(303);
        assert_eq!(
            house.guest().get(&link).await.headers["location"],
            before.headers["location"],
            "an earlier remark taken back moves nothing"
        );
        let last = house.guest().get(&format!("{song}?page=3")).await;
        assert!(
            last.html.contains(&format!("href=\"/remarks/{}\">to Ada", ids[0])),
            "an answer to another page leads there: {}",
            last.html
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_each_get_a_number_of_their_own() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let place = Place::read(&a_song(&ada).await).unwrap();
        let member = ada.member().await;
        let each = (0..24).map(|n| {
            let (member, place) = (member.clone(), place.clone());
            tokio::spawn(async move {
                Remark::say(&member, &place, &Saying { words: format!("At once {n}."), ..Saying::default() })
                    .await
                    .unwrap()
                    .n
            })
        });
        let mut numbers = Vec::new();
        for one in each.collect::<Vec<_>>() {
            numbers.push(one.await.unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=24).collect::<Vec<_>>());
        assert_eq!(house.count("SELECT standing FROM thread").await, 24);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_from_one_person_is_slowed_and_nobody_else_is() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = a_song(&ada).await;
        for n in 0..59 {
            say(&ada, &song, &format!("Flood {n}.")).await;
        }
        ada.post("/remarks", &[("place", &song), ("words", "One more.")]).await.is(429).says("Slow down");
        let excuse = say(&brook, &song, "Excuse me.").await;
        house.house.clock.turn(11 * 60_000);
        say(&ada, &song, "Sorry.").await;
        // What is no words of one's own is counted too, far more patiently.
        let (mut tapped, tap) = (0, format!("/remarks/{excuse}/words"));
        while ada.post(&tap, &[("word", "me-too")]).await.status == 303 {
            tapped += 1;
            assert!(tapped < 1_000, "nobody slows her down");
        }
        ada.post(&tap, &[("word", "me-too")]).await.is(429);
        assert!(tapped > 600, "{tapped}");
        ada.get(&song).await.is(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folding_and_taking_down_take_a_duty_and_each_leaves_an_act() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let cleo = house.holder("Cleo", &house.duty_that("tend_talk")).await;
        let song = a_song(&ada).await;
        let id = say(&ada, &song, "Something that hurt.").await;
        let tend = format!("/remarks/{id}/tend");
        cleo.get(&tend).await.is(200).says("Fold it").says("Take it down").says_not("Open it again");
        cleo.post(&tend, &[("what", "lift"), ("why", "It is open.")]).await.is(409).says("it is so already");
        brook.get(&tend).await.is(403);
        brook.post(&tend, &[("what", "withdraw"), ("why", "Because.")]).await.is(403);
        ada.get(&song).await.says_not("Look after this");
        cleo.get(&song).await.says("Look after this");
        cleo.post(&tend, &[("what", "fold"), ("why", "")]).await.is(422).says("can't be empty");
        cleo.post(&tend, &[("what", "banish"), ("why", "Because.")]).await.is(422).says("Choose one");
        assert_eq!(house.count("SELECT count(*) FROM act").await, 0);

        cleo.post(&tend, &[("what", "fold"), ("why", "Names a method.")]).await.is(303);
        let page = house.guest().get(&song).await;
        page.says("Folded. Read it anyway? Why: Names a method.").says("Something that hurt.");
        assert!(page.html.contains("<details class=\"fold\"><summary>"), "it is closed: {}", page.html);
        assert_eq!(house.count("SELECT count(*) FROM findable WHERE kind = 'comment'").await, 0);

        cleo.post(&tend, &[("what", "withdraw"), ("why", "Two of us looked.")]).await.is(303);
        house.guest().get(&song).await.says("Taken down: Two of us looked.").says_not("Something that hurt.");
        house.guest().get(&format!("/remarks/{id}")).await.is(410);
        ada.get(&song).await.says("only you read it").says("Something that hurt.");

        cleo.post(&tend, &[("what", "lift"), ("why", "Looked again.")]).await.is(303);
        house.guest().get(&song).await.says("Something that hurt.").says_not("Folded");
        assert_eq!(house.count("SELECT count(*) FROM findable WHERE kind = 'comment'").await, 1);
        assert_eq!(
            house.count("SELECT count(*) FROM act WHERE what LIKE 'act-remark-%' AND whom IS NOT NULL").await,
            3
        );
        assert_eq!(house.count("SELECT count(*) FROM act_words WHERE words = 'Something that hurt.'").await, 3);

        let own = say(&cleo, &song, "My own.").await;
        cleo.post(&format!("/remarks/{own}/tend"), &[("what", "fold"), ("why", "Because.")])
            .await
            .is(403)
            .says("somebody else has to look");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_under_a_song_goes_where_the_song_goes() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let cleo = house.holder("Cleo", &house.duty_that("tend_library")).await;
        let song = a_song(&ada).await;
        let other = ada
            .post(
                "/songs",
                &[("artist", "Meshuggah"), ("title", "Bleeed"), ("feeling", "rage"), ("why", "Typo, sorry.")],
            )
            .await
            .to();
        say(&ada, &song, "Under the right one.").await;
        let moved = say(&ada, &other, "Under the wrong one.").await;
        cleo.post(&format!("{song}/merge"), &[("other", &other), ("merge-why", "Same song.")]).await.is(303);
        let page = house.guest().get(&song).await;
        page.says("Under the right one.").says("Under the wrong one.").says("2 comments");
        assert_eq!(house.guest().get(&format!("/remarks/{moved}")).await.to(), song);

        cleo.post(&format!("{song}/tend"), &[("what", "withdraw"), ("why", "The band asked.")]).await.is(303);
        house.guest().get(&format!("/remarks/{moved}")).await.is(410);
        assert_eq!(
            house.count("SELECT count(*) FROM findable WHERE kind = 'comment'").await,
            0,
            "nothing under it is found"
        );
        let third = ada
            .post("/songs", &[("artist", "Earth"), ("title", "Old Black"), ("feeling", "numb"), ("why", "Slow.")])
            .await
            .to();
        let lost = say(&ada, &third, "Going with it.").await;
        ada.post(&format!("{third}/take-back"), &[]).await.is(303);
        house.guest().get(&format!("/remarks/{lost}")).await.is(404);
        assert_eq!(house.count("SELECT count(*) FROM remark").await, 3, "whoever said it still has it in their export");
    })
    .await;
}

async fn forget(house: &TestHouse, who: &Browser<'_>, how: Leaving) {
    let tx = house.house.begin().await.unwrap();
    for room in house.house.rooms {
        room.forget(&house.house, &tx, &who.person, how).await.unwrap();
    }
    tx.keep().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_leaves_chooses_what_becomes_of_their_words_and_of_quotes_of_them() {
    both(async |house| {
        for (how, name, stays, name_stays) in [
            (Leaving::KeepWords, "Dara", true, true),
            (Leaving::TakeNameOff, "Eli", true, false),
            (Leaving::Remove, "Fern", false, false),
        ] {
            let (who, brook) = (house.member(name).await, house.member(&format!("Brook {}", how.id())).await);
            let song = who
                .post("/songs", &[("artist", "Earth"), ("title", how.id()), ("feeling", "numb"), ("why", "Slow.")])
                .await
                .to();
            let id = id_in(
                &who.post(
                    "/remarks",
                    &[("place", &song), ("words", "Words of one who left."), ("speaking_as", "the one from Leeds")],
                )
                .await,
            );
            let quoting = answer(&brook, &id, "Quoting.", "one who left").await;
            who.post(&format!("/remarks/{quoting}/words"), &[("word", "me-too")]).await.is(303);
            who.post("/remarks", &[("place", &song), ("words", "Half a thought."), ("keep", "draft")]).await.is(303);
            let kept = house
                .house
                .rooms
                .iter()
                .find(|room| room.name() == "talk")
                .unwrap()
                .keeps(&house.house, &who.person)
                .await
                .unwrap();
            let export = serde_json::to_string(&kept).unwrap();
            assert!(
                ["Words of one who left.", "me-too", "Half a thought.", "the one from Leeds"]
                    .iter()
                    .all(|words| export.contains(words)),
                "{export}"
            );

            forget(&house, &who, how).await;
            let page = house.guest().get(&song).await;
            assert_eq!(page.words().contains("Words of one who left."), stays, "{how:?}");
            assert_eq!(
                page.words().matches("one who left").count(),
                if stays { 2 } else { 0 },
                "{how:?}: the quote, too"
            );
            assert_eq!(page.words().contains(name), name_stays, "{how:?}: {}", page.words());
            assert_eq!(page.words().contains("Leeds"), name_stays, "{how:?}");
            assert_eq!(page.words().contains("me too"), name_stays, "{how:?}: what they said with one tap");
            page.says("Quoting.");
            let found: i64 = house
                .house
                .db
                .one("SELECT count(*) FROM findable WHERE place = $1", vals![format!("/remarks/{id}")])
                .await
                .unwrap();
            assert_eq!(found, i64::from(stays), "{how:?}");
        }
        assert_eq!(house.count("SELECT count(*) FROM draft").await, 0);
        assert_eq!(
            house.count("SELECT count(*) FROM findable WHERE marks LIKE '%by0eli%' OR marks LIKE '%by0fern%'").await,
            0
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_brings_comments_by_people_and_by_names() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = a_song(&ada).await;
        let talk = house.house.rooms.iter().find(|room| room.name() == "talk").unwrap();
        let mut comment = base::brought::BroughtComment {
            key: "k:1".into(),
            under: Place::read(&song).unwrap(),
            answers: None,
            author: Some(Place::of("people", &ada.person)),
            name: "ignored".into(),
            words: "From **2019**.".into(),
            at: 1_560_000_000_000,
        };
        let tx = house.house.begin().await.unwrap();
        let first =
            talk.take_in(&house.house, &tx, &base::brought::Brought::Comment(comment.clone())).await.unwrap().unwrap();
        comment = base::brought::BroughtComment {
            answers: Some(first.clone()),
            author: None,
            name: "Old Friend".into(),
            words: "And an answer.".into(),
            at: 1_560_000_100_000,
            ..comment
        };
        talk.take_in(&house.house, &tx, &base::brought::Brought::Comment(comment)).await.unwrap().unwrap();
        tx.keep().await.unwrap();
        let page = house.guest().get(&song).await;
        page.says("Ada")
            .says("From 2019.")
            .says("8 June 2019")
            .says("Old Friend from the old site")
            .says_not("Ada from the old site")
            .says("to Ada")
            .says("2 comments");
        house.guest().get(first.as_str()).await.is(303);
        assert_eq!(house.count("SELECT count(*) FROM findable WHERE kind = 'comment'").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn putting_everything_into_the_index_again_brings_the_talk_along_and_old_rendering_is_made_anew() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = a_song(&ada).await;
        let id = say(&ada, &song, "Found **again**.").await;
        let tx = house.house.begin().await.unwrap();
        base::search::unindex(&tx, &Place::read(&song).unwrap()).await.unwrap();
        base::search::unindex(&tx, &Remark::place_of(&id)).await.unwrap();
        tx.run("UPDATE remark SET html = 'old', version = 0", &[]).await.unwrap();
        tx.keep().await.unwrap();
        for room in house.house.rooms {
            room.index_again(&house.house).await.unwrap();
        }
        assert_eq!(house.count("SELECT count(*) FROM findable WHERE kind = 'comment'").await, 1);
        for job in house.house.rooms.iter().flat_map(|room| room.jobs()) {
            (job.run)(house.house.clone()).await.unwrap();
        }
        house.guest().get(&song).await.says("Found again.").says_not("old");
        assert_eq!(house.count("SELECT version FROM remark").await, base::markup::VERSION);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_taken_away_or_down_stand_in_no_quote_and_in_no_act() {
    both(async |house| {
        let (ada, brook, dara) = (house.member("Ada").await, house.member("Brook").await, house.member("Dara").await);
        let cleo = house.holder("Cleo", &house.duty_that("tend_talk")).await;
        let song = a_song(&ada).await;
        let id = say(&ada, &song, "My real name is Canarybird.").await;
        dara.post(
            "/remarks",
            &[("answers", &id), ("quoted", "real name is Canarybird"), ("words", "Careful with that.")],
        )
        .await
        .is(303);
        brook.get(&song).await.says("real name is Canarybird");
        let tend = format!("/remarks/{id}/tend");
        cleo.post(&tend, &[("what", "fold"), ("why", "A name.")]).await.is(303);
        ada.get(&song).await.says("others read it only when they open it");
        cleo.post(&tend, &[("what", "withdraw"), ("why", "A name.")]).await.is(303);
        brook.get(&song).await.says_not("Canarybird").says("Careful with that.");
        ada.get(&song).await.says("only you read it");
        cleo.post(&tend, &[("what", "lift"), ("why", "She says so.")]).await.is(303);
        brook.get(&song).await.says("real name is Canarybird");

        let seen = ada.get(&format!("/remarks/{id}/edit")).await.field("seen");
        ada.post(&format!("/remarks/{id}/edit"), &[("words", "My real name is mine."), ("seen", &seen)]).await.is(303);
        let history = ada.get(&format!("/remarks/{id}/history")).await;
        ada.post(&format!("/remarks/{id}/history/unsay"), &[("wording", &history.field("wording"))]).await.is(303);
        brook.get(&song).await.says_not("Canarybird").says("Careful with that.");
        assert_eq!(house.count("SELECT count(*) FROM act_words WHERE words LIKE '%Canarybird%'").await, 0);
        assert_eq!(house.count("SELECT count(*) FROM remark WHERE quoted LIKE '%Canarybird%'").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_at_once_stands_in_the_box_again() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = a_song(&ada).await;
        let id = say(&ada, &song, "Said a little too soon.").await;
        ada.post(&format!("/remarks/{id}/take-back"), &[]).await.is(303);
        ada.get(&song).await.says("Said a little too soon.");
        house.guest().get(&song).await.says_not("Said a little too soon.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_older_renderer_made_is_rendered_anew_once_for_a_version() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let article = [("title", "Once more"), ("words", "Again, *from the top*."), ("do", "publish")];
        let place = ada.post("/articles", &article).await.is(303).place();
        ada.post("/remarks", &[("place", &place), ("words", "And *slower*.")]).await.is(303);
        let turns = async || {
            let tx = house.house.begin().await.unwrap();
            for sql in ["UPDATE article SET html = 'old', version = 0", "UPDATE remark SET html = 'old', version = 0"] {
                tx.run(sql, &[]).await.unwrap();
            }
            tx.keep().await.unwrap();
            for job in
                house.house.rooms.iter().flat_map(|room| room.jobs()).filter(|job| job.name.ends_with("-rendered"))
            {
                circlepit::worker::take_turn(&house.house, job).await;
            }
            house
                .count(
                    "SELECT (SELECT count(*) FROM article WHERE html = 'old') + (SELECT count(*) FROM remark
                     WHERE html = 'old')",
                )
                .await
        };
        assert_eq!(turns().await, 0);
        let page = house.guest().get(&place).await;
        assert!(page.html.contains("<em>from the top</em>") && page.html.contains("<em>slower</em>"), "{}", page.html);
        assert_eq!(turns().await, 2, "all of this version were looked at already");
    })
    .await;
}
