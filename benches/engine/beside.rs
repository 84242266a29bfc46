//! What a put costs while the topic it goes to is compacted.

use std::path::Path;
use std::time::{Duration, Instant};

use lanceq::{Engine, Job, Writer};

use crate::Bench;
use crate::figures::{Wanted, figure, median, over, p50_and_p99, ratio};
use crate::history::TOPIC;
use crate::ingest::THRESHOLD;
use crate::records::{batch, record};

const FLUSHES: u64 = 1000;
const ROWS: u64 = 1000;
/// How long puts are timed without a compaction.
const QUIET: Duration = Duration::from_secs(2);

/// The median and the 99th percentile of a put, in milliseconds.
type Times = (f64, f64);

pub(crate) async fn run(bench: &Bench) {
    let flushes = bench.settings.count(FLUSHES);
    println!(
        "beside: JSON puts, threshold {THRESHOLD}, while {flushes} fragments of {ROWS} are compacted"
    );
    let (mut quiet, mut busy, mut puts) = (vec![], vec![], vec![]);
    for _ in 0..bench.settings.rounds() {
        let folder = tempfile::tempdir().unwrap();
        let (without, with, count) = round(folder.path(), flushes).await;
        quiet.push(without);
        busy.push(with);
        puts.push(count as f64);
    }
    let p50 = |times: &[Times]| times.iter().map(|times| times.0).collect::<Vec<_>>();
    let p99 = |times: &[Times]| times.iter().map(|times| times.1).collect::<Vec<_>>();
    figure("puts during a compaction", median(&puts), "");
    figure("p50 without", median(&p50(&quiet)) * 1e3, "µs");
    figure("p50 with", median(&p50(&busy)) * 1e3, "µs");
    figure("p99 without", median(&p99(&quiet)) * 1e3, "µs");
    figure("p99 with", median(&p99(&busy)) * 1e3, "µs");
    ratio("p99 with over without", over(&p99(&busy), &p99(&quiet)), Wanted::AtMost(2.0));
}

/// A put without a compaction, a put with one, and how many puts the latter were.
async fn round(folder: &Path, flushes: u64) -> (Times, Times, usize) {
    let engine = Engine::open(folder).await.unwrap();
    fragments(&engine, flushes).await;
    let writer = engine.writer(TOPIC).maintenance(false).flush_threshold(THRESHOLD as usize);
    let writer = writer.open().await.unwrap();
    let begun = Instant::now();
    let quiet = puts_until(&writer, || begun.elapsed() > QUIET).await;
    let compaction = tokio::spawn(async move { engine.compact(TOPIC, None, &Job::new()).await });
    let busy = puts_until(&writer, || compaction.is_finished()).await;
    let compacted = compaction.await.unwrap().unwrap();
    assert!(compacted.iter().any(|bucket| bucket.fragments_before > bucket.fragments_after));
    writer.close().await.unwrap();
    (p50_and_p99(&quiet), p50_and_p99(&busy), busy.len())
}

/// A topic of that many fragments, which nothing compacts by itself.
async fn fragments(engine: &Engine, flushes: u64) {
    let writer = engine.writer(TOPIC).maintenance(false).flush_threshold(usize::MAX);
    let writer = writer.flush_bytes(u64::MAX).open().await.unwrap();
    for number in 0..flushes {
        writer.put_arrow(batch(number * ROWS, ROWS)).await.unwrap();
        writer.flush().await.unwrap();
    }
    writer.close().await.unwrap();
}

async fn puts_until(writer: &Writer, is_over: impl Fn() -> bool) -> Vec<Duration> {
    let mut took = Vec::new();
    while !is_over() {
        let record = record(took.len() as u64);
        let begun = Instant::now();
        writer.put(record).await.unwrap();
        took.push(begun.elapsed());
    }
    took
}
