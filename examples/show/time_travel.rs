//! Tag a good state, see what differs since, and go back to it; nothing is lost by that.
//!
//! ```text
//! tagged version 2
//! at the tag: 2 records; now: 4 records
//! added at offset 2: {"text":"broken","score":-1.0}
//! added at offset 3: {"text":"broken too","score":-1.0}
//! restored version 2 as version 4: 2 records
//! offset of the next record: 4
//! version 3 still has 4 records
//! ```

use std::path::Path;

use lanceq::{At, Engine};
use serde_json::{Value, json};

pub(crate) async fn run(root: &Path) -> lanceq::Result<()> {
    let engine = Engine::open(root).await?;
    let writer = engine.writer("evals").open().await?;
    let good = [json!({"text": "fine", "score": 0.8}), json!({"text": "better", "score": 0.9})];
    writer.put_batch(good.to_vec()).await?;
    writer.flush().await?;

    // A tag marks the newest version of each bucket, and keeps it from being cleaned up.
    for tagging in engine.tag("evals", "good", None, None).await? {
        println!("tagged version {}", tagging.version);
    }

    let bad =
        [json!({"text": "broken", "score": -1.0}), json!({"text": "broken too", "score": -1.0})];
    writer.put_batch(bad.to_vec()).await?;
    writer.flush().await?;

    // Any read can be made at a version, a tag or a time.
    let now = engine.reader("evals").await?;
    let then = now.at(At::Tag("good".into())).await?;
    let (before, after) = (then.counts().await?.total_count, now.counts().await?.total_count);
    println!("at the tag: {before} records; now: {after} records");

    let mut diff = then.diff(&now).await?;
    while let Some(chunk) = diff.next().await? {
        for change in chunk.records() {
            let fields = change.after.map(Value::Object).unwrap_or_default();
            println!("added at offset {}: {fields}", change.row.offset);
        }
    }

    // The old records become a new version. Offsets that were given are not given again.
    for done in engine.restore("evals", At::Tag("good".into()), None).await? {
        let (restored, version) = (done.restored, done.version);
        println!("restored version {restored} as version {version}: {} records", done.rows_after);
    }
    let next: u64 = now.counts().await?.buckets.iter().map(|bucket| bucket.next_offset).sum();
    println!("offset of the next record: {next}");
    let undone = now.at(At::Version(3)).await?.counts().await?.total_count;
    println!("version 3 still has {undone} records");
    Ok(())
}
