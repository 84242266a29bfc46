//! Restoring: an older version's records become the head's, as a new version.
//!
//! Nothing is lost by it: the versions in between stay, and can be restored in turn. The offsets that were given stay
//! given, so that streams and buffered records go on behind the last one.

use std::sync::Arc;
use std::time::Duration;

use super::settle::ATTEMPTS;
use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::facts::Restored;
use crate::engine::store::{Committed, Table};
use crate::engine::wal::Log;

impl Bucket {
    /// Makes `version` the head; durable when it returns. What is buffered stays so, and lands behind.
    ///
    /// Cost: the flush lock; a sync of each file of the version.
    /// Cancel: the version may or may not be restored, never in part.
    pub(crate) async fn restore(
        self: &Arc<Self>,
        version: u64,
        timeout: Duration,
    ) -> Result<Restored> {
        let _flush = self.lock_flush(timeout).await?;
        self.refuse_lost_flush().await?;
        self.heal().await?;
        for _ in 0..ATTEMPTS {
            let head = self.settled_head().await?.ok_or_else(|| self.no_version(version))?;
            let target = head.at_version(version).await?.ok_or_else(|| self.no_version(version))?;
            if version == head.version() {
                return Ok(self.restored(version, &head, &head));
            }
            // What is buffered must fit behind it: else no flush would come through any more.
            let log = self.live().log.as_ref().map(Log::schema);
            if let Some(schema) = log {
                self.missing_columns(&target.schema(), &schema)?;
            }
            // IMPORTANT: before the commit. The new version stands on the files of the old one, and on the
            // manifests in between.
            if !self.stands(&target, &head).await? {
                continue;
            }
            match head.commit_restore(version).await? {
                Committed::Done(table) => {
                    let table = self.publish(table).await?;
                    return Ok(self.restored(version, &head, &table));
                }
                Committed::Moved => {}
                Committed::Unknown(source) => return Err(self.without_answer(source)),
            }
        }
        Err(self.outpaced())
    }

    /// What a version and the head refer to reaches the disk; `false` where either is to be looked for again.
    async fn stands(&self, target: &Table, head: &Table) -> Result<bool> {
        Ok(Self::secured_older(target).await? && self.secured(head).await?)
    }

    /// The head, and what it holds of the log; `None` where nothing was ever flushed.
    pub(super) async fn settled_head(&self) -> Result<Option<Table>> {
        self.read_log(false).await?;
        if self.live().log.is_some() {
            return self.settle().await.map(Some);
        }
        Table::open(&self.place.dataset, &self.access).await
    }

    /// Takes note of the restored head, and gives it the columns that what is buffered has and it lacks.
    pub(super) async fn publish(&self, table: Table) -> Result<Table> {
        let head = self.ask(table.clone()).await?;
        self.live().install(head);
        self.live().durable = Some(table.clone());
        let table = self.with_columns_of_the_log(table).await?;
        self.wake();
        Ok(table)
    }

    async fn with_columns_of_the_log(&self, table: Table) -> Result<Table> {
        let log = self.live().log.as_ref().map(Log::schema);
        let Some(schema) = log else { return Ok(table) };
        let mut table = table;
        for _ in 0..ATTEMPTS {
            let missing = self.missing_columns(&table.schema(), &schema)?;
            if missing.fields().is_empty() {
                return Ok(table);
            }
            match self.add_columns(table, missing).await? {
                Some(grown) => {
                    let head = self.ask(grown.clone()).await?;
                    self.live().install(head);
                    return Ok(grown);
                }
                None => table = self.settle().await?,
            }
        }
        Err(self.outpaced())
    }

    fn restored(&self, version: u64, before: &Table, after: &Table) -> Restored {
        Restored {
            bucket_id: self.place.id,
            restored: version,
            version: after.version(),
            rows_before: before.index().rows(),
            rows_after: after.index().rows(),
            buffer_count: self.buffered().0,
        }
    }

    fn no_version(&self, version: u64) -> Error {
        let (topic, bucket) = (self.topic.to_string(), self.place.id);
        Error::VersionNotFound { topic, bucket, version: version.to_string() }
    }

    pub(super) fn without_answer(&self, cause: Error) -> Error {
        Error::Poisoned { path: self.place.dataset.clone(), source: Box::new(cause) }
    }
}
