//! Inputs that come in columns: batches of Arrow, and the same rows as records.

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};

use super::entry::{Entries, of_rows};
use crate::Decoder;
use crate::cli::failure::{Failure, Result};

/// Bytes of rows that are read at a time.
const BATCH_BYTES: u64 = 4 << 20;
/// Rows that are read at a time, at most.
const BATCH_ROWS: u64 = 4096;

/// Batches of an input, in order.
pub(crate) struct Columns {
    /// The schema of all batches.
    pub(crate) schema: SchemaRef,
    /// How many rows there are, where the input says so.
    pub(crate) rows: Option<u64>,
    batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>,
    pub(crate) name: String,
}

impl Columns {
    /// Takes what a reader of `name` yields.
    pub(super) fn new(
        name: &str,
        schema: SchemaRef,
        batches: impl Iterator<Item = Result<RecordBatch, ArrowError>> + Send + 'static,
    ) -> Self {
        Self { schema, rows: None, batches: Box::new(batches), name: name.into() }
    }

    /// Knows how many rows there are.
    pub(super) fn with_rows(self, rows: u64) -> Self {
        Self { rows: Some(rows), ..self }
    }

    /// The same rows as records.
    pub(super) fn entries(self) -> Entries {
        let mut next = 1;
        Box::new(self.flat_map(move |batch| match batch {
            Err(failure) => vec![Err(failure)],
            Ok(batch) => {
                let bytes = batch.get_array_memory_size() / batch.num_rows().max(1);
                let first = next;
                next += batch.num_rows() as u64;
                let decoder = Decoder::new(&batch);
                of_rows(decoder.rows(), first, bytes).into_iter().map(Ok).collect()
            }
        }))
    }
}

impl Iterator for Columns {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batches.next()?;
        Some(batch.map_err(|error| {
            Failure::failed(format!("could not read {}", self.name)).because(error.to_string())
        }))
    }
}

/// How many rows make a batch, where `rows` take `bytes`.
pub(super) fn batch_rows(rows: u64, bytes: u64) -> usize {
    let each = bytes / rows.max(1);
    let fit = (BATCH_BYTES / each.max(1)).clamp(1, BATCH_ROWS);
    usize::try_from(fit).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_of_wide_rows_have_few_of_them() {
        for (rows, bytes, expected) in
            [(0, 0, 4096), (1000, 8000, 4096), (1000, 4 << 30, 1), (1000, 4 << 20, 1000)]
        {
            assert_eq!(batch_rows(rows, bytes), expected, "{rows} rows of {bytes} bytes");
        }
    }
}
