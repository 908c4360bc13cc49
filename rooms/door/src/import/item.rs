//! One post or page of an export, on its way to the rooms: whether it is taken, and in what form.

use std::collections::HashMap;

use base::brought::{BroughtArticle, SLUG_CHARS_MAX, SUMMARY_CHARS_MAX, TERM_CHARS_MAX, TERMS_MAX, TITLE_CHARS_MAX};
use base::markup::{self, snippet};
use base::redirect;
use base::refusal::Refusal;
use base::search;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::batch::{Batch, CommentJob, ItemJob};
use super::left::{why_comment_left, why_left};
use super::{Import, is_gone, memory, name_of};
use crate::html;
use crate::wxr::{Comment, Item};

impl Import<'_> {
    /// Makes an item ready for the rooms, or tells why it is left.
    pub(super) async fn item(&mut self, item: Item, batch: &mut Batch) -> Result<(), Refusal> {
        let item = if self.also.contains(&item.kind) { of_another_kind(item) } else { item };
        let key = self.key("post", &id_of(&item));
        let (place, taken_at) = memory::taken(&self.house.db, &key).await?.unzip();
        let is_erased = place.as_deref().is_some_and(is_gone) && item.kind != "attachment";
        if let Some(why) =
            why_left(&item).or(is_erased.then_some("import-left-erased")).or(self.why_out_of_place(&item).await?)
        {
            self.leave(&item, why, key, batch);
            return Ok(());
        }
        if item.kind == "attachment" {
            return self.attachment(&item, batch).await;
        }
        if item.kind == "reply" {
            return self.reply(item, batch).await;
        }
        let item = if item.kind == "topic" { self.as_post(item) } else { item };
        if !item.is_more {
            self.tell_rest(&item);
            self.tell_changed(&item, taken_at);
        }
        let item = Item { content: self.content(&item), ..item };
        self.person(&item.creator, &item.creator, batch).await?;
        let is_known = place.is_some();
        let files = self.files_in(&item, batch).await?;
        if !item.is_more {
            self.tell_lost(&item);
        }
        let article = if is_known || item.is_more { None } else { Some(self.article(&item, &key, &files).await?) };
        if article.as_ref().is_some_and(|article| article.words.is_empty() && html::line(&item.title).is_empty()) {
            self.count.left.tell(self.what(&item), "import-left-empty");
            return Ok(());
        }
        if item.was_cut {
            self.count.left.once(&self.what(&item), "import-left-cut");
        }
        batch.bytes += item.content.len();
        let has_address = !item.is_more && !is_draft(&item);
        let comments = self.comments(&item, batch).await?;
        if has_address && item.kind != "page" {
            self.archives.stands_in(&item, &self.hosts.root);
        }
        if has_address && self.hosts.old_path(&item.link).is_some_and(|old| !redirect::may_be_old(&old)) {
            self.count.left.tell(self.what(&item), "import-left-address");
        }
        batch.items.push(ItemJob {
            what: self.what(&item),
            key,
            article,
            is_page: item.kind == "page",
            is_more: item.is_more,
            old_paths: if has_address { self.old_paths(&item) } else { Vec::new() },
            creator: item.creator,
            comments,
        });
        Ok(())
    }

    /// What an item says, with what stands elsewhere in the file put in: synced blocks, footnotes, enclosed recordings.
    fn content(&self, item: &Item) -> String {
        let content = html::blocks::filled(&item.content, &|id| self.aside.words_of(id), &item.footnotes);
        let enclosed =
            item.enclosures.iter().filter(|address| !address.is_empty() && !content.contains(address.as_str()));
        let enclosed: String = enclosed.map(|address| format!("\n\n{}", html::bare_link(address))).collect();
        content + &enclosed
    }

    /// Tells that a text was changed over there after it was taken: what stands here is kept.
    fn tell_changed(&mut self, item: &Item, taken_at: Option<i64>) {
        let changed = read_time(&item.modified_gmt).filter(|changed| *changed <= self.house.now());
        if taken_at.is_some_and(|at| changed.is_some_and(|changed| changed > at)) {
            self.count.left.tell(self.what(item), "import-left-changed");
        }
    }

    /// Tells why an item is left, and what is lost with it.
    fn leave(&mut self, item: &Item, why: &'static str, key: String, batch: &mut Batch) {
        if why == "import-left-machinery" {
            self.count.left.once(&item.kind, why);
        } else if !(item.is_more || why == "import-left-list-words" && item.content.is_empty()) {
            self.count.left.tell(self.what(item), why);
        }
        if !item.comments.is_empty() {
            let count = item.comments.len();
            self.count.left.tell(
                self.house
                    .words
                    .fill("import-what-comments", &[("count", count.into()), ("title", self.what(item).into())]),
                "import-left-no-post",
            );
        }
        if is_draft(item) && item.kind != "attachment" {
            batch.shut.push((key, self.key("shut", &item.id)));
        }
    }

    /// Takes the files in that a text names: what each is called there, and where it is here.
    pub(super) async fn files_in(
        &mut self,
        item: &Item,
        batch: &mut Batch,
    ) -> Result<HashMap<String, String>, Refusal> {
        let names = if item.is_more { Vec::new() } else { self.hosts.uploads_in(&item.content) };
        let mut files = HashMap::new();
        for name in names {
            if let Some(path) = self.file(&name, item, batch).await? {
                files.insert(name, path);
            }
        }
        Ok(files)
    }

    async fn article(
        &mut self,
        item: &Item,
        key: &str,
        files: &HashMap<String, String>,
    ) -> Result<BroughtArticle, Refusal> {
        let title = snippet(&html::line(&item.title), TITLE_CHARS_MAX - 1);
        let words = self.words(item, key, files).await?;
        // An address is what a picture without words is read as; it is no title.
        let first_words = || {
            Some(snippet(&markup::render(&words).plain, 60))
                .filter(|first| !first.is_empty() && !first.starts_with("http"))
        };
        let from_slug = || {
            Some(item.slug.replace('-', " "))
                .filter(|slug| slug.chars().any(char::is_alphabetic) && !slug.contains('%'))
        };
        let title = if title.is_empty() {
            first_words().or_else(from_slug).unwrap_or_else(|| self.house.words.say("import-no-title").to_owned())
        } else {
            title
        };
        let at = self.time(&item.date_gmt, &item.date, &item.published);
        Ok(BroughtArticle {
            key: key.to_owned(),
            is_page: item.kind == "page",
            slug: slug_of(&[&item.slug, &title, &item.id]),
            summary: snippet(&html::line(&item.excerpt), SUMMARY_CHARS_MAX - 1),
            title,
            words,
            files: memory::files_on(&self.house.db, key).await?,
            author: None,
            at,
            changed_at: read_time(&item.modified_gmt).unwrap_or(at).clamp(at, self.house.now()),
            is_draft: is_draft(item),
            comments_open: item.comment_status == "open",
            categories: terms(item.categories()),
            tags: terms(&item.tags),
            lang: Some(&item.lang)
                .filter(|lang| !lang.is_empty())
                .unwrap_or(&self.site.language)
                .split(['-', '_'])
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase(),
        })
    }

    /// Its words as Markdown, with the files they name where those are now.
    async fn words(&mut self, item: &Item, key: &str, files: &HashMap<String, String>) -> Result<String, Refusal> {
        let attached = if item.content.contains("[gallery") { self.attached(key).await? } else { Vec::new() };
        let words = html::markdown(&item.content, &attached, &|address| {
            if address.starts_with("/?attachment_id=") {
                Some(address.to_owned())
            } else {
                self.hosts.here(address, files)
            }
        });
        let mut words = self.with_pictures(&words).await?;
        if let Some(path) = memory::place_of(&self.house.db, &self.key("attachment", &item.thumbnail))
            .await?
            .filter(|path| is_picture(path) && !words.contains(path.as_str()))
        {
            let (alt, caption) = self.aside.said_of(&item.thumbnail);
            words = format!("{}\n\n{words}", html::picture(&path, alt, caption)).trim_end().to_owned();
        }
        let writers = self.aside.writers_of(item);
        if !writers.is_empty() {
            let by = self.house.words.fill("import-by", &[("names", writers.join(", ").into())]);
            words = format!("*{}*\n\n{words}", html::comment(&by, &|_| None)).trim_end().to_owned();
        }
        Ok(words)
    }

    /// Ids of the pictures that hang on a post, in order.
    async fn attached(&self, key: &str) -> Result<Vec<String>, Refusal> {
        let hanging = memory::hanging_on(&self.house.db, key).await?;
        let mut ids: Vec<u64> = hanging
            .iter()
            .filter(|(_, path)| is_picture(path))
            .filter_map(|(key, _)| key.rsplit(':').next()?.parse().ok())
            .collect();
        ids.sort_unstable();
        Ok(ids.into_iter().map(|id| id.to_string()).collect())
    }

    /// Puts the paths of pictures where a gallery named their numbers.
    async fn with_pictures(&self, words: &str) -> Result<String, Refusal> {
        const NUMBERED: &str = "![](/?attachment_id=";
        let mut out = String::with_capacity(words.len());
        let mut rest = words;
        while let Some((before, after)) = rest.split_once(NUMBERED) {
            out += before;
            let (id, after) = after.split_once(')').unwrap_or((after, ""));
            if let Some(path) = memory::place_of(&self.house.db, &self.key("attachment", id)).await? {
                let (alt, caption) = self.aside.said_of(id);
                let link = || format!("[{}]({path})", path.rsplit('/').next().unwrap_or_default());
                out += &if is_picture(&path) { html::picture(&path, alt, caption) } else { link() };
            }
            rest = after.strip_prefix("\n\n").filter(|_| out.ends_with("\n\n")).unwrap_or(after);
        }
        Ok((out + rest).trim_end().to_owned())
    }

    /// The comments that are taken, those that answer others after them.
    async fn comments(&mut self, item: &Item, batch: &mut Batch) -> Result<Vec<CommentJob>, Refusal> {
        let mut comments: Vec<&Comment> = item.comments.iter().collect();
        comments.sort_by_key(|comment| comment.id.parse().unwrap_or(u64::MAX));
        let mut jobs = Vec::new();
        for comment in comments {
            let what = || {
                self.house.words.fill(
                    "import-what-comment",
                    &[("id", comment.id.as_str().into()), ("title", self.what(item).into())],
                )
            };
            if let Some(why) = why_comment_left(comment) {
                let what = what();
                self.count.left.tell(what, why);
                continue;
            }
            let key = self.key("comment", &comment_id(item, comment));
            let is_known = memory::place_of(&self.house.db, &key).await?.is_some();
            let words = if is_known {
                None
            } else {
                Some(html::comment(&comment.content, &|address| self.hosts.here(address, &HashMap::new())))
            };
            if words.as_deref().is_some_and(|words| words.trim().is_empty()) {
                let what = what();
                self.count.left.tell(what, "import-left-empty");
                continue;
            }
            batch.bytes += comment.content.len() + 200;
            let answers =
                (!comment.parent.is_empty() && comment.parent != "0").then(|| self.key("comment", &comment.parent));
            let author = self.logins.get(&comment.user).cloned();
            jobs.push(CommentJob {
                key,
                answers,
                author,
                name: name_of(&comment.author),
                words,
                at: self.time(&comment.date_gmt, &comment.date, ""),
            });
        }
        Ok(jobs)
    }

    /// The addresses that led to an item there: the pretty one, and the one by number.
    pub(super) fn old_paths(&self, item: &Item) -> Vec<String> {
        // The short address of a page is that of a post; before it was up, its own was another.
        let numbers: &[&str] = if item.kind == "page" { &["page_id", "p"] } else { &["p"] };
        let numbered: Vec<String> = numbers
            .iter()
            .filter(|_| !item.id.is_empty())
            .map(|by| format!("{}/?{by}={}", self.hosts.root, item.id))
            .collect();
        let pretty = self
            .hosts
            .old_path(&item.link)
            .filter(|path| !numbered.contains(path) && path.trim_end_matches('/') != self.hosts.root);
        let before = pretty
            .as_ref()
            .map(|path| path.trim_end_matches('/'))
            .and_then(|path| path.rsplit_once('/'))
            .map(|(folder, _)| folder);
        let older: Vec<String> = before
            .into_iter()
            .flat_map(|folder| item.old_slugs.iter().map(move |slug| format!("{folder}/{slug}")))
            .filter(|_| !item.slug.is_empty())
            .collect();
        pretty.into_iter().chain(numbered).chain(older).collect()
    }

    /// When something was, by the first of its dates that can be read.
    pub(super) fn time(&self, gmt: &str, local: &str, published: &str) -> i64 {
        let published = || jiff::fmt::rfc2822::parse(published).ok().map(|at| at.timestamp().as_millisecond());
        let now = self.house.now(); // what is dated past it would stand first for ever
        read_time(gmt).or_else(|| read_time(local)).or_else(published).unwrap_or(now).min(now)
    }
}

/// Whether only its author may see it.
pub(super) fn is_draft(item: &Item) -> bool {
    !matches!(item.status.as_str(), "publish" | "") || !item.password.is_empty()
}

/// A thing of a kind of its own as a post, and its kind as a category, by which they are found together.
fn of_another_kind(mut item: Item) -> Item {
    if !matches!(item.kind.as_str(), "attachment" | "page" | "topic" | "reply") {
        item.categories.push(std::mem::replace(&mut item.kind, "post".into()));
    }
    item
}

/// What tells an item from every other of its site, even where it lost its number.
fn id_of(item: &Item) -> String {
    let own = [&item.id, &item.guid, &item.link].into_iter().find(|own| !own.is_empty());
    match own {
        Some(id) if *id == item.id && id.len() < 40 => id.clone(),
        Some(other) => base::id::hash(other)[..24].to_owned(),
        None => base::id::hash(&format!("{}\0{}\0{}", item.title, item.date_gmt, item.content))[..24].to_owned(),
    }
}

fn comment_id(item: &Item, comment: &Comment) -> String {
    let is_numbered = !comment.id.is_empty() && comment.id.len() < 40;
    if is_numbered {
        comment.id.clone()
    } else {
        base::id::hash(&format!("{}\0{}\0{}\0{}", id_of(item), comment.author, comment.date_gmt, comment.content))[..24]
            .to_owned()
    }
}

/// `2024-06-05 16:04:48` in UTC; drafts have a date of zeros, which is none.
fn read_time(text: &str) -> Option<i64> {
    let at = DateTime::strptime("%Y-%m-%d %H:%M:%S", text.trim()).ok().filter(|at| at.year() > 1)?;
    Some(at.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// The slug of the first of some texts that gives one; what is percent-encoded gives none.
fn slug_of(texts: &[&str]) -> String {
    let slugs = texts.iter().filter(|text| !text.contains('%')).map(|text| search::slug(text, SLUG_CHARS_MAX));
    slugs.into_iter().find(|slug| !slug.is_empty()).unwrap_or_else(|| "text".to_owned())
}

fn terms(names: &[String]) -> Vec<String> {
    let mut terms: Vec<String> = names
        .iter()
        .map(|name| snippet(&html::line(name), TERM_CHARS_MAX - 1))
        .filter(|name| !name.is_empty())
        .take(TERMS_MAX)
        .collect();
    let mut known = std::collections::HashSet::new();
    terms.retain(|term| known.insert(term.clone()));
    terms
}

fn is_picture(path: &str) -> bool {
    [".jpg", ".png", ".webp", ".gif"].iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_zeros_is_none() {
        assert_eq!(read_time("1970-01-02 00:00:01"), Some(86_401_000));
        for none in ["0000-00-00 00:00:00", "", "yesterday", "2020-13-01 00:00:00"] {
            assert_eq!(read_time(none), None, "{none}");
        }
    }

    #[test]
    fn a_slug_is_plain_and_never_empty() {
        assert_eq!(slug_of(&["Hello, Wörld", "x"]), "hello-world");
        assert_eq!(slug_of(&["%e6%97%a5", "日本", "12"]), "12");
        assert_eq!(slug_of(&["", "!", "日"]), "text");
    }
}
