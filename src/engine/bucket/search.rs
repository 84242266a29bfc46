//! The records of a bucket that are nearest to a vector: one pass over the column.

use std::sync::Arc;

use super::condition::Condition;
use super::lane::LANES;
use super::scan::BucketScan;
use super::selection::{Selection, persisted};
use super::shared::Bucket;
use super::snapshot::Snapshot;
use crate::engine::error::Result;
use crate::engine::options::Columns;
use crate::engine::record::{Chunk, Found, Nearest, Target, Vectors};

/// A search under way: what is looked for, and the nearest so far.
#[derive(Debug)]
pub(crate) struct Hunt {
    column: Columns,
    target: Target,
    filter: Option<Arc<Condition>>,
    nearest: Nearest,
    searched: u64,
}

impl Hunt {
    /// For the `k` records nearest to `target` in `column`, among those that match.
    pub(crate) fn new(
        column: &str,
        target: Target,
        filter: Option<Arc<Condition>>,
        k: usize,
    ) -> Self {
        let column = Columns::Only(vec![column.into()]);
        Self { column, target, filter, nearest: Nearest::of(k), searched: 0 }
    }

    /// Looks through a bucket, what is buffered included.
    ///
    /// Cost: the filter's columns of all records, and the vectors of those that match, in portions of bounded memory.
    pub(crate) async fn through(
        &mut self,
        bucket: &Arc<Bucket>,
        snapshot: &Snapshot,
    ) -> Result<()> {
        if snapshot.column_numbers(&self.column).is_empty() {
            return Ok(());
        }
        let selection = Selection { columns: self.column.clone(), filter: self.filter.clone() };
        let mut scan = BucketScan::new(bucket.clone(), snapshot.clone(), selection);
        while let Some(portion) = scan.next().await? {
            portion.chunks.iter().for_each(|chunk| self.measure(chunk));
        }
        Ok(())
    }

    /// How many vectors were compared, and the nearest.
    pub(crate) fn end(self) -> (u64, Vec<Found>) {
        (self.searched, self.nearest.in_order())
    }

    fn measure(&mut self, chunk: &Chunk) {
        let Some(vectors) = chunk.batch.columns().first().and_then(|c| Vectors::of(c.as_ref()))
        else {
            return;
        };
        for (row, distance) in vectors.distances(&self.target) {
            self.searched += 1;
            if let Some((distance, offset)) = distance.zip(chunk.offsets.get(row)) {
                self.nearest.offer(Found { distance, bucket: chunk.bucket, offset: *offset });
            }
        }
    }
}

impl Snapshot {
    /// The records with these offsets, which ascend; those that are not there are left out.
    pub(crate) async fn take(
        &self,
        bucket: &Bucket,
        offsets: &[u64],
        columns: &Columns,
    ) -> Result<Vec<Chunk>> {
        let end = self.persisted_end();
        let (flushed, buffered) = offsets.split_at(offsets.partition_point(|o| *o < end));
        let mut found = Vec::new();
        if let Some(table) = self.table() {
            let rows = table.take(flushed, columns).await?;
            found.extend(rows.into_iter().map(|rows| persisted(bucket, rows)));
        }
        for lane in 0..LANES {
            for chunk in self.read_buffered(bucket, (lane, 0), usize::MAX, columns)? {
                let is_wanted = |offset: &u64| buffered.binary_search(offset).is_ok();
                let flags: Vec<bool> = chunk.offsets.iter().map(is_wanted).collect();
                found.extend(flags.contains(&true).then(|| chunk.filter(&flags)).flatten());
            }
        }
        Ok(found)
    }
}
