//! Compacting the buckets of a topic, one after the other.

use super::reader::Reader;
use super::writer_options::LOCK_TIMEOUT;
use crate::engine::error::Result;
use crate::engine::facts::Compacted;
use crate::engine::job::Job;

impl Reader {
    /// See [`Engine::compact`](crate::Engine::compact).
    pub(crate) async fn compact(&self, job: &Job) -> Result<Vec<Compacted>> {
        let mut done = Vec::new();
        for bucket in &self.buckets {
            done.push(bucket.compact(job, LOCK_TIMEOUT).await?);
        }
        Ok(done)
    }
}
