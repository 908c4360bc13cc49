//! People whose answers and household situation are alike, counted together.
//!
//! What for: people of one kind have the same chance in the fairest lottery, so the solver needs one number per kind.
//! Promises: kinds come in an order that depends on answers alone. Households with the same members' answers form a
//! class; a kind is an answer within a class, and a class gives at most as many people as it has households.
//! Source: the anonymity of the Goldilocks code (Baharav and Flanigan 2024), taken further to households.

use std::collections::BTreeMap;

use crate::linear::Column;
use crate::pool::Pool;
use crate::shape::Shape;

#[derive(Clone, Debug)]
pub(crate) struct Kinds {
    pub(crate) kinds: Vec<Kind>,
    /// Per person.
    pub(crate) of_person: Vec<usize>,
    /// Per person: the household, if others of it are in the pool.
    pub(crate) home: Vec<Option<usize>>,
    /// Per kind, as a number for arithmetic.
    pub(crate) sizes: Vec<f64>,
    pub(crate) shape: Shape,
}

#[derive(Clone, Debug)]
pub(crate) struct Kind {
    pub(crate) answers: Vec<usize>,
    /// Which class of households of more than one, if any.
    pub(crate) class: Option<usize>,
    /// Row numbers, in file order.
    pub(crate) people: Vec<usize>,
}

/// The answers of all who live in one household, sorted.
type Class = Vec<Vec<usize>>;

impl Kinds {
    pub(crate) fn of(pool: &Pool) -> Self {
        let class_of_home = classes(pool);
        let mut numbers: BTreeMap<Class, usize> = BTreeMap::new();
        numbers.extend(class_of_home.iter().flatten().map(|class| (class.clone(), 0)));
        numbers.values_mut().enumerate().for_each(|(at, number)| *number = at);
        let mut homes = vec![0_u32; numbers.len()];
        class_of_home.iter().flatten().for_each(|class| homes[numbers[class]] += 1);
        let mut kinds: BTreeMap<(&[usize], Option<usize>), Vec<usize>> = BTreeMap::new();
        for (row, person) in pool.people.iter().enumerate() {
            let class = person.household.and_then(|home| class_of_home[home].as_ref()).map(|class| numbers[class]);
            kinds.entry((&person.answers, class)).or_default().push(row);
        }
        let kinds =
            kinds.into_iter().map(|((answers, class), people)| Kind { answers: answers.to_vec(), class, people });
        let kinds: Vec<Kind> = kinds.collect();
        let mut of_person = vec![0; pool.people.len()];
        for (at, kind) in kinds.iter().enumerate() {
            kind.people.iter().for_each(|&person| of_person[person] = at);
        }
        let home =
            pool.people.iter().map(|person| person.household.filter(|&home| class_of_home[home].is_some())).collect();
        Self {
            home,
            sizes: kinds.iter().map(|kind| kind.people.len() as f64).collect(),
            shape: shape(pool, &kinds, &homes),
            of_person,
            kinds,
        }
    }
}

/// Per household of two or more: what class it is.
fn classes(pool: &Pool) -> Vec<Option<Class>> {
    let mut members: Vec<Class> = vec![Vec::new(); pool.households.len()];
    for person in &pool.people {
        if let Some(home) = person.household {
            members[home].push(person.answers.clone());
        }
    }
    members
        .into_iter()
        .map(|mut class| {
            class.sort_unstable();
            (class.len() > 1).then_some(class)
        })
        .collect()
}

/// How many classes of households of two or more there are.
pub(crate) fn kinds_of_households(pool: &Pool) -> usize {
    classes(pool).into_iter().flatten().collect::<std::collections::HashSet<_>>().len()
}

/// Rows: all seats, each quota, then each class of households.
fn shape(pool: &Pool, kinds: &[Kind], homes: &[u32]) -> Shape {
    let seats = f64::from(pool.seats);
    let first_class = 1 + pool.quotas.len();
    let quota = |quota: &crate::pool::Quota| (f64::from(quota.min), f64::from(quota.max).min(seats));
    let rows: Vec<(f64, f64)> = std::iter::once((seats, seats))
        .chain(pool.quotas.iter().map(quota))
        .chain(homes.iter().map(|&homes| (0.0, f64::from(homes))))
        .collect();
    let column = |kind: &Kind| -> Column {
        let answers = kind.answers.iter().map(|quota| 1 + quota);
        std::iter::once(0)
            .chain(answers)
            .chain(kind.class.map(|class| first_class + class))
            .map(|row| (row, 1.0))
            .collect()
    };
    let most = |kind: &Kind| {
        kind.class.map_or(kind.people.len() as f64, |class| f64::from(homes[class]).min(kind.people.len() as f64))
    };
    Shape {
        columns: kinds.iter().map(column).collect(),
        counts: kinds.iter().map(|kind| (0.0, most(kind).min(seats))).collect(),
        whole_rows: rows.len(),
        rows,
    }
}
