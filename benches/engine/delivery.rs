//! From a flush in one process to the record in another: a writer is started as a child, and each
//! record carries the time at which its flush returned to be compared with its arrival.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::StreamExt;
use lanceq::{Engine, Events, StreamOptions, TailEvent};
use serde_json::json;

use crate::percentile;

/// The word that makes this program the writing child.
pub(crate) const WRITER: &str = "delivery-writer";
const FLUSHES: u64 = 200;
const ROWS: u64 = 500;
const POLL: Duration = Duration::from_millis(250);
/// Between two flushes, so that each is seen on its own.
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) async fn run() {
    println!("delivery: {} records through {FLUSHES} flushes to another process", FLUSHES * ROWS);
    for (name, events) in [("events", Events::Watch), ("poll of 250 ms", Events::Off)] {
        let mut delays = measure(events).await;
        delays.sort();
        let (p50, p99) = (percentile(&delays, 50.0), percentile(&delays, 99.0));
        println!(
            "  {name:<15} {p50:.1} ms p50, {p99:.1} ms p99, in order, none missing, none twice"
        );
    }
}

async fn measure(events: Events) -> Vec<Duration> {
    let folder = tempfile::tempdir().unwrap();
    let engine =
        Engine::builder(folder.path()).events(events).poll_interval(POLL).open().await.unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([WRITER, folder.path().to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(output.next().unwrap().unwrap(), "ready");
    let reader = engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_end().blocking()).await.unwrap();
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();

    let mut arrived = Vec::new();
    let mut next = 1;
    while next <= FLUSHES * ROWS {
        if let TailEvent::Rows(chunk) = tail.next().await.unwrap().unwrap() {
            let now = since_epoch();
            for record in chunk.records() {
                assert_eq!(
                    record.fields["id"].as_u64(),
                    Some(next),
                    "missing, twice or disordered"
                );
                next += 1;
                if (next - 1) % ROWS == 0 {
                    arrived.push(now);
                }
            }
        }
    }
    // The times at which the flushes returned, in order.
    let flushed = output.map(|line| Duration::from_micros(line.unwrap().parse().unwrap()));
    let delays =
        flushed.zip(arrived).map(|(flushed, arrived)| arrived.saturating_sub(flushed)).collect();
    assert!(child.wait().unwrap().success());
    delays
}

/// The child: creates the topic, waits for a line, then flushes and tells when each returned.
pub(crate) fn write() {
    let root = std::env::args().nth(2).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let times = runtime.block_on(async {
        let engine = Engine::open(root).await.unwrap();
        let writer = engine.writer("t").flush_threshold(usize::MAX).open().await.unwrap();
        writer.put(json!({"id": 0})).await.unwrap();
        writer.flush().await.unwrap();
        println!("ready");
        std::io::stdin().read_line(&mut String::new()).unwrap();
        let mut times = Vec::new();
        for flush in 0..FLUSHES {
            let records = (1..=ROWS).map(|n| json!({"id": flush * ROWS + n})).collect();
            writer.put_batch(records).await.unwrap();
            writer.flush().await.unwrap();
            times.push(since_epoch());
            tokio::time::sleep(PAUSE).await;
        }
        times
    });
    for time in times {
        println!("{}", time.as_micros());
    }
}

#[expect(clippy::disallowed_methods, reason = "two processes have only the wall clock in common")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}
