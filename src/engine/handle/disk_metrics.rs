//! What any process can tell of a root by looking, as metrics.

use super::engine::Engine;
use crate::engine::error::Result;
use crate::engine::facts::{TopicEntry, TopicStats};
use crate::engine::metrics::{DiskMetrics, MetricsFormat};

impl Engine {
    /// What can be told of all topics of the root by looking at their files, for Prometheus: records, what is buffered, bytes,
    /// versions, fragments, how far groups are behind; whichever program wrote them. What the engines of one process do,
    /// its [`Metrics`](crate::Metrics) say. Names and units stand in `docs/metrics.md`; at most 1,000 topics, as many buckets
    /// and as many groups have series, and `lanceq_left_out` says how many have none.
    ///
    /// Cost: walks all files of the root, as [`Reader::stats`](crate::Reader::stats) of each topic does. Cancel: safe to drop.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no root. A topic that cannot be read is no error but part of the
    /// answer: its `lanceq_topic_up` is 0.
    pub async fn disk_metrics(&self, format: MetricsFormat) -> Result<String> {
        let mut found = DiskMetrics::default();
        for topic in self.topics().await? {
            let name = topic.name.as_str();
            match self.stats_of(&topic).await {
                Ok(stats) => found.add(&stats),
                Err(error) => {
                    tracing::warn!(topic = name, %error, "a topic cannot be read, and is shown as down");
                    found.add_unreadable(name);
                }
            }
        }
        Ok(found.text(format))
    }

    async fn stats_of(&self, topic: &TopicEntry) -> Result<TopicStats> {
        self.reader(topic.name.as_str()).await?.stats().await
    }
}
