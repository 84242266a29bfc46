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

/// What another program's dataset is adopted with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdoptOptions {
    /// Buckets of the topic, where some of them may have no dataset yet. Default: one more than the highest that has one.
    pub num_buckets: Option<u32>,
    /// The column whose value chooses a record's bucket. Default `id`.
    pub bucket_column: Option<String>,
}

/// What becomes of a dataset that is adopted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdoptedBy {
    /// It stays as it is, where it is.
    Staying,
    /// It has stable row ids, and gets another folder: all of its versions and tags.
    Moving,
    /// It has none, and is written anew: the records of its head, in the order of a scan.
    Rewriting,
}

/// A dataset of another program that becomes a bucket of the engine's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AdoptedBucket {
    /// The bucket's number.
    pub bucket_id: u32,
    /// Where the dataset lay.
    pub dataset: String,
    /// Records in its head.
    pub rows: u64,
    /// What becomes of it.
    pub by: AdoptedBy,
}

/// What adopting a topic of another program does, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Adoption {
    /// The topic's name.
    pub topic: TopicName,
    /// How many buckets it has then.
    pub num_buckets: u32,
    /// The column whose value chooses a record's bucket.
    pub bucket_column: String,
    /// Records in all of them.
    pub rows: u64,
    /// The datasets, by bucket.
    pub buckets: Vec<AdoptedBucket>,
    /// What the topic has not any more, and only what is put into the trash has.
    pub lost: Vec<String>,
    /// What was there before, by its name in the trash; none where it stays, and before it is done.
    pub original: Option<String>,
}

fn as_text<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&clock::text(*time))
}
