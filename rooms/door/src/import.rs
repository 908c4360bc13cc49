//! Bringing a WordPress site in. The export is read twice: first the people and the files, so that texts can point to
//! them, then posts and pages with their comments. Each batch is one write together with the memory of what it took
//! ([`memory`]), so an import that was killed at any point is simply run again.
//!
//! Promises: memory is bounded; a second run changes nothing and reports the same; what was edited or erased here since
//! stays so; no mail address and no IP address comes along. Never: a word lost without a line in the report on why.

mod archives;
mod batch;
mod files;
mod forum;
mod item;
mod kept;
mod left;
mod links;
mod memory;
mod report;
mod uploads;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use base::brought::{BroughtPerson, NAME_CHARS_MAX};
use base::form::is_seen;
use base::house::House;
use base::markup::snippet;
use base::place::Place;
use base::refusal::Refusal;

use crate::wxr::{Author, Export, Found, Item, Site, Term, source};
use archives::Archives;
use batch::{Batch, write_redirect};
use kept::Aside;
use links::Hosts;
use report::{Count, Did, Tally};
use uploads::Uploads;

pub(crate) use memory::forget;
pub use report::{Left, Report, Taken};

/// Where WordPress has its feeds.
const OLD_FEEDS: [&str; 10] = [
    "/feed", "/comments/feed", "/rss", "/atom", "/wp-rss2.php", "/wp-atom.php", "/?feed=rss2", "/?feed=rss",
    "/?feed=atom", "/?feed=comments-rss2",
];
/// Old addresses in one write.
const ADDRESSES_AT_ONCE: usize = 500;

/// How far an import is: bytes read, of how many.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// What to bring in.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub file: &'a Path,
    /// The folder or zip that holds the site's `wp-content/uploads`.
    pub uploads: Option<&'a Path>,
    /// Kinds beside posts and pages whose things become articles, as the export calls them.
    pub also: &'a [String],
    /// Everything is read and nothing kept. No picture is opened, so one that turns out broken is still counted.
    pub is_dry: bool,
}

impl<'a> Wanted<'a> {
    /// All that is in a file, in earnest.
    #[must_use]
    pub fn of(file: &'a Path) -> Self {
        Self { file, uploads: None, also: &[], is_dry: false }
    }
}

/// Brings a WordPress export in.
///
/// # Errors
/// [`Refusal::NotLikeThis`] when the file is no WordPress export, or it or the uploads cannot be opened.
pub async fn import(house: &House, wanted: Wanted<'_>, progress: Progress<'_>) -> Result<Report, Refusal> {
    let uploads = Uploads::open(wanted.uploads).map_err(|_| Refusal::NotLikeThis("refusal-import-no-uploads"))?;
    let (is_dry, also) = (wanted.is_dry, wanted.also.to_vec());
    let mut import = Import { house, uploads, also, is_dry, ..Import::empty(house) };
    import.pass(wanted.file, Pass::PeopleAndFiles, progress).await?;
    import.pass(wanted.file, Pass::Texts, progress).await?;
    import.lists_lead_on().await?;
    Ok(Report { title: import.site.title, taken: import.count.taken, left: import.count.left.told(house) })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    PeopleAndFiles,
    Texts,
}

/// An import under way.
struct Import<'a> {
    house: &'a House,
    uploads: Uploads,
    also: Vec<String>,
    is_dry: bool,
    hosts: Hosts,
    site: Site,
    /// People by their login there; nobody, where no room took them.
    people: HashMap<String, Option<Place>>,
    /// Logins by the number that comments use.
    logins: HashMap<String, String>,
    /// What the texts need of things that are no texts themselves.
    aside: Aside,
    archives: Archives,
    /// Numbers of the forum topics that were taken.
    topics: HashSet<String>,
    count: Count,
}

impl<'a> Import<'a> {
    fn empty(house: &'a House) -> Self {
        Self {
            house,
            uploads: Uploads::None,
            also: Vec::new(),
            is_dry: false,
            hosts: Hosts::default(),
            site: Site::default(),
            people: HashMap::new(),
            logins: HashMap::new(),
            aside: Aside::default(),
            archives: Archives::default(),
            topics: HashSet::new(),
            count: Count::default(),
        }
    }

    async fn pass(&mut self, path: &Path, pass: Pass, progress: Progress<'_>) -> Result<(), Refusal> {
        let no_file = |_| Refusal::NotLikeThis("refusal-import-no-file");
        let length = std::fs::metadata(path).map_err(no_file)?.len();
        let before = if pass == Pass::Texts { length } else { 0 };
        let mut export = Export::new(source::open(path).map_err(no_file)?);
        let mut batch = Batch::default();
        while let Some(found) = export.read()? {
            if self.site != export.site {
                self.site = export.site.clone();
                self.hosts = std::mem::take(&mut self.hosts).again(&self.site);
            }
            match found {
                Found::Term(term) if pass == Pass::PeopleAndFiles => self.term(&term),
                Found::Author(author) if pass == Pass::PeopleAndFiles => self.author(author, &mut batch).await?,
                Found::Item(item) if pass == Pass::PeopleAndFiles && item.kind == "wp_block" => self.aside.block(*item),
                Found::Item(item) if pass == Pass::PeopleAndFiles && item.kind == "guest-author" => {
                    self.aside.name(&item.slug, &name_of(&item.title))
                }
                Found::Item(item) if pass == Pass::PeopleAndFiles && item.kind == "forum" => self.aside.forum(*item),
                Found::Item(item) if (item.kind == "attachment") == (pass == Pass::PeopleAndFiles) => {
                    self.item(*item, &mut batch).await?
                }
                Found::Author(_) | Found::Term(_) | Found::Item(_) => {}
            }
            if batch.is_full() {
                self.write(&mut batch).await?;
            }
            progress(before + export.at().min(length), 2 * length); // one that was packed is longer than its file
        }
        self.site = export.site.clone();
        if pass == Pass::Texts && !export.is_whole {
            self.count.left.once(self.house.words.say("import-what-rest"), "import-left-broken-off");
        }
        if !export.is_wordpress {
            return Err(Refusal::NotLikeThis("refusal-import-not-wordpress"));
        }
        self.write(&mut batch).await
    }

    /// Whoever follows the old site's feed follows this house's, and its lists lead to those here.
    async fn lists_lead_on(&mut self) -> Result<(), Refusal> {
        let mut archives = std::mem::take(&mut self.archives);
        for login in std::mem::take(&mut archives.writers) {
            let person = self
                .people
                .get(&login)
                .and_then(Option::as_ref)
                .and_then(|place| place.id_of("people"))
                .or(self.is_dry.then_some("dry"));
            if let Some(person) = person.filter(|person| !Place::is_gone(person)) {
                archives.leads_to_writer(&login, person, &self.hosts.root, &self.logins);
            }
        }
        let mut leads: Vec<_> = archives.leads.into_iter().collect();
        if self.count.taken.redirects > 0 || !leads.is_empty() {
            let root = &self.hosts.root;
            let feed = format!("/feeds/{}.atom", crate::feed::ALL);
            leads.extend(OLD_FEEDS.iter().map(|old| (format!("{root}{old}"), feed.clone())));
            leads.extend([
                (format!("{root}/page"), "/articles".to_owned()),
                (format!("{root}/index.php"), "/".to_owned()),
            ]);
            leads.extend((!root.is_empty()).then(|| (root.clone(), "/".to_owned())));
        }
        for some in leads.chunks(ADDRESSES_AT_ONCE) {
            let mut tally = Tally::new();
            if self.is_dry {
                tally.extend(some.iter().map(|(old, _)| Did::Redirect(old.clone())));
            } else {
                let tx = self.house.begin().await?;
                for (old, path) in some {
                    write_redirect(&tx, old, path, &mut tally).await?;
                }
                tx.keep().await?;
            }
            self.count.add(tally, &self.house.words);
        }
        Ok(())
    }

    /// The key of something of this site.
    fn key(&self, kind: &str, id: &str) -> String {
        format!("wordpress:{}:{kind}:{id}", self.hosts.name)
    }

    /// Counts something that needs no write.
    fn did(&mut self, did: Did) {
        self.count.add_one(did, &self.house.words);
    }

    async fn author(&mut self, author: Author, batch: &mut Batch) -> Result<(), Refusal> {
        if !author.id.is_empty() {
            self.logins.insert(author.id, author.login.clone());
        }
        if author.login.is_empty() {
            self.count.left.tell(name_of(&author.display_name), "import-left-no-login");
        }
        self.aside.name(&author.login, &name_of(&author.display_name));
        self.person(&author.login, &author.display_name, batch).await
    }

    fn term(&mut self, term: &Term) {
        self.archives.learn(term);
        if !term.description.is_empty() {
            let what = self.house.words.fill("import-what-words", &[("title", crate::html::line(&term.name).into())]);
            self.count.left.once(&what, "import-left-list-words");
        }
    }

    /// Sees to it that somebody is known here.
    async fn person(&mut self, login: &str, name: &str, batch: &mut Batch) -> Result<(), Refusal> {
        if login.is_empty() || self.people.contains_key(login) || batch.people.iter().any(|(known, _)| known == login) {
            return Ok(());
        }
        // What somebody signed in with, for some a mail address, is not to be found here, not even in a key.
        let key = self.key("person", &base::id::hash(login)[..24]);
        if let Some(place) = memory::person_of(&self.house.db, &key).await? {
            self.did(Did::Person(key));
            self.people.insert(login.to_owned(), Place::read(&place));
            return Ok(());
        }
        let name = Some(name_of(name)).filter(|name| name.chars().count() > 1).unwrap_or_else(|| name_of(login));
        batch.people.push((login.to_owned(), BroughtPerson { key, name }));
        Ok(())
    }

    /// What an item is called in the report.
    fn what(&self, item: &Item) -> String {
        let title = snippet(&crate::html::line(&item.title), 80);
        let kind = if item.kind.is_empty() { "post" } else { &item.kind };
        if title.is_empty() { format!("{kind} {}", item.id) } else { format!("{kind} {} “{title}”", item.id) }
    }
}

/// Whether what an import took is here no more: whoever gave it erased it.
fn is_gone(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(Place::is_gone)
}

/// A name as it may stand here: one line, no mail address, nothing that turns the direction of writing or has no width.
fn name_of(name: &str) -> String {
    let line = crate::html::line(name);
    let line = line.split_once('@').map_or(line.as_str(), |(before, _)| before);
    let name: String = line.chars().filter(|c| is_seen(*c)).take(NAME_CHARS_MAX).collect();
    name.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_and_no_mail_address() {
        assert_eq!(name_of(" Ada\n of <b>Leeds</b> "), "Ada of Leeds");
        assert_eq!(name_of("ada.leeds@mail.example"), "ada.leeds");
        assert_eq!(name_of("a\u{202e}b\u{200b}"), "ab");
        assert_eq!(name_of(&"x".repeat(100)).len(), NAME_CHARS_MAX);
    }
}
