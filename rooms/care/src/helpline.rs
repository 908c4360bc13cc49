//! Helplines: services outside the house that answer people, by country. The pack brings them; whoever keeps them says
//! when each was last checked. Reading them needs no database, so the page is there on a bad day.

use base::house::House;
use base::pack::Helpline;

/// A country with its numbers, in the pack's order.
#[derive(Debug)]
pub struct Country<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub lines: Vec<&'a Helpline>,
}

/// Every country, in the pack's order.
#[must_use]
pub fn countries(house: &House) -> Vec<Country<'_>> {
    let mut countries: Vec<Country<'_>> = Vec::new();
    for line in &house.pack.helplines {
        match countries.iter_mut().find(|country| country.id == line.country) {
            Some(country) => country.lines.push(line),
            None => countries.push(Country { id: &line.country, name: &line.country_name, lines: vec![line] }),
        }
    }
    countries
}

/// The numbers of the community's own country: the one its pack names first.
#[must_use]
pub fn first_country(house: &House) -> Vec<&Helpline> {
    countries(house).into_iter().next().map_or_else(Vec::new, |country| country.lines)
}
