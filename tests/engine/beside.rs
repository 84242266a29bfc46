//! Several processes put into one bucket and flush it, each with a writer that stays open.

use lanceq::{Durability, Engine, Writer};
use serde_json::json;

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
