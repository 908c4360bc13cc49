//! Files of the old site: each is taken in once, by whatever address it is named, and is shown to no more people than
//! what it hung on was.

use std::collections::BTreeSet;

use base::file::{Given, Kind};
use base::place::Place;
use base::refusal::Refusal;
use base::room::{Audience, Reader};

use super::batch::{Batch, FileJob};
use super::report::Did;
use super::uploads::{self, Uploads};
use super::{Import, is_gone, item, links, memory};
use crate::wxr::Item;

impl Import<'_> {
    /// The path here of a file among the uploads, taken in when it was not yet; `None` where it cannot be, which is
    /// told.
    pub(super) async fn file(&mut self, name: &str, item: &Item, batch: &mut Batch) -> Result<Option<String>, Refusal> {
        let of_network = format!("{}{name}", self.hosts.part);
        let Some(found) = self.uploads.find(name).or_else(|| self.uploads.find(&of_network)) else {
            let why =
                if matches!(self.uploads, Uploads::None) { "import-left-no-uploads" } else { "import-left-missing" };
            self.count.left.once(&uploads::whole(name), why);
            return Ok(None);
        };
        let key = self.key("upload", &found);
        let known = match batch.files.iter().find(|file| file.key == key) {
            Some(file) => Some(file.path.clone()),
            None => memory::place_of(&self.house.db, &key).await?,
        };
        let path = match known {
            Some(path) if is_gone(&path) => return Ok(None),
            Some(path) => path,
            None => match self.read_file(&found).await? {
                Ok((path, given)) => {
                    batch.files.push(FileJob {
                        key: key.clone(),
                        path: path.clone(),
                        creator: item.creator.clone(),
                        audience: self.for_whom(item).await?,
                        given,
                    });
                    path
                }
                Err(why) => {
                    self.count.left.once(name, why);
                    return Ok(None);
                }
            },
        };
        self.did(Did::File(key));
        let whole = uploads::whole(&of_network); // any size of it leads there
        for name in [Some(&of_network), Some(&whole).filter(|whole| **whole != of_network)].into_iter().flatten() {
            batch.redirects.push((format!("{}/wp-content/uploads/{name}", self.hosts.root), path.clone()));
        }
        Ok(Some(path))
    }

    /// Reads a file of the uploads and makes it ready to be kept; the key of a sentence on why not.
    async fn read_file(&mut self, found: &str) -> Result<Result<(String, Option<Given>), &'static str>, Refusal> {
        let bytes = match self.uploads.read(found, self.house.settings.upload_bytes) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(Err("import-left-large")),
            Err(why) => {
                tracing::warn!(found, %why, "a file of an import was not read");
                return Ok(Err("import-left-unreadable"));
            }
        };
        if self.is_dry {
            return Ok(Kind::of(found, &bytes).map(|_| (format!("/files/dry/{found}"), None)));
        }
        match Given::read(self.house, found, bytes.into()).await {
            Ok(given) => Ok(Ok((given.path(), Some(given)))),
            Err(Refusal::NotLikeThis(why)) => Ok(Err(why)),
            Err(Refusal::TooLong) => Ok(Err("import-left-large")),
            Err(refusal) => Err(refusal),
        }
    }

    /// A file that hangs on a post, or on none.
    pub(super) async fn attachment(&mut self, item: &Item, batch: &mut Batch) -> Result<(), Refusal> {
        if !item.comments.is_empty() {
            let count = item.comments.len();
            self.count.left.tell(
                self.house
                    .words
                    .fill("import-what-comments", &[("count", count.into()), ("title", self.what(item).into())]),
                "import-left-no-comments",
            );
        }
        if item.is_more {
            return Ok(());
        }
        if !item.content.is_empty() {
            self.count.left.tell(
                self.house.words.fill("import-what-words", &[("title", self.what(item).into())]),
                "import-left-file-words",
            );
        }
        self.aside.picture(item);
        self.hosts.learn(&item.attachment_url, &item.attached_file);
        let from_address = self.hosts.upload(&item.attachment_url).or_else(|| links::upload_path(&item.attachment_url));
        let name = Some(item.attached_file.as_str()).filter(|name| !name.is_empty()).or(from_address.as_deref());
        let Some(name) = name.map(str::to_owned) else {
            self.count.left.tell(self.what(item), "import-left-missing");
            return Ok(());
        };
        if let Some(path) = self.file(&name, item, batch).await? {
            let under =
                (item.parent.as_str() != "0" && !item.parent.is_empty()).then(|| self.key("post", &item.parent));
            let shown = [&item.link, &item.attachment_url]
                .into_iter()
                .filter_map(|address| self.hosts.old_path(address))
                .collect::<BTreeSet<_>>();
            for old in shown
                .into_iter()
                .chain((!item.id.is_empty()).then(|| format!("{}/?attachment_id={}", self.hosts.root, item.id)))
            {
                batch.redirects.push((old, path.clone()));
            }
            batch.attachments.push((self.key("attachment", &item.id), path, under));
        }
        Ok(())
    }

    /// Who may see a file that came with an item, until a room takes in what names it: no more than may see what it
    /// hangs on.
    async fn for_whom(&self, item: &Item) -> Result<Audience, Refusal> {
        if item.kind != "attachment" || item.status != "inherit" || !item.password.is_empty() {
            return Ok(if item::is_draft(item) { Audience::Only } else { Audience::Everyone });
        }
        let is_shut = match memory::place_of(&self.house.db, &self.key("post", &item.parent))
            .await?
            .as_deref()
            .and_then(Place::read)
        {
            Some(place) => !matches!(self.house.at(&Reader::guest(), &place).await, Ok(Some(_))),
            None => memory::place_of(&self.house.db, &self.key("shut", &item.parent)).await?.is_some(),
        };
        Ok(if is_shut { Audience::Only } else { Audience::Everyone })
    }
}
