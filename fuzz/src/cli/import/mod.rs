//! Files of records.

use std::path::Path;

use arrow_schema::Schema;

use crate::JsonObject;

#[path = "../../../../src/cli/import/bounded.rs"]
mod bounded;
#[path = "../../../../src/cli/import/csv.rs"]
mod csv;
#[path = "../../../../src/cli/import/entry.rs"]
mod entry;
#[path = "../../../../src/cli/import/json.rs"]
mod json;
#[path = "../../../../src/cli/import/meter.rs"]
mod meter;
#[path = "../../../../src/cli/import/utf8.rs"]
mod utf8;

/// The rows of a CSV file, `None` for what ends it early; nothing at all where its columns cannot be learned.
pub(crate) fn csv_entries(path: &Path, known: &Schema) -> Option<Vec<Option<JsonObject>>> {
    let learned = csv::Csv::learn(path, known).ok()?;
    let entries = learned.entries(meter::Meter::default()).ok()?;
    Some(entries.map(|entry| entry.ok().and_then(|entry| entry.record.ok())).collect())
}
