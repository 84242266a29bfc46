//! The README's quick start in Rust, between the braces.

use futures::StreamExt;
use lanceq::{Engine, StreamOptions};
use serde_json::json;

#[rustfmt::skip]
pub(crate) async fn quick_start() -> lanceq::Result<()> {
    let engine = Engine::open("./queue_storage").await?;

    let writer = engine.writer("my_topic").flush_threshold(500).open().await?;
    writer.put(json!({"id": "1", "text": "Hello", "vector": [0.1, 0.2, 0.3]})).await?;
    writer.flush().await?; // after this, power loss loses nothing of it

    let reader = engine.reader("my_topic").await?;
    let page = reader.get(0, 10).await?; // offset, limit
    let stats = reader.stats().await?; // total_count, buffer_count, persisted_count

    let tail = reader.stream(StreamOptions::from_start().blocking()).await?; // waits for new records
    let mut records = tail.records();
    while let Some(record) = records.next().await {
        let record = record?;
        println!("{}·{} {:?}", record.bucket, record.offset, record.fields);
        if record.offset + 1 == stats.total_count {
            break;
        }
    }
    assert_eq!(page.len(), 1);
    Ok(())
}
