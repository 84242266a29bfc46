//! Compacting the buckets of a topic, one after the other.

use super::reader::Reader;
use super::writer_options::LOCK_TIMEOUT;
use crate::engine::error::Result;
use crate::engine::facts::Compacted;
use crate::engine::job::Job;
use crate::engine::maintenance::Tiers;

impl Reader {
    /// See [`Engine::compact`](crate::Engine::compact).
    pub(crate) async fn compact(&self, job: &Job) -> Result<Vec<Compacted>> {
        // Nothing is made so large that it would be kept for the sake of a small part of it.
        let records = self.kept().await?.map(|kept| kept.records).unwrap_or_default();
        let tiers = Tiers::default().within(&records);
        let mut done = Vec::new();
        for bucket in &self.buckets {
            done.push(bucket.compact(tiers, job, LOCK_TIMEOUT).await?);
        }
        Ok(done)
    }
}
