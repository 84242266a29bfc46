//! How much of what is nearest an index finds, as plain values.

use std::time::Duration;

use serde::{Serialize, Serializer};

use super::index_facts::IndexUse;
use super::search::{EFFORT, Metric};

/// How [`Reader::recall`](crate::Reader::recall) tries an index.
#[derive(Debug, Clone, PartialEq)]
pub struct RecallOptions {
    pub(crate) column: String,
    pub(crate) metric: Metric,
    pub(crate) k: usize,
    pub(crate) sample: usize,
    pub(crate) effort: f64,
}

impl RecallOptions {
    /// With 100 of the vectors in `column`, and the 10 nearest to each.
    pub fn of(column: impl Into<String>) -> Self {
        let (metric, effort) = (Metric::default(), EFFORT);
        Self { column: column.into(), metric, k: 10, sample: 100, effort }
    }

    /// The metric of the index. Default [`Metric::L2`].
    #[must_use]
    pub fn metric(mut self, metric: Metric) -> Self {
        self.metric = metric;
        self
    }

    /// How many of the nearest are looked for, from 1 on. Default 10.
    #[must_use]
    pub fn k(mut self, k: usize) -> Self {
        self.k = k;
        self
    }

    /// How many vectors are tried, from 1 on; they lie evenly among the records. Default 100.
    #[must_use]
    pub fn sample(mut self, sample: usize) -> Self {
        self.sample = sample;
        self
    }

    /// As [`Search::effort`](crate::Search::effort).
    #[must_use]
    pub fn effort(mut self, effort: f64) -> Self {
        self.effort = effort;
        self
    }
}

/// How much of what is nearest a search by index finds, and how long it takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recall {
    /// The column.
    pub column: String,
    /// The metric.
    pub metric: Metric,
    /// The indices that were tried.
    pub indices: Vec<IndexUse>,
    /// How many vectors were tried.
    pub sample: usize,
    /// How many of the nearest were looked for.
    pub k: usize,
    /// The share of the nearest that was found, from 0 to 1; a record as near as the last of them counts.
    pub recall: f64,
    /// The median time of an exact search.
    #[serde(rename = "exact_ms", serialize_with = "milliseconds")]
    pub exact: Duration,
    /// The median time of a search by index.
    #[serde(rename = "index_ms", serialize_with = "milliseconds")]
    pub by_index: Duration,
}

fn milliseconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((time.as_secs_f64() * 1e6).round() / 1e3)
}
