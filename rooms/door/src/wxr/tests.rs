use std::io::BufReader;

use super::*;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<rss><channel><title>A</title><link>https://old.example</link><language>en-GB</language><wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://old.example/blog</wp:base_blog_url>";

fn read(xml: &[u8]) -> (Vec<Found>, Site) {
    let mut export = Export::new(BufReader::with_capacity(7, xml));
    let mut all = Vec::new();
    while let Some(found) = export.read().unwrap() {
        all.push(found);
    }
    (all, export.site)
}

fn items(xml: &str) -> Vec<Item> {
    let found = read(format!("{HEAD}{xml}</channel></rss>").as_bytes()).0;
    found.into_iter().filter_map(|found| if let Found::Item(item) = found { Some(*item) } else { None }).collect()
}

#[test]
fn a_whole_item_is_read_with_its_terms_pictures_and_comments() {
    let (found, site) = read(
        format!(
            "{HEAD}<wp:author><wp:author_id>7</wp:author_id><wp:author_login><![CDATA[ada]]></wp:author_login><wp:author_email>ada@x.example</wp:author_email><wp:author_display_name><![CDATA[Ada &amp; Co]]></wp:author_display_name></wp:author>
            <wp:category><wp:term_id>1</wp:term_id><wp:cat_name>News</wp:cat_name></wp:category>
            <item><title>One &amp; two</title><link>https://old.example/blog/one/</link><dc:creator>ada</dc:creator><content:encoded><![CDATA[<p>a</p>]]></content:encoded><excerpt:encoded/>
            <wp:post_id> 12 </wp:post_id><wp:post_type>post</wp:post_type><wp:status>publish</wp:status><category domain=\"category\" nicename=\"n\"><![CDATA[News]]></category><category domain='post_tag'>tag</category><category domain=\"post_format\">x</category>
            <wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>
            <wp:comment><wp:comment_id>3</wp:comment_id><wp:comment_author>Brook</wp:comment_author><wp:comment_author_email>b@x.example</wp:comment_author_email><wp:comment_author_IP>192.0.2.1</wp:comment_author_IP><wp:comment_content>Hi</wp:comment_content><wp:commentmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>1</wp:meta_value></wp:commentmeta><wp:comment_parent>0</wp:comment_parent></wp:comment></item></channel></rss>"
        )
        .as_bytes(),
    );
    assert_eq!(
        site,
        Site {
            title: "A".into(),
            blog_url: "https://old.example/blog".into(),
            site_url: String::new(),
            link: "https://old.example".into(),
            language: "en-GB".into()
        }
    );
    assert_eq!(
        found[0],
        Found::Author(Author { id: "7".into(), login: "ada".into(), display_name: "Ada &amp; Co".into() })
    );
    assert_eq!(
        found[1],
        Found::Term(Term { id: "1".into(), kind: "category".into(), name: "News".into(), ..Term::default() })
    );
    let Found::Item(item) = &found[2] else { panic!("an item") };
    assert_eq!(
        (item.title.as_str(), item.id.as_str(), item.content.as_str(), item.thumbnail.as_str()),
        ("One & two", "12", "<p>a</p>", "9")
    );
    assert_eq!((&item.categories, &item.tags), (&vec!["News".to_owned()], &vec!["tag".to_owned()]));
    assert_eq!(item.term_slugs, [("category", "n".to_owned(), "News".to_owned())]);
    assert_eq!(
        item.comments,
        [Comment {
            id: "3".into(),
            author: "Brook".into(),
            content: "Hi".into(),
            parent: "0".into(),
            ..Comment::default()
        }]
    );
    let all = format!("{found:?}");
    assert!(!all.contains("x.example") && !all.contains("192.0.2.1"), "no mail address and no IP comes out");
}

#[test]
fn the_prefixes_of_an_export_are_what_it_says_they_are() {
    let xml = "<rss xmlns:x='http://wordpress.org/export/1.2/excerpt/' xmlns:c=\"http://purl.org/rss/1.0/modules/content/\" xmlns:d=\"http://purl.org/dc/elements/1.1/\" xmlns:wxr=\"http://wordpress.org/export/1.2/\"><channel><wxr:wxr_version>1.2</wxr:wxr_version><item><d:creator>ada</d:creator><c:encoded><![CDATA[a <wxr:b> c]]></c:encoded><x:encoded>e</x:encoded><wxr:post_id>7</wxr:post_id></item></channel></rss>";
    let found = read(xml.as_bytes()).0;
    let Found::Item(item) = &found[0] else { panic!("an item") };
    assert_eq!(
        (item.id.as_str(), item.creator.as_str(), item.content.as_str(), item.excerpt.as_str()),
        ("7", "ada", "a <wxr:b> c", "e")
    );
}

#[test]
fn cdata_that_is_cut_is_put_together_where_it_ends() {
    let part = format!("<![CDATA[{}]]>", "\u{e4}".repeat(scan::PIECE_BYTES_MAX / 3));
    let items =
        items(&format!("<item><title>Long</title><content:encoded>{part}{part} tail ]]></content:encoded></item>"));
    assert_eq!(items.len(), 1);
    assert!(items[0].content.len() <= scan::PIECE_BYTES_MAX + 16, "{}", items[0].content.len());
}

#[test]
fn cdata_in_cdata_is_put_together_again() {
    let content = |xml: &str| {
        items(&format!("<item><content:encoded>{xml}</content:encoded><wp:post_id>1</wp:post_id></item>"))[0]
            .content
            .clone()
    };
    assert_eq!(content("<![CDATA[With <![CDATA[ tags ]]> :)]]>"), "With <![CDATA[ tags ]]> :)");
    assert_eq!(content("<![CDATA[a]]]]><![CDATA[>b]]>"), "a]]>b");
    assert_eq!(
        content("<![CDATA[a <![CDATA[ b ]]> <p title=\"c\">d</p> e]]>"),
        "a <![CDATA[ b ]]> <p title=\"c\">d</p> e"
    );
    assert_eq!(content("<![CDATA[ends with ]] >]]>"), "ends with ]] >");
    assert_eq!(
        content("&lt;p&gt;a&amp;nbsp;b&#x41;&#65;&nbsp;&#xD800;&bogus; & c&lt;/p&gt;"),
        "<p>a&nbsp;bAA&nbsp;\u{fffd}&bogus; & c</p>"
    );
}

#[test]
fn what_says_not_whether_it_is_a_category_counts_where_nothing_does() {
    let terms = |xml: &str| {
        let item = items(&format!("<item>{xml}<wp:post_id>1</wp:post_id></item>")).remove(0);
        (item.categories().to_vec(), item.tags.clone(), item.taxonomies)
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        terms(
            "<category>A</category><category domain=\"category\">A</category><category>b</category><category domain=\"tag\">b</category><category domain=\"genre\">c</category>"
        ),
        (words(&["A"]), words(&["b"]), words(&["genre"]))
    );
    assert_eq!(terms("<category>A</category>"), (words(&["A"]), vec![], vec![]));
}

#[test]
fn lost_end_tags_cost_no_more_than_what_they_end() {
    let all = items(
        "<item><title>a<link>b</link><wp:post_id>1</wp:post_id><wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content>c<wp:comment><wp:comment_id>2<wp:comment_content>d</item><item><title>e</title><wp:post_id>2</wp:post_id>",
    );
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].title.as_str(), all[0].link.as_str()), ("a", "b"));
    assert_eq!(
        all[0].comments.iter().map(|comment| (comment.id.as_str(), comment.content.as_str())).collect::<Vec<_>>(),
        [("1", "c"), ("2", "d")]
    );
    assert_eq!((all[1].title.as_str(), all[1].is_torn), ("e", false));
}

#[test]
fn html_that_nobody_wrapped_is_text() {
    let all = items("<item><content:encoded><p>a <title>b</title><br/></p></content:encoded><title>c</title></item>");
    assert_eq!((all[0].content.as_str(), all[0].title.as_str()), ("<p>a <title>b</title><br/></p>", "c"));
}

#[test]
fn an_item_that_the_file_breaks_off_in_says_so() {
    let (found, _) = read(format!("{HEAD}<item><wp:post_id>1</wp:post_id></item><item><wp:post_id>2</wp:post_id><content:encoded><![CDATA[half").as_bytes());
    let torn: Vec<_> = found.iter().map(|found| matches!(found, Found::Item(item) if item.is_torn)).collect();
    assert_eq!(torn, [false, true]);
}

#[test]
fn bytes_of_old_letters_are_read_as_those_and_control_characters_are_taken_out() {
    let xml = [HEAD.as_bytes(), b"<item><title>caf\xe9 \x93\xc3\xa9\x94\x00\x0bb\r\nc</title></item></channel></rss>"]
        .concat();
    let Found::Item(item) = &read(&xml).0[0] else { panic!("an item") };
    assert_eq!(item.title, "café “é”b\nc");
}

#[test]
fn an_item_with_very_many_comments_comes_in_parts_and_none_is_lost() {
    let comment = format!(
        "<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content>{}</wp:comment_content></wp:comment>",
        "c".repeat(100_000)
    );
    let all = items(&format!(
        "<item><title>t</title><wp:post_id>5</wp:post_id><wp:post_type>post</wp:post_type>{}</item>",
        comment.repeat(50)
    ));
    assert!(all.len() >= 3, "{}", all.len());
    assert_eq!(all.iter().map(|item| item.comments.len()).sum::<usize>(), 50);
    assert!(all[1..].iter().all(|part| part.is_more && part.id == "5" && part.kind == "post"));
    assert!(!all[0].is_more);
}

#[test]
fn a_text_of_any_length_is_bounded_and_says_that_it_was_cut() {
    let all = items(&format!(
        "<item><wp:post_id>1</wp:post_id><content:encoded><![CDATA[{}]]></content:encoded></item><item><wp:post_id>2</wp:post_id></item>",
        "é".repeat(scan::PIECE_BYTES_MAX)
    ));
    assert!(all[0].was_cut && all[0].content.len() <= scan::PIECE_BYTES_MAX + 3);
    assert!(!all[1].was_cut);
}

#[test]
fn any_bytes_at_all_are_read_to_their_end() {
    let whole = format!(
        "{HEAD}<item><title>a</title><content:encoded><![CDATA[<b>c</b>]]></content:encoded><wp:comment><wp:comment_id>1</wp:comment_id></wp:comment></item></channel></rss>"
    );
    for end in 0..whole.len() {
        read(&whole.as_bytes()[..end]);
        read(&whole.as_bytes()[end..]);
        let mut broken = whole.clone().into_bytes();
        broken[end] ^= 0x15;
        read(&broken);
    }
}
