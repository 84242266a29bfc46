//! The best of many records, whose scores are only known once all were seen.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use super::counter::Counts;
use super::query::TextQuery;
use super::statistics::Statistics;

/// Bytes that are held of records whose scores are not known yet.
const MOST_BYTES: usize = 64 << 20;

/// A record that was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scored {
    pub(crate) score: f32,
    pub(crate) bucket: u32,
    pub(crate) offset: u64,
}

/// The `k` best of all records that are offered, in whatever order.
///
/// Records of the same counts have the same score, so of these only the first `k` by place are kept: in memory are `k`
/// places at most for each way to match, however many records do. Where there are too many ways, as in long texts, nothing is
/// kept of them, and all records have to be offered [once more](Self::again), when it is known what each word is worth.
#[derive(Debug)]
pub(crate) struct Best {
    query: Arc<TextQuery>,
    k: usize,
    statistics: Statistics,
    read: u64,
    matching: u64,
    kept: Kept,
    most_bytes: usize,
}

/// What is kept of the records that match.
#[derive(Debug)]
enum Kept {
    /// The places of records with the same counts, the last one on top, and how many bytes they take.
    Ways(HashMap<Counts, BinaryHeap<(u32, u64)>>, usize),
    /// Nothing, as there were too many ways to match.
    Nothing,
    /// The best so far, the worst on top. Their scores are known: all records are offered a second time.
    Best(BinaryHeap<Scored>),
}

impl Best {
    pub(crate) fn of(query: Arc<TextQuery>, k: usize) -> Self {
        Self::bounded(query, k, MOST_BYTES)
    }

    /// The same with another bound of what is held before scores are known.
    pub(super) fn bounded(query: Arc<TextQuery>, k: usize, most_bytes: usize) -> Self {
        let statistics = Statistics::new(&query);
        let kept = Kept::Ways(HashMap::new(), 0);
        Self { query, k, statistics, read: 0, matching: 0, kept, most_bytes }
    }

    /// Takes note of a record, and keeps it where it matches and may be among the best.
    pub(crate) fn offer(&mut self, counts: &Counts, place: (u32, u64)) {
        if !self.is_second() {
            self.statistics.add(counts);
        }
        self.consider(counts, place);
    }

    /// Takes note of records of which those that match are [considered](Self::consider) one by one.
    pub(crate) fn note(&mut self, known: &Statistics) {
        if !self.is_second() {
            self.statistics.extend(known);
        }
    }

    /// Keeps a record that is noted already, where it matches and may be among the best.
    pub(crate) fn consider(&mut self, counts: &Counts, place: (u32, u64)) {
        if self.is_second() {
            return self.rank(counts, place);
        }
        self.read += u64::from(counts.length > 0);
        if self.query.matches(&counts.leaves) {
            self.matching += 1;
            self.keep(counts, place);
        }
    }

    /// Whether all records have to be offered once more, the same ones: once where so it is.
    pub(crate) fn again(&mut self) -> bool {
        let has_to = matches!(self.kept, Kept::Nothing);
        if has_to {
            self.kept = Kept::Best(BinaryHeap::new());
        }
        has_to
    }

    /// Whether records are offered a second time.
    fn is_second(&self) -> bool {
        matches!(self.kept, Kept::Best(_))
    }

    /// How many records have words, of those that were offered or noted.
    pub(crate) fn with_words(&self) -> u64 {
        self.statistics.records()
    }

    /// How many of these were read.
    pub(crate) fn read(&self) -> u64 {
        self.read
    }

    /// How many records match.
    pub(crate) fn matching(&self) -> u64 {
        self.matching
    }

    /// The best first; of the same score, by bucket and offset.
    pub(crate) fn in_order(self) -> Vec<Scored> {
        let ways = match self.kept {
            Kept::Best(best) => return best.into_sorted_vec(),
            Kept::Nothing => return Vec::new(),
            Kept::Ways(ways, _) => ways,
        };
        let mut all = Vec::new();
        for (counts, places) in ways {
            if let Some(score) = self.statistics.score(&self.query, &counts) {
                let scored = |(bucket, offset)| Scored { score, bucket, offset };
                all.extend(places.into_iter().map(scored));
            }
        }
        all.sort_unstable();
        all.truncate(self.k);
        all
    }

    /// Keeps the place of a record whose score is not known yet.
    fn keep(&mut self, counts: &Counts, place: (u32, u64)) {
        let Kept::Ways(ways, bytes) = &mut self.kept else { return };
        match ways.get_mut(counts) {
            None => {
                ways.insert(counts.clone(), BinaryHeap::from([place]));
                *bytes += bytes_of(counts);
            }
            Some(places) if places.len() < self.k => {
                places.push(place);
                *bytes += size_of_val(&place);
            }
            Some(places) => {
                if let Some(mut last) = places.peek_mut()
                    && place < *last
                {
                    *last = place;
                }
            }
        }
        if *bytes > self.most_bytes {
            self.kept = Kept::Nothing;
        }
    }

    /// Keeps a record whose score is known, where it is among the best.
    fn rank(&mut self, counts: &Counts, (bucket, offset): (u32, u64)) {
        let Kept::Best(best) = &mut self.kept else { return };
        let Some(score) = self.statistics.score(&self.query, counts) else { return };
        let scored = Scored { score, bucket, offset };
        if best.len() < self.k {
            best.push(scored);
        } else if let Some(mut worst) = best.peek_mut()
            && scored < *worst
        {
            *worst = scored;
        }
    }
}

/// What a way to match takes, with one place: in the map, which is half empty at times, and behind it.
fn bytes_of(counts: &Counts) -> usize {
    let in_the_map = 2 * size_of::<(Counts, BinaryHeap<(u32, u64)>)>();
    in_the_map + size_of_val(counts.leaves.as_slice()) + 4 * size_of::<(u32, u64)>()
}

/// The better one is less; of the same score, the one that lies before.
impl Ord for Scored {
    fn cmp(&self, other: &Self) -> Ordering {
        let places = (self.bucket, self.offset).cmp(&(other.bucket, other.offset));
        other.score.total_cmp(&self.score).then(places)
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scored {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Scored {}
