//! Extending indices in the background: the maintenance lock is held for all of it, the flush lock only to commit. Rows that
//! are flushed in between stay open, and are covered the next time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::settle::ATTEMPTS;
use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::job::Job;
use crate::engine::store::{Committed, IndexSegments, Table};

impl Bucket {
    /// Extends the indices of these names to the rows of the head; whether that made a version. Needs the maintenance lock.
    ///
    /// Cancel: indices are as they were.
    ///
    /// # Errors
    /// As a compaction: also where the disk has no room.
    pub(super) async fn extend_due(
        self: &Arc<Self>,
        names: &BTreeSet<String>,
        job: &Job,
        timeout: Duration,
    ) -> Result<bool> {
        let Some(head) = Table::open(&self.place.dataset, &self.access).await? else {
            return Ok(false);
        };
        // No index takes more than the rows that it is of.
        self.check_room(head.parts().await?.iter().map(|part| part.bytes).sum())?;
        let Some(segments) = job.unless_cancelled(head.extend(names)).await? else {
            return Ok(false);
        };
        Ok(self.commit_segments(segments, job, timeout).await?.is_some())
    }

    /// Puts segments of indices into whichever version is the head by now; `None` where it holds the rows, or the indices
    /// that are replaced, no longer as they were read: what another program did to them is newer. Of segments that are not
    /// committed the files are removed.
    pub(super) async fn commit_segments(
        self: &Arc<Self>,
        mut segments: IndexSegments,
        job: &Job,
        timeout: Duration,
    ) -> Result<Option<Table>> {
        let committed = match job.unless_cancelled(segments.sync()).await {
            Ok(()) => self.commit_synced(&segments, job, timeout).await,
            Err(error) => Err(error),
        };
        // Where that is not known, it may be the head, on these files.
        if !matches!(committed, Ok(Some(_)) | Err(Error::Poisoned { .. })) {
            segments.discard().await;
        }
        committed
    }

    async fn commit_synced(
        self: &Arc<Self>,
        segments: &IndexSegments,
        job: &Job,
        timeout: Duration,
    ) -> Result<Option<Table>> {
        let _flush = self.lock_flush_for(job, timeout).await?;
        self.refuse_lost_flush().await?;
        for _ in 0..ATTEMPTS {
            job.go_on()?;
            let Some(head) = self.settled_head().await? else { return Ok(None) };
            if !head.still_covers(segments) {
                return Ok(None);
            }
            if !self.secured(&head).await? {
                continue;
            }
            match head.commit_segments(segments).await? {
                Some(Committed::Done(table)) => {
                    self.take_note(&table).await;
                    return Ok(Some(table));
                }
                Some(Committed::Moved) => {}
                Some(Committed::Unknown(source)) => return Err(self.without_answer(source)),
                None => return Ok(None),
            }
        }
        Err(self.outpaced())
    }
}
