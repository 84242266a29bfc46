//! Records as CSV with a header line: null is empty, nested values are JSON text.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_csv::WriterBuilder;
use arrow_schema::ArrowError;
use serde_json::Value;

use crate::JsonObject;

/// The lines of some records: of each the values of the fields that the header names, behind the header where it is asked
/// for.
pub(crate) fn csv(
    header: &[String],
    rows: &[JsonObject],
    has_header: bool,
) -> Result<String, ArrowError> {
    let columns = header.iter().map(|name| (name, column(name, rows), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns)?;
    let mut bytes = Vec::new();
    WriterBuilder::new().with_header(has_header).build(&mut bytes).write(&batch)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn column(name: &str, rows: &[JsonObject]) -> ArrayRef {
    Arc::new(rows.iter().map(|row| row.get(name).and_then(cell)).collect::<StringArray>())
}

fn cell(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(value: Value) -> JsonObject {
        let Value::Object(row) = value else { panic!("no object") };
        row
    }

    #[test]
    fn whatever_a_value_holds_it_stays_one_cell() {
        let rows = [row(json!({"a": "x,\"y\"\nz", "b": [1, 2], "c": null}))];
        let header = ["a", "b", "c"].map(String::from);
        let text = csv(&header, &rows, true).unwrap();
        assert_eq!(text, "a,b,c\n\"x,\"\"y\"\"\nz\",\"[1,2]\",\n");
    }

    #[test]
    fn a_field_that_a_row_lacks_is_empty() {
        let rows = [row(json!({"b": true}))];
        let text = csv(&["a".into(), "b".into()], &rows, false).unwrap();
        assert_eq!(text, ",true\n");
    }
}
