//! Facts about what a bucket takes on disk, as plain values; their JSON forms are what the command line prints.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use super::facts::Cleaned;
use super::index_facts::IndexInfo;

/// What a bucket takes on disk, what of it is for what, and what can be done about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BucketStorage {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The head version, 0 where the bucket has no dataset yet.
    pub version: u64,
    /// Persisted records.
    pub records: u64,
    /// What each column takes in the head's data files, in the schema's order; none where no file says it, as of the
    /// format before 2.0.
    pub columns: Vec<ColumnBytes>,
    /// Data files that were asked for that; where there are more, these speak for all.
    pub files_read: u64,
    /// Data files of the head.
    pub files: u64,
    /// The head's fragments.
    pub fragments: FragmentFacts,
    /// The head's indices, by name.
    pub indices: Vec<IndexInfo>,
    /// Versions, the newest first.
    pub versions: Vec<VersionBytes>,
    /// Older versions that were not looked at, as they and their fragments are too many.
    pub versions_left_out: u64,
    /// Bytes of the head's data files.
    pub data_bytes: u64,
    /// Bytes of the files that say which of the head's records are deleted.
    pub deletion_bytes: u64,
    /// Bytes of the head's indices.
    pub index_bytes: u64,
    /// Bytes of data, deletion and index files that the head does not need: of older versions, or of none.
    pub older_bytes: u64,
    /// Bytes of all versions' lists of files, and of what made them.
    pub manifest_bytes: u64,
    /// Bytes of the log.
    pub wal_bytes: u64,
    /// Records not yet in a version.
    pub buffer_count: u64,
    /// What a clean-up would remove now, as the topic's retention says; none where another program made the topic.
    pub cleanup: Option<Cleaned>,
    /// What to do about it, the most useful first; nothing where another program made the topic.
    pub advice: Vec<Advice>,
}

/// What a column takes on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnBytes {
    /// The column.
    pub column: String,
    /// Its type, as `lanceq schema` writes it.
    pub r#type: String,
    /// Bytes of its values, compressed as they are, fields within it included.
    pub bytes: u64,
}

/// The fragments of a version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FragmentFacts {
    /// How many there are.
    pub count: u64,
    /// Those of them that a compaction would rewrite.
    pub small: u64,
    /// How many fragments these would become.
    pub would_become: u64,
    /// Records that are deleted and still take room.
    pub deleted: u64,
}

/// What a version takes on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionBytes {
    /// The version's number.
    pub version: u64,
    /// When it was committed.
    #[serde(serialize_with = "as_text")]
    pub timestamp: DateTime<Utc>,
    /// What made it, in lower case.
    pub operation: String,
    /// Tags on it.
    pub tags: Vec<String>,
    /// Bytes of its list of files.
    pub manifest_bytes: u64,
    /// Bytes of files that came with it: the version before does not need them. None where that one was not looked at.
    pub added_bytes: Option<u64>,
    /// Bytes of files that no other version, and none of a branch, needs: they go with it. None where older ones that were not
    /// looked at may need them.
    pub only_here_bytes: Option<u64>,
}

/// Something that is worth doing, why, and the command that does it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// What to do.
    pub what: AdviceKind,
    /// Why, in a few words without a full stop.
    pub why: String,
    /// The command line that does it, but for the root.
    pub command: String,
}

/// What can be done about what a bucket takes on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AdviceKind {
    /// Persist what is buffered.
    Flush,
    /// Rewrite fragments.
    Compact,
    /// Remove versions.
    CleanUp,
    /// Build an index anew.
    Index,
}

fn as_text<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&super::clock::text(*time))
}
