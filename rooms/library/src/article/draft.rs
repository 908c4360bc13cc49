//! An article as somebody writes it, and the address that its title makes.

use base::form::Form;
use base::pack::Pack;
use base::{brought, search};

use super::{SUMMARY_CHARS, TERMS_CHARS, TERMS_TYPED_MAX, TITLE_CHARS, WORDS_CHARS};

/// An article as somebody wrote it into the form.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub title: String,
    pub summary: String,
    pub words: String,
    pub lang: String,
    pub categories: Vec<String>,
    pub tags: Vec<String>,
    pub is_closed: bool,
}

impl Draft {
    /// Reads the form; what is wrong is noted at its field.
    pub fn read(form: &mut Form, pack: &Pack) -> Self {
        let draft = Self {
            title: form.line("title", TITLE_CHARS),
            summary: form.line("summary", SUMMARY_CHARS),
            words: form.text("words", WORDS_CHARS),
            lang: Some(form.line("lang", 0..=12)).filter(|lang| !lang.is_empty()).unwrap_or_else(|| pack.lang.clone()),
            categories: terms(form, "categories"),
            tags: terms(form, "tags"),
            is_closed: form.has("closed"),
        };
        if !draft.lang.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            form.refuse("lang", "article-wrong-lang");
        }
        if form.is_right() && slug_of(&draft.title).is_empty() {
            form.refuse("title", "song-wrong-name");
        }
        draft
    }
}

/// Words between commas.
fn terms(form: &mut Form, field: &'static str) -> Vec<String> {
    let line = form.line(field, TERMS_CHARS);
    let terms: Vec<_> =
        line.split(',').map(str::trim).filter(|term| !slug_of(term).is_empty()).map(str::to_owned).collect();
    if terms.len() > TERMS_TYPED_MAX {
        form.refuse_with(field, "article-wrong-many-terms", &[("max", TERMS_TYPED_MAX.to_string())]);
    } else if terms.iter().any(|term| term.chars().count() > brought::TERM_CHARS_MAX) {
        form.refuse_with(field, "article-wrong-long-term", &[("max", brought::TERM_CHARS_MAX.to_string())]);
    }
    terms
}

/// The slug of a title; a piece of its hash where no letter of ours is in it.
#[must_use]
pub fn slug_of(text: &str) -> String {
    let slug = search::slug(text, brought::SLUG_CHARS_MAX);
    if slug.is_empty() && search::words(text).next().is_some() { base::id::hash(text)[..12].to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use base::place::Place;

    use super::*;

    #[test]
    fn an_address_is_plain_whatever_the_title() {
        assert_eq!(slug_of("You only get the two!"), "you-only-get-the-two");
        assert_eq!(slug_of("Motörhead & Ærø"), "motorhead-r");
        assert_eq!(slug_of("../../etc <script>"), "etc-script");
        assert_eq!(slug_of("金属").len(), 12, "a title without a letter of ours still has an address");
        assert_eq!(slug_of(" … "), "");
        assert!(slug_of(&"word ".repeat(200)).len() <= brought::SLUG_CHARS_MAX);
        assert!(Place::read(&format!("/articles/{}", slug_of("Ünïcödé & more"))).is_some());
    }
}
