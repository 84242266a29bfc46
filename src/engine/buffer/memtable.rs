//! The buffered records of a bucket, as Arrow batches in the order of the log.

use std::collections::VecDeque;

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;

use crate::engine::record::batch_bytes;

/// Trailing runs of this many small batches are joined into one; runs are looked for each time that so many came.
const RUN: usize = 64;
/// What counts as small, tier by tier: so a record is copied once a tier, however it was put.
const TIERS: [usize; 2] = [64, 4096];

/// Records put and not yet persisted.
///
/// Invariant: batches adjoin; the first begins at log position `first`, the last ends at `next`.
/// Batches below `taken` belong to a running flush and keep their borders.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memtable {
    first: u64,
    next: u64,
    bytes: u64,
    batches: VecDeque<(RecordBatch, u64)>,
    taken: u64,
    untaken_bytes: u64,
    /// Batches that came since a run was looked for.
    unjoined: usize,
}

/// What a flush takes: all that was buffered when it started.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pending {
    pub(crate) first: u64,
    pub(crate) rows: u64,
    pub(crate) batches: Vec<RecordBatch>,
}

impl Pending {
    /// The log position behind the last record taken.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.rows
    }
}

impl Memtable {
    /// An empty buffer whose next record has log position `lsn`.
    pub(crate) fn starting_at(lsn: u64) -> Self {
        Self { first: lsn, next: lsn, ..Self::default() }
    }

    /// The log position of the first buffered record.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// The log position that the next record gets.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    pub(crate) fn rows(&self) -> u64 {
        self.next - self.first
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Records and bytes that no running flush has taken.
    pub(crate) fn untaken(&self) -> (u64, u64) {
        (self.next - self.taken.clamp(self.first, self.next), self.untaken_bytes)
    }

    /// Adds a batch; returns the log position of its first record.
    pub(crate) fn append(&mut self, batch: RecordBatch) -> u64 {
        let lsn = self.next;
        let bytes = batch_bytes(&batch);
        self.next += batch.num_rows() as u64;
        self.bytes += bytes;
        self.untaken_bytes += bytes;
        self.batches.push_back((batch, bytes));
        self.unjoined += 1;
        if self.unjoined == RUN {
            self.unjoined = 0;
            for small in TIERS {
                self.join_run(small);
            }
        }
        lsn
    }

    /// Adds a batch whose first record has log position `lsn`, but for what was trimmed before it came.
    pub(crate) fn append_at(&mut self, lsn: u64, batch: RecordBatch) {
        let rows = batch.num_rows() as u64;
        let known = self.next.saturating_sub(lsn).min(rows);
        if known == 0 {
            self.append(batch);
        } else if known < rows {
            self.append(batch.slice(to_index(known), to_index(rows - known)));
        }
    }

    /// Takes a copy of what is buffered, for a flush that ends with [`trim`](Self::trim) or
    /// [`keep`](Self::keep).
    pub(crate) fn pending(&mut self) -> Pending {
        self.taken = self.next;
        self.untaken_bytes = 0;
        let batches = self.batches.iter().map(|(batch, _)| batch.clone()).collect();
        Pending { first: self.first, rows: self.rows(), batches }
    }

    /// Drops the records below log position `upto`: they are persisted.
    pub(crate) fn trim(&mut self, upto: u64) {
        while let Some((batch, bytes)) = self.batches.pop_front() {
            let rows = batch.num_rows() as u64;
            let below = upto.saturating_sub(self.first).min(rows);
            if below == rows {
                self.first += rows;
                self.bytes -= bytes;
                continue;
            }
            let left = batch.slice(to_index(below), to_index(rows - below));
            let left_bytes = batch_bytes(&left);
            self.bytes = self.bytes - bytes + left_bytes;
            self.batches.push_front((left, left_bytes));
            self.first += below;
            break;
        }
        if self.batches.is_empty() {
            // Records that were put and flushed elsewhere in the meantime have positions, too.
            self.first = self.first.max(upto);
            self.next = self.first;
        }
        self.untaken_bytes = self.untaken_bytes.min(self.bytes);
    }

    /// Keeps the batches of a flush that failed; the next one takes them again.
    pub(crate) fn keep(&mut self) {
        self.taken = self.first;
        self.untaken_bytes = self.bytes;
    }

    /// Drops all records; their log positions are not given again.
    pub(crate) fn forget(&mut self) {
        *self = Self::starting_at(self.next);
    }

    /// The records from log position `lsn` on: the position of each batch, and the batch.
    pub(crate) fn read(&self, lsn: u64) -> Vec<(u64, RecordBatch)> {
        let mut start = self.first;
        let mut found = Vec::new();
        for (batch, _) in &self.batches {
            let rows = batch.num_rows() as u64;
            let skip = lsn.saturating_sub(start).min(rows);
            if skip < rows {
                let (skipped, left) = (to_index(skip), to_index(rows - skip));
                found.push((start + skip, batch.slice(skipped, left)));
            }
            start += rows;
        }
        found
    }

    fn join_run(&mut self, small: usize) {
        let Some((last, _)) = self.batches.back() else { return };
        let schema = last.schema();
        let mut start = self.next;
        let run = self
            .batches
            .iter()
            .rev()
            .take_while(|(batch, _)| {
                start -= batch.num_rows() as u64;
                start >= self.taken && batch.num_rows() < small && batch.schema() == schema
            })
            .count();
        if run < RUN {
            return;
        }
        let from = self.batches.len() - run;
        let parts: Vec<&RecordBatch> = self.batches.range(from..).map(|(batch, _)| batch).collect();
        // Batches of one schema always join; should they not, they stay as they are.
        let Ok(joined) = concat_batches(&schema, parts) else { return };
        let before: u64 = self.batches.range(from..).map(|(_, bytes)| bytes).sum();
        let bytes = batch_bytes(&joined);
        self.batches.truncate(from);
        self.batches.push_back((joined, bytes));
        self.bytes = self.bytes - before + bytes;
        self.untaken_bytes = (self.untaken_bytes + bytes).saturating_sub(before);
    }
}

fn to_index(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use arrow_array::{ArrayRef, Int64Array};

    use super::*;

    fn batch(values: std::ops::Range<i64>) -> RecordBatch {
        let values: ArrayRef = Arc::new(Int64Array::from_iter_values(values));
        RecordBatch::try_from_iter([("n", values)]).unwrap()
    }

    fn values(found: &[(u64, RecordBatch)]) -> Vec<i64> {
        found
            .iter()
            .flat_map(|(_, b)| b.column(0).as_primitive::<Int64Type>().values().to_vec())
            .collect()
    }

    fn filled(records: i64) -> Memtable {
        let mut memtable = Memtable::starting_at(100);
        for n in 0..records {
            assert_eq!(memtable.append(batch(n..n + 1)), 100 + n.cast_unsigned());
        }
        memtable
    }

    #[test]
    fn records_read_back_in_order_from_any_position() {
        let memtable = filled(10_000);
        for from in [0, 100, 101, 163, 164, 5000, 10_099, 10_100] {
            let found = memtable.read(from);
            let expected: Vec<i64> = (from.max(100).cast_signed() - 100..10_000).collect();
            assert_eq!(values(&found), expected, "from {from}");
            assert!(found.first().is_none_or(|(lsn, _)| *lsn == from.max(100)));
        }
    }

    #[test]
    fn single_puts_do_not_pile_up_as_single_batches() {
        assert!(filled(100_000).batches.len() < 300, "{}", filled(100_000).batches.len());
    }

    #[test]
    fn a_record_is_copied_once_a_tier() {
        let mut memtable = Memtable::starting_at(0);
        let mut copied = 0;
        for n in 0..100_000 {
            let before = memtable.batches.len() + 1;
            memtable.append(batch(n..n + 1));
            if memtable.batches.len() < before {
                copied += memtable.batches.back().map_or(0, |(last, _)| last.num_rows());
            }
        }
        assert!(copied <= 100_000 * TIERS.len(), "{copied} rows were copied");
    }

    #[test]
    fn puts_during_a_flush_outlive_its_end() {
        let mut memtable = filled(100);
        let pending = memtable.pending();
        for n in 100..300 {
            memtable.append(batch(n..n + 1));
        }
        assert_eq!((pending.first, pending.rows), (100, 100));
        memtable.trim(pending.end());
        assert_eq!(values(&memtable.read(0)), (100..300).collect::<Vec<i64>>());
        assert_eq!((memtable.first(), memtable.rows()), (200, 200));
    }

    #[test]
    fn what_a_running_flush_holds_is_not_due_again() {
        let mut memtable = filled(100);
        assert_eq!(memtable.untaken().0, 100);
        memtable.pending();
        assert_eq!(memtable.untaken(), (0, 0));
        memtable.append(batch(100..103));
        assert_eq!(memtable.untaken().0, 3);
        memtable.keep();
        assert_eq!(memtable.untaken().0, 103);
    }

    #[test]
    fn a_failed_flush_leaves_everything_for_the_next() {
        let mut memtable = filled(10);
        memtable.pending();
        memtable.append(batch(10..12));
        memtable.keep();
        assert_eq!(memtable.pending().rows, 12);
    }

    #[test]
    fn bytes_return_to_zero_when_all_is_flushed() {
        let mut memtable = filled(1000);
        let pending = memtable.pending();
        memtable.trim(pending.end());
        assert_eq!((memtable.bytes(), memtable.rows(), memtable.untaken()), (0, 0, (0, 0)));
    }

    #[test]
    fn a_flush_of_another_process_may_end_anywhere() {
        for upto in [0, 100, 101, 164, 5000, 10_099, 10_100, 10_200] {
            let mut memtable = filled(10_000);
            memtable.trim(upto);
            let left: Vec<i64> = (upto.clamp(100, 10_100).cast_signed() - 100..10_000).collect();
            assert_eq!(values(&memtable.read(0)), left, "upto {upto}");
            assert_eq!(memtable.rows(), left.len() as u64);
            assert_eq!(memtable.next(), upto.max(10_100));
        }
    }

    #[test]
    fn what_was_flushed_before_it_was_read_is_not_buffered() {
        let mut memtable = filled(10);
        memtable.trim(115);
        memtable.append_at(110, batch(10..12));
        memtable.append_at(112, batch(12..18));
        assert_eq!(values(&memtable.read(0)), (15..18).collect::<Vec<i64>>());
        assert_eq!((memtable.first(), memtable.next()), (115, 118));
    }
}
