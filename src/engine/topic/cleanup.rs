//! Which versions and records of a topic are kept, and cleaning up the other versions.

use super::meta::TopicMeta;
use super::reader::Reader;
use super::writer_options::LOCK_TIMEOUT;
use crate::engine::bucket::Keeps;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::facts::Cleaned;
use crate::engine::job::Job;
use crate::engine::retention::{CleanupOptions, Retention};

impl Reader {
    /// Which versions are kept, as the topic's metadata says now; `None` where another program made it.
    pub(crate) async fn retention(&self) -> Result<Option<Retention>> {
        Ok(self.kept().await?.map(|kept| kept.versions))
    }

    /// What is kept, of versions and of records.
    pub(super) async fn kept(&self) -> Result<Option<Keeps>> {
        if self.schema.is_none() {
            return Ok(None);
        }
        let folder = self.catalog.root.join(self.name.as_str());
        let access = self.catalog.access.clone();
        let meta = blocking(move || TopicMeta::read(&folder, &access)).await?;
        Ok(Some(Keeps { versions: meta.retention(), records: meta.records() }))
    }

    /// See [`Engine::cleanup`](crate::Engine::cleanup).
    pub(crate) async fn cleanup(
        &self,
        options: &CleanupOptions,
        job: &Job,
    ) -> Result<Vec<Cleaned>> {
        let rule = options.rule(self.retention().await?.unwrap_or_default());
        let mut cleaned = Vec::new();
        for bucket in &self.buckets {
            cleaned.push(if options.dry_run {
                bucket.would_clean_up(&rule).await?
            } else {
                Box::pin(bucket.clean_up(&rule, (job, LOCK_TIMEOUT))).await?
            });
        }
        Ok(cleaned)
    }
}
