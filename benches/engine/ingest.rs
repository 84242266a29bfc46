//! JSON records put one by one, against Lance's appends of batches of them that were made beforehand.

use std::path::Path;
use std::time::Instant;

use arrow_array::RecordBatch;
use lanceq::{Durability, Engine, SchemaInference, Strictness, encode};
use serde_json::Value;

use crate::Bench;
use crate::figures::{Wanted, figure, median, over, ratio};
use crate::raw::Raw;
use crate::records::record;

const RECORDS: u64 = 1_000_000;
pub(crate) const THRESHOLD: u64 = 1000;
/// Records that are made at a time, while no clock runs.
const PORTION: u64 = 50_000;

pub(crate) async fn run(bench: &Bench) {
    let records = bench.settings.count(RECORDS);
    println!("ingest: {records} records, threshold {THRESHOLD}, log `os`");
    let (mut raw, mut ours) = (Vec::new(), Vec::new());
    for round in 0..bench.settings.rounds() {
        let folder = tempfile::tempdir().unwrap();
        raw.push(append_all(&folder.path().join("raw"), records).await);
        let root = folder.path().join("root");
        ours.push(put_all(&Engine::open(root).await.unwrap(), records).await);
        eprintln!("round {round}: lance {:.2} s, lanceq {:.2} s", raw[round], ours[round]);
    }
    figure("lance, batches made beforehand", median(&raw), "s");
    figure("lanceq, JSON records one by one", median(&ours), "s");
    figure("lanceq", records as f64 / median(&ours), "records/s");
    ratio("speed of lanceq over lance", over(&raw, &ours), Wanted::AtLeast(1.0));
}

/// Puts so many records into a new topic, and closes its writer; the seconds that this takes.
pub(crate) async fn put_all(engine: &Engine, records: u64) -> f64 {
    let begun = Instant::now();
    let writer = engine.writer("t").durability(Durability::Os);
    let writer = writer.flush_threshold(THRESHOLD as usize).open().await.unwrap();
    let mut seconds = begun.elapsed().as_secs_f64();
    for portion in portions(records) {
        let begun = Instant::now();
        for record in portion {
            writer.put(record).await.unwrap();
        }
        seconds += begun.elapsed().as_secs_f64();
    }
    let begun = Instant::now();
    writer.close().await.unwrap();
    seconds + begun.elapsed().as_secs_f64()
}

/// Appends the same records as batches that nobody has to make any more; the seconds that this takes.
async fn append_all(folder: &Path, records: u64) -> f64 {
    std::fs::create_dir(folder).unwrap();
    let (mut seconds, mut raw) = (0.0, None);
    for portion in portions(records) {
        let batches = batches(&portion);
        let begun = Instant::now();
        if raw.is_none() {
            raw = Some(Raw::create(folder, batches[0].schema()).await);
        }
        let raw = raw.as_mut().unwrap();
        for batch in batches {
            raw.append(batch).await;
        }
        seconds += begun.elapsed().as_secs_f64();
    }
    seconds
}

fn portions(records: u64) -> impl Iterator<Item = Vec<Value>> {
    let firsts = (0..records).step_by(PORTION as usize);
    firsts.map(move |first| (first..records.min(first + PORTION)).map(record).collect())
}

fn batches(records: &[Value]) -> Vec<RecordBatch> {
    let objects: Vec<_> = records.iter().map(|record| record.as_object().unwrap()).collect();
    let mut inference = SchemaInference::new();
    objects.iter().take(THRESHOLD as usize).for_each(|object| inference.observe(object));
    let schema = inference.finish().unwrap();
    objects
        .chunks(THRESHOLD as usize)
        .map(|chunk| encode(schema.as_arrow(), chunk, Strictness::Strict).unwrap())
        .collect()
}
