//! Addresses of the old site, and what becomes of them here.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use ammonia::Url;
use percent_encoding::percent_decode_str;

use crate::wxr::Site;

/// The old site: what it is called, and which addresses are its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hosts {
    /// Its address without `https://`, as keys name it.
    pub name: String,
    /// The path it stands at on its host; empty when it has the host to itself.
    pub root: String,
    /// Where its files are besides, as `host/path/`: what its attachments said.
    pub uploads: Vec<String>,
    /// Where among the files of a network those of this site are: `sites/2/`; empty for a site by itself.
    pub part: String,
    base: Option<Url>,
    hosts: Vec<String>,
    /// The host of the network it is part of, which may keep its files; what else is there is others'.
    network: Option<String>,
}

/// What stands before a site's name where it keeps copies of its files.
const SIDES: [&str; 8] = ["assets", "cdn", "dev", "images", "img", "media", "staging", "static"];
/// Places where a site's files are besides its own.
const PLACES_MAX: usize = 8;

impl Hosts {
    pub(super) fn of(site: &Site) -> Self {
        let parse = |address: &String| Url::parse(address).ok();
        let network = parse(&site.site_url);
        let mut urls: Vec<Url> = [&site.blog_url, &site.link].into_iter().filter_map(parse).collect();
        if urls.is_empty() {
            urls.extend(network.clone());
        }
        let hosts = urls.iter().filter_map(host_of).collect();
        let network = network.as_ref().and_then(host_of);
        let base = urls.into_iter().next();
        let root = base.as_ref().map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        let name = base.as_ref().map(|url| format!("{}{root}", host_of(url).unwrap_or_default())).unwrap_or_default();
        Self { name, root, uploads: Vec::new(), part: String::new(), base, hosts, network }
    }

    /// The same for a site of which more is known now.
    pub(super) fn again(self, site: &Site) -> Self {
        Self { uploads: self.uploads, part: self.part, ..Self::of(site) }
    }

    /// Learns from an attachment where the site's files are: its address, and what of that is the path of the file.
    pub(super) fn learn(&mut self, address: &str, file: &str) {
        let Some(place) = Url::parse(address.trim()).ok().and_then(|url| place_of(&url)) else { return };
        if self.upload(address).is_some_and(|below| below == file || file.is_empty()) {
            return;
        }
        let before = place.strip_suffix(file).filter(|before| !file.is_empty() && before.ends_with('/'));
        // The blogs of WordPress.com keep their files at a host that has nothing else.
        let host = || {
            place
                .split_once('/')
                .map(|(host, _)| format!("{host}/"))
                .filter(|host| host.ends_with(".files.wordpress.com/"))
        };
        if let Some(before) = before
            .map(str::to_owned)
            .or_else(host)
            .filter(|before| !self.uploads.contains(before) && self.uploads.len() < PLACES_MAX)
        {
            if let Some((_, part)) = before.split_once(UPLOADS).filter(|(_, part)| part.starts_with("sites/")) {
                part.clone_into(&mut self.part);
            }
            self.uploads.push(before);
        }
    }

    /// Reads an address as it stands in a text, and whether it is the old site's own.
    fn read(&self, address: &str) -> Option<(Url, bool)> {
        let address = address.trim();
        let url = match &self.base {
            Some(base) => base.join(address).ok()?,
            // Without an address of its own, the site's paths can still be told from other sites' addresses.
            None => Url::parse("http://localhost/").ok()?.join(address).ok()?,
        };
        let host = host_of(&url);
        let is_below =
            url.path().strip_prefix(&self.root).is_some_and(|below| below.is_empty() || below.starts_with('/'));
        let is_own = host.is_some_and(|host| {
            (self.hosts.contains(&host) && is_below) || (self.base.is_none() && host == "localhost")
        });
        Some((url, is_own))
    }

    /// The path below its uploads, when an address is that of a file of the old site.
    pub(super) fn upload(&self, address: &str) -> Option<String> {
        let (url, is_own) = self.read(address)?;
        let place = place_of(&url)?;
        let known = |place: &str| {
            self.uploads
                .iter()
                .find_map(|before| place.strip_prefix(before.as_str()))
                .filter(|below| !below.is_empty())
                .map(decoded)
        };
        if let Some(below) = known(&place) {
            return Some(below);
        }
        // WordPress' own picture servers carry the site's address in their path.
        let is_mirror =
            url.host_str().is_some_and(|host| matches!(host, "i0.wp.com" | "i1.wp.com" | "i2.wp.com" | "i3.wp.com"));
        let beneath =
            if is_mirror { place.split_once('/').map(|(_, beneath)| beneath.trim_start_matches("www.")) } else { None };
        if let Some(below) = beneath.and_then(known) {
            return Some(below);
        }
        let beside = |host: &str| {
            host.split_once('.')
                .filter(|(side, _)| SIDES.contains(side))
                .is_some_and(|(_, host)| self.hosts.iter().any(|own| own == host))
        };
        let is_own = is_own
            || host_of(&url).is_some_and(|host| {
                self.hosts.contains(&host) || self.network.as_ref() == Some(&host) || beside(&host)
            });
        let is_mirrored = is_mirror
            && self
                .hosts
                .iter()
                .any(|host| url.path().trim_start_matches("/www.").trim_start_matches('/').starts_with(host.as_str()));
        (is_own || is_mirrored).then(|| upload_path(url.path())).flatten()
    }

    /// The path in this house of an address of the old site, which leads on to where the thing is now; any other
    /// address as it is. `files` are paths below the uploads and where they are here.
    pub(super) fn here(&self, address: &str, files: &HashMap<String, String>) -> Option<String> {
        if address.trim().starts_with('#') || address.trim().is_empty() {
            return None;
        }
        if let Some(name) = self.upload(address) {
            return files.get(&name).cloned().or_else(|| self.read(address).map(|(url, _)| url.into()));
        }
        let (url, is_own) = self.read(address)?;
        match url.scheme() {
            "http" | "https" if is_own => {
                let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
                Some(format!("{}{query}", url.path()))
            }
            "http" | "https" | "mailto" | "tel" => Some(url.into()),
            _ => None,
        }
    }

    /// Path and query of an address of the old site, as a redirect keeps it.
    pub(super) fn old_path(&self, address: &str) -> Option<String> {
        let (url, is_own) = self.read(address).filter(|_| !address.trim().is_empty())?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        is_own.then(|| format!("{}{query}", url.path()))
    }

    /// Paths below the uploads that a text names.
    pub(super) fn uploads_in(&self, text: &str) -> Vec<String> {
        let ends = |c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '(' | ')' | '[' | ']' | '=' | ',' | '\\')
        };
        let addresses = text.split(ends).filter(|run| {
            run.len() <= ADDRESS_BYTES_MAX
                && (run.contains(UPLOADS) || self.uploads.iter().any(|before| run.contains(before.as_str())))
        });
        addresses
            .filter_map(|address| self.upload(&address.replace("&amp;", "&")))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}

const UPLOADS: &str = "wp-content/uploads/";
/// The longest address that is looked at.
const ADDRESS_BYTES_MAX: usize = 2_000;

/// The part of an address below the uploads, decoded.
pub(super) fn upload_path(address: &str) -> Option<String> {
    let (_, below) = address.split_once(UPLOADS)?;
    let below = below.split(['?', '#']).next().unwrap_or_default();
    Some(decoded(below)).filter(|below| !below.is_empty())
}

/// Percent-encoding resolved, where that gives text.
fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8().map_or_else(|_| part.to_owned(), Cow::into_owned)
}

/// Host and path of an address.
fn place_of(url: &Url) -> Option<String> {
    Some(format!("{}{}", host_of(url)?, url.path()))
}

fn host_of(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_start_matches("www.");
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Hosts {
        Hosts::of(&Site {
            blog_url: "https://www.old.example/blog".into(),
            site_url: "http://wp.old.example".into(),
            ..Site::default()
        })
    }

    #[test]
    fn what_was_the_sites_own_leads_to_a_path_here_and_the_rest_stays() {
        let files = HashMap::from([("2020/a b.jpg".to_owned(), "/files/1/a.jpg".to_owned())]);
        for (address, here) in [
            ("https://old.example/blog/one/?x=1#y", Some("/blog/one/?x=1")),
            ("/blog/two", Some("/blog/two")),
            ("two", Some("https://www.old.example/two")),
            ("https://old.example/blogging", Some("https://old.example/blogging")),
            ("http://wp.old.example/another/blog", Some("http://wp.old.example/another/blog")),
            ("http://wp.old.example/wp-content/uploads/2020/a%20b.jpg", Some("/files/1/a.jpg")),
            ("https://i0.wp.com/old.example/blog/wp-content/uploads/2020/a%20b.jpg?w=3", Some("/files/1/a.jpg")),
            (
                "https://old.example/blog/wp-content/uploads/none.jpg",
                Some("https://old.example/blog/wp-content/uploads/none.jpg"),
            ),
            ("https://cdn.old.example/wp-content/uploads/2020/a%20b.jpg", Some("/files/1/a.jpg")),
            ("https://cdn.old.example/about", Some("https://cdn.old.example/about")),
            (
                "https://blog.old.example/wp-content/uploads/2020/a%20b.jpg",
                Some("https://blog.old.example/wp-content/uploads/2020/a%20b.jpg"),
            ),
            (
                "https://else.example/wp-content/uploads/2020/a%20b.jpg",
                Some("https://else.example/wp-content/uploads/2020/a%20b.jpg"),
            ),
            ("mailto:a@b.example", Some("mailto:a@b.example")),
            ("javascript:alert(1)", None),
            ("#top", None),
            ("", None),
        ] {
            assert_eq!(hosts().here(address, &files).as_deref(), here, "{address}");
        }
        assert_eq!(hosts().name, "old.example/blog");
    }

    #[test]
    fn where_its_files_are_is_learned_from_its_attachments() {
        let mut hosts = Hosts::of(&Site {
            blog_url: "https://ours.wordpress.com".into(),
            site_url: "https://wordpress.com/".into(),
            ..Site::default()
        });
        hosts.learn("https://ours.files.wordpress.com/2013/03/a.png", "");
        hosts.learn("https://cdn.example/some/where/2013/03/b.png", "2013/03/b.png");
        hosts.learn("nonsense", "2013/03/b.png");
        hosts.learn("https://ours.wordpress.com/wp-content/uploads/sites/2/2013/03/f.png", "2013/03/f.png");
        assert_eq!(hosts.part, "sites/2/");
        let text = "<img src=\"https://ours.files.wordpress.com/2013/03/a%20b.png?w=300\"> http://cdn.example/some/where/c.jpg https://i1.wp.com/ours.files.wordpress.com/d.png https://cdn.example/e.jpg https://ours.wordpress.com/wp-content/uploads/sites/2/g.jpg";
        assert_eq!(hosts.uploads_in(text), ["2013/03/a b.png", "c.jpg", "d.png", "g.jpg"]);
        assert_eq!(
            hosts.here("https://wordpress.com/themes", &HashMap::new()).as_deref(),
            Some("https://wordpress.com/themes")
        );
        assert_eq!(hosts.here("http://ours.wordpress.com/about/", &HashMap::new()).as_deref(), Some("/about/"));
    }

    #[test]
    fn files_that_a_text_names_are_found_in_it() {
        let text = "<img src=\"https://old.example/blog/wp-content/uploads/a.jpg\" srcset=\"/wp-content/uploads/b-1x1.jpg 1w, https://old.example/wp-content/uploads/b-2x2.jpg 2w\"> [audio mp3=http://wp.old.example/wp-content/uploads/c.mp3] (https://else.example/wp-content/uploads/d.jpg)";
        assert_eq!(hosts().uploads_in(text), ["a.jpg", "b-1x1.jpg", "b-2x2.jpg", "c.mp3"]);
    }

    #[test]
    fn a_site_that_says_no_address_still_has_paths() {
        let nameless = Hosts::of(&Site::default());
        assert_eq!(nameless.here("/a", &HashMap::new()).as_deref(), Some("/a"));
        assert_eq!(nameless.here("https://b.example/c", &HashMap::new()).as_deref(), Some("https://b.example/c"));
    }
}
