//! A flush whose manifest is cut short. It was durable before it had its name, so no power cut did that; and the log gave
//! its records up to it. No older version may take its place without a word.

use super::evidence::{Known, gather};
use super::shared::Bucket;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::facts::Recovery;
use crate::engine::store::{Table, torn_head};
use crate::engine::wal::{self, Log};

/// Records that only versions held which cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LostFlush {
    /// The newest version that cannot be read.
    version: u64,
    /// The log positions.
    first: u64,
    end: u64,
}

impl LostFlush {
    fn told(self) -> String {
        let Self { version, first, end } = self;
        format!(
            "the manifest of version {version} is cut short, and the records at log positions {first} to {} were in it or in one below, and are not in the log",
            end.saturating_sub(1)
        )
    }
}

impl Bucket {
    /// What is lost where the head's manifest is cut short: the log begins behind what the newest version that can be
    /// read holds of it. Needs the flush lock.
    pub(super) async fn lost_flush(&self) -> Result<Option<LostFlush>> {
        let place = self.log_place.clone();
        let Some(base) = blocking(move || wal::read_base(&place)).await? else { return Ok(None) };
        let dataset = &self.place.dataset;
        let Some(version) = torn_head(dataset, base.version).await? else { return Ok(None) };
        self.read_log(false).await?;
        let Some(end) = self.live().log.as_ref().map(Log::first) else { return Ok(None) };
        let Some((table, _)) = Table::open_readable(dataset, &self.access).await? else {
            return Ok(None);
        };
        let walk = gather(&table, base.log, Known::of_base(&base), &[]).await?;
        let first = walk.found.persisted;
        Ok((first < end).then_some(LostFlush { version, first, end }))
    }

    /// # Errors
    /// [`Error::Damaged`](crate::Error::Damaged) where healing would take an older version for the head, and records with it.
    pub(super) async fn refuse_lost_flush(&self) -> Result<()> {
        match self.lost_flush().await? {
            Some(lost) => {
                let next = "put the file back from a copy, or let `lanceq repair` give them up";
                Err(self.damaged(&format!("{}; {next}", lost.told())))
            }
            None => Ok(()),
        }
    }

    /// Lets the log begin where it does, behind `head`. Needs the flush lock, and a healed dataset.
    pub(super) async fn give_up(&self, head: &Table, lost: LostFlush) -> Result<Recovery> {
        let known = self.ask(head.clone()).await?;
        self.live().install(known);
        // The log's base will name this version: it must not be lost.
        if !self.secured_whole(head).await? {
            return Err(self.outpaced());
        }
        self.write_base(head, lost.end).await?;
        self.read_log(true).await?;
        Ok(Recovery {
            bucket_id: self.place.id,
            what: lost.told(),
            kept_in: None,
            records_lost: Some(lost.end.saturating_sub(lost.first)),
        })
    }
}
