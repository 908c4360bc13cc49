//! Writes a WordPress export of any size: the same for the same size, with something of everything that sites hold.

use std::io::{Result, Write};

/// Bytes of one post's words, about.
const POST_BYTES: usize = 8_000;

/// Writes an export of about so many bytes, and says how many posts, pages and comments are to be taken out of it.
pub fn write(out: &mut impl Write, bytes: u64) -> Result<(i64, i64, i64)> {
    write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<rss version=\"2.0\"><channel>\n<title>Large</title><link>https://large.example</link><language>en</language><wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://large.example</wp:base_site_url><wp:base_blog_url>https://large.example</wp:base_blog_url>\n"
    )?;
    for (number, name) in ["ada", "brook", "cleo", "dara"].iter().enumerate() {
        writeln!(
            out,
            "<wp:author><wp:author_id>{}</wp:author_id><wp:author_login><![CDATA[{name}]]></wp:author_login><wp:author_email>{name}@mail.example</wp:author_email><wp:author_display_name><![CDATA[{name} of Large]]></wp:author_display_name></wp:author>",
            number + 1
        )?;
    }
    let (mut posts, mut pages, mut comments, mut written) = (0, 0, 0, 0u64);
    let mut id = 0;
    while written < bytes {
        id += 1;
        let is_page = id % 50 == 0;
        let item = item(id, is_page);
        let answers = if is_page { 0 } else { id % 12 };
        written += item.len() as u64;
        out.write_all(item.as_bytes())?;
        for n in 0..answers {
            let comment = comment(id * 100 + n, if n % 3 == 2 { id * 100 + n - 1 } else { 0 }, n % 4 == 3);
            written += comment.len() as u64;
            comments += i64::from(n % 4 != 3);
            out.write_all(comment.as_bytes())?;
        }
        writeln!(out, "</item>")?;
        (posts, pages) = if is_page { (posts, pages + 1) } else { (posts + 1, pages) };
    }
    writeln!(out, "</channel></rss>")?;
    Ok((posts, pages, comments))
}

fn item(id: u64, is_page: bool) -> String {
    let author = ["ada", "brook", "cleo", "dara"][(id % 4) as usize];
    let kind = if is_page { "page" } else { "post" };
    let day = id % 28 + 1;
    format!(
        "<item><title><![CDATA[Number {id}: Ünïcode 日本 &amp; 🤘]]></title><link>https://large.example/2020/01/number-{id}/</link><dc:creator><![CDATA[{author}]]></dc:creator><content:encoded><![CDATA[{}]]></content:encoded><excerpt:encoded><![CDATA[In short, {id}.]]></excerpt:encoded><wp:post_id>{id}</wp:post_id><wp:post_date_gmt>2020-01-{day:02} 10:00:00</wp:post_date_gmt><wp:comment_status>open</wp:comment_status><wp:post_name>number-{id}</wp:post_name><wp:status>publish</wp:status><wp:post_type>{kind}</wp:post_type><category domain=\"category\" nicename=\"c\"><![CDATA[Category {}]]></category><category domain=\"post_tag\" nicename=\"t\"><![CDATA[tag {}]]></category>\n",
        content(id),
        id % 9,
        id % 31
    )
}

fn content(id: u64) -> String {
    let mut out = String::with_capacity(POST_BYTES + 500);
    let mut n = 0;
    while out.len() < POST_BYTES {
        n += 1;
        out += &match (id + n) % 7 {
            0 => format!("<!-- wp:heading --><h2>Part {n}</h2><!-- /wp:heading -->\n"),
            1 => "<!-- wp:list --><ul><li>one <em>thing</em></li><li>another<ul><li>below</li></ul></li></ul><!-- /wp:list -->\n".to_owned(),
            2 => format!("<!-- wp:quote --><blockquote><p>Words of somebody, with a <a href=\"https://large.example/2020/01/number-{}/\">link</a>.</p></blockquote><!-- /wp:quote -->\n", n + 1),
            3 => "<!-- wp:table --><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2 | 3</td></tr></table><!-- /wp:table -->\n".to_owned(),
            4 => "<script>alert(1)</script><p onclick=\"alert(1)\">Harmless <b>in the end</b>.</p>\n".to_owned(),
            _ => format!("<!-- wp:paragraph --><p>Paragraph {n} of {id}. {}</p><!-- /wp:paragraph -->\n", "The riff goes on, slow and heavy, and nobody minds. ".repeat(8)),
        };
    }
    out
}

fn comment(id: u64, answers: u64, is_spam: bool) -> String {
    let approved = if is_spam { "spam" } else { "1" };
    format!(
        "<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author><![CDATA[Reader {}]]></wp:comment_author><wp:comment_author_email>reader{id}@mail.example</wp:comment_author_email><wp:comment_author_IP>192.0.2.{}</wp:comment_author_IP><wp:comment_date_gmt>2020-02-01 10:00:00</wp:comment_date_gmt><wp:comment_content><![CDATA[Yes, and {id} times yes.\nSo it was.]]></wp:comment_content><wp:comment_approved>{approved}</wp:comment_approved><wp:comment_type>comment</wp:comment_type><wp:comment_parent>{answers}</wp:comment_parent><wp:comment_user_id>{}</wp:comment_user_id></wp:comment>\n",
        id % 97,
        id % 250,
        id % 5
    )
}
