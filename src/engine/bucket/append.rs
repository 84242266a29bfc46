//! One batch into the log: encoded outside every lock, written in the caller's thread where nobody else is at it.

use std::sync::Arc;

use arrow_array::RecordBatch;

use super::lane::LOG;
use super::shared::Bucket;
use crate::engine::clock;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::wal::{Held, Payload};

/// A larger frame is not written in a thread of the runtime.
const INLINE: usize = 256 << 10;

/// What became of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Appended {
    /// The log position of the first record.
    At(u64),
    /// The log has another schema by now; nothing was written.
    OtherSchema,
}

impl Bucket {
    /// Appends a batch to the log as one frame, and to the buffered records.
    ///
    /// `permit` is asked under the lock, last of all: whoever closes the writer takes the same lock.
    /// Cost: an encoding, and five system calls where no other process is at it; a frame of more
    /// than [`INLINE`] bytes, or a lock that is taken, moves to a blocking thread.
    /// Cancel: dropped before it returns, the batch may or may not be in the log.
    pub(super) async fn append(
        self: &Arc<Self>,
        payload: Payload,
        batch: RecordBatch,
        timeout: std::time::Duration,
        permit: impl FnOnce() -> Result<()> + Send + 'static,
    ) -> Result<Appended> {
        if payload.len() <= INLINE
            && let Some(held) = self.append_lock.try_lock()?
        {
            return self.write(&held, &payload, batch, permit);
        }
        let own = self.clone();
        blocking(move || {
            let held = own.append_lock.lock(timeout)?;
            own.write(&held, &payload, batch, permit)
        })
        .await
    }

    fn write(
        &self,
        held: &Held,
        payload: &Payload,
        batch: RecordBatch,
        permit: impl FnOnce() -> Result<()>,
    ) -> Result<Appended> {
        let mut live = self.live();
        permit()?;
        live.adopt(held)?;
        let Some(log) = &mut live.log else { return Ok(Appended::OtherSchema) };
        if log.is_full() {
            let schema = log.schema();
            log.seal(held, &schema)?;
        }
        let durable_upto = log.durable_upto();
        let put_at = clock::now().timestamp_micros();
        let Some(lsn) = log.append(held, payload, put_at, durable_upto)? else {
            return Ok(Appended::OtherSchema);
        };
        live.lanes[LOG].times.note(lsn, put_at);
        live.lanes[LOG].records.append_at(lsn, batch);
        Ok(Appended::At(lsn))
    }
}
