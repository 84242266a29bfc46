//! Buffered records of one origin: those of the log, or those that only this process has.

use arrow_array::RecordBatch;

use crate::engine::buffer::{FlushedRanges, Memtable, PutTimes};

/// The origins of buffered records, in the order in which a flush appends them.
pub(super) const LANES: usize = 2;
/// The records of the log, which every process sees.
pub(super) const LOG: usize = 0;
/// The records of a writer without a log.
pub(super) const MEMORY: usize = 1;

/// What is buffered, and what became of what was.
#[derive(Debug, Clone, Default)]
pub(super) struct Lane {
    pub(super) records: Memtable,
    pub(super) times: PutTimes,
    pub(super) flushed: FlushedRanges,
}

/// A lane as one read sees it.
#[derive(Debug, Clone, Default)]
pub(super) struct LaneView {
    /// Log position of the first buffered record; all below are persisted.
    pub(super) first: u64,
    pub(super) batches: Vec<(u64, RecordBatch)>,
    pub(super) flushed: FlushedRanges,
}

impl Lane {
    pub(super) fn view(&self) -> LaneView {
        LaneView {
            first: self.records.first(),
            batches: self.records.read(0),
            flushed: self.flushed.clone(),
        }
    }
}

impl LaneView {
    pub(super) fn rows(&self) -> u64 {
        self.batches.iter().map(|(_, batch)| batch.num_rows() as u64).sum()
    }

    pub(super) fn end(&self) -> u64 {
        self.first + self.rows()
    }
}
