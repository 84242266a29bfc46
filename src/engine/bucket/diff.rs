//! A pass over what differs between two states of a bucket, in portions of bounded memory.

use std::sync::Arc;

use super::shared::Bucket;
use super::snapshot::Snapshot;
use super::stride::Stride;
use crate::engine::error::Result;
use crate::engine::facts::DiffSummary;
use crate::engine::options::Columns;
use crate::engine::record::{ChangeKind, ChangedRow};
use crate::engine::store::{Compared, Comparison, Detail, Table};

/// Where a comparison of two states stands, and what it has found so far.
pub(crate) struct BucketDiff {
    comparison: Comparison,
    stride: Stride,
    summary: DiffSummary,
    /// Their files stay where they are as long as it lasts.
    _held: [Snapshot; 2],
}

impl BucketDiff {
    /// Compares the persisted records of two states of a bucket. Reads nothing yet.
    pub(crate) fn new(
        bucket: &Arc<Bucket>,
        before: Snapshot,
        after: Snapshot,
        columns: &Columns,
    ) -> Self {
        let comparison = Comparison::of(before.table(), after.table(), columns);
        let version = |state: &Snapshot| state.table().map_or(0, Table::version);
        let summary = DiffSummary {
            bucket_id: bucket.place.id,
            before: version(&before),
            after: version(&after),
            added: 0,
            updated: 0,
            deleted: 0,
            columns: comparison.changes().to_vec(),
            by_position: comparison.is_by_position(),
        };
        Self { comparison, stride: Stride::for_looking(), summary, _held: [before, after] }
    }

    /// How many rows are to be looked at, of both states.
    pub(crate) fn total(&self) -> u64 {
        self.comparison.total()
    }

    /// What was found so far, in numbers.
    pub(crate) fn summary(&self) -> &DiffSummary {
        &self.summary
    }

    /// The next portion; `None` at the end.
    ///
    /// Cancel: safe to drop; the same portion comes again.
    pub(crate) async fn next(&mut self, detail: Detail) -> Result<Option<Compared>> {
        let rows = self.stride.rows();
        let Some(found) = self.comparison.next(rows, detail).await? else { return Ok(None) };
        self.stride.measure(usize::try_from(found.looked).unwrap_or(usize::MAX), found.bytes);
        self.count(&found.rows);
        Ok(Some(found))
    }

    fn count(&mut self, rows: &[ChangedRow]) {
        let count = |kind| rows.iter().filter(|row| row.kind == kind).count() as u64;
        self.summary.added += count(ChangeKind::Added);
        self.summary.updated += count(ChangeKind::Updated);
        self.summary.deleted += count(ChangeKind::Deleted);
    }
}
