//! Who said yes, what they answered, and the quotas a panel must keep.
//!
//! What for: the input of every draw. [`Pool::read`] takes the two plain CSV files that organisers have.
//! Promises: nothing contradictory gets past it. Each fault names the file, the row (the header is row 1) and what is
//! wrong. Categories and values are kept in alphabetical order, so the order of rows and columns never changes a draw.
//! Never does: guess at a missing answer, or drop a person silently.

use std::collections::{BTreeMap, HashMap, HashSet};

/// The most people, quotas and seats taken; far above any draw, far below what would exhaust memory.
const PEOPLE_MAX: usize = 200_000;
const QUOTAS_MAX: usize = 2_000;
const COLUMNS_MAX: usize = 2_500;
/// The most quotas and kinds of shared households together; each is a row of a square matrix.
const RULES_MAX: usize = 3_000;
const NAME_MAX: usize = 200;
/// The column that says who lives together, if there is one.
const HOUSEHOLD: &str = "household";
/// How the columns of question and answer are headed: here, and in older and newer files of other selection programs.
const LAYOUTS: [[&str; 2]; 3] = [["category", "feature"], ["category", "name"], ["feature", "value"]];
/// The column of public pools that stands for a name.
pub(crate) const PSEUDONYM: &str = "pseudonym";

/// A pool that makes sense: every person has one answer in every category, and every answer has a quota.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    pub(crate) categories: Vec<String>,
    pub(crate) quotas: Vec<Quota>,
    pub(crate) people: Vec<Person>,
    pub(crate) households: Vec<String>,
    pub(crate) seats: u32,
}

/// How many panel members may give one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The question, such as `age`.
    pub category: String,
    /// The answer, such as `16-29`.
    pub value: String,
    /// The fewest seats.
    pub min: u32,
    /// The most seats.
    pub max: u32,
    /// No relaxation lowers `min` below this.
    pub min_flex: u32,
    /// No relaxation raises `max` above this.
    pub max_flex: u32,
}

/// One person, in file order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// Per category (alphabetical): which quota.
    pub(crate) answers: Vec<usize>,
    pub(crate) household: Option<usize>,
    /// Where they stood in the file, which stays the same in a pool made out of this one.
    pub(crate) row: usize,
}

/// A fault in what was brought.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, row {row}: {fault}")]
pub struct Unreadable {
    /// `people` or `quotas`.
    pub file: &'static str,
    /// The line in the file; the header is 1.
    pub row: u64,
    /// What is wrong, in words.
    pub fault: String,
}

impl Pool {
    /// Reads `respondents.csv` (one column per category, perhaps `household`, others ignored) and `categories.csv`
    /// (`category,feature,min,max`, perhaps `min_flex,max_flex`; `category,name` or `feature,value` may head the first
    /// two) for a panel of `seats` people.
    ///
    /// Spaces around names do not matter, nor do capital letters but in the names of households.
    ///
    /// # Errors
    /// The first fault found, with its file and row.
    pub fn read(people: &str, quotas: &str, seats: u32) -> Result<Self, Unreadable> {
        let quotas = read_quotas(&Table::read("quotas", quotas)?)?;
        read_people(&Table::read("people", people)?, quotas, seats)
    }

    /// How many people are in the pool.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// How many seats the panel has.
    #[must_use]
    pub fn seats(&self) -> u32 {
        self.seats
    }

    /// How many could sit together if there were no quotas: one per household, and everybody who lives alone.
    #[must_use]
    pub fn most_seats(&self) -> usize {
        let alone = self.people.iter().filter(|person| person.household.is_none()).count();
        alone + self.people.iter().filter_map(|person| person.household).collect::<HashSet<_>>().len()
    }

    /// The quotas, by category and value.
    #[must_use]
    pub fn quotas(&self) -> &[Quota] {
        &self.quotas
    }

    /// The same pool under other quotas, in the order of [`Pool::quotas`]; only the numbers are taken.
    ///
    /// # Panics
    /// When there are more or fewer quotas than before.
    #[must_use]
    pub fn with_quotas(&self, quotas: &[Quota]) -> Self {
        assert_eq!(quotas.len(), self.quotas.len(), "one quota for each there was");
        let mut pool = self.clone();
        for (old, new) in pool.quotas.iter_mut().zip(quotas) {
            (old.min, old.max, old.min_flex, old.max_flex) = (new.min, new.max, new.min_flex, new.max_flex);
        }
        pool
    }

    /// What a person answered: `age 16-29, region north`.
    ///
    /// # Panics
    /// When there is no such person.
    #[must_use]
    pub fn answers(&self, person: usize) -> String {
        let answers = self.people[person].answers.iter().map(|&quota| self.quotas[quota].to_string());
        answers.collect::<Vec<_>>().join(", ")
    }

    /// Why this is not a panel, if it is not: people by row number from 0.
    ///
    /// # Errors
    /// The first rule broken, in words.
    pub fn check(&self, panel: &[usize]) -> Result<(), String> {
        let mut count = vec![0_u32; self.quotas.len()];
        let mut seen = vec![false; self.people.len()];
        let mut homes = vec![false; self.households.len()];
        if panel.len() != self.seats as usize {
            return Err(format!("{} people for {} seats", panel.len(), self.seats));
        }
        for &person in panel {
            if person >= self.people.len() || std::mem::replace(&mut seen[person], true) {
                return Err(format!("row {person} is not in the pool, or is there twice"));
            }
            self.people[person].answers.iter().for_each(|&quota| count[quota] += 1);
            if self.people[person].household.is_some_and(|home| std::mem::replace(&mut homes[home], true)) {
                return Err(format!("row {person} lives with somebody else on the panel"));
            }
        }
        let broken = self.quotas.iter().zip(count).find(|(quota, count)| !(quota.min..=quota.max).contains(count));
        broken.map_or(Ok(()), |(quota, count)| {
            Err(format!("{count} people with {quota}, not {} to {}", quota.min, quota.max))
        })
    }
}

impl std::fmt::Display for Quota {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.category, self.value)
    }
}

/// A CSV file as text, every row as long as its header.
struct Table {
    file: &'static str,
    head: Vec<String>,
    rows: Vec<(u64, csv::StringRecord)>,
}

impl Table {
    fn read(file: &'static str, text: &str) -> Result<Self, Unreadable> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
        let fault = |row: u64, fault: String| Unreadable { file, row, fault };
        let head: Vec<String> =
            reader.headers().map_err(|error| fault(1, error.to_string()))?.iter().map(fold).collect();
        if head.len() > COLUMNS_MAX {
            return Err(fault(1, format!("{} columns, more than {COLUMNS_MAX}", head.len())));
        }
        let mut seen = HashSet::new();
        if let Some(name) = head.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(fault(1, format!("two columns are called {}", shown(name))));
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record =
                record.map_err(|error| fault(error.position().map_or(0, csv::Position::line), error.to_string()))?;
            let row = record.position().map_or(0, csv::Position::line);
            if record.len() != head.len() {
                return Err(fault(row, format!("{} fields, but the header has {}", record.len(), head.len())));
            }
            if rows.len() == PEOPLE_MAX {
                return Err(fault(row, format!("more than {PEOPLE_MAX} rows")));
            }
            rows.push((row, record));
        }
        if rows.is_empty() {
            return Err(fault(1, "nothing below the header".to_owned()));
        }
        Ok(Self { file, head, rows })
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.head.iter().position(|head| *head == fold(name))
    }

    fn needed(&self, name: &str) -> Result<usize, Unreadable> {
        self.column(name).ok_or_else(|| self.fault(1, format!("no column {name:?}")))
    }

    fn fault(&self, row: u64, fault: String) -> Unreadable {
        Unreadable { file: self.file, row, fault }
    }
}

/// A value as it is quoted in a fault: its beginning, on one line.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    if start.len() < text.len() { format!("{start:?}…") } else { format!("{start:?}") }
}

/// How names and values are compared.
fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

fn read_quotas(table: &Table) -> Result<Vec<Quota>, Unreadable> {
    let named = LAYOUTS.iter().find_map(|[category, feature]| table.column(category).zip(table.column(feature)));
    let (category, feature) = named.ok_or_else(|| {
        table.fault(1, "no columns \"category\" and \"feature\" (or \"name\"), or \"feature\" and \"value\"".to_owned())
    })?;
    let (min, max) = (table.needed("min")?, table.needed("max")?);
    let (min_flex, max_flex) = (table.column("min_flex"), table.column("max_flex"));
    let mut quotas: BTreeMap<(String, String), Quota> = BTreeMap::new();
    for (row, record) in &table.rows {
        let number = |column: usize| {
            let text = &record[column];
            text.parse::<u32>().map_err(|_| {
                table.fault(*row, format!("{:?} should be a whole number, but is {text:?}", table.head[column]))
            })
        };
        let (category, value) = (record[category].to_owned(), record[feature].to_owned());
        if [&category, &value].iter().any(|name| name.is_empty() || name.len() > NAME_MAX) {
            return Err(table.fault(*row, format!("a category and a feature need a name of at most {NAME_MAX} bytes")));
        }
        if [HOUSEHOLD, PSEUDONYM].contains(&fold(&category).as_str()) {
            return Err(table.fault(
                *row,
                format!("a category cannot be called {category:?}, which means something else in a pool"),
            ));
        }
        let (min, max) = (number(min)?, number(max)?);
        let flex = (min_flex.map_or(Ok(0), number)?, max_flex.map_or(Ok(u32::MAX), number)?);
        if min > max {
            return Err(table.fault(
                *row,
                format!("at least {min} and at most {max} with {category} {value} contradict each other"),
            ));
        }
        if flex.0 > min || flex.1 < max {
            return Err(table.fault(
                *row,
                format!("min_flex {} and max_flex {} should lie around {min} and {max}", flex.0, flex.1),
            ));
        }
        let key = (fold(&category), fold(&value));
        let quota = Quota { category, value, min, max, min_flex: flex.0, max_flex: flex.1 };
        if let Some(there) = quotas.insert(key, quota) {
            return Err(table.fault(*row, format!("{there} has a quota already")));
        }
        if quotas.len() > QUOTAS_MAX {
            return Err(table.fault(*row, format!("more than {QUOTAS_MAX} quotas")));
        }
    }
    Ok(quotas.into_values().collect())
}

fn read_people(table: &Table, quotas: Vec<Quota>, seats: u32) -> Result<Pool, Unreadable> {
    let mut categories: Vec<String> = quotas.iter().map(|quota| fold(&quota.category)).collect();
    categories.dedup();
    let columns = categories.iter().map(|category| table.needed(category)).collect::<Result<Vec<_>, _>>()?;
    let household = table.column(HOUSEHOLD);
    let known: HashMap<(usize, String), usize> = quotas
        .iter()
        .enumerate()
        .filter_map(|(at, quota)| {
            let category = categories.binary_search(&fold(&quota.category)).ok()?;
            Some(((category, fold(&quota.value)), at))
        })
        .collect();
    let mut pool = Pool { quotas, seats, people: Vec::new(), households: Vec::new(), categories };
    let mut homes: HashMap<String, usize> = HashMap::new();
    for (at, (row, record)) in table.rows.iter().enumerate() {
        let answer = |(category, &column): (usize, &usize)| {
            let value = &record[column];
            let unknown = || table.fault(*row, format!("no quota for {} {}", pool.categories[category], shown(value)));
            known.get(&(category, fold(value))).copied().ok_or_else(unknown)
        };
        let answers = columns.iter().enumerate().map(answer).collect::<Result<Vec<_>, _>>()?;
        let household = household.map(|column| &record[column]).filter(|name| !name.is_empty()).map(|name| {
            *homes.entry(name.to_owned()).or_insert_with(|| {
                pool.households.push(name.to_owned());
                pool.households.len() - 1
            })
        });
        pool.people.push(Person { answers, household, row: at });
    }
    let rules = pool.quotas.len() + crate::kinds::kinds_of_households(&pool);
    if rules > RULES_MAX {
        let last = table.rows.last().map_or(1, |row| row.0);
        return Err(table
            .fault(last, format!("{rules} quotas and kinds of shared households up to here, more than {RULES_MAX}")));
    }
    Ok(pool)
}
