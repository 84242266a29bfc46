//! Facts about indices, as plain values; their JSON forms are what the command line prints.

use serde::Serialize;

use super::index::IndexKind;
use super::search::Metric;

/// An index of one bucket that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Indexed {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The index's name.
    pub name: String,
    /// The column that it is over.
    pub column: String,
    /// What it is of, and how it keeps it.
    pub kind: IndexKind,
    /// The metric that searches must have to use it, where it is one of vectors.
    pub metric: Option<Metric>,
    /// Parts that the vectors are divided into; none of words.
    pub partitions: Option<usize>,
    /// The version that it is in.
    pub version: u64,
    /// Records that it covers: those that were persisted when it was begun.
    pub rows: u64,
    /// Bytes of its files.
    pub bytes: u64,
    /// Whether it took the place of one over the same column with the same metric, or of words.
    pub replaced: bool,
}

/// What dropping indices did to one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The names of the indices that are gone; none where there was none.
    pub names: Vec<String>,
    /// The head version behind it; 0 where the bucket has no dataset yet.
    pub version: u64,
}

/// An index that there is in one bucket, by whichever program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexInfo {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The index's name.
    pub name: String,
    /// The column that it is over.
    pub column: String,
    /// What kind it is, in Lance's words: `IVF_PQ`, `Inverted`, `BTree`.
    pub kind: String,
    /// Its metric, where it is one of vectors.
    pub metric: Option<Metric>,
    /// Records that it covers.
    pub covered: u64,
    /// Persisted records that it does not: a search compares each.
    pub open: u64,
    /// Parts that it was built in, one after the other; each is searched.
    pub segments: u64,
    /// Bytes of its files.
    pub bytes: u64,
}

/// An index that a search asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexUse {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The index's name.
    pub name: String,
    /// What kind it is, in Lance's words.
    pub kind: String,
    /// Records that it covers; where several are asked of one bucket, those that all of them cover.
    pub covered: u64,
}

/// How records were found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FoundBy {
    /// The indices that were asked: in a bucket one, or for words one for each column that is searched; none where every
    /// vector was compared, or every text read.
    pub indices: Vec<IndexUse>,
    /// Vectors that were compared one by one, or records whose texts were read: those that no index covers, and the
    /// candidates of those that do.
    pub compared: u64,
    /// Why an index over the column was not asked, one sentence each, without a full stop.
    pub passed_over: Vec<String>,
}

impl FoundBy {
    /// Whether every vector was compared, or every text read.
    pub fn is_exact(&self) -> bool {
        self.indices.is_empty()
    }
}
