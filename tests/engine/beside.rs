//! Several processes put into one bucket and flush it, each with a writer that stays open.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_schema::DataType;
use lance::dataset::ColumnAlteration;
use lanceq::fault::{Event, Plan, Then};
use lanceq::{Durability, Engine, Writer};
use serde_json::json;

use crate::foreign::{open, own};
use crate::setup::{Setup, ids, put_all};

async fn writer(root: &std::path::Path, durability: Durability) -> (Engine, Writer) {
    let engine = Engine::open(root).await.unwrap();
    let writer = engine.writer("t").durability(durability).open().await.unwrap();
    (engine, writer)
}

/// A segment that this process has read and never written is sealed, flushed and removed by another one, before this
/// process syncs what it knows of the log.
#[tokio::test]
async fn a_flush_of_another_process_between_a_read_and_a_sync_fails_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (_one, flushing) = writer(folder.path(), Durability::Os).await;
    flushing.put(json!({"n": 0})).await.unwrap();
    let (two, syncing) = writer(folder.path(), Durability::Always).await;
    for n in 1..20 {
        flushing.flush().await.unwrap();
        flushing.put(json!({"n": n * 2 - 1})).await.unwrap();
        two.reader("t").await.unwrap().get(0, 100).await.unwrap();
        flushing.flush().await.unwrap();
        syncing.put(json!({"n": n * 2})).await.unwrap();
    }
    flushing.close().await.unwrap();
    let page = two.reader("t").await.unwrap().get(0, 100).await.unwrap();
    let numbers: Vec<u64> =
        page.records().map(|record| record.fields["n"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (0..39).collect::<Vec<u64>>());
}

/// Another program makes a column wider while a flush has its files written, and somebody in this process reads. The flush
/// must not be committed behind that version: its files have the old column.
#[tokio::test]
async fn a_flush_is_committed_behind_the_version_that_it_was_written_for() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    let path = own(&setup);
    let engine = setup.engine.clone();
    let done = AtomicBool::new(false);
    let hook = move |event: Event<'_>| {
        if event == Event::Point("flush.staged") && !done.swap(true, Ordering::Relaxed) {
            let (path, engine) = (path.clone(), engine.clone());
            let deed = async move {
                let wider = ColumnAlteration::new("text".into()).cast_to(DataType::LargeUtf8);
                Box::pin(open(&path).await.alter_columns(&[wider])).await.unwrap();
                engine.reader("t").await.unwrap().counts().await.unwrap();
            };
            let runtime = tokio::runtime::Runtime::new().unwrap();
            std::thread::spawn(move || runtime.block_on(deed)).join().unwrap();
        }
        Then::Go
    };
    let armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
    writer.flush().await.unwrap();
    drop(armed);
    let page = setup.other().await.reader("t").await.unwrap().get(0, 10).await.unwrap();
    assert_eq!(ids(&page), [0, 1, 2]);
    let texts: Vec<_> = page.records().map(|record| record.fields["text"].clone()).collect();
    assert_eq!(texts, ["record 0", "record 1", "record 2"], "no value became null");
}
