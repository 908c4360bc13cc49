//! What the first reading keeps for the second: what is said of pictures, blocks that stand in many texts, forums, and
//! who writes under which name. Its size is bounded; what finds no room is as if it had not been there.

use std::collections::HashMap;

use base::search::fold;

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
    forums: HashMap<String, Forum>,
    /// What people are called, by what addresses name them by.
    names: HashMap<String, String>,
    bytes: usize,
}

/// A forum that everyone could read, as far as it goes by itself.
#[derive(Debug)]
struct Forum {
    title: String,
    slug: String,
    parent: String,
}

/// How deep forums may stand in each other.
const FORUMS_DEEP: usize = 20;

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
        if matches!(item.status.as_str(), "publish" | "")
            && item.password.is_empty()
            && self.has_room(item.content.len())
        {
            self.blocks.insert(item.id, item.content);
        }
    }

    pub(super) fn forum(&mut self, item: Item) {
        if matches!(item.status.as_str(), "publish" | "")
            && item.password.is_empty()
            && self.has_room(item.title.len() + item.slug.len())
        {
            self.forums.insert(item.id, Forum { title: item.title, slug: item.slug, parent: item.parent });
        }
    }

    /// Whether everyone could read what stands in a forum: it and all above it were open.
    pub(super) fn is_open_forum(&self, id: &str) -> bool {
        let mut id = id;
        for _ in 0..FORUMS_DEEP {
            if matches!(id, "" | "0") {
                return true;
            }
            let Some(forum) = self.forums.get(id) else { return false };
            id = &forum.parent;
        }
        false
    }

    /// What a forum is called, and how addresses name it.
    pub(super) fn forum_of(&self, id: &str) -> Option<(&str, &str)> {
        self.forums.get(id).map(|forum| (forum.title.as_str(), forum.slug.as_str()))
    }

    pub(super) fn name(&mut self, slug: &str, name: &str) {
        if self.has_room(slug.len() + name.len()) {
            self.names.entry(fold(slug.trim_start_matches("cap-"))).or_insert_with(|| name.to_owned());
        }
    }

    /// Who wrote a text, where that is not the one it is kept under alone. A name that nobody knows to be one is a
    /// login.
    pub(super) fn writers_of(&self, item: &Item) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (slug, name) in &item.writers {
            let slug = fold(slug.trim_start_matches("cap-"));
            let is_alone = item.writers.iter().all(|(other, _)| fold(other.trim_start_matches("cap-")) == slug)
                && slug == fold(&item.creator);
            let own = || Some(name).filter(|name| name.contains(char::is_whitespace) && !name.contains('@'));
            names.extend(self.names.get(&slug).or_else(own).filter(|name| !is_alone && !names.contains(name)).cloned());
        }
        names
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
