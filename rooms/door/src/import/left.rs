//! What is left of a site, and why: things and comments as a whole, and what of the others does not come along.

use base::brought::{SUMMARY_CHARS_MAX, TERMS_MAX, TITLE_CHARS_MAX};

use super::Import;
use super::item::is_draft;
use crate::html;
use crate::wxr::{Comment, Item};

impl Import<'_> {
    /// Tells what only a plugin could have filled; how it laid things out, once for all texts.
    pub(super) fn tell_lost(&mut self, item: &Item) {
        let lost = html::lost(&item.content);
        for name in lost.whole {
            let what = format!("[{name}], {}", self.what(item));
            self.count.left.tell(what, "import-left-code");
        }
        for name in lost.layout {
            self.count.left.once(&format!("[{name}]"), "import-left-layout");
        }
    }

    /// Tells what does not come along with an item: it is the same whenever the export is read.
    pub(super) fn tell_rest(&mut self, item: &Item) {
        let is_long = |text: &str, chars: usize| html::line(text).chars().count() > chars;
        if is_long(&item.title, TITLE_CHARS_MAX - 1)
            || is_long(&item.excerpt, SUMMARY_CHARS_MAX - 1)
            || item.categories().len().max(item.tags.len()) > TERMS_MAX
        {
            self.count.left.tell(self.what(item), "import-left-long");
        }
        let is_inline = |tag: &str| tag.contains(" src=\"data:image") || tag.contains(" src='data:image");
        let tags = item
            .content
            .split('<')
            .filter(|tag| tag.starts_with("img"))
            .map(|tag| tag.split('>').next().unwrap_or_default());
        if tags.filter(|tag| is_inline(tag)).any(|tag| !tag.contains("data-src") && !tag.contains("data-lazy-src")) {
            self.count.left.tell(self.what(item), "import-left-inline");
        }
        let is_set = |number: &str| item.kind == "page" && !matches!(number, "" | "0");
        if is_set(&item.order) {
            self.count.left.once(self.house.words.say("import-what-order"), "import-left-order");
        }
        if is_set(&item.parent) {
            self.count.left.once(self.house.words.say("import-what-below"), "import-left-order");
        }
        if item.sticky == "1" {
            self.count.left.tell(self.what(item), "import-left-sticky");
        }
        for name in &item.fields {
            self.count.left.once(
                &self.house.words.fill("import-what-field", &[("name", name.as_str().into())]),
                "import-left-field",
            );
        }
        for name in &item.taxonomies {
            self.count.left.once(
                &self.house.words.fill("import-what-taxonomy", &[("name", name.as_str().into())]),
                "import-left-field",
            );
        }
    }
}

/// Why an item is left, by the key of a sentence.
pub(super) fn why_left(item: &Item) -> Option<&'static str> {
    match (item.kind.as_str(), item.status.as_str()) {
        _ if item.is_torn => Some("import-left-torn"),
        ("wp_block", "publish" | "") if item.password.is_empty() => Some("import-left-block"),
        ("attachment", "trash") => Some("import-left-bin"),
        ("attachment", _) => None,
        ("post" | "page" | "", "trash") => Some("import-left-bin"),
        ("post" | "page" | "", "auto-draft") => Some("import-left-auto-draft"),
        ("post" | "page" | "", _) if is_draft(item) && item.creator.is_empty() => Some("import-left-nobody"),
        ("post" | "page" | "", _) => None,
        ("topic", "publish" | "closed") | ("reply", "publish") if item.password.is_empty() => None,
        ("topic" | "reply", "trash") => Some("import-left-bin"),
        ("topic" | "reply", "spam") => Some("import-left-spam"),
        ("topic" | "reply", "pending") => Some("import-left-waiting"),
        ("guest-author", _) | ("forum", "publish") if item.password.is_empty() => Some("import-left-list-words"),
        (kind, _) if MACHINERY.contains(&kind) => Some("import-left-machinery"),
        _ => Some("import-left-kind"),
    }
}

/// Kinds of things in which WordPress and its most used plugins keep how a site looks and works, and earlier versions.
const MACHINERY: &[&str] = &[
    "acf-field", "acf-field-group", "customize_changeset", "custom_css", "elementor_library", "nav_menu_item",
    "oembed_cache", "revision", "scheduled-action", "user_request", "wp_font_face", "wp_font_family",
    "wp_global_styles", "wp_navigation", "wp_template", "wp_template_part",
];

pub(super) fn why_comment_left(comment: &Comment) -> Option<&'static str> {
    match (comment.kind.as_str(), comment.approved.as_str()) {
        ("pingback" | "trackback", _) => Some("import-left-ping"),
        (_, "spam") => Some("import-left-spam"),
        (_, "trash" | "post-trashed") => Some("import-left-bin"),
        (_, "0" | "hold") => Some("import-left-waiting"),
        ("" | "comment", _) => None,
        _ => Some("import-left-comment-kind"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waited_was_thrown_away_or_came_by_machine_is_left() {
        let comment =
            |kind: &str, approved: &str| Comment { kind: kind.into(), approved: approved.into(), ..Comment::default() };
        assert_eq!(why_comment_left(&comment("", "1")), None);
        assert_eq!(why_comment_left(&comment("comment", "")), None);
        for (kind, approved) in [("pingback", "1"), ("", "spam"), ("", "trash"), ("comment", "0"), ("order_note", "1")]
        {
            assert!(why_comment_left(&comment(kind, approved)).is_some(), "{kind} {approved}");
        }
    }
}
