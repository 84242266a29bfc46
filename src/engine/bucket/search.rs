//! Search for the records nearest to a vector: among all by one pass over the column, or among the candidates of an index
//! and what it does not cover.

use std::sync::Arc;

use super::condition::Condition;
use super::lane::LANES;
use super::scan::BucketScan;
use super::selection::{Selection, persisted};
use super::shared::Bucket;
use super::snapshot::Snapshot;
use crate::engine::error::Result;
use crate::engine::index_facts::FoundBy;
use crate::engine::options::Columns;
use crate::engine::record::{Chunk, Found, Nearest, Target, Vectors};
use crate::engine::search::{Metric, Search};

/// A search under way: what is looked for, and the nearest so far.
#[derive(Debug)]
pub(crate) struct Hunt {
    pub(super) column: String,
    pub(super) metric: Metric,
    pub(super) k: usize,
    /// What indices are asked for; `None` where none is to be asked.
    pub(super) asked: Option<Vec<f32>>,
    pub(super) effort: f64,
    pub(super) selection: Selection,
    pub(super) found_by: FoundBy,
    target: Target,
    nearest: Nearest,
}

/// What a search has found.
#[derive(Debug)]
pub(crate) struct Bag {
    /// The nearest first.
    pub(crate) found: Vec<Found>,
    pub(crate) by: FoundBy,
}

impl Hunt {
    /// For the records nearest to a vector, among those that match.
    pub(crate) fn new(search: &Search, vector: Vec<f64>, filter: Option<Arc<Condition>>) -> Self {
        let columns = Columns::Only(vec![search.column.clone()]);
        Self {
            column: search.column.clone(),
            metric: search.metric,
            k: search.k,
            asked: single(&vector).filter(|_| !search.is_exact),
            effort: search.effort,
            selection: Selection { columns, filter },
            found_by: FoundBy::default(),
            target: Target::new(vector, search.metric),
            nearest: Nearest::of(search.k),
        }
    }

    /// Looks through a bucket, what is buffered included.
    ///
    /// Cost: the filter's columns of all records; of those that match the vectors, or those that an index names, and those
    /// that it does not cover; in portions of bounded memory.
    pub(crate) async fn through(
        &mut self,
        bucket: &Arc<Bucket>,
        snapshot: &Snapshot,
    ) -> Result<()> {
        if snapshot.column_numbers(&self.selection.columns).is_empty() {
            return Ok(());
        }
        if let Some((table, index)) = self.index_to_ask(bucket, snapshot).await
            && self.ask(bucket, snapshot, (&table, &index)).await?
        {
            self.compare_uncovered(bucket, snapshot, &table, &index).await?;
            return self.compare_buffered(bucket, snapshot);
        }
        let mut scan = BucketScan::new(bucket.clone(), snapshot.clone(), self.selection.clone());
        while let Some(portion) = scan.next().await? {
            portion.chunks.iter().for_each(|chunk| self.measure(chunk));
        }
        Ok(())
    }

    /// The nearest, and how they were found.
    pub(crate) fn end(self) -> Bag {
        Bag { found: self.nearest.in_order(), by: self.found_by }
    }

    fn compare_buffered(&mut self, bucket: &Bucket, snapshot: &Snapshot) -> Result<()> {
        for lane in 0..LANES {
            let looked =
                snapshot.look_at_buffered(bucket, (lane, 0), usize::MAX, &self.selection)?;
            looked.iter().filter_map(|(_, chunk)| chunk.as_ref()).for_each(|c| self.measure(c));
        }
        Ok(())
    }

    pub(super) fn measure(&mut self, chunk: &Chunk) {
        let Some(vectors) = chunk.batch.columns().first().and_then(|c| Vectors::of(c.as_ref()))
        else {
            return;
        };
        for (row, distance) in vectors.distances(&self.target) {
            self.found_by.compared += 1;
            if let Some((distance, offset)) = distance.zip(chunk.offsets.get(row)) {
                self.nearest.offer(Found { distance, bucket: chunk.bucket, offset: *offset });
            }
        }
    }
}

/// A vector in 32-bit reals, as indices take it; `None` where a number of it is too large for one.
fn single(vector: &[f64]) -> Option<Vec<f32>> {
    #[expect(clippy::cast_possible_truncation, reason = "what is too large is looked for")]
    let vector: Vec<f32> = vector.iter().map(|real| *real as f32).collect();
    vector.iter().all(|real| real.is_finite()).then_some(vector)
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
