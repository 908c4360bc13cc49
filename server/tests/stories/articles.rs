//! Articles and pages: writing, looking first, changing, taking off, the community's pages, and old addresses.

use base::brought::{Brought, BroughtArticle, BroughtComment};
use base::db::Ask as _;
use base::place::Place;
use base::room::{Audience, Leaving, Reader};
use base::{redirect, vals};

use crate::house::{Browser, Page, both};

const EARS: &[(&str, &str)] = &[
    ("title", "You only get the two"),
    ("summary", "Earplugs, by somebody who should have known."),
    ("words", "## Before\n\nI mixed **bands** for nine years.\n\n- foam\n- filters"),
    ("categories", "bodies"),
    ("tags", "hearing, Can't sleep, dread, gigs"),
    ("do", "publish"),
];

async fn ears(who: &Browser<'_>) -> String {
    let place = who.post("/articles", EARS).await.is(303).to();
    place.split('?').next().unwrap().to_owned()
}

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = EARS.iter().copied().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    kept.chain(changes.iter().copied()).collect()
}

fn seen(page: &Page) -> String {
    page.field("seen")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_article_stands_under_its_title_and_is_found_by_category_tag_feeling_and_search() {
    both(async |house| {
        let fern = house.member("Fern").await;
        let place = ears(&fern).await;
        assert_eq!(place, "/articles/you-only-get-the-two");
        let page = house.guest().get(&place).await;
        page.is(200)
            .says("You only get the two")
            .says("Fern")
            .says("I mixed bands for nine years.")
            .says("Nobody has said anything yet");
        assert!(page.html.contains("<strong>bands</strong>") && page.html.contains("og:image"), "{}", page.html);
        for list in [
            "/articles", "/articles?category=bodies", "/articles?tag=hearing", "/library", "/feelings/dread",
            "/search?q=earplugs", "/search?q=kind:article+filters",
        ] {
            house.guest().get(list).await.is(200).says("You only get the two");
        }
        house.guest().get("/feelings/rage").await.says_not("You only get the two");
        house.guest().get("/articles?tag=nothing").await.is(404);
        assert_eq!(
            fern.post("/articles", EARS).await.to(),
            "/articles/you-only-get-the-two-2?done=article-out",
            "a second one of that name has an address of its own"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_said_and_nothing_written_is_lost() {
    both(async |house| {
        let fern = house.member("Fern").await;
        house.guest().post("/articles", EARS).await.is(303);
        let page = fern.post("/articles", &with(&[("title", "x"), ("lang", "e n<")])).await;
        page.is(422).says("At least 2 characters").says("Letters and hyphens").says("I mixed **bands**");
        fern.post("/articles", &with(&[("title", "???")])).await.is(422).says("There has to be a letter");
        fern.post("/articles", &with(&[("words", "")])).await.is(422).says("can't be empty");
        let many = (0..13).map(|n| format!("tag {n}")).collect::<Vec<_>>().join(",");
        fern.post("/articles", &with(&[("tags", &many)])).await.is(422).says("12 at most");
        fern.post("/articles", &with(&[("tags", &"x".repeat(61))]))
            .await
            .is(422)
            .says("60 characters at most for each");
        for (field, most) in [("title", 200), ("summary", 500), ("words", 60_000)] {
            let (at, over) = ("x".repeat(most), "x".repeat(most + 1));
            fern.post("/articles", &with(&[(field, &at), ("do", "draft")])).await.is(303);
            fern.post("/articles", &with(&[(field, &over), ("do", "draft")])).await.is(422).says("characters at most");
        }
        assert_eq!(house.count("SELECT count(*) FROM article").await, 3);
        let page = fern.post("/articles", &with(&[("title", "New")])).await;
        assert_eq!(page.to(), "/articles/new-2?done=article-out", "the form's own address is nobody's");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_goes_out_unless_the_button_that_says_so_was_pressed() {
    both(async |house| {
        let fern = house.member("Fern").await;
        let without: Vec<_> = EARS.iter().copied().filter(|(name, _)| *name != "do").collect();
        let mut place = String::new();
        for fields in [without, with(&[("do", "publsih")]), with(&[("do", "")])] {
            place = fern.post("/articles", &fields).await.is(303).place();
            fern.get(&place).await.is(200).says("You only get the two");
        }
        assert_eq!(house.count("SELECT count(*) FROM article WHERE published_at IS NULL").await, 3);
        let edit = fern.get(&format!("{place}/edit")).await;
        fern.post(&place, &with(&[("seen", &seen(&edit)), ("do", "keep")])).await.is(303);
        assert_eq!(
            house.count("SELECT count(*) FROM article WHERE published_at IS NULL").await,
            3,
            "a change by an unknown word publishes nothing"
        );
        house.guest().get("/articles").await.says_not("You only get the two");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_can_look_first_and_nothing_is_kept_by_looking() {
    both(async |house| {
        let fern = house.member("Fern").await;
        let page = fern.post("/articles", &with(&[("do", "preview")])).await;
        page.is(200).says("How it will stand").says("I mixed bands for nine years.").says("Nothing is kept yet");
        assert!(page.html.contains("I mixed **bands**"), "the form is below as it was left");
        assert_eq!(house.count("SELECT count(*) FROM article").await, 0);
        fern.post("/articles", &with(&[("do", "preview"), ("words", "")])).await.is(422);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_its_authors_alone_until_it_is_put_up() {
    both(async |house| {
        let (fern, brook) = (house.member("Fern").await, house.member("Brook").await);
        let cleo = house.holder("Cleo", &house.duty_that("tend_library")).await;
        let place = fern.post("/articles", &with(&[("do", "draft")])).await.place();
        fern.get(&place).await.is(200).says("A draft. Only you can see it.");
        fern.get("/articles").await.says("Your drafts").says("You only get the two");
        for other in [&house.guest(), &brook, &cleo] {
            other.get(&place).await.is(404);
            other.get(&format!("{place}/history")).await.is(404);
            for list in ["/articles", "/articles?tag=hearing", "/library", "/feelings/dread", "/search?q=earplugs"] {
                other.get(list).await.says_not("You only get the two");
            }
        }
        cleo.get(&format!("{place}/tend")).await.is(404);
        brook.post("/remarks", &[("place", &place), ("words", "Hello?")]).await.is(404);
        fern.post("/remarks", &[("place", &place), ("words", "To myself.")]).await.is(409);
        house.house.clock.turn(86_400_000);
        let seen = seen(&fern.get(&format!("{place}/edit")).await);
        let twin = brook.post("/articles", &with(&[])).await.is(303).place();
        assert_eq!(twin, "/articles/you-only-get-the-two", "its address tells of a draft of that title");
        let up = fern.post(&place, &with(&[("seen", &seen), ("do", "publish")])).await.is(303).place();
        assert_eq!(up, "/articles/you-only-get-the-two-2");
        assert_eq!(house.guest().get(&place).await.is(301).to(), up, "the address it had leads on");
        brook.post(&format!("{twin}/remove"), &[]).await.is(303);
        house.guest().get(&up).await.is(200).says("27 November 2026");
        house.guest().get("/articles?tag=hearing").await.says("You only get the two");
        assert_eq!(house.count("SELECT count(*) FROM article_edit").await, 0, "what nobody read has no history");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_its_author_changes_it_and_what_it_said_before_can_be_read_or_taken_away() {
    both(async |house| {
        let (fern, brook) = (house.member("Fern").await, house.member("Brook").await);
        let place = ears(&fern).await;
        brook.get(&format!("{place}/edit")).await.is(403).says("Only whoever wrote it");
        brook.post(&place, EARS).await.is(403);
        for door in ["withdraw", "put-back", "remove"] {
            brook.post(&format!("{place}/{door}"), &[]).await.is(403);
        }
        let first = seen(&fern.get(&format!("{place}/edit")).await);
        house.house.clock.turn(60_000);
        fern.post(&place, &with(&[("words", "Ten years."), ("seen", &first)])).await.is(303);
        house.guest().get(&place).await.says("Ten years.").says("edited").says_not("nine years");
        let late = fern.post(&place, &with(&[("words", "Written on another phone."), ("seen", &first)])).await;
        late.is(422).says("changed while you were writing").says("Written on another phone.");
        house
            .guest()
            .get(&format!("{place}/history"))
            .await
            .is(200)
            .says("nine years")
            .says_not("Take this wording away");
        let history = fern.get(&format!("{place}/history")).await;
        let version =
            history.html.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        brook.post(&format!("{place}/history/unsay"), &[("version", &version)]).await.is(403);
        fern.post_and_follow(&format!("{place}/history/unsay"), &[("version", &version)])
            .await
            .says("That wording is gone")
            .says_not("nine years");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_markdown_is_only_text() {
    both(async |house| {
        let fern = house.member("Fern").await;
        let words = "<script>alert(1)</script>\n\n<iframe src=https://evil.example></iframe>\n\n[x](javascript:alert(1)) ![y](https://evil.example/y.png)\n\n</article><h1>mine</h1>";
        let hostile = with(&[("words", words), ("title", "<script>alert(2)</script>"), ("summary", "\"><img src=x onerror=alert(3)>"), ("tags", "<b>bold</b>")]);
        let place = fern.post("/articles", &hostile).await.place();
        let looked: Vec<_> = hostile.iter().copied().filter(|(name, _)| *name != "do").chain([("do", "preview")]).collect();
        for page in [house.guest().get(&place).await, house.guest().get("/articles").await, fern.get(&format!("{place}/edit")).await, fern.post("/articles", &looked).await] {
            page.is(200);
            for bad in ["<script>alert", "<iframe", "href=\"javascript", "src=\"https://evil", "<img src=x", "<h1>mine", "<b>bold"] {
                assert!(!page.html.contains(bad), "{bad} in {}", page.html);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_its_author_takes_off_is_nowhere_and_comes_back_with_what_was_said_under_it() {
    both(async |house| {
        let (fern, brook) = (house.member("Fern").await, house.member("Brook").await);
        let place = ears(&fern).await;
        brook.post("/remarks", &[("place", &place), ("words", "My left one rings, too.")]).await.is(303);
        brook.post(&format!("{place}/helped"), &[("feeling", "dread"), ("line", "Bought the filters.")]).await.is(303);
        house.guest().get(&place).await.says("Bought the filters.").says("My left one rings, too.");
        house.guest().get("/search?q=rings").await.says("left one");
        fern.post_and_follow(&format!("{place}/withdraw"), &[])
            .await
            .says("Nobody else sees it.")
            .says("I mixed bands");
        house.guest().get(&place).await.is(410);
        brook.post("/remarks", &[("place", &place), ("words", "Where is it?")]).await.is(410);
        for list in [
            "/articles", "/articles?category=bodies", "/library", "/feelings/dread", "/search?q=earplugs",
            "/search?q=rings", "/",
        ] {
            house.guest().get(list).await.says_not("You only get the two").says_not("left one");
        }
        fern.post_and_follow(&format!("{place}/put-back"), &[]).await.says("It's back").says("My left one rings, too.");
        house.guest().get("/search?q=rings").await.says("left one");

        let dara = house.member("Dara").await;
        dara.post("/remarks", &[("place", &place), ("words", "Both of mine do.")]).await.is(303);
        dara.post(&format!("{place}/helped"), &[("feeling", "dread"), ("line", "Wore them to work.")]).await.is(303);
        fern.post(&format!("{place}/withdraw"), &[]).await.is(303);
        let remark: String =
            house.house.db.one("SELECT id FROM remark WHERE author = $1", vals![&dara.person]).await.unwrap();
        brook.post(&format!("/remarks/{remark}/take-back"), &[]).await.is(410);
        dara.get(&format!("/remarks/{remark}/edit")).await.is(200);
        dara.post_and_follow(&format!("/remarks/{remark}/take-back"), &[]).await.is(200).says("Taken back");
        dara.post_and_follow(&format!("{place}/helped/unsay"), &[]).await.is(200);
        fern.post_and_follow(&format!("{place}/put-back"), &[])
            .await
            .says_not("Both of mine do.")
            .says_not("Wore them to work.");

        fern.post(&format!("{place}/withdraw"), &[]).await.is(303);
        fern.post_and_follow(&format!("{place}/remove"), &[]).await.says("Gone for good.");
        fern.get(&place).await.is(410);
        assert_eq!(house.count("SELECT count(*) FROM erasure WHERE kind = 'article' AND how = 'gone'").await, 1);
        let again = ears(&fern).await;
        assert_ne!(again, place);
        house.guest().get(&again).await.says_not("My left one rings, too.");
        let talk = house.house.rooms.iter().find(|room| room.name() == "talk").unwrap();
        let kept = serde_json::to_string(&talk.keeps(&house.house, &brook.person).await.unwrap()).unwrap();
        assert!(kept.contains("My left one rings, too."), "what Brook said stays Brook's: {kept}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taking_an_article_off_for_somebody_else_takes_a_duty_and_leaves_an_act() {
    both(async |house| {
        let (fern, brook) = (house.member("Fern").await, house.member("Brook").await);
        let cleo = house.holder("Cleo", &house.duty_that("tend_library")).await;
        let place = ears(&fern).await;
        let tend = format!("{place}/tend");
        brook.post(&tend, &[("what", "withdraw"), ("why", "Because.")]).await.is(403);
        cleo.post(&tend, &[("what", "withdraw"), ("why", "")]).await.is(422);
        assert_eq!(house.count("SELECT count(*) FROM act").await, 0);
        cleo.post(&tend, &[("what", "withdraw"), ("why", "Names a third person.")]).await.is(303);
        house.guest().get(&place).await.is(410);
        fern.get(&place).await.is(200).says("Names a third person.");
        cleo.post(&tend, &[("what", "lift"), ("why", "The name is out.")]).await.is(303);
        house.guest().get(&place).await.is(200);
        house.guest().get("/search?q=earplugs").await.says("You only get the two");
        assert_eq!(
            house.count("SELECT count(*) FROM act WHERE what LIKE 'act-article-%' AND whom IS NOT NULL").await,
            2
        );
        let own = cleo.post("/articles", &with(&[("title", "Mine")])).await.place();
        cleo.post(&format!("{own}/tend"), &[("what", "withdraw"), ("why", "Because.")]).await.is(403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn comments_can_be_closed_and_what_was_said_stays() {
    both(async |house| {
        let (fern, brook) = (house.member("Fern").await, house.member("Brook").await);
        let place = ears(&fern).await;
        brook.post("/remarks", &[("place", &place), ("words", "In time.")]).await.is(303);
        let seen = seen(&fern.get(&format!("{place}/edit")).await);
        fern.post(&place, &with(&[("closed", "yes"), ("seen", &seen)])).await.is(303);
        brook.get(&place).await.says("In time.").says("Comments are closed here").says_not("Say it");
        brook.post("/remarks", &[("place", &place), ("words", "Too late.")]).await.is(409);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_goes_on_over_pages_in_the_order_things_were_put_up() {
    both(async |house| {
        let fern = house.member("Fern").await;
        for n in 1..=45 {
            house.house.clock.turn(1_000);
            fern.post("/articles", &with(&[("title", &format!("Part {n} of it"))])).await.is(303);
        }
        let mut path = "/articles?tag=hearing".to_owned();
        let mut titles = Vec::new();
        for _ in 0..3 {
            let page = house.guest().get(&path).await;
            titles.extend(
                page.is(200)
                    .html
                    .split("<h3><a href=\"/articles/part-")
                    .skip(1)
                    .map(|rest| rest.split('-').next().unwrap().parse::<i64>().unwrap()),
            );
            path = page.older().map_or_else(String::new, |older| format!("/articles{older}"));
        }
        assert_eq!(titles, (1..=45).rev().collect::<Vec<_>>());
        assert_eq!(path, "", "there is no fourth page");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_packs_pages_are_there_before_anybody_wrote_one() {
    both(async |house| {
        for page in &house.house.pack.pages {
            house.guest().get(&format!("/pages/{}", page.slug)).await.is(200).says(&page.title);
        }
        house.guest().get("/pages").await.is(200).says("What we keep about you");
        house.guest().get("/pages/nothing").await.is(404);
        assert_eq!(house.count("SELECT count(*) FROM article").await, 0, "reading writes nothing");
        let tx = house.house.begin().await.unwrap();
        library::article::first_pages(&tx, &house.house.pack, house.house.now()).await.unwrap();
        library::article::first_pages(&tx, &house.house.pack, house.house.now()).await.unwrap();
        tx.keep().await.unwrap();
        assert_eq!(
            house.count("SELECT count(*) FROM article WHERE kind = 'page'").await,
            i64::try_from(house.house.pack.pages.len()).unwrap()
        );
        house.guest().get("/pages/what-we-keep").await.is(200).says("What we keep about you");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changing_the_communitys_pages_takes_a_duty_and_their_history_is_everybodys() {
    both(async |house| {
        let (fern, jo) = (house.member("Fern").await, house.holder("Jo", &house.duty_that("tend_pages")).await);
        fern.get("/pages/about/edit").await.is(403);
        fern.post("/pages/about", &[("title", "Mine"), ("words", "Mine."), ("why", "Because.")]).await.is(403);
        fern.post("/pages", &[("title", "Mine"), ("words", "Mine."), ("why", "Because.")]).await.is(403);
        let form = jo.get("/pages/about/edit").await;
        form.is(200).says("In a circle pit");
        let seen = seen(&form);
        jo.post("/pages/about", &[("title", "What this is"), ("words", "Shorter."), ("why", ""), ("seen", &seen)])
            .await
            .is(422);
        jo.post(
            "/pages/about",
            &[("title", "What this is"), ("words", "Looking."), ("do", "preview"), ("seen", &seen)],
        )
        .await
        .is(200)
        .says("How it will stand");
        assert_eq!(house.count("SELECT count(*) FROM act").await, 0);
        let seen = self::seen(&jo.get("/pages/about/edit").await);
        jo.post(
            "/pages/about",
            &[("title", "What this is"), ("words", "Shorter."), ("why", "Nobody read the long one."), ("seen", &seen)],
        )
        .await
        .is(303);
        house.guest().get("/pages/about").await.says("Shorter.").says("As it stands since");
        house
            .guest()
            .get("/pages/about/history")
            .await
            .is(200)
            .says("In a circle pit")
            .says_not("Take this wording away");
        jo.post(
            "/pages/about",
            &[("title", "What this is"), ("words", "Too late."), ("why", "From another tab."), ("seen", &seen)],
        )
        .await
        .is(422)
        .says("changed while you were writing");
        let new = jo
            .post("/pages", &[("title", "How we hand over"), ("words", "Slowly."), ("why", "Somebody asked.")])
            .await
            .is(303)
            .to();
        assert_eq!(new, "/pages/how-we-hand-over");
        house.guest().get(&new).await.is(200).says("Slowly.");
        assert_eq!(house.count("SELECT count(*) FROM act WHERE what LIKE 'act-page-%'").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_brings_articles_pages_and_drafts_and_their_old_addresses_lead_on() {
    both(async |house| {
        let (fern, brook) = (house.member("Fern").await, house.member("Brook").await);
        let library = house.house.rooms.iter().find(|room| room.name() == "library").unwrap();
        let article = BroughtArticle {
            key: "k:1".into(),
            slug: "old-post".into(),
            title: "An old post".into(),
            words: "From *before*.".into(),
            author: Some(Place::of("people", &fern.person)),
            at: 1_560_000_000_000,
            changed_at: 1_560_000_000_000,
            comments_open: true,
            categories: vec!["Noise".into(), "noise".into(), "…".into()],
            tags: (0..base::brought::TERMS_MAX + 10).map(|n| format!("tag {n}")).collect(),
            ..BroughtArticle::default()
        };
        let tx = house.house.begin().await.unwrap();
        let place = library.take_in(&house.house, &tx, &Brought::Article(article.clone())).await.unwrap().unwrap();
        library
            .take_in(
                &house.house,
                &tx,
                &Brought::Article(BroughtArticle {
                    is_page: true,
                    slug: "contact".into(),
                    title: "Contact".into(),
                    ..article.clone()
                }),
            )
            .await
            .unwrap()
            .unwrap();
        let talk = house.house.rooms.iter().find(|room| room.name() == "talk").unwrap();
        let comment = BroughtComment {
            key: "k:c".into(),
            under: Place::of("pages", "contact"),
            answers: None,
            author: None,
            name: "Gil".into(),
            words: "Said under a page.".into(),
            at: 1_560_000_000_001,
        };
        talk.take_in(&house.house, &tx, &Brought::Comment(comment)).await.unwrap().unwrap();
        let draft = library
            .take_in(
                &house.house,
                &tx,
                &Brought::Article(BroughtArticle {
                    is_draft: true,
                    slug: "secret".into(),
                    title: "Not yet".into(),
                    ..article.clone()
                }),
            )
            .await
            .unwrap()
            .unwrap();
        let page = library
            .take_in(
                &house.house,
                &tx,
                &Brought::Article(BroughtArticle {
                    is_draft: true,
                    is_page: true,
                    slug: "mine".into(),
                    title: "Mine alone".into(),
                    ..article.clone()
                }),
            )
            .await
            .unwrap()
            .unwrap();
        for old in ["/2019/06/old-post/", "/?p=12", "/index.php?p=12", "/?done=signed-out"] {
            redirect::keep(&tx, old, place.as_str()).await.unwrap();
        }
        tx.keep().await.unwrap();
        house
            .guest()
            .get(place.as_str())
            .await
            .is(200)
            .says("An old post")
            .says("8 June 2019")
            .says("Fern")
            .says("Noise");
        house.guest().get("/articles?category=noise").await.is(200).says("An old post");
        house.guest().get("/articles?tag=tag-0").await.is(200).says("An old post");
        house.guest().get(&format!("/articles?tag=tag-{}", base::brought::TERMS_MAX)).await.is(404);
        house.guest().get("/articles?category=N%C3%B6ise!").await.is(200).says("An old post");
        house
            .guest()
            .get(&format!("/articles?by={}", fern.person))
            .await
            .is(200)
            .says("Fern")
            .says("An old post")
            .says_not("Not yet");
        house.guest().get(&format!("/articles?by={}", brook.person)).await.is(200).says_not("An old post");
        house.guest().get("/articles?by=nobody").await.is(404);
        for (month, is_in) in [
            ("2019-06", true),
            ("2019-12", true),
            ("2019-05", false),
            ("9999-12", true),
            ("2019-13", true),
            ("65535-12", true),
        ] {
            let list = house.guest().get(&format!("/articles?until={month}")).await;
            assert_eq!(list.status.as_u16(), 200, "{month}");
            assert_eq!(list.words().contains("An old post"), is_in, "{month}");
        }
        house
            .guest()
            .get("/pages/contact")
            .await
            .is(200)
            .says("From before")
            .says("Said under a page.")
            .says("Gil")
            .says_not("Fern");
        brook.get(draft.as_str()).await.is(404);
        fern.get(draft.as_str()).await.is(200).says("A draft");
        // A page that nobody could read on the old site is its author's draft, and no business of those who write
        // pages.
        let cleo = house.holder("Cleo", &house.duty_that("tend_pages")).await;
        cleo.get("/pages/mine/edit").await.is(404);
        cleo.get(page.as_str()).await.is(404);
        fern.get(&format!("{page}/edit")).await.is(200).says("From *before*.");
        fern.get("/articles").await.says("Mine alone");
        house.guest().get("/?done=signed-out").await.is(200);
        for old in
            ["/2019/06/old-post", "/2019/06/old-post/", "/2019/06/old-post/?utm_source=x", "/?p=12", "/index.php?p=12"]
        {
            let answer = house.guest().get(old).await;
            assert_eq!((answer.status.as_u16(), answer.to().as_str()), (301, place.as_str()), "{old}");
        }
        house.guest().get("/?p=13").await.is(200);
        house.guest().get("/2019/06/other-post").await.is(404);
        fern.post("/2019/06/old-post", &[]).await.is(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_leaves_chooses_what_becomes_of_what_they_wrote() {
    both(async |house| {
        for (how, name) in [(Leaving::KeepWords, "Dara"), (Leaving::TakeNameOff, "Eli"), (Leaving::Remove, "Fern")] {
            let who = house.member(name).await;
            let title = format!("Written to {}", how.id());
            let place = who.post("/articles", &with(&[("title", &title)])).await.place();
            who.post("/articles", &with(&[("title", "Half a thought"), ("do", "draft")])).await.is(303);
            let library = house.house.rooms.iter().find(|room| room.name() == "library").unwrap();
            let kept = serde_json::to_string(&library.keeps(&house.house, &who.person).await.unwrap()).unwrap();
            assert!(kept.contains(&title) && kept.contains("Half a thought") && kept.contains("nine years"), "{kept}");
            let tx = house.house.begin().await.unwrap();
            for room in house.house.rooms {
                room.forget(&house.house, &tx, &who.person, how).await.unwrap();
            }
            tx.keep().await.unwrap();
            let page = house.guest().get(&place).await;
            assert_eq!(page.status.as_u16(), if how == Leaving::Remove { 410 } else { 200 }, "{how:?}");
            assert_eq!(page.words().contains(name), how == Leaving::KeepWords, "{how:?}: {}", page.words());
        }
        assert_eq!(house.count("SELECT count(*) FROM article WHERE published_at IS NULL").await, 0);
        assert_eq!(house.count("SELECT count(*) FROM findable WHERE kind = 'article'").await, 2);
        let found = house
            .house
            .at(&Reader::guest(), &Place::read("/articles/written-to-keep").unwrap())
            .await
            .unwrap()
            .unwrap();
        assert_eq!((found.kind, found.audience, found.open), ("article", Audience::Everyone, true));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_the_communitys_is_taken_off_and_put_back() {
    both(async |house| {
        let cleo = house.holder("Cleo", &house.duty_that("tend_pages")).await;
        let page = cleo
            .post("/pages", &[("title", "Where we meet"), ("words", "In the back room."), ("why", "People asked.")])
            .await
            .is(303)
            .place();
        let tend = format!("{page}/tend");
        house.member("Ada").await.post(&tend, &[("what", "withdraw"), ("why", "Because.")]).await.is(403);
        cleo.post(&tend, &[("what", "withdraw"), ("why", "The room is gone.")]).await.is(303);
        house.guest().get(&page).await.is(410);
        house.guest().get("/pages").await.says_not("Where we meet");
        cleo.get("/pages").await.says("Where we meet");
        cleo.post(&tend, &[("what", "lift"), ("why", "There is a new one.")]).await.is(303);
        house.guest().get(&page).await.is(200).says("In the back room.");
        house.guest().get("/pages").await.says("Where we meet");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_was_erased_is_nobody_elses() {
    both(async |house| {
        let (fern, brook) = (house.member("Fern").await, house.member("Brook").await);
        let place = ears(&fern).await;
        let tx = house.house.begin().await.unwrap();
        base::redirect::keep(&tx, "/?p=12", &place).await.unwrap();
        tx.keep().await.unwrap();
        house.guest().get("/?p=12").await.is(301);
        fern.post(&format!("{place}/withdraw"), &[]).await.is(303);
        fern.post(&format!("{place}/remove"), &[]).await.is(303);
        let other = ears(&brook).await;
        assert_ne!(other, place, "somebody else has the address now");
        for old in [place.as_str(), "/?p=12"] {
            house.guest().get(old).await.is(410).says("Whoever it belonged to took it away");
        }
        let tx = house.house.begin().await.unwrap();
        assert!(!redirect::keep(&tx, "/?p=12", &other).await.unwrap(), "an import brings it once more");
        let known: Vec<String> = tx.all("SELECT old FROM redirect ORDER BY old", &[]).await.unwrap();
        assert!(!known.is_empty() && known.iter().all(|old| !old.contains("only") && !old.contains("12")), "{known:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_only_an_erased_text_named_go_with_it() {
    both(async |house| {
        let fern = house.member("Fern").await;
        let tx = house.house.begin().await.unwrap();
        for (id, name) in [("one", "face.png"), ("two", "both.png")] {
            let sql = "INSERT INTO file (id, hash, name, mime, bytes, giver, audience, since)
                       VALUES ($1, $2, $3, 'image/png', 1, $4, 'everyone', 1)";
            tx.run(sql, vals![id, "0".repeat(64), name, &fern.person]).await.unwrap();
            redirect::keep(&tx, &format!("/wp-content/uploads/{name}"), &format!("/files/{id}/{name}")).await.unwrap();
        }
        tx.keep().await.unwrap();
        let place = fern
            .post("/articles", &with(&[("words", "![](/files/one/face.png) ![](/files/two/both.png)")]))
            .await
            .is(303)
            .place();
        fern.post("/articles", &with(&[("title", "Another"), ("words", "![](/files/two/both.png)")])).await.is(303);
        fern.post(&format!("{place}/withdraw"), &[]).await.is(303);
        fern.post(&format!("{place}/remove"), &[]).await.is(303);
        house.guest().get("/wp-content/uploads/face.png").await.is(410);
        house.guest().get("/wp-content/uploads/both.png").await.is(301);
        assert_eq!(house.count("SELECT count(*) FROM file").await, 1);
        assert_eq!(
            house
                .count(
                    "SELECT count(*) FROM redirect
                     WHERE old LIKE '%face%'"
                )
                .await,
            0,
            "not even its name stays"
        );
        assert_eq!(house.count("SELECT count(*) FROM erasure WHERE kind = 'file' AND how = 'gone'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_goes_with_the_last_wording_that_named_it() {
    both(async |house| {
        let fern = house.member("Fern").await;
        let tx = house.house.begin().await.unwrap();
        for id in ["face", "both", "hanging"] {
            let sql = "INSERT INTO file (id, hash, name, mime, bytes, giver, audience, since)
                       VALUES ($1, $2, 'a.png', 'image/png', 1, $3, 'only', 1)";
            tx.run(sql, vals![id, "0".repeat(64), &fern.person]).await.unwrap();
        }
        tx.keep().await.unwrap();
        let files = async || -> Vec<(String, String)> {
            house.house.db.all("SELECT id, audience FROM file ORDER BY id", &[]).await.unwrap()
        };
        let pair = |id: &str, audience: &str| (id.to_owned(), audience.to_owned());
        let (face, both) = ("![](/files/face/a.png)", "![](/files/both/a.png)");
        let place = fern.post("/articles", &with(&[("words", face), ("do", "draft")])).await.is(303).place();
        let tx = house.house.begin().await.unwrap();
        tx.run("INSERT INTO article_file (article, file) SELECT id, 'hanging' FROM article", &[]).await.unwrap();
        tx.keep().await.unwrap();
        let change = async |place: &str, words: &str, how: &str| {
            house.house.clock.turn(60_000);
            let seen = seen(&fern.get(&format!("{place}/edit")).await);
            fern.post(place, &with(&[("words", words), ("seen", &seen), ("do", how)])).await.is(303).place()
        };
        // What a draft no longer names is shown to nobody when it is put up, and can be put back before.
        change(&place, "Nobody.", "draft").await;
        change(&place, &format!("{face} {both}"), "draft").await;
        change(&place, both, "draft").await;
        let place = change(&place, both, "publish").await;
        assert_eq!(files().await, [pair("both", "everyone"), pair("face", "only"), pair("hanging", "everyone")]);

        change(&place, &format!("{face} {both}"), "publish").await;
        change(&place, &format!("Look: {face}"), "publish").await;
        change(&place, "Nobody.", "publish").await;
        fern.post("/articles", &with(&[("title", "Another"), ("words", both)])).await.is(303);
        let unsay = async |words: &str| {
            let sql = "SELECT id FROM article_edit WHERE words = $1";
            let version: String = house.house.db.one(sql, vals![words]).await.unwrap();
            fern.post(&format!("{place}/history/unsay"), &[("version", &version)]).await.is(303);
        };
        unsay(&format!("Look: {face}")).await;
        assert_eq!(files().await.len(), 3, "a wording still shows it");
        unsay(&format!("{face} {both}")).await;
        assert_eq!(files().await, [pair("both", "everyone"), pair("hanging", "everyone")]);
        assert_eq!(house.count("SELECT count(*) FROM erasure WHERE kind = 'file' AND how = 'gone'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_address_of_a_file_leads_only_those_on_who_may_see_it() {
    both(async |house| {
        let (fern, brook) = (house.member("Fern").await, house.member("Brook").await);
        let tx = house.house.begin().await.unwrap();
        let sql = "INSERT INTO file (id, hash, name, mime, bytes, giver, audience, since)
                   VALUES ('one', $1, 'letter.png', 'image/png', 1, $2, 'only', 1)";
        tx.run(sql, vals!["0".repeat(64), &fern.person]).await.unwrap();
        redirect::keep(&tx, "/wp-content/uploads/letter.png", "/files/one/letter.png").await.unwrap();
        tx.keep().await.unwrap();
        for nobody in [house.guest(), brook] {
            let (never_there, hidden) = (
                nobody.get("/wp-content/uploads/nothing.png").await,
                nobody.get("/wp-content/uploads/letter.png").await,
            );
            assert_eq!(
                hidden.is(404).html.replace("letter.png", ""),
                never_there.is(404).html.replace("nothing.png", ""),
                "no sign that there is one"
            );
        }
        fern.get("/wp-content/uploads/letter.png").await.is(301);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_shown_as_what_names_it_is_and_nobody_else_opens_keeps_or_takes_it() {
    both(async |house| {
        let (fern, brook) = (house.member("Fern").await, house.member("Brook").await);
        let tx = house.house.begin().await.unwrap();
        for (id, name) in [("f1", "named.pdf"), ("f2", "hanging.pdf")] {
            let sql = "INSERT INTO file (id, hash, name, mime, bytes, giver, audience, since)
                       VALUES ($1, $2, $3, 'application/pdf', 1, NULL, 'everyone', 1)";
            tx.run(sql, vals![id, "0".repeat(64), name]).await.unwrap();
        }
        let library = house.house.rooms.iter().find(|room| room.name() == "library").unwrap();
        let author = Some(base::place::Place::of("people", &fern.person));
        let brought = BroughtArticle {
            key: "k".into(),
            title: "Mine".into(),
            slug: "mine".into(),
            words: "[a](/files/f1/named.pdf)".into(),
            files: vec!["f2".into()],
            author,
            at: 1,
            changed_at: 1,
            is_draft: true,
            ..Default::default()
        };
        let mine = library.take_in(&house.house, &tx, &Brought::Article(brought)).await.unwrap().unwrap();
        tx.keep().await.unwrap();
        let theirs = async |audience: &str| {
            let files: Vec<(String, String)> = house
                .house
                .db
                .all(
                    "SELECT audience, giver FROM file
                     ORDER BY id",
                    vals![],
                )
                .await
                .unwrap();
            assert_eq!(files, vec![(audience.to_owned(), fern.person.clone()); 2]);
        };
        theirs("only").await;
        house.guest().get("/files/f1/named.pdf").await.is(404);
        // Whoever else names it opens nothing.
        let other = brook
            .post("/articles", &with(&[("words", "![](/files/f1/named.pdf) ![](/files/f2/hanging.pdf)")]))
            .await
            .is(303)
            .place();
        theirs("only").await;
        let form = fern.get(&format!("{mine}/edit")).await;
        let mine = fern
            .post(
                mine.as_str(),
                &with(&[("words", "![](/files/f1/named.pdf)"), ("seen", &seen(&form)), ("do", "publish")]),
            )
            .await
            .is(303)
            .place();
        theirs("everyone").await;
        fern.post(&format!("{mine}/withdraw"), &[]).await.is(303);
        theirs("only").await;
        fern.post(&format!("{mine}/put-back"), &[]).await.is(303);
        theirs("everyone").await;
        let shelf = house.holder("Cleo", &house.duty_that("tend_library")).await;
        shelf.post(&format!("{mine}/tend"), &[("what", "withdraw"), ("why", "It names somebody.")]).await.is(303);
        theirs("only").await;
        fern.post(&format!("{mine}/remove"), &[]).await.is(303);
        assert_eq!(house.count("SELECT count(*) FROM file").await, 0);
        house.guest().get(&other).await.is(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_public_page_has_a_card_and_no_other() {
    both(async |house| {
        let fern = house.member("Fern").await;
        let article = ears(&fern).await;
        let song = fern
            .post("/songs", &[("artist", "Earth"), ("title", "Bungee"), ("feeling", "rage"), ("why", "Slow and wide.")])
            .await
            .is(303)
            .place();
        let list = fern
            .post(
                "/playlists",
                &[("title", "Loud ones"), ("brief", "Nothing quiet in here."), ("feeling", "rage"), ("days", "14")],
            )
            .await
            .is(303)
            .place();
        for path in ["/", "/songs", "/help", "/pages/about", &article, &song, &list] {
            let page = house.guest().get(path).await;
            let card = page
                .html
                .split("property=\"og:image\" content=\"")
                .nth(1)
                .unwrap_or_else(|| panic!("{path} has no card"))
                .split('"')
                .next()
                .unwrap()
                .to_owned();
            let card = house.guest().get(&card[card.find("/cards/").unwrap()..]).await;
            card.is(200);
            assert_eq!(card.headers["content-type"], "image/png", "{path}");
        }
        fern.post(&format!("{article}/withdraw"), &[]).await.is(303);
        house.guest().get(&format!("/cards{article}.png")).await.is(410);
        let draft = fern.post("/articles", &with(&[("title", "Half"), ("do", "draft")])).await.is(303).place();
        fern.get(&format!("/cards{draft}.png")).await.is(404);
        house.guest().get("/cards/nothing.png").await.is(404);
    })
    .await;
}
