//! One ranking of two: reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009).

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// How little the very first ranks count more than the next.
const SMOOTHING: f64 = 60.0;

/// A record, and where it stands in the two rankings, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fused {
    pub(crate) place: (u32, u64),
    /// The sum of 1 / (60 + rank) over both.
    pub(crate) score: f64,
    pub(crate) ranks: [Option<usize>; 2],
}

/// The first `k` records of two rankings as one; of the same score, by bucket and offset.
pub(crate) fn fused(rankings: [&[(u32, u64)]; 2], k: usize) -> Vec<Fused> {
    let mut all: BTreeMap<(u32, u64), [Option<usize>; 2]> = BTreeMap::new();
    for (which, ranking) in rankings.into_iter().enumerate() {
        for (rank, place) in (1..).zip(ranking) {
            let ranks = all.entry(*place).or_default();
            ranks.iter_mut().skip(which).take(1).for_each(|own| *own = Some(rank));
        }
    }
    let one = |rank: usize| 1.0 / (SMOOTHING + rank as f64);
    let fuse = |(place, ranks): ((u32, u64), [Option<usize>; 2])| {
        let score = ranks.iter().flatten().map(|rank| one(*rank)).sum();
        Fused { place, score, ranks }
    };
    let mut found: Vec<Fused> = all.into_iter().map(fuse).collect();
    found.sort_by(Fused::compare);
    found.truncate(k);
    found
}

impl Fused {
    fn compare(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.place.cmp(&other.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_rankings_have_comes_before_what_one_has_first() {
        let texts = [(0, 7), (0, 1), (1, 4)];
        let vectors = [(0, 3), (0, 1)];
        let found = fused([&texts, &vectors], 10);
        let places: Vec<_> = found.iter().map(|found| found.place).collect();
        assert_eq!(places, [(0, 1), (0, 3), (0, 7), (1, 4)], "of the same score, by place");
        assert_eq!(found[0].ranks, [Some(2), Some(2)]);
        assert_eq!(found[1].ranks, [None, Some(1)]);
        assert!((found[0].score - 2.0 / 62.0).abs() < 1e-12);
        assert_eq!(fused([&texts, &vectors], 1).len(), 1);
        assert_eq!(fused([&[], &[]], 1), []);
    }
}
