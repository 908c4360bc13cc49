//! What page builders (Divi, WPBakery and their kind) keep for people to read in the opening of a shortcode.

use percent_encoding::percent_decode_str;

use super::shortcodes::{Code, quoted};

/// Under which keys page builders keep what people read, and where a picture or a link is.
const HEADINGS: &[&str] = &["title", "heading", "text", "title_text"];
const WORDS: &[&str] = &[
    "subtitle", "subheading", "author", "author_name", "job_title", "position", "company_name", "description",
    "caption", "quote", "message",
];
const PICTURES: &[&str] = &["src", "image", "image_url", "img_url", "photo"];
const LABELS: &[&str] = &["button_text", "button_label", "btn_text", "label"];
const LINKS: &[&str] = &["button_url", "button_link", "url", "link", "href"];

/// What a page builder keeps in the opening of a shortcode that people read: a heading, a picture, words, a button.
pub(super) fn said_in(code: &Code<'_>) -> String {
    // Divi writes brackets and quotes in a way of its own.
    let text = |value: &str| value.replace("%91", "[").replace("%93", "]").replace("%22", "\"").replace('<', "&lt;");
    let value = |keys| code.value(keys).filter(|value| !value.trim().is_empty());
    let address = value(LINKS).and_then(link_in);
    let linked = |words: &str| {
        address.as_ref().map_or_else(|| text(words), |to| format!("<a href=\"{}\">{}</a>", quoted(to), text(words)))
    };
    let mut said = String::new();
    let mut put = |html: String| said += &format!("\n\n<p>{html}</p>\n\n");
    if let Some(picture) = value(PICTURES) {
        let is_number = picture.bytes().all(|byte| byte.is_ascii_digit());
        let source = if is_number { format!("/?attachment_id={picture}") } else { picture.to_owned() };
        if is_number || is_picture(picture) {
            put(format!("<img src=\"{}\" alt=\"{}\">", quoted(&source), quoted(value(&["alt"]).unwrap_or_default())));
        }
    }
    let label = value(LABELS);
    if let Some(heading) = value(HEADINGS) {
        put(format!("<strong>{}</strong>", if label.is_none() { linked(heading) } else { text(heading) }));
    }
    code.values
        .iter()
        .filter(|(key, words)| WORDS.contains(key) && !words.trim().is_empty())
        .for_each(|(_, words)| put(text(words)));
    if let Some(label) = label {
        put(linked(label));
    }
    said
}

fn is_picture(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp"].iter().any(|ending| path.ends_with(ending))
}

/// The address in a value: as it is, or in the way of WPBakery, `url:https%3A%2F%2Felse.example|title:There`.
pub(super) fn link_in(value: &str) -> Option<String> {
    let first = value.split('|').next().unwrap_or_default();
    let address = first
        .strip_prefix("url:")
        .map_or_else(|| first.to_owned(), |packed| percent_decode_str(packed).decode_utf8_lossy().into_owned());
    Some(address.trim().to_owned()).filter(|address| address.starts_with("http") || address.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::super::shortcodes::{Lost, spell_out};

    fn spelled(source: &str) -> String {
        spell_out(source, &[]).0.replace('\n', "")
    }

    #[test]
    fn what_page_builders_keep_in_brackets_for_people_to_read_stays() {
        assert_eq!(spelled("[tab title=\"One & <b>\"]two[/tab]"), "<p><strong>One & &lt;b></strong></p>two");
        assert_eq!(
            spelled("[et_pb_button button_url=\"https://b.example\" button_text=\"%91Go%93\"][/et_pb_button]"),
            "<p><a href=\"https://b.example\">[Go]</a></p>"
        );
        assert_eq!(
            spelled("[et_pb_image src=\"/c.jpg\" title_text=\"d\" alt=\"e\"]"),
            "<p><img src=\"/c.jpg\" alt=\"e\"></p><p><strong>d</strong></p>"
        );
        assert_eq!(spelled("[vc_single_image image=\"7\"]"), "<p><img src=\"/?attachment_id=7\" alt=\"\"></p>");
        assert_eq!(
            spelled("[vc_btn title=\"f\" link=\"url:https%3A%2F%2Fg.example|title:h\"]"),
            "<p><strong><a href=\"https://g.example\">f</a></strong></p>"
        );
        assert_eq!(spelled("[testimonial author=\"i\" job_title=\"j\"]k[/testimonial]"), "<p>i</p><p>j</p>k");
        assert_eq!(spelled("[x image=\"javascript:alert(1)\" url=\"javascript:alert(1)\" label=\"l\"]"), "<p>l</p>");
        assert_eq!(
            spell_out("[map id=\"1\"] [row a=\"b\"]c[/row]", &[]).1,
            Lost { whole: vec!["map".into()], layout: vec!["row".into()] }
        );
    }
}
