//! What a flush did, bucket by bucket: before and after.

use std::time::Duration;

use crate::{BucketCounts, Flushed};

/// What a flush did to a topic, or to a bucket of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FlushReport {
    /// The buckets that were flushed, by number.
    pub(crate) buckets: Vec<BucketFlush>,
    /// How long all of it took.
    pub(crate) took: Duration,
}

/// What it did to one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BucketFlush {
    pub(crate) flushed: Flushed,
    /// The counts just before.
    pub(crate) before: BucketCounts,
    /// The counts just after; others may have put something meanwhile.
    pub(crate) after: BucketCounts,
    /// By how many bytes the data files grew, where that is known.
    pub(crate) grown: Option<i64>,
    pub(crate) took: Duration,
}

impl FlushReport {
    /// How many records became persisted.
    pub(crate) fn rows(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.flushed.rows).sum()
    }

    /// The buckets in which anything was buffered.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &BucketFlush> {
        self.buckets.iter().filter(|bucket| bucket.flushed.rows > 0)
    }
}
