//! Which offsets the records of the log became: the one thing that tells own rows from foreign ones.

use std::ops::Range;

/// Runs of log positions that became runs of offsets, in order, joined where both adjoin.
///
/// Without foreign appends there is one run, however many flushes there were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FlushedRanges(Vec<Run>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    lsn: u64,
    offset: u64,
    rows: u64,
}

impl FlushedRanges {
    /// Notes that `rows` records from log position `lsn` on became the offsets from `offset` on.
    pub(crate) fn push(&mut self, lsn: u64, offset: u64, rows: u64) {
        match self.0.last_mut() {
            Some(run) if run.lsn + run.rows == lsn && run.offset + run.rows == offset => {
                run.rows += rows;
            }
            _ => self.0.push(Run { lsn, offset, rows }),
        }
    }

    /// The runs as `(log position, offset, records)`, in order.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        self.0.iter().map(|run| (run.lsn, run.offset, run.rows))
    }

    /// The log position of the record at an offset, where it came through this log.
    pub(crate) fn lsn_of(&self, offset: u64) -> Option<u64> {
        let index = self.0.partition_point(|run| run.offset <= offset).checked_sub(1)?;
        let run = self.0.get(index)?;
        let within = offset - run.offset;
        (within < run.rows).then(|| run.lsn + within)
    }

    /// Whether one of these offsets is that of a record below `lsn`.
    pub(crate) fn has_below(&self, offsets: Range<u64>, lsn: u64) -> bool {
        let from = self.0.partition_point(|run| run.offset + run.rows <= offsets.start);
        let runs = self.0.iter().skip(from).take_while(|run| run.offset < offsets.end);
        let below = |run: &Run| run.offset + lsn.saturating_sub(run.lsn).min(run.rows);
        runs.into_iter().any(|run| run.lsn < lsn && below(run) > offsets.start)
    }

    /// The first offset at or behind `offset` that is not one of this log's records below `lsn`.
    pub(crate) fn skip_delivered(&self, offset: u64, lsn: u64) -> u64 {
        let mut at = offset;
        let from = self.0.partition_point(|run| run.offset + run.rows <= offset);
        for run in self.0.iter().skip(from) {
            let delivered = lsn.saturating_sub(run.lsn).min(run.rows);
            if at < run.offset || run.offset + delivered <= at {
                break;
            }
            at = run.offset + delivered;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flushes_without_foreign_appends_stay_one_run() {
        let mut ranges = FlushedRanges::default();
        for flush in 0..100 {
            ranges.push(flush * 10, flush * 10, 10);
        }
        assert_eq!(ranges.0.len(), 1);
        assert_eq!(ranges.lsn_of(999), Some(999));
        assert_eq!(ranges.lsn_of(1000), None);
    }

    #[test]
    fn what_was_delivered_from_the_buffer_is_skipped_up_to_the_first_foreign_row() {
        let mut ranges = FlushedRanges::default();
        ranges.push(0, 0, 10);
        ranges.push(10, 12, 5);
        assert_eq!(ranges.skip_delivered(3, 8), 8);
        assert_eq!(ranges.skip_delivered(3, 12), 10, "offset 10 is foreign");
        assert_eq!(ranges.skip_delivered(12, 12), 14);
        assert_eq!(ranges.skip_delivered(10, 99), 10);
        assert_eq!(ranges.skip_delivered(17, 99), 17);
    }

    #[test]
    fn offsets_are_asked_at_once_for_records_below_a_log_position() {
        let mut ranges = FlushedRanges::default();
        ranges.push(0, 5, 3);
        ranges.push(3, 10, 2);
        for offsets in [0..5, 5..6, 6..8, 0..20, 8..10, 8..11, 11..12, 12..20] {
            for lsn in 0..7 {
                let one_by_one =
                    offsets.clone().any(|o| ranges.lsn_of(o).is_some_and(|found| found < lsn));
                let at_once = ranges.has_below(offsets.clone(), lsn);
                assert_eq!(at_once, one_by_one, "{offsets:?} below {lsn}");
            }
        }
    }

    #[test]
    fn foreign_rows_have_no_log_position() {
        let mut ranges = FlushedRanges::default();
        ranges.push(0, 5, 3);
        ranges.push(3, 10, 2);
        let found: Vec<_> = (4..13).map(|offset| ranges.lsn_of(offset)).collect();
        assert_eq!(found, [None, Some(0), Some(1), Some(2), None, None, Some(3), Some(4), None]);
    }
}
