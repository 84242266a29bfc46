//! Which records of a topic are kept, and letting the others go, one bucket after the other.

use super::meta::TopicMeta;
use super::reader::Reader;
use super::writer_options::LOCK_TIMEOUT;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::job::Job;
use crate::engine::record_retention::{RecordRetention, RetainOptions, Retained};

impl Reader {
    /// See [`Engine::record_retention`](crate::Engine::record_retention).
    pub(crate) async fn record_retention(&self) -> Result<RecordRetention> {
        Ok(self.kept().await?.map(|kept| kept.records).unwrap_or_default())
    }

    /// See [`Engine::set_record_retention`](crate::Engine::set_record_retention).
    pub(crate) async fn set_record_retention(&self, rule: RecordRetention) -> Result<()> {
        let folder = self.catalog.root.join(self.name.as_str());
        let access = self.catalog.access.clone();
        blocking(move || TopicMeta::update_kept(&folder, &access, None, Some(rule)).map(drop)).await
    }

    /// See [`Engine::retain`](crate::Engine::retain).
    pub(crate) async fn retain(&self, options: &RetainOptions, job: &Job) -> Result<Vec<Retained>> {
        let rule = match options.rule {
            Some(rule) => rule,
            None => self.record_retention().await?,
        };
        let mut done = Vec::new();
        for bucket in &self.buckets {
            done.push(if options.dry_run {
                bucket.would_retain(&rule).await?
            } else {
                Box::pin(bucket.retain(&rule, (job, LOCK_TIMEOUT))).await?
            });
        }
        Ok(done)
    }
}
