//! Follow several topics at once: records as they are put, and the flushes that persist them.
//!
//! ```text
//! traces 0·1 {"text":"act"}
//! metrics 0·1 {"loss":0.25}
//! traces: version 2 has all below offset 2
//! metrics 0·2 {"loss":0.125}
//! ```

use std::path::Path;

use futures::{Stream, StreamExt};
use lanceq::{Engine, StreamOptions, TailEvent};
use serde_json::{Value, json};

pub(crate) async fn run(root: &Path) -> lanceq::Result<()> {
    let engine = Engine::open(root).await?;
    let traces = engine.writer("traces").open().await?;
    let metrics = engine.writer("metrics").open().await?;
    traces.put(json!({"text": "plan"})).await?;
    metrics.put(json!({"loss": 0.5})).await?;

    // A stream that blocks waits at the end for what comes, from this process or from others.
    let mut all = futures::stream::select(
        Box::pin(followed(&engine, "traces").await?),
        Box::pin(followed(&engine, "metrics").await?),
    );
    traces.put(json!({"text": "act"})).await?;
    told(all.next().await)?;
    metrics.put(json!({"loss": 0.25})).await?;
    told(all.next().await)?;
    traces.flush().await?;
    told(all.next().await)?;
    metrics.put(json!({"loss": 0.125})).await?;
    told(all.next().await)
}

type Event = (&'static str, lanceq::Result<TailEvent>);

async fn followed(
    engine: &Engine,
    topic: &'static str,
) -> lanceq::Result<impl Stream<Item = Event>> {
    let reader = engine.reader(topic).await?;
    let tail = reader.stream(StreamOptions::from_end().blocking()).await?;
    Ok(tail.map(move |event| (topic, event)))
}

fn told(event: Option<Event>) -> lanceq::Result<()> {
    let Some((topic, event)) = event else { return Ok(()) };
    match event? {
        TailEvent::Rows(chunk) => {
            for record in chunk.records() {
                let fields = Value::Object(record.fields);
                println!("{topic} {}·{} {fields}", record.bucket, record.offset);
            }
        }
        TailEvent::Flushed(done) => {
            println!("{topic}: version {} has all below offset {}", done.version, done.next_offset);
        }
        // Another program rewrote the dataset: the stream says where it goes on.
        other => println!("{topic}: {other:?}"),
    }
    Ok(())
}
