//! The metrics of a process: what its engines count, as one text.

use std::fmt;
use std::sync::{Arc, Weak};

use prometheus_client::registry::Registry;

use super::levels::{Levels, Watched};
use super::meters::{Families, Meters};
use super::place::Place;
use super::text::{MetricsFormat, text};
use crate::engine::tally::Tally;

/// What the engines of this process count, for Prometheus. Cheap to clone; clones share everything.
///
/// Give it to [`EngineBuilder::metrics`](crate::EngineBuilder::metrics), and serve [`text`](Self::text) where a scraper looks.
/// Counts are those of this process, from zero on. Series have the labels `topic` and `bucket`; at most 1,000 buckets have
/// series of their own, all others are counted together as topic and bucket `(other)`. The names, their units and alerts to
/// start from stand in `docs/metrics.md`.
///
/// No type of the crate that writes the text is in the public API, so that its releases are none of yours; whoever keeps a
/// registry of their own serves this text at a path of its own.
///
/// Cost: of a put, three atomic additions; of anything else, less beside what it does; of the text, microseconds a bucket.
///
/// ```
/// use lanceq::{Engine, Metrics, MetricsFormat};
/// use serde_json::json;
///
/// # #[tokio::main]
/// # async fn main() -> lanceq::Result<()> {
/// # let folder = tempfile::tempdir().unwrap();
/// let metrics = Metrics::new();
/// let engine = Engine::builder(folder.path()).metrics(metrics.clone()).open().await?;
/// let writer = engine.writer("events").open().await?;
/// writer.put(json!({"id": "1"})).await?;
/// writer.close().await?;
///
/// let text = metrics.text(MetricsFormat::Plain);
/// assert!(text.contains("persisting_records_total{topic=\"events\",bucket=\"0\"} 1\n"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    families: Families,
    levels: Levels,
}

impl Metrics {
    /// Counts that begin at zero.
    pub fn new() -> Self {
        let mut registry = Registry::default();
        let families = Families::in_registry(&mut registry);
        let levels = Levels::default();
        registry.register_collector(Box::new(levels.clone()));
        Self(Arc::new(Inner { registry, families, levels }))
    }

    /// All of them as one text, as of now.
    pub fn text(&self, format: MetricsFormat) -> String {
        text(&self.0.registry, format)
    }

    /// The counts of a bucket.
    pub(crate) fn meters(&self, topic: &str, bucket: u32) -> Arc<Meters> {
        self.0.levels.meters(&self.0.families, Place::of(topic, bucket))
    }

    /// Looks at a bucket whenever the text is asked for.
    pub(crate) fn watch(
        &self,
        (topic, bucket): (&str, u32),
        watched: Weak<dyn Watched>,
        tally: Arc<Tally>,
    ) {
        self.0.levels.watch(Place::of(topic, bucket), watched, tally);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::levels::Level;
    use super::super::place::MOST;
    use super::*;

    struct Full(u64);

    impl Watched for Full {
        fn level(&self) -> Level {
            Level { buffered: self.0, version: 7, ..Level::default() }
        }
    }

    fn line<'t>(text: &'t str, start: &str) -> Option<&'t str> {
        text.lines().find(|line| line.starts_with(start))
    }

    #[test]
    fn buckets_behind_the_most_are_counted_together_and_nothing_is_lost() {
        let metrics = Metrics::new();
        for number in 0..MOST + 7 {
            metrics.meters(&format!("t{number}"), 0).put(2, 10);
        }
        let text = metrics.text(MetricsFormat::Plain);
        let puts = text.lines().filter(|line| line.starts_with("lanceq_puts_total{"));
        assert_eq!(puts.count(), MOST + 1);
        let other = "lanceq_put_records_total{topic=\"(other)\",bucket=\"(other)\"} 14";
        assert_eq!(line(&text, other), Some(other));
    }

    #[test]
    fn two_roots_with_one_topic_make_one_series_and_what_is_dropped_is_looked_at_no_more() {
        let metrics = Metrics::new();
        metrics.meters("t", 0);
        let full = [Full(3), Full(4)].map(Arc::new);
        for one in &full {
            let watched: Arc<dyn Watched> = one.clone();
            metrics.watch(("t", 0), Arc::downgrade(&watched), Arc::default());
        }
        let name = "persisting_buffer_size{topic=\"t\",bucket=\"0\"} ";
        assert_eq!(line(&metrics.text(MetricsFormat::Plain), name), Some(&*format!("{name}7")));
        drop(full);
        assert_eq!(line(&metrics.text(MetricsFormat::Plain), name), Some(&*format!("{name}0")));
    }

    #[test]
    fn what_was_read_stays_counted_when_its_bucket_is_dropped() {
        let metrics = Metrics::new();
        metrics.meters("t", 0);
        for bytes in [100, 20] {
            let (watched, tally) = (Arc::new(Full(0)), Arc::new(Tally::default()));
            let watched: Arc<dyn Watched> = watched;
            metrics.watch(("t", 0), Arc::downgrade(&watched), tally.clone());
            tally.decoded(bytes);
        }
        let read = "lanceq_read_bytes_total{topic=\"t\",bucket=\"0\"} 120";
        assert_eq!(line(&metrics.text(MetricsFormat::Plain), read), Some(read));
    }

    #[test]
    fn a_stream_is_open_until_it_is_dropped() {
        let metrics = Metrics::new();
        let open = metrics.meters("t", 0).opened();
        let name = "lanceq_streams_open{topic=\"t\",bucket=\"0\"} ";
        assert_eq!(line(&metrics.text(MetricsFormat::Plain), name), Some(&*format!("{name}1")));
        drop(open);
        assert_eq!(line(&metrics.text(MetricsFormat::Plain), name), Some(&*format!("{name}0")));
    }
}
