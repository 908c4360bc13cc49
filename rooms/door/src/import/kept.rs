//! What the first reading keeps for the second: what is said of pictures, and blocks that stand in many texts. Its size is
//! bounded; what finds no room is as if it had not been there.

use std::collections::HashMap;

use crate::wxr::Item;

/// Bytes that are kept aside.
const BYTES_MAX: usize = 12 << 20;
/// Bytes of what is said of one picture.
const SAID_BYTES_MAX: usize = 4 << 10;

#[derive(Debug, Default)]
pub(super) struct Aside {
    /// What stands for a picture and what stands below it, by its number.
    pictures: HashMap<String, (String, String)>,
    blocks: HashMap<String, String>,
    bytes: usize,
}

impl Aside {
    pub(super) fn picture(&mut self, item: &Item) {
        let said = |text: &str| text[..text.floor_char_boundary(SAID_BYTES_MAX)].to_owned();
        let (alt, caption) = (said(&item.alt), said(&item.excerpt));
        if (!alt.is_empty() || !caption.is_empty()) && self.has_room(alt.len() + caption.len()) {
            self.pictures.insert(item.id.clone(), (alt, caption));
        }
    }

    /// A block that many texts show; one that nobody was shown is nobody's.
    pub(super) fn block(&mut self, item: Item) {
        if matches!(item.status.as_str(), "publish" | "") && item.password.is_empty() && self.has_room(item.content.len()) {
            self.blocks.insert(item.id, item.content);
        }
    }

    fn has_room(&mut self, bytes: usize) -> bool {
        let has_room = self.bytes + bytes <= BYTES_MAX;
        self.bytes += if has_room { bytes + 100 } else { 0 };
        has_room
    }

    /// What stands for a picture, and what stands below it (HTML).
    pub(super) fn said_of(&self, id: &str) -> (&str, &str) {
        self.pictures.get(id).map_or(("", ""), |(alt, caption)| (alt, caption))
    }

    pub(super) fn words_of(&self, block: &str) -> Option<String> {
        self.blocks.get(block).cloned()
    }
}
