//! Every page that links lead to, met by somebody without an account, by a member, and by somebody who holds every duty.
//!
//! Promises of each page, and of each form sent empty: axe finds nothing in the dark and in the light (every rule of WCAG 2.2
//! A and AA, and its best practice); nothing scrolls sideways at 1280 and at 320 px; help and the way out are the first stops
//! after the skip link, without JavaScript too; no other host is asked for anything; the browser logs no trouble.

use std::collections::{HashMap, HashSet, VecDeque};

use axum::http::header::{CONTENT_TYPE, LOCATION};
use base::clock::stopwatch;
use serde_json::{Value, json};

use crate::chromium::Chromium;
use crate::house::{BrowsedHouse, SignedIn};
use crate::walk::{asked_elsewhere, in_both_themes, look, sign_in, theme, troubles};

/// Pages that no link leads to: nothing there, nothing found, an old link, somebody else's.
const ODD: [&str; 8] = ["/nothing-here", "/songs/none", "/search?q=zzzz", "/search?q=rage&order=like", "/in/used-long-ago", "/sign-in?then=/songs/new", "/sign-in/recovery", "/songs?feeling=hopeful&genre=grindcore"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_stands_up_for_somebody_without_an_account() {
    visit(async |_| None, 2, 25).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_stands_up_for_a_member() {
    visit(async |house| Some(house.member("Ruth").await), 1, 40).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_stands_up_for_somebody_who_holds_every_duty() {
    visit(async |house| Some(house.holder("Wren").await), 1, 45).await;
}

/// Follows every link from the front door as this reader, looks at so many pages of a kind (songs differ, but not as
/// pages), and finds at least so many.
async fn visit(reader: impl AsyncFn(&BrowsedHouse) -> Option<SignedIn>, of_a_kind: usize, least: usize) {
    let Some(chromium) = Chromium::start().await else { return };
    let (house, began) = (BrowsedHouse::open().await, stopwatch());
    let reader = reader(&house).await;
    let mut visit = Visit { chromium: &chromium, house: &house, reader: reader.as_ref(), of_a_kind, kinds: HashMap::new(), forms: HashSet::new(), seen: Seen::default(), wrongs: Vec::new() };
    visit.begin().await;
    visit.follow_all().await;
    let Seen { pages, states, links, rules, undecided } = visit.seen;
    println!("{pages} pages of {} kinds and {states} states of them, {links} links, {rules} rules of axe, {undecided} undecided, {:.0} s", visit.kinds.len(), began.elapsed().as_secs_f32());
    assert!(visit.wrongs.is_empty(), "{} things are wrong:\n{}", visit.wrongs.len(), visit.wrongs.join("\n"));
    assert!(pages >= least, "only {pages} pages were found");
}

#[derive(Default)]
struct Seen {
    pages: usize,
    states: usize,
    links: usize,
    rules: u64,
    undecided: u64,
}

struct Visit<'a> {
    chromium: &'a Chromium,
    house: &'a BrowsedHouse,
    reader: Option<&'a SignedIn>,
    of_a_kind: usize,
    kinds: HashMap<String, usize>,
    forms: HashSet<String>,
    seen: Seen,
    wrongs: Vec<String>,
}

impl Visit<'_> {
    async fn begin(&self) {
        self.chromium.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": false })).await;
        sign_in(self.chromium, self.house, self.reader).await;
        theme(self.chromium, "dark").await;
    }

    async fn follow_all(&mut self) {
        let mut ahead: VecDeque<String> = ["/"].iter().chain(&ODD).map(|path| (*path).to_owned()).collect();
        let mut known: HashSet<String> = ahead.iter().cloned().collect();
        while let Some(path) = ahead.pop_front() {
            let count = self.kinds.entry(kind(&path)).or_default();
            *count += 1;
            if *count > self.of_a_kind && !ODD.contains(&path.as_str()) {
                continue;
            }
            let links = self.meet(&path).await;
            self.seen.links += links.len();
            ahead.extend(links.into_iter().filter(|link| known.insert(link.clone())));
        }
    }

    /// Looks at one page; where it leads.
    async fn meet(&mut self, path: &str) -> Vec<String> {
        let (status, headers, html) = self.house.get(path, self.reader.map(|reader| reader.session.as_str())).await;
        if status.is_redirection() {
            let to = headers[LOCATION].to_str().unwrap();
            return if to.starts_with('/') { vec![to.to_owned()] } else { Vec::new() };
        }
        if !status.is_success() && !ODD.contains(&path) {
            self.wrongs.push(format!("{path}: a link leads here, and it answers {status}"));
            return Vec::new();
        }
        if !headers.get(CONTENT_TYPE).is_some_and(|kind| kind.to_str().unwrap().starts_with("text/html")) {
            return Vec::new();
        }
        let first: Vec<&str> = html.split("<body").nth(1).unwrap_or_default().split("href=\"").skip(1).take(3).map(|rest| rest.split('"').next().unwrap()).collect();
        if first != ["#main", "/help", "/leave-fast"] {
            self.wrongs.push(format!("{path}: without JavaScript the first stops are {first:?}"));
        }
        self.chromium.go(&format!("{}{path}", self.house.address)).await;
        self.seen.pages += 1;
        self.look_around(path).await;
        let links = words(&look(self.chromium, "links", json!([])).await);
        for form in words(&look(self.chromium, "forms", json!([])).await) {
            if self.forms.insert(kind(&form)) {
                self.send_empty(path, &form).await;
            }
        }
        links
    }

    /// Sends a form with nothing in it, and looks at what comes back.
    async fn send_empty(&mut self, path: &str, form: &str) {
        self.chromium.go(&format!("{}{path}", self.house.address)).await;
        look(self.chromium, "mark", json!([])).await;
        look(self.chromium, "sendEmpty", json!([form])).await;
        let began = stopwatch();
        while look(self.chromium, "hasComeFrom", json!([])).await != json!(true) && began.elapsed().as_secs() < 20 {
            tokio::time::sleep(std::time::Duration::from_millis(15)).await;
        }
        self.seen.states += 1;
        self.look_around(&format!("{path} with {form} sent empty")).await;
        sign_in(self.chromium, self.house, self.reader).await;
    }

    async fn look_around(&mut self, at: &str) {
        let mut wrongs = Vec::new();
        let told = in_both_themes(self.chromium).await;
        wrongs.extend(told.violations);
        self.seen.rules = self.seen.rules.max(told.rules);
        self.seen.undecided += told.undecided;
        for (width, height) in [(320, 568), (1280, 900)] {
            self.chromium.cdp("Emulation.setDeviceMetricsOverride", json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false })).await;
            wrongs.extend(words(&look(self.chromium, "wrongs", json!([])).await));
        }
        wrongs.extend(asked_elsewhere(self.chromium, &self.house.address).await.iter().map(|url| format!("asked {url}")));
        wrongs.extend(troubles(self.chromium).await);
        self.wrongs.extend(wrongs.into_iter().map(|wrong| format!("{at}: {wrong}")));
    }
}

/// What kind of page a path leads to: ids, slugs and what is asked for left out.
pub(crate) fn kind(path: &str) -> String {
    let (path, question) = path.split_once('?').unwrap_or((path, ""));
    let mut parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    for at in 1..parts.len() {
        let is_one_of_many = parts[at].len() > 20 || (at == 1 && parts[at] != "new" && ["feelings", "articles", "pages", "people", "duties", "helplines"].contains(&parts[0]));
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
