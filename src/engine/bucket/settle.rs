//! Settling what an earlier flush left: which records are persisted, proven by versions that are durable.

use super::doubt::doubt_of;
use super::evidence::{Evidence, Known, shifts_of};
use super::lane::LOG;
use super::live::Head;
use super::shared::Bucket;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::store::Table;
use crate::engine::wal::{self, Base};

/// How often work on the head starts again where other programs commit in between.
pub(super) const ATTEMPTS: usize = 32;

/// Versions behind the base before it is written anew.
const LONG_HISTORY: u64 = 64;

/// A head that continues what the log knows; the newest flush behind the known version, and a version that is gone.
struct Judged {
    table: Table,
    flush: Option<u64>,
    hole: Option<u64>,
}

impl Bucket {
    /// Takes note of the head on disk, and removes the segments that are persisted in it. Needs the
    /// flush lock.
    ///
    /// # Errors
    /// - [`Error::Diverged`] where another program removed or overwrote what the log continues.
    /// - [`Error::InDoubt`] where a version is gone that could have held what the log holds.
    pub(super) async fn settle(&self) -> Result<Table> {
        for _ in 0..ATTEMPTS {
            self.read_log(false).await?;
            let Judged { table, flush, hole } = self.judge_head().await?;
            let has_holes = hole.is_some() || !self.live().gaps.is_empty();
            if has_holes && !self.passed_holes(&table).await? {
                continue;
            }
            if self.released(&table, flush).await? {
                return Ok(table);
            }
        }
        Err(self.outpaced())
    }

    /// Makes the head on disk the known one, where it still continues what the log knows.
    async fn judge_head(&self) -> Result<Judged> {
        loop {
            let generation = self.live().generation;
            let head = self.head().await?;
            let Head { table, evidence } = self.ask(head).await?;
            if let Some(evidence) = &evidence {
                self.judge(&table, evidence)?;
            }
            fault::at(&self.log_place.folder, "settle.judged")?;
            let flush = evidence.as_ref().and_then(|evidence| evidence.flush);
            let hole = evidence.as_ref().and_then(|evidence| evidence.hole);
            if self.live().install_at(generation, Head { table: table.clone(), evidence }) {
                return Ok(Judged { table, flush, hole });
            }
        }
    }

    /// What hides nothing now could not be told from what does once more is sealed: later looks back
    /// end behind it. `false` where the head is another one by now.
    async fn passed_holes(&self, head: &Table) -> Result<bool> {
        if !self.secured_whole(head).await? {
            return Ok(false);
        }
        let persisted = self.live().persisted();
        self.write_base(head, persisted).await?;
        self.live().forget_holes();
        Ok(true)
    }

    async fn head(&self) -> Result<Table> {
        if let Some(known) = self.known_table() {
            return known.fresh_head().await;
        }
        let opened = Table::open(&self.place.dataset, &self.access).await?;
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
        match doubt_of(&live, head, evidence) {
            Some(doubt) if fault::is_on(&self.log_place.folder, "hole") => {
                Err(self.in_doubt(&doubt, None))
            }
            _ => Ok(()),
        }
    }

    /// Unlinks the segments that are persisted in `head`, once it is durable that they are. `false` where the head is
    /// another one by now.
    async fn released(&self, head: &Table, flush: Option<u64>) -> Result<bool> {
        let persisted = {
            let live = self.live();
            let Some(log) = &live.log else { return Ok(true) };
            let persisted = live.lanes[LOG].records.first();
            (log.first() < persisted.min(log.sealed_end())).then_some(persisted)
        };
        let Some(persisted) = persisted else { return Ok(true) };
        // IMPORTANT: before the unlink. The process that committed may have died between the
        // commit and the sync of its name.
        if fault::is_on(&self.log_place.folder, "settle-sync") {
            let known = match flush {
                Some(version) => head.at_version(version).await?,
                None => None,
            };
            if !self.secured_behind(head, known.as_ref()).await? {
                return Ok(false);
            }
        }
        if let Some(log) = &mut self.live().log {
            log.release(persisted)?;
        }
        Ok(true)
    }

    /// Writes down how far `head` holds the log, so that later walks end there. Needs the flush lock,
    /// and a head that is durable.
    pub(super) async fn rebase(&self, head: &Table, persisted: u64) -> Result<()> {
        let base = self.live().log.as_ref().map(|log| log.base().version);
        match base {
            Some(base) if head.version().saturating_sub(base) >= LONG_HISTORY => {
                self.write_base(head, persisted).await
            }
            _ => Ok(()),
        }
    }

    /// As [`rebase`](Self::rebase), however near the base is.
    pub(super) async fn write_base(&self, head: &Table, persisted: u64) -> Result<()> {
        let Some(base) = self.base_of(head, persisted) else { return Ok(()) };
        // Not under the bucket's lock: it is held for memory, and a sync can take long.
        let (place, written) = (self.log_place.clone(), base.clone());
        blocking(move || wal::write_base(&place, &written)).await?;
        if let Some(log) = &mut self.live().log {
            log.set_base(base);
        }
        Ok(())
    }

    fn base_of(&self, head: &Table, persisted: u64) -> Option<Base> {
        let live = self.live();
        let log = live.log.as_ref()?.id();
        let (version, next_row_id) = (head.version(), head.next_offset());
        let shifts = shifts_of(&live.lanes[LOG].flushed);
        Some(Base { log, version, persisted, next_row_id, shifts })
    }

    /// Why work on the head was given up, with nothing half done.
    pub(super) fn outpaced(&self) -> Error {
        self.diverged(0, "other programs commit faster than this one can")
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
