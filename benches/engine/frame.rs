//! The explorer in a pty on a thousand topics: from the start of the process to the first full frame, and what it costs
//! while nothing happens.

use std::path::Path;
use std::time::Duration;

use lanceq::Engine;

use crate::ROUNDS;
use crate::explorer::{Explorer, ROWS, Rest};
use crate::figures::spread;
use crate::records::record;

const TOPICS: usize = 1000;
/// The last topic that is in view.
const LAST: &str = "t0030";
/// How long the explorer rests before it is measured, and how long it is.
const SETTLE: Duration = Duration::from_secs(5);
const REST: Duration = Duration::from_secs(20);

pub(crate) async fn run() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path()).await.unwrap();
    let writer = engine.writer("t0000").open().await.unwrap();
    writer.put(record(1)).await.unwrap();
    writer.close().await.unwrap();
    let first = folder.path().join("t0000");
    for number in 1..TOPICS {
        copy(&first, &folder.path().join(format!("t{number:04}")));
    }
    println!("frame: the explorer on {TOPICS} topics, {ROWS} rows, {ROUNDS} starts");
    starts(folder.path());
    let mut explorer = Explorer::start(folder.path());
    explorer.starts_with(is_full);
    explorer.watch(SETTLE);
    let Rest { share, bytes } = explorer.rest(REST);
    explorer.end();
    let seconds = REST.as_secs();
    println!("  at rest, {seconds} s: processor     {:.2} %, {bytes} bytes written", share * 100.0);
}

/// How long it takes until all that is in view at the start is there.
fn starts(root: &Path) {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let mut explorer = Explorer::start(root);
        let took = explorer.starts_with(is_full);
        times.push(took.as_secs_f64() * 1e3);
        explorer.end();
    }
    let (middle, low, high) = spread(times);
    println!("  process start to first full frame {middle:.0} ms ({low:.0} to {high:.0})");
}

fn is_full(screen: &vt100::Screen) -> bool {
    let shown = screen.contents();
    shown.contains(LAST) && !shown.contains("·····")
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
