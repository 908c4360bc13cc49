//! Pages of ours as files: each tag of a page that this house drew, changed or left out.
//!
//! Promises nothing for anybody else's HTML: in ours no `>` stands in the value of an attribute, and no `<` outside a
//! tag.

/// The page with each tag (what stands between `<` and `>`) in the words that `change` has for it; `None` leaves it
/// out.
pub fn retagged(html: &str, change: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        out.push_str(before);
        if let Some(tag) = change(tag) {
            out.extend(["<", &tag, ">"]);
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_changed_left_out_or_left_alone() {
        let change = |tag: &str| match tag {
            "b" | "/b" => None,
            "i" => Some("em class=\"x\"".to_owned()),
            tag => Some(tag.to_owned()),
        };
        assert_eq!(retagged("a <b>b</b> <i>c<br> d", change), "a b <em class=\"x\">c<br> d");
    }
}
