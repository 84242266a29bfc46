//! What a put is made of: a batch that fits, and what becomes of it where the buffer is full.

use arrow_array::RecordBatch;

use crate::engine::record::batch_bytes;
use crate::engine::wal::Payload;

/// Whether a put started a flush; the caller lets it begin, also on a runtime of one thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FlushDue {
    Yes,
    No,
}

/// What a put does where the buffer is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenFull {
    Wait,
    Fail,
}

/// A batch that the bucket can take, encoded.
pub(crate) struct Ready {
    pub(super) batch: RecordBatch,
    /// As a frame of the log; `None` where there is none.
    pub(super) payload: Option<Payload>,
}

impl Ready {
    /// What it takes in the log, or, without one, in memory.
    pub(super) fn size(&self) -> u64 {
        self.payload.as_ref().map_or_else(|| batch_bytes(&self.batch), |p| p.len() as u64)
    }
}
