//! What is not counted but looked at when somebody asks: how full a bucket is, and what its reads have cost.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::{MetricType, TypedMetric};
use prometheus_client::registry::Unit;

use super::meters::{Families, Meters};
use super::place::{MOST, Place};
use crate::engine::tally::{ReadCounts, Tally};

/// A bucket as this process sees it now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) buffered: u64,
    pub(crate) buffered_bytes: u64,
    pub(crate) log_bytes: u64,
    pub(crate) version: u64,
    pub(crate) fragments: u64,
}

/// What can be looked at. Neither waits nor reads a file.
pub(crate) trait Watched: Send + Sync {
    fn level(&self) -> Level;
}

/// The buckets that this process has touched, by their labels.
#[derive(Clone, Default)]
pub(super) struct Levels(Arc<Mutex<BTreeMap<Place, Seen>>>);

struct Seen {
    meters: Arc<Meters>,
    watched: Vec<Weak<dyn Watched>>,
    tallies: Vec<Arc<Tally>>,
    /// What was read by those that nobody has any more.
    retired: ReadCounts,
}

impl Levels {
    /// The counts of a bucket; of all further ones together, once there are too many.
    pub(super) fn meters(&self, families: &Families, place: Place) -> Arc<Meters> {
        let mut all = self.all();
        let place = kept(&all, place);
        let new = || Seen {
            meters: Arc::new(families.meters(&place)),
            watched: Vec::new(),
            tallies: Vec::new(),
            retired: ReadCounts::default(),
        };
        all.entry(place.clone()).or_insert_with(new).meters.clone()
    }

    /// Looks at a bucket from now on, for as long as somebody has it.
    pub(super) fn watch(&self, place: Place, bucket: Weak<dyn Watched>, tally: Arc<Tally>) {
        let mut all = self.all();
        let place = kept(&all, place);
        let Some(seen) = all.get_mut(&place) else { return };
        seen.forget();
        seen.watched.push(bucket);
        seen.tallies.push(tally);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Place, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Each bucket's level and what it has read.
    fn look(&self) -> Vec<(Place, Level, ReadCounts)> {
        let mut all = self.all();
        let look = |(place, seen): (&Place, &mut Seen)| (place.clone(), seen.level(), seen.read());
        all.iter_mut().map(look).collect()
    }
}

fn kept(all: &BTreeMap<Place, Seen>, place: Place) -> Place {
    if all.contains_key(&place) || all.len() < MOST { place } else { Place::other() }
}

impl Seen {
    /// Lets go of buckets that nobody has any more, and keeps what they have read.
    fn forget(&mut self) {
        self.watched.retain(|bucket| bucket.strong_count() > 0);
        let (gone, held): (Vec<_>, Vec<_>) =
            self.tallies.drain(..).partition(|tally| Arc::strong_count(tally) == 1);
        self.tallies = held;
        self.retired = gone.iter().fold(self.retired, |sum, tally| sum + tally.counts());
    }

    fn level(&self) -> Level {
        let found = self.watched.iter().filter_map(Weak::upgrade).map(|bucket| bucket.level());
        found.fold(Level::default(), |sum, one| Level {
            buffered: sum.buffered + one.buffered,
            buffered_bytes: sum.buffered_bytes + one.buffered_bytes,
            log_bytes: sum.log_bytes + one.log_bytes,
            version: sum.version.max(one.version),
            fragments: sum.fragments + one.fragments,
        })
    }

    fn read(&mut self) -> ReadCounts {
        self.forget();
        self.tallies.iter().fold(self.retired, |sum, tally| sum + tally.counts())
    }
}

impl fmt::Debug for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Levels").finish_non_exhaustive()
    }
}

type Look = (Place, Level, ReadCounts);

impl Collector for Levels {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let found = self.look();
        if found.is_empty() {
            return Ok(());
        }
        let bytes = Some(Unit::Bytes);
        let mut gauge = |name: &str, help: &str, unit: Option<&Unit>, value: fn(&Level) -> u64| {
            let one = |(_, level, _): &Look| ConstGauge::new(signed(value(level)));
            family(&mut encoder, (name, help, unit), &found, one)
        };
        gauge("persisting_buffer_size", "Records buffered, as this process sees it.", None, |l| {
            l.buffered
        })?;
        gauge("persisting_buffer", "Bytes buffered, as Arrow.", bytes.as_ref(), |l| {
            l.buffered_bytes
        })?;
        gauge("persisting_wal_size", "Bytes of the log on disk.", bytes.as_ref(), |l| l.log_bytes)?;
        gauge(
            "lanceq_head_version",
            "The newest version that this process has seen.",
            None,
            |l| l.version,
        )?;
        gauge("lanceq_fragments", "Fragments of that version.", None, |l| l.fragments)?;
        let mut counter =
            |name: &str, help: &str, unit: Option<&Unit>, value: fn(&ReadCounts) -> u64| {
                let one = |(.., read): &Look| ConstCounter::new(value(read));
                family(&mut encoder, (name, help, unit), &found, one)
            };
        counter("lanceq_read", "Bytes decoded by reads.", bytes.as_ref(), |r| r.bytes)?;
        counter("lanceq_reads", "Reads of data files that somebody waited for.", None, |r| {
            r.reads
        })?;
        counter("lanceq_read_hits", "Reads that found the rows in memory.", None, |r| r.hits)
    }
}

fn family<M: EncodeMetric + TypedMetric>(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help, unit): (&str, &str, Option<&Unit>),
    found: &[Look],
    metric: impl Fn(&Look) -> M,
) -> Result<(), fmt::Error> {
    let kind: MetricType = M::TYPE;
    let mut descriptor = encoder.encode_descriptor(name, help, unit, kind)?;
    for look in found {
        metric(look).encode(descriptor.encode_family(&look.0)?)?;
    }
    Ok(())
}

/// Gauges are signed; no bucket holds as much as would not fit.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
