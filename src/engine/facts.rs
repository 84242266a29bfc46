//! Facts about topics, as plain values; their JSON forms are what the command line prints.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use super::group_facts::GroupLag;
use super::name::TopicName;
use super::record_retention::RecordRetention;
use super::retention::Retention;

/// What the layout on disk says of a topic, without opening a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicEntry {
    /// The topic's name.
    pub name: TopicName,
    /// How many buckets there are; a foreign dataset is one bucket.
    pub buckets: u32,
    /// Whether another program made it: then it is opened read-only.
    pub foreign: bool,
}

/// How many records a bucket holds, and where they lie.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BucketCounts {
    /// The bucket's number.
    pub bucket_id: u32,
    /// Records, persisted and buffered.
    pub total_count: u64,
    /// Records not yet in a version.
    pub buffer_count: u64,
    /// Records in the head version.
    pub persisted_count: u64,
    /// The first record's offset.
    pub first_offset: u64,
    /// The offset that the next record gets.
    pub next_offset: u64,
    /// The head version, 0 where the bucket has no dataset yet.
    pub version: u64,
}

/// How many records a topic holds. Cheap: no file is opened but each bucket's head manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TopicCounts {
    /// Records, persisted and buffered.
    pub total_count: u64,
    /// Records not yet in a version.
    pub buffer_count: u64,
    /// Records in the head versions.
    pub persisted_count: u64,
    /// Each bucket's counts, by number.
    pub buckets: Vec<BucketCounts>,
}

/// A bucket's counts and what they cost on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BucketStats {
    /// The bucket's number.
    pub bucket_id: u32,
    /// Records, persisted and buffered.
    pub total_count: u64,
    /// Records not yet in a version.
    pub buffer_count: u64,
    /// Records in the head version.
    pub persisted_count: u64,
    /// Memory that the buffered records take.
    pub buffer_bytes: u64,
    /// The first record's offset.
    pub first_offset: u64,
    /// The offset that the next record gets.
    pub next_offset: u64,
    /// The head version, 0 where the bucket has no dataset yet.
    pub version: u64,
    /// Fragments of the head version.
    pub fragments: u64,
    /// Bytes of all files of the dataset.
    pub bytes_on_disk: u64,
    /// Bytes of the log.
    pub wal_bytes: u64,
    /// The dataset's folder.
    pub storage_path: String,
    /// What keeps its cost flat.
    pub maintenance: Maintenance,
}

/// What of a bucket's maintenance is due, and what was done of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Maintenance {
    /// What is due: `retain`, `compact`, `index` or `cleanup`; none where nothing is. A writer does it in the background, after its
    /// next flushes or, but for an index, when it is closed.
    pub due: Option<&'static str>,
    /// Versions that are kept.
    pub versions: u64,
    /// When it was last begun, by whichever process (RFC 3339).
    pub last_begun: Option<String>,
    /// What it failed with in this process, where it failed the last time.
    pub error: Option<String>,
}

/// A topic's statistics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicStats {
    /// The topic's name.
    pub topic: TopicName,
    /// Records, persisted and buffered.
    pub total_count: u64,
    /// Records not yet in a version.
    pub buffer_count: u64,
    /// Records in the head versions.
    pub persisted_count: u64,
    /// Memory that the buffered records take.
    pub buffer_bytes: u64,
    /// Which versions are kept; none where another program made the topic, as nothing is removed there.
    pub retention: Option<Retention>,
    /// What is kept of the records; none where another program made the topic.
    pub record_retention: Option<RecordRetention>,
    /// Each bucket's, by number.
    pub buckets: Vec<BucketStats>,
    /// Its groups, by name, and how far each is behind.
    pub groups: Vec<GroupLag>,
}

/// One version of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionInfo {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The version's number.
    pub version: u64,
    /// When it was committed.
    #[serde(serialize_with = "as_text")]
    pub timestamp: DateTime<Utc>,
    /// What made it, in lower case: `create`, `append`, `overwrite`, `compact`, ….
    pub operation: String,
    /// Records in it.
    pub rows: u64,
    /// Tags on it.
    pub tags: Vec<String>,
    /// The offset that the next record gets: those that came with it are from that of the version before on.
    pub next_offset: u64,
    /// Records that another program's update wrote anew with it.
    pub updated: u64,
    /// Fragments in it.
    pub fragments: u64,
    /// Bytes of its data files; none where one of them does not tell its size.
    pub bytes: Option<u64>,
}

/// A column that two states of a bucket do not have in common. Its types are written as `lanceq schema` writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ColumnChange {
    /// Only the later state has it; before, it counts as null.
    Added {
        /// The column.
        column: String,
        /// Its type.
        r#type: String,
    },
    /// Only the earlier state has it; afterwards, it counts as null.
    Removed {
        /// The column.
        column: String,
        /// Its type.
        r#type: String,
    },
    /// It has another name.
    Renamed {
        /// Its name now.
        column: String,
        /// Its name before.
        from: String,
    },
    /// It has another type. That alone changes no record.
    Retyped {
        /// The column.
        column: String,
        /// Its type before.
        from: String,
        /// Its type now.
        to: String,
    },
}

/// What differs between two states of a bucket, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffSummary {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The version before; 0 where the bucket had none yet.
    pub before: u64,
    /// The version after; 0 where the bucket had none yet.
    pub after: u64,
    /// Records that only the later one has.
    pub added: u64,
    /// Records that have other values.
    pub updated: u64,
    /// Records that only the earlier one has.
    pub deleted: u64,
    /// Columns that differ.
    pub columns: Vec<ColumnChange>,
    /// Whether records were told apart by position, as offsets are not stable in this dataset.
    pub by_position: bool,
}

/// What a flush did to one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flushed {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The version that holds the records.
    pub version: u64,
    /// How many records became persisted.
    pub rows: u64,
    /// The offset behind the last persisted record.
    pub next_offset: u64,
}

/// A version of a bucket that a tag marks, or did until it was taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tagging {
    /// The tag.
    pub tag: String,
    /// The bucket's number.
    pub bucket_id: u32,
    /// The version.
    pub version: u64,
}

/// What a restore did to one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The version whose records are the head's now.
    pub restored: u64,
    /// The head version: a new one, but where the restored one was the head already.
    pub version: u64,
    /// Persisted records before.
    pub rows_before: u64,
    /// Persisted records now.
    pub rows_after: u64,
    /// Records that are buffered still; they land behind the restored ones.
    pub buffer_count: u64,
}

/// What a clean-up removed from one bucket, or would remove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cleaned {
    /// The bucket's number.
    pub bucket_id: u32,
    /// Versions removed.
    pub versions: u64,
    /// Files removed, those that list a version's files included.
    pub files: u64,
    /// Bytes of these files.
    pub bytes: u64,
    /// Versions that are left.
    pub versions_left: u64,
    /// How many of them are only left because somebody reads them.
    pub kept_for_readers: u64,
}

/// What a compaction did to one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compacted {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The head version behind it; 0 where the bucket has no dataset yet.
    pub version: u64,
    /// Fragments before.
    pub fragments_before: u64,
    /// Fragments now.
    pub fragments_after: u64,
    /// Records that were written anew.
    pub rows: u64,
    /// Deleted records whose room is free once the older versions are cleaned up.
    pub deleted: u64,
    /// Bytes of the data files that were rewritten; older versions keep them.
    pub bytes_before: u64,
    /// Bytes of those that stand in their place.
    pub bytes_after: u64,
}

/// The acknowledgement of a put: which records of a bucket's log they are.
///
/// A log position (LSN) counts the records ever put through the log of a bucket. Where no other
/// program ever appended to the dataset, it is the offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The bucket.
    pub bucket: u32,
    /// The first record's log position.
    pub lsn: u64,
    /// How many records.
    pub rows: u64,
}

fn as_text<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&super::clock::text(*time))
}

/// Another program rewrote a dataset: offsets mean other rows now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reset {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The offset at which the stream goes on: that of the row which stands where it stood.
    pub next_offset: u64,
    /// What happened.
    pub reason: ResetReason,
}

/// What opening a bucket for writing, or repairing it, had to mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recovery {
    /// The bucket's number.
    pub bucket_id: u32,
    /// What was found and done, as one sentence without a full stop.
    pub what: String,
    /// Where what was taken away lies now.
    pub kept_in: Option<std::path::PathBuf>,
    /// How many records are lost by it; `None` where that cannot be known.
    pub records_lost: Option<u64>,
}

/// What made offsets invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResetReason {
    /// All rows were written anew, as the Python `LanceBackend` does at each flush.
    Overwritten,
    /// Rows moved in a dataset whose offsets are positions: a compaction, a delete, a restore.
    Rewritten,
    /// The dataset was removed and created again: the stream starts at its beginning.
    Recreated,
}
