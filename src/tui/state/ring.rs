//! The lines of a tail: the newest are kept, bounded by bytes; each has a number that never changes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::buffered::Buffered;
use super::tail::Source;
use crate::tui::data::{Column, Row};
use crate::{Flushed, Reset};

/// Bytes that a tail keeps.
const BYTES: usize = 16 << 20;

/// One line of a tail.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Line {
    /// A record.
    Record { row: Row, columns: Arc<[Column]>, came: Came },
    /// A flush, and how long it took where that is known.
    Flush(Flushed, Option<Duration>),
    /// The dataset was rewritten.
    Reset(Reset),
    /// So many records went by while the tail was held still and its memory was full.
    Gap(u64),
}

/// When a record came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// Before the tail was opened, as near as is known.
    Before(DateTime<Utc>),
    /// Then, where the person is.
    At(NaiveDateTime),
}

impl Line {
    /// The bucket that it is of.
    fn bucket(&self) -> Option<u32> {
        match self {
            Self::Record { row, .. } => Some(row.bucket),
            Self::Flush(flushed, _) => Some(flushed.bucket_id),
            Self::Reset(reset) => Some(reset.bucket_id),
            Self::Gap(_) => None,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Record { row, .. } => row.bytes() + size_of::<Self>(),
            _ => size_of::<Self>(),
        }
    }
}

/// A line, and the number of the topic that it is of.
#[derive(Debug)]
struct Kept {
    topic: usize,
    line: Line,
}

impl Kept {
    /// The source and the offset of a record that is buffered.
    fn buffered(&self) -> Option<(Source, u64)> {
        match &self.line {
            Line::Record { row, .. } if row.buffered => {
                Some(((self.topic, row.bucket), row.offset))
            }
            _ => None,
        }
    }
}

/// The newest lines.
#[derive(Debug)]
pub(crate) struct Ring {
    lines: VecDeque<Kept>,
    /// Those whose records are buffered.
    buffered: Buffered,
    /// The number of the first line kept.
    first: u64,
    bytes: usize,
    limit: usize,
}

impl Default for Ring {
    fn default() -> Self {
        Self::bounded(BYTES)
    }
}

impl Ring {
    /// A ring of its own size.
    pub(crate) fn bounded(limit: usize) -> Self {
        let buffered = Buffered::default();
        Self { lines: VecDeque::new(), buffered, first: 0, bytes: 0, limit }
    }

    /// The number of the first line kept.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// The number behind the last line.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.lines.len() as u64
    }

    /// A line by its number.
    pub(crate) fn get(&self, number: u64) -> Option<&Line> {
        self.lines.get(self.index(number)?).map(|kept| &kept.line)
    }

    /// The number of the topic of a line.
    pub(crate) fn topic(&self, number: u64) -> Option<usize> {
        self.lines.get(self.index(number)?).map(|kept| kept.topic)
    }

    fn index(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(self.first)?).ok()
    }

    /// Forgets the lines of a bucket of a topic. Returns where the lines with these numbers stand now, or those behind them.
    pub(crate) fn forget(&mut self, topic: usize, bucket: u32, numbers: [u64; 3]) -> [u64; 3] {
        let first = self.first;
        let is_of = |kept: &Kept| kept.topic == topic && kept.line.bucket() == Some(bucket);
        let stay = |number: u64| {
            let before = usize::try_from(number.saturating_sub(first)).unwrap_or(usize::MAX);
            let gone = self.lines.iter().take(before).filter(|kept| is_of(kept)).count();
            number.saturating_sub(gone as u64)
        };
        let now = numbers.map(stay);
        self.lines.retain(|kept| !is_of(kept));
        self.bytes = self.lines.iter().map(|kept| kept.line.bytes()).sum();
        self.buffered = Buffered::default();
        for (number, kept) in (first..).zip(&self.lines) {
            if let Some((source, offset)) = kept.buffered() {
                self.buffered.push(source, number, offset);
            }
        }
        now
    }

    /// Appends a line; forgets the oldest where there is no room, but none from `keep` on.
    ///
    /// Returns false where that leaves no room: then nothing is appended.
    pub(crate) fn push(&mut self, (topic, line): (usize, Line), keep: u64) -> bool {
        let bytes = line.bytes();
        while self.bytes + bytes > self.limit && self.first < keep {
            let Some(old) = self.lines.pop_front() else {
                break;
            };
            self.first += 1;
            self.bytes -= old.line.bytes();
            if let Some((source, _)) = old.buffered() {
                self.buffered.pop(source);
            }
        }
        if self.bytes + bytes > self.limit && !self.lines.is_empty() {
            return false;
        }
        self.bytes += bytes;
        let kept = Kept { topic, line };
        if let Some((source, offset)) = kept.buffered() {
            self.buffered.push(source, self.end(), offset);
        }
        self.lines.push_back(kept);
        true
    }

    /// Takes a record that came before the tail was opened, behind all others that had come by then; returns its number.
    /// Lines behind it move on by one.
    pub(crate) fn insert(&mut self, topic: usize, line: Line, came: DateTime<Utc>) -> u64 {
        let is_later = |kept: &Kept| match kept.line {
            Line::Record { came: Came::Before(other), .. } => other > came,
            _ => true,
        };
        let at = self.lines.iter().position(is_later).unwrap_or(self.lines.len());
        self.bytes += line.bytes();
        let (number, kept) = (self.first + at as u64, Kept { topic, line });
        self.buffered.make_room(number);
        if let Some((source, offset)) = kept.buffered() {
            self.buffered.insert(source, number, offset);
        }
        self.lines.insert(at, kept);
        number
    }

    /// How many records from a line on are buffered.
    pub(crate) fn buffered_from(&self, number: u64) -> u64 {
        self.buffered.count_from(number)
    }

    /// Says how long a flush took; false where it is not among the lines.
    pub(crate) fn note_flush(&mut self, topic: usize, flushed: &Flushed, time: Duration) -> bool {
        let (bucket, version) = (flushed.bucket_id, flushed.version);
        let own = self.lines.iter_mut().rev().filter(|kept| kept.topic == topic);
        let found = own.map(|kept| &mut kept.line).find_map(|line| match line {
            Line::Flush(flushed, took)
                if flushed.bucket_id == bucket && flushed.version == version =>
            {
                Some(took)
            }
            _ => None,
        });
        found.map(|took| *took = Some(time)).is_some()
    }

    /// Marks the records of a bucket below an offset as persisted.
    pub(crate) fn persist(&mut self, topic: usize, bucket: u32, next_offset: u64) {
        for number in self.buffered.persist((topic, bucket), next_offset) {
            let kept = self.index(number).and_then(|index| self.lines.get_mut(index));
            if let Some(Kept { line: Line::Record { row, .. }, .. }) = kept {
                row.buffered = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(offset: u64) -> Line {
        let row =
            Row { bucket: 0, offset, buffered: true, cells: Vec::new().into(), heavy: Vec::new() };
        Line::Record { row, columns: Arc::new([]), came: Came::At(NaiveDateTime::default()) }
    }

    fn ring_of(lines: usize) -> Ring {
        Ring::bounded(lines * line(0).bytes())
    }

    #[test]
    fn the_oldest_lines_go_and_numbers_stay() {
        let mut ring = ring_of(3);
        for offset in 0..5 {
            assert!(ring.push((0, line(offset)), u64::MAX));
        }
        assert_eq!((ring.first(), ring.end()), (2, 5));
        assert_eq!(ring.get(1), None);
        assert_eq!(ring.get(2), Some(&line(2)));
    }

    #[test]
    fn lines_that_are_to_be_kept_are_not_pushed_out() {
        let mut ring = ring_of(3);
        let pushed: Vec<bool> = (0..5).map(|offset| ring.push((0, line(offset)), 1)).collect();
        assert_eq!(pushed, [true, true, true, true, false]);
        assert_eq!((ring.first(), ring.end()), (1, 4));
    }

    #[test]
    fn a_line_larger_than_the_ring_is_still_shown_alone() {
        let mut ring = Ring::bounded(1);
        assert!(ring.push((0, line(0)), u64::MAX));
        assert!(ring.push((0, line(1)), u64::MAX));
        assert_eq!((ring.first(), ring.end()), (1, 2));
    }

    #[test]
    fn a_flush_changes_marks_in_place() {
        let mut ring = ring_of(9);
        for offset in 0..3 {
            ring.push((0, line(offset)), u64::MAX);
        }
        ring.persist(1, 0, 3);
        ring.persist(0, 0, 2);
        let marks: Vec<bool> = (0..3)
            .map(|n| matches!(ring.get(n), Some(Line::Record { row, .. }) if row.buffered))
            .collect();
        assert_eq!(marks, [false, false, true]);
    }

    #[test]
    fn the_lines_of_a_bucket_are_forgotten_and_the_others_keep_their_places() {
        let mut ring = ring_of(20);
        for number in 0..12 {
            // Two topics in turn.
            ring.push((number % 2, line(number as u64)), u64::MAX);
        }
        let now = ring.forget(1, 0, [4, 7, 12]);
        assert_eq!((now, ring.end()), ([2, 4, 6], 6));
        assert!((0..6).all(|number| ring.topic(number) == Some(0)));
        assert_eq!(ring.bytes, 6 * line(0).bytes());
        assert_eq!(ring.forget(0, 7, [1, 2, 3]), [1, 2, 3], "another bucket");
    }

    #[test]
    fn the_buffered_are_counted_whatever_comes_and_goes() {
        let mut ring = ring_of(8);
        let counted = |ring: &Ring, from: u64| {
            let lines = (from.max(ring.first())..ring.end()).filter_map(|number| ring.get(number));
            lines.filter(|line| matches!(line, Line::Record { row, .. } if row.buffered)).count()
        };
        let checked = |ring: &Ring| {
            for from in 0..=ring.end() {
                assert_eq!(ring.buffered_from(from), counted(ring, from) as u64, "from {from}");
            }
        };
        for offset in 0..12 {
            let topic = usize::from(offset % 3 == 0);
            ring.push((topic, line(offset)), u64::MAX);
            checked(&ring);
        }
        ring.persist(0, 0, 8);
        checked(&ring);
        let before = DateTime::<Utc>::MIN_UTC;
        let Line::Record { row, columns, .. } = line(3) else { unreachable!() };
        ring.insert(1, Line::Record { row, columns, came: Came::Before(before) }, before);
        checked(&ring);
        ring.persist(1, 0, 4);
        checked(&ring);
        ring.forget(1, 0, [0; 3]);
        checked(&ring);
        assert_eq!(ring.buffered_from(0), 3, "8, 10 and 11 of the other topic");
    }
}
