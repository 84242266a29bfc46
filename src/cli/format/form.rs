//! What a form of printing has to do, and what it is given.

use crate::JsonObject;
use crate::cli::failure::Result;
use crate::cli::output::Data;

/// A record as it is printed: its fields in schema order, after its labels where they are asked for.
pub(crate) type Row = JsonObject;

/// One form of printing; rows come in any number of portions.
pub(crate) trait Form: Send {
    /// Prints a portion.
    fn rows(&mut self, rows: &[Row], out: &mut Data) -> Result;

    /// Prints what comes after the last row.
    fn end(&mut self, _out: &mut Data) -> Result {
        Ok(())
    }
}
