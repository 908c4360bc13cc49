//! Every component on one page, with the real style sheet and the real drawings, to look at:
//! `cargo run -p base --example gallery > gallery.html`. With `--cards FOLDER` it writes share cards and the icons
//! there; with `--time` it says how long a card takes.

use std::path::Path;

use base::assets;
use base::card::{self, Card};
use base::sleeve::{Size, face, nameless_face, sleeve};

/// The page's own markup; `{{sleeve ID}}`, `{{thumb ID}}`, `{{face ID}}` and `{{nameless}}` stand for drawings.
const PAGE: &str = include_str!("gallery.html");

fn main() -> std::io::Result<()> {
    let mut asked = std::env::args().skip(1);
    match asked.next().as_deref() {
        Some("--cards") => return write_cards(Path::new(&asked.next().unwrap_or_else(|| ".".to_owned()))),
        Some("--time") => time_cards(),
        _ => println!("{}", filled(PAGE)),
    }
    Ok(())
}

fn filled(page: &str) -> String {
    let mut parts = page.split("{{");
    let mut html = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (asked, rest) = part.split_once("}}").unwrap_or((part, ""));
        html.push_str(&match asked.split_once(' ').unwrap_or((asked, "")) {
            ("style", _) => assets::style(),
            ("script", _) => assets::text("house.js").to_owned(),
            ("sleeve", id) => sleeve(id, Size::Full).to_string(),
            ("thumb", id) => sleeve(id, Size::Thumb).to_string(),
            ("face", id) => face(id).to_string(),
            ("large-face", id) => face(id).replace("class=\"face\"", "class=\"face l\""),
            ("wall", _) => (0..24)
                .map(|number| format!("<li class=\"card\">{}</li>", sleeve(&format!("song-{number}"), Size::Full)))
                .collect(),
            ("thumbs", _) => (0..24).map(|number| sleeve(&format!("song-{number}"), Size::Thumb).to_string()).collect(),
            ("faces", _) => (0..40).map(|number| face(&format!("person-{number}")).to_string()).collect(),
            _ => nameless_face().to_owned(),
        });
        html.push_str(rest);
    }
    html
}

fn write_cards(folder: &Path) -> std::io::Result<()> {
    let titles = [
        "Slow ones for a slow morning",
        "Ночь",
        "夜",
        "The night the lights came on in the middle of the set and every last one of us stayed where we were",
        "Bleed",
    ];
    for (number, title) in titles.into_iter().enumerate() {
        let id = format!("song-{number}");
        std::fs::write(
            folder.join(format!("card-{number}.png")),
            card::png(&Card {
                id: &id,
                kicker: "Setlist · 11 songs",
                title,
                house: "Circlepit",
                lamp: base::sleeve::LAMP,
            }),
        )?;
    }
    for side in [180, 512] {
        std::fs::write(folder.join(format!("icon-{side}.png")), card::icon(side, base::sleeve::LAMP))?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a measurement needs the machine's own clock")]
fn time_cards() {
    let (begun, count) = (std::time::Instant::now(), 100_u32);
    let bytes: usize = (0..count)
        .map(|number| {
            card::png(&Card {
                id: &number.to_string(),
                kicker: "Setlist",
                title: "The night the lights came on",
                house: "Circlepit",
                lamp: base::sleeve::LAMP,
            })
            .len()
        })
        .sum();
    println!("a card takes {:?} and has {} bytes on average", begun.elapsed() / count, bytes / count as usize);
}
