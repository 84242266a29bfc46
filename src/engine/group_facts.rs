//! Facts about named groups, as plain values; their JSON forms are what the command line prints.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use super::clock;
use super::offset::Position;

/// A named group of a topic: where it stands, and how far it is behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupInfo {
    /// The group's name.
    pub group: String,
    /// Records behind its positions, in the buckets in which it has one.
    pub lag: u64,
    /// Each bucket in which it has a position, by number.
    pub buckets: Vec<GroupPlace>,
}

/// Where a group stands in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupPlace {
    /// The bucket's number.
    pub bucket_id: u32,
    /// Where it goes on; none where that cannot be read.
    #[serde(serialize_with = "as_position")]
    pub position: Option<Position>,
    /// The offset that the bucket's next record gets.
    pub next_offset: u64,
    /// Records from the position on; none where that is not known.
    pub lag: Option<u64>,
    /// Records between the position and the first one that is left: the topic's rule let them go, or they were deleted, before
    /// the group had read them. None where that is not known.
    pub missed: Option<u64>,
    /// When it was committed, or set.
    #[serde(serialize_with = "as_text")]
    pub committed_at: Option<DateTime<Utc>>,
    /// Why it cannot be read, where it cannot.
    pub error: Option<String>,
}

/// A group and its lag alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupLag {
    /// The group's name.
    pub group: String,
    /// Records behind its positions; none where one of these cannot be read.
    pub lag: Option<u64>,
}

impl From<&GroupInfo> for GroupLag {
    fn from(info: &GroupInfo) -> Self {
        let is_known = info.buckets.iter().all(|place| place.lag.is_some());
        Self { group: info.group.clone(), lag: is_known.then_some(info.lag) }
    }
}

#[expect(clippy::ref_option, reason = "so serde hands a field over")]
fn as_position<S: Serializer>(position: &Option<Position>, to: S) -> Result<S::Ok, S::Error> {
    match position {
        Some(position) => to.serialize_str(&position.to_string()),
        None => to.serialize_none(),
    }
}

#[expect(clippy::ref_option, reason = "so serde hands a field over")]
fn as_text<S: Serializer>(time: &Option<DateTime<Utc>>, to: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => to.serialize_str(&clock::text(*time)),
        None => to.serialize_none(),
    }
}
