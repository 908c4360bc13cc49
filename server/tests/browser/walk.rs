//! A person's way through the house, told once and walked in five ways: with JavaScript, without, by keyboard alone, on
//! a screen 320 px wide, and at a zoom of 400 %.
//!
//! Promises: every page on the way works in that way, says what is expected, scrolls in one direction only, asks no
//! other host for anything, and logs no trouble; with JavaScript, axe finds nothing in either theme in the states that
//! no link leads to (the pages are looked at in `pages.rs`). Elements are found by the names a person reads, never by
//! classes or ids.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use base::clock::stopwatch;
use serde_json::{Value, json};

use crate::chromium::{CONTROL, Chromium, DELETE, DOWN, ENTER, Element, TAB};
use crate::house::{BrowsedHouse, SignedIn};

const LOOKS: &str = include_str!("look.js");
/// How long a page may take to come, on two busy cores.
const PAGE_WAIT: Duration = Duration::from_secs(20);
/// How many stops the keyboard may take until something counts as out of its reach.
const STOPS_MAX: usize = 300;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    WithJavaScript,
    WithoutJavaScript,
    ByKeyboard,
    At320,
    Zoomed,
}

impl Way {
    const ALL: [Self; 5] = [Self::WithJavaScript, Self::WithoutJavaScript, Self::ByKeyboard, Self::At320, Self::Zoomed];

    /// Width and height in CSS pixels, device pixels for each. A zoom of 400 % on 1280 × 1024 leaves 320 × 256.
    fn screen(self) -> (u32, u32, u32) {
        match self {
            Self::At320 => (320, 568, 2),
            Self::Zoomed => (320, 256, 4),
            _ => (1280, 900, 1),
        }
    }
}

/// Tells a journey in each way, each in a house of its own with the demo's people in it.
pub(crate) async fn every_way(journey: impl AsyncFn(&mut Walk<'_>)) {
    in_these_ways(&Way::ALL, journey).await;
}

/// Tells a journey that only some ways can walk.
pub(crate) async fn in_these_ways(ways: &[Way], journey: impl AsyncFn(&mut Walk<'_>)) {
    let Some(chromium) = Chromium::lent().await else { return };
    for way in ways {
        let (house, began) = (BrowsedHouse::open().await, stopwatch());
        let mut walk = Walk::begin(&chromium, &house, *way).await;
        journey(&mut walk).await;
        walk.has_asked_nobody_else(&[]).await;
        println!(
            "{way:?}: {} steps over {} pages, axe on {} states, {:.1} s",
            walk.trail.len(),
            walk.pages,
            walk.looked_at.len(),
            began.elapsed().as_secs_f32()
        );
    }
}

pub(crate) struct Walk<'a> {
    pub(crate) chromium: &'a Chromium,
    pub(crate) house: &'a BrowsedHouse,
    pub(crate) way: Way,
    trail: Vec<String>,
    pages: usize,
    looked_at: HashSet<String>,
}

impl<'a> Walk<'a> {
    pub(crate) async fn begin(chromium: &'a Chromium, house: &'a BrowsedHouse, way: Way) -> Self {
        let (width, height, scale) = way.screen();
        chromium.cdp("Network.clearBrowserCookies", json!({})).await;
        chromium.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": way == Way::WithoutJavaScript })).await;
        chromium
            .cdp(
                "Emulation.setDeviceMetricsOverride",
                json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false }),
            )
            .await;
        theme(chromium, "dark").await;
        Self { chromium, house, way, trail: Vec::new(), pages: 0, looked_at: HashSet::new() }
    }

    /// Somebody who is signed in already.
    pub(crate) async fn comes_in_as(&mut self, who: &SignedIn) {
        sign_in(self.chromium, self.house, Some(who)).await;
    }

    // ---- what a person does ----

    pub(crate) async fn open(&mut self, path: &str) -> &mut Self {
        self.step("open", path);
        self.chromium.go(&format!("{}{path}", self.house.address)).await;
        self.arrived().await;
        self
    }

    pub(crate) async fn follow(&mut self, link: &str) -> &mut Self {
        self.follow_near(link, "").await
    }

    /// Follows the link of this name that stands nearest to some words.
    pub(crate) async fn follow_near(&mut self, link: &str, near: &str) -> &mut Self {
        self.step("follow", link);
        self.go_by("link", link, near).await;
        self
    }

    pub(crate) async fn press(&mut self, button: &str) -> &mut Self {
        self.press_near(button, "").await
    }

    pub(crate) async fn press_near(&mut self, button: &str, near: &str) -> &mut Self {
        self.step("press", button);
        self.go_by("button", button, near).await;
        self
    }

    /// Presses a button that leads nowhere.
    pub(crate) async fn tap(&mut self, button: &str) -> &mut Self {
        self.step("tap", button);
        let element = self.find("button", button, "").await;
        self.activate(&element).await;
        self
    }

    pub(crate) async fn unfold(&mut self, summary: &str) -> &mut Self {
        self.unfold_near(summary, "").await
    }

    pub(crate) async fn unfold_near(&mut self, summary: &str, near: &str) -> &mut Self {
        self.step("unfold", summary);
        let element = self.find("summary", summary, near).await;
        self.activate(&element).await;
        self
    }

    /// Writes into a field, over what stands in it.
    pub(crate) async fn write(&mut self, field: &str, text: &str) -> &mut Self {
        self.write_near(field, text, "").await
    }

    pub(crate) async fn write_near(&mut self, field: &str, text: &str, near: &str) -> &mut Self {
        self.step("write into", field);
        let element = self.find("field", field, near).await;
        self.reach(&element).await;
        if self.way != Way::ByKeyboard {
            self.chromium.click(&element).await;
        }
        if !self.look("valueOf", json!([Chromium::as_given(&element)])).await.as_str().unwrap_or_default().is_empty() {
            self.chromium.held(CONTROL, 'a').await;
            self.chromium.keys(&DELETE.to_string()).await;
        }
        self.chromium.keys(text).await;
        let written = self.look("valueOf", json!([Chromium::as_given(&element)])).await;
        self.wants(written == json!(text), &format!("“{text}” was typed and {written} stands there")).await;
        self
    }

    /// Chooses one of several, or ticks a box.
    pub(crate) async fn choose(&mut self, choice: &str) -> &mut Self {
        self.step("choose", choice);
        let element = self.find("choice", choice, "").await;
        let given = json!([Chromium::as_given(&element)]);
        if self.way == Way::ByKeyboard {
            self.reach(&element).await;
            self.chromium.keys(" ").await;
            for _ in 0..40 {
                if self.look("isChosen", given.clone()).await == json!(true) {
                    break;
                }
                self.chromium.keys(&DOWN.to_string()).await;
            }
        } else {
            let touch = self.look_for("touchOf", given.clone()).await.expect("a choice has something to touch");
            self.chromium.click(&touch).await;
        }
        let is_chosen = self.look("isChosen", given).await == json!(true);
        self.wants(is_chosen, "it is not chosen").await;
        self
    }

    /// Picks a line of a list that drops down.
    pub(crate) async fn pick(&mut self, field: &str, option: &str) -> &mut Self {
        self.step("pick in", field);
        let select = self.find("field", field, "").await;
        let wanted = self.look_for("optionOf", json!([Chromium::as_given(&select), option])).await;
        let Some(wanted) = wanted else { return self.fail(&format!("“{option}” is not in the list")).await };
        if self.way == Way::ByKeyboard {
            self.reach(&select).await;
            let name = self.look("optionName", json!([Chromium::as_given(&wanted)])).await;
            self.chromium.keys(name.as_str().unwrap_or_default()).await;
        } else {
            self.chromium.click(&wanted).await;
        }
        let is_picked =
            self.chromium.script("return arguments[0].selected", json!([Chromium::as_given(&wanted)])).await
                == json!(true);
        self.wants(is_picked, &format!("“{option}” is not picked")).await;
        self
    }

    pub(crate) async fn attach(&mut self, field: &str, file: &Path) -> &mut Self {
        self.step("attach to", field);
        let element = self.find("field", field, "").await;
        self.reach(&element).await;
        self.chromium.attach(&element, file).await;
        self
    }

    /// Where a link leads.
    pub(crate) async fn href_of(&mut self, link: &str) -> String {
        self.step("take", link);
        let element = self.find("link", link, "").await;
        let href = self
            .chromium
            .script("return arguments[0].getAttribute('href')", json!([Chromium::as_given(&element)]))
            .await;
        href.as_str().unwrap_or_default().to_owned()
    }

    // ---- what a person sees ----

    pub(crate) async fn sees(&mut self, text: &str) -> &mut Self {
        self.step("see", text);
        let words = self.words().await;
        self.wants(words.contains(&text.to_lowercase()), "it is not there").await;
        self
    }

    pub(crate) async fn sees_not(&mut self, text: &str) -> &mut Self {
        self.step("not see", text);
        let words = self.words().await;
        self.wants(!words.contains(&text.to_lowercase()), "it is there").await;
        self
    }

    pub(crate) async fn is_at(&mut self, path: &str) -> &mut Self {
        self.step("be at", path);
        let here = self.path().await;
        self.wants(here.starts_with(path), &format!("here is {here}")).await;
        self
    }

    /// The path and question of the page.
    pub(crate) async fn path(&self) -> String {
        self.chromium.here().await.strip_prefix(&self.house.address).unwrap_or("elsewhere").to_owned()
    }

    /// The page's words in lower case: capitals are the style sheet's.
    async fn words(&self) -> String {
        self.look("words", json!([])).await.as_str().unwrap_or_default().to_lowercase()
    }

    /// Leaves fast: the browser is elsewhere, and nothing else was asked of elsewhere.
    pub(crate) async fn leaves_fast(&mut self) {
        self.step("press", "Leave fast");
        self.has_asked_nobody_else(&[]).await;
        let element = self.find("link", "Leave fast", "").await;
        self.activate(&element).await;
        for _ in 0..200 {
            if !self.chromium.here().await.starts_with(&self.house.address) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let here = self.chromium.here().await;
        self.wants(!here.starts_with(&self.house.address), "still here").await;
        let (_, headers, _) = self.house.get("/leave-fast", None).await;
        self.has_asked_nobody_else(&[headers["location"].to_str().unwrap()]).await;
    }

    /// That nothing was asked of another host since last asked, but for these; and that the browser logged no trouble.
    pub(crate) async fn has_asked_nobody_else(&mut self, but: &[&str]) {
        let strangers = asked_elsewhere(self.chromium, &self.house.address).await;
        let strangers: Vec<_> =
            strangers.into_iter().filter(|url| !but.iter().any(|known| url.starts_with(known))).collect();
        self.wants(strangers.is_empty(), &format!("asked elsewhere: {strangers:?}")).await;
        let troubles = troubles(self.chromium).await;
        self.wants(!but.is_empty() || troubles.is_empty(), &format!("the browser logged {troubles:?}")).await;
    }

    // ---- how ----

    async fn find(&mut self, kind: &str, name: &str, near: &str) -> Element {
        match self.look_for("find", json!([kind, name, near])).await {
            Some(element) => element,
            None => {
                self.fail("there is nothing of that name").await;
                unreachable!("fail panics")
            }
        }
    }

    /// Does what leads to another page, or to another part of this one, and waits for it.
    async fn go_by(&mut self, kind: &str, name: &str, near: &str) {
        let element = self.find(kind, name, near).await;
        self.reach(&element).await; // first: the skip link on the way changes the address, too
        self.look("mark", json!([])).await;
        self.activate(&element).await;
        let began = stopwatch();
        while self.look("hasComeFrom", json!([])).await != json!(true) {
            self.wants(began.elapsed() < PAGE_WAIT, "no page came").await;
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
        self.arrived().await;
    }

    async fn activate(&mut self, element: &Element) {
        self.reach(element).await;
        match self.way {
            Way::ByKeyboard => self.chromium.keys(&ENTER.to_string()).await,
            _ => self.chromium.click(element).await,
        }
    }

    /// By keyboard: goes from stop to stop until it is there, over the skip link where it helps; sees where it is.
    async fn reach(&mut self, element: &Element) {
        if self.way != Way::ByKeyboard {
            return;
        }
        let given = json!([Chromium::as_given(element)]);
        let is_at_top = self.look("isAtTop", json!([])).await == json!(true);
        if is_at_top && self.look("isInMain", given.clone()).await == json!(true) {
            self.chromium.keys(&TAB.to_string()).await;
            if self.look("isAtSkipLink", json!([])).await == json!(true) {
                self.chromium.keys(&ENTER.to_string()).await; // an address that ends in #… starts the keyboard there instead
            }
        }
        for _ in 0..STOPS_MAX {
            if self.look("isHere", given.clone()).await == json!(true) {
                let trouble = self.look("isLit", given).await;
                self.wants(
                    trouble == json!(""),
                    &format!("the keyboard does not stand at it in plain sight: {trouble}"),
                )
                .await;
                return;
            }
            self.chromium.keys(&TAB.to_string()).await;
        }
        self.fail("the keyboard does not get there").await;
    }

    /// Looks at the page that came.
    async fn arrived(&mut self) {
        self.pages += 1;
        let wrongs = self.look("wrongs", json!([])).await;
        self.wants(wrongs == json!([]), &format!("{wrongs}")).await;
        if self.way == Way::WithJavaScript {
            let state = self.look("state", json!([])).await;
            if state != json!("") && self.looked_at.insert(state.to_string()) {
                let violations = in_both_themes(self.chromium).await.violations;
                self.wants(violations.is_empty(), &format!("axe: {violations:#?}")).await;
            }
        }
    }

    async fn look(&self, what: &str, given: Value) -> Value {
        look(self.chromium, what, given).await
    }

    async fn look_for(&self, what: &str, given: Value) -> Option<Element> {
        self.chromium.find(&format!("{LOOKS}; return looks.{what}(...arguments)"), given).await
    }

    fn step(&mut self, what: &str, name: &str) {
        self.trail.push(format!("{what} “{name}”"));
    }

    async fn wants(&mut self, is_so: bool, trouble: &str) {
        if !is_so {
            self.fail(trouble).await;
        }
    }

    async fn fail(&mut self, trouble: &str) -> &mut Self {
        let steps = self.trail.join("\n  ");
        panic!("{:?}, after\n  {steps}\n{trouble}\nat {}: {}", self.way, self.chromium.here().await, self.words().await)
    }
}

/// Calls one of the functions in `look.js`.
pub(crate) async fn look(chromium: &Chromium, what: &str, given: Value) -> Value {
    chromium.script(&format!("{LOOKS}; return looks.{what}(...arguments)"), given).await
}

/// Makes the browser somebody's: nobody's where there is nobody.
pub(crate) async fn sign_in(chromium: &Chromium, house: &BrowsedHouse, who: Option<&SignedIn>) {
    chromium.cdp("Network.clearBrowserCookies", json!({})).await;
    if let Some(who) = who {
        let cookie = json!({
            "name": house.house.settings.cookie_name(), "value": who.session, "url": house.address, "httpOnly": true,
            "sameSite": "Lax"
        });
        chromium.cdp("Network.setCookie", cookie).await;
    }
}

/// What axe found.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) rules: u64,
    pub(crate) undecided: u64,
    pub(crate) violations: Vec<String>,
}

/// Asks axe about the page in the dark and in the light; says nothing where axe is not here.
pub(crate) async fn in_both_themes(chromium: &Chromium) -> Told {
    let Some(axe) = crate::axe() else { return Told::default() };
    chromium.script(axe, json!([])).await;
    let mut told = Told::default();
    for (name, back) in [("dark", false), ("light", true)] {
        theme(chromium, name).await;
        let said = look(chromium, "axe", json!([])).await;
        told.rules = told.rules.max(said["rules"].as_u64().expect("axe counts its rules"));
        told.undecided += said["undecided"].as_u64().unwrap_or_default();
        told.violations.extend(
            said["violations"]
                .as_array()
                .expect("axe lists them")
                .iter()
                .map(|one| format!("{name}: {}", one.as_str().unwrap_or_default())),
        );
        if back {
            theme(chromium, "dark").await;
        }
    }
    told
}

/// What the person's machine prefers; and it prefers nothing to move.
pub(crate) async fn theme(chromium: &Chromium, name: &str) {
    let features = json!([{ "name": "prefers-color-scheme", "value": name }, { "name": "prefers-reduced-motion", "value": "reduce" }]);
    chromium.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
}

/// Addresses on other hosts that were asked for since last asked.
pub(crate) async fn asked_elsewhere(chromium: &Chromium, address: &str) -> Vec<String> {
    let log = chromium.log("performance").await;
    let messages = log.iter().filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok());
    let asked = messages.filter(|message| message["message"]["method"] == "Network.requestWillBeSent");
    let urls = asked.filter_map(|message| message["message"]["params"]["request"]["url"].as_str().map(str::to_owned));
    urls.filter(|url| {
        ["http", "ws"].iter().any(|scheme| url.starts_with(scheme)) && !url.starts_with(&format!("{address}/"))
    })
    .collect()
}

/// What the browser complained of since last asked; a page that answers with a refusal is no trouble, nor is forgetting
/// when somebody signs out.
pub(crate) async fn troubles(chromium: &Chromium) -> Vec<String> {
    let log = chromium.log("browser").await;
    let said = log.iter().filter_map(|entry| entry["message"].as_str().map(str::to_owned));
    let is_meant = |message: &String| {
        ["the server responded with a status of 4", "Clear-Site-Data header on"]
            .iter()
            .any(|known| message.contains(known))
            || message.contains("/refused/")
    };
    said.filter(|message| !is_meant(message)).collect()
}
