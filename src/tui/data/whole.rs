//! One whole record, as it was read: nothing of it is cut.

use arrow_array::RecordBatch;

use super::node::Node;
use crate::{Decoder, JsonObject, Page};

/// A record with all of its values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Whole {
    /// Whether it was put but not yet in a version when it was read.
    pub(crate) buffered: bool,
    /// One row.
    batch: RecordBatch,
}

impl Whole {
    /// The record with this offset, where the page begins with it.
    pub(crate) fn of_page(page: &Page, offset: u64) -> Option<Self> {
        let chunk = page.chunks.iter().find(|chunk| !chunk.offsets.is_empty())?;
        let is_it = chunk.offsets.first() == Some(&offset);
        is_it.then(|| Self::of_row(&chunk.batch, chunk.buffered))
    }

    /// The first row of a batch.
    pub(crate) fn of_row(batch: &RecordBatch, buffered: bool) -> Self {
        let rows = batch.num_rows().min(1);
        Self { buffered, batch: batch.slice(0, rows) }
    }

    /// Its fields, in schema order.
    pub(crate) fn fields(&self) -> Vec<Node> {
        if self.batch.num_rows() == 0 { Vec::new() } else { Node::of_row(&self.batch, 0) }
    }

    /// As JSON that puts the same record again, and how many reals JSON cannot say: those are null.
    pub(crate) fn json(&self) -> (JsonObject, usize) {
        let decoder = Decoder::new(&self.batch);
        let record = decoder.row(0);
        (record, decoder.non_finite())
    }
}
