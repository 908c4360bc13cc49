//! Whole sites of several kinds, as WordPress and its plugins keep them: their lists, pages below pages, forums, page
//! builders, and what hung on things that nobody was shown.

use base::db::Ask as _;
use base::house::House;
use base::{redirect, vals};

use crate::bare::Bare;
use crate::import::{ADA, comment, export, item, picture, whys};

async fn leads(house: &House, old: &str) -> String {
    redirect::find(&house.db, old).await.unwrap().unwrap_or_else(|| format!("{old} leads nowhere"))
}

/// An attachment, and what it hangs on.
fn hung(id: u32, parent: u32, name: &str) -> String {
    item(
        id,
        "attachment",
        "inherit",
        name,
        "",
        &format!(
            "<wp:post_parent>{parent}</wp:post_parent><wp:attachment_url>https://old.example/wp-content/uploads/{name}</wp:attachment_url>"
        ),
    )
}

async fn audiences(bare: &Bare) -> Vec<(String, String)> {
    bare.house.db.all("SELECT name, audience FROM file ORDER BY name", vals![]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_the_old_site_lead_to_those_that_show_the_same_wherever_they_stood() {
    let bare = Bare::open().await;
    let terms = "<category domain=\"category\" nicename=\"doom\"><![CDATA[Doom &amp; Gloom]]></category><category domain=\"post_tag\" nicename=\"doom\">doom</category><category domain=\"post_tag\" nicename=\"%e9%87%91%e5%b1%9e\">金属</category><wp:post_date>2019-05-06 00:30:00</wp:post_date>";
    let xml = export(&[ADA, "<wp:category><wp:term_id>3</wp:term_id><wp:category_nicename>doom</wp:category_nicename><wp:cat_name>Doom &amp;amp; Gloom</wp:cat_name><wp:category_description>All that is slow.</wp:category_description></wp:category>", &item(1, "post", "publish", "First", "a", terms), &item(2, "post", "private", "Mine", "b", "<category domain=\"category\" nicename=\"secret\">Secret</category>")].concat());
    let report = bare.import(&xml, None).await.unwrap();
    assert_eq!(whys(&report), [("the description of Doom & Gloom", "A list here has a name and no more.")]);
    for (old, here) in [
        ("/category/doom/", "/articles?category=Doom+%26+Gloom"),
        ("/category/music/doom/page/2/", "/articles?category=Doom+%26+Gloom"),
        ("/topics/doom", "/articles?category=Doom+%26+Gloom"),
        ("/?cat=3", "/articles?category=Doom+%26+Gloom"),
        ("/?category_name=doom", "/articles?category=Doom+%26+Gloom"),
        ("/blog/tag/doom/feed/", "/articles?tag=doom"),
        ("/?tag=doom", "/articles?tag=doom"),
        ("/tag/%E9%87%91%E5%B1%9E/", "/articles?tag=%E9%87%91%E5%B1%9E"),
        ("/2019/05/", "/articles?until=2019-05"),
        ("/2019/05/06/", "/articles?until=2019-05"),
        ("/2019", "/articles?until=2019-12"),
        ("/?m=201905", "/articles?until=2019-05"),
        ("/comments/feed/", "/feeds/all.atom"),
        ("/feed/atom/", "/feeds/all.atom"),
        ("/?feed=rss2", "/feeds/all.atom"),
        ("/page/2/", "/articles"),
    ] {
        assert_eq!(leads(&bare.house, old).await, here, "{old}");
    }
    let ada: String = bare.house.db.one("SELECT place FROM brought WHERE key LIKE '%:person:%'", &[]).await.unwrap();
    for old in ["/author/ada/", "/blog/author/ada/page/2", "/?author=7"] {
        assert_eq!(leads(&bare.house, old).await, format!("/articles?by={}", ada.rsplit('/').next().unwrap()), "{old}");
    }
    for none in ["/category/secret", "/2018", "/author/brook", "/category/doom/first"] {
        assert!(leads(&bare.house, none).await.ends_with("nowhere"), "{none}");
    }
    let logins = bare.count("SELECT COUNT(*) FROM redirect WHERE old LIKE '%ada%'").await
        + bare.count("SELECT COUNT(*) FROM brought WHERE key LIKE '%ada%'").await;
    assert_eq!(logins, 0, "how somebody signed in stands nowhere");
    assert_eq!(bare.import(&xml, None).await.unwrap(), report, "and again");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_pages_and_what_stood_above_the_newest_is_told() {
    let bare = Bare::open().await;
    let xml = export(
        &[
            ADA,
            &item(1, "page", "publish", "About", "a", "<wp:menu_order>2</wp:menu_order>"),
            &item(
                2,
                "page",
                "publish",
                "Team",
                "b",
                "<wp:post_parent>1</wp:post_parent><wp:menu_order>1</wp:menu_order>",
            )
            .replace("/2020/01/team/", "/about/team/"),
            &item(3, "post", "publish", "First", "c", "<wp:is_sticky>1</wp:is_sticky><wp:menu_order>0</wp:menu_order>"),
        ]
        .concat(),
    );
    let report = bare.import(&xml, None).await.unwrap();
    assert_eq!(
        whys(&report).iter().map(|(what, _)| *what).collect::<Vec<_>>(),
        ["the order of the pages", "which page stood below which", "post 3 “First”"]
    );
    assert!(leads(&bare.house, "/about/team/").await.starts_with("/articles/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hung_on_something_in_the_bin_is_shown_to_nobody_else() {
    let bare = Bare::open().await;
    for name in ["bin.png", "late.png", "open.png", "loose.png"] {
        bare.write(&format!("up/{name}"), [picture(), name.into()].concat());
    }
    let uploads = bare.folder.path().join("up");
    let posts = [
        item(1, "post", "trash", "Gone", "a", ""),
        item(2, "post", "publish", "Open", "b", ""),
        item(3, "product", "private", "Shirt", "c", ""),
    ]
    .concat();
    let files = [hung(20, 1, "bin.png"), hung(21, 2, "open.png"), hung(22, 0, "loose.png")].concat();
    let shown = |name: &str, audience: &str| (name.to_owned(), audience.to_owned());
    let expected = [
        shown("bin.png", "only"),
        shown("late.png", "only"),
        shown("loose.png", "everyone"),
        shown("open.png", "everyone"),
    ];
    let whole = export(&[ADA, &files, &posts].concat());
    bare.import(&whole, Some(&uploads)).await.unwrap();
    // The next part of the same site, which knows no more than the number of what this hangs on.
    let late = export(&hung(23, 3, "late.png"));
    bare.import(&late, Some(&uploads)).await.unwrap();
    assert_eq!(audiences(&bare).await, expected);
    bare.import(&whole, Some(&uploads)).await.unwrap();
    assert_eq!(audiences(&bare).await, expected, "and again");
    let article: String =
        bare.house.db.one("SELECT value FROM setting WHERE value LIKE '%title: \"Open\"%'", &[]).await.unwrap();
    assert!(article.contains("files: [\n"), "what hung on an open text came with it: {article}");
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_of_a_forum_are_articles_and_their_replies_comments_unless_the_forum_was_shut() {
    let bare = Bare::open().await;
    let within = |parent: u32| format!("<wp:post_parent>{parent}</wp:post_parent>");
    let anonymous = |name: &str| {
        format!(
            "<wp:postmeta><wp:meta_key>_bbp_anonymous_name</wp:meta_key><wp:meta_value>{name}</wp:meta_value></wp:postmeta><wp:postmeta><wp:meta_key>_bbp_anonymous_email</wp:meta_key><wp:meta_value>x@mail.example</wp:meta_value></wp:postmeta>"
        )
    };
    let answering = |reply: u32| {
        format!(
            "<wp:postmeta><wp:meta_key>_bbp_reply_to</wp:meta_key><wp:meta_value>{reply}</wp:meta_value></wp:postmeta>"
        )
    };
    let xml = export(
        &[
            ADA,
            &item(1, "forum", "publish", "Talk", "", ""),
            &item(2, "forum", "private", "Shut", "", ""),
            &item(3, "forum", "publish", "Within", "", &within(2)),
            &item(10, "topic", "publish", "Open topic", "Words of one.", &within(1)),
            &item(11, "topic", "closed", "Closed topic", "Words of another.", &within(1)),
            &item(12, "topic", "publish", "Secret topic", "Secret words.", &within(3)),
            &item(20, "reply", "publish", "Reply", "First reply.", &within(10)),
            &item(21, "reply", "publish", "Reply", "Second reply.", &[within(10), answering(20)].concat()),
            &item(22, "reply", "publish", "Reply", "Third reply.", &[within(11), anonymous("Passer By")].concat())
                .replace("<dc:creator>ada</dc:creator>", ""),
            &item(23, "reply", "publish", "Reply", "Secret reply.", &within(12)),
            &item(24, "reply", "spam", "Reply", "Buy this.", &within(10)),
        ]
        .concat(),
    );
    let report = bare.import(&xml, None).await.unwrap();
    assert_eq!((report.taken.posts, report.taken.comments), (2, 3));
    let open = bare.saying("title: \"Open topic\"").await;
    assert!(
        open.contains("comments_open: true") && open.contains("\"Talk\"") && open.contains("is_draft: false"),
        "{open}"
    );
    assert!(bare.saying("title: \"Closed topic\"").await.contains("comments_open: false"));
    assert!(bare.saying("First reply.").await.contains("/people/"));
    assert!(bare.saying("Second reply.").await.contains("/comments/"));
    assert!(bare.saying("Third reply.").await.contains("name: \"Passer By\""));
    let all = format!("{:?}", bare.kept().await);
    assert!(!all.contains("Secret") && !all.contains("Buy") && !all.contains("mail.example"), "{all}");
    let left = whys(&report);
    for (what, why) in [
        ("forum 2", "no place"),
        ("topic 12", "not everyone could read"),
        ("reply 23", "not taken"),
        ("reply 24", "spam"),
    ] {
        assert!(left.iter().any(|(w, y)| w.starts_with(what) && y.contains(why)), "{what}: {why}\n{left:#?}");
    }
    assert_eq!(left.len(), 4, "what had no more than a name is told nowhere: {left:#?}");
    let topic = leads(&bare.house, "/?p=10").await;
    assert_eq!(
        (leads(&bare.house, "/?p=20").await, leads(&bare.house, "/forums/forum/talk/").await),
        (topic, "/articles?category=Talk".to_owned())
    );
    assert_eq!(bare.import(&xml, None).await.unwrap(), report, "and again");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_page_builder_laid_texts_out_is_told_once_and_the_words_stay() {
    let bare = Bare::open().await;
    let built = |words: &str| {
        format!(
            "[et_pb_section a=\"b\"][et_pb_text]{words}[/et_pb_text][et_pb_button button_text=\"Go\" button_url=\"https://else.example\"][/et_pb_section]"
        )
    };
    let xml = export(
        &[
            ADA,
            &item(1, "post", "publish", "First", &built("One."), ""),
            &item(2, "post", "publish", "Second", &built("Two."), &comment(1, 0, "[et_pb_text] stays", "")),
        ]
        .concat(),
    );
    let report = bare.import(&xml, None).await.unwrap();
    assert_eq!(
        whys(&report).iter().map(|(what, _)| *what).collect::<Vec<_>>(),
        ["[et_pb_section]", "[et_pb_text]", "[et_pb_button]"]
    );
    assert!(
        bare.saying("One.").await.contains("words: \"One.\\n\\n[Go](https://else.example/)\""),
        "{}",
        bare.saying("One.").await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_export_brings_what_is_new_and_tells_what_was_changed_there() {
    let bare = Bare::open().await;
    let changed = |day: &str| format!("<wp:post_modified_gmt>{day} 00:00:00</wp:post_modified_gmt>");
    bare.import(
        &export(
            &[
                ADA,
                &item(1, "post", "publish", "First", "Before.", &changed("2020-02-01")),
                &item(2, "post", "publish", "Second", "Stays.", ""),
            ]
            .concat(),
        ),
        None,
    )
    .await
    .unwrap();
    bare.house.clock.turn(base::clock::DAY_MS);
    let newer = export(
        &[
            ADA,
            &item(
                1,
                "post",
                "publish",
                "First",
                "After.",
                &[changed("2026-11-27"), comment(1, 0, "And this?", "")].concat(),
            ),
            &item(3, "post", "publish", "Third", "New.", &changed("2031-01-01")),
        ]
        .concat(),
    );
    let report = bare.import(&newer, None).await.unwrap();
    assert_eq!((report.taken.posts, report.taken.comments), (2, 1));
    assert_eq!(
        whys(&report),
        [(
            "post 1 “First”",
            "It was taken before it was changed there. What stands here now stays; copy over what you miss."
        )]
    );
    assert_eq!(bare.import(&newer, None).await.unwrap(), report, "what is dated past today was not changed yet");
    for words in ["Before.", "Stays.", "New.", "And this?"] {
        bare.saying(words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_in_the_language_that_a_plugin_for_several_gave_it() {
    let bare = Bare::open().await;
    bare.import(&export(&[ADA, &item(1, "post", "publish", "First", "Eins.", "<category domain=\"language\" nicename=\"de\">Deutsch</category><category domain=\"post_translations\" nicename=\"pll_1\">pll_1</category>"), &item(2, "post", "publish", "Second", "Two.", "")].concat()), None).await.unwrap();
    assert!(bare.saying("Eins.").await.contains("lang: \"de\"") && bare.saying("Two.").await.contains("lang: \"en\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_found_by_every_address_it_had() {
    let bare = Bare::open().await;
    for name in ["a.png", "b-scaled.png"] {
        bare.write(&format!("up/2020/{name}"), [picture(), name.into()].concat());
    }
    let attached = |id: u32, name: &str, more: &str| {
        item(id, "attachment", "inherit", name, "", &format!("<wp:attachment_url>https://old.example/pics/2020/{name}</wp:attachment_url><wp:postmeta><wp:meta_key>_wp_attached_file</wp:meta_key><wp:meta_value>2020/{name}</wp:meta_value></wp:postmeta>{more}")).replace("<excerpt:encoded><![CDATA[]]></excerpt:encoded>", "<excerpt:encoded>Below it</excerpt:encoded>")
    };
    let text = "<img src=\"data:image/gif;base64,R0\" data-src=\"https://cdn.old.example/wp-content/uploads/2020/b-1024x768.png\" alt=\"Lazy\">";
    let xml = export(
        &[
            ADA,
            &attached(20, "a.png", ""),
            &attached(21, "b-scaled.png", ""),
            &item(
                1,
                "post",
                "publish",
                "First",
                text,
                "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>20</wp:meta_value></wp:postmeta>",
            ),
        ]
        .concat(),
    );
    let report = bare.import(&xml, Some(&bare.folder.path().join("up"))).await.unwrap();
    assert_eq!(bare.count("SELECT COUNT(*) FROM redirect").await, report.taken.redirects);
    assert_eq!(report.left, [], "a picture that came when somebody scrolled to it is a file");
    let (a, b) = (
        leads(&bare.house, "/wp-content/uploads/2020/a.png").await,
        leads(&bare.house, "/wp-content/uploads/2020/b-scaled.png").await,
    );
    for (old, here) in [
        ("/wp-content/uploads/2020/a-300x200.png", &a),
        ("/pics/2020/a.png", &a),
        ("/?attachment_id=20", &a),
        ("/wp-content/uploads/2020/b.png", &b),
        ("/wp-content/uploads/2020/b-10x20.png", &b),
        ("/pics/2020/b-scaled.png", &b),
    ] {
        assert_eq!(&leads(&bare.house, old).await, here, "{old}");
    }
    let words = format!("words: \"![]({a})\\n\\n*Below it*\\n\\n![Lazy]({b})\"");
    assert!(bare.saying("title: \"First\"").await.contains(&words), "{}", bare.saying("title: \"First\"").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_whose_address_the_house_has_itself_says_so() {
    let bare = Bare::open().await;
    let report = bare
        .import(
            &export(
                &[ADA, &item(1, "post", "publish", "First", "a", "").replace("/2020/01/first/", "/help/")].concat(),
            ),
            None,
        )
        .await
        .unwrap();
    assert_eq!(
        whys(&report),
        [("post 1 “First”", "Its old address is one of this house's own pages; that one is shown there.")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_who_wrote_a_text_are_named_and_what_came_with_it_in_the_feed_is_linked() {
    let bare = Bare::open().await;
    let by = |slug: &str, name: &str| format!("<category domain=\"author\" nicename=\"{slug}\">{name}</category>");
    let enclosure = |address: &str| {
        format!(
            "<wp:postmeta><wp:meta_key>enclosure</wp:meta_key><wp:meta_value>{address}\n21169426\naudio/mpeg</wp:meta_value></wp:postmeta>"
        )
    };
    let guest = item(9, "guest-author", "publish", "Gil *the* Guest", "", "")
        .replace("<wp:post_name>gil-*the*-guest", "<wp:post_name>cap-gil");
    let xml = export(
        &[
            ADA,
            &guest,
            &item(
                1,
                "post",
                "publish",
                "First",
                "One.",
                &[
                    by("cap-ada", "ada"),
                    by("cap-gil", "gil"),
                    by("cap-gil", "gil"),
                    by("dara-d", "Dara of Hull"),
                    by("cap-who", "whoever"),
                ]
                .concat(),
            ),
            &item(
                2,
                "post",
                "publish",
                "Second",
                "Two.",
                &[by("cap-ada", "ada"), enclosure("https://else.example/two.mp3?x=1")].concat(),
            ),
            &item(
                3,
                "post",
                "publish",
                "Third",
                "Three https://else.example/three.mp3",
                &enclosure("https://else.example/three.mp3"),
            ),
        ]
        .concat(),
    );
    let report = bare.import(&xml, None).await.unwrap();
    assert_eq!(report.left, []);
    let words = |title: &str| format!("title: \"{title}\"");
    assert!(
        bare.saying(&words("First")).await.contains(r"*By Ada of Leeds, Gil \\*the\\* Guest, Dara of Hull*\n\nOne."),
        "{}",
        bare.saying(&words("First")).await
    );
    assert!(
        bare.saying(&words("Second"))
            .await
            .contains("words: \"Two.\\n\\n[two.mp3](https://else.example/two.mp3?x=1)\""),
        "{}",
        bare.saying(&words("Second")).await
    );
    assert!(bare.saying(&words("Third")).await.contains("words: \"Three https://else.example/three.mp3\""));
}
