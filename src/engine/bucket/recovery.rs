//! Opening a bucket for writing: heals what a power cut left, settles, and brings the log to a known end.

use std::sync::Arc;
use std::time::Duration;

use arrow_schema::SchemaRef;
use futures::FutureExt;

use super::live::Head;
use super::settle::ATTEMPTS;
use super::shared::Bucket;
use crate::engine::durable::{blocking, create_in};
use crate::engine::error::{Error, Result};
use crate::engine::facts::Recovery;
use crate::engine::fault;
use crate::engine::layout;
use crate::engine::options::{Durability, InDoubt};
use crate::engine::store::{Healed, Table, heal};
use crate::engine::wal::{self, Held, Log, LogPlace, Recovered};

type Recover = fn(&LogPlace, &mut Held, u64, &SchemaRef) -> Result<Option<Recovered>>;

impl Bucket {
    /// Makes the bucket ready to be written by this process; returns what had to be mended.
    ///
    /// Cost: the flush lock; the unsealed segment, of 8 MiB at most, is written and synced once more.
    pub(super) async fn recover(
        self: &Arc<Self>,
        durability: Durability,
        timeout: Duration,
    ) -> Result<Vec<Recovery>> {
        if layout::is_bucket_gone(&self.place) {
            // A new dataset in its place would give its offsets a second time.
            return Err(self.damaged("the bucket's folder is gone"));
        }
        self.confined().await?;
        let folder = self.log_place.folder.clone();
        // IMPORTANT: never the topic's: that was renamed or deleted then.
        blocking(move || create_in(&folder)).await?;
        if durability != Durability::Memory {
            self.check_sharing()?;
        }
        let _flush = self.lock_flush(timeout).await?;
        // Nobody moves it now: it may have been brought back.
        self.look_home()?;
        self.live().is_leaving = false;
        self.refuse_lost_flush().await?;
        let mut mended = self.heal().await?;
        fault::at(&self.log_place.folder, "recover.healed")?;
        let Some(table) = Table::open(&self.place.dataset, &self.access).await? else {
            return Ok(mended);
        };
        self.read_log(false).await?;
        let head = self.ask(table).await?;
        self.live().install(head);
        if self.live().log.is_some() {
            self.settle_on_evidence().await?;
            mended.extend(self.recover_log(timeout, Log::recover).await?);
        }
        Ok(mended)
    }

    /// Cuts the log where it is damaged, though promised records may lie behind, and ends what is in doubt; see
    /// [`Engine::repair`](crate::Engine::repair).
    pub(crate) async fn repair(
        self: &Arc<Self>,
        in_doubt: InDoubt,
        timeout: Duration,
    ) -> Result<Vec<Recovery>> {
        let _flush = self.lock_flush(timeout).await?;
        let base = self.mend_base(timeout).await?;
        let is_rebased = base.is_some();
        let lost = self.lost_flush().await?;
        let mut mended: Vec<Recovery> = base.into_iter().chain(self.heal().await?).collect();
        let Some(table) = Table::open(&self.place.dataset, &self.access).await? else {
            return Ok(mended);
        };
        if let Some(lost) = lost {
            mended.push(self.give_up(&table, lost).await?);
        }
        self.read_log(is_rebased).await?;
        let head = self.ask(table.clone()).await?;
        let doubt = self.doubt(&head);
        self.live().install(head);
        if let Some(doubt) = doubt {
            mended.push(self.decide(&table, &doubt, in_doubt, timeout).await?);
            let head = self.ask(table.clone()).await?;
            self.live().install(head);
        }
        if !self.secured_evidence(&table).await? {
            return Err(self.outpaced());
        }
        mended.extend(self.recover_log(timeout, wal::repair).await?);
        Ok(mended)
    }

    /// Gives a log whose base cannot be read a new one. Needs the flush lock.
    async fn mend_base(self: &Arc<Self>, timeout: Duration) -> Result<Option<Recovery>> {
        let own = self.clone();
        blocking(move || {
            let mut held = own.append_lock.lock(timeout)?;
            let mended = wal::mend_base(&own.log_place, &mut held)?;
            if mended.is_some() {
                own.live().log = None;
            }
            Ok(mended)
        })
        .await
    }

    /// Settles, and makes the head durable where the log is damaged.
    async fn settle_on_evidence(&self) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let table = self.settle().await?;
            fault::at(&self.log_place.folder, "recover.settled")?;
            if self.secured_evidence(&table).await? {
                return Ok(());
            }
        }
        Err(self.outpaced())
    }

    /// Makes the head durable where segments will be put aside for what it holds: it must not be lost after them.
    /// `false` where the head is another one by now.
    async fn secured_evidence(&self, head: &Table) -> Result<bool> {
        if self.live().log.as_ref().is_none_or(|log| log.damage().is_none()) {
            return Ok(true);
        }
        self.secured_whole(head).await
    }

    /// Moves aside what cannot be read at the head. Needs the flush lock.
    pub(super) async fn heal(&self) -> Result<Vec<Recovery>> {
        let place = self.log_place.clone();
        let base = blocking(move || wal::read_base(&place)).await?;
        let healed = heal(&self.place.dataset, base.map_or(0, |base| base.version), &self.access)
            .boxed()
            .await?;
        if !healed.is_empty() {
            fault::at(&self.log_place.folder, "heal.done")?;
        }
        self.live().gaps.extend(healed.iter().filter_map(|healed| healed.gap));
        Ok(healed.into_iter().map(|healed| self.told(healed)).collect())
    }

    async fn recover_log(
        self: &Arc<Self>,
        timeout: Duration,
        recover: Recover,
    ) -> Result<Vec<Recovery>> {
        let own = self.clone();
        let mended = blocking(move || {
            let mut held = own.append_lock.lock(timeout)?;
            let mut live = own.live();
            let (persisted, schema) = (live.persisted(), live.table_schema());
            let recovered = recover(&own.log_place, &mut held, persisted, &schema)?;
            let Some((log, read, mended)) = recovered else { return Ok(Vec::new()) };
            live.set_log(log, read);
            drop(live);
            // IMPORTANT: before anybody can put at log positions that are given a second time.
            own.lower_groups_to_log(timeout)?;
            Ok(mended)
        })
        .await?;
        if let Some(table) = self.known_table() {
            let Head { table, evidence } = self.ask(table).await?;
            self.live().install(Head { table, evidence });
        }
        self.lower_groups_to_table(timeout).await?;
        Ok(mended)
    }

    /// Refuses a log where its locks would not keep others out.
    pub(super) fn check_sharing(&self) -> Result<()> {
        wal::check_sharing(&self.log_place.folder).map_err(|system| Error::Unsupported {
            what: format!("a log on {system}"),
            reason: "its locks do not keep other machines out; write with durability `memory`, which keeps what is not flushed in the process, or to a local disk".into(),
        })
    }

    fn told(&self, healed: Healed) -> Recovery {
        Recovery {
            bucket_id: self.place.id,
            what: healed.what,
            // Only a version that was taken away can have held records.
            records_lost: if healed.kept_in.is_some() { None } else { Some(0) },
            kept_in: healed.kept_in,
        }
    }
}
