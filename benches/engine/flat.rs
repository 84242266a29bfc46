//! What a flush costs after many: its time and the disk, beside appends of Lance itself and the Python `LanceBackend`.

use std::path::Path;
use std::time::Instant;

use lanceq::{CleanupOptions, Engine, Job, Writer};

use crate::Bench;
use crate::curve::{Curve, disk};
use crate::figures::{Wanted, figure, median, mib, over, ratio};
use crate::history::{History, TOPIC, writer};
use crate::python;
use crate::raw::Raw;
use crate::records::batch;

const FLUSHES: u64 = 10_000;
/// Each append of Lance's costs more than the last, and leaves a longer list of fragments.
const RAW_MOST: u64 = 3000;
/// Each flush of the `LanceBackend` writes everything again.
const PYTHON_MOST: u64 = 1000;
/// Flushes whose median counts.
const WINDOW: u64 = 50;
/// Records that are put at a time where one flush takes all.
const PORTION: u64 = 100_000;

pub(crate) async fn run(bench: &Bench) {
    let history = bench.histories.small(bench.settings.count(FLUSHES)).await;
    let History { rows, flushes, .. } = *history;
    println!("flat: {flushes} flushes of {rows} records");
    late_over_early(bench, history).await;
    let once = at_once(history.records()).await;
    figure("the same records written at once", mib(once), "MiB");
    let tell_disk = |what: &str, wanted| {
        let left = disk(&history.root().join(TOPIC));
        figure(&format!("on the disk, {what}"), mib(left), "MiB");
        ratio("  over the same written at once", vec![left as f64 / once as f64], wanted);
    };
    tell_disk("as the writer left it", Wanted::Any);
    clean_up(history, None).await;
    tell_disk("what the topic keeps", Wanted::AtMost(3.0));
    clean_up(history, Some(1)).await;
    tell_disk("`cleanup --keep 1`", Wanted::AtMost(1.3));
    let raw = lance(flushes.min(RAW_MOST), rows).await;
    tell("lance, an append each", &raw, rows).await;
    let mut csv = history.curve.csv() + &raw.csv();
    if let Some(backend) = backend(flushes.min(PYTHON_MOST), rows) {
        tell("LanceBackend, a flush each", &backend, rows).await;
        csv += &backend.csv();
    }
    bench.keep("flat.csv", "side,flush,ms,bytes", &csv);
}

/// Removes versions, but for what the topic keeps, or for so many.
async fn clean_up(history: &History, keep: Option<usize>) {
    let engine = Engine::open(history.root()).await.unwrap();
    let options = CleanupOptions { keep, ..CleanupOptions::default() };
    engine.cleanup(TOPIC, None, &options, &Job::new()).await.unwrap();
}

/// Flushes of the long topic in turns with those of a fresh one, so that both see the same machine.
async fn late_over_early(bench: &Bench, history: &History) {
    let window = WINDOW.min(history.flushes / 2);
    let engine = Engine::open(history.root()).await.unwrap();
    let late = writer(&engine, TOPIC).await;
    let (mut new, mut old) = (Vec::new(), Vec::new());
    for _ in 0..bench.settings.rounds() {
        let folder = tempfile::tempdir().unwrap();
        let fresh = Engine::open(folder.path()).await.unwrap();
        let early = writer(&fresh, TOPIC).await;
        for number in 0..window {
            flush(&early, number, history.rows).await;
        }
        let mut turns = (Vec::new(), Vec::new());
        for number in window..2 * window {
            turns.0.push(flush(&early, number, history.rows).await);
            turns.1.push(flush(&late, number, history.rows).await);
        }
        new.push(median(&turns.0));
        old.push(median(&turns.1));
        early.close().await.unwrap();
    }
    late.close().await.unwrap();
    figure(&format!("flush no. {} of a fresh topic", 2 * window), median(&new), "ms");
    figure(&format!("flush no. {} and on", history.flushes), median(&old), "ms");
    ratio("time of the late over that of the early", over(&old, &new), Wanted::AtMost(1.2));
}

async fn flush(writer: &Writer, number: u64, rows: u64) -> f64 {
    writer.put_arrow(batch(number * rows, rows)).await.unwrap();
    let begun = Instant::now();
    writer.flush().await.unwrap();
    begun.elapsed().as_secs_f64() * 1e3
}

/// Bytes that so many records take after a single flush.
async fn at_once(records: u64) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path()).await.unwrap();
    let writer = writer(&engine, TOPIC).await;
    for first in (0..records).step_by(PORTION as usize) {
        writer.put_arrow(batch(first, PORTION.min(records - first))).await.unwrap();
    }
    writer.close().await.unwrap();
    disk(&folder.path().join(TOPIC))
}

async fn lance(appends: u64, rows: u64) -> Curve {
    let folder = tempfile::tempdir().unwrap();
    let mut raw = Raw::create(folder.path(), batch(0, 1).schema()).await;
    let mut curve = Curve::new("lance", appends);
    for number in 0..appends {
        let batch = batch(number * rows, rows);
        let begun = Instant::now();
        raw.append(batch).await;
        curve.add(begun.elapsed(), folder.path());
    }
    curve
}

fn backend(flushes: u64, rows: u64) -> Option<Curve> {
    let folder = tempfile::tempdir().unwrap();
    let mut curve = Curve::new("LanceBackend", flushes);
    for line in backend_lines(folder.path(), flushes * rows, rows, curve.every())?.lines() {
        let (first, second) = line.split_once(' ').unwrap();
        if first != "seconds" {
            curve.add_with(first.parse().unwrap(), second.parse().unwrap());
        }
    }
    Some(curve)
}

/// What the script says of so many records.
pub(crate) fn backend_lines(
    folder: &Path,
    records: u64,
    threshold: u64,
    disk_every: u64,
) -> Option<String> {
    let mut script = python::script("lance_backend.py")?;
    script.arg(folder).args(["--records", &records.to_string()]);
    script.args(["--threshold", &threshold.to_string()]);
    script.args(["--disk-every", &disk_every.to_string()]);
    Some(python::output(script))
}

/// How one side's last flushes compare with its own early ones, and its disk with that of one flush.
async fn tell(side: &str, curve: &Curve, rows: u64) {
    let flushes = curve.times.len();
    let window = (WINDOW as usize).min(flushes / 2);
    let early = curve.median(window + 1, 2 * window);
    let late = curve.median(flushes - window + 1, flushes);
    println!("  {side}: {flushes}");
    figure(&format!("  no. {}", 2 * window), early, "ms");
    figure(&format!("  no. {flushes}"), late, "ms");
    ratio("  time of the late over that of the early", vec![late / early], Wanted::Any);
    let once = at_once(flushes as u64 * rows).await;
    ratio("  disk over that of one flush", vec![curve.bytes() as f64 / once as f64], Wanted::Any);
}
