//! Old addresses that lead somewhere here: what an import brought, and what was moved. The server asks when nothing
//! else answers. An address is a path with its query (`/?p=12`), compared without the ways in which the same one can be
//! written.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use crate::db::{Ask, DbResult, Tx};
use crate::place::Place;
use crate::{id, search, vals};

/// The longest old address, in bytes; a longer one is not kept.
const BYTES_MAX: usize = 1_000;

/// Addresses below which everything is ours, whether it is there or not.
const OURS: [&str; 12] = [
    "/acts", "/assets", "/backstage", "/cards", "/claim", "/files", "/help", "/in", "/join", "/people", "/seats",
    "/sign-in",
];
/// What WordPress asks its front page for; every other query there is ours.
const OLD_KEYS: [&str; 9] = ["p", "page_id", "attachment_id", "cat", "category_name", "tag", "author", "m", "feed"];
/// Below what WordPress has its lists, wherever those stand.
const LISTS: [&str; 3] = ["category", "tag", "author"];

/// What is percent-encoded in a path or query.
const HAS_NO_PLACE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'+')
    .remove(b'&');

/// Keeps an old address for a path of ours. The first to claim one has it; the answer says whether that was now.
pub async fn keep(tx: &Tx, old: &str, path: &str) -> DbResult<bool> {
    if may_be_old(old) { put(tx, old, path).await } else { Ok(false) }
}

/// Whether an address may be another site's, and is no address of the house's own.
#[must_use]
pub fn may_be_old(address: &str) -> bool {
    let Some(address) = normal(address) else { return false };
    let (path, query) = address.split_once('?').unwrap_or((&address, ""));
    let is_ours = |ours: &str| path.strip_prefix(ours).is_some_and(|below| below.is_empty() || below.starts_with('/'));
    if path == "/" { is_old_query(query) } else { !OURS.into_iter().any(is_ours) }
}

/// Whether the front page is asked for something of the old site (`p=12`), and not in the house's own words.
#[must_use]
pub fn is_old_query(query: &str) -> bool {
    query.split('&').any(|pair| OLD_KEYS.contains(&pair.split('=').next().unwrap_or_default()))
}

async fn put(tx: &Tx, old: &str, path: &str) -> DbResult<bool> {
    let Some(old) = normal(old) else { return Ok(false) };
    let sql = "INSERT INTO redirect (old, place) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT)
               WHERE NOT EXISTS (SELECT 1 FROM redirect WHERE old = $3) ON CONFLICT (old) DO NOTHING";
    Ok(tx.run(sql, vals![&old, path, id::hash(&old)]).await? > 0)
}

/// What stood at a place is at another, or gone: its address leads there, and so does whatever led to it, an import's
/// memory too.
pub async fn lead_on(tx: &Tx, from: &str, to: &str) -> DbResult<()> {
    for sql in ["UPDATE redirect SET place = $1 WHERE place = $2", "UPDATE brought SET place = $1 WHERE place = $2"] {
        tx.run(sql, vals![to, from]).await?;
    }
    put(tx, from, to).await.map(drop)
}

/// What stood at a place is erased: its address and whatever led to it say so, and stay nobody else's. They are kept as
/// hashes alone, for there are words in them: a title, the name of a file.
pub async fn end(tx: &Tx, from: &str, gone: &Place) -> DbResult<()> {
    lead_on(tx, from, gone.as_str()).await?;
    for old in tx.all::<String>("SELECT old FROM redirect WHERE place = $1 ORDER BY old", vals![gone]).await? {
        tx.run("UPDATE redirect SET old = $1 WHERE old = $2", vals![id::hash(&old), &old]).await?;
    }
    Ok(())
}

/// Whether an address led somewhere once, and is nobody else's.
pub async fn is_known(ask: &impl Ask, address: &str) -> DbResult<bool> {
    ask.any("SELECT 1 FROM redirect WHERE old IN ($1, $2)", vals![address, id::hash(address)]).await
}

/// The path that an old address leads to: with its query if that is known, without if not; and where neither is, what
/// WordPress would have shown a part of there (a page of its comments, its feed), or the list it was ([`list`]).
pub async fn find(ask: &impl Ask, asked: &str) -> DbResult<Option<String>> {
    let Some(asked) = normal(asked) else { return Ok(None) };
    let bare = asked.split('?').next().unwrap_or_default().trim_end_matches('/');
    let whole = whole(&asked);
    let list = list(&whole).filter(|_| may_be_old(&whole));
    // `/first-light/2` is the second page of a long text.
    let long =
        whole.rsplit_once('/').filter(|(_, page)| page.len() < 3 && page.parse::<u8>().is_ok()).map(|(text, _)| text);
    let mut ways: Vec<&str> =
        [Some(asked.as_str()), Some(bare), Some(&whole), list.as_deref(), long].into_iter().flatten().collect();
    ways.dedup();
    for old in ways {
        let place = ask.first("SELECT place FROM redirect WHERE old IN ($1, $2)", vals![old, id::hash(old)]).await?;
        if place.is_some() {
            return Ok(place);
        }
    }
    Ok(None)
}

/// Under what the list is kept that an address of WordPress may be, whatever a site has it stand below:
/// `/*/category/doom` for `/blog/category/music/doom`, `/*/2019/05` for that month or a day of it, `/*/doom` for a list
/// of a kind that a site named itself. What its authors are called there was how they signed in: that is kept as a
/// hash.
#[must_use]
pub fn list(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let (last, before) = parts.split_last()?;
    let is_number =
        |part: &&&str, digits: usize| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
    let year = parts
        .iter()
        .rposition(|part| is_number(&part, 4))
        .filter(|at| parts[at + 1..].iter().all(|part| is_number(&part, 2)));
    match (year, before.iter().rev().find(|part| LISTS.contains(part))) {
        (_, Some(&"author")) => {
            Some(format!("/*/author/{}", &id::hash(&search::fold(&percent_decode_str(last).decode_utf8_lossy()))[..24]))
        }
        (_, Some(kind)) => Some(format!("/*/{kind}/{last}")),
        (Some(at), None) => Some(format!("/*/{}", parts[at..parts.len().min(at + 2)].join("/"))),
        (None, None) => (!before.is_empty()).then(|| format!("/*/{last}")),
    }
}

/// The address of the whole thing that an address of WordPress shows in part, or under more names than one.
fn whole(asked: &str) -> String {
    let (path, query) = asked.split_once('?').unwrap_or((asked, ""));
    let mut path = path.trim_end_matches('/');
    if let ("", Some(pair)) = (path, query.split('&').find(|pair| is_old_query(pair))) {
        return format!("/?{pair}");
    }
    while let Some((before, last)) = path.rsplit_once('/').filter(|(before, _)| !before.is_empty()) {
        let is_page = before.ends_with("/page") || last.starts_with("comment-page-");
        let is_feed = before.ends_with("/feed") && ["atom", "rss", "rss2", "rdf"].contains(&last);
        if !(is_page || is_feed || ["feed", "amp", "embed", "trackback", "page"].contains(&last)) {
            break;
        }
        path = before;
    }
    if path.contains("/uploads/") { without_size(path) } else { path.to_owned() }
}

/// The address of the picture of which WordPress made another size: `/a/b.jpg` for `/a/b-300x200.jpg`.
fn without_size(path: &str) -> String {
    let is_number = |digits: &str| (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_size =
        |size: &str| size.split_once('x').is_some_and(|(width, height)| is_number(width) && is_number(height));
    let parts = path
        .rsplit_once('.')
        .and_then(|(stem, ending)| Some((stem.rsplit_once('-').filter(|(_, size)| is_size(size))?.0, ending)));
    parts.map_or_else(|| path.to_owned(), |(stem, ending)| format!("{stem}.{ending}"))
}

/// One way to write an address: no fragment, no slash at the end, no `index.php` before what is asked for,
/// percent-encoding in upper case and only where needed. `None` for the front page, which is never an old address, and
/// for what is none at all.
#[must_use]
pub fn normal(address: &str) -> Option<String> {
    let address = address.split('#').next().unwrap_or_default();
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let plain = path.replacen("/index.php/", "/", 1);
    let plain = if query.is_empty() { &plain } else { plain.trim_end_matches("/index.php") };
    let path = encoded(plain.trim_end_matches('/'));
    let normal = match (path.as_str(), query) {
        ("", "") => return None,
        ("", query) => format!("/?{}", encoded(query)),
        (path, "") => path.to_owned(),
        (path, query) => format!("{path}/?{}", encoded(query)),
    };
    (normal.starts_with('/') && normal.len() <= BYTES_MAX).then_some(normal)
}

/// Decodes what is percent-encoded, and encodes what has to be.
fn encoded(part: &str) -> String {
    percent_encode(&percent_decode_str(part).collect::<Vec<_>>(), HAS_NO_PLACE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_address_is_the_same_however_it_is_written() {
        for (one, other) in [
            ("/a/b/", "/a/b"),
            ("/caf%c3%a9/", "/café"),
            ("/?p=12", "?p=12"),
            ("/a?b=c#d", "/a/?b=c"),
            ("/%61", "/a"),
            ("/a%2", "/a%252"),
            ("/index.php/a/", "/a"),
            ("/b/index.php/a", "/b/a"),
            ("/index.php?p=1", "/?p=1"),
            ("/index.php/?p=1", "/?p=1"),
        ] {
            assert_eq!(normal(one), normal(other), "{one}");
        }
        assert_ne!(normal("/a"), normal("/A"));
    }

    #[test]
    fn a_part_of_a_page_leads_to_the_whole() {
        for (part, all) in [
            ("/a/b/feed", "/a/b"),
            ("/a/comment-page-2", "/a"),
            ("/a/page/3", "/a"),
            ("/a/amp/?x=1", "/a"),
            ("/?p=1&preview=true", "/?p=1"),
            ("/feed/atom", "/feed"),
            ("/wp-content/uploads/a-300x200.jpg", "/wp-content/uploads/a.jpg"),
            ("/wp-content/uploads/a-x200.jpg", "/wp-content/uploads/a-x200.jpg"),
            ("/a-3x2.html", "/a-3x2.html"),
            ("/a/b", "/a/b"),
        ] {
            assert_eq!(whole(part), all, "{part}");
        }
    }

    #[test]
    fn a_list_is_known_wherever_it_stands() {
        for (address, kept) in [
            ("/category/doom", Some("/*/category/doom")),
            ("/blog/category/music/doom", Some("/*/category/doom")),
            ("/archives/tag/doom", Some("/*/tag/doom")),
            ("/topics/doom", Some("/*/doom")),
            ("/2019", Some("/*/2019")),
            ("/blog/2019/05/14", Some("/*/2019/05")),
            ("/2019/05/first-light", Some("/*/first-light")),
            ("/doom", None),
            ("/", None),
        ] {
            assert_eq!(list(address).as_deref(), kept, "{address}");
        }
        assert_eq!(list("/author/Ada.Leeds"), list("/blog/author/ada-leeds"));
        assert!(!list("/author/ada").unwrap().contains("ada"));
    }

    #[test]
    fn what_is_the_houses_own_is_no_old_address() {
        for old in ["/?p=12", "/?lang=de&p=12", "/2020/01/help/", "/helpful", "/blog/?done=1", "/index.php?p=1"] {
            assert!(may_be_old(old), "{old}");
        }
        for ours in [
            "/?done=joined", "/?token=x", "/?q", "/help", "/help/", "/hel%70/gb", "/join?x=1", "/in/abc",
            "/files/1/a.png", "/", "",
        ] {
            assert!(!may_be_old(ours), "{ours}");
        }
    }

    #[test]
    fn the_front_page_and_what_is_no_address_are_not_old_addresses() {
        for none in ["", "/", "/#top", "x", &format!("/{}", "x".repeat(2_000))] {
            assert_eq!(normal(none), None, "{none}");
        }
    }
}
