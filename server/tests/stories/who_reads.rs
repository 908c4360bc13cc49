//! Who reads what: a word stands in each thing that is not for everybody, and everybody knocks at every door with the
//! key of every thing. Whoever meets a word that is not for them has found a leak; whoever never meets one that is, a
//! wall. And who changes what: every form that somebody can send for their own things is sent by others.

use std::collections::{BTreeMap, BTreeSet};

use base::db::{Ask as _, DbTrouble, Val};
use base::file::Given;
use base::room::Audience;
use base::vals;

use crate::bad_input::{doors, every_form, filled};
use crate::house::{Browser, TestHouse};
use crate::people::{PASSWORD, set};

/// One for each duty, but for two in the pit crew, of whom Cleo takes things down and Lou looks again; and Kit, whose
/// seat at the door will be over.
const SEATED: &[(&str, &str)] = &[
    ("Ada", "door"),
    ("Brook", "shelf"),
    ("Cleo", "pit-crew"),
    ("Lou", "pit-crew"),
    ("Eli", "pages"),
    ("Fern", "numbers"),
    ("Gus", "seats"),
    ("Hale", "lost-property"),
    ("Iris", "desk"),
    ("Kit", "door"),
];

/// A word, what it stands in, and who may read it.
const WORDS: &[(&str, &str, &[&str])] = &[
    ("quailfeather", "an article that was not sent", &["Dara"]),
    ("ternfeather", "a comment that was not sent", &["Dara"]),
    ("wrenfeather", "a line about oneself, for oneself", &["Dara"]),
    ("larkfeather", "a line about oneself, for members", MEMBERS),
    // Whoever can put it back, and, since she asks for a second look, whoever may take one.
    (
        "finchfeather",
        "a comment that was taken down",
        &["Dara", "Cleo", "Ada", "Brook", "Lou", "Eli", "Fern", "Gus", "Hale", "Iris"],
    ),
    ("heronfeather", "an article that was taken off", &["Dara"]),
    ("swiftfeather", "a comment that was taken back", &[]),
    ("egretfeather", "what a comment said before, unsaid since", &[]),
    (
        "cranefeather",
        "why a second look is asked for",
        &["Dara", "Ada", "Brook", "Lou", "Eli", "Fern", "Gus", "Hale", "Iris"],
    ),
    ("robinfeather", "why somebody wants to join", &["Ada"]),
    ("plovefeather", "why a seat was ended", MEMBERS),
    ("storkfeather", "a file for oneself", &["Dara"]),
    (
        "dovefeather",
        "a comment like any other",
        &["guest", "Ada", "Brook", "Cleo", "Lou", "Eli", "Fern", "Gus", "Hale", "Iris", "Jo", "Kit", "Dara"],
    ),
];
const MEMBERS: &[&str] = &["Ada", "Brook", "Cleo", "Lou", "Eli", "Fern", "Gus", "Hale", "Iris", "Jo", "Kit", "Dara"];

/// Whoever knocks: those, a guest, a member, and Dara, whose things they are.
async fn cast(house: &TestHouse) -> BTreeMap<&'static str, Browser<'_>> {
    let mut who = BTreeMap::from([
        ("guest", house.guest()),
        ("Jo", house.member("Jo").await),
        ("Dara", house.member("Dara").await),
    ]);
    for (name, duty) in SEATED {
        who.insert(name, house.holder(name, duty).await);
    }
    who
}

async fn lived_in(house: &TestHouse, who: &BTreeMap<&str, Browser<'_>>) {
    let (dara, cleo, brook, kit) = (&who["Dara"], &who["Cleo"], &who["Brook"], &who["Kit"]);
    let say = async |place: &str, words: &str| {
        let answer = dara.post("/remarks", &[("place", place), ("words", words)]).await;
        answer.is(303).headers["location"].to_str().unwrap().split_once("#r-").unwrap().1.to_owned()
    };
    let song = dara
        .post("/songs", &[("artist", "Earth"), ("title", "Old Black"), ("feeling", "numb"), ("why", "Slow.")])
        .await
        .is(303)
        .place();
    dara.post("/articles", &[("title", "Half a thought"), ("words", "A quailfeather."), ("do", "draft")]).await.is(303);
    let seen = dara.get("/backstage/profile").await.is(200).field("seen");
    let lines = [
        ("about", "A wrenfeather."),
        ("about-for", "only"),
        ("helps", "A larkfeather."),
        ("helps-for", "members"),
        ("seen", &*seen),
    ];
    dara.post("/backstage/profile", &lines).await.is(303);
    say(&song, "A dovefeather.").await;
    let down = say(&song, "A finchfeather.").await;
    cleo.post(&format!("/remarks/{down}/tend"), &[("what", "withdraw"), ("why", "It names a method.")]).await.is(303);
    let act: String = house.house.db.one("SELECT id FROM act ORDER BY id DESC", &[]).await.unwrap();
    dara.post(&format!("/acts/{act}/second-look"), &[("words", "It was a cranefeather.")]).await.is(303);
    let off = dara
        .post("/articles", &[("title", "On feathers"), ("words", "A heronfeather."), ("do", "publish")])
        .await
        .is(303)
        .place();
    brook.post(&format!("{off}/tend"), &[("what", "withdraw"), ("why", "It names somebody.")]).await.is(303);
    let back = say(&song, "A swiftfeather.").await;
    dara.post(&format!("/remarks/{back}/take-back"), &[]).await.is(303);
    let edited = say(&song, "An egretfeather.").await;
    let seen = dara.get(&format!("/remarks/{edited}/edit")).await.is(200).field("seen");
    house.house.clock.turn(60_000);
    dara.post(&format!("/remarks/{edited}/edit"), &[("words", "Nothing of it."), ("seen", &seen)]).await.is(303);
    let wording = dara.get(&format!("/remarks/{edited}/history")).await.is(200).field("wording");
    dara.post(&format!("/remarks/{edited}/history/unsay"), &[("wording", &wording)]).await.is(303);
    dara.post("/remarks", &[("place", &song), ("words", "A ternfeather."), ("keep", "draft")]).await.is(303);
    set(house, "joining", "request").await;
    house
        .guest()
        .post("/join", &[("name", "Max"), ("age", "18"), ("password", PASSWORD), ("why", "A robinfeather.")])
        .await
        .is(303);
    let seat: String = house.house.db.one("SELECT id FROM seat WHERE person = $1", vals![&kit.person]).await.unwrap();
    who["Gus"].post(&format!("/seats/{seat}/end"), &[("why", "A plovefeather.")]).await.is(303);
    let given = Given::read(&house.house, "leaflet.txt", "A storkfeather.".into()).await.unwrap();
    let tx = house.house.begin().await.unwrap();
    given.keep(&tx, Some(&dara.person), Audience::Only, house.house.now()).await.unwrap();
    tx.keep().await.unwrap();
}

/// All that the house keeps of somebody.
async fn kept_of(house: &TestHouse, person: &str) -> Vec<String> {
    let mut kept = Vec::new();
    for room in house.house.rooms {
        kept.push(serde_json::to_string(&room.keeps(&house.house, person).await.unwrap()).unwrap());
    }
    kept
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_changes_something_of_ones_own_changes_nothing_in_other_hands() {
    let house = TestHouse::on_a_file("").await;
    let who = cast(&house).await;
    lived_in(&house, &who).await;
    let dara = &who["Dara"];
    let (forms, before) = (every_form(dara).await, kept_of(&house, &dara.person).await);
    assert!(forms.len() > 25, "Dara meets {} forms", forms.len());
    let forms: Vec<(&str, Vec<_>)> = forms
        .iter()
        .map(|(action, fields)| {
            (action.as_str(), fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect())
        })
        .collect();
    for (action, fields) in &forms {
        for name in ["guest", "Jo", "Kit", "Lou"] {
            let answer = who[name].post(action, fields).await;
            assert!(!answer.status.is_server_error() && answer.status != 429, "{name} at {action}: {}", answer.status);
        }
        assert_eq!(
            kept_of(&house, &dara.person).await,
            before,
            "somebody else changed something of Dara's at {action} with {fields:?}"
        );
    }
    let (edit, fields) = forms.iter().find(|(action, _)| action.ends_with("/edit")).unwrap();
    dara.post(edit, fields).await.is(303);
    assert_ne!(kept_of(&house, &dara.person).await, before, "in her own it does");
}

/// Whatever names a thing in an address.
async fn keys(house: &TestHouse) -> BTreeSet<String> {
    let mut keys: BTreeSet<_> = house.house.pack.duties.iter().map(|duty| duty.id.clone()).collect();
    let snapshot = house.house.db.snapshot().await.unwrap();
    for table in house.house.db.tables().await.unwrap() {
        let names: Vec<_> =
            (0..table.columns.len()).filter(|at| ["id", "slug"].contains(&table.columns[*at].name.as_str())).collect();
        let each = snapshot.each::<DbTrouble>(&table, |row| {
            keys.extend(
                names.iter().filter_map(|at| if let Val::Text(key) = &row[*at] { Some(key.clone()) } else { None }),
            );
            Ok(())
        });
        each.await.unwrap();
    }
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_what_is_not_for_them_behind_any_door_and_everybody_what_is() {
    let house = TestHouse::on_a_file("").await;
    let who = cast(&house).await;
    lived_in(&house, &who).await;
    let file: String = house.house.db.one("SELECT id FROM file", &[]).await.unwrap();
    let keys = keys(&house).await;
    let mut paths = vec![format!("/files/{file}/leaflet.txt")];
    for door in doors().into_keys().filter(|door| !door.starts_with("/leave-fast")) {
        paths.extend(if door.contains('{') { keys.iter().map(|key| filled(&door, key)).collect() } else { vec![door] });
    }
    assert!(keys.len() > 30 && paths.len() > 1_000, "{} keys, {} paths", keys.len(), paths.len());
    let (mut met, mut leaks) = (BTreeSet::new(), BTreeSet::new());
    for path in &paths {
        for (name, browser) in &who {
            let page = browser.get(path).await;
            assert!(!page.status.is_server_error(), "{name} at {path}: {}", page.status);
            for (word, what, readers) in WORDS.iter().filter(|(word, ..)| page.html.contains(word)) {
                met.insert((*name, *word));
                if !readers.contains(name) {
                    leaks.insert(format!("{name} reads {what} at {path}"));
                }
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
    for (word, what, readers) in WORDS {
        for name in *readers {
            assert!(met.contains(&(*name, *word)), "{name} reads {what} nowhere");
        }
    }
}
