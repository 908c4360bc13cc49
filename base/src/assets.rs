//! Style, behaviour and icons, compiled in: one style sheet, one script, addressed by the hash of what they say, so a
//! browser may keep them for ever.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::OnceLock;

use bytes::Bytes;
use include_dir::{Dir, include_dir};

use crate::pack::Pack;
use crate::sleeve::LAMP;
use crate::{card, id};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../assets");

/// One file, ready to send.
#[derive(Clone, Debug)]
pub struct Asset {
    pub mime: &'static str,
    pub plain: Bytes,
    gzip: OnceLock<Bytes>,
}

impl Asset {
    /// The same compressed, once somebody asks for it.
    pub fn gzip(&self) -> Bytes {
        self.gzip.get_or_init(|| gzip(&self.plain, flate2::Compression::best()).into()).clone()
    }
}

#[derive(Debug, Default)]
pub struct Assets {
    paths: HashMap<String, String>,
    files: HashMap<String, Asset>,
}

/// The parts of the one style sheet, in order: later ones may refine what earlier ones say.
const STYLE: &[&str] = &["tokens.css", "base.css", "forms.css", "shelves.css", "words.css", "conditions.css"];

impl Assets {
    /// Gathers the style sheet, with the pack's own colours after the house's, the script and the icons in its light.
    #[must_use]
    pub fn gather(pack: &Pack) -> Self {
        let mut assets = Self::default();
        assets.add("house.css", "text/css; charset=utf-8", (style() + &pack.style()).into());
        let mut behaviours: Vec<_> =
            FILES.files().filter(|file| file.path().extension().is_some_and(|ext| ext == "js")).collect();
        behaviours.sort_by_key(|file| file.path());
        for file in behaviours {
            assets.add(
                &file.path().display().to_string(),
                "text/javascript; charset=utf-8",
                Bytes::from_static(file.contents()),
            );
        }
        let drawn = FILES.get_file("icon.svg").and_then(|file| file.contents_utf8()).unwrap_or_default();
        assets.add("icon.svg", "image/svg+xml", drawn.replace(LAMP, pack.lamp()).into());
        for (name, side) in [("icon-180.png", 180), ("icon-512.png", 512)] {
            let is_kept = pack.lamp() == LAMP;
            let kept = FILES.get_file(name).filter(|_| is_kept).map(|file| Bytes::from_static(file.contents()));
            assets.add(name, "image/png", kept.unwrap_or_else(|| card::icon(side, pack.lamp()).into()));
        }
        assets
    }

    fn add(&mut self, name: &str, mime: &'static str, plain: Bytes) {
        let path = format!("/assets/{}-{name}", &id::hash_bytes(&plain)[..12]);
        self.paths.insert(name.to_owned(), path.clone());
        self.files.insert(path, Asset { mime, plain, gzip: OnceLock::new() });
    }

    /// The address of an asset by its name; the bare name where there is none, so that it is seen.
    #[must_use]
    pub fn path<'a>(&'a self, name: &'a str) -> &'a str {
        self.paths.get(name).map_or(name, String::as_str)
    }

    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Asset> {
        self.files.get(path)
    }
}

/// The whole style sheet, its parts in order.
#[must_use]
pub fn style() -> String {
    STYLE.iter().map(|name| text(name)).collect::<Vec<_>>().join("\n")
}

/// The source of one of our own files.
#[must_use]
pub fn text(name: &str) -> &'static str {
    FILES.get_file(name).and_then(|file| file.contents_utf8()).unwrap_or_default()
}

/// The bytes of one of our own files.
#[must_use]
pub fn bytes(name: &str) -> &'static [u8] {
    FILES.get_file(name).map(|file| file.contents()).unwrap_or_default()
}

/// Compresses with gzip.
#[must_use]
pub fn gzip(plain: &[u8], level: flate2::Compression) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::with_capacity(plain.len() / 3), level);
    out.write_all(plain).and_then(|()| out.finish()).expect("writing to memory cannot fail")
}
