//! The one writer of a bucket in a process: buffers, flushes by itself, and makes flushes durable.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema, SchemaRef};

use super::lock::HeldLock;
use super::shared::Bucket;
use crate::engine::buffer::Pending;
use crate::engine::durable::{blocking, create_folders};
use crate::engine::error::{Error, Result};
use crate::engine::facts::{Flushed, Receipt};
use crate::engine::layout::APPEND_LOCK;
use crate::engine::options::FlushPolicy;
use crate::engine::record::{TopicSchema, conform, type_text};
use crate::engine::store::Table;

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
    /// The schema that the dataset was last made ready for.
    prepared: Mutex<Option<SchemaRef>>,
    _lock: HeldLock,
    own: Weak<Self>,
}

impl BucketWriter {
    /// Takes the bucket's lock, and creates its folder where there is none.
    pub(crate) async fn open(
        bucket: Arc<Bucket>,
        root: &Path,
        policy: FlushPolicy,
    ) -> Result<Arc<Self>> {
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
            prepared: Mutex::default(),
            _lock: lock,
            own: own.clone(),
        }))
    }

    /// Makes the dataset hold every column of `schema`, creating it where it does not exist.
    ///
    /// It comes before the first record of that schema is buffered, so that what was buffered can
    /// always be flushed.
    async fn prepare(&self, schema: &SchemaRef) -> Result<()> {
        if self.prepared().as_ref() == Some(schema) {
            return Ok(());
        }
        let _one_at_a_time = self.flushing.lock().await;
        let table = self.head(schema).await?;
        let added = self.missing_columns(&table.schema(), schema)?;
        let ready =
            if added.fields().is_empty() { table } else { table.add_columns(added).await? };
        self.bucket.publish(ready);
        *self.prepared.lock().unwrap_or_else(PoisonError::into_inner) = Some(schema.clone());
        Ok(())
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

    /// Buffers a batch; starts a flush where one is due.
    ///
    /// Cancel: dropped while it waits for room, nothing was put.
    pub(crate) async fn append(&self, batch: RecordBatch, full: WhenFull) -> Result<Receipt> {
        self.prepare(&batch.schema()).await?;
        let rows = batch.num_rows() as u64;
        while let Err(error) = self.has_room(&batch) {
            if full == WhenFull::Fail {
                return Err(error);
            }
            self.flush().await?;
        }
        let (lsn, was_empty, due) = self.bucket.with_buffer(|buffer| {
            let was_empty = buffer.rows() == 0;
            let lsn = buffer.append(batch);
            let rows = usize::try_from(buffer.rows()).unwrap_or(usize::MAX);
            (lsn, was_empty, self.policy.is_due(rows, buffer.bytes()))
        });
        self.bucket.wake();
        if due {
            self.schedule_flush();
            // Lets the flush start even where the caller never waits on a one-threaded runtime.
            tokio::task::yield_now().await;
        } else if was_empty {
            self.schedule_age_flush(lsn);
        }
        Ok(Receipt { bucket: self.bucket.place.id, lsn, rows })
    }

    fn has_room(&self, batch: &RecordBatch) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::Closed { topic: self.bucket.topic.to_string() });
        }
        let (rows, bytes) = self.bucket.buffered();
        let limit = self.policy.buffer_limit;
        if rows == 0 || bytes + batch.get_array_memory_size() as u64 <= limit {
            return Ok(());
        }
        let topic = self.bucket.topic.to_string();
        Err(Error::BufferFull { topic, bucket: self.bucket.place.id, bytes, limit })
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
            Err(_) => Err(Error::Closed { topic: self.bucket.topic.to_string() }),
        }
    }

    /// Flushes, and refuses puts from then on.
    pub(crate) async fn close(&self) -> Result<Flushed> {
        self.closed.store(true, Ordering::Release);
        self.flush().await
    }

    async fn flush_here(&self) -> Result<Flushed> {
        let _one_at_a_time = self.flushing.lock().await;
        self.scheduled.store(false, Ordering::Release);
        if self.bucket.buffered().0 == 0 {
            return Ok(self.nothing_flushed());
        }
        let head = self.fresh_head().await?;
        let pending = self.bucket.begin_commit();
        match self.commit(&pending, head).await {
            Ok(table) => {
                let flushed = self.flushed(&table, pending.rows);
                self.bucket.end_commit(&pending, table);
                Ok(flushed)
            }
            Err(error) => {
                self.bucket.abort_commit();
                Err(error)
            }
        }
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
        Ok(known.newer().await?.unwrap_or(known))
    }

    async fn head(&self, schema: &SchemaRef) -> Result<Table> {
        match self.bucket.known_table() {
            Some(known) => Ok(known.newer().await?.unwrap_or(known)),
            None => Table::create(&self.bucket.place.dataset, schema).await,
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
        let Some(age) = self.policy.age else { return };
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

impl Drop for BucketWriter {
    fn drop(&mut self) {
        let (rows, _) = self.bucket.buffered();
        if rows > 0 {
            let (topic, bucket) = (&self.bucket.topic, self.bucket.place.id);
            tracing::warn!(%topic, bucket, rows, "a writer was dropped with buffered records; they are lost, `close` would have flushed them");
        }
    }
}
