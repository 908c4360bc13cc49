//! Bringing a WordPress site in, as a host would: an export and its uploads go in, and what stands in the house after
//! is looked at. A shelf stands in for the rooms; it keeps what it takes as it was offered.

use std::sync::atomic::{AtomicI64, Ordering};

use base::db::Ask as _;
use base::file::{self, File};
use base::room::{Leaving, Reader, Room as _};
use base::{markup, redirect, vals};
use door::Door;
use door::import::{Report, Wanted, import};

use crate::bare::Bare;

pub fn export(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss><channel><title>Old</title><link>https://old.example</link><language>en-GB</language><wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://old.example</wp:base_site_url><wp:base_blog_url>https://old.example</wp:base_blog_url>{inside}</channel></rss>"
    )
}

pub const ADA: &str = "<wp:author><wp:author_id>7</wp:author_id><wp:author_login>ada</wp:author_login><wp:author_email>ada@mail.example</wp:author_email><wp:author_display_name><![CDATA[Ada of Leeds]]></wp:author_display_name></wp:author>";

/// Old addresses that lead to lists and feeds: twelve that every site has, a month and a year in two ways each, and two
/// of whoever wrote.
pub const LISTS: i64 = 12 + 4 + 2;

/// An item: its number, kind, status, title and content, and whatever else stands in it.
pub fn item(id: u32, kind: &str, status: &str, title: &str, content: &str, more: &str) -> String {
    format!(
        "<item><title><![CDATA[{title}]]></title><link>https://old.example/2020/01/{}/</link><dc:creator>ada</dc:creator><content:encoded><![CDATA[{content}]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded><wp:post_id>{id}</wp:post_id><wp:post_date_gmt>2020-01-02 03:04:05</wp:post_date_gmt><wp:post_name>{}</wp:post_name><wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type><wp:comment_status>open</wp:comment_status>{more}</item>",
        title.to_lowercase().replace(' ', "-"),
        title.to_lowercase().replace(' ', "-")
    )
}

pub fn comment(id: u32, parent: u32, words: &str, more: &str) -> String {
    format!(
        "<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author>Brook</wp:comment_author><wp:comment_author_email>brook@mail.example</wp:comment_author_email><wp:comment_author_IP>192.0.2.7</wp:comment_author_IP><wp:comment_date_gmt>2020-01-03 00:00:00</wp:comment_date_gmt><wp:comment_content><![CDATA[{words}]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_parent>{parent}</wp:comment_parent>{more}</wp:comment>"
    )
}

pub fn picture() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::ImageRgb8(image::RgbImage::new(20, 10)).write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

pub fn whys(report: &Report) -> Vec<(&str, &str)> {
    report.left.iter().map(|left| (left.what.as_str(), left.why.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_comes_in_with_its_people_texts_comments_and_addresses() {
    let bare = Bare::open().await;
    let xml = export(&[
        ADA,
        &item(1, "post", "publish", "First light", "<!-- wp:paragraph --><p>Hello <strong>you</strong>, see <a href=\"https://old.example/2020/01/about/\">this</a>.</p><!-- /wp:paragraph -->",
            &["<category domain=\"category\" nicename=\"n\">News</category><category domain=\"post_tag\" nicename=\"d\">doom</category>", &comment(5, 0, "First!", ""), &comment(6, 5, "Second", "<wp:comment_user_id>7</wp:comment_user_id>")].concat()),
        &item(2, "page", "publish", "About", "Us.\n\nAnd you.", ""),
    ].concat());
    let report = bare.import(&xml, None).await.unwrap();
    let taken = report.taken;
    assert_eq!(
        (taken.people, taken.posts, taken.pages, taken.comments, taken.files, taken.redirects),
        (1, 1, 1, 2, 0, 5 + LISTS + 6)
    );
    assert_eq!(
        bare.count("SELECT COUNT(*) FROM redirect").await,
        taken.redirects,
        "each old address that is told is kept"
    );
    assert_eq!(report.left, []);
    assert!(bare.saying("name: \"Ada of Leeds\"").await.contains("wordpress:old.example:person:"));
    let article = bare.saying("title: \"First light\"").await;
    for part in [
        "words: \"Hello **you**, see [this](/2020/01/about/).\"",
        "slug: \"first-light\"",
        "\"News\"",
        "\"doom\"",
        "at: 1577934245000",
        "is_draft: false",
        "comments_open: true",
        "lang: \"en\"",
        "/people/",
    ] {
        assert!(article.contains(part), "{part}\n{article}");
    }
    assert!(bare.saying("Us.\\n\\nAnd you.").await.contains("is_page: true"));
    let (first, second) = (bare.saying("First!").await, bare.saying("Second").await);
    assert!(first.contains("name: \"Brook\"") && first.contains("author: None") && first.contains("answers: None"));
    assert!(
        second.contains("/people/") && second.contains("/comments/"),
        "an answer, by somebody with an account: {second}"
    );
    let all = format!("{:?}", bare.kept().await);
    assert!(!all.contains("mail.example") && !all.contains("192.0.2.7") && !all.contains(":ada"));
    assert_eq!(redirect::find(&bare.house.db, "/feed/").await.unwrap().as_deref(), Some("/feeds/all.atom"));
    for old in ["/2020/01/first-light/", "/?p=1", "/2020/01/about", "/?page_id=2", "/?p=2"] {
        assert!(redirect::find(&bare.house.db, old).await.unwrap().unwrap().starts_with("/articles/"), "{old}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bringing_it_again_changes_nothing_and_says_the_same() {
    let bare = Bare::open().await;
    let uploads = bare.write("up/2020/a.png", picture()).parent().unwrap().parent().unwrap().to_owned();
    let text = "See <img src=\"https://old.example/wp-content/uploads/2020/a-5x5.png\">";
    let xml = export(
        &[
            ADA,
            &item(1, "post", "publish", "First", text, &comment(5, 0, "One", "")),
            &item(
                9,
                "attachment",
                "inherit",
                "a",
                "",
                "<wp:attachment_url>https://old.example/wp-content/uploads/2020/a.png</wp:attachment_url>",
            ),
        ]
        .concat(),
    );
    let first = bare.import(&xml, Some(&uploads)).await.unwrap();
    assert_eq!(first.taken.files, 1);
    // What was edited or erased here stays so.
    let shelf = bare.kept().await;
    let article = shelf.iter().find(|(_, value)| value.contains("title: \"First\"")).unwrap();
    let tx = bare.house.begin().await.unwrap();
    base::house::settle(&tx, &article.0, "edited", 1).await.unwrap();
    tx.run("DELETE FROM setting WHERE value LIKE '%One%'", vals![]).await.unwrap();
    tx.keep().await.unwrap();
    let edited = bare.kept().await;
    let second = bare.import(&xml, Some(&uploads)).await.unwrap();
    assert_eq!(second, first);
    assert_eq!(bare.kept().await, edited);
    assert_eq!(bare.count("SELECT COUNT(*) FROM file").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_cut_off_anywhere_ends_the_same_when_it_is_run_again() {
    let items: String = (1..=450)
        .map(|id| {
            item(
                id,
                if id % 9 == 0 { "page" } else { "post" },
                "publish",
                &format!("Title {id}"),
                &format!("Words {id}"),
                &comment(id * 2, 0, &format!("Comment {id}"), ""),
            )
        })
        .collect();
    let xml = export(&[ADA, &items].concat());
    let whole = Bare::open().await;
    let expected = whole.import(&xml, None).await.unwrap();
    assert_eq!((expected.taken.posts, expected.taken.pages, expected.taken.comments), (400, 50, 450));
    for takes in [0, 1, 2, 50, 199, 200, 201, 500, 800, 900] {
        let bare = Bare::open().await;
        bare.shelf.takes_left.store(takes, Ordering::Relaxed);
        bare.import(&xml, None).await.unwrap_err();
        assert!(bare.kept().await.len() <= usize::try_from(takes).unwrap(), "nothing half-written");
        bare.shelf.takes_left.store(-1, Ordering::Relaxed);
        assert_eq!(bare.import(&xml, None).await.unwrap(), expected, "after {takes}");
        assert_eq!(bare.kept().await, whole.kept().await, "after {takes}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_come_along_made_anew_and_texts_point_to_them() {
    let bare = Bare::open().await;
    bare.write("site/wp-content/uploads/2020/01/pit.png", picture());
    bare.write("site/wp-content/uploads/2020/01/leaflet.pdf", "%PDF-1.7");
    bare.write("site/wp-content/uploads/2020/01/page.html", "<script>alert(1)</script>");
    bare.write("site/wp-content/uploads/2020/01/broken.jpg", "\u{fffd}");
    let attachment = |id: u32, name: &str| {
        item(
            id,
            "attachment",
            "inherit",
            name,
            "",
            &format!(
                "<wp:post_parent>1</wp:post_parent><wp:attachment_url>https://old.example/wp-content/uploads/2020/01/{name}</wp:attachment_url>"
            ),
        )
    };
    let text = "[caption id=\"x\"]<a href=\"https://old.example/wp-content/uploads/2020/01/pit.png\"><img src=\"https://old.example/wp-content/uploads/2020/01/pit-300x200.png\" alt=\"The pit\"></a> Us[/caption]\n\n[gallery]\n\n<a href=\"/wp-content/uploads/2020/01/leaflet.pdf\">leaflet</a> <img src=\"https://old.example/wp-content/uploads/2020/01/gone.png\" alt=\"gone\">";
    let xml = export(
        &[
            ADA,
            &item(1, "post", "publish", "First", text, ""),
            &attachment(20, "pit.png"),
            &attachment(21, "leaflet.pdf"),
            &attachment(22, "page.html"),
            &attachment(23, "broken.jpg"),
            &attachment(24, "lost.png"),
        ]
        .concat(),
    );
    let report = bare.import(&xml, Some(&bare.folder.path().join("site"))).await.unwrap();
    assert_eq!(report.taken.files, 2);
    let article = bare.saying("title: \"First\"").await;
    let files: Vec<File> = bare
        .house
        .db
        .all(
            "SELECT id, hash, name, mime, bytes, width, height, giver, audience, since FROM file ORDER BY name",
            vals![],
        )
        .await
        .unwrap();
    let (leaflet, pit) = (files[0].path(), files[1].path());
    for part in [
        format!("![The pit]({pit})\\n\\n*Us*"),
        format!("![]({pit})"),
        format!("[leaflet]({leaflet})"),
        "![gone](https://old.example/".to_owned(),
    ] {
        assert!(article.contains(&part), "{part}\n{article}");
    }
    let left = whys(&report);
    for name in ["2020/01/page.html", "2020/01/broken.jpg", "2020/01/lost.png", "2020/01/gone.png"] {
        assert_eq!(left.iter().filter(|(what, _)| *what == name).count(), 1, "{name} {left:?}");
    }
    assert_eq!(
        redirect::find(&bare.house.db, "/wp-content/uploads/2020/01/pit.png").await.unwrap().as_deref(),
        Some(pit.as_str())
    );
    let answer =
        file::serve(&bare.house, &Reader::guest(), &files[1].id, &files[1].name, &axum::http::HeaderMap::new())
            .await
            .unwrap();
    assert_eq!(answer.headers()["content-type"], "image/png");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_pictures_and_what_many_texts_show_stands_where_they_stand() {
    let bare = Bare::open().await;
    for name in ["pit.png", "mosh.png"] {
        bare.write(&format!("up/2020/{name}"), [picture(), name.into()].concat());
    }
    bare.write("up/2020/talk.mp3", "ID3");
    let meta = |key: &str, value: &str| {
        format!(
            "<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
        )
    };
    let attachment = |id: u32, name: &str, more: &str| {
        item(
            id,
            "attachment",
            "inherit",
            name,
            "",
            &format!(
                "<wp:post_parent>1</wp:post_parent><wp:attachment_url>https://old.example/wp-content/uploads/2020/{name}</wp:attachment_url>{more}"
            ),
        )
    };
    let xml = export(&[
        ADA,
        &item(1, "post", "publish", "First", "[gallery]", &meta("_thumbnail_id", "21")),
        &item(2, "post", "publish", "Second", "<!-- wp:paragraph --><p>Words<sup data-fn=\"x\"><a href=\"#x\">1</a></sup></p><!-- /wp:paragraph --><!-- wp:block {\"ref\":30} /--><!-- wp:footnotes /-->", &[meta("footnotes", "[{\"content\":\"A note\"}]"), meta("mood", "grim"), meta("_edit_last", "1"), meta("_wp_old_slug", "before"), "<category domain=\"genre\" nicename=\"d\">doom</category>".into()].concat()),
        &attachment(20, "pit.png", &meta("_wp_attachment_image_alt", "A \"pit\" & *you*")).replace("<excerpt:encoded><![CDATA[", "<excerpt:encoded><![CDATA[Seen from <em>above</em>"),
        &attachment(21, "mosh.png", &[meta("_wp_attachment_image_alt", "Arms"), comment(70, 0, "Nice one", "")].concat()).replace("<content:encoded><![CDATA[", "<content:encoded><![CDATA[Taken late"),
        &attachment(22, "talk.mp3", ""),
        &item(30, "wp_block", "publish", "Shared", "<!-- wp:paragraph --><p>Said in many places</p><!-- /wp:paragraph -->", ""),
    ].concat());
    let uploads = bare.folder.path().join("up");
    let dry = import(
        &bare.house,
        Wanted { uploads: Some(&uploads), is_dry: true, ..Wanted::of(&bare.write("export.xml", &xml)) },
        &|_, _| {},
    )
    .await
    .unwrap();
    let report = bare.import(&xml, Some(&uploads)).await.unwrap();
    assert_eq!(report, dry);
    assert_eq!(bare.import(&xml, Some(&uploads)).await.unwrap(), report, "and again");
    let paths: Vec<String> = bare
        .house
        .db
        .all("SELECT place FROM brought WHERE key LIKE '%:attachment:%' ORDER BY key", vals![])
        .await
        .unwrap();
    let first = bare.saying("title: \"First\"").await;
    let gallery = format!(
        "words: \"![A \\\"pit\\\" & \\\\*you\\\\*]({})\\n\\n*Seen from *above**\\n\\n![Arms]({})\"",
        paths[0], paths[1]
    );
    assert!(first.contains(&gallery), "{gallery}\n{first}");
    assert!(
        bare.saying("title: \"Second\"").await.contains("words: \"Words¹\\n\\nSaid in many places\\n\\n1. A note\"")
    );
    let left = whys(&report);
    for (what, why) in [
        ("one comment under attachment 21", "No room"),
        ("description of attachment 21", "no more"),
        ("field mood", "plugin or theme"),
        ("sorting genre", "plugin or theme"),
        ("wp_block 30", "stand in every text"),
    ] {
        assert!(left.iter().any(|(w, y)| w.contains(what) && y.contains(why)), "{what}: {why}\n{left:#?}");
    }
    assert_eq!(left.len(), 5, "{left:#?}");
    for (old, here) in [
        ("/?attachment_id=20", paths[0].as_str()),
        ("/2020/01/pit.png/", &paths[0]),
        ("/2020/01/before/", "/articles/"),
    ] {
        assert!(redirect::find(&bare.house.db, old).await.unwrap().unwrap().starts_with(here), "{old}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_missing_is_named_once_whatever_size_a_text_names_and_none_goes_uncounted() {
    let bare = Bare::open().await;
    let pictures = |name: &str| {
        format!(
            "<img src=\"https://old.example/wp-content/uploads/{name}-300x200.png\"><img src=\"https://old.example/wp-content/uploads/{name}-scaled.png\">"
        )
    };
    let items: String = (1..=11)
        .map(|id| {
            item(
                id,
                "post",
                "publish",
                &format!("Title {id}"),
                &(0..1_000).map(|n| pictures(&format!("{id}-{n}"))).collect::<String>(),
                "",
            )
        })
        .collect();
    let report = bare.import(&export(&[ADA, &items].concat()), None).await.unwrap();
    assert_eq!(report.left.len(), 501);
    assert_eq!((report.left[0].what.as_str(), report.left[500].what.as_str()), ("1-0.png", "and 10500 more"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_plugin_could_fill_is_named_the_second_time_too() {
    let bare = Bare::open().await;
    let xml = export(
        &[
            ADA,
            &item(
                1,
                "post",
                "publish",
                "First",
                "a [contact-form-7 id=\"3\"] <!-- wp:acf/quote {\"a\":1} /--> <img src=\"data:image/png;base64,R0\">",
                "",
            ),
        ]
        .concat(),
    );
    let report = bare.import(&xml, None).await.unwrap();
    assert_eq!(
        whys(&report).iter().map(|(what, _)| *what).collect::<Vec<_>>(),
        ["post 1 “First”", "[contact-form-7], post 1 “First”", "[wp:acf/quote], post 1 “First”"]
    );
    assert_eq!(bare.import(&xml, None).await.unwrap(), report);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_wordpress_com_comes_in_as_it_was_given() {
    let bare = Bare::open().await;
    bare.write("up/2013/03/pit.png", picture());
    let com = |xml: String| {
        xml.replace("<wp:base_site_url>https://old.example", "<wp:base_site_url>http://wordpress.com/")
            .replace("https://old.example", "https://ours.wordpress.com")
    };
    let text = "<a href=\"https://ours.files.wordpress.com/2013/03/pit.png\"><img src=\"https://ours.files.wordpress.com/2013/03/pit.png?w=300\" alt=\"The pit\"></a> <a href=\"http://wordpress.com/themes\">themes</a> <a href=\"http://ours.wordpress.com/about/\">us</a>";
    let first = com(export(
        &[
            ADA,
            &item(1, "post", "publish", "Café", text, ""),
            &item(
                9,
                "attachment",
                "inherit",
                "pit",
                "",
                "<wp:attachment_url>https://ours.files.wordpress.com/2013/03/pit.png</wp:attachment_url>",
            ),
        ]
        .concat(),
    ));
    let second = com(export(&item(2, "post", "publish", "Second", "Words.", "")));
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, xml) in [("ours.wordpress.com.000.xml", &first), ("ours.wordpress.com.001.xml", &second)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, xml.as_bytes()).unwrap();
    }
    let path = bare.write("export.zip", zip.finish().unwrap().into_inner());
    let report = import(
        &bare.house,
        Wanted { uploads: Some(&bare.folder.path().join("up")), ..Wanted::of(&path) },
        &|at, of| assert!(at <= of),
    )
    .await
    .unwrap();
    assert_eq!((report.taken.posts, report.taken.files, report.left.len()), (2, 1, 0), "{report:?}");
    let article = bare.saying("title: \"Café\"").await;
    let pit: String =
        bare.house.db.one("SELECT place FROM brought WHERE key LIKE '%:attachment:%'", &[]).await.unwrap();
    assert!(
        article.contains(&format!("words: \"![The pit]({pit}) [themes](http://wordpress.com/themes) [us](/about/)\"")),
        "{article}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_named_with_why() {
    let bare = Bare::open().await;
    let xml = export(
        &[
            ADA,
            &item(
                1,
                "post",
                "publish",
                "First",
                "a [contact-form-7 id=\"3\"]",
                &[
                    comment(1, 0, "ping", "<wp:comment_type>pingback</wp:comment_type>"),
                    comment(2, 0, "spam", "<wp:comment_approved>spam</wp:comment_approved>"),
                    comment(3, 0, "wait", "<wp:comment_approved>0</wp:comment_approved>"),
                ]
                .concat(),
            ),
            &item(2, "nav_menu_item", "publish", "Menu", "", ""),
            &item(3, "post", "trash", "Bin", "b", &comment(4, 0, "on it", "")),
            &item(4, "post", "auto-draft", "Auto", "", ""),
            &item(5, "product", "publish", "Shirt", "c", ""),
            &item(6, "post", "draft", "Nobody's", "d", "").replace("<dc:creator>ada</dc:creator>", ""),
            &item(7, "post", "publish", "", "", ""),
            &item(
                8,
                "attachment",
                "inherit",
                "e",
                "",
                "<wp:attachment_url>https://old.example/wp-content/uploads/e.png</wp:attachment_url>",
            ),
        ]
        .concat(),
    );
    let report = bare.import(&xml, None).await.unwrap();
    assert_eq!((report.taken.posts, report.taken.comments, report.taken.files), (1, 0, 0));
    let left = whys(&report);
    for (what, why) in [
        ("comment 1 under", "machine"),
        ("comment 2 under", "spam"),
        ("comment 3 under", "waiting"),
        ("nav_menu_item", "how a site looks"),
        ("post 3", "bin"),
        ("one comment under", "not taken"),
        ("post 4", "empty draft"),
        ("product 5", "no place"),
        ("post 6", "no author"),
        ("post 7", "no words"),
        ("e.png", "no uploads"),
        ("[contact-form-7]", "plugin"),
    ] {
        assert!(left.iter().any(|(w, y)| w.contains(what) && y.contains(why)), "{what}: {why}\n{left:#?}");
    }
    assert_eq!(left.len(), 12, "{left:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn things_of_a_kind_that_the_host_names_become_articles_as_posts_do() {
    let bare = Bare::open().await;
    let xml = export(
        &[
            ADA,
            &item(1, "recipe", "publish", "Soup", "<p>Hot.</p>", &comment(1, 0, "Helped.", "")),
            &item(2, "recipe", "draft", "Stew", "<p>Not done.</p>", ""),
            &item(3, "gig", "publish", "Friday", "<p>Loud.</p>", ""),
        ]
        .concat(),
    );
    let before = bare.import(&xml, None).await.unwrap();
    assert!(
        before.taken.posts == 0
            && whys(&before).iter().any(|(what, why)| what.contains("recipe 1") && why.contains("--also"))
    );
    let also = ["recipe".to_owned(), "attachment".to_owned()];
    let report = bare.import_also(&xml, None, &also).await.unwrap();
    assert_eq!((report.taken.posts, report.taken.comments), (2, 1));
    let left: Vec<_> = whys(&report).into_iter().map(|(what, _)| what).collect();
    assert_eq!(left, ["gig 3 “Friday”"]);
    let kept = bare.kept().await;
    let (_, soup) = kept.iter().find(|(_, text)| text.contains("Soup")).unwrap();
    assert!(soup.contains("Hot.") && soup.contains("recipe"), "{soup}");
    assert_eq!(bare.import_also(&xml, None, &also).await.unwrap(), report, "and again");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_things_of_one_number_are_not_lost_in_silence() {
    let bare = Bare::open().await;
    let xml = export(
        &[
            ADA,
            &item(1, "post", "publish", "First", "one", &[comment(1, 0, "yes", ""), comment(1, 0, "no", "")].concat()),
            &item(1, "post", "publish", "Another", "two", &comment(2, 0, "and this", "")),
        ]
        .concat(),
    );
    for _ in ["at first", "and again"] {
        let report = bare.import(&xml, None).await.unwrap();
        assert_eq!((report.taken.posts, report.taken.comments), (1, 2));
        let left = whys(&report);
        assert_eq!(left.len(), 2, "{left:#?}");
        for what in ["post 1", "comment 1 under"] {
            assert!(left.iter().any(|(w, y)| w.starts_with(what) && y.contains("same number")), "{what}\n{left:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_and_private_posts_stay_with_their_author_and_have_no_address() {
    let bare = Bare::open().await;
    let xml = export(
        &[
            ADA,
            &item(1, "post", "draft", "Draft", "a", ""),
            &item(2, "post", "private", "Private", "b", ""),
            &item(3, "post", "publish", "Locked", "c", "<wp:post_password>x</wp:post_password>"),
            &item(4, "post", "future", "Later", "d", ""),
        ]
        .concat(),
    );
    let report = bare.import(&xml, None).await.unwrap();
    assert_eq!((report.taken.posts, report.taken.redirects), (4, 0), "{report:?}");
    for title in ["Draft", "Private", "Locked", "Later"] {
        assert!(bare.saying(&format!("title: \"{title}\"")).await.contains("is_draft: true"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_are_harmless_and_their_words_survive() {
    let bare = Bare::open().await;
    let hostile = "before <script>alert(1)</script><img src=x onerror=alert(1)><a href=\"javascript:alert(1)\">link</a><iframe src=\"javascript:alert(1)\"></iframe><svg onload=alert(1)></svg><style>*{}</style> after";
    let xml = export(
        &[
            ADA,
            &item(
                1,
                "post",
                "publish",
                "<script>alert(1)</script>Title <b>bold</b>",
                hostile,
                &comment(
                    1,
                    0,
                    hostile,
                    "<wp:comment_author><![CDATA[<script>x</script>Brook <img src=x onerror=y>]]></wp:comment_author>",
                ),
            ),
        ]
        .concat(),
    );
    bare.import(&xml, None).await.unwrap();
    let article = bare.saying("title: \"Title bold\"").await;
    assert!(article.contains("before ") && article.contains("after"));
    for (_, value) in bare.kept().await {
        for wrong in ["<script", "onerror", "javascript", "<svg", "alert("] {
            assert!(!value.contains(wrong), "{wrong}\n{value}");
        }
        let html = markup::render(&value).html;
        assert!(!html.contains("<script"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_address_that_somebody_logged_in_with_is_nowhere_in_the_house() {
    let bare = Bare::open().await;
    let xml = export(
        &[
            ADA.replace(">ada<", ">ada@mail.example<").replace("Ada of Leeds", "ada@mail.example"),
            item(1, "post", "publish", "First", "a", "").replace(">ada<", ">ada@mail.example<"),
        ]
        .concat(),
    );
    assert_eq!(bare.import(&xml, None).await.unwrap().taken.people, 1);
    bare.saying("name: \"ada\"").await;
    let brought: Vec<(String, String)> =
        bare.house.db.all("SELECT key, place FROM brought ORDER BY key", vals![]).await.unwrap();
    assert!(!format!("{brought:?}{:?}", bare.kept().await).contains("mail.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_is_known_again_and_what_they_were_called_is_nowhere() {
    for how in [Leaving::KeepWords, Leaving::TakeNameOff, Leaving::Remove] {
        let bare = Bare::open().await;
        let xml = export(
            &[
                ADA.replace(">ada<", ">ada-of-old<"),
                item(1, "post", "publish", "First", "a", "").replace(">ada<", ">ada-of-old<"),
            ]
            .concat(),
        );
        let report = bare.import(&xml, None).await.unwrap();
        let place: String =
            bare.house.db.one("SELECT place FROM brought WHERE key LIKE '%:person:%'", &[]).await.unwrap();
        let person = place.rsplit('/').next().unwrap().to_owned();
        let tx = bare.house.begin().await.unwrap();
        Door.forget(&bare.house, &tx, &person, how).await.unwrap();
        tx.keep().await.unwrap();
        let kept = bare.kept().await.len();
        for _ in ["at once", "and when it is brought again"] {
            let brought: Vec<(String, String)> =
                bare.house.db.all("SELECT key, place FROM brought ORDER BY key", vals![]).await.unwrap();
            assert!(!format!("{brought:?}").contains("ada-of-old"), "{brought:?}");
            assert!(brought.iter().any(|(_, known)| *known == place));
            assert_eq!(bare.import(&xml, None).await.unwrap(), report);
            assert_eq!(bare.kept().await.len(), kept, "nobody comes twice");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_without_a_title_has_one_that_can_be_read_and_followed() {
    let bare = Bare::open().await;
    let untitled = |id: u32, slug: &str, content: &str| {
        item(id, "post", "publish", "", content, "").replace("<wp:post_name>", &format!("<wp:post_name>{slug}"))
    };
    let picture = "<img src=\"https://old.example/wp-content/uploads/a.png\">";
    bare.import(
        &export(
            &[
                ADA,
                &untitled(1, "", "Some words"),
                &untitled(2, "at-the-lake", picture),
                &untitled(3, "17", picture),
                &item(4, "post", "publish", "1986", "b", ""),
            ]
            .concat(),
        ),
        None,
    )
    .await
    .unwrap();
    for title in ["Some words", "at the lake", "Without a title", "1986"] {
        bare.saying(&format!("title: \"{title}\"")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_breaks_off_says_so_wherever_it_does() {
    let bare = Bare::open().await;
    let whole = export(
        &[ADA, &item(1, "post", "publish", "First", "a", ""), &item(2, "post", "publish", "Second", "b", "")].concat(),
    );
    let (second, end) = (whole.find("<item><title><![CDATA[Second").unwrap(), whole.find("</channel>").unwrap());
    for (cut, taken) in [(second, 1), (end - 60, 1), (end, 2)] {
        let report = bare.import(&whole[..cut], None).await.unwrap();
        assert_eq!(report.taken.posts, taken);
        assert!(
            whys(&report).iter().any(|(what, why)| *what == "whatever came after" && why.contains("breaks off")),
            "{cut} {report:?}"
        );
    }
    assert_eq!(bare.import(&whole, None).await.unwrap().left, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_counts_the_same_and_keeps_nothing() {
    let bare = Bare::open().await;
    let uploads = bare.write("up/a.png", picture()).parent().unwrap().to_owned();
    let xml = export(
        &[
            ADA,
            &item(1, "post", "publish", "First", "a", &comment(5, 0, "One", "")),
            &item(
                9,
                "attachment",
                "inherit",
                "a",
                "",
                "<wp:attachment_url>https://old.example/wp-content/uploads/a.png</wp:attachment_url>",
            ),
        ]
        .concat(),
    );
    let path = bare.write("export.xml", &xml);
    let dry = import(&bare.house, Wanted { uploads: Some(&uploads), is_dry: true, ..Wanted::of(&path) }, &|_, _| {})
        .await
        .unwrap();
    assert!(bare.kept().await.is_empty());
    assert_eq!(
        bare.count("SELECT COUNT(*) FROM file").await
            + bare.count("SELECT COUNT(*) FROM brought").await
            + bare.count("SELECT COUNT(*) FROM redirect").await,
        0
    );
    assert!(!bare.folder.path().join("files").exists());
    assert_eq!(bare.import(&xml, Some(&uploads)).await.unwrap(), dry);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_takes_no_comments_leaves_them_and_says_so_once() {
    let bare = Bare::open().await;
    bare.shelf.takes_comments.store(false, Ordering::Relaxed);
    let xml = export(
        &[
            ADA,
            &item(1, "post", "publish", "First", "a", &[comment(5, 0, "One", ""), comment(6, 0, "Two", "")].concat()),
        ]
        .concat(),
    );
    let report = bare.import(&xml, None).await.unwrap();
    assert_eq!((report.taken.posts, report.taken.comments, report.left.len()), (1, 0, 1));
    bare.shelf.takes_comments.store(true, Ordering::Relaxed);
    assert_eq!(bare.import(&xml, None).await.unwrap().taken.comments, 2, "and takes them when it can");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_export_is_refused_and_nothing_is_kept() {
    let bare = Bare::open().await;
    for wrong in [
        "",
        "hello",
        "<html><body>no</body></html>",
        "<?xml version=\"1.0\"?><rss><channel><item><title>A feed</title><description>x</description></item></channel></rss>",
        "PK\u{3}\u{4}",
    ] {
        let refused = bare.import(wrong, None).await.unwrap_err();
        assert_eq!(refused.words().1, "refusal-import-not-wordpress", "{wrong}");
    }
    assert!(bare.kept().await.is_empty());
    let none = import(&bare.house, Wanted::of(&bare.folder.path().join("none.xml")), &|_, _| {}).await.unwrap_err();
    assert_eq!(none.words().1, "refusal-import-no-file");
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_goes_up_to_the_whole() {
    let bare = Bare::open().await;
    let path = bare.write("export.xml", export(&[ADA, &item(1, "post", "publish", "First", "a", "")].concat()));
    let furthest = AtomicI64::new(0);
    import(&bare.house, Wanted { is_dry: true, ..Wanted::of(&path) }, &|at, all| {
        let (at, all) = (i64::try_from(at).unwrap(), i64::try_from(all).unwrap());
        assert!(at >= furthest.load(Ordering::Relaxed) && at <= all);
        furthest.store(at, Ordering::Relaxed);
    })
    .await
    .unwrap();
    assert!(furthest.load(Ordering::Relaxed) > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_made_to_be_slow_takes_no_longer_than_another() {
    let bare = Bare::open().await;
    let megabyte = |part: &str| part.repeat((1 << 20) / part.len());
    let (ampersands, shut, open, quoted) =
        ("&".repeat(1 << 20), megabyte("[/"), megabyte("[gallery ids='"), megabyte("[a b="));
    for (n, content) in [megabyte("wp-content/uploads/"), shut, open, quoted].iter().enumerate() {
        let begun = base::clock::stopwatch();
        bare.import(&export(&[ADA, &item(1, "post", "publish", &format!("Slow {n}"), content, "")].concat()), None)
            .await
            .unwrap();
        assert!(begun.elapsed().as_secs() < 20, "{n} took {:?}", begun.elapsed());
    }
    let begun = base::clock::stopwatch();
    bare.import(&export(&format!("{ADA}<item><title>{ampersands}</title><wp:post_id>9</wp:post_id><wp:post_type>post</wp:post_type><dc:creator>ada</dc:creator></item>")), None).await.unwrap();
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_here_is_not_brought_again_and_nothing_comes_from_the_future() {
    let bare = Bare::open().await;
    let xml = |more: &str| export(&[ADA, &item(1, "post", "publish", "First", "Mine.", more)].concat());
    bare.import(&xml(&comment(5, 0, "One", "")), None).await.unwrap();
    let place: String = bare.house.db.one("SELECT place FROM brought WHERE key LIKE '%:post:1'", &[]).await.unwrap();
    let tx = bare.house.begin().await.unwrap();
    redirect::lead_on(&tx, &place, "/articles/gone.x").await.unwrap();
    tx.keep().await.unwrap();
    let kept = bare.kept().await.len();
    let report = bare.import(&xml(&[comment(5, 0, "One", ""), comment(6, 0, "Two", "")].concat()), None).await.unwrap();
    assert!(
        whys(&report).iter().any(|(what, why)| what.contains("First") && why.contains("erased")),
        "{:?}",
        report.left
    );
    assert!(whys(&report).iter().any(|(what, _)| what.contains("2 comments under")), "{:?}", report.left);
    let path = bare.write("again.xml", xml(&[comment(5, 0, "One", ""), comment(6, 0, "Two", "")].concat()));
    assert_eq!(
        import(&bare.house, Wanted { is_dry: true, ..Wanted::of(&path) }, &|_, _| {}).await.unwrap(),
        report,
        "and a dry run says so beforehand"
    );
    assert_eq!(bare.kept().await.len(), kept);

    let late = item(3, "post", "publish", "Late", "Later.", "").replace("2020-01-02 03:04:05", "9998-01-01 00:00:00");
    bare.import(&export(&[ADA, &late].concat()), None).await.unwrap();
    assert!(
        bare.saying("title: \"Late\"").await.contains(&format!("at: {}", bare.house.now())),
        "{}",
        bare.saying("title: \"Late\"").await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_no_room_can_keep_is_left_by_name_and_all_others_come_in() {
    let bare = Bare::open().await;
    let items: String = (1..=9)
        .map(|id| {
            item(
                id,
                "post",
                "publish",
                &format!("Title {id}"),
                if id == 4 { "This is too much for any room." } else { "Words." },
                &comment(id * 2, 0, "One", ""),
            )
        })
        .collect();
    let xml = export(&[ADA, &items].concat());
    let report = bare.import(&xml, None).await.unwrap();
    assert_eq!(
        (report.taken.people, report.taken.posts, report.taken.comments, report.taken.redirects),
        (1, 8, 8, 16 + LISTS)
    );
    assert_eq!(whys(&report).iter().map(|(what, _)| *what).collect::<Vec<_>>(), ["post 4 “Title 4”"]);
    assert_eq!(bare.count("SELECT COUNT(*) FROM setting WHERE name LIKE '/articles/%'").await, 8);
    assert_eq!(bare.import(&xml, None).await.unwrap(), report, "and again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_comes_with_the_files_that_hung_on_it_and_what_was_private_is_for_its_giver() {
    let bare = Bare::open().await;
    for name in ["open.png", "shut.png"] {
        bare.write(&format!("up/{name}"), [picture(), name.into()].concat());
    }
    let hung = |id: u32, status: &str, name: &str| {
        item(
            id,
            "attachment",
            status,
            name,
            "",
            &format!(
                "<wp:post_parent>1</wp:post_parent><wp:attachment_url>https://old.example/wp-content/uploads/{name}</wp:attachment_url>"
            ),
        )
    };
    let xml = export(
        &[
            ADA,
            &item(1, "post", "private", "First", "Nothing named.", ""),
            &hung(20, "inherit", "open.png"),
            &hung(21, "private", "shut.png"),
        ]
        .concat(),
    );
    bare.import(&xml, Some(&bare.folder.path().join("up"))).await.unwrap();
    let files: Vec<(String, String, String)> =
        bare.house.db.all("SELECT id, audience, giver FROM file ORDER BY name", vals![]).await.unwrap();
    assert_eq!(files.iter().map(|(_, audience, _)| audience.as_str()).collect::<Vec<_>>(), ["everyone", "only"]);
    let article = bare.saying("title: \"First\"").await;
    for (id, _, giver) in &files {
        assert!(article.contains(id.as_str()) && article.contains(&format!("/people/{giver}")), "{article}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_permalink_takes_an_address_of_the_houses_own() {
    let bare = Bare::open().await;
    for (id, link) in [(1, "/?done=joined"), (2, "/?token=x"), (3, "/claim/x"), (4, "/help/gb"), (5, "/?p=77")] {
        let post = item(id, "post", "publish", &format!("Title {id}"), "a", "")
            .replace(&format!("/2020/01/title-{id}/"), link);
        bare.import(&export(&[ADA, &post].concat()), None).await.unwrap();
    }
    let old: Vec<String> = bare
        .house
        .db
        .all("SELECT old FROM redirect WHERE place LIKE '/articles/%' ORDER BY old", vals![])
        .await
        .unwrap();
    assert_eq!(old, ["/?p=1", "/?p=2", "/?p=3", "/?p=4", "/?p=5", "/?p=77"]);
}
