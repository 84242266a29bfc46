//! JSON records put one by one, against batches of them that were made beforehand.

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
    let (mut raw, mut ours, mut versions) = (Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let input = records.clone();
        let started = Instant::now();
        append_all(folder.path(), &batches).await;
        raw.push(started.elapsed().as_secs_f64());

        let engine = Engine::open(folder.path().join("root")).await.unwrap();
        let started = Instant::now();
        let writer = engine.writer("t").flush_threshold(THRESHOLD).open().await.unwrap();
        for record in input {
            writer.put(record).await.unwrap();
        }
        versions = writer.close().await.unwrap()[0].version;
        ours.push(started.elapsed().as_secs_f64());
        eprintln!("round {round}: lance {:.2} s, lanceq {:.2} s", raw[round], ours[round]);
    }
    let ratios: Vec<f64> = raw.iter().zip(&ours).map(|(raw, ours)| raw / ours).collect();
    let (ratio, low, high) = spread(ratios);
    println!("ingest: {RECORDS} records, threshold {THRESHOLD}, {ROUNDS} rounds");
    println!("  lance, batches made beforehand   {:.2} s", spread(raw).0);
    println!("  lanceq, JSON records one by one  {:.2} s, {versions} versions", spread(ours).0);
    println!("  speed of lanceq over lance       {ratio:.2} ({low:.2} to {high:.2})");
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
