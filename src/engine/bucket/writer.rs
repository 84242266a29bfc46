//! A bucket's writer in this process: validates against the log's schema, puts, flushes by itself, acknowledges.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use tracing::Instrument as _;

use super::append::Appended;
use super::import::Seat;
use super::lane::MEMORY;
use super::put::{FlushDue, Ready, WhenFull};
use super::retain::RuleSource;
use super::shared::Bucket;
use super::sync::Syncer;
use super::unanswered::Doubt;
use super::upkeep::Upkeep;
use crate::engine::error::{Error, Result};
use crate::engine::facts::{Flushed, Receipt, Recovery};
use crate::engine::import::Import;
use crate::engine::options::{Durability, FlushPolicy};
use crate::engine::record::{EncodeError, batch_bytes, conform};
use crate::engine::retention::Retention;
use crate::engine::store::Table;
use crate::engine::wal::{Log, encode};

/// How a bucket is written.
#[derive(Debug, Clone)]
pub(crate) struct BucketOptions {
    pub(crate) policy: FlushPolicy,
    pub(crate) durability: Durability,
    pub(crate) lock_timeout: Duration,
    pub(crate) maintenance: bool,
    pub(crate) retention: Retention,
    pub(crate) records: RuleSource,
    /// The input whose records it puts.
    pub(crate) import: Option<Import>,
}

/// Schemas that change under a put before it gives up.
const ATTEMPTS: usize = 8;

/// Writes a bucket. What it buffers lies in the log, where every process finds it; a writer without a
/// log loses it when it is dropped, and says so.
pub(crate) struct BucketWriter {
    pub(super) bucket: Arc<Bucket>,
    pub(super) options: BucketOptions,
    syncer: Arc<Syncer>,
    /// One flush of this process at a time.
    flushing: tokio::sync::Mutex<()>,
    /// A flush is asked for and has not yet taken its records.
    scheduled: AtomicBool,
    closed: Arc<AtomicBool>,
    /// It is not known whether a flush happened: what it took must not be put a second time.
    poisoned: AtomicBool,
    recoveries: Vec<Recovery>,
    upkeep: Upkeep,
    pub(super) seat: Option<Seat>,
    own: Weak<Self>,
}

impl BucketWriter {
    /// Heals and settles the bucket, and creates its folder where there is none.
    pub(crate) async fn open(bucket: Arc<Bucket>, options: BucketOptions) -> Result<Arc<Self>> {
        let recoveries = bucket.recover(options.durability, options.lock_timeout).await;
        let recoveries = recoveries.map_err(|error| bucket.or_gone(error))?;
        bucket.live().import = None;
        let seat = match &options.import {
            Some(import) => Some(bucket.begin_import(import, options.lock_timeout).await?),
            None => None,
        };
        let syncer = Syncer::new(bucket.clone());
        let kept = (options.retention, options.records.clone());
        let upkeep = Upkeep::new(bucket.clone(), options.maintenance, kept);
        Ok(Arc::new_cyclic(|own| Self {
            bucket,
            options,
            syncer,
            flushing: tokio::sync::Mutex::new(()),
            scheduled: AtomicBool::new(false),
            closed: Arc::new(AtomicBool::new(false)),
            poisoned: AtomicBool::new(false),
            recoveries,
            upkeep,
            seat,
            own: own.clone(),
        }))
    }

    /// Makes the bucket ready to take a batch: its dataset has every column, its buffer has room.
    ///
    /// Cancel: nothing is put.
    pub(crate) async fn make_ready(&self, batch: &RecordBatch, full: WhenFull) -> Result<Ready> {
        self.check_usable()?;
        let ready = self.fit(batch).await?;
        while let Err(error) = self.has_room(batch) {
            if full == WhenFull::Fail {
                return Err(error);
            }
            self.bucket.meters().inspect(|meters| meters.put_waits());
            self.flush().await?;
        }
        Ok(ready)
    }

    /// Puts a batch; starts a flush where one is due. It is acknowledged by
    /// [`acknowledge`](Self::acknowledge).
    ///
    /// `upto` is the number behind the last record of an import that was looked at.
    pub(crate) async fn push(
        &self,
        ready: Ready,
        upto: Option<u64>,
    ) -> Result<(Receipt, FlushDue)> {
        let rows = ready.batch.num_rows() as u64;
        let counted = self.bucket.meters().map(|meters| (meters, ready.size()));
        let had_untaken = self.bucket.live().untaken().0 > 0;
        let (topic, bucket) = (&self.bucket.topic, self.bucket.place.id);
        let span =
            tracing::debug_span!("put", %topic, bucket, records = rows, bytes = ready.size());
        let lsn = self.append(ready, upto).instrument(span).await?;
        counted.inspect(|(meters, size)| meters.put(rows, *size));
        self.bucket.wake();
        let receipt = Receipt { bucket: self.bucket.place.id, lsn, rows };
        let (untaken, bytes) = self.bucket.live().untaken();
        if self.options.policy.is_due(usize::try_from(untaken).unwrap_or(usize::MAX), bytes) {
            self.schedule_flush();
            return Ok((receipt, FlushDue::Yes));
        }
        if !had_untaken {
            self.schedule_age_flush(lsn);
        }
        Ok((receipt, FlushDue::No))
    }

    /// Returns once a put survives what the durability promises.
    pub(crate) async fn acknowledge(&self, receipt: &Receipt) -> Result<()> {
        match self.options.durability {
            Durability::Memory | Durability::Os => self.syncer.check(),
            Durability::Interval(pause) => {
                self.syncer.within(pause);
                self.syncer.check()
            }
            Durability::Always => self.syncer.wait(receipt.lsn + receipt.rows).await,
        }
    }

    async fn append(&self, ready: Ready, upto: Option<u64>) -> Result<u64> {
        let Some(mut payload) = ready.payload else { return self.remember(ready.batch, upto) };
        let mut batch = ready.batch;
        for _ in 0..ATTEMPTS {
            let (closed, bucket) = (self.closed.clone(), self.bucket.clone());
            let permit = move || {
                if closed.load(Ordering::Acquire) {
                    return Err(Error::Closed { topic: bucket.topic.to_string() });
                }
                Ok(())
            };
            let timeout = self.options.lock_timeout;
            match self.bucket.append(payload, batch.clone(), timeout, permit).await? {
                Appended::At(lsn) => return Ok(lsn),
                Appended::OtherSchema => {
                    let again = self.fit(&batch).await?;
                    batch = again.batch;
                    payload = again.payload.map_or_else(|| encode(&batch), Ok)?;
                }
            }
        }
        Err(self.bucket.diverged(0, "its columns change faster than a record can be put"))
    }

    /// Buffers a batch in this process only.
    fn remember(&self, batch: RecordBatch, upto: Option<u64>) -> Result<u64> {
        let mut live = self.bucket.live();
        // IMPORTANT: under the lock that `close` takes to set it: what is put before that is flushed
        // by it, and nothing is put behind.
        if self.closed.load(Ordering::Acquire) {
            return Err(self.is_closed());
        }
        if live.is_leaving {
            drop(live);
            return Err(self.bucket.gone());
        }
        // IMPORTANT: with the records, under one hold: a flush takes both.
        if let (Some(import), Some(upto)) = (&mut live.import, upto) {
            import.next = import.next.max(upto);
        }
        Ok(live.lanes[MEMORY].records.append(batch))
    }

    /// The batch with the columns of the active segment, and they with all of the batch's.
    async fn fit(&self, batch: &RecordBatch) -> Result<Ready> {
        let topic = self.bucket.topic.as_str();
        for _ in 0..ATTEMPTS {
            let fitted = match self.schema() {
                Some(schema) if *batch.schema_ref() == schema => Ok(batch.clone()),
                Some(schema) => conform(batch, &schema),
                None => Err(EncodeError::NewFields { record: 0, paths: Vec::new() }),
            };
            match fitted {
                Ok(batch) => {
                    let payload = self.has_log().then(|| encode(&batch)).transpose()?;
                    return Ok(Ready { batch, payload });
                }
                Err(EncodeError::NewFields { .. } | EncodeError::ColumnType { .. }) => {
                    let _one_at_a_time = self.flushing.lock().await;
                    let timeout = self.options.lock_timeout;
                    self.bucket.make_columns(&batch.schema(), self.has_log(), timeout).await?;
                }
                Err(error) => return Err(error.in_topic(topic)),
            }
        }
        Err(self.bucket.diverged(0, "its columns change faster than a record can be put"))
    }

    fn schema(&self) -> Option<SchemaRef> {
        let live = self.bucket.live();
        if self.has_log() {
            return live.log.as_ref().map(Log::schema);
        }
        live.table.as_ref().map(Table::schema)
    }

    fn has_log(&self) -> bool {
        self.options.durability != Durability::Memory
    }

    fn has_room(&self, batch: &RecordBatch) -> Result<()> {
        let (rows, bytes) = self.bucket.buffered();
        let limit = self.options.policy.buffer_limit;
        if rows == 0 {
            return Ok(());
        }
        self.bucket.check_space()?;
        if bytes + batch_bytes(batch) <= limit {
            return Ok(());
        }
        let topic = self.bucket.topic.to_string();
        Err(Error::BufferFull { topic, bucket: self.bucket.place.id, bytes, limit })
    }

    /// What opening had to mend.
    pub(crate) fn recoveries(&self) -> Vec<Recovery> {
        self.recoveries.clone()
    }

    pub(crate) fn buffered(&self) -> (u64, u64) {
        self.bucket.buffered()
    }

    /// Persists all that is buffered when it starts, by whichever process. It is durable when this
    /// returns.
    ///
    /// Cancel: the flush goes on without its caller.
    pub(crate) async fn flush(&self) -> Result<Flushed> {
        let Some(own) = self.own.upgrade() else { return self.flush_here(true).await };
        match tokio::spawn(async move { own.flush_here(true).await }).await {
            Ok(result) => result.map_err(|error| self.bucket.or_gone(error)),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(self.is_closed()),
        }
    }

    /// Refuses puts from now on, flushes, and does some of the maintenance that is due. Where the flush fails, the bucket stays open, so that
    /// nothing is lost and `close` can be tried again.
    pub(crate) async fn close(&self) -> Result<Flushed> {
        self.refuse_puts();
        let flushed = self.flush().await;
        if flushed.is_err() {
            self.closed.store(false, Ordering::Release);
        } else {
            self.upkeep.close().await;
        }
        flushed
    }

    /// Refuses puts from now on, and makes durable what the log holds; without a log, flushes.
    pub(crate) async fn close_unflushed(&self) -> Result<()> {
        if !self.has_log() {
            return self.close().await.map(drop);
        }
        self.refuse_puts();
        if self.scheduled.load(Ordering::Acquire) {
            self.flush().await?;
        }
        let _no_flush = self.flushing.lock().await;
        let end = self.bucket.live().log.as_ref().map(Log::end);
        match end {
            Some(end) => self.syncer.wait(end).await,
            None => Ok(()),
        }
    }

    /// No put of this writer is under way, and none begins, when this returns.
    fn refuse_puts(&self) {
        // A put asks under this lock whether it may.
        let _no_put = self.bucket.live();
        self.closed.store(true, Ordering::Release);
    }

    async fn flush_here(&self, wait: bool) -> Result<Flushed> {
        let _one_at_a_time = self.flushing.lock().await;
        self.scheduled.store(false, Ordering::Release);
        self.check_usable()?;
        self.bucket.read_log(false).await?;
        if self.bucket.buffered().0 == 0 && !self.is_behind().await? {
            return Ok(self.bucket.nothing_flushed());
        }
        let held = if wait {
            self.bucket.lock_flush(self.options.lock_timeout).await?
        } else {
            // Whoever flushes takes these records as well, or the next put asks again.
            let free = self.bucket.flush_lock.try_lock()?;
            let Some(held) = free else { return Ok(self.bucket.nothing_flushed()) };
            held
        };
        // A flush that ends without a word, by a panic or with its runtime, may have committed what
        // has no log.
        let mut doubt = Doubt::of(&self.poisoned);
        let result = self.bucket.flush_counted(self.options.lock_timeout).await;
        doubt.is_settled = !matches!(result, Err(Error::Poisoned { .. }));
        if let Err(error @ Error::NotDurable { .. }) = &result {
            self.syncer.give_up(error);
        }
        drop((doubt, held));
        if result.as_ref().is_ok_and(|flushed| flushed.rows > 0) {
            self.upkeep.flushed();
        }
        let first = self.bucket.live().persisted();
        self.schedule_age_flush(first);
        result
    }

    /// Whether the log holds records that this process has not read.
    async fn is_behind(&self) -> Result<bool> {
        self.bucket.snapshot().await.map(|snapshot| snapshot.buffered_rows() > 0)
    }

    fn schedule_flush(&self) {
        if self.scheduled.swap(true, Ordering::AcqRel) {
            return;
        }
        let Some(own) = self.own.upgrade() else { return };
        tokio::spawn(async move {
            if let Err(error) = own.flush_here(false).await {
                // Nobody waits for this flush; the records stay, and the next one tries again.
                tracing::warn!(topic = %own.bucket.topic, bucket = own.bucket.place.id, %error, "auto-flush failed");
            }
        });
    }

    /// Flushes when the record at `lsn` is older than the policy's age and still buffered.
    fn schedule_age_flush(&self, lsn: u64) {
        let Some(age) = self.options.policy.age.filter(|_| self.bucket.buffered().0 > 0) else {
            return;
        };
        let own = self.own.clone();
        tokio::spawn(async move {
            tokio::time::sleep(age).await;
            if let Some(own) = own.upgrade()
                && own.bucket.live().has_older_than(lsn)
            {
                own.schedule_flush();
            }
        });
    }

    fn check_usable(&self) -> Result<()> {
        if self.poisoned.load(Ordering::Acquire) {
            let source = "an earlier flush ended without an answer".into();
            return Err(Error::Poisoned { path: self.bucket.place.dataset.clone(), source });
        }
        self.syncer.check()
    }

    fn is_closed(&self) -> Error {
        Error::Closed { topic: self.bucket.topic.to_string() }
    }
}

impl Drop for BucketWriter {
    fn drop(&mut self) {
        let mut live = self.bucket.live();
        let rows = live.lanes[MEMORY].records.rows();
        if rows > 0 && !self.closed.load(Ordering::Acquire) {
            let (topic, bucket) = (&self.bucket.topic, self.bucket.place.id);
            tracing::warn!(%topic, bucket, rows, "a writer without a log was dropped with buffered records; they are lost, `close` would have flushed them");
            live.lanes[MEMORY].records.forget();
        }
    }
}
