//! Facts about topics as wholes, as plain values; their JSON forms are what the command line prints.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use super::clock;
use super::name::TopicName;
use super::record_retention::RecordRetention;
use super::retention::Retention;

/// What goes with a topic where it is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holdings {
    /// The topic's name.
    pub topic: TopicName,
    /// How many buckets it has.
    pub buckets: u32,
    /// Records, persisted and buffered; none where that cannot be read.
    pub total_count: Option<u64>,
    /// Records not yet in a version; none where that cannot be read.
    pub buffer_count: Option<u64>,
    /// Bytes of all its files.
    pub bytes: u64,
    /// The tags of all buckets.
    pub tags: Vec<String>,
    /// The named groups that stand in it.
    pub groups: Vec<String>,
    /// Why it cannot be read, where it cannot. It can be deleted all the same.
    pub error: Option<String>,
}

/// What a topic's metadata keeps, beside its schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicOptions {
    /// The topic's name.
    pub topic: TopicName,
    /// How many buckets it has. Fixed: a record's bucket depends on it, and so does its place in the order.
    pub num_buckets: u32,
    /// The column whose value chooses a record's bucket. Fixed, as the buckets are.
    pub bucket_column: String,
    /// How often the schema has changed, counted from 1. It grows with the records that are put.
    pub schema_version: u32,
    /// Which versions of its buckets are kept; [`Engine::set_retention`](crate::Engine::set_retention) changes it.
    pub retention: Retention,
    /// Whether nobody has said which, so that it is the default of whoever maintains the topic.
    pub retention_is_default: bool,
    /// What is kept of its records; [`Engine::set_record_retention`](crate::Engine::set_record_retention) changes it.
    pub record_retention: RecordRetention,
}

/// A topic, or another program's dataset, in the trash of a root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trashed {
    /// What it is called there.
    pub name: String,
    /// What it was called before.
    pub topic: String,
    /// When it was put there.
    #[serde(serialize_with = "as_text")]
    pub deleted_at: DateTime<Utc>,
    /// Bytes of all its files.
    pub bytes: u64,
}

fn as_text<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&clock::text(*time))
}
