//! The main journeys, each told once.

use crate::walk::{Way, every_way};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_at_two_in_the_morning_finds_a_song_and_leaves_fast() {
    every_way(async |walk| {
        walk.open("/").await.sees("No account needed").await;
        walk.follow("rage").await.is_at("/feelings/rage").await.sees("Stay with it").await.sees("Move it").await.sees("Land").await;
        if walk.way != Way::WithoutJavaScript {
            walk.tap("lighter").await.sees("Only this browser keeps it").await;
        }
        walk.follow("Angel of Death").await.sees("Slayer").await;
        walk.follow("Help now").await.is_at("/help").await;
        walk.leaves_fast().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_new_brings_a_song_corrects_it_and_takes_it_back() {
    every_way(async |walk| {
        walk.open("/").await.follow("Come in").await.is_at("/join").await;
        walk.write("What should we call you?", "Nell").await.write("Password", "seven crows over the car park").await.choose("18 or over").await;
        walk.press("Come in").await.open("/songs").await.follow("Bring a song").await;
        walk.write("Artist", "Bell Witch").await.press("Put it on the shelf").await.sees("This one can't be empty").await;
        walk.write("Song", "Mirror Reaper").await.pick("When is it for?", "grief").await.write("Why it helps", "Eighty minutes, no hurry.").await;
        walk.unfold("More about it").await.choose("Land").await.press("Put it on the shelf").await;
        walk.sees("It's on the shelf").await.sees("Brought by Nell").await;
        walk.follow("Correct it").await.write("Why it helps", "Eighty minutes and nobody hurries you.").await.press("Keep the change").await;
        walk.sees("Corrected.").await.sees("nobody hurries you").await;
        walk.unfold("It helped me").await.write("How, in one line", "The week after the funeral.").await.press("Put it there").await.sees("The week after the funeral.").await;
        walk.press("Take it back").await.sees("Taken back").await;
    })
    .await;
}
