//! A sync of the log that fails: nothing relies on it, it is not tried again, and opening anew heals.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lanceq::fault::{Armed, Event, Plan, Then};
use lanceq::{Durability, Engine, Error, ErrorKind, Writer};

use crate::setup::{Setup, ids, put_all, record};

/// Lets the N-th sync of the log fail as on a broken disk, and no other.
fn failing_sync(setup: &Setup, nth: u64, off: Vec<&'static str>) -> Armed {
    let syncs = AtomicU64::new(0);
    let hook = move |event: Event<'_>| {
        let is_sync = event == Event::Point("log.sync");
        let is_due = is_sync && syncs.fetch_add(1, Ordering::Relaxed) + 1 == nth;
        if is_due { Then::Fail(rustix::io::Errno::IO.raw_os_error()) } else { Then::Go }
    };
    Plan { hook: Arc::new(hook), off }.arm(setup.engine.root())
}

async fn writer(engine: &Engine, durability: Durability) -> Writer {
    let options = engine.writer("t").durability(durability).flush_threshold(usize::MAX);
    options.open().await.unwrap()
}

async fn refuses(writer: &Writer, why: &str) {
    for _ in 0..2 {
        let error = writer.put(record(99)).await.unwrap_err();
        assert!(matches!(error, Error::NotDurable { .. }), "{error}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains(why), "{source}");
    }
}

#[tokio::test]
async fn whichever_sync_fails_nothing_is_acknowledged_that_relied_on_it() {
    for nth in 1..=4 {
        let setup = Setup::new().await;
        let broken = writer(&setup.engine, Durability::Always).await;
        put_all(&broken, 0..1).await;
        broken.flush().await.unwrap();
        let engine = setup.other().await;
        let other = writer(&engine, Durability::Os).await;
        let armed = failing_sync(&setup, nth, Vec::new());
        let mut acked = 1;
        let error = loop {
            match broken.put(record(acked)).await {
                Ok(_) => acked += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::Poisoned, "{error}");
        assert_eq!(acked, nth, "each sync before it acknowledged one");
        refuses(&broken, "Input/output error").await;
        assert!(broken.flush().await.is_err());
        refuses(&other, "a sync failed in another process").await;
        drop(armed);
        refuses(&broken, "Input/output error").await;

        drop((broken, other));
        let healed = writer(&setup.other().await, Durability::Always).await;
        healed.put(record(50)).await.unwrap();
        healed.close().await.unwrap();
        let found = ids(&setup.other().await.reader("t").await.unwrap().get(0, 100).await.unwrap());
        // The one whose sync failed is in the system's hands, and may be there.
        let expected: Vec<u64> = (0..=acked).chain([50]).collect();
        assert_eq!(found, expected, "sync {nth}");
    }
}

#[tokio::test]
async fn a_flush_whose_sync_of_the_log_fails_is_not_tried_again_either() {
    let setup = Setup::new().await;
    let broken = writer(&setup.engine, Durability::Os).await;
    put_all(&broken, 0..1).await;
    broken.flush().await.unwrap();
    put_all(&broken, 1..3).await;
    let other = writer(&setup.other().await, Durability::Os).await;
    let _armed = failing_sync(&setup, 1, Vec::new());
    for _ in 0..3 {
        let error = broken.flush().await.unwrap_err();
        assert!(matches!(error, Error::NotDurable { .. }), "{error}");
    }
    refuses(&broken, "Input/output error").await;
    refuses(&other, "a sync failed in another process").await;
    drop((broken, other));
    let healed = writer(&setup.other().await, Durability::Os).await;
    healed.close().await.unwrap();
    let page = setup.other().await.reader("t").await.unwrap().get(0, 100).await.unwrap();
    assert_eq!(ids(&page), [0, 1, 2]);
    assert!(page.records().all(|record| !record.buffered));
}

/// Without the flag in the lock file, others go on as if nothing had happened.
#[tokio::test]
async fn without_the_word_of_a_failed_sync_other_processes_hear_nothing() {
    let setup = Setup::new().await;
    let broken = writer(&setup.engine, Durability::Always).await;
    put_all(&broken, 0..1).await;
    let other = writer(&setup.other().await, Durability::Os).await;
    let _armed = failing_sync(&setup, 1, vec!["poison"]);
    broken.put(record(1)).await.unwrap_err();
    other.put(record(2)).await.unwrap();
}
