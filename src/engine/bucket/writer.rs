//! The one writer of a bucket in a process: buffers, flushes by itself, and makes flushes durable.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema, SchemaRef};

use super::lock::HeldLock;
use super::shared::Bucket;
use crate::engine::buffer::{Memtable, Pending, batch_bytes};
use crate::engine::durable::{blocking, create_folders};
use crate::engine::error::{Error, Result};
use crate::engine::facts::{Flushed, Receipt, Recovery};
use crate::engine::layout::{self, APPEND_LOCK};
use crate::engine::options::FlushPolicy;
use crate::engine::record::{TopicSchema, conform, type_text};
use crate::engine::store::Table;

/// Whether a put started a flush; the caller lets it begin, also on a runtime of one thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FlushDue {
    Yes,
    No,
}

/// What a put does where the buffer is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenFull {
    Wait,
    Fail,
}

/// Owns a bucket for writing. Dropped with buffered records, it warns; `close` flushes them.
pub(crate) struct BucketWriter {
    bucket: Arc<Bucket>,
    policy: FlushPolicy,
    /// One flush at a time; held over the whole of it.
    flushing: tokio::sync::Mutex<()>,
    /// A flush is asked for and has not yet taken its records.
    scheduled: AtomicBool,
    closed: AtomicBool,
    /// It is not known whether a flush happened: what it took must not be put a second time.
    poisoned: AtomicBool,
    /// The schema that the dataset was last made ready for.
    prepared: Mutex<Option<SchemaRef>>,
    /// Held until `release`.
    lock: Mutex<Option<HeldLock>>,
    own: Weak<Self>,
}

impl BucketWriter {
    /// Takes the bucket's lock, and creates its folder where there is none.
    pub(crate) async fn open(
        bucket: Arc<Bucket>,
        root: &Path,
        policy: FlushPolicy,
    ) -> Result<Arc<Self>> {
        if layout::is_bucket_gone(&bucket.place) {
            // A new dataset in its place would give its offsets a second time.
            bucket.snapshot().await?;
        }
        let folder = bucket.place.dataset.parent().unwrap_or(root).to_path_buf();
        let (topic, id, root) = (bucket.topic.clone(), bucket.place.id, root.to_path_buf());
        let lock = blocking(move || {
            create_folders(&folder, &root)?;
            HeldLock::take(&folder.join(APPEND_LOCK), topic.as_str(), id)
        })
        .await?;
        if let Some(table) = bucket.snapshot().await?.table() {
            bucket.publish(table.clone());
        }
        Ok(Arc::new_cyclic(|own| Self {
            bucket,
            policy,
            flushing: tokio::sync::Mutex::new(()),
            scheduled: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            poisoned: AtomicBool::new(false),
            prepared: Mutex::default(),
            lock: Mutex::new(Some(lock)),
            own: own.clone(),
        }))
    }

    /// Makes the bucket ready to take a batch: its dataset has every column, its buffer has room.
    ///
    /// The dataset comes before the first record of a schema is buffered, so that what was buffered
    /// can always be flushed.
    ///
    /// Cancel: nothing is put.
    pub(crate) async fn make_ready(&self, batch: &RecordBatch, full: WhenFull) -> Result<()> {
        self.check_usable()?;
        self.prepare(&batch.schema()).await?;
        while let Err(error) = self.has_room(batch) {
            if full == WhenFull::Fail {
                return Err(error);
            }
            self.flush().await?;
        }
        Ok(())
    }

    /// Buffers a batch that the bucket was made ready for; starts a flush where one is due.
    pub(crate) fn push(&self, batch: RecordBatch) -> Result<(Receipt, FlushDue)> {
        let rows = batch.num_rows() as u64;
        let pushed = self.bucket.with_buffer(|buffer| {
            // IMPORTANT: under the buffer's lock, which `close` takes to set it: what is put before
            // that is flushed by it, and nothing is put behind.
            if self.closed.load(Ordering::Acquire) {
                return None;
            }
            let was_untaken = buffer.untaken().0 > 0;
            let lsn = buffer.append(batch);
            Some((lsn, was_untaken, buffer.untaken()))
        });
        let (lsn, was_untaken, (untaken, bytes)) = pushed.ok_or_else(|| self.is_closed())?;
        self.bucket.wake();
        let receipt = Receipt { bucket: self.bucket.place.id, lsn, rows };
        if self.policy.is_due(usize::try_from(untaken).unwrap_or(usize::MAX), bytes) {
            self.schedule_flush();
            return Ok((receipt, FlushDue::Yes));
        }
        if !was_untaken {
            self.schedule_age_flush(lsn);
        }
        Ok((receipt, FlushDue::No))
    }

    async fn prepare(&self, schema: &SchemaRef) -> Result<()> {
        if self.prepared().as_ref() == Some(schema) {
            return Ok(());
        }
        let _one_at_a_time = self.flushing.lock().await;
        let table = match self.bucket.known_table() {
            Some(known) => known.newer().await?.unwrap_or(known),
            None => Table::create(&self.bucket.place.dataset, schema).await?,
        };
        self.bucket.publish(self.with_columns(table, schema).await?);
        *self.prepared.lock().unwrap_or_else(PoisonError::into_inner) = Some(schema.clone());
        Ok(())
    }

    /// The table, with every column of `schema` added that it lacks.
    async fn with_columns(&self, table: Table, schema: &SchemaRef) -> Result<Table> {
        let added = self.missing_columns(&table.schema(), schema)?;
        if added.fields().is_empty() { Ok(table) } else { table.add_columns(added).await }
    }

    fn prepared(&self) -> Option<SchemaRef> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The columns of `wanted` that `existing` lacks, as nullable ones.
    fn missing_columns(&self, existing: &SchemaRef, wanted: &SchemaRef) -> Result<Schema> {
        let topic = self.bucket.topic.as_str();
        let known = |schema: &SchemaRef| TopicSchema::new(schema).map_err(|e| e.in_topic(topic));
        let grown = known(existing)?.merge_new_fields(&known(wanted)?);
        let grown = grown.map_err(|e| e.in_topic(topic))?;
        for field in wanted.fields() {
            let found = grown.schema.as_arrow().field_with_name(field.name());
            if let Ok(found) = found
                && !found.data_type().equals_datatype(field.data_type())
            {
                return Err(self.differs(found, field));
            }
        }
        Ok(grown.added.as_ref().clone())
    }

    fn has_room(&self, batch: &RecordBatch) -> Result<()> {
        let (rows, bytes) = self.bucket.buffered();
        let limit = self.policy.buffer_limit;
        if rows == 0 || bytes + batch_bytes(batch) <= limit {
            return Ok(());
        }
        let topic = self.bucket.topic.to_string();
        Err(Error::BufferFull { topic, bucket: self.bucket.place.id, bytes, limit })
    }

    /// What opening had to mend.
    pub(crate) fn recoveries(&self) -> Vec<Recovery> {
        Vec::new()
    }

    pub(crate) fn buffered(&self) -> (u64, u64) {
        self.bucket.buffered()
    }

    /// Persists all that is buffered when it starts. It is durable when this returns.
    ///
    /// Cancel: the flush goes on without its caller.
    pub(crate) async fn flush(&self) -> Result<Flushed> {
        let Some(own) = self.own.upgrade() else { return self.flush_here().await };
        match tokio::spawn(async move { own.flush_here().await }).await {
            Ok(result) => result,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(self.is_closed()),
        }
    }

    /// Refuses puts from now on, and flushes. Where the flush fails, the bucket stays open, so that
    /// nothing is lost and `close` can be tried again.
    pub(crate) async fn close(&self) -> Result<Flushed> {
        self.bucket.with_buffer(|_| self.closed.store(true, Ordering::Release));
        let flushed = self.flush().await;
        if flushed.is_err() {
            self.closed.store(false, Ordering::Release);
        }
        flushed
    }

    /// Lets another writer have the bucket; this one does nothing to it any more.
    ///
    /// The buffer is the bucket's, so the next writer of this process has the same: a flush of this
    /// one beside a flush of that one would write records twice.
    pub(crate) async fn release(&self) {
        let _no_flush = self.flushing.lock().await;
        drop(self.held().take());
    }

    fn held(&self) -> MutexGuard<'_, Option<HeldLock>> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn flush_here(&self) -> Result<Flushed> {
        let _one_at_a_time = self.flushing.lock().await;
        self.scheduled.store(false, Ordering::Release);
        if self.held().is_none() || self.bucket.buffered().0 == 0 {
            return Ok(self.nothing_flushed());
        }
        self.check_usable()?;
        let head = self.fresh_head().await?;
        // A flush that ends without a word, by a panic or with its runtime, may have committed.
        let mut doubt = Doubt { writer: self, settled: false };
        let pending = self.bucket.begin_commit();
        let committed = self.commit(&pending, head).await;
        doubt.settled = !matches!(committed, Err(Error::Poisoned { .. }));
        let result = match committed {
            Ok(table) => {
                let flushed = self.flushed(&table, pending.rows);
                self.bucket.end_commit(&pending, table);
                Ok(flushed)
            }
            Err(error) => {
                self.bucket.abort_commit();
                Err(error)
            }
        };
        drop(doubt);
        self.schedule_age_flush(self.bucket.with_buffer(|buffer| buffer.first()));
        result
    }

    async fn commit(&self, pending: &Pending, head: Table) -> Result<Table> {
        let schema = head.schema();
        let batches: Result<Vec<RecordBatch>> = pending
            .batches
            .iter()
            .map(|batch| {
                conform(batch, &schema).map_err(|e| e.in_topic(self.bucket.topic.as_str()))
            })
            .collect();
        head.append(batches?).await
    }

    async fn fresh_head(&self) -> Result<Table> {
        let known = self.bucket.known_table().ok_or_else(|| self.gone())?;
        let head = known.newer().await?.unwrap_or(known);
        match self.prepared() {
            // Another program may have dropped a column since the records were taken.
            Some(schema) => self.with_columns(head, &schema).await,
            None => Ok(head),
        }
    }

    fn schedule_flush(&self) {
        if self.scheduled.swap(true, Ordering::AcqRel) {
            return;
        }
        let Some(own) = self.own.upgrade() else { return };
        tokio::spawn(async move {
            if let Err(error) = own.flush_here().await {
                // Nobody waits for this flush; the records stay, and the next one tries again.
                tracing::warn!(topic = %own.bucket.topic, bucket = own.bucket.place.id, %error, "auto-flush failed");
            }
        });
    }

    /// Flushes when the record at `lsn` is older than the policy's age and still buffered.
    fn schedule_age_flush(&self, lsn: u64) {
        let Some(age) = self.policy.age.filter(|_| self.bucket.buffered().0 > 0) else { return };
        let own = self.own.clone();
        tokio::spawn(async move {
            tokio::time::sleep(age).await;
            if let Some(own) = own.upgrade()
                && own.bucket.with_buffer(|buffer| buffer.rows() > 0 && buffer.first() <= lsn)
            {
                own.schedule_flush();
            }
        });
    }

    fn nothing_flushed(&self) -> Flushed {
        let table = self.bucket.known_table();
        Flushed {
            bucket_id: self.bucket.place.id,
            version: table.as_ref().map_or(0, Table::version),
            rows: 0,
            next_offset: table.as_ref().map_or(0, Table::next_offset),
        }
    }

    fn flushed(&self, table: &Table, rows: u64) -> Flushed {
        Flushed {
            bucket_id: self.bucket.place.id,
            version: table.version(),
            rows,
            next_offset: table.next_offset(),
        }
    }

    fn check_usable(&self) -> Result<()> {
        if self.poisoned.load(Ordering::Acquire) {
            let source = "an earlier flush ended without an answer".into();
            return Err(Error::Poisoned { path: self.bucket.place.dataset.clone(), source });
        }
        Ok(())
    }

    fn is_closed(&self) -> Error {
        Error::Closed { topic: self.bucket.topic.to_string() }
    }

    fn gone(&self) -> Error {
        Error::Damaged {
            path: self.bucket.place.dataset.clone(),
            source: "the dataset was removed while it was being written".into(),
        }
    }

    fn differs(&self, existing: &Field, wanted: &Field) -> Error {
        let shown = |field: &Field| format!("`{}: {}`", field.name(), type_text(field.data_type()));
        Error::TopicDiffers {
            topic: self.bucket.topic.to_string(),
            what: "column",
            existing: shown(existing),
            wanted: shown(wanted),
        }
    }
}

/// Poisons the writer where a flush is dropped before it is known how it ended.
struct Doubt<'a> {
    writer: &'a BucketWriter,
    settled: bool,
}

impl Drop for Doubt<'_> {
    fn drop(&mut self) {
        if !self.settled {
            self.writer.poisoned.store(true, Ordering::Release);
        }
    }
}

impl Drop for BucketWriter {
    fn drop(&mut self) {
        let (rows, _) = self.bucket.buffered();
        if rows > 0 && self.held().is_some() {
            let (topic, bucket) = (&self.bucket.topic, self.bucket.place.id);
            tracing::warn!(%topic, bucket, rows, "a writer was dropped with buffered records; they are lost, `close` would have flushed them");
            self.bucket.with_buffer(Memtable::forget);
        }
    }
}
