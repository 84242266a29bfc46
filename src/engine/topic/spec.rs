//! What a topic is made with.

use std::num::NonZeroU32;

use super::meta::{MAX_BUCKETS, TopicMeta};
use crate::engine::error::{Error, Result};
use crate::engine::name::TopicName;
use crate::engine::record::{TopicSchema, is_routable, type_text};
use crate::engine::record_retention::RecordRetention;
use crate::engine::retention::Retention;

/// What a topic is made with: see [`Engine::create_topic`](crate::Engine::create_topic).
#[derive(Debug, Clone)]
#[must_use = "a topic is made by `Engine::create_topic`"]
pub struct TopicSpec {
    schema: TopicSchema,
    num_buckets: u32,
    bucket_column: Option<String>,
    retention: Option<Retention>,
    records: Option<RecordRetention>,
}

impl TopicSpec {
    /// Columns of the topic, which may be none: it grows with the records that are put. One bucket.
    pub fn of(schema: TopicSchema) -> Self {
        Self { schema, num_buckets: 1, bucket_column: None, retention: None, records: None }
    }

    /// Buckets, 1 to 4096. Default 1. They can never be changed.
    pub fn num_buckets(mut self, buckets: u32) -> Self {
        self.num_buckets = buckets;
        self
    }

    /// The column whose value chooses a record's bucket. Default `id`. It can never be changed.
    pub fn bucket_column(mut self, column: impl Into<String>) -> Self {
        self.bucket_column = Some(column.into());
        self
    }

    /// Which versions of its buckets are kept. Default: [`Retention::default`], whatever that is later.
    pub fn retention(mut self, retention: Retention) -> Self {
        self.retention = Some(retention);
        self
    }

    /// What is kept of its records. Default: all.
    pub fn record_retention(mut self, rule: RecordRetention) -> Self {
        self.records = Some(rule);
        self
    }

    /// The metadata of a topic that is made with it.
    pub(super) fn meta(&self, topic: &TopicName) -> Result<TopicMeta> {
        let buckets = bucket_count(self.num_buckets)?;
        self.retention.map_or(Ok(()), |retention| retention.check())?;
        self.records.map_or(Ok(()), |rule| rule.check())?;
        let column = self.bucket_column.as_deref();
        let meta = TopicMeta::new(Some(buckets), column, self.schema.clone());
        let meta = meta.keeping(self.retention, self.records);
        let field = meta.schema.as_arrow().field_with_name(&meta.bucket_column);
        match field {
            Ok(field) if buckets.get() > 1 && !is_routable(field.data_type()) => {
                let (name, found) = (field.name(), type_text(field.data_type()));
                let reason = format!("`{name}` is to choose the bucket, and cannot: it is {found}");
                Err(Error::InvalidSchema { topic: topic.to_string(), reason })
            }
            _ => Ok(meta),
        }
    }
}

/// A number of buckets that a topic may have.
pub(crate) fn bucket_count(buckets: u32) -> Result<NonZeroU32> {
    let count = NonZeroU32::new(buckets).filter(|count| count.get() <= MAX_BUCKETS);
    count.ok_or_else(|| Error::InvalidOption {
        option: "num_buckets",
        value: buckets.to_string(),
        reason: format!("a topic has 1 to {MAX_BUCKETS} buckets"),
    })
}
