//! What the ledger of checksums costs: puts and flushes, and the first read of a topic.

use std::time::Instant;

use lanceq::Engine;

use crate::Bench;
use crate::figures::{Wanted, figure, median, over, ratio};
use crate::ingest::{Calls, put_all};

const RECORDS: u64 = 200_000;
const ALL: usize = usize::MAX;

pub(crate) async fn run(bench: &Bench) {
    let records = bench.settings.count(RECORDS);
    println!("checksums: {records} records, JSON, threshold 1000");
    // With and without.
    let (mut puts, mut reads) = ([vec![], vec![]], [vec![], vec![]]);
    for _ in 0..bench.settings.rounds() {
        for (side, is_on) in [true, false].into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            let open = || Engine::builder(folder.path()).checksums(is_on).open();
            puts[side].push(put_all(&open().await.unwrap(), records, Calls::Put).await);
            let begun = Instant::now();
            let reader = open().await.unwrap().reader("t").await.unwrap();
            assert_eq!(reader.get(0, ALL).await.unwrap().len() as u64, records);
            reads[side].push(begun.elapsed().as_secs_f64());
        }
    }
    for (what, [with, without]) in [("put", puts), ("read once", reads)] {
        figure(&format!("{what}, with checksums"), median(&with), "s");
        figure(&format!("{what}, without"), median(&without), "s");
        ratio("  time with over that without", over(&with, &without), Wanted::Any);
    }
}
