//! Tables: every row as long as its columns, with a head only where there was one.

use super::tree::{Element, Node};
use super::write::Writer;

impl Writer<'_> {
    pub(super) fn table(&self, table: &Element) -> Vec<String> {
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        let mut captions = Vec::new();
        self.rows(&table.inside, &mut rows, &mut captions);
        let mut rows = squared(rows);
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        if columns < 2 {
            // One column holds a page together rather than figures.
            return captions.into_iter().chain(rows.into_iter().flatten().filter(|cell| !cell.is_empty())).collect();
        }
        if !has_head(&table.inside) {
            rows.insert(0, Vec::new());
        }
        // The first row says how many columns there are; what is missing in the others is empty by itself.
        if let Some(head) = rows.first_mut() {
            head.resize(columns, String::new());
        }
        let line = |cells: &Vec<String>| cells.iter().fold("|".to_owned(), |line, cell| line + " " + cell + " |");
        let mut lines: Vec<_> = rows.iter().map(line).collect();
        lines.insert(1, "|".to_owned() + &" --- |".repeat(columns));
        captions.into_iter().chain([lines.join("\n")]).collect()
    }

    fn rows(&self, nodes: &[Node], rows: &mut Vec<Vec<Cell>>, others: &mut Vec<String>) {
        for node in nodes {
            match node {
                Node::Element(row) if row.name == "tr" => {
                    let cells = row.inside.iter().filter_map(|cell| match cell {
                        Node::Element(cell) if matches!(cell.name.as_str(), "td" | "th") => {
                            let span = |name| {
                                cell.attribute(name)
                                    .and_then(|span| span.trim().parse().ok())
                                    .unwrap_or(1)
                                    .clamp(1, SPAN_MAX)
                            };
                            Some(Cell {
                                words: self.one_line(&cell.inside).replace('|', "\\|"),
                                columns: span("colspan"),
                                rows: span("rowspan"),
                            })
                        }
                        _ => None,
                    });
                    rows.push(cells.collect());
                }
                Node::Element(part) if matches!(part.name.as_str(), "thead" | "tbody" | "tfoot") => {
                    self.rows(&part.inside, rows, others)
                }
                other => others.extend(self.blocks(std::slice::from_ref(other))),
            }
        }
    }
}

/// Whether the first row of a table heads its columns.
fn has_head(nodes: &[Node]) -> bool {
    let first = nodes.iter().find_map(|node| match node {
        Node::Element(part) if matches!(part.name.as_str(), "thead" | "tbody" | "tfoot" | "tr") => Some(part),
        _ => None,
    });
    first.is_some_and(|part| match part.name.as_str() {
        "thead" => true,
        "tr" => part.inside.iter().all(|cell| !matches!(cell, Node::Element(cell) if cell.name == "td")),
        _ => has_head(&part.inside),
    })
}

/// A cell of a table, and how many columns and rows it reaches over.
struct Cell {
    words: String,
    columns: usize,
    rows: usize,
}

/// The most columns or rows that one cell is believed to reach over.
const SPAN_MAX: usize = 20;

/// Rows in which each cell stands in its column: where another reaches in from the left or from above, an empty one
/// stands.
fn squared(rows: Vec<Vec<Cell>>) -> Vec<Vec<String>> {
    let mut from_above: Vec<usize> = Vec::new();
    let square = |cells: Vec<Cell>| {
        let mut row = Vec::new();
        fill(&mut row, &mut from_above);
        for cell in cells {
            for column in 0..cell.columns {
                let at = row.len();
                from_above.resize(from_above.len().max(at + 1), 0);
                from_above[at] = cell.rows - 1;
                row.push(if column == 0 { cell.words.clone() } else { String::new() });
            }
            fill(&mut row, &mut from_above);
        }
        row
    };
    rows.into_iter().map(square).collect()
}

/// Puts empty cells where others reach in from above.
fn fill(row: &mut Vec<String>, from_above: &mut [usize]) {
    while let Some(left) = from_above.get_mut(row.len()).filter(|left| **left > 0) {
        *left -= 1;
        row.push(String::new());
    }
}
