//! The writer as programs see it, and how it is opened.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use serde_json::Value;

use crate::engine::bucket::WhenFull;
use crate::engine::error::{Error, Result};
use crate::engine::facts::{Flushed, Receipt, Recovery};
use crate::engine::import::Import;
use crate::engine::name::TopicName;
use crate::engine::options::Durability;
use crate::engine::record::{Strictness, TopicSchema};
use crate::engine::record_retention::RecordRetention;
use crate::engine::retention::Retention;
use crate::engine::topic::{Catalog, TopicWriter, WriterOptions, bucket_count};

/// Options of a writer before it is opened.
#[must_use = "a writer is opened by `open`"]
pub struct WriterBuilder {
    catalog: Arc<Catalog>,
    topic: String,
    num_buckets: Option<u32>,
    options: WriterOptions,
}

impl WriterBuilder {
    pub(super) fn new(catalog: Arc<Catalog>, topic: &str) -> Self {
        Self { catalog, topic: topic.into(), num_buckets: None, options: WriterOptions::default() }
    }

    /// Records buffered in a bucket that start a flush. Default 1000. Smaller means fresher
    /// versions and more files.
    pub fn flush_threshold(mut self, records: usize) -> Self {
        self.options.policy.threshold = records;
        self
    }

    /// Another name of [`flush_threshold`](Self::flush_threshold), which Pulsing uses.
    pub fn batch_size(self, records: usize) -> Self {
        self.flush_threshold(records)
    }

    /// Bytes buffered in a bucket that start a flush. Default 32 MiB.
    pub fn flush_bytes(mut self, bytes: u64) -> Self {
        self.options.policy.bytes = bytes;
        self
    }

    /// Age of the oldest buffered record that starts a flush. Default: none.
    pub fn flush_age(mut self, age: Duration) -> Self {
        self.options.policy.age = Some(age);
        self
    }

    /// What an acknowledged put survives. Default: a second of puts may be lost to a power cut, nothing to a kill.
    pub fn durability(mut self, durability: Durability) -> Self {
        self.options.durability = durability;
        self
    }

    /// How long to wait for a lock of a bucket that another process holds. Default 10 s. Locks are held for an append
    /// or a flush, so only a holder that is stopped or stuck takes longer; the error names it.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.options.lock_timeout = timeout;
        self
    }

    /// Bytes that a bucket may buffer. Default 128 MiB. Where it is reached, `put` waits for a
    /// flush and `try_put` returns an error.
    pub fn buffer_limit(mut self, bytes: u64) -> Self {
        self.options.policy.buffer_limit = bytes;
        self
    }

    /// Buckets of a new topic, 1 to 4096. Default 1. An existing topic must have as many.
    pub fn num_buckets(mut self, buckets: u32) -> Self {
        self.num_buckets = Some(buckets);
        self
    }

    /// The column whose value chooses the bucket, in a new topic. Default `id`. An existing topic
    /// must have the same.
    pub fn bucket_column(mut self, column: impl Into<String>) -> Self {
        self.options.bucket_column = Some(column.into());
        self
    }

    /// Columns of a new topic; without it they are inferred from the first call's records. An
    /// existing topic must have these with the same types, or not at all.
    pub fn schema(mut self, schema: TopicSchema) -> Self {
        self.options.schema = Some(schema);
        self
    }

    /// Whether values of another kind than their column's are refused or converted. Default
    /// [`Strictness::Strict`].
    pub fn strictness(mut self, strictness: Strictness) -> Self {
        self.options.strictness = strictness;
        self
    }

    /// Whether small fragments are rewritten as larger ones in the background, as [`Engine::compact`](crate::Engine::compact)
    /// does, once a bucket has 64 of them at its end, and versions removed as [`Engine::cleanup`](crate::Engine::cleanup) does, once
    /// there are 32 more than the topic's retention keeps at most; before both, records go that the topic's rule does not keep.
    /// Default: they are. Without it, each flush costs more than the
    /// one before, until another writer, `compact` or `cleanup` does it.
    ///
    /// Cost: a row is rewritten some five times in all; one bucket of a process at a time. [`Writer::close`] waits 200 ms at most for
    /// it, and leaves what is not done by then to the next writer. Its errors are logged, and fail nothing.
    pub fn maintenance(mut self, on: bool) -> Self {
        self.options.maintenance = on;
        self
    }

    /// Which versions of the topic's buckets are kept for time travel, from now on and whoever writes it: it stands in the
    /// topic's metadata. Other writers take note of it when they are opened. Default: what stands there, or
    /// [`Retention::default`].
    pub fn retention(mut self, retention: Retention) -> Self {
        self.options.retention = Some(retention);
        self
    }

    /// What is kept of the topic's records, from now on and whoever writes it: it stands in the topic's metadata, where open
    /// writers find it as well. What it does not keep goes in the background, a while after flushes; see
    /// [`Engine::retain`](crate::Engine::retain) for what that means to readers. Default: what stands there, or everything.
    pub fn record_retention(mut self, rule: RecordRetention) -> Self {
        self.options.records = Some(rule);
        self
    }

    /// Puts the records of an input that can be read again, each once, however often that is interrupted, by whatever:
    /// [`Writer::put_numbered`] puts them, [`Writer::import_progress`] says where to go on, [`Writer::close_import`] ends it.
    ///
    /// How far it has come stands in each version that it makes, so it is there where the records are, and not where they
    /// are not; also where others put, flush, compact and clean up in between. The input is the log: what is put is
    /// buffered in this process only, whatever the durability, and survives everything once it is flushed. One process at a
    /// time goes on with an import of a name, in a topic.
    ///
    /// Consequence: a small file a bucket and import stays, so that an input that was put whole is not put again. To restore
    /// an older version, or to delete records, does not move an import back.
    ///
    /// ```
    /// use arrow_array::{RecordBatch, record_batch};
    /// use lanceq::{Engine, Import};
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let input: RecordBatch = record_batch!(("id", Utf8, ["a", "b", "c"]))?;
    /// let engine = Engine::open(folder.path()).await?;
    /// let writer = engine.writer("t").import(Import::new("letters", "3 rows")).open().await?;
    /// writer.put_numbered(input.slice(0, 2), &[0, 1], 2).await?;
    /// writer.close().await?; // interrupted
    ///
    /// let writer = engine.writer("t").import(Import::new("letters", "3 rows")).open().await?;
    /// assert_eq!(writer.import_progress().map(|progress| progress.next), Some(2));
    /// let receipts = writer.put_numbered(input, &[0, 1, 2], 3).await?;
    /// assert_eq!(receipts.iter().map(|receipt| receipt.rows).sum::<u64>(), 1);
    /// writer.close_import(3).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn import(mut self, import: Import) -> Self {
        self.options.import = Some(import);
        self
    }

    /// Opens the topic for writing. A topic that does not exist is created by the first record
    /// that is accepted, so that a refused one leaves nothing behind.
    ///
    /// Where this engine has a writer of the topic open already, that one is returned, with the
    /// options it has.
    ///
    /// Cost: a small file; of a topic that exists also its log and its head, which are looked at, and mended where a crash left
    /// them in need of it: [`Writer::recoveries`] says what was done. Cancel: what was mended stays so.
    ///
    /// # Errors
    /// - [`Invalid`](crate::ErrorKind::Invalid) for names and options that cannot be.
    /// - [`Conflict`](crate::ErrorKind::Conflict) where another process holds a lock of a bucket for
    ///   longer than the timeout; the error names it. Also where another program changed a dataset so
    ///   that its log cannot be added to it.
    /// - [`Corrupt`](crate::ErrorKind::Corrupt) where a log is damaged before its end.
    /// - [`AlreadyExists`](crate::ErrorKind::AlreadyExists) where the topic has another shape.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) where another program made the dataset.
    ///
    /// Of an [`import`](Self::import) also [`Conflict`](crate::ErrorKind::Conflict) where another process goes on with it, or
    /// the input has another stamp than before; [`Corrupt`](crate::ErrorKind::Corrupt) where it cannot be known how much was put.
    pub async fn open(mut self) -> Result<Writer> {
        let name: TopicName = self.topic.parse()?;
        self.options.policy.check()?;
        self.options.retention.map_or(Ok(()), |retention| retention.check())?;
        self.options.records.map_or(Ok(()), |rule| rule.check())?;
        self.options.num_buckets = self.num_buckets.map(bucket_count).transpose()?;
        if self.options.import.is_some() {
            self.options.durability = Durability::Memory;
        }
        Ok(Writer(self.catalog.writer(name, self.options).await?))
    }
}

/// Writes a topic. Cheap to clone; all clones put into one buffer a bucket.
///
/// What is put lies in the log of its bucket until it is flushed, by this process or by another;
/// [`Durability`] says what it survives there. Any number of processes may write a topic.
#[derive(Clone)]
pub struct Writer(pub(super) Arc<TopicWriter>);

impl Writer {
    /// The topic's name.
    pub fn topic(&self) -> &TopicName {
        &self.0.name
    }

    /// The topic's schema, once it has one.
    pub fn schema(&self) -> Option<SchemaRef> {
        self.0.schema()
    }

    /// What an acknowledged put of this writer survives.
    pub fn durability(&self) -> Durability {
        self.0.durability()
    }

    /// Whether values of another kind than their column's are refused or converted.
    pub fn strictness(&self) -> Strictness {
        self.0.strictness()
    }

    /// Puts one record, a JSON object. Waits where the buffer is full.
    ///
    /// What was accepted can be flushed: it is converted to Arrow before this returns.
    /// Cost: microseconds; with a field that is new to the topic, one commit a bucket.
    /// Cancel: dropped before it returns, the record may or may not be put.
    ///
    /// # Errors
    /// - [`Invalid`](crate::ErrorKind::Invalid) for a record that does not fit; nothing was put.
    /// - [`Unavailable`](crate::ErrorKind::Unavailable) where the buffer is full, or the disk so full that
    ///   a flush of the log would find no room soon, and a flush failed; nothing was put, what was buffered stays.
    pub async fn put(&self, record: Value) -> Result<Receipt> {
        self.put_one(record, WhenFull::Wait).await
    }

    /// Puts one record, or returns [`Error::BufferFull`] where the buffer is full, instead of
    /// waiting for a flush.
    ///
    /// Cost and cancel: as of [`put`](Self::put).
    ///
    /// # Errors
    /// [`BufferFull`](Error::BufferFull), of kind [`Unavailable`](crate::ErrorKind::Unavailable); and as [`put`](Self::put).
    pub async fn try_put(&self, record: Value) -> Result<Receipt> {
        self.put_one(record, WhenFull::Fail).await
    }

    /// Puts records, all or none of each bucket; a receipt for each bucket that got some. Where one
    /// record does not fit, nothing is put.
    ///
    /// Cost: per record less than [`put`](Self::put), as a bucket gets one frame of the log, and with
    /// [`Durability::Always`] one sync, for all of them.
    /// Cancel: dropped before it returns, the records of a bucket may or may not be put, all of them or none.
    ///
    /// # Errors
    /// As [`put`](Self::put). Where a bucket's log fails in the middle, the buckets before it have their records.
    pub async fn put_batch(&self, records: Vec<Value>) -> Result<Vec<Receipt>> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        self.0.put(&records, WhenFull::Wait).await
    }

    /// Puts the rows of an Arrow batch, as [`put_batch`](Self::put_batch) puts records.
    ///
    /// Columns go by name. A column that is missing is null; one that is new becomes a column of
    /// the topic; one of another type is converted where no value changes.
    ///
    /// Cost and cancel: as of [`put_batch`](Self::put_batch); nothing is parsed.
    ///
    /// # Errors
    /// As [`put_batch`](Self::put_batch).
    ///
    /// # Examples
    /// ```
    /// use std::sync::Arc;
    ///
    /// use arrow_array::{ArrayRef, Int64Array, RecordBatch};
    /// use lanceq::Engine;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// let engine = Engine::open(folder.path()).await?;
    /// let writer = engine.writer("steps").open().await?;
    /// let column: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
    /// let batch = RecordBatch::try_from_iter([("step", column)]).unwrap();
    /// let receipts = writer.put_arrow(batch).await?;
    /// assert_eq!((receipts[0].bucket, receipts[0].rows), (0, 3));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn put_arrow(&self, batch: RecordBatch) -> Result<Vec<Receipt>> {
        if batch.num_rows() == 0 {
            return Ok(Vec::new());
        }
        self.0.put_arrow(&batch, WhenFull::Wait).await
    }

    /// Which of these records `put` would refuse as things are, and why. Puts nothing.
    pub fn check(&self, records: &[Value]) -> Vec<(usize, Error)> {
        self.0.check(records)
    }

    /// Persists all that is buffered: one new version in each bucket that has any. After it returns, a power cut loses
    /// nothing of it.
    ///
    /// Cost: what is buffered is written once, with a dozen syncs a bucket; the buckets are flushed side by side, and puts go on.
    ///
    /// Cancel: the flush goes on without its caller.
    ///
    /// # Errors
    /// [`Unavailable`](crate::ErrorKind::Unavailable) where storage fails; the records stay
    /// buffered, and the next flush takes them. [`Poisoned`](crate::ErrorKind::Poisoned) where it
    /// cannot be known whether the commit happened; the writer then refuses everything else.
    pub async fn flush(&self) -> Result<Vec<Flushed>> {
        self.0.flush().await
    }

    /// Persists what is buffered in one bucket, as [`flush`](Self::flush) does in all of them.
    ///
    /// Cost and cancel: as of [`flush`](Self::flush).
    ///
    /// # Errors
    /// As [`flush`](Self::flush); [`OutOfRange`](crate::ErrorKind::OutOfRange) where there is no such
    /// bucket.
    pub async fn flush_bucket(&self, bucket: u32) -> Result<Flushed> {
        self.0.flush_bucket(bucket).await
    }

    /// The bucket of each row of a batch; none before the topic exists.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for rows that have no bucket.
    pub fn buckets_of(&self, batch: &RecordBatch) -> Result<Vec<u32>> {
        self.0.buckets_of(batch)
    }

    /// What opening had to mend: manifests that a power cut left unreadable, ends of logs that were cut short.
    pub fn recoveries(&self) -> Vec<Recovery> {
        self.0.recoveries()
    }

    /// Records buffered now, over all buckets.
    pub fn buffer_count(&self) -> u64 {
        self.0.buffer_count()
    }

    /// Ends writing for all clones: their puts are refused from now on, and what is buffered is
    /// flushed. Then the buckets are free for other processes.
    ///
    /// Cost: a flush, and 200 ms at most for maintenance that is under way. Cancel: the flush goes on, and puts are refused.
    ///
    /// # Errors
    /// As [`flush`](Self::flush); the writer then stays open, and nothing is lost.
    pub async fn close(&self) -> Result<Vec<Flushed>> {
        self.0.close().await
    }

    /// Ends writing without a flush: what is buffered stays in the log, which is synced, for any
    /// process to flush; a writer without a log flushes. Where clones of this writer live, only this
    /// one ends.
    ///
    /// Cost: a sync a bucket. Cancel: what is buffered stays in the log, and may not be synced.
    ///
    /// # Errors
    /// [`Poisoned`](crate::ErrorKind::Poisoned) where the log cannot be synced.
    pub async fn close_unflushed(&self) -> Result<()> {
        if Arc::strong_count(&self.0) == 1 {
            self.0.close_unflushed().await?;
        }
        Ok(())
    }

    async fn put_one(&self, record: Value, full: WhenFull) -> Result<Receipt> {
        let receipts = self.0.put(std::slice::from_ref(&record), full).await?;
        receipts.first().copied().ok_or_else(|| Error::Closed { topic: self.topic().to_string() })
    }
}
