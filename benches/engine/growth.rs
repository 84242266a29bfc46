//! JSON records put one by one, against the Python `LanceBackend`; and what a record costs where there are eight times as many.

use lanceq::Engine;

use crate::Bench;
use crate::figures::{Wanted, figure, median, over, ratio};
use crate::flat::backend_lines;
use crate::ingest::{Calls, THRESHOLD, put_all};

const RECORDS: u64 = 400_000;

pub(crate) async fn run(bench: &Bench) {
    let most = bench.settings.count(RECORDS);
    let (few, some) = (most.div_ceil(8), most.div_ceil(4));
    println!("growth: {few}, {some} and {most} records, threshold {THRESHOLD}");
    let (mut less, mut more, mut ours, mut theirs) = (vec![], vec![], vec![], vec![]);
    for _ in 0..bench.settings.rounds() {
        less.push(own(few).await / few as f64 * 1e6);
        more.push(own(most).await / most as f64 * 1e6);
        ours.push(own(some).await);
        theirs.extend(backend(some));
    }
    figure(&format!("a record of {few}"), median(&less), "µs");
    figure(&format!("a record of {most}"), median(&more), "µs");
    ratio("time of the latter over the former", over(&more, &less), Wanted::AtMost(1.15));
    figure(&format!("lanceq, {some} records"), median(&ours), "s");
    if theirs.is_empty() {
        return;
    }
    figure(&format!("LanceBackend, {some} records"), median(&theirs), "s");
    ratio("speed of lanceq over the LanceBackend", over(&theirs, &ours), Wanted::AtLeast(8.0));
    let Some((short, long)) = backend(few).zip(backend(most)) else { return };
    let growth = (long / most as f64) / (short / few as f64);
    ratio("LanceBackend: a record's time grows by", vec![growth], Wanted::Any);
}

async fn own(records: u64) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    put_all(&Engine::open(folder.path()).await.unwrap(), records, Calls::Put).await
}

/// The seconds of the `LanceBackend`, as it says.
fn backend(records: u64) -> Option<f64> {
    let folder = tempfile::tempdir().unwrap();
    // Never: looking at the disk is not what is measured.
    let said = backend_lines(folder.path(), records, THRESHOLD, u64::MAX)?;
    said.lines().find_map(|line| line.strip_prefix("seconds ")?.parse().ok())
}
