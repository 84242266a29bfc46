//! One batch into one batch a bucket.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use arrow_array::{RecordBatch, UInt64Array};
use arrow_schema::ArrowError;
use arrow_select::take::take_record_batch;

use crate::engine::record::{RouteError, buckets_for};

/// Splits a batch by the value of the bucket column, keeping the order within each bucket.
///
/// # Errors
/// Where the batch has no such column, or its type has no text to route by.
pub(super) fn split(
    batch: RecordBatch,
    column: &str,
    buckets: NonZeroU32,
) -> Result<Vec<(u32, RecordBatch)>, RouteError> {
    if buckets.get() == 1 || batch.num_rows() == 0 {
        return Ok(vec![(0, batch)]);
    }
    let mut rows: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for (row, bucket) in buckets_of(&batch, column, buckets)?.into_iter().enumerate() {
        rows.entry(bucket).or_default().push(row as u64);
    }
    let part = |(bucket, rows): (u32, Vec<u64>)| Ok((bucket, picked(&batch, rows)?));
    // Rows of a batch that exist can always be taken, so this error does not come up.
    rows.into_iter().map(part).collect::<Result<_, ArrowError>>().map_err(|_| RouteError::Missing)
}

/// The bucket of each row.
pub(super) fn buckets_of(
    batch: &RecordBatch,
    column: &str,
    buckets: NonZeroU32,
) -> Result<Vec<u32>, RouteError> {
    if buckets.get() == 1 {
        return Ok(vec![0; batch.num_rows()]);
    }
    buckets_for(batch.column_by_name(column).ok_or(RouteError::Missing)?, buckets)
}

fn picked(batch: &RecordBatch, rows: Vec<u64>) -> Result<RecordBatch, ArrowError> {
    take_record_batch(batch, &UInt64Array::from(rows))
}
