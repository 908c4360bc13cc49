//! The host's settings: one TOML file (`circlepit.toml` in the data folder) and environment variables, which win.
//! `docs/settings.md` is made from [`ALL`], so it is never out of date.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use crate::db::Where;

/// One setting, as documented.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub name: &'static str,
    pub env: &'static str,
    pub default: &'static str,
    pub what: &'static str,
}

const fn setting(name: &'static str, env: &'static str, default: &'static str, what: &'static str) -> Setting {
    Setting { name, env, default, what }
}

pub const ALL: &[Setting] = &[
    setting("listen", "CIRCLEPIT_LISTEN", "127.0.0.1:3000", "Address and port to listen on."),
    setting(
        "public_url",
        "CIRCLEPIT_PUBLIC_URL",
        "",
        "The address people type, e.g. `https://pit.example`. Empty: `http://` and the listening address. Anything but loopback needs `https://`: cookies then carry the `__Host-` prefix.",
    ),
    setting(
        "database",
        "CIRCLEPIT_DATABASE",
        "",
        "Empty: a SQLite file in the data folder. Or `postgres://user:password@host/name`.",
    ),
    setting(
        "trusted_proxies",
        "CIRCLEPIT_TRUSTED_PROXIES",
        "",
        "Addresses of proxies in front, separated by commas (or a list). Only they may say for whom they ask (used for rate limits in memory, never stored).",
    ),
    setting(
        "log",
        "CIRCLEPIT_LOG",
        "info",
        "How much to log: `error`, `warn`, `info`, `debug`, or a filter such as `info,base=debug`. Logs hold no address, browser or words of people.",
    ),
    setting("log_format", "CIRCLEPIT_LOG_FORMAT", "text", "`text` or `json`."),
    setting(
        "metrics",
        "CIRCLEPIT_METRICS",
        "",
        "Empty: off. Or a loopback address and port on which `/metrics` answers Prometheus.",
    ),
    setting(
        "cache_mb",
        "CIRCLEPIT_CACHE_MB",
        "8",
        "Memory for finished pages that guests see, in megabytes. 0: none are kept.",
    ),
    setting(
        "upload_mb",
        "CIRCLEPIT_UPLOAD_MB",
        "8",
        "The largest file that an import takes along, in megabytes. What people send by forms stops at 4.",
    ),
];

#[derive(Clone, Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    pub public_url: String,
    pub database: Where,
    pub trusted_proxies: Vec<IpAddr>,
    pub log: String,
    pub log_json: bool,
    pub metrics: Option<SocketAddr>,
    pub cache_bytes: usize,
    pub upload_bytes: usize,
}

/// Why the settings cannot be used: names the setting and where it stands.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{setting}: {why}")]
pub struct SettingsTrouble {
    pub setting: String,
    pub why: String,
}

fn trouble(setting: &str, why: impl ToString) -> SettingsTrouble {
    SettingsTrouble { setting: setting.to_owned(), why: why.to_string() }
}

impl Settings {
    /// Reads `FOLDER/circlepit.toml`, if it is there, and then the environment through `env`.
    pub fn read(folder: &Path, env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsTrouble> {
        let file = folder.join("circlepit.toml");
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(trouble(&file.display().to_string(), e)),
        };
        let mut values = Self::from_toml(&text)?;
        for one in ALL {
            if let Some(value) = env(one.env) {
                values.insert(one.name, value);
            }
        }
        Self::from_values(folder, &values)
    }

    fn from_toml(text: &str) -> Result<BTreeMap<&'static str, String>, SettingsTrouble> {
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| trouble("circlepit.toml", e.message()))?;
        table
            .into_iter()
            .map(|(name, value)| {
                let known = ALL
                    .iter()
                    .find(|one| one.name == name)
                    .ok_or_else(|| trouble(&name, "there is no setting of this name"))?;
                Ok((known.name, as_text(&value)))
            })
            .collect()
    }

    fn from_values(folder: &Path, values: &BTreeMap<&'static str, String>) -> Result<Self, SettingsTrouble> {
        let get = |name: &'static str| {
            let default = ALL.iter().find(|one| one.name == name).expect("a documented setting").default;
            values.get(name).map_or(default, String::as_str).trim()
        };
        let listen: SocketAddr =
            get("listen").parse().map_err(|_| trouble("listen", "needs an address and port such as 127.0.0.1:3000"))?;
        let public_url = match get("public_url") {
            "" => format!("http://{listen}"),
            url => read_url(url)?,
        };
        let database = match get("database") {
            "" => Where::File(folder.join("circlepit.db")),
            url if url.starts_with("postgres://") || url.starts_with("postgresql://") => Where::Server(url.to_owned()),
            _ => return Err(trouble("database", "leave it empty, or give a postgres:// address")),
        };
        let proxies = get("trusted_proxies").split(',').map(str::trim).filter(|one| !one.is_empty());
        let trusted_proxies = proxies
            .map(|one| one.parse().map_err(|_| trouble("trusted_proxies", format!("{one} is not an address"))))
            .collect::<Result<_, _>>()?;
        let megabytes = |name, least: usize| {
            get(name)
                .parse::<usize>()
                .ok()
                .filter(|mb| (least..=4096).contains(mb))
                .map(|mb| mb << 20)
                .ok_or_else(|| trouble(name, format!("needs a number of megabytes from {least} to 4096")))
        };
        let metrics =
            match get("metrics") {
                "" => None,
                address => {
                    Some(address.parse::<SocketAddr>().ok().filter(|at| at.ip().is_loopback()).ok_or_else(|| {
                        trouble("metrics", "needs a loopback address and port such as 127.0.0.1:9090")
                    })?)
                }
            };
        let log_json = match get("log_format") {
            "text" => false,
            "json" => true,
            _ => return Err(trouble("log_format", "is text or json")),
        };
        let log = get("log").to_owned();
        if !log.split(',').all(says_a_level) {
            return Err(trouble("log", "is error, warn, info or debug, or a filter such as info,base=debug"));
        }
        Ok(Self {
            listen,
            public_url,
            database,
            trusted_proxies,
            log,
            log_json,
            metrics,
            cache_bytes: megabytes("cache_mb", 0)?,
            upload_bytes: megabytes("upload_mb", 1)?,
        })
    }

    /// Whether people come over plain HTTP on this very machine, where secure cookies cannot work.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.public_url.starts_with("http://")
    }

    /// The session cookie's name: the `__Host-` prefix everywhere but on loopback.
    #[must_use]
    pub fn cookie_name(&self) -> &'static str {
        if self.is_plain() { "circlepit" } else { "__Host-circlepit" }
    }

    /// `docs/settings.md`.
    #[must_use]
    pub fn document() -> String {
        let head = "# Settings\n\nIn `circlepit.toml` in the data folder, or as environment variables (which win). Made from `base/src/settings.rs`; a test keeps it true.\n\n| setting | variable | default | what |\n|---|---|---|---|\n";
        ALL.iter().fold(head.to_owned(), |out, one| {
            let default = if one.default.is_empty() { "(empty)".to_owned() } else { format!("`{}`", one.default) };
            out + &format!("| `{}` | `{}` | {default} | {} |\n", one.name, one.env, one.what)
        })
    }
}

/// A value as a variable would say it: a list has commas between.
fn as_text(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(list) => list.iter().map(as_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// Whether one part of a filter says how much: `info`, or `base=debug`.
fn says_a_level(part: &str) -> bool {
    let level = part.rsplit_once('=').map_or(part, |(_, level)| level).trim();
    ["off", "error", "warn", "info", "debug", "trace"].iter().any(|known| known.eq_ignore_ascii_case(level))
}

fn read_url(url: &str) -> Result<String, SettingsTrouble> {
    let (scheme, host) = url.split_once("://").ok_or_else(|| trouble("public_url", "needs https:// in front"))?;
    let host = host.trim_end_matches('/');
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let loopback =
        name == "localhost" || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match scheme {
        _ if host.is_empty() || host.contains('/') => {
            Err(trouble("public_url", "is an address without a path, such as https://pit.example"))
        }
        "https" => Ok(format!("https://{host}")),
        "http" if loopback => Ok(format!("http://{host}")),
        _ => Err(trouble("public_url", "needs https:// (plain http:// only works on this very machine)")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Result<Settings, SettingsTrouble> {
        Settings::from_values(
            Path::new("/data"),
            &pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        )
    }

    #[test]
    fn with_nothing_set_it_listens_on_loopback_with_a_file_and_plain_cookies() {
        let settings = read(&[]).unwrap();
        assert!(settings.listen.ip().is_loopback());
        assert_eq!(settings.database, Where::File("/data/circlepit.db".into()));
        assert_eq!(settings.cookie_name(), "circlepit");
    }

    #[test]
    fn keeping_pages_can_be_turned_off() {
        assert_eq!(read(&[("cache_mb", "0")]).unwrap().cache_bytes, 0);
    }

    #[test]
    fn cookies_carry_the_host_prefix_everywhere_but_on_loopback() {
        assert_eq!(read(&[("public_url", "https://pit.example/")]).unwrap().cookie_name(), "__Host-circlepit");
        assert_eq!(read(&[("public_url", "http://pit.example")]).unwrap_err().setting, "public_url");
    }

    #[test]
    fn how_much_is_logged_is_a_level_or_a_filter() {
        for log in ["debug", "WARN", "info,base=debug", "off, base::db=trace"] {
            assert_eq!(read(&[("log", log)]).unwrap().log, log);
        }
    }

    #[test]
    fn a_list_and_a_number_are_taken_as_they_are_written() {
        let values = Settings::from_toml("trusted_proxies = ['127.0.0.1', '::1']\ncache_mb = 3").unwrap();
        let settings = Settings::from_values(Path::new("/data"), &values).unwrap();
        assert_eq!((settings.trusted_proxies.len(), settings.cache_bytes), (2, 3 << 20));
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (name, value) in [
            ("listen", "here"),
            ("database", "mysql://x"),
            ("trusted_proxies", "1.2.3"),
            ("cache_mb", "-1"),
            ("upload_mb", "0"),
            ("metrics", "0.0.0.0:1"),
            ("log_format", "xml"),
            ("log", "loud"),
            ("log", "info,loud"),
        ] {
            assert_eq!(read(&[(name, value)]).unwrap_err().setting, name);
        }
        assert_eq!(Settings::from_toml("listn = 'x'").unwrap_err().setting, "listn");
    }
}
