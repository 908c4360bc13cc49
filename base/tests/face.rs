//! The face keeps its promises: contrast of every pair of tokens in both themes, one vocabulary of classes, nothing
//! from elsewhere, sides that turn with the writing, and little to carry.

use std::collections::{BTreeMap, BTreeSet};

use base::assets;

/// What a token may be written on.
const GROUNDS: &[&str] = &["--ground", "--raised"];
/// What carries text (4.5 to 1), and what bounds things that can be used or says a state (3 to 1).
const TEXTS: &[&str] = &["--ink", "--quiet", "--lamp-ink", "--no", "--yes"];
const LINES: &[&str] = &["--ink", "--edge", "--lamp-line", "--no", "--yes"];

type Tokens = BTreeMap<String, String>;

/// The tokens that one rule sets, found by how its selector begins.
fn set_by(selector: &str) -> Tokens {
    let css = assets::text("tokens.css");
    let from = css.find(selector).unwrap_or_else(|| panic!("tokens.css has no {selector}"));
    let body = css[from..].split(['{', '}']).nth(1).expect("a rule has a body");
    body.split(';')
        .filter_map(|line| line.trim().split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn themes() -> [(&'static str, Tokens); 2] {
    let dark = set_by(":root{");
    let mut light = dark.clone();
    light.extend(set_by(":root[data-theme=light]{"));
    [("dark", dark), ("light", light)]
}

/// How bright a colour is to the eye (WCAG 2, relative luminance), 0 to 1.
fn luminance(tokens: &Tokens, name: &str) -> f64 {
    let value = &tokens[name];
    if let Some(other) = value.strip_prefix("var(") {
        return luminance(tokens, other.trim_end_matches(')'));
    }
    let part = |at: usize| {
        let share = f64::from(
            u8::from_str_radix(&value[at..at + 2], 16).unwrap_or_else(|_| panic!("{name}: {value} is not a colour")),
        ) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(tokens: &Tokens, one: &str, two: &str) -> f64 {
    let (one, two) = (luminance(tokens, one), luminance(tokens, two));
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

#[test]
fn text_reaches_four_and_a_half_to_one_on_every_ground_in_both_themes() {
    for (theme, tokens) in themes() {
        let on_grounds = TEXTS.iter().flat_map(|text| GROUNDS.iter().map(move |ground| (*text, *ground)));
        let filled = [("--on-lamp", "--lamp"), ("--ground", "--ink"), ("--ground", "--no")];
        for (text, ground) in on_grounds.chain(filled) {
            let reached = contrast(&tokens, text, ground);
            assert!(reached >= 4.5, "{theme}: {text} on {ground} is {reached:.2}");
        }
    }
}

#[test]
fn lines_that_say_something_reach_three_to_one() {
    for (theme, tokens) in themes() {
        for ground in GROUNDS {
            for line in LINES {
                let reached = contrast(&tokens, line, ground);
                assert!(reached >= 3.0, "{theme}: {line} on {ground} is {reached:.2}");
            }
        }
        // The filled button stands out by its edge where its filling does not.
        assert!(contrast(&tokens, "--go-edge", "--ground") >= 3.0, "{theme}");
    }
}

#[test]
fn light_is_the_same_whether_the_machine_or_the_person_asks_for_it() {
    assert_eq!(set_by(":root:not([data-theme=dark]){"), set_by(":root[data-theme=light]{"));
}

/// Every class a selector of the style sheet names.
fn styled() -> BTreeSet<String> {
    let css = assets::style();
    let begins = |at: usize| css[at + 1..].starts_with(|letter: char| letter.is_ascii_lowercase());
    let class = |at: usize| {
        css[at + 1..].chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect()
    };
    css.match_indices('.').filter(|(at, _)| begins(*at)).map(|(at, _)| class(at)).collect()
}

/// Every class that markup asks for.
fn asked(html: &str) -> BTreeSet<String> {
    let lists = html.split("class=\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(list, _)| list);
    lists.flat_map(str::split_whitespace).filter(|class| !class.contains(['{', '%'])).map(str::to_owned).collect()
}

#[test]
fn every_class_that_is_written_down_is_styled() {
    let styled = styled();
    for (name, html) in [
        ("assets/README.md", include_str!("../../assets/README.md")),
        ("page.html", include_str!("../templates/page.html")),
        ("field.html", include_str!("../templates/field.html")),
        ("summary.html", include_str!("../templates/summary.html")),
        ("refusal.html", include_str!("../templates/refusal.html")),
        ("gallery.html", include_str!("../examples/gallery.html")),
    ] {
        let asked = asked(html);
        assert!(!asked.is_empty(), "{name} asks for no class at all");
        let unknown: Vec<_> = asked.difference(&styled).collect();
        assert!(unknown.is_empty(), "{name} asks for {unknown:?}");
        assert!(!html.contains(" style=\"") && !html.contains(" onclick="), "{name}");
    }
}

#[test]
fn nothing_is_asked_of_another_host_and_sides_turn_with_the_writing() {
    let css = assets::style();
    for never in [
        "url(", "@import", "margin-left", "margin-right", "padding-left", "padding-right", "border-left",
        "border-right", "text-align:left", "text-align:right", "!important;",
    ] {
        assert!(!css.contains(never), "{never}");
    }
    let script = assets::text("house.js");
    for never in ["http", "fetch(", "innerHTML", "eval(", "import "] {
        assert!(!script.contains(never), "{never}");
    }
}

#[test]
fn style_and_script_are_little_to_carry() {
    let packed = |text: &str| assets::gzip(text.as_bytes(), flate2::Compression::best()).len();
    assert!(packed(&assets::style()) < 9_000, "{}", packed(&assets::style()));
    assert!(packed(assets::text("house.js")) < 2_500, "{}", packed(assets::text("house.js")));
}
