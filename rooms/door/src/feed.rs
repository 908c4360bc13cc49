//! What is new, for people who follow from outside: Atom (RFC 4287) and JSON Feed 1.1, from what the rooms say is
//! newest and everyone may see. Addresses in them are whole, since a feed is read elsewhere.

use base::clock;
use base::house::House;
use base::refusal::Refusal;
use base::room::Entry;

/// Entries in one feed.
const ENTRIES_MAX: usize = 30;
/// The feed that holds what every other holds.
pub const ALL: &str = "all";

/// A feed, ready to be written.
#[derive(Clone, Debug)]
pub struct Feed {
    pub name: String,
    /// Its title, in the words of the house.
    pub title: String,
    pub entries: Vec<Entry>,
}

impl Feed {
    /// The names of all feeds of the house, the one of everything first.
    #[must_use]
    pub fn names(house: &House) -> Vec<&'static str> {
        [ALL].into_iter().chain(house.rooms.iter().flat_map(|room| room.feeds()).copied()).collect()
    }

    /// What is newest in a feed; [`Refusal::NotFound`] where no room has one of this name.
    pub async fn of(house: &House, name: &str) -> Result<Self, Refusal> {
        let mut entries = Vec::new();
        for room in house.rooms {
            for feed in room.feeds().iter().filter(|feed| **feed == name || name == ALL) {
                entries.extend(room.newest(house, feed, ENTRIES_MAX as i64).await?);
            }
        }
        if !Self::names(house).contains(&name) {
            return Err(Refusal::NotFound);
        }
        entries.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.place.cmp(&other.place)));
        entries.truncate(ENTRIES_MAX);
        Ok(Self { name: name.to_owned(), title: house.words.say(&format!("feed-{name}")).to_owned(), entries })
    }

    /// When something in it changed last; the beginning of time where nothing is.
    fn changed_at(&self) -> i64 {
        self.entries.iter().map(|entry| entry.changed_at.max(entry.at)).max().unwrap_or(0)
    }

    /// As Atom.
    #[must_use]
    pub fn atom(&self, house: &House) -> String {
        let own = house.address(&format!("/feeds/{}.atom", self.name));
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        out += &format!("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n", xml(&house.words.lang));
        out += &format!("<title>{} · {}</title>\n<id>{}</id>\n", xml(&self.title), xml(&house.name()), xml(&own));
        out += &format!(
            "<link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n",
            xml(&own),
            xml(&house.address("/"))
        );
        out += &format!(
            "<updated>{}</updated>\n<author><name>{}</name></author>\n",
            clock::rfc3339(self.changed_at()),
            xml(&house.name())
        );
        self.entries.iter().for_each(|entry| out += &atom_entry(house, entry));
        out + "</feed>\n"
    }

    /// As JSON Feed.
    #[must_use]
    pub fn json(&self, house: &House) -> String {
        let items: Vec<_> = self.entries.iter().map(|entry| json_item(house, entry)).collect();
        serde_json::json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": format!("{} · {}", self.title, house.name()),
            "home_page_url": house.address("/"),
            "feed_url": house.address(&format!("/feeds/{}.json", self.name)),
            "language": house.words.lang,
            "items": items,
        })
        .to_string()
    }
}

fn atom_entry(house: &House, entry: &Entry) -> String {
    let address = xml(&house.address(entry.place.as_str()));
    let mut out = format!(
        "<entry><title>{}</title><id>{address}</id><link rel=\"alternate\" type=\"text/html\" href=\"{address}\"/>",
        xml(&entry.title)
    );
    out += &format!(
        "<published>{}</published><updated>{}</updated>",
        clock::rfc3339(entry.at),
        clock::rfc3339(entry.changed_at.max(entry.at))
    );
    if let Some(author) = &entry.author {
        out += &format!("<author><name>{}</name></author>", xml(author));
    }
    entry.tags.iter().for_each(|tag| out += &format!("<category term=\"{}\"/>", xml(tag)));
    if !entry.line.is_empty() {
        out += &format!("<summary>{}</summary>", xml(&entry.line));
    }
    if !entry.html.is_empty() {
        out += &format!("<content type=\"html\">{}</content>", xml(&whole_addresses(house, &entry.html)));
    }
    out + "</entry>\n"
}

fn json_item(house: &House, entry: &Entry) -> serde_json::Value {
    let address = house.address(entry.place.as_str());
    let mut item = serde_json::json!({
        "id": address,
        "url": address,
        "title": entry.title,
        "date_published": clock::rfc3339(entry.at),
        "date_modified": clock::rfc3339(entry.changed_at.max(entry.at)),
        "tags": entry.tags,
    });
    if !entry.line.is_empty() {
        item["summary"] = entry.line.as_str().into();
    }
    if entry.html.is_empty() {
        item["content_text"] = entry.line.as_str().into();
    } else {
        item["content_html"] = whole_addresses(house, &entry.html).into();
    }
    if let Some(author) = &entry.author {
        item["authors"] = serde_json::json!([{ "name": author }]);
    }
    item
}

/// Our own HTML with the addresses of this house in full.
fn whole_addresses(house: &House, html: &str) -> String {
    let base = house.address("/");
    html.replace(" href=\"/", &format!(" href=\"{base}")).replace(" src=\"/", &format!(" src=\"{base}"))
}

/// Text, escaped for XML, without what XML has no room for.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
