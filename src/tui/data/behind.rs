//! How far a named group is behind.

/// The group of a topic that is farthest behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Behind {
    pub(crate) group: String,
    /// Records behind its positions.
    pub(crate) records: u64,
    /// The same by bucket, where it is known.
    pub(crate) buckets: Vec<(u32, u64)>,
}

impl Behind {
    /// How far it is behind in a bucket.
    pub(crate) fn in_bucket(&self, bucket: u32) -> Option<u64> {
        let found = self.buckets.iter().find(|(number, lag)| *number == bucket && *lag > 0);
        found.map(|(_, lag)| *lag)
    }
}
