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
use crate::{ChangeChunk, ColumnChange, DiffSummary, RecordChange};

/// Takes records that differ in portions, and prints them to stdout.
pub(crate) struct ChangePrinter {
    form: Box<dyn Form>,
    out: Data,
    non_finite: usize,
}

impl ChangePrinter {
    /// Chooses the form: what was asked for, else lines for eyes and JSON Lines for programs. What is known of the buckets
    /// beforehand says which columns have other names than they had.
    pub(crate) fn new(format: Option<Format>, buckets: Vec<DiffSummary>) -> Self {
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
    buckets: Vec<DiffSummary>,
}

impl Form for Lines {
    fn rows(&mut self, rows: &[Row], out: &mut Data) -> Result {
        let room = output::width().and_then(|room| u16::try_from(room).ok());
        for row in rows {
            let line = line(row, &self.buckets);
            match room {
                Some(room) => out.line(&clip(&line, room))?,
                None => out.line(&clean(&line))?,
            }
        }
        Ok(())
    }
}

fn line(row: &Row, buckets: &[DiffSummary]) -> String {
    let get = |name| row.get(name).unwrap_or(&Value::Null);
    let own = buckets.iter().find(|bucket| *get("bucket") == bucket.bucket_id);
    let place = match buckets.len() {
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
                let value = |of: &Value, name: Option<&str>| {
                    shown(name.and_then(|name| of.get(name)).unwrap_or(&Value::Null))
                };
                let was = own.map_or(Some(column), |bucket| bucket.name_before(column));
                format!("{column}: {} → {}", value(before, was), value(after, Some(column)))
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

    /// What is known of a bucket.
    fn bucket(bucket_id: u32, columns: Vec<ColumnChange>) -> DiffSummary {
        let (before, after, added, updated, deleted, by_position) = (1, 2, 0, 0, 0, false);
        DiffSummary { bucket_id, before, after, added, updated, deleted, columns, by_position }
    }

    #[test]
    fn a_line_says_what_became_of_a_record_and_of_which_cells() {
        let (old, new) = (json!({"a": "x", "n": 1}), json!({"a": "y", "n": 1}));
        let buckets = [bucket(1, Vec::new()), bucket(0, Vec::new())];
        for (row, buckets, said) in [
            (changed(ChangeKind::Added, &[], &Value::Null, &new), 1, "+ 7  a: y, n: 1"),
            (changed(ChangeKind::Deleted, &[], &old, &Value::Null), 2, "- 1:7  a: x, n: 1"),
            (changed(ChangeKind::Updated, &["a"], &old, &new), 1, "~ 7  a: x → y"),
        ]
        .map(|(row, count, said)| (row, &buckets[..count], said))
        {
            assert_eq!(line(&row, buckets), said);
        }
    }

    #[test]
    fn a_column_with_another_name_was_what_it_was_under_the_one_before() {
        let renamed = |from: &str, column: &str| {
            let (from, column) = (from.to_owned(), column.to_owned());
            ColumnChange::Renamed { column, from }
        };
        let added = ColumnChange::Added { column: "text".into(), r#type: "utf8".into() };
        let other = [bucket(0, vec![renamed("x", "words")])];
        let (old, new) = (json!({"text": "x"}), json!({"words": "y", "text": "z"}));
        let row = changed(ChangeKind::Updated, &["words", "text"], &old, &new);
        let buckets = [&other[..], &[bucket(1, vec![renamed("text", "words"), added])]].concat();
        assert_eq!(line(&row, &buckets), "~ 1:7  words: x → y, text: ∅ → z");
        // Two that changed their names.
        let (old, new) = (json!({"a": 1, "b": 2}), json!({"b": 3, "a": 4}));
        let row = changed(ChangeKind::Updated, &["b", "a"], &old, &new);
        let swapped = [bucket(1, vec![renamed("a", "b"), renamed("b", "a")])];
        assert_eq!(line(&row, &swapped), "~ 7  b: 1 → 3, a: 2 → 4");
    }

    #[test]
    fn a_column_that_came_was_null() {
        let (old, new) = (json!({"a": 1}), json!({"a": 1, "late": 2}));
        let row = changed(ChangeKind::Updated, &["late"], &old, &new);
        assert_eq!(line(&row, &[bucket(1, Vec::new())]), "~ 7  late: ∅ → 2");
    }
}
