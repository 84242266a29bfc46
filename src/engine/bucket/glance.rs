//! A look at a run of rows, only to see how many of them match.

use std::ops::Range;

use super::selection::{Reach, Selection};
use super::shared::Bucket;
use super::snapshot::Snapshot;
use crate::engine::error::Result;
use crate::engine::options::Columns;

/// What a look has shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Glance {
    /// Rows that were looked at.
    pub(crate) rows: u64,
    /// How many of them match.
    pub(crate) matches: u64,
    /// What they took in memory.
    pub(crate) bytes: u64,
}

impl Snapshot {
    /// Looks at some rows, counted from the first record: fewer where the run crosses into what is buffered, none
    /// beyond the end.
    pub(crate) async fn glance(
        &self,
        bucket: &Bucket,
        rows: Range<u64>,
        selection: &Selection,
    ) -> Result<Glance> {
        let selection =
            Selection { columns: Columns::Only(Vec::new()), filter: selection.filter.clone() };
        let persisted = self.persisted_rows();
        if rows.start >= persisted {
            let behind = rows.start - persisted..rows.end.saturating_sub(persisted);
            return self.glance_at_buffered(bucket, behind, &selection);
        }
        let offset = self.offset_at(rows.start).await?;
        let length = usize::try_from(rows.end.min(persisted) - rows.start).unwrap_or(usize::MAX);
        let reach = Reach { rows: length, matches: length };
        let looked = self.look(bucket, offset, reach, &selection).await?;
        let matches = looked.chunks.iter().map(|chunk| chunk.offsets.len() as u64).sum();
        Ok(Glance { rows: looked.rows as u64, matches, bytes: looked.bytes })
    }

    /// The same of buffered rows, counted from the first of them.
    fn glance_at_buffered(
        &self,
        bucket: &Bucket,
        rows: Range<u64>,
        selection: &Selection,
    ) -> Result<Glance> {
        let mut seen = Glance::default();
        for place in self.positions_behind(rows.start).into_iter().enumerate() {
            let left = (rows.end.saturating_sub(rows.start)).saturating_sub(seen.rows);
            let limit = usize::try_from(left).unwrap_or(usize::MAX);
            for (rows, chunk) in self.look_at_buffered(bucket, place, limit, selection)? {
                seen.rows += rows;
                seen.matches += chunk.map_or(0, |chunk| chunk.offsets.len() as u64);
            }
        }
        Ok(seen)
    }
}
