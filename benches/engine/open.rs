//! Opening a topic, and listing its last versions, with many flushes behind it and with few; each time in a fresh process.

use std::path::Path;
use std::time::Instant;

use lanceq::Engine;

use crate::Bench;
use crate::figures::{Wanted, figure, median, over, ratio};
use crate::history::{History, TOPIC};
use crate::role::{argument, played};

pub(crate) const ROLE: &str = "open-a-topic";
const FLUSHES: u64 = 10_000;
const LISTED: usize = 50;
/// As many versions as are listed.
const FEW: [u64; 2] = [10, LISTED as u64];
/// Each is short.
const TIMES: usize = 5;

pub(crate) async fn run(bench: &Bench) {
    let many = bench.histories.small(bench.settings.count(FLUSHES)).await;
    let few = [History::build(FEW[0], many.rows).await, History::build(FEW[1], many.rows).await];
    println!("open: a topic after {} flushes, in a fresh process", many.flushes);
    let (mut opens, mut lists) = ([vec![], vec![]], [vec![], vec![]]);
    for _ in 0..bench.settings.rounds() * TIMES {
        let [late, early, fifty] = [many, &few[0], &few[1]].map(|history| once(history.root()));
        opens[0].push(late[0]);
        opens[1].push(early[0]);
        lists[0].push(late[1]);
        lists[1].push(fifty[1]);
    }
    for (what, few, [late, early]) in [("open", FEW[0], opens), ("list 50 versions", FEW[1], lists)]
    {
        figure(what, median(&late), "ms");
        figure(&format!("{what}, after {few} flushes"), median(&early), "ms");
        ratio("  time of the former over the latter", over(&late, &early), Wanted::AtMost(1.5));
    }
}

fn once(root: &Path) -> Vec<f64> {
    played(ROLE, &[root.to_str().unwrap()])
}

/// Opens the topic of a root and counts it; then lists its last versions. Prints the milliseconds of both.
pub(crate) async fn play() {
    let begun = Instant::now();
    let engine = Engine::open(argument(0)).await.unwrap();
    let reader = engine.reader(TOPIC).await.unwrap();
    assert!(reader.counts().await.unwrap().total_count > 0);
    let opened = begun.elapsed();
    let begun = Instant::now();
    let numbers = reader.version_numbers().await.unwrap();
    let last = &numbers[numbers.len().saturating_sub(LISTED)..];
    let listed = reader.versions_of(last).await.unwrap();
    assert_eq!(listed.len(), last.len());
    println!("{} {}", opened.as_secs_f64() * 1e3, begun.elapsed().as_secs_f64() * 1e3);
}
