//! Acknowledged puts beside what the disk can do at most, in turns, in one run.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use lanceq::{Durability, Engine, Writer};
use serde_json::{Value, json};

use crate::ROUNDS;
use crate::figures::{percentile, spread};

/// Bytes that a record takes in the log; [`unsynced`] compares it with what was written.
const FRAME: usize = 512;
const SYNCED: usize = 400;
const PRODUCERS: usize = 32;
const UNSYNCED: usize = 20_000;

pub(crate) async fn run() {
    one_producer().await;
    many_producers().await;
    unsynced().await;
    opening().await;
}

pub(crate) fn record(id: usize) -> Value {
    let text = format!("{id:048}");
    let vector: Vec<f64> = (0..8).map(|n| (id * 8 + n) as f64 / 7.0).collect();
    json!({"id": id.to_string(), "text": text, "count": id, "embedding": vector})
}

pub(crate) async fn writer(folder: &Path, durability: Durability) -> Writer {
    let engine = Engine::open(folder).await.unwrap();
    let writer = engine.writer("t").durability(durability);
    let writer = writer.flush_threshold(usize::MAX).flush_bytes(u64::MAX).buffer_limit(u64::MAX);
    let writer = writer.open().await.unwrap();
    writer.put(record(0)).await.unwrap();
    writer
}

async fn one_producer() {
    let (mut raw, mut ours) = (Vec::new(), Vec::new());
    let folder = tempfile::tempdir().unwrap();
    let writer = writer(folder.path(), Durability::Always).await;
    let file = File::create(folder.path().join("raw")).unwrap();
    for round in 0..ROUNDS {
        raw.push(p50((0..SYNCED).map(|n| append_and_sync(&file, round * SYNCED + n)).collect()));
        let mut took = Vec::new();
        for n in 0..SYNCED {
            let begun = Instant::now();
            writer.put(record(n)).await.unwrap();
            took.push(begun.elapsed());
        }
        ours.push(p50(took));
    }
    let ratios = raw.iter().zip(&ours).map(|(raw, ours)| ours / raw).collect();
    let (middle, least, most) = spread(ratios);
    println!("durable: one producer, `always`, p50 of a put: {:.3} ms", spread(ours).0);
    println!("  raw append + fdatasync: {:.3} ms", spread(raw).0);
    println!("  ratio {middle:.2} ({least:.2} to {most:.2}), wanted at most 1.3");
}

fn append_and_sync(file: &File, number: usize) -> Duration {
    let bytes = vec![7; FRAME];
    let begun = Instant::now();
    file.write_all_at(&bytes, (number * FRAME) as u64).unwrap();
    file.sync_data().unwrap();
    begun.elapsed()
}

async fn many_producers() {
    let (mut alone, mut ours, mut raw) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.push(rate(1, 200).await);
        ours.push(rate(PRODUCERS, 100).await);
        raw.push(raw_group());
    }
    let times = ours.iter().zip(&alone).map(|(many, one)| many / one).collect();
    let share = ours.iter().zip(&raw).map(|(ours, raw)| ours / raw).collect();
    let (times, share) = (spread(times), spread(share));
    println!("durable: {PRODUCERS} producers, `always`: {:.0} puts/s", spread(ours).0);
    println!("  one producer {:.0}, raw group commit {:.0}", spread(alone).0, spread(raw).0);
    println!("  {:.1} times one ({:.1} to {:.1}), wanted 10", times.0, times.1, times.2);
    println!("  or {:.2} of raw ({:.2} to {:.2}), wanted 0.5", share.0, share.1, share.2);
}

async fn rate(producers: usize, each: usize) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let writer = writer(folder.path(), Durability::Always).await;
    let begun = Instant::now();
    let tasks: Vec<_> = (0..producers)
        .map(|_| {
            let writer = writer.clone();
            tokio::spawn(async move {
                for n in 0..each {
                    writer.put(record(n)).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    (producers * each) as f64 / begun.elapsed().as_secs_f64()
}

/// What a group commit can reach: appends under a mutex, one of those who wait syncs for all.
fn raw_group() -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let file = Arc::new(File::create(folder.path().join("raw")).unwrap());
    let state = Arc::new((Mutex::new((0u64, 0u64, false)), Condvar::new()));
    let begun = Instant::now();
    let threads: Vec<_> = (0..PRODUCERS)
        .map(|_| {
            let (file, state) = (file.clone(), state.clone());
            std::thread::spawn(move || {
                for _ in 0..100 {
                    group_put(&file, &state);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    (PRODUCERS * 100) as f64 / begun.elapsed().as_secs_f64()
}

/// State: appended, synced, whether somebody syncs.
fn group_put(file: &File, (state, changed): &(Mutex<(u64, u64, bool)>, Condvar)) {
    let bytes = vec![7; FRAME];
    let mut now = state.lock().unwrap();
    file.write_all_at(&bytes, now.0 * FRAME as u64).unwrap();
    now.0 += 1;
    let own = now.0;
    while now.1 < own {
        if now.2 {
            now = changed.wait(now).unwrap();
            continue;
        }
        now.2 = true;
        let upto = now.0;
        drop(now);
        file.sync_data().unwrap();
        now = state.lock().unwrap();
        (now.1, now.2) = (upto, false);
        changed.notify_all();
    }
}

async fn unsynced() {
    let (mut raw, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        raw.push(raw_locked());
        let folder = tempfile::tempdir().unwrap();
        let writer = writer(folder.path(), Durability::Os).await;
        let records: Vec<Value> = (0..UNSYNCED).map(record).collect();
        let begun = Instant::now();
        for record in records {
            writer.put(record).await.unwrap();
        }
        ours.push(UNSYNCED as f64 / begun.elapsed().as_secs_f64());
        assert_eq!(log_bytes(folder.path()).await / UNSYNCED as u64, FRAME as u64);
    }
    let ratios = ours.iter().zip(&raw).map(|(ours, raw)| ours / raw).collect();
    let (middle, least, most) = spread(ratios);
    println!("durable: one producer, `os`: {:.0} puts/s", spread(ours).0);
    println!("  raw lock + write + unlock: {:.0}", spread(raw).0);
    println!("  ratio {middle:.2} ({least:.2} to {most:.2}), wanted 0.3");
}

async fn log_bytes(folder: &Path) -> u64 {
    let engine = Engine::open(folder).await.unwrap();
    engine.reader("t").await.unwrap().stats().await.unwrap().buckets[0].wal_bytes
}

fn raw_locked() -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let lock = File::create(folder.path().join("lock")).unwrap();
    let mut file = File::create(folder.path().join("raw")).unwrap();
    let bytes = vec![7; FRAME];
    let begun = Instant::now();
    for _ in 0..UNSYNCED {
        lock.lock().unwrap();
        file.write_all(&bytes).unwrap();
        lock.unlock().unwrap();
    }
    UNSYNCED as f64 / begun.elapsed().as_secs_f64()
}

/// A log of 64 MiB that nobody flushed.
async fn opening() {
    let folder = tempfile::tempdir().unwrap();
    let full = writer(folder.path(), Durability::Os).await;
    let mut bytes = 0;
    let mut id = 1;
    while bytes < 64 << 20 {
        full.put_batch((id..id + 1000).map(record).collect()).await.unwrap();
        id += 1000;
        bytes = log_bytes(folder.path()).await;
    }
    drop(full);
    let begun = Instant::now();
    let engine = Engine::open(folder.path()).await.unwrap();
    let page = engine.reader("t").await.unwrap().get(0, 1).await.unwrap();
    let reading = begun.elapsed();
    assert_eq!(page.len(), 1);
    let begun = Instant::now();
    drop(engine.writer("t").open().await.unwrap());
    let mut all = [reading, begun.elapsed()];
    let shown = all.map(|took| took.as_secs_f64() * 1e3);
    all.sort();
    println!("durable: a log of 64 MiB ({id} records) opens for reading in {:.0} ms,", shown[0]);
    println!("  for writing behind that in {:.0} ms, wanted below 1000", shown[1]);
}

fn p50(mut took: Vec<Duration>) -> f64 {
    took.sort();
    percentile(&took, 50.0)
}
