//! What of a bucket is read: which columns, and of which records.

use std::sync::Arc;

use arrow_array::RecordBatch;

use super::condition::Condition;
use super::shared::Bucket;
use super::snapshot::Snapshot;
use super::stride::Stride;
use crate::engine::error::Result;
use crate::engine::options::Columns;
use crate::engine::record::{Chunk, batch_bytes};
use crate::engine::store::{Pass, Rows, Table};

/// The columns that a read returns, of the records that match.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    pub(crate) columns: Columns,
    /// `None` matches every record.
    pub(crate) filter: Option<Arc<Condition>>,
}

/// How far a look goes: so many records are looked at, and of those that match so many returned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub(super) rows: usize,
    pub(super) matches: usize,
}

/// Persisted records that were looked at, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Looked {
    /// Those that match.
    pub(super) chunks: Vec<Chunk>,
    /// How many were looked at, whether they match or not.
    pub(super) rows: usize,
    /// What they took in memory.
    pub(super) bytes: u64,
    /// Behind the last one that was looked at.
    pub(super) next: u64,
    /// Whether there may be more, though fewer were looked at than could be.
    pub(super) is_part: bool,
}

impl Snapshot {
    /// Up to `limit` matching records with offsets from `offset` on.
    ///
    /// Cost: without a filter the records read. With one, its columns of all records from `offset` to the last one
    /// returned, in portions of bounded memory, and the chosen columns of those that match.
    pub(crate) async fn select(
        &self,
        bucket: &Bucket,
        offset: u64,
        limit: usize,
        selection: &Selection,
    ) -> Result<Vec<Chunk>> {
        let mut found = Vec::new();
        let (mut left, mut at) = (limit, offset);
        let mut stride = Stride::for_looking();
        while left > 0 && at < self.persisted_end() {
            let rows = if selection.filter.is_some() { stride.rows() } else { left };
            let looked = self.look(bucket, at, Reach { rows, matches: left }, selection).await?;
            if looked.rows == 0 {
                break;
            }
            stride.measure(looked.rows, looked.bytes);
            at = looked.next;
            left -= count(&looked.chunks);
            found.extend(looked.chunks);
        }
        let behind = self.positions_behind(offset.saturating_sub(self.persisted_end()));
        for from in behind.into_iter().enumerate() {
            if left == 0 {
                break;
            }
            let limit = if selection.filter.is_some() { usize::MAX } else { left };
            for (_, chunk) in self.look_at_buffered(bucket, from, limit, selection)? {
                let chunk = chunk.map(|chunk| chunk.first(left));
                left -= chunk.as_ref().map_or(0, |chunk| chunk.offsets.len());
                found.extend(chunk);
            }
        }
        found.retain(|chunk| !chunk.offsets.is_empty());
        Ok(found)
    }

    /// As [`look`](Self::look), for one who goes on from record to record and brings along where the pass stands: it takes
    /// what lies ready, whatever `reach` says.
    pub(super) async fn look_on(
        &self,
        bucket: &Bucket,
        pass: &mut Option<Pass>,
        (offset, reach): (u64, Reach),
        selection: &Selection,
    ) -> Result<Looked> {
        if let (Some(table), None) = (self.table(), &selection.filter)
            && let Some(rows) = table.pass_on(pass, offset, &selection.columns).await?
        {
            let seen = [rows];
            let looked = looked(bucket, offset, &seen, seen.to_vec());
            return Ok(Looked { is_part: true, ..looked });
        }
        self.look(bucket, offset, reach, selection).await
    }

    /// Looks at persisted records from `offset` on, and returns those that match; at fewer than it may only where
    /// there are no more.
    pub(super) async fn look(
        &self,
        bucket: &Bucket,
        offset: u64,
        reach: Reach,
        selection: &Selection,
    ) -> Result<Looked> {
        let Some(table) = self.table() else { return Ok(Looked::default()) };
        let Some(filter) = &selection.filter else {
            let rows =
                table.read(offset, reach.rows.min(reach.matches), &selection.columns).await?;
            return Ok(looked(bucket, offset, &rows, rows.clone()));
        };
        let mut tests = filter.tests();
        let Some(first) = tests.next() else { return Ok(Looked::default()) };
        let seen = table.read(offset, reach.rows, &first.columns()).await?;
        let mut matching = first.left(parts(&seen))?;
        for test in tests {
            let rows = fetch(table, offset, &seen, &matching, &test.columns()).await?;
            matching = test.left(parts(&rows))?;
        }
        matching.truncate(reach.matches);
        let found = fetch(table, offset, &seen, &matching, &selection.columns).await?;
        Ok(looked(bucket, offset, &seen, found))
    }

    /// Looks at up to `limit` buffered records of one lane from a log position on: batch by batch, how many they
    /// are, and those that match.
    pub(super) fn look_at_buffered(
        &self,
        bucket: &Bucket,
        from: (usize, u64),
        limit: usize,
        selection: &Selection,
    ) -> Result<Vec<(u64, Option<Chunk>)>> {
        let Some(filter) = &selection.filter else {
            let chunks = self.read_buffered(bucket, from, limit, &selection.columns)?;
            return Ok(chunks.into_iter().map(|c| (c.offsets.len() as u64, Some(c))).collect());
        };
        let chosen = self.column_numbers(&selection.columns);
        let whole = self.read_buffered(bucket, from, limit, &Columns::All)?;
        let matching = |chunk: Chunk| {
            let rows = chunk.offsets.len() as u64;
            let flags = filter.matches(&chunk.batch)?;
            let found = flags.contains(&true).then(|| chunk.filter(&flags)).flatten();
            Ok((rows, found.and_then(|chunk| chunk.project(&chosen))))
        };
        whole.into_iter().map(matching).collect()
    }
}

fn parts(rows: &[Rows]) -> impl Iterator<Item = (&[u64], &RecordBatch)> {
    rows.iter().map(|rows| (rows.offsets.as_slice(), &rows.batch))
}

/// The chosen columns of the records that match, of those that were seen from `offset` on.
async fn fetch(
    table: &Table,
    offset: u64,
    seen: &[Rows],
    matching: &[u64],
    columns: &Columns,
) -> Result<Vec<Rows>> {
    let rows = seen.iter().map(|rows| rows.offsets.len()).sum();
    if matching.len() == rows {
        // A range is read faster than its rows one by one.
        return table.read(offset, rows, columns).await;
    }
    table.take(matching, columns).await
}

fn looked(bucket: &Bucket, offset: u64, seen: &[Rows], found: Vec<Rows>) -> Looked {
    let bytes = |rows: &[Rows]| rows.iter().map(|rows| batch_bytes(&rows.batch)).sum::<u64>();
    let last = seen.last().and_then(|rows| rows.offsets.last());
    Looked {
        rows: seen.iter().map(|rows| rows.offsets.len()).sum(),
        bytes: bytes(seen).max(bytes(&found)),
        next: last.map_or(offset, |last| last + 1),
        chunks: found.into_iter().map(|rows| persisted(bucket, rows)).collect(),
        is_part: false,
    }
}

pub(super) fn persisted(bucket: &Bucket, rows: Rows) -> Chunk {
    let Rows { offsets, batch } = rows;
    Chunk { bucket: bucket.place.id, offsets, buffered: false, batch }
}

fn count(chunks: &[Chunk]) -> usize {
    chunks.iter().map(|chunk| chunk.offsets.len()).sum()
}
