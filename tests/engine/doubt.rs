//! A removed version that may have been the flush of a part of the log: that part is in doubt, and no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lance::dataset::WriteMode;
use lanceq::fault::{Event, Plan, Then};
use lanceq::{Error, InDoubt, Writer};
use serde_json::json;

use crate::foreign::{own, write};
use crate::setup::{Setup, ids, put_all};

/// Puts so much that the segment is ended and the next one begun.
async fn fill_a_segment(writer: &Writer) {
    let text = "x".repeat(1 << 20);
    for id in 10..20 {
        writer.put(json!({"id": id, "text": text})).await.unwrap();
    }
}

#[tokio::test]
async fn only_the_segments_that_the_added_rows_could_be_are_in_doubt() {
    let setup = Setup::new().await;
    let dying = setup.engine.writer("t").open().await.unwrap();
    put_all(&dying, 0..3).await;
    dying.flush().await.unwrap();
    put_all(&dying, 3..6).await;
    let beside = setup.other().await.writer("t").open().await.unwrap();
    let died = AtomicBool::new(false);
    let hook = move |event: Event<'_>| {
        let is_it = event == Event::Point("flush.committed") && !died.swap(true, Ordering::Relaxed);
        if is_it { Then::Crash } else { Then::Go }
    };
    let armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
    dying.flush().await.unwrap_err();
    drop((armed, dying));
    fill_a_segment(&beside).await;
    drop(beside);
    write(&own(&setup), 100..101, WriteMode::Append, true).await;
    std::fs::remove_file(own(&setup).join(format!("_versions/{:020}.manifest", u64::MAX - 3)))
        .unwrap();

    let engine = setup.other().await;
    match engine.writer("t").open().await.err() {
        Some(Error::InDoubt { version: 3, records: 3, found: None, .. }) => {}
        other => panic!("{other:?}"),
    }
    match engine.repair("t", None, InDoubt::Refuse).await {
        Err(Error::InDoubt { version: 3, records: 3, found: Some(3), .. }) => {}
        other => panic!("{other:?}"),
    }
    let done = engine.repair("t", None, InDoubt::Drop).await.unwrap();
    assert_eq!((done.len(), done[0].records_lost), (1, Some(0)), "{done:?}");
    let writer = setup.other().await.writer("t").open().await.unwrap();
    writer.close().await.unwrap();
    let page = setup.other().await.reader("t").await.unwrap().get(0, 100).await.unwrap();
    let expected: Vec<u64> = (0..6).chain([100]).chain(10..20).collect();
    assert_eq!(ids(&page), expected);
}

#[tokio::test]
async fn a_torn_version_below_the_head_leaves_no_doubt_as_no_flush_is_ever_torn() {
    let setup = Setup::new().await;
    let dying = setup.engine.writer("t").open().await.unwrap();
    put_all(&dying, 0..3).await;
    dying.flush().await.unwrap();
    put_all(&dying, 3..5).await;
    // The segment is ended, and its records are not flushed: two rows that others add could be they.
    let hook = |event: Event<'_>| {
        if event == Event::Point("flush.commit") { Then::Crash } else { Then::Go }
    };
    let armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
    dying.flush().await.unwrap_err();
    drop((armed, dying));
    for numbers in [100..102, 102..104] {
        write(&own(&setup), numbers, WriteMode::Append, true).await;
    }
    let torn = own(&setup).join(format!("_versions/{:020}.manifest", u64::MAX - 3));
    std::fs::OpenOptions::new().write(true).open(torn).unwrap().set_len(0).unwrap();

    let writer = setup.other().await.writer("t").open().await.unwrap();
    assert_eq!(writer.recoveries().len(), 1, "{:?}", writer.recoveries());
    writer.close_unflushed().await.unwrap();
    // Nor later, when nobody remembers why the version is gone.
    let writer = setup.other().await.writer("t").open().await.unwrap();
    assert!(writer.recoveries().is_empty());
    writer.close().await.unwrap();
    let page = setup.other().await.reader("t").await.unwrap().get(0, 100).await.unwrap();
    assert_eq!(ids(&page), [0, 1, 2, 100, 101, 102, 103, 3, 4]);
}
