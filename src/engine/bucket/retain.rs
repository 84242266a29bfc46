//! Letting the oldest records go, as the topic's rule says: a version without them, and nothing else changes.
//!
//! It is one commit like any other: durable when it returns, pinned to the head that was settled, so that what dies in its
//! middle has done it or not. Offsets that were given stay given, and marks of flushes stand in versions, not in records: what
//! the log says of records that went is as true as before.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::moments::span;
use super::settle::ATTEMPTS;
use super::shared::Bucket;
use crate::engine::clock;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::job::Job;
use crate::engine::maintenance::{by_age, by_bytes};
use crate::engine::record_retention::{RecordRetention, Retained};
use crate::engine::store::{Committed, Edge, Table, Trim};

/// Where the rule for records is read, each time that it may be applied: whoever takes it back is heard at once.
#[derive(Clone)]
pub(crate) struct RuleSource(Arc<dyn Fn() -> Result<RecordRetention> + Send + Sync>);

impl RuleSource {
    pub(crate) fn new(read: impl Fn() -> Result<RecordRetention> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The rule as it is now.
    pub(super) async fn read(&self) -> Result<RecordRetention> {
        let own = self.clone();
        blocking(move || (own.0)()).await
    }
}

impl fmt::Debug for RuleSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RuleSource")
    }
}

impl Bucket {
    /// Lets the records go that a rule does not keep, exactly; see [`Engine::retain`](crate::Engine::retain).
    ///
    /// Cost: the maintenance lock, and the flush lock for one commit. Nothing is read or written of what goes whole; of a
    /// fragment that the cut divides, which rows go is written.
    /// Cancel: it has happened or not. Dropped, it ends so, and keeps its locks until then.
    pub(crate) async fn retain(
        self: &Arc<Self>,
        rule: &RecordRetention,
        (job, timeout): (&Job, Duration),
    ) -> Result<Retained> {
        let (own, rule, work) = (self.clone(), *rule, job.clone());
        let alone = async move {
            let _alone = own.lock_maintenance(timeout).await?;
            own.retain_alone(&rule, Edge::Exact, (&work, timeout)).await
        };
        job.in_a_task(alone).await
    }

    /// As [`retain`](Self::retain). Needs the maintenance lock.
    pub(super) async fn retain_alone(
        self: &Arc<Self>,
        rule: &RecordRetention,
        edge: Edge,
        (job, timeout): (&Job, Duration),
    ) -> Result<Retained> {
        let _flush = self.lock_flush_for(job, timeout).await?;
        self.refuse_lost_flush().await?;
        self.heal().await?;
        for _ in 0..ATTEMPTS {
            let Some(head) = self.settled_head().await? else { return Ok(self.nothing_kept()) };
            let trim = self.trim(&head, rule, edge).await?;
            job.go_on()?;
            if trim.is_empty() {
                return self.retained(&head, &trim).await;
            }
            if !self.secured(&head).await? {
                continue;
            }
            let trimmed = head.stage_trim(&trim).await?;
            match head.commit_trimmed(&trimmed).await {
                Ok(Committed::Done(table)) => {
                    self.take_note(&table).await;
                    return self.retained(&table, &trim).await;
                }
                // Another program was faster; what goes is worked out anew.
                Ok(Committed::Moved) => trimmed.discard().await,
                // It may have happened, on these files. A second time does no harm.
                Ok(Committed::Unknown(source)) => return Err(self.without_answer(source)),
                Err(error) => {
                    trimmed.discard().await;
                    return Err(error);
                }
            }
        }
        Err(self.outpaced())
    }

    /// What [`retain`](Self::retain) would take now. Takes no lock and changes nothing.
    pub(crate) async fn would_retain(&self, rule: &RecordRetention) -> Result<Retained> {
        self.confined().await?;
        let Some(head) = Table::open(&self.place.dataset, &self.access).await? else {
            return Ok(self.nothing_kept());
        };
        let trim = self.trim(&head, rule, Edge::Exact).await?;
        let first_offset = first_behind(&head, &trim).await?;
        let records_left = head.index().rows() - trim.records;
        Ok(Retained { first_offset, records_left, ..self.trimmed(&head, &trim) })
    }

    /// What goes of a head.
    pub(super) async fn trim(
        &self,
        head: &Table,
        rule: &RecordRetention,
        edge: Edge,
    ) -> Result<Trim> {
        if rule.is_off() {
            return Ok(Trim::default());
        }
        self.check_offsets(head)?;
        let rows = head.index().rows();
        let by_count = match rule.keep_records {
            Some(keep) if keep < rows => head.offset_at(rows - keep).await?,
            _ => 0,
        };
        let by_bytes = rule.keep_bytes.map_or(0, |keep| by_bytes(&head.layers(), keep));
        let by_age = match rule.keep_age {
            Some(keep) => {
                let moments = self.moments(head, keep).await?;
                by_age(&moments, span(keep), clock::now())
            }
            None => 0,
        };
        let cut = by_count.max(by_bytes).max(by_age).min(head.next_offset());
        head.trim_at(cut, edge).await
    }

    async fn retained(&self, table: &Table, trim: &Trim) -> Result<Retained> {
        let first = table.first_living().await?.unwrap_or_else(|| table.next_offset());
        let records_left = table.index().rows();
        Ok(Retained { first_offset: first, records_left, ..self.trimmed(table, trim) })
    }

    fn trimmed(&self, table: &Table, trim: &Trim) -> Retained {
        Retained {
            bucket_id: self.place.id,
            version: table.version(),
            records: trim.records,
            fragments: trim.whole.len() as u64,
            bytes: trim.bytes,
            ..Retained::default()
        }
    }

    fn nothing_kept(&self) -> Retained {
        Retained { bucket_id: self.place.id, ..Retained::default() }
    }

    /// Refuses a dataset whose offsets are positions: they would be given again.
    fn check_offsets(&self, head: &Table) -> Result<()> {
        if head.is_stable() {
            return Ok(());
        }
        Err(Error::Unsupported {
            what: format!("letting records of {} go", self.place.dataset.display()),
            reason: "its rows have no stable ids, so their offsets are positions, and those of the records that stay would be others".into(),
        })
    }
}

/// The first offset that would be left.
async fn first_behind(head: &Table, trim: &Trim) -> Result<u64> {
    if trim.is_empty() {
        return Ok(head.first_living().await?.unwrap_or_else(|| head.next_offset()));
    }
    head.offset_at(head.rows_before(trim.cut).await?).await
}
