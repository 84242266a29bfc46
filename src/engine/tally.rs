//! What reads cost, counted where they happen: for tests that guard it, and for whoever wants to see it.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the reads of some buckets have cost since this process first touched them; see
/// [`Reader::read_counts`](crate::Reader::read_counts).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadCounts {
    /// Versions that were opened: manifests decoded.
    pub manifests: u64,
    /// Versions that were described without being opened: manifests read through.
    pub described: u64,
    /// Data files opened, once for each choice of columns.
    pub opened: u64,
    /// Times that rows were read of a data file for somebody who waited for them.
    pub reads: u64,
    /// Times that they were read before anybody asked, ahead of one who reads on.
    pub ahead: u64,
    /// Times that rows were in memory already.
    pub hits: u64,
    /// Bytes that were decoded, as they are in memory.
    pub bytes: u64,
}

impl std::ops::Add for ReadCounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            manifests: self.manifests + other.manifests,
            described: self.described + other.described,
            opened: self.opened + other.opened,
            reads: self.reads + other.reads,
            ahead: self.ahead + other.ahead,
            hits: self.hits + other.hits,
            bytes: self.bytes + other.bytes,
        }
    }
}

impl std::ops::Sub for ReadCounts {
    type Output = Self;

    /// What was added since `earlier`.
    fn sub(self, earlier: Self) -> Self {
        Self {
            manifests: self.manifests.saturating_sub(earlier.manifests),
            described: self.described.saturating_sub(earlier.described),
            opened: self.opened.saturating_sub(earlier.opened),
            reads: self.reads.saturating_sub(earlier.reads),
            ahead: self.ahead.saturating_sub(earlier.ahead),
            hits: self.hits.saturating_sub(earlier.hits),
            bytes: self.bytes.saturating_sub(earlier.bytes),
        }
    }
}

/// Counts that many threads add to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    manifests: AtomicU64,
    described: AtomicU64,
    opened: AtomicU64,
    reads: AtomicU64,
    ahead: AtomicU64,
    hits: AtomicU64,
    bytes: AtomicU64,
}

impl Tally {
    pub(crate) fn manifest(&self) {
        self.manifests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn described(&self) {
        self.described.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn opened(&self) {
        self.opened.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn decoded(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn ahead(&self) {
        self.ahead.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn counts(&self) -> ReadCounts {
        let now = |count: &AtomicU64| count.load(Ordering::Relaxed);
        ReadCounts {
            manifests: now(&self.manifests),
            described: now(&self.described),
            opened: now(&self.opened),
            reads: now(&self.reads),
            ahead: now(&self.ahead),
            hits: now(&self.hits),
            bytes: now(&self.bytes),
        }
    }
}
