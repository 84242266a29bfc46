//! Records as aligned columns for people: long values are cut, vectors elided.

use serde_json::Value;

use super::form::{Form, Row};
use super::grid::{Cell, Grid};
use crate::Mark;
use crate::cli::failure::Result;
use crate::cli::output::{Data, narrate, width};
use crate::tui::clip;

/// No cell of text is wider.
const LONGEST: u16 = 40;
/// A list of more numbers than this is elided as a vector.
const SHORT_LIST: usize = 3;

/// Prints a header, and rows in the widths that the first portion asked for.
#[derive(Debug, Default)]
pub(super) struct Table {
    begun: Option<(Vec<String>, Grid)>,
}

impl Form for Table {
    fn rows(&mut self, rows: &[Row], out: &mut Data) -> Result {
        let Some((names, grid)) = self.begun(rows, out)? else { return Ok(()) };
        rows.iter().try_for_each(|row| out.line(&grid.line(&cells(names, row))))
    }

    /// A text that was found is shown from where it has the words, which stand out.
    fn found(&mut self, rows: &[Row], marks: &[Vec<Mark>], out: &mut Data) -> Result {
        let Some((names, grid)) = self.begun(rows, out)? else { return Ok(()) };
        rows.iter().zip(marks).try_for_each(|(row, marks)| {
            let cells: Vec<Cell> = names.iter().map(|name| found(name, row, marks)).collect();
            out.emphasized(&grid.line(&cells))
        })
    }
}

impl Table {
    /// The names and widths of the columns, from the first rows that came; `None` before these.
    fn begun(&mut self, rows: &[Row], out: &mut Data) -> Result<Option<&(Vec<String>, Grid)>> {
        if let (None, Some(first)) = (&self.begun, rows.first()) {
            let names: Vec<String> = first.keys().cloned().collect();
            let grid = begin(&names, rows, out)?;
            self.begun = Some((names, grid));
        }
        Ok(self.begun.as_ref())
    }
}

fn found(name: &str, row: &Row, marks: &[Mark]) -> Cell {
    let mark = marks.iter().find(|mark| mark.path == name);
    match (row.get(name), mark) {
        (Some(Value::String(text)), Some(mark)) => Cell::Marked(text.clone(), mark.words.clone()),
        (value, _) => cell(value.unwrap_or(&Value::Null)),
    }
}

fn begin(names: &[String], rows: &[Row], out: &mut Data) -> Result<Grid> {
    let header: Vec<_> = names.iter().cloned().map(Cell::Text).collect();
    let cells: Vec<_> = rows.iter().map(|row| cells(names, row)).collect();
    let grid = Grid::of(&header, &cells, usize::from(LONGEST), width());
    out.line(&grid.line(&header))?;
    if grid.hidden() > 0 {
        let shown = names.len() - grid.hidden();
        narrate(format!(
            "note: {shown} of {} columns shown; --columns A,B chooses, --format jsonl prints all",
            names.len()
        ));
    }
    Ok(grid)
}

fn cells(names: &[String], row: &Row) -> Vec<Cell> {
    names.iter().map(|name| cell(row.get(name).unwrap_or(&Value::Null))).collect()
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Text("∅".into()),
        Value::Number(number) => Cell::number(number),
        Value::String(text) => Cell::Text(text.clone()),
        Value::Array(items) if is_vector(items) => Cell::Text(elided(items)),
        other => Cell::Text(other.to_string()),
    }
}

/// A value as a cell shows it, cut where it is long.
pub(super) fn shown(value: &Value) -> String {
    match cell(value) {
        Cell::Text(text) | Cell::Marked(text, _) => clip(&text, LONGEST),
        Cell::Number(text) => text,
    }
}

fn is_vector(items: &[Value]) -> bool {
    items.len() > SHORT_LIST && items.iter().all(Value::is_number)
}

fn elided(items: &[Value]) -> String {
    let first = items.iter().take(2).map(short).collect::<Vec<_>>().join(", ");
    format!("[{}] {first}, …", items.len())
}

/// A number with at most three digits behind the point.
fn short(number: &Value) -> String {
    let exact = number.to_string();
    match number.as_f64() {
        Some(real) if exact.len() > 6 && real.abs() < 1e6 => format!("{real:.3}"),
        _ => exact,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_shown_short_and_never_mistaken_for_another() {
        for (value, shown) in [
            (json!(null), "∅"),
            (json!("null"), "null"),
            (json!(true), "true"),
            (json!([1, 2, 3]), "[1,2,3]"),
            (json!(["a", "b", "c", "d"]), "[\"a\",\"b\",\"c\",\"d\"]"),
            (json!([0.012_345_678, -0.2, 0.3, 0.4]), "[4] 0.012, -0.2, …"),
            (json!({"in": 3}), "{\"in\":3}"),
        ] {
            assert_eq!(cell(&value), Cell::Text(shown.into()), "{value}");
        }
        assert_eq!(cell(&json!(1.5)), Cell::Number("1.5".into()));
    }
}
