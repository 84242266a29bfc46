//! Record batches to JSON objects, prepared once a column.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::{Array, RecordBatch};
use serde_json::Value;

use super::scalar::reader;
use crate::engine::record::json::JsonObject;

/// Reads one row of a column.
pub(super) type Reader = Box<dyn Fn(usize) -> Value + Send + Sync>;

/// Counts the reals that JSON cannot say.
#[derive(Debug, Clone, Default)]
pub(super) struct NonFinite(Arc<AtomicUsize>);

impl NonFinite {
    pub(super) fn count_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Reads the rows of one batch as JSON objects.
///
/// Cost: the types are looked at once, when it is made; a row then costs its values. It shares the
/// batch's buffers.
pub struct Decoder {
    columns: Vec<(String, Reader)>,
    rows: usize,
    non_finite: NonFinite,
}

impl Decoder {
    /// Prepares to read a batch.
    pub fn new(batch: &RecordBatch) -> Self {
        let non_finite = NonFinite::default();
        let schema = batch.schema_ref();
        let columns = schema.fields().iter().zip(batch.columns());
        let columns = columns
            .map(|(field, column)| (field.name().clone(), reader(column, &non_finite)))
            .collect();
        Self { columns, rows: batch.num_rows(), non_finite }
    }

    /// Returns one row as an object: fields in schema order, nulls written out. Beyond the last
    /// row every field is null.
    pub fn row(&self, row: usize) -> JsonObject {
        let columns = self.columns.iter();
        columns
            .map(|(name, read)| {
                let value = if row < self.rows { read(row) } else { Value::Null };
                (name.clone(), value)
            })
            .collect()
    }

    /// Returns all rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = JsonObject> + '_ {
        (0..self.rows).map(|row| self.row(row))
    }

    /// Returns how many NaNs and infinities were read as null so far.
    pub fn non_finite(&self) -> usize {
        self.non_finite.get()
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.columns.iter().map(|(name, _)| name).collect();
        f.debug_struct("Decoder")
            .field("columns", &names)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// Returns one value of an array; null beyond its end.
///
/// Cost: looks at the type each time; a [`Decoder`] does not.
pub fn value(array: &dyn Array, row: usize) -> Value {
    if row < array.len() { reader(array, &NonFinite::default())(row) } else { Value::Null }
}

/// Returns what reads the values of an array.
pub(in crate::engine::record) fn reader_of(array: &dyn Array) -> impl Fn(usize) -> Value {
    reader(array, &NonFinite::default())
}

/// Returns the rows of a batch as objects, in order.
pub fn records(batch: &RecordBatch) -> impl ExactSizeIterator<Item = JsonObject> {
    let decoder = Decoder::new(batch);
    (0..batch.num_rows()).map(move |row| decoder.row(row))
}
