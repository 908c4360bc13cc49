//! What comes out on paper: the words, in black on white whatever the theme, without the buttons.

use base::clock::stopwatch;
use data_encoding::BASE64;
use serde_json::json;

use crate::chromium::Chromium;
use crate::house::BrowsedHouse;
use crate::walk::{look, sign_in, theme};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_print_their_words_in_black_on_white_and_none_of_the_buttons() {
    let Some(chromium) = Chromium::lent().await else { return };
    let (house, began) = (BrowsedHouse::open().await, stopwatch());
    let ruth = house.member("Ruth").await;
    sign_in(&chromium, &house, Some(&ruth)).await;
    let mut sheets = 0;
    for path in ["/", "/help", "/library", "/feelings/rage", "/articles/the-hour-after", "/playlists"] {
        chromium.go(&format!("{}{path}", house.address)).await;
        theme(&chromium, "dark").await;
        assert_ne!(
            look(&chromium, "ground", json!([])).await,
            json!("rgb(255, 255, 255)"),
            "{path} is dark on a screen, or this proves nothing"
        );
        chromium
            .cdp(
                "Emulation.setEmulatedMedia",
                json!({ "media": "print", "features": [{ "name": "prefers-color-scheme", "value": "dark" }] }),
            )
            .await;
        assert_eq!(look(&chromium, "onPaper", json!([])).await, json!([]), "{path} on paper");
        let printed = chromium.cdp("Page.printToPDF", json!({ "paperWidth": 8.27, "paperHeight": 11.69 })).await;
        let pdf = BASE64.decode(printed["data"].as_str().unwrap().as_bytes()).unwrap();
        assert!(pdf.starts_with(b"%PDF-"), "{path} does not print");
        let count = pdf
            .windows(12)
            .filter(|part| part.starts_with(b"/Type /Page\n") || part.starts_with(b"/Type /Page "))
            .count();
        assert!((1..=12).contains(&count), "{path} prints on {count} sheets");
        sheets += count;
        theme(&chromium, "dark").await;
    }
    println!("6 pages on {sheets} sheets, {:.1} s", began.elapsed().as_secs_f32());
}
