//! The explorer in a pty, on a thousand topics and on a million records: from the start of the process to the first full
//! frame, from a key to its frame while records stream in, and what it costs while nothing happens.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lanceq::{Engine, Writer};

use crate::ROUNDS;
use crate::explorer::{Explorer, ROWS, Rest, line};
use crate::figures::{percentile, spread};
use crate::records::{batch, record};

const TOPICS: usize = 1000;
const RECORDS: u64 = 1_000_000;
const BATCH: u64 = 100_000;
/// Records that are put each second while keys are pressed, in so many batches.
const STREAM: (u64, u64) = (10_000, 100);
const KEYS: u64 = 200;
/// Between two keys: not a multiple of a frame.
const BETWEEN: Duration = Duration::from_millis(43);
/// How long the explorer rests before it is measured, and how long it is.
const SETTLE: Duration = Duration::from_secs(5);
const REST: Duration = Duration::from_secs(20);

pub(crate) async fn run() {
    thousand_topics().await;
    million_records().await;
}

async fn thousand_topics() {
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
    starts(folder.path(), "t0030");
    let mut explorer = Explorer::start(folder.path());
    explorer.starts_with(|screen| is_full(screen, "t0030"));
    explorer.watch(SETTLE);
    let Rest { share, bytes } = explorer.rest(REST);
    explorer.end();
    let seconds = REST.as_secs();
    println!("  at rest, {seconds} s: processor     {:.2} %, {bytes} bytes written", share * 100.0);
}

async fn million_records() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path()).await.unwrap();
    let writer = engine.writer("million").flush_threshold(10_000).open().await.unwrap();
    for first in (0..RECORDS).step_by(usize::try_from(BATCH).unwrap()) {
        writer.put_arrow(batch(first, BATCH)).await.unwrap();
        writer.flush().await.unwrap();
    }
    println!("frame: the explorer on {RECORDS} records, {ROWS} rows, {ROUNDS} starts");
    starts(folder.path(), "■");
    let stream = Stream::start(writer);
    let mut explorer = Explorer::start(folder.path());
    explorer.starts_with(|screen| is_full(screen, "■"));
    explorer.press("\r", |_| true);
    explorer.watch(SETTLE);
    println!("  {KEYS} keys while another process puts into the topic:");
    report("a page down in the table", pages(&mut explorer));
    explorer.press("f", |screen| screen.contents().contains("following"));
    explorer.watch(SETTLE);
    report("the help over the tail  ", helps(&mut explorer));
    explorer.end();
    println!("  records put meanwhile, a second         {:.0}", stream.end().await);
}

/// How long it takes until all that is in view at the start is there.
fn starts(root: &Path, last: &str) {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let mut explorer = Explorer::start(root);
        let took = explorer.starts_with(|screen| is_full(screen, last));
        times.push(took.as_secs_f64() * 1e3);
        explorer.end();
    }
    let (middle, low, high) = spread(times);
    println!("  process start to first full frame {middle:.0} ms ({low:.0} to {high:.0})");
}

fn is_full(screen: &vt100::Screen, last: &str) -> bool {
    let shown = screen.contents();
    shown.contains(last) && !shown.contains("·····")
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let [middle, most, all] = [50.0, 99.0, 100.0].map(|percent| percentile(&times, percent));
    println!("    {what}  key to frame {middle:.1} ms, p99 {most:.1} ms, at most {all:.1} ms");
}

fn pages(explorer: &mut Explorer) -> Vec<Duration> {
    let time = |_| {
        let before = position(&explorer.line(ROWS - 3));
        let took = explorer.press("\x1b[6~", |screen| {
            let now = position(&line(screen, ROWS - 3));
            now.is_some() && now != before
        });
        explorer.watch(BETWEEN);
        took
    };
    (0..KEYS).map(time).collect()
}

/// The number of the selected record, from `… · 34 of 1 000 000 · 0.0 % ┘`.
fn position(border: &str) -> Option<String> {
    let (before, _) = border.rsplit_once(" of ")?;
    let digits = |c: char| !(c.is_ascii_digit() || c == ' ');
    Some(before.rsplit(digits).next()?.trim().to_owned())
}

fn helps(explorer: &mut Explorer) -> Vec<Duration> {
    let time = |number: u64| {
        let opens = number.is_multiple_of(2);
        let took = explorer.press("?", |screen| screen.contents().contains(" Keys ") == opens);
        explorer.watch(BETWEEN);
        took
    };
    (0..KEYS).map(time).collect()
}

/// Records that are put at a steady pace until it is ended.
struct Stream {
    ends: Arc<AtomicBool>,
    put: Arc<AtomicU64>,
    begun: Instant,
    task: tokio::task::JoinHandle<()>,
}

impl Stream {
    fn start(writer: Writer) -> Self {
        let (ends, put) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let task = tokio::spawn(stream(writer, ends.clone(), put.clone()));
        Self { ends, put, begun: Instant::now(), task }
    }

    /// How many records were put a second.
    async fn end(self) -> f64 {
        let rate = self.put.load(Ordering::Relaxed) as f64 / self.begun.elapsed().as_secs_f64();
        self.ends.store(true, Ordering::Relaxed);
        self.task.await.unwrap();
        rate
    }
}

async fn stream(writer: Writer, ends: Arc<AtomicBool>, put: Arc<AtomicU64>) {
    let (records, batches) = STREAM;
    let each = records / batches;
    let mut pace = tokio::time::interval(Duration::from_secs(1) / u32::try_from(batches).unwrap());
    let mut next = RECORDS;
    while !ends.load(Ordering::Relaxed) {
        pace.tick().await;
        writer.put_arrow(batch(next, each)).await.unwrap();
        next += each;
        put.fetch_add(each, Ordering::Relaxed);
    }
    writer.close().await.unwrap();
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
