//! CSV with a header line: null is empty, nested values are JSON text.

use arrow_schema::ArrowError;

use super::form::{Form, Row};
use crate::cli::failure::{Failure, Result};
use crate::cli::output::{Data, narrate};
use crate::files::csv;

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
        let text = csv(header, rows, is_new).map_err(|error| failure(&error))?;
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
        out.write(&csv(header, &[], true).map_err(|error| failure(&error))?)
    }
}

fn failure(error: &ArrowError) -> Failure {
    Failure::failed("could not write CSV").because(error.to_string())
}
