//! Reads by row number, as a table over all records of a topic shows them.

use arrow_schema::SchemaRef;

use super::reader::Reader;
use crate::engine::bucket::{Bucket, Condition, Selection, Snapshot};
use crate::engine::error::Result;
use crate::engine::options::Columns;
use crate::engine::record::Page;

impl Reader {
    /// Up to `limit` records from row number `row` on. Rows are counted from 0, bucket after
    /// bucket; deleted ones do not count, nor do those that do not match a filter. This is what a table over all
    /// records shows.
    ///
    /// Cost: as [`get`](Self::get). With a filter, its columns of all records before the page, too.
    /// Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn window(&self, row: u64, limit: usize) -> Result<Page> {
        let snapshots = self.snapshots_to_read().await?;
        let schema = self.chosen(&self.whole_schema(&snapshots))?;
        let selection = self.selection(&snapshots)?;
        let mut page = Page::default();
        let mut skip = row;
        for (bucket, snapshot) in self.buckets.iter().zip(&snapshots) {
            let left = limit - page.len();
            if left == 0 {
                break;
            }
            match offset_at(bucket, snapshot, &selection, skip).await? {
                Row::At(offset) => {
                    page.chunks.extend(snapshot.select(bucket, offset, left, &selection).await?);
                    skip = 0;
                }
                Row::Beyond(rows) => skip -= rows,
            }
        }
        self.uniform(page, &schema)
    }

    /// The records with these buckets and offsets, of those that match a filter; those that are not there are left out.
    ///
    /// Shape: bucket after bucket, each by offset, in whichever order they were named.
    /// Cost: the records read, and a binary search for each; with a filter, its columns of all that were named, too.
    /// Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn take(&self, records: &[(u32, u64)]) -> Result<Page> {
        let snapshots = self.snapshots_to_read().await?;
        let schema = self.chosen(&self.whole_schema(&snapshots))?;
        self.read(&snapshots, &schema, records).await
    }

    /// The same of a moment.
    pub(super) async fn read(
        &self,
        snapshots: &[Snapshot],
        schema: &SchemaRef,
        records: &[(u32, u64)],
    ) -> Result<Page> {
        let selection = self.selection(snapshots)?;
        let mut page = Page::default();
        for (bucket, snapshot) in self.buckets.iter().zip(snapshots) {
            let own = records.iter().filter(|(number, _)| *number == bucket.place.id);
            let mut offsets: Vec<u64> = own.map(|(_, offset)| *offset).collect();
            offsets.sort_unstable();
            offsets.dedup();
            if let Some(filter) = &selection.filter {
                offsets = matching_of(bucket, snapshot, filter, &offsets).await?;
            }
            page.chunks.extend(snapshot.take(bucket, &offsets, &selection.columns).await?);
        }
        self.uniform(page, schema)
    }

    /// The row number, in the sense of [`window`](Self::window), of the first record of `bucket`
    /// with this offset or a larger one.
    ///
    /// Cost: no record is read, but with a filter its columns of all records before that one. Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) where there is no such bucket; and as [`get`](Self::get).
    pub async fn locate(&self, bucket: u32, offset: u64) -> Result<u64> {
        self.bucket(bucket)?;
        let snapshots = self.snapshots_to_read().await?;
        let selection = self.selection(&snapshots)?;
        let mut before = 0;
        for (found, snapshot) in self.buckets.iter().zip(&snapshots) {
            if found.place.id == bucket {
                return Ok(before + rows_before(found, snapshot, &selection, offset).await?);
            }
            before += rows_before(found, snapshot, &selection, u64::MAX).await?;
        }
        Ok(before)
    }
}

/// Where a row lies in a bucket.
enum Row {
    At(u64),
    /// The bucket has only so many.
    Beyond(u64),
}

async fn offset_at(
    bucket: &Bucket,
    snapshot: &Snapshot,
    selection: &Selection,
    row: u64,
) -> Result<Row> {
    if selection.filter.is_none() {
        let rows = snapshot.rows();
        return Ok(if row < rows {
            Row::At(snapshot.offset_at(row).await?)
        } else {
            Row::Beyond(rows)
        });
    }
    let found = matching(bucket, snapshot, selection, row.saturating_add(1)).await?;
    let wanted = usize::try_from(row).ok().and_then(|row| found.get(row));
    Ok(wanted.map_or(Row::Beyond(found.len() as u64), |offset| Row::At(*offset)))
}

/// Those of the offsets, which ascend, whose records match.
async fn matching_of(
    bucket: &Bucket,
    snapshot: &Snapshot,
    filter: &Condition,
    offsets: &[u64],
) -> Result<Vec<u64>> {
    let mut found = offsets.to_vec();
    for test in filter.tests() {
        let chunks = snapshot.take(bucket, &found, &test.columns()).await?;
        found = test.passed(&chunks)?;
    }
    Ok(found)
}

/// How many records that match have a smaller offset.
async fn rows_before(
    bucket: &Bucket,
    snapshot: &Snapshot,
    selection: &Selection,
    offset: u64,
) -> Result<u64> {
    if selection.filter.is_none() {
        return snapshot.rows_before(offset).await;
    }
    let all = matching(bucket, snapshot, selection, u64::MAX).await?;
    Ok(all.partition_point(|found| *found < offset) as u64)
}

/// The offsets of the first `limit` records that match.
async fn matching(
    bucket: &Bucket,
    snapshot: &Snapshot,
    selection: &Selection,
    limit: u64,
) -> Result<Vec<u64>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let selection =
        Selection { columns: Columns::Only(Vec::new()), filter: selection.filter.clone() };
    let chunks = snapshot.select(bucket, 0, limit, &selection).await?;
    Ok(chunks.into_iter().flat_map(|chunk| chunk.offsets).collect())
}
