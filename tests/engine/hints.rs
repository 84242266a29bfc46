//! Hints on a whole root.

use std::time::Duration;

use lanceq::{Change, Changes, Engine, Events};

use crate::setup::{Setup, record};

async fn hint(changes: &mut Changes) -> Change {
    let change = tokio::time::timeout(Duration::from_mins(1), changes.next()).await;
    change.expect("no hint came")
}

async fn flush_one(engine: &Engine, topic: &str, n: u64) {
    let writer = engine.writer(topic).open().await.unwrap();
    writer.put(record(n)).await.unwrap();
    writer.close().await.unwrap();
}

/// Whoever looks when there is a hint sees everything sooner or later, and never has to look without.
#[tokio::test]
async fn new_topics_and_new_versions_are_hinted_at_with_events_and_without() {
    for events in [Events::Watch, Events::Off] {
        let setup = Setup::new().await;
        let engine = Engine::builder(setup.engine.root()).events(events);
        let engine = engine.poll_interval(Duration::from_millis(20)).open().await.unwrap();
        let mut changes = engine.changes();
        for name in ["m", "a", "z"] {
            let (writing, topic) = (setup.engine.clone(), name.to_owned());
            let flush = tokio::spawn(async move { flush_one(&writing, &topic, 0).await });
            loop {
                let change = hint(&mut changes).await;
                let told =
                    change == Change::Topics || change == Change::Topic(name.parse().unwrap());
                let Ok(reader) = engine.reader(name).await else { continue };
                if told && reader.counts().await.unwrap().persisted_count == 1 {
                    break;
                }
            }
            flush.await.unwrap();
        }
        // Names that came later and sort before others do not take over the others' hints.
        flush_one(&setup.engine, "m", 1).await;
        while hint(&mut changes).await != Change::Topic("m".parse().unwrap()) {}
    }
}
