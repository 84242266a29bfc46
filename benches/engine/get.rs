//! A page at a random offset after many flushes, against Lance on the same records in as many fragments; and the next page.

use std::time::{Duration, Instant};

use futures::TryStreamExt as _;
use lance::Dataset;
use lance::dataset::ProjectionRequest;
use lanceq::{Engine, Reader};

use crate::Bench;
use crate::figures::{Wanted, median, p50_and_p99, ratio};
use crate::history::TOPIC;
use crate::raw::fragmented;

const FLUSHES: u64 = 10_000;
const PAGE: u64 = 100;
const READS: u64 = 300;

/// The ways to read a page, in turns.
const WAYS: [&str; 4] = ["lance take", "lance scan", "get", "get of the next page"];

pub(crate) async fn run(bench: &Bench) {
    let history = bench.histories.large(bench.settings.count(FLUSHES)).await;
    let records = history.records();
    println!("get: {PAGE} of {records} records after {} flushes", history.flushes);
    let folder = tempfile::tempdir().unwrap();
    let lance = fragmented(folder.path(), records, history.rows).await;
    let engine = Engine::open(history.root()).await.unwrap();
    let reader = engine.reader(TOPIC).await.unwrap();
    let mut rounds = [const { (Vec::new(), Vec::new()) }; 4];
    for round in 0..bench.settings.rounds() as u64 {
        let offsets: Vec<u64> =
            (0..READS).map(|n| offset(round * READS + n, records - PAGE)).collect();
        let following: Vec<u64> =
            (0..READS).map(|n| (offsets[0] + n * PAGE) % (records - PAGE)).collect();
        let times = [
            takes(&lance, &offsets).await,
            scans(&lance, &offsets).await,
            gets(&reader, &offsets).await,
            gets(&reader, &following).await,
        ];
        for (way, times) in rounds.iter_mut().zip(&times) {
            let (p50, p99) = p50_and_p99(times);
            way.0.push(p50);
            way.1.push(p99);
        }
    }
    for (name, (p50, p99)) in WAYS.iter().zip(&rounds) {
        println!("  {name:<24} {:.3} ms p50, {:.3} ms p99", median(p50), median(p99));
    }
    tell(&rounds);
}

fn tell([take, scan, get, next]: &[(Vec<f64>, Vec<f64>); 4]) {
    let over = crate::figures::over;
    ratio("speed over take, p50", over(&take.0, &get.0), Wanted::AtLeast(4.0));
    ratio("speed over take, p99", over(&take.1, &get.1), Wanted::AtLeast(1.5));
    ratio("speed over scan, p50", over(&scan.0, &get.0), Wanted::AtLeast(4.0));
    ratio("speed over scan, p99", over(&scan.1, &get.1), Wanted::AtLeast(1.5));
    ratio("the next page over a random one, p50", over(&get.0, &next.0), Wanted::AtLeast(10.0));
}

async fn takes(lance: &Dataset, offsets: &[u64]) -> Vec<Duration> {
    let projection = ProjectionRequest::from_schema(lance.schema().clone());
    let mut times = Vec::new();
    for offset in offsets {
        let rows: Vec<u64> = (*offset..offset + PAGE).collect();
        let begun = Instant::now();
        let batch = lance.take(&rows, projection.clone()).await.unwrap();
        times.push(begun.elapsed());
        assert_eq!(batch.num_rows() as u64, PAGE);
    }
    times
}

async fn scans(lance: &Dataset, offsets: &[u64]) -> Vec<Duration> {
    let mut times = Vec::new();
    for offset in offsets {
        let begun = Instant::now();
        let mut scan = lance.scan();
        scan.limit(Some(PAGE as i64), Some(*offset as i64)).unwrap();
        let batches: Vec<_> = scan.try_into_stream().await.unwrap().try_collect().await.unwrap();
        times.push(begun.elapsed());
        assert_eq!(batches.iter().map(|batch| batch.num_rows() as u64).sum::<u64>(), PAGE);
    }
    times
}

async fn gets(reader: &Reader, offsets: &[u64]) -> Vec<Duration> {
    let mut times = Vec::new();
    for offset in offsets {
        let begun = Instant::now();
        let page = reader.get(*offset, PAGE as usize).await.unwrap();
        times.push(begun.elapsed());
        assert_eq!(page.len() as u64, PAGE);
    }
    times
}

/// Well-mixed offsets below an end, the same in every run.
fn offset(n: u64, end: u64) -> u64 {
    let mixed = (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 11) % end
}
