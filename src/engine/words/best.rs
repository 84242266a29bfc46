//! The best of many records, whose scores are only known once all were seen.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use super::counter::Counts;
use super::query::TextQuery;
use super::statistics::Statistics;

/// A record that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scored {
    pub(crate) score: f32,
    pub(crate) bucket: u32,
    pub(crate) offset: u64,
}

/// The `k` best of all records that are offered, in whatever order.
///
/// Records of the same counts have the same score, so of these only the first `k` by place are kept: in memory are `k`
/// places at most for each way to match, however many records do.
#[derive(Debug)]
pub(crate) struct Best {
    query: Arc<TextQuery>,
    k: usize,
    statistics: Statistics,
    matching: u64,
    /// The places of records with the same counts, the last one on top.
    places: HashMap<Counts, BinaryHeap<(u32, u64)>>,
}

impl Best {
    pub(crate) fn of(query: Arc<TextQuery>, k: usize) -> Self {
        let statistics = Statistics::new(&query);
        Self { query, k, statistics, matching: 0, places: HashMap::new() }
    }

    /// Takes note of a record, and keeps it where it matches and may be among the best.
    pub(crate) fn offer(&mut self, counts: &Counts, place: (u32, u64)) {
        self.statistics.add(counts);
        self.keep(counts, place);
    }

    /// How many records have words, of those that were offered.
    pub(crate) fn with_words(&self) -> u64 {
        self.statistics.records()
    }

    /// How many records match, of those that were offered.
    pub(crate) fn matching(&self) -> u64 {
        self.matching
    }

    /// The best first; of the same score, by bucket and offset.
    pub(crate) fn in_order(self) -> Vec<Scored> {
        let mut all = Vec::new();
        for (counts, places) in self.places {
            if let Some(score) = self.statistics.score(&self.query, &counts) {
                let scored = |(bucket, offset)| Scored { score, bucket, offset };
                all.extend(places.into_iter().map(scored));
            }
        }
        all.sort_unstable_by(Scored::compare);
        all.truncate(self.k);
        all
    }

    fn keep(&mut self, counts: &Counts, place: (u32, u64)) {
        if !self.query.matches(&counts.leaves) {
            return;
        }
        self.matching += 1;
        let Some(places) = self.places.get_mut(counts) else {
            self.places.insert(counts.clone(), BinaryHeap::from([place]));
            return;
        };
        if places.len() < self.k {
            places.push(place);
        } else if let Some(mut last) = places.peek_mut()
            && place < *last
        {
            *last = place;
        }
    }
}

impl Scored {
    fn compare(&self, other: &Self) -> Ordering {
        let places = (self.bucket, self.offset).cmp(&(other.bucket, other.offset));
        other.score.total_cmp(&self.score).then(places)
    }
}
