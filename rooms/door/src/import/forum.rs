//! What stands in a forum (bbPress keeps it beside posts): a topic is an article here, under the name of its forum, and
//! its replies are comments. Never: a topic of a forum that not everyone could read.

use base::refusal::Refusal;

use super::batch::{Batch, CommentJob, ItemJob};
use super::{Import, is_gone, memory, name_of};
use crate::html;
use crate::wxr::Item;

impl Import<'_> {
    /// Why a topic or reply is left for what it stands in.
    pub(super) async fn why_out_of_place(&self, item: &Item) -> Result<Option<&'static str>, Refusal> {
        Ok(match item.kind.as_str() {
            "topic" if !self.aside.is_open_forum(&item.parent) => Some("import-left-forum"),
            "reply" if !self.topics.contains(&item.parent) => {
                let place = memory::place_of(&self.house.db, &self.key("post", &item.parent)).await?;
                place.is_none_or(|place| is_gone(&place)).then_some("import-left-no-post")
            }
            _ => None,
        })
    }

    /// A topic as the post that it is here.
    pub(super) fn as_post(&mut self, mut item: Item) -> Item {
        self.topics.insert(item.id.clone());
        if let Some((title, slug)) = self.aside.forum_of(&item.parent) {
            item.categories.push(title.to_owned());
            item.term_slugs.push(("category", slug.to_owned(), title.to_owned()));
        }
        let is_closed = item.status == "closed";
        Item {
            kind: "post".into(),
            status: "publish".into(),
            comment_status: if is_closed { "closed" } else { "open" }.into(),
            ..item
        }
    }

    /// A reply as a comment under its topic, to which its own address leads, too.
    pub(super) async fn reply(&mut self, item: Item, batch: &mut Batch) -> Result<(), Refusal> {
        let key = self.key("post", &item.id);
        let files = self.files_in(&item, batch).await?;
        let is_known = memory::place_of(&self.house.db, &key).await?.is_some();
        let words = if is_known {
            None
        } else {
            Some(html::comment(&item.content, &|address| self.hosts.here(address, &files)))
        };
        if words.as_deref().is_some_and(|words| words.trim().is_empty()) {
            self.count.left.tell(self.what(&item), "import-left-empty");
            return Ok(());
        }
        self.person(&item.creator, &item.creator, batch).await?;
        let author = Some(item.creator.clone()).filter(|login| !login.is_empty());
        let answers = (!matches!(item.answers.as_str(), "" | "0")).then(|| self.key("post", &item.answers));
        let comment = CommentJob {
            key,
            answers,
            author,
            name: name_of(&item.nickname),
            words,
            at: self.time(&item.date_gmt, &item.date, &item.published),
        };
        batch.bytes += item.content.len();
        let (what, old_paths) = (self.what(&item), self.old_paths(&item));
        batch.items.push(ItemJob {
            what,
            key: self.key("post", &item.parent),
            article: None,
            is_page: false,
            is_more: true,
            creator: item.creator,
            old_paths,
            comments: vec![comment],
        });
        Ok(())
    }
}
