//! Search: what a reader finds is what a scan of everything they may open would find.

use base::id;
use base::place::Place;
use base::room::{Audience, Reader};
use base::search::{self, Findable, Order, Query};

use crate::house::both;

const WORDS: &[&str] = &[
    "doom", "Doom", "slow", "days", "Motörhead", "motorhead", "NOT", "near", "sleep", "don't", "日本", "a-b", "x:y",
    "ß",
];
const NAMES: &[&str] = &["Ada", "Brook", "Ada III"];

fn pick<'a>(of: &[&'a str]) -> &'a str {
    of[id::below(of.len() as u32) as usize]
}

fn text(most: u32) -> String {
    (0..=id::below(most)).map(|_| pick(WORDS)).collect::<Vec<_>>().join(" ")
}

fn something(n: i64) -> Findable {
    let audience = Audience::ALL[id::below(3) as usize];
    Findable {
        kind: pick(&["song", "article", "comment"]).to_owned().leak(),
        title: text(3),
        words: text(12),
        author: Some(pick(NAMES).to_owned()),
        audience,
        owner: (audience == Audience::Only).then(|| pick(&["ada", "brook"]).to_owned()),
        feelings: vec![pick(&["rage", "need-to-scream"]).to_owned()],
        genres: vec![pick(&["doom", "black-metal"]).to_owned()],
        lang: pick(&["en", "fi"]).to_owned(),
        at: n,
        ..Findable::default()
    }
}

fn typed() -> String {
    let part = |_| match id::below(8) {
        0 => format!("\"{} {}\"", pick(WORDS), pick(WORDS)),
        1 => format!("kind:{}", pick(&["song", "article", "comment", "nothing"])),
        2 => format!("by:\"{}\"", pick(NAMES)),
        3 => format!("feeling:{}", pick(&["rage", "need-to-scream"])),
        4 => format!("genre:{} lang:{}", pick(&["doom", "black-metal"]), pick(&["en", "fi"])),
        5 => pick(&["\"", "*", "OR", "'); DROP TABLE song; --", "NEAR/2", "^doom", "doom*", "-doom", "&|!", "<->"])
            .to_owned(),
        _ => pick(WORDS).to_owned(),
    };
    (0..=id::below(2)).map(part).collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_reader_finds_just_what_a_scan_of_what_they_may_open_finds() {
    both(async |house| {
        let db = &house.house.db;
        let things: Vec<_> = (1..=120).map(something).collect();
        let tx = house.house.begin().await.unwrap();
        for thing in &things {
            search::index(&tx, &Place::of("things", &thing.at.to_string()), thing).await.unwrap();
        }
        tx.keep().await.unwrap();
        let mut hits = 0;
        for _ in 0..300 {
            let typed = typed();
            let query = Query::read(&typed);
            for reader in [Reader::guest(), Reader::member("ada"), Reader::member("cleo")] {
                let may_open = |thing: &&Findable| match thing.audience {
                    Audience::Everyone => true,
                    Audience::Members => reader.person.is_some(),
                    Audience::Only => reader.person == thing.owner,
                };
                let scan: Vec<_> = things
                    .iter()
                    .rev()
                    .filter(may_open)
                    .filter(|thing| !query.is_empty() && query.matches(thing))
                    .map(|thing| format!("/things/{}", thing.at))
                    .collect();
                let newest: Vec<_> = search::find(db, &reader, &query, Order::NewestFirst, None, 200)
                    .await
                    .unwrap()
                    .into_iter()
                    .map(|found| found.place)
                    .collect();
                assert_eq!(newest, scan, "“{typed}” for {reader:?}");
                let mut like: Vec<_> = search::find(db, &reader, &query, Order::MostLike, None, 200)
                    .await
                    .unwrap()
                    .into_iter()
                    .map(|found| found.place)
                    .collect();
                like.sort_by_key(|place| std::cmp::Reverse(place[8..].parse::<i64>().unwrap()));
                assert_eq!(like, scan, "“{typed}” by likeness");
                hits += scan.len();
            }
        }
        assert!(hits > 1_000, "the queries found too little to say anything: {hits}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_takes_whatever_is_typed_and_leads_through_all_pages() {
    both(async |house| {
        let ada = house.member("Ada").await;
        for n in 0..25 {
            ada.post(
                "/songs",
                &[
                    ("artist", "Earth"),
                    ("title", &format!("Number {n}")),
                    ("feeling", "numb"),
                    ("why", "Slow as weather."),
                ],
            )
            .await
            .is(303);
            house.house.clock.turn(1_000);
        }
        let first = house.guest().get("/search?q=weather+kind%3Asong").await;
        first.is(200).says("Number 24").says("Number 5").says_not("Number 4 ");
        house
            .guest()
            .get(&format!("/search{}", first.older().unwrap()))
            .await
            .is(200)
            .says("Number 4")
            .says("Number 0")
            .says_not("Number 5 ");
        for typed in
            ["%22", "*", "%00", "a%27%20OR%201=1", "%F0%9F%A4%98", &"x".repeat(5_000), "feeling%3A", "%3Cscript%3E"]
        {
            let page = house.guest().get(&format!("/search?q={typed}")).await;
            assert_eq!(page.status, 200, "{typed}");
            assert!(!page.html.contains("<script>"), "{typed}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sought_is_shown_where_it_stands_however_far_in() {
    both(async |house| {
        let ada = house.member("Ada").await;
        let song = ada
            .post(
                "/songs",
                &[("artist", "Earth"), ("title", "Old Black"), ("feeling", "numb"), ("why", "Slow as weather.")],
            )
            .await
            .is(303)
            .to();
        let long = format!("{} Then there was marzipan. {}", "It went on. ".repeat(60), "And on. ".repeat(60));
        ada.post("/remarks", &[("place", &song), ("words", &long)]).await.is(303);
        house.guest().get("/search?q=marzipan").await.says("… went on. It went on. Then there was marzipan. And on.");
        house.guest().get("/search?q=went").await.says("It went on. It went on.").says_not("marzipan");
        ada.post(
            "/songs",
            &[
                ("artist", "Earth"),
                ("title", "Can you hear it"),
                ("feeling", "numb"),
                ("why", "I can’t sleep without it."),
            ],
        )
        .await
        .is(303);
        let page = house.guest().get("/search?q=can%27t+sleep").await;
        assert!(
            page.html.contains("I <mark>can’t</mark> <mark>sleep</mark> without")
                && !page.html.contains("<mark>Can</mark>"),
            "half a word was marked"
        );
        house.guest().get("/search?q=kind%3Acomment").await.says("It went on. It went on.").says_not("marzipan");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_things_of_one_moment_are_all_indexed() {
    both(async |house| {
        let tx = house.house.begin().await.unwrap();
        // Numbers of one moment are drawn from a million: without drawing again, 4000 would all but surely meet.
        for n in 0..4_000 {
            search::index(&tx, &Place::of("remarks", &n.to_string()), &something(1_577_836_800_000)).await.unwrap();
        }
        tx.keep().await.unwrap();
        assert_eq!(house.count("SELECT count(*) FROM findable WHERE at = 1577836800000").await, 4_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_types_a_feeling_is_led_to_its_page_and_who_finds_nothing_to_somebody_who_answers() {
    both(async |house| {
        let guest = house.guest();
        let leads = async |typed: &str| {
            let page = guest.get(&format!("/search?q={}", base::form::encoded(typed))).await;
            let feelings = house
                .house
                .pack
                .feelings
                .iter()
                .filter(|feeling| page.html.contains(&format!("href=\"/feelings/{}\"", feeling.id)));
            feelings.map(|feeling| feeling.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(leads("").await.len(), house.house.pack.feelings.len());
        assert_eq!(leads("I can’t SLEEP").await, ["can't sleep"]);
        assert_eq!(leads("need to").await, ["need to scream", "need to move"]);
        assert_eq!(leads("to for it up up").await, Vec::<String>::new());
        let nothing = guest.get("/search?q=zzqq").await;
        assert!(nothing.is(200).says("Nothing with those words").html.contains("href=\"/#how\""), "a dead end");
    })
    .await;
}
