//! The three writers, and how long they write.

use std::time::Duration;

use chrono::Utc;
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::events::Events;
use super::metrics::Metrics;
use super::traces::Traces;
use crate::cli::failure::{Failure, Result};
use crate::{Engine, TopicSchema, Writer};

/// The topic that the explorer opens on.
pub(super) const TRACES: &str = "traces";
const EVENTS: &str = "events";
const METRICS: &str = "metrics";

/// Records buffered for so long are flushed, so that versions come every second or so.
const FLUSH_AGE: Duration = Duration::from_millis(800);
const FLUSH_THRESHOLD: usize = 200;
const TICK: Duration = Duration::from_millis(100);
/// How often the machine is read.
const METRICS_TICK: Duration = Duration::from_millis(250);
const SEED: u64 = 42;

/// How many records were put.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Written {
    pub(super) traces: u64,
    pub(super) metrics: u64,
    pub(super) events: u64,
}

/// Writes until `stop` is done, then flushes.
pub(super) async fn write(engine: &Engine, stop: impl Future<Output = ()>) -> Result<Written> {
    let traces = open(engine, TRACES, &Traces::schema(), 1, "id").await?;
    let metrics = open(engine, METRICS, &Metrics::schema(), 1, "time").await?;
    let events = open(engine, EVENTS, &Events::schema(), 4, "user").await?;
    let mut written = Written::default();
    let result = tokio::select! {
        result = tick(&traces, &metrics, &events, &mut written) => result,
        () = stop => Ok(()),
    };
    for writer in [traces, metrics, events] {
        writer.close().await?;
    }
    result.map(|()| written)
}

async fn open(
    engine: &Engine,
    topic: &str,
    schema: &Value,
    buckets: u32,
    column: &str,
) -> Result<Writer> {
    let schema = TopicSchema::from_json(schema).map_err(|error| {
        Failure::failed("the demo's own schema is wrong").because(error.to_string())
    })?;
    let writer = engine.writer(topic).schema(schema).num_buckets(buckets).bucket_column(column);
    Ok(writer.flush_threshold(FLUSH_THRESHOLD).flush_age(FLUSH_AGE).open().await?)
}

async fn tick(traces: &Writer, metrics: &Writer, events: &Writer, written: &mut Written) -> Result {
    let (mut agents, mut shop, mut machine) =
        (Traces::new(SEED), Events::new(SEED + 1), Metrics::new());
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut read_machine = Instant::now() + METRICS_TICK;
    loop {
        ticks.tick().await;
        let now = Utc::now();
        let calls = (0..agents.due()).map(|_| agents.next(now)).collect();
        written.traces += put(traces, calls).await?;
        let visits = (0..shop.due()).map(|_| shop.next(now)).collect();
        written.events += put(events, visits).await?;
        if Instant::now() >= read_machine {
            read_machine += METRICS_TICK;
            written.metrics += put(metrics, vec![machine.next(now)]).await?;
        }
    }
}

async fn put(writer: &Writer, records: Vec<Value>) -> Result<u64> {
    let count = records.len() as u64;
    writer.put_batch(records).await?;
    Ok(count)
}
