//! Facts about damage, as plain values; their JSON forms are what the command line prints.

use serde::Serialize;

/// What reading all files of a bucket through has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The bucket's number.
    pub bucket_id: u32,
    /// How many versions there are.
    pub versions: u64,
    /// Files that they refer to, and the bytes that were read of them.
    pub files: u64,
    /// See `files`.
    pub bytes: u64,
    /// Files that are what was written, by the checksum of who wrote them.
    pub as_written: u64,
    /// Files that are what they were when they were first seen: nobody noted a checksum when they were written.
    pub as_first_seen: u64,
    /// Files that nothing vouched for.
    pub unvouched: u64,
    /// Those of them whose checksums were noted now.
    pub taken_in: u64,
    /// Notes of checksums that cannot be read; what they were of counts as unvouched.
    pub damaged_notes: u64,
    /// What is damaged or missing.
    pub damage: Vec<Damage>,
}

/// A file that is damaged or missing, and what that costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The file.
    pub file: std::path::PathBuf,
    /// What it is for.
    pub kind: FileKind,
    /// What is wrong with it, without a full stop.
    pub what: String,
    /// The first offset of the records that it holds in the newest version that refers to it, where it holds any.
    pub first_offset: Option<u64>,
    /// The last one.
    pub last_offset: Option<u64>,
    /// How many records these are.
    pub records: u64,
    /// The oldest version that needs it.
    pub first_version: Option<u64>,
    /// The newest one.
    pub last_version: Option<u64>,
}

/// What a file of a bucket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FileKind {
    /// A version's list of files.
    Manifest,
    /// What made a version.
    Transaction,
    /// Records.
    Data,
    /// Which records of a data file are deleted.
    Deletion,
    /// An index.
    Index,
    /// Records that are in no version yet.
    Log,
}
