//! A stream in one process, a writer in another: this binary starts itself again as the writer.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures::StreamExt;
use lanceq::{Engine, Events, StreamOptions, Tail, TailEvent};

use crate::setup::{Setup, put_all, record};

const ROOT: &str = "LANCEQ_TEST_WRITER_ROOT";
const FLUSHES: u64 = 200;
const ROWS: u64 = 500;

/// The writer, when this binary was started as one.
#[tokio::test]
async fn writer() {
    let Ok(root) = std::env::var(ROOT) else { return };
    let engine = Engine::open(root).await.unwrap();
    let writer = engine.writer("t").flush_threshold(usize::MAX).open().await.unwrap();
    for flush in 0..FLUSHES {
        let records = (1..=ROWS).map(|n| record(flush * ROWS + n)).collect();
        writer.put_batch(records).await.unwrap();
        writer.flush().await.unwrap();
    }
}

fn start_writer(root: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["two_processes::writer", "--exact"])
        .env(ROOT, root)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

async fn next(tail: &mut Tail) -> TailEvent {
    let event = tokio::time::timeout(Duration::from_mins(1), tail.next()).await;
    event.expect("the stream is stuck").expect("the stream ended").unwrap()
}

async fn everything_arrives(events: Events) {
    let setup = Setup::new().await;
    {
        let writer = setup.engine.writer("t").open().await.unwrap();
        put_all(&writer, 0..1).await;
        writer.close().await.unwrap();
    }
    let engine = Engine::builder(setup.engine.root()).events(events).open().await.unwrap();
    let reader = engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_end().blocking()).await.unwrap();
    let mut child = start_writer(engine.root());
    let mut expected = 1;
    let mut flushed = 1;
    while expected <= FLUSHES * ROWS {
        match next(&mut tail).await {
            TailEvent::Rows(chunk) => {
                for record in chunk.records() {
                    assert_eq!(record.offset, expected);
                    assert_eq!(record.fields["id"].as_u64(), Some(expected));
                    expected += 1;
                }
            }
            TailEvent::Flushed(event) => {
                assert!(event.next_offset <= expected, "announced before it was delivered");
                flushed = event.next_offset;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(flushed > 1, "no flush was announced");
    assert!(child.wait().unwrap().success());
    let position = tail.cursor().get(0).unwrap();
    assert_eq!(position.lsn.unwrap_or(position.offset), FLUSHES * ROWS + 1);
}

#[tokio::test]
async fn all_records_of_another_process_arrive_in_order_once_with_events() {
    everything_arrives(Events::Watch).await;
}

#[tokio::test]
async fn all_records_of_another_process_arrive_in_order_once_without_events() {
    everything_arrives(Events::Off).await;
}

#[tokio::test]
async fn a_killed_writer_lets_go_of_its_bucket_and_leaves_what_it_flushed() {
    let setup = Setup::new().await;
    let mut child = start_writer(setup.engine.root());
    let reader = loop {
        if let Ok(reader) = setup.engine.reader("t").await {
            break reader;
        }
        tokio::task::yield_now().await;
    };
    let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
    while !matches!(next(&mut tail).await, TailEvent::Flushed(_)) {}
    child.kill().unwrap();
    child.wait().unwrap();

    let writer = setup.engine.writer("t").open().await.unwrap();
    let counts = reader.counts().await.unwrap();
    assert_eq!(counts.total_count % ROWS, 0, "a flush is there whole or not at all");
    writer.put(record(7)).await.unwrap();
    assert_eq!(writer.close().await.unwrap()[0].next_offset, counts.total_count + 1);
}
