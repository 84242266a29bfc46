//! What a topic costs: on disk, by a walk over its files, and what its reads have.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::reader::Reader;
use crate::engine::bucket::{Bucket, Keeps, Snapshot};
use crate::engine::error::{Error, Result};
use crate::engine::facts::{BucketStats, Maintenance, TopicStats};
use crate::engine::group_facts::GroupLag;
use crate::engine::name::TopicName;
use crate::engine::store::Table;
use crate::engine::tally::ReadCounts;

impl Reader {
    /// What reading these buckets has cost since this process first touched them, by whichever reader, stream or writer of
    /// the engine. Differences of two of these say what the reads in between cost.
    ///
    /// Cost: none.
    pub fn read_counts(&self) -> ReadCounts {
        let each = self.buckets.iter().map(|bucket| bucket.read_counts());
        each.fold(ReadCounts::default(), std::ops::Add::add)
    }
}

/// Counts, bytes and fragments of each bucket. Blocks.
pub(super) fn topic_stats(
    (topic, kept, groups): (TopicName, Option<Keeps>, Vec<GroupLag>),
    parts: &[(Arc<Bucket>, Snapshot, Maintenance, u64)],
) -> Result<TopicStats> {
    let buckets: Vec<BucketStats> = parts
        .iter()
        .map(|(bucket, snapshot, upkeep, first)| bucket_stats(bucket, (snapshot, *first), upkeep))
        .collect::<Result<_>>()?;
    let sum = |of: fn(&BucketStats) -> u64| buckets.iter().map(of).sum();
    Ok(TopicStats {
        topic,
        total_count: sum(|bucket| bucket.total_count),
        buffer_count: sum(|bucket| bucket.buffer_count),
        persisted_count: sum(|bucket| bucket.persisted_count),
        buffer_bytes: sum(|bucket| bucket.buffer_bytes),
        retention: kept.map(|kept| kept.versions),
        record_retention: kept.map(|kept| kept.records),
        buckets,
        groups,
    })
}

fn bucket_stats(
    bucket: &Bucket,
    (snapshot, first_offset): (&Snapshot, u64),
    upkeep: &Maintenance,
) -> Result<BucketStats> {
    let dataset = &bucket.place.dataset;
    Ok(BucketStats {
        bucket_id: bucket.place.id,
        total_count: snapshot.rows(),
        buffer_count: snapshot.buffered_rows(),
        persisted_count: snapshot.persisted_rows(),
        buffer_bytes: bucket.buffered().1,
        first_offset,
        next_offset: snapshot.end(),
        version: snapshot.table().map_or(0, Table::version),
        fragments: snapshot.table().map_or(0, Table::fragments),
        bytes_on_disk: bytes_below(dataset).map_err(Error::io("measure", dataset))?,
        wal_bytes: bucket.log_bytes(),
        storage_path: dataset.display().to_string(),
        maintenance: upkeep.clone(),
    })
}

/// The bytes of all files below a folder. Files that vanish meanwhile do not count.
pub(super) fn bytes_below(folder: &Path) -> io::Result<u64> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(e) => return Err(e),
    };
    let mut bytes = 0;
    for entry in entries {
        let entry = entry?;
        bytes += match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path())?,
            Ok(metadata) => metadata.len(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => 0,
            Err(e) => return Err(e),
        };
    }
    Ok(bytes)
}
