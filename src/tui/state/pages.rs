//! The pages of records that were read, the least used forgotten first, bounded by bytes.

use lru::LruCache;

use super::extents::Extents;
use crate::tui::data::{Row, Rows};
use crate::tui::effect::PageKey;

/// Rows of one page.
pub(crate) const PAGE: u64 = 128;
/// Bytes that all pages may take.
const BYTES: usize = 32 << 20;
/// Pages that are kept whatever they take: those in view and the next one.
const KEPT: usize = 6;

/// Pages of one place.
#[derive(Debug)]
pub(crate) struct Pages {
    held: LruCache<PageKey, Held>,
    bytes: usize,
}

#[derive(Debug)]
struct Held {
    rows: Rows,
    bytes: usize,
    /// Which state of the counts it was read at.
    generation: u64,
}

impl Held {
    /// Whether nothing but a rewrite of the dataset can change it.
    fn is_final(&self) -> bool {
        self.rows.rows.len() as u64 >= PAGE && !self.rows.rows.iter().any(|row| row.buffered)
    }
}

impl Default for Pages {
    fn default() -> Self {
        Self { held: LruCache::unbounded(), bytes: 0 }
    }
}

impl Pages {
    /// The page of a bucket's row.
    pub(crate) fn key(bucket: u32, local: u64) -> PageKey {
        PageKey { bucket, index: local / PAGE }
    }

    /// Keeps a page that was read at a state of the counts.
    pub(crate) fn put(&mut self, key: PageKey, rows: Rows, generation: u64) {
        let held = Held { bytes: rows.bytes(), rows, generation };
        self.bytes += held.bytes;
        if let Some(old) = self.held.put(key, held) {
            self.bytes -= old.bytes;
        }
        while self.bytes > BYTES && self.held.len() > KEPT {
            let Some((_, old)) = self.held.pop_lru() else {
                break;
            };
            self.bytes -= old.bytes;
        }
    }

    /// Whether a page is there and is as good as at this state of the counts; marks it as used.
    pub(crate) fn is_fresh(&mut self, key: PageKey, generation: u64) -> bool {
        self.held.get(&key).is_some_and(|held| held.is_final() || held.generation == generation)
    }

    /// A bucket's row, where its page is there.
    pub(crate) fn row(&self, bucket: u32, local: u64) -> Option<&Row> {
        let held = self.held.peek(&Self::key(bucket, local))?;
        held.rows.rows.get(usize::try_from(local % PAGE).ok()?)
    }

    /// The page of a bucket's row, where it is there.
    pub(crate) fn page(&self, bucket: u32, local: u64) -> Option<&Rows> {
        self.held.peek(&Self::key(bucket, local)).map(|held| &held.rows)
    }

    /// Forgets the buckets in which rows moved between two states of the counts.
    pub(crate) fn forget_moved(&mut self, before: &Extents, after: &Extents) {
        let moved: Vec<PageKey> = self
            .held
            .iter()
            .map(|(key, _)| *key)
            .filter(|key| !after.extends(before, key.bucket))
            .collect();
        for key in moved {
            if let Some(old) = self.held.pop(&key) {
                self.bytes -= old.bytes;
            }
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::tui::data::Cell;

    fn rows(count: u64, buffered: bool, text: usize) -> Rows {
        let row = |offset| Row {
            bucket: 0,
            offset,
            buffered,
            cells: vec![Cell::Text("x".repeat(text))].into(),
            heavy: Vec::new(),
        };
        Rows { columns: Arc::new([]), rows: (0..count).map(row).collect() }
    }

    fn key(index: u64) -> PageKey {
        PageKey { bucket: 0, index }
    }

    #[test]
    fn a_full_persisted_page_stays_good_and_others_do_not() {
        let mut pages = Pages::default();
        pages.put(key(0), rows(PAGE, false, 1), 1);
        pages.put(key(1), rows(PAGE, true, 1), 1);
        pages.put(key(2), rows(5, false, 1), 1);
        let fresh =
            |pages: &mut Pages, generation| [0, 1, 2].map(|i| pages.is_fresh(key(i), generation));
        assert_eq!(fresh(&mut pages, 1), [true, true, true]);
        assert_eq!(fresh(&mut pages, 2), [true, false, false]);
    }

    #[test]
    fn a_row_is_found_in_its_page() {
        let mut pages = Pages::default();
        pages.put(key(1), rows(5, false, 1), 1);
        assert_eq!(pages.row(0, PAGE + 4).map(|row| row.offset), Some(4));
        assert_eq!(pages.row(0, PAGE + 5), None);
        assert_eq!(pages.row(0, 0), None);
    }

    #[test]
    fn pages_are_bounded_by_bytes_but_the_newest_stay() {
        let mut pages = Pages::default();
        for index in 0..40 {
            pages.put(key(index), rows(PAGE, false, 100_000), 1);
        }
        assert_eq!(pages.held.len(), KEPT);
        assert!(pages.row(0, 39 * PAGE).is_some());
        let held: usize = pages.held.iter().map(|(_, held)| held.bytes).sum();
        assert_eq!(pages.bytes, held);
    }
}
