//! Whether somebody reads on, page after page, and what comes next then: pure values.

use std::collections::VecDeque;
use std::ops::Range;

/// Reads that are remembered, of whoever reads in this process.
const REMEMBERED: usize = 32;
/// Offsets that may lie between two reads of one who reads on: those of rows that are deleted.
const GAP: u64 = 64;
/// Rows that lie ready in front of a reader at most, and the bytes they should take; one page at least.
const MOST_AHEAD: usize = 4096;
const BYTES_AHEAD: usize = 1 << 20;

/// Which way reads go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    Onward,
    Back,
}

/// The offsets that were read last, each of which belongs to something that is read.
#[derive(Debug)]
pub(super) struct Recent<K>(VecDeque<(K, Range<u64>)>);

impl<K> Default for Recent<K> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<K: PartialEq> Recent<K> {
    /// Takes note of a read; says where it goes on from one before.
    pub(super) fn note(&mut self, key: K, read: Range<u64>) -> Option<Course> {
        let of_key = |(found, before): &(K, Range<u64>)| {
            (*found == key).then(|| course(before, &read)).flatten()
        };
        let found = self.0.iter().position(|before| of_key(before).is_some());
        let course = found.and_then(|index| self.0.get(index)).and_then(of_key);
        if let Some(index) = found {
            self.0.remove(index);
        }
        self.0.truncate(REMEMBERED - 1);
        self.0.push_front((key, read));
        course
    }
}

/// The way from one read to another that adjoins or overlaps it, but for a few offsets.
fn course(before: &Range<u64>, now: &Range<u64>) -> Option<Course> {
    let touches =
        now.start <= before.end.saturating_add(GAP) && before.start <= now.end.saturating_add(GAP);
    if touches && now.start > before.start && now.end > before.end {
        Some(Course::Onward)
    } else if touches && now.start < before.start && now.end < before.end {
        Some(Course::Back)
    } else {
        None
    }
}

/// How many rows to have ready in front of one who reads `rows` of so many bytes at a time.
pub(super) fn rows_ahead(rows: usize, bytes: usize) -> usize {
    let fitting = BYTES_AHEAD / (bytes / rows.max(1)).max(1);
    fitting.clamp(rows, MOST_AHEAD.max(rows))
}

impl Course {
    /// The offsets in front of a read.
    pub(super) fn ahead(self, read: &Range<u64>, rows: usize) -> Range<u64> {
        let rows = rows as u64;
        match self {
            Self::Onward => read.end..read.end.saturating_add(rows),
            Self::Back => read.start.saturating_sub(rows)..read.start,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_follow_each_other_are_a_course_and_jumps_are_none() {
        use Course::{Back, Onward};
        for (before, now, expected) in [
            (0..100, 100..200, Some(Onward)),
            (0..100, 50..150, Some(Onward)),
            (100..200, 0..100, Some(Back)),
            (100..200, 99..199, Some(Back)),
            (0..100, 0..100, None),
            (0..100, 110..200, Some(Onward)),
            (0..100, 165..200, None),
            (0..100, 10..20, None),
            (200..300, 0..100, None),
        ] {
            let mut recent = Recent::default();
            assert_eq!(recent.note("t", before.clone()), None);
            assert_eq!(recent.note("t", now.clone()), expected, "{before:?}, then {now:?}");
        }
    }

    #[test]
    fn readers_do_not_disturb_each_other() {
        let mut recent = Recent::default();
        recent.note("a", 0..10);
        recent.note("b", 500..510);
        recent.note("a", 90..100);
        assert_eq!(recent.note("a", 10..20), Some(Course::Onward));
        assert_eq!(recent.note("b", 490..500), Some(Course::Back));
        assert_eq!(recent.note("b", 20..30), None, "that is another one's course");
        for n in 0..100 {
            recent.note("c", n * 500..n * 500 + 1);
        }
        assert_eq!(recent.note("a", 20..30), None, "it was long ago");
        assert_eq!(recent.0.len(), REMEMBERED);
    }

    #[test]
    fn so_much_lies_ready_as_a_megabyte_holds_and_a_page_at_least() {
        for (rows, bytes, ahead) in [
            (100, 10_000, 4096),
            (100, 100_000, 1048),
            (100, 100 << 20, 100),
            (5000, 100, 5000),
            (0, 0, 4096),
        ] {
            assert_eq!(rows_ahead(rows, bytes), ahead, "{rows} rows of {bytes} bytes");
        }
        assert_eq!(Course::Back.ahead(&(50..150), 100), 0..50);
        assert_eq!(Course::Onward.ahead(&(50..150), 100), 150..250);
    }
}
