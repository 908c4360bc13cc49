//! Every sentence a person reads, in the language of the community: `words/<lang>/<room>.ftl`. Code and templates name
//! a key; the pack adds what it calls things (`-floor = the floor`), so a sentence can use its words.

use std::collections::HashMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use include_dir::{Dir, include_dir};

use crate::pack::Pack;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../words");

/// The sentences of one language.
pub struct Words {
    /// Sentences without a gap to fill, ready to hand out: nearly all of a page.
    ready: HashMap<String, String>,
    bundle: FluentBundle<FluentResource>,
    pub lang: String,
}

impl Words {
    /// The sentences of `pack.lang`, with the pack's own names in them.
    #[must_use]
    pub fn of(pack: &Pack) -> Self {
        let lang: unic_langid::LanguageIdentifier =
            pack.lang.parse().unwrap_or_else(|_| "en".parse().expect("a language"));
        let mut bundle = FluentBundle::new_concurrent(vec![lang]);
        bundle.set_use_isolating(false);
        let mut keys = Vec::new();
        for source in sources(&pack.lang).into_iter().chain([pack.terms()]) {
            keys.extend(keys_of(&source));
            // A fault in one line leaves the others readable; the house's tests refuse any.
            let resource = FluentResource::try_new(source).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        let mut words = Self { ready: HashMap::new(), bundle, lang: pack.lang.clone() };
        words.ready = keys.into_iter().filter_map(|key| words.without_gaps(&key).map(|text| (key, text))).collect();
        words
    }

    fn without_gaps(&self, key: &str) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut wrong = Vec::new();
        let text = self.bundle.format_pattern(pattern, None, &mut wrong).into_owned();
        wrong.is_empty().then_some(text)
    }

    /// The sentence of a key that has no gaps. A key nobody wrote shows as itself, so that it is seen.
    #[must_use]
    pub fn say<'a>(&'a self, key: &'a str) -> &'a str {
        self.ready.get(key).map_or(key, String::as_str)
    }

    /// The sentence of a key that is made from data, if somebody wrote one.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<&str> {
        self.ready.get(key).map(String::as_str)
    }

    /// Whether somebody wrote this key.
    #[must_use]
    pub fn knows(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// The sentence of a key with its gaps filled.
    #[must_use]
    pub fn fill(&self, key: &str, gaps: &[(&'static str, FluentValue<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let args: FluentArgs<'_> = gaps.iter().cloned().collect();
        self.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").field("lang", &self.lang).finish_non_exhaustive()
    }
}

/// The files of a language, as text; English where there are none.
#[must_use]
pub fn sources(lang: &str) -> Vec<String> {
    let dir = FILES.get_dir(lang).or_else(|| FILES.get_dir("en")).expect("words/en is compiled in");
    dir.files().filter_map(|file| file.contents_utf8()).map(str::to_owned).collect()
}

/// The keys that a file defines.
pub fn keys_of(source: &str) -> impl Iterator<Item = String> + '_ {
    source.lines().filter_map(|line| {
        let (key, _) = line.split_once('=')?;
        let key = key.trim_end();
        let is_key = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        is_key.then(|| key.to_owned())
    })
}
