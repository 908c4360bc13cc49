//! Songs: suggesting, finding them twice, correcting, taking back, and the keepers' acts.

use std::time::Duration;

use axum::http::StatusCode;
use base::clock::DAY_MS;
use base::db::{Ask as _, Tx};
use base::room::{Leaving, Room as _};
use base::vals;
use library::playlist::Playlist;

use crate::house::{Browser, both};

const BLEED: &[(&str, &str)] = &[
    ("artist", "Meshuggah"),
    ("title", "Bleed"),
    ("feeling", "rage"),
    ("why", "Feet can't follow it. Head gives up trying."),
];

async fn bring_bleed(who: &Browser<'_>) -> String {
    who.post("/songs", BLEED).await.is(303).to()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_song_takes_four_fields_and_is_there_for_its_feeling() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = bring_bleed(&ada).await;
        ada.get(&song).await.is(200).says("Bleed").says("Brought by Ada");
        house.guest().get("/feelings/rage").await.is(200).says("Bleed").says("Head gives up trying");
        house.guest().get("/feelings/numb").await.is(200).says_not("Bleed");
        assert_eq!(house.guest().get("/feelings").await.is(303).to(), "/");
        house.guest().get("/songs?feeling=rage").await.says("Bleed");
        house.guest().get("/songs?feeling=numb").await.says_not("Bleed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_song_that_is_here_already_turns_into_thanks() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = bring_bleed(&ada).await;
        let again = [
            ("artist", "MESHUGGAH"),
            ("title", "Bleed (feat. nobody)"),
            ("feeling", "need-to-move"),
            ("why", "Got me up the stairs."),
        ];
        let page = brook.post_and_follow("/songs", &again).await;
        page.says("it's on the shelf already").says("Got me up the stairs.").says("Head gives up trying");
        assert_eq!(house.count("SELECT count(*) FROM song").await, 1);
        brook.get(&song).await.says("Got me up the stairs.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let page = ada
            .post(
                "/songs",
                &[
                    ("artist", "Earth"),
                    ("title", ""),
                    ("feeling", "rage"),
                    ("why", "Slow."),
                    ("length", "many"),
                    ("links", "ftp://x"),
                ],
            )
            .await;
        page.is(422).says("This one can't be empty").says("Minutes and seconds").says("begins with https://");
        assert!(page.html.contains("value=\"Earth\"") && page.html.contains(">\nSlow.<"), "what was typed is gone");
        for (field, most) in [("artist", 160), ("title", 160), ("why", 300), ("note", 160)] {
            let (at, over) = ("x".repeat(most), "x".repeat(most + 1));
            let with = |value: &'static str| {
                BLEED.iter().copied().filter(|(name, _)| *name != field).chain([(field, value)]).collect::<Vec<_>>()
            };
            ada.post("/songs", &with(at.leak())).await.is(303);
            ada.post("/songs", &with(over.leak())).await.is(422).says("characters at most");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_is_asked_to_come_in_first_and_comes_back_to_the_form() {
    both(async |house| {
        let answer = house.guest().get("/songs/new").await;
        assert_eq!((answer.status, answer.to().as_str()), (StatusCode::SEE_OTHER, "/sign-in?then=/songs/new"));
        house.guest().post("/songs", BLEED).await.is(303);
        assert_eq!(house.count("SELECT count(*) FROM song").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_whoever_brought_a_song_corrects_it_or_takes_it_back() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = bring_bleed(&ada).await;
        brook.post(&song, BLEED).await.is(403);
        brook.post(&format!("{song}/take-back"), &[]).await.is(403).says("Only whoever brought it");
        ada.get(&song).await.says("It's on the shelf.");
        house.house.clock.turn(11_000);
        ada.get(&song).await.says_not("It's on the shelf.");
        ada.post_and_follow(&format!("{song}/take-back"), &[]).await.says("Taken back");
        ada.get(&song).await.is(404);
        house.guest().get("/feelings/rage").await.says_not("Bleed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_corrections_at_once_lose_nothing() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = bring_bleed(&ada).await;
        let page = ada.get(&format!("{song}/edit")).await;
        let seen = page.field("seen");
        let with = |why| {
            [("artist", "Meshuggah"), ("title", "Bleed"), ("feeling", "rage"), ("why", why), ("seen", seen.as_str())]
        };
        ada.post(&song, &with("The first to be kept.")).await.is(303);
        let late = ada.post(&song, &with("Written on another phone.")).await;
        late.is(422).says("changed while you were writing").says("Written on another phone.");
        ada.get(&song).await.says("The first to be kept.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_helped_me_is_one_line_a_person_and_can_be_unsaid() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = bring_bleed(&ada).await;
        let helped = format!("{song}/helped");
        brook.post(&helped, &[("feeling", "rage"), ("line", "")]).await.is(422).says("can't be empty");
        brook
            .post_and_follow(&helped, &[("feeling", "rage"), ("line", "Every morning of the trial.")])
            .await
            .says("Every morning of the trial.");
        brook.post(&helped, &[("feeling", "dread"), ("line", "Before every hearing.")]).await.is(303);
        house.guest().get(&song).await.says("Before every hearing.").says_not("Every morning of the trial.");
        brook.post(&format!("{helped}/unsay"), &[]).await.is(303);
        house.guest().get(&song).await.says_not("Before every hearing.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn withdrawing_a_song_takes_a_duty_and_leaves_an_act() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let duty = house.duty_that("tend_library");
        let cleo = house.holder("Cleo", &duty).await;
        let song = bring_bleed(&ada).await;
        brook.post(&format!("{song}/tend"), &[("what", "withdraw"), ("why", "Not for here.")]).await.is(403);
        cleo.post(&format!("{song}/tend"), &[("what", "withdraw"), ("why", "")]).await.is(422);
        assert_eq!(house.count("SELECT count(*) FROM act").await, 0);
        cleo.post(&format!("{song}/tend"), &[("what", "withdraw"), ("why", "The singer asked us to.")]).await.is(303);
        assert_eq!(
            house.count("SELECT count(*) FROM act WHERE what = 'act-song-withdrawn' AND whom IS NOT NULL").await,
            1
        );
        house.guest().get(&song).await.is(410).says("It was here");
        house.guest().get("/songs").await.says_not("Bleed");
        ada.get(&song).await.is(200).says("The singer asked us to.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_songs_put_together_keep_their_links_and_their_places_in_lists() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let cleo = house.holder("Cleo", &house.duty_that("tend_library")).await;
        let song = bring_bleed(&ada).await;
        let again = [
            ("artist", "Meshuggah"),
            ("title", "Bleed, live"),
            ("feeling", "rage"),
            ("why", "The crowd counts along."),
            ("links", "https://bandcamp.com/bleed-live"),
        ];
        let other = brook.post("/songs", &again).await.is(303).to();
        let list = list_with(&ada, &brook, "Bleed, live").await;
        house.guest().get("/search?q=live").await.says("Loud ones");
        cleo.post(&format!("{song}/merge"), &[("other", &other), ("merge-why", "It is the same one.")]).await.is(303);
        house.guest().get(&list).await.says("It has to be in.").says("Bleed").says_not("Bleed, live");
        house.guest().get(&song).await.says("bandcamp.com").says("The crowd counts along.");
        house.guest().get("/search?q=live").await.says_not("Loud ones");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_song_taken_back_leaves_others_what_they_made_of_it() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = bring_bleed(&ada).await;
        let list = list_with(&ada, &brook, "Bleed").await;
        ada.post(&format!("{song}/take-back"), &[]).await.is(303);
        house.guest().get(&song).await.is(200).says_not("Brought by Ada").says_not("Head gives up trying");
        house.guest().get(&list).await.says("It has to be in.");
        ada.post(&format!("{song}/take-back"), &[]).await.is(403);

        let earth = ada
            .post("/songs", &[("artist", "Earth"), ("title", "Bungee"), ("feeling", "rage"), ("why", "Slow and wide.")])
            .await
            .is(303)
            .to();
        brook.post("/remarks", &[("place", &earth), ("words", "Heard it on the night bus.")]).await.is(303);
        house.guest().get("/search?q=bus").await.says("Heard it on the night bus.");
        ada.post(&format!("{earth}/take-back"), &[]).await.is(303);
        assert_eq!(house.count("SELECT count(*) FROM remark").await, 1, "what Brook said is Brook's");
        house.guest().get("/search?q=bus").await.says_not("Heard it on the night bus.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_song_that_was_withdrawn_is_not_found_through_a_list_it_stands_in() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let cleo = house.holder("Cleo", &house.duty_that("tend_library")).await;
        let song = bring_bleed(&ada).await;
        list_with(&ada, &brook, "Bleed").await;
        house.guest().get("/search?q=meshuggah").await.says("Loud ones");
        cleo.post(&format!("{song}/tend"), &[("what", "withdraw"), ("why", "The singer asked us to.")]).await.is(303);
        house.guest().get("/search?q=meshuggah").await.says_not("Loud ones");
    })
    .await;
}

/// A list that one person asks for and another puts a song of Meshuggah's into.
async fn list_with(asks: &Browser<'_>, puts: &Browser<'_>, title: &str) -> String {
    let list = asks
        .post(
            "/playlists",
            &[("title", "Loud ones"), ("brief", "Nothing quiet in here."), ("feeling", "rage"), ("days", "14")],
        )
        .await
        .is(303)
        .place();
    puts.post(
        &format!("{list}/suggestions"),
        &[("artist", "Meshuggah"), ("title", title), ("reason", "It has to be in.")],
    )
    .await
    .is(303);
    list
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feeling_that_is_corrected_is_replaced_and_nobody_elses_is() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = bring_bleed(&ada).await;
        brook
            .post(
                "/songs",
                &[
                    ("artist", "Meshuggah"),
                    ("title", "Bleed"),
                    ("feeling", "need-to-move"),
                    ("why", "Got me up the stairs."),
                ],
            )
            .await
            .is(303);
        let page = ada.get(&format!("{song}/edit")).await;
        let seen = page.field("seen");
        ada.post(
            &song,
            &[
                ("artist", "Meshuggah"),
                ("title", "Bleed"),
                ("feeling", "dread"),
                ("why", "Head gives up trying."),
                ("seen", &seen),
            ],
        )
        .await
        .is(303);
        house.guest().get("/songs?feeling=rage").await.says_not("Bleed");
        house.guest().get("/songs?feeling=dread").await.says("Bleed");
        house.guest().get("/songs?feeling=need-to-move").await.says("Bleed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_made_of_signs_is_a_name() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let with = |artist: &'static str, title: &'static str| {
            [("artist", artist), ("title", title), ("feeling", "rage"), ("why", "It counts to four.")]
        };
        for (artist, title) in [
            ("!!!", "Myth Takes"),
            ("Earth", "???"),
            ("Earth", "!!!"),
            ("Earth", "Medley (With or Without You)"),
            ("Earth", "Medley"),
        ] {
            ada.post("/songs", &with(artist, title)).await.is(303);
        }
        assert_eq!(house.count("SELECT count(*) FROM song").await, 5);
        ada.post("/songs", &with("! ! !", "Myth Takes (with the Quiet Orchestra)")).await.is(303);
        assert_eq!(house.count("SELECT count(*) FROM song").await, 5, "the same song once more");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_brings_a_withdrawn_song_is_told_why_and_a_keeper_can_put_it_back() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let cleo = house.holder("Cleo", &house.duty_that("tend_library")).await;
        let song = bring_bleed(&ada).await;
        let list = list_with(&ada, &brook, "Rational Gaze").await;
        cleo.post(&format!("{song}/tend"), &[("what", "withdraw"), ("why", "The singer asked us to.")]).await.is(303);
        let told = brook.post("/songs", BLEED).await;
        told.is(422).says("took it off").says("The singer asked us to.").says("Head gives up trying");
        assert!(told.html.contains("href=\"/duties\""), "nobody to ask");
        let told = brook
            .post(
                &format!("{list}/suggestions"),
                &[("artist", "Meshuggah"), ("title", "Bleed"), ("reason", "It has to be in.")],
            )
            .await;
        told.is(422).says("The singer asked us to.");
        assert_eq!(house.count("SELECT count(*) FROM suggestion").await, 1);
        brook.post(&format!("{song}/tend"), &[("what", "lift"), ("why", "I like it.")]).await.is(403);
        cleo.get(&format!("{song}/tend")).await.is(200).says("Put it back");
        cleo.post(&format!("{song}/tend"), &[("what", "lift"), ("why", "")]).await.is(422);
        cleo.post(&format!("{song}/tend"), &[("what", "lift"), ("why", "The singer changed her mind.")]).await.is(303);
        house.guest().get(&song).await.is(200).says("Bleed");
        house.guest().get("/search?q=bleed").await.says("Bleed");
        assert_eq!(
            house.count("SELECT count(*) FROM act WHERE what = 'act-song-lifted' AND whom IS NOT NULL").await,
            1
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_looks_after_the_song_they_brought() {
    both(async |house| {
        let (ada, cleo) = (house.member("Ada").await, house.holder("Cleo", &house.duty_that("tend_library")).await);
        let (own, other) = (
            bring_bleed(&cleo).await,
            ada.post(
                "/songs",
                &[("artist", "Earth"), ("title", "Bungee"), ("feeling", "rage"), ("why", "Slow and wide.")],
            )
            .await
            .to(),
        );
        cleo.post(&format!("{own}/tend"), &[("what", "withdraw"), ("why", "Nobody will notice.")])
            .await
            .is(403)
            .says("It is yours");
        for (one, two) in [(&own, &other), (&other, &own)] {
            cleo.post(&format!("{one}/merge"), &[("other", two), ("merge-why", "The same twice.")]).await.is(403);
        }
        assert_eq!(house.count("SELECT count(*) FROM act").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writing_of_every_kind_has_one_pace() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = bring_bleed(&ada).await;
        for n in 0..60 {
            brook
                .post(&format!("{song}/helped"), &[("feeling", "rage"), ("line", &format!("Time number {n}."))])
                .await
                .is(303);
        }
        let list = [("title", "Loud ones"), ("brief", "Nothing quiet in here."), ("feeling", "rage"), ("days", "14")];
        brook
            .post("/songs", &[("artist", "Earth"), ("title", "Bungee"), ("feeling", "rage"), ("why", "Slow and wide.")])
            .await
            .is(429);
        brook.post("/playlists", &list).await.is(429);
        let words = "Faster, and then all of it again from the top, until the neighbours <knock>.";
        let refused = brook.post("/articles", &[("title", "Once more"), ("words", words), ("do", "publish")]).await;
        refused.is(429).says("What you wrote").says(words);
        brook.post("/remarks", &[("place", &song), ("words", "Faster.")]).await.is(429);
        let list = ada.post("/playlists", &list).await.is(303).place();
        brook
            .post(&format!("{list}/suggestions"), &[("artist", "Earth"), ("title", "Bungee"), ("reason", "Slow.")])
            .await
            .is(429);
        house.house.clock.turn(11 * 60_000);
        brook
            .post(&format!("{list}/suggestions"), &[("artist", "Earth"), ("title", "Bungee"), ("reason", "Slow.")])
            .await
            .is(303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_fails_is_not_taken_for_a_veil() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let tx = house.house.begin().await.unwrap();
        tx.run("ALTER TABLE veil RENAME TO veil_away", &[]).await.unwrap();
        tx.keep().await.unwrap();
        ada.post("/songs", BLEED).await.is(500);
        assert_eq!(house.count("SELECT count(*) FROM song").await, 0, "kept without being findable");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_keeper_took_off_its_giver_cannot_bring_again_under_any_name() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let cleo = house.holder("Cleo", &house.duty_that("tend_library")).await;
        let song = bring_bleed(&ada).await;
        cleo.post(&format!("{song}/tend"), &[("what", "withdraw"), ("why", "The singer asked us to.")]).await.is(303);
        cleo.post(&format!("{song}/tend"), &[("what", "withdraw"), ("why", "Once more.")])
            .await
            .is(409)
            .says("it is so already");
        assert_eq!(house.count("SELECT count(*) FROM act").await, 1);
        house.guest().get(&song).await.is(410).says("Somebody who looks after this place took it off");
        ada.get(&song).await.is(200).says("Only you see this").says("The singer asked us to.");
        cleo.get("/library/off").await.is(200).says("Meshuggah – Bleed");
        brook.get("/library/off").await.is(403);

        let seen = ada.get(&format!("{song}/edit")).await.field("seen");
        ada.post(
            &song,
            &[
                ("artist", "Meshuggah"),
                ("title", "Bled"),
                ("feeling", "rage"),
                ("why", "Feet can't follow it."),
                ("seen", &seen),
            ],
        )
        .await
        .is(409)
        .says("taken off the shelf");
        ada.post(&format!("{song}/take-back"), &[]).await.is(303);
        ada.get(&song).await.is(410);
        ada.post("/songs", BLEED).await.is(422).says("The singer asked us to.");
        cleo.post(&format!("{song}/tend"), &[("what", "lift"), ("why", "She changed her mind.")]).await.is(303);
        house.guest().get(&song).await.is(200).says_not("Brought by Ada").says_not("Feet can't follow it.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_that_was_overtaken_can_be_kept_and_one_that_is_another_song_leads_there() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = bring_bleed(&ada).await;
        let other = brook
            .post("/songs", &[("artist", "Earth"), ("title", "Bungee"), ("feeling", "rage"), ("why", "Slow and wide.")])
            .await
            .is(303)
            .place();
        brook.get(&format!("{song}/edit")).await.is(403).says("Only whoever brought it");
        let seen = ada.get(&format!("{song}/edit")).await.field("seen");
        let with = |why: &'static str, seen: &str| {
            [("artist", "Meshuggah"), ("title", "Bleed"), ("feeling", "rage"), ("why", why), ("seen", seen)]
                .map(|(name, value)| (name, value.to_owned()))
        };
        let send = async |fields: [(&'static str, String); 5]| {
            ada.post(&song, &fields.each_ref().map(|(name, value)| (*name, value.as_str()))).await
        };
        send(with("Once.", &seen)).await.is(303);
        let late = send(with("Twice.", &seen)).await;
        late.is(422).says("changed while you were writing").says("Twice.");
        send(with("Twice.", &late.field("seen"))).await.is(303);
        house.guest().get(&song).await.says("Twice.");

        let seen = ada.get(&format!("{song}/edit")).await.field("seen");
        let taken = ada
            .post(
                &song,
                &[("artist", "EARTH"), ("title", "bungee"), ("feeling", "rage"), ("why", "Slow."), ("seen", &seen)],
            )
            .await;
        taken.is(422).says("A song of that name is on the shelf already");
        assert!(taken.html.contains(&format!("href=\"{other}\"")), "nothing leads to the other song");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_songs_of_one_list_are_put_together_and_no_word_is_lost() {
    both(async |house| {
        let (ada, brook, dara) = (house.member("Ada").await, house.member("Brook").await, house.member("Dara").await);
        let cleo = house.holder("Cleo", &house.duty_that("tend_library")).await;
        let song = bring_bleed(&ada).await;
        let list = list_with(&ada, &brook, "Bleed").await;
        dara.post(
            &format!("{list}/suggestions"),
            &[("artist", "Meshuggah"), ("title", "Bleed, live"), ("reason", "The crowd counts along.")],
        )
        .await
        .is(303);
        let other: String = house.house.db.one("SELECT id FROM song WHERE title = 'Bleed, live'", &[]).await.unwrap();
        let sql = "SELECT id FROM suggestion ORDER BY CASE song WHEN $1 THEN 1 ELSE 0 END";
        let [kept, said] = house.house.db.all::<String>(sql, vals![&other]).await.unwrap().try_into().unwrap();
        ada.post(
            &format!("{list}/suggestions/{said}/voice"),
            &[("voice", "argued"), (&format!("line-{said}"), "Both, or none.")],
        )
        .await
        .is(303);
        for (id, line) in [(&kept, "As it was made."), (&said, "As they play it.")] {
            let yes = [("voice", "yes"), (&format!("line-{id}"), line)];
            cleo.post(&format!("{list}/suggestions/{id}/voice"), &yes).await.is(303);
        }
        let page = cleo.post(&format!("{song}/merge"), &[("other", ""), ("merge-why", "It is the same one.")]).await;
        page.is(422).says("can't be empty").says_not("Paste the address");
        cleo.post(&format!("{song}/merge"), &[("other", &other), ("merge-why", "")])
            .await
            .is(422)
            .says("can't be empty")
            .says_not("Paste the address");
        cleo.post(
            &format!("{song}/merge"),
            &[("other", &format!("/songs/{other}")), ("merge-why", "It is the same one.")],
        )
        .await
        .is(303);
        house.guest().get(&list).await.says("It has to be in.").says("Both, or none.").says_not("Bleed, live");
        house.guest().get(&list).await.says("As it was made. · As they play it.");
        house.guest().get(&song).await.says("The crowd counts along.");
        house.guest().get(&format!("/songs/{other}")).await.is(301);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feeling_goes_with_the_line_it_was_said_in() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = bring_bleed(&ada).await;
        brook
            .post(
                "/songs",
                &[
                    ("artist", "Meshuggah"),
                    ("title", "Bleed"),
                    ("feeling", "need-to-move"),
                    ("why", "Got me up the stairs."),
                ],
            )
            .await
            .is(303);
        house.guest().get("/songs?feeling=need-to-move").await.says("Bleed");
        brook.post(&format!("{song}/helped/unsay"), &[]).await.is(303);
        house.guest().get("/songs?feeling=need-to-move").await.says_not("Bleed");
        house.guest().get("/songs?feeling=rage").await.says("Bleed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn older_songs_and_older_lines_stand_a_page_further_on() {
    both(async |house| {
        let ada = house.member("Ada").await;
        for n in 0..31 {
            house.house.clock.turn(DAY_MS);
            ada.post(
                "/songs",
                &[
                    ("artist", "Earth"),
                    ("title", &format!("Number {n:02}.")),
                    ("feeling", "rage"),
                    ("why", "Slow and wide."),
                ],
            )
            .await
            .is(303);
        }
        let first = house.guest().get("/songs?feeling=rage&genre=").await;
        first.says("Number 30.").says_not("Number 00.");
        let older = first.older().unwrap();
        assert!(older.ends_with("&feeling=rage"), "{older} asks for something else");
        house.guest().get(&format!("/songs{older}")).await.says("Number 00.").says_not("Number 30.").says_not("Older");

        let (song, first_to_say) = (bring_bleed(&ada).await, house.member("Brook").await);
        for n in 0..31 {
            house.house.clock.turn(1_000);
            let who = if n == 0 { &first_to_say } else { &house.member(&format!("Somebody {n}")).await };
            who.post(&format!("{song}/helped"), &[("feeling", "rage"), ("line", &format!("Line {n:02}."))])
                .await
                .is(303);
        }
        house.guest().get(&song).await.says("Line 30.").says_not("Line 00.").says("Read the older ones");
        house.guest().get(&format!("{song}?lines=all")).await.says("Line 30.").says("Line 00.");
        first_to_say.get(&song).await.says("Take my line away").says_not("Line 00.");
    })
    .await;
}

/// Keeps a write once somebody else's has come to wait for it.
async fn kept_late(tx: Tx) {
    tokio::time::sleep(Duration::from_millis(200)).await;
    tx.keep().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_song_that_somebody_puts_into_a_list_while_it_is_taken_back_stays_with_their_words() {
    both(async |house| {
        let (ada, brook) = (house.member("Ada").await, house.member("Brook").await);
        let song = bring_bleed(&ada).await;
        let list = list_with(&brook, &brook, "Rational Gaze").await;
        let list = Playlist::find(&house.house.db, list.rsplit('/').next().unwrap()).await.unwrap().unwrap();
        let tx = house.house.begin().await.unwrap();
        assert!(
            list.put(
                &tx,
                &house.house.new_id(),
                song.rsplit('/').next().unwrap(),
                Some(&brook.person),
                "It has to be in.",
                None,
                house.house.now()
            )
            .await
            .unwrap()
        );
        let take_back = format!("{song}/take-back");
        let (taken, ()) = tokio::join!(ada.post(&take_back, &[]), kept_late(tx));
        assert_eq!(taken.is(303).to(), "/songs?done=song-left");
        house.guest().get(list.place().as_str()).await.says("It has to be in.").says("Bleed");
        house.guest().get(&song).await.is(200).says_not("Head gives up trying");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_under_way_brings_no_word_back_that_was_erased_meanwhile() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = bring_bleed(&ada).await;
        ada.post("/remarks", &[("place", &song), ("words", "Played it at the wake.")]).await.is(303);
        let remark: String = house.house.db.one("SELECT id FROM remark", &[]).await.unwrap();
        let remark = format!("/remarks/{remark}/edit");
        let (song_seen, remark_seen) =
            (ada.get(&format!("{song}/edit")).await.field("seen"), ada.get(&remark).await.field("seen"));
        let tx = house.house.begin().await.unwrap();
        library::Library.forget(&house.house, &tx, &ada.person, Leaving::Remove).await.unwrap();
        talk::Talk.forget(&house.house, &tx, &ada.person, Leaving::Remove).await.unwrap();
        let song_sent = [BLEED, &[("seen", song_seen.as_str())]].concat();
        let remark_sent = [("words", "Played it at the wake, twice."), ("seen", remark_seen.as_str())];
        tokio::join!(ada.post(&song, &song_sent), ada.post(&remark, &remark_sent), kept_late(tx));
        assert_eq!(house.count("SELECT count(*) FROM song WHERE why <> ''").await, 0);
        assert_eq!(house.count("SELECT count(*) FROM remark WHERE words <> '' OR html <> ''").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keeper_corrects_what_a_song_is_called_with_a_reason_and_its_giver_is_told() {
    both(async |house| {
        let (ada, brook, cleo) = (
            house.member("Ada").await,
            house.member("Brook").await,
            house.holder("Cleo", &house.duty_that("tend_library")).await,
        );
        let song = ada
            .post(
                "/songs",
                &[("artist", "Meshugah"), ("title", "Bled"), ("feeling", "rage"), ("why", "Feet can't follow it.")],
            )
            .await
            .is(303)
            .to();
        let other = brook
            .post(
                "/songs",
                &[("artist", "Earth"), ("title", "Old Black"), ("feeling", "numb"), ("why", "Slow as weather.")],
            )
            .await
            .is(303)
            .to();
        let (rename, right) = (
            format!("{song}/rename"),
            [("artist", "Meshuggah"), ("title", "Bleed"), ("rename-why", "Two letters were missing.")],
        );
        brook.post(&rename, &right).await.is(403);
        let tend = cleo.get(&format!("{song}/tend")).await;
        assert!(tend.is(200).says("It's called something else").html.contains("value=\"Meshugah\""));
        cleo.post(&rename, &[("artist", ""), ("title", "Bleed"), ("rename-why", "")])
            .await
            .is(422)
            .says("can't be empty");
        cleo.post(&rename, &[("artist", "Meshugah"), ("title", "Bled"), ("rename-why", "Nothing is wrong.")])
            .await
            .is(422)
            .says("called already");
        let page =
            cleo.post(&rename, &[("artist", "EARTH"), ("title", "Old black"), ("rename-why", "It is that one.")]).await;
        assert!(
            page.is(422).says("on the shelf already").html.contains(&format!("href=\"{other}\""))
                && page.html.contains("value=\"EARTH\"")
        );
        let acts = house.count("SELECT count(*) FROM act").await;
        cleo.post_and_follow(&rename, &right)
            .await
            .is(200)
            .says("Bleed")
            .says("Meshuggah")
            .says("Feet can't follow it")
            .says("Brought by Ada");
        assert_eq!(house.count("SELECT count(*) FROM act").await, acts + 1, "what was refused left an act");
        brook.get("/acts").await.says("corrected what a song is called").says("Two letters were missing");
        let told =
            ada.get("/backstage/notices").await.is(200).says("A song of yours is called otherwise now").html.clone();
        let act = told.split("href=\"/acts/").nth(1).unwrap().split('"').next().unwrap();
        ada.get(&format!("/acts/{act}")).await.is(200).says("Meshugah – Bled");
        house.guest().get("/search?q=meshuggah").await.says("Bleed");
        house.guest().get("/search?q=meshugah").await.says("Nothing with those words");
        let own = cleo
            .post(
                "/songs",
                &[("artist", "Sleep"), ("title", "Dopesmoker"), ("feeling", "numb"), ("why", "One hour of it.")],
            )
            .await
            .is(303)
            .to();
        cleo.post(&format!("{own}/rename"), &right).await.is(403);
        assert_eq!(house.count("SELECT count(*) FROM song WHERE title = 'Bleed'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_had_a_line_at_both_of_two_songs_keeps_both() {
    both(async |house| {
        let (ada, brook, dara) = (house.member("Ada").await, house.member("Brook").await, house.member("Dara").await);
        let cleo = house.holder("Cleo", &house.duty_that("tend_library")).await;
        let song = bring_bleed(&ada).await;
        let live =
            [("artist", "Meshuggah"), ("title", "Bleed, live"), ("feeling", "rage"), ("why", "They count along.")];
        let other = brook.post("/songs", &live).await.is(303).to();
        for (at, line) in [(&song, "Up the stairs."), (&other, "Down them again.")] {
            dara.post(&format!("{at}/helped"), &[("feeling", "rage"), ("line", line)]).await.is(303);
        }
        brook.post(&format!("{song}/helped"), &[("feeling", "rage"), ("line", "On the bus.")]).await.is(303);
        cleo.post(&format!("{song}/merge"), &[("other", &other), ("merge-why", "It is the same one.")]).await.is(303);
        house
            .guest()
            .get(&song)
            .await
            .says("Up the stairs. · Down them again.")
            .says("On the bus. · They count along.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_says_of_no_feeling_whose_it_was_once_the_name_came_off_the_song() {
    both(async |house| {
        let (ada, brook, dara) = (house.member("Ada").await, house.member("Brook").await, house.member("Dara").await);
        let song = bring_bleed(&ada).await;
        let again = [("artist", "Meshuggah"), ("title", "Bleed"), ("feeling", "dread"), ("why", "Before a hearing.")];
        dara.post("/songs", &again).await.is(303);
        list_with(&brook, &brook, "Bleed").await;
        ada.post(&format!("{song}/take-back"), &[]).await.is(303);
        let names = "SELECT count(*) FROM song_feeling WHERE person IS NOT NULL";
        assert_eq!(house.count(names).await, 1, "Dara's alone");
        // A backup from before says whose each was, and the ledger empties what has an id: the song.
        let tx = house.house.begin().await.unwrap();
        tx.run("UPDATE song_feeling SET person = $1 WHERE feeling = 'rage'", base::vals![&ada.person]).await.unwrap();
        base::house::settle(&tx, base::backup::UNFINISHED, "yes", house.house.now()).await.unwrap();
        tx.keep().await.unwrap();
        assert_eq!(house.count(names).await, 2);
        circlepit::restoring::finish(&house.house).await.unwrap();
        assert_eq!(
            house.count("SELECT count(*) FROM song_feeling WHERE feeling = 'dread' AND person IS NOT NULL").await,
            1
        );
        assert_eq!(house.count(names).await, 1);
    })
    .await;
}
