//! The nearest of many, kept while they pass by.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Where a record lies, and how far away it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) distance: f32,
    pub(crate) bucket: u32,
    pub(crate) offset: u64,
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = (self.bucket, self.offset).cmp(&(other.bucket, other.offset));
        self.distance.total_cmp(&other.distance).then(place)
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Found {}

/// The `k` nearest of all that were offered, in whatever order.
#[derive(Debug)]
pub(crate) struct Nearest {
    k: usize,
    kept: BinaryHeap<Found>,
}

impl Nearest {
    pub(crate) fn of(k: usize) -> Self {
        Self { k, kept: BinaryHeap::new() }
    }

    /// Keeps one that is among the nearest so far.
    pub(crate) fn offer(&mut self, found: Found) {
        if self.kept.len() < self.k {
            self.kept.push(found);
        } else if let Some(mut farthest) = self.kept.peek_mut()
            && found < *farthest
        {
            *farthest = found;
        }
    }

    /// The nearest first.
    pub(crate) fn in_order(self) -> Vec<Found> {
        self.kept.into_sorted_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(k: usize, offered: &[(f32, u32, u64)]) -> Vec<(u32, u64)> {
        let mut nearest = Nearest::of(k);
        for (distance, bucket, offset) in offered {
            nearest.offer(Found { distance: *distance, bucket: *bucket, offset: *offset });
        }
        nearest.in_order().iter().map(|found| (found.bucket, found.offset)).collect()
    }

    #[test]
    fn the_nearest_are_kept_whatever_the_order_they_come_in() {
        let mut offered: Vec<_> = (0..100).map(|n| ((n * 37 % 100) as f32, 0, n)).collect();
        let first = nearest(5, &offered);
        assert_eq!(first.len(), 5);
        offered.reverse();
        assert_eq!(nearest(5, &offered), first);
        assert_eq!(nearest(0, &offered), []);
        assert_eq!(nearest(1000, &offered).len(), 100);
    }

    #[test]
    fn of_the_same_distance_bucket_and_offset_decide() {
        let offered = [(1.0, 1, 0), (1.0, 0, 9), (1.0, 0, 3), (0.5, 7, 7), (1.0, 0, 4)];
        assert_eq!(nearest(3, &offered), [(7, 7), (0, 3), (0, 4)]);
    }
}
