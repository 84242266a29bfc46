//! What a topic is opened for writing with, and whether an existing one is that.

use std::num::NonZeroU32;
use std::time::Duration;

use super::meta::TopicMeta;
use crate::engine::bucket::{BucketOptions, RuleSource};
use crate::engine::error::{Error, Result};
use crate::engine::import::Import;
use crate::engine::name::TopicName;
use crate::engine::options::{Durability, FlushPolicy};
use crate::engine::record::{Strictness, TopicSchema, type_text};
use crate::engine::record_retention::RecordRetention;
use crate::engine::retention::Retention;

/// Far longer than an append or a flush takes, short enough for a person to wait.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// What a topic is opened for writing with.
#[derive(Debug, Clone)]
pub(crate) struct WriterOptions {
    pub(crate) policy: FlushPolicy,
    pub(crate) durability: Durability,
    pub(crate) lock_timeout: Duration,
    pub(crate) num_buckets: Option<NonZeroU32>,
    pub(crate) bucket_column: Option<String>,
    pub(crate) schema: Option<TopicSchema>,
    pub(crate) strictness: Strictness,
    pub(crate) retention: Option<Retention>,
    pub(crate) records: Option<RecordRetention>,
    pub(crate) maintenance: bool,
    pub(crate) import: Option<Import>,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            policy: FlushPolicy::default(),
            durability: Durability::default(),
            lock_timeout: LOCK_TIMEOUT,
            num_buckets: None,
            bucket_column: None,
            schema: None,
            strictness: Strictness::default(),
            retention: None,
            records: None,
            maintenance: true,
            import: None,
        }
    }
}

impl WriterOptions {
    /// What a bucket is opened with, of a topic that keeps these versions, and records as is said there.
    pub(super) fn bucket(&self, retention: Retention, records: RuleSource) -> BucketOptions {
        BucketOptions {
            policy: self.policy.clone(),
            durability: self.durability,
            lock_timeout: self.lock_timeout,
            maintenance: self.maintenance,
            retention,
            records,
            import: self.import.clone(),
        }
    }
}

/// Whether a topic is what its opener takes it for.
pub(super) fn agree(name: &TopicName, meta: &TopicMeta, options: &WriterOptions) -> Result<()> {
    let differs = |what, existing: String, wanted: String| Error::TopicDiffers {
        topic: name.to_string(),
        what,
        existing,
        wanted,
    };
    if let Some(wanted) = options.num_buckets.filter(|wanted| *wanted != meta.num_buckets) {
        return Err(differs("num_buckets", meta.num_buckets.to_string(), wanted.to_string()));
    }
    if let Some(wanted) = options.bucket_column.as_ref().filter(|w| **w != meta.bucket_column) {
        return Err(differs("bucket_column", meta.bucket_column.clone(), wanted.clone()));
    }
    let wanted = options.schema.iter().flat_map(|schema| schema.as_arrow().fields());
    for field in wanted {
        if let Ok(found) = meta.schema.as_arrow().field_with_name(field.name())
            && found.data_type() != field.data_type()
        {
            let shown =
                |f: &arrow_schema::Field| format!("`{}: {}`", f.name(), type_text(f.data_type()));
            return Err(differs("column", shown(found), shown(field)));
        }
    }
    Ok(())
}
