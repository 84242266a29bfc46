//! A thousand topics of four buckets, opened and listed with their counts by a fresh process, as `lanceq ls` does.

use std::path::Path;
use std::time::Instant;

use futures::StreamExt as _;
use lanceq::Engine;

use crate::Bench;
use crate::figures::{figure, spread};
use crate::frame::copy;
use crate::records::record;
use crate::role::{argument, played, resident};

pub(crate) const ROLE: &str = "list-topics";
const TOPICS: u64 = 1000;
const BUCKETS: u32 = 4;
const RECORDS: u64 = 100;
/// Topics whose counts are read at the same time.
const AT_ONCE: usize = 16;

pub(crate) async fn run(bench: &Bench) {
    let topics = bench.settings.count(TOPICS);
    println!("topics: {topics} of {BUCKETS} buckets, listed with their counts by a fresh process");
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), topics).await;
    let (mut seconds, mut mib) = (vec![], vec![]);
    for _ in 0..bench.settings.rounds() {
        let [took, resident] = played(ROLE, &[folder.path().to_str().unwrap()])[..] else {
            panic!("two numbers were to come")
        };
        seconds.push(took);
        mib.push(resident);
    }
    let (middle, low, high) = spread(seconds);
    figure("opened and listed", middle, &format!("s ({low:.2} to {high:.2}), wanted below 1"));
    let (middle, low, high) = spread(mib);
    figure(
        "resident memory at most",
        middle,
        &format!("MiB ({low:.0} to {high:.0}), wanted below 200"),
    );
}

/// One is made, the others are copies.
async fn build(root: &Path, topics: u64) {
    let engine = Engine::open(root).await.unwrap();
    let writer = engine.writer("t0000").num_buckets(BUCKETS).open().await.unwrap();
    writer.put_batch((0..RECORDS).map(record).collect()).await.unwrap();
    writer.close().await.unwrap();
    for number in 1..topics {
        copy(&root.join("t0000"), &root.join(format!("t{number:04}")));
    }
}

/// Lists the topics of a root; prints the seconds, and the resident memory at most.
pub(crate) async fn play() {
    let begun = Instant::now();
    let engine = Engine::open(argument(0)).await.unwrap();
    let topics = engine.topics().await.unwrap();
    let count = async |name: String| {
        engine.reader(&name).await.unwrap().counts().await.unwrap().total_count
    };
    let counts = futures::stream::iter(topics).map(|topic| count(topic.name.to_string()));
    let counts: Vec<u64> = counts.buffered(AT_ONCE).collect().await;
    assert!(counts.iter().all(|count| *count == RECORDS));
    println!("{} {}", begun.elapsed().as_secs_f64(), resident("self").1);
}
