//! When records came, as near as a bucket knows it.

use chrono::{DateTime, Utc};

use super::lane::{LOG, LaneView};
use super::shared::Bucket;
use super::snapshot::Snapshot;
use crate::engine::buffer::PutTimes;
use crate::engine::error::Result;
use crate::engine::store::{Ended, Table};

impl Snapshot {
    /// When the records with these offsets, which ascend, came: buffered ones when they were put, others when the first
    /// version that has them was made.
    pub(crate) async fn times(
        &self,
        bucket: &Bucket,
        offsets: &[u64],
    ) -> Result<Vec<Option<DateTime<Utc>>>> {
        let (flushed, buffered) =
            offsets.split_at(offsets.partition_point(|o| *o < self.persisted_end()));
        let mut times = match self.table() {
            Some(table) => persisted(table, flushed).await?,
            None => vec![None; flushed.len()],
        };
        let put_times = bucket.put_times();
        let end = self.persisted_end();
        let time = |offset: &u64| put_at(&self.lanes[LOG], offset - end, &put_times);
        times.extend(buffered.iter().map(time));
        Ok(times)
    }
}

/// When the buffered record behind so many others was put.
fn put_at(log: &LaneView, before: u64, times: &PutTimes) -> Option<DateTime<Utc>> {
    let time = times.of(log.first + before).filter(|_| before < log.rows())?;
    DateTime::from_timestamp_micros(time)
}

/// When the versions were made that were the first to have these offsets, of those that are kept.
///
/// Cost: O(log versions) manifests for each version that is found, each read through once and without being decoded.
async fn persisted(table: &Table, offsets: &[u64]) -> Result<Vec<Option<DateTime<Utc>>>> {
    let numbers = table.known_numbers().await?;
    let mut found: Vec<Option<DateTime<Utc>>> = Vec::with_capacity(offsets.len());
    let (mut from, mut version): (_, Option<Ended>) = (0, None);
    for offset in offsets {
        if version.is_none_or(|version| *offset >= version.next_offset) {
            from = first_with(table, &numbers, (from, *offset)).await?;
            version = match numbers.get(from) {
                Some(number) => table.ended(*number).await?,
                None => None,
            };
        }
        found.push(version.map(|version| version.timestamp));
    }
    Ok(found)
}

/// The first of these versions, from one on, that goes beyond an offset.
async fn first_with(table: &Table, numbers: &[u64], (from, offset): (usize, u64)) -> Result<usize> {
    let (mut low, mut high) = (from, numbers.len());
    while let Some(number) = numbers.get(low.midpoint(high)).filter(|_| low < high) {
        let middle = low.midpoint(high);
        let version = table.ended(*number).await?;
        // One that was cleaned up meanwhile goes less far than those that stay.
        let is_beyond = version.is_some_and(|version| version.next_offset > offset);
        (low, high) = if is_beyond { (low, middle) } else { (middle + 1, high) };
    }
    Ok(low)
}
