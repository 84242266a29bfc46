//! The list of a bucket's versions: all their numbers, and what is known of those in view.

use std::collections::{BTreeMap, BTreeSet};

use super::scroll::Scroll;
use crate::tui::data::{Fault, Version};
use crate::tui::effect::BucketId;
use crate::tui::input::Motion;
use crate::{BranchInfo, Maintenance};

/// Versions that one read describes at most.
const TOGETHER: usize = 64;

/// The list of one bucket.
#[derive(Debug)]
pub(crate) struct Versions {
    pub(crate) bucket: BucketId,
    /// All that are kept, newest first; none before they were listed.
    pub(crate) numbers: Option<Vec<u64>>,
    /// What is known of them, by number. Only a tag can change any of it.
    known: BTreeMap<u64, Version>,
    /// Those of them that need not be read again.
    fresh: BTreeSet<u64>,
    /// Which the last read was asked for.
    asked: Vec<u64>,
    pub(crate) scroll: Scroll,
    /// The head that the counts named when the list was last asked for.
    pub(crate) listed_at: Option<u64>,
    /// The version that others are compared with; without one, the one before each.
    pub(crate) base: Option<u64>,
    /// The version to select once the list is there.
    sought: Option<u64>,
    /// What of the maintenance of the bucket is due, once that is known.
    pub(crate) upkeep: Option<Maintenance>,
    /// The branches of the bucket, once they are known.
    pub(crate) branches: Vec<BranchInfo>,
    /// Why the last read failed.
    pub(crate) failed: Option<Fault>,
}

impl Versions {
    /// A list that has just been opened, on a version where one is named.
    pub(crate) fn of(bucket: BucketId, sought: Option<u64>) -> Self {
        Self {
            bucket,
            numbers: None,
            known: BTreeMap::new(),
            fresh: BTreeSet::new(),
            asked: Vec::new(),
            scroll: Scroll::default(),
            listed_at: None,
            base: None,
            sought,
            upkeep: None,
            branches: Vec::new(),
            failed: None,
        }
    }

    /// How many versions are kept.
    pub(crate) fn total(&self) -> u64 {
        self.numbers.as_ref().map_or(0, |numbers| numbers.len() as u64)
    }

    /// The number of the version in a row.
    pub(crate) fn number(&self, row: u64) -> Option<u64> {
        self.numbers.as_ref()?.get(usize::try_from(row).ok()?).copied()
    }

    /// What is known of the version in a row.
    pub(crate) fn get(&self, row: u64) -> Option<&Version> {
        self.known.get(&self.number(row)?)
    }

    /// The names of the branches that began at a version.
    pub(crate) fn begun_at(&self, version: u64) -> impl Iterator<Item = &str> {
        let own = self.branches.iter().filter(|branch| branch.parent.is_none());
        let begun = own.filter(move |branch| branch.parent_version == version);
        begun.map(|branch| branch.branch.as_str())
    }

    /// The selected version's number.
    pub(crate) fn selected(&self) -> Option<u64> {
        self.number(self.scroll.selected)
    }

    /// The largest offset that is known to have been given.
    pub(crate) fn widest_offset(&self) -> Option<u64> {
        self.known.values().map(|version| version.next_offset).max()
    }

    /// The two versions to compare, the older one first: the selected one, and that which is marked or else the one before.
    pub(crate) fn pair(&self) -> Option<(u64, u64)> {
        let selected = self.selected()?;
        let other = match self.base.filter(|base| *base != selected) {
            Some(base) => base,
            None => self.number(self.scroll.selected + 1)?,
        };
        Some((selected.min(other), selected.max(other)))
    }

    /// Marks the selected version as the one to compare with, or takes the mark away.
    pub(crate) fn mark(&mut self) {
        let selected = self.selected();
        self.base = if self.base == selected { None } else { selected };
    }

    /// Takes a list of numbers, ascending; selection and view stay on their versions, but for a view
    /// of the newest, which goes on to show the newest.
    pub(crate) fn list(&mut self, mut numbers: Vec<u64>) {
        numbers.reverse();
        let selected = self.sought.take().or_else(|| self.selected());
        let top = self.number(self.scroll.top).filter(|_| self.scroll.top > 0);
        let row = |number: u64| numbers.partition_point(|other| *other > number) as u64;
        self.scroll.selected = selected.map_or(0, row);
        self.scroll.top = top.map_or(0, row);
        self.known.retain(|number, _| numbers.iter().any(|kept| kept == number));
        self.base = self.base.filter(|base| numbers.contains(base));
        self.numbers = Some(numbers);
        self.failed = None;
    }

    /// Takes what is known of the versions that were asked for; those that are not among them are
    /// not kept any more.
    pub(crate) fn take(&mut self, found: Vec<Version>) {
        let asked = std::mem::take(&mut self.asked);
        self.fresh.extend(found.iter().map(|version| version.number));
        self.known.extend(found.into_iter().map(|version| (version.number, version)));
        let gone = |number: &u64| asked.contains(number) && !self.fresh.contains(number);
        if let Some(numbers) = &mut self.numbers {
            numbers.retain(|number| !gone(number));
        }
    }

    /// The next versions in view, or below it, to be asked for; none where all are known.
    pub(crate) fn ask(&mut self, height: u64) -> Option<Vec<u64>> {
        // One more, because a version is shown by what it changed of the one before.
        let rows = self.scroll.top..self.scroll.top.saturating_add(height * 2 + 1);
        let unknown = |number: &u64| !self.fresh.contains(number);
        let wanted: Vec<u64> =
            rows.map_while(|row| self.number(row)).filter(unknown).take(TOGETHER).collect();
        if wanted.is_empty() {
            return None;
        }
        self.asked.clone_from(&wanted);
        Some(wanted)
    }

    /// Moves the selection.
    pub(crate) fn step(&mut self, motion: Motion, height: u64) {
        let total = self.total();
        self.scroll.step(motion, height, total);
    }

    /// Has everything read again; until it arrives, what is known stays in view.
    pub(crate) fn forget(&mut self) {
        self.fresh.clear();
        self.listed_at = None;
        self.failed = None;
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;

    use super::*;

    fn versions(numbers: std::ops::RangeInclusive<u64>) -> Versions {
        let bucket = BucketId { topic: "t".parse().unwrap(), bucket: 0 };
        let mut versions = Versions::of(bucket, None);
        versions.list(numbers.collect());
        versions
    }

    fn version(number: u64) -> Version {
        Version {
            number,
            when: NaiveDateTime::default(),
            operation: "append".into(),
            rows: number,
            next_offset: number,
            updated: 0,
            fragments: 1,
            bytes: None,
            tags: Vec::new(),
        }
    }

    #[test]
    fn new_versions_leave_the_selection_on_its_version_and_the_view_where_it_reads() {
        let mut list = versions(1..=100);
        list.step(Motion::PageDown, 10);
        let (selected, top) = (list.selected(), list.number(list.scroll.top));
        list.list((1..=130).collect());
        assert_eq!((list.selected(), list.number(list.scroll.top)), (selected, top));
    }

    #[test]
    fn a_view_of_the_newest_goes_on_to_show_the_newest() {
        let mut list = versions(1..=100);
        list.step(Motion::Down, 10);
        list.list((1..=102).collect());
        assert_eq!((list.scroll.top, list.selected()), (0, Some(99)));
    }

    #[test]
    fn only_what_is_near_the_view_is_asked_for_and_nothing_twice() {
        let mut list = versions(1..=10_000);
        let asked = list.ask(10).unwrap();
        assert_eq!(asked, (9_980..=10_000).rev().collect::<Vec<_>>());
        list.take(asked.into_iter().map(version).collect());
        assert_eq!(list.ask(10), None);
        list.step(Motion::End, 10);
        assert_eq!(list.ask(10).unwrap().len(), 10);
    }

    #[test]
    fn what_is_read_again_stays_in_view_until_it_arrives() {
        let mut list = versions(1..=3);
        let asked = list.ask(10).unwrap();
        list.take(asked.into_iter().map(version).collect());
        list.forget();
        assert_eq!(list.get(0).map(|version| version.number), Some(3));
        assert_eq!(list.ask(10), Some(vec![3, 2, 1]));
    }

    #[test]
    fn a_version_is_compared_with_the_marked_one_or_the_one_before() {
        let mut list = versions(1..=9);
        assert_eq!(list.pair(), Some((8, 9)));
        list.mark();
        assert_eq!(list.pair(), Some((8, 9)), "with itself there is nothing to compare");
        list.step(Motion::PageDown, 5);
        assert_eq!(list.pair(), Some((5, 9)));
        list.step(Motion::End, 5);
        list.mark();
        assert_eq!((list.base, list.pair()), (Some(1), None), "nothing came before");
        list.list((3..=9).collect());
        assert_eq!(list.base, None, "it was cleaned up");
    }

    #[test]
    fn a_version_that_is_not_kept_any_more_leaves_the_list() {
        let mut list = versions(1..=5);
        let asked = list.ask(10).unwrap();
        assert_eq!(asked, [5, 4, 3, 2, 1]);
        list.take([5, 4, 3].map(version).to_vec());
        assert_eq!(list.numbers.as_deref(), Some(&[5, 4, 3][..]));
        assert_eq!(list.ask(10), None);
    }

    #[test]
    fn the_version_that_is_looked_for_is_selected_or_the_one_before() {
        for (sought, selected) in [(7, 7), (6, 4), (99, 9)] {
            let mut list = Versions::of(versions(1..=1).bucket, Some(sought));
            list.list(vec![3, 4, 7, 9]);
            assert_eq!(list.selected(), Some(selected), "{sought}");
        }
    }
}
