//! A page of records at a random offset after many flushes, against `Dataset::take`.

use std::time::{Duration, Instant};

use lance::Dataset;
use lance::dataset::ProjectionRequest;
use lanceq::Engine;

use crate::raw::record;
use crate::{ROUNDS, percentile, spread};

const FLUSHES: u64 = 500;
const ROWS: u64 = 1000;
const PAGE: u64 = 100;
const READS: u64 = 300;

pub(crate) async fn run() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path()).await.unwrap();
    let writer = engine.writer("t").flush_threshold(usize::MAX).open().await.unwrap();
    for flush in 0..FLUSHES {
        let records = (flush * ROWS..(flush + 1) * ROWS).map(record).collect();
        writer.put_batch(records).await.unwrap();
        writer.flush().await.unwrap();
    }
    let reader = engine.reader("t").await.unwrap();
    let path = folder.path().join("t/bucket_0/data.lance");
    let dataset = Dataset::open(path.to_str().unwrap()).await.unwrap();
    let projection = ProjectionRequest::from_schema(dataset.schema().clone());

    let (mut ratios, mut takes, mut gets) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS as u64 {
        let offsets: Vec<u64> = (0..READS).map(|n| offset(round * READS + n)).collect();
        let mut raw = Vec::new();
        for offset in &offsets {
            let rows: Vec<u64> = (*offset..offset + PAGE).collect();
            let started = Instant::now();
            let batch = dataset.take(&rows, projection.clone()).await.unwrap();
            raw.push(started.elapsed());
            assert_eq!(batch.num_rows() as u64, PAGE);
        }
        let mut ours = Vec::new();
        for offset in &offsets {
            let started = Instant::now();
            let page = reader.get(*offset, PAGE as usize).await.unwrap();
            ours.push(started.elapsed());
            assert_eq!(page.len() as u64, PAGE);
        }
        ratios.push(total(&raw) / total(&ours));
        takes.extend(raw);
        gets.extend(ours);
    }
    takes.sort();
    gets.sort();
    let (ratio, low, high) = spread(ratios);
    println!(
        "page: {PAGE} records at random offsets after {FLUSHES} flushes of {ROWS}, {ROUNDS} rounds of {READS}"
    );
    for (name, times) in [("Dataset::take", &takes), ("lanceq get   ", &gets)] {
        let (p50, p99) = (percentile(times, 50.0), percentile(times, 99.0));
        println!("  {name}                    {p50:.2} ms p50, {p99:.2} ms p99");
    }
    println!("  speed of lanceq over take        {ratio:.2} ({low:.2} to {high:.2})");
}

/// Well-mixed offsets, the same in every run.
fn offset(n: u64) -> u64 {
    let mixed = (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 11) % (FLUSHES * ROWS - PAGE)
}

fn total(times: &[Duration]) -> f64 {
    times.iter().sum::<Duration>().as_secs_f64()
}
