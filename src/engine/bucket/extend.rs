//! Extending the indices that other programs made, in the background: the maintenance lock is held for all of it, the flush
//! lock only to commit. Rows that are flushed in between stay open, and are covered the next time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::settle::ATTEMPTS;
use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::job::Job;
use crate::engine::store::{Committed, Extension, Table};

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
        let Some(mut extension) = job.unless_cancelled(head.extend(names)).await? else {
            return Ok(false);
        };
        let extended = match job.unless_cancelled(extension.sync()).await {
            Ok(()) => self.commit_extension(&extension, job, timeout).await,
            Err(error) => Err(error),
        };
        // Where that is not known, it may be the head, on these files.
        if !matches!(extended, Ok(true) | Err(Error::Poisoned { .. })) {
            extension.discard().await;
        }
        extended
    }

    async fn commit_extension(
        self: &Arc<Self>,
        extension: &Extension,
        job: &Job,
        timeout: Duration,
    ) -> Result<bool> {
        let _flush = self.lock_flush_for(job, timeout).await?;
        self.refuse_lost_flush().await?;
        for _ in 0..ATTEMPTS {
            job.go_on()?;
            let Some(head) = self.settled_head().await? else { return Ok(false) };
            // What another program did to the rows or the index is newer.
            if !head.still_covers(extension) {
                return Ok(false);
            }
            if !self.secured(&head).await? {
                continue;
            }
            match head.commit_extension(extension).await? {
                Some(Committed::Done(table)) => {
                    self.take_note(&table).await;
                    return Ok(true);
                }
                Some(Committed::Moved) => {}
                Some(Committed::Unknown(source)) => return Err(self.without_answer(source)),
                None => return Ok(false),
            }
        }
        Err(self.outpaced())
    }
}
