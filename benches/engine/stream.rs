//! All records of a topic as Arrow batches after many flushes, against Lance's scan of one fragment that holds them all.

use std::time::Instant;

use futures::TryStreamExt as _;
use lance::Dataset;
use lanceq::{Engine, Reader, StreamOptions};

use crate::Bench;
use crate::figures::{Wanted, figure, median, over, ratio};
use crate::history::TOPIC;
use crate::raw::fragmented;

const FLUSHES: u64 = 10_000;

pub(crate) async fn run(bench: &Bench) {
    let history = bench.histories.large(bench.settings.count(FLUSHES)).await;
    let records = history.records();
    println!("stream: {records} records as Arrow batches, after {} flushes", history.flushes);
    let folder = tempfile::tempdir().unwrap();
    let lance = fragmented(folder.path(), records, records).await;
    let engine = Engine::open(history.root()).await.unwrap();
    let reader = engine.reader(TOPIC).await.unwrap();
    let (mut raw, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..bench.settings.rounds() {
        raw.push(scan(&lance, records).await);
        ours.push(stream(&reader, records).await);
    }
    figure("lance, scan of one fragment", records as f64 / median(&raw), "records/s");
    figure("lanceq, stream", records as f64 / median(&ours), "records/s");
    ratio("speed of lanceq over lance", over(&raw, &ours), Wanted::AtLeast(0.8));
}

async fn scan(lance: &Dataset, records: u64) -> f64 {
    let begun = Instant::now();
    let mut batches = lance.scan().try_into_stream().await.unwrap();
    let mut seen = 0;
    while let Some(batch) = batches.try_next().await.unwrap() {
        seen += batch.num_rows() as u64;
    }
    assert_eq!(seen, records);
    begun.elapsed().as_secs_f64()
}

async fn stream(reader: &Reader, records: u64) -> f64 {
    let begun = Instant::now();
    let mut chunks = reader.stream(StreamOptions::from_start()).await.unwrap().chunks();
    let mut seen = 0;
    while let Some(chunk) = chunks.try_next().await.unwrap() {
        seen += chunk.batch.num_rows() as u64;
    }
    assert_eq!(seen, records);
    begun.elapsed().as_secs_f64()
}
