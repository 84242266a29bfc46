//! A pass over all records that a reader reads, as of one moment.

use std::collections::VecDeque;

use arrow_schema::SchemaRef;

use super::reader::Reader;
use crate::engine::bucket::{BucketScan, Snapshot};
use crate::engine::error::Result;
use crate::engine::record::Chunk;

/// All records of a topic as they were when [`Reader::scan`] was called, bucket after bucket, in order.
pub struct Scan {
    reader: Reader,
    schema: SchemaRef,
    buckets: VecDeque<BucketScan>,
    ready: VecDeque<Chunk>,
    total: u64,
    passed: u64,
}

impl Reader {
    /// A pass over every record, buffered ones included, in portions of bounded memory; for exports and sums.
    ///
    /// What is put, flushed, compacted or deleted meanwhile does not show in it.
    /// Cost: nothing here but a look at each bucket; see [`Scan::next`]. What it reads is not cleaned up as long as it lasts.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for chosen columns that are not there.
    pub async fn scan(&self) -> Result<Scan> {
        let snapshots = self.snapshots_to_read().await?;
        let schema = self.chosen(&self.whole_schema(&snapshots))?;
        let selection = self.selection(&snapshots)?;
        let total = snapshots.iter().map(Snapshot::rows).sum();
        let buckets = self.buckets.iter().cloned().zip(snapshots);
        let buckets =
            buckets.map(|(bucket, now)| BucketScan::new(bucket, now, selection.clone())).collect();
        Ok(Scan { reader: self.clone(), schema, buckets, ready: VecDeque::new(), total, passed: 0 })
    }
}

impl Scan {
    /// The schema of each chunk.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// How many records there are to be looked at, whether they match a filter or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many were looked at so far.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// The next records of one bucket; `None` at the end.
    ///
    /// Cancel: safe to drop; nothing is left out.
    ///
    /// # Errors
    /// [`Corrupt`](crate::ErrorKind::Corrupt) where a dataset cannot be read.
    pub async fn next(&mut self) -> Result<Option<Chunk>> {
        loop {
            while let Some(chunk) = self.ready.pop_front() {
                if !chunk.offsets.is_empty() {
                    return self.reader.conformed(&chunk, &self.schema).map(Some);
                }
            }
            let Some(bucket) = self.buckets.front_mut() else { return Ok(None) };
            match bucket.next().await? {
                Some(portion) => {
                    self.passed += portion.rows;
                    self.ready.extend(portion.chunks);
                }
                None => drop(self.buckets.pop_front()),
            }
        }
    }
}
