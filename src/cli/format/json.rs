//! One JSON array, an object a line, written as the rows come.

use super::form::{Form, Row};
use super::jsonl::text;
use crate::cli::failure::Result;
use crate::cli::output::Data;

/// Prints all rows as one array; without rows an empty one.
#[derive(Debug, Default)]
pub(super) struct Json {
    begun: bool,
}

impl Form for Json {
    fn rows(&mut self, rows: &[Row], out: &mut Data) -> Result {
        for row in rows {
            out.write(if self.begun { ",\n " } else { "[" })?;
            out.write(&text(row)?)?;
            self.begun = true;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Data) -> Result {
        out.write(if self.begun { "]\n" } else { "[]\n" })
    }
}
