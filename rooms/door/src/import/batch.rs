//! What is ready to be taken in, and the one write that does it.

use std::collections::HashMap;

use base::brought::{Brought, BroughtArticle, BroughtComment, BroughtPerson};
use base::db::Tx;
use base::file::Given;
use base::place::Place;
use base::redirect;
use base::refusal::Refusal;
use base::room::Audience;

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
        let things = self.people.len() + self.files.len() + self.attachments.len() + self.items.iter().map(|item| 1 + item.comments.len()).sum::<usize>();
        things >= THINGS_MAX || self.bytes >= BYTES_MAX
    }
}

impl Import<'_> {
    /// Takes a batch in: first its people and files, then its texts, each with the memory of it in one write. Where no room can
    /// take one of the texts, each gets a write of its own, and that one is left.
    pub(super) async fn write(&mut self, batch: &mut Batch) -> Result<(), Refusal> {
        let mut batch = std::mem::take(batch);
        self.fresh.clear();
        if self.is_dry {
            self.count(batch);
            return Ok(());
        }
        let items = std::mem::take(&mut batch.items);
        self.write_people_and_files(batch).await?;
        match self.write_items(&items).await {
            Err(Refusal::CannotWrite) => Err(Refusal::CannotWrite),
            Err(_) => self.write_one_by_one(&items).await,
            Ok(()) => Ok(()),
        }
    }

    async fn write_one_by_one(&mut self, items: &[ItemJob]) -> Result<(), Refusal> {
        for item in items {
            match self.write_items(std::slice::from_ref(item)).await {
                Err(Refusal::CannotWrite) => return Err(Refusal::CannotWrite),
                Err(_) => {
                    drop(self.house.begin().await?); // the trouble is the text's, when others can still be written
                    self.left.tell(item.what.clone(), "import-left-refused");
                }
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Takes texts in: all of them, or none, and then nothing is counted either.
    async fn write_items(&mut self, items: &[ItemJob]) -> Result<(), Refusal> {
        if items.is_empty() {
            return Ok(());
        }
        let (taken, left) = (self.taken, self.left.clone());
        self.fresh.clear();
        let done = self.write_all(items).await;
        if done.is_err() {
            (self.taken, self.left) = (taken, left);
            for hash in &self.fresh {
                self.counted.remove(hash);
            }
        }
        done
    }

    async fn write_all(&mut self, items: &[ItemJob]) -> Result<(), Refusal> {
        let tx = self.house.begin().await?;
        for item in items {
            self.write_item(&tx, item).await?;
        }
        Ok(tx.keep().await?)
    }

    async fn write_people_and_files(&mut self, batch: Batch) -> Result<(), Refusal> {
        if batch.people.is_empty() && batch.files.is_empty() && batch.attachments.is_empty() && batch.redirects.is_empty() {
            return Ok(());
        }
        let tx = self.house.begin().await?;
        for (login, person) in batch.people {
            self.write_person(&tx, login, person).await?;
        }
        for file in batch.files {
            let Some(given) = file.given else { continue };
            let giver = self.people.get(&file.creator).cloned().flatten();
            given.keep(&tx, giver.as_ref().and_then(|place| place.id_of("people")), file.audience, self.house.now()).await?;
            memory::remember(&tx, &file.key, &file.path, None, self.house.now()).await?;
        }
        for (key, path, under) in batch.attachments {
            memory::remember(&tx, &key, &path, under.as_deref(), self.house.now()).await?;
        }
        for (old, path) in batch.redirects {
            self.write_redirect(&tx, &old, &path).await?;
        }
        Ok(tx.keep().await?)
    }

    async fn write_person(&mut self, tx: &Tx, login: String, person: BroughtPerson) -> Result<(), Refusal> {
        let (key, name) = (person.key.clone(), person.name.clone());
        let place = self.offer(tx, &Brought::Person(person)).await?;
        match place {
            Some(_) => self.taken.people += i64::from(self.is_new(&key)),
            None => self.left.tell(name, "import-left-no-room"),
        }
        self.people.insert(login, place);
        Ok(())
    }

    async fn write_redirect(&mut self, tx: &Tx, old: &str, path: &str) -> Result<(), Refusal> {
        redirect::keep(tx, old, path).await?;
        if redirect::find(tx, old).await?.as_deref() == Some(path) {
            self.count_redirect(old);
        }
        Ok(())
    }

    async fn write_item(&mut self, tx: &Tx, item: &ItemJob) -> Result<(), Refusal> {
        let author = self.people.get(&item.creator).cloned().flatten();
        let known = memory::place_of(tx, &item.key).await?.and_then(|place| Place::read(&place));
        let place = match (known, &item.article) {
            (Some(place), _) => Some(place),
            (None, Some(article)) if article.is_draft && author.is_none() => None,
            (None, Some(article)) => self.offer(tx, &Brought::Article(BroughtArticle { author, ..article.clone() })).await?,
            (None, None) => None,
        };
        let Some(place) = place else {
            let why = if item.is_more { "import-left-no-post" } else { "import-left-no-room" };
            self.left.tell(item.what.clone(), why);
            return Ok(());
        };
        if is_gone(place.as_str()) {
            self.left.tell(item.what.clone(), "import-left-erased");
            return Ok(());
        }
        if !item.is_more && !self.count_item(&item.key, item.is_page) {
            self.left.tell(item.what.clone(), "import-left-twice");
        }
        for old in &item.old_paths {
            self.write_redirect(tx, old, place.as_str()).await?;
        }
        let mut places = HashMap::new();
        for comment in &item.comments {
            self.write_comment(tx, &place, comment, &item.what, &mut places).await?;
        }
        Ok(())
    }

    /// Takes one comment in. `places` are those of the comments above it, so that most answers need no look-up.
    async fn write_comment(&mut self, tx: &Tx, under: &Place, comment: &CommentJob, what: &str, places: &mut HashMap<String, Place>) -> Result<(), Refusal> {
        let key = &comment.key;
        let known = match &comment.words {
            Some(_) => memory::place_of(tx, key).await?,
            None => Some(String::new()),
        };
        if let (None, Some(words)) = (known, &comment.words) {
            let answers = match &comment.answers {
                None => None,
                Some(key) => match places.get(key) {
                    Some(place) => Some(place.clone()),
                    None => memory::place_of(tx, key).await?.and_then(|place| Place::read(&place)),
                },
            };
            let author = comment.author.as_ref().and_then(|login| self.people.get(login).cloned().flatten());
            let brought = BroughtComment { key: key.clone(), under: under.clone(), answers, author, name: comment.name.clone(), words: words.clone(), at: comment.at };
            let Some(place) = self.offer(tx, &Brought::Comment(brought)).await? else {
                self.left.once(what, "import-left-no-comments");
                return Ok(());
            };
            places.insert(key.clone(), place);
        }
        self.count_comment(key, what);
        Ok(())
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

    /// Counts a post or page, unless one of this key was counted already: says whether it was new.
    fn count_item(&mut self, key: &str, is_page: bool) -> bool {
        let is_new = self.is_new(key);
        let count = if is_page { &mut self.taken.pages } else { &mut self.taken.posts };
        *count += i64::from(is_new);
        is_new
    }

    fn count_comment(&mut self, key: &str, under: &str) {
        if self.is_new(key) {
            self.taken.comments += 1;
            return;
        }
        let id = key.rsplit(':').next().unwrap_or_default();
        self.left.tell(self.house.words.fill("import-what-comment", &[("id", id.into()), ("title", under.into())]), "import-left-twice");
    }

    fn count_redirect(&mut self, old: &str) {
        self.taken.redirects += i64::from(redirect::may_be_old(old) && self.is_new(&format!("redirect {old}")));
    }

    /// What a dry run does with a batch.
    fn count(&mut self, batch: Batch) {
        for (login, person) in batch.people {
            self.taken.people += i64::from(self.is_new(&person.key));
            self.people.insert(login, None);
        }
        for (old, _) in batch.redirects {
            self.count_redirect(&old);
        }
        for item in batch.items {
            if !item.is_more && !self.count_item(&item.key, item.is_page) {
                self.left.tell(item.what.clone(), "import-left-twice");
            }
            for old in &item.old_paths {
                self.count_redirect(old);
            }
            for comment in &item.comments {
                self.count_comment(&comment.key, &item.what);
            }
        }
    }
}
