//! What any process can tell of a root by looking at its files, as metrics.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::levels::signed;
use super::place::{MOST, OfGroup, OfTopic, Place};
use super::text::{MetricsFormat, text};
use crate::engine::facts::{BucketStats, TopicStats};
use crate::engine::group_facts::GroupLag;

type Gauges<L> = Family<L, Gauge>;

/// What was found of the topics of a root.
#[derive(Debug, Default)]
pub(crate) struct DiskMetrics {
    records: Family<Place, Counter>,
    buffer_size: Gauges<Place>,
    buffer_bytes: Gauges<Place>,
    wal_bytes: Gauges<Place>,
    disk_bytes: Gauges<Place>,
    head_version: Gauges<Place>,
    versions: Gauges<Place>,
    fragments: Gauges<Place>,
    maintenance_due: Gauges<Place>,
    topic_up: Gauges<OfTopic>,
    group_lag: Gauges<OfGroup>,
    group_up: Gauges<OfGroup>,
    left_out: Gauge,
    buckets: usize,
    groups: usize,
    topics: usize,
}

impl DiskMetrics {
    /// Takes a topic that can be read.
    pub(crate) fn add(&mut self, stats: &TopicStats) {
        self.topic(stats.topic.as_str(), true);
        for bucket in &stats.buckets {
            if has_room(&mut self.buckets, &self.left_out) {
                self.bucket(&Place::of(stats.topic.as_str(), bucket.bucket_id), bucket);
            }
        }
        for group in &stats.groups {
            if has_room(&mut self.groups, &self.left_out) {
                self.group(stats.topic.as_str(), group);
            }
        }
    }

    /// Takes a topic that cannot.
    pub(crate) fn add_unreadable(&mut self, topic: &str) {
        self.topic(topic, false);
    }

    fn topic(&mut self, topic: &str, is_up: bool) {
        if has_room(&mut self.topics, &self.left_out) {
            set(&self.topic_up, &OfTopic { topic: topic.into() }, is_up.into());
        }
    }

    fn bucket(&self, place: &Place, stats: &BucketStats) {
        let persisted = stats.next_offset.saturating_sub(stats.buffer_count);
        self.records.get_or_create_owned(place).inc_by(persisted);
        set(&self.buffer_size, place, stats.buffer_count);
        set(&self.buffer_bytes, place, stats.buffer_bytes);
        set(&self.wal_bytes, place, stats.wal_bytes);
        set(&self.disk_bytes, place, stats.bytes_on_disk);
        set(&self.head_version, place, stats.version);
        set(&self.versions, place, stats.maintenance.versions);
        set(&self.fragments, place, stats.fragments);
        set(&self.maintenance_due, place, stats.maintenance.due.is_some().into());
    }

    fn group(&self, topic: &str, group: &GroupLag) {
        let labels = OfGroup { topic: topic.into(), group: group.group.clone() };
        set(&self.group_up, &labels, group.lag.is_some().into());
        if let Some(lag) = group.lag {
            set(&self.group_lag, &labels, lag);
        }
    }

    /// All of it as one text.
    pub(crate) fn text(self, format: MetricsFormat) -> String {
        let mut registry = Registry::default();
        let mut bytes =
            |name, help, family| registry.register_with_unit(name, help, Unit::Bytes, family);
        bytes("persisting_buffer", "Bytes buffered, as Arrow", self.buffer_bytes);
        bytes("persisting_wal_size", "Bytes of the log on disk", self.wal_bytes);
        bytes("lanceq_disk_size", "Bytes of the dataset on disk, all versions", self.disk_bytes);
        let help = "Records ever persisted, by whichever program";
        registry.register("persisting_records", help, self.records);
        let mut gauge = |name, help, family| registry.register(name, help, family);
        gauge("persisting_buffer_size", "Records buffered, by whichever process", self.buffer_size);
        gauge("lanceq_head_version", "The newest version", self.head_version);
        gauge("lanceq_versions", "Versions that are kept", self.versions);
        gauge("lanceq_fragments", "Fragments of the newest version", self.fragments);
        gauge("lanceq_maintenance_due", "Whether maintenance is due", self.maintenance_due);
        registry.register("lanceq_topic_up", "Whether the topic can be read", self.topic_up);
        let help = "Records between where the group committed and the end";
        registry.register("lanceq_group_lag_records", help, self.group_lag);
        registry.register(
            "lanceq_group_up",
            "Whether the group's position can be read",
            self.group_up,
        );
        let help = "Topics, buckets and groups that have no series here, as there are too many";
        registry.register("lanceq_left_out", help, self.left_out);
        text(&registry, format)
    }
}

/// Whether another one may have series; else counts it as left out.
fn has_room(count: &mut usize, left_out: &Gauge) -> bool {
    if *count < MOST {
        *count += 1;
        return true;
    }
    left_out.inc();
    false
}

fn set<L>(family: &Gauges<L>, labels: &L, value: u64)
where
    L: EncodeLabelSet + Clone + std::hash::Hash + Eq,
{
    family.get_or_create_owned(labels).set(signed(value));
}
