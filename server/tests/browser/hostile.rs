//! Words that are meant to run, written into every field that takes words.
//!
//! Promises: of everything in [`CORPUS`], put by somebody who holds every duty into every text field of every form that
//! links lead to, nothing runs, nothing is stopped only by the content policy, nothing is asked of another host, and no
//! tag or attribute of it stands in a page. The control shows that the same words do run where nobody looks after them.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, LOCATION};
use base::clock::stopwatch;
use serde_json::{Value, json};

use crate::chromium::Chromium;
use crate::house::{BrowsedHouse, SignedIn};
use crate::walk::{asked_elsewhere, look, sign_in};

/// Calls `ran()` in as many ways as we know, or asks another host for something.
const CORPUS: [&str; 16] = [
    "<script>ran()</script>",
    "\"><img src=x onerror=ran()>",
    "'><svg/onload=ran()>",
    "</textarea></title><script>ran()</script>",
    "[a](javascript:ran()) <javascript:ran()>",
    "![a](x\" onerror=\"ran()) [a]: data:text/html,<script>ran()</script>",
    "<a href=\"java&#x09;script:ran()\" autofocus onfocus=ran()>a</a>",
    "<iframe srcdoc=\"<script>parent.ran()</script>\"></iframe>",
    "<details open ontoggle=ran()>a</details>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=ran()>",
    "<noscript><p title=\"</noscript><img src=x onerror=ran()>\">",
    "<style>@import 'http://elsewhere.example/x.css';</style><link rel=stylesheet href=//elsewhere.example/y.css>",
    "<img src=http://elsewhere.example/x.png> ![a](http://elsewhere.example/y.png)",
    "<base href=http://elsewhere.example/><meta http-equiv=refresh content=\"0;url=javascript:ran()\">",
    "{{constructor.constructor('ran()')()}}\";ran()//';ran()//`-ran()-`",
    "javascript:/*--></title></style></textarea></script><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+ran()//'>",
];
/// Of a kind of page, this many are read again when everything is in.
const READ_AGAIN_MAX: usize = 18;
/// What the browser is told before each page: to say so when something runs.
const WATCH: &str = "globalThis.ran = () => console.error('HOSTILE ran at ' + location.pathname); addEventListener('securitypolicyviolation', (event) => console.error('HOSTILE would have: ' + event.violatedDirective + ' ' + event.sample));";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_words_in_any_field_stay_words() {
    let Some(chromium) = Chromium::start().await else { return };
    chromium.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
    let running = control(&chromium).await;
    assert!(running >= 7, "only {running} of the corpus run where nothing is in their way: it proves too little");

    let (house, began) = (BrowsedHouse::open().await, stopwatch());
    let wren = house.holder("Wren").await;
    sign_in(&chromium, &house, Some(&wren)).await;
    let forms = forms(&chromium, &house, &wren).await;
    let (mut fields, mut sent, mut wrongs) = (0, 0, Vec::new());
    for (page, form) in &forms {
        for turn in 0..CORPUS.len() {
            let count = send(&chromium, &house, &wren, page, form, turn).await;
            sent += usize::from(count > 0);
            fields += if turn == 0 { count } else { 0 };
            wrongs.extend(look_at(&chromium, &house, &format!("{form} of {page}, turn {turn}")).await);
        }
    }
    let mut pages = 0;
    for (path, html) in reach(&house, &wren, READ_AGAIN_MAX).await {
        if !["ran()", "elsewhere.example"].iter().any(|part| html.contains(part)) {
            continue; // nothing of the corpus stands there, escaped or not
        }
        chromium.go(&format!("{}{path}", house.address)).await;
        wrongs.extend(look_at(&chromium, &house, &path).await);
        pages += 1;
    }
    println!(
        "{} words × {fields} fields of {} forms in {sent} turns, read again on {pages} pages; {running} run in the control, {:.0} s",
        CORPUS.len(),
        forms.len(),
        began.elapsed().as_secs_f32()
    );
    assert!(wrongs.is_empty(), "{} things ran, were stopped late or stand there:\n{}", wrongs.len(), wrongs.join("\n"));
    assert!(fields >= 25, "only {fields} fields were found");
}

/// How many of the corpus run on a page that takes them as they are.
async fn control(chromium: &Chromium) -> usize {
    let mut count = 0;
    for words in CORPUS {
        chromium.go("about:blank").await;
        chromium.script("document.write(arguments[0]); document.close()", json!([words])).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
        count += usize::from(hostile(chromium).await.iter().any(|line| line.contains("HOSTILE ran")));
    }
    asked_elsewhere(chromium, "about:").await;
    count
}

/// Every form that asks for words, by the page it stands on: one of each kind.
async fn forms(chromium: &Chromium, house: &BrowsedHouse, who: &SignedIn) -> Vec<(String, String)> {
    let (mut forms, mut kinds) = (Vec::new(), HashSet::new());
    for path in reach(house, who, 2).await.into_iter().map(|(path, _)| path).chain([
        "/join".into(),
        "/sign-in".into(),
        "/sign-in/recovery".into(),
    ]) {
        chromium.go(&format!("{}{path}", house.address)).await;
        for form in look(chromium, "forms", json!([])).await.as_array().into_iter().flatten().chain([&json!("/search")])
        {
            let form = form.as_str().unwrap().to_owned();
            if kinds.insert(crate::pages::kind(&form)) {
                forms.push((if form == "/search" { form.clone() } else { path.clone() }, form));
            }
        }
    }
    forms
}

/// Paths that links lead to, so many of a kind at most, and what stands there.
async fn reach(house: &BrowsedHouse, who: &SignedIn, of_a_kind: usize) -> Vec<(String, String)> {
    let (mut ahead, mut known, mut kinds) =
        (VecDeque::from(["/".to_owned()]), HashSet::new(), std::collections::HashMap::<String, usize>::new());
    let mut pages = Vec::new();
    while let Some(path) = ahead.pop_front() {
        let count = kinds.entry(crate::pages::kind(&path)).or_default();
        *count += 1;
        if *count > of_a_kind {
            continue;
        }
        let (status, headers, html) = house.get(&path, Some(&who.session)).await;
        let links: Vec<String> = match headers.get(LOCATION) {
            Some(to) => vec![to.to_str().unwrap().to_owned()],
            None => html
                .split("href=\"")
                .skip(1)
                .map(|rest| rest.split(['"', '#']).next().unwrap().replace("&amp;", "&").replace("&#38;", "&"))
                .collect(),
        };
        if status.is_success()
            && headers.get(CONTENT_TYPE).is_some_and(|kind| kind.to_str().unwrap().starts_with("text/html"))
        {
            pages.push((path, html));
        }
        ahead.extend(
            links
                .into_iter()
                .filter(|link| link.starts_with('/') && !link.starts_with("/leave-fast") && known.insert(link.clone())),
        );
    }
    pages
}

/// Fills a form with the corpus, each field another of it, and sends it: where it came back refused, again from there.
/// How many fields took words; none when the form is no longer there.
async fn send(chromium: &Chromium, house: &BrowsedHouse, who: &SignedIn, page: &str, form: &str, turn: usize) -> usize {
    let words: Vec<&str> = (0..CORPUS.len()).map(|at| CORPUS[(at + turn) % CORPUS.len()]).collect();
    let mut count = 0;
    if turn > 0 {
        count = look(chromium, "fillAndSend", json!([form, words])).await.as_u64().unwrap_or_default();
    }
    if count == 0 {
        sign_in(chromium, house, Some(who)).await;
        chromium.go(&format!("{}{page}", house.address)).await;
        count = look(chromium, "fillAndSend", json!([form, words])).await.as_u64().unwrap_or_default();
    }
    let began = stopwatch();
    while count > 0
        && look(chromium, "hasComeFrom", json!([])).await != json!(true)
        && began.elapsed() < Duration::from_secs(20)
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    usize::try_from(count).unwrap()
}

/// What ran, was asked for, or stands on the page as more than words.
async fn look_at(chromium: &Chromium, house: &BrowsedHouse, at: &str) -> Vec<String> {
    let mut wrongs = hostile(chromium).await;
    wrongs.extend(look(chromium, "strangers", json!([])).await.as_array().into_iter().flatten().map(Value::to_string));
    wrongs.extend(asked_elsewhere(chromium, &house.address).await);
    wrongs.into_iter().map(|wrong| format!("{at}: {wrong}")).collect()
}

/// What ran, or was stopped by the content policy, since last asked.
async fn hostile(chromium: &Chromium) -> Vec<String> {
    let log = chromium.log("browser").await;
    let said = log.iter().filter_map(|entry| entry["message"].as_str().map(str::to_owned));
    said.filter(|line| line.contains("HOSTILE") || line.contains("Content Security Policy")).collect()
}
