//! JSON records put one by one, against batches of them that were made beforehand.

use std::path::Path;
use std::time::Instant;

use arrow_array::RecordBatch;
use lanceq::{Engine, SchemaInference, Strictness, encode};
use serde_json::Value;

use crate::raw::{append_all, record};
use crate::{ROUNDS, spread};

const RECORDS: u64 = 200_000;
const THRESHOLD: usize = 1000;

pub(crate) async fn run() {
    let records: Vec<Value> = (0..RECORDS).map(record).collect();
    let batches = batches(&records);
    let (mut raw, mut ours, mut unsummed, mut versions) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let started = Instant::now();
        append_all(folder.path(), &batches).await;
        raw.push(started.elapsed().as_secs_f64());
        let (seconds, version) = put_all(&folder.path().join("root"), true, records.clone()).await;
        versions = version;
        ours.push(seconds);
        unsummed.push(put_all(&folder.path().join("unsummed"), false, records.clone()).await.0);
        eprintln!("round {round}: lance {:.2} s, lanceq {:.2} s", raw[round], ours[round]);
    }
    let costs: Vec<f64> =
        ours.iter().zip(&unsummed).map(|(with, without)| with / without).collect();
    let ratios: Vec<f64> = raw.iter().zip(&ours).map(|(raw, ours)| raw / ours).collect();
    let (ratio, low, high) = spread(ratios);
    println!("ingest: {RECORDS} records, threshold {THRESHOLD}, {ROUNDS} rounds");
    println!("  lance, batches made beforehand   {:.2} s", spread(raw).0);
    println!("  lanceq, JSON records one by one  {:.2} s, {versions} versions", spread(ours).0);
    println!("  speed of lanceq over lance       {ratio:.2} ({low:.2} to {high:.2})");
    let (cost, low, high) = spread(costs);
    println!("  time over that without checksums {cost:.2} ({low:.2} to {high:.2})");
}

/// Puts records into a new root; the seconds that it takes, and the last version.
async fn put_all(root: &Path, checksums: bool, records: Vec<Value>) -> (f64, u64) {
    let engine = Engine::builder(root).checksums(checksums).open().await.unwrap();
    let started = Instant::now();
    let writer = engine.writer("t").flush_threshold(THRESHOLD).open().await.unwrap();
    for record in records {
        writer.put(record).await.unwrap();
    }
    let version = writer.close().await.unwrap()[0].version;
    (started.elapsed().as_secs_f64(), version)
}

fn batches(records: &[Value]) -> Vec<RecordBatch> {
    let objects: Vec<_> = records.iter().map(|record| record.as_object().unwrap()).collect();
    let mut inference = SchemaInference::new();
    objects.iter().take(THRESHOLD).for_each(|object| inference.observe(object));
    let schema = inference.finish().unwrap();
    objects
        .chunks(THRESHOLD)
        .map(|chunk| encode(schema.as_arrow(), chunk, Strictness::Strict).unwrap())
        .collect()
}
