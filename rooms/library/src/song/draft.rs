//! A song as somebody writes it, and how two writings of one song are told to be the same.

use base::form::Form;
use base::pack::Pack;
use base::room::Way;
use base::search;

use super::{LINK_BYTES_MAX, LINKS_CHARS, LINKS_MAX, NAME_CHARS, SECONDS_MAX, WHY_CHARS};

/// Words after `(with …` that begin a title's own words and not a guest's name.
const NOT_A_GUEST: [&str; 22] = [
    "a", "an", "all", "every", "her", "his", "it", "its", "love", "me", "my", "no", "one", "or", "our", "out", "that",
    "their", "them", "this", "you", "your",
];

/// A song as somebody wrote it into the form.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub artist: String,
    pub title: String,
    pub feeling: String,
    pub way: Way,
    pub why: String,
    pub note: String,
    pub genre: String,
    pub seconds: Option<i64>,
    pub links: Vec<String>,
}

impl Draft {
    /// Reads the form; what is wrong is noted at its field.
    pub fn read(form: &mut Form, pack: &Pack) -> Self {
        let mut draft = Self {
            artist: form.line("artist", NAME_CHARS),
            title: form.line("title", NAME_CHARS),
            feeling: form.choice("feeling", &pack.feeling_ids()),
            way: if form.has("way") { Way::read(&form.choice("way", Way::IDS)).unwrap_or_default() } else { Way::Stay },
            why: form.line("why", WHY_CHARS),
            note: form.line("note", 0..=160),
            genre: form.value("genre").to_owned(),
            ..Self::default()
        };
        draft.read_length(form);
        draft.read_links(form);
        if !draft.genre.is_empty() && pack.genre(&draft.genre).is_none() {
            form.refuse("genre", "wrong-choose");
        }
        for (field, name) in [("artist", &draft.artist), ("title", &draft.title)] {
            if !name.is_empty() && fold(name).is_empty() {
                form.refuse(field, "song-wrong-name");
            }
        }
        draft
    }

    fn read_length(&mut self, form: &mut Form) {
        let text = form.line("length", 0..=8);
        if text.is_empty() {
            return;
        }
        let parts = text
            .split_once(':')
            .and_then(|(minutes, seconds)| Some((minutes.parse::<i64>().ok()?, seconds.parse::<i64>().ok()?)));
        match parts {
            Some((minutes @ 0..=600, seconds @ 0..60)) if (1..=SECONDS_MAX).contains(&(minutes * 60 + seconds)) => {
                self.seconds = Some(minutes * 60 + seconds)
            }
            _ => form.refuse("length", "song-wrong-length"),
        }
    }

    fn read_links(&mut self, form: &mut Form) {
        let text = form.text("links", LINKS_CHARS);
        self.links = text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
        if self.links.len() > LINKS_MAX {
            form.refuse_with("links", "song-wrong-many-links", &[("max", LINKS_MAX.to_string())]);
        } else if self.links.iter().any(|link| host_of(link).is_none()) {
            form.refuse("links", "song-wrong-link");
        }
    }
}

/// Artist and title as they are compared: no case, accents, punctuation, leading "the" or guests.
#[must_use]
pub fn folded(artist: &str, title: &str) -> String {
    format!("{}/{}", fold(artist), fold(title))
}

/// One name as it is compared; one that is made of signs alone is its signs (`!!!` is a band).
fn fold(name: &str) -> String {
    let words: Vec<_> = search::words(without_guests(name)).collect();
    if words.is_empty() {
        // No word holds the sign that stands between artist and title, and no name of signs holds a space.
        return name
            .chars()
            .filter(|c| !c.is_whitespace() && !c.is_control())
            .map(|c| if c == '/' { ' ' } else { c })
            .collect();
    }
    words[usize::from(words.len() > 1 && words[0] == "the")..].concat()
}

/// The text up to where guests are named: `Bleed (feat. …)` at its end, `Bleed ft. …`.
fn without_guests(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    let bare =
        [" feat. ", " ft. ", " featuring "].iter().filter_map(|mark| lower.find(mark)).filter(|at| *at > 0).min();
    let cut = bare.or_else(|| {
        bracket_at_the_end(&lower)
            .filter(|at| names_guests(&lower[at + 1..]) && search::words(&text[..*at]).next().is_some())
    });
    cut.map_or(text, |at| text[..at].trim_end())
}

/// Where the bracket opens that the text ends with.
fn bracket_at_the_end(text: &str) -> Option<usize> {
    let text = text.trim_end();
    let open = if text.ends_with(')') {
        '('
    } else if text.ends_with(']') {
        '['
    } else {
        return None;
    };
    text.rfind(open)
}

fn names_guests(inside: &str) -> bool {
    let mut words = search::words(inside);
    match words.next().as_deref() {
        Some("feat" | "ft" | "featuring") => words.next().is_some(),
        Some("with") => words.next().is_some_and(|next| !NOT_A_GUEST.contains(&next.as_str())),
        _ => false,
    }
}

/// The host of a link that may stand here (`https://` or `http://`), without `www.`.
#[must_use]
pub fn host_of(link: &str) -> Option<&str> {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let plain = link.len() <= LINK_BYTES_MAX
        && host.contains('.')
        && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    (plain && !link.contains(char::is_whitespace)).then(|| host.strip_prefix("www.").unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_song_is_the_same_however_it_is_written() {
        let bleed = folded("Meshuggah", "Bleed");
        for (artist, title) in [
            ("MESHUGGAH", "bleed"),
            ("Mešhuggah", "Bleed!"),
            ("The Meshuggah", " Bleed (feat. Somebody)"),
            ("meshuggah ft. Nobody", "Bleed"),
        ] {
            assert_eq!(folded(artist, title), bleed, "{artist} – {title}");
        }
        assert_ne!(folded("Meshuggah", "Bleed Again"), bleed);
        assert_ne!(folded("A", "BC"), folded("AB", "C"));
        assert_eq!(folded("The The", "This Is the Day"), folded("the the", "This is the day"));
    }

    #[test]
    fn signs_and_brackets_that_are_a_name_are_kept_apart() {
        assert_ne!(folded("!!!", "Myth Takes"), folded("???", "Myth Takes"));
        assert_ne!(folded("Earth", "???"), folded("Earth", "!!!"));
        assert_ne!(folded("!/!", "?"), folded("!", "!/?"));
        assert_eq!(folded("! ! !", "Must Be the Moon"), folded("!!!", "must be the moon"));
        for (one, other) in [
            ("(With or Without You)", "(With Nobody)"),
            ("Medley (With or Without You)", "Medley"),
            ("Dance (With Me)", "Dance"),
            ("Alone (With Somebody) Again", "Alone"),
            ("Six Ft Under", "Six"),
            ("(feat. Nobody)", "(feat. Somebody)"),
            ("No Feat Like It", "No"),
        ] {
            assert_ne!(folded("Earth", one), folded("Earth", other), "{one} is not {other}");
        }
        for same in [
            "Bleed (feat. X)", "Bleed (ft. X)", "Bleed (With X)", "Bleed [feat X]", "Bleed ft. X",
            "Bleed (with the Quiet Orchestra) ",
        ] {
            assert_eq!(folded("Meshuggah", same), folded("Meshuggah", "Bleed"), "{same}");
        }
    }

    #[test]
    fn a_link_is_to_a_site_and_nothing_else() {
        assert_eq!(host_of("https://www.bandcamp.com/search?q=earth"), Some("bandcamp.com"));
        for not in [
            "javascript:alert(1)", "https://", "https://localhost/", "https://a b.org", "ftp://a.org",
            "https://user@evil.example:80/", "//a.org",
        ] {
            assert_eq!(host_of(not), None, "{not}");
        }
    }
}
