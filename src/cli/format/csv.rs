//! CSV with a header line: null is empty, nested values are JSON text.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_csv::WriterBuilder;
use arrow_schema::ArrowError;
use serde_json::Value;

use super::form::{Form, Row};
use crate::cli::failure::{Failure, Result};
use crate::cli::output::{Data, narrate};

/// Prints a header from the first row's fields, then the values of these fields.
#[derive(Debug, Default)]
pub(crate) struct Csv {
    header: Option<Vec<String>>,
    begun: bool,
    warned: bool,
}

impl Csv {
    /// Knows its header before the first row, and prints it also where there is none.
    pub(crate) fn with_header(names: Vec<String>) -> Self {
        Self { header: Some(names), ..Self::default() }
    }
}

impl Form for Csv {
    fn rows(&mut self, rows: &[Row], out: &mut Data) -> Result {
        let Some(first) = rows.first() else { return Ok(()) };
        let is_new = !std::mem::replace(&mut self.begun, true);
        let header = self.header.get_or_insert_with(|| first.keys().cloned().collect());
        let text = written(header, rows, is_new).map_err(|error| failure(&error))?;
        out.write(&text)?;
        if !self.warned && rows.iter().any(|row| row.keys().any(|name| !header.contains(name))) {
            self.warned = true;
            narrate(
                "note: fields that came after the header are left out; --format jsonl has them",
            );
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Data) -> Result {
        let Some(header) = self.header.as_ref().filter(|_| !self.begun) else { return Ok(()) };
        out.write(&written(header, &[], true).map_err(|error| failure(&error))?)
    }
}

fn failure(error: &ArrowError) -> Failure {
    Failure::failed("could not write CSV").because(error.to_string())
}

fn written(header: &[String], rows: &[Row], is_new: bool) -> Result<String, ArrowError> {
    let columns = header.iter().map(|name| (name, column(name, rows), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns)?;
    let mut bytes = Vec::new();
    WriterBuilder::new().with_header(is_new).build(&mut bytes).write(&batch)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn column(name: &str, rows: &[Row]) -> ArrayRef {
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

    fn row(value: Value) -> Row {
        let Value::Object(row) = value else { panic!("no object") };
        row
    }

    #[test]
    fn whatever_a_value_holds_it_stays_one_cell() {
        let rows = [row(json!({"a": "x,\"y\"\nz", "b": [1, 2], "c": null}))];
        let header = ["a", "b", "c"].map(String::from);
        let text = written(&header, &rows, true).unwrap();
        assert_eq!(text, "a,b,c\n\"x,\"\"y\"\"\nz\",\"[1,2]\",\n");
    }

    #[test]
    fn a_field_that_a_row_lacks_is_empty() {
        let rows = [row(json!({"b": true}))];
        let text = written(&["a".into(), "b".into()], &rows, false).unwrap();
        assert_eq!(text, ",true\n");
    }
}
