//! The labels that a series has: few names, and of their values so many at most.

use prometheus_client::encoding::EncodeLabelSet;

/// Buckets that have series of their own, at most; also groups. Whoever makes topics by the thousand must not take the
/// memory of the one who watches them.
pub(super) const MOST: usize = 1000;

/// What stands for a topic and a bucket that have no series of their own. No topic can have this name.
const OTHER: &str = "(other)";

/// The labels of a bucket's series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
pub(super) struct Place {
    topic: String,
    bucket: String,
}

/// The label of a topic's series.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfTopic {
    pub(super) topic: String,
}

/// The labels of a group's series.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfGroup {
    pub(super) topic: String,
    pub(super) group: String,
}

impl Place {
    pub(super) fn of(topic: &str, bucket: u32) -> Self {
        Self { topic: topic.into(), bucket: bucket.to_string() }
    }

    /// Where all those are counted together that came too late for series of their own.
    pub(super) fn other() -> Self {
        Self { topic: OTHER.into(), bucket: OTHER.into() }
    }
}
