//! Settling what an earlier flush left: which records are persisted, proven by versions that are durable.

use super::evidence::{Evidence, Known, shifts_of};
use super::lane::LOG;
use super::live::Head;
use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::store::Table;
use crate::engine::wal::{Base, Log};

/// Versions behind the base before it is written anew.
const LONG_HISTORY: u64 = 64;

impl Bucket {
    /// Takes note of the head on disk, and removes the segments that are persisted in it. Needs the
    /// flush lock.
    ///
    /// # Errors
    /// - [`Error::Diverged`] where another program removed or overwrote what the log continues.
    /// - [`Error::Damaged`] where a version is gone that could have held what the log holds.
    pub(super) async fn settle(&self) -> Result<Table> {
        self.read_log(false).await?;
        let head = self.head().await?;
        let Head { table, evidence } = self.ask(head).await?;
        if let Some(evidence) = &evidence {
            self.judge(&table, evidence)?;
        }
        let flush = evidence.as_ref().and_then(|evidence| evidence.flush);
        self.live().install(Head { table: table.clone(), evidence });
        self.release(&table, flush).await?;
        Ok(table)
    }

    async fn head(&self) -> Result<Table> {
        if let Some(known) = self.known_table() {
            return known.fresh_head().await;
        }
        let opened = Table::open(&self.place.dataset).await?;
        opened.ok_or_else(|| self.damaged("the dataset was removed while it was being written"))
    }

    /// Whether the dataset still continues what the log knows.
    fn judge(&self, head: &Table, evidence: &Evidence) -> Result<()> {
        let live = self.live();
        let Some(log) = &live.log else { return Ok(()) };
        let base = Known::of_base(log.base());
        if head.version() < base.version || head.next_offset() < base.next_offset {
            return Err(self.diverged(head.version(), "it is older than what the log continues"));
        }
        if let Some(version) = evidence.overwritten {
            return Err(self.diverged(version, "all rows were overwritten"));
        }
        match evidence.hole {
            Some(version) => self.judge_hole(version, head, log, evidence),
            None => Ok(()),
        }
    }

    /// A version is gone that could have been the flush of segments which are still there. Where
    /// fewer rows were added since than they hold, it was not.
    fn judge_hole(&self, gone: u64, head: &Table, log: &Log, evidence: &Evidence) -> Result<()> {
        let flushable = log.sealed_end().saturating_sub(evidence.persisted);
        let added = head.next_offset() - log.base().next_row_id.min(head.next_offset());
        if flushable == 0 || added < flushable || !fault::is_on(&self.log_place.folder, "hole") {
            return Ok(());
        }
        Err(self.damaged(&format!(
            "version {gone} was removed by another program; it may have held {flushable} records that the log holds too"
        )))
    }

    /// Unlinks the segments that are persisted in `head`, once it is durable that they are.
    async fn release(&self, head: &Table, flush: Option<u64>) -> Result<()> {
        let persisted = {
            let live = self.live();
            let Some(log) = &live.log else { return Ok(()) };
            let persisted = live.lanes[LOG].records.first();
            (log.first() < persisted.min(log.sealed_end())).then_some(persisted)
        };
        let Some(persisted) = persisted else { return Ok(()) };
        // IMPORTANT: before the unlink. The process that committed may have died between the
        // commit and the sync of its name.
        if fault::is_on(&self.log_place.folder, "settle-sync") {
            head.sync_manifest().await?;
            let known = match flush {
                Some(version) => head.at_version(version).await?,
                None => None,
            };
            head.make_durable(known.as_ref()).await?;
        }
        if let Some(log) = &mut self.live().log {
            log.release(persisted)?;
        }
        Ok(())
    }

    /// Writes down how far `head` holds the log, so that later walks end there. Needs the flush lock,
    /// and a head that is durable.
    pub(super) fn rebase(&self, head: &Table, persisted: u64) -> Result<()> {
        let mut live = self.live();
        let shifts = shifts_of(&live.lanes[LOG].flushed);
        let Some(log) = &mut live.log else { return Ok(()) };
        if head.version().saturating_sub(log.base().version) < LONG_HISTORY {
            return Ok(());
        }
        let base = Base {
            log: log.id(),
            version: head.version(),
            persisted,
            next_row_id: head.next_offset(),
            shifts,
        };
        log.write_base(base)
    }

    pub(super) fn diverged(&self, version: u64, reason: &str) -> Error {
        Error::Diverged {
            topic: self.topic.to_string(),
            bucket: self.place.id,
            version,
            reason: reason.into(),
        }
    }
}
