//! What is meant: pages, places, columns, versions and records, as data.

use std::sync::Arc;

use super::data::PathColumn;
use crate::TopicName;

/// A page of a bucket: rows `index * PAGE` to `(index + 1) * PAGE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PageKey {
    pub(crate) bucket: u32,
    pub(crate) index: u64,
}

/// A topic, or one bucket of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) topic: TopicName,
    pub(crate) bucket: Option<u32>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnId {
    /// One of the schema, by the name that is shown.
    Own(String),
    Inner(PathColumn),
}

impl ColumnId {
    /// Its name as it is shown.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Own(name) => name,
            Self::Inner(path) => &path.name,
        }
    }
}

/// A version that is looked at: one of a bucket's own, or one of a branch of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) branch: Option<Arc<str>>,
    pub(crate) version: u64,
}

impl Past {
    /// One of a bucket's own.
    pub(crate) fn own(version: u64) -> Self {
        Self { branch: None, version }
    }
}

/// One record's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordId {
    pub(crate) topic: TopicName,
    pub(crate) bucket: u32,
    pub(crate) offset: u64,
    /// The version at which it is looked at; none for what is there now.
    pub(crate) version: Option<Past>,
}

/// What others are to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exemplar {
    /// A record.
    Record(RecordId),
    /// Several records of a topic, by bucket and offset, as they are now: the mean of their vectors.
    Mean { topic: TopicName, records: Vec<(u32, u64)> },
}

impl Exemplar {
    /// The topic in which others are looked for.
    pub(crate) fn topic(&self) -> &TopicName {
        match self {
            Self::Record(record) => &record.topic,
            Self::Mean { topic, .. } => topic,
        }
    }

    /// The version at which they are; none for what is there now.
    pub(crate) fn version(&self) -> Option<&Past> {
        match self {
            Self::Record(record) => record.version.as_ref(),
            Self::Mean { .. } => None,
        }
    }
}

/// One bucket of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BucketId {
    pub(crate) topic: TopicName,
    pub(crate) bucket: u32,
}

/// Two versions of a bucket, the older one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Versus {
    pub(crate) bucket: BucketId,
    pub(crate) before: u64,
    pub(crate) after: u64,
}
