//! How the rows of a table of several buckets map to the buckets: bucket after bucket.

use crate::TopicCounts;

/// One bucket's part of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) bucket: u32,
    /// How many rows it has.
    pub(crate) rows: u64,
    /// How many of them are in a version.
    pub(crate) persisted: u64,
    /// The first row's offset.
    pub(crate) first_offset: u64,
    /// The offset behind the last row.
    pub(crate) next_offset: u64,
    /// The head version.
    pub(crate) version: u64,
}

/// All parts of the table, by bucket number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extents(Vec<Extent>);

impl Extents {
    /// These parts, in this order.
    pub(crate) fn new(parts: Vec<Extent>) -> Self {
        Self(parts)
    }

    /// The parts of a topic, or of one bucket of it.
    pub(crate) fn of(counts: &TopicCounts, bucket: Option<u32>) -> Self {
        let chosen = counts.buckets.iter().filter(|b| bucket.is_none_or(|id| id == b.bucket_id));
        let extent = chosen.map(|b| Extent {
            bucket: b.bucket_id,
            rows: b.total_count,
            persisted: b.persisted_count,
            first_offset: b.first_offset,
            next_offset: b.next_offset,
            version: b.version,
        });
        Self(extent.collect())
    }

    /// All rows.
    pub(crate) fn total(&self) -> u64 {
        self.0.iter().map(|extent| extent.rows).sum()
    }

    /// Rows that are not yet in a version.
    pub(crate) fn buffered(&self) -> u64 {
        self.0.iter().map(|extent| extent.rows.saturating_sub(extent.persisted)).sum()
    }

    /// The parts, by bucket number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Extent> {
        self.0.iter()
    }

    /// A bucket's part.
    pub(crate) fn get(&self, bucket: u32) -> Option<&Extent> {
        self.0.iter().find(|extent| extent.bucket == bucket)
    }

    /// The bucket of a row, and the row's number within the bucket.
    pub(crate) fn find(&self, mut row: u64) -> Option<(u32, u64)> {
        for extent in &self.0 {
            if row < extent.rows {
                return Some((extent.bucket, row));
            }
            row -= extent.rows;
        }
        None
    }

    /// The row of a bucket's row; the bucket's last one where it has fewer.
    pub(crate) fn row(&self, bucket: u32, local: u64) -> Option<u64> {
        let mut before = 0;
        for extent in &self.0 {
            if extent.bucket == bucket {
                return Some(before + local.min(extent.rows.saturating_sub(1)));
            }
            before += extent.rows;
        }
        None
    }

    /// Whether every row that was there before still has its number within its bucket.
    pub(crate) fn extends(&self, before: &Self, bucket: u32) -> bool {
        match (before.get(bucket), self.get(bucket)) {
            (Some(old), Some(new)) => {
                new.first_offset == old.first_offset && new.persisted >= old.persisted
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BucketCounts;

    fn extents(rows: &[u64]) -> Extents {
        let bucket = |(id, n): (u32, &u64)| BucketCounts {
            bucket_id: id,
            total_count: *n,
            persisted_count: *n,
            next_offset: *n,
            ..BucketCounts::default()
        };
        let buckets = (0..).zip(rows).map(bucket).collect();
        Extents::of(&TopicCounts { buckets, ..TopicCounts::default() }, None)
    }

    #[test]
    fn rows_run_bucket_after_bucket_and_back() {
        let table = extents(&[3, 0, 2]);
        let found: Vec<_> = (0..6).map(|row| table.find(row)).collect();
        let expected = [Some((0, 0)), Some((0, 1)), Some((0, 2)), Some((2, 0)), Some((2, 1)), None];
        assert_eq!(found, expected);
        for row in 0..5 {
            let (bucket, local) = table.find(row).unwrap();
            assert_eq!(table.row(bucket, local), Some(row));
        }
    }

    #[test]
    fn a_bucket_that_shrank_does_not_extend_what_was() {
        let (before, after) = (extents(&[5, 5]), extents(&[6, 4]));
        assert!(after.extends(&before, 0));
        assert!(!after.extends(&before, 1));
        assert!(!after.extends(&before, 7));
    }

    #[test]
    fn one_bucket_of_a_topic_has_only_its_own_rows() {
        let counts = TopicCounts {
            buckets: vec![
                BucketCounts { bucket_id: 0, total_count: 3, ..BucketCounts::default() },
                BucketCounts { bucket_id: 1, total_count: 9, ..BucketCounts::default() },
            ],
            ..TopicCounts::default()
        };
        let table = Extents::of(&counts, Some(1));
        assert_eq!((table.total(), table.find(0)), (9, Some((1, 0))));
    }
}
