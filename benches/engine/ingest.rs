//! JSON records put one by one, against Lance's appends of batches of them that were made beforehand.

use std::path::Path;
use std::time::Instant;

use arrow_array::RecordBatch;
use lanceq::{Durability, Engine, SchemaInference, Strictness, Writer, encode};
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
    let (mut raw, mut ours, mut batched) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..bench.settings.rounds() {
        let folder = tempfile::tempdir().unwrap();
        raw.push(append_all(&folder.path().join("raw"), records).await);
        let root = folder.path().join("root");
        ours.push(put_all(&Engine::open(root).await.unwrap(), records, Calls::Put).await);
        let root = folder.path().join("batched");
        batched.push(put_all(&Engine::open(root).await.unwrap(), records, Calls::PutBatch).await);
        let (raw, ours, batched) = (raw[round], ours[round], batched[round]);
        eprintln!("round {round}: lance {raw:.2} s, lanceq {ours:.2} s, put_batch {batched:.2} s");
    }
    figure("lance, batches made beforehand", median(&raw), "s");
    figure("lanceq, JSON records one by one", median(&ours), "s");
    figure("lanceq, JSON records a thousand a call", median(&batched), "s");
    figure("one by one", records as f64 / median(&ours), "records/s");
    ratio("speed of one by one over lance", over(&raw, &ours), Wanted::AtLeast(1.0));
    ratio("speed of a thousand a call over lance", over(&raw, &batched), Wanted::AtLeast(1.0));
}

/// How records are put.
#[derive(Clone, Copy)]
pub(crate) enum Calls {
    /// One a call.
    Put,
    /// As many a call as start a flush.
    PutBatch,
}

/// Puts so many records into a new topic, and closes its writer; the seconds that this takes.
pub(crate) async fn put_all(engine: &Engine, records: u64, calls: Calls) -> f64 {
    let begun = Instant::now();
    let writer = engine.writer("t").durability(Durability::Os);
    let writer = writer.flush_threshold(THRESHOLD as usize).open().await.unwrap();
    let mut seconds = begun.elapsed().as_secs_f64();
    for portion in portions(records) {
        seconds += match calls {
            Calls::Put => put_each(&writer, portion).await,
            Calls::PutBatch => put_batches(&writer, portion).await,
        };
    }
    let begun = Instant::now();
    writer.close().await.unwrap();
    seconds + begun.elapsed().as_secs_f64()
}

async fn put_each(writer: &Writer, records: Vec<Value>) -> f64 {
    let begun = Instant::now();
    for record in records {
        writer.put(record).await.unwrap();
    }
    begun.elapsed().as_secs_f64()
}

async fn put_batches(writer: &Writer, records: Vec<Value>) -> f64 {
    let batches: Vec<Vec<Value>> =
        records.chunks(THRESHOLD as usize).map(<[Value]>::to_vec).collect();
    let begun = Instant::now();
    for batch in batches {
        writer.put_batch(batch).await.unwrap();
    }
    begun.elapsed().as_secs_f64()
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
