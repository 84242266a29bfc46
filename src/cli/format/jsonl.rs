//! JSON Lines: one object a line.

use super::form::{Form, Row};
use crate::cli::failure::{Failure, Result};
use crate::cli::output::Data;

/// Prints each row as one line.
#[derive(Debug)]
pub(crate) struct Jsonl;

impl Form for Jsonl {
    fn rows(&mut self, rows: &[Row], out: &mut Data) -> Result {
        rows.iter().try_for_each(|row| out.line(&text(row)?))
    }
}

/// A row as compact JSON.
pub(super) fn text(row: &Row) -> Result<String> {
    serde_json::to_string(row)
        .map_err(|error| Failure::failed("could not write JSON").because(error.to_string()))
}
