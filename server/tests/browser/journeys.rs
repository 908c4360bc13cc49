//! The main journeys, each told once and walked in every way.

use serde_json::json;

use crate::walk::{Walk, Way, every_way, in_these_ways};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_at_two_in_the_morning_finds_a_song_and_leaves_fast() {
    every_way(async |walk| {
        walk.open("/").await.sees("No account needed").await;
        walk.follow("rage")
            .await
            .is_at("/feelings/rage")
            .await
            .sees("Stay with it")
            .await
            .sees("Move it")
            .await
            .sees("Land")
            .await;
        if walk.way != Way::WithoutJavaScript {
            walk.tap("lighter").await.sees("Only this browser keeps it").await.sees("· lighter").await;
        }
        walk.follow("Planet Caravan").await.sees("Black Sabbath").await;
        walk.follow("Help now").await.is_at("/help").await;
        walk.leaves_fast().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_new_brings_a_song_corrects_it_and_takes_it_back() {
    every_way(async |walk| {
        walk.open("/").await.follow("Join").await.is_at("/join").await;
        walk.write("What should we call you?", "Ruth")
            .await
            .choose("18 or over")
            .await
            .write("Password", "seven crows over the car park")
            .await;
        walk.press("Join").await.sees("You're in.").await;
        walk.open("/songs").await.follow("Bring a song").await;
        walk.write("Artist", "Bell Witch")
            .await
            .press("Put it on the shelf")
            .await
            .sees("This one can't be empty")
            .await;
        walk.write("Song", "The Clandestine Gate")
            .await
            .choose("grief")
            .await
            .write("Why it helps", "Eighty minutes, no hurry.")
            .await;
        walk.choose("Land")
            .await
            .press("Put it on the shelf")
            .await
            .sees("It's on the shelf")
            .await
            .sees("Brought by Ruth")
            .await;
        walk.follow("Correct it")
            .await
            .write("Why it helps", "Eighty minutes and nobody hurries you.")
            .await
            .press("Keep the change")
            .await;
        walk.sees("Corrected.").await.sees("nobody hurries you").await;
        walk.unfold("It helped me")
            .await
            .pick("With what?", "grief")
            .await
            .write("How, in one line", "The week after the funeral.")
            .await
            .press("Put it there")
            .await
            .sees("The week after the funeral.")
            .await;
        walk.press("Take it back").await.sees("Taken back").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_asked_for_argued_over_put_in_order_and_taken_along() {
    every_way(async |walk| {
        let (ruth, wren) = (walk.house.member("Ruth").await, walk.house.member("Wren").await);
        walk.comes_in_as(&ruth).await;
        walk.open("/playlists").await.follow("Ask for a list").await;
        walk.write("What is it called?", "Waiting rooms")
            .await
            .write("What is it for?", "Quiet enough to hear your name called.")
            .await;
        walk.pick("Which feeling?", "dread")
            .await
            .write("Open for how many days?", "9")
            .await
            .press("Open the call")
            .await
            .sees("It's open.")
            .await;
        let list = walk.path().await;
        let list = list.split(['?', '#']).next().unwrap();
        walk.write("Artist", "Earth")
            .await
            .write("Song", "Old Black")
            .await
            .write("Why this one, here?", "Nothing in it jumps.")
            .await
            .press("Suggest it")
            .await
            .sees("Nothing in it jumps.")
            .await;
        walk.comes_in_as(&wren).await;
        walk.open(list)
            .await
            .unfold("What do you say?")
            .await
            .write("Your argument, in one line", "It does, at four minutes.")
            .await
            .press("argue")
            .await
            .sees("It does, at four minutes.")
            .await;
        walk.comes_in_as(&ruth).await;
        walk.open(list)
            .await
            .follow("Put it in order")
            .await
            .write("Number", "1")
            .await
            .press("That's the list")
            .await
            .sees("In this order since")
            .await;
        walk.takes_along("m3u8", "Old Black").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_brought_along_as_a_file() {
    every_way(async |walk| {
        let ruth = walk.house.member("Ruth").await;
        walk.comes_in_as(&ruth).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("waiting-rooms.txt");
        std::fs::write(&file, "Earth - Old Black\nBell Witch - Beneath the Mask\n").unwrap();
        walk.open("/playlists").await.follow("Bring a list you have").await.attach("The file", &file).await;
        walk.write("What is it called?", "Waiting rooms")
            .await
            .write("What is it for?", "Quiet enough to hear your name called.")
            .await;
        walk.pick("Which feeling?", "dread")
            .await
            .press("Bring a list you have")
            .await
            .sees("It's here, songs and all.")
            .await
            .sees("Beneath the Mask")
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_an_article_somebody_speaks_changes_it_and_answers() {
    every_way(async |walk| {
        let ruth = walk.house.member("Ruth").await;
        walk.comes_in_as(&ruth).await;
        walk.open("/library").await.follow("All articles").await.follow("The hour after").await;
        walk.write("Say something", "The bit with the coat.")
            .await
            .press("Say it")
            .await
            .sees("It's up.")
            .await
            .sees("The bit with the coat.")
            .await;
        walk.follow_near("Change it", "The bit with the coat.")
            .await
            .write("Say something", "The bit with **the coat** and the tea.")
            .await
            .press("Keep the change")
            .await;
        walk.sees("the coat and the tea").await.sees("edited").await;
        walk.follow_near("edited", "the coat and the tea")
            .await
            .sees("The bit with the coat.")
            .await
            .follow("Back to where it stands")
            .await;
        walk.press_near("me too", "the coat and the tea").await.sees("me too 1").await;
        walk.follow_near("Quote", "the coat and the tea")
            .await
            .sees("What you quote")
            .await
            .write("Say something", "Answering myself, as one does.")
            .await
            .press("Say it")
            .await;
        walk.sees("Answering myself, as one does.").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_fast_leaves_no_half_written_words_in_the_browser() {
    in_these_ways(&[Way::WithJavaScript, Way::ByKeyboard], async |walk| {
        let ruth = walk.house.member("Ruth").await;
        walk.comes_in_as(&ruth).await;
        walk.open("/articles/the-hour-after").await.write("Say something", "Not for anybody yet.").await;
        walk.open("/help").await;
        assert_eq!(walk.keeps().await, 1, "it is kept while one is elsewhere in the house");
        walk.leaves_fast().await;
        walk.open("/articles/the-hour-after").await.sees_not("Not for anybody yet.").await;
        assert_eq!(walk.keeps().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_writes_an_article_and_looks_at_it_first() {
    every_way(async |walk| {
        let ruth = walk.house.member("Ruth").await;
        walk.comes_in_as(&ruth).await;
        walk.open("/articles").await.follow("Write something").await;
        walk.write("What it is called", "Two ears, still")
            .await
            .write("What you want to say", "Plugs **in** before the first band.")
            .await
            .press("Look at it first")
            .await;
        walk.sees("Nothing is kept yet").await.sees("Plugs in before the first band.").await;
        walk.press("Put it up").await.sees("It's up.").await.sees("Plugs in before the first band.").await;
        walk.press("Take it off")
            .await
            .sees("only you can see it")
            .await
            .press("Put it back")
            .await
            .sees("It's back")
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_searches() {
    every_way(async |walk| {
        walk.open("/").await.follow("Search").await;
        walk.write("What are you looking for?", "feeling:rage caravan")
            .await
            .press("Search")
            .await
            .sees("Planet Caravan")
            .await;
        walk.write("What are you looking for?", "zzzz").await.press("Search").await.sees_not("Planet Caravan").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_comes_in_by_a_link_sets_a_password_and_comes_in_by_that() {
    every_way(async |walk| {
        let ruth = walk.house.member("Ruth").await;
        let link = walk.house.link_in(&ruth.person).await;
        walk.open(&link)
            .await
            .press("Sign in as Ruth")
            .await
            .open("/backstage")
            .await
            .follow_near("Change", "Password, passkeys")
            .await;
        walk.follow_near("Set one", "No password")
            .await
            .write("Password", "seven crows over the car park")
            .await
            .press("Set it")
            .await
            .sees("New password set.")
            .await;
        walk.open("/backstage").await.press("Sign out here").await.sees("Signed out.").await;
        walk.open("/sign-in")
            .await
            .write("Name", "Ruth")
            .await
            .write("Password", "six crows")
            .await
            .press("Sign in")
            .await
            .sees("That didn't fit")
            .await;
        walk.write("Name", "Ruth")
            .await
            .write("Password", "seven crows over the car park")
            .await
            .press("Sign in")
            .await
            .open("/backstage")
            .await
            .sees("Ruth")
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_keeps_a_passkey_and_comes_in_with_it() {
    in_these_ways(&[Way::WithJavaScript, Way::ByKeyboard, Way::At320, Way::Zoomed], async |walk| {
        let device = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true
        });
        let device = walk.chromium.post("webauthn/authenticator", device).await;
        let ruth = walk.house.member("Ruth").await;
        walk.comes_in_as(&ruth).await;
        walk.open("/backstage/ways-in")
            .await
            .write("What do you call this device?", "cracked phone")
            .await
            .press("Add a passkey")
            .await;
        walk.sees("Your passkey is here.").await.sees("cracked phone").await;
        walk.open("/backstage")
            .await
            .press("Sign out here")
            .await
            .open("/sign-in")
            .await
            .press("With a passkey")
            .await
            .open("/backstage")
            .await
            .sees("Ruth")
            .await;
        walk.chromium.remove_device(device.as_str().unwrap()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_says_who_they_are_takes_everything_along_and_changes_their_mind_about_leaving() {
    every_way(async |walk| {
        let ruth = walk.house.member("Ruth").await;
        walk.comes_in_as(&ruth).await;
        walk.open("/backstage").await.follow_near("Look", "About you").await.follow("Change it").await;
        walk.write("In your words", "Mostly here for the slow ones.")
            .await
            .press("Keep it")
            .await
            .sees("Mostly here for the slow ones.")
            .await;
        walk.open("/backstage").await.follow("Take it").await.sees("Every word, line and file").await;
        walk.open("/backstage")
            .await
            .follow_near("Look", "You decide what happens")
            .await
            .choose("They stay, my name comes off")
            .await;
        walk.press("Leave in seven days")
            .await
            .sees("It is done on")
            .await
            .press("I'm staying")
            .await
            .sees("Good.")
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_on_the_pit_crew_takes_a_comment_down_with_a_reason() {
    every_way(async |walk| {
        let (ruth, wren) = (walk.house.member("Ruth").await, walk.house.member_who_holds("Wren", &["pit-crew"]).await);
        walk.comes_in_as(&ruth).await;
        walk.open("/articles/the-hour-after")
            .await
            .write("Say something", "You lot are all the same.")
            .await
            .press("Say it")
            .await;
        walk.comes_in_as(&wren).await;
        walk.open("/articles/the-hour-after").await.follow_near("Look after this", "You lot are all the same.").await;
        walk.press("Do it").await.sees("That didn't go through yet").await;
        walk.choose("Take it down").await.write("Why", "It says of people what they are.").await.press("Do it").await;
        walk.open("/articles/the-hour-after")
            .await
            .sees_not("You lot are all the same.")
            .await
            .sees("It says of people what they are.")
            .await;
        assert_eq!(walk.house.one("SELECT count(*) FROM act WHERE what = 'act-remark-withdrawn'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_is_asked_to_take_a_seat_takes_it_and_everybody_can_read_so() {
    every_way(async |walk| {
        let (ruth, wren) = (walk.house.member("Ruth").await, walk.house.member_who_holds("Wren", &["seats"]).await);
        walk.comes_in_as(&wren).await;
        walk.open("/").await.follow("Who holds what").await.follow("Shelf").await.follow("Fill a seat").await;
        walk.write("Who do you want to ask?", "Ruth")
            .await
            .choose("by open call")
            .await
            .write("For how many days?", "60")
            .await
            .write("Why", "She knows what is on it.")
            .await;
        walk.press("Ask them").await;
        walk.comes_in_as(&ruth).await;
        walk.open("/")
            .await
            .follow("Who holds what")
            .await
            .follow("Your seats")
            .await
            .follow("Shelf")
            .await
            .press("Yes, I'll hold it")
            .await;
        walk.open("/duties/shelf")
            .await
            .sees("Ruth")
            .await
            .follow("What was done and why")
            .await
            .sees("She knows what is on it.")
            .await;
        walk.open("/seats")
            .await
            .follow("Hand it back")
            .await
            .press("Hand it back")
            .await
            .sees("None. Nothing wrong with that.")
            .await;
    })
    .await;
}

impl Walk<'_> {
    /// How much the browser keeps of us, besides cookies.
    async fn keeps(&self) -> u64 {
        self.chromium.script("return localStorage.length", json!([])).await.as_u64().unwrap()
    }

    /// Takes a file along by the link of this name, and finds these words in it.
    async fn takes_along(&mut self, link: &str, words: &str) {
        let path = self.href_of(link).await;
        let (status, _, text) = self.house.get(&path, None).await;
        assert!(status.is_success() && text.contains(words), "{path} answers {status}: {text}");
    }
}
