//! Put records into a topic, read them back by offset, and see what a flush changes.
//!
//! ```text
//! 3 records, 3 of them buffered
//! offset 1, buffered: {"agent":"coder","text":"write a test","tokens":211}
//! flushed: version 2 has 3 records
//! 3 records, 0 of them buffered
//! offset 1: {"agent":"coder","text":"write a test","tokens":211}
//! refused: topic `traces`: record 0: field `tokens`: expected int64, found text "many"
//! ```

use std::path::Path;

use lanceq::Engine;
use serde_json::{Value, json};

pub(crate) async fn run(root: &Path) -> lanceq::Result<()> {
    // A root is a folder; topics are folders in it. Nothing has to run beside this program.
    let engine = Engine::open(root).await?;

    // The first record that is accepted makes the topic, and its schema.
    let writer = engine.writer("traces").open().await?;
    writer.put(json!({"agent": "planner", "text": "find the bug", "tokens": 17})).await?;

    // A batch is put whole or not at all.
    let more = [
        json!({"agent": "coder", "text": "write a test", "tokens": 211}),
        json!({"agent": "critic", "text": "it fails, good", "tokens": 42}),
    ];
    writer.put_batch(more.to_vec()).await?;

    // What was put can be read at once, here and in other processes: it lies in the topic's log.
    let reader = engine.reader("traces").await?;
    show(&reader, 1).await?;

    // A flush makes a Lance version of what is buffered. From now on pylance reads it, too.
    for flushed in writer.flush().await? {
        println!("flushed: version {} has {} records", flushed.version, flushed.next_offset);
    }
    show(&reader, 1).await?;

    // What does not fit is refused before anything is put.
    if let Err(error) = writer.put(json!({"agent": "coder", "tokens": "many"})).await {
        println!("refused: {error}");
    }
    Ok(())
}

async fn show(reader: &lanceq::Reader, offset: u64) -> lanceq::Result<()> {
    let counts = reader.counts().await?;
    println!("{} records, {} of them buffered", counts.total_count, counts.buffer_count);
    for record in reader.get(offset, 1).await?.records() {
        let state = if record.buffered { ", buffered" } else { "" };
        println!("offset {}{state}: {}", record.offset, Value::Object(record.fields));
    }
    Ok(())
}
