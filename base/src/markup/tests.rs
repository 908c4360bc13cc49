use proptest::prelude::*;

use super::*;
use crate::clock;

fn html(source: &str) -> String {
    render(source).html
}

/// What the writer made, before the second layer.
fn first_layer(source: &str) -> String {
    let mut out = String::new();
    html::write(&tree::Text::read(source), &mut out);
    out
}

/// Reads HTML as strictly as can be, knowing nothing of how it was made: what is wrong with it, if anything is.
fn fault(html: &str) -> Option<String> {
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let Some(end) = rest[start..].find('>').map(|end| start + end) else { return Some("open element".into()) };
        let inside = &rest[start + 1..end];
        rest = &rest[end + 1..];
        let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        if !html::ELEMENTS.contains(&name.trim_start_matches('/')) {
            return Some(format!("element {name}"));
        }
        let mut attributes = attributes;
        while !attributes.is_empty() {
            let Some((name, after)) = attributes.split_once("=\"") else {
                return Some(format!("attribute {attributes}"));
            };
            let Some((value, after)) = after.split_once('"') else { return Some(format!("open value {after}")) };
            attributes = after.trim_start();
            let leads_somewhere_fine =
                ["/", "#", "http://", "https://", "mailto:", "tel:"].iter().any(|fine| value.starts_with(fine))
                    && !value.starts_with("//");
            let fine = match name {
                "href" => leads_somewhere_fine,
                "src" => value.starts_with("/files/"),
                "alt" | "id" | "class" | "rel" | "start" | "scope" | "tabindex" | "loading" => true,
                _ => false,
            };
            if !fine {
                return Some(format!("{name}={value}"));
            }
        }
    }
    None
}

const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=`x` onerror=alert(1)>",
    "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text y=20>x</text></a></svg>",
    "<svg><foreignObject><iframe srcdoc=\"<script>alert(1)</script>\"></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href=\"javascript:alert(1)\">x</math>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<style>@import'//evil.example/x.css';</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<input onfocus=alert(1) autofocus>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    "<p style=\"background:url(javascript:alert(1))\">x</p>",
    "<div style=\"width:expression(alert(1))\">x</div>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?php echo '<script>alert(1)</script>'; ?>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title><img src=\"</title><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<xmp><script>alert(1)</script></xmp>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&Tab;javascript:alert(1))",
    "[x](java&NewLine;script:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](\u{1}javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/1)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](\\/evil.example)",
    "[x](https:evil.example)",
    "[x](http:///evil.example)",
    "[x](https://a.example/\"onmouseover=\"alert(1))",
    "[x](https://a.example/ \"title\\\" onmouseover=alert(1) x=\\\"\")",
    "[x](<https://a.example/\" onmouseover=\"alert(1)>)",
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/track.gif)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![\"onerror=alert(1) x=\"](/files/1/x.png)",
    "![x](/files/1/x.png\"onerror=alert(1))",
    "![<img src=x onerror=alert(1)>](/files/1/x.png)",
    "![x](//evil.example/files/x.png)",
    "[![x](https://evil.example/a.png)](javascript:alert(1))",
    "<javascript:alert(1)>",
    "<data:text/html,<script>alert(1)</script>>",
    "javascript://a.example/%0aalert(1)",
    "www.a.example/\"onclick=alert(1)",
    "https://a.example/<script>alert(1)</script>",
    "```\"><script>alert(1)</script>\nx\n```",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "`</code><script>alert(1)</script>`",
    "| <script>alert(1)</script> | [x](javascript:alert(1)) |\n|---|:-:|\n| <img src=x onerror=alert(1)> | x |",
    "[^1]\n\n[^1]: <script>alert(1)</script> [x](javascript:alert(1))",
    "[^\"><script>alert(1)</script>]\n\n[^\"><script>alert(1)</script>]: x",
    "- [x] <svg onload=alert(1)>\n- [ ] [x](javascript:alert(1))",
    "1000000000. <img src=x onerror=alert(1)>",
    "# <script>alert(1)</script> {onclick=alert(1)}",
    "**<b onmouseover=alert(1)>x**</b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\u{feff}<script>alert(1)</script>",
    "<\u{0}script>alert(1)</script>",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "<a href=https://a.example target=_blank>x</a>",
];

#[test]
fn hostile_sources_come_out_as_text_and_the_second_layer_finds_nothing_to_do() {
    assert!(PAYLOADS.len() >= 60);
    for payload in PAYLOADS {
        for source in [
            (*payload).to_owned(),
            format!("> {payload}"),
            format!("- a\n\n    {payload}"),
            format!("words *{payload}* words"),
            format!("[{payload}](/a)"),
        ] {
            let first = first_layer(&source);
            assert_eq!(fault(&first), None, "{source}\n{first}");
            assert_eq!(cleaned(&first), first, "{source}");
        }
    }
}

#[test]
fn the_reader_that_looks_for_faults_finds_them() {
    for wrong in [
        "<script>", "<a href=\"javascript:alert(1)\">", "<a href=\"//x\">", "<img src=\"https://x\">",
        "<p onclick=\"x\">", "<p x>", "<svg/onload=x>", "<h1>", "<p",
    ] {
        assert!(fault(wrong).is_some(), "{wrong}");
        assert_eq!(fault(&cleaned(wrong)), None, "and the second layer mends it: {wrong}");
    }
    assert_eq!(fault("<p>a <a href=\"/b\" rel=\"c\">d</a></p>"), None);
}

#[test]
fn html_in_a_source_is_shown_as_it_was_typed() {
    assert_eq!(html("I <3 <b>doom</b>"), "<p>I &lt;3 &lt;b&gt;doom&lt;/b&gt;</p>\n");
    assert_eq!(html("<div>\n*a*\n</div>"), "<p>&lt;div&gt;<br>\n*a*<br>\n&lt;/div&gt;</p>\n");
}

#[test]
fn links_elsewhere_say_that_we_do_not_vouch_for_them_and_links_in_the_house_do_not() {
    assert_eq!(
        html("[a](https://b.example/?x=1&y=\"ü\")"),
        "<p><a href=\"https://b.example/?x=1&amp;y=%22%C3%BC%22\" rel=\"nofollow noopener noreferrer ugc\">a</a></p>\n"
    );
    assert_eq!(html("[a](/songs/1?x#y)"), "<p><a href=\"/songs/1?x#y\">a</a></p>\n");
    assert!(html("see www.a.example or write to ada@b.example").contains("href=\"mailto:ada@b.example\""));
    assert_eq!(
        html("[a](mailto:ada@b.example) [b](tel:+44116123) [c](ftp://d.example) [d](e)").matches("<a ").count(),
        2
    );
}

#[test]
fn only_pictures_of_the_house_are_shown() {
    assert_eq!(
        html("![a \"b\"](/files/1/c.png)"),
        "<p><img src=\"/files/1/c.png\" alt=\"a &quot;b&quot;\" loading=\"lazy\"></p>\n"
    );
    assert_eq!(
        html("![a](https://b.example/c.png)"),
        "<p><a href=\"https://b.example/c.png\" rel=\"nofollow noopener noreferrer ugc\">a</a></p>\n"
    );
    assert_eq!(html("[![a](https://b.example/c.png)](/d)"), "<p><a href=\"/d\">a</a></p>\n");
}

#[test]
fn headings_start_below_the_pages_own_and_skip_no_level() {
    assert_eq!(html("# a\n### b\n###### c\n# d"), "<h2>a</h2>\n<h3>b</h3>\n<h4>c</h4>\n<h2>d</h2>\n");
    assert_eq!(html("#### a\n## b"), "<h2>a</h2>\n<h2>b</h2>\n");
}

#[test]
fn lists_tasks_tables_code_and_struck_words_have_their_html() {
    assert_eq!(html("3. a\n4. b"), "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n");
    assert_eq!(
        html("- [x] a\n- [ ] b"),
        "<ul class=\"tasks\">\n<li class=\"task done\">☑ a</li>\n<li class=\"task\">☐ b</li>\n</ul>\n"
    );
    assert_eq!(html("- a\n\n- b"), "<ul>\n<li><p>a</p></li>\n<li><p>b</p></li>\n</ul>\n");
    assert_eq!(
        html("a|b\n:-:|-:\n1|`2`"),
        "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th scope=\"col\" class=\"centre\">a</th><th scope=\"col\" class=\"end\">b</th></tr></thead><tbody>\n<tr><td class=\"centre\">1</td><td class=\"end\"><code>2</code></td></tr>\n</tbody></table></div>\n"
    );
    assert_eq!(
        html("| | |\n|---|---|\n|1|2|"),
        "<div class=\"wide\" tabindex=\"0\"><table><tbody>\n<tr><td>1</td><td>2</td></tr>\n</tbody></table></div>\n",
        "a head without a word is none"
    );
    assert_eq!(html("```rust\na < b\n```"), "<pre tabindex=\"0\"><code>a &lt; b\n</code></pre>\n");
    assert_eq!(html("~~a~~ **b *c***"), "<p><del>a</del> <strong>b <em>c</em></strong></p>\n");
    assert_eq!(html("a\nb\n\n---"), "<p>a<br>\nb</p>\n<hr>\n");
}

#[test]
fn notes_at_the_foot_link_both_ways_and_two_texts_on_a_page_keep_theirs_apart() {
    let one = html("a[^x] b[^x]\n\n[^x]: note");
    assert_eq!(one.matches("href=\"#note-").count(), 2);
    assert_eq!(one.matches("href=\"#mark-").count(), 2);
    let id = one.split("id=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(one.contains(&format!("href=\"#{id}\"")));
    assert!(!html("c[^x]\n\n[^x]: note").contains(id));
}

#[test]
fn plain_words_are_the_words_without_marks() {
    let plain =
        render("# Title\n\nOne *two*\n[three](/x) ![four](/files/1/a.png)\n\n- five\n- `six`\n\na|b\n-|-\n1|2").plain;
    assert_eq!(plain, "Title\nOne two\nthree four\nfive\nsix\na b \n1 2");
}

#[test]
fn a_snippet_is_cut_between_words_and_says_so() {
    assert_eq!(snippet("one  two\nthree", 20), "one two three");
    assert_eq!(snippet("one two three", 9), "one two…");
    assert_eq!(snippet("Donaudampfschiff", 5), "Dona…");
    assert_eq!(snippet("", 5), "");
}

#[test]
fn a_source_of_any_length_is_rendered_whole() {
    let paragraph = "Ω word ".repeat(50) + "\n\n";
    let source = paragraph.repeat(600);
    assert!(source.chars().count() > 3 * SOURCE_CHARS_MAX);
    let rendered = render(&source);
    assert_eq!(rendered.html.matches("<p>").count(), 600);
    assert_eq!(rendered.plain.matches('Ω').count(), 50 * 600);
}

/// Sources of the greatest length that are made to be slow.
fn slow_sources() -> Vec<String> {
    let fill = |unit: &str| unit.repeat(SOURCE_CHARS_MAX / unit.chars().count());
    let mut sources: Vec<_> = [
        ">", "> ", "* ", "- ", "1. ", "*a ", "**a ", "_a", "*_", "[", "![", "[a](", "[a](<b", "[[", "[^a]", "`",
        "`a``b", "<", "<a ", "<!--", "<?", "<![CDATA[", "&", "&a", "~~a ", "|", "|a", "a|b\n", "\\", "www.",
        "http://a.", "a@b.", "a@", "![a](", "a**b", "* a\n", "\t- a\n", "[a]: b\n", "[^a]: b\n", "<b>", "((",
        "a\n===\n", "```\n", "x ", "<https://a.example> ", "**a** ", "*a* `b` ", "🤘", "e\u{301}",
    ]
    .iter()
    .map(|unit| fill(unit))
    .collect();
    sources.push("|a".repeat(5_000) + "\n" + &"|-".repeat(5_000) + "\n" + &"x\n".repeat(20_000));
    sources.push("a|".repeat(40) + "\n" + &"-|".repeat(40) + "\n" + &"a|\n".repeat(19_900));
    sources.push((0..6_000).map(|n| format!("[^{n}] ")).collect::<String>());
    sources.push((0..2_500).map(|n| format!("[^{n}] \n\n[^{n}]: x\n\n")).collect::<String>());
    sources.push((0..300).map(|depth| "  ".repeat(depth % 100) + "- a\n").collect::<String>().repeat(2));
    sources.push("[a](".repeat(5_000) + &")".repeat(5_000));
    sources.push("*".repeat(30_000) + "a" + &"*".repeat(29_000));
    sources
}

#[test]
fn no_source_takes_long() {
    let limit_ms = if cfg!(debug_assertions) { 1_500 } else { 50 };
    for source in slow_sources() {
        let begins: String = source.chars().take(24).collect();
        let watch = clock::stopwatch();
        let rendered = render(&source);
        let took = watch.elapsed();
        assert!(took.as_millis() < limit_ms, "{took:?} for {begins:?} ({} bytes of HTML)", rendered.html.len());
        assert_eq!(fault(&rendered.html), None, "{begins:?}");
        if std::env::var_os("CIRCLEPIT_SHOW_TIMES").is_some() {
            println!("{took:?} {begins:?} {}", rendered.html.len());
        }
    }
}

fn pieces_of_markdown() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        "*", "**", "_", "`", "```\n", "~~", "[", "](", ")", "![", "<", ">", "\n", "\n\n", "# ", "- ", "- [x] ", "1. ",
        "> ", "    ", "|", "|-|-|\n", "[^1]", "[^1]: ", "&lt;", "&#x6a;", "\"", "'", "\\", "javascript:",
        "https://a.example/", "/files/1/a.png", "//", "<script>", "</script>", "<img src=x onerror=", "<!--", "-->",
        "<svg onload=", "onclick=", "style=", "word ", "ü", "\u{a0}", "\u{200b}", "\u{202e}", "\t", "www.a.example",
        "a@b.example", "tel:1", "---\n", "===\n",
    ]);
    prop::collection::vec(prop_oneof![8 => bits.prop_map(str::to_owned), 1 => any::<String>()], 0..60)
        .prop_map(|bits| bits.concat())
}

proptest! {
    #[test]
    fn whatever_is_written_comes_out_harmless_and_a_parser_reads_it_back_the_same(source in pieces_of_markdown()) {
        let first = first_layer(&source);
        prop_assert_eq!(fault(&first), None);
        prop_assert_eq!(cleaned(&first), first);
        prop_assert_eq!(render(&source), render(&source));
    }

    #[test]
    fn a_snippet_is_never_longer_than_asked(plain in any::<String>(), chars in 1usize..80) {
        prop_assert!(snippet(&plain, chars).chars().count() <= chars + 1);
    }
}
