//! Facts about branches, as plain values; their JSON forms are what the command line prints.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use super::clock;

/// A branch of a bucket's dataset: versions that another program made beside the bucket's own, from one of them on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BranchInfo {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The branch's name.
    pub branch: String,
    /// The branch that it began on; none where it began on the bucket's own versions, and where that cannot be read.
    pub parent: Option<String>,
    /// The version that it began at, which is its first one too.
    pub parent_version: u64,
    /// When it was made, to the second; none where that is no time, and where it cannot be read.
    #[serde(serialize_with = "as_text")]
    pub created: Option<DateTime<Utc>>,
    /// Its newest version; 0 where it cannot be read.
    pub version: u64,
    /// Records in that.
    pub rows: u64,
    /// Why it cannot be read, where it cannot; beside a version and records, only its entry in the list of branches.
    pub error: Option<String>,
}

#[expect(clippy::ref_option, reason = "so serde hands a field over")]
fn as_text<S: Serializer>(time: &Option<DateTime<Utc>>, to: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => to.serialize_str(&clock::text(*time)),
        None => to.serialize_none(),
    }
}
