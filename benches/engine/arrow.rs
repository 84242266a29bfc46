//! Large Arrow batches, put and flushed one after the other, against appends by pylance, and by Lance as it is compiled here.

use std::time::Instant;

use arrow_array::RecordBatch;
use lanceq::{Durability, Engine};

use crate::Bench;
use crate::figures::{Wanted, figure, median, mib, over, ratio};
use crate::python;
use crate::raw::Raw;
use crate::records::batch;

/// Rows of 64 MiB.
const ROWS: u64 = 650_000;
const BATCHES: u64 = 16;

pub(crate) async fn run(bench: &Bench) {
    let count = bench.settings.count(BATCHES);
    let batches: Vec<RecordBatch> = (0..count).map(|n| batch(n * ROWS, ROWS)).collect();
    let size = mib(batches[0].get_array_memory_size() as u64);
    println!("arrow: {count} batches of {size:.0} MiB, a flush each");
    let (mut logged, mut plain, mut raw, mut python) = (vec![], vec![], vec![], vec![]);
    for _ in 0..bench.settings.rounds() {
        python.extend(append(count));
        raw.push(append_here(&batches).await);
        logged.push(put(&batches, Durability::Os).await);
        plain.push(put(&batches, Durability::Memory).await);
    }
    let rate = |seconds: &[f64]| size * count as f64 / median(seconds);
    figure("lanceq, log `os`", rate(&logged), "MiB/s");
    figure("lanceq, no log", rate(&plain), "MiB/s");
    figure("lance, fsynced, compiled as lanceq is", rate(&raw), "MiB/s");
    ratio("speed of lanceq over that lance, no log", over(&raw, &plain), Wanted::Any);
    if python.is_empty() {
        return;
    }
    figure("pylance, no fsync, as its wheel is compiled", rate(&python), "MiB/s");
    ratio("speed of that lance over pylance", over(&python, &raw), Wanted::Any);
    ratio("speed of lanceq over pylance, log `os`", over(&python, &logged), Wanted::AtLeast(1.0));
    ratio("speed of lanceq over pylance, no log", over(&python, &plain), Wanted::AtLeast(1.0));
}

async fn put(batches: &[RecordBatch], durability: Durability) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path()).await.unwrap();
    let begun = Instant::now();
    let writer = engine.writer("t").durability(durability).open().await.unwrap();
    for batch in batches {
        writer.put_arrow(batch.clone()).await.unwrap();
        writer.flush().await.unwrap();
    }
    writer.close().await.unwrap();
    begun.elapsed().as_secs_f64()
}

async fn append_here(batches: &[RecordBatch]) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let mut raw = Raw::create(folder.path(), batches[0].schema()).await;
    let begun = Instant::now();
    for batch in batches {
        raw.append(batch.clone()).await;
    }
    begun.elapsed().as_secs_f64()
}

fn append(count: u64) -> Option<f64> {
    let folder = tempfile::tempdir().unwrap();
    let mut script = python::script("append.py")?;
    script.arg(folder.path());
    script.args(["--batches", &count.to_string(), "--rows", &ROWS.to_string()]);
    Some(python::output(script).trim().parse().unwrap())
}
