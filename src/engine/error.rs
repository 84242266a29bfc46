//! The one error type of the engine: what happened, as fields.

use std::error::Error as StdError;
use std::io;
use std::path::{Path, PathBuf};

pub use super::kind::ErrorKind;
use super::wording::{at_risk, branches, by_contents, holder, instead, shown};
use super::{group_fault::GroupFault, query_fault::QueryFault, topic_fault::TopicFault};

/// The engine's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The cause below an engine error; no type of the storage library shows.
pub type Source = Box<dyn StdError + Send + Sync + 'static>;

/// An error of the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file's bytes are not those that were written: something outside changed them.
    #[error("{} is damaged: its checksum is {found}; it was {expected}{}", path.display(), at_risk(*offsets))]
    Altered {
        /// The file.
        path: PathBuf,
        /// The checksum that was noted, and of how many bytes.
        expected: String,
        /// The one that it has.
        found: String,
        /// The first and the last offset of the records that it holds, where it holds any.
        offsets: Option<(u64, u64)>,
    },
    /// There is no such branch.
    #[error(
        "topic `{topic}`, bucket {bucket} has no branch `{}`{}",
        shown(branch),
        branches(others)
    )]
    BranchNotFound {
        /// The topic's name.
        topic: String,
        /// The bucket.
        bucket: u32,
        /// The branch asked for.
        branch: String,
        /// The branches that there are.
        others: Vec<String>,
    },
    /// The bucket does not exist in the topic.
    #[error("topic `{topic}` has no bucket {bucket}: its buckets are 0 to {}", buckets.saturating_sub(1))]
    BucketNotFound {
        /// The topic's name.
        topic: String,
        /// The bucket asked for.
        bucket: u32,
        /// How many buckets there are.
        buckets: u32,
    },
    /// The buffer holds as many bytes as it may, and the call was not to wait.
    #[error("topic `{topic}`, bucket {bucket}: the buffer is full ({bytes} of {limit} bytes)")]
    BufferFull {
        /// The topic's name.
        topic: String,
        /// The bucket.
        bucket: u32,
        /// Bytes buffered now.
        bytes: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The caller wished that the work ends.
    #[error("cancelled")]
    Cancelled,
    /// The writer was closed.
    #[error("the writer of topic `{topic}` is closed")]
    Closed {
        /// The topic's name.
        topic: String,
    },
    /// A dataset or a metadata file cannot be read, because its bytes are damaged.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What the reader of the bytes said.
        source: Source,
    },
    /// A named group cannot go on.
    #[error("topic `{topic}`, group `{}`: {fault}", shown(group))]
    Group {
        /// The topic's name.
        topic: String,
        /// The group's name.
        group: String,
        /// What keeps it from that.
        fault: GroupFault,
    },
    /// A dataset was not read: decoding what nothing vouches for panics, never ends, takes too much, or yields what is no value.
    #[error("{} was not read: {reason}", path.display())]
    Harmful {
        /// The dataset.
        path: PathBuf,
        /// What decoding it does.
        reason: String,
    },
    /// A file operation failed.
    #[error("could not {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// An import cannot go on.
    #[error(transparent)]
    Import(super::import::ImportFault),
    /// Another program removed a version that may have held what the log holds too.
    #[error("topic `{topic}`, bucket {bucket}: another program removed version {version}, which may have persisted {records} records that the log holds too{}", by_contents(*found))]
    InDoubt {
        /// The topic's name.
        topic: String,
        /// The bucket.
        bucket: u32,
        /// The version that is gone.
        version: u64,
        /// How many records are in doubt.
        records: u64,
        /// How many of them are rows by their contents, where that was looked for.
        found: Option<u64>,
    },
    /// There is no such index.
    #[error("topic `{topic}` has no index over `{}`{}", shown(column), instead(others))]
    IndexNotFound {
        /// The topic's name.
        topic: String,
        /// The column, and the metric where one was asked for.
        column: String,
        /// The columns that there are indexes over.
        others: Vec<String>,
    },
    /// A name cannot be used.
    #[error("`{}` is no usable {what} name: {reason}", shown(name))]
    InvalidName {
        /// What it would name: "topic", "field".
        what: &'static str,
        /// The name, as it was given.
        name: String,
        /// Why it cannot be used.
        reason: String,
    },
    /// An option has a value that it cannot have.
    #[error("`{option}` cannot be {value}: {reason}")]
    InvalidOption {
        /// The option's name.
        option: &'static str,
        /// The value given.
        value: String,
        /// Why not.
        reason: String,
    },
    /// A record cannot be put, for a reason other than one field's type.
    #[error("topic `{topic}`: record {record}: {reason}")]
    InvalidRecord {
        /// The topic's name.
        topic: String,
        /// The record's index in the call, from 0.
        record: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A schema cannot be a topic's.
    #[error("topic `{topic}`: {reason}")]
    InvalidSchema {
        /// The topic's name.
        topic: String,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// Another program changed the dataset so that what the log holds cannot be added to it.
    #[error(
        "topic `{topic}`, bucket {bucket}: another program changed the dataset in version {version}: {reason}"
    )]
    Diverged {
        /// The topic's name.
        topic: String,
        /// The bucket.
        bucket: u32,
        /// The version that does not fit.
        version: u64,
        /// What does not fit.
        reason: String,
    },
    /// A link, or a name that a file gives for another, leads out of the root, and is not followed.
    #[error("{} leads out of the root, to {}", link.display(), target.display())]
    LeadsOut {
        /// The link, or the folder of the file that has the name.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// The log is damaged before its end, so that records which were promised may be lost.
    #[error("the log {} is damaged at byte {at}: {reason}; records from log position {lsn} on are at risk", path.display())]
    LogDamaged {
        /// The segment.
        path: PathBuf,
        /// The byte at which the damage begins.
        at: u64,
        /// The log position of the first record that cannot be read.
        lsn: u64,
        /// What is wrong there.
        reason: String,
    },
    /// Another process held a lock of the bucket for longer than the caller would wait.
    #[error(
        "topic `{topic}`, bucket {bucket}: {} has held the {lock} lock for longer than {} ms",
        holder(*pid, since.as_deref()), waited.as_millis()
    )]
    Locked {
        /// The topic's name.
        topic: String,
        /// The bucket.
        bucket: u32,
        /// Which lock: "append", "flush", "maintenance".
        lock: &'static str,
        /// The process that holds it, where the lock file says so.
        pid: Option<u32>,
        /// Since when (RFC 3339), where the lock file says so.
        since: Option<String>,
        /// How long was waited.
        waited: std::time::Duration,
    },
    /// A sync failed: what was put since the last one that did not may be lost to a power cut.
    #[error("{} could not be made durable: what was put last may not survive a power cut", path.display())]
    NotDurable {
        /// The log.
        path: PathBuf,
        /// What the system said.
        source: Source,
    },
    /// A value does not fit the field's type; nothing of the call was put.
    #[error(
        "topic `{topic}`: record {record}: field `{}`: expected {expected}, found {found}",
        shown(field)
    )]
    Mismatch {
        /// The topic's name.
        topic: String,
        /// The record's index in the call, from 0.
        record: usize,
        /// The field's path, such as `usage.tokens` or `tags[3]`.
        field: String,
        /// The type the topic has for the field.
        expected: String,
        /// What the record has there.
        found: String,
    },
    /// A folder was expected.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// It is not known whether a flush happened; until the writer is opened again, nothing may rely on it.
    #[error("it is not known whether the last flush of {} happened", path.display())]
    Poisoned {
        /// The dataset.
        path: PathBuf,
        /// What went wrong.
        source: Source,
    },
    /// A query in SQL has no answer.
    #[error("the query {0}")]
    Query(QueryFault),
    /// The topic can only be read.
    #[error("topic `{topic}` can only be read: {reason}")]
    ReadOnly {
        /// The topic's name.
        topic: String,
        /// Why.
        reason: String,
    },
    /// There is no record at an offset.
    #[error("topic `{topic}` has no record {bucket}:{offset}: {reason}")]
    RecordNotFound {
        /// The topic's name.
        topic: String,
        /// The bucket asked for.
        bucket: u32,
        /// The offset asked for.
        offset: u64,
        /// Which there are instead, or what became of it.
        reason: String,
    },
    /// The root folder does not exist.
    #[error("there is no folder {}", path.display())]
    RootNotFound {
        /// The path.
        path: PathBuf,
    },
    /// The storage library failed.
    #[error("could not {action} {}", path.display())]
    Storage {
        /// What was tried, as a verb.
        action: &'static str,
        /// The dataset.
        path: PathBuf,
        /// What the storage library said.
        source: Source,
    },
    /// The tag marks a version already.
    #[error(
        "topic `{topic}`, bucket {bucket} has a tag `{tag}` already: it marks version {version}"
    )]
    TagExists {
        /// The topic's name.
        topic: String,
        /// The bucket.
        bucket: u32,
        /// The tag.
        tag: String,
        /// The version that it marks.
        version: u64,
    },
    /// There is no such tag.
    #[error("topic `{topic}` has no tag `{}`", shown(tag))]
    TagNotFound {
        /// The topic's name.
        topic: String,
        /// The tag.
        tag: String,
    },
    /// A topic cannot be made, moved or gone on with.
    #[error("topic `{}`: {fault}", shown(topic))]
    Topic {
        /// The topic's name.
        topic: String,
        /// What keeps it from that.
        fault: TopicFault,
    },
    /// The topic exists with another shape than the one asked for.
    #[error("topic `{topic}` exists with {what} {existing}, not {wanted}")]
    TopicDiffers {
        /// The topic's name.
        topic: String,
        /// What differs: `num_buckets`, `bucket_column`, `column`.
        what: &'static str,
        /// What it is.
        existing: String,
        /// What was asked for.
        wanted: String,
    },
    /// There is no such topic.
    #[error("there is no topic `{}` in {}", shown(topic), root.display())]
    TopicNotFound {
        /// The topic's name.
        topic: String,
        /// The root that was searched.
        root: PathBuf,
        /// The folder in it that has topics, where it was taken for its parent.
        inner: Option<PathBuf>,
    },
    /// It cannot be done here.
    #[error("{what} is not supported: {reason}")]
    Unsupported {
        /// What was asked for.
        what: String,
        /// Why it cannot be done.
        reason: String,
    },
    /// There is no such version, tag or point in time.
    #[error("topic `{topic}`, bucket {bucket} has no version {version}")]
    VersionNotFound {
        /// The topic's name.
        topic: String,
        /// The bucket.
        bucket: u32,
        /// The version, tag or time asked for.
        version: String,
    },
}

impl Error {
    /// The same error, of the record with this index in the call.
    pub(crate) fn at_record(mut self, index: usize) -> Self {
        if let Self::Mismatch { record, .. } | Self::InvalidRecord { record, .. } = &mut self {
            *record = index;
        }
        self
    }

    pub(crate) fn io(
        action: &'static str,
        path: impl AsRef<Path>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |source| Self::Io { action, path, source }
    }
}
