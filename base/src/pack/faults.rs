//! What keeps a pack from being used, in the words of somebody who has to mend it.

use std::collections::BTreeSet;

use super::Pack;
use crate::place::Place;
use crate::sleeve::LAMP;

/// Colours that a pack may choose.
const TOKENS: [&str; 4] = ["lamp", "on-lamp", "lamp-ink", "lamp-line"];
/// The house's own text on its lamp, where a pack has none.
const ON_LAMP: &str = "#171208";
/// What an accent stands on, by theme (`assets/tokens.css`): the page, and what lies on it.
const GROUNDS: [(&str, [&str; 2]); 2] = [("dark", ["#0f0e0c", "#1a1815"]), ("light", ["#f5f0e5", "#fffbf2"])];
/// Contrast that text of any size needs, and lines that bound what can be used (WCAG 2.2, 1.4.3 and 1.4.11).
const CONTRAST_MIN: f64 = 4.5;
const LINE_CONTRAST_MIN: f64 = 3.0;

impl Pack {
    /// Everything that is wrong with it, a line each.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Faults(Vec::new());
        self.lists(&mut faults);
        self.genealogy(&mut faults);
        self.accent(&mut faults);
        for (thing, called) in &self.rooms {
            let is_name = thing.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            let is_line = !called.trim().is_empty() && !called.contains(['{', '}', '\n']);
            faults.unless(is_name && is_line, || format!("rooms: {thing} has to be one line without braces"));
        }
        for feeling in &self.feelings {
            let is_path = feeling.mark.chars().all(|c| c.is_ascii_digit() || "MLHVCSQTAZ .-".contains(c));
            faults.unless(is_path && feeling.mark.starts_with('M'), || {
                format!("mark of {}: it has to be SVG path data that begins with M", feeling.id)
            });
        }
        for duty in &self.duties {
            faults.unless(duty.seats >= 2, || format!("duty {}: two seats at least", duty.id));
            faults.unless((1..=365).contains(&duty.term_days), || format!("duty {}: a term is 1 to 365 days", duty.id));
        }
        for line in &self.helplines {
            let can_be_reached = line.number.is_some() || line.text.is_some() || line.url.is_some();
            faults.unless(can_be_reached, || format!("helpline {}: a number, a text number or a site", line.name));
            let is_day = line.checked.is_empty() || line.checked_at().is_some();
            faults.unless(is_day, || format!("helpline {}: checked is a day, such as 2026-11-12, or empty", line.name));
        }
        for page in &self.pages {
            let is_address = Place::read(&format!("/pages/{}", page.slug)).is_some();
            faults.unless(is_address, || format!("page “{}”: this cannot be an address", page.slug));
            faults.unless(!page.words.trim().is_empty(), || format!("page {}: {} is empty", page.slug, page.file));
        }
        faults.0
    }

    /// Nothing stands twice in a list, and what every house needs is there.
    fn lists(&self, faults: &mut Faults) {
        let lists: [(&str, Vec<&str>); 5] = [
            ("feelings", self.feelings.iter().map(|it| it.id.as_str()).collect()),
            ("genres", self.genres.iter().map(|it| it.id.as_str()).collect()),
            ("duties", self.duties.iter().map(|it| it.id.as_str()).collect()),
            ("reactions", self.reactions.iter().map(|it| it.id.as_str()).collect()),
            ("pages", self.pages.iter().map(|it| it.slug.as_str()).collect()),
        ];
        for (list, ids) in &lists {
            let mut seen = BTreeSet::new();
            for id in ids {
                faults.unless(seen.insert(id), || format!("{list}: “{id}” twice"));
            }
            faults.unless(!ids.is_empty() || *list == "genres", || format!("{list}: none at all"));
        }
        let marks: BTreeSet<_> = self.feelings.iter().map(|it| &it.mark).collect();
        faults.unless(marks.len() == self.feelings.len(), || "feelings: two have the same mark".to_owned());
        faults.unless(!self.community.heading.is_empty(), || "community: the heading has no line".to_owned());
    }

    /// Every genre has a parent that is there, and none descends from itself.
    fn genealogy(&self, faults: &mut Faults) {
        for genre in &self.genres {
            if let Some(parent) = genre.parent.as_deref() {
                faults.unless(self.genre(parent).is_some(), || format!("genre {}: there is no “{parent}”", genre.id));
            }
            let line = std::iter::successors(Some(genre), |it| self.genre(it.parent.as_deref()?));
            faults.unless(line.take(10).count() < 10, || format!("genre {}: it descends from itself", genre.id));
        }
    }

    /// The accent is made of colours that are known, and what stands on it can be read.
    fn accent(&self, faults: &mut Faults) {
        for (theme, tokens) in &self.colours {
            let Some((_, grounds)) = GROUNDS.iter().find(|(known, _)| known == theme) else {
                faults.0.push(format!("colours: there is no theme “{theme}”"));
                continue;
            };
            for (token, value) in tokens {
                faults.unless(TOKENS.contains(&token.as_str()), || format!("colours: there is no “{token}”"));
                faults.unless(luminance(value).is_some(), || {
                    format!("colours, {theme}: {token} is “{value}”, and has to be like #7fc4d6")
                });
            }
            let of = |token, houses| tokens.get(token).map_or(houses, String::as_str);
            let lamp = contrast(of("on-lamp", ON_LAMP), of("lamp", LAMP));
            faults.unless(lamp.is_none_or(|lamp| lamp >= CONTRAST_MIN), || {
                format!(
                    "colours, {theme}: on-lamp can't be read on lamp, the contrast has to be {CONTRAST_MIN} or more"
                )
            });
            for (token, least) in [("lamp-ink", CONTRAST_MIN), ("lamp-line", LINE_CONTRAST_MIN)] {
                for ground in grounds {
                    let apart = tokens.get(token).and_then(|colour| contrast(colour, ground));
                    faults.unless(apart.is_none_or(|apart| apart >= least), || {
                        format!(
                            "colours, {theme}: {token} is too like {ground}, the contrast has to be {least} or more"
                        )
                    });
                }
            }
        }
    }
}

struct Faults(Vec<String>);

impl Faults {
    fn unless(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            let fault = fault();
            if !self.0.contains(&fault) {
                self.0.push(fault);
            }
        }
    }
}

/// How well two colours can be told apart, as WCAG 2 defines it; nothing where one is no colour.
fn contrast(one: &str, other: &str) -> Option<f64> {
    let (one, other) = (luminance(one)? + 0.05, luminance(other)? + 0.05);
    Some(one.max(other) / one.min(other))
}

/// Relative luminance of `#rrggbb`, as WCAG 2 defines it; nothing for what is no such colour.
fn luminance(colour: &str) -> Option<f64> {
    let hex = colour.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let part = |from: usize| u8::from_str_radix(&hex[from..from + 2], 16).ok().map(|part| f64::from(part) / 255.0);
    let linear = |it: f64| if it <= 0.040_45 { it / 12.92 } else { ((it + 0.055) / 1.055).powf(2.4) };
    Some(0.2126 * linear(part(0)?) + 0.7152 * linear(part(2)?) + 0.0722 * linear(part(4)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grounds_are_those_of_the_house() {
        let tokens = include_str!("../../../assets/tokens.css");
        for (_, [ground, raised]) in GROUNDS {
            assert!(tokens.contains(&format!("--ground:{ground};--raised:{raised};")), "{ground}");
        }
    }
}
