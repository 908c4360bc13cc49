//! The lists of the old site (of a category or tag, of what somebody wrote, of a month), and the lists here that show
//! the same. Only what stands in a list is listed, so none of these leads to an empty page. Memory is bounded.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base::brought::TERM_CHARS_MAX;
use base::form::encoded;
use base::markup::snippet;
use base::redirect::list;
use base::search::fold;

use crate::html;
use crate::wxr::{Item, Term};

/// Old addresses that are kept in mind until the export was read.
const ADDRESSES_MAX: usize = 50_000;

#[derive(Debug, Default)]
pub(super) struct Archives {
    /// Numbers of categories, by how addresses name them.
    numbers: HashMap<String, String>,
    /// Logins of those who wrote what everyone may read.
    pub writers: BTreeSet<String>,
    /// Where each address leads.
    pub leads: BTreeMap<String, String>,
}

impl Archives {
    pub(super) fn learn(&mut self, term: &Term) {
        if term.kind == "category" && !term.id.is_empty() && self.numbers.len() < ADDRESSES_MAX {
            self.numbers.insert(term.slug.clone(), term.id.clone());
        }
    }

    /// An article that everyone may read stands in the lists of its categories and tags, of its month, and of whoever
    /// wrote it.
    pub(super) fn stands_in(&mut self, item: &Item, root: &str) {
        for (kind, slug, name) in &item.term_slugs {
            let here = format!("/articles?{kind}={}", encoded(&snippet(&html::line(name), TERM_CHARS_MAX - 1)));
            self.lead(list(&format!("/{kind}/{slug}")), &here);
            if *kind == "category" {
                self.leads.remove(&format!("/*/{slug}")); // one of this name is looked for before a tag
                self.lead(self.numbers.get(slug).map(|id| format!("{root}/?cat={id}")), &here);
            }
            self.lead(Some(format!("{root}/?{}={slug}", if *kind == "tag" { "tag" } else { "category_name" })), &here);
            self.lead(list(&format!("/of-its-own/{slug}")), &here);
        }
        self.leads_to_month(item, root);
        if !item.creator.is_empty() && self.writers.len() < ADDRESSES_MAX {
            self.writers.insert(item.creator.clone());
        }
    }

    /// The list of what somebody wrote leads to that of who they are here; `logins` are theirs, by the number that
    /// addresses name them by.
    pub(super) fn leads_to_writer(&mut self, login: &str, person: &str, root: &str, logins: &HashMap<String, String>) {
        let here = format!("/articles?by={person}");
        self.lead(list(&format!("/author/{}", fold(login))).filter(|_| !fold(login).is_empty()), &here);
        for (number, _) in logins.iter().filter(|(_, known)| *known == login) {
            self.lead(Some(format!("{root}/?author={number}")), &here);
        }
    }

    fn leads_to_month(&mut self, item: &Item, root: &str) {
        let date = if item.date.len() >= 7 { &item.date } else { &item.date_gmt };
        let Some((year, month)) = date.get(..7).and_then(|month| month.split_once('-')) else { return };
        if !(year.len() == 4 && year != "0000" && format!("{year}{month}").bytes().all(|byte| byte.is_ascii_digit())) {
            return;
        }
        for (path, query, last) in
            [(format!("/{year}/{month}"), format!("{year}{month}"), month), (format!("/{year}"), year.to_owned(), "12")]
        {
            let here = format!("/articles?until={year}-{last}");
            self.lead(list(&path), &here);
            self.lead(Some(format!("{root}/?m={query}")), &here);
        }
    }

    fn lead(&mut self, old: Option<String>, here: &str) {
        if let Some(old) = old.filter(|_| self.leads.len() < ADDRESSES_MAX) {
            self.leads.entry(old).or_insert_with(|| here.to_owned());
        }
    }
}
