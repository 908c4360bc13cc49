//! The rules of the software that are held by tests, each named after its rule. `bin/rules` breaks each of them on
//! purpose and shows its test turning red.

use std::collections::BTreeMap;

use base::clock::DAY_MS;
use base::db::{Ask as _, DbTrouble};
use base::pack::Pack;
use base::room::Leaving;
use base::vals;
use people::power::Capability;

use crate::house::{Browser, TestHouse, both};
use crate::source::{self, Source, has_not_expired, words_of};

// ---- R1: one kind of account.

/// Words that would say what somebody is.
const KINDS_OF_PEOPLE: &[&str] = &[
    "professional", "professionals", "patient", "patients", "staff", "admin", "admins", "administrator",
    "administrators", "moderator", "moderators", "superuser", "clinician", "clinicians", "expert", "experts", "vip",
    "rank", "ranks", "role", "roles", "user", "users", "privilege", "privileges", "permission", "permissions",
];

/// A word that stands somewhere for something else: file, word, until when, why.
const OTHER_SENSES: &[(&str, &str, &str, &str)] = &[
    ("base/src/backup/make.rs", "permissions", "2027-05-31", "of a file in a zip"),
    ("base/src/db/sqlite.rs", "permission", "2027-05-31", "the operating system's refusal"),
    ("base/src/refusal.rs", "permission", "2027-05-31", "the operating system's refusal"),
    ("base/src/markup/tree.rs", "ranks", "2027-05-31", "of headings"),
    ("rooms/door/src/import/item.rs", "user", "2027-05-31", "a field's name in a WordPress export"),
    ("rooms/door/src/import/left.rs", "user", "2027-05-31", "a kind of thing in a WordPress export"),
    ("rooms/door/src/wxr/records.rs", "user", "2027-05-31", "a field's name in a WordPress export"),
    ("server/src/commands/doctor.rs", "permissions", "2027-05-31", "of a folder on a disk"),
    ("rooms/people/src/passkey.rs", "user", "2027-05-31", "what the passkey standard calls whoever holds the key"),
    ("server/src/web.rs", "permissions", "2027-05-31", "a header's name"),
];

#[test]
fn r1_nothing_in_the_schema_or_the_code_says_what_kind_of_person_somebody_is() {
    let mut names: Vec<(String, String)> = Vec::new();
    for table in source::tables() {
        names.push(("migrations".to_owned(), table.name.clone()));
        names.extend(table.columns.into_iter().map(|column| ("migrations".to_owned(), column.name)));
    }
    for file in source::rust() {
        let rust = file.rust();
        let in_code = rust
            .code
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|name| name.starts_with(char::is_alphabetic))
            .map(str::to_owned);
        let in_strings = rust
            .strings
            .into_iter()
            .map(|(_, string)| string)
            .filter(|string| string.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')));
        names.extend(in_code.chain(in_strings).map(|name| (file.path.clone(), name)));
    }
    for pack in ["metal", "plain"] {
        let duties = Pack::load(pack).unwrap().duties;
        names.extend(
            duties
                .iter()
                .flat_map(|duty| duty.capabilities.iter().chain([&duty.id]))
                .map(|name| (format!("packs/{pack}"), name.clone())),
        );
    }
    assert!(
        names.len() > 10_000 && names.iter().any(|(file, name)| file == "migrations" && name == "person"),
        "the names were not found"
    );
    for (what, _, day, _) in OTHER_SENSES {
        has_not_expired(what, day);
    }
    let is_vetted =
        |file: &str, word: &str| OTHER_SENSES.iter().any(|(known, sense, ..)| *known == file && *sense == word);
    let mut said: Vec<_> = names
        .iter()
        .flat_map(|(file, name)| words_of(name).into_iter().map(move |word| (file, name, word)))
        .filter(|(file, _, word)| KINDS_OF_PEOPLE.contains(&word.as_str()) && !is_vetted(file, word))
        .map(|(file, name, word)| format!("{file} says “{word}” in {name}"))
        .collect();
    said.dedup();
    assert!(said.is_empty(), "{said:#?}");
}

// ---- R2: power comes only from a duty, held now.

/// A door that takes power: what it needs, and the handler behind it.
#[derive(Debug)]
struct Door {
    method: String,
    path: String,
    needs: String,
    /// Whether it opens for others, too, who then do it without power.
    is_for_others: bool,
}

/// Every door of every room whose handler takes a `Holding`, found in the source.
fn power_doors() -> Vec<Door> {
    let files = source::files(&["rooms", "server/src"], ".rs");
    let carriers = carriers_of_power(&files);
    let mut doors = Vec::new();
    for (file, route) in files.iter().flat_map(|file| {
        file.text.split(".route(").skip(1).map(move |route| (file, route.split("\n}").next().unwrap_or_default()))
    }) {
        let path = route.split('"').nth(1).unwrap_or_default();
        for method in ["get", "post"] {
            for called in route.split(&format!("{method}(")).skip(1).map(|rest| rest.split([')', '(']).next().unwrap())
            {
                let Some(head) = head_of(&files, file, called.trim()) else { continue };
                if let Some(needs) =
                    carriers.iter().find_map(|(carrier, needs)| head.contains(carrier.as_str()).then(|| needs.clone()))
                {
                    doors.push(Door {
                        method: method.to_owned(),
                        path: path.to_owned(),
                        needs,
                        is_for_others: head.contains("Result<Holding<"),
                    });
                }
            }
        }
    }
    doors
}

/// `Holding<X>` for each capability, and types that carry one inside: what stands in a handler's head, and what it
/// needs.
fn carriers_of_power(files: &[Source]) -> Vec<(String, String)> {
    let mut carriers: Vec<_> = Capability::ALL
        .iter()
        .map(|capability| (format!("Holding<{capability:?}>"), format!("{capability:?}")))
        .collect();
    for file in files.iter().filter(|file| !file.path.contains("/power")) {
        let code = file.rust().code;
        for kind in ["enum ", "struct "] {
            for item in code.split(&format!("pub {kind}")).skip(1) {
                let (name, rest) = item.split_once(|c: char| !c.is_alphanumeric()).unwrap_or((item, ""));
                let body = rest.split('}').next().unwrap_or_default();
                if let Some((_, needs)) = body.split_once("Holding<").filter(|_| body.trim_start().starts_with('{')) {
                    carriers.push((format!(": {name},"), needs.split('>').next().unwrap().to_owned()));
                }
            }
        }
    }
    carriers
}

/// The head of `module::handler`, which stands in `pages/module.rs` beside the file that names it, or in the file
/// itself.
fn head_of(files: &[Source], from: &Source, called: &str) -> Option<String> {
    let (module, handler) = called.rsplit_once("::").unwrap_or(("", called));
    let (folder, module) = (from.path.trim_end_matches(".rs"), module.replace("::", "/"));
    let places = [format!("{folder}/{module}.rs"), format!("{}/{module}.rs", folder.rsplit_once('/').unwrap().0)];
    let file = if module.is_empty() { Some(from) } else { files.iter().find(|file| places.contains(&file.path)) };
    let head = file
        .and_then(|file| file.rust().functions().into_iter().find(|function| function.name == handler))
        .map(|function| function.head);
    assert!(
        head.is_some() || called.contains([' ', '|']),
        "{} names the handler {called}, which was not found",
        from.path
    );
    head
}

/// A duty of the pack, and all the others, by whether it can do it.
fn duties_by(house: &TestHouse, needs: &str) -> (Vec<String>, Vec<String>) {
    let capability = Capability::ALL
        .iter()
        .find(|capability| format!("{capability:?}") == needs)
        .unwrap_or_else(|| panic!("there is no capability {needs}"));
    let (can, cannot): (Vec<_>, Vec<_>) = house.house.pack.duties.iter().partition(|duty| capability.is_of(duty));
    let ids = |duties: Vec<&base::pack::DutyWords>| duties.into_iter().map(|duty| duty.id.clone()).collect();
    (ids(can), ids(cannot))
}

async fn knock(who: &Browser<'_>, door: &Door) -> u16 {
    let path =
        door.path.split('/').map(|part| if part.starts_with('{') { "0" } else { part }).collect::<Vec<_>>().join("/");
    if door.method == "get" { who.get(&path).await.status.as_u16() } else { who.post(&path, &[]).await.status.as_u16() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_no_door_of_power_opens_for_anybody_without_a_seat_that_can_and_is_held_now() {
    let doors = power_doors();
    assert!(doors.len() >= 10 && doors.iter().any(|door| door.path == "/songs/{id}/tend"), "{doors:#?}");
    both(async |house| {
        let ada = house.member("Ada").await;
        for door in &doors {
            let (can, cannot) = duties_by(&house, &door.needs);
            let now = house.house.now();
            let tx = house.house.begin().await.unwrap();
            tx.run("DELETE FROM seat", &[]).await.unwrap();
            let sql = "INSERT INTO seat (id, duty, person, filled, since, until, ended_at)
                       VALUES ($1, $2, $3, 'founding', $4, $5, $6)";
            for (n, duty) in can.iter().enumerate() {
                let seats = [
                    (now - 9 * DAY_MS, now - DAY_MS, None),
                    (now + DAY_MS, now + 9 * DAY_MS, None),
                    (now - DAY_MS, now + DAY_MS, Some(now - 1)),
                ];
                for (m, (since, until, ended)) in seats.into_iter().enumerate() {
                    tx.run(sql, vals![format!("a{n}{m}"), duty, &ada.person, since, until, ended]).await.unwrap();
                }
            }
            for (n, duty) in cannot.iter().enumerate() {
                tx.run(sql, vals![format!("b{n}"), duty, &ada.person, now - DAY_MS, now + DAY_MS, None::<i64>])
                    .await
                    .unwrap();
            }
            tx.keep().await.unwrap();
            if door.is_for_others {
                knock(&ada, door).await;
                assert_eq!(
                    house.count("SELECT count(*) FROM act").await,
                    0,
                    "{door:?} was used with power by somebody whose seats are over"
                );
                continue;
            }
            assert_eq!(
                knock(&ada, door).await,
                403,
                "{door:?} opened for somebody whose seats are over, not begun, or of another duty"
            );
            assert_eq!(knock(&house.guest(), door).await, 303, "{door:?} did not ask a guest to come in");
        }
    })
    .await;
}

/// Code that may name the table of seats: it is power's own.
const KEEPS_SEATS: &str = "rooms/people/src/power";
/// Who else may write one, until when, and why. Nobody else reads one.
const WRITES_SEATS: &[(&str, &str, &str)] =
    &[("server/src/demo/", "2027-05-31", "the demo's cast had its seats before the demo began")];

#[test]
fn r2_only_power_itself_reads_seats_and_no_change_asks_for_less_than_a_holding() {
    for (file, day, _) in WRITES_SEATS {
        has_not_expired(file, day);
    }
    let files = source::rust();
    for file in files.iter().filter(|file| !file.path.starts_with(KEEPS_SEATS)) {
        for (_, sql) in file.rust().strings {
            let words: Vec<_> = sql.split_whitespace().collect();
            let at_seat = |before: &str| {
                words
                    .windows(2)
                    .any(|pair| pair[0].eq_ignore_ascii_case(before) && pair[1].trim_matches(['(', ')', ',']) == "seat")
            };
            let may_write = WRITES_SEATS.iter().any(|(known, ..)| file.path.starts_with(known));
            assert!(!at_seat("FROM") && !at_seat("JOIN"), "{} decides by seats on its own: {sql}", file.path);
            assert!(
                may_write || (!at_seat("INTO") && !at_seat("UPDATE")),
                "{} writes a seat on its own: {sql}",
                file.path
            );
        }
    }
    let posted: Vec<String> = files
        .iter()
        .flat_map(|file| file.text.split("post(").skip(1))
        .filter_map(|rest| rest.split(')').next()?.split("::").last().map(str::to_owned))
        .collect();
    assert!(posted.iter().any(|handler| handler == "tend"), "the handlers of changes were not found");
    for file in files.iter().filter(|file| file.path.contains("/pages")) {
        for function in file
            .rust()
            .functions()
            .into_iter()
            .filter(|function| posted.contains(&function.name) && function.head.contains("Form"))
        {
            assert!(
                !function.body.contains(".may("),
                "{} in {} asks for a seat by itself; take a Holding",
                function.name,
                file.path
            );
        }
    }
}

// ---- R4: every use of power leaves an act.

/// Somebody writes the page "about" anew; what a form to change it once more has to have seen.
async fn write_about(house: &TestHouse, name: &str) -> String {
    let duty = house.house.pack.duties.iter().find(|duty| Capability::TendPages.is_of(duty)).unwrap();
    let dara = house.holder(name, &duty.id).await;
    let seen = async || dara.get("/pages/about/edit").await.field("seen");
    dara.post(
        "/pages/about",
        &[("title", "What this is"), ("words", "Long."), ("why", "A first try."), ("seen", &seen().await)],
    )
    .await
    .is(303);
    seen().await
}

/// How to go through one door of power that changes something: what is there first, then the path and the form.
async fn way_through(house: &TestHouse, path: &str) -> Option<(String, Vec<(&'static str, String)>)> {
    let form = |fields: &[(&'static str, &str)]| {
        fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect::<Vec<_>>()
    };
    let song = async |title: &str| {
        let ada = house.member(&format!("Ada who brings {title}")).await;
        ada.post("/songs", &[("artist", "Earth"), ("title", title), ("feeling", "rage"), ("why", "Slow enough.")])
            .await
            .is(303)
            .to()
    };
    let helpline = || care::helpline::place_of(&house.house.pack.helplines[0]).to_string();
    Some(match path {
        "/songs/{id}/tend" => (
            format!("{}/tend", song("Ouroboros Is Broken").await),
            form(&[("what", "withdraw"), ("why", "The singer asked us to.")]),
        ),
        "/songs/{id}/merge" => {
            let (one, other) = (song("Tallahassee").await, song("Coda Maestoso").await);
            (format!("{one}/merge"), form(&[("other", other.as_str()), ("merge-why", "The same song twice.")]))
        }
        "/duties/{duty}/fill" => {
            house.member("Brook who is asked").await;
            let path = format!("/duties/{}/fill", house.house.pack.duties[0].id);
            (
                path,
                form(&[
                    ("name", "Brook who is asked"),
                    ("filled", "invitation"),
                    ("days", "30"),
                    ("why", "Knows the shelf."),
                ]),
            )
        }
        "/seat-offers/{id}/take-back" => {
            let brook = house.member("Brook who was asked").await;
            let sql = "INSERT INTO seat_offer (id, duty, person, filled, term_days, at, until)
                       VALUES ('asked', $1, $2, 'draw', 30, $3, $4)";
            let tx = house.house.begin().await.unwrap();
            tx.run(
                sql,
                vals![&house.house.pack.duties[0].id, &brook.person, house.house.now(), house.house.now() + DAY_MS],
            )
            .await
            .unwrap();
            tx.keep().await.unwrap();
            ("/seat-offers/asked/take-back".to_owned(), form(&[("why", "Asked by mistake.")]))
        }
        "/seats/{id}/end" => {
            let dara = house.holder("Dara who is away", &house.house.pack.duties[0].id).await;
            let seat: String =
                house.house.db.one("SELECT id FROM seat WHERE person = $1", vals![&dara.person]).await.unwrap();
            (format!("/seats/{seat}/end"), form(&[("why", "Away since June.")]))
        }
        "/acts/{id}/second-look/answer" => {
            let ada = house.member("Ada who asks again").await;
            let deed =
                people::Deed { what: "act-founded", whom: Some(&ada.person), why: "Why not.", ..Default::default() };
            people::power::act_of_host(&house.house, &deed).await.unwrap().keep().await.unwrap();
            let act: String = house.house.db.one("SELECT id FROM act ORDER BY id DESC LIMIT 1", &[]).await.unwrap();
            ada.post(&format!("/acts/{act}/second-look"), &[("words", "That's why not.")]).await.is(303);
            (format!("/acts/{act}/second-look/answer"), form(&[("answer", "stands"), ("why", "It says so.")]))
        }
        "/songs/{id}/rename" => (
            format!("{}/rename", song("Dunl Hammer").await),
            form(&[("artist", "Earth"), ("title", "Dull Hammer"), ("rename-why", "A letter was wrong.")]),
        ),
        "/playlists/{id}/tend" => {
            let fields = [
                ("title", "Doom"),
                ("brief", "Slow enough to breathe to, nothing that hurries."),
                ("feeling", "rage"),
                ("days", "14"),
            ];
            let list = house.member("Ada who asks for doom").await.post("/playlists", &fields).await.is(303).place();
            (format!("{list}/tend"), form(&[("what", "withdraw"), ("why", "Asked for twice.")]))
        }
        "/articles/{slug}/tend" => {
            let fields = [
                ("title", "You only get the two"),
                ("summary", "Earplugs."),
                ("words", "I mixed bands for nine years."),
                ("do", "publish"),
            ];
            let article = house.member("Ada who mixes").await.post("/articles", &fields).await.is(303).place();
            (format!("{article}/tend"), form(&[("what", "withdraw"), ("why", "Names a third person.")]))
        }
        "/pages" => (
            "/pages".to_owned(),
            form(&[("title", "Where we meet"), ("words", "In the back room."), ("why", "People asked.")]),
        ),
        "/pages/{slug}" => {
            let seen = write_about(house, "Dara who writes pages").await;
            (
                "/pages/about".to_owned(),
                form(&[("title", "What this is"), ("words", "Shorter."), ("why", "It was long."), ("seen", &seen)]),
            )
        }
        "/pages/{slug}/tend" => {
            write_about(house, "Dara who tends pages").await;
            ("/pages/about/tend".to_owned(), form(&[("what", "withdraw"), ("why", "Nobody meets there any more.")]))
        }
        "/remarks/{id}/tend" => {
            let song = song("The Bees Made Honey").await;
            house
                .member("Brook who speaks")
                .await
                .post("/remarks", &[("place", &song), ("words", "It is long.")])
                .await
                .is(303);
            let remark: String =
                house.house.db.one("SELECT id FROM remark ORDER BY id DESC LIMIT 1", &[]).await.unwrap();
            (format!("/remarks/{remark}/tend"), form(&[("what", "fold"), ("why", "Names a method.")]))
        }
        "/join/requests/{id}" => {
            let sql = "INSERT INTO join_request (id, hash, name, folded, age, why, since)
                       VALUES ('asks', 'h', 'Dara who asks', 'darawhoasks', '18', 'Heard of you at a gig.', $1)";
            let tx = house.house.begin().await.unwrap();
            tx.run(sql, vals![house.house.now()]).await.unwrap();
            tx.keep().await.unwrap();
            ("/join/requests/asks".to_owned(), form(&[("word", "yes"), ("why", "We met there.")]))
        }
        "/claims" => {
            let people = house.house.rooms.iter().find(|room| room.name() == "people").unwrap();
            let brought = base::brought::Brought::Person(base::brought::BroughtPerson {
                key: "k:fern".into(),
                name: "Fern".into(),
            });
            let tx = house.house.begin().await.unwrap();
            let fern = people.take_in(&house.house, &tx, &brought).await.unwrap().unwrap();
            tx.keep().await.unwrap();
            ("/claims".to_owned(), form(&[("person", fern.id_of("people").unwrap()), ("why", "She rang.")]))
        }
        "/desk" => (
            "/desk".to_owned(),
            form(&[("name", "Somewhere else"), ("joining", "invite"), ("country", "FI"), ("why", "We moved.")]),
        ),
        "/join/invitations" => ("/join/invitations".to_owned(), form(&[("why", "A friend from the bus.")])),
        "/helplines/{id}/check" => (format!("{}/check", helpline()), form(&[("way", "rang")])),
        "/helplines/{id}/correct" => (
            format!("{}/correct", helpline()),
            form(&[("number", "112"), ("hours", "any hour"), ("why", "It is 112 now.")]),
        ),
        "/helplines/{id}/take-off" => (format!("{}/take-off", helpline()), form(&[("off-why", "It is dead.")])),
        _ => return None,
    })
}

/// Everything that is kept, table by table, but for the log itself and sessions.
async fn all_that_is_kept(house: &TestHouse) -> BTreeMap<String, Vec<String>> {
    let mut kept = BTreeMap::new();
    let snapshot = house.house.db.snapshot().await.unwrap();
    for table in house.house.db.tables().await.unwrap() {
        if table.name.starts_with("act") || table.name == "session" {
            continue;
        }
        let mut rows = Vec::new();
        snapshot
            .each::<DbTrouble>(&table, |row| {
                rows.push(format!("{row:?}"));
                Ok(())
            })
            .await
            .unwrap();
        kept.insert(table.name, rows);
    }
    kept
}

async fn away(house: &TestHouse, sql: &'static str) {
    let tx = house.house.begin().await.unwrap();
    tx.run(sql, &[]).await.unwrap();
    tx.keep().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_every_use_of_power_writes_its_act_in_the_same_transaction() {
    both(async |house| {
        for (n, door) in power_doors().into_iter().enumerate() {
            let (can, _) = duties_by(&house, &door.needs);
            let cleo =
                house.holder(&format!("Cleo the {n}th"), can.last().expect("a duty of the pack that can do it")).await;
            if door.method == "get" {
                let before = all_that_is_kept(&house).await;
                knock(&cleo, &door).await;
                assert_eq!(all_that_is_kept(&house).await, before, "looking through {} changed something", door.path);
                continue;
            }
            let Some((path, fields)) = way_through(&house, &door.path).await else {
                panic!(
                    "{} takes power: write into `way_through` how to go through it, so that this test can see its act",
                    door.path
                )
            };
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let before = all_that_is_kept(&house).await;
            away(&house, "ALTER TABLE act RENAME TO act_away").await;
            cleo.post(&path, &fields).await.is(500);
            away(&house, "ALTER TABLE act_away RENAME TO act").await;
            assert_eq!(
                all_that_is_kept(&house).await,
                before,
                "{} changed something although its act could not be written",
                door.path
            );
            let acts = house.count("SELECT count(*) FROM act").await;
            house.house.clock.turn(1); // after whatever others did to get here
            let answer = cleo.post(&path, &fields).await;
            assert!(
                matches!(answer.status.as_u16(), 200 | 303),
                "{} said {}: {}",
                door.path,
                answer.status,
                answer.words()
            );
            assert_eq!(house.count("SELECT count(*) FROM act").await, acts + 1, "{} left no act", door.path);
            let (person, why): (Option<String>, String) = house
                .house
                .db
                .one("SELECT person, why FROM act WHERE seat IS NOT NULL ORDER BY id DESC LIMIT 1", &[])
                .await
                .unwrap();
            assert_eq!(person.as_ref(), Some(&cleo.person), "{} says that somebody else did it", door.path);
            assert!(!why.is_empty(), "{} gives no reason", door.path);
            assert_ne!(all_that_is_kept(&house).await, before, "{} says that it did something and did not", door.path);
            house.house.clock.turn(1_000);
        }
    })
    .await;
}

// ---- R8: your words are yours.

/// Columns that hold a word of ours, not of a person's.
const OUR_WORDS: &[&str] = &[
    "what", "duty", "filled", "ended_how", "answer", "rule", "feeling", "way", "kind", "state", "audience", "mime",
    "age", "word", "decided", "leaving_how",
];

/// Tables or columns whose words stay when a person leaves with everything: why.
const STAYS: &[(&str, &str)] = &[
    ("song.artist", "a fact about the world, which others lean on"),
    ("song.title", "a fact about the world"),
    ("remark_word.id", "what the ledger calls it"),
    ("voice.id", "what the ledger calls it"),
    ("song.folded", "the same fact, as it is compared"),
    ("song.genre", "a fact about the world"),
    ("song_link.url", "where that can be heard"),
    ("playlist.title", "a list to which others brought songs"),
];

/// Texts in a person's rows that are not theirs to take along.
const NOT_THEIRS: &[(&str, &str)] = &[
    ("remark.name", "a name an import brought, of somebody without an account"),
    ("remark.quoted", "somebody else's words"),
    ("remark.html", "made from the words, which are there"),
    ("remark.tallies", "what others said to it"),
    ("remark_word.id", "what the ledger calls it"),
    ("voice.id", "what the ledger calls it"),
    ("song.folded", "made from artist and title"),
    ("name_before.folded", "made from a name, which is there until the index has forgotten it"),
    ("name_before.looks", "made from a name, which is there until the index has forgotten it"),
    ("passkey.credential", "a key that lets in"),
    ("article.html", "made from the words, which are there"),
    ("article.lang", "a code such as en"),
];

/// Fills a row of a table that belongs to `person`, with a word in each of its texts that stands nowhere else; what it
/// refers to is filled first. Returns the key of the row.
fn rows_of(person: &str, tables: &[source::Table]) -> Vec<(&'static str, Vec<base::db::Val>)> {
    let mut done: Vec<String> = vec!["person".to_owned()];
    let mut rows = Vec::new();
    while done.len() < tables.len() {
        let before = done.len();
        for table in tables.iter().filter(|table| !done.contains(&table.name)).collect::<Vec<_>>() {
            let is_ready = table.columns.iter().all(|column| {
                column.refers_to.as_ref().is_none_or(|other| *other == table.name || done.contains(other))
            });
            if is_ready {
                rows.push(row_of(person, table));
                done.push(table.name.clone());
            }
        }
        assert!(done.len() > before, "tables refer to each other in a circle");
    }
    rows
}

fn row_of(person: &str, table: &source::Table) -> (&'static str, Vec<base::db::Val>) {
    let mut vals = Vec::new();
    for column in &table.columns {
        vals.push(match &column.refers_to {
            _ if column.is_a_person() => person.into(),
            Some(other) if *other == table.name => base::db::Val::Null,
            Some(other) => format!("the-{other}").into(),
            None if column.is_key && column.is_text => format!("the-{}", table.name).into(),
            None if state_of(&table.name, &column.name).is_some() => state_of(&table.name, &column.name).into(),
            None if column.is_text => canary(&table.name, &column.name).into(),
            None if column.may_be_null => base::db::Val::Null,
            None if column.is_bytes => base::db::Val::Bytes(canary(&table.name, &column.name).into_bytes()),
            None => base::db::Val::Int(1),
        });
    }
    let names: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let gaps: Vec<_> = (1..=names.len()).map(|n| format!("${n}")).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, names.join(", "), gaps.join(", "));
    (sql.leak(), vals)
}

/// Columns that keep one of a few words, with one of them.
const STATES: &[(&str, &str)] = &[
    ("article.kind", "article"),
    ("file.audience", "only"),
    ("join_request.decided", "no"),
    ("join_word.word", "no"),
    ("profile_line.audience", "only"),
    ("seat.ended_how", "handed back"),
    ("seat.filled", "invitation"),
    ("seat_offer.answer", "no"),
    ("seat_offer.filled", "invitation"),
    ("second_look.answer", "stands"),
    ("song_feeling.way", "stay"),
    ("veil.state", "folded"),
    ("way_in.kind", "claim"),
];

fn state_of(table: &str, column: &str) -> Option<&'static str> {
    STATES.iter().find(|(name, _)| *name == format!("{table}.{column}")).map(|(_, state)| *state)
}

fn canary(table: &str, column: &str) -> String {
    format!("canary-{table}-{column}-")
}

/// The tables in which a person stands, but for the person's own row and the index, which is made from them.
fn tables_with_people(tables: &[source::Table]) -> impl Iterator<Item = &source::Table> {
    tables.iter().filter(|table| {
        table.name != "person" && table.name != "findable" && table.columns.iter().any(source::Column::is_a_person)
    })
}

/// Whether a table's words belong to people: it names them, or hangs on a table that does.
fn is_of_people(tables: &[source::Table], name: &str) -> bool {
    let refers = |table: &source::Table| {
        table
            .columns
            .iter()
            .filter_map(|column| column.refers_to.clone())
            .any(|other| other != table.name && is_of_people(tables, &other))
    };
    tables_with_people(tables).any(|table| table.name == name)
        || tables.iter().any(|table| table.name == name && refers(table))
}

/// A house in which one person has something in every table.
async fn lived_in(house: &TestHouse, tables: &[source::Table]) -> String {
    let dara = house.member("Dara").await;
    let tx = house.house.begin().await.unwrap();
    tx.run("DELETE FROM session", &[]).await.unwrap();
    for (sql, vals) in rows_of(&dara.person, tables) {
        if !["INTO migration ", "INTO setting ", "INTO erasure ", "INTO findable", "INTO brought ", "INTO redirect "]
            .iter()
            .any(|base| sql.contains(base))
        {
            tx.run(sql, &vals).await.unwrap_or_else(|trouble| panic!("{sql}: {trouble}"));
        }
    }
    tx.keep().await.unwrap();
    dara.person.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_every_table_in_which_a_person_has_words_is_in_their_export_once() {
    both(async |house| {
        let tables = source::tables();
        let person = lived_in(&house, &tables).await;
        let mut exports = Vec::new();
        for room in house.house.rooms {
            exports
                .push((room.name(), serde_json::to_string(&room.keeps(&house.house, &person).await.unwrap()).unwrap()));
        }
        let mut missing = Vec::new();
        for table in tables_with_people(&tables) {
            for column in table.columns.iter().filter(|column| {
                column.is_text && !column.is_key && column.refers_to.is_none() && !column.is_a_person()
            }) {
                let name = format!("{}.{}", table.name, column.name);
                let rooms: Vec<_> = exports
                    .iter()
                    .filter(|(_, export)| export.contains(&canary(&table.name, &column.name)))
                    .map(|(room, _)| room)
                    .collect();
                assert!(rooms.len() <= 1, "{name} is exported by {rooms:?}: one room keeps a thing");
                let is_ours = OUR_WORDS.contains(&column.name.as_str())
                    || ["folded", "hash", "face", "place", "url"].contains(&column.name.as_str());
                let is_ours = is_ours || NOT_THEIRS.iter().any(|(known, _)| *known == name);
                if rooms.is_empty() && !is_ours {
                    missing.push(name);
                }
            }
        }
        assert!(missing.is_empty(), "nobody's export has {missing:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_whoever_leaves_with_everything_is_nowhere_in_the_database() {
    both(async |house| {
        let tables = source::tables();
        let person = lived_in(&house, &tables).await;
        let tx = house.house.begin().await.unwrap();
        for room in house.house.rooms {
            room.forget(&house.house, &tx, &person, Leaving::Remove).await.unwrap();
        }
        tx.keep().await.unwrap();
        let mut left = Vec::new();
        let snapshot = house.house.db.snapshot().await.unwrap();
        for table in house.house.db.tables().await.unwrap().iter().filter(|table| table.name != "person") {
            let mut rows = Vec::new();
            snapshot
                .each::<DbTrouble>(table, |row| {
                    rows.push(row);
                    Ok(())
                })
                .await
                .unwrap();
            for (column, val) in rows.iter().flat_map(|row| table.columns.iter().zip(row)) {
                let name = format!("{}.{}", table.name, column.name);
                let said = format!("{val:?}");
                let is_vetted = STAYS.iter().any(|(known, _)| *known == name);
                let is_theirs = said.contains(&person)
                    || (is_of_people(&tables, &table.name)
                        && said.contains(&format!("canary-{}-", table.name))
                        && !OUR_WORDS.contains(&column.name.as_str())
                        && column.name != "place");
                if is_theirs && !is_vetted {
                    left.push(name);
                }
            }
        }
        assert!(left.is_empty(), "still there: {left:?}");
        let (name, age): (String, String) =
            house.house.db.one("SELECT name, age FROM person WHERE id = $1", vals![&person]).await.unwrap();
        assert_eq!((name.as_str(), age.as_str()), ("", ""), "their name is still there");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_what_was_removed_is_found_nowhere_neither_in_search_nor_in_any_feed_nor_on_any_page() {
    both(async |house| {
        let dara = house.member("Dara").await;
        let song = dara
            .post(
                "/songs",
                &[
                    ("artist", "Earth"),
                    ("title", "Engine of Ruin"),
                    ("feeling", "rage"),
                    ("why", "Canarybird sang it to me."),
                ],
            )
            .await
            .is(303)
            .to();
        dara.post(&format!("{song}/helped"), &[("feeling", "rage"), ("line", "Canarybird again.")]).await.is(303);
        let query = base::search::Query::read("canarybird");
        let find = async || {
            base::search::find(
                &house.house.db,
                &base::room::Reader::guest(),
                &query,
                base::search::Order::NewestFirst,
                None,
                10,
            )
            .await
            .unwrap()
            .len()
        };
        assert_eq!(find().await, 1);
        house.guest().get(&song).await.says("Canarybird again.");
        let tx = house.house.begin().await.unwrap();
        for room in house.house.rooms {
            room.forget(&house.house, &tx, &dara.person, Leaving::Remove).await.unwrap();
        }
        tx.keep().await.unwrap();
        assert_eq!(find().await, 0, "search still finds it");
        for room in house.house.rooms {
            for feed in room.feeds() {
                let entries = format!("{:?}", room.newest(&house.house, feed, 100).await.unwrap());
                assert!(!entries.contains("Canarybird") && !entries.contains("Dara"), "the feed {feed} still has it");
            }
        }
        for path in [song.as_str(), "/songs", "/", "/feelings/rage"] {
            house.guest().get(path).await.says_not("Canarybird");
        }
    })
    .await;
}

// ---- R9: hold less.

/// An address, a browser and a page before this one that stand nowhere else.
const ADDRESS: &str = "203.0.113.77";
const BROWSER: &str = "CanaryBrowser/77.1";
const BEFORE: &str = "https://canary-before.example/list";

#[test]
fn r9_no_column_is_for_an_address_or_a_browser_and_no_crate_calls_other_hosts() {
    for table in source::tables() {
        for column in &table.columns {
            let words = words_of(&column.name);
            for word in
                ["ip", "address", "agent", "browser", "referer", "referrer", "fingerprint", "device", "email", "mail"]
            {
                assert!(
                    !words.iter().any(|known| known == word),
                    "{}.{} holds what nobody needs",
                    table.name,
                    column.name
                );
            }
        }
    }
    let metadata = crate::house_rules::metadata(&["--filter-platform", "x86_64-unknown-linux-gnu"]);
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let id_of = |name: &str| {
        metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == name).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (mut reached, mut next) = (Vec::new(), vec![id_of("circlepit")]);
    while let Some(id) = next.pop() {
        let node = nodes.iter().find(|node| node["id"] == id.as_str()).unwrap();
        let normal = node["deps"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|dep| dep["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null()));
        next.extend(normal.map(|dep| dep["pkg"].as_str().unwrap().to_owned()).filter(|id| !reached.contains(id)));
        reached.push(id);
    }
    reached.sort();
    reached.dedup();
    assert!(reached.len() > 100, "the tree was not read");
    for client in [
        "reqwest", "ureq", "curl", "isahc", "attohttpc", "surf", "awc", "hyper-rustls", "hyper-tls", "native-tls",
        "sentry", "opentelemetry",
    ] {
        assert!(
            !reached.iter().any(|id| id.contains(&format!("#{client}@")) || id.contains(&format!("/{client}#"))),
            "the program can call other hosts with {client}"
        );
    }
    for server in ["hyper", "hyper-util"] {
        let tree = std::process::Command::new(env!("CARGO"))
            .args(["tree", "-p", "circlepit", "-e", "normal,features", "-i", server, "--offline"])
            .output()
            .unwrap();
        let tree = String::from_utf8(tree.stdout).unwrap();
        assert!(tree.contains(&format!("{server} feature \"server\"")), "the tree was not read: {tree}");
        assert!(!tree.contains(&format!("{server} feature \"client")), "{server} is built with its client: {tree}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_no_address_browser_or_page_before_is_kept_or_logged() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let logs = crate::house_rules::captured_logs();
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().to_owned();
    let house = TestHouse::open(folder, base::db::Where::File(here.join("circlepit.db"))).await;
    let ada = house.member("Ada").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(circlepit::web::run(house.house.clone(), listener, async { _ = stopped.await }));
    let form = "artist=Earth&title=Teeth+of+Lions&feeling=rage&why=Slow+enough.";
    let cookie = ada.cookie.clone().unwrap();
    let mut answers = String::new();
    for (method, path, body) in [
        ("GET", "/", ""),
        ("POST", "/songs", form),
        ("POST", "/songs", "artist=&title="),
        ("GET", "/songs", ""),
        ("GET", "/nowhere", ""),
        ("POST", "/sign-in", "name=Ada&password=wrong"),
        ("GET", "/help", ""),
    ] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\nuser-agent: {BROWSER}\r\nreferer: {BEFORE}\r\n\
             x-forwarded-for: {ADDRESS}\r\nforwarded: for={ADDRESS}\r\nx-real-ip: {ADDRESS}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        answers += &String::from_utf8_lossy(&answer);
    }
    tracing::info!("the log is being read");
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    assert!(
        answers.contains("303 See Other") && answers.contains("404 Not Found"),
        "the requests did not arrive: {answers}"
    );
    assert_eq!(house.count("SELECT count(*) FROM song").await, 1);
    let log = logs.lock().clone();
    assert!(String::from_utf8_lossy(&log).contains("the log is being read"), "the log was not captured");
    let mut kept = vec![("the log".to_owned(), log), ("the answers".to_owned(), answers.into_bytes())];
    for entry in std::fs::read_dir(&here).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        kept.push((entry.display().to_string(), std::fs::read(entry).unwrap()));
    }
    assert!(
        kept.iter().any(|(_, bytes)| bytes
            .windows(15)
            .any(|part| part == b"Teeth of Lions\0" || part.starts_with(b"Teeth of Lions"))),
        "what is kept was not found"
    );
    for (name, bytes) in &kept {
        for canary in [ADDRESS, BROWSER, "canary-before"] {
            assert!(!bytes.windows(canary.len()).any(|part| part == canary.as_bytes()), "{canary} stands in {name}");
        }
    }
}
