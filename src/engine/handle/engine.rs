//! The engine: a root, opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::builder::EngineBuilder;
use super::changes::Changes;
use super::writer::WriterBuilder;
use crate::engine::access::Access;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::facts::{Cleaned, Compacted, Recovery, Restored, Tagging, TopicEntry};
use crate::engine::index::IndexSpec;
use crate::engine::index_facts::{Dropped, Indexed};
use crate::engine::job::Job;
use crate::engine::layout::{self, Origin, Place};
use crate::engine::metrics::Metrics;
use crate::engine::options::{At, EngineOptions, InDoubt};
use crate::engine::retention::{CleanupOptions, Retention};
use crate::engine::search::Metric;
use crate::engine::topic::{Catalog, Reader, TopicMeta};
use crate::engine::verify_facts::Verification;

/// The opened handle on a root: a folder of topics. Cheap to clone; clones share everything.
///
/// It needs a tokio runtime with time enabled. Several engines, in one process or in many, may be
/// open on one root; within a process, one engine is the better choice, as it shares caches and
/// sees buffered records.
#[derive(Clone)]
pub struct Engine(pub(super) Arc<Catalog>);

/// How an engine learns of what other processes do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchMode {
    /// By file-system events, with a poll beside them.
    Events,
    /// By a poll of this interval.
    Poll(Duration),
}

impl Engine {
    pub(super) fn new(root: PathBuf, options: EngineOptions, metrics: Option<Metrics>) -> Self {
        Self(Arc::new(Catalog::new(root, options, metrics)))
    }

    /// Opens a root with the default options; see [`EngineBuilder::open`].
    ///
    /// # Errors
    /// As [`EngineBuilder::open`].
    pub async fn open(root: impl AsRef<Path>) -> Result<Self> {
        Self::builder(root).open().await
    }

    /// Options for opening a root.
    pub fn builder(root: impl AsRef<Path>) -> EngineBuilder {
        EngineBuilder::new(root.as_ref())
    }

    /// The root, as an absolute path.
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// All topics, by name. Reads folders and `topic.json` files, and opens no dataset.
    ///
    /// Cost: a listing of the root, and a small file for each topic.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no root.
    pub async fn topics(&self) -> Result<Vec<TopicEntry>> {
        let (root, access) = (self.0.root.clone(), self.0.access.clone());
        let entry = move |place: &Place| entry(place, &access);
        blocking(move || Ok(layout::scan(&root)?.iter().map(entry).collect())).await
    }

    /// One topic.
    ///
    /// Cost: as of one topic in [`topics`](Self::topics).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such topic.
    pub async fn topic(&self, name: &str) -> Result<TopicEntry> {
        self.place(name).await.map(|place| entry(&place, &self.0.access))
    }

    /// Opens a topic for reading. Opens no dataset: a damaged one shows in the reads.
    ///
    /// Cost: a small file.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such topic.
    pub async fn reader(&self, topic: &str) -> Result<Reader> {
        let place = self.place(topic).await?;
        Reader::open(self.0.clone(), place).await
    }

    /// Which versions of a topic's buckets are kept; [`WriterBuilder::retention`] changes it.
    ///
    /// Cost: a small file.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such topic; [`Unsupported`](crate::ErrorKind::Unsupported)
    /// for one that another program made: nothing is removed from it.
    pub async fn retention(&self, topic: &str) -> Result<Retention> {
        self.own(topic, None).await?.retention().await.map(Option::unwrap_or_default)
    }

    /// Options for writing a topic.
    pub fn writer(&self, topic: &str) -> WriterBuilder {
        WriterBuilder::new(self.0.clone(), topic)
    }

    /// Mends a topic, or one of its buckets, so that it can be written again: cuts a log where it is damaged, and ends
    /// the doubt that a removed version left, as `in_doubt` says. What is taken away is kept in the log's quarantine
    /// folder, and said.
    ///
    /// A log that is only torn at its end needs no repair: opening a writer mends it.
    /// Cost: the log is read and, where it is cut, written anew; the flush lock is held meanwhile. Cancel: it may be done in part;
    /// repair again, and it goes on.
    ///
    /// # Errors
    /// [`InDoubt`](Error::InDoubt) where another program removed a version that may have been a flush, and
    /// `in_doubt` is [`InDoubt::Refuse`];
    /// [`NotFound`](crate::ErrorKind::NotFound) and [`OutOfRange`](crate::ErrorKind::OutOfRange) for
    /// what does not exist; [`Unsupported`](crate::ErrorKind::Unsupported) for a topic that another
    /// program made.
    pub async fn repair(
        &self,
        topic: &str,
        bucket: Option<u32>,
        in_doubt: InDoubt,
    ) -> Result<Vec<Recovery>> {
        self.own(topic, bucket).await?.repair(in_doubt).await
    }

    /// Reads all files of a topic, or of one bucket, through, and holds them against the checksums that were noted when they
    /// were written, as Lance has none: data, deletions, indexes, manifests, transactions, the log. Every flipped bit is
    /// found. Files that another program wrote, or that are older than their checksums, are noted where the topic is the
    /// engine's; from then on they are held against that.
    ///
    /// Cost: all bytes of the topic; `job` counts them. Cancel: [`Error::Cancelled`]; nothing is noted.
    ///
    /// # Errors
    /// Damage is no error but part of the answer. [`NotFound`](crate::ErrorKind::NotFound) and
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for what does not exist; [`Unavailable`](crate::ErrorKind::Unavailable)
    /// where a folder cannot be listed.
    pub async fn verify(
        &self,
        topic: &str,
        bucket: Option<u32>,
        job: &Job,
    ) -> Result<Vec<Verification>> {
        let reader = self.reader(topic).await?;
        let reader = bucket.map_or(Ok(reader.clone()), |bucket| reader.bucket(bucket))?;
        reader.verify(job).await
    }

    /// Goes on without the records whose files are damaged or missing, as [`verify`](Self::verify) finds them: in each bucket
    /// that has some, as a new version. Their offsets are not given again. Older versions still refer to the files, which
    /// stay; a copy of each is kept in the log's quarantine folder. What can be brought back from a copy is better
    /// brought back first.
    ///
    /// Cost: all data and deletion files of the newest versions. Cancel: buckets may be done in part.
    ///
    /// # Errors
    /// As [`repair`](Self::repair), but for doubt.
    pub async fn drop_damaged(&self, topic: &str, bucket: Option<u32>) -> Result<Vec<Recovery>> {
        self.own(topic, bucket).await?.drop_damaged().await
    }

    /// Rewrites small fragments of a topic, or of one bucket, as larger ones, and without the rows that were deleted in them:
    /// reads, scans and every later version cost less then. No record gets another offset; streams and readers notice nothing.
    /// Puts, flushes and compactions of other processes go on; of these, one a bucket at a time.
    ///
    /// Cost: what is rewritten, a fragment of a million rows or 512 MiB at a time; some tens of MiB of memory. The older
    /// versions keep the former files, so it takes disk until they are cleaned up. `job` counts records.
    /// Cancel: [`Error::Cancelled`]; fragments that were finished stay, of the one under way nothing does.
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) and [`OutOfRange`](crate::ErrorKind::OutOfRange) for what does not exist.
    /// - [`Conflict`](crate::ErrorKind::Conflict) where another process holds a lock, or another program changed the
    ///   dataset so that its log does not continue it.
    /// - [`Corrupt`](crate::ErrorKind::Corrupt) where a file is not what was written: it is not rewritten.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) for a topic that another program made, and for a dataset without
    ///   stable row ids, whose offsets would change.
    pub async fn compact(
        &self,
        topic: &str,
        bucket: Option<u32>,
        job: &Job,
    ) -> Result<Vec<Compacted>> {
        self.own(topic, bucket).await?.compact(job).await
    }

    /// Makes an index over a column of vectors in each bucket of a topic, or in one: searches with its metric then look into
    /// a part of the vectors only, and may miss some of the nearest. One over the same column with the same metric is
    /// replaced. Or one of the words of texts: searches for words then read only texts that may match, and find the same. One
    /// of words over the same column is replaced, whichever parameters it was made with. It is an index of Lance's, which
    /// pylance uses too.
    ///
    /// It covers what is persisted when it begins; everything else is found as well, compared one by one, and writers extend
    /// the index to it in the background. Puts, flushes and reads go on meanwhile; of other maintenance, one a bucket at a
    /// time. Durable when it returns. A bucket without persisted vectors, or such
    /// texts, is passed over.
    /// Below [`WORTH_AN_INDEX`](crate::WORTH_AN_INDEX) records comparing all takes little time.
    /// Cost: the column several times, and of memory 256 vectors for each partition; disk for the index, which is no larger
    /// than the column. Of words the column once, up to 1 GiB of memory, and disk for the index. `job` counts records.
    /// Cancel: [`Error::Cancelled`]; buckets that were finished have it, the others are as they were.
    ///
    /// # Errors
    /// - [`Invalid`](crate::ErrorKind::Invalid) for a column that is not there or holds no vectors, or no texts, for a metric or
    ///   partitions of words, and for a kind that cannot be over it: see [`IndexKind`](crate::IndexKind). No bucket is changed then.
    /// - [`Unavailable`](crate::ErrorKind::Unavailable) where another program changed what it covers meanwhile.
    /// - For the rest as [`compact`](Self::compact).
    pub async fn create_index(
        &self,
        topic: &str,
        bucket: Option<u32>,
        spec: &IndexSpec,
        job: &Job,
    ) -> Result<Vec<Indexed>> {
        self.own(topic, bucket).await?.create_index(spec, job).await
    }

    /// Drops the indices over a column from each bucket of a topic, or from one: all, or those of vectors with this metric.
    /// Older versions keep them. Durable when it returns. Cancel: buckets may be done in part.
    ///
    /// Cost: a commit a bucket.
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) where no bucket has one.
    /// - For the rest as [`compact`](Self::compact).
    pub async fn drop_index(
        &self,
        topic: &str,
        bucket: Option<u32>,
        column: &str,
        metric: Option<Metric>,
    ) -> Result<Vec<Dropped>> {
        self.own(topic, bucket).await?.drop_index(column, metric).await
    }

    /// Removes versions that need not be kept, and the files that only they referred to: from all buckets of a topic, or from
    /// one. Tagged versions stay, those that branches began at, those that any process reads, the head, and what the log may
    /// have to ask; of files also those that any version of a branch refers to. Branches themselves are left alone.
    ///
    /// A reader says which version it reads in a file beside the dataset, and is safe wherever it can write that. Where it
    /// cannot, it is safe for ten minutes behind the head, as far as the topic's [`Retention`] keeps so
    /// many versions, and not at all from `options` that keep fewer.
    /// Cost: a lock that keeps other maintenance out; the flush lock while names of versions go; the manifest of each version
    /// that stays. `job` counts the bytes of files.
    /// Cancel: [`Error::Cancelled`]; what is removed is removed, and what is listed can be read. Files that no version refers
    /// to any more go with the next clean-up.
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) and [`OutOfRange`](crate::ErrorKind::OutOfRange) for what does not exist;
    ///   [`Invalid`](crate::ErrorKind::Invalid) where no version is to be kept.
    /// - [`Conflict`](crate::ErrorKind::Conflict) where another process holds a lock.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) for a topic that another program made, and for a dataset with detached
    ///   versions.
    /// - [`Corrupt`](crate::ErrorKind::Corrupt) where a version that stays, or one of a branch, cannot be read: nothing goes
    ///   then.
    pub async fn cleanup(
        &self,
        topic: &str,
        bucket: Option<u32>,
        options: &CleanupOptions,
        job: &Job,
    ) -> Result<Vec<Cleaned>> {
        options.check()?;
        self.own(topic, bucket).await?.cleanup(options, job).await
    }

    /// Marks a version with a tag: in each bucket the head, or the one with this number, which is a bucket's own. What
    /// is buffered is in no version and not marked.
    ///
    /// Tags name versions in [`At::Tag`], and keep them from being cleaned up. They are durable when this
    /// returns. A bucket in which nothing was ever flushed is passed over: at the tag it is empty.
    /// Cancel: buckets may be marked in part; [`untag`](Self::untag) takes these away.
    /// Cost: a small file and some syncs a bucket.
    ///
    /// # Errors
    /// - [`Invalid`](crate::ErrorKind::Invalid) for a name that cannot be a tag, and for a version's number over several
    ///   buckets.
    /// - [`NotFound`](crate::ErrorKind::NotFound) where there is no such topic or version.
    /// - [`AlreadyExists`](crate::ErrorKind::AlreadyExists) where a bucket has the tag; no bucket is marked then.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) for a topic that another program made.
    pub async fn tag(
        &self,
        topic: &str,
        tag: &str,
        version: Option<u64>,
        bucket: Option<u32>,
    ) -> Result<Vec<Tagging>> {
        self.own(topic, bucket).await?.tag(tag, version).await
    }

    /// Takes a tag away from every bucket that has it, or from one; the versions stay. Returns what it marked.
    ///
    /// Durable when this returns. Cost: as of [`tag`](Self::tag). Cancel: it may be gone from some buckets; take it away again.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where no bucket has it, and as [`tag`](Self::tag).
    pub async fn untag(&self, topic: &str, tag: &str, bucket: Option<u32>) -> Result<Vec<Tagging>> {
        self.own(topic, bucket).await?.untag(tag).await
    }

    /// Makes the records of an older version the topic's again: as a new version in each bucket, durable when this
    /// returns. Versions in between stay, and can be restored in turn.
    ///
    /// A number is a bucket's own; a tag or a time restores every bucket. What is buffered stays buffered, and
    /// lands behind the restored records. Offsets that were given are not given again: streams go on behind the last
    /// one, and do not call back what they delivered.
    /// Cost: each bucket's flush lock, and a sync of each file of its version.
    /// Cancel, and a failure in the middle: each bucket is restored or not, those before it are.
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) where there is no such topic, version, tag or time; nothing is changed.
    /// - [`Invalid`](crate::ErrorKind::Invalid) for a version's number over several buckets.
    /// - [`Conflict`](crate::ErrorKind::Conflict) where another process holds the lock, or another program changed the
    ///   dataset so that its log does not continue it.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) for a topic that another program made.
    pub async fn restore(&self, topic: &str, at: At, bucket: Option<u32>) -> Result<Vec<Restored>> {
        self.own(topic, bucket).await?.restore(at).await
    }

    /// A topic of our own, or one bucket of it, to be changed.
    pub(super) async fn own(&self, topic: &str, bucket: Option<u32>) -> Result<Reader> {
        let place = self.own_place(topic).await?;
        let reader = Reader::open(self.0.clone(), place).await?;
        match bucket {
            Some(bucket) => reader.bucket(bucket),
            None => Ok(reader),
        }
    }

    /// Where a topic of our own lies.
    pub(super) async fn own_place(&self, topic: &str) -> Result<Place> {
        let place = self.place(topic).await?;
        if place.is_foreign() {
            let reason = format!("another program made {}", place.folder.display());
            return Err(Error::ReadOnly { topic: topic.into(), reason });
        }
        Ok(place)
    }

    /// Hints that something changed on disk, by whichever process.
    pub fn changes(&self) -> Changes {
        Changes::new(self.0.clone())
    }

    /// How it learns of what other processes do.
    pub fn watch_mode(&self) -> WatchMode {
        if self.0.hub.has_events() {
            WatchMode::Events
        } else {
            WatchMode::Poll(self.0.options.poll_interval)
        }
    }

    pub(super) async fn place(&self, name: &str) -> Result<Place> {
        let (root, topic) = (self.0.root.clone(), name.to_owned());
        blocking(move || match layout::find(&root, &topic)? {
            Some(place) => Ok(place),
            None if !root.exists() => Err(Error::RootNotFound { path: root }),
            None => Err(Error::TopicNotFound { topic, inner: layout::inner_root(&root), root }),
        })
        .await
    }
}

fn entry(place: &Place, access: &Access) -> TopicEntry {
    let buckets = match &place.origin {
        Origin::Foreign(buckets) => u32::try_from(buckets.len()).unwrap_or(u32::MAX),
        // A topic whose metadata is damaged is listed; reading it tells what is wrong.
        Origin::Native => {
            TopicMeta::read(&place.folder, access).map_or(1, |meta| meta.num_buckets.get())
        }
    };
    let foreign = matches!(place.origin, Origin::Foreign(_));
    TopicEntry { name: place.name.clone(), buckets, foreign }
}
