//! Bad input at every door: a megabyte in each field of every form, and what no browser would send. The answer is a
//! page that says no (4xx), never a breakdown (5xx), and nothing of it is kept.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use base::clock::DAY_MS;
use base::db::Ask as _;
use base::vals;

use crate::house::{Browser, Page, TestHouse, both};
use crate::source;

/// Pages looked at for forms, at most.
const PAGES_MAX: usize = 150;

/// Every door of the house as its source names it: the path, and whether something can be sent there.
pub fn doors() -> BTreeMap<String, bool> {
    let files = source::files(&["rooms", "server/src"], ".rs");
    let routes = files.iter().flat_map(|file| file.text.split(".route(").skip(1)).filter_map(|route| {
        let route = route.split(".route(").next()?;
        Some((route.split('"').nth(1)?.to_owned(), route.split("\n}").next()?.contains("post(")))
    });
    let doors: BTreeMap<_, _> = routes.filter(|(path, _)| path.starts_with('/')).collect();
    assert!(doors.len() > 60 && doors["/songs/{id}/tend"], "the doors were not found: {doors:?}");
    doors
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_forbids_the_browser_what_no_page_of_ours_needs() {
    for (public_url, strict) in [("", None), ("https://pit.example", Some("max-age=31536000"))] {
        let house = TestHouse::on_a_file(public_url).await;
        let guest = house.guest();
        for answer in [
            guest.get("/").await,
            guest.get("/health").await,
            guest.get("/nowhere").await,
            guest.get("/assets/base.css").await,
            guest.post("/songs", &[]).await,
            guest.get("/feeds/songs.atom").await,
        ] {
            let said = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            let policy = said("content-security-policy").unwrap();
            assert!(
                policy.starts_with("default-src 'none'")
                    && !policy.contains("unsafe")
                    && policy.contains("frame-ancestors 'none'"),
                "{policy}"
            );
            assert_eq!(said("x-content-type-options").as_deref(), Some("nosniff"));
            assert_eq!(said("referrer-policy").as_deref(), Some("same-origin"));
            assert_eq!(said("strict-transport-security").as_deref(), strict);
            assert!(said("cache-control").is_some() && said("server").is_none());
        }
    }
}

/// Whether a change here signs somebody out; they would be a guest from then on.
pub fn signs_out(path: &str) -> bool {
    path == "/sign-out" || path.starts_with("/backstage/sessions/")
}

pub fn filled(path: &str, id: &str) -> String {
    path.split('/').map(|part| if part.contains('{') { id } else { part }).collect::<Vec<_>>().join("/")
}

/// A form as it stands on a page: where it goes, and what it sends when nobody changes anything.
pub type Sends = (String, Vec<(String, String)>);

fn forms(path: &str, page: &Page) -> Vec<Sends> {
    let attribute = |tag: &str, name: &str| {
        tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
    };
    let forms = page.html.split("<form ").skip(1).map(|form| form.split("</form>").next().unwrap());
    forms
        .filter(|form| form.split('>').next().unwrap().contains("method=\"post\""))
        .map(|form| {
            let fields =
                ["<input ", "<textarea ", "<select ", "<button "].into_iter().flat_map(|kind| form.split(kind).skip(1));
            let fields = fields.filter_map(|field| {
                let tag = field.split('>').next().unwrap();
                Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_else(|| "1".into())))
            });
            let action = attribute(form.split('>').next().unwrap(), "action").unwrap_or_else(|| path.to_owned());
            (action, fields.collect())
        })
        .collect()
}

/// Somebody who holds every duty, in a house with a song, a list and a comment in it.
async fn somebody(house: &TestHouse) -> Browser<'_> {
    let ada = house.holder("Ada", "shelf").await;
    let now = house.house.now();
    let tx = house.house.begin().await.unwrap();
    for duty in house.house.pack.duties.iter().filter(|duty| duty.id != "shelf") {
        let sql = "INSERT INTO seat (id, duty, person, filled, since, until) VALUES ($1, $2, $3, 'founding', $4, $5)";
        tx.run(sql, vals![format!("seat-{}", duty.id), &duty.id, &ada.person, now - 1, now + 30 * DAY_MS])
            .await
            .unwrap();
    }
    tx.keep().await.unwrap();
    let song = ada
        .post(
            "/songs",
            &[("artist", "Nobody"), ("title", "Here"), ("feeling", "rage"), ("way", "stay"), ("why", "It is loud.")],
        )
        .await
        .is(303)
        .to();
    ada.post("/remarks", &[("place", &song), ("words", "So it is.")]).await.is(303);
    let list = ada
        .post("/playlists", &[("title", "Stairs"), ("brief", "For the stairs."), ("feeling", "rage"), ("days", "7")])
        .await
        .is(303)
        .to();
    let list = list.split('?').next().unwrap();
    ada.post(&format!("{list}/suggestions"), &[("artist", "Nobody"), ("title", "Here"), ("reason", "It climbs.")])
        .await
        .is(303);
    ada
}

/// Every form that this person meets on a walk through the house, once for each place it goes to and set of fields.
pub async fn every_form(ada: &Browser<'_>) -> Vec<Sends> {
    let mut waiting: Vec<String> = [
        "/", "/sign-in", "/sign-in/recovery", "/join", "/backstage", "/duties", "/acts", "/join/invitations", "/claims",
    ]
    .map(str::to_owned)
    .into();
    waiting.extend(doors().into_keys().filter(|path| !path.contains('{') && !path.starts_with("/sign-out")));
    let (mut met, mut found, mut seen) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    while let Some(path) = waiting.pop().filter(|_| met.len() < PAGES_MAX) {
        if !met.insert(path.clone()) {
            continue;
        }
        let page = ada.get(&path).await;
        for (action, fields) in forms(&path, &page) {
            let names: Vec<_> = fields.iter().map(|(name, _)| name.clone()).collect();
            if signs_out(&action) {
                continue;
            }
            let kind = action
                .split('/')
                .map(|part| if part.chars().any(|c| c.is_ascii_digit()) { "*" } else { part })
                .collect::<Vec<_>>()
                .join("/");
            if seen.insert((kind, names)) {
                found.push((action, fields));
            }
        }
        let links = page
            .html
            .split(" href=\"/")
            .skip(1)
            .map(|rest| format!("/{}", rest.split(['"', '#', '?']).next().unwrap()));
        waiting.extend(
            links.filter(|path| {
                !path.starts_with("/assets/") && !path.starts_with("/leave-fast") && !met.contains(path)
            }),
        );
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_in_any_field_of_any_form_is_refused_in_words_and_nothing_of_it_is_kept() {
    let house = TestHouse::on_a_file("").await;
    let ada = somebody(&house).await;
    let forms = every_form(&ada).await;
    assert!(
        forms.len() >= 25 && forms.iter().any(|(action, _)| action == "/articles"),
        "{} forms were met",
        forms.len()
    );
    let much = "x".repeat(1 << 20);
    let mut fields_met = 0;
    for (action, fields) in &forms {
        for (field, _) in fields {
            let pairs = fields.iter().map(|(name, value)| {
                if name == field { format!("{name}={much}") } else { format!("{name}={}", base::form::encoded(value)) }
            });
            let answer = send(&ada, action, pairs.collect::<Vec<_>>().join("&")).await;
            // A word that only chooses among buttons may be passed over; what is kept may not.
            assert!(
                answer.status.is_client_error() || answer.status == 303 || (answer.status == 200 && action == "/theme"),
                "{field} of {action}: {}",
                answer.status
            );
            assert!(
                answer.status == 303 || answer.html.contains("<main"),
                "{field} of {action} is refused without a page: {}",
                answer.status
            );
            fields_met += 1;
        }
        assert_eq!(
            send(&house.guest(), action, format!("words={much}")).await.status,
            413,
            "{action} takes a megabyte from somebody who is not signed in"
        );
    }
    assert!(fields_met > 100, "{fields_met} fields were met");
    for table in house.house.db.tables().await.unwrap() {
        for column in table.columns.iter().filter(|column| column.kind == "text") {
            let longest = longest(&house, &table.name, &column.name).await;
            assert!(longest < 100_000, "{}.{} keeps {longest} letters", table.name, column.name);
        }
    }
}

async fn send(who: &Browser<'_>, path: &str, body: String) -> Page {
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    who.send(request, Body::from(body)).await
}

async fn longest(house: &TestHouse, table: &str, column: &str) -> usize {
    let at = house.house.db.tables().await.unwrap().into_iter().find(|known| known.name == table).unwrap();
    let place = at.columns.iter().position(|known| known.name == column).unwrap();
    let mut longest = 0;
    let snapshot = house.house.db.snapshot().await.unwrap();
    let each = snapshot.each::<base::db::DbTrouble>(&at, |vals| {
        if let base::db::Val::Text(text) = &vals[place] {
            longest = longest.max(text.len());
        }
        Ok(())
    });
    each.await.unwrap();
    longest
}

/// Ids, and ends of addresses, that nobody was given.
const IDS: &[&str] = &[
    "0", "%00", "%FF", "%C3%28", "..%2F..%2Fetc%2Fpasswd", "%F0%9F%A4%98", "-1", "9223372036854775808",
    "'%20OR%20''='", "%25", "%0d%0aset-cookie:x=y", "null",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_id_breaks_a_door_whoever_knocks() {
    both(async |house| {
        let (ada, guest) = (somebody(&house).await, house.guest());
        let long = "a".repeat(6_000);
        for (path, is_post) in doors().into_iter().filter(|(path, _)| !signs_out(path)) {
            for id in IDS.iter().copied().chain([long.as_str()]) {
                let path = filled(&path, id);
                for who in [&guest, &ada] {
                    for page in [
                        Some(who.get(&format!("{path}?q={id}&done={id}&before={id}&page={id}&feeling={id}")).await),
                        if is_post { Some(who.post(&path, &[("id", id)]).await) } else { None },
                    ]
                    .into_iter()
                    .flatten()
                    {
                        assert!(!page.status.is_server_error(), "{path}: {}\n{}", page.status, page.words());
                    }
                }
                if !path.contains(id) {
                    break;
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_only_takes_a_form_leads_to_what_the_form_is_about() {
    let house = TestHouse::on_a_file("").await;
    let ada = somebody(&house).await;
    let list = format!("/playlists/{}", house.house.db.one::<String>("SELECT id FROM playlist", &[]).await.unwrap());
    let mut leads = 0;
    for (door, _) in doors() {
        let path = filled(&door, "x");
        let answer = ada.get(&path).await;
        leads += usize::from(answer.status == 303 && path.starts_with(&answer.to()));
    }
    assert!(leads > 30, "only {leads} of the doors that take a form");
    for (form, page) in [
        (format!("{list}/suggestions/x/voice"), list),
        ("/join/requests/x".into(), "/join/requests".into()),
        ("/sign-in/second".into(), "/sign-in".into()),
        ("/theme".into(), "/".into()),
    ] {
        assert_eq!(ada.get(&form).await.is(303).to(), page);
        assert_ne!(ada.get(&page).await.status, 404, "{page}");
    }
}

/// Bodies that are not what they say they are.
fn broken_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let multipart = "multipart/form-data; boundary=x";
    let part = |head: &str, body: &[u8]| [b"--x\r\n", head.as_bytes(), b"\r\n\r\n", body, b"\r\n--x--\r\n"].concat();
    vec![
        ("multipart/form-data", b"--x--".to_vec()),
        ("multipart/form-data; boundary=", b"--x--".to_vec()),
        (multipart, Vec::new()),
        (multipart, b"no boundary at all".to_vec()),
        (multipart, b"--x\r\ncontent-disposition: form-data; name=\"words\"\r\n\r\ncut o".to_vec()),
        (multipart, part("content-disposition: form-data; name=\"words\"", b"\xff\xfe\x00")),
        (multipart, part("content-disposition: form-data", b"nameless")),
        (multipart, part("content-disposition: form-data; name=\"file\"; filename=\"../../x\"", b"\x00\x01\x02")),
        (multipart, part("x: y", b"headless")),
        (
            multipart,
            (0..3_000)
                .flat_map(|n| format!("--x\r\ncontent-disposition: form-data; name=\"{n}\"\r\n\r\n\r\n").into_bytes())
                .chain(*b"--x--\r\n")
                .collect(),
        ),
        ("application/x-www-form-urlencoded", b"words=%FF%FE%00&%=%&=&&&a=%zz".to_vec()),
        ("application/x-www-form-urlencoded", "a=b&".repeat(5_000).into_bytes()),
        ("application/json", b"{\"a\":".to_vec()),
        ("application/json", "[".repeat(20_000).into_bytes()),
        ("text/plain; charset=utf-16", b"\xff\xfe\x00\x00".to_vec()),
        ("", b"\x00".to_vec()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_broken_body_breaks_a_door() {
    let house = TestHouse::on_a_file("").await;
    let (ada, guest) = (somebody(&house).await, house.guest());
    for path in
        doors().into_iter().filter(|(path, is_post)| *is_post && !signs_out(path)).map(|(path, _)| filled(&path, "0"))
    {
        for (kind, body) in broken_bodies() {
            for who in [&guest, &ada] {
                let request = Request::post(&path).header("content-type", kind).header("sec-fetch-site", "same-origin");
                let answer = who.send(request, Body::from(body.clone())).await;
                assert!(!answer.status.is_server_error(), "{path}, {kind}: {}\n{}", answer.status, answer.words());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cookie_or_header_breaks_a_page() {
    both(async |house| {
        let name = house.house.settings.cookie_name();
        let values = ["", "x", "%00", "\u{1F918}", "a;b=c", "\"", &"a".repeat(7_000)].map(str::to_owned);
        let cookies = values.iter().flat_map(|value| {
            [
                format!("{name}={value}"),
                format!("theme={value}"),
                format!("{name}={value}; {name}={value}"),
                value.clone(),
            ]
        });
        let headers = cookies.map(|cookie| ("cookie", cookie.into_bytes())).chain([
            ("cookie", vec![0xff, 0xfe, b'=', 0x80]),
            ("accept-encoding", vec![0xff]),
            ("if-none-match", b"\"".to_vec()),
            ("x-forwarded-for", b"nobody, 999.1.1.1, ::".to_vec()),
            ("range", b"bytes=9-1".to_vec()),
            ("referer", b"http://\xff/%ff".to_vec()),
        ]);
        for (header, value) in headers {
            for path in ["/", "/songs", "/help", "/backstage", "/search?q=x", "/feeds/songs.atom"] {
                let Ok(value) = HeaderValue::from_bytes(&value) else { continue };
                let answer = house.guest().send(Request::get(path).header(header, value), Body::empty()).await;
                assert!(!answer.status.is_server_error(), "{path} with {header}: {}", answer.status);
            }
        }
    })
    .await;
}
