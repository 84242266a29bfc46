//! From a put or a flush in one process to the record in another's stream: a writer is started as a child, and tells
//! when each call returned, to be compared with the record's arrival.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::StreamExt;
use lanceq::{Engine, Events, StreamOptions, TailEvent};
use serde_json::json;

use crate::figures::percentile;

/// The word that makes this program the writing child.
pub(crate) const WRITER: &str = "delivery-writer";
/// What the child does, as it is told, and how many records each of its calls brings.
const CALLS: [(&str, u64); 2] = [("flush", 500), ("put", 1)];
const TIMES: u64 = 200;
const POLL: Duration = Duration::from_millis(250);
/// Between two flushes, so that each is seen on its own.
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) async fn run() {
    for (call, rows) in CALLS {
        println!(
            "delivery: {TIMES} times from a {call} of {rows} in one process to another's stream"
        );
        for (name, events) in [("events", Events::Watch), ("poll of 250 ms", Events::Off)] {
            let mut delays = measure(events, (call, rows)).await;
            delays.sort();
            let (p50, p99) = (percentile(&delays, 50.0), percentile(&delays, 99.0));
            println!(
                "  {name:<15} {p50:.1} ms p50, {p99:.1} ms p99, in order, none missing, none twice"
            );
        }
    }
}

async fn measure(events: Events, (call, rows): (&str, u64)) -> Vec<Duration> {
    let folder = tempfile::tempdir().unwrap();
    let engine =
        Engine::builder(folder.path()).events(events).poll_interval(POLL).open().await.unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([WRITER, folder.path().to_str().unwrap(), call, &rows.to_string()])
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
    while next <= TIMES * rows {
        if let TailEvent::Rows(chunk) = tail.next().await.unwrap().unwrap() {
            let now = since_epoch();
            for record in chunk.records() {
                assert_eq!(
                    record.fields["id"].as_u64(),
                    Some(next),
                    "missing, twice or disordered"
                );
                next += 1;
                if (next - 1) % rows == 0 {
                    arrived.push(now);
                }
            }
        }
    }
    // The times at which the calls returned, in order.
    let returned = output.map(|line| Duration::from_micros(line.unwrap().parse().unwrap()));
    let delays =
        returned.zip(arrived).map(|(returned, arrived)| arrived.saturating_sub(returned)).collect();
    assert!(child.wait().unwrap().success());
    delays
}

/// The child: creates the topic, waits for a line, then puts or flushes and tells when each call returned.
pub(crate) async fn write() {
    let arguments: Vec<String> = std::env::args().skip(2).collect();
    let (root, call) = (arguments[0].clone(), arguments[1].as_str());
    let rows: u64 = arguments[2].parse().unwrap();
    let engine = Engine::open(root).await.unwrap();
    let writer = engine.writer("t").flush_threshold(usize::MAX).open().await.unwrap();
    writer.put(json!({"id": 0})).await.unwrap();
    writer.flush().await.unwrap();
    println!("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let mut times = Vec::new();
    for time in 0..TIMES {
        let records = (1..=rows).map(|n| json!({"id": time * rows + n})).collect();
        writer.put_batch(records).await.unwrap();
        if call == "flush" {
            writer.flush().await.unwrap();
        }
        times.push(since_epoch());
        tokio::time::sleep(PAUSE).await;
    }
    for time in times {
        println!("{}", time.as_micros());
    }
}

#[expect(clippy::disallowed_methods, reason = "two processes have only the wall clock in common")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}
