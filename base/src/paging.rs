//! Lists, newest first, a page at a time: the page after this one begins below the last row shown, whatever was added
//! meanwhile.

use crate::form::{Asked, encoded};

/// Where the first page begins: greater than every id, which are hexadecimal.
pub const NEWEST: &str = "z";

/// Leaves `size` of the rows, of which one more was looked for, and gives the address of the page after them where
/// there is one.
pub fn cut<T>(rows: &mut Vec<T>, size: i64, asked: &Asked, id: impl Fn(&T) -> String) -> Option<String> {
    let size = usize::try_from(size).unwrap_or_default();
    let goes_on = rows.len() > size;
    rows.truncate(size);
    rows.last().filter(|_| goes_on).map(|last| below(asked, &id(last)))
}

/// What was asked for, from below a row on.
fn below(asked: &Asked, id: &str) -> String {
    let mut address = format!("?before={}", encoded(id));
    for (name, value) in asked.fields().filter(|(name, value)| *name != "before" && !value.is_empty()) {
        address += &format!("&{}={}", encoded(name), encoded(value));
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;

    #[test]
    fn a_page_goes_on_only_where_there_is_more_and_asks_the_same_again() {
        let asked = Asked(Form::filled([("before", "9"), ("feeling", "grief"), ("genre", ""), ("q", "a&b")]));
        let id = |row: &u8| row.to_string();
        let (mut two, mut three) = (vec![5, 4], vec![5, 4, 3]);
        assert_eq!(cut(&mut two, 2, &asked, id), None);
        assert_eq!(cut(&mut three, 2, &asked, id).as_deref(), Some("?before=4&feeling=grief&q=a%26b"));
        assert_eq!(three, [5, 4]);
        assert_eq!(cut(&mut Vec::new(), 2, &asked, id), None);
    }
}
