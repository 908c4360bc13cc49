//! One row as one line of JSON, each value as it was: whole numbers as numbers, text as text; what JSON has no word for
//! in a small object (`{"real": "0.1"}`, `{"bytes": "…"}` in base64).

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use crate::db::Val;

/// A row on its way out.
pub(super) struct Line<'a>(pub(super) &'a [Val]);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut row = to.serialize_seq(Some(self.0.len()))?;
        self.0.iter().try_for_each(|val| row.serialize_element(&Cell(val)))?;
        row.end()
    }
}

struct Cell<'a>(&'a Val);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let object = |to: S, kind, text: &str| {
            let mut map = to.serialize_map(Some(1))?;
            map.serialize_entry(kind, text)?;
            map.end()
        };
        match self.0 {
            Val::Null => to.serialize_unit(),
            Val::Text(text) => to.serialize_str(text),
            Val::Int(int) => to.serialize_i64(*int),
            Val::Real(real) => object(to, "real", &real.to_string()),
            Val::Bytes(bytes) => object(to, "bytes", &data_encoding::BASE64.encode(bytes)),
        }
    }
}

/// Reads a row of `width` values; the error says what is wrong with it.
pub(super) fn read(line: &[u8], width: usize) -> Result<Vec<Val>, String> {
    let row: Vec<Value> = serde_json::from_slice(line).map_err(|e| e.to_string())?;
    if row.len() == width {
        row.into_iter().map(cell).collect()
    } else {
        Err(format!("{} values where {width} belong", row.len()))
    }
}

fn cell(value: Value) -> Result<Val, String> {
    match value {
        Value::Null => Ok(Val::Null),
        Value::String(text) => Ok(Val::Text(text)),
        Value::Number(number) => number.as_i64().map(Val::Int).ok_or_else(|| format!("{number} is no whole number")),
        Value::Object(object) => special(&object).ok_or_else(|| "an object that is neither real nor bytes".to_owned()),
        other => Err(format!("{other} is no value of a column")),
    }
}

fn special(object: &serde_json::Map<String, Value>) -> Option<Val> {
    let (kind, text) = object.iter().next().filter(|_| object.len() == 1)?;
    let text = text.as_str()?;
    match kind.as_str() {
        "real" => text.parse().ok().map(Val::Real),
        "bytes" => data_encoding::BASE64.decode(text.as_bytes()).ok().map(Val::Bytes),
        _ => None,
    }
}
