//! Playlists: asking, bringing, arguing, putting in order, and files in and out.

use std::time::Duration;

use base::clock::DAY_MS;
use base::db::Ask as _;
use base::ledger::Ledger;
use base::refusal::Refusal;
use base::vals;
use library::playlist::{self, Decision, Playlist};
use library::song::folded;

use crate::house::{Browser, both};

const DOOM: &[(&str, &str)] = &[
    ("title", "Doom for days you can't get up"),
    ("brief", "Slow enough to breathe to, nothing that hurries."),
    ("feeling", "worn-out"),
    ("days", "14"),
];

async fn ask_for_doom(who: &Browser<'_>) -> String {
    who.post("/playlists", DOOM).await.is(303).place()
}

async fn bring(who: &Browser<'_>, list: &str, artist: &str, title: &str) -> String {
    let page = who
        .post_and_follow(
            &format!("{list}/suggestions"),
            &[("artist", artist), ("title", title), ("reason", "It lies down next to you.")],
        )
        .await;
    who.house.house.clock.turn(1_000);
    let ids: Vec<_> = page.html.split("id=\"s-").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    (*ids.last().unwrap()).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_asked_for_argued_over_and_put_in_order_with_why_not() {
    both(async |house| {
        let (ada, brook, cleo) = (house.member("Ada").await, house.member("Brook").await, house.member("Cleo").await);
        let list = ask_for_doom(&ada).await;
        let bungee = bring(&brook, &list, "Earth", "Bungee").await;
        let dragonaut = bring(&cleo, &list, "Sleep", "Dragonaut").await;
        cleo.post(
            &format!("{list}/suggestions/{bungee}/voice"),
            &[("voice", "argued"), (&format!("line-{bungee}"), "")],
        )
        .await
        .is(422)
        .says("Arguing needs a line");
        let long = "Eleven minutes. ".repeat(30);
        let page = cleo
            .post(
                &format!("{list}/suggestions/{bungee}/voice"),
                &[("voice", "argued"), (&format!("line-{bungee}"), &long)],
            )
            .await;
        assert!(
            page.is(422).says("Earth – Bungee: 300 characters at most").html.contains(&format!("value=\"{long}\"")),
            "what was typed is gone"
        );
        cleo.post(
            &format!("{list}/suggestions/{bungee}/voice"),
            &[("voice", "argued"), (&format!("line-{bungee}"), "It is eleven minutes of one idea.")],
        )
        .await
        .is(303);
        ada.post(
            &format!("{list}/suggestions/{dragonaut}/voice"),
            &[("voice", "no"), (&format!("line-{dragonaut}"), "")],
        )
        .await
        .is(303);
        house
            .guest()
            .get(&list)
            .await
            .says("eleven minutes of one idea")
            .says("no from Ada")
            .says("It lies down next to you.");
        brook.get(&format!("{list}/order")).await.is(403);
        let (n, other, not) = (format!("n-{bungee}"), format!("n-{dragonaut}"), format!("not-{dragonaut}"));
        ada.post(&format!("{list}/order"), &[(&n, "1"), (&other, "1")])
            .await
            .is(422)
            .says("Two songs have this number");
        ada.post(&format!("{list}/order"), &[(&n, "1"), (&other, "")])
            .await
            .is(422)
            .says("Sleep – Dragonaut: Say why it stays out");
        ada.post_and_follow(&format!("{list}/order"), &[(&n, "1"), (&other, ""), (&not, "Too awake for this one.")])
            .await
            .says("What didn't get in, and why")
            .says("Too awake for this one.");
        brook
            .post(&format!("{list}/suggestions"), &[("artist", "Om"), ("title", "Gebel Barkal"), ("reason", "Late.")])
            .await
            .is(409)
            .says("closed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_closes_on_its_day_and_the_same_song_is_suggested_once() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let list = ask_for_doom(&ada).await;
        bring(&brook, &list, "Earth", "Bungee").await;
        brook
            .post(&format!("{list}/suggestions"), &[("artist", "EARTH"), ("title", "bungee"), ("reason", "Again.")])
            .await
            .is(409)
            .says("suggested here already");
        house.house.clock.turn(15 * DAY_MS);
        brook.get(&list).await.is(200).says("Closed").says_not("Bring a song for it");
        brook
            .post(&format!("{list}/suggestions"), &[("artist", "Om"), ("title", "Gebel Barkal"), ("reason", "Late.")])
            .await
            .is(409);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_leaves_as_a_file_of_each_kind_and_comes_back_the_same() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let text = "artist,title,seconds,why,link\nEarth,Bungee,669,\"One idea, eleven minutes\",https://earth.example.org/bungee\nSleep,Dragonaut,,\"It \"\"walks\"\"\",\n";
        let fields = [("paste", text), ("title", "From a file"), ("brief", "What a friend sent me."), ("feeling", "worn-out")];
        let list = ada.post("/playlists/bring", &fields).await.is(303).place();
        let first = ada.get(&format!("{list}.csv")).await.html;
        assert!(first.contains("Earth,Bungee,669,\"One idea, eleven minutes\",https://earth.example.org/bungee"), "{first}");
        for ending in ["m3u8", "xspf", "jspf", "csv", "txt"] {
            let file = house.guest().get(&format!("{list}.{ending}")).await;
            assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"), "{ending}");
            let again = ada.post("/playlists/bring", &[("paste", &file.html), ("feeling", "worn-out")]).await.is(303).place();
            assert_eq!(ada.get(&format!("{again}.csv")).await.html, first, "{ending}");
        }
        house.guest().get(&format!("{list}.exe")).await.is(404);
        ada.post("/playlists/bring", &[("paste", "no dash"), ("title", "Kept"), ("brief", "Kept words here."), ("feeling", "worn-out")]).await.is(422).says("no artist or no title");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_others_put_songs_into_is_not_one_persons_to_take_down() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let list = ask_for_doom(&ada).await;
        let bungee = bring(&brook, &list, "Earth", "Bungee").await;
        brook.post(&format!("{list}/take-back"), &[]).await.is(403);
        ada.post(&format!("{list}/take-back"), &[]).await.is(409).says("theirs, too");
        ada.post(&format!("{list}/suggestions/{bungee}/take-back"), &[]).await.is(403);
        brook.post(&format!("{list}/suggestions/{bungee}/take-back"), &[]).await.is(303);
        ada.post(&format!("{list}/take-back"), &[]).await.is(303);
        ada.get(&list).await.is(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_talked_about_like_a_song_and_what_others_said_outlives_it() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let list = ask_for_doom(&ada).await;
        house.guest().get(&list).await.says("Nobody has said anything yet");
        brook.post("/remarks", &[("place", &list), ("words", "Half of this is sludge.")]).await.is(303);
        house.guest().get(&list).await.says("Half of this is sludge.");
        ada.post(&format!("{list}/take-back"), &[]).await.is(303);
        assert_eq!(house.count("SELECT count(*) FROM remark").await, 1, "what Brook said is Brook's");
        house.guest().get("/search?q=sludge").await.says_not("Half of this");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_is_written_down_so_that_no_backup_brings_it_again() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let list = ask_for_doom(&ada).await;
        let bungee = bring(&brook, &list, "Earth", "Bungee").await;
        let song: String = house.house.db.one("SELECT '/songs/' || song FROM suggestion", &[]).await.unwrap();
        ada.post(&format!("{list}/suggestions/{bungee}/voice"), &[("voice", "yes"), (&format!("line-{bungee}"), "")])
            .await
            .is(303);
        ada.post(&format!("{song}/helped"), &[("feeling", "rage"), ("line", "All winter.")]).await.is(303);
        ada.post("/remarks", &[("place", &song), ("words", "Eleven minutes.")]).await.is(303);
        ada.post(&format!("{list}/suggestions/{bungee}/voice"), &[("voice", ""), (&format!("line-{bungee}"), "")])
            .await
            .is(303);
        ada.post(&format!("{song}/helped/unsay"), &[]).await.is(303);
        brook.post(&format!("{list}/suggestions/{bungee}/take-back"), &[]).await.is(303);
        ada.post(&format!("{list}/take-back"), &[]).await.is(303);
        let kinds: Vec<String> = house.house.db.all("SELECT kind FROM erasure ORDER BY kind", &[]).await.unwrap();
        assert_eq!(kinds, ["helped", "playlist", "suggestion", "voice"]);
        assert_eq!(Ledger::of(&house.house.db, 0).await.unwrap().len(), 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_decides_over_a_song_they_have_not_seen() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let list = ask_for_doom(&ada).await;
        let bungee = bring(&brook, &list, "Earth", "Bungee").await;
        let stale = Playlist::find(&house.house.db, list.rsplit('/').next().unwrap()).await.unwrap().unwrap();
        bring(&brook, &list, "Sleep", "Dragonaut").await;
        let only = [Decision { suggestion: bungee.clone(), n: Some(1), why_not: String::new() }];
        let me = ada.member().await;
        assert!(!stale.decide(&me, &only).await.unwrap(), "decided over a song that nobody weighed");
        house.guest().get(&list).await.says_not("Too awake");
        let second: String =
            house.house.db.one("SELECT id FROM suggestion ORDER BY id DESC LIMIT 1", &[]).await.unwrap();
        let both =
            [only[0].clone(), Decision { suggestion: second, n: None, why_not: "Too awake for this one.".into() }];
        assert!(stale.decide(&me, &both).await.unwrap());
        let late = stale.suggest(&brook.member().await, "Om", "Gebel Barkal", "Late.").await;
        assert!(matches!(late, Err(Refusal::NotNow("playlist-closed"))), "{late:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_taken_off_and_put_back_and_its_curator_sees_why() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let cleo = house.holder("Cleo", &house.duty_that("tend_library")).await;
        let list = ask_for_doom(&ada).await;
        bring(&brook, &list, "Earth", "Bungee").await;
        cleo.post(&format!("{list}/tend"), &[("what", "withdraw"), ("why", "Asked for twice.")]).await.is(303);
        house.guest().get(&list).await.is(410);
        house.guest().get("/search?q=hurries").await.says_not("Doom for days");
        ada.get(&list).await.is(200).says("Asked for twice.");
        cleo.get("/library/off").await.says("Doom for days");
        cleo.post(&format!("{list}/tend"), &[("what", "lift"), ("why", "The other one is gone.")]).await.is(303);
        house.guest().get("/search?q=hurries").await.says("Doom for days");
        house.guest().get(&list).await.is(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_read_as_strictly_as_the_form() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let paste = async |text: &str| {
            ada.post(
                "/playlists/bring",
                &[("title", "From a file"), ("brief", "What was on the stick."), ("feeling", "rage"), ("paste", text)],
            )
            .await
        };
        paste("artist,title\n\u{200b},\u{202e}\n").await.is(422).says("no artist or no title");
        paste("artist,title\n\u{200d},Bungee\n").await.is(422).says("no artist or no title");
        paste("artist,title\nEa\u{200b}rth,Bun\u{202e}gee\n").await.is(303);
        house.guest().get("/songs").await.says("Bungee").says("Earth");
        let many: String = (0..500).map(|n| format!("Earth,Number {n}\n")).collect();
        for _ in 0..2 {
            paste(&format!("artist,title\n{many}")).await.is(303);
        }
        paste(&format!("artist,title\n{many}")).await.is(429);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_is_brought_while_a_song_is_renamed_never_holds_the_renamed_one() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let bleed =
            [("artist", "Meshuggah"), ("title", "Bleed"), ("feeling", "rage"), ("why", "Feet can't follow it.")];
        let song = ada.post("/songs", &bleed).await.is(303).place();
        let tx = house.house.begin().await.unwrap();
        tx.take_turn(&song).await.unwrap();
        let sql = "UPDATE song SET title = 'Rational Gaze', folded = $1";
        tx.run(sql, vals![folded("Meshuggah", "Rational Gaze")]).await.unwrap();
        let fields = [
            ("paste", "artist,title\nMeshuggah,Bleed\n"),
            ("title", "From a file"),
            ("brief", "What a friend sent me."),
            ("feeling", "rage"),
        ];
        let kept_late = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            tx.keep().await.unwrap();
        };
        tokio::join!(brook.post("/playlists/bring", &fields), kept_late);
        let wrong = "SELECT count(*) FROM suggestion g JOIN song s ON s.id = g.song WHERE s.title <> 'Bleed'";
        assert_eq!(house.count(wrong).await, 0);
        brook.post("/playlists/bring", &fields).await.is(303);
        assert!(house.count("SELECT count(*) FROM suggestion").await > 0);
        assert_eq!(house.count(wrong).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_very_many_who_say_something_a_few_stand_there_and_how_many_more() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let list = ask_for_doom(&ada).await;
        let bungee = bring(&ada, &list, "Earth", "Bungee").await;
        let say = async |who: &Browser<'_>, voice, line| {
            house.house.clock.turn(1_000);
            let (at, field) = (format!("{list}/suggestions/{bungee}/voice"), format!("line-{bungee}"));
            who.post(&at, &[("voice", voice), (&field, line)]).await.is(303);
        };
        let first = house.member("Brook").await;
        say(&first, "yes", "").await;
        say(&house.member("Eli").await, "argued", "Eleven minutes.").await;
        say(&house.member("Fern").await, "yes", "It lies down, too.").await;
        for n in 10..10 + playlist::VOICES_SHOWN {
            say(&house.member(&format!("Somebody {n}")).await, "yes", "").await;
        }
        let page = house.guest().get(&list).await;
        page.says("Fern, Somebody 11").says("and 2 more").says("It lies down, too.").says("Eleven minutes.");
        page.says_not("Brook").says_not("Somebody 10");
        first.get(&list).await.says("Say nothing").says("yes from Brook, Fern, Somebody 11").says("and 1 more");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_whoever_asked_for_a_list_gets_its_form_back() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let list = ask_for_doom(&ada).await;
        ada.post(&list, &[("title", ""), ("brief", "")]).await.is(422);
        brook.post(&list, &[("title", ""), ("brief", "")]).await.is(403).says("Only whoever asked for the list");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_is_found_says_what_it_is_for() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let list = ask_for_doom(&ada).await;
        bring(&brook, &list, "Earth", "Bungee").await;
        for sought in ["hurries", "dragonaut", "bungee"] {
            let page = house.guest().get(&format!("/search?q={sought}+kind:playlist")).await;
            if sought == "dragonaut" {
                page.says("Nothing with those words");
            } else {
                page.says("Slow enough to breathe to, nothing that hurries.").says_not("Earth").says_not("lies down");
            }
        }
    })
    .await;
}
