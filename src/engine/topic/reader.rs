//! Reads of one topic: by offset, by row number, at a version, as a stream.

use std::sync::Arc;

use arrow_schema::{Field, Schema, SchemaRef};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::catalog::Catalog;
use super::meta::TopicMeta;
use super::versions::shown;
use super::writer_options::LOCK_TIMEOUT;
use crate::engine::bucket::{Bucket, Snapshot};
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::facts::{BucketCounts, Maintenance, Recovery, TopicCounts, TopicStats};
use crate::engine::job::Job;
use crate::engine::layout::{Origin, Place, dataset};
use crate::engine::name::TopicName;
use crate::engine::options::{At, Columns, InDoubt};
use crate::engine::record::{Chunk, Needle, Page, TopicSchema, conform, takes};
use crate::engine::store::{Table, Then};
use crate::engine::verify_facts::Verification;

/// Reads one topic, or one bucket of it, at the head or at a pinned version. Cheap to clone.
///
/// A read sees everything that was put in this process before it and everything that any process
/// flushed before it, as of one moment a bucket. It never blocks a writer.
#[derive(Clone)]
pub struct Reader {
    pub(super) catalog: Arc<Catalog>,
    pub(super) name: TopicName,
    pub(super) schema: Option<TopicSchema>,
    all_buckets: u32,
    pub(super) buckets: Vec<Arc<Bucket>>,
    numbers: Vec<u32>,
    /// What each bucket was, where the reader is pinned.
    pub(super) pinned: Option<Vec<Snapshot>>,
    pub(super) columns: Columns,
    /// Conditions in SQL, all of which must hold.
    pub(super) filters: Vec<Arc<str>>,
    /// Texts, all of which a record must have.
    pub(super) texts: Vec<Needle>,
}

impl Reader {
    pub(crate) async fn open(catalog: Arc<Catalog>, place: Place) -> Result<Self> {
        let (schema, places) = match place.origin {
            Origin::Foreign(buckets) => (None, buckets),
            Origin::Native => {
                let (folder, access) = (place.folder.clone(), catalog.access.clone());
                let meta = blocking(move || TopicMeta::read(&folder, &access)).await?;
                let ids = 0..meta.num_buckets.get();
                let places = ids.map(|id| dataset(&place.folder, id)).collect();
                (Some(meta.schema), places)
            }
        };
        let is_foreign = schema.is_none();
        let buckets: Vec<_> =
            places.into_iter().map(|p| catalog.bucket(&place.name, p, is_foreign)).collect();
        let numbers: Vec<u32> = buckets.iter().map(|bucket| bucket.place.id).collect();
        let all_buckets = numbers.last().map_or(0, |last| last + 1);
        let (name, columns) = (place.name, Columns::All);
        let reader = Self {
            catalog,
            name,
            schema,
            all_buckets,
            buckets,
            numbers,
            pinned: None,
            columns,
            filters: Vec::new(),
            texts: Vec::new(),
        };
        Ok(reader)
    }

    /// The topic's name.
    pub fn topic(&self) -> &TopicName {
        &self.name
    }

    /// The buckets that it reads, by number.
    pub fn buckets(&self) -> &[u32] {
        &self.numbers
    }

    /// The same reader for one bucket.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) where there is no such bucket.
    pub fn bucket(&self, bucket: u32) -> Result<Self> {
        self.only(&[bucket])
    }

    /// The same reader for some of its buckets.
    pub(super) fn only(&self, wanted: &[u32]) -> Result<Self> {
        if let Some(bucket) = wanted.iter().copied().find(|bucket| !self.numbers.contains(bucket)) {
            let (topic, buckets) = (self.name.to_string(), self.all_buckets);
            return Err(Error::BucketNotFound { topic, bucket, buckets });
        }
        let is_wanted =
            |index: &usize| self.numbers.get(*index).is_some_and(|number| wanted.contains(number));
        let chosen: Vec<usize> = (0..self.numbers.len()).filter(is_wanted).collect();
        let then = |all: &Vec<Snapshot>| of(all, &chosen);
        Ok(Self {
            buckets: of(&self.buckets, &chosen),
            numbers: of(&self.numbers, &chosen),
            pinned: self.pinned.as_ref().map(then),
            ..self.clone()
        })
    }

    /// The same reader at a version, a tag or a time; what is put later does not show in it.
    ///
    /// Cost: one manifest a bucket; for a time, O(log versions) of them.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where a bucket has no such version, and
    /// [`Invalid`](crate::ErrorKind::Invalid) for a version's number over several buckets: numbers
    /// are a bucket's own.
    pub async fn at(&self, at: At) -> Result<Self> {
        if matches!(at, At::Version(_)) && self.buckets.len() > 1 {
            return Err(Error::InvalidOption {
                option: "version",
                value: shown(&at),
                reason: "version numbers are a bucket's own; choose a bucket, a tag or a time"
                    .into(),
            });
        }
        let mut then = Vec::new();
        for bucket in &self.buckets {
            then.push(match self.table_at(bucket, &at).await? {
                Some(table) => match bucket.pinned(table) {
                    Some(pinned) => pinned,
                    None => return Err(self.not_found(bucket, &at).await),
                },
                None => Snapshot::pinned(None),
            });
        }
        for (bucket, found) in self.buckets.iter().zip(&then) {
            if found.table().is_none() && !self.was_empty(bucket, &at, &then).await? {
                return Err(self.not_found(bucket, &at).await);
            }
        }
        Ok(Self { pinned: Some(then), ..self.clone() })
    }

    /// Whether a bucket had no version at a place that others have: it may have come into being later.
    async fn was_empty(&self, bucket: &Bucket, at: &At, others: &[Snapshot]) -> Result<bool> {
        if others.iter().all(|other| other.table().is_none()) {
            return Ok(false);
        }
        match at {
            At::Version(_) => Ok(false),
            At::Time(_) => Ok(true),
            At::Tag(tag) => self.is_younger(&bucket.snapshot().await?, tag, others).await,
        }
    }

    /// The schema of what it reads.
    ///
    /// Cost: two `stat` calls a bucket where nothing changed.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for chosen columns that are not there.
    pub async fn schema(&self) -> Result<SchemaRef> {
        let whole = self.whole_schema(&self.snapshots().await?);
        self.chosen(&whole)
    }

    /// Up to `limit` records with offsets from `offset` on, bucket after bucket, each bucket from
    /// `offset`. Beyond the end there are none.
    ///
    /// Shape: batches of the reader's [`schema`](Self::schema), with their offsets.
    /// Cost: the records read, wherever they lie and however many versions there are.
    /// Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// [`Corrupt`](crate::ErrorKind::Corrupt) where a dataset cannot be read.
    pub async fn get(&self, offset: u64, limit: usize) -> Result<Page> {
        let snapshots = self.snapshots_to_read().await?;
        let schema = self.chosen(&self.whole_schema(&snapshots))?;
        let selection = self.selection(&snapshots)?;
        let mut page = Page::default();
        for (bucket, snapshot) in self.buckets.iter().zip(&snapshots) {
            let left = limit - page.len();
            if left == 0 {
                break;
            }
            let (topic, id) = (&self.name, bucket.place.id);
            let span = tracing::debug_span!("get", %topic, bucket = id, offset, records = Empty, bytes = Empty);
            let before = (!span.is_disabled()).then(|| bucket.read_counts());
            let read = snapshot.select(bucket, offset, left, &selection);
            let chunks = read.instrument(span.clone()).await?;
            bucket.meters().inspect(|meters| meters.got());
            if let Some(before) = before {
                span.record(
                    "records",
                    chunks.iter().map(|chunk| chunk.offsets.len()).sum::<usize>(),
                );
                span.record("bytes", (bucket.read_counts() - before).bytes);
            }
            page.chunks.extend(chunks);
        }
        self.uniform(page, &schema)
    }

    /// How many records there are, whether they match a filter or not. Cost: two `stat` calls a bucket where nothing changed;
    /// of a bucket whose first fragment has deleted records, which of these live, once.
    ///
    /// # Errors
    /// [`Corrupt`](crate::ErrorKind::Corrupt) where a dataset is damaged, [`Unavailable`](crate::ErrorKind::Unavailable) where it cannot be
    /// reached now.
    pub async fn counts(&self) -> Result<TopicCounts> {
        let mut counts = TopicCounts::default();
        for (bucket, snapshot) in self.buckets.iter().zip(&self.snapshots().await?) {
            let found = bucket_counts(bucket, snapshot).await?;
            counts.total_count += found.total_count;
            counts.buffer_count += found.buffer_count;
            counts.persisted_count += found.persisted_count;
            counts.buckets.push(found);
        }
        Ok(counts)
    }

    /// Counts, and what they cost on disk. Cost: walks all files of the topic.
    ///
    /// # Errors
    /// As [`counts`](Self::counts).
    pub async fn stats(&self) -> Result<TopicStats> {
        let snapshots = self.snapshots().await?;
        let (name, kept) = (self.name.clone(), self.kept().await?);
        let mut parts = Vec::new();
        for (bucket, snapshot) in self.buckets.iter().zip(snapshots) {
            let (upkeep, first) =
                (bucket.upkeep(&snapshot, kept).await?, snapshot.first_offset().await?);
            parts.push((bucket.clone(), snapshot, upkeep, first));
        }
        let groups = self.groups().await?.iter().map(Into::into).collect();
        blocking(move || super::stats::topic_stats((name, kept, groups), &parts)).await
    }

    /// What of each bucket's maintenance is due, and when any was last begun; by number of the bucket.
    ///
    /// Cost: the head's manifest and its indices, and a listing of the versions; no walk over files, unlike
    /// [`stats`](Self::stats).
    ///
    /// # Errors
    /// As [`counts`](Self::counts).
    pub async fn maintenance(&self) -> Result<Vec<Maintenance>> {
        let (snapshots, kept) = (self.snapshots().await?, self.kept().await?);
        let mut found = Vec::new();
        for (bucket, snapshot) in self.buckets.iter().zip(&snapshots) {
            found.push(bucket.upkeep(snapshot, kept).await?);
        }
        Ok(found)
    }

    /// See [`Engine::repair`](crate::Engine::repair).
    pub(crate) async fn repair(&self, in_doubt: InDoubt) -> Result<Vec<Recovery>> {
        let mut mended = Vec::new();
        for bucket in &self.buckets {
            mended.extend(bucket.repair(in_doubt, LOCK_TIMEOUT).await?);
        }
        Ok(mended)
    }

    /// See [`Engine::drop_damaged`](crate::Engine::drop_damaged).
    pub(crate) async fn drop_damaged(&self) -> Result<Vec<Recovery>> {
        let mut dropped = Vec::new();
        for bucket in &self.buckets {
            dropped.extend(Box::pin(bucket.drop_damaged(LOCK_TIMEOUT)).await?);
        }
        Ok(dropped)
    }

    /// See [`Engine::verify`](crate::Engine::verify).
    pub(crate) async fn verify(&self, job: &Job) -> Result<Vec<Verification>> {
        let mut found = Vec::new();
        for bucket in &self.buckets {
            found.push(bucket.verify(job).await?);
        }
        Ok(found)
    }

    pub(super) async fn snapshots(&self) -> Result<Vec<Snapshot>> {
        if let Some(pinned) = &self.pinned {
            return Ok(pinned.clone());
        }
        futures::future::try_join_all(self.buckets.iter().map(|bucket| bucket.snapshot())).await
    }

    /// As [`snapshots`](Self::snapshots), for who reads records.
    pub(super) async fn snapshots_to_read(&self) -> Result<Vec<Snapshot>> {
        if let Some(pinned) = &self.pinned {
            return Ok(pinned.clone());
        }
        let all = self.buckets.iter().map(|bucket| bucket.snapshot_to_read());
        futures::future::try_join_all(all).await
    }

    pub(super) async fn table_at(&self, bucket: &Bucket, at: &At) -> Result<Option<Table>> {
        let head = bucket.snapshot().await?;
        let Some(head) = head.table() else { return Ok(None) };
        match at {
            At::Version(version) => head.at_version(*version).await,
            At::Tag(tag) => head.at_tag(tag).await,
            At::Time(time) => match head.at_time(*time).await? {
                Then::Table(table) => Ok(Some(*table)),
                Then::Nothing => Ok(None),
                Then::Removed => Err(self.not_found(bucket, at).await),
            },
        }
    }

    /// All columns of all buckets: one that was written to last may have new ones before others, and
    /// another program may have made one wider than the topic says.
    pub(super) fn whole_schema(&self, snapshots: &[Snapshot]) -> SchemaRef {
        let tables: Vec<SchemaRef> = snapshots.iter().filter_map(Snapshot::schema).collect();
        let first = match (&self.schema, &self.pinned) {
            (Some(schema), None) => schema.as_arrow().clone(),
            _ => tables.first().cloned().unwrap_or_else(|| Arc::new(Schema::empty())),
        };
        let mut fields: Vec<Arc<Field>> = first.fields().to_vec();
        for field in tables.iter().flat_map(|table| table.fields()) {
            match fields.iter_mut().find(|known| known.name() == field.name()) {
                None => fields.push(field.clone()),
                Some(known) if !takes(known, field) && takes(field, known) => {
                    *known = field.clone();
                }
                Some(_) => {}
            }
        }
        if fields.as_slice() == &first.fields()[..] { first } else { Arc::new(Schema::new(fields)) }
    }

    /// Gives every chunk the same columns.
    pub(super) fn uniform(&self, mut page: Page, schema: &SchemaRef) -> Result<Page> {
        for chunk in &mut page.chunks {
            if chunk.batch.num_columns() != schema.fields().len() || self.buckets.len() > 1 {
                *chunk = self.conformed(chunk, schema)?;
            }
        }
        Ok(page)
    }

    pub(super) fn conformed(&self, chunk: &Chunk, schema: &SchemaRef) -> Result<Chunk> {
        let batch = conform(&chunk.batch, schema).map_err(|e| e.in_topic(self.name.as_str()))?;
        Ok(Chunk { batch, ..chunk.clone() })
    }
}

/// Those with these indices.
fn of<T: Clone>(all: &[T], chosen: &[usize]) -> Vec<T> {
    chosen.iter().filter_map(|index| all.get(*index).cloned()).collect()
}

async fn bucket_counts(bucket: &Bucket, snapshot: &Snapshot) -> Result<BucketCounts> {
    Ok(BucketCounts {
        bucket_id: bucket.place.id,
        total_count: snapshot.rows(),
        buffer_count: snapshot.buffered_rows(),
        persisted_count: snapshot.persisted_rows(),
        first_offset: snapshot.first_offset().await?,
        next_offset: snapshot.end(),
        version: snapshot.table().map_or(0, Table::version),
    })
}
