//! What is ready to be taken in, and the one write that does it.

use std::collections::HashMap;

use base::brought::{Brought, BroughtArticle, BroughtComment, BroughtPerson};
use base::db::Tx;
use base::file::Given;
use base::place::Place;
use base::redirect;
use base::refusal::Refusal;
use base::room::Audience;

use super::report::{Did, Tally};
use super::{Import, is_gone, memory};

/// Things in one write, and bytes of their words. Others who write wait no longer than one takes.
const THINGS_MAX: usize = 200;
const BYTES_MAX: usize = 1 << 20;

#[derive(Debug, Default)]
pub(super) struct Batch {
    /// People with their logins.
    pub people: Vec<(String, BroughtPerson)>,
    pub files: Vec<FileJob>,
    /// Keys of attachments, where the file is, and the key of what they hang on.
    pub attachments: Vec<(String, String, Option<String>)>,
    /// Old addresses of files.
    pub redirects: Vec<(String, String)>,
    pub items: Vec<ItemJob>,
    /// Keys of posts that nobody was shown there, and that are left; and the keys that remember it.
    pub shut: Vec<(String, String)>,
    pub bytes: usize,
}

#[derive(Debug)]
pub(super) struct FileJob {
    pub key: String,
    pub path: String,
    /// Login of whoever gave it.
    pub creator: String,
    pub audience: Audience,
    /// What lies on the disk; none in a dry run.
    pub given: Option<Given>,
}

#[derive(Debug)]
pub(super) struct ItemJob {
    pub what: String,
    pub key: String,
    /// None when it was taken before.
    pub article: Option<BroughtArticle>,
    pub is_page: bool,
    /// More comments of an item that came before.
    pub is_more: bool,
    pub creator: String,
    pub old_paths: Vec<String>,
    pub comments: Vec<CommentJob>,
}

#[derive(Debug)]
pub(super) struct CommentJob {
    pub key: String,
    /// Key of the comment it answers.
    pub answers: Option<String>,
    /// Login of who wrote it.
    pub author: Option<String>,
    pub name: String,
    /// None when it was taken before.
    pub words: Option<String>,
    pub at: i64,
}

impl Batch {
    pub(super) fn is_full(&self) -> bool {
        let things = self.people.len()
            + self.files.len()
            + self.attachments.len()
            + self.shut.len()
            + self.items.iter().map(|item| 1 + item.comments.len()).sum::<usize>();
        things >= THINGS_MAX || self.bytes >= BYTES_MAX
    }
}

impl Import<'_> {
    /// Takes a batch in: first its people and files, then its texts, each with the memory of it in one write. Where no
    /// room can take one of the texts, each gets a write of its own, and that one is left.
    pub(super) async fn write(&mut self, batch: &mut Batch) -> Result<(), Refusal> {
        let mut batch = std::mem::take(batch);
        if self.is_dry {
            let tally = self.dry_tally(batch);
            self.count.add(tally, &self.house.words);
            return Ok(());
        }
        let items = std::mem::take(&mut batch.items);
        self.write_people_and_files(batch).await?;
        match self.write_items(&items).await {
            Ok(tally) => self.count.add(tally, &self.house.words),
            Err(Refusal::CannotWrite) => return Err(Refusal::CannotWrite),
            Err(_) => self.write_one_by_one(&items).await?,
        }
        Ok(())
    }

    async fn write_one_by_one(&mut self, items: &[ItemJob]) -> Result<(), Refusal> {
        for item in items {
            let tally = match self.write_items(std::slice::from_ref(item)).await {
                Ok(tally) => tally,
                Err(Refusal::CannotWrite) => return Err(Refusal::CannotWrite),
                Err(refusal) => {
                    drop(self.house.begin().await?); // the trouble is the text's, when others can still be written
                    tracing::warn!(key = item.key, ?refusal, "a text of an import was refused");
                    vec![Did::Left(item.what.clone(), "import-left-refused")]
                }
            };
            self.count.add(tally, &self.house.words);
        }
        Ok(())
    }

    /// Takes texts in: all of them, or none.
    async fn write_items(&self, items: &[ItemJob]) -> Result<Tally, Refusal> {
        let mut tally = Tally::new();
        if items.is_empty() {
            return Ok(tally);
        }
        let tx = self.house.begin().await?;
        for item in items {
            self.write_item(&tx, item, &mut tally).await?;
        }
        tx.keep().await?;
        Ok(tally)
    }

    async fn write_people_and_files(&mut self, batch: Batch) -> Result<(), Refusal> {
        if batch.people.is_empty()
            && batch.files.is_empty()
            && batch.attachments.is_empty()
            && batch.redirects.is_empty()
            && batch.shut.is_empty()
        {
            return Ok(());
        }
        let (tx, mut tally) = (self.house.begin().await?, Tally::new());
        for (login, person) in batch.people {
            let place = self.offer(&tx, &Brought::Person(person.clone())).await?;
            tally.push(if place.is_some() {
                Did::Person(person.key)
            } else {
                Did::Left(person.name, "import-left-no-room")
            });
            self.people.insert(login, place);
        }
        for file in batch.files {
            let Some(given) = file.given else { continue };
            let giver = self.people.get(&file.creator).cloned().flatten();
            given
                .keep(&tx, giver.as_ref().and_then(|place| place.id_of("people")), file.audience, self.house.now())
                .await?;
            memory::remember(&tx, &file.key, &file.path, None, self.house.now()).await?;
        }
        for (key, path, under) in batch.attachments {
            memory::remember(&tx, &key, &path, under.as_deref(), self.house.now()).await?;
        }
        for (under, shut) in batch.shut {
            memory::shut(&tx, &under).await?;
            memory::remember(&tx, &shut, "/", None, self.house.now()).await?;
        }
        for (old, path) in batch.redirects {
            write_redirect(&tx, &old, &path, &mut tally).await?;
        }
        tx.keep().await?;
        self.count.add(tally, &self.house.words);
        Ok(())
    }

    async fn write_item(&self, tx: &Tx, item: &ItemJob, tally: &mut Tally) -> Result<(), Refusal> {
        let author = self.people.get(&item.creator).cloned().flatten();
        let known = memory::place_of(tx, &item.key).await?.and_then(|place| Place::read(&place));
        let place = match (known, &item.article) {
            (Some(place), _) => Some(place),
            (None, Some(article)) if article.is_draft && author.is_none() => None,
            (None, Some(article)) => {
                self.offer(tx, &Brought::Article(BroughtArticle { author, ..article.clone() })).await?
            }
            (None, None) => None,
        };
        let left = |why| Did::Left(item.what.clone(), why);
        let Some(place) = place else {
            tally.push(left(if item.is_more { "import-left-no-post" } else { "import-left-no-room" }));
            return Ok(());
        };
        if is_gone(place.as_str()) {
            tally.push(left("import-left-erased"));
            return Ok(());
        }
        tally.extend(item.did());
        for old in &item.old_paths {
            write_redirect(tx, old, place.as_str(), tally).await?;
        }
        let mut places = HashMap::new();
        for comment in &item.comments {
            tally.push(match self.write_comment(tx, &place, comment, &mut places).await? {
                true => comment.did(&item.what),
                false => left("import-left-no-comments"),
            });
        }
        Ok(())
    }

    /// Takes one comment in; `false` where no room does. `places` are those of the comments above it, so that most
    /// answers need no look-up.
    async fn write_comment(
        &self,
        tx: &Tx,
        under: &Place,
        comment: &CommentJob,
        places: &mut HashMap<String, Place>,
    ) -> Result<bool, Refusal> {
        let Some(words) = &comment.words else { return Ok(true) };
        if memory::place_of(tx, &comment.key).await?.is_some() {
            return Ok(true);
        }
        let answers = match &comment.answers {
            None => None,
            Some(key) => match places.get(key) {
                Some(place) => Some(place.clone()),
                None => memory::place_of(tx, key).await?.and_then(|place| Place::read(&place)),
            },
        };
        let author = comment.author.as_ref().and_then(|login| self.people.get(login).cloned().flatten());
        let brought = BroughtComment {
            key: comment.key.clone(),
            under: under.clone(),
            answers,
            author,
            name: comment.name.clone(),
            words: words.clone(),
            at: comment.at,
        };
        let Some(place) = self.offer(tx, &Brought::Comment(brought)).await? else { return Ok(false) };
        places.insert(comment.key.clone(), place);
        Ok(true)
    }

    /// Offers a thing to the rooms, and remembers where it stands when one takes it.
    async fn offer(&self, tx: &Tx, brought: &Brought) -> Result<Option<Place>, Refusal> {
        for room in self.house.rooms {
            if let Some(place) = room.take_in(self.house, tx, brought).await? {
                memory::remember(tx, brought.key(), place.as_str(), None, self.house.now()).await?;
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// What a batch would have done.
    fn dry_tally(&mut self, batch: Batch) -> Tally {
        let mut tally = Tally::new();
        for (login, person) in batch.people {
            tally.push(Did::Person(person.key));
            self.people.insert(login, None);
        }
        tally.extend(batch.redirects.into_iter().map(|(old, _)| Did::Redirect(old)));
        for item in batch.items {
            tally.extend(item.did());
            tally.extend(item.old_paths.iter().map(|old| Did::Redirect(old.clone())));
            tally.extend(item.comments.iter().map(|comment| comment.did(&item.what)));
        }
        tally
    }
}

impl ItemJob {
    /// What it is counted as; more comments of one are not it.
    fn did(&self) -> Option<Did> {
        let kind = if self.is_page { Did::Page } else { Did::Post };
        (!self.is_more).then(|| kind(self.key.clone(), self.what.clone()))
    }
}

impl CommentJob {
    fn did(&self, under: &str) -> Did {
        Did::Comment(self.key.clone(), under.to_owned())
    }
}

/// Keeps an old address, which counts where it leads here now.
pub(super) async fn write_redirect(tx: &Tx, old: &str, path: &str, tally: &mut Tally) -> Result<(), Refusal> {
    redirect::keep(tx, old, path).await?;
    if redirect::find(tx, old).await?.as_deref() == Some(path) {
        tally.push(Did::Redirect(old.to_owned()));
    }
    Ok(())
}
