//! Puts into a topic: validates, converts, routes, and lets the schema grow.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use serde_json::Value;

use super::append::append;
use super::catalog::Catalog;
use super::input::Input;
use super::meta::TopicMeta;
use super::split::{buckets_of, split};
use super::topic_lock::gone;
use super::writer_options::{WriterOptions, agree};
use crate::engine::bucket::{BucketWriter, RuleSource, WhenFull};
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::facts::{Flushed, Receipt, Recovery};
use crate::engine::fault;
use crate::engine::layout::{self, Identity, Origin, identity};
use crate::engine::name::TopicName;
use crate::engine::options::Durability;
use crate::engine::record::{EncodeError, RouteError, Strictness, TopicSchema};

/// Writes a topic. One in a process; the topic comes into being with its first accepted record.
pub(crate) struct TopicWriter {
    pub(crate) name: TopicName,
    catalog: Arc<Catalog>,
    folder: PathBuf,
    pub(super) options: WriterOptions,
    open: Mutex<Option<Arc<Open>>>,
    /// One change of what is open at a time.
    changing: tokio::sync::Mutex<()>,
    closed: AtomicBool,
    /// The number behind the last record of an import that was looked at.
    pub(super) passed: tokio::sync::Mutex<u64>,
}

/// A topic that exists: its metadata, and its buckets under lock.
pub(super) struct Open {
    meta: TopicMeta,
    /// The folder that it is in.
    home: Option<Identity>,
    pub(super) buckets: Vec<Arc<BucketWriter>>,
}

impl TopicWriter {
    /// Takes the buckets of an existing topic; a new one is created by the first put.
    pub(crate) async fn open(
        catalog: Arc<Catalog>,
        name: TopicName,
        options: WriterOptions,
    ) -> Result<Arc<Self>> {
        let folder = catalog.root.join(name.as_str());
        let home = identity(&folder);
        let open = match read_existing(&catalog, &name).await? {
            Some(meta) => {
                fault::at(&folder, "writer.read")?;
                agree(&name, &meta, &options)?;
                Some(Arc::new(take((&catalog, &name), (meta, home), &options).await?))
            }
            None => None,
        };
        let (open, changing) = (Mutex::new(open), tokio::sync::Mutex::default());
        let closed = AtomicBool::new(false);
        let passed = tokio::sync::Mutex::default();
        Ok(Arc::new(Self { name, catalog, folder, options, open, changing, closed, passed }))
    }

    /// Whether `close` was called.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Whether the topic that it writes still has its name, or no topic is open yet.
    pub(crate) fn is_at_home(&self) -> bool {
        self.opened().is_none_or(|open| open.home == identity(&self.folder))
    }

    /// Whether an opener with these options can have this writer.
    pub(crate) fn agrees(&self, options: &WriterOptions) -> Result<()> {
        if options.import != self.options.import {
            return Err(self.is_no_import());
        }
        self.opened().map_or(Ok(()), |open| agree(&self.name, &open.meta, options))
    }

    /// The topic's schema, or the one that it was opened with and will have.
    pub(crate) fn schema(&self) -> Option<SchemaRef> {
        let open = self.opened().map(|open| open.meta.schema.clone());
        open.or_else(|| self.options.schema.clone()).map(SchemaRef::from)
    }

    /// What an acknowledged put survives.
    pub(crate) fn durability(&self) -> Durability {
        self.options.durability
    }

    /// How exactly values must be of their column's kind.
    pub(crate) fn strictness(&self) -> Strictness {
        self.options.strictness
    }

    /// Puts records: all are validated before any is buffered.
    pub(crate) async fn put(&self, records: &[Value], full: WhenFull) -> Result<Vec<Receipt>> {
        self.accept(&Input::records(&self.name, records, self.options.strictness)?, full, None)
            .await
    }

    /// Puts the rows of a batch: columns go by name, and must convert without loss.
    pub(crate) async fn put_arrow(
        &self,
        batch: &RecordBatch,
        full: WhenFull,
    ) -> Result<Vec<Receipt>> {
        self.accept(&Input::Batch(batch), full, None).await
    }

    /// Why `put` would refuse each of these records; empty where it would take them all.
    pub(crate) fn check(&self, records: &[Value]) -> Vec<(usize, Error)> {
        let refusal = |(index, record): (usize, &Value)| {
            let error = self.check_one(record).err()?;
            Some((index, error.at_record(index)))
        };
        records.iter().enumerate().filter_map(refusal).collect()
    }

    fn check_one(&self, record: &Value) -> Result<()> {
        let input =
            Input::records(&self.name, std::slice::from_ref(record), self.options.strictness)?;
        let meta = match self.opened() {
            Some(open) => open.meta.clone(),
            None => self.draft(&input)?,
        };
        let schema = self.grown(&meta.schema, &input)?;
        let batch = input.convert(schema.as_arrow()).map_err(|e| self.wrong(e))?;
        self.route(&meta, &input, batch).map(drop)
    }

    /// Flushes all buckets, those that fail as well as those that don't; the first error counts.
    pub(crate) async fn flush(&self) -> Result<Vec<Flushed>> {
        let Some(open) = self.opened().filter(|_| !self.is_closed()) else { return Ok(Vec::new()) };
        let all = futures::future::join_all(open.buckets.iter().map(|bucket| bucket.flush())).await;
        all.into_iter().collect()
    }

    /// Flushes one bucket.
    pub(crate) async fn flush_bucket(&self, bucket: u32) -> Result<Flushed> {
        let open = self.opened();
        let all = open.as_ref().map_or(&[][..], |open| &open.buckets);
        if let Some(writer) = all.get(bucket as usize) {
            return writer.flush().await;
        }
        let (topic, buckets) =
            (self.name.to_string(), u32::try_from(all.len()).unwrap_or(u32::MAX));
        Err(Error::BucketNotFound { topic, bucket, buckets })
    }

    /// The bucket of each row; none before the topic exists.
    pub(crate) fn buckets_of(&self, batch: &RecordBatch) -> Result<Vec<u32>> {
        let Some(open) = self.opened() else { return Ok(Vec::new()) };
        let column = &open.meta.bucket_column;
        let found = buckets_of(batch, column, open.meta.num_buckets);
        found.map_err(|e| e.in_topic(self.name.as_str(), 0, column))
    }

    /// Refuses puts from now on, and flushes. Where that fails, it stays open.
    pub(crate) async fn close(&self) -> Result<Vec<Flushed>> {
        let flushed = self.close_here().await?;
        self.opened().iter().flat_map(|o| &o.buckets).for_each(|bucket| bucket.leave_import());
        Ok(flushed)
    }

    /// As [`close`](Self::close); the import, if there is one, stays this writer's.
    pub(super) async fn close_here(&self) -> Result<Vec<Flushed>> {
        // A put that is creating the topic comes before or not at all.
        let _no_change = self.changing.lock().await;
        self.closed.store(true, Ordering::Release);
        let Some(open) = self.opened() else { return Ok(Vec::new()) };
        let all = futures::future::join_all(open.buckets.iter().map(|bucket| bucket.close())).await;
        let result: Result<Vec<Flushed>> = all.into_iter().collect();
        self.closed.store(result.is_ok(), Ordering::Release);
        result
    }

    /// Refuses puts from now on; what is buffered stays in the log, durable.
    pub(crate) async fn close_unflushed(&self) -> Result<()> {
        let _no_change = self.changing.lock().await;
        self.closed.store(true, Ordering::Release);
        let Some(open) = self.opened() else { return Ok(()) };
        let all = open.buckets.iter().map(|bucket| bucket.close_unflushed());
        futures::future::try_join_all(all).await.map(drop)
    }

    /// What opening the buckets had to mend.
    pub(crate) fn recoveries(&self) -> Vec<Recovery> {
        let open = self.opened();
        open.iter().flat_map(|open| &open.buckets).flat_map(|bucket| bucket.recoveries()).collect()
    }

    pub(crate) fn buffer_count(&self) -> u64 {
        let open = self.opened();
        open.iter().flat_map(|open| &open.buckets).map(|bucket| bucket.buffered().0).sum()
    }

    /// Converts with the topic's schema, letting it grow where there are new fields, then buffers.
    ///
    /// `upto` is the number behind the last record of an import that was looked at.
    pub(super) async fn accept(
        &self,
        input: &Input<'_>,
        full: WhenFull,
        upto: Option<u64>,
    ) -> Result<Vec<Receipt>> {
        if self.is_closed() {
            return Err(Error::Closed { topic: self.name.to_string() });
        }
        loop {
            let Some(open) = self.opened() else {
                self.create_for(input).await?;
                continue;
            };
            match input.convert(open.meta.schema.as_arrow()) {
                Ok(batch) => {
                    let routed = self.route(&open.meta, input, batch)?;
                    return append(&open, routed, full, upto).await;
                }
                Err(EncodeError::NewFields { .. }) => {
                    let grown = self.grown(&open.meta.schema, input)?;
                    // Nothing changes for records that would be refused all the same.
                    input.convert(grown.as_arrow()).map_err(|e| self.wrong(e))?;
                    self.extend(&grown).await?;
                }
                Err(error) => return Err(self.wrong(error)),
            }
        }
    }

    /// Creates the topic as these records want it, where it could take them.
    pub(super) async fn create_for(&self, input: &Input<'_>) -> Result<()> {
        let draft = self.draft(input)?;
        let batch = input.convert(draft.schema.as_arrow()).map_err(|e| self.wrong(e))?;
        self.route(&draft, input, batch)?;
        self.create(draft).await
    }

    /// The metadata that the topic would be created with.
    fn draft(&self, input: &Input<'_>) -> Result<TopicMeta> {
        let schema = match &self.options.schema {
            Some(given) => self.grown(given, input)?,
            None => input.schema().map_err(|e| e.in_topic(self.name.as_str()))?,
        };
        if schema.as_arrow().fields().is_empty() {
            return Err(Error::InvalidRecord {
                topic: self.name.to_string(),
                record: 0,
                reason: "no field has a value, so there is no column to start a topic with".into(),
            });
        }
        let column = self.options.bucket_column.as_deref();
        let meta = TopicMeta::new(self.options.num_buckets, column, schema);
        Ok(meta.keeping(self.options.retention, self.options.records))
    }

    fn grown(&self, schema: &TopicSchema, input: &Input<'_>) -> Result<TopicSchema> {
        let grown = input.schema().and_then(|own| schema.merge_new_fields(&own));
        grown.map(|grown| grown.schema).map_err(|e| e.in_topic(self.name.as_str()))
    }

    fn wrong(&self, error: EncodeError) -> Error {
        error.in_topic(self.name.as_str())
    }

    fn route(
        &self,
        meta: &TopicMeta,
        input: &Input<'_>,
        batch: RecordBatch,
    ) -> Result<Vec<(u32, RecordBatch)>> {
        let column = &meta.bucket_column;
        let lost = |record, e: RouteError| e.in_topic(self.name.as_str(), record, column);
        if meta.num_buckets.get() > 1
            && let Some(record) = input.first_without(column)
        {
            return Err(lost(record, RouteError::Missing));
        }
        split(batch, column, meta.num_buckets).map_err(|e| lost(0, e))
    }

    /// Creates the topic; where another process was faster, takes what that one created.
    async fn create(&self, draft: TopicMeta) -> Result<()> {
        let _one_at_a_time = self.changing.lock().await;
        if self.is_closed() {
            return Err(Error::Closed { topic: self.name.to_string() });
        }
        if self.opened().is_some() {
            return Ok(());
        }
        let (root, folder) = (self.catalog.root.clone(), self.folder.clone());
        let access = self.catalog.access.clone();
        let meta = blocking(move || draft.create(&root, &folder, &access)).await?;
        let home = identity(&self.folder);
        agree(&self.name, &meta, &self.options)?;
        let open = take((&self.catalog, &self.name), (meta, home), &self.options).await?;
        self.set(open);
        Ok(())
    }

    /// Lets the topic's schema grow, on disk first.
    async fn extend(&self, grown: &TopicSchema) -> Result<()> {
        let _one_at_a_time = self.changing.lock().await;
        let Some(open) = self.opened() else { return Ok(()) };
        let (folder, name, grown) = (self.folder.clone(), self.name.clone(), grown.clone());
        let (home, access) = (open.home, self.catalog.access.clone());
        let meta = blocking(move || {
            TopicMeta::update_schema(&folder, (home, &access), |on_disk| {
                let whole = on_disk.merge_new_fields(&grown);
                whole.map(|whole| whole.schema).map_err(|e| e.in_topic(name.as_str()))
            })
        })
        .await?;
        self.set(Open { meta, home, buckets: open.buckets.clone() });
        Ok(())
    }

    pub(super) fn opened(&self) -> Option<Arc<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, open: Open) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(open));
    }
}

async fn read_existing(catalog: &Catalog, name: &TopicName) -> Result<Option<TopicMeta>> {
    let (root, name, access) = (catalog.root.clone(), name.clone(), catalog.access.clone());
    blocking(move || match layout::find(&root, name.as_str())? {
        None => Ok(None),
        Some(place) if place.origin == Origin::Native => {
            TopicMeta::read(&place.folder, &access).map(Some)
        }
        Some(place) => Err(Error::ReadOnly {
            topic: name.to_string(),
            reason: format!("another program made {}", place.folder.display()),
        }),
    })
    .await
}

/// Lets the topic keep the versions and records that its opener wants.
async fn keeping(
    catalog: &Catalog,
    folder: &Path,
    meta: TopicMeta,
    options: &WriterOptions,
) -> Result<TopicMeta> {
    let (retention, records) = (options.retention, options.records);
    if meta.clone().keeping(retention, records) == meta {
        return Ok(meta);
    }
    let (folder, access) = (folder.to_path_buf(), catalog.access.clone());
    blocking(move || TopicMeta::update_kept(&folder, &access, retention, records)).await
}

/// Opens the buckets of a topic whose metadata was read in the folder that was `home`.
///
/// # Errors
/// [`TopicFault::Gone`](crate::engine::topic_fault::TopicFault::Gone) where another one is there by now.
async fn take(
    (catalog, name): (&Catalog, &TopicName),
    (meta, home): (TopicMeta, Option<Identity>),
    options: &WriterOptions,
) -> Result<Open> {
    let folder = catalog.root.join(name.as_str());
    let meta = keeping(catalog, &folder, meta, options).await?;
    let (place, access) = (folder.clone(), catalog.access.clone());
    let records =
        RuleSource::new(move || TopicMeta::read(&place, &access).map(|meta| meta.records()));
    let mut buckets = Vec::new();
    for id in 0..meta.num_buckets.get() {
        let bucket = catalog.bucket(name, layout::dataset(&folder, id), false);
        let options = options.bucket(meta.retention(), records.clone());
        buckets.push(BucketWriter::open(bucket, options).await?);
    }
    if home != identity(&folder) {
        return Err(gone(&folder));
    }
    Ok(Open { meta, home, buckets })
}
