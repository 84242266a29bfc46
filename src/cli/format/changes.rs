//! Records that differ, each as a line for people or an object for programs.

use serde_json::{Value, json};

use super::csv::Csv;
use super::form::{Form, Row};
use super::json::Json;
use super::jsonl::Jsonl;
use super::table::shown;
use crate::cli::args::Format;
use crate::cli::failure::Result;
use crate::cli::output::{self, Data};
use crate::tui::{clean, clip};
use crate::{ChangeChunk, ColumnChange, RecordChange};

/// Takes records that differ in portions, and prints them to stdout.
pub(crate) struct ChangePrinter {
    form: Box<dyn Form>,
    out: Data,
    non_finite: usize,
}

impl ChangePrinter {
    /// Chooses the form: what was asked for, else lines for eyes and JSON Lines for programs.
    pub(crate) fn new(format: Option<Format>, buckets: usize) -> Self {
        let by_reader = || if output::stdout_is_terminal() { Format::Table } else { Format::Jsonl };
        let form: Box<dyn Form> = match format.unwrap_or_else(by_reader) {
            Format::Table => Box::new(Lines { buckets }),
            Format::Jsonl => Box::new(Jsonl),
            Format::Json => Box::new(Json::default()),
            Format::Csv => Box::new(Csv::with_header(HEADER.map(String::from).to_vec())),
        };
        Self { form, out: Data::stdout(), non_finite: 0 }
    }

    /// Prints the first `most` records of a chunk; returns how many.
    pub(crate) fn chunk(&mut self, chunk: &ChangeChunk, most: u64) -> Result<u64> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let (records, non_finite) = chunk.counted_records();
        let rows: Vec<Row> = records.into_iter().take(most).map(row).collect();
        self.non_finite += non_finite;
        self.form.rows(&rows, &mut self.out)?;
        Ok(rows.len() as u64)
    }

    /// Prints what comes after the last record; returns how many numbers JSON could not say.
    pub(crate) fn finish(mut self) -> Result<usize> {
        self.form.end(&mut self.out)?;
        self.out.finish()?;
        Ok(self.non_finite)
    }
}

const HEADER: [&str; 6] = ["change", "bucket", "offset", "columns", "before", "after"];

fn row(change: RecordChange) -> Row {
    let values = [
        json!(change.row.kind),
        json!(change.bucket),
        json!(change.row.offset),
        json!(change.row.columns),
        change.before.map_or(Value::Null, Value::Object),
        change.after.map_or(Value::Null, Value::Object),
    ];
    HEADER.map(String::from).into_iter().zip(values).collect()
}

/// One line a record: what became of it, where it lies, and its values, or those cells that differ.
#[derive(Debug)]
struct Lines {
    buckets: usize,
}

impl Form for Lines {
    fn rows(&mut self, rows: &[Row], out: &mut Data) -> Result {
        let room = output::width().and_then(|room| u16::try_from(room).ok());
        for row in rows {
            let line = line(row, self.buckets);
            match room {
                Some(room) => out.line(&clip(&line, room))?,
                None => out.line(&clean(&line))?,
            }
        }
        Ok(())
    }
}

fn line(row: &Row, buckets: usize) -> String {
    let get = |name| row.get(name).unwrap_or(&Value::Null);
    let place = match buckets {
        0 | 1 => get("offset").to_string(),
        _ => format!("{}:{}", get("bucket"), get("offset")),
    };
    let (before, after) = (get("before"), get("after"));
    match get("change").as_str() {
        Some("added") => format!("+ {place}  {}", fields(after)),
        Some("deleted") => format!("- {place}  {}", fields(before)),
        _ => {
            let columns = get("columns").as_array().map_or(&[][..], Vec::as_slice);
            let cells = columns.iter().filter_map(Value::as_str).map(|column| {
                let value = |of: &Value| shown(of.get(column).unwrap_or(&Value::Null));
                format!("{column}: {} → {}", value(before), value(after))
            });
            format!("~ {place}  {}", cells.collect::<Vec<_>>().join(", "))
        }
    }
}

fn fields(record: &Value) -> String {
    let fields = record.as_object().into_iter().flatten();
    fields.map(|(name, value)| format!("{name}: {}", shown(value))).collect::<Vec<_>>().join(", ")
}

/// Columns that differ, in a few words: `+ late int64, old renamed new`.
pub(crate) fn columns_told(columns: &[ColumnChange]) -> String {
    let told = columns.iter().map(|change| match change {
        ColumnChange::Added { column, r#type: kind } => format!("+ {column} {kind}"),
        ColumnChange::Removed { column, r#type: kind } => format!("- {column} {kind}"),
        ColumnChange::Renamed { column, from } => format!("{from} renamed {column}"),
        ColumnChange::Retyped { column, from, to } => format!("{column} {from} → {to}"),
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChangeKind, ChangedRow};

    fn changed(kind: ChangeKind, columns: &[&str], before: &Value, after: &Value) -> Row {
        let columns = columns.iter().map(ToString::to_string).collect();
        let object = |value: &Value| value.as_object().cloned();
        let (before, after) = (object(before), object(after));
        row(RecordChange { bucket: 1, row: ChangedRow { offset: 7, kind, columns }, before, after })
    }

    #[test]
    fn a_line_says_what_became_of_a_record_and_of_which_cells() {
        let (old, new) = (json!({"a": "x", "n": 1}), json!({"a": "y", "n": 1}));
        for (row, buckets, said) in [
            (changed(ChangeKind::Added, &[], &Value::Null, &new), 1, "+ 7  a: y, n: 1"),
            (changed(ChangeKind::Deleted, &[], &old, &Value::Null), 2, "- 1:7  a: x, n: 1"),
            (changed(ChangeKind::Updated, &["a"], &old, &new), 1, "~ 7  a: x → y"),
        ] {
            assert_eq!(line(&row, buckets), said);
        }
    }

    #[test]
    fn a_column_that_came_was_null() {
        let (old, new) = (json!({"a": 1}), json!({"a": 1, "late": 2}));
        let row = changed(ChangeKind::Updated, &["late"], &old, &new);
        assert_eq!(line(&row, 1), "~ 7  late: ∅ → 2");
    }
}
