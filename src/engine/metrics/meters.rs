//! The counts of one bucket in this process: each a few atomics to add to.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::place::Place;

/// Upper bounds of flush durations, in seconds: a small flush takes some milliseconds, one on a busy disk seconds.
const FLUSH_SECONDS: [f64; 15] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// What a bucket counts.
#[derive(Debug, Clone)]
pub(crate) struct Meters {
    puts: Counter,
    put_records: Counter,
    put_bytes: Counter,
    put_waits: Counter,
    persisted: Counter,
    flush_duration: Histogram,
    flush_failures: Counter,
    gets: Counter,
    streams_open: Gauge,
    compactions: Counter,
    cleanups: Counter,
    maintenance_failures: Counter,
}

/// A stream while it is open; counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Open(Gauge);

impl Meters {
    /// A batch was put.
    pub(crate) fn put(&self, records: u64, bytes: u64) {
        self.puts.inc();
        self.put_records.inc_by(records);
        self.put_bytes.inc_by(bytes);
    }

    /// A put found the buffer full.
    pub(crate) fn put_waits(&self) {
        self.put_waits.inc();
    }

    /// A flush made a version of so many records.
    pub(crate) fn flushed(&self, records: u64, took: Duration) {
        self.persisted.inc_by(records);
        self.flush_duration.observe(took.as_secs_f64());
    }

    /// A flush failed.
    pub(crate) fn flush_failed(&self) {
        self.flush_failures.inc();
    }

    /// A page was read.
    pub(crate) fn got(&self) {
        self.gets.inc();
    }

    /// A stream was opened.
    pub(crate) fn opened(&self) -> Open {
        self.streams_open.inc();
        Open(self.streams_open.clone())
    }

    /// Fragments were rewritten.
    pub(crate) fn compacted(&self) {
        self.compactions.inc();
    }

    /// Versions or files were removed.
    pub(crate) fn cleaned(&self) {
        self.cleanups.inc();
    }

    /// Maintenance in the background failed.
    pub(crate) fn maintenance_failed(&self) {
        self.maintenance_failures.inc();
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

type Counters = Family<Place, Counter>;

/// The same of all buckets.
#[derive(Debug)]
pub(super) struct Families {
    puts: Counters,
    put_records: Counters,
    put_bytes: Counters,
    put_waits: Counters,
    persisted: Counters,
    flush_duration: Family<Place, Histogram, fn() -> Histogram>,
    flush_failures: Counters,
    gets: Counters,
    streams_open: Family<Place, Gauge>,
    compactions: Counters,
    cleanups: Counters,
    maintenance_failures: Counters,
}

impl Families {
    /// Families that `registry` writes.
    pub(super) fn in_registry(registry: &mut Registry) -> Self {
        let mut counter = |name, help| {
            let family = Counters::default();
            registry.register(name, help, family.clone());
            family
        };
        let puts = counter("lanceq_puts", "Batches put");
        let put_records = counter("lanceq_put_records", "Records put");
        let put_waits =
            counter("lanceq_put_waits", "Puts that waited for a full buffer to be flushed");
        let persisted = counter("persisting_records", "Records persisted by flushes");
        let flush_failures = counter("lanceq_flush_failures", "Flushes that failed");
        let gets = counter("lanceq_gets", "Pages read by offset");
        let compactions = counter("lanceq_compactions", "Compactions that rewrote fragments");
        let cleanups = counter("lanceq_cleanups", "Clean-ups that removed versions or files");
        let maintenance_failures =
            counter("lanceq_maintenance_failures", "Background maintenance that failed");
        let put_bytes = Counters::default();
        let help = "Bytes put, as Arrow";
        registry.register_with_unit("lanceq_put", help, Unit::Bytes, put_bytes.clone());
        let flush_duration = Family::new_with_constructor(flush_seconds as fn() -> Histogram);
        let help = "How long flushes took that made a version";
        let family = flush_duration.clone();
        registry.register_with_unit("persisting_flush_duration", help, Unit::Seconds, family);
        let streams_open = Family::default();
        registry.register("lanceq_streams_open", "Streams open now", streams_open.clone());
        Self {
            puts,
            put_records,
            put_bytes,
            put_waits,
            persisted,
            flush_duration,
            flush_failures,
            gets,
            streams_open,
            compactions,
            cleanups,
            maintenance_failures,
        }
    }

    /// The counts of one bucket, which begin at zero where there were none.
    pub(super) fn meters(&self, place: &Place) -> Meters {
        let of = |family: &Counters| family.get_or_create_owned(place);
        Meters {
            puts: of(&self.puts),
            put_records: of(&self.put_records),
            put_bytes: of(&self.put_bytes),
            put_waits: of(&self.put_waits),
            persisted: of(&self.persisted),
            flush_duration: self.flush_duration.get_or_create_owned(place),
            flush_failures: of(&self.flush_failures),
            gets: of(&self.gets),
            streams_open: self.streams_open.get_or_create_owned(place),
            compactions: of(&self.compactions),
            cleanups: of(&self.cleanups),
            maintenance_failures: of(&self.maintenance_failures),
        }
    }
}

fn flush_seconds() -> Histogram {
    Histogram::new(FLUSH_SECONDS)
}
