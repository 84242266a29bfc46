//! What made a version, as far as the log is concerned.

use lance::dataset::transaction::Operation;

use super::mark::{FlushMark, PROPERTY};
use super::table::Table;
use crate::engine::error::Result;

/// What made a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// A flush.
    Flush(FlushMark),
    /// All rows were written anew by another program.
    Overwrite,
    /// Something that left the rows as they are, or added some.
    Other,
    /// It is there, and cannot be read.
    Unreadable,
    /// It is not there.
    Missing,
}

impl Table {
    /// Asks a version what made it. Reads one manifest; none for the table's own version.
    pub(crate) async fn made(&self, version: u64) -> Result<Made> {
        let Ok(found) = self.transaction(version).await else {
            let is_there = self.manifest(version).is_some_and(|manifest| manifest.exists());
            return Ok(if is_there { Made::Unreadable } else { Made::Missing });
        };
        let Some(transaction) = found.transaction else { return Ok(Made::Other) };
        Ok(match &transaction.operation {
            Operation::Append { .. } => {
                let properties = transaction.transaction_properties.as_ref();
                let text = properties.and_then(|properties| properties.get(PROPERTY));
                text.and_then(|text| FlushMark::parse(text)).map_or(Made::Other, Made::Flush)
            }
            Operation::Overwrite { .. } if version > 1 => Made::Overwrite,
            _ => Made::Other,
        })
    }
}
