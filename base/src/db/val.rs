//! The few types that cross the seam, and reading rows of them by position.

use super::{DbResult, DbTrouble};

/// One value of a statement or row.
#[derive(Clone, Debug, PartialEq)]
pub enum Val {
    Null,
    Text(String),
    Int(i64),
    Real(f64),
    Bytes(Vec<u8>),
}

macro_rules! val_from {
    ($($from:ty => |$value:ident| $make:expr),* $(,)?) => {
        $(impl From<$from> for Val { fn from($value: $from) -> Self { $make } })*
    };
}

val_from! {
    &str => |v| Self::Text(v.to_owned()),
    &String => |v| Self::Text(v.clone()),
    &&str => |v| Self::Text((*v).to_owned()),
    String => |v| Self::Text(v),
    &crate::place::Place => |v| Self::Text(v.to_string()),
    crate::place::Place => |v| Self::Text(v.into()),
    i64 => |v| Self::Int(v),
    i32 => |v| Self::Int(v.into()),
    u32 => |v| Self::Int(v.into()),
    f64 => |v| Self::Real(v),
    Vec<u8> => |v| Self::Bytes(v),
    &[u8] => |v| Self::Bytes(v.to_vec()),
}

impl<T: Into<Val>> From<Option<T>> for Val {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A row on its way out: cells are taken from left to right.
#[derive(Debug)]
pub struct Cells(std::vec::IntoIter<Val>);

impl Cells {
    #[must_use]
    pub fn new(vals: Vec<Val>) -> Self {
        Self(vals.into_iter())
    }

    /// The next cell; an error when there is none, or what stands in it cannot be read as that.
    #[expect(clippy::should_implement_trait, reason = "each call may read another type, which an iterator cannot")]
    pub fn next<T: FromVal>(&mut self) -> DbResult<T> {
        T::from_val(self.0.next().ok_or_else(|| DbTrouble::Engine("more columns are read than there are".to_owned()))?)
    }

    /// Every cell as it is, for copying tables.
    #[must_use]
    pub fn into_vals(self) -> Vec<Val> {
        self.0.collect()
    }
}

/// What a cell can be read as.
pub trait FromVal: Sized {
    /// An error when `val` is nothing of the kind.
    fn from_val(val: Val) -> DbResult<Self>;
}

/// Why a cell could not be read; what stands in it is nobody's business in a log.
#[must_use]
pub fn unreadable(val: &Val, to: &str) -> DbTrouble {
    let kind = match val {
        Val::Null => "nothing",
        Val::Text(_) => "a text",
        Val::Int(_) | Val::Real(_) => "a number",
        Val::Bytes(_) => "bytes",
    };
    DbTrouble::Engine(format!("a column holds {kind} that is no {to}"))
}

macro_rules! from_val {
    ($($to:ty: $($pattern:pat => $make:expr),+);* $(;)?) => {
        $(impl FromVal for $to {
            fn from_val(val: Val) -> DbResult<Self> {
                match val { $($pattern => Ok($make),)+ other => Err(unreadable(&other, stringify!($to))) }
            }
        })*
    };
}

from_val! {
    String: Val::Text(text) => text;
    i64: Val::Int(int) => int;
    f64: Val::Real(real) => real, Val::Int(int) => int as f64;
    Vec<u8>: Val::Bytes(bytes) => bytes;
    bool: Val::Int(int) => int != 0;
}

impl FromVal for Val {
    fn from_val(val: Val) -> DbResult<Self> {
        Ok(val)
    }
}

impl<T: FromVal> FromVal for Option<T> {
    fn from_val(val: Val) -> DbResult<Self> {
        match val {
            Val::Null => Ok(None),
            val => T::from_val(val).map(Some),
        }
    }
}

/// What a row, or a part of one, can be read as.
pub trait FromCells: Sized {
    fn from_cells(cells: &mut Cells) -> DbResult<Self>;
}

impl<T: FromVal> FromCells for T {
    fn from_cells(cells: &mut Cells) -> DbResult<Self> {
        cells.next()
    }
}

macro_rules! from_cells_tuple {
    ($($name:ident),+) => {
        impl<$($name: FromCells),+> FromCells for ($($name,)+) {
            fn from_cells(cells: &mut Cells) -> DbResult<Self> {
                Ok(($($name::from_cells(cells)?,)+))
            }
        }
    };
}
from_cells_tuple!(A, B);
from_cells_tuple!(A, B, C);
from_cells_tuple!(A, B, C, D);
from_cells_tuple!(A, B, C, D, E);
from_cells_tuple!(A, B, C, D, E, F);

/// An enum that is kept in a column, and sent in a form, as a word of its own: `id` is that word, `read` finds it
/// again.
#[macro_export]
macro_rules! kept_as {
    ($(#[$about:meta])* $vis:vis enum $name:ident { $($(#[$one:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $name { $($(#[$one])* $variant),+ }

        impl $name {
            $vis const ALL: &[Self] = &[$(Self::$variant),+];
            $vis const IDS: &[&'static str] = &[$($word),+];

            /// How it is kept and sent.
            #[must_use]
            $vis fn id(self) -> &'static str {
                Self::IDS[self as usize]
            }

            /// What is kept or sent as this word.
            #[must_use]
            $vis fn read(id: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.id() == id)
            }
        }

        impl From<$name> for $crate::db::Val {
            fn from(one: $name) -> Self {
                Self::from(one.id())
            }
        }

        impl $crate::db::FromVal for $name {
            fn from_val(val: $crate::db::Val) -> $crate::db::DbResult<Self> {
                let known = if let $crate::db::Val::Text(word) = &val { Self::read(word) } else { None };
                known.ok_or_else(|| $crate::db::unreadable(&val, stringify!($name)))
            }
        }
    };
}

/// Writes [`FromCells`] for a struct whose fields stand in the order of the statement's columns.
#[macro_export]
macro_rules! row {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::db::FromCells for $name {
            fn from_cells(cells: &mut $crate::db::Cells) -> $crate::db::DbResult<Self> {
                $(let $field = cells.next()?;)+
                Ok(Self { $($field),+ })
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::Audience;

    #[test]
    fn a_row_is_read_part_by_part_and_what_is_no_word_of_ours_is_an_error_that_does_not_repeat_it() {
        let mut cells = Cells::new(vec!["everyone".into(), 7_i64.into(), Val::Null]);
        let read = <((Audience, i64), Option<Audience>)>::from_cells(&mut cells).unwrap();
        assert_eq!(read, ((Audience::Everyone, 7), None));
        for val in [Val::from("my diary"), Val::Int(3), Val::Null] {
            let why = Audience::from_cells(&mut Cells::new(vec![val])).unwrap_err().to_string();
            assert!(why.contains("Audience") && !why.contains("diary"), "{why}");
        }
        assert!(i64::from_cells(&mut Cells::new(Vec::new())).is_err());
    }
}
