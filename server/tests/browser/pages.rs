//! Every page that links lead to, met by somebody without an account, by a member, and by somebody who holds every
//! duty.
//!
//! Promises of each page; of each form sent empty and with far too much in it; of every refusal; of things as long as
//! they may be; and of a house where nothing is yet: axe finds nothing in the dark and in the light (every rule of WCAG
//! 2.2 A and AA, and its best practice); nothing scrolls sideways at 1280 and at 320 px; help and the way out are the
//! first stops after the skip link, without JavaScript too; no other host is asked for anything; the browser logs no
//! trouble.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use axum::http::header::{CONTENT_TYPE, LOCATION};
use base::clock::stopwatch;
use serde_json::{Value, json};

use crate::chromium::Chromium;
use crate::house::{BrowsedHouse, REFUSED, SignedIn};
use crate::walk::{asked_elsewhere, in_both_themes, look, sign_in, theme, troubles};

/// Pages that no link leads to: nothing there, nothing found, an old link, somebody else's, behind a duty.
const ODD: [&str; 14] = [
    "/nothing-here", "/songs/none", "/search?q=zzzz", "/search?q=rage&order=like", "/in/used-long-ago",
    "/claim/used-long-ago", "/sign-in?then=/songs/new", "/sign-in/recovery", "/songs?feeling=hopeful&genre=grindcore",
    "/articles/the-hour-after/edit", "/articles/the-hour-after/tend", "/pages/new", "/duties/shelf/fill", "/claims",
];
/// More than any field takes, and more than any form.
const FAR_TOO_MUCH: usize = 70_000;
const MORE_THAN_A_FORM: usize = 5 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_stands_up_for_somebody_without_an_account() {
    let Some(chromium) = Chromium::lent().await else { return };
    let house = BrowsedHouse::open().await;
    let wide = house.member(&"W".repeat(40)).await;
    let mut odd = house.brim_over(&wide.person).await;
    odd.extend(REFUSED.map(str::to_owned));
    let visit = Visit::begin(&chromium, &house, None, 2, odd).await;
    visit.stands_up(40, &[200, 400, 404, 409, 410, 413, 422, 429, 500, 503, 507]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_stands_up_for_a_member() {
    let Some(chromium) = Chromium::lent().await else { return };
    let house = BrowsedHouse::open().await;
    let (ruth, wide) = (house.member("Ruth").await, house.member(&"W".repeat(40)).await);
    let gone = house.brim_over(&ruth.person).await;
    let visit = Visit::begin(&chromium, &house, Some(&wide), 1, gone).await;
    visit.stands_up(40, &[200, 403, 404, 410, 413, 422]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_stands_up_for_somebody_who_holds_every_duty() {
    let Some(chromium) = Chromium::lent().await else { return };
    let house = BrowsedHouse::open().await;
    let holder = house.holder(&"W".repeat(40)).await;
    let gone = house.brim_over(&holder.person).await;
    let visit = Visit::begin(&chromium, &house, Some(&holder), 1, gone).await;
    visit.stands_up(45, &[200, 403, 404, 413, 422]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_stands_up_where_nothing_is_yet() {
    let Some(chromium) = Chromium::lent().await else { return };
    let house = BrowsedHouse::just_founded().await;
    let holder = house.holder("Ruth").await;
    let mut visit = Visit::begin(&chromium, &house, Some(&holder), 1, Vec::new()).await;
    visit.forms = None;
    visit.stands_up(30, &[200, 404]).await;
}

#[derive(Default)]
struct Seen {
    pages: usize,
    states: usize,
    links: usize,
    answers: BTreeSet<u64>,
    rules: u64,
    undecided: u64,
}

/// Somebody's way along every link from the front door: so many pages of a kind (songs differ, but not as pages).
struct Visit<'a> {
    chromium: &'a Chromium,
    house: &'a BrowsedHouse,
    reader: Option<&'a SignedIn>,
    of_a_kind: usize,
    odd: Vec<String>,
    kinds: HashMap<String, usize>,
    /// Kinds of forms that were sent; nothing where none is to be.
    forms: Option<HashSet<String>>,
    /// Pages with a form to send once every page was met.
    to_send: Vec<(String, String)>,
    seen: Seen,
    wrongs: Vec<String>,
}

impl<'a> Visit<'a> {
    async fn begin(
        chromium: &'a Chromium,
        house: &'a BrowsedHouse,
        reader: Option<&'a SignedIn>,
        of_a_kind: usize,
        gone: Vec<String>,
    ) -> Self {
        sign_in(chromium, house, reader).await;
        theme(chromium, "dark").await;
        let odd = ODD.iter().map(|path| (*path).to_owned()).chain(gone).collect();
        Self {
            chromium,
            house,
            reader,
            of_a_kind,
            odd,
            kinds: HashMap::new(),
            forms: Some(HashSet::new()),
            to_send: Vec::new(),
            seen: Seen::default(),
            wrongs: Vec::new(),
        }
    }

    /// That nothing is wrong anywhere, that at least so many pages were met, and that each of these answers was.
    async fn stands_up(mut self, least: usize, answers: &[u64]) {
        let began = stopwatch();
        self.follow_all().await;
        let Seen { pages, states, links, answers: met, rules, undecided } = self.seen;
        println!(
            "{pages} pages of {} kinds and {states} states of them, answers {met:?}, {links} links, {rules} rules of axe, {undecided} undecided, {:.0} s",
            self.kinds.len(),
            began.elapsed().as_secs_f32()
        );
        assert!(self.wrongs.is_empty(), "{} things are wrong:\n{}", self.wrongs.len(), self.wrongs.join("\n"));
        assert!(pages >= least, "only {pages} pages were found");
        assert!(
            answers.iter().all(|answer| met.contains(answer)),
            "{answers:?} should have been met, and {met:?} were"
        );
    }

    async fn follow_all(&mut self) {
        let mut ahead: VecDeque<String> = std::iter::once("/".to_owned()).chain(self.odd.iter().cloned()).collect();
        let mut known: HashSet<String> = ahead.iter().cloned().collect();
        while let Some(path) = ahead.pop_front() {
            let count = self.kinds.entry(kind(&path)).or_default();
            *count += 1;
            if *count > self.of_a_kind && !self.odd.contains(&path) {
                continue;
            }
            let links = self.meet(&path).await;
            self.seen.links += links.len();
            ahead.extend(links.into_iter().filter(|link| known.insert(link.clone())));
        }
        // Only now: a seat is handed back without a word, and what it led to would answer 403.
        for (at, (path, form)) in std::mem::take(&mut self.to_send).into_iter().enumerate() {
            self.send(&path, &form, "", 0).await;
            self.send(&path, &form, "W", FAR_TOO_MUCH).await;
            if at == 0 {
                self.send(&path, &form, "W", MORE_THAN_A_FORM).await;
            }
        }
    }

    /// Looks at one page; where it leads.
    async fn meet(&mut self, path: &str) -> Vec<String> {
        let (status, headers, html) = self.house.get(path, self.reader.map(|reader| reader.session.as_str())).await;
        if status.is_redirection() {
            let to = headers[LOCATION].to_str().unwrap();
            return if to.starts_with('/') { vec![to.to_owned()] } else { Vec::new() };
        }
        if !status.is_success() && !self.odd.iter().any(|odd| odd == path) {
            self.wrongs.push(format!("{path}: a link leads here, and it answers {status}"));
            return Vec::new();
        }
        if !headers.get(CONTENT_TYPE).is_some_and(|kind| kind.to_str().unwrap().starts_with("text/html")) {
            return Vec::new();
        }
        let first: Vec<&str> = html
            .split("<body")
            .nth(1)
            .unwrap_or_default()
            .split("href=\"")
            .skip(1)
            .take(3)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        if first != ["#main", "/help", "/leave-fast"] {
            self.wrongs.push(format!("{path}: without JavaScript the first stops are {first:?}"));
        }
        self.chromium.go(&format!("{}{path}", self.house.address)).await;
        self.seen.pages += 1;
        self.look_around(path).await;
        let links = words(&look(self.chromium, "links", json!([])).await);
        for form in words(&look(self.chromium, "forms", json!([])).await) {
            let Some(forms) = &mut self.forms else { break };
            if forms.insert(kind(&form)) {
                self.to_send.push((path.to_owned(), form));
            }
        }
        links
    }

    /// Sends a form with nothing, or with so much, in each of its fields, and looks at what comes back.
    async fn send(&mut self, path: &str, form: &str, letter: &str, times: usize) {
        self.chromium.go(&format!("{}{path}", self.house.address)).await;
        if look(self.chromium, "sendFilled", json!([form, letter, times])).await != json!(true) {
            return;
        }
        let began = stopwatch();
        while look(self.chromium, "hasComeFrom", json!([])).await != json!(true) && began.elapsed().as_secs() < 20 {
            tokio::time::sleep(std::time::Duration::from_millis(15)).await;
        }
        self.seen.states += 1;
        self.look_around(&format!("{path} with {form} sent with {times} letters in each field")).await;
        sign_in(self.chromium, self.house, self.reader).await;
    }

    async fn look_around(&mut self, at: &str) {
        let mut wrongs = Vec::new();
        self.seen.answers.extend(look(self.chromium, "answer", json!([])).await.as_u64());
        let told = in_both_themes(self.chromium).await;
        wrongs.extend(told.violations);
        self.seen.rules = self.seen.rules.max(told.rules);
        self.seen.undecided += told.undecided;
        for (width, height) in [(320, 568), (1280, 900)] {
            self.chromium
                .cdp(
                    "Emulation.setDeviceMetricsOverride",
                    json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
                )
                .await;
            wrongs.extend(words(&look(self.chromium, "wrongs", json!([])).await));
        }
        wrongs
            .extend(asked_elsewhere(self.chromium, &self.house.address).await.iter().map(|url| format!("asked {url}")));
        wrongs.extend(troubles(self.chromium).await);
        self.wrongs.extend(wrongs.into_iter().map(|wrong| format!("{at}: {wrong}")));
    }
}

/// What kind of page a path leads to: ids, slugs and what is asked for left out.
pub(crate) fn kind(path: &str) -> String {
    let (path, question) = path.split_once('?').unwrap_or((path, ""));
    let mut parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    for at in 1..parts.len() {
        let is_one_of_many = parts[at].len() > 20
            || (at == 1
                && parts[at] != "new"
                && ["feelings", "articles", "pages", "people", "duties", "helplines"].contains(&parts[0]));
        if is_one_of_many {
            parts[at] = "*";
        }
    }
    let asked: Vec<&str> = question.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("/{}?{}", parts.join("/"), asked.join("&"))
}

fn words(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
}
