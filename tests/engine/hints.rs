//! Hints on a whole root.

use std::pin::pin;
use std::time::Duration;

use lanceq::{Change, Changes, Engine, Events};

use crate::setup::{Setup, record};

async fn flush_one(engine: &Engine, topic: &str, n: u64) {
    let writer = engine.writer(topic).open().await.unwrap();
    writer.put(record(n)).await.unwrap();
    writer.close().await.unwrap();
}

/// Looks whenever there is a hint on a topic, and only then, until its one record is persisted.
async fn seen(engine: &Engine, changes: &mut Changes, topic: &str) {
    loop {
        let change = changes.next().await;
        let told = change == Change::Topics || change == Change::Topic(topic.parse().unwrap());
        let Ok(reader) = engine.reader(topic).await else { continue };
        if told && reader.counts().await.unwrap().persisted_count == 1 {
            return;
        }
    }
}

/// Waits for what hints lead to. What is hinted at has happened: how long a busy disk took for it does not count.
async fn within_a_minute(hinted: impl Future<Output = ()>) {
    tokio::time::timeout(Duration::from_mins(1), hinted).await.expect("no hint came");
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
            let mut flush = pin!(flush_one(&setup.engine, name, 0));
            let mut seen = pin!(seen(&engine, &mut changes, name));
            tokio::select! {
                () = &mut flush => within_a_minute(seen).await,
                () = &mut seen => flush.await,
            }
        }
        // Names that came later and sort before others do not take over the others' hints.
        flush_one(&setup.engine, "m", 1).await;
        let hinted = async { while changes.next().await != Change::Topic("m".parse().unwrap()) {} };
        within_a_minute(hinted).await;
    }
}
