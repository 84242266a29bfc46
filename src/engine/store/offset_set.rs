//! Sets of offsets.

use std::ops::RangeInclusive;

use lance::dataset::scanner::RowAddrTreeMap;

use crate::engine::words::Records;

/// A set of offsets, small where they lie side by side.
#[derive(Debug, Clone, Default)]
pub(crate) struct OffsetSet {
    offsets: RowAddrTreeMap,
    count: u64,
}

impl OffsetSet {
    /// Takes up offsets, which ascend and are higher than those that it has.
    pub(crate) fn extend(&mut self, offsets: &[u64]) {
        self.offsets.extend(offsets.iter().copied());
        self.count += offsets.len() as u64;
    }

    /// Takes up all offsets of a range.
    pub(crate) fn add(&mut self, range: RangeInclusive<u64>) {
        self.count += self.offsets.insert_range(range);
    }

    pub(crate) fn len(&self) -> u64 {
        self.count
    }

    /// All offsets, in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let all = |(upper, run): (u32, RangeInclusive<u32>)| {
            run.map(move |lower| (u64::from(upper) << 32) | u64::from(lower))
        };
        self.offsets.iter_runs().flat_map(all)
    }

    pub(super) fn contains(&self, offset: u64) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "the halves of an offset")]
        let (upper, lower) = ((offset >> 32) as u32, offset as u32);
        self.offsets.get_fragment_bitmap(upper).is_some_and(|offsets| offsets.contains(lower))
    }

    /// The same set as Lance has it.
    pub(super) fn map(&self) -> &RowAddrTreeMap {
        &self.offsets
    }

    fn of(offsets: RowAddrTreeMap) -> Self {
        let runs = offsets.iter_runs().map(|(_, run)| u64::from(run.end() - run.start()) + 1);
        let count = runs.sum();
        Self { offsets, count }
    }
}

impl Records for OffsetSet {
    fn both(self, other: &Self) -> Self {
        Self::of(self.offsets & &other.offsets)
    }

    fn either(self, other: &Self) -> Self {
        Self::of(self.offsets | &other.offsets)
    }
}

/// Of offsets in whatever order, which may be there twice.
impl FromIterator<u64> for OffsetSet {
    fn from_iter<I: IntoIterator<Item = u64>>(offsets: I) -> Self {
        Self::of(offsets.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_knows_what_was_taken_up_and_how_much_that_is() {
        let mut set = OffsetSet::default();
        set.extend(&[1, 2, 3]);
        set.extend(&[(1 << 33) + 7]);
        assert_eq!(set.len(), 4);
        assert_eq!(set.iter().collect::<Vec<_>>(), [1, 2, 3, (1 << 33) + 7]);
        for (offset, is_in) in
            [(0, false), (3, true), (4, false), (7, false), ((1 << 33) + 7, true)]
        {
            assert_eq!(set.contains(offset), is_in, "{offset}");
        }
    }

    #[test]
    fn sets_are_joined_and_cut_and_count_each_offset_once() {
        let end = 1_u64 << 32;
        let mut run = OffsetSet::default();
        run.add(end - 2..=end + 1);
        run.add(end..=end + 2);
        assert_eq!(run.len(), 5);
        let some: OffsetSet = [end + 1, 3, end + 1, end - 2].into_iter().collect();
        assert_eq!(some.len(), 3);
        let both = run.clone().both(&some);
        assert_eq!((both.len(), both.iter().collect::<Vec<_>>()), (2, vec![end - 2, end + 1]));
        let either = run.either(&some);
        assert_eq!(either.len(), 6);
        assert_eq!(either.iter().next(), Some(3));
        assert_eq!(OffsetSet::default().both(&some).len(), 0);
    }
}
