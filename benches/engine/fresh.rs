//! Queries for records that were put a moment ago, while others are put and flushed without a pause.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use lanceq::Writer;

use crate::clusters::{Clusters, LENGTH, records};
use crate::figures::{Wanted, figure, median, over, p50_and_p99, ratio};
use crate::similar::{Field, QUERIES, TOPIC, like};

/// Records that a round puts and looks for.
const RECORDS: u64 = 100;
/// Records that are put and flushed at a time beside them.
const BESIDE: u64 = 100;
/// Numbers of the records that are put beside.
const OTHERS: u64 = 1 << 41;

type Vector = [f32; LENGTH];

/// The same queries at rest, and for the vector that was put just before each, which has to be the nearest.
pub(crate) async fn run(field: &Field) {
    println!("similar: a record put a moment ago, while {BESIDE} at a time are put and flushed");
    let (mut quiet, mut busy, mut flushes) = (Times::default(), Times::default(), Vec::new());
    for round in 0..field.rounds as u64 {
        let first = QUERIES + (1 << 20) + round * RECORDS;
        let vectors: Vec<Vector> =
            (first..first + RECORDS).map(|n| field.clusters.vector(n)).collect();
        quiet.add(&at_rest(field, &vectors).await);
        let options = field.engine.writer(TOPIC).flush_threshold(usize::MAX);
        let writer = options.open().await.unwrap();
        let (is_over, begun) = (Arc::new(AtomicBool::new(false)), Instant::now());
        let others = OTHERS + (round << 20);
        let beside = put_and_flush(writer.clone(), others, is_over.clone());
        let beside = tokio::spawn(beside);
        busy.add(&put_and_find(field, &writer, (first, &vectors)).await);
        is_over.store(true, Ordering::Relaxed);
        flushes.push(beside.await.unwrap() as f64 / begun.elapsed().as_secs_f64());
        writer.close().await.unwrap();
    }
    figure("flushes a second", median(&flushes), "");
    figure("at rest, p50", median(&quiet.p50), "ms");
    figure("beside the writer, p50", median(&busy.p50), "ms");
    figure("beside the writer, p99", median(&busy.p99), "ms");
    ratio("time over that at rest, p50", over(&busy.p50, &quiet.p50), Wanted::AtMost(2.0));
    ratio("time over that at rest, p99", over(&busy.p99, &quiet.p99), Wanted::Any);
}

#[derive(Default)]
struct Times {
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Times {
    fn add(&mut self, took: &[Duration]) {
        let (p50, p99) = p50_and_p99(took);
        self.p50.push(p50);
        self.p99.push(p99);
    }
}

async fn at_rest(field: &Field, vectors: &[Vector]) -> Vec<Duration> {
    let mut took = Vec::new();
    for vector in vectors {
        let begun = Instant::now();
        field.find(&like(vector)).await;
        took.push(begun.elapsed());
    }
    took
}

async fn put_and_find(
    field: &Field,
    writer: &Writer,
    (first, vectors): (u64, &[Vector]),
) -> Vec<Duration> {
    let mut took = Vec::new();
    for (id, vector) in (first..).zip(vectors) {
        writer.put_arrow(records(id, vec![*vector])).await.unwrap();
        let begun = Instant::now();
        let found = field.find(&like(vector)).await;
        took.push(begun.elapsed());
        assert_eq!(found.first(), Some(&id), "what was put is found at once");
    }
    took
}

/// Puts and flushes until it is over; how many flushes that were.
async fn put_and_flush(writer: Writer, first: u64, is_over: Arc<AtomicBool>) -> u64 {
    let (clusters, mut flushes) = (Clusters::new(), 0);
    while !is_over.load(Ordering::Relaxed) {
        writer.put_arrow(clusters.batch(first + flushes * BESIDE, BESIDE)).await.unwrap();
        writer.flush().await.unwrap();
        flushes += 1;
    }
    flushes
}
