//! The table of records: a window over any number of rows, of which only pages are in memory.

use std::sync::Arc;
use std::time::Duration;

use super::across::Across;
use super::extents::Extents;
use super::listed::Listed;
use super::pages::{PAGE, Pages};
use super::pin::Pin;
use super::scroll::Scroll;
use super::widths::Widths;
use crate::TopicCounts;
use crate::tui::data::{Column, Fault, Row};
use crate::tui::effect::{PageKey, Place};
use crate::tui::input::Motion;

/// The table of one place.
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// What the table shows.
    pub(crate) place: Option<Place>,
    /// How its rows lie in the buckets; empty until the counts are there.
    pub(crate) extents: Extents,
    /// Grows with each change of the counts.
    pub(crate) generation: u64,
    pub(crate) scroll: Scroll,
    /// The direction of travel: the page that is read ahead lies there.
    pub(crate) heading: Heading,
    pub(crate) columns: Arc<[Column]>,
    /// Those that are shown, and the cursor among them.
    pub(crate) across: Across,
    pub(crate) widths: Widths,
    pub(crate) pages: Pages,
    /// A row of a bucket that is to be selected once the counts reach it.
    pub(super) sought: Option<(u32, u64)>,
    /// How long the last read took.
    pub(crate) cost: Option<Duration>,
    /// Why the last read failed, and at which state of the counts.
    pub(crate) failed: Option<(Fault, u64)>,
    /// The version that it shows, where it does not show what is there now.
    pub(crate) pin: Option<Pin>,
    /// What it shows, where that is not all of it as it lies.
    pub(crate) listed: Option<Listed>,
}

/// A direction of travel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Heading {
    #[default]
    Down,
    Up,
}

impl Records {
    /// Shows another place, from its start.
    pub(crate) fn show(&mut self, place: Option<Place>) {
        let generation = self.generation + 1;
        *self = Self { place, generation, ..Self::default() };
    }

    /// Takes new counts; the selection and the view stay on their records. A version does not change:
    /// while one is shown, the table of what is there now takes them.
    pub(crate) fn count(&mut self, counts: &TopicCounts) {
        if let Some(pin) = &mut self.pin {
            let bucket = counts.buckets.iter().find(|bucket| bucket.bucket_id == pin.bucket);
            pin.newest = bucket.map_or(pin.newest, |bucket| bucket.version);
            return self.head_mut().count(counts);
        }
        if self.listed.is_some() {
            return self.count_beneath(counts);
        }
        let Some(place) = &self.place else { return };
        let extents = Extents::of(counts, place.bucket);
        if extents == self.extents {
            return;
        }
        let before = std::mem::replace(&mut self.extents, extents);
        self.generation += 1;
        self.failed = None;
        self.pages.forget_moved(&before, &self.extents);
        self.anchor(&before);
        if let Some((bucket, local)) = self.sought {
            self.seek(bucket, local);
        }
    }

    /// Selects a row of a bucket, now or once the counts reach it.
    pub(crate) fn seek(&mut self, bucket: u32, local: u64) {
        let is_there = self.extents.get(bucket).is_some_and(|extent| local < extent.rows);
        self.sought = (!is_there).then_some((bucket, local));
        if let Some(row) = self.extents.row(bucket, local).filter(|_| is_there) {
            self.scroll.selected = row;
        }
    }

    /// Forgets what was read, so that it is read again.
    pub(crate) fn forget(&mut self) {
        self.pages.clear();
        self.generation += 1;
        self.failed = None;
    }

    /// Lets everything that was read be read again; until then it stays on the screen.
    pub(crate) fn refresh(&mut self) {
        self.generation += 1;
        self.failed = None;
    }

    /// Keeps selection and view on their records when rows moved to other numbers.
    pub(super) fn anchor(&mut self, before: &Extents) {
        let Some((bucket, local)) = before.find(self.scroll.selected) else {
            return;
        };
        let above = self.scroll.selected.saturating_sub(self.scroll.top);
        if let Some(row) = self.extents.row(bucket, local) {
            self.scroll = Scroll { selected: row, top: row.saturating_sub(above) };
        }
    }

    /// Moves the selection, or the columns.
    pub(crate) fn step(&mut self, motion: Motion, height: u64) {
        self.sought = None;
        if let Some(listed) = &mut self.listed {
            listed.forget_sought();
        }
        match motion {
            Motion::Left | Motion::Right => self.across.step(motion),
            _ => {
                let before = self.scroll.selected;
                self.scroll.step(motion, height, self.extents.total());
                self.heading =
                    if self.scroll.selected < before { Heading::Up } else { Heading::Down };
            }
        }
    }

    /// A row of the table, where its page is there.
    pub(crate) fn row(&self, row: u64) -> Option<&Row> {
        let (bucket, local) = self.extents.find(row)?;
        self.pages.row(bucket, local)
    }

    /// The pages that a view of `height` rows needs, and then the one ahead.
    pub(crate) fn needed(&self, height: u64) -> Vec<PageKey> {
        let total = self.extents.total();
        let view = self.scroll.top..self.scroll.top.saturating_add(height).min(total);
        let mut keys = Vec::new();
        let mut row = view.start;
        while let Some(key) = self.key(row).filter(|_| row < view.end) {
            push_new(&mut keys, key);
            row = self.behind(row);
        }
        let ahead = match self.heading {
            Heading::Down => self.key(row),
            Heading::Up => view.start.checked_sub(PAGE).or(Some(0)).and_then(|row| self.key(row)),
        };
        if let Some(key) = ahead {
            push_new(&mut keys, key);
        }
        keys
    }

    /// The first row behind the page of a row.
    fn behind(&self, row: u64) -> u64 {
        let Some((bucket, local)) = self.extents.find(row) else {
            return row;
        };
        let rows = self.extents.get(bucket).map_or(0, |extent| extent.rows);
        let end = ((local / PAGE + 1) * PAGE).min(rows);
        row + end.saturating_sub(local).max(1)
    }

    fn key(&self, row: u64) -> Option<PageKey> {
        self.extents.find(row).map(|(bucket, local)| Pages::key(bucket, local))
    }
}

fn push_new(keys: &mut Vec<PageKey>, key: PageKey) {
    if !keys.contains(&key) {
        keys.push(key);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::BucketCounts;

    /// Counts of buckets with so many records each.
    pub(in crate::tui::state) fn counts(rows: &[u64]) -> TopicCounts {
        let bucket = |(bucket_id, n): (u32, &u64)| BucketCounts {
            bucket_id,
            total_count: *n,
            persisted_count: *n,
            next_offset: *n,
            ..BucketCounts::default()
        };
        TopicCounts { buckets: (0..).zip(rows).map(bucket).collect(), ..TopicCounts::default() }
    }

    fn records(rows: &[u64]) -> Records {
        let mut records = Records::default();
        records.show(Some(Place { topic: "t".parse().unwrap(), bucket: None }));
        records.count(&counts(rows));
        records
    }

    fn keys(pages: &[(u32, u64)]) -> Vec<PageKey> {
        pages.iter().map(|(bucket, index)| PageKey { bucket: *bucket, index: *index }).collect()
    }

    #[test]
    fn new_records_in_an_earlier_bucket_leave_the_selection_on_its_record() {
        let mut records = records(&[10, 10]);
        records.scroll = Scroll { top: 12, selected: 15 };
        records.count(&counts(&[17, 30]));
        assert_eq!(records.scroll, Scroll { top: 19, selected: 22 });
        assert_eq!(records.extents.find(22), Some((1, 5)));
    }

    #[test]
    fn the_pages_in_view_are_needed_first_and_then_the_one_ahead() {
        let mut records = records(&[1000, 1000]);
        assert_eq!(records.needed(20), keys(&[(0, 0), (0, 1)]));
        records.scroll = Scroll { top: 120, selected: 130 };
        assert_eq!(records.needed(20), keys(&[(0, 0), (0, 1), (0, 2)]));
        records.scroll = Scroll { top: 990, selected: 995 };
        assert_eq!(records.needed(20), keys(&[(0, 7), (1, 0), (1, 1)]));
        records.heading = Heading::Up;
        assert_eq!(records.needed(20), keys(&[(0, 7), (1, 0), (0, 6)]));
    }

    #[test]
    fn a_row_that_is_not_counted_yet_is_selected_once_it_is() {
        let mut records = records(&[10, 10]);
        records.seek(0, 12);
        assert_eq!(records.scroll.selected, 0);
        records.count(&counts(&[13, 10]));
        assert_eq!(records.scroll.selected, 12);
        records.seek(1, 50);
        records.step(Motion::Up, 10);
        records.count(&counts(&[13, 99]));
        assert_eq!(records.scroll.selected, 11, "who has moved on is not carried away");
    }

    #[test]
    fn small_buckets_in_one_view_are_all_needed() {
        let records = records(&[3, 0, 2, 4]);
        assert_eq!(records.needed(20), keys(&[(0, 0), (2, 0), (3, 0)]));
    }

    #[test]
    fn an_empty_table_needs_nothing() {
        assert!(records(&[0, 0]).needed(20).is_empty());
        assert!(Records::default().needed(20).is_empty());
    }
}
