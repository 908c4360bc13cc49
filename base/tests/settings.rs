//! The host's documentation is made from what the program reads.

use base::settings::Settings;

#[test]
fn the_settings_are_documented_as_they_are() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/settings.md");
    if std::env::var_os("CIRCLEPIT_WRITE_DOCS").is_some() {
        std::fs::write(file, Settings::document()).unwrap();
    }
    let written = std::fs::read_to_string(file).unwrap();
    assert_eq!(
        written,
        Settings::document(),
        "docs/settings.md is out of date: CIRCLEPIT_WRITE_DOCS=1 cargo test -p base --test settings"
    );
}
