//! What a query reads a table from.

use std::fmt;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use futures::stream::BoxStream;

use crate::engine::error::Result;
use crate::engine::store::Predicate;

/// Records, batch after batch.
pub(crate) type Batches = BoxStream<'static, Result<RecordBatch>>;

/// A table as of one moment, in parts that can be read beside each other.
pub(crate) trait TableSource: fmt::Debug + Send + Sync {
    /// All columns, those last that say where a record lies.
    fn schema(&self) -> SchemaRef;

    /// How many of the columns, from the first on, are the records' own. A condition may be on these only.
    fn own_columns(&self) -> usize;

    /// How many records there are, in each part.
    fn rows(&self) -> Vec<u64>;

    /// The records of one part that match, with these columns, in this order.
    fn read(&self, part: usize, columns: &[usize], filter: Option<&Predicate>) -> Batches;
}
